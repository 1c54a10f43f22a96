//! Elements that are read as one thing: a list, a table, a quotation, the link that an element consists of.
//!
//! Nothing here knows what came before an element or what comes after it: that is the walk in `body/`, which
//! decides what becomes of a piece.

use url::Url;

use crate::{
    extract::{
        kinds::is_hidden,
        lines::{element_text, flatten, flatten_without},
        text::{essence, fold, verbatim},
    },
    html::{Element, ElementSet, Step},
    model::{Block, BlockKind, Quote, is_web},
};

use super::scene::Scene;

/// Classes of posts, as the networks tell authors to write them.
const EMBED_CLASSES: [&str; 11] = [
    "twitter-tweet",
    "twitter-video",
    "instagram-media",
    "tiktok-embed",
    "fb-post",
    "fb-video",
    "bluesky-embed",
    "reddit-embed-bq",
    "reddit-card",
    "mastodon-embed",
    "telegram-post",
];

/// A shorter list may be of sources.
const CARDS_MIN: usize = 2;
/// The fewest words of a headline.
const TITLE_WORDS_MIN: usize = 3;
/// Some scripts have no blanks between words.
const TITLE_BYTES_MIN: usize = 36;

/// What an element of the story is.
pub(super) enum Piece<'d> {
    /// A block; an empty text is no block.
    Text(BlockKind, String),
    /// A list of nothing but words that furniture says: the buttons of a share bar, or names of companies.
    Labels(String),
    /// Rows of the ticker, and hardly anything else.
    Ticker(Vec<Quote>),
    /// Nothing but links.
    Links(Vec<SoleLink<'d>>),
    /// It only lays out what is inside.
    Frame,
}

/// The link that an element consists of.
pub(super) struct SoleLink<'d> {
    pub(super) href: &'d str,
    pub(super) title: String,
}

/// Returns what a list, a table, preformatted text or a quotation is, without the elements in `drop`.
pub(super) fn read<'d>(scene: &Scene<'_>, element: Element<'d>, drop: &ElementSet) -> Piece<'d> {
    match element.name() {
        "pre" => preformatted(scene, element),
        "table" => table(scene, element, drop),
        "blockquote" => quote(element, drop),
        _ => list(scene, element, drop),
    }
}

fn list<'d>(scene: &Scene<'_>, list: Element<'d>, drop: &ElementSet) -> Piece<'d> {
    if let Some(quotes) = scene.rules.grammar.fill(&flatten_without(list, drop).text) {
        return Piece::Ticker(quotes);
    }
    let is_dropped = |it: &Element<'d>| is_hidden(*it) || drop.contains(*it);
    let items: Vec<Element<'d>> = list.elements().filter(|it| !is_dropped(it)).collect();
    let links = items.iter().map(|it| sole_link(*it)).collect::<Option<Vec<_>>>();
    if let Some(links) = links.filter(|links| !links.is_empty()) {
        return Piece::Links(links);
    }
    if let Some(cards) = cards(scene, &items) {
        return Piece::Links(cards);
    }
    let mut lines = Vec::new();
    for item in items {
        let flat = flatten_without(item, drop);
        let texts = (0..flat.lines.len()).map(|at| fold(flat.line(at)));
        let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            lines.push(text);
        }
    }
    let are_labels = lines.iter().all(|it| scene.rules.profile.text.boilerplate.has(it));
    let text = lines.join("\n");
    if are_labels { Piece::Labels(text) } else { Piece::Text(BlockKind::List, text) }
}

/// Returns the links of a list of other stories, whose items say more than the headline: a kicker, a date, the first words. `None`
/// for a list that is words.
fn cards<'d>(scene: &Scene<'_>, items: &[Element<'d>]) -> Option<Vec<SoleLink<'d>>> {
    if items.len() < CARDS_MIN {
        return None;
    }
    let card = |item: &Element<'d>| {
        let flat = flatten(*item);
        let linked: usize = flat.links.iter().map(|it| it.range.len()).sum();
        let longest =
            flat.links.iter().filter(|it| scene.is_on_site(it.href)).max_by_key(|it| it.range.len())?;
        let title = fold(flat.title(longest));
        let is_long = TITLE_WORDS_MIN <= title.split(' ').count() || TITLE_BYTES_MIN <= title.len();
        let is_first = longest.line == 0 && flat.line(0).trim().len() <= longest.range.len();
        // A word with a link in a sentence is the sentence's.
        let is_title = is_long && (is_first || flat.text.len() <= 2 * linked);
        is_title.then_some(SoleLink { href: longest.href, title })
    };
    let found: Vec<SoleLink<'d>> = items.iter().filter_map(card).collect();
    // One item may be an advertisement.
    (items.len() <= found.len() + found.len() / 4).then_some(found)
}

