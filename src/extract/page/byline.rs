//! The line that a story is signed with, where no element is named for it. Whom to believe is decided in `head.rs`.

use crate::extract::{
    lines::PageLines,
    signature, stamp,
    text::{fold, fold_apart},
};

use super::sheet::Sheet;

/// Parts of a path that leads to the page of an author.
const AUTHOR_PAGES: [&str; 14] = [
    "author",
    "authors",
    "autor",
    "autoren",
    "autores",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "autorzy",
    "journalist",
    "journalists",
    "reporter",
    "contributors",
];

/// Returns the names of the links between headline and story that lead to the pages of authors.
pub(super) fn author_links(flat: &PageLines<'_>, title: usize, end: usize) -> Vec<String> {
    let leads_to_author = |href: &str| {
        let path = href.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let mut parts = path.split('/').rev().skip(1).take(2);
        parts.any(|it| AUTHOR_PAGES.iter().any(|name| it.eq_ignore_ascii_case(name)))
    };
    let lines = (title + 1..end).filter(|at| !flat.lines[*at].is_furniture);
    let links = lines.flat_map(|at| flat.links_of(at)).filter(|link| leads_to_author(link.href));
    let mut names: Vec<String> =
        links.flat_map(|link| signature::authors(&fold(&flat.text[link.range.clone()]))).collect();
    names.dedup();
    names
}

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
