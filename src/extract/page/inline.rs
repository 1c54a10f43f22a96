//! Text on its way to becoming paragraphs.

use std::ops::Range;

use crate::{
    extract::{lines::is_block, text::SEAM},
    html::{Element, Step},
};

/// Text on its way to becoming a paragraph: white space as written, `\n` for `br`.
#[derive(Default)]
pub(super) struct Inline<'d> {
    pub(super) text: String,
    pub(super) links: Vec<(Range<usize>, &'d str)>,
}

impl<'d> Inline<'d> {
    /// White space of the source is white space; its line breaks are not the reader's.
    pub(super) fn push(&mut self, text: &str) {
        // The line break of the source behind a `br` is that `br`.
        let text = if self.text.ends_with('\n') {
            text.strip_prefix("\r\n").or(text.strip_prefix('\n')).unwrap_or(text)
        } else {
            text
        };
        self.text.extend(text.chars().map(|it| if matches!(it, '\n' | '\r' | '\t') { ' ' } else { it }));
    }

    pub(super) fn seam(&mut self) {
        if self.text.ends_with(|it: char| !it.is_whitespace() && it != SEAM) {
            self.text.push(SEAM);
        }
    }

    pub(super) fn collect(&mut self, element: Element<'d>) {
        for step in element.walk() {
            match step {
                Step::Text(text) => self.push(text),
                Step::Open(it) if is_block(it.name()) => self.text.push('\n'),
                Step::Open(_) | Step::Close(_) => self.seam(),
            }
        }
    }
}

pub(super) fn is_blank(ch: char) -> bool {
    ch.is_whitespace() || ch == SEAM
}

/// Two line breaks in a row end a paragraph, one is white space.
pub(super) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut last_break) = (0, None);
    for (at, ch) in text.char_indices() {
        if ch == '\n' {
            if let Some(first) = last_break.replace(at)
                && start <= first
            {
                found.push(start..first);
                start = at;
            }
        } else if !is_blank(ch) {
            last_break = None;
        }
    }
    found.push(start..text.len());
    found
}
