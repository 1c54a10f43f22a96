//! Days in the site's time zone, and what is known of each. How a day is judged is not decided here (`jobs`), nor how its
//! counts are kept (`store`). Single pages have their own words in `page.rs`.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// The name of the one source that is not a page: the ids of the day, which are asked for one by one.
pub const IDS: &str = "ids";

/// Consecutive days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: NaiveDate,
    /// The last; not before the first.
    pub last: NaiveDate,
}

/// Returns the first moment of a day in a time zone: the first whole hour that exists, where clocks are put forward at midnight.
pub fn first_moment(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_hms_opt(0, 0, 0).expect("every day has a midnight");
    let mut hours = (0..24).map(|it| midnight + TimeDelta::hours(it));
    let local = hours.find_map(|it| it.and_local_timezone(zone).earliest());
    local.map_or_else(|| midnight.and_utc(), |it| it.to_utc())
}

/// An id, and the day that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DatedId {
    /// The id, of a site whose ids rise with the day.
    pub id: u64,
    /// The day, in the site's time zone.
    pub day: NaiveDate,
}

impl Days {
    /// Returns the days from one to another: all before, or all after, where one of them is not said. `None` where neither is.
    pub fn between(first: Option<NaiveDate>, last: Option<NaiveDate>) -> Option<Self> {
        // Days are compared as they are written, which is with four figures for the year.
        let end = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        (first.is_some() || last.is_some()).then(|| Self {
            first: first.unwrap_or_else(|| end(1, 1, 1)),
            last: last.unwrap_or_else(|| end(9_999, 12, 31)),
        })
    }
}

/// How a source answered for a day. The stable words of `days.state`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum Reading {
    /// It named pages.
    Read,
    /// It answered, and named no page.
    Empty,
    /// There is no such page.
    Missing,
    /// The site refused to show it.
    Blocked,
    /// robots.txt asks not to read it.
    Refused,
    /// No answer came, or only a part of it.
    Failed,
}

/// One source's account of a day: a row of `days`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReading {
    /// The listing's path in the profile, or `ids`.
    pub source: String,
    /// How it answered.
    pub state: Reading,
    /// The cause of the state.
    pub reason: Option<String>,
    /// Whether it was read after the day had ended.
    pub is_final: bool,
    /// How many pages it named.
    pub listed: u64,
    /// How many of them are in the archive.
    pub stored: u64,
    /// How many of them the site refused to show.
    pub blocked: u64,
    /// How many of them do not exist.
    pub missing: u64,
    /// How many of them could not be read.
    pub failed: u64,
    /// How many of the stored ones were published on the day.
    pub of_day: u64,
    /// When it was read.
    pub checked_at: DateTime<Utc>,
    /// Whether every page it named is accounted for, and the account can be believed.
    pub complete: bool,
}

/// What is known of a day. The words of `coverage`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// Every source of the day was read after the day had ended, and every page they named is accounted for.
    Complete,
    /// The same, but with far fewer articles than is usual for the weekday.
    Thin,
    /// Something is still to be read.
    Partial,
    /// The site refused something of it.
    Blocked,
    /// Its sources answered, and none named an article.
    Empty,
    /// No source was asked yet.
    Unknown,
    /// The day is not over.
    Open,
}

impl Days {
    /// Returns the number of days.
    pub fn count(self) -> u64 {
        (self.last - self.first).num_days().unsigned_abs() + 1
    }

    /// Returns each day, the oldest first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = NaiveDate> {
        let first = self.first;
        (0..self.count()).filter_map(move |it| first.checked_add_days(chrono::Days::new(it)))
    }
}

impl DayReading {
    /// Returns how many of the pages it named have not been visited yet.
    pub fn pending(&self) -> u64 {
        self.listed.saturating_sub(self.stored + self.blocked + self.missing + self.failed)
    }

    /// Whether the source seems to name the pages of this day: at least half of those that are stored were published on it.
    pub fn is_believable(&self) -> bool {
        self.state == Reading::Read && (self.source == IDS || self.stored <= 2 * self.of_day)
    }
}

impl Reading {
    /// The word in `days.state`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the state that a word of `days.state` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl Verdict {
    /// Every verdict, in the order of the legend.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The word in the output of `coverage`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_with_both_ends() {
        let day = |it: &str| it.parse::<NaiveDate>().expect("a date");
        let days = Days { first: day("2024-02-28"), last: day("2024-03-01") };
        assert_eq!(days.count(), 3);
        assert_eq!(days.iter().collect::<Vec<_>>(), ["2024-02-28", "2024-02-29", "2024-03-01"].map(day));
        assert_eq!(days.iter().next_back(), Some(day("2024-03-01")));
    }

    #[test]
    fn a_day_begins_when_the_clocks_of_its_zone_first_show_it() {
        let check = |day: &str, zone: Tz, expect: &str| {
            let found = first_moment(day.parse().expect("a date"), zone);
            assert_eq!(found, expect.parse::<DateTime<Utc>>().expect("a moment"), "{day} {zone}");
        };
        check("2024-03-05", chrono_tz::Asia::Karachi, "2024-03-04T19:00:00Z");
        check("2008-06-01", chrono_tz::Asia::Karachi, "2008-05-31T19:00:00Z");
        // Samoa had no 30 December 2011.
        check("2011-12-30", chrono_tz::Pacific::Apia, "2011-12-30T00:00:00Z");
        // The hour after midnight was there twice.
        check("2023-11-05", chrono_tz::America::Havana, "2023-11-05T04:00:00Z");
    }
}
