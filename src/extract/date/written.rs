//! Turns a date as it is written into a day and a moment of the site's time zone.
//!
//! What is written was read by `day.rs`, `clock.rs` and `offset.rs`; whether there is such a day, such a time, and which moment it is, is decided here.

use std::ops::Range;

use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
};
use chrono_tz::Tz;

use super::{
    clock::{Half, WrittenTime},
    day::WrittenDay,
    offset::Zone,
};

/// Earlier than any page of the web; epoch zeros and placeholder years are below it.
const YEAR_MIN: i32 = 1990;
const YEAR_MAX: i32 = 2199;
/// A day, with a moment where the text gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) struct Dated {
    /// In the site's time zone.
    pub(in crate::extract) on: NaiveDate,
    pub(in crate::extract) at: Option<DateTime<FixedOffset>>,
}

/// A date with its place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extract) struct DateFound {
    pub(in crate::extract) range: Range<usize>,
    /// `None` for what looks like a date and cannot be one.
    pub(in crate::extract) when: Option<Dated>,
    /// Month in words before the day: the form of the site's navigation line.
    pub(in crate::extract) is_month_first: bool,
}

/// A date as written, with its place.
pub(super) struct DateInWords<'t> {
    pub(super) range: Range<usize>,
    pub(super) day: WrittenDay,
    pub(super) time: Option<WrittenTime>,
    pub(super) zone: Zone<'t>,
}

impl Dated {
    /// Returns the day alone, where the moment is its first: imports of old print items have it in place of the
    /// moment they do not know.
    pub(in crate::extract) fn without_midnight(self) -> Self {
        Self { at: self.at.filter(|at| at.time() != NaiveTime::MIN), ..self }
    }

    pub(super) fn moment(at: DateTime<Utc>, zone: Tz) -> Self {
        let at = at.with_timezone(&zone).fixed_offset();
        Self { on: at.date_naive(), at: Some(at) }
    }
}

impl DateInWords<'_> {
    pub(super) fn read(self, zone: Tz) -> DateFound {
        let when = calendar(self.day).and_then(|on| self.when(on, zone));
        DateFound { range: self.range, when, is_month_first: self.day.is_month_first }
    }

    fn when(&self, on: NaiveDate, site: Tz) -> Option<Dated> {
        let day_alone = Some(Dated { on, at: None });
        let Some(local) = self.time.and_then(|it| it.on(on)) else { return day_alone };
        let Some(offset) = self.zone.offset(local, site) else {
            // An hour that the site's clocks skip is no moment, but the day is said.
            return if self.zone == Zone::Unsaid { day_alone } else { None };
        };
        let at = offset.from_local_datetime(&local).single()?;
        Some(match self.zone {
            Zone::Unsaid => Dated { on: at.date_naive(), at: Some(at) },
            _ => Dated::moment(at.to_utc(), site),
        })
    }
}

impl WrittenTime {
    /// Returns the time on a day. `None` where there is no such time.
    fn on(self, day: NaiveDate) -> Option<NaiveDateTime> {
        let hour = match self.half {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(Half::Morning) => self.hour % 12,
            Some(Half::Evening) => self.hour % 12 + 12,
        };
        // The end of a day is the beginning of the next (ISO 8601).
        if (hour, self.minute, self.second) == (24, 0, 0) {
            return day.checked_add_days(Days::new(1)).map(|it| it.and_time(NaiveTime::MIN));
        }
        NaiveTime::from_hms_opt(hour, self.minute, self.second).map(|time| day.and_time(time))
    }
}

pub(super) fn calendar(day: WrittenDay) -> Option<NaiveDate> {
    let year = i32::try_from(day.year).ok()?;
    NaiveDate::from_ymd_opt(year, day.month, day.day).filter(|it| is_possible(*it))
}

pub(super) fn is_possible(day: NaiveDate) -> bool {
    (YEAR_MIN..=YEAR_MAX).contains(&day.year())
}
