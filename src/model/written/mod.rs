//! Dates as machines write them for machines: the whole of a text is one date. Feeds, sitemaps, saved pages and web archives
//! share this reader. Dates within prose, with words around them, are read by `extract`.
//!
//! The forms: RFC 822 and RFC 2822 (names of zones, wrong or full weekdays, full months, no seconds, two-digit years), ISO 8601 and
//! RFC 3339 (no seconds, `+0500`, `+00`, a blank for the `T`, a fraction, the basic form and the 14 digits of web archives), the
//! two old forms of HTTP, `Date.toString` of JavaScript, `date(1)`, and an hour of twelve with `am` or `pm`. No crate reads them: chrono has
//! the standards alone, and readers of free text guess a day where none is written, which no date here may be.

mod rest;
mod words;

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use self::{
    rest::{Clock, Rest, clock, date},
    words::in_words,
};
use super::offset::{Offset, OffsetFound, moment, offset_after};

/// A longer text is no date.
const TEXT_BYTES_MAX: usize = 120;
/// A date that a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenDate {
    /// A day without a time.
    Day(NaiveDate),
    /// A moment.
    Moment(DateTime<FixedOffset>),
}

impl WrittenDate {
    /// Reads a text that is one date. A time without an offset is one of the zone `own`. Returns `None` where the text is
    /// anything else, where its offset is unknown, and where a time without an offset meets no zone.
    pub fn read(text: &str, own: Option<Tz>) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || TEXT_BYTES_MAX < text.len() {
            return None;
        }
        let leading = text.bytes().take_while(u8::is_ascii_digit).count();
        let (date, clock, offset) = match leading {
            4 => separated(text)?,
            8 | 14 => basic(text)?,
            _ => in_words(text)?,
        };
        let Some(Clock { time, is_next_day }) = clock else {
            // A day may have an offset of its own (XML Schema, `date`).
            return Some(match found(offset, date.and_time(NaiveTime::MIN), own)? {
                Offset::Unsaid => Self::Day(date),
                it => Self::Moment(moment(date.and_time(NaiveTime::MIN), it, own)?),
            });
        };
        let date = if is_next_day { date.checked_add_days(Days::new(1))? } else { date };
        let local = date.and_time(time);
        Some(Self::Moment(moment(local, found(offset, local, own)?, own)?))
    }

    /// Returns the moment, and of a day the first one in the zone `own`.
    pub fn first_moment(self, own: Tz) -> Option<DateTime<FixedOffset>> {
        match self {
            Self::Moment(at) => Some(at),
            Self::Day(day) => moment(day.and_time(NaiveTime::MIN), Offset::Unsaid, Some(own)),
        }
    }
}

/// Returns what the end of a date says of its offset; `None` where it says anything else.
fn found(text: &str, local: NaiveDateTime, own: Option<Tz>) -> Option<Offset> {
    // Feeds write `gmt` as well.
    let upper = if text.contains('/') { text.to_owned() } else { text.to_ascii_uppercase() };
    let OffsetFound { offset, bytes } = offset_after(&upper, local, own);
    upper[bytes..].trim().is_empty().then_some(offset)
}

/// Reads `2024-03-05T10:00:00+05:00` and its relatives.
fn separated(text: &str) -> Option<(NaiveDate, Option<Clock>, &str)> {
    let mut rest = Rest(text);
    let year = rest.number(4)?;
    let separator = rest.one_of(&['-', '/'])?;
    let month = rest.number(2)?;
    rest.one_of(&[separator])?;
    let day = rest.number(2)?;
    let date = date(i32::try_from(year).ok()?, month, day)?;
    let before = rest;
    let is_parted = rest.one_of(&['T', 't', ' ', ',', '_']).is_some();
    rest.blanks();
    match rest.clock().filter(|_| is_parted) {
        Some(clock) => Some((date, Some(clock), rest.0)),
        None => Some((date, None, before.0)),
    }
}

