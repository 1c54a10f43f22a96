//! Dates as machines write them for machines: the whole of a text is one date. Feeds, sitemaps, saved pages and web archives
//! share this reader. Dates within prose, with words around them, are read by `extract`.
//!
//! The forms: RFC 822 and RFC 2822 (names of zones, wrong or full weekdays, full months, no seconds, two-digit years), ISO 8601 and
//! RFC 3339 (no seconds, `+0500`, `+00`, a blank for the `T`, a fraction, the basic form and the 14 digits of web archives), the
//! two old forms of HTTP, `Date.toString` of JavaScript, `date(1)`, and an hour of twelve with `am` or `pm`. No crate reads them: chrono has
//! the standards alone, and readers of free text guess a day where none is written, which no date here may be.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::offset::{Offset, OffsetFound, moment, offset_after};

/// A longer text is no date.
const TEXT_BYTES_MAX: usize = 120;
/// Earlier than any page of the web: epoch zeros and placeholder years are before it.
const YEAR_MIN: i32 = 1990;
const YEAR_MAX: i32 = 2199;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A date that a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenDate {
    /// A day without a time.
    Day(NaiveDate),
    /// A moment.
    Moment(DateTime<FixedOffset>),
}

/// A time of day; 24:00 is on the next day.
#[derive(Debug, Clone, Copy)]
struct Clock {
    time: NaiveTime,
    is_next_day: bool,
}

/// What is left to read of a text.
#[derive(Debug, Clone, Copy)]
struct Rest<'t>(&'t str);

/// The parts of a date in words, in whatever order they came.
#[derive(Default)]
struct Parts<'t> {
    day: Option<u32>,
    month: Option<u32>,
    year: Option<i32>,
    clock: Option<Clock>,
    /// The text that begins with the offset.
    offset: Option<&'t str>,
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

/// Reads a date with its month in words: of mail, of HTTP, of programs and of people.
fn in_words(text: &str) -> Option<(NaiveDate, Option<Clock>, &str)> {
    let mut parts = Parts::default();
    let mut rest = Rest(text);
    // Each turn takes at least one character.
    while let Some(first) = rest.0.chars().next() {
        let is_after_time = parts.clock.is_some() && parts.offset.is_none();
        match first {
            ' ' | '\t' | '\n' | '\r' | ',' | '|' | '.' | '\u{a0}' => rest.skip(first),
            '+' | '-' | '\u{2212}' | '(' if is_after_time => parts.take_offset(&mut rest)?,
            // `08-Mar-21`
            '-' => rest.skip(first),
            _ if first.is_ascii_digit() => parts.take_number(&mut rest)?,
            _ if first.is_ascii_alphabetic() => parts.take_word(&mut rest, is_after_time)?,
            _ => return None,
        }
    }
    let date = date(parts.year?, parts.month?, parts.day?)?;
    Some((date, parts.clock, parts.offset.unwrap_or_default()))
}

impl<'t> Parts<'t> {
    fn take_number(&mut self, rest: &mut Rest<'t>) -> Option<()> {
        let mut ahead = *rest;
        if self.clock.is_none()
            && let Some(clock) = ahead.clock()
        {
            self.clock = Some(clock);
            *rest = ahead;
            return Some(());
        }
        let digits = rest.0.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest.number(digits)?;
        match digits {
            1 | 2 if self.day.is_none() => {
                self.day = Some(number);
                let ordinal = ["st", "nd", "rd", "th"].into_iter();
                let mut ordinal = ordinal.filter(|it| starts_with(rest.0, it));
                rest.0 = &rest.0[ordinal.next().map_or(0, str::len)..];
            }
            4 if self.year.is_none() => self.year = Some(i32::try_from(number).ok()?),
            // RFC 2822, section 4.3.
            2 if self.year.is_none() => {
                self.year = Some(i32::try_from(number).ok()? + if number < 50 { 2000 } else { 1900 });
            }
            _ => return None,
        }
        Some(())
    }

