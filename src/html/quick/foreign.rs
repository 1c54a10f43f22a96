//! Drawings and formulas (HTML, section 13.2.6.5), which are no HTML but may have some in them.

use super::parser::{Doubt, EndTag, Parser, Start, Sure};
use crate::html::names::{ends_foreign, with_capitals};
use crate::html::{names::Kind, token::TagToken, tree::Span};

impl Parser<'_> {
    /// Whether a tag in an element of a drawing or formula is read by their rules.
    pub(super) fn is_foreign_tag(top: Kind, tag: &TagToken, name: &str) -> bool {
        match top {
            Kind::Label => tag.is_end,
            Kind::Symbol => tag.is_end || matches!(name, "mglyph" | "malignmark"),
            _ => true,
        }
    }

    pub(super) fn foreign(&mut self, tag: &TagToken, name: &str) -> Sure {
        let ends = ends_foreign(name) || (name == "font" && !tag.is_end && self.has_font_attrs());
        if ends && (!tag.is_end || matches!(name, "br" | "p")) {
            self.pop_until_in(|it| !matches!(it, Kind::Drawn | Kind::Formula));
        } else if !tag.is_end {
            return self.start_foreign(tag, name);
        } else if self.end_foreign(name) {
            return Ok(());
        }
        let kind = Kind::of(name);
        if tag.is_end {
            return self.end(EndTag { kind, name });
        }
        let span = self.span_of(name, &tag.name, tag.is_lower);
        self.start(&Start { kind, span, name, is_self_closing: tag.is_self_closing })
    }

    fn has_font_attrs(&self) -> bool {
        let is_it =
            |name: &str| ["color", "face", "size"].iter().any(|it| it.eq_ignore_ascii_case(name));
        self.tokens.attrs.iter().any(|it| is_it(&self.page[it.name.clone()]))
    }

    fn start_foreign(&mut self, tag: &TagToken, name: &str) -> Sure {
        let is_drawn = matches!(self.top(), Kind::Drawn | Kind::Label);
        let capitals = if is_drawn { with_capitals(name) } else { None };
        let span = match capitals {
            Some(known) if self.page[tag.name.clone()] == *known => {
                Span::of_page(tag.name.start, tag.name.end)
            }
            Some(known) => self.tree.keep(known),
            None => self.span_of(name, &tag.name, tag.is_lower),
        };
        let kind = match (is_drawn, name) {
            (true, "title" | "desc" | "foreignobject") => Kind::Label,
            (true, _) => Kind::Drawn,
            (false, "mi" | "mo" | "mn" | "ms" | "mtext") => Kind::Symbol,
            (false, "annotation-xml") => return Err(Doubt::Element),
            (false, _) => Kind::Formula,
        };
        self.insert_foreign(&Start { kind, span, name, is_self_closing: tag.is_self_closing })
    }

    /// Begin an element of a drawing or formula of the last tag.
    pub(super) fn insert_foreign(&mut self, tag: &Start<'_>) -> Sure {
        let attrs = self.attrs(tag.kind);
        if tag.is_self_closing {
            self.place_void(tag.kind, tag.span, attrs);
        } else {
            self.push(tag.kind, tag.span, attrs)?;
        }
        Ok(())
    }

    /// End an element of a drawing or formula. Returns whether it was one: an end tag of HTML around it is read by other rules.
    fn end_foreign(&mut self, name: &str) -> bool {
        for depth in (1..self.open.len()).rev() {
            let open = self.open[depth];
            if !open.kind.is_foreign() {
                return false;
            }
            if self.tree.str(open.name).eq_ignore_ascii_case(name) {
                self.pop_to(depth);
                return true;
            }
        }
        true
    }
}
