//! Sources of candidates. Pure: they say what to read and parse what came; a job does the reading.

mod admit;
mod bisect;
mod cdx;
mod feed;
mod listing;
mod sitemap;

pub use bisect::{Bisect, DISORDER, Edge, EdgeKind, IdSeries, Probe};
pub use cdx::{ArchivedCapture, CdxPaging, CdxQuery, RecordPlace, Sought, crawls};
pub use feed::FeedSource;
pub use listing::{CardReader, Extent, ListingSource};
pub use sitemap::SitemapSource;

use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use crate::model::{Candidate, RawPage};

/// A place that names pages.
pub trait Source: Send {
    /// Its address: what it is known by.
    fn url(&self) -> &Url;

    /// The word in `sources.kind`.
    fn kind(&self) -> &'static str;

    /// How old its newest item may be before it counts as stale.
    fn stale_after(&self) -> Option<Duration>;

    /// What to read next, or `None` when the source is dry.
    fn ask(&mut self) -> Option<Url>;

    /// Learn from a page that was asked for.
    fn absorb(&mut self, page: &RawPage) -> NamedPages;
}

/// What one page of a source named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedPages {
    /// Pages of the site, each once, in the order of the source.
    pub candidates: Vec<Candidate>,
    /// The date of the newest item, where items are dated.
    pub newest_at: Option<DateTime<Utc>>,
    /// The page is not what the source should be, in words.
    pub problem: Option<String>,
    /// Files that the page names and the bounds of the profile leave out.
    pub left_out: usize,
}

impl NamedPages {
    fn push(&mut self, candidate: Candidate) {
        let dates = [candidate.published_at, candidate.changed_at];
        self.newest_at = self.newest_at.max(dates.into_iter().flatten().max());
        if !self.candidates.iter().any(|it| it.key == candidate.key) {
            self.candidates.push(candidate);
        }
    }
}
