//! Where the story ends, and what follows it: tags, the headline again, related headlines, comments.
//!
//! Links have lost their targets and tags their boundaries: related stories are kept by their title, tags
//! become a warning.

use std::ops::Range;

use crate::{
    extract::{
        lists::OnceEach,
        text::{ends_sentence, is_bullet, is_rule},
    },
    model::{Extraction, Field, Link, Origin, Placement, Warning, WarningCode},
};

use super::lines::{TextLine, TextPage, is_prose};

/// The most characters of a related headline.
const HEADLINE_CHARS_MAX: usize = 160;
/// Fewer headline-like lines before the end mark may as well be the story's own.
const RELATED_LINES_MIN: usize = 4;

/// Whether a list of related headlines has a line that says so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Printed,
    Missing,
}

/// Returns the lines of the story that begins at `from`. What follows them becomes related links and a warning
/// about tags.
pub(super) fn story(page: &TextPage<'_>, from: usize, out: &mut Extraction) -> Range<usize> {
    let rules = &page.profile.text;
    let from = from.min(page.lines.len());
    // A line right above a paragraph of the story is a heading in it, whatever it says.
    let find = |is_wanted: &dyn Fn(&str) -> bool| {
        let mut lines = from..page.lines.len();
        lines.find(|at| is_wanted(&page.lines[*at].text) && !heads_prose(page, *at))
    };
    let more = find(&|text| rules.more.has(text));
    let over = find(&|text| rules.end.has(text)).unwrap_or(page.lines.len());
    let list_end = more.unwrap_or(over).min(over);
    let repeat = out.draft.headline.as_ref().and_then(|headline| {
        let repeat = page.lines[from..list_end].iter().rposition(|line| line.text == *headline);
        repeat.map(|at| at + from)
    });
    let mark = if more.is_some() { Mark::Printed } else { Mark::Missing };
    let Some(list_at) = repeat.or_else(|| headlines_before(page, from..list_end, mark)) else {
        let story = without_boilerplate(page, from, list_end);
        // Tags may stand before the comments with no list between.
        let may_have_tags = story.end == list_end && list_end < page.lines.len();
        return if may_have_tags { without_tags(page, story, out) } else { story };
    };
    let mut links: OnceEach<Link> = OnceEach::default();
    for line in &page.lines[list_at..list_end] {
        if Some(&line.text) != out.draft.headline.as_ref() && !rules.boilerplate.has(&line.text) {
            let title = line.text.clone();
            let link = Link { placement: Placement::Related, title, url: None, target: None };
            links.push_link(link);
        }
    }
    out.draft.links = links.into_vec();
    if !out.draft.links.is_empty() {
        out.draft.origins.push((Field::Links, Origin::Text));
    }
    let story = without_boilerplate(page, from, list_at);
    if story.end == list_at {
        return without_tags(page, story, out);
    }
    // After the copyright line there are only tags.
    if page.lines[story.end..list_at].iter().any(|line| !rules.boilerplate.has(&line.text)) {
        let tags = page.lines[list_at - 1].text.clone();
        out.warnings.push(Warning::new(WarningCode::TagsUnsplit, tags));
    }
    story
}

/// Whether a line stands right above a paragraph.
fn heads_prose(page: &TextPage<'_>, at: usize) -> bool {
    page.lines.get(at + 1).is_some_and(|next| is_prose(&next.text))
}

/// Returns the story without a last line of tags.
fn without_tags(page: &TextPage<'_>, story: Range<usize>, out: &mut Extraction) -> Range<usize> {
    let last = story.end.checked_sub(1).filter(|at| story.start < *at);
    let Some(tags) = last.filter(|at| is_tag_line(&page.lines[*at])) else { return story };
    out.warnings.push(Warning::new(WarningCode::TagsUnsplit, page.lines[tags].text.clone()));
    story.start..tags
}

/// Returns the first line of the run of headline-like lines that ends at the mark, where the headline itself
/// is not known.
fn headlines_before(page: &TextPage<'_>, lines: Range<usize>, mark: Mark) -> Option<usize> {
    let rules = &page.profile.text;
    let is_headline = |line: &&TextLine| {
        line.text.chars().count() <= HEADLINE_CHARS_MAX
            && !ends_sentence(&line.text)
            && !is_rule(&line.text)
            && !rules.boilerplate.has(&line.text)
    };
    let count = page.lines[lines.clone()].iter().rev().take_while(is_headline).count();
    let enough = match mark {
        Mark::Printed => RELATED_LINES_MIN,
        Mark::Missing => RELATED_LINES_MIN * 2,
    };
    // The line above the list would be the tags; it stays out of both.
    (enough < count && count < lines.len()).then(|| lines.end - count + 1)
}

/// Returns the lines up to the first boilerplate that no more of the story follows.
fn without_boilerplate(page: &TextPage<'_>, from: usize, until: usize) -> Range<usize> {
    let rules = &page.profile.text;
    let is_story = |line: &TextLine| !rules.boilerplate.has(&line.text) && ends_sentence(&line.text);
    let from = from.min(until);
    let story = &page.lines[from..until];
    let is_end =
        |at: &usize| rules.boilerplate.has(&story[*at].text) && !story[at + 1..].iter().any(is_story);
    let end = (0..story.len()).find(is_end);
    from..end.map_or(until, |at| at + from)
}

/// Whether a line is names in a row without a sentence's end: tags whose boundaries are lost. A signature
/// `Name (City)` and the last line of a table are not.
fn is_tag_line(line: &TextLine) -> bool {
    let text = &line.text;
    let words = || text.split(' ');
    let named = words().filter(|word| word.starts_with(char::is_uppercase)).count();
    let is_figure =
        |word: &str| word.starts_with(|ch: char| ch.is_ascii_digit()) && word.contains([',', '.']);
    !ends_sentence(text)
        && !text.ends_with(')')
        && !is_rule(text)
        && !is_bullet(text)
        && !line.written.contains("  ")
        && !words().any(is_figure)
        && words().count() <= 3 * named
}
