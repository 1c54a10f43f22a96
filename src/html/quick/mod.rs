//! The quick parser: a page that is nested as it should be becomes the tree that the standard's algorithm (HTML, section
//! 13.2.6) makes of it, in about an eighth of the time. Wherever it cannot be sure of that, it gives up.
//!
//! What it is sure of: start and end tags that match, the end tags that may be left out, tables without stray content, drawings
//! without HTML in them. What it is not: elements that are reopened or moved.

mod ends;
mod frames;

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memchr2};

use super::{
    names::{Kind, drawn},
    token::{RawAttr, Tag, Token, Tokenizer},
    tree::{Document, Span},
};

/// Deeper pages are looked at by the other parser, which knows where to cut.
const DEPTH_MAX: usize = 400;

/// A real page has a tag or a text for every thirty bytes.
const BYTES_OF_A_NODE: usize = 24;

/// It is not certain what the standard makes of it.
#[derive(Debug)]
pub(super) struct Doubt;

type Sure<T = ()> = Result<T, Doubt>;

/// A page as a tree, or doubt.
pub(super) fn parse(page: &str) -> Sure<Document<'_>> {
    // What a NUL becomes depends on where it stands; line ends are one character since the bytes were decoded.
    // A second byte order mark is dropped, or is not.
    if memchr2(0, b'\r', page.as_bytes()).is_some() || page.starts_with('\u{FEFF}') {
        return Err(Doubt);
    }
    Parser::new(page).run()
}

/// How far the parser is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    BeforeHtml,
    BeforeHead,
    InHead,
    AfterHead,
    InBody,
}

/// An element that is open.
struct Open {
    at: u32,
    kind: Kind,
    name: Span,
}

/// Attributes of drawings that are in a name space of their own.
fn has_space(name: &str) -> bool {
    matches!(name, "xmlns" | "xmlns:xlink" | "xml:lang" | "xml:space") || name.starts_with("xlink:")
}

struct Parser<'t> {
    page: &'t str,
    tokens: Tokenizer<'t>,
    document: Document<'t>,
    open: Vec<Open>,
    mode: Mode,
    /// Open paragraphs, links, forms: what is asked most is counted.
    paragraphs: usize,
    links: usize,
    forms: usize,
    /// The text that the next one is written on into, if it is of the same element.
    text: Option<(u32, u32)>,
    /// A line break here is none.
    drops_line: bool,
    /// The end tag of the body was read, and nothing but space since.
    is_behind_body: bool,
    /// In a page without a proper document type a table does not end a paragraph.
    is_standard: bool,
}

impl<'t> Parser<'t> {
    fn new(page: &'t str) -> Self {
        Self {
            page,
            tokens: Tokenizer::new(page),
            document: Document::empty(page, page.len() / BYTES_OF_A_NODE, false),
            open: Vec::new(),
            mode: Mode::BeforeHtml,
            paragraphs: 0,
            links: 0,
            forms: 0,
            text: None,
            drops_line: false,
            is_behind_body: false,
            is_standard: false,
        }
    }

