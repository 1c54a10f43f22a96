//! Dates as papers print them, and as metadata writes them: every form of the site profile notes ("Article header by era"), ISO
//! 8601, RFC 822, what `Date` prints in JavaScript and Java, and the forms of thirty languages.
//!
//! Nothing is guessed: a day that does not exist is no date, and neither is a time without a day; `05/03/2024` is two days, and
//! so none. A time in a zone that is not understood is no moment of the site. What a date is the date of is said by the words
//! around it, which `stamp.rs` reads.
//!
//! The forms come from public reports against readers of feeds and pages: `GMT+0500 (…)` (JavaScript's `Date` in metadata),
//! `UTC+05:00`, `+00` (databases), `+5:30`, a minus that is U+2212, letters such as `EST`, names such as `Asia/Karachi`.

mod cursor;
mod names;

mod clock;
mod day;
mod offset;

#[cfg(test)]
mod forms;

use std::ops::Range;

use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
};
use chrono_tz::Tz;

use self::{
    clock::{Half, WrittenTime},
    cursor::{DateCursor, digit_of, is_word_char},
    day::WrittenDay,
    offset::Zone,
};

/// Earlier than any page of the web; epoch zeros and placeholder years are below it.
const YEAR_MIN: i32 = 1990;
const YEAR_MAX: i32 = 2199;
/// A number of seconds since 1970 has so many digits; with three more it is of milliseconds.
const EPOCH_DIGITS: usize = 10;

/// A day, with a moment where the text gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    /// In the site's time zone.
    pub(super) on: NaiveDate,
    pub(super) at: Option<DateTime<FixedOffset>>,
}

/// A date with its place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFound {
    pub(super) range: Range<usize>,
    /// `None` for what looks like a date and cannot be one.
    pub(super) when: Option<Dated>,
    /// Month in words before the day: the form of the site's navigation line.
    pub(super) is_month_first: bool,
}

/// A date as written, with its place.
struct WrittenDate<'t> {
    range: Range<usize>,
    day: WrittenDay,
    time: Option<WrittenTime>,
    zone: Zone<'t>,
}

impl Dated {
    /// Returns the day alone, where the moment is its first: imports of old print items have it in place of the
    /// moment they do not know.
    pub(super) fn without_midnight(self) -> Self {
        Self { at: self.at.filter(|at| at.time() != NaiveTime::MIN), ..self }
    }

    fn moment(at: DateTime<Utc>, zone: Tz) -> Self {
        let at = at.with_timezone(&zone).fixed_offset();
        Self { on: at.date_naive(), at: Some(at) }
    }
}

/// Returns every date in a text, in order.
pub(super) fn scan(text: &str, zone: Tz) -> impl Iterator<Item = DateFound> {
    // Every date has a digit.
    let may_have = text.chars().any(|it| digit_of(it).is_some());
    let mut at = if may_have { 0 } else { text.len() };
    let mut before = None;
    std::iter::from_fn(move || {
        while let Some(ch) = text[at..].chars().next() {
            let is_start = is_word_char(ch)
                && !before.is_some_and(is_word_char)
                && (!ch.is_alphabetic() || may_begin(&text[at..]));
            let found = if is_start { written_at(text, at) } else { None };
            before = Some(ch);
            if let Some(found) = found {
                at = found.range.end;
                before = text[..at].chars().next_back();
                return Some(found.read(zone));
            }
            at += ch.len_utf8();
        }
        None
    })
}

/// Whether a text may begin with the name of a month or a weekday: a cheap look before a costly one.
pub(super) fn may_begin(text: &str) -> bool {
    let word = DateCursor::new(text, 0).word();
    names::month(word).is_some() || names::is_weekday(word) || word.starts_with(clock::HALVES)
}

/// Returns the first date in a value of the metadata. `None` if there is none, if it cannot be true, or if its time is of a zone
/// that is not known.
pub(super) fn parse(text: &str, zone: Tz) -> Option<Dated> {
    let text = text.trim();
    if let Some(found) = epoch(text, zone).or_else(|| basic(text, zone)) {
        return Some(found);
    }
    let first = scan(text, zone).next()?;
    let when = first.when?;
    let is_read = when.at.is_none() || !offset::looks_like_zone(&text[first.range.end..]);
    is_read.then_some(when)
}

/// Reads a number of seconds or milliseconds since 1970.
fn epoch(text: &str, zone: Tz) -> Option<Dated> {
    if !text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let number = text.parse::<i64>().ok()?;
    let at = match text.len() {
        EPOCH_DIGITS => DateTime::from_timestamp(number, 0),
        it if it == EPOCH_DIGITS + 3 => DateTime::from_timestamp_millis(number),
        _ => None,
    };
    at.filter(|at| is_possible(at.date_naive())).map(|at| Dated::moment(at, zone))
}