/// Reads `20240305`, `20240305T100000Z` and `20240305100000`.
fn basic(text: &str) -> Option<(NaiveDate, Option<Clock>, &str)> {
    let mut rest = Rest(text);
    let year = i32::try_from(rest.number(4)?).ok()?;
    let date = date(year, rest.number(2)?, rest.number(2)?)?;
    let before = rest;
    rest.one_of(&['T', 't']);
    let digits = rest.0.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 4 && digits != 6 {
        return Some((date, None, before.0));
    }
    let (hour, minute) = (rest.number(2)?, rest.number(2)?);
    let second = if digits == 6 { rest.number(2)? } else { 0 };
    rest.fraction();
    Some((date, Some(clock(hour, minute, second)?), rest.0))
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;

    const HERE: Tz = chrono_tz::Asia::Karachi;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let found = match WrittenDate::read(text, Some(HERE)) {
            Some(WrittenDate::Moment(at)) => at.to_utc().format("%Y-%m-%dT%H:%M:%S").to_string(),
            Some(WrittenDate::Day(day)) => day.to_string(),
            None => String::new(),
        };
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn dates_of_mail_are_read_as_feeds_write_them() {
        for text in [
            "Mon, 08 Mar 2021 11:20:00 +0500",
            "Mon, 08 Mar 2021 06:20:00 GMT",
            "mon, 08 mar 2021 06:20:00 gmt",
            "Mon, 08 Mar 2021 06:20:00 UTC",
            "Mon, 08 Mar 2021 06:20:00 UT",
            "Mon, 08 Mar 2021 06:20:00 Z",
            "Mon, 08 Mar 2021 06:20:00Z",
            "Mon, 08 Mar 2021 11:20:00 PKT",
            "Mon, 08 Mar 2021 01:20:00 EST",
            "Mon, 08 Mar 2021 07:20:00 CET",
            "Mon, 08 Mar 2021 07:20:00 BST",
            "Mon, 08 Mar 2021 11:50:00 IST",
            "Mon, 8 Mar 2021 11:20 +0500",
            "Mon, 08 Mar 21 11:20:00 +0500",
            "Sun, 08 Mar 2021 11:20:00 +0500",
            "Monday, 08 March 2021 11:20:00 +0500",
            "Mond, 08 Mar 2021 11:20:00 +0500",
            "08 Mar 2021 11:20:00 +0500",
            "Mon, 08 Mar 2021 11:20:00 +05:00",
            "Mon, 08 Mar 2021 11:20:00 +0500 (PKT)",
            "Mon, 08 Mar 2021 11:20:00 GMT+0500",
            "Mon, 08 Mar 2021 11:20:00",
            "Mon Mar 08 2021 11:20:00 GMT+0500 (Pakistan Standard Time)",
            "Mon Mar  8 11:20:00 PKT 2021",
            "Mon Mar  8 06:20:00 UTC 2021",
            "Monday, 08-Mar-21 06:20:00 GMT",
            "Mon Mar  8 11:20:00 2021",
            "March 8, 2021, 11:20 am",
            "8th March 2021 at 11:20 a.m.",
        ] {
            check(text, "2021-03-08T06:20:00");
        }
        check("Tue, 09 Sept 2025 24:00:00 +0500", "2025-09-09T19:00:00");
        check("30 Dec 2022 03:41pm", "2022-12-30T10:41:00");
        check("30 Dec 2022", "2022-12-30");
    }

    #[test]
    fn dates_of_machines_are_read_as_sitemaps_write_them() {
        for text in [
            "2021-03-08T11:20:00+05:00",
            "2021-03-08T11:20+05:00",
            "2021-03-08T06:20Z",
            "2021-03-08t06:20z",
            "2021-03-08T11:20:00+0500",
            "2021-03-08T11:20:00+05",
            "2021-03-08T06:20:00+00",
            "2021-03-08T11:20:00\u{2212}-05",
            "2021-03-08T11:20:00.123+05:00",
            "2021-03-08T11:20:00,5",
            "2021-03-08 11:20:00 +0500",
            "2021-03-08 11:20:00+05:00",
            "2021-03-08 06:20:00 UTC",
            "2021-03-08 11:20",
            "2021-03-08 11:20:00 AM",
            "2021/03/08 11:20",
            "20210308T062000Z",
            "20210308T0620Z",
            "20210308112000",
        ] {
            let expect = if text.contains("\u{2212}-") { "" } else { "2021-03-08T06:20:00" };
            check(text, expect);
        }
        check("2021-03-08", "2021-03-08");
        check("20210308", "2021-03-08");
        check("2021-03-08+05:00", "2021-03-07T19:00:00");
        check("2021-03-08T00:00:00\u{2212}05:00", "2021-03-08T05:00:00");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "2021",
            "2021-03",
            "2021-02-30",
            "2021-13-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "0000-00-00 00:00:00",
            "Mon, 08 Mar 2021 11:20:00 XYZT",
            "Mon, 08 Mar 2021 11:20:00 +9900",
            "Mon, 08 Mar 2021 25:20:00 +0500",
            "Mon, 08 Mar 2021 13:20 pm",
            "2021-03-08T11:20:00+05:00 2021-03-09T11:20:00+05:00",
            "Mon, 08 Mar 2021 11:20:00 +0500Mon, 08 Mar 2021 11:20:00 +0500",
            "08/03/2021",
            "8 2021 11:20",
            "%published%",
        ] {
            check(text, "");
        }
        assert_eq!(WrittenDate::read("2021-03-08T11:20:00", None), None, "no zone is known");
    }

    proptest! {
        #[test]
        fn any_text_ends_and_a_date_is_one_of_its_own_digits(text in ".{0,200}") {
            if let Some(date) = WrittenDate::read(&text, Some(HERE)) {
                let year = match date {
                    WrittenDate::Day(day) => day.year(),
                    WrittenDate::Moment(at) => at.year(),
                };
                let is_near = |it: i32| text.contains(&format!("{:02}", it % 100));
                prop_assert!((year - 1..=year + 1).any(is_near), "{}", text);
            }
        }

        #[test]
        fn a_moment_is_read_as_it_was_written(
            seconds in 946_684_800_i64..4_000_000_000, minutes in -14 * 60..=14 * 60_i32, form in 0..4_usize,
        ) {
            let offset = FixedOffset::east_opt(minutes * 60).expect("an offset");
            let at = DateTime::from_timestamp(seconds, 0).expect("a time").with_timezone(&offset);
            let form = ["%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%:z", "%A, %d-%B-%Y %T %z", "%a %b %e %T %z %Y"][form];
            let text = at.format(form).to_string();
            prop_assert_eq!(WrittenDate::read(&text, Some(HERE)), Some(WrittenDate::Moment(at)), "{}", text);
        }
    }
}
