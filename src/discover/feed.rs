//! Feeds: RSS, Atom and JSON Feed. One request gives a batch of links with dates, and in many feeds the text of each story.
//! Sitemaps look alike and are not: they name files that name files, and have a folder of their own. How feeds are written is
//! known to `crate::feed`.
//!
//! `feed-rs` (2.4.0) reads sound feeds well and was not taken. Of 28 forms that public reports describe it ends with an error at ten (a
//! bare `&` or `<`, a notice before the XML, CDATA without an end, raw HTML, names in capitals, UTF-16, gzip, JSON without a title, an
//! item after the channel) and loses the address of three (`feedburner:origLink`, `rdf:about`, `xml:base`); of 36 forms of a date
//! it reads 17. It hands over neither the markup of an item nor a date that it does not understand. All of these are read here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::{
    config::{Feed, Profile},
    feed::{self, FeedTexts, ItemTexts},
    model::{Candidate, RawPage, Unread, Via, WrittenDate},
};

use super::{FeedItem, NamedPages, Source, admit, packed, packed::SourceText};

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
        let SourceText { text, lost } = packed::unpack(page);
        let mut named = parse(&text, page.url.as_ref().unwrap_or(&self.feed.url), self.profile);
        if let Some(lost) = lost {
            named.unread.note(|| lost);
        }
        named.keep(&self.feed.filter);
        named
    }
}

/// Returns what a feed names.
pub(super) fn parse(text: &str, base: &Url, profile: &Profile) -> NamedPages {
    let mut named = NamedPages::default();
    let FeedTexts { items, has_more } = match feed::read(text, base, ITEMS_MAX, &mut named.unread) {
        Ok(read) => read,
        Err(problem) => {
            named.problem = Some(problem);
            return named;
        }
    };
    if has_more {
        named.unread.note(|| format!("what comes after {ITEMS_MAX} items"));
    }
    for texts in items {
        let ItemRead { item, newest_at } = into_item(texts, profile, &mut named.unread);
        named.newest_at = named.newest_at.max(newest_at);
        if let Some(item) = item {
            named.push(item.candidate.clone());
            named.items.push(item);
        }
    }
    named
}

/// What an item came to.
struct ItemRead {
    /// The item; `None` where it is no page of the site.
    item: Option<FeedItem>,
    /// Its newest date: an item that is not of the site still says how fresh the feed is.
    newest_at: Option<DateTime<Utc>>,
}

/// Returns the first date that can be read. Where there are dates and none can be, the first is noted.
fn first_date(texts: &[String], zone: Tz, unread: &mut Unread) -> Option<WrittenDate> {
    let date = texts.iter().find_map(|it| WrittenDate::read(it, Some(zone)));
    let written = texts.iter().find(|it| !it.trim().is_empty());
    if let Some(text) = written.filter(|_| date.is_none()) {
        unread.note(|| format!("the date `{}`", text.trim()));
    }
    date
}