/// Reads `20240305` and `20240305T100000Z`.
fn basic(text: &str, zone: Tz) -> Option<Dated> {
    let mut cursor = DateCursor::new(text, 0);
    let day = day::read_basic(&mut cursor)?;
    if cursor.rest().is_empty() {
        return calendar(day).map(|on| Dated { on, at: None });
    }
    let time = clock::read_after_day(&mut cursor)?;
    let written_zone = offset::read(&mut cursor);
    let range = 0..cursor.at();
    WrittenDate { range, day, time: Some(time), zone: written_zone }.read(zone).when
}

/// Reads the date that begins at a place, with the weekday or time before it.
fn written_at(text: &str, at: usize) -> Option<WrittenDate<'_>> {
    let mut cursor = DateCursor::new(text, at);
    let early = clock::read_before_day(&mut cursor);
    day::skip_weekday(&mut cursor);
    let Some(day) = day::read(&mut cursor) else {
        return year_last(text, at);
    };
    let mut end = cursor;
    let late = clock::read_after_day(&mut end);
    // `10:00, 8 March 2024` has its time before the day, and none after it.
    let time = late.or(early);
    let zone = if late.is_some() { offset::read(&mut end) } else { Zone::Unsaid };
    Some(WrittenDate { range: at..end.at(), day, time, zone })
}

/// Reads `Tue Mar  5 22:00:00 UTC 2024`, as Java and `date` print it.
fn year_last(text: &str, at: usize) -> Option<WrittenDate<'_>> {
    let mut cursor = DateCursor::new(text, at);
    day::skip_weekday(&mut cursor);
    let found = day::month_and_day(&mut cursor)?;
    let time = clock::read_after_day(&mut cursor)?;
    let zone = offset::read(&mut cursor);
    if cursor.blanks() == 0 {
        return None;
    }
    let year = day::year(&mut cursor)?;
    let day = WrittenDay { year, month: found.month, day: found.day, is_month_first: true };
    Some(WrittenDate { range: at..cursor.at(), day, time: Some(time), zone })
}

impl WrittenDate<'_> {
    fn read(self, zone: Tz) -> DateFound {
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

fn calendar(day: WrittenDay) -> Option<NaiveDate> {
    let year = i32::try_from(day.year).ok()?;
    NaiveDate::from_ymd_opt(year, day.month, day.day).filter(|it| is_possible(*it))
}

fn is_possible(day: NaiveDate) -> bool {
    (YEAR_MIN..=YEAR_MAX).contains(&day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, on: &str, at: Option<&str>) {
        let when = parse(text, chrono_tz::Asia::Karachi).expect("a date");
        assert_eq!(when.on.to_string(), on, "{text}");
        assert_eq!(when.at.map(|it| it.to_rfc3339()).as_deref(), at, "{text}");
    }

    #[test]
    fn every_form_the_site_has_printed() {
        check("08 Mar 2021", "2021-03-08", None);
        check("05 Jul, 2022", "2022-07-05", None);
        check("30 Dec, 2022 03:41pm", "2022-12-30", Some("2022-12-30T15:41:00+05:00"));
        check("Published 22 Oct, 2025 06:02am", "2025-10-22", Some("2025-10-22T06:02:00+05:00"));
        check("January 3, 2024", "2024-01-03", None);
        check("January 3, 2024 03:18pm", "2024-01-03", Some("2024-01-03T15:18:00+05:00"));
        check("Mar 28, 2024", "2024-03-28", None);
        check("Print 2023-10-17", "2023-10-17", None);
        check("26 Sep, 2025 12:05am", "2025-09-26", Some("2025-09-26T00:05:00+05:00"));
        check("26 Sep, 2025 12:05pm", "2025-09-26", Some("2025-09-26T12:05:00+05:00"));
    }

    #[test]
    fn metadata_is_brought_into_the_sites_zone() {
        check("2021-03-08T11:20:00+05:00", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-07T20:30:00Z", "2021-03-08", Some("2021-03-08T01:30:00+05:00"));
        check("2021-03-08T11:20:00", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-08 11:20:00", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-08T11:20:00.123+0500", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("Mon, 08 Mar 2021 06:20:00 GMT", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("Mon, 08 Mar 2021 11:20:00 +0500", "2021-03-08", Some("2021-03-08T11:20:00+05:00"));
        check("2021-03-08", "2021-03-08", None);
    }

    #[test]
    fn no_date_is_invented() {
        for text in [
            "",
            "31 Feb 2021",
            "1970-01-01T00:00:00Z",
            "0001-01-01",
            "13 Smarch 2021",
            "8,00",
            "2021",
            "March 2021",
        ] {
            assert_eq!(parse(text, chrono_tz::Asia::Karachi), None, "{text}");
        }
        check("08 Mar 2021 25:99", "2021-03-08", None);
    }

    #[test]
    fn a_date_knows_where_it_stands() {
        let text = "BR Web Desk Published January 3, 2024 Updated January 4, 2024 03:18pm";
        let found: Vec<DateFound> = scan(text, chrono_tz::UTC).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].range, 22..37);
        assert!(found[0].is_month_first);
    }
}
