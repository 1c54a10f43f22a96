//! The tokens of XML as templates write it, flaws included. Which elements matter is decided by `elements.rs` and its callers; the
//! formats are not known here.
//!
//! It is written by hand because a reader of well-formed XML gives up at the first flaw, and what follows one bare `&` is lost.
//! quick-xml 0.42 ends at it, at `profit < loss` in a title and at a CDATA section without an end, and so does `feed-rs`, which stands on it.
//! Here every flaw costs what it spoils and no more: each turn takes at least one byte, and nothing is searched for twice.

use std::{borrow::Cow, ops::Range};

use crate::html;

/// The longest name of an entity: `CounterClockwiseContourIntegral`.
const ENTITY_BYTES_MAX: usize = 32;

/// A part of a text, with its place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct XmlToken<'t> {
    pub(crate) piece: XmlPiece<'t>,
    pub(crate) range: Range<usize>,
}

/// What a part of a text is. Comments, instructions and document types are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XmlPiece<'t> {
    /// `<name …>`
    Open(StartTag<'t>),
    /// `</name>`
    Close(&'t str),
    /// Text with entities.
    Text(&'t str),
    /// The text of a CDATA section, which is as written.
    Verbatim(&'t str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StartTag<'t> {
    pub(crate) name: &'t str,
    attributes: &'t str,
    pub(crate) is_empty: bool,
}

/// Something that was left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XmlFlaw {
    Comment,
    Cdata,
    Instruction,
    Tag,
}

/// Reads tokens.
pub(crate) struct XmlTokens<'t> {
    text: &'t str,
    at: usize,
    /// What was met and not yet asked for.
    flaws: Vec<XmlFlaw>,
    /// What the rest of the text does not contain.
    absent: Absent,
}

#[derive(Default)]
struct Absent {
    comment: bool,
    cdata: bool,
    instruction: bool,
    /// Where the next end of a CDATA section is: sections that are left open before it do not search for it again.
    next_cdata: usize,
}

impl XmlFlaw {
    /// Returns what was passed over, in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Comment => "a comment without an end",
            Self::Cdata => "a CDATA section without an end",
            Self::Instruction => "an instruction without an end",
            Self::Tag => "a tag without an end",
        }
    }
}

impl<'t> StartTag<'t> {
    /// Returns the attributes with their values, entities resolved. Of two with one name, both are given.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'t str, Cow<'t, str>)> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|it: char| it.is_whitespace() || it == '/');
            let end = rest.find(|it: char| it.is_whitespace() || it == '=').unwrap_or(rest.len());
            if rest.is_empty() {
                return None;
            }
            // A stray `=` is a name of no letters.
            let (name, after) = rest.split_at(end);
            let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
                rest = after;
                return Some((name, Cow::Borrowed("")));
            };
            let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''));
            let (value, after) = match quote {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            rest = after;
            Some((name, resolved(value)))
        })
    }

    /// Returns the value of the first attribute of this name, its prefix included.
    pub(crate) fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        self.attributes().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1)
    }
}

