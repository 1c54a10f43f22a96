//! Which listings of days are worth asking for: a site may have none, or may have answered for a day already. Asking is the
//! business of `run/day_listing`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{config::DayListing, model::Reading, store::SourceRecord};

use super::CoveredDay;

/// A listing that names nothing is asked again after this.
const ASK_AGAIN_HOURS: i64 = 24;
/// A listing that was there for no day and missing for this many is not one of this site's.
const MISSES_MAX: u64 = 3;

/// A listing of the profile, and whether it is one of this site's.
pub(super) struct Listing<'p> {
    /// What the profile says of it.
    pub(super) rule: &'p DayListing,
    /// Whether it was there for any day.
    was_there: bool,
    /// For how many days it was not.
    misses: u64,
}

impl<'p> Listing<'p> {
    /// Returns a listing with this record. It gets one more try in every run: a site may open its archive.
    pub(super) fn new(rule: &'p DayListing, record: SourceRecord) -> Self {
        Self { rule, was_there: 0 < record.there, misses: record.missing.min(MISSES_MAX - 1) }
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
