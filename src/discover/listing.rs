//! Listing pages: the articles they name, and the pages that follow.

use std::{collections::VecDeque, ops::Range, time::Duration};

use url::Url;

use crate::{
    config::{ConfigError, Profile},
    html::{self, Document, Element, Matcher},
    model::{RawPage, Via},
};

use super::{Named, Source, admit};

/// Following pages of one listing; a site that lists more of a day has another way to say it.
const PAGES_MAX: usize = 50;

/// Knows how a profile's listing pages name articles.
pub struct CardReader<'p> {
    profile: &'p Profile,
    matcher: Matcher,
    links: Range<usize>,
    skip: Range<usize>,
    next: Range<usize>,
}

/// Whether the pages that follow are part of the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The first page: what is new stands on it.
    First,
    /// Every page.
    Whole,
}

/// A listing.
pub struct ListingSource<'c> {
    cards: &'c CardReader<'c>,
    url: Url,
    extent: Extent,
    queue: VecDeque<Url>,
    seen: Vec<Url>,
}

impl<'p> CardReader<'p> {
    /// Compile the profile's rules; fails where a selector is none.
    pub fn new(profile: &'p Profile) -> Result<Self, ConfigError> {
        let cards = &profile.cards;
        let all = || cards.links.iter().chain(&cards.skip).chain(&cards.next);
        let matcher = Matcher::new(all().map(|it| it.css.as_str())).map_err(|bad| {
            all().nth(bad.index).expect("the matcher numbers what it was given").refused()
        })?;
        let links = 0..cards.links.len();
        let skip = links.end..links.end + cards.skip.len();
        let next = skip.end..skip.end + cards.next.len();
        Ok(Self { profile, matcher, links, skip, next })
    }

    /// What a listing page names, and the addresses it leads on to.
    fn read(&self, page: &RawPage, listing: &Url) -> (Named, Vec<Url>) {
        let text = html::decode(&page.body, page.content_type.as_deref()).text;
        let document = Document::parse(&text);
        let base = page.url.as_ref().unwrap_or(listing);
        let mut found: Vec<Vec<Element<'_>>> = vec![Vec::new(); self.links.len()];
        let (mut skipped, mut next) = (Vec::new(), Vec::new());
        for element in document.root().descendants() {
            self.matcher.each_match(element, |index| {
                if self.links.contains(&index) {
                    found[index].push(element);
                } else if self.skip.contains(&index) {
                    skipped.push(element);
                } else if self.next.contains(&index) {
                    next.push(element);
                }
            });
            if element.name() == "a" && self.profile.cards.next_texts.has(element.text().trim()) {
                next.push(element);
            }
        }
        let is_listed = |it: &Element<'_>| !it.ancestors().any(|it| skipped.contains(&it));
        let mut named = Named::default();
        for links in found {
            let listed = links.into_iter().filter(is_listed).filter_map(|it| it.attr("href"));
            for candidate in listed.filter_map(|it| admit::admit(self.profile, base, it, Via::Listing)) {
                named.push(candidate);
            }
            if !named.candidates.is_empty() {
                break;
            }
        }
        let next = next.into_iter().filter_map(|it| base.join(it.attr("href")?.trim()).ok());
        let next = next.filter_map(|it| self.profile.rebased(&it)).filter(|it| is_part(it, listing));
        (named, next.collect())
    }
}

impl<'c> ListingSource<'c> {
    /// A listing that has not been read.
    pub fn new(cards: &'c CardReader<'c>, url: Url, extent: Extent) -> Self {
        Self { cards, queue: VecDeque::from([url.clone()]), seen: vec![url.clone()], url, extent }
    }

    /// Whether a page that came is one of this listing: a server may lead to another instead.
    pub fn owns(&self, page: &RawPage) -> bool {
        page.url.as_ref().is_none_or(|it| is_part(it, &self.url))
    }
}

