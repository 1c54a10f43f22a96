//! What a source of candidates is, whatever its format, and what one page of it names. The formats have files of their own
//! (`feed`, `sitemap`, `listing`); the index of a web archive is no source, because it names captures.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    config::AddressFilter,
    model::{Candidate, PageKey, RawPage, Unread},
};

/// A place that names pages.
pub trait Source: Send {
    /// Returns its address, by which it is known.
    fn url(&self) -> &Url;

    /// Returns the word in `sources.kind`.
    fn kind(&self) -> &'static str;

    /// Returns how old its newest item may be before it counts as stale; `None` for any age.
    fn stale_after(&self) -> Option<Duration>;

    /// Returns what to read next; `None` when nothing is left.
    fn ask(&mut self) -> Option<Url>;

    /// Takes in a page that was asked for. Returns what it names.
    fn absorb(&mut self, page: &RawPage) -> NamedPages;
}

/// What one page of a source named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedPages {
    /// Pages of the site, each once, in the order of the source.
    pub candidates: Vec<Candidate>,
    /// The date of the newest item, where items are dated.
    pub newest_at: Option<DateTime<Utc>>,
    /// The date of the oldest item, where items are dated.
    pub oldest_at: Option<DateTime<Utc>>,
    /// What is wrong with the page, in words.
    pub problem: Option<String>,
    /// The number of files that the page names and the bounds of the profile leave out.
    pub left_out: usize,
    /// What on the page could not be read.
    pub unread: Unread,
    /// The items of a feed, with their texts: those of `candidates`, and others of the same pages.
    pub items: Vec<FeedItem>,
    /// The identities of `candidates`.
    keys: HashSet<PageKey>,
}

/// An item of a feed that is a page of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// The page.
    pub candidate: Candidate,
    /// Whether it carries a text beside its headline.
    pub has_text: bool,
    /// The item itself, as it is written in the feed: its element with the name spaces of the root, or its JSON.
    pub raw: String,
}

impl NamedPages {
    /// Keeps the stories whose addresses a filter admits.
    pub(super) fn keep(&mut self, filter: &AddressFilter) {
        self.candidates.retain(|it| filter.admits(&it.url));
        self.items.retain(|it| filter.admits(&it.candidate.url));
    }

    pub(super) fn push(&mut self, candidate: Candidate) {
        let dates = [candidate.published_at, candidate.changed_at];
        let dates = || dates.into_iter().flatten();
        self.newest_at = self.newest_at.max(dates().max());
        self.oldest_at = self.oldest_at.into_iter().chain(dates().min()).min();
        if self.keys.insert(candidate.key.clone()) {
            self.candidates.push(candidate);
        }
    }
}
