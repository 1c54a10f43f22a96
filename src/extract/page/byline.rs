//! The line that a story is signed with, where no element is named for it. Whom to believe is decided in `head.rs`.

use crate::extract::{lines::PageLines, stamp, text::fold_apart};

use super::sheet::Sheet;

/// Returns a line of names beside a stamp that has none; without any stamp, a line that says `By`, or a name
/// that the profile knows.
pub(super) fn byline_line(
    sheet: &Sheet<'_, '_>,
    flat: &PageLines<'_>,
    title: usize,
    end: usize,
) -> Option<String> {
    let profile = &sheet.rules.profile;
    let is_stamp = |at: &usize| stamp::read(flat.line(*at), &profile.text, profile.time_zone).is_some();
    let read = |at: usize| {
        let line = &flat.lines[at];
        let text = fold_apart(flat.line(at));
        let is_label = line.is_furniture
            || profile.text.furniture.has(&text)
            || profile.text.boilerplate.has(&text);
        let is_short = text.split(' ').count() <= 5 && !profile.text.sections.has(&text);
        stamp::byline(&text).filter(|_| is_short && !is_label)
    };
    if let Some(stamp_at) = (title + 1..end).find(is_stamp) {
        let near = [stamp_at.checked_sub(1)?, stamp_at + 1];
        return near.into_iter().filter(|at| title < *at && *at < end).find_map(read);
    }
    let is_sure = |at: &usize| stamp::is_sure_byline(&fold_apart(flat.line(*at)), &profile.text);
    (title + 1..end).find(is_sure).and_then(read)
}

/// Returns the names of a byline's element, without `By` and marks around them.
pub(super) fn without_by(text: &str) -> String {
    match text.split_once(' ') {
        Some((by, names)) if by.eq_ignore_ascii_case("by") => names.trim().to_owned(),
        _ => text.trim_matches([',', '|', ' ', '-', '•']).to_owned(),
    }
}
