//! The day of a date: `8 March 2024`, `March 8, 2024`, `2024-03-08`, `08.03.2024`, `2024年3月8日`.
//!
//! It says which three numbers are written. Whether there is such a day, and what stands after it, is not asked here.

use super::{
    cursor::DateCursor,
    names::{is_doubtful, is_weekday, month},
};

/// Words between the parts of a date that say nothing: `8 de marzo de 2024`, `8th of March`.
const LINKS: &[&str] = &["of", "de", "del", "di", "den", "d", "the"];
/// What makes a number an ordinal.
const ORDINALS: &[&str] = &["st", "nd", "rd", "th", "er", "re", "º", "ª", "°"];
/// A date of two digits for the year is of this century.
const CENTURY: u32 = 2000;

/// A day as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenDay {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
    /// The month stands before the day, in words.
    pub(super) is_month_first: bool,
}

/// A day whose year is not written beside it.
#[derive(Clone, Copy)]
pub(super) struct MonthAndDay {
    pub(super) month: u32,
    pub(super) day: u32,
}

/// Skips the name of a weekday and what stands between it and a date.
pub(super) fn skip_weekday(cursor: &mut DateCursor<'_>) {
    let mut ahead = *cursor;
    if !is_weekday(ahead.word()) {
        return;
    }
    ahead.eat(&['.']);
    ahead.eat(&[',', '،']);
    if 0 < ahead.blanks() {
        *cursor = ahead;
    }
}

/// Reads the day that begins at a place.
pub(super) fn read(cursor: &mut DateCursor<'_>) -> Option<WrittenDay> {
    let mut ahead = *cursor;
    let found = if ahead.peek().is_some_and(char::is_alphabetic) {
        after_month(&mut ahead)
    } else {
        match ahead.digits()? {
            it if it.count == 4 => after_year(&mut ahead, u32::try_from(it.value).ok()?),
            it if it.count <= 2 => after_number(&mut ahead, u32::try_from(it.value).ok()?),
            _ => None,
        }
    }?;
    *cursor = ahead;
    Some(found)
}

/// Reads `20240308`, the basic form of ISO 8601.
pub(super) fn read_basic(cursor: &mut DateCursor<'_>) -> Option<WrittenDay> {
    let found = cursor.digits().filter(|it| it.count == 8)?;
    let number = u32::try_from(found.value).ok()?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    Some(WrittenDay { year, month, day, is_month_first: false })
}

/// Reads `Mar 8`, after which the time stands before the year.
pub(super) fn month_and_day(cursor: &mut DateCursor<'_>) -> Option<MonthAndDay> {
    let month = month(cursor.word())?;
    cursor.eat(&['.']);
    if cursor.blanks() == 0 {
        return None;
    }
    let day = cursor.short_number()?;
    skip_ordinal(cursor);
    Some(MonthAndDay { month, day })
}

/// Reads the year of a date, which nothing of a word may follow.
pub(super) fn year(cursor: &mut DateCursor<'_>) -> Option<u32> {
    let found = cursor.digits().filter(|it| it.count == 4)?;
    if cursor.is_in_word() {
        return None;
    }
    u32::try_from(found.value).ok()
}

fn after_month(cursor: &mut DateCursor<'_>) -> Option<WrittenDay> {
    let MonthAndDay { month, day } = month_and_day(cursor)?;
    let comma = cursor.blanks() + usize::from(cursor.eat(&[',', '،', '.']).is_some());
    let apart = comma + cursor.blanks();
    let year = year(cursor).filter(|_| 0 < apart)?;
    Some(WrittenDay { year, month, day, is_month_first: true })
}

