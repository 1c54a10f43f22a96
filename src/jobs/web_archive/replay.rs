//! The address of a replay: which capture an archive gave. Archives lead from the capture that was asked for to the nearest one that they
//! can replay, so the address of the answer is what counts. What is asked for is decided in `reader.rs`.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::model::{bare_host, without_scheme};

/// A capture, as the address of its replay names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Replayed {
    /// The address that was captured.
    pub(super) url: String,
    /// When it was captured; `None` where the address gives no whole moment.
    pub(super) at: Option<DateTime<Utc>>,
}

impl Replayed {
    /// Reads the address of a replay that a template with `{timestamp}` and `{url}` was made for. What stands between the two, such as
    /// the `id_` of the Wayback Machine, may be missing or another. Returns `None` where it is no such address.
    pub(super) fn read(address: &str, template: &str) -> Option<Self> {
        let (before, after) = template.split_once("{timestamp}")?;
        let rest = without_scheme(address).strip_prefix(without_scheme(before))?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (timestamp, rest) = rest.split_at(digits);
        let (_, url) = rest.split_once('/').filter(|_| 0 < digits && after.contains('/'))?;
        let url = after.split_once("{url}").map_or(url, |it| url.strip_suffix(it.1).unwrap_or(url));
        let at = Some(timestamp).filter(|it| it.len() == 14);
        let at = at.and_then(|it| NaiveDateTime::parse_from_str(it, "%Y%m%d%H%M%S").ok());
        Some(Self { url: url.to_owned(), at: at.map(|it| it.and_utc()) })
    }
}

/// Whether two addresses are one: archives lead from `http` to `https` and from one form of a host to another.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let bare = |it: &str| bare_host(without_scheme(it)).trim_end_matches('/').replacen(":80/", "/", 1);
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expect: Option<(&str, Option<&str>)>) {
        let found = Replayed::read(address, "https://web.example/web/{timestamp}id_/{url}");
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let expect = expect.map(|it| Replayed { url: it.0.to_owned(), at: it.1.map(at) });
        assert_eq!(found, expect, "{address}");
    }

    #[test]
    fn the_address_of_a_replay_names_its_capture() {
        let page = "https://site.example/news/1/a";
        let at = Some("2024-03-05T10:00:00Z");
        check(
            "https://web.example/web/20240305100000id_/https://site.example/news/1/a",
            Some((page, at)),
        );
        check("http://web.example/web/20240305100000/https://site.example/news/1/a", Some((page, at)));
        check("https://web.example/web/20240305id_/https://site.example/news/1/a", Some((page, None)));
        check("https://web.example/web/*/https://site.example/news/1/a", None);
        check("https://site.example/news/1/a", None);
        check("https://other.example/web/20240305100000id_/https://site.example/news/1/a", None);
    }
}
