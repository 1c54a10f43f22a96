//! A moment in the past, and the clock that it is read on.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;

/// Which clock a moment is read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoseClock {
    /// That of the archive: what it held.
    Archive,
    /// That of the site: what it showed, as far as is known today.
    Site,
}

/// What was known at a moment, and nothing after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Its clock.
    pub clock: WhoseClock,
    /// The last day that was over where the site is: what has only a day counts from its end.
    pub day: NaiveDate,
}

impl AsOf {
    /// Returns the moment on a clock, for a site in a zone.
    pub fn new(at: DateTime<Utc>, clock: WhoseClock, zone: Tz) -> Self {
        // The last second of a day is its end.
        let next = (at + TimeDelta::seconds(1)).with_timezone(&zone).date_naive();
        Self { at, clock, day: next.pred_opt().unwrap_or(next) }
    }

    /// Returns the moment as the archive writes moments: UTC, to the second.
    pub fn stamp(&self) -> String {
        self.at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_from_its_end() {
        let check = |at: &str, day: &str| {
            let at = at.parse().expect("a moment");
            let as_of = AsOf::new(at, WhoseClock::Archive, chrono_tz::Asia::Karachi);
            assert_eq!(as_of.day.to_string(), day, "{at}");
        };
        check("2024-03-08T18:59:59Z", "2024-03-08");
        check("2024-03-08T18:59:58Z", "2024-03-07");
        check("2024-03-08T00:00:00Z", "2024-03-07");
    }
}
