//! The quick parser: the tree that the standard's algorithm (HTML, section 13.2.6) makes of a page, in about an eighth of the
//! time. Where it cannot be sure of that, it gives up.
//!
//! It follows the standard's insertion modes one by one, in the version of `html5ever`, which it is measured by. It gives up on
//! what hardly a page has: frame sets, a NUL, a stack of hundreds of open elements.

mod active;
mod body;
mod ends;
mod foreign;
mod head;
mod parser;
mod stack;
mod tables;
mod text;

use std::{borrow::Cow, ops::Range};

use memchr::memchr2;

use self::parser::{EndTag, Mode, Next, Parser, Start, Sure};
use super::{
    names::Kind,
    token::{RawAttr, TagToken, Token},
    tree::{Attrs, Document, Span},
};

pub(super) use self::parser::Doubt;

/// Each attribute is compared with those before it.
const ATTRS_MAX: usize = 64;

/// Returns a page as a tree, or doubt.
pub(super) fn parse(page: &str) -> Sure<Document<'_>> {
    // Line ends are one character since the bytes were decoded.
    if memchr2(0, b'\r', page.as_bytes()).is_some() {
        return Err(Doubt::Character);
    }
    // A second byte order mark is dropped, or is not.
    if page.starts_with('\u{FEFF}') {
        return Err(Doubt::Character);
    }
    Parser::new(page).run()
}

