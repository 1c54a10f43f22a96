//! Text: where it goes, and what it is written on into.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memmem};

use super::parser::{Doubt, Mode, Parser, Place, Sure, is_space};
use crate::html::{names::Kind, tree::Span};

impl Parser<'_> {
    pub(super) fn text(&mut self, mut range: Range<usize>) -> Sure {
        if std::mem::take(&mut self.drops_line) {
            range.start += self.dropped_line(&range)?;
        }
        if range.is_empty() {
            return Ok(());
        }
        if matches!(self.top(), Kind::Drawn | Kind::Formula) {
            self.write_text(range);
            return Ok(());
        }
        match self.mode {
            Mode::InBody | Mode::InCell | Mode::InCaption | Mode::InTemplate => {
                self.reconstruct()?;
                self.write_text(range);
                Ok(())
            }
            Mode::AfterBody => {
                let span = self.span_of_text(range);
                if !self.tree.str(span).chars().all(is_space) {
                    self.mode = Mode::InBody;
                }
                self.reconstruct()?;
                self.write(span);
                Ok(())
            }
            Mode::InTable | Mode::InTableBody | Mode::InRow => self.text_in_table(range),
            Mode::InColumnGroup => self.text_in_column_group(range),
            Mode::Initial | Mode::BeforeHtml | Mode::BeforeHead | Mode::InHead | Mode::AfterHead => {
                self.text_before_body(range)
            }
        }
    }

    /// Returns how long the line break at the start of a text is, which is dropped after some start tags.
    pub(super) fn dropped_line(&self, range: &Range<usize>) -> Sure<usize> {
        let text = &self.page[range.clone()];
        if text.starts_with('&') && htmlize::unescape(text).starts_with('\n') {
            return Err(Doubt::Space);
        }
        Ok(usize::from(text.starts_with('\n')))
    }

    fn text_in_table(&mut self, range: Range<usize>) -> Sure {
        let span = self.span_of_text(range);
        if self.top().is_table_frame() && self.tree.str(span).chars().all(is_space) {
            self.write(span);
            return Ok(());
        }
        self.fosters = true;
        self.reconstruct()?;
        self.write_at_place(span);
        self.fosters = false;
        Ok(())
    }

    fn text_in_column_group(&mut self, range: Range<usize>) -> Sure {
        let rest = self.page[range.clone()].trim_start_matches(is_space);
        let start = range.end - rest.len();
        if rest.starts_with('&') {
            return Err(Doubt::Columns);
        }
        if range.start < start {
            self.write_text(range.start..start);
        }
        if rest.is_empty() {
            return Ok(());
        }
        if self.top() != Kind::ColGroup {
            return Err(Doubt::Columns);
        }
        self.pop();
        self.mode = Mode::InTable;
        self.text_in_table(start..range.end)
    }

    /// The text of a section of a drawing or formula that is taken as it is, the start of which was read.
    pub(super) fn cdata(&mut self, start: usize) -> Sure {
        self.drops_line = false;
        let rest = &self.page.as_bytes()[start..];
        let end = memmem::find(rest, b"]]>");
        self.tokens.at = end.map_or(self.page.len(), |it| start + it + 3);
        let text = start..end.map_or(self.page.len(), |it| start + it);
        if text.is_empty() {
            return Ok(());
        }
        if matches!(self.top(), Kind::Label | Kind::Symbol) {
            return Err(Doubt::Cdata);
        }
        self.write(Span::of_page(text.start, text.end));
        Ok(())
    }

    /// Write text with its entities.
    pub(super) fn write_text(&mut self, range: Range<usize>) {
        let span = self.span_of_text(range);
        self.write(span);
    }

    fn span_of_text(&mut self, range: Range<usize>) -> Span {
        let text = &self.page[range.clone()];
        let span = Span::of_page(range.start, range.end);
        match memchr(b'&', text.as_bytes()).map(|_| htmlize::unescape(text)) {
            Some(Cow::Owned(text)) => self.tree.keep(&text),
            Some(Cow::Borrowed(_)) | None => span,
        }
    }

    /// Write text into the innermost element.
    pub(super) fn write(&mut self, span: Span) {
        let Some(open) = self.open.last() else { return };
        if self.tree.is_linked() {
            return self.write_in(open.at, span);
        }
        match self.text {
            Some((around, text)) if around == open.at => self.tree.join_text(text, span),
            _ => self.text = Some((open.at, self.tree.push_text(open.at, span))),
        }
    }

    fn write_in(&mut self, parent: u32, span: Span) {
        match self.tree.last_text(parent) {
            Some(text) => self.tree.join_text(text, span),
            None => {
                self.tree.push_text(parent, span);
            }
        }
    }

    /// Write text where it belongs, which may be before a table.
    fn write_at_place(&mut self, span: Span) {
        let Some(top) = self.open.last().copied() else { return };
        match self.place_in(top) {
            Place::In(parent) if parent == top.at => self.write(span),
            Place::In(parent) => self.write_in(parent, span),
            Place::Before(table) => {
                if let Some(text) = self.tree.text_before(table) {
                    self.tree.join_text(text, span);
                } else {
                    let text = self.tree.orphan_text(span);
                    self.tree.insert_before(table, text);
                }
            }
        }
    }
}
