//! Days as people type them, and ranges of them. Time is an argument here, too; what is in a day is asked elsewhere.

use std::str::FromStr;

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::Args;

use crate::{
    config::Profile,
    model::{Days, first_moment},
    store::{Reader, StoreError},
};

use super::failure::Usage;

/// A day: a date, or one counted from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    On(NaiveDate),
    /// All of a month, by its first day.
    In(NaiveDate),
    /// A number of days before today.
    Ago(u64),
}

/// A moment: as it is, or the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    At(DateTime<Utc>),
    End(Day),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let at = DateTime::parse_from_rfc3339(text).map(|it| Self::At(it.to_utc()));
        at.or_else(|_| text.parse().map(Self::End)).map_err(|_: String| {
            "a moment with its offset such as 2024-03-28T10:00:00+05:00, or a day such as 2024-03-28"
                .to_owned()
        })
    }
}

impl Moment {
    /// Returns the moment in UTC: for a day or a month, its last second in the time zone of the site.
    pub(super) fn at(self, today: NaiveDate, zone: Tz) -> DateTime<Utc> {
        let day = match self {
            Self::At(at) => return at,
            Self::End(day) => day.last(today),
        };
        first_moment(day.succ_opt().unwrap_or(day), zone) - TimeDelta::seconds(1)
    }
}

/// A range of days. What is left out is decided by the command.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Range {
    /// First day: 2024-03-28, 2024-03 for a month, today, yesterday, or -7d for a week ago
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    pub(super) from: Option<Day>,
    /// Last day, likewise
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    pub(super) to: Option<Day>,
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ago = || text.strip_prefix('-')?.strip_suffix('d')?.parse().ok();
        match text {
            "today" => Ok(Self::Ago(0)),
            "yesterday" => Ok(Self::Ago(1)),
            _ => {
                let on = text.parse().map(Self::On).ok();
                on.or_else(|| month(text).map(Self::In)).or_else(|| ago().map(Self::Ago)).ok_or_else(|| {
                    "a day such as 2024-03-28, a month such as 2024-03, today, yesterday, or -7d for a week ago"
                        .to_owned()
                })
            }
        }
    }
}

impl Day {
    /// Returns the date, given that of today; of a month, its first.
    fn first(self, today: NaiveDate) -> NaiveDate {
        match self {
            Self::On(day) | Self::In(day) => day,
            Self::Ago(days) => today.checked_sub_days(chrono::Days::new(days)).unwrap_or(NaiveDate::MIN),
        }
    }

    /// Returns the same, of a month its last.
    fn last(self, today: NaiveDate) -> NaiveDate {
        match self {
            Self::In(first) => {
                let next = first.checked_add_months(Months::new(1));
                next.and_then(|it| it.pred_opt()).unwrap_or(NaiveDate::MAX)
            }
            Self::On(_) | Self::Ago(_) => self.first(today),
        }
    }
}

/// Returns the first day of a month such as `2024-03`.
fn month(text: &str) -> Option<NaiveDate> {
    let (year, month) = text.split_once('-')?;
    if year.len() != 4 || month.len() != 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)
}

/// Returns the date of a moment where the site is.
pub(super) fn today(profile: &Profile, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&profile.time_zone).date_naive()
}

/// Returns the days that an archive is about: from the first to the last that anything is known of, or to yesterday where the
/// news is followed.
pub(super) fn known(reader: &Reader, today: NaiveDate) -> Result<Option<Days>, StoreError> {
    let Some(known) = reader.known_days()? else { return Ok(None) };
    let yesterday = today.pred_opt().unwrap_or(today);
    let last = if reader.is_followed()? { known.last.max(yesterday) } else { known.last };
    Ok(Some(Days { first: known.first, last: last.min(yesterday).max(known.first) }))
}

/// Returns the days of a range in an archive. A side that was left out becomes the first or the last day that the archive knows.
pub(super) fn of_archive(range: Range, reader: &Reader, today: NaiveDate) -> anyhow::Result<Days> {
    let known = known(reader, today)?;
    let last = known.map_or(today, |it| it.last);
    Ok(range.resolve(today, |end| known.map_or(end, |it| it.first.min(end)), last)?)
}

impl Range {
    /// Returns the bounds of a question to the archive. A side that was left out is open, and both may be in the future.
    pub(super) fn bounds(self, today: NaiveDate) -> Result<Option<Days>, Usage> {
        if self.from.is_none() && self.to.is_none() {
            return Ok(None);
        }
        let open = |year| NaiveDate::from_ymd_opt(year, 12, 31).expect("every year has that day");
        let first = self.from.map_or(open(0), |it| it.first(today));
        let last = self.to.map_or(open(9999), |it| it.last(today));
        if last < first {
            let hint = "the first day comes first: `--from 2024-03-01 --to 2024-03-31`";
            return Err(Usage::new(format!("`--from` {first} is after `--to` {last}"), hint));
        }
        Ok(Some(Days { first, last }))
    }

    /// Returns the days, none of them later than today. `first` and `last` say what is meant where a side was left out.
    pub(super) fn resolve(
        self,
        today: NaiveDate,
        first: impl FnOnce(NaiveDate) -> NaiveDate,
        last: NaiveDate,
    ) -> Result<Days, Usage> {
        let end = self.to.map_or(last, |it| it.last(today)).min(today);
        let begin = self.from.map_or_else(|| first(end), |it| it.first(today));
        if today < begin {
            let hint = format!("it is {today} where the site is");
            return Err(Usage::new(format!("`--from` {begin} is in the future"), hint));
        }
        if end < begin {
            let hint = "the first day comes first: `--from 2024-03-01 --to 2024-03-31`";
            return Err(Usage::new(format!("`--from` {begin} is after `--to` {end}"), hint));
        }
        Ok(Days { first: begin, last: end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn days_are_read_as_people_type_them() {
        let today = day("2024-03-28");
        let check = |text: &str, expect: Option<&str>| {
            let read = text.parse::<Day>().ok().map(|it| it.first(today));
            assert_eq!(read, expect.map(day), "{text}");
        };
        check("2024-02-29", Some("2024-02-29"));
        check("today", Some("2024-03-28"));
        check("yesterday", Some("2024-03-27"));
        check("2024-02", Some("2024-02-01"));
        let last = |text: &str| text.parse::<Day>().expect("a day").last(today);
        assert_eq!((last("2024-02"), last("2023-12")), (day("2024-02-29"), day("2023-12-31")));
        check("-7d", Some("2024-03-21"));
        check("-99999999999d", Some("-262143-01-01"));
        for bad in ["2023-02-29", "7d", "-7", "-d", "tomorrow", "28.03.2024", "2024-13", "24-3", ""] {
            check(bad, None);
        }
    }

    #[test]
    fn a_range_ends_today_at_the_latest_and_begins_before_it_ends() {
        let today = day("2024-03-28");
        let range = |from: &str, to: &str| Range { from: from.parse().ok(), to: to.parse().ok() };
        let resolve = |it: Range| it.resolve(today, |last| last, today);
        let days = resolve(range("-7d", "2030-01-01")).expect("a range");
        assert_eq!((days.first, days.last), (day("2024-03-21"), today));
        assert!(resolve(range("2024-03-29", "")).is_err_and(|it| it.message.contains("in the future")));
        assert!(
            resolve(range("2024-03-02", "2024-03-01")).is_err_and(|it| it.message.contains("is after"))
        );
    }
}
