//! What the days of a backfill will take, as far as can be told before they are worked on. It asks nobody: what listings and
//! ids say of a few days, a survey has asked before.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    model::{DayReading, Days, Verdict},
    store::StoreError,
};

use super::{
    Backfill, CoveredDay, Guessing,
    id_map::IdMap,
    listings::{Listing, is_asked},
    survey::Survey,
};

/// The share of a day's ids that are articles where nobody has counted: two of three.
const ARTICLES_OF_IDS: (u64, u64) = (2, 3);

/// At most this many stretches of days whose ids will be asked for are looked up beforehand, the longest first.
const STRETCHES_MAX: usize = 2;

/// The requests that a day takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// Listings to read.
    pub listings: u64,
    /// Pages that are named and queued.
    pub queued: u64,
    /// Pages that its listings will name, about.
    pub pages: u64,
    /// Ids that nobody names and that will be asked for, about.
    pub guesses: u64,
}

/// What the requests of a day are estimated from.
pub(super) struct Outlook<'a> {
    pub(super) backfill: &'a Backfill,
    pub(super) listings: &'a [Listing<'a>],
    pub(super) survey: &'a Survey,
    pub(super) map: Option<&'a IdMap<'a>>,
    /// The median of the articles of complete days.
    pub(super) typical: Option<u64>,
    pub(super) now: DateTime<Utc>,
}

impl Expected {
    /// Returns the number of pages, named or not.
    pub fn visits(&self) -> u64 {
        self.queued + self.pages + self.guesses
    }

    /// Returns the number of requests.
    pub fn requests(&self) -> u64 {
        self.listings + self.visits()
    }
}

impl Outlook<'_> {
    /// Returns what a day will take.
    pub(super) fn of(&self, day: &CoveredDay) -> Result<Expected, StoreError> {
        let queued = day.readings.iter().map(DayReading::pending).max().unwrap_or(0);
        let listings = self.listings.iter().filter(|it| self.will_ask(day, it)).count() as u64;
        let named = if day.has_spoken() { None } else { self.named(day, listings) };
        let pages = named.map_or(0, |it| it.saturating_sub(day.articles + queued));
        let guesses = match self.map {
            Some(map) if self.wants_ids(day) => map.guesses(day.day)?.saturating_sub(queued + pages),
            _ => 0,
        };
        Ok(Expected { listings, queued, pages, guesses })
    }

    /// Returns whether the ids of a day will be asked for.
    pub(super) fn wants_ids(&self, day: &CoveredDay) -> bool {
        if self.map.is_none() || day.verdict == Verdict::Open || day.has_ids() {
            return false;
        }
        match self.backfill.guessing {
            Guessing::Off => false,
            Guessing::All => true,
            Guessing::Gaps if day.has_spoken() => day.verdict == Verdict::Thin,
            Guessing::Gaps => {
                let asks = self.listings.iter().any(|it| self.will_ask(day, it));
                !asks || self.survey.pages(day.day) == Some(0)
            }
        }
    }

    fn will_ask(&self, day: &CoveredDay, listing: &Listing<'_>) -> bool {
        !listing.is_given_up() && is_asked(day, &listing.rule.template, self.now)
    }

    /// The number of articles that the listings of a day will name, known ones included.
    fn named(&self, day: &CoveredDay, listings: u64) -> Option<u64> {
        if listings == 0 {
            return None;
        }
        let by_ids = || {
            let (articles, ids) = ARTICLES_OF_IDS;
            Some(self.map?.rate(day.day) * articles / ids)
        };
        self.survey.pages(day.day).or(day.usual).or(self.typical).or_else(by_ids)
    }
}

/// Returns the median of the articles of complete days; `None` where there is none.
pub(super) fn typical(covered: &[CoveredDay]) -> Option<u64> {
    let complete = covered.iter().filter(|it| it.verdict == Verdict::Complete);
    let mut counts: Vec<u64> = complete.map(|it| it.articles).collect();
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied()
}

/// Returns the longest stretches of days in a row whose ids will be asked for, the longest first.
pub(super) fn stretches(days: &[CoveredDay], outlook: &Outlook<'_>) -> Vec<Days> {
    longest(days.iter().filter(|it| outlook.wants_ids(it)).map(|it| it.day).collect())
}

fn longest(mut days: Vec<NaiveDate>) -> Vec<Days> {
    days.sort_unstable();
    let mut found: Vec<Days> = Vec::new();
    for day in days {
        match found.last_mut() {
            Some(stretch) if stretch.last.succ_opt() == Some(day) => stretch.last = day,
            _ => found.push(Days { first: day, last: day }),
        }
    }
    found.sort_by_key(|it| std::cmp::Reverse(it.count()));
    found.truncate(STRETCHES_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_stretches_come_first() {
        let day = |it: u64| NaiveDate::from_ymd_opt(2024, 1, 1).expect("a date") + chrono::Days::new(it);
        let days = |first, last| Days { first: day(first), last: day(last) };
        let found = longest([9, 1, 2, 20, 21, 22, 23].map(day).to_vec());
        assert_eq!(found, [days(20, 23), days(1, 2)]);
        assert!(longest(Vec::new()).is_empty());
    }
}
