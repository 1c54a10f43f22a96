//! `tearsheet show`: an article as a person reads it, an older wording of it, what changed between two, or its raw page. Programs
//! read articles with `export`.

use std::path::Path;

use crate::{
    config::slug,
    export::{self, Existing},
    model::{Article, BlockKind, Draft, Link, counted},
    store::{FirstPrint, Reader, Wording},
};
use console::Style;
use similar::{ChangeTag, TextDiff};

use super::{
    args::{Common, ShowArgs},
    failure::{Exit, Usage},
    printer::Printer,
    setup::Setup,
};

/// Longer lines are hard to read.
const WIDTH_MAX: usize = 80;

pub(super) fn run(common: &Common, args: &ShowArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let reader = setup.reader()?;
    let article = setup.article(&reader, &args.article)?;
    if let Some(folder) = &args.images {
        images(&setup, &reader, &article, args, folder, printer)?;
    } else if args.raw {
        raw(&reader, &article, printer)?;
    } else if args.diff {
        printer.data(&diff(&reader, &article, args.version)?)?;
    } else if let Some(version) = args.version {
        let wording = wording(&reader, &article, version)?;
        printer.data(&as_article(&wording))?;
    } else {
        printer.data(&whole(&article, reader.first_print(article.id)?.as_ref()))?;
    }
    Ok(Exit::Done)
}

/// Writes the pictures of a wording into a folder, and prints the names of the files.
fn images(
    setup: &Setup,
    reader: &Reader,
    article: &Article,
    args: &ShowArgs,
    folder: &Path,
    printer: &Printer,
) -> anyhow::Result<()> {
    let version = args.version.unwrap_or(article.version);
    let images = reader.images_of(article.id, version)?;
    if images.iter().all(|it| it.stored.is_none()) {
        let states = images.iter().map(|it| it.state.code()).collect::<Vec<_>>().join(", ");
        let message = match images.len() {
            0 => format!("the archive keeps no pictures of version {version} of this story"),
            count => format!("none of its {} is stored: {states}", counted(count as u64, "picture")),
        };
        let hint = "`archive.keep_images = \"story\"`, then `tearsheet reextract` and the next `scrape`, keep those of stories that are here already";
        return Err(Usage::new(message, hint).into());
    }
    let destination = setup.destination(folder, Existing::Keep);
    let names = export::images::of_story(&images, reader, destination, slug)?;
    for name in names {
        printer.data(&format!("{}\n", folder.join(name).display()))?;
    }
    for image in images.iter().filter(|it| it.stored.is_none()) {
        printer.note(&format!("{} is {}", image.url, image.state.code()));
    }
    Ok(())
}

fn raw(reader: &Reader, article: &Article, printer: &Printer) -> anyhow::Result<()> {
    let bytes = reader.raw(article.id)?.ok_or_else(|| {
        Usage::new("its raw page is not in the archive", "the article itself is: leave `--raw` out")
    })?;
    Ok(printer.bytes(&bytes)?)
}

fn wording(reader: &Reader, article: &Article, version: u32) -> anyhow::Result<Wording> {
    let found = reader.wordings(article.id)?.into_iter().find(|it| it.version == version);
    Ok(found.ok_or_else(|| {
        Usage::new(
            format!("article {} has no version {version}", article.id.0),
            format!("it has versions 1 to {}", article.version),
        )
    })?)
}

fn width() -> usize {
    usize::from(console::Term::stdout().size().1).clamp(40, WIDTH_MAX)
}

fn wrap(text: &str) -> String {
    textwrap::fill(text, width())
}

fn whole(article: &Article, first: Option<&FirstPrint>) -> String {
    let Article {
        id,
        key,
        url,
        draft,
        version,
        word_count,
        first_seen_at,
        last_checked_at,
        content_hash: _,
    } = article;
    let dim = Style::new().dim();
    let state = format!(
        "id {}, {key}, version {version}, {word_count} words, in the archive since {}, checked {}",
        id.0,
        first_seen_at.format("%Y-%m-%d %H:%M UTC"),
        last_checked_at.format("%Y-%m-%d %H:%M UTC")
    );
    let first = first.map(|it| format!("{}\n", dim.apply_to(first_reported(it)))).unwrap_or_default();
    format!("{}{}\n{first}{}\n", as_read(draft), dim.apply_to(url), dim.apply_to(state))
}

/// Returns where the text of a story was first, in words.
fn first_reported(first: &FirstPrint) -> String {
    let FirstPrint { id, headline, kind, hours } = first;
    let how = match kind.as_str() {
        "reprint" => "the same text",
        "edited" => "some words were changed",
        "cut" => "cut since",
        "extended" => "extended since",
        _ => "put together from it and others",
    };
    let before = hours.map(|it| format!(", {it:.1} hours before")).unwrap_or_default();
    let headline = headline.as_deref().unwrap_or("no headline");
    format!("first reported as {id}, \"{headline}\"{before}: {how}")
}

