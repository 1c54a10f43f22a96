//! The lines around the story: what a reader sees of the page beside it, and which of that is ticker.
//!
//! It only says which line is what. What a line means for the story is decided by `head.rs` and `titles.rs`
//! (lines above the story) and by `tail.rs` (lines below it).

use crate::{
    config::RuleField,
    extract::{
        lines::{PageLines, PageParts, flatten_page},
        text::fold,
    },
    html::ElementSet,
    model::Quote,
};

use super::sheet::Sheet;

/// The lines around the story.
pub(super) struct Around<'d> {
    pub(super) flat: PageLines<'d>,
    /// The rows of the ticker.
    pub(super) quotes: Vec<Quote>,
    is_ticker: Vec<bool>,
}

impl<'d> Around<'d> {
    /// Reads the lines of a page without its story.
    pub(super) fn new(sheet: &Sheet<'d, '_>, drop: &ElementSet) -> Self {
        let grammar = &sheet.rules.grammar;
        // Cards after the story have pictures too, but nobody reads their lines.
        let pictures = sheet.find(RuleField::Image).flatten().filter(|hit| sheet.is_before_story(hit));
        let mut furniture = drop.clone();
        furniture.extend(pictures.map(|hit| hit.element));
        // After the comments there is nothing of this story, except a ticker that was not above it and a list of
        // related stories that no rule names.
        let mut related = sheet.find(RuleField::Related).flatten();
        let is_related_named = related.any(|hit| sheet.is_below_headline(hit));
        let is_enough = |text: &str, line: &str| {
            is_related_named && sheet.rules.profile.text.end.has(&fold(line)) && grammar.has_words(text)
        };
        let story: ElementSet = sheet.layout.stories.iter().copied().collect();
        let parts = PageParts {
            story: Some(&story),
            without: Some(&sheet.others),
            furniture: Some(&furniture),
            headline: sheet.layout.headline.map(|hit| hit.element),
            is_enough: Some(&is_enough),
        };
        let flat = flatten_page(sheet.root, &parts);
        let rows = grammar.scan(&flat.text);
        let is_ticker = flat.lines.iter().map(|line| rows.touch(&line.range)).collect();
        Self { flat, quotes: rows.quotes, is_ticker }
    }

    /// Whether a row of the ticker is on a line.
    pub(super) fn is_ticker(&self, line: usize) -> bool {
        self.is_ticker[line]
    }
}
