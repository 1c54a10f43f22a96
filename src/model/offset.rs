//! How texts write the distance of a time of day from UTC: `+05:00`, `GMT+0500 (…)`, `EST`, `Z`. Pages, feeds, sitemaps, saved
//! pages and web archives write it alike. What stands before it, a day and a time, is not read here (`written/` reads whole
//! values). Prose is read with more care by `extract` (a word after a time is seldom a zone), with the names from here.
//!
//! The forms are those of RFC 822, RFC 3339, ISO 8601, of JavaScript's `Date.toString` and of databases. Reports against feed
//! readers and archivers taught the rest: `UTC+05:00`, `+00`, `+5:30`, a minus sign that is U+2212, names of zones. An offset
//! that is not understood is [`Offset::Unknown`], never the site's own: a moment that is wrong by hours is worse than none.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Offset as _, TimeZone};
use chrono_tz::{OffsetName, Tz};

/// The farthest that a place on Earth is from UTC, in minutes.
const MINUTES_MAX: i32 = 14 * 60;
/// The longest name of a zone: `AKST` and `CHAST` are names, a longer word is a word.
const NAME_LETTERS_MAX: usize = 5;
/// The longest name of a place: `America/Argentina/ComodRivadavia`.
const PLACE_BYTES_MAX: usize = 40;
/// The longest remark in parentheses: `(Pakistan Standard Time)`.
const REMARK_BYTES_MAX: usize = 64;

/// What a text says of the offset of a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// Nothing.
    Unsaid,
    /// This.
    Said(FixedOffset),
    /// Something that has the form of an offset or of a zone's name but is not a known one.
    Unknown,
}

/// An offset with its place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetFound {
    /// What it says.
    pub offset: Offset,
    /// How many bytes of the text it takes, blanks before it and a remark after it included; 0 where it says nothing.
    pub bytes: usize,
}

/// The zones that one name stands for, in minutes east of UTC, the most usual first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneName {
    /// The letters: `PKT`.
    pub name: &'static str,
    /// The offsets that these letters mean.
    pub minutes: &'static [i32],
}

const fn named(name: &'static str, minutes: &'static [i32]) -> ZoneName {
    ZoneName { name, minutes }
}

/// Names of zones that news sites write. RFC 822 knows the first twelve.
const NAMES: &[ZoneName] = &[
    named("Z", &[0]),
    named("UT", &[0]),
    named("UTC", &[0]),
    named("GMT", &[0]),
    named("EST", &[-300]),
    named("EDT", &[-240]),
    // China's and Cuba's have this name, too.
    named("CST", &[-360, 480, -300]),
    named("CDT", &[-300, -240]),
    named("MST", &[-420]),
    named("MDT", &[-360]),
    // "Pakistan Standard Time" and the Philippines', too.
    named("PST", &[-480, 300, 480]),
    named("PDT", &[-420]),
    named("AKST", &[-540]),
    named("AKDT", &[-480]),
    named("HST", &[-600]),
    // "Arabia Standard Time", too.
    named("AST", &[-240, 180]),
    named("ADT", &[-180]),
    named("NST", &[-210]),
    named("NDT", &[-150]),
    named("BRT", &[-180]),
    named("ART", &[-180]),
    named("WET", &[0]),
    named("WEST", &[60]),
    // "Bangladesh Standard Time", too.
    named("BST", &[60, 360]),
    named("CET", &[60]),
    named("CEST", &[120]),
    // German papers.
    named("MEZ", &[60]),
    named("MESZ", &[120]),
    named("MET", &[60]),
    named("MEST", &[120]),
    named("EET", &[120]),
    named("EEST", &[180]),
    named("MSK", &[180]),
    named("TRT", &[180]),
    named("WAT", &[60]),
    named("CAT", &[120]),
    named("SAST", &[120]),
    named("EAT", &[180]),
    // India's, Ireland's in summer, and Israel's.
    named("IST", &[330, 60, 120]),
    named("IDT", &[180]),
    named("IRST", &[210]),
    named("GST", &[240]),
    named("AFT", &[270]),
    named("PKT", &[300]),
    named("PKST", &[360]),
    named("UZT", &[300]),
    named("SLST", &[330]),
    named("NPT", &[345]),
    named("BDT", &[360]),
    named("MMT", &[390]),
    named("ICT", &[420]),
    named("WIB", &[420]),
    named("HKT", &[480]),
    named("SGT", &[480]),
    named("MYT", &[480]),
    named("PHT", &[480]),
    named("AWST", &[480]),
    named("JST", &[540]),
    named("KST", &[540]),
    named("ACST", &[570]),
    named("ACDT", &[630]),
    named("AEST", &[600]),
    named("AEDT", &[660]),
    named("NZST", &[720]),
    named("NZDT", &[780]),
];

