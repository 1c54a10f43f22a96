//! What is left of a date while it is read, and the small parts that all forms share: numbers, times of day, days that exist. The
//! forms themselves are beside it.

use chrono::{Datelike, NaiveDate, NaiveTime};

/// Earlier than any page of the web: epoch zeros and placeholder years are before it.
const YEAR_MIN: i32 = 1990;
const YEAR_MAX: i32 = 2199;

/// A time of day; 24:00 is on the next day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) time: NaiveTime,
    pub(super) is_next_day: bool,
}

/// What is left to read of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'t>(pub(super) &'t str);

impl Rest<'_> {
    pub(super) fn skip(&mut self, first: char) {
        self.0 = &self.0[first.len_utf8()..];
    }

    pub(super) fn blanks(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// Reads one of these characters.
    pub(super) fn one_of(&mut self, chars: &[char]) -> Option<char> {
        let first = self.0.chars().next().filter(|it| chars.contains(it))?;
        self.skip(first);
        Some(first)
    }

    /// Reads a number of at most this many digits.
    pub(super) fn number(&mut self, digits_max: usize) -> Option<u32> {
        let digits = self.0.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        let number = number.parse().ok()?;
        self.0 = rest;
        Some(number)
    }

    /// Reads `10:00`, `10:00:00.123`, `3:18 pm`; reads nothing where there is no time.
    pub(super) fn clock(&mut self) -> Option<Clock> {
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

    pub(super) fn fraction(&mut self) {
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

pub(super) fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
}

pub(super) fn clock(hour: u32, minute: u32, second: u32) -> Option<Clock> {
    let is_next_day = (hour, minute, second) == (24, 0, 0);
    let hour = if is_next_day { 0 } else { hour };
    // A leap second is told as the one before it.
    let second = if second == 60 { 59 } else { second };
    Some(Clock { time: NaiveTime::from_hms_opt(hour, minute, second)?, is_next_day })
}

pub(super) fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    (YEAR_MIN..=YEAR_MAX).contains(&date.year()).then_some(date)
}
