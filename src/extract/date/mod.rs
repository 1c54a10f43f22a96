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

mod written;

use chrono::DateTime;
use chrono_tz::Tz;

use self::{
    cursor::{DateCursor, is_word_char},
    day::WrittenDay,
    offset::Zone,
    written::{DateInWords, calendar, is_possible},
};

pub(super) use self::{
    cursor::digit_of,
    names::{is_doubtful, month},
    written::{DateFound, Dated},
};

/// The digits of a number of seconds since 1970; with three more it is of milliseconds.
const EPOCH_DIGITS: usize = 10;

/// The most bytes of the names of a weekday and a month and what stands between them, in any script.
const BYTES_BEFORE_DIGIT_MAX: usize = 120;

/// Returns every date in a text, in order.
pub(super) fn scan(text: &str, zone: Tz) -> impl Iterator<Item = DateFound> {
    let next_digit = move |at: usize| text[at..].find(|it| digit_of(it).is_some()).map(|it| at + it);
    let mut digit = next_digit(0);
    let mut at = 0;
    let mut before = None;
    std::iter::from_fn(move || {
        while let Some(ch) = text[at..].chars().next() {
            if digit.is_some_and(|digit| digit < at) {
                digit = next_digit(at);
            }
            // Every date has a digit, and few words before it.
            let digit_at = digit?;
            let is_start = is_word_char(ch)
                && !before.is_some_and(is_word_char)
                && digit_at - at <= BYTES_BEFORE_DIGIT_MAX
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
    DateInWords { range, day, time: Some(time), zone: written_zone }.read(zone).when
}

/// Reads the date that begins at a place, with the weekday or time before it.
fn written_at(text: &str, at: usize) -> Option<DateInWords<'_>> {
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
    Some(DateInWords { range: at..end.at(), day, time, zone })
}

/// Reads `Tue Mar  5 22:00:00 UTC 2024`, as Java and `date` print it.
fn year_last(text: &str, at: usize) -> Option<DateInWords<'_>> {
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
    Some(DateInWords { range: at..cursor.at(), day, time: Some(time), zone })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        /// Whatever a text says, dates are found in it, one after the other.
        #[test]
        fn dates_are_places_in_their_text(
            text in "([0-9:./+ ,TZ-]|Mar |mars |th |GMT|年|at |\u{2212}|\\[|pm|[a-z]{1,6}){0,40}",
        ) {
            let mut at = 0;
            for found in scan(&text, chrono_tz::Asia::Karachi) {
                prop_assert!(at <= found.range.start && found.range.start < found.range.end);
                at = found.range.end;
                prop_assert!(text.get(found.range).is_some());
            }
            let _ = parse(&text, chrono_tz::America::New_York);
        }
    }

    #[test]
    fn the_half_of_a_day_is_said_in_many_ways() {
        for evening in ["7:30 p. m.", "7:30 p.m.", "07:30 م", "07:30 مساءً", "7:30 μ.μ.", "7:30 PM"]
        {
            check(&format!("8 March 2024, {evening}"), "2024-03-08", Some("2024-03-08T19:30:00+05:00"));
        }
        for morning in ["7:30 a. m.", "07:30 ص", "07:30 صباحا", "7:30 π.μ.", "7:30"] {
            check(&format!("8 March 2024, {morning}"), "2024-03-08", Some("2024-03-08T07:30:00+05:00"));
        }
    }

    #[test]
    fn a_time_with_a_point_is_one_where_a_zone_stands_after_it() {
        check("Tue 5 Mar 2024 14.30 GMT", "2024-03-05", Some("2024-03-05T19:30:00+05:00"));
        check("5 March 2024, 9.05 EST", "2024-03-05", Some("2024-03-05T19:05:00+05:00"));
        check("5 March 2024 14.30", "2024-03-05", None);
        check("5 March 2024 14.30 SHARES", "2024-03-05", None);
        check("5 MARCH 2024 10 ART WORKS", "2024-03-05", None);
    }

    #[test]
    fn an_offset_in_whatever_form_is_that_moment() {
        for (zone, expect) in [
            ("GMT+0500 (Pakistan Standard Time)", "2024-03-05T22:00:00+05:00"),
            ("GMT-0500 (Eastern Standard Time)", "2024-03-06T08:00:00+05:00"),
            ("UTC+05:00", "2024-03-05T22:00:00+05:00"),
            ("+00:00Z", "2024-03-06T03:00:00+05:00"),
            ("+00", "2024-03-06T03:00:00+05:00"),
            ("-05", "2024-03-06T08:00:00+05:00"),
            ("+5:30", "2024-03-05T21:30:00+05:00"),
            ("\u{2212}05:00", "2024-03-06T08:00:00+05:00"),
            ("EST", "2024-03-06T08:00:00+05:00"),
            ("EDT", "2024-03-06T07:00:00+05:00"),
            ("CET", "2024-03-06T02:00:00+05:00"),
            ("BST", "2024-03-06T02:00:00+05:00"),
            ("IST", "2024-03-05T21:30:00+05:00"),
            ("UT", "2024-03-06T03:00:00+05:00"),
            ("z", "2024-03-06T03:00:00+05:00"),
            ("ET", "2024-03-06T08:00:00+05:00"),
            ("America/New_York", "2024-03-06T08:00:00+05:00"),
            ("+05:00[Asia/Karachi]", "2024-03-05T22:00:00+05:00"),
            ("[Europe/Paris]", "2024-03-06T02:00:00+05:00"),
            ("(GMT)", "2024-03-06T03:00:00+05:00"),
            (".123456+00", "2024-03-06T03:00:00+05:00"),
            ("PST", "2024-03-05T22:00:00+05:00"),
        ] {
            check(&format!("2024-03-05T22:00:00{zone}"), &expect[..10], Some(expect));
            let day = &expect[..10];
            if !zone.starts_with('.') {
                check(&format!("Tue, 05 Mar 2024 22:00:00 {zone}"), day, Some(expect));
                check(&format!("Tuesday, March 5, 2024 10:00 PM {zone}"), day, Some(expect));
            }
        }
        check("Tue Mar  5 22:00:00 UTC 2024", "2024-03-06", Some("2024-03-06T03:00:00+05:00"));
        let when = parse("Tue, 05 Mar 2024 22:30:00 PST", chrono_tz::America::New_York).expect("a date");
        assert_eq!(when.at.map(|it| it.to_rfc3339()).as_deref(), Some("2024-03-06T01:30:00-05:00"));
    }

    #[test]
    fn a_zone_that_is_not_understood_gives_no_moment() {
        for zone in ["XYZT", "+99:99", "+530", "Mars/Olympus", "[Nowhere/Land]"] {
            let text = format!("2024-03-05T22:00:00 {zone}");
            assert_eq!(parse(&text, chrono_tz::Asia::Karachi), None, "{text}");
        }
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_a_day_without_a_moment() {
        let when = parse("2024-03-10T02:30:00", chrono_tz::America::New_York).expect("a date");
        assert_eq!((when.on.to_string().as_str(), when.at), ("2024-03-10", None));
    }

    #[test]
    fn other_papers_write_dates_in_their_own_way() {
        for text in [
            "08.03.2024",
            "8. 3. 2024",
            "8. März 2024",
            "8 mars 2024",
            "2024年3月8日",
            "2024년 3월 8일",
            "8 de marzo de 2024",
            "8th of March, 2024",
            "Freitag, 8. März 2024",
            "28/03/2024 08.03.24",
            "08-Mar-2024",
            "2024-3-8",
            "2024/03/08",
            "2024. március 8.",
            "8 marca 2024",
            "८ मार्च २०२४",
            "20240308",
        ] {
            let when = scan(text, chrono_tz::UTC).last().and_then(|it| it.when);
            let when = when.or_else(|| parse(text, chrono_tz::UTC)).expect(text);
            assert_eq!(when.on.to_string(), "2024-03-08", "{text}");
        }
        for (text, time) in [
            ("10:00, 8 MAR 2024", "10:00"),
            ("8. März 2024, 10:00 Uhr", "10:00"),
            ("8. März 2024 um 10.00 Uhr", "10:00"),
            ("8 mars 2024 à 10h05", "10:05"),
            ("8. mars 2024 kl. 10.05", "10:05"),
            ("2024年3月8日 午後10時05分", "22:05"),
            ("8 March 2024, 10.05 pm", "22:05"),
            ("8 March 2024 | 10:05", "10:05"),
            ("8 March 2024 10 am", "10:00"),
            ("2024-03-08T10:05:00AM", "10:05"),
            ("20240308T100500", "10:05"),
        ] {
            let when = parse(text, chrono_tz::UTC).expect(text);
            assert_eq!(when.on.to_string(), "2024-03-08", "{text}");
            assert_eq!(
                when.at.map(|it| it.format("%H:%M").to_string()).as_deref(),
                Some(time),
                "{text}"
            );
        }
        check("1709647200", "2024-03-05", Some("2024-03-05T19:00:00+05:00"));
        check("1709647200000", "2024-03-05", Some("2024-03-05T19:00:00+05:00"));
        check("2024-03-05T24:00:00+05:00", "2024-03-06", Some("2024-03-06T00:00:00+05:00"));
    }

    #[test]
    fn two_readings_are_no_date() {
        for text in ["05/03/2024", "8. listopada 2024.", "1.2.3.4", "10.12.24.1", "2024-03", "8 March"] {
            assert_eq!(parse(text, chrono_tz::UTC), None, "{text}");
        }
    }
}
