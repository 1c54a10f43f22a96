//! `tearsheet config init`: a file to begin with. Without an address it has every key with its default; with one it describes the
//! paper there, as far as a first look tells, and marks what to check. Looking is work of `jobs::first_look`.

use std::fmt::Write as _;

use chrono::FixedOffset;
use url::Url;

use crate::{
    config::{Config, DEFAULT},
    jobs::{self, FirstLook, SeenFeed, SeenItems},
    model::{bare_host, counted, is_web},
};

use super::{
    args::Common,
    failure::{Exit, Usage},
    printer::Printer,
    setup::{Setup, block_on, fetcher},
};

/// What marks a line that was guessed.
const CHECK: &str = "CHECK";

pub(super) fn run(common: &Common, url: Option<&str>, printer: &Printer) -> anyhow::Result<Exit> {
    let Some(url) = url else {
        printer.data(&defaults())?;
        return Ok(Exit::Done);
    };
    let url = front_page(url)?;
    // The file that is in force may be the one that this is written to: what is right in it counts.
    let config = Setup::site(common).map(|it| it.config).unwrap_or_default();
    let config = Config { profile: jobs::unknown_paper(&url)?, ..config };
    let look = block_on(async |stop| Ok(jobs::first_look(&fetcher(&config)?, &url, stop).await?))?;
    if let Some(cut) = &look.cut {
        printer.note(&format!("config init: {cut}"));
    }
    if !look.is_front_read {
        printer.note(
            "config init: `tearsheet config init` without an address prints a file to fill in by hand",
        );
        return Ok(Exit::Stopped);
    }
    let text = described(&look);
    printer.data(&text)?;
    let checks = text.lines().filter(|it| it.contains(CHECK)).count();
    printer.note(&format!(
        "config init: {}; {} marked {CHECK}; `tearsheet config check` says whether the file is right",
        counted(look.requests as u64, "request"),
        counted(checks as u64, "line")
    ));
    Ok(if look.cut.is_some() { Exit::Stopped } else { Exit::Done })
}

/// Returns the address of a front page, which people write without its scheme.
fn front_page(text: &str) -> Result<Url, Usage> {
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&full).ok().filter(is_web);
    let url = url.filter(|it| it.has_host() && it.username().is_empty() && it.password().is_none());
    url.ok_or_else(|| {
        let hint = "`tearsheet config init https://www.times.example`";
        Usage::new(format!("`{text}` is not the address of a site"), hint)
    })
}

/// Returns a file to begin with: every key with its default and its meaning, as a comment. It changes nothing until a line is taken
/// out of its comment.
fn defaults() -> String {
    let mut out = String::from(
        "# tearsheet: every key, with its default. A line counts once its first `#` is removed; a line that is not needed may go.\n\
         # `tearsheet config check` says whether the file is right.\n\n",
    );
    for line in DEFAULT.lines().skip_while(|it| !it.starts_with("# The paper")) {
        let is_own = line.is_empty() || line.starts_with('#');
        out += &if is_own { format!("{line}\n") } else { format!("#{line}\n") };
    }
    out
}

/// Returns the file that describes a paper.
fn described(look: &FirstLook) -> String {
    let host = look.base_url.host_str().unwrap_or_default();
    let host = bare_host(host);
    let mut out = format!(
        "# {}, by a first look at it. Lines marked {CHECK} are guesses: docs/another-paper.md says how to go on.\n\n\
         [fetch]\n\
         # {CHECK}: who you are, with an address at which the site can reach you.\n\
         # user_agent = \"example-archive/1.0 (+https://archive.example/bot; desk@archive.example)\"\n\n\
         [site]\n",
        one_line(look.name.as_deref().unwrap_or(host)),
    );
    key(&mut out, "name", look.name.as_deref().unwrap_or(host), "the name of the paper");
    let base = look.base_url.origin().ascii_serialization();
    let _ = writeln!(out, "base_url = {}\nhosts = [{}]", quoted(&base), quoted(host));
    let pictures = look.story.as_ref().map_or(&[][..], |it| &it.image_hosts);
    if !pictures.is_empty() {
        let hosts = pictures.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            out,
            "image_hosts = [{hosts}]  # {CHECK} where its pictures are, for `archive.keep_images`"
        );
    }
    zone(&mut out, look);
    addresses(&mut out, look);
    out.push('\n');
    feeds(&mut out, &look.feeds);
    let has_feed = look.feeds.iter().any(|it| matches!(it.seen, Some(Ok(_))));
    for (at, sitemap) in look.sitemaps.iter().map(|it| one_line(it)).enumerate() {
        let _ = if at == 0 && !has_feed {
            writeln!(
                out,
                "# {CHECK}: robots.txt names it.\n[[site.sitemaps]]\nurl = {}\n",
                quoted(&sitemap)
            )
        } else {
            writeln!(
                out,
                "# robots.txt names a sitemap, which is read without being named here: {sitemap}\n"
            )
        };
    }
    if !has_feed {
        let _ = writeln!(
            out,
            "# {CHECK}: no feed was found. A page with a list of the newest stories is a source, too.\n\
             # [[site.listings]]\n# url = \"/latest\"\n"
        );
    }
    out
}

