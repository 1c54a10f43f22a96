//! The lines before the story: navigation, section, headline, summary, stamp.
//!
//! The order of the lines is all there is to go by. The grammar of each is in `stamp.rs`; what follows the story is
//! read by `tail.rs`.

use chrono::NaiveDate;

use crate::{
    extract::{
        date::Dated,
        signature,
        stamp::{self, Stamp},
        text::{ends_sentence, essence, is_bullet, is_teaser, unbullet},
    },
    model::{Extraction, Field, Origin, Warning, WarningCode},
};

use super::lines::{TextLine, TextPage, is_prose};

/// The stamp stands at most this many lines after the ticker, or there is none.
const HEADER_LINES_MAX: usize = 30;

/// What the story is read with.
pub(super) struct TextHeader {
    /// The line at which the story begins.
    pub(super) body_at: usize,
    /// The lines before it that are neither navigation nor stamp.
    kept: Vec<usize>,
    section: Option<String>,
    stamp: Stamp,
    /// The day of the print edition.
    printed: Option<NaiveDate>,
}

/// Reads the lines before the story.
pub(super) fn read(page: &TextPage<'_>, out: &mut Extraction) -> TextHeader {
    let mut header = lines(page, out);
    titles(page, &mut header, out);
    dates(&header, out);
    header
}

fn lines(page: &TextPage<'_>, out: &mut Extraction) -> TextHeader {
    let (rules, zone) = (&page.profile.text, page.profile.time_zone);
    let mut header = TextHeader {
        body_at: 0,
        kept: Vec::new(),
        section: None,
        stamp: Stamp::default(),
        printed: None,
    };
    let mut stamped = None;
    for (at, line) in page.lines.iter().enumerate().take(HEADER_LINES_MAX) {
        if out.strip.market_date.is_none()
            && header.kept.is_empty()
            && let Some(day) = stamp::market_date(&line.text, rules, zone)
        {
            out.strip.market_date = Some(day);
            out.draft.origins.push((Field::MarketDate, Origin::Text));
            continue;
        }
        if header.kept.is_empty() && rules.furniture.has(&line.text) {
            continue;
        }
        if let Some(edition) = stamp::print_edition(&line.text, rules) {
            header.section = edition.section.or(header.section);
            header.printed = Some(edition.day);
            continue;
        }
        if let Some(found) = stamp::read(&line.text, rules, zone) {
            header.stamp = found;
            stamped = Some(at + 1);
            break;
        }
        if is_prose(&line.text)
            && !is_bullet(&line.text)
            && !line.text.ends_with("...")
            && !is_stamp_near(page, at)
        {
            break;
        }
        header.kept.push(at);
    }
    header.body_at = match stamped {
        Some(next) => rest_of_stamp(page, next, &mut header.stamp),
        None => body_without_stamp(page, &header.kept),
    };
    header.kept.retain(|at| *at < header.body_at);
    header
}

/// Reads on in a stamp that is broken over lines: "Published …" and "Updated …". Returns the line after it.
fn rest_of_stamp(page: &TextPage<'_>, next: usize, stamp: &mut Stamp) -> usize {
    let (rules, zone) = (&page.profile.text, page.profile.time_zone);
    let mut end = next;
    while let Some(more) = page.lines.get(end).and_then(|line| stamp::read(&line.text, rules, zone))
        && more.byline.is_none()
    {
        stamp.published = stamp.published.or(more.published);
        stamp.updated = stamp.updated.or(more.updated);
        end += 1;
    }
    end
}

/// Whether there is a stamp on one of the next lines.
fn is_stamp_near(page: &TextPage<'_>, at: usize) -> bool {
    let (rules, zone) = (&page.profile.text, page.profile.time_zone);
    let mut next = page.lines.iter().take(HEADER_LINES_MAX).skip(at + 1).take(4);
    next.any(|line| stamp::read(&line.text, rules, zone).is_some())
}

/// Returns the line at which a story without a stamp begins: its first prose, or its dateline.
fn body_without_stamp(page: &TextPage<'_>, kept: &[usize]) -> usize {
    let is_start = |line: &TextLine| {
        let has_dateline = || stamp::dateline(&line.text, &page.profile.text).is_some();
        (is_prose(&line.text) || has_dateline()) && !is_bullet(&line.text)
    };
    let start = page.lines.iter().position(is_start);
    start.or(kept.last().map(|at| at + 1)).unwrap_or(0)
}

