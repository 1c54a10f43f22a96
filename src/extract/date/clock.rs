//! The time of a date: `10:30`, `10:30:15.250`, `10.30 pm`, `10.30 GMT`, `10h30`, `10時30分`.
//!
//! It says which numbers are written. What zone they are of is read by `offset.rs`.

use crate::model::zone_name;

use super::cursor::DateCursor;

/// Words between a day and a time.
const LINKS: &[&str] = &[
    "at",
    "um",
    "à",
    "às",
    "a",
    "las",
    "alle",
    "ore",
    "kl",
    "klo",
    "kello",
    "om",
    "o",
    "в",
    "saat",
    "la",
    "pukul",
    "pkl",
    "jam",
    "बजे",
];
/// Words after a time.
const HOURS: &[&str] = &["uhr", "h", "hrs", "hours", "uur", "hs", "godz", "óra", "น"];
/// How a time begins where a word for the half of the day stands before it.
pub(super) const HALVES: [char; 4] = ['午', '上', '下', '오'];
/// The halves of a day in words after a time, of languages that do not write `am` and `pm`; the longer of two first.
const HALVES_AFTER: [(&str, Half); 10] = [
    ("صباحاً", Half::Morning),
    ("صباحا", Half::Morning),
    ("ص", Half::Morning),
    ("مساءً", Half::Evening),
    ("مساء", Half::Evening),
    ("م", Half::Evening),
    ("π.μ.", Half::Morning),
    ("πμ", Half::Morning),
    ("μ.μ.", Half::Evening),
    ("μμ", Half::Evening),
];
/// Marks between a day and a time.
const MARKS: &[char] = &[',', '|', '–', '—', '-', '·', '•', '،', '/'];

/// A time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenTime {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) half: Option<Half>,
}

/// Half of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Evening,
}

/// Reads the time that follows a day, and what stands between them.
pub(super) fn read_after_day(cursor: &mut DateCursor<'_>) -> Option<WrittenTime> {
    let mut ahead = *cursor;
    let is_iso = ahead.eat(&['T', 't']).is_some();
    let mut is_led = false;
    if !is_iso {
        ahead.blanks();
        if ahead.eat(MARKS).is_some() {
            ahead.blanks();
        }
        while skip_word(&mut ahead, LINKS) {
            is_led = true;
            ahead.eat(&['.']);
            ahead.blanks();
        }
        if ahead.at() == cursor.at() && !ahead.rest().starts_with(HALVES) {
            return None;
        }
    }
    let time = if is_led { read_loose(&mut ahead) } else { read(&mut ahead) };
    let time = time.or_else(|| read_basic(&mut ahead).filter(|_| is_iso))?;
    *cursor = ahead;
    Some(time)
}

/// Reads the time that stands before a day, and what stands between them.
pub(super) fn read_before_day(cursor: &mut DateCursor<'_>) -> Option<WrittenTime> {
    let mut ahead = *cursor;
    let time = read(&mut ahead)?;
    let apart = ahead.blanks() + usize::from(ahead.eat(MARKS).is_some());
    if apart + ahead.blanks() == 0 {
        return None;
    }
    *cursor = ahead;
    Some(time)
}

/// Reads `10:30`, or a form that cannot be anything but a time.
pub(super) fn read(cursor: &mut DateCursor<'_>) -> Option<WrittenTime> {
    let mut ahead = *cursor;
    let before = half_in_words(&mut ahead);
    let hour = ahead.short_number()?;
    let mark = ahead.peek()?;
    let (minute, is_sure) = match mark {
        ':' => (minutes(&mut ahead, ':')?, true),
        '時' | '时' | '點' | '点' | '시' => (minutes_in_signs(&mut ahead), true),
        'h' | 'H' => (minutes(&mut ahead, 'h')?, true),
        '.' => (minutes(&mut ahead, '.')?, false),
        _ => (0, false),
    };
    let second = if is_sure { seconds(&mut ahead) } else { 0 };
    let half = before.or_else(|| half(&mut ahead));
    let mut after = ahead;
    after.blanks();
    let is_said = skip_word(&mut after, HOURS);
    let is_zoned = || mark == '.' && is_before_zone(after.rest());
    if !(is_sure || half.is_some() || is_said || is_zoned()) {
        return None;
    }
    *cursor = if is_said { after } else { ahead };
    Some(WrittenTime { hour, minute, second, half })
}

