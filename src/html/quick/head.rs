//! What comes before the body (HTML, sections 13.2.6.4.1 to 13.2.6.4.6), and what belongs into the head wherever it is written.

use std::ops::Range;

use super::parser::{Doubt, EndTag, Mode, Next, Open, Parser, Quirks, Start, Sure, is_space};
use crate::html::{names::Kind, token::Token};

/// Attributes are added to a page's `html` and `body` once or twice, unless somebody wants the parser to be slow.
const ADDITIONS_MAX: usize = 16;

/// Identifiers of documents whose tables end a paragraph, in lower case. With another, an old browser's mistake may be asked for.
const STANDARD: [&str; 4] = [
    "-//w3c//dtd xhtml 1.0 ",
    "-//w3c//dtd xhtml 1.1//",
    "-//w3c//dtd xhtml+rdfa ",
    "-//w3c//dtd html 4.01//",
];

impl Parser<'_> {
    pub(super) fn doctype(&mut self, range: Range<usize>) {
        self.drops_line = false;
        if self.mode == Mode::Initial {
            self.mode = Mode::BeforeHtml;
            self.quirks = quirks(&self.page[range]);
        }
    }

    pub(super) fn start_before_body(&mut self, tag: &Start<'_>) -> Sure<Next> {
        match (self.mode, tag.kind) {
            (Mode::BeforeHtml, Kind::Html) => {
                self.mode = Mode::BeforeHead;
                self.insert(tag)?;
            }
            (Mode::BeforeHead | Mode::InHead | Mode::AfterHead, Kind::Html) => {
                self.add_to(Kind::Html)?;
            }
            (Mode::BeforeHead, Kind::Head) => {
                self.mode = Mode::InHead;
                self.head = Some(self.insert(tag)?);
            }
            (Mode::InHead | Mode::AfterHead, Kind::Head) => {}
            (
                Mode::InHead,
                Kind::Meta
                | Kind::Title
                | Kind::Script
                | Kind::Style
                | Kind::Noframes
                | Kind::Noscript
                | Kind::Template,
            ) => self.start_in_head(tag)?,
            (
                Mode::AfterHead,
                Kind::Meta | Kind::Title | Kind::Script | Kind::Style | Kind::Noframes | Kind::Template,
            ) => self.start_in_closed_head(tag)?,
            (Mode::AfterHead, Kind::Body) => {
                self.mode = Mode::InBody;
                self.insert(tag)?;
            }
            _ => {
                self.go_on()?;
                return Ok(Next::Again);
            }
        }
        Ok(Next::Done)
    }

    pub(super) fn end_before_body(&mut self, tag: EndTag<'_>) -> Sure<Next> {
        let is_next = matches!(tag.kind, Kind::Head | Kind::Body | Kind::Html) || tag.name == "br";
        match self.mode {
            Mode::Initial => {
                self.go_on()?;
                return Ok(Next::Again);
            }
            Mode::InHead if tag.kind == Kind::Head => {
                self.pop();
                self.mode = Mode::AfterHead;
            }
            Mode::AfterHead if tag.kind == Kind::Head => {}
            _ if is_next => {
                self.go_on()?;
                return Ok(Next::Again);
            }
            // Nothing that it could end.
            _ => {}
        }
        Ok(Next::Done)
    }

    /// Go on to the next mode with what has to be there for it.
    fn go_on(&mut self) -> Sure {
        self.mode = match self.mode {
            Mode::Initial => Mode::BeforeHtml,
            Mode::BeforeHtml => {
                self.imply(Kind::Html, "html")?;
                Mode::BeforeHead
            }
            Mode::BeforeHead => {
                self.head = Some(self.imply(Kind::Head, "head")?);
                Mode::InHead
            }
            Mode::InHead => {
                self.pop();
                Mode::AfterHead
            }
            Mode::AfterHead => {
                self.imply(Kind::Body, "body")?;
                Mode::InBody
            }
            later => later,
        };
        Ok(())
    }

    /// Go on until there is a body.
    pub(super) fn reach_body(&mut self) -> Sure {
        while self.mode <= Mode::AfterHead {
            self.go_on()?;
        }
        Ok(())
    }

    /// Text before the body: space may belong there, anything else begins the body.
    pub(super) fn text_before_body(&mut self, range: Range<usize>) -> Sure {
        let text = &self.page[range.clone()];
        let rest = text.trim_start_matches(is_space);
        let start = range.end - rest.len();
        if rest.starts_with('&') && htmlize::unescape(rest).starts_with(is_space) {
            return Err(Doubt::Space);
        }
        if Mode::BeforeHead < self.mode && range.start < start {
            self.write_text(range.start..start);
        }
        if rest.is_empty() {
            return Ok(());
        }
        self.reach_body()?;
        self.text(start..range.end)
    }

    /// Give an element that is there the attributes of the last tag, where it lacks them.
    pub(super) fn add_to(&mut self, kind: Kind) -> Sure {
        self.additions += 1;
        if ADDITIONS_MAX < self.additions {
            return Err(Doubt::Additions);
        }
        let place = usize::from(kind == Kind::Body);
        let known = self.open.get(place).filter(|it| it.kind == kind).map(|it| it.at);
        if self.counts.templates == 0
            && let Some(known) = known
        {
            let attrs = self.attrs(kind);
            self.tree.add_attrs(known, attrs);
        }
        Ok(())
    }

    /// What belongs into a head, which is not always open: it is put where it is written.
    pub(super) fn start_in_head(&mut self, tag: &Start<'_>) -> Sure {
        match tag.kind {
            Kind::Meta => {
                self.insert_void(tag);
                Ok(())
            }
            Kind::Template => {
                self.mark();
                self.mode = Mode::InTemplate;
                self.template_modes.push(Mode::InTemplate);
                self.insert(tag).map(|_| ())
            }
            _ => self.raw(tag),
        }
    }

    /// It goes back into the head, which is ended.
    fn start_in_closed_head(&mut self, tag: &Start<'_>) -> Sure {
        let Some(at) = self.head else { return Err(Doubt::Element) };
        self.link();
        let depth = self.open.len();
        self.push_open(Open::again(at, Kind::Head, tag.span));
        self.start_in_head(tag)?;
        self.remove_open(depth);
        Ok(())
    }

    pub(super) fn start_in_template(&mut self, tag: &Start<'_>) -> Sure<Next> {
        self.mode = match tag.kind {
            Kind::Meta | Kind::Title | Kind::Script | Kind::Style | Kind::Noframes | Kind::Template => {
                self.start_in_head(tag)?;
                return Ok(Next::Done);
            }
            Kind::Caption | Kind::ColGroup | Kind::TableSection => Mode::InTable,
            Kind::Col => Mode::InColumnGroup,
            Kind::Row => Mode::InTableBody,
            Kind::Cell => Mode::InRow,
            _ => Mode::InBody,
        };
        self.template_modes.pop();
        self.template_modes.push(self.mode);
        Ok(Next::Again)
    }

    pub(super) fn end_template(&mut self) {
        if let Some(depth) = self.open.iter().rposition(|it| it.kind == Kind::Template) {
            self.pop_to(depth);
            self.clear_to_mark();
            self.template_modes.pop();
            self.mode = self.mode_of_stack();
        }
    }

    /// An element whose inside is text.
    pub(super) fn raw(&mut self, tag: &Start<'_>) -> Sure {
        self.insert(tag)?;
        let mut text = self.tokens.raw_text(tag.name);
        let has_entities = matches!(tag.kind, Kind::Title | Kind::Textarea);
        if tag.kind == Kind::Textarea {
            text.start += self.dropped_line(&text)?;
        }
        if has_entities && !text.is_empty() {
            self.write_text(text);
        } else if !text.is_empty() {
            self.write(super::Span::of_page(text.start, text.end));
        }
        // Its end tag, if the page does not end before it: such a tag has no attributes that count.
        match self.tokens.next() {
            Some(Token::Tag(_)) => {}
            _ if self.tokens.at == self.page.len() => {}
            _ => return Err(Doubt::RawText),
        }
        self.pop();
        Ok(())
    }
}