    fn take_word(&mut self, rest: &mut Rest<'t>, is_after_time: bool) -> Option<()> {
        let end = rest.0.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.0.len());
        let word = rest.0[..end].to_ascii_lowercase();
        let is_short_for = |name: &&str| 3 <= word.len() && name.starts_with(word.as_str());
        if let Some(month) =
            MONTHS.iter().position(|it| is_short_for(&it)).filter(|_| self.month.is_none())
        {
            self.month = u32::try_from(month + 1).ok();
        } else if is_after_time {
            return self.take_offset(rest);
        } else if !(WEEKDAYS.iter().any(|it| is_short_for(&it))
            || matches!(word.as_str(), "sept" | "at" | "on" | "of"))
        {
            return None;
        }
        if word == "sept" {
            self.month = Some(9);
        }
        rest.0 = &rest.0[end..];
        Some(())
    }

    fn take_offset(&mut self, rest: &mut Rest<'t>) -> Option<()> {
        // Which offset a name means depends on the day, which may still come (`Tue Mar 5 10:00:00 EST 2024`); its length does not.
        let upper = rest.0.to_ascii_uppercase();
        let text = if rest.0.contains('/') { rest.0 } else { upper.as_str() };
        let bytes = offset_after(text, NaiveDateTime::default(), None).bytes;
        let end = if bytes == 0 && rest.0.starts_with('(') { rest.0.find(')')? + 1 } else { bytes };
        if end == 0 {
            return None;
        }
        if 0 < bytes {
            self.offset = Some(&rest.0[..bytes]);
        }
        rest.0 = &rest.0[end..];
        Some(())
    }
}

impl Rest<'_> {
    fn skip(&mut self, first: char) {
        self.0 = &self.0[first.len_utf8()..];
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// Reads one of these characters.
    fn one_of(&mut self, chars: &[char]) -> Option<char> {
        let first = self.0.chars().next().filter(|it| chars.contains(it))?;
        self.skip(first);
        Some(first)
    }

    /// Reads a number of at most so many digits.
    fn number(&mut self, digits_max: usize) -> Option<u32> {
        let digits = self.0.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        let number = number.parse().ok()?;
        self.0 = rest;
        Some(number)
    }

    /// Reads `10:00`, `10:00:00.123`, `3:18 pm`; reads nothing where there is no time.
    fn clock(&mut self) -> Option<Clock> {
        let mut rest = *self;
        let hour = rest.number(2)?;
        rest.one_of(&[':'])?;
        let minute = rest.two_digits()?;
        let mut ahead = rest;
        let second = ahead.one_of(&[':']).and_then(|_| ahead.two_digits());
        if second.is_some() {
            rest = ahead;
            rest.fraction();
        }
        let hour = match rest.half() {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(half) => hour % 12 + half,
        };
        let clock = clock(hour, minute, second.unwrap_or_default())?;
        *self = rest;
        Some(clock)
    }

    fn two_digits(&mut self) -> Option<u32> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 2 { self.number(2) } else { None }
    }

    fn fraction(&mut self) {
        let Some(rest) = self.0.strip_prefix(['.', ',']) else { return };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if 0 < digits {
            self.0 = &rest[digits..];
        }
    }

    /// Reads `am` or `pm`. Returns the hours that it adds.
    fn half(&mut self) -> Option<u32> {
        let rest = self.0.trim_start();
        for (word, hours) in [("am", 0), ("pm", 12), ("a.m.", 0), ("p.m.", 12)] {
            let after = rest.get(word.len()..).filter(|_| starts_with(rest, word));
            if let Some(after) = after.filter(|it| !it.starts_with(char::is_alphanumeric)) {
                self.0 = after;
                return Some(hours);
            }
        }
        None
    }
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
}

fn clock(hour: u32, minute: u32, second: u32) -> Option<Clock> {
    let is_next_day = (hour, minute, second) == (24, 0, 0);
    let hour = if is_next_day { 0 } else { hour };
    // A leap second is told as the one before it.
    let second = if second == 60 { 59 } else { second };
    Some(Clock { time: NaiveTime::from_hms_opt(hour, minute, second)?, is_next_day })
}

fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    (YEAR_MIN..=YEAR_MAX).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
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
