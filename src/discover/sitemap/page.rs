//! One file of a sitemap: a `urlset` or an index in XML, a list of addresses as text, or a feed. Which file is read next is decided
//! beside it (`shelf.rs`).

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    config::Profile,
    feed::elements::{ClosedElement, Elements, Vocabulary, XmlElement, XmlSpace, XmlStep},
    model::{Candidate, Unread, Via, is_web},
};

use crate::discover::{NamedPages, admit, feed};

/// The limit of the protocol for one file.
const URLS_MAX: usize = 50_000;

const VOCABULARY: Vocabulary = Vocabulary {
    roots: &["urlset", "sitemapindex"],
    items: &["url", "sitemap"],
    fields: &["loc", "lastmod", "changefreq", "priority"],
};

/// What one file of a sitemap names.
#[derive(Default)]
pub(super) struct SitemapPage {
    /// The articles of a `urlset`.
    pub(super) named: NamedPages,
    /// The files of a `sitemapindex`.
    pub(super) files: Vec<IndexedFile>,
}

/// A file of an index.
pub(super) struct IndexedFile {
    pub(super) url: Url,
    pub(super) changed_at: Option<DateTime<Utc>>,
}

/// The texts of a `url` or `sitemap` element.
#[derive(Default)]
struct SitemapEntry {
    depth: usize,
    is_file: bool,
    loc: String,
    lastmod: String,
    published: String,
    field: Option<SitemapField>,
}

#[derive(Clone, Copy)]
enum SitemapField {
    Loc,
    Lastmod,
    Published,
}

/// Reads a sitemap in XML.
struct SitemapReader<'p> {
    profile: &'p Profile,
    base: &'p Url,
    page: SitemapPage,
    entry: Option<SitemapEntry>,
    is_sitemap: bool,
    /// Whether the root is that of a feed.
    is_feed: bool,
}

/// Returns what one file of a sitemap names, whatever its form.
pub(super) fn parse(text: &str, base: &Url, profile: &Profile) -> SitemapPage {
    if !text.starts_with('<') && text.lines().any(|it| address(it).is_some()) {
        return SitemapPage { named: addresses(text, base, profile), files: Vec::new() };
    }
    let (page, entry) = (SitemapPage::default(), None);
    let mut reader = SitemapReader { profile, base, page, entry, is_sitemap: false, is_feed: false };
    let mut elements = Elements::new(text, VOCABULARY);
    for step in elements.by_ref() {
        match step {
            XmlStep::Open(element) => reader.open(&element),
            XmlStep::Text { text, .. } => reader.note(&text),
            XmlStep::Close(closed) => reader.close(&closed),
        }
        if reader.is_feed && !reader.is_sitemap {
            return SitemapPage { named: feed::parse(text, base, profile), files: Vec::new() };
        }
        let SitemapPage { named, files } = &mut reader.page;
        if URLS_MAX <= named.candidates.len() + files.len() {
            named.unread.note(|| format!("what comes after {URLS_MAX} addresses"));
            break;
        }
    }
    let mut page = reader.page;
    for flaw in elements.flaws() {
        page.named.unread.note(|| flaw.words().to_owned());
    }
    if !reader.is_sitemap {
        page.named.problem = Some("not a sitemap".to_owned());
    }
    page
}