impl<'t> Parser<'t> {
    fn run(mut self) -> Sure<Document<'t>> {
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Text(range) => self.text(range)?,
                Token::Tag(tag) => {
                    self.drops_line = false;
                    self.tag(&tag)?;
                }
                Token::Cdata(start) if self.top().is_foreign() => self.cdata(start)?,
                Token::Comment | Token::Cdata(_) => self.comment(),
                // Whether a text goes on over it is read in two ways.
                Token::Nothing if self.drops_line || Mode::InTable <= self.mode => {
                    return Err(Doubt::Parted);
                }
                Token::Nothing => {}
                Token::Doctype(_) if Mode::InTable <= self.mode => {
                    return Err(Doubt::Parted);
                }
                Token::Doctype(range) => self.doctype(range),
            }
        }
        self.finish()
    }

    /// What ends with the page.
    fn finish(mut self) -> Sure<Document<'t>> {
        while self.counts.templates != 0 {
            self.end_template();
        }
        self.reach_body()?;
        self.pop_to(0);
        Ok(self.tree.finish(0))
    }

    fn comment(&mut self) {
        self.drops_line = false;
        // After the body it is elsewhere, and parts no text; in a drawing that was left open it is where it is written.
        if self.mode == Mode::AfterBody && !self.top().is_foreign() {
            return;
        }
        self.text = None;
        if self.tree.is_linked()
            && let Some(open) = self.open.last()
        {
            let comment = self.tree.orphan_comment();
            self.tree.append(open.at, comment);
        }
    }

    fn tag(&mut self, tag: &TagToken) -> Sure {
        if ATTRS_MAX < self.tokens.attrs.len() {
            return Err(Doubt::Attributes);
        }
        let name = self.name_of(&tag.name, tag.is_lower);
        let top = self.top();
        if top.is_foreign() && Self::is_foreign_tag(top, tag, &name) {
            return self.foreign(tag, &name);
        }
        let kind = Kind::of(&name);
        if tag.is_end {
            return self.end(EndTag { kind, name: &name });
        }
        let span = self.span_of(&name, &tag.name, tag.is_lower);
        self.start(&Start { kind, span, name: &name, is_self_closing: tag.is_self_closing })
    }

    fn start(&mut self, tag: &Start<'_>) -> Sure {
        if tag.kind == Kind::Doubtful {
            return Err(Doubt::Element);
        }
        loop {
            let next = match self.mode {
                Mode::InBody => return self.start_in_body(tag),
                Mode::Initial | Mode::BeforeHtml | Mode::BeforeHead | Mode::InHead | Mode::AfterHead => {
                    self.start_before_body(tag)?
                }
                Mode::AfterBody if tag.kind == Kind::Html => return self.start_in_body(tag),
                Mode::AfterBody => {
                    self.mode = Mode::InBody;
                    Next::Again
                }
                Mode::InTemplate => self.start_in_template(tag)?,
                Mode::InCaption => self.start_in_caption(tag)?,
                Mode::InCell => self.start_in_cell(tag)?,
                Mode::InTable => self.start_in_table(tag)?,
                Mode::InTableBody => self.start_in_table_body(tag)?,
                Mode::InRow => self.start_in_row(tag)?,
                Mode::InColumnGroup => self.start_in_column_group(tag)?,
            };
            if next == Next::Done {
                return Ok(());
            }
        }
    }

    fn end(&mut self, tag: EndTag<'_>) -> Sure {
        loop {
            let next = match self.mode {
                Mode::InBody => return self.end_in_body(tag),
                Mode::Initial | Mode::BeforeHtml | Mode::BeforeHead | Mode::InHead | Mode::AfterHead => {
                    self.end_before_body(tag)?
                }
                Mode::AfterBody if tag.kind == Kind::Html => Next::Done,
                Mode::AfterBody => {
                    self.mode = Mode::InBody;
                    Next::Again
                }
                Mode::InTemplate => {
                    if tag.kind == Kind::Template {
                        self.end_template();
                    }
                    Next::Done
                }
                Mode::InCaption => self.end_in_caption(tag)?,
                Mode::InCell => self.end_in_cell(tag)?,
                Mode::InTable => self.end_in_table(tag)?,
                Mode::InTableBody => self.end_in_table_body(tag)?,
                Mode::InRow => self.end_in_row(tag)?,
                Mode::InColumnGroup => self.end_in_column_group(tag),
            };
            if next == Next::Done {
                return Ok(());
            }
        }
    }

    // Names and attributes.

    /// Returns a name in lower case.
    fn name_of(&self, range: &Range<usize>, is_lower: bool) -> Cow<'t, str> {
        let name = &self.page[range.clone()];
        if is_lower { Cow::Borrowed(name) } else { Cow::Owned(name.to_ascii_lowercase()) }
    }

    /// Returns where a name is kept: in the page, if it is there as it should be.
    fn span_of(&mut self, name: &str, range: &Range<usize>, is_lower: bool) -> Span {
        if is_lower { Span::of_page(range.start, range.end) } else { self.tree.keep(name) }
    }

    /// Returns the attributes of the last tag.
    fn attrs(&mut self, kind: Kind) -> Attrs {
        let is_html = !kind.is_foreign();
        let first = self.tree.attrs_len();
        for at in 0..self.tokens.attrs.len() {
            let RawAttr { name, value, is_lower, has_entity } = self.tokens.attrs[at].clone();
            // Nearly all are in the page as they should be.
            if is_html && is_lower && !has_entity {
                let name = Span::of_page(name.start, name.end);
                self.tree.push_attr(first, name, Span::of_page(value.start, value.end));
                continue;
            }
            let lower = self.name_of(&name, is_lower);
            if !is_html && super::names::has_space(&lower) {
                continue;
            }
            let name = self.span_of(&lower, &name, is_lower);
            let text = &self.page[value.clone()];
            let span = Span::of_page(value.start, value.end);
            let value = match has_entity.then(|| htmlize::unescape_attribute(text)) {
                Some(Cow::Owned(text)) => self.tree.keep(&text),
                Some(Cow::Borrowed(_)) | None => span,
            };
            self.tree.push_attr(first, name, value);
        }
        self.tokens.attrs.clear();
        self.tree.attrs_from(first)
    }

    /// Returns no attributes.
    fn no_attrs(&self) -> Attrs {
        self.tree.attrs_from(self.tree.attrs_len())
    }
}
