//! The list of active formatting elements (HTML, section 13.2.4.3): `b`, `a` and the like, which are opened again where they
//! were not ended properly, and the "adoption agency algorithm" that ends them (section 13.2.6.4.7).

use super::parser::{Doubt, Entry, Open, Parser, Place, Start, Sure};
use crate::html::{
    names::Kind,
    tree::{Span, Tagged},
};

/// The most formatting elements that may be left without an end; only an attack has more.
const ACTIVE_MAX: usize = 100;

/// How often one end tag may move a block.
const ADOPTIONS_MAX: usize = 8;
/// How many formatting elements around a block are opened again in it.
const REOPENED_MAX: usize = 3;

impl Entry {
    fn is_marker(&self) -> bool {
        self.kind == Kind::Html
    }

    /// What the element of another of its kind has.
    fn tagged(&self) -> Tagged {
        Tagged { name: self.name, attrs: self.attrs, is_html: true }
    }
}

/// Elements that were opened again around a block.
struct Chain {
    /// The outermost of them, or the block.
    outermost: u32,
    /// The innermost, which the successor of the ended element follows in the list; without one it takes the place of that.
    innermost: Option<u32>,
}

impl Parser<'_> {
    /// What is open now is not opened again in the element that follows.
    pub(super) fn mark(&mut self) {
        let (at, name, attrs) = (u32::MAX, Span::of_page(0, 0), self.no_attrs());
        self.active.push(Entry { at, kind: Kind::Html, name, attrs, is_open: true });
    }

    pub(super) fn clear_to_mark(&mut self) {
        while let Some(entry) = self.active.pop() {
            if entry.is_marker() {
                return;
            }
            self.stranded -= usize::from(!entry.is_open);
        }
    }

    /// Note that a formatting element is not open any more.
    pub(super) fn strand(&mut self, at: u32) {
        if let Some(entry) = self.active.iter_mut().rev().find(|it| it.at == at) {
            entry.is_open = false;
            self.stranded += 1;
        }
    }

    fn forget(&mut self, place: usize) {
        let entry = self.active.remove(place);
        self.stranded -= usize::from(!entry.is_open);
    }

    /// Begin a formatting element. Of many that are alike only three are opened again.
    pub(super) fn insert_formatting(&mut self, tag: &Start<'_>) -> Sure {
        let attrs = self.attrs(tag.kind);
        let at = self.push(tag.kind, tag.span, attrs)?;
        let since = self.active.iter().rposition(Entry::is_marker).map_or(0, |it| it + 1);
        if 3 <= self.active.len() - since {
            let is_like = |it: &Entry| {
                self.is_active_named(it, tag.kind, tag.name)
                    && self.tree.have_same_attrs(it.attrs, attrs)
            };
            let mut alike = (since..self.active.len()).filter(|it| is_like(&self.active[*it]));
            if let (Some(first), 2..) = (alike.next(), alike.count()) {
                self.forget(first);
            }
        }
        if ACTIVE_MAX < self.active.len() {
            return Err(Doubt::Formatting);
        }
        self.active.push(Entry { at, kind: tag.kind, name: tag.span, attrs, is_open: true });
        Ok(())
    }

    fn is_active_named(&self, entry: &Entry, kind: Kind, name: &str) -> bool {
        entry.kind == kind && self.tree.str(entry.name) == name
    }

    /// Returns the place of the last formatting element of a name.
    fn active_named(&self, kind: Kind, name: &str) -> Option<usize> {
        let since = self.active.iter().rposition(Entry::is_marker).map_or(0, |it| it + 1);
        let found = self.active[since..].iter().rposition(|it| self.is_active_named(it, kind, name))?;
        Some(since + found)
    }

    fn active_at(&self, at: u32) -> Option<usize> {
        self.active.iter().position(|it| it.at == at)
    }

    /// Open again what was not ended properly.
    pub(super) fn reconstruct(&mut self) -> Sure {
        if self.stranded == 0 { Ok(()) } else { self.reopen() }
    }

    fn reopen(&mut self) -> Sure {
        let first = self.active.iter().rposition(|it| it.is_open).map_or(0, |it| it + 1);
        for place in first..self.active.len() {
            let Entry { kind, name, attrs, .. } = self.active[place];
            let at = self.push(kind, name, attrs)?;
            self.active[place].at = at;
            self.active[place].is_open = true;
            self.stranded -= 1;
        }
        Ok(())
    }

    /// A link ends the one that is open, which may be left open by that.
    pub(super) fn end_link(&mut self) {
        let Some(place) = self.active_named(Kind::A, "a") else { return };
        let at = self.active[place].at;
        self.adopt(Kind::A, "a");
        if let Some(place) = self.active_at(at) {
            self.forget(place);
        }
        if let Some(depth) = self.open.iter().rposition(|it| it.at == at) {
            self.remove_open(depth);
        }
    }

    /// The end tag of a formatting element.
    pub(super) fn end_formatting(&mut self, kind: Kind, name: &str) {
        if let (Some(open), Some(entry)) = (self.open.last(), self.active.last())
            && open.at == entry.at
            && self.is_named(open, kind, name)
        {
            self.active.pop();
            return self.pop_ended();
        }
        self.adopt(kind, name);
    }

    /// The adoption agency algorithm.
    pub(super) fn adopt(&mut self, kind: Kind, name: &str) {
        if let Some(top) = self.open.last()
            && self.is_named(top, kind, name)
            && self.active_at(top.at).is_none()
        {
            return self.pop();
        }
        for _ in 0..ADOPTIONS_MAX {
            let Some(place) = self.active_named(kind, name) else {
                return self.end_other(kind, name);
            };
            let at = self.active[place].at;
            let Some(depth) = self.open.iter().rposition(|it| it.at == at) else {
                return self.forget(place);
            };
            if self.open[depth..].iter().any(|it| it.kind.bounds_scope()) {
                return;
            }
            let Some(block) = self.open[depth..].iter().position(|it| it.kind.is_special()) else {
                self.forget(place);
                return self.pop_to(depth);
            };
            self.adopt_block(place, depth, depth + block);
        }
    }

    /// A formatting element is ended before the block in it is: the block is moved out of it, and a copy of it into the block.
    fn adopt_block(&mut self, place: usize, depth: usize, block: usize) {
        self.link();
        self.text = None;
        let ended = self.active[place];
        let (around, furthest) = (self.open[depth - 1], self.open[block].at);
        let Chain { outermost, innermost } = self.reopen_around(ended.at, block);
        self.tree.detach(outermost);
        match self.place_in(around) {
            Place::In(parent) => self.tree.append(parent, outermost),
            Place::Before(table) => self.tree.insert_before(table, outermost),
        }
        let copy = self.tree.orphan(ended.tagged());
        self.tree.move_children(furthest, copy);
        self.tree.append(furthest, copy);
        let entry = Entry { at: copy, is_open: true, ..ended };
        match innermost {
            None => {
                if let Some(place) = self.active_at(ended.at) {
                    self.active[place] = entry;
                }
            }
            Some(before) => {
                let place = self.active_at(before).map_or(self.active.len(), |it| it + 1);
                self.active.insert(place, entry);
                if let Some(old) = self.active_at(ended.at) {
                    self.active.remove(old);
                }
            }
        }
        self.open.retain(|it| it.at != ended.at);
        let above = self.open.iter().position(|it| it.at == furthest);
        let depth = above.map_or(self.open.len(), |it| it + 1);
        self.insert_open(depth, Open::again(copy, ended.kind, ended.name));
    }

    /// Open the elements between an ended one and a block in it again, around the block.
    fn reopen_around(&mut self, ended: u32, block: usize) -> Chain {
        let furthest = self.open[block].at;
        let mut chain = Chain { outermost: furthest, innermost: None };
        for (inner, depth) in (0..block).rev().enumerate() {
            let at = self.open[depth].at;
            if at == ended {
                break;
            }
            let place = self.active_at(at);
            let Some(place) = place.filter(|_| inner < REOPENED_MAX) else {
                if let Some(place) = place {
                    self.forget(place);
                }
                self.remove_open(depth);
                continue;
            };
            let copy = self.tree.orphan(self.active[place].tagged());
            self.open[depth].at = copy;
            self.active[place].at = copy;
            chain.innermost = chain.innermost.or(Some(copy));
            self.tree.detach(chain.outermost);
            self.tree.append(copy, chain.outermost);
            chain.outermost = copy;
        }
        chain
    }
}