/// Reads section, headline, summary, and a byline on a line of its own, from the lines before the stamp.
fn titles(page: &TextPage<'_>, header: &mut TextHeader, out: &mut Extraction) {
    let rules = &page.profile.text;
    let text = |at: &usize| page.lines[*at].text.as_str();
    let (bullets, mut titles): (Vec<usize>, Vec<usize>) =
        header.kept.iter().partition(|at| is_bullet(text(at)));
    let mut set = |field: Field| out.draft.origins.push((field, Origin::Text));
    if let Some(section) = section(page, header, &mut titles) {
        out.draft.section = Some(section);
        set(Field::Section);
    }
    let stamp = &mut header.stamp;
    let is_name = |line: &&str| {
        let is_sure = signature::is_sure_byline(line, rules);
        is_sure || (stamp.published.is_some() && line.split(' ').count() <= 4)
    };
    if stamp.byline.is_none()
        && 1 < titles.len()
        && let Some(name) = titles.last().map(text).filter(is_name).and_then(signature::byline)
    {
        stamp.byline = Some(name);
        titles.pop();
    }
    let body = essence(page.lines.get(header.body_at).map_or("", |line| line.text.as_str()));
    let is_title = |at: &usize| !is_teaser(text(at), &body) && !text(at).ends_with("...");
    if let Some(first) = titles.iter().position(is_title) {
        out.draft.headline = Some(text(&titles.remove(first)).to_owned());
        set(Field::Headline);
    }
    let items = bullets.iter().map(|at| unbullet(text(at)).to_owned());
    let mut summary: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    if summary.is_empty() {
        let extra = titles.iter().filter(|at| is_title(at)).map(text);
        summary.extend(extra.filter(|line| !rules.furniture.has(line)).map(str::to_owned));
    }
    if !summary.is_empty() {
        out.draft.summary = summary;
        set(Field::Summary);
    }
    if let Some(byline) = &header.stamp.byline {
        out.draft.authors = signature::authors(byline);
        out.draft.byline = Some(byline.clone());
        set(Field::Byline);
    }
}

/// Returns the section. What stands above section and headline are counters and boxes that nobody described:
/// it is taken out of `titles`, and so is the section's line.
fn section(page: &TextPage<'_>, header: &mut TextHeader, titles: &mut Vec<usize>) -> Option<String> {
    let text = |at: &usize| page.lines[*at].text.as_str();
    let is_short = |at: &usize| text(at).split(' ').count() <= 3 && !ends_sentence(text(at));
    let is_section = |at: &usize| page.profile.text.sections.has(text(at));
    let repeated = titles.iter().position(|at| repeats(page, *at, header.body_at));
    let mut section = header.section.take();
    if let Some(known) = titles.iter().position(is_section).filter(|_| section.is_none()) {
        section = Some(text(&titles[known]).to_owned());
        titles.drain(..=known);
    } else if let Some(headline) = repeated {
        if 0 < headline && section.is_none() && is_short(&titles[headline - 1]) {
            section = Some(text(&titles[headline - 1]).to_owned());
        }
        titles.drain(..headline);
    }
    section
}

/// Whether a line stands again after the story, as headlines do.
fn repeats(page: &TextPage<'_>, at: usize, body_at: usize) -> bool {
    page.lines[body_at.max(at + 1)..].iter().any(|line| line.text == page.lines[at].text)
}

/// Fills in days and moments of the stamp, and the day of the print edition where the stamp has none.
fn dates(header: &TextHeader, out: &mut Extraction) {
    let (stamp, draft) = (&header.stamp, &mut out.draft);
    let moment = |when: Dated| {
        let when = if header.printed.is_some() { when.without_midnight() } else { when };
        when.at
    };
    draft.published_on = stamp.published.map(|when| when.on).or(header.printed);
    draft.published_at = stamp.published.and_then(moment);
    draft.updated_at = stamp.updated.and_then(moment);
    for (field, is_set) in [
        (Field::PublishedOn, draft.published_on.is_some()),
        (Field::PublishedAt, draft.published_at.is_some()),
        (Field::UpdatedAt, draft.updated_at.is_some()),
    ] {
        if is_set {
            draft.origins.push((field, Origin::Text));
        }
    }
    if let Some(text) = &stamp.unreadable {
        out.warnings.push(Warning::new(WarningCode::DateUnreadable, text.clone()));
    }
}
