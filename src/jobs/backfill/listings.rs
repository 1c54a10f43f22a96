//! Asking for the listing of a day: what it names, and what its answer says of the day. What becomes of the answer is
//! decided elsewhere: a backfill keeps it, a dry run counts it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use url::Url;

use crate::{
    config::Archive,
    discover::{CardReader, Extent, ListingSource, Source},
    fetch::{Class, FetchError, Fetcher},
    model::{Ask, Candidate, Fetched, PageState, RawPage, Reading, Request},
};

use crate::jobs::{End, bounds::Bounds};

use super::CoveredDay;

/// A listing that names nothing is asked again after this.
const ASK_AGAIN_HOURS: i64 = 24;
/// A listing that was there for no day and missing for this many is not one of this site's.
const MISSES_MAX: u64 = 3;

/// A listing of the profile, and whether it is one of this site's.
pub(super) struct Listing<'p> {
    pub(super) archive: &'p Archive,
    /// Whether it was there for any day.
    was_there: bool,
    /// For how many days it was not.
    misses: u64,
}

/// What came of asking for a listing.
pub(super) struct ListingAnswer {
    pub(super) candidates: Vec<Candidate>,
    pub(super) requests: Vec<Request>,
    pub(super) state: Reading,
    pub(super) reason: Option<String>,
    /// The site said stop.
    pub(super) stop: Option<FetchError>,
    /// The user or the clock said stop before every page was read.
    pub(super) over: Option<End>,
}

impl<'p> Listing<'p> {
    /// Returns a listing that was there and missing on so many days. One more try in every run: a site may open its archive.
    pub(super) fn new(archive: &'p Archive, (there, missing): (u64, u64)) -> Self {
        Self { archive, was_there: 0 < there, misses: missing.min(MISSES_MAX - 1) }
    }

    /// Whether the site seems to have no such listing.
    pub(super) fn is_given_up(&self) -> bool {
        !self.was_there && MISSES_MAX <= self.misses
    }

    /// Learns from an answer.
    pub(super) fn note(&mut self, state: Reading) {
        match state {
            Reading::Missing => self.misses += 1,
            // A range may reach beyond the site: a listing that was there once is asked for every day.
            Reading::Read | Reading::Empty => self.was_there = true,
            Reading::Blocked | Reading::Refused | Reading::Failed => {}
        }
    }
}

impl ListingAnswer {
    /// Returns the ids of the pages that are listed; `None` where nobody can say.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        match self.state {
            Reading::Read | Reading::Empty | Reading::Missing => {
                Some(self.candidates.iter().map(|it| it.key.id.clone()).collect())
            }
            Reading::Blocked | Reading::Refused | Reading::Failed => None,
        }
    }

    fn absorb(&mut self, source: &mut ListingSource<'_>, page: &RawPage) {
        let named = source.absorb(page);
        if !named.candidates.is_empty() {
            self.state = Reading::Read;
        }
        self.candidates.extend(named.candidates);
    }
}

/// Asks for every page of the listing of a day. Returns what came.
pub(super) async fn ask(
    fetcher: &Fetcher,
    bounds: &Bounds,
    cards: &CardReader<'_>,
    url: Url,
    day: NaiveDate,
) -> ListingAnswer {
    let mut source = ListingSource::new(cards, url, Extent::Day(day));
    let mut asked = ListingAnswer {
        candidates: Vec::new(),
        requests: Vec::new(),
        state: Reading::Empty,
        reason: None,
        stop: None,
        over: None,
    };
    while let Some(url) = source.ask() {
        asked.over = bounds.over();
        if asked.over.is_some() {
            return asked;
        }
        let visit = fetcher.get(&Ask::new(url)).await;
        asked.requests.extend(visit.requests);
        let (state, reason) = match visit.result {
            Ok(Fetched::Page(page)) if !source.owns(&page) => {
                (Reading::Missing, Some("redirected_away"))
            }
            Ok(Fetched::Page(page)) => {
                asked.absorb(&mut source, &page);
                continue;
            }
            Ok(Fetched::Missing(missing)) => (Reading::Missing, Some(missing.code())),
            Ok(Fetched::NotModified(_)) => (Reading::Failed, Some("not_modified")),
            Err(error) if error.class() == Class::Stop => {
                asked.stop = Some(error);
                return asked;
            }
            Err(error) => (reading(&error), Some(error.code())),
        };
        // A following page that is not there ends the listing; one that cannot be read leaves it open.
        if asked.state != Reading::Read || state != Reading::Missing {
            asked.state = state;
            asked.reason = reason.map(str::to_owned);
            break;
        }
    }
    asked
}

/// What a failure says of a listing.
fn reading(error: &FetchError) -> Reading {
    match error.state() {
        PageState::Blocked => Reading::Blocked,
        PageState::Refused => Reading::Refused,
        PageState::New
        | PageState::Stored
        | PageState::Missing
        | PageState::Throttled
        | PageState::Broken
        | PageState::NotArticle => Reading::Failed,
    }
}

/// Whether a listing of a day has to be asked for, given what it said before.
pub(super) fn is_asked(day: &CoveredDay, source: &str, now: DateTime<Utc>) -> bool {
    let Some(known) = day.reading(source) else { return true };
    match known.state {
        _ if !known.is_final => true,
        Reading::Read => false,
        Reading::Empty | Reading::Missing => known.checked_at < now - TimeDelta::hours(ASK_AGAIN_HOURS),
        Reading::Blocked | Reading::Refused | Reading::Failed => true,
    }
}
