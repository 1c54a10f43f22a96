//! RSS 2.0 and Atom: one request gives a batch of links with dates. Sitemaps look alike and are not: they name files that name
//! files, and have a file of their own (`sitemap.rs`).

use std::time::Duration;

use quick_xml::{Reader, events::Event};
use url::Url;

use crate::{
    config::{Feed, Profile},
    html,
    model::{RawPage, Via},
};

use super::{NamedPages, Source, admit};

/// A feed lists tens of items; of one with thousands, the first are read.
const ITEMS_MAX: usize = 5_000;

/// A feed of the profile.
pub struct FeedSource<'p> {
    profile: &'p Profile,
    feed: &'p Feed,
    is_read: bool,
}

impl<'p> FeedSource<'p> {
    /// Returns a feed that has not been read yet.
    pub fn new(profile: &'p Profile, feed: &'p Feed) -> Self {
        Self { profile, feed, is_read: false }
    }
}

impl Source for FeedSource<'_> {
    fn url(&self) -> &Url {
        &self.feed.url
    }

    fn kind(&self) -> &'static str {
        Via::Feed.code()
    }

    fn stale_after(&self) -> Option<Duration> {
        self.feed.stale_after
    }

    fn ask(&mut self) -> Option<Url> {
        (!std::mem::replace(&mut self.is_read, true)).then(|| self.feed.url.clone())
    }

    fn absorb(&mut self, page: &RawPage) -> NamedPages {
        let text = html::decode(&page.body, page.content_type.as_deref()).text;
        parse(&text, &self.feed.url, self.profile)
    }
}

#[derive(Default)]
struct Item {
    /// `link`: in RSS its text, in Atom the `href` of the alternate.
    link: String,
    /// The permalink: `guid` or `id`.
    guid: String,
    published: String,
    updated: String,
}

fn parse(text: &str, base: &Url, profile: &Profile) -> NamedPages {
    let mut named = NamedPages::default();
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}').trim_start());
    // Templates write feeds, and some are broken: the part that can be read is read.
    reader.config_mut().check_end_names = false;
    let mut item: Option<Item> = None;
    let mut field = String::new();
    let mut is_feed = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                field = local_name(start.name().as_ref());
                is_feed |= matches!(field.as_str(), "rss" | "feed" | "rdf");
                match (field.as_str(), &mut item) {
                    ("item" | "entry", _) => item = Some(Item::default()),
                    ("link", Some(item)) => link(&start, item),
                    _ => {}
                }
            }
            Ok(Event::Empty(start)) => {
                if let ("link", Some(item)) = (local_name(start.name().as_ref()).as_str(), &mut item) {
                    link(&start, item);
                }
            }
            Ok(Event::Text(text)) => {
                note(&mut item, &field, &text);
            }
            Ok(Event::GeneralRef(entity)) => {
                let name: &str = &entity;
                note(&mut item, &field, &html::unescape(&format!("&{name};")));
            }
            Ok(Event::CData(text)) => note(&mut item, &field, &text),
            Ok(Event::End(end)) => {
                field.clear();
                if matches!(local_name(end.name().as_ref()).as_str(), "item" | "entry")
                    && let Some(item) = item.take()
                {
                    push(&mut named, &item, base, profile);
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                named.problem = Some(format!("broken XML: {error}"));
                break;
            }
        }
        if ITEMS_MAX <= named.candidates.len() {
            break;
        }
    }
    if !is_feed {
        named.problem = Some("not a feed".to_owned());
    }
    named
}