    fn run(mut self) -> Sure<Document<'t>> {
        while let Some(token) = self.tokens.next() {
            self.drops_line &= matches!(token, Token::Text(_) | Token::Nothing);
            match token {
                Token::Text(range) => self.text(range)?,
                Token::Tag(tag) => self.tag(&tag)?,
                // Behind the body it stands elsewhere, and parts no text.
                Token::Comment | Token::Cdata if self.is_behind_body => {}
                Token::Cdata if matches!(self.top(), Kind::Svg | Kind::Drawn) => return Err(Doubt),
                Token::Comment | Token::Cdata => self.text = None,
                // Whether it lies between is read in two ways.
                Token::Nothing if self.drops_line => return Err(Doubt),
                Token::Nothing => {}
                Token::Doctype(range) => {
                    if self.mode != Mode::BeforeHtml {
                        continue;
                    }
                    self.is_standard =
                        self.page[range].trim_end_matches('>').trim().eq_ignore_ascii_case("html");
                }
            }
        }
        self.reach(Mode::InBody);
        while self.open.last().is_some() {
            self.pop();
        }
        Ok(self.document)
    }

    // The tree.

    fn top(&self) -> Kind {
        self.open.last().map_or(Kind::Html, |it| it.kind)
    }

    /// A name in lower case.
    fn name_of(&self, range: &Range<usize>, is_lower: bool) -> Cow<'t, str> {
        let name = &self.page[range.clone()];
        if is_lower { Cow::Borrowed(name) } else { Cow::Owned(name.to_ascii_lowercase()) }
    }

    /// Where it is kept: in the page, if it stands there as it is.
    fn span_of(&mut self, name: &str, range: &Range<usize>, is_lower: bool) -> Span {
        if is_lower { Span::of_page(range.start, range.end) } else { self.document.keep(name) }
    }

    /// Begin an element with the attributes of the last tag.
    fn insert(&mut self, kind: Kind, name: Span, is_html: bool) -> Sure {
        let first = self.document.attrs_len();
        for at in 0..self.tokens.attrs.len() {
            let RawAttr { name, value, is_lower, has_entity } = self.tokens.attrs[at].clone();
            // Nearly all stand in the page as they are.
            if is_html && is_lower && !has_entity {
                let name = Span::of_page(name.start, name.end);
                self.document.push_attr(first, name, Span::of_page(value.start, value.end));
                continue;
            }
            let lower = self.name_of(&name, is_lower);
            if !is_html && has_space(&lower) {
                continue;
            }
            let name = self.span_of(&lower, &name, is_lower);
            let text = &self.page[value.clone()];
            let span = Span::of_page(value.start, value.end);
            let value = match has_entity.then(|| htmlize::unescape_attribute(text)) {
                Some(Cow::Owned(text)) => self.document.keep(&text),
                Some(Cow::Borrowed(_)) | None => span,
            };
            self.document.push_attr(first, name, value);
        }
        self.tokens.attrs.clear();
        self.push(kind, name, first, is_html)
    }

    fn push(&mut self, kind: Kind, name: Span, first: usize, is_html: bool) -> Sure {
        if DEPTH_MAX < self.open.len() {
            return Err(Doubt);
        }
        let at = self.document.open(self.open.last().map(|it| it.at), name, first, is_html);
        self.open.push(Open { at, kind, name });
        self.text = None;
        match kind {
            Kind::P => self.paragraphs += 1,
            Kind::A => self.links += 1,
            Kind::Form => self.forms += 1,
            _ => {}
        }
        Ok(())
    }

    /// An element that nobody wrote.
    fn imply(&mut self, kind: Kind, name: &str) -> Sure {
        let name = self.document.keep(name);
        let first = self.document.attrs_len();
        self.push(kind, name, first, true)
    }

    fn pop(&mut self) {
        if let Some(open) = self.open.pop() {
            self.document.close(open.at);
            self.text = None;
            match open.kind {
                Kind::P => self.paragraphs -= 1,
                Kind::A => self.links -= 1,
                Kind::Form => self.forms -= 1,
                _ => {}
            }
        }
    }

    fn pop_to(&mut self, depth: usize) {
        while depth < self.open.len() {
            self.pop();
        }
    }

    /// Text of the innermost element.
    fn write(&mut self, span: Span) {
        let Some(open) = self.open.last() else { return };
        match self.text {
            Some((around, text)) if around == open.at => self.document.join_text(text, span),
            _ => self.text = Some((open.at, self.document.push_text(open.at, span))),
        }
    }

    // How far we are.

    /// Begin what has to be there for the mode.
    fn reach(&mut self, mode: Mode) {
        while self.mode < mode {
            // These are the first elements: they are not too deep.
            let (next, _) = match self.mode {
                Mode::BeforeHtml => (Mode::BeforeHead, self.imply(Kind::Html, "html")),
                Mode::BeforeHead => (Mode::InHead, self.imply(Kind::Head, "head")),
                Mode::InHead => {
                    self.pop();
                    (Mode::AfterHead, Ok(()))
                }
                Mode::AfterHead | Mode::InBody => (Mode::InBody, self.imply(Kind::Body, "body")),
            };
            self.mode = next;
        }
    }

    fn text(&mut self, mut range: Range<usize>) -> Sure {
        if std::mem::take(&mut self.drops_line) && self.page[range.clone()].starts_with('\n') {
            range.start += 1;
        }
        if range.is_empty() {
            return Ok(());
        }
        let text = &self.page[range.clone()];
        let is_space = |it: char| matches!(it, ' ' | '\t' | '\n' | '\x0C');
        self.is_behind_body = self.is_behind_body && text.chars().all(is_space);
        if self.mode < Mode::InBody {
            let rest = text.trim_start_matches(is_space);
            let space = text.len() - rest.len();
            if rest.starts_with('&') {
                return Err(Doubt);
            }
            // Before the head it is nothing.
            if Mode::BeforeHead < self.mode && 0 < space {
                self.write(Span::of_page(range.start, range.start + space));
            }
            if rest.is_empty() {
                return Ok(());
            }
            self.reach(Mode::InBody);
            return self.text(range.start + space..range.end);
        }
        if self.top().is_table_frame() && !text.chars().all(is_space) {
            return Err(Doubt);
        }
        self.write_text(range);
        Ok(())
    }

    /// Text with its entities.
    fn write_text(&mut self, range: Range<usize>) {
        let text = &self.page[range.clone()];
        let span = Span::of_page(range.start, range.end);
        let span = match memchr(b'&', text.as_bytes()).map(|_| htmlize::unescape(text)) {
            Some(Cow::Owned(text)) => self.document.keep(&text),
            Some(Cow::Borrowed(_)) | None => span,
        };
        self.write(span);
    }

    fn tag(&mut self, tag: &Tag) -> Sure {
        self.is_behind_body = false;
        let name = self.name_of(&tag.name, tag.is_lower);
        if matches!(self.top(), Kind::Svg | Kind::Drawn) {
            return self.drawing(tag, &name);
        }
        let kind = Kind::of(&name);
        if kind == Kind::Doubtful {
            return Err(Doubt);
        }
        if tag.is_end {
            return self.end(kind, &name);
        }
        let span = self.span_of(&name, &tag.name, tag.is_lower);
        self.start(kind, span, &name, tag.is_self_closing)
    }

    fn start(&mut self, kind: Kind, span: Span, name: &str, is_self_closing: bool) -> Sure {
        match (self.mode, kind) {
            (Mode::BeforeHtml, Kind::Html) => {
                self.mode = Mode::BeforeHead;
                return self.insert(kind, span, true);
            }
            (Mode::BeforeHtml | Mode::BeforeHead, Kind::Head) => {
                self.reach(Mode::BeforeHead);
                self.mode = Mode::InHead;
                return self.insert(kind, span, true);
            }
            (
                Mode::BeforeHtml | Mode::BeforeHead | Mode::InHead,
                Kind::Meta | Kind::Title | Kind::Raw,
            ) if name != "iframe" && name != "noembed" => {
                self.reach(Mode::InHead);
            }
            // It goes back into the head.
            (Mode::AfterHead, Kind::Meta | Kind::Title | Kind::Raw)
                if name != "iframe" && name != "noembed" =>
            {
                return Err(Doubt);
            }
            (Mode::InBody, _) => {}
            (_, Kind::Body) => {
                self.reach(Mode::AfterHead);
                self.mode = Mode::InBody;
                return self.insert(kind, span, true);
            }
            _ => self.reach(Mode::InBody),
        }
        match self.top() {
            Kind::Select | Kind::Choice | Kind::ChoiceGroup => return self.start_choice(kind, span),
            it if it.is_table_frame() => return self.start_in_table(kind, span, name),
            _ => {}
        }
        match kind {
            Kind::Block
            | Kind::Through
            | Kind::P
            | Kind::Heading
            | Kind::Pre
            | Kind::Form
            | Kind::Hr => {
                self.end_paragraph()?;
                if (kind == Kind::Heading && self.top() == Kind::Heading)
                    || (kind == Kind::Form && 0 < self.forms)
                {
                    return Err(Doubt);
                }
                self.drops_line = kind == Kind::Pre;
            }
            Kind::Li | Kind::Term => {
                self.end_item(kind)?;
                self.end_paragraph()?;
            }
            Kind::Table => {
                if 0 < self.paragraphs && !self.is_standard {
                    return Err(Doubt);
                }
                self.end_paragraph()?;
            }
            Kind::Button if self.open.iter().any(|it| it.kind == Kind::Button) => return Err(Doubt),
            Kind::A if 0 < self.links => return Err(Doubt),
            Kind::Meta | Kind::Title | Kind::Textarea | Kind::Raw => return self.raw(kind, span, name),
            Kind::TableSection | Kind::Row | Kind::Cell => {
                self.end_cell()?;
                return self.start_in_table(kind, span, name);
            }
            Kind::Svg => {
                let name = self.document.keep("svg");
                self.insert(kind, name, false)?;
                if is_self_closing {
                    self.pop();
                }
                return Ok(());
            }
            Kind::Html
            | Kind::Head
            | Kind::Body
            | Kind::ColGroup
            | Kind::Col
            | Kind::Choice
            | Kind::ChoiceGroup => return Err(Doubt),
            _ => {}
        }
        self.insert(kind, span, true)?;
        if kind.is_void() {
            self.pop();
        }
        Ok(())
    }

    /// An element whose inside is text, or nothing.
    fn raw(&mut self, kind: Kind, span: Span, name: &str) -> Sure {
        self.insert(kind, span, true)?;
        if kind == Kind::Meta {
            self.pop();
            return Ok(());
        }
        let mut text = self.tokens.raw_text(name);
        // Comments in scripts hide end tags, or do not.
        if name == "script" && self.page[text.clone()].contains("<!--") {
            return Err(Doubt);
        }
        if kind == Kind::Textarea && self.page[text.clone()].starts_with('\n') {
            text.start += 1;
        }
        if kind == Kind::Raw && !text.is_empty() {
            self.write(Span::of_page(text.start, text.end));
        } else if !text.is_empty() {
            self.write_text(text);
        }
        // Its end tag, if the page does not end before it: such a tag has no attributes that count.
        match self.tokens.next() {
            Some(Token::Tag(_)) => {}
            _ if self.tokens.at == self.page.len() => {}
            _ => return Err(Doubt),
        }
        self.pop();
        Ok(())
    }
}