impl SitemapReader<'_> {
    fn open(&mut self, element: &XmlElement<'_>) {
        let name = element.name();
        let name = name.as_str();
        self.is_sitemap |= VOCABULARY.roots.contains(&name);
        self.is_feed |= element.depth == 0 && matches!(name, "rss" | "feed" | "rdf");
        let Some(entry) = &mut self.entry else {
            if self.is_sitemap && element.space == XmlSpace::Own && VOCABULARY.items.contains(&name) {
                let (depth, is_file) = (element.depth, name == "sitemap");
                self.entry = Some(SitemapEntry { depth, is_file, ..SitemapEntry::default() });
            }
            return;
        };
        // The `loc` of a picture is not that of the page: places and name spaces matter here.
        let is_own = element.space == XmlSpace::Own && element.depth == entry.depth + 1;
        entry.field = match (name, element.space) {
            ("loc", _) if is_own => Some(SitemapField::Loc),
            ("lastmod", _) if is_own => Some(SitemapField::Lastmod),
            ("publication_date", XmlSpace::News) => Some(SitemapField::Published),
            _ => None,
        };
    }

    fn note(&mut self, text: &str) {
        let Some(entry) = &mut self.entry else { return };
        match entry.field {
            Some(SitemapField::Loc) => entry.loc.push_str(text),
            Some(SitemapField::Lastmod) => entry.lastmod.push_str(text),
            Some(SitemapField::Published) => entry.published.push_str(text),
            None => {}
        }
    }

    fn close(&mut self, closed: &ClosedElement) {
        let Some(entry) = &mut self.entry else { return };
        // An address that the end of the file cut is another one.
        if closed.is_torn() && entry.field.take().is_some() {
            entry.loc.clear();
        }
        entry.field = None;
        if closed.depth != entry.depth {
            return;
        }
        let Some(entry) = self.entry.take() else { return };
        let SitemapPage { named, files } = &mut self.page;
        if closed.is_torn() {
            named.unread.note(|| "the end, which is missing".to_owned());
        }
        let changed_at = time(&entry.lastmod, self.profile, &mut named.unread);
        let published_at = time(&entry.published, self.profile, &mut named.unread);
        // What an index says of a file is not believed until the file is read.
        if !entry.is_file {
            named.newest_at = named.newest_at.max(published_at).max(changed_at);
        }
        let loc: String = entry.loc.lines().map(str::trim).collect();
        if loc.is_empty() {
            if !closed.is_torn() {
                named.unread.note(|| "an entry without an address".to_owned());
            }
        } else if entry.is_file {
            match self.base.join(&loc) {
                Ok(url) => files.push(IndexedFile { url, changed_at }),
                Err(_) => named.unread.note(|| format!("the address `{loc}`")),
            }
        } else if let Some(candidate) = admit::admit(self.profile, self.base, &loc, Via::Sitemap) {
            named.push(Candidate { published_at, changed_at, ..candidate });
        }
    }
}

/// Returns a moment; what is written and is none is noted.
fn time(text: &str, profile: &Profile, unread: &mut Unread) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let at = admit::time(text, profile);
    // A month is no moment, and no flaw.
    if at.is_none() && !text.is_empty() && !is_month(text) {
        unread.note(|| format!("the date `{text}`"));
    }
    at
}

/// Whether a text is a year or a month, which `lastmod` may be.
fn is_month(text: &str) -> bool {
    let is_right = |(at, byte): (usize, u8)| if at == 4 { byte == b'-' } else { byte.is_ascii_digit() };
    matches!(text.len(), 4 | 7) && text.bytes().enumerate().all(is_right)
}

/// Returns the address that a line of a text sitemap is.
fn address(line: &str) -> Option<Url> {
    Url::parse(line.trim()).ok().filter(is_web)
}