impl<'t> XmlTokens<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, flaws: Vec::new(), absent: Absent::default() }
    }

    /// Returns the flaws that were met since the last call.
    pub(crate) fn flaws(&mut self) -> Vec<XmlFlaw> {
        std::mem::take(&mut self.flaws)
    }

    /// Returns the place after the next `end`, searched for from `from`; `None` where the rest of the text has none.
    fn after(&self, from: usize, end: &str) -> Option<usize> {
        Some(from + self.text[from..].find(end)? + end.len())
    }

    /// Passes over a comment, an instruction or a document type. Where it has no end, only its mark is passed over.
    fn pass_over(&mut self) {
        let rest = &self.text[self.at..];
        if rest.starts_with("<!--") {
            let end = if self.absent.comment { None } else { self.after(self.at + 4, "-->") };
            self.absent.comment |= end.is_none();
            self.go_on(end, 4, XmlFlaw::Comment);
        } else if rest.starts_with("<?") {
            let end = if self.absent.instruction { None } else { self.after(self.at + 2, "?>") };
            self.absent.instruction |= end.is_none();
            self.go_on(end, 2, XmlFlaw::Instruction);
        } else {
            // A document type ends at its `>`, which is after the `]` of the declarations in it. They are not believed.
            let stop = rest[2..].find(['>', '<', '[']).map_or(rest.len(), |it| it + 2);
            let end = match rest.as_bytes().get(stop) {
                Some(b'>') => Some(self.at + stop + 1),
                Some(b'[') => {
                    let close =
                        rest[stop..].find(']').and_then(|it| self.after(self.at + stop + it, ">"));
                    close.or(Some(self.text.len()))
                }
                _ => None,
            };
            self.go_on(end, 2, XmlFlaw::Tag);
        }
    }

    fn go_on(&mut self, end: Option<usize>, mark: usize, flaw: XmlFlaw) {
        self.at = end.unwrap_or(self.at + mark);
        if end.is_none() {
            self.flaws.push(flaw);
        }
    }

    fn cdata(&mut self) -> Option<XmlToken<'t>> {
        const MARK: &str = "<![CDATA[";
        let begin = self.at + MARK.len();
        if self.absent.next_cdata < begin && !self.absent.cdata {
            let end = self.text[begin..].find("]]>").map(|it| begin + it);
            self.absent.cdata = end.is_none();
            self.absent.next_cdata = end.unwrap_or_default();
        }
        let end = (!self.absent.cdata).then_some(self.absent.next_cdata);
        // A section has no other in it: where another begins first, this one was left open.
        let inner = end.map(|end| &self.text[begin..end]).filter(|it| !it.contains(MARK));
        let Some(inner) = inner else {
            self.flaws.push(XmlFlaw::Cdata);
            self.at = begin;
            return None;
        };
        let range = self.at..begin + inner.len() + 3;
        self.at = range.end;
        Some(XmlToken { piece: XmlPiece::Verbatim(inner), range })
    }

    fn tag(&mut self) -> XmlToken<'t> {
        let begin = self.at;
        let is_close = self.text[begin..].starts_with("</");
        let name_at = begin + if is_close { 2 } else { 1 };
        let is_end = |it: char| it.is_whitespace() || matches!(it, '>' | '/' | '<' | '=');
        let name_end = name_at + self.text[name_at..].find(is_end).unwrap_or(self.text.len() - name_at);
        let name = &self.text[name_at..name_end];
        let end = end_of_tag(self.text, name_end);
        let inside = &self.text[name_end..end];
        let is_ended = self.text.as_bytes().get(end) == Some(&b'>');
        if !is_ended {
            self.flaws.push(XmlFlaw::Tag);
        }
        self.at = end + usize::from(is_ended);
        let piece = if is_close {
            XmlPiece::Close(name)
        } else {
            let stripped = inside.trim_end().strip_suffix('/');
            let (attributes, is_empty) = (stripped.unwrap_or(inside), stripped.is_some());
            XmlPiece::Open(StartTag { name, attributes, is_empty })
        };
        XmlToken { piece, range: begin..self.at }
    }
}

impl<'t> Iterator for XmlTokens<'t> {
    type Item = XmlToken<'t>;

    fn next(&mut self) -> Option<XmlToken<'t>> {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if rest.starts_with("<![CDATA[") {
                if let Some(token) = self.cdata() {
                    return Some(token);
                }
                continue;
            }
            if rest.starts_with("<!") || rest.starts_with("<?") {
                self.pass_over();
                continue;
            }
            let after = rest.strip_prefix("</").or_else(|| rest.strip_prefix('<'));
            let is_name = |it: char| it.is_alphabetic() || matches!(it, '_' | ':');
            if after.is_some_and(|it| it.starts_with(is_name)) {
                return Some(self.tag());
            }
            // A bare `<` is text.
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[first..].find('<').map_or(rest.len(), |it| it + first);
            let range = self.at..self.at + end;
            self.at = range.end;
            return Some(XmlToken { piece: XmlPiece::Text(&self.text[range.clone()]), range });
        }
        None
    }
}