fn preformatted<'d>(scene: &Scene<'_>, pre: Element<'d>) -> Piece<'d> {
    let mut text = String::new();
    for step in pre.walk() {
        match step {
            Step::Text(more) => text.push_str(more),
            Step::Open(it) if it.name() == "br" => text.push('\n'),
            Step::Open(_) | Step::Close(_) => {}
        }
    }
    match scene.rules.grammar.fill(&text) {
        Some(quotes) => Piece::Ticker(quotes),
        None => Piece::Text(BlockKind::Table, verbatim(&text)),
    }
}

fn table<'d>(scene: &Scene<'_>, table: Element<'d>, drop: &ElementSet) -> Piece<'d> {
    if let Some(quotes) = scene.rules.grammar.fill(&flatten_without(table, drop).text) {
        return Piece::Ticker(quotes);
    }
    // The rows of a table inside it are part of its cells.
    let is_own = |row: &Element<'d>| row.ancestors().find(|it| it.name() == "table") == Some(table);
    let rows = table.descendants().filter(|it| it.name() == "tr").filter(is_own);
    let rows: Vec<Element<'d>> = rows.collect();
    let cells = |row: Element<'d>| row.elements().filter(|it| matches!(it.name(), "td" | "th"));
    let is_prose = |cell: Element<'d>| 1 < cell.descendants().filter(|it| it.name() == "p").count();
    // One column lays out a page, and so does a cell of several paragraphs: they tabulate nothing.
    let is_frame = rows.iter().all(|row| cells(*row).count() <= 1)
        || rows.iter().any(|row| cells(*row).any(is_prose));
    if is_frame {
        return Piece::Frame;
    }
    let line = |row: &Element<'d>| {
        let texts = cells(*row).map(|cell| fold(&element_text(cell)));
        texts.collect::<Vec<_>>().join("\t").trim_end().to_owned()
    };
    let lines: Vec<String> = rows.iter().map(line).filter(|line| !line.is_empty()).collect();
    Piece::Text(BlockKind::Table, lines.join("\n"))
}

fn quote<'d>(quote: Element<'d>, drop: &ElementSet) -> Piece<'d> {
    let flat = flatten_without(quote, drop);
    let lines = (0..flat.lines.len()).map(|at| fold(flat.line(at))).filter(|line| !line.is_empty());
    Piece::Text(BlockKind::Quote, lines.collect::<Vec<_>>().join("\n"))
}

/// Returns the one link that an element consists of.
fn sole_link(element: Element<'_>) -> Option<SoleLink<'_>> {
    let flat = flatten(element);
    let href = flat.links.first()?.href;
    let same = flat.links.iter().filter(|link| link.href == href);
    let linked: String = same.map(|link| essence(flat.title(link))).collect();
    let is_sole = !linked.is_empty() && linked == essence(&flat.text);
    let titles = flat.links.iter().map(|link| fold(flat.title(link))).collect::<Vec<_>>();
    is_sole.then(|| SoleLink { href, title: titles.join(" ") })
}

/// Whether an element is a post of a social network, as the networks' own instructions mark it.
pub(super) fn is_embed(element: Element<'_>) -> bool {
    let class = element.attr("class").filter(|_| matches!(element.name(), "blockquote" | "div"));
    class.is_some_and(|it| it.split_ascii_whitespace().any(|name| EMBED_CLASSES.contains(&name)))
}

/// Returns an embedded post, video or page as a block. `None` where nothing says what is embedded.
pub(super) fn embed(element: Element<'_>, base: &Url) -> Option<Block> {
    let parts = || std::iter::once(element).chain(element.descendants());
    let attr = |names: &[&str]| {
        let values = parts().filter_map(|it| names.iter().find_map(|name| it.attr(name)));
        values.map(str::trim).find(|value| !value.is_empty()).map(str::to_owned)
    };
    let frame = || {
        let frames = parts().filter(|it| matches!(it.name(), "iframe" | "video" | "embed"));
        frames.filter_map(|it| it.attr("data-src").or(it.attr("src"))).map(str::to_owned).next()
    };
    // The links of a post come before the one that leads to it.
    let link = || parts().filter(|it| it.name() == "a").filter_map(|it| it.attr("href")).last();
    let address = attr(&["cite", "data-instgrm-permalink", "data-href", "data-url"]);
    let address = address.or_else(frame).or_else(|| link().map(str::to_owned))?;
    let url = base.join(address.trim()).ok().filter(is_web)?;
    let flat = flatten(element);
    let lines = (0..flat.lines.len()).map(|at| fold(flat.line(at))).filter(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join("\n");
    Some(Block { kind: BlockKind::Embed, text, url: Some(url.into()) })
}
