//! A page cut into tags and texts, by the rules of the standard's tokenizer (HTML, section 13.2.5).

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

/// A start or end tag of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagToken {
    pub(super) name: Range<usize>,
    /// Its name has no capitals.
    pub(super) is_lower: bool,
    pub(super) is_end: bool,
    pub(super) is_self_closing: bool,
}

/// An attribute as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawAttr {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
    /// Its name has no capitals.
    pub(super) is_lower: bool,
    /// Its value has an ampersand.
    pub(super) has_entity: bool,
}

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Entities not resolved.
    Text(Range<usize>),
    Tag(TagToken),
    /// A comment, or what is taken for one.
    Comment,
    /// Text in a drawing, which begins here; a comment elsewhere.
    Cdata(usize),
    /// `</>`.
    Nothing,
    Doctype(Range<usize>),
}

/// The beginning of text that is taken as it is.
const CDATA: &str = "<![CDATA[";

/// Cuts a page.
pub(super) struct Tokenizer<'t> {
    page: &'t str,
    pub(super) at: usize,
    /// The attributes of the last tag.
    pub(super) attrs: Vec<RawAttr>,
}

/// What a byte is to a tag: these are looked up for every byte of its names.
const SPACE: u8 = 1;
const CLOSER: u8 = 2;
const EQUALS: u8 = 4;
const CAPITAL: u8 = 8;
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = b'A';
    while at <= b'Z' {
        classes[at as usize] = CAPITAL;
        at += 1;
    }
    classes[b' ' as usize] = SPACE;
    classes[b'\t' as usize] = SPACE;
    classes[b'\n' as usize] = SPACE;
    classes[b'\x0C' as usize] = SPACE;
    classes[b'\r' as usize] = SPACE;
    classes[b'/' as usize] = CLOSER;
    classes[b'>' as usize] = CLOSER;
    classes[b'=' as usize] = EQUALS;
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

fn is_space(byte: u8) -> bool {
    class(byte) == SPACE
}

/// The end of a name, which a byte of these classes ends, and whether it has no capitals.
fn name_end(bytes: &[u8], start: usize, ends: u8) -> Option<(usize, bool)> {
    let mut seen = 0;
    for (at, byte) in (start..).zip(bytes.get(start..)?) {
        let class = class(*byte);
        if class & ends != 0 {
            return Some((at, seen & CAPITAL == 0));
        }
        seen |= class;
    }
    None
}

impl<'t> Tokenizer<'t> {
    pub(super) fn new(page: &'t str) -> Self {
        Self { page, at: 0, attrs: Vec::new() }
    }

    /// The next piece; a tag that does not end before the page does is not a piece.
    pub(super) fn next(&mut self) -> Option<Token> {
        let bytes = self.page.as_bytes();
        let start = self.at;
        let mut at = start;
        loop {
            // A tag that follows another need not be searched for.
            let is_here = bytes.get(at) == Some(&b'<');
            let Some(found) = (if is_here { Some(0) } else { memchr(b'<', &bytes[at..]) }) else {
                self.at = bytes.len();
                return (start < bytes.len()).then_some(Token::Text(start..bytes.len()));
            };
            at += found;
            let next = bytes.get(at + 1).copied().unwrap_or_default();
            let is_markup = next.is_ascii_alphabetic()
                || matches!(next, b'!' | b'?')
                || (next == b'/' && at + 2 < bytes.len());
            if !is_markup {
                at += 1;
                continue;
            }
            if start < at {
                self.at = at;
                return Some(Token::Text(start..at));
            }
            return self.markup(at, next);
        }
    }

    fn markup(&mut self, at: usize, next: u8) -> Option<Token> {
        let rest = &self.page[at..];
        let bytes = rest.as_bytes();
        match next {
            b'!' if rest.starts_with("<!--") => {
                self.at = at + comment(rest);
                Some(Token::Comment)
            }
            b'!' if rest.get(2..9).is_some_and(|it| it.eq_ignore_ascii_case("doctype")) => {
                self.pass(rest);
                Some(Token::Doctype(at + 9..self.at))
            }
            b'!' | b'?' => {
                self.pass(rest);
                let is_text = rest.starts_with(CDATA);
                Some(if is_text { Token::Cdata(at + CDATA.len()) } else { Token::Comment })
            }
            b'/' if bytes.get(2) == Some(&b'>') => {
                self.at = at + 3;
                Some(Token::Nothing)
            }
            b'/' if !bytes[2].is_ascii_alphabetic() => {
                self.pass(rest);
                Some(Token::Comment)
            }
            _ => {
                let tag = self.tag(at);
                if tag.is_none() {
                    self.at = self.page.len();
                }
                tag.map(Token::Tag)
            }
        }
    }

    fn pass(&mut self, rest: &str) {
        self.at += rest.find('>').map_or(rest.len(), |it| it + 1);
    }

