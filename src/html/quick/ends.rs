//! End tags in the body (HTML, section 13.2.6.4.7): what they end, and what ends without one.

use super::parser::{EndTag, Mode, Next, Parser, Sure};
use crate::html::names::Kind;

impl Parser<'_> {
    pub(super) fn end_in_body(&mut self, tag: EndTag<'_>) -> Sure {
        let EndTag { kind, name } = tag;
        match kind {
            Kind::A | Kind::Formatting | Kind::Nobr => self.end_formatting(kind, name),
            Kind::Block
            | Kind::List
            | Kind::Through
            | Kind::Plain
            | Kind::Pre
            | Kind::Button
            | Kind::Select
            | Kind::Term => self.end_scoped(tag, Kind::bounds_scope),
            Kind::Li => self.end_scoped(tag, Kind::bounds_items),
            Kind::P => {
                if self.top() == Kind::P {
                    self.pop_ended();
                } else {
                    self.end_missing_paragraph();
                }
            }
            Kind::Heading => {
                if let Some(depth) = self.in_scope(Kind::Heading, Kind::bounds_scope) {
                    self.pop_to(depth);
                }
            }
            Kind::Object => {
                if let Some(depth) = self.named_in_scope(kind, name, Kind::bounds_scope) {
                    self.pop_to(depth);
                    self.clear_to_mark();
                }
            }
            Kind::Form => self.end_form(),
            Kind::Template => self.end_template(),
            // What follows is of the body all the same.
            Kind::Body | Kind::Html => {
                if self.in_scope(Kind::Body, Kind::bounds_scope).is_some() {
                    self.mode = Mode::AfterBody;
                }
            }
            Kind::Void if name == "br" => self.line_break()?,
            _ => self.end_other(kind, name),
        }
        Ok(())
    }

    /// End the innermost element of a name that is in scope, and what is open in it.
    fn end_scoped(&mut self, tag: EndTag<'_>, is_bound: impl Fn(Kind) -> bool) {
        // Nearly always it is the innermost.
        if self.open.last().is_some_and(|it| self.is_named(it, tag.kind, tag.name)) {
            return self.pop_ended();
        }
        if let Some(depth) = self.named_in_scope(tag.kind, tag.name, is_bound) {
            self.pop_to(depth);
        }
    }

    /// End an element that means nothing to the parser, unless one that does is between.
    pub(super) fn end_other(&mut self, kind: Kind, name: &str) {
        for depth in (0..self.open.len()).rev() {
            if self.is_named(&self.open[depth], kind, name) {
                return self.pop_to(depth);
            }
            if self.open[depth].kind.is_special() {
                return;
            }
        }
    }

    /// A paragraph that is ended without being open is an empty one.
    fn end_missing_paragraph(&mut self) {
        if self.has_paragraph_in_scope() {
            return self.end_paragraph();
        }
        let name = self.tree.keep("p");
        let attrs = self.no_attrs();
        self.place_void(Kind::P, name, attrs);
    }

    fn end_form(&mut self) {
        if self.counts.templates != 0 {
            if let Some(depth) = self.in_scope(Kind::Form, Kind::bounds_scope) {
                self.pop_to(depth);
            }
            return;
        }
        let Some(form) = self.form.take() else { return };
        let Some(depth) = self.open.iter().rposition(|it| it.at == form) else { return };
        if self.open[depth..].iter().any(|it| it.kind.bounds_scope()) {
            return;
        }
        self.pop_implied();
        self.remove_open(depth);
    }

    pub(super) fn has_paragraph_in_scope(&self) -> bool {
        self.counts.paragraphs != 0 && self.in_scope(Kind::P, Kind::bounds_paragraphs).is_some()
    }

    /// A block ends the paragraph it would stand in.
    pub(super) fn end_paragraph(&mut self) {
        if self.counts.paragraphs == 0 {
            return;
        }
        if self.top() == Kind::P {
            return self.pop();
        }
        if let Some(depth) = self.in_scope(Kind::P, Kind::bounds_paragraphs) {
            self.pop_to(depth);
        }
    }

    /// An item ends the one before it.
    pub(super) fn end_item(&mut self, kind: Kind) {
        for depth in (0..self.open.len()).rev() {
            let it = self.open[depth].kind;
            if it == kind {
                return self.pop_to(depth);
            }
            if it.is_special() && !matches!(it, Kind::Through | Kind::P) {
                return;
            }
        }
    }

    /// End something by the rules for bodies where only parts of tables should be.
    pub(super) fn end_fostered(&mut self, tag: EndTag<'_>) -> Sure<Next> {
        self.fosters = true;
        self.end_in_body(tag)?;
        self.fosters = false;
        Ok(Next::Done)
    }
}