/// Whether the document type asks for an old browser's mistakes (section 13.2.6.4.1), as far as it is known.
fn quirks(doctype: &str) -> Quirks {
    let text = doctype.trim_end_matches('>').trim_matches(is_space).to_ascii_lowercase();
    if text == "html" {
        return Quirks::No;
    }
    let mut quoted = text.split('"');
    let parts =
        [quoted.next(), quoted.next(), quoted.next(), quoted.next(), quoted.next(), quoted.next()];
    match parts.map(Option::unwrap_or_default) {
        ["html system ", "about:legacy-compat", "", ..] => Quirks::No,
        ["html public ", public, " " | "\n", system, "", ""]
            if STANDARD.iter().any(|it| public.starts_with(it)) && !system.contains("ibmxhtml1") =>
        {
            Quirks::No
        }
        _ => Quirks::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_old_browsers_did_is_asked_for_by_the_document_type() {
        let is_standard = |it: &str| quirks(it) == Quirks::No;
        assert!(is_standard(" html>"));
        assert!(is_standard(" HTML SYSTEM \"about:legacy-compat\">"));
        assert!(is_standard(
            " html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">"
        ));
        assert!(!is_standard(" html PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">"));
        assert!(!is_standard(" html PUBLIC \"-//IETF//DTD HTML//EN\" \"x\">"));
        assert!(!is_standard(">"));
    }
}