/// Returns what letters such as `PKT` mean; `None` where they are no zone that news sites write.
pub fn zone_name(letters: &str) -> Option<ZoneName> {
    NAMES.iter().find(|it| it.name == letters).copied()
}

/// Returns what the text after a time of day says of its offset. `local` is the day and the time before it, and `own` the zone of
/// the site, which decides between the zones of one name.
pub fn offset_after(text: &str, local: NaiveDateTime, own: Option<Tz>) -> OffsetFound {
    let nothing = OffsetFound { offset: Offset::Unsaid, bytes: 0 };
    let rest = text.trim_start_matches([' ', '\t', '\u{a0}']);
    let blanks = text.len() - rest.len();
    let found = signed(rest).or_else(|| place(rest, local)).or_else(|| by_name(rest, local, own));
    let Some(found) = found else { return nothing };
    let bytes = blanks + found.bytes;
    OffsetFound { bytes: bytes + remark(&text[bytes..]), ..found }
}

/// Returns the moment of a local time. `own` is the zone of the site, which counts where the text says no offset. Returns `None` where the offset is
/// unknown, where there is no zone, and in the hour that daylight saving skips.
pub fn moment(local: NaiveDateTime, offset: Offset, own: Option<Tz>) -> Option<DateTime<FixedOffset>> {
    match offset {
        Offset::Said(offset) => offset.from_local_datetime(&local).single(),
        Offset::Unsaid => own?.from_local_datetime(&local).earliest().map(|it| it.fixed_offset()),
        Offset::Unknown => None,
    }
}

/// Reads `+0500`, `-05`, `+5:30`.
fn signed(text: &str) -> Option<OffsetFound> {
    let sign = text.chars().next().filter(|it| matches!(it, '+' | '-' | '\u{2212}'))?;
    let digits_at = sign.len_utf8();
    let rest = &text.as_bytes()[digits_at..];
    let count = |from: &[u8]| from.iter().take_while(|it| it.is_ascii_digit()).count();
    let number = |range: std::ops::Range<usize>| {
        rest[range].iter().fold(0, |sum, it| sum * 10 + i32::from(it - b'0'))
    };
    let first = count(rest);
    let (hours, minutes, mut end) = match first {
        1 | 2 => {
            let is_pair = rest.get(first) == Some(&b':') && count(&rest[first + 1..]) == 2;
            let end = if is_pair { first + 3 } else { first };
            (number(0..first), if is_pair { number(first + 1..end) } else { 0 }, end)
        }
        3 | 4 => (number(0..first - 2), number(first - 2..first), first),
        _ => return None,
    };
    // Seconds of an offset, as old zones have them.
    if rest.get(end) == Some(&b':') && count(&rest[end + 1..]) == 2 {
        end += 3;
    }
    let east = hours * 60 + minutes;
    let east = if sign == '+' { east } else { -east };
    let is_real = minutes < 60 && east.abs() <= MINUTES_MAX;
    let offset = if is_real { said(east) } else { Offset::Unknown };
    Some(OffsetFound { offset, bytes: digits_at + end })
}