    /// A tag with its attributes, whose values may hold `>`; `None` where the page ends before it does.
    fn tag(&mut self, start: usize) -> Option<TagToken> {
        let bytes = self.page.as_bytes();
        self.attrs.clear();
        let is_end = bytes[start + 1] == b'/';
        let name_at = if is_end { start + 2 } else { start + 1 };
        let (mut at, is_lower) = name_end(bytes, name_at, SPACE | CLOSER)?;
        let name = name_at..at;
        let mut is_self_closing = false;
        loop {
            // Before an attribute's name.
            while is_space(*bytes.get(at)?) || bytes[at] == b'/' {
                is_self_closing = bytes[at] == b'/';
                at += 1;
            }
            if bytes[at] == b'>' {
                let is_self_closing = is_self_closing && bytes[at - 1] == b'/';
                self.at = at + 1;
                return Some(TagToken { name, is_lower, is_end, is_self_closing });
            }
            is_self_closing = false;
            // Its name; an equals sign may begin it.
            let attr_at = at;
            let (end, is_rest_lower) = name_end(bytes, at + 1, SPACE | CLOSER | EQUALS)?;
            let is_lower = is_rest_lower && class(bytes[at]) != CAPITAL;
            at = end;
            let attr = attr_at..at;
            while is_space(*bytes.get(at)?) {
                at += 1;
            }
            if bytes[at] != b'=' {
                self.attrs.push(RawAttr { name: attr, value: at..at, is_lower, has_entity: false });
                continue;
            }
            at += 1;
            while is_space(*bytes.get(at)?) {
                at += 1;
            }
            let mut has_entity = false;
            let value = match bytes[at] {
                quote @ (b'"' | b'\'') => {
                    let value_at = at + 1;
                    let mut end = value_at + memchr2(quote, b'&', &bytes[value_at..])?;
                    if bytes[end] == b'&' {
                        has_entity = true;
                        end += memchr(quote, &bytes[end..])?;
                    }
                    at = end + 1;
                    value_at..end
                }
                b'>' => at..at,
                _ => {
                    let value_at = at;
                    while !is_space(*bytes.get(at)?) && bytes[at] != b'>' {
                        has_entity |= bytes[at] == b'&';
                        at += 1;
                    }
                    value_at..at
                }
            };
            self.attrs.push(RawAttr { name: attr, value, is_lower, has_entity });
        }
    }

    /// The text of an element that holds nothing else, having read its start tag: up to its end tag, or the rest of the page.
    pub(super) fn raw_text(&mut self, name: &str) -> Range<usize> {
        let rest = &self.page.as_bytes()[self.at..];
        let is_end = |at: &usize| is_tag(&rest[at + 2..], name);
        let mut end = memmem::find_iter(rest, b"</").find(is_end).unwrap_or(rest.len());
        if name == "script" && memmem::find(&rest[..end], b"<!--").is_some() {
            end = script_end(rest);
        }
        let text = self.at..self.at + end;
        self.at = text.end;
        text
    }
}

/// Whether a tag's name is here, and ends.
fn is_tag(bytes: &[u8], name: &str) -> bool {
    bytes.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()))
        && bytes.get(name.len()).is_some_and(|it| is_space(*it) || matches!(it, b'/' | b'>'))
}

/// Where a script with comments ends. In one, a second start tag hides the next end tag (sections 13.2.5.20 to 13.2.5.31).
fn script_end(bytes: &[u8]) -> usize {
    let (mut is_comment, mut is_hidden) = (false, false);
    let mut at = 0;
    while let Some(found) = memchr2(b'<', b'-', &bytes[at..]) {
        at += found;
        let rest = &bytes[at..];
        if is_comment && rest.starts_with(b"-->") {
            (is_comment, is_hidden) = (false, false);
        } else if !is_comment && rest.starts_with(b"<!--") {
            is_comment = true;
            // Its dashes may be those of its end, too.
            at += 1;
        } else if rest.starts_with(b"</") && is_tag(&rest[2..], "script") {
            if !is_hidden {
                return at;
            }
            is_hidden = false;
        } else if is_comment && rest[0] == b'<' && is_tag(&rest[1..], "script") {
            is_hidden = true;
        }
        at += 1;
    }
    bytes.len()
}

/// How long a comment is.
fn comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let inner = &bytes[4..];
    if inner.starts_with(b">") {
        return 5;
    }
    if inner.starts_with(b"->") {
        return 6;
    }
    let mut at = 4;
    while let Some(found) = memmem::find(&bytes[at..], b"--") {
        at += found + 2;
        if bytes.get(at) == Some(&b'>') {
            return at + 1;
        }
        if bytes[at..].starts_with(b"!>") {
            return at + 2;
        }
        at -= 1;
    }
    bytes.len()
}