/// Reads on after the year of `2024-03-08`, `2024/3/8`, `2024年3月8日`, `2024. március 8.`.
fn after_year(cursor: &mut DateCursor<'_>, year: u32) -> Option<WrittenDay> {
    let written = |month, day| Some(WrittenDay { year, month, day, is_month_first: false });
    if let Some(mark) = cursor.eat(&['年', '년']) {
        let (of_month, of_day) = if mark == '年' { ('月', '日') } else { ('월', '일') };
        cursor.blanks();
        let month = cursor.short_number()?;
        cursor.eat(&[of_month])?;
        cursor.blanks();
        let day = cursor.short_number()?;
        cursor.eat(&[of_day])?;
        return written(month, day);
    }
    let mark = cursor.eat(&['-', '/', '.']);
    let spaces = cursor.blanks();
    if spaces == 0
        && let Some(mark) = mark
    {
        let month = match cursor.short_number() {
            Some(number) => number,
            None => month(cursor.word())?,
        };
        cursor.eat(&[mark])?;
        let day = cursor.short_number()?;
        let is_time_next = matches!(cursor.peek(), Some('T' | 't'));
        return if is_time_next || !cursor.is_in_word() { written(month, day) } else { None };
    }
    // Hungarian and Korean: a dot after each part.
    if mark == Some('.')
        && let Some(month) = { *cursor }.short_number()
    {
        cursor.short_number();
        cursor.eat(&['.'])?;
        cursor.blanks();
        return written(month, cursor.short_number()?);
    }
    if mark.is_some_and(|it| it != '.') || spaces == 0 {
        return None;
    }
    let month = month(cursor.word())?;
    cursor.blanks();
    let day = cursor.short_number()?;
    cursor.eat(&['.']);
    if cursor.is_in_word() { None } else { written(month, day) }
}

/// Reads on after the first number of `8 March 2024`, `8. März 2024`, `08.03.2024`, `28/03/2024`, `08-Mar-2024`.
fn after_number(cursor: &mut DateCursor<'_>, first: u32) -> Option<WrittenDay> {
    let written = |year, month, day| Some(WrittenDay { year, month, day, is_month_first: false });
    skip_ordinal(cursor);
    let mut ahead = *cursor;
    if let Some(mark) = ahead.eat(&['.', '/', '-'])
        && let Some(second) = number_after(&mut ahead, mark)
    {
        ahead.eat(&[mark])?;
        skip_blanks_after(&mut ahead, mark);
        let year = short_or_long_year(&mut ahead, mark)?;
        let (month, day) = day_and_month(first, second, mark)?;
        *cursor = ahead;
        return written(year, month, day);
    }
    let has_dot = cursor.eat(&['.']).is_some();
    let dash = cursor.eat(&['-', '/']);
    let apart = cursor.blanks();
    if apart == 0 && dash.is_none() && !has_dot {
        return None;
    }
    skip_link(cursor);
    let name = cursor.word();
    let month = month(name).filter(|_| !(has_dot && is_doubtful(name)))?;
    cursor.eat(&['.']);
    cursor.eat(&[',', '،', '-', '/']);
    cursor.blanks();
    skip_link(cursor);
    written(year(cursor)?, month, first)
}

/// Reads a number; after a dot there may be blanks (`8. 3. 2024`).
fn number_after(cursor: &mut DateCursor<'_>, mark: char) -> Option<u32> {
    skip_blanks_after(cursor, mark);
    cursor.short_number()
}

fn skip_blanks_after(cursor: &mut DateCursor<'_>, mark: char) {
    if mark == '.' {
        cursor.blanks();
    }
}

/// Which of two numbers is the month. A dot is written where the day comes first; with other marks only a number that can be no
/// month tells.
fn day_and_month(first: u32, second: u32, mark: char) -> Option<(u32, u32)> {
    match (first, second) {
        _ if mark == '.' || first == second || 12 < first => Some((second, first)),
        _ if 12 < second => Some((first, second)),
        _ => None,
    }
}

fn short_or_long_year(cursor: &mut DateCursor<'_>, mark: char) -> Option<u32> {
    let mut ahead = *cursor;
    if let Some(year) = year(&mut ahead) {
        *cursor = ahead;
        return Some(year);
    }
    let short = cursor.two_digits().filter(|_| mark == '.' && !cursor.is_in_word())?;
    // Longer rows of numbers with dots are versions and addresses.
    let is_longer = matches!(cursor.rest().as_bytes(), [b'.', next, ..] if next.is_ascii_digit());
    (!is_longer).then_some(CENTURY + short)
}

fn skip_ordinal(cursor: &mut DateCursor<'_>) {
    let mut ahead = *cursor;
    let is_ordinal = ORDINALS.iter().any(|it| ahead.eat_text(it));
    if is_ordinal && !ahead.is_in_word() {
        *cursor = ahead;
    }
}

fn skip_link(cursor: &mut DateCursor<'_>) {
    let mut ahead = *cursor;
    let word = ahead.word();
    let is_link = LINKS.iter().any(|it| it.eq_ignore_ascii_case(word));
    if is_link && (0 < ahead.blanks() || ahead.eat(&['\'', '’']).is_some()) {
        *cursor = ahead;
    }
}
