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
    model::{Extraction, Field, Origin},
};

use self::lines::{TextLine, TextPage};

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
    let is_story = |line: &&TextLine| !rules.profile.text.boilerplate.has(&line.text);
    out.draft.blocks = blocks::read(&page.lines[story].iter().filter(is_story).collect::<Vec<_>>());
    if !out.draft.blocks.is_empty() {
        out.draft.origins.push((Field::Body, Origin::Text));
    }
    out
}
