//! The zone of a time: `Z`, `+05:00`, `+5:30`, `-05`, `GMT+0500 (Pakistan Standard Time)`, `UTC+05:00`, `EST`,
//! `America/New_York`, `[Asia/Karachi]`.
//!
//! Forms that reports name: JavaScript's `Date` in words, Java's, that of databases (`+00`), the sign that typographers write (U+2212).
//! What cannot be understood is said to be that, so that nobody reads such a time in another zone.

use chrono::{FixedOffset, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};

use super::cursor::DateCursor;
use crate::model::{nearest_offset, zone_name};

/// No zone is further from Greenwich.
const MINUTES_MAX: i32 = 14 * 60;
/// The most characters of a zone's name in brackets.
const BRACKET_CHARS_MAX: usize = 64;

/// What stands after a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone<'t> {
    /// Nothing that is a zone.
    Unsaid,
    /// Minutes east of Greenwich.
    Minutes(i32),
    /// A zone of the tz database.
    Named(Tz),
    /// Letters that are used for one zone or for several.
    Letters(&'t str),
    /// It looks like a zone, and is none that we know.
    Unknown,
}

/// Letters for the time of a region, summer or winter.
const REGIONS: &[(&str, Tz)] = &[
    ("ET", Tz::America__New_York),
    ("CT", Tz::America__Chicago),
    ("MT", Tz::America__Denver),
    ("PT", Tz::America__Los_Angeles),
];

impl Zone<'_> {
    /// Returns the offset of a time. Letters that several zones use mean that of the site, if one of them is it. `None` for a time
    /// whose zone is not known, and for one that there is not: clocks were put forward over it.
    pub(super) fn offset(self, local: NaiveDateTime, site: Tz) -> Option<FixedOffset> {
        let of_zone = |zone: Tz| Some(zone.from_local_datetime(&local).earliest()?.offset().fix());
        match self {
            Zone::Unsaid => of_zone(site),
            Zone::Named(zone) => of_zone(zone),
            Zone::Minutes(minutes) => FixedOffset::east_opt(minutes * 60),
            Zone::Letters(letters) => of_letters(letters, local, site),
            Zone::Unknown => None,
        }
    }
}

fn of_letters(letters: &str, local: NaiveDateTime, site: Tz) -> Option<FixedOffset> {
    let own = site.from_local_datetime(&local).earliest();
    if let Some(at) = own.filter(|at| at.offset().abbreviation() == Some(letters)) {
        return Some(at.offset().fix());
    }
    let minutes = nearest_offset(zone_name(letters)?.minutes, local, Some(site));
    FixedOffset::east_opt(minutes * 60)
}

/// Reads what stands after a time.
pub(super) fn read<'t>(cursor: &mut DateCursor<'t>) -> Zone<'t> {
    let mut ahead = *cursor;
    ahead.blanks();
    let mut zone = bare(&mut ahead);
    if zone == Zone::Unsaid {
        ahead = *cursor;
        ahead.blanks();
        zone = bracketed(&mut ahead).unwrap_or(Zone::Unsaid);
    } else {
        // `+05:00[Asia/Karachi]`, `GMT+0500 (Pakistan Standard Time)`: the offset has said it.
        let mut after = ahead;
        after.blanks();
        if bracketed(&mut after).is_some() {
            ahead = after;
        }
    }
    if zone != Zone::Unsaid {
        *cursor = ahead;
    }
    zone
}

/// Whether a text begins as a zone would: a time before it is not to be read as the site's.
pub(super) fn looks_like_zone(text: &str) -> bool {
    let text = text.trim_start();
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let is_alone = !text[letters..].starts_with(|it: char| it.is_alphanumeric());
    let after_sign = text.strip_prefix(['+', '-', '\u{2212}']);
    let is_signed = after_sign.is_some_and(|it| it.starts_with(|ch: char| ch.is_ascii_digit()));
    ((2..=5).contains(&letters) && is_alone) || is_signed || text.starts_with('[')
}

fn bare<'t>(cursor: &mut DateCursor<'t>) -> Zone<'t> {
    if let Some(zone) = signed(cursor) {
        // `+00:00Z` says the same twice.
        let mut after = *cursor;
        if after.eat(&['Z', 'z']).is_some() && !after.is_in_word() {
            *cursor = after;
        }
        return zone;
    }
    let start = *cursor;
    let word = cursor.word();
    if let Some(zone) = path(start, cursor) {
        return zone;
    }
    if word.eq_ignore_ascii_case("z") {
        return Zone::Minutes(0);
    }
    if ["utc", "gmt", "ut"].iter().any(|it| word.eq_ignore_ascii_case(it)) {
        let mut after = *cursor;
        after.blanks();
        if let Some(zone) = signed(&mut after) {
            *cursor = after;
            return zone;
        }
        return Zone::Minutes(0);
    }
    if let Some(region) = REGIONS.iter().find(|it| it.0 == word) {
        return Zone::Named(region.1);
    }
    let known = zone_name(if word == "pkt" { "PKT" } else { word });
    known.map_or(Zone::Unsaid, |it| Zone::Letters(it.name))
}

/// Reads `+05:00`, `+0500`, `+5:30`, `-05`. `None` where there is no sign with a number.
fn signed<'t>(cursor: &mut DateCursor<'t>) -> Option<Zone<'t>> {
    let mut ahead = *cursor;
    let sign = ahead.eat(&['+', '-', '\u{2212}', '\u{2013}'])?;
    let found = ahead.digits()?;
    let number = i32::try_from(found.value).ok()?;
    let minutes = match found.count {
        1 | 2 => {
            let mut after = ahead;
            let more = after.eat(&[':', '.']).and_then(|_| after.two_digits());
            if more.is_some() {
                ahead = after;
            }
            number * 60 + i32::try_from(more.unwrap_or(0)).ok()?
        }
        4 => number / 100 * 60 + number % 100,
        _ => i32::MAX,
    };
    *cursor = ahead;
    let is_there = minutes <= MINUTES_MAX && minutes % 15 == 0;
    let east = if sign == '+' { minutes } else { -minutes };
    Some(if is_there { Zone::Minutes(east) } else { Zone::Unknown })
}

/// Reads `America/New_York`, from its beginning.
fn path<'t>(start: DateCursor<'t>, cursor: &mut DateCursor<'t>) -> Option<Zone<'t>> {
    if cursor.peek() != Some('/') {
        return None;
    }
    let rest = start.rest();
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '_' | '-' | '+');
    let length = rest.chars().take(BRACKET_CHARS_MAX).take_while(|it| is_part(*it)).count();
    let mut end = start;
    let name = &rest[..length];
    end.eat_text(name);
    let zone = name.parse().map_or(Zone::Unknown, Zone::Named);
    *cursor = end;
    Some(zone)
}

/// Reads what stands in brackets. `Unsaid` for words that are no zone by themselves; `None` where there are no brackets.
fn bracketed<'t>(cursor: &mut DateCursor<'t>) -> Option<Zone<'t>> {
    let mut ahead = *cursor;
    let close = if ahead.eat(&['(', '['])? == '(' { ')' } else { ']' };
    let rest = ahead.rest();
    let (length, _) = rest.char_indices().take(BRACKET_CHARS_MAX).find(|it| it.1 == close)?;
    let inside = &rest[..length];
    let mut within = DateCursor::new(inside, 0);
    let zone = match bare(&mut within) {
        zone if within.rest().is_empty() => zone,
        _ => Zone::Unsaid,
    };
    ahead.eat_text(inside);
    ahead.eat(&[close]);
    *cursor = ahead;
    Some(zone)
}