fn local_name(name: &str) -> String {
    let name = name.to_lowercase();
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// Notes the address of an Atom link, which is in an attribute; of several links, the alternate is the page.
fn link(start: &quick_xml::events::BytesStart<'_>, item: &mut Item) {
    let attribute = |name: &str| {
        let found = start.try_get_attribute(name).ok().flatten()?;
        Some(html::unescape(&found.value))
    };
    let is_alternate = attribute("rel").is_none_or(|it| it == "alternate");
    if let Some(href) = attribute("href").filter(|_| is_alternate) {
        item.link = href;
    }
}

fn note(item: &mut Option<Item>, field: &str, text: &str) {
    let Some(item) = item else { return };
    let target = match field {
        "link" => &mut item.link,
        "guid" | "id" => &mut item.guid,
        "pubdate" | "published" | "date" => &mut item.published,
        "updated" | "modified" => &mut item.updated,
        _ => return,
    };
    target.push_str(text);
}

fn push(named: &mut NamedPages, item: &Item, base: &Url, profile: &Profile) {
    let published_at = admit::time(&item.published, profile);
    let changed_at = admit::time(&item.updated, profile);
    // An item that is not of the site still says how fresh the feed is.
    named.newest_at = named.newest_at.max(published_at).max(changed_at);
    let addresses = [&item.link, &item.guid];
    let admitted = addresses.into_iter().filter(|it| !it.trim().is_empty());
    let mut admitted = admitted.filter_map(|it| admit::admit(profile, base, it, Via::Feed));
    if let Some(candidate) = admitted.next() {
        named.push(crate::model::Candidate { published_at, changed_at, ..candidate });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn read(text: &str) -> NamedPages {
        let profile = Config::default().profile;
        parse(text, &profile.base_url.clone(), &profile)
    }

    #[track_caller]
    fn ids(named: &NamedPages, expect: &[&str]) {
        assert_eq!(named.candidates.iter().map(|it| it.key.id.as_str()).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn rss_is_read() {
        let named = read(
            "<?xml version='1.0'?><rss version='2.0'><channel><link>https://www.brecorder.com/</link>
             <item><title>A &amp; B</title><link>https://www.brecorder.com/news/1/a?x=1&amp;y=2</link>
               <pubDate>Mon, 08 Mar 2021 11:20:00 +0500</pubDate></item>
             <item><link><![CDATA[https://www.brecorder.com/news/2/b]]></link></item>
             <item><guid isPermaLink='true'>https://www.brecorder.com/news/3</guid></item>
             <item><link>https://www.brecorder.com/news/amp/1</link></item>
             <item><link>https://elsewhere.example/news/9</link></item>
             </channel></rss>",
        );
        ids(&named, &["1", "2", "3"]);
        assert_eq!(named.candidates[0].url.as_str(), "https://www.brecorder.com/news/1/a");
        assert_eq!(
            named.newest_at.map(|it| it.to_rfc3339()).as_deref(),
            Some("2021-03-08T06:20:00+00:00")
        );
        assert_eq!(named.problem, None);
    }

    #[test]
    fn atom_is_read() {
        let named = read(
            "<feed xmlns='http://www.w3.org/2005/Atom'><link href='https://www.brecorder.com/'/>
             <entry><link rel='self' href='/x'/><link rel='alternate' href='/news/1/a'/>
               <published>2021-03-08T11:20:00+05:00</published><updated>2021-03-08T12:00:00+05:00</updated></entry>
             <entry><link href='/news/2'/><id>tag:x</id></entry></feed>",
        );
        ids(&named, &["1", "2"]);
        assert_eq!(
            named.candidates[0].changed_at.map(|it| it.to_rfc3339()).as_deref(),
            Some("2021-03-08T07:00:00+00:00")
        );
    }

    #[test]
    fn what_is_no_feed_says_so_and_a_torn_one_is_read_as_far_as_it_goes() {
        assert_eq!(read("<html><body>blocked</body></html>").problem.as_deref(), Some("not a feed"));
        assert_eq!(read("").problem.as_deref(), Some("not a feed"));
        let torn = read("<rss><channel><item><link>/news/1</link></item><item><link>/news/2</li");
        ids(&torn, &["1"]);
        assert!(torn.problem.is_some());
    }
}
