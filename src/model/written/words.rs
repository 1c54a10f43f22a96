//! Dates with their month in words: those of mail, of HTTP, of programs and of people. Dates in digits alone are read in `mod.rs`.

use chrono::{NaiveDate, NaiveDateTime};

use super::rest::{Clock, Rest, date, starts_with};
use crate::model::offset::offset_after;

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

/// Reads a date with its month in words: of mail, of HTTP, of programs and of people.
pub(super) fn in_words(text: &str) -> Option<(NaiveDate, Option<Clock>, &str)> {
    let mut parts = Parts::default();
    let mut rest = Rest(text);
    // Each turn takes at least one character.
    while let Some(first) = rest.0.chars().next() {
        let is_after_time = parts.clock.is_some() && parts.offset.is_none();
        match first {
            '+' | '-' | '\u{2212}' | '(' if is_after_time => parts.take_offset(&mut rest)?,
            // The last is that of `08-Mar-21`.
            ' ' | '\t' | '\n' | '\r' | ',' | '|' | '.' | '\u{a0}' | '-' => rest.skip(first),
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
        if let Some(month) = MONTHS.iter().position(&is_short_for).filter(|_| self.month.is_none()) {
            self.month = u32::try_from(month + 1).ok();
        } else if is_after_time {
            return self.take_offset(rest);
        } else if !(WEEKDAYS.iter().any(is_short_for)
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
