//! The stack of open elements (HTML, section 13.2.4.2): what is opened, where it is put, and what is in scope.

use super::parser::{Doubt, Mode, Open, Parser, Place, Start, Sure};
use crate::html::{
    names::Kind,
    tree::{Attrs, Span, Tagged},
};

/// Deeper pages are looked at by the other parser, which knows where to cut.
const DEPTH_MAX: usize = 400;

impl Parser<'_> {
    pub(super) fn top(&self) -> Kind {
        self.open.last().map_or(Kind::Html, |it| it.kind)
    }

    /// Begin an element of the last tag.
    pub(super) fn insert(&mut self, tag: &Start<'_>) -> Sure<u32> {
        let attrs = self.attrs(tag.kind);
        self.push(tag.kind, tag.span, attrs)
    }

    /// Add an element of the last tag that has no end.
    pub(super) fn insert_void(&mut self, tag: &Start<'_>) -> u32 {
        let attrs = self.attrs(tag.kind);
        self.place_void(tag.kind, tag.span, attrs)
    }

    /// Add an element that nothing is in.
    pub(super) fn place_void(&mut self, kind: Kind, name: Span, attrs: Attrs) -> u32 {
        let at = self.place_element(kind, name, attrs);
        self.tree.close(at);
        self.text = None;
        at
    }

    /// Begin an element that nobody wrote.
    pub(super) fn imply(&mut self, kind: Kind, name: &str) -> Sure<u32> {
        let name = self.tree.keep(name);
        let attrs = self.no_attrs();
        self.push(kind, name, attrs)
    }

    pub(super) fn push(&mut self, kind: Kind, name: Span, attrs: Attrs) -> Sure<u32> {
        if DEPTH_MAX < self.open.len() {
            return Err(Doubt::Depth);
        }
        // Nobody asks for it but of tables.
        let follows_text = kind == Kind::Table
            && self.text.is_some_and(|it| self.open.last().is_some_and(|top| top.at == it.0));
        let at = self.place_element(kind, name, attrs);
        self.push_open(Open { at, name, kind, follows_text });
        Ok(at)
    }

    fn place_element(&mut self, kind: Kind, name: Span, attrs: Attrs) -> u32 {
        let tagged = Tagged { name, attrs, is_html: !kind.is_foreign() };
        let Some(top) = self.open.last().copied() else {
            return self.tree.open(None, tagged);
        };
        match self.place_in(top) {
            Place::In(parent) => self.tree.open(Some(parent), tagged),
            Place::Before(table) => {
                let at = self.tree.orphan(tagged);
                self.tree.insert_before(table, at);
                at
            }
        }
    }

    /// Returns the place of what belongs at the end of an open element (section 13.2.6.1). Parts of tables may not be able to
    /// have it: then it belongs before the table.
    pub(super) fn place_in(&mut self, target: Open) -> Place {
        if !(self.fosters && target.kind.is_table_frame()) {
            return Place::In(target.at);
        }
        self.link();
        let is_bound = |it: &&Open| matches!(it.kind, Kind::Table | Kind::Template);
        match self.open.iter().rev().find(is_bound) {
            Some(open) if open.kind == Kind::Table => Place::Before(open.at),
            Some(open) => Place::In(open.at),
            None => Place::In(self.open.first().map_or(target.at, |it| it.at)),
        }
    }

    /// Link the tree, with comments where they part a text from what may be written there.
    pub(super) fn link(&mut self) {
        if self.tree.is_linked() {
            return;
        }
        self.tree.link();
        for open in &self.open {
            if open.kind == Kind::Table && !open.follows_text {
                let comment = self.tree.orphan_comment();
                self.tree.insert_before(open.at, comment);
            }
        }
        if let Some(top) = self.open.last()
            && self.text.is_none_or(|it| it.0 != top.at)
        {
            let comment = self.tree.orphan_comment();
            self.tree.append(top.at, comment);
        }
    }

    pub(super) fn push_open(&mut self, open: Open) {
        self.count(open.kind, 1);
        self.open.push(open);
        self.text = None;
    }

    /// Put a formatting element on the stack at a depth.
    pub(super) fn insert_open(&mut self, depth: usize, open: Open) {
        self.open.insert(depth, open);
        self.text = None;
    }

    fn count(&mut self, kind: Kind, by: isize) {
        let count = match kind {
            Kind::P => &mut self.counts.paragraphs,
            Kind::Button => &mut self.counts.buttons,
            Kind::Select => &mut self.counts.selects,
            Kind::Ruby => &mut self.counts.rubies,
            Kind::Template => &mut self.counts.templates,
            _ => return,
        };
        *count = count.saturating_add_signed(by);
    }

    pub(super) fn pop(&mut self) {
        if let Some(open) = self.open.last()
            && open.kind.is_reopened()
        {
            self.strand(open.at);
        }
        self.pop_ended();
    }

    /// Pop an element that is not opened again.
    pub(super) fn pop_ended(&mut self) {
        if let Some(open) = self.open.pop() {
            self.tree.close(open.at);
            self.text = None;
            self.count(open.kind, -1);
        }
    }

    pub(super) fn pop_to(&mut self, depth: usize) {
        while depth < self.open.len() {
            self.pop();
        }
    }

    /// Pop until the innermost element is of a kind.
    pub(super) fn pop_until_in(&mut self, is_it: impl Fn(Kind) -> bool) {
        while self.open.last().is_some_and(|it| !is_it(it.kind)) {
            self.pop();
        }
    }

    /// Take an element from the stack that others are open in.
    pub(super) fn remove_open(&mut self, depth: usize) {
        if depth + 1 == self.open.len() {
            return self.pop();
        }
        let open = self.open.remove(depth);
        self.tree.loosen();
        self.count(open.kind, -1);
        if open.kind.is_reopened() {
            self.strand(open.at);
        }
    }

    /// Pop the elements whose end tags are implied.
    pub(super) fn pop_implied(&mut self) {
        self.pop_implied_but(|_| false);
    }

    /// Pop the elements whose end tags are implied, up to one of a kind.
    pub(super) fn pop_implied_but(&mut self, is_kept: impl Fn(Kind) -> bool) {
        while self.open.last().is_some_and(|it| it.kind.is_implied() && !is_kept(it.kind)) {
            self.pop();
        }
    }

    // What is open.

    pub(super) fn is_named(&self, open: &Open, kind: Kind, name: &str) -> bool {
        open.kind == kind && self.tree.str(open.name) == name
    }

    /// Returns the depth of the innermost element of a kind that is in scope.
    pub(super) fn in_scope(&self, kind: Kind, is_bound: impl Fn(Kind) -> bool) -> Option<usize> {
        self.find_open(|it| it.kind == kind, is_bound)
    }

    /// Returns the depth of the innermost element of a name that is in scope.
    pub(super) fn named_in_scope(
        &self,
        kind: Kind,
        name: &str,
        is_bound: impl Fn(Kind) -> bool,
    ) -> Option<usize> {
        self.find_open(|it| self.is_named(it, kind, name), is_bound)
    }

    /// Returns the depth of the innermost element that is so and in scope.
    pub(super) fn find_open(
        &self,
        is_it: impl Fn(&Open) -> bool,
        is_bound: impl Fn(Kind) -> bool,
    ) -> Option<usize> {
        for (depth, open) in self.open.iter().enumerate().rev() {
            if is_it(open) {
                return Some(depth);
            }
            if is_bound(open.kind) {
                return None;
            }
        }
        None
    }

    /// Returns the mode that follows from what is open (section 13.2.4.1).
    pub(super) fn mode_of_stack(&self) -> Mode {
        for (depth, open) in self.open.iter().enumerate().rev() {
            return match open.kind {
                Kind::Cell if depth != 0 => Mode::InCell,
                Kind::Row => Mode::InRow,
                Kind::TableSection => Mode::InTableBody,
                Kind::Caption => Mode::InCaption,
                Kind::ColGroup => Mode::InColumnGroup,
                Kind::Table => Mode::InTable,
                Kind::Template => self.template_modes.last().copied().unwrap_or(Mode::InBody),
                Kind::Head if depth != 0 => Mode::InHead,
                Kind::Body => Mode::InBody,
                Kind::Html if self.head.is_some() => Mode::AfterHead,
                Kind::Html => Mode::BeforeHead,
                _ => continue,
            };
        }
        Mode::InBody
    }
}