/// Whether an address is that of a page of a listing: the same path with another query, or one below it.
fn is_part(url: &Url, listing: &Url) -> bool {
    let path = listing.path().trim_end_matches('/');
    let rest = url.path().strip_prefix(path);
    url.origin() == listing.origin() && rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

impl Source for ListingSource<'_> {
    fn url(&self) -> &Url {
        &self.url
    }

    fn kind(&self) -> &'static str {
        Via::Listing.code()
    }

    /// A listing has no dates to be judged by.
    fn stale_after(&self) -> Option<Duration> {
        None
    }

    fn ask(&mut self) -> Option<Url> {
        self.queue.pop_front()
    }

    fn absorb(&mut self, page: &RawPage) -> Named {
        let (named, next) = self.cards.read(page, &self.url);
        if self.extent == Extent::Whole && !named.candidates.is_empty() {
            for mut url in next {
                url.set_fragment(None);
                if !self.seen.contains(&url) && self.seen.len() < PAGES_MAX {
                    self.seen.push(url.clone());
                    self.queue.push_back(url);
                }
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        model::{CaptureSource, Validators},
    };

    fn page(body: &str) -> RawPage {
        RawPage {
            url: None,
            body: body.to_owned().into(),
            content_type: None,
            captured_at: None,
            source: CaptureSource::Live,
            status: Some(200),
            validators: Validators::default(),
            heads: None,
        }
    }

    #[track_caller]
    fn check(body: &str, ids: &[&str], pages: &[&str]) {
        let profile = Config::default().profile;
        let cards = CardReader::new(&profile).expect("valid");
        let url = profile.archives[0].url(&profile.base_url, "2024-01-02".parse().expect("a date"));
        let mut source = ListingSource::new(&cards, url.expect("an address"), Extent::Whole);
        assert_eq!(source.ask().map(|it| it.path().to_owned()).as_deref(), Some("/archive/2024-01-02"));
        let named = source.absorb(&page(body));
        assert_eq!(named.candidates.iter().map(|it| it.key.id.as_str()).collect::<Vec<_>>(), ids);
        let rest = std::iter::from_fn(|| source.ask());
        assert_eq!(rest.map(|it| it[url::Position::BeforePath..].to_owned()).collect::<Vec<_>>(), pages);
    }

    #[test]
    fn cards_are_candidates_and_decoration_is_not() {
        check(
            "<article class='box  story'><h2 class=story__title><a href='/news/1/a'>A</a></h2></article>
             <aside><article class=story><h2 class=story__title><a href=/news/9>x</a></h2></article></aside>
             <div><a href='/news/2'>side</a></div>",
            &["1"],
            &[],
        );
        check("<ul><li><a href='/news/1/a'>A</a><li><a href='/news/2'>B</a></ul>", &["1", "2"], &[]);
        check("<nav><a href='/news/1/a'>A</a></nav><p>No stories.</p>", &[], &[]);
    }

    #[test]
    fn following_pages_are_read_and_other_days_are_not() {
        check(
            "<h2 class=story__title><a href='/news/1/a'>A</a></h2>
             <a href='/archive/2024-01-01'>Previous Day</a> <a href='/archive/2024-01-01'>2</a>
             <a href='?page=2'>2</a> <a href='/archive/2024-01-02?page=3'>Next page »</a> <a rel=next href='?page=2'>more</a>
             <a href='/archive/2024-01-02/4#top'>4</a>",
            &["1"],
            &["/archive/2024-01-02?page=2", "/archive/2024-01-02?page=3", "/archive/2024-01-02/4"],
        );
        check("<p>Nothing.</p><a rel=next href='?page=2'>Next</a>", &[], &[]);
    }

    #[test]
    fn a_cron_pass_reads_the_first_page() {
        let profile = Config::default().profile;
        let cards = CardReader::new(&profile).expect("valid");
        let mut source = ListingSource::new(&cards, profile.base_url.clone(), Extent::First);
        source.ask();
        source.absorb(&page("<a href=/news/1>A</a> <a rel=next href='?page=2'>Next</a>"));
        assert_eq!(source.ask(), None);
    }
}
