//! A page as plain text: `.txt` files, and the text records of web archives.
//!
//! The order of a page is all there is to go by: ticker, navigation, section, headline, summary, stamp, story,
//! tags, the headline again, related headlines, comments (site profile notes). Nothing is shared with `page/` but
//! the grammars beside it.

mod lines;

mod blocks;
mod header;
mod tail;

use crate::{
    extract::{rules::Compiled, strip, text::visible},
    model::{Extraction, Field, Origin, Warning, WarningCode},
};

use self::lines::{TextLine, TextPage, is_prose};

/// Returns what a page's text says. Links have lost their targets and tags their boundaries.
pub(super) fn read(text: &str, rules: &Compiled) -> Extraction {
    let mut out = Extraction::default();
    let text = &visible(text);
    let rows = rules.grammar.scan(text);
    (out.strip, out.warnings) = strip::strip(rows.quotes);
    if !out.strip.quotes.is_empty() {
        out.draft.origins.push((Field::Strip, Origin::Text));
    }
    let page = TextPage::new(text, &rows.ranges, &rules.profile);
    let header = header::read(&page, &mut out);
    let story = tail::story(&page, header.body_at, &mut out);
    let lines = &page.lines[story];
    let is_story = |line: &TextLine| !rules.profile.text.boilerplate.has(&line.text);
    let kept: Vec<&TextLine> = lines.iter().filter(|line| is_story(line)).collect();
    // Between two paragraphs such a line may have been a heading.
    let between = lines
        .windows(3)
        .filter(|it| !is_story(&it[1]) && is_prose(&it[0].text) && is_prose(&it[2].text));
    let left_out = between.map(|it| Warning::new(WarningCode::LeftOut, it[1].text.clone()));
    out.warnings.extend(left_out);
    out.draft.blocks = blocks::read(&kept);
    if !out.draft.blocks.is_empty() {
        out.draft.origins.push((Field::Body, Origin::Text));
    }
    out
}
