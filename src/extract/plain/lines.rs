//! The lines of a text without its ticker rows.
//!
//! A line is told from another by what it looks like alone; what it is for the page is decided by `header.rs` and
//! `tail.rs`.

use std::ops::Range;

use crate::{
    config::Profile,
    extract::text::{fold, verbatim},
};

/// A line of this length is prose, whatever it ends in.
const PROSE_CHARS_MIN: usize = 140;
/// A shorter line is prose if it ends as a sentence does.
const SENTENCE_CHARS_MIN: usize = 60;

/// A line that is not blank.
pub(super) struct TextLine {
    /// As written, invisible characters and outer white space gone.
    pub(super) written: String,
    /// The same with its white space folded.
    pub(super) text: String,
    /// A blank line stands before it.
    pub(super) is_apart: bool,
}

/// A page's lines.
pub(super) struct TextPage<'p> {
    pub(super) profile: &'p Profile,
    pub(super) lines: Vec<TextLine>,
}

impl<'p> TextPage<'p> {
    /// Takes a text apart. `rows` are the places of ticker rows in it.
    pub(super) fn new(text: &str, rows: &[Range<usize>], profile: &'p Profile) -> Self {
        let mut kept = text.as_bytes().to_vec();
        for range in rows {
            // A row may run over several lines; their breaks stay.
            kept[range.clone()].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        let kept = String::from_utf8(kept).expect("whole characters were replaced by spaces");
        let is_prefix = |line: &str| profile.strip.prefix.as_ref().is_some_and(|it| it.is_match(line));
        let mut lines = Vec::new();
        let mut is_apart = true;
        for raw in kept.lines() {
            let text = fold(raw);
            if text.is_empty() {
                is_apart = true;
            } else if !is_prefix(&text) {
                lines.push(TextLine { written: verbatim(raw), text, is_apart });
                is_apart = false;
            }
        }
        Self { profile, lines }
    }
}

/// Whether a line is prose, and no label or title.
pub(super) fn is_prose(line: &str) -> bool {
    let length = line.chars().count();
    PROSE_CHARS_MIN <= length || (SENTENCE_CHARS_MIN <= length && line.ends_with(['.', '"', '\u{201D}']))
}
