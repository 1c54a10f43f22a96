//! What stands beside the story and belongs to the capture: market boards, and lists of what is read most.
//!
//! Nothing of it is ever part of the story, its related list or a day's. What a row says is read by `boards.rs`.

use chrono::NaiveDate;

use crate::{
    extract::{
        boards,
        lines::{element_text, folded_text},
        text::fold,
    },
    html::Element,
    model::{Board, BoardRow, MostRead, Warning, WarningCode},
};

use super::{scene::Target, sheet::Sheet};

/// No board has more rows, and no list more stories.
const ROWS_MAX: usize = 500;

/// Returns the boards of a page, in the order of the profile. `captured_on` is the day of the capture in the site's
/// zone. What cannot be read is added to `warnings`, with its text.
pub(super) fn boards(
    sheet: &Sheet<'_, '_>,
    captured_on: Option<NaiveDate>,
    warnings: &mut Vec<Warning>,
) -> Vec<Board> {
    let mut found: Vec<Board> = Vec::new();
    for (rules, compiled) in sheet.rules.profile.boards.iter().zip(&sheet.rules.boards) {
        let mut board = Board { name: rules.name.clone(), is_market: rules.is_market, rows: Vec::new() };
        if found.iter().any(|known| known.name == board.name) {
            continue;
        }
        for element in sheet.index.find_at(&compiled.rows).into_iter().take(ROWS_MAX) {
            let read = boards::read(&compiled.cells.find(element), rules.unit, captured_on);
            let mut warn = |code| {
                let text = folded_text(element);
                // A row on which nothing is printed only spaces out others.
                if !text.is_empty() {
                    warnings.push(Warning::new(code, format!("{}: {text}", rules.name)));
                }
            };
            if !read.is_whole {
                warn(WarningCode::BoardUnreadable);
            }
            if let Some(row) = read.row
                && !keep(&mut board.rows, row)
            {
                warn(WarningCode::BoardRepeated);
            }
        }
        if !board.rows.is_empty() {
            found.push(board);
        }
    }
    found
}

/// Keeps a row, unless there is one of its code and day: a board that a page shows twice is one. Returns `false` if that
/// one says something else.
fn keep(rows: &mut Vec<BoardRow>, row: BoardRow) -> bool {
    let known = rows.iter().find(|known| known.code == row.code && known.as_of == row.as_of);
    if let Some(known) = known {
        return *known == row;
    }
    rows.push(row);
    true
}

/// Returns the lists of what is read most, in the order of the profile.
pub(super) fn most_read(sheet: &Sheet<'_, '_>) -> Vec<MostRead> {
    let mut found = Vec::new();
    for (rules, compiled) in sheet.rules.profile.most_read.iter().zip(&sheet.rules.most_read) {
        let printed = compiled.window.as_ref().map(|place| sheet.index.find_at(place));
        let printed = printed.and_then(|found| found.first().copied());
        let printed = printed.map(|element| folded_text(element));
        let window = printed.filter(|text| !text.is_empty()).unwrap_or_else(|| rules.name.clone());
        let mut list: Vec<MostRead> = Vec::new();
        for link in sheet.index.find_at(&compiled.links).into_iter().take(ROWS_MAX) {
            let Some(story) = story(sheet, link) else { continue };
            if !list.iter().any(|known| known.url == story.url) {
                let rank = u32::try_from(list.len() + 1).unwrap_or(u32::MAX);
                list.push(MostRead { window: window.clone(), rank, ..story });
            }
        }
        found.extend(list);
    }
    found
}

/// Returns the story that a link leads to, without its place in a list.
fn story(sheet: &Sheet<'_, '_>, link: Element<'_>) -> Option<MostRead> {
    let scene = &sheet.scene;
    let href = link.attr("href")?;
    let (url, target) = match scene.target(href) {
        Target::Article(url, key) => (url, Some(key)),
        Target::Own => {
            let url = scene.base.join(href.trim()).ok()?;
            (sheet.rules.profile.article_url(&url).unwrap_or(url), scene.key.clone())
        }
        Target::Web | Target::Tag(_) => (scene.base.join(href.trim()).ok()?, None),
        Target::None => return None,
    };
    let title = fold(&element_text(link));
    let is_named = !title.is_empty();
    is_named.then(|| MostRead { window: String::new(), rank: 0, title, url: url.into(), target })
}