/// Returns a story as a person reads it: its head, its text, its topics and links.
pub(super) fn as_read(draft: &Draft) -> String {
    let (bold, dim) = (Style::new().bold(), Style::new().dim());
    let mut out = String::new();
    let headline = draft.headline.as_deref().unwrap_or("(no headline)");
    out += &format!("{}\n", bold.apply_to(wrap(headline)));
    let date = match (draft.published_at, draft.published_on) {
        (Some(at), _) => Some(at.format("%Y-%m-%d %H:%M %:z").to_string()),
        (None, day) => day.map(|it| it.to_string()),
    };
    let updated = draft.updated_at.map(|it| format!("updated {}", it.format("%Y-%m-%d %H:%M %:z")));
    let line = [draft.byline.clone(), draft.section.clone(), date, updated];
    out += &format!("{}\n\n", dim.apply_to(line.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    for bullet in &draft.summary {
        out += &format!(
            "{}\n",
            textwrap::fill(
                bullet,
                textwrap::Options::new(width()).initial_indent("• ").subsequent_indent("  ")
            )
        );
    }
    if !draft.summary.is_empty() {
        out.push('\n');
    }
    out += &story(draft);
    if !draft.tags.is_empty() {
        let tags = draft.tags.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        out += &format!("{}\n\n", wrap(&format!("Tags: {tags}")));
    }
    for Link { placement, title, url, target: _ } in &draft.links {
        out += &format!("→ {title} ({}) {}\n", placement.code(), url.as_deref().unwrap_or_default());
    }
    if !draft.links.is_empty() {
        out.push('\n');
    }
    out
}

fn story(draft: &Draft) -> String {
    let bold = Style::new().bold();
    let mut out = String::new();
    for block in &draft.blocks {
        let text = match block.kind {
            BlockKind::Paragraph => wrap(&block.text),
            BlockKind::Heading => bold.apply_to(wrap(&block.text)).to_string(),
            // A table is as wide as it is.
            BlockKind::Table => block.text.clone(),
            BlockKind::List => {
                let options =
                    textwrap::Options::new(width()).initial_indent("• ").subsequent_indent("  ");
                block.text.lines().map(|it| textwrap::fill(it, &options)).collect::<Vec<_>>().join("\n")
            }
            BlockKind::Quote => {
                let options =
                    textwrap::Options::new(width()).initial_indent("│ ").subsequent_indent("│ ");
                block.text.lines().map(|it| textwrap::fill(it, &options)).collect::<Vec<_>>().join("\n")
            }
            BlockKind::Image => {
                let address = block.url.as_deref().unwrap_or_default();
                format!("[{}] {address}", if block.text.is_empty() { "image" } else { &block.text })
            }
            BlockKind::Embed => format!("[embedded] {}", block.url.as_deref().unwrap_or_default()),
        };
        out += &format!("{text}\n\n");
    }
    out
}

fn as_article(wording: &Wording) -> String {
    let Wording { version, seen_at, headline, byline, summary, body } = wording;
    let (bold, dim) = (Style::new().bold(), Style::new().dim());
    let seen = seen_at.as_deref().unwrap_or("an unknown day");
    let mut out = format!("{}\n", bold.apply_to(wrap(headline.as_deref().unwrap_or("(no headline)"))));
    out += &format!(
        "{}\n\n",
        dim.apply_to(format!("{} · version {version}, seen {seen}", byline.as_deref().unwrap_or("-")))
    );
    for bullet in summary.lines() {
        out += &format!("• {bullet}\n");
    }
    out + &body.split("\n\n").map(|it| wrap(it) + "\n\n").collect::<String>()
}

/// Returns what changed, word by word: coloured on a terminal, `[-gone-]{+come+}` elsewhere.
fn diff(reader: &Reader, article: &Article, version: Option<u32>) -> anyhow::Result<String> {
    let to = version.unwrap_or(article.version);
    if to < 2 {
        let hint = "a story gets another version when its headline, byline, summary or body changes on the site";
        return Err(Usage::new(
            format!("article {} has nothing before version {to}", article.id.0),
            hint,
        )
        .into());
    }
    let (old, new) = (wording(reader, article, to - 1)?, wording(reader, article, to)?);
    let text = |it: &Wording| {
        let Wording { version: _, seen_at: _, headline, byline, summary, body } = it;
        let parts =
            [headline.as_deref(), byline.as_deref(), Some(summary.as_str()), Some(body.as_str())];
        parts.into_iter().flatten().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n")
    };
    let (before, after) = (text(&old), text(&new));
    let is_coloured = console::colors_enabled();
    let (red, green) = (Style::new().red().strikethrough(), Style::new().green().bold());
    let mut out = format!("version {} → {}\n\n", old.version, new.version);
    for change in TextDiff::from_words(&before, &after).iter_all_changes() {
        let word = change.value();
        out += &match change.tag() {
            ChangeTag::Equal => word.to_owned(),
            ChangeTag::Delete if is_coloured => red.apply_to(word).to_string(),
            ChangeTag::Insert if is_coloured => green.apply_to(word).to_string(),
            ChangeTag::Delete => format!("[-{word}-]"),
            ChangeTag::Insert => format!("{{+{word}+}}"),
        };
    }
    Ok(out.replace("-][-", "").replace("+}{+", "") + "\n")
}
