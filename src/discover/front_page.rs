//! What the front page of a paper tells somebody who sees it for the first time: its name, its feeds, its links.

use std::{
    collections::{BTreeMap, HashSet},
    sync::LazyLock,
};

use chrono::FixedOffset;
use regex::Regex;
use url::Url;

use crate::{
    html::{self, Document, Element},
    model::RawPage,
};

/// The types of feeds in `<link rel="alternate">`.
const FEED_TYPES: [&str; 4] =
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"];

/// No paper has a longer name.
const NAME_WORDS_MAX: usize = 12;
/// The number of times on a page that show its offset.
const TIMES_MAX: usize = 1_000;

/// A front page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontPage {
    /// What the site calls itself.
    pub name: Option<String>,
    /// The feeds that it names for programs, in its order.
    pub feeds: Vec<Url>,
    /// Every page of its host that it links to, each once.
    pub links: Vec<Url>,
}

impl FrontPage {
    /// Reads a page that was asked for at `url`.
    pub fn read(page: &RawPage, url: &Url) -> Self {
        let decoded = html::decode(&page.body, page.content_type.as_deref());
        let document = Document::parse(&decoded.text);
        let mut front = Self::default();
        let (mut seen, mut title) = (HashSet::new(), None);
        for element in document.root().descendants() {
            let href = || url.join(element.attr("href")?.trim()).ok();
            match element.name() {
                "meta" if is_site_name(element) => {
                    front.name = front.name.take().or_else(|| element.attr("content").map(name_of));
                }
                "title" => title = title.or_else(|| Some(name_of(&element.text()))),
                "link" if is_feed(element) => front.feeds.extend(href()),
                "a" => {
                    let link = href().filter(|it| it.host() == url.host());
                    front.links.extend(link.filter(|it| seen.insert(it.clone())));
                }
                _ => {}
            }
        }
        let is_name = |it: &String| !it.is_empty();
        front.name = front.name.filter(is_name).or(title.filter(is_name));
        front
    }
}

/// Returns how far from UTC a page, or a feed, writes most of its times; `None` where it writes none with an offset.
pub fn written_offset(text: &str) -> Option<FixedOffset> {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        let time = r"[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)? ?(?<sign>[+-])(?<hours>\d\d):?(?<minutes>\d\d)\b";
        Regex::new(time).expect("the pattern is right")
    });
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for found in TIME.captures_iter(text).take(TIMES_MAX) {
        let number = |name: &str| found[name].parse::<i32>().unwrap_or_default();
        let seconds = number("hours") * 3600 + number("minutes") * 60;
        *counts.entry(if &found["sign"] == "-" { -seconds } else { seconds }).or_default() += 1;
    }
    let (seconds, _) = counts.into_iter().max_by_key(|it| it.1)?;
    FixedOffset::east_opt(seconds)
}

fn is_site_name(element: Element<'_>) -> bool {
    let named = |attr| element.attr(attr).is_some_and(|it| it.eq_ignore_ascii_case("og:site_name"));
    named("property") || named("name")
}

fn is_feed(element: Element<'_>) -> bool {
    let mut words = element.attr("rel").unwrap_or_default().split_ascii_whitespace();
    let of_type = element.attr("type").unwrap_or_default();
    words.any(|it| it.eq_ignore_ascii_case("alternate"))
        && FEED_TYPES.iter().any(|it| it.eq_ignore_ascii_case(of_type.trim()))
}

/// Returns the first part of a title: the front page adds what the paper is about.
fn name_of(title: &str) -> String {
    let title = title.split(|it: char| it.is_whitespace() || it.is_control());
    let title = title.filter(|it| !it.is_empty()).take(NAME_WORDS_MAX).collect::<Vec<_>>().join(" ");
    let end = [" | ", " - ", " – ", " — ", ": "].iter().filter_map(|it| title.find(it)).min();
    title[..end.unwrap_or(title.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> FrontPage {
        let page = RawPage::live(body.to_owned());
        FrontPage::read(&page, &Url::parse("https://t.example/home").expect("valid"))
    }

    #[test]
    fn the_offset_of_most_times_counts() {
        let check = |text: &str, seconds: Option<i32>| {
            assert_eq!(written_offset(text).map(|it| it.local_minus_utc()), seconds, "{text}");
        };
        check(
            "at 2024-03-08T11:00:00+05:00, 2024-03-08T11:00:00.5+0500, 2024-03-08T06:00:00+00:00",
            Some(18_000),
        );
        check("<pubDate>Fri, 08 Mar 2024 11:00:00 -0330</pubDate>", Some(-12_600));
        check("at 08:00 -1200 points, 2024-03-08T11:00:00Z", Some(-43_200));
        check("2024-03-08T11:00:00Z", None);
    }

    #[test]
    fn a_front_page_names_itself_and_its_feeds() {
        let front = read(
            "<title>The Example | News of the harbour</title>\
             <link rel='alternate' type='application/rss+xml' href='/rss'>\
             <link rel=alternate hreflang=de href='/de'><link rel=stylesheet type='application/rss+xml' href='/x'>\
             <a href='/a'>A</a><a href='/a'>again</a><a href='https://elsewhere.example/b'>B</a><a>no</a>",
        );
        assert_eq!(front.name.as_deref(), Some("The Example"));
        assert_eq!(front.feeds.iter().map(Url::path).collect::<Vec<_>>(), ["/rss"]);
        assert_eq!(front.links.iter().map(Url::path).collect::<Vec<_>>(), ["/a"]);
        let named = read("<title>Home</title><meta property='og:site_name' content='The Harbour Post'>");
        assert_eq!(named.name.as_deref(), Some("The Harbour Post"));
    }
}