/// Writes the zone in which the days of the paper begin.
fn zone(out: &mut String, look: &FirstLook) {
    let named = look.offset.and_then(zone_of);
    let why = match look.offset {
        Some(offset) => format!(
            "its times are written with {offset}; the name of the place is better (`Europe/London`), for it knows of summer time"
        ),
        None => "the zone in which its days begin".to_owned(),
    };
    key(out, "time_zone", named.as_deref().unwrap_or("UTC"), &why);
}

/// Returns the zone of the tz database that always has an offset; `None` where there is none.
fn zone_of(offset: FixedOffset) -> Option<String> {
    let seconds = offset.local_minus_utc();
    let hours = seconds / 3600;
    match hours {
        _ if seconds % 3600 != 0 => None,
        0 => None,
        // The names of these zones count the other way.
        _ => Some(format!("Etc/GMT{:+}", -hours)),
    }
}

/// Writes what the addresses of stories look like, and how one of them is read.
fn addresses(out: &mut String, look: &FirstLook) {
    let Some(form) = &look.form else {
        let _ = writeln!(
            out,
            "# {CHECK}: no form of the addresses of stories was found. What tells a story from all others is the group `id`.\n\
             article_path = '^/(?<id>.+-.+)$'\narticle_url = \"/{{id}}\""
        );
        return;
    };
    let _ = writeln!(
        out,
        "# {CHECK}: {} of this form.\narticle_path = '{}'\narticle_url = {}",
        counted(form.examples as u64, "story"),
        form.path,
        quoted(&form.url)
    );
    if let Some(story) = &look.story {
        let _ = writeln!(
            out,
            "\n# {CHECK}: a story as it is read without rules; where it is wrong, `[site.rules]` helps.\n\
             #   {}\n#   headline  {}\n#   published {}\n#   text      {}",
            story.url,
            one_line(story.headline.as_deref().unwrap_or("none")),
            story.published_on.map_or("none".to_owned(), |it| it.to_string()),
            counted(story.words as u64, "word")
        );
    }
}

/// Writes the feeds: those that were not read as comments.
fn feeds(out: &mut String, feeds: &[SeenFeed]) {
    for SeenFeed { url, seen } in feeds {
        let (why, mark) = match seen {
            Some(Ok(SeenItems { stories, newest_at })) => {
                let newest =
                    newest_at.map(|it| format!(", the newest of {}", it.format("%Y-%m-%d %H:%M UTC")));
                (format!("{}{}", counted(*stories as u64, "story"), newest.unwrap_or_default()), "")
            }
            Some(Err(cause)) => (format!("{CHECK}: cannot be read: {}", one_line(cause)), "# "),
            None => (format!("{CHECK}: not looked at"), "# "),
        };
        let _ = writeln!(out, "# {why}\n{mark}[[site.feeds]]\n{mark}url = {}\n", quoted(url.as_str()));
    }
}

/// Writes a key that was guessed.
fn key(out: &mut String, key: &str, value: &str, what: &str) {
    let _ = writeln!(out, "{key} = {}  # {CHECK}: {what}", quoted(&one_line(value)));
}

/// Returns a text as a string of TOML, of which the strings of JSON are some.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns a text of somebody else without anything that ends a line or commands a terminal.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|it| !it.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_of_an_offset_counts_the_other_way() {
        let zone = |seconds| zone_of(FixedOffset::east_opt(seconds).expect("an offset"));
        assert_eq!(zone(5 * 3600).as_deref(), Some("Etc/GMT-5"));
        assert_eq!(zone(-4 * 3600).as_deref(), Some("Etc/GMT+4"));
        assert_eq!(zone(0), None);
        assert_eq!(zone(5 * 3600 + 1800), None);
        assert!("Etc/GMT-5".parse::<chrono_tz::Tz>().is_ok());
    }

    #[test]
    fn an_address_may_lack_its_scheme() {
        assert_eq!(front_page("times.example").expect("a site").as_str(), "https://times.example/");
        for bad in ["ftp://times.example", "https://", "https://me:secret@times.example", "a b"] {
            assert!(front_page(bad).is_err(), "{bad}");
        }
    }
}