/// Returns the place of the `>` of a tag. A tag that was left open ends where the next one begins.
fn end_of_tag(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' | b'<' => return at,
            b'"' | b'\'' => {
                // A quote has no `<` in it: one that meets it was left open, and is passed over.
                let end = bytes[at + 1..].iter().position(|it| *it == byte || *it == b'<');
                match end.map(|it| at + 1 + it) {
                    Some(end) if bytes[end] == byte => at = end + 1,
                    Some(_) | None => at += 1,
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// Returns a text with its entities resolved: those of XML and, since feeds write them without a document type, those of HTML. A
/// bare `&` stays what it is, and so does an entity without its `;`: `?a=1&copy=2` is an address.
pub(crate) fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let is_part = |it: u8| it.is_ascii_alphanumeric() || it == b'#';
        let name = rest.bytes().skip(1).take(ENTITY_BYTES_MAX).take_while(|it| is_part(*it)).count();
        let end = name + 1;
        if 0 < name && rest.as_bytes().get(end) == Some(&b';') {
            match &rest[1..end] {
                "amp" => whole.push('&'),
                "lt" => whole.push('<'),
                "gt" => whole.push('>'),
                "quot" => whole.push('"'),
                "apos" => whole.push('\''),
                _ => whole.push_str(&html::unescape(&rest[..=end])),
            }
            rest = &rest[end + 1..];
        } else {
            whole.push('&');
            rest = &rest[1..];
        }
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tokens of a text as words: `+` opens, `-` closes.
    fn words(text: &str) -> Vec<String> {
        let word = |it: XmlToken<'_>| match it.piece {
            XmlPiece::Open(tag) if tag.is_empty => format!("+{}/", tag.name),
            XmlPiece::Open(tag) => format!("+{}", tag.name),
            XmlPiece::Close(name) => format!("-{name}"),
            XmlPiece::Text(text) => resolved(text).into_owned(),
            XmlPiece::Verbatim(text) => format!("[{text}]"),
        };
        XmlTokens::new(text).map(word).collect()
    }

    #[test]
    fn sound_markup_is_read() {
        let text = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><!-- <x> --><a><b/>&lt;&#65;&hellip;<![CDATA[<&>]]></a>";
        assert_eq!(words(text), ["+a", "+b/", "<A\u{2026}", "[<&>]", "-a"]);
    }

    #[test]
    fn a_flaw_costs_what_it_spoils_and_no_more() {
        assert_eq!(words("<a>b & c &amp d&nosuch;</a>"), ["+a", "b & c &amp d&nosuch;", "-a"]);
        assert_eq!(words("<a>b < c</a>"), ["+a", "b ", "< c", "-a"]);
        assert_eq!(words("<a><![CDATA[b</a><c/>"), ["+a", "b", "-a", "+c/"]);
        assert_eq!(words("<a><![CDATA[b</a><a><![CDATA[c]]></a>"), ["+a", "b", "-a", "+a", "[c]", "-a"]);
        assert_eq!(words("<!-- a <b/>"), [" a ", "+b/"]);
        assert_eq!(words("<a <b>c</b"), ["+a", "+b", "c", "-b"]);
        assert_eq!(words("<a x=\"1 <b/>"), ["+a", "+b/"]);
        assert_eq!(words("<a x='1>2' y='3'/>b"), ["+a/", "b"]);
        let mut tokens = XmlTokens::new("<!-- a <![CDATA[ <b");
        tokens.by_ref().for_each(drop);
        assert_eq!(tokens.flaws(), [XmlFlaw::Comment, XmlFlaw::Cdata, XmlFlaw::Tag]);
    }

    #[test]
    fn attributes_are_read_however_they_are_written() {
        let check = |text: &str, expect: &[(&str, &str)]| {
            let Some(XmlPiece::Open(tag)) = XmlTokens::new(text).next().map(|it| it.piece) else {
                panic!("{text}")
            };
            let found: Vec<_> =
                tag.attributes().map(|(name, value)| (name, value.into_owned())).collect();
            let expect: Vec<_> = expect.iter().map(|it| (it.0, it.1.to_owned())).collect();
            assert_eq!(found, expect, "{text}");
        };
        check(
            "<a b='c' d = \"e&amp;f&g=h\" i=j k/>",
            &[("b", "c"), ("d", "e&f&g=h"), ("i", "j"), ("k", "")],
        );
        check("<a b='c' b='d'>", &[("b", "c"), ("b", "d")]);
        check("<a b='c>", &[("b", "c")]);
    }

    proptest! {
        #[test]
        fn the_tokens_of_any_text_are_its_own_in_order_and_each_turn_takes_a_byte(
            text in "(<|</|<!|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|\\?>|>|&|;|\"|'|=|[a-c ]|[^a]){0,80}",
        ) {
            let mut end = 0;
            let (mut count, mut length) = (0, 0);
            for token in XmlTokens::new(&text) {
                prop_assert!(end <= token.range.start && token.range.start < token.range.end);
                end = token.range.end;
                count += 1;
                length += token.range.len();
                if let XmlPiece::Open(tag) = token.piece {
                    let named: usize = tag.attributes().map(|it| it.0.len().max(1)).sum();
                    prop_assert!(named <= tag.attributes.len());
                }
            }
            prop_assert!(end <= text.len() && length <= text.len() && count <= text.len());
        }
    }
}
