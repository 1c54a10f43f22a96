//! Where a site names its articles: feeds, sitemaps, listings, and when to look at a story again. Reading them is work of
//! `discover`. Web archives have a file of their own, because they name captures and not articles.

use std::time::Duration;

use chrono::NaiveDate;
use url::Url;

use crate::config::LineSet;

use super::{address::AddressFilter, rule::Rule, spot::Spot};

/// A feed or a sitemap.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// Its address.
    pub url: Url,
    /// How old its newest item may be; `None` for any age.
    pub stale_after: Option<Duration>,
    /// Which of the stories that it names are taken.
    pub filter: AddressFilter,
}

/// How many files of a site's sources a run reads: an index may go on without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscoveryBounds {
    /// The greatest number of files of one sitemap, its index included.
    pub sitemap_files: usize,
    /// How deeply indexes may name indexes; 1 is a sitemap without an index.
    pub sitemap_depth: usize,
}

/// A listing that names what is new.
#[derive(Debug, Clone, PartialEq)]
pub struct NewsListing {
    /// Its address.
    pub url: Url,
    /// When it is read.
    pub when: ListingUse,
    /// Which of the stories that it names are taken.
    pub filter: AddressFilter,
}

/// When a listing is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum ListingUse {
    /// In every pass.
    Always,
    /// Only when a feed overflowed: its oldest item is newer than the newest of the pass before, so that stories may have gone
    /// by unseen.
    Overflow,
}

/// A listing that has a page for each day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayListing {
    /// Its path or address, with `{date}` in it; the archive knows the listing by this text.
    pub template: String,
    /// Which of the stories that it names are taken.
    pub filter: AddressFilter,
}

/// How articles are named on a listing page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cards {
    /// Links to articles, best first: the first selector that finds one decides.
    pub links: Vec<Rule>,
    /// Elements that are decoration: links in them are not listed.
    pub skip: Vec<Rule>,
    /// Where the moment of a card is, best first.
    pub times: Vec<Spot>,
    /// Links to the following page of a listing.
    pub next: Vec<Rule>,
    /// The texts of such links.
    pub next_texts: LineSet,
}

/// One step of the revisit schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recheck {
    /// Stories up to this age.
    pub age: Duration,
    /// The time after which they are visited again.
    pub every: Duration,
}

impl Feed {
    /// Returns a feed or sitemap of which nothing but its address is known.
    pub fn plain(url: Url) -> Self {
        Self { url, stale_after: None, filter: AddressFilter::default() }
    }
}

impl DayListing {
    /// Returns the address of the listing of a day.
    pub fn url(&self, base: &Url, day: NaiveDate) -> Option<Url> {
        base.join(&self.template.replace(DATE, &day.to_string())).ok()
    }
}

/// The place of the day in the address of a listing.
pub(super) const DATE: &str = "{date}";
