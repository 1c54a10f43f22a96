//! What a page that a browser saved says of itself: where it was saved from, and when.

use url::Url;

use crate::model::{Captured, WrittenDate};

/// The part of a saved page in which a browser says where it saved the page from.
const COMMENT_BYTES: usize = 4 << 10;

/// What was found in a saved page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    /// The address.
    pub(super) url: Option<Url>,
    /// The time.
    pub(super) captured_at: Option<Captured>,
}

/// Looks for the comments that browsers and their extensions leave in pages they save. Returns what they say.
pub(super) fn evidence(body: &[u8]) -> Evidence {
    let head = String::from_utf8_lossy(&body[..body.len().min(COMMENT_BYTES)]);
    // `<!-- saved from url=(0041)https://… -->`; the number is the length of the address.
    let saved = head.split_once("saved from url=(").and_then(|it| it.1.split_once(')')).map(|it| it.1);
    // `Page saved with SingleFile  url: https://…  saved date: Mon Mar 08 2021 11:20:00 GMT+0500 (…)`.
    let single = head.split_once("SingleFile").map(|it| it.1);
    let word = |text: &str| text.split_ascii_whitespace().next().unwrap_or_default().to_owned();
    let url = saved.map(word).or_else(|| single?.split_once("url:").map(|it| word(it.1)));
    let url = url.and_then(|it| Url::parse(it.trim_end_matches("-->")).ok());
    let captured_at = single.and_then(|it| it.split_once("saved date:")).and_then(|it| {
        let text = it.1.split(['(', '\n']).next()?.trim();
        match WrittenDate::read(text, None)? {
            WrittenDate::Moment(at) => Some(Captured::At(at.to_utc())),
            WrittenDate::Day(_) => None,
        }
    });
    Evidence { url, captured_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_pages_say_where_they_are_from() {
        let check = |text: &str, url: Option<&str>, at: Option<&str>| {
            let found = evidence(text.as_bytes());
            assert_eq!(found.url.as_ref().map(Url::as_str), url, "{text}");
            assert_eq!(found.captured_at.map(|it| it.to_string()).as_deref(), at, "{text}");
        };
        check(
            "<!DOCTYPE html>\n<!-- saved from url=(0033)https://www.brecorder.com/news/1/a -->\n<html>",
            Some("https://www.brecorder.com/news/1/a"),
            None,
        );
        check(
            "<html><!--\n Page saved with SingleFile \n url: https://www.brecorder.com/news/1/a \n saved date: Mon Mar 08 2021 11:20:00 GMT+0500 (Pakistan Standard Time)\n-->",
            Some("https://www.brecorder.com/news/1/a"),
            Some("2021-03-08T06:20:00Z"),
        );
        check("<html><p>saved</p>", None, None);
    }
}
