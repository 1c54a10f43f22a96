//! The grammar of a market board's row: numbers as the paper prints them, and a day without a year.
//!
//! Where a row and its parts stand is data of the profile, and found by `page/beside.rs`: unlike a ticker row, a row of
//! a board has no words that tell it from others. Nothing here guesses: what cannot be read is said to be so.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use crate::model::{BoardRow, Decimal, Unit};

use super::date::{is_doubtful, month};

/// Longer codes are sentences.
const CODE_CHARS_MAX: usize = 40;
/// The most years from one 29 February to the next.
const LEAP_YEARS_MAX: i32 = 8;

/// The texts of a row's parts, white space folded; `None` for a part that is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cells {
    pub(super) code: Option<String>,
    pub(super) name: Option<String>,
    pub(super) company: Option<String>,
    pub(super) as_of: Option<String>,
    pub(super) value: Option<String>,
    pub(super) change: Option<String>,
    pub(super) change_pct: Option<String>,
}

/// What was read of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowRead {
    /// The row; `None` where it has no code or no value.
    pub(super) row: Option<BoardRow>,
    /// Everything that was there could be read.
    pub(super) is_whole: bool,
}

/// Reads a row. `captured_on` is the day of the capture in the site's zone: a day without a year is the last such day
/// that is not after it.
pub(super) fn read(cells: &Cells, unit: Unit, captured_on: Option<NaiveDate>) -> RowRead {
    let code = cells.code.as_ref().filter(|code| code.chars().count() <= CODE_CHARS_MAX);
    let value = cells.value.as_deref().and_then(number);
    let (Some(code), Some(value)) = (code, value) else {
        return RowRead { row: None, is_whole: false };
    };
    let as_of = cells.as_of.as_deref().and_then(|text| day(text, captured_on));
    let change = cells.change.as_deref().and_then(number);
    let change_pct = cells.change_pct.as_deref().and_then(percent);
    let is_whole = as_of.is_some()
        && change.is_some() == cells.change.is_some()
        && change_pct.is_some() == cells.change_pct.is_some();
    let (code, name, company) = (code.clone(), cells.name.clone(), cells.company.clone());
    RowRead {
        row: Some(BoardRow { code, name, company, as_of, unit, value, change, change_pct }),
        is_whole,
    }
}

/// Returns the number that a text consists of. Commas must part thousands, or lakhs and crores: `18,485`,
/// `1,84,850`; `12,5` may be a fraction, and is no number.
fn number(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(text);
    let (whole, fraction) =
        unsigned.split_once('.').map_or((unsigned, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_number = is_grouped(whole) && fraction.is_none_or(is_digits);
    is_number.then(|| text.parse().ok()).flatten()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// Whether a text consists of digits, in groups as they are written or not in groups.
fn is_grouped(text: &str) -> bool {
    let Some((first, rest)) = text.split_once(',') else { return is_digits(text) };
    let (middle, last) =
        rest.rsplit_once(',').map_or((None, rest), |(middle, last)| (Some(middle), last));
    let has =
        |group: &str, lengths: RangeInclusive<usize>| is_digits(group) && lengths.contains(&group.len());
    has(first, 1..=3)
        && has(last, 3..=3)
        && middle.is_none_or(|it| it.split(',').all(|group| has(group, 2..=3)))
}

/// Returns the number of a percentage: `(10.03%)`, `-0.5 %`.
fn percent(text: &str) -> Option<Decimal> {
    let bare = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')).unwrap_or(text);
    number(bare.trim().strip_suffix('%')?.trim_end())
}

/// Returns the day that a text consists of, with or without a year: `/ Jan 29`, `29 January`, `Jan 29, 2025`. `Jan-29` may be a
/// month of 2029, and is no day.
fn day(text: &str, captured_on: Option<NaiveDate>) -> Option<NaiveDate> {
    let text = text.trim_start_matches([' ', '/', '|', '(', ',', '-']);
    let text = text.trim_end_matches([' ', '/', '|', ')', ',']);
    let (first, rest) = leading(text, char::is_alphanumeric);
    let (month, day, rest) = if let Some(month) = month(first) {
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let (day, rest) = leading(after(rest, &[' '])?, |it| it.is_ascii_digit());
        (month, day, rest)
    } else {
        let (name, rest) = leading(after(rest, &[' ', '-'])?, char::is_alphabetic);
        let month = month(name).filter(|_| !is_doubtful(name))?;
        (month, first, rest.strip_prefix('.').unwrap_or(rest))
    };
    let number = |digits: &str, most: usize| {
        (is_digits(digits) && digits.len() <= most).then(|| digits.parse::<u32>().ok()).flatten()
    };
    let day = number(day, 2)?;
    if !rest.is_empty() {
        let year = after(rest, &[' ', ',', '-']).filter(|it| it.len() == 4)?;
        return NaiveDate::from_ymd_opt(number(year, 4)?.try_into().ok()?, month, day);
    }
    let captured_on = captured_on?;
    let years = (captured_on.year() - LEAP_YEARS_MAX..=captured_on.year()).rev();
    years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).find(|it| *it <= captured_on)
}

/// Returns the longest beginning of such letters, and what follows it.
fn leading(text: &str, is_part: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|it| !is_part(it)).unwrap_or(text.len()))
}