/// Reads the name of a place in the database of zones: `Asia/Tashkent`.
fn place(text: &str, local: NaiveDateTime) -> Option<OffsetFound> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "/_+-".contains(it);
    let end = text.find(|it| !is_part(it)).unwrap_or(text.len());
    let name = &text[..end];
    if PLACE_BYTES_MAX < end
        || !name.contains('/')
        || !name.starts_with(|it: char| it.is_ascii_uppercase())
    {
        return None;
    }
    let zone: Option<Tz> = name.parse().ok();
    let there = zone.and_then(|it| it.offset_from_local_datetime(&local).earliest());
    let offset = there.map_or(Offset::Unknown, |it| Offset::Said(it.fix()));
    Some(OffsetFound { offset, bytes: end })
}

/// Reads `GMT`, `UTC+05:00`, `EST`.
fn by_name(text: &str, local: NaiveDateTime, own: Option<Tz>) -> Option<OffsetFound> {
    let end = text.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(text.len());
    let name = &text[..end];
    let is_ended = !text[end..].starts_with(|it: char| it.is_alphanumeric() || it == '_');
    if end == 0 || NAME_LETTERS_MAX < end || !is_ended {
        return None;
    }
    let own_offset = own.and_then(|zone| abbreviated(name, local, zone));
    let is_upper = name.bytes().all(|it| it.is_ascii_uppercase());
    if own_offset.is_none() && !is_upper {
        return None;
    }
    if matches!(name, "GMT" | "UTC" | "UT") {
        let rest = text[end..].trim_start_matches(' ');
        if let Some(found) = signed(rest) {
            return Some(OffsetFound { bytes: text.len() - rest.len() + found.bytes, ..found });
        }
    }
    let known = zone_name(name).map(|it| it.minutes);
    let offset = match (own_offset, known) {
        (Some(offset), _) => Offset::Said(offset),
        (None, Some(minutes)) => said(nearest_offset(minutes, local, own)),
        // `AM` and `PM` are no zones, and one letter is the letter of an army.
        (None, None) if end == 1 || matches!(name, "AM" | "PM") => return None,
        (None, None) => Offset::Unknown,
    };
    Some(OffsetFound { offset, bytes: end })
}

/// Returns the offset of a zone under one of its own abbreviations, in winter or in summer.
fn abbreviated(name: &str, local: NaiveDateTime, zone: Tz) -> Option<FixedOffset> {
    let first_of = |month| NaiveDate::from_ymd_opt(local.year(), month, 1)?.and_hms_opt(12, 0, 0);
    [Some(local), first_of(1), first_of(7)].into_iter().flatten().find_map(|local| {
        let offset = zone.offset_from_local_datetime(&local).earliest()?;
        let is_it = offset.abbreviation().is_some_and(|it| it.eq_ignore_ascii_case(name));
        is_it.then(|| offset.fix())
    })
}

/// Returns which zone of a name is meant: the one that the site itself is in, otherwise the most usual one.
pub fn nearest_offset(minutes: &[i32], local: NaiveDateTime, own: Option<Tz>) -> i32 {
    let here = own.and_then(|it| it.offset_from_local_datetime(&local).earliest());
    let here = here.map(|it| it.fix().local_minus_utc() / 60);
    let own = minutes.iter().find(|it| Some(**it) == here);
    own.or(minutes.first()).copied().unwrap_or_default()
}

/// Returns the length of a remark such as ` (Pakistan Standard Time)` or `[Asia/Karachi]`; 0 where there is none.
fn remark(text: &str) -> usize {
    let rest = text.trim_start_matches(' ');
    let close = match rest.as_bytes().first() {
        Some(b'(') => ')',
        Some(b'[') => ']',
        _ => return 0,
    };
    let end = rest.find(close).filter(|it| *it <= REMARK_BYTES_MAX);
    end.map_or(0, |end| text.len() - rest.len() + end + 1)
}

