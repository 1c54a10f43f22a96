//! What a file is: a web archive, a page, a packed page, or something else that is refused by its name. Files are told by what is
//! in them, because endings lie. How a web archive is taken apart is the business of `records`.

use std::io::{BufRead, Read};

use crate::{
    coding::{self, CodingError, PlainBody},
    extract::is_text,
    image,
    warc::{self, Packing},
};

use super::source::{Contents, Unreadable};

/// The number of first bytes that tell what a file is.
const SNIFF_BYTES: usize = 8000;

/// Looks into a file. Returns what is in it. `content_type` is the type that its name stands for, and `max` the size of the largest page.
/// Fails where it is nothing that can be imported.
pub fn contents(
    mut input: Box<dyn BufRead + Send>,
    content_type: Option<String>,
    max: usize,
) -> Result<Contents, Unreadable> {
    let head = input.fill_buf()?;
    let head = &head[..head.len().min(SNIFF_BYTES)];
    let is_packed = Packing::of(head) != Packing::Plain;
    let first = warc::first_bytes(head);
    // What cannot be unpacked is damaged, and a web archive may be read after the damage.
    if has_record(&first) || (is_packed && first.is_empty()) {
        return Ok(Contents::Archive(input));
    }
    if let Some(what) = foreign(&first) {
        return Err(Unreadable::Foreign { what });
    }
    let mut body = Vec::new();
    input.take(max as u64 + 1).read_to_end(&mut body)?;
    if max < body.len() {
        return Err(Unreadable::TooLarge { max });
    }
    let PlainBody { body, lost, .. } = if is_packed {
        coding::decode("gzip", body, max).map_err(|error| match error {
            CodingError::TooLarge { max } => Unreadable::TooLarge { max },
            CodingError::Foreign { .. } | CodingError::Unknown { .. } => Unreadable::Binary,
        })?
    } else {
        PlainBody::whole(body)
    };
    if !is_text(&body[..body.len().min(SNIFF_BYTES)], content_type.as_deref()) {
        return Err(Unreadable::Binary);
    }
    Ok(Contents::Page { body, content_type, lost })
}

/// Whether a record of a web archive begins in these bytes, whatever stands before it: a page has no such line.
fn has_record(first: &[u8]) -> bool {
    let begins = |line: &[u8]| line.starts_with(b"WARC/1.") || line.starts_with(b"WARC/0.1");
    first.starts_with(b"WARC/") || first.split(|it| *it == b'\n').any(begins)
}

/// Returns what a file is that begins so and is no page, in words.
fn foreign(first: &[u8]) -> Option<&'static str> {
    let begins = |mark: &[u8]| first.starts_with(mark);
    if begins(b"filedesc://") {
        return Some("an ARC file, the format before WARC; `warcio recompress` makes a WARC file of it");
    }
    if begins(b"bplist00") {
        return Some("a web archive of Safari");
    }
    if begins(b"%PDF-") {
        return Some("a PDF");
    }
    if begins(b"PK\x03\x04") {
        return Some("a ZIP file; the WARC files of a WACZ file are in its folder `archive`");
    }
    let text = String::from_utf8_lossy(first);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.starts_with('<') { of_markup(text) } else { of_text(text) }
}

fn of_markup(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    match image::root_element(&lower)?.name {
        "rss" | "feed" | "rdf" => Some("a feed, which names stories and is none"),
        "urlset" | "sitemapindex" => Some("a sitemap, which names stories and is none"),
        "plist" if lower.contains("webmainresource") => Some("a web archive of Safari"),
        "opml" => Some("a list of feeds"),
        _ => None,
    }
}

fn of_text(text: &str) -> Option<&'static str> {
    let is_json =
        text.strip_prefix(['{', '[']).is_some_and(|it| it.trim_start().starts_with(['"', '{', '[']));
    if is_json {
        return Some(if text.contains("\"entries\"") || text.contains("\"creator\"") {
            "a HAR file, the requests of a browser"
        } else if text.contains("jsonfeed.org") {
            "a feed, which names stories and is none"
        } else {
            "JSON"
        });
    }
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
    let key = lines.map(|it| it.split_once(':').map(|it| it.0.trim().to_ascii_lowercase())).next()??;
    let is_rule =
        matches!(key.as_str(), "user-agent" | "sitemap" | "disallow" | "allow" | "crawl-delay");
    is_rule.then_some("a robots.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let found = foreign(text.as_bytes());
        assert_eq!(found.is_some(), expect.is_some(), "{text}: {found:?}");
        assert!(found.unwrap_or_default().contains(expect.unwrap_or_default()), "{text}: {found:?}");
    }

    #[test]
    fn what_is_no_page_is_called_by_its_name() {
        check("filedesc://a.arc 0.0.0.0 20240305100000 text/plain 76\n", Some("ARC"));
        check("bplist00\u{1}", Some("Safari"));
        check(
            "<?xml version='1.0'?>\n<!DOCTYPE plist><plist><dict><key>WebMainResource</key>",
            Some("Safari"),
        );
        check("<?xml version='1.0'?><!-- x --><rss version='2.0'>", Some("a feed"));
        check("\u{FEFF}<feed xmlns='http://www.w3.org/2005/Atom'>", Some("a feed"));
        check("<rdf:RDF>", Some("a feed"));
        check("<urlset>", Some("a sitemap"));
        check("{\"log\": {\"version\": \"1.2\", \"creator\": {}, \"entries\": [", Some("HAR"));
        check("{\"version\": \"https://jsonfeed.org/version/1.1\"}", Some("a feed"));
        check("[{\"a\": 1}]", Some("JSON"));
        check("# ours\nUser-agent: *\nDisallow: /\n", Some("robots.txt"));
        check("%PDF-1.7", Some("PDF"));
        check("PK\u{3}\u{4}", Some("ZIP"));
    }

    #[test]
    fn a_web_archive_is_one_whatever_stands_before_its_first_record() {
        let is_archive = |bytes: &'static [u8]| {
            matches!(contents(Box::new(bytes), None, 1 << 20), Ok(Contents::Archive(_)))
        };
        assert!(is_archive(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n"));
        assert!(is_archive(b"\r\n\r\nWARC/1.0\r\n"));
        assert!(is_archive(b"garbage of a torn record\nWARC/1.1\r\n"));
        assert!(!is_archive(b"<p>What WARC/1.1 is</p>\n<p>WARC/1.1</p>"));
    }

    #[test]
    fn pages_are_not_refused() {
        for text in [
            "<!doctype html><html>",
            "<?xml version='1.0'?><html>",
            "<!-- saved from url=(0033)https://x.example/ --><html>",
            "KARACHI: The rupee held.",
            "{ A note in braces }",
            "",
            "Sitemaps: how they work",
        ] {
            check(text, None);
        }
    }
}
