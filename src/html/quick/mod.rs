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
mod stack;
mod tables;
mod text;

use std::{borrow::Cow, ops::Range};

use memchr::memchr2;

use super::{
    build::Builder,
    names::Kind,
    token::{RawAttr, Tag, Token, Tokenizer},
    tree::{Attrs, Document, Span, Tagged},
};
use active::Entry;
use stack::{Counts, Open};

/// A real page has a tag or a text for every thirty bytes.
const BYTES_OF_A_NODE: usize = 24;

/// Why it is not certain what the standard makes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// What a NUL becomes depends on where it is.
    Character,
    /// Frame sets, plain text, annotated formulas: each has rules of its own.
    Element,
    /// The other parser knows where to cut.
    Depth,
    Formatting,
    Quirks,
    Space,
    /// An end tag without a name parts no text, but ends what hangs on the next token.
    Parted,
    Columns,
    Cdata,
    Additions,
    RawText,
}

impl Doubt {
    /// Returns what is on the page, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Character => "a NUL, a carriage return or a second byte order mark",
            Self::Element => "a frame set, plain text or an annotated formula",
            Self::Depth => "hundreds of open elements",
            Self::Formatting => "many formatting elements without an end",
            Self::Quirks => "a table in a paragraph, and an unknown document type",
            Self::Space => "space that is written as an entity where it may be dropped",
            Self::Parted => "an end tag without a name, or a document type, where it may part a text",
            Self::Columns => "text between columns",
            Self::Cdata => "text as it is where HTML may be",
            Self::Additions => "many `html` and `body` tags",
            Self::RawText => "a text without an end tag",
        }
    }
}

type Sure<T = ()> = Result<T, Doubt>;

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

/// The standard's insertion modes (section 13.2.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Initial,
    BeforeHtml,
    BeforeHead,
    InHead,
    AfterHead,
    InBody,
    AfterBody,
    InTemplate,
    InCaption,
    InCell,
    InTable,
    InTableBody,
    InRow,
    InColumnGroup,
}

/// What becomes of a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing more.
    Done,
    /// It is looked at again in the mode that is reached now.
    Again,
}

/// Whether a table is inside the paragraph before it, which is an old browser's mistake that pages can ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quirks {
    No,
    Yes,
    Unknown,
}

/// A start tag.
struct Start<'n> {
    kind: Kind,
    span: Span,
    name: &'n str,
    is_self_closing: bool,
}

/// An end tag.
#[derive(Clone, Copy)]
struct End<'n> {
    kind: Kind,
    name: &'n str,
}

struct Parser<'t> {
    page: &'t str,
    tokens: Tokenizer<'t>,
    tree: Builder<'t>,
    /// The elements that are open.
    open: Vec<Open>,
    counts: Counts,
    /// The list of active formatting elements, and how many of them are not open.
    active: Vec<Entry>,
    stranded: usize,
    mode: Mode,
    /// What is read in the templates that are open, as far as it is known.
    template_modes: Vec<Mode>,
    head: Option<u32>,
    form: Option<u32>,
    /// The text that the next one is written on into, if it is of the same element.
    text: Option<(u32, u32)>,
    /// A line break here is dropped.
    drops_line: bool,
    /// What belongs into a table's parts, but not directly, is put before the table.
    fosters: bool,
    quirks: Quirks,
    /// How often attributes were added to elements that were there.
    additions: usize,
}

impl<'t> Parser<'t> {
    fn new(page: &'t str) -> Self {
        Self {
            page,
            tokens: Tokenizer::new(page),
            tree: Builder::new(page, page.len() / BYTES_OF_A_NODE),
            open: Vec::new(),
            counts: Counts::default(),
            active: Vec::new(),
            stranded: 0,
            mode: Mode::Initial,
            template_modes: Vec::new(),
            head: None,
            form: None,
            text: None,
            drops_line: false,
            fosters: false,
            quirks: Quirks::Yes,
            additions: 0,
        }
    }

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

    fn tag(&mut self, tag: &Tag) -> Sure {
        let name = self.name_of(&tag.name, tag.is_lower);
        let top = self.top();
        if top.is_foreign() && Self::is_foreign_tag(top, tag, &name) {
            return self.foreign(tag, &name);
        }
        let kind = Kind::of(&name);
        if tag.is_end {
            return self.end(End { kind, name: &name });
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

    fn end(&mut self, tag: End<'_>) -> Sure {
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