/// Returns what follows one or more of these letters.
fn after<'t>(text: &'t str, seams: &[char]) -> Option<&'t str> {
    text.starts_with(seams).then(|| text.trim_start_matches(seams))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_day_without_a_year_is_the_last_one_not_after_the_capture() {
        let check = |text, captured: &str, expect: Option<&str>| {
            assert_eq!(day(text, Some(on(captured))), expect.map(on), "{text} {captured}");
        };
        check("/ Jan 29", "2025-01-30", Some("2025-01-29"));
        check("/ Jan 30", "2025-01-30", Some("2025-01-30"));
        check("/ Dec 31", "2025-01-01", Some("2024-12-31"));
        check("/ Jan 31", "2025-01-30", Some("2024-01-31"));
        check("29 January", "2025-01-30", Some("2025-01-29"));
        check("29-Jan", "2025-01-30", Some("2025-01-29"));
        check("Sept 5", "2025-01-30", Some("2024-09-05"));
        check("/ Feb 29", "2025-01-30", Some("2024-02-29"));
        check("/ Feb 29", "1903-01-30", Some("1896-02-29"));
        check("Jan 29, 2023", "2025-01-30", Some("2023-01-29"));
        check("(Jan. 29 - 2023)", "2025-01-30", Some("2023-01-29"));
        check("29-JAN-2023,", "2025-01-30", Some("2023-01-29"));
        check("29 janvier", "2025-01-30", Some("2025-01-29"));
        check("29 listopada", "2025-01-30", None);
        check("Jan-29", "2025-01-30", None);
        check("Jan29", "2025-01-30", None);
        check("Jan 029", "2025-01-30", None);
        check("Janu 29", "2025-01-30", None);
        check("Jan 2023", "2025-01-30", None);
        check("Jan 29, 23", "2025-01-30", None);
        check("29", "2025-01-30", None);
        check("", "2025-01-30", None);
        check("/ Jan 32", "2025-01-30", None);
        check("/ Feb 30", "2025-01-30", None);
        check("Closed", "2025-01-30", None);
        check("Jan 29 10:00", "2025-01-30", None);
        assert_eq!(day("/ Jan 29", None), None);
        assert_eq!(day("Jan 29, 2023", None), Some(on("2023-01-29")));
    }

    #[test]
    fn numbers_are_exact_or_none() {
        let check = |text, expect: Option<&str>| {
            assert_eq!(number(text).map(|it| it.to_string()).as_deref(), expect, "{text}");
        };
        check("278.93", Some("278.93"));
        check("0.90", Some("0.90"));
        check("18,485.00", Some("18485.00"));
        check("67,917,203", Some("67917203"));
        check("1,84,850", Some("184850"));
        check("-12.41", Some("-12.41"));
        check("1,23,45,678", Some("12345678"));
        check("+0.5", Some("0.5"));
        check("\u{2212}0.5", Some("-0.5"));
        check("12,5", None);
        check("1,2,345", None);
        check(",345", None);
        check("1,,345", None);
        check("1234,567", None);
        check("5.", None);
        check(".5", None);
        check("1.2.3", None);
        check("", None);
        check("1,2345", None);
        check("18 485", None);
        check("278.93 PKR", None);
        check("n/a", None);
        check("-", None);
        check("(10.03%)", None);
    }

    #[test]
    fn percentages_say_that_they_are() {
        let check = |text, expect: Option<&str>| {
            assert_eq!(percent(text).map(|it| it.to_string()).as_deref(), expect, "{text}");
        };
        check("(10.03%)", Some("10.03"));
        check("(-15.86%)", Some("-15.86"));
        check("10 %", Some("10"));
        check("1.06", None);
        check("(1.06)", None);
    }

    #[test]
    fn a_row_without_code_or_value_is_none_and_a_part_that_cannot_be_read_is_empty() {
        let text = |it: &str| Some(it.to_owned());
        let cells = Cells {
            code: text("WTL"),
            name: text("A name"),
            company: None,
            as_of: text("/ Jan 29"),
            value: text("67,917,203"),
            change: text("-0.01"),
            change_pct: None,
        };
        let check = |cells: &Cells, has_row: bool, is_whole: bool| {
            let read = read(cells, Unit::Volume, Some(on("2025-01-30")));
            assert_eq!((read.row.is_some(), read.is_whole), (has_row, is_whole), "{cells:?}");
            read.row
        };
        let row = check(&cells, true, true).expect("a row");
        assert_eq!((row.as_of, row.value.to_string().as_str()), (Some(on("2025-01-29")), "67917203"));
        check(&Cells { code: None, ..cells.clone() }, false, false);
        check(&Cells { value: text("n/a"), ..cells.clone() }, false, false);
        let row = check(&Cells { as_of: text("today"), ..cells.clone() }, true, false).expect("a row");
        assert_eq!(row.as_of, None);
        check(&Cells { as_of: None, ..cells.clone() }, true, false);
        let row = check(&Cells { change: text("(10%)"), ..cells.clone() }, true, false).expect("a row");
        assert_eq!(row.change, None);
        check(&Cells { change: None, name: None, ..cells }, true, true);
    }
}