fn said(minutes_east: i32) -> Offset {
    FixedOffset::east_opt(minutes_east * 60).map_or(Offset::Unknown, Offset::Said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> NaiveDateTime {
        "2024-03-05T10:00:00".parse().expect("a time")
    }

    #[track_caller]
    fn check(text: &str, own: Tz, minutes: Option<i32>, bytes: usize) {
        let found = offset_after(text, local(), Some(own));
        let offset = match found.offset {
            Offset::Said(offset) => Some(offset.local_minus_utc() / 60),
            Offset::Unsaid | Offset::Unknown => None,
        };
        assert_eq!((offset, found.bytes), (minutes, bytes), "{text}");
    }

    const HERE: Tz = chrono_tz::Asia::Karachi;

    #[test]
    fn offsets_are_read_in_every_form_that_is_in_use() {
        check("+05:00", HERE, Some(300), 6);
        check(" +0500", HERE, Some(300), 6);
        check("+05", HERE, Some(300), 3);
        check("-05", HERE, Some(-300), 3);
        check("+00", HERE, Some(0), 3);
        check("+5:30", HERE, Some(330), 5);
        check("+5", HERE, Some(300), 2);
        check("+530", HERE, Some(330), 4);
        check("\u{2212}05:00", HERE, Some(-300), 8);
        check("+05:30:00", HERE, Some(330), 9);
        check("Z", HERE, Some(0), 1);
        check(" UTC", HERE, Some(0), 4);
        check(" UTC+05:00", HERE, Some(300), 10);
        check(" GMT+0500 (Pakistan Standard Time)", HERE, Some(300), 34);
        check(" GMT -3 and more", HERE, Some(-180), 7);
        check("+05:00[Asia/Karachi]", HERE, Some(300), 20);
        check(" Asia/Kolkata", HERE, Some(330), 13);
    }

    #[test]
    fn names_of_zones_are_offsets_and_the_sites_own_zone_decides_between_two() {
        check(" EST", HERE, Some(-300), 4);
        check(" EDT", HERE, Some(-240), 4);
        check(" CET", HERE, Some(60), 4);
        check(" BST", HERE, Some(60), 4);
        check(" BST", chrono_tz::Asia::Dhaka, Some(360), 4);
        check(" IST", HERE, Some(330), 4);
        check(" IST", chrono_tz::Asia::Jerusalem, Some(120), 4);
        check(" PST", HERE, Some(300), 4);
        check(" PST", chrono_tz::America::New_York, Some(-480), 4);
        check(" PKT", HERE, Some(300), 4);
        check(" pkt", HERE, Some(300), 4);
        check(" EDT", chrono_tz::America::New_York, Some(-240), 4);
    }

    #[test]
    fn what_is_no_offset_is_not_the_sites_own() {
        for (text, bytes) in [(" XYZT", 5), ("+99:00", 6), ("+05:75", 6), (" Mars/Olympus", 13)] {
            let found = offset_after(text, local(), Some(HERE));
            assert_eq!(found, OffsetFound { offset: Offset::Unknown, bytes }, "{text}");
            assert_eq!(moment(local(), found.offset, Some(HERE)), None);
        }
        for text in ["", " and", " PM", " est", " Markets", " (remark)", " +", " 2024", "\u{4e2d}"] {
            let found = offset_after(text, local(), Some(HERE));
            assert_eq!(found, OffsetFound { offset: Offset::Unsaid, bytes: 0 }, "{text}");
        }
    }

    #[test]
    fn a_time_that_daylight_saving_skips_is_no_moment() {
        let skipped = "2024-03-10T02:30:00".parse().expect("a time");
        let there = Some(chrono_tz::America::New_York);
        assert_eq!(moment(skipped, Offset::Unsaid, there), None);
        let after = "2024-03-10T03:30:00".parse().expect("a time");
        let after = moment(after, Offset::Unsaid, there).expect("a moment");
        assert_eq!(after.to_rfc3339(), "2024-03-10T03:30:00-04:00");
        assert_eq!(moment(skipped, Offset::Unsaid, None), None, "no zone is known");
    }
}