/// Reads a sitemap that is a list of addresses, one on each line.
fn addresses(text: &str, base: &Url, profile: &Profile) -> NamedPages {
    let mut named = NamedPages::default();
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
    for line in lines {
        if URLS_MAX <= named.candidates.len() {
            named.unread.note(|| format!("what comes after {URLS_MAX} addresses"));
            break;
        }
        if address(line).is_none() && !line.starts_with('/') {
            named.unread.note(|| format!("the line `{line}`"));
        } else if let Some(candidate) = admit::admit(profile, base, line, Via::Sitemap) {
            named.push(candidate);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::config::Config;

    #[track_caller]
    fn named(body: &str, ids: &[&str]) -> NamedPages {
        let profile = Config::default().profile;
        let named = parse(body, &profile.base_url, &profile).named;
        assert_eq!(
            named.candidates.iter().map(|it| it.key.id.as_str()).collect::<Vec<_>>(),
            ids,
            "{body}"
        );
        named
    }

    #[test]
    fn every_form_of_a_sitemap_is_read() {
        for body in [
            "<sm:urlset xmlns:sm='http://www.sitemaps.org/schemas/sitemap/0.9'><sm:url><sm:loc>/news/1</sm:loc></sm:url></sm:urlset>",
            "<sm:urlset><sm:url><sm:loc>/news/1</sm:loc></sm:url></sm:urlset>",
            "<br />Notice: x<urlset><url><loc>/news/1?a=1&b=2</loc></url></urlset>",
            "<urlset><url><loc><![CDATA[\n /news/\n 1 ]]></loc><lastmod>2024-03</lastmod></url></urlset>",
            "<urlset xmlns='http://www.google.com/schemas/sitemap/0.84'><url><loc>/news/1</loc></url></urlset>",
            "<urlset><url><loc>/news/1</loc><image:image><image:loc>/news/9</image:loc></image:image></url></urlset>",
            "<rss><channel><item><link>/news/1</link></item></channel></rss>",
            "https://www.brecorder.com/news/1/a\nhttps://www.brecorder.com/trends/x\n",
        ] {
            let found = named(body, &["1"]);
            assert_eq!((found.problem, found.unread.words()), (None, None), "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let said = |body: &str, ids: &[&str], words: &str| {
            let found = named(body, ids).unread.words().unwrap_or_default();
            assert!(found.contains(words), "{found}");
        };
        said(
            "<urlset><url><loc>/news/1</loc><lastmod>lately</lastmod></url></urlset>",
            &["1"],
            "the date `lately`",
        );
        said(
            "<urlset><url><lastmod>2024-03-05</lastmod></url></urlset>",
            &[],
            "an entry without an address",
        );
        said(
            "<urlset><url><loc>/news/1</loc></url><url><loc>/news/2",
            &["1"],
            "the end, which is missing",
        );
        said("https://www.brecorder.com/news/1\nand more\n", &["1"], "the line `and more`");
        assert_eq!(named("<html></html>", &[]).problem.as_deref(), Some("not a sitemap"));
        assert_eq!(named("no addresses", &[]).problem.as_deref(), Some("not a sitemap"));
    }

    #[test]
    fn moments_are_of_the_offset_that_is_written() {
        let body = "<urlset><url><loc>/news/1</loc><lastmod>2024-03-05T10:00+05:00</lastmod></url>
            <url><loc>/news/2</loc><lastmod>2024-03-05T05:00Z</lastmod></url></urlset>";
        let named = named(body, &["1", "2"]);
        let at = |it: &Candidate| it.changed_at.map(|it| it.to_rfc3339());
        assert!(
            named.candidates.iter().all(|it| at(it).as_deref() == Some("2024-03-05T05:00:00+00:00"))
        );
    }

    proptest! {
        #[test]
        fn what_any_sitemap_names_is_of_it(
            text in "(<urlset>|<a:urlset xmlns:a='b'>|<sitemapindex>|<url>|<sitemap>|</url>|<loc>|</loc>|<lastmod>|2021-03-08|/news/1|/s.xml|<!\\[CDATA\\[|\\]\\]>|&|[a-c<> \n]){0,60}",
        ) {
            static PROFILE: LazyLock<Profile> = LazyLock::new(|| Config::default().profile);
            let SitemapPage { named, files } = parse(&text, &PROFILE.base_url, &PROFILE);
            prop_assert!(named.candidates.len() + files.len() <= text.len() / "<url>".len());
            let is_there = |it: &Candidate| text.contains(&format!("/news/{}", it.key.id));
            prop_assert!(named.candidates.iter().all(is_there));
            prop_assert!(files.iter().map(|it| it.url.as_str().len()).sum::<usize>() <= 64 * text.len());
        }
    }
}