/// Returns the item, if it is a page of the site. What of it could not be read is noted.
fn into_item(mut texts: ItemTexts, profile: &Profile, unread: &mut Unread) -> ItemRead {
    let zone = profile.time_zone;
    let published = first_date(&texts.published, zone, unread);
    let updated = first_date(&texts.updated, zone, unread);
    let moment = |it: Option<WrittenDate>| Some(it?.first_moment(zone)?.to_utc());
    let (published_at, changed_at) = (moment(published), moment(updated));
    let newest_at = published_at.max(changed_at);
    if texts.addresses.is_empty() {
        unread.note(|| "an item without an address".to_owned());
    }
    texts.addresses.sort_by_key(|it| it.kind);
    let mut admitted =
        texts.addresses.iter().filter_map(|it| admit::admit(profile, &it.base, &it.text, Via::Feed));
    let Some(candidate) = admitted.next() else { return ItemRead { item: None, newest_at } };
    let candidate = Candidate { published_at, changed_at, ..candidate };
    let item = FeedItem { candidate, has_text: texts.has_text(), raw: texts.raw };
    ItemRead { item: Some(item), newest_at }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::{config::Config, discover::FeedItem};

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
        assert_eq!(read("{\"error\": 1}").problem.as_deref(), Some("not a feed"));
        assert!(read("{\"items\": [").problem.expect("words").starts_with("broken JSON"));
        let torn = read("<rss><channel><item><link>/news/1</link></item><item><link>/news/2</li");
        ids(&torn, &["1"]);
        assert!(torn.unread.words().expect("words").contains("the end, which is missing"));
    }

    /// The ids of one form of a feed with the story 1 in it; nothing of it is lost.
    #[track_caller]
    fn whole(form: &str) {
        let named = read(form);
        ids(&named, &["1"]);
        assert_eq!((named.problem, named.unread.words()), (None, None), "{form}");
    }

    fn rss(items: &str) -> String {
        format!(
            "<?xml version='1.0'?><rss version='2.0'><channel><title>Q</title>{items}</channel></rss>"
        )
    }

    #[test]
    fn links_are_found_where_formats_put_them() {
        let atom = |entry: &str| format!("<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>");
        whole(&atom(
            "<entry><link rel='alternate' type='text/html' href='/news/1/a'/><link rel='alternate' type='application/json' href='/news/9'/><id>x</id></entry>",
        ));
        whole(&atom(
            "<entry><link rel='alternate' type='application/json' href='/news/9'/><link href='/news/1/a' type='text/html'/></entry>",
        ));
        whole(&atom("<entry><link href='/news/1?a=1&b=2'/><id>x</id></entry>"));
        whole(&atom(
            "<entry><source><link href='/news/9'/><id>z</id><updated>2020</updated></source><link href='/news/1'/></entry>",
        ));
        whole(&atom(
            "<entry><link href='/news/1'/><source><link rel='alternate' href='/news/9'/></source></entry>",
        ));
        whole(
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/news/'><entry><link href='1/a'/></entry></feed>",
        );
        whole(
            "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:link href='/news/1'/></a:entry></a:feed>",
        );
        whole(
            "<feed xmlns='http://purl.org/atom/ns#' version='0.3'><entry><link rel='alternate' href='/news/1'/></entry></feed>",
        );
        whole(
            "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel><items><rdf:Seq/></items></channel><item rdf:about='/news/1'><title>t</title></item></rdf:RDF>",
        );
        whole(&rss(
            "<item><link>https://proxy.example/~r/abc</link><guid isPermaLink='false'>abc</guid><feedburner:origLink>/news/1</feedburner:origLink></item>",
        ));
        whole(&rss("<item><link>/news/1</link><link>/news/1?utm=1</link></item>"));
        whole(&rss(
            "<item><image><url>/i.png</url><link>/news/9</link></image><link>/news/1</link></item>",
        ));
        whole(&rss(
            "<item><link>/news/1</link><media:content url='/news/9'><link>/news/9</link></media:content></item>",
        ));
        whole(&rss(
            "<item><link>/news/1</link><description><html><head><link rel='alternate' href='/news/9'/></head></html></description></item>",
        ));
        whole(&rss("<item><link>/news/\n   1</link></item>"));
        whole(&rss("<item><link href='x' href='y'>/news/1</link></item>"));
        whole("<RSS><CHANNEL><ITEM><LINK>/news/1</LINK></ITEM></CHANNEL></RSS>");
        whole("<rss><channel><title>Q</title></channel><item><link>/news/1</link></item></rss>");
        whole(
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": [{\"id\": \"7\", \"url\": \"/news/1\"}]}",
        );
    }

    #[test]
    fn flaws_of_templates_cost_no_item() {
        whole(&rss("<item><title>Oil & Gas</title><link>/news/1?a=1&b=2</link></item>"));
        whole(&rss("<item><title>Oil &amp Gas &</title><link>/news/1</link></item>"));
        whole(&rss(
            "<item><title>a\u{b}b\0c caf&eacute;&nbsp;&rsquo;</title><link>/news/1</link></item>",
        ));
        whole(&rss("<item><title>profit < loss</title><link>/news/1</link></item>"));
        whole(&rss("<item><description><p>one<br>two</description><link>/news/1</link></item>"));
        whole(&rss("<!-- a -- b --><?xml version='1.0'?><item><link>/news/1</link></item>"));
        whole(&rss("<item><x:y>no name space</x:y><link>/news/1</link></item>"));
        whole(&rss("<item><title>open<link>/news/1</link></item>"));
        let two = read(&rss("<item><link>/news/1</link><item><link>/news/2</link></item>"));
        ids(&two, &["1", "2"]);
        let open = read(&rss(
            "<item><link>/news/1</link><description><![CDATA[ open</description></item><item><link>/news/2</link></item>",
        ));
        ids(&open, &["1", "2"]);
        assert!(open.unread.words().expect("words").contains("CDATA"));
        let notice = read(
            "<br />\n<b>Notice</b>: Undefined & more <?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/news/1'/></entry></feed>",
        );
        ids(&notice, &["1"]);
        assert!(notice.unread.words().expect("words").contains("text before the feed"));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let said = |items: &str, words: &str| {
            let found = read(&rss(items)).unread.words().unwrap_or_default();
            assert!(found.contains(words), "{found}");
        };
        said("<item><link>/news/1</link><pubDate>soon XYZT</pubDate></item>", "the date `soon XYZT`");
        said("<item><title>no link</title></item>", "an item without an address");
        said(&"<item><title>no link</title></item>".repeat(7), "7 places");
        said(&"<item><link>/news/1</link></item>".repeat(ITEMS_MAX + 1), "what comes after 5000 items");
    }

    #[test]
    fn two_dates_are_not_one() {
        let named = read(&rss(
            "<item><link>/news/1</link><pubDate>soon</pubDate><pubDate>Mon, 08 Mar 2021 11:20:00 PKT</pubDate><dc:date>2020-01-01</dc:date></item>",
        ));
        let published = named.candidates[0].published_at.map(|it| it.to_rfc3339());
        assert_eq!(published.as_deref(), Some("2021-03-08T06:20:00+00:00"));
    }

    #[test]
    fn an_item_that_has_a_text_says_so() {
        let has_text = |fields: &str| {
            let named = read(&rss(&format!("<item><link>/news/1</link>{fields}</item>")));
            named.items[0].has_text
        };
        assert!(has_text("<description>In short.</description>"));
        assert!(has_text("<content:encoded><![CDATA[<p>One</p>]]></content:encoded>"));
        assert!(!has_text("<title>A</title><description> </description>"));
    }

    proptest! {
        #[test]
        fn what_any_feed_names_is_of_it_and_bounded(
            text in "(<rss xmlns:a='b'>|<feed>|<item>|<entry>|</item>|<link>|</link>|<link href='/news/2'/>|/news/1|<title>|</title>|<!\\[CDATA\\[|\\]\\]>|&amp;|&|<p>|</p>|<pubDate>|2021-03-08|[a-c<> ]){0,60}",
        ) {
            static PROFILE: LazyLock<Profile> = LazyLock::new(|| Config::default().profile);
            let named = parse(&text, &PROFILE.base_url, &PROFILE);
            prop_assert!(named.items.len() <= text.len() / "<item>".len());
            let size = |it: &FeedItem| it.raw.len();
            // A sign may be written as an entity.
            prop_assert!(named.items.iter().map(size).sum::<usize>() <= 8 * text.len() + 64 * named.items.len());
            for item in &named.items {
                let is_there = text.contains(&format!("/news/{}", item.candidate.key.id));
                prop_assert!(is_there);
            }
        }
    }
}
