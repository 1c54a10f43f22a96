//! The grammar of a market board's row: numbers as the paper prints them, and a day without a year.
//!
//! Where a row and its parts stand is data of the profile, and found by `page/beside.rs`: unlike a ticker row, a row of
//! a board has no words that tell it from others. Nothing here guesses: what cannot be read is said to be so.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use regex::Regex;

use crate::model::{BoardRow, Decimal, Unit};

/// Longer codes are sentences.
const CODE_CHARS_MAX: usize = 40;
/// A 29 February has another within so many years.
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
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[+\-\u{2212}]?(?:\d+|\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.\d+)?$")
            .expect("a constant pattern")
    });
    NUMBER.is_match(text).then(|| text.parse().ok()).flatten()
}

/// Returns the number of a percentage: `(10.03%)`, `-0.5 %`.
fn percent(text: &str) -> Option<Decimal> {
    let bare = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')).unwrap_or(text);
    number(bare.trim().strip_suffix('%')?.trim_end())
}

/// Returns the day that a text consists of, with or without a year: `/ Jan 29`, `29 January`, `Jan 29, 2025`.
fn day(text: &str, captured_on: Option<NaiveDate>) -> Option<NaiveDate> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        let month = "(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|\
                     august|september|october|november|december)";
        let pattern = format!(
            r"(?ix)^ [\s/|(,-]*
            (?: (?<m1>{month})\.?\s+(?<d1>\d{{1,2}}) | (?<d2>\d{{1,2}})[\s-]+(?<m2>{month})\.? )
            (?: [\s,-]+(?<y>\d{{4}}) )?
            [\s/|),]* $"
        );
        Regex::new(&pattern).expect("a constant pattern")
    });
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let groups = DAY.captures(text)?;
    let group = |names: [&str; 2]| names.iter().find_map(|name| groups.name(name));
    let month = group(["m1", "m2"])?.as_str().to_ascii_lowercase();
    let month = MONTHS.iter().zip(1..).find(|(name, _)| month.starts_with(**name))?.1;
    let day: u32 = group(["d1", "d2"])?.as_str().parse().ok()?;
    if let Some(year) = groups.name("y") {
        return NaiveDate::from_ymd_opt(year.as_str().parse().ok()?, month, day);
    }
    let captured_on = captured_on?;
    let years = (captured_on.year() - LEAP_YEARS_MAX..=captured_on.year()).rev();
    years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).find(|it| *it <= captured_on)
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
        check("12,5", None);
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