/// Whether a text begins with the name of a zone: what stands before it is a time, however it is written.
fn is_before_zone(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let is_word = !text[letters..].starts_with(char::is_alphanumeric);
    1 < letters && is_word && zone_name(&text[..letters]).is_some()
}

/// Reads a time that a word before it calls one: `10.30` and `10h` are, too.
fn read_loose(cursor: &mut DateCursor<'_>) -> Option<WrittenTime> {
    let mut ahead = *cursor;
    if let Some(time) = read(&mut ahead) {
        *cursor = ahead;
        return Some(time);
    }
    let hour = cursor.short_number()?;
    let mark = cursor.eat(&['.', 'h', 'H'])?;
    let minute = { *cursor }.two_digits();
    if minute.is_some() {
        cursor.two_digits();
    } else if mark == '.' {
        return None;
    }
    Some(WrittenTime { hour, minute: minute.unwrap_or(0), second: 0, half: None })
}

/// Reads `103015` or `1030`, the basic form of ISO 8601.
fn read_basic(cursor: &mut DateCursor<'_>) -> Option<WrittenTime> {
    let mut ahead = *cursor;
    let found = ahead.digits().filter(|it| matches!(it.count, 4 | 6))?;
    let number = u32::try_from(found.value).ok()?;
    let number = if found.count == 4 { number * 100 } else { number };
    *cursor = ahead;
    let (hour, minute, second) = (number / 10_000, number / 100 % 100, number % 100);
    Some(WrittenTime { hour, minute, second, half: None })
}

fn minutes(cursor: &mut DateCursor<'_>, mark: char) -> Option<u32> {
    cursor.eat(&[mark, mark.to_ascii_uppercase()])?;
    cursor.two_digits()
}

fn minutes_in_signs(cursor: &mut DateCursor<'_>) -> u32 {
    cursor.eat(&['時', '时', '點', '点', '시']);
    let mut ahead = *cursor;
    ahead.blanks();
    match ahead.short_number() {
        Some(minute) if ahead.eat(&['分', '분']).is_some() => {
            *cursor = ahead;
            minute
        }
        _ => 0,
    }
}

fn seconds(cursor: &mut DateCursor<'_>) -> u32 {
    let mut ahead = *cursor;
    if ahead.eat(&[':']).is_none() {
        return 0;
    }
    let Some(second) = ahead.two_digits() else { return 0 };
    *cursor = ahead;
    // Fractions are not kept.
    if ahead.eat(&['.', ',']).is_some() && ahead.digits().is_some() {
        *cursor = ahead;
    }
    second
}

/// Reads `am`, `p.m.`, `p. m.`, `PM`, `μ.μ.`, `مساءً` after a time.
fn half(cursor: &mut DateCursor<'_>) -> Option<Half> {
    let mut ahead = *cursor;
    ahead.blanks();
    if let Some((word, half)) = HALVES_AFTER.iter().find(|it| ahead.rest().starts_with(it.0)) {
        let mut after = ahead;
        after.eat_text(word);
        if !after.is_in_word() {
            *cursor = after;
            return Some(*half);
        }
    }
    let half = match ahead.eat(&['a', 'A', 'p', 'P'])? {
        'a' | 'A' => Half::Morning,
        _ => Half::Evening,
    };
    if ahead.eat(&['.']).is_some() {
        ahead.blanks();
    }
    ahead.eat(&['m', 'M'])?;
    if ahead.is_in_word() {
        return None;
    }
    ahead.eat(&['.']);
    *cursor = ahead;
    Some(half)
}

/// Reads the half of the day that Japanese, Chinese and Korean write before a time.
fn half_in_words(cursor: &mut DateCursor<'_>) -> Option<Half> {
    let mut ahead = *cursor;
    let words = [("午前", Half::Morning), ("上午", Half::Morning), ("오전", Half::Morning)];
    let words = words.into_iter().chain([
        ("午後", Half::Evening),
        ("下午", Half::Evening),
        ("오후", Half::Evening),
    ]);
    let half = words.into_iter().find(|it| ahead.eat_text(it.0))?.1;
    ahead.blanks();
    *cursor = ahead;
    Some(half)
}

fn skip_word(cursor: &mut DateCursor<'_>, words: &[&str]) -> bool {
    let mut ahead = *cursor;
    let word = ahead.word();
    let is_one = !word.is_empty() && words.iter().any(|it| it.eq_ignore_ascii_case(word));
    if is_one {
        *cursor = ahead;
    }
    is_one
}
