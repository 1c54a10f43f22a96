//! How a tree grows. Nodes are written in document order, which is all that a well-made page needs. Where one has to be put
//! elsewhere, the nodes are linked to each other from there on, and brought into order at the end.
//!
//! It knows nothing of HTML: what belongs where is for the parsers to say.

use super::tree::{Attr, Attrs, Document, NONE, Node, Span, Tagged, What, short};

/// A tree that is being built. Nodes are named by numbers that stay the same until it is finished.
pub(super) struct Builder<'t> {
    document: Document<'t>,
    /// As long as the nodes, once they are linked.
    links: Vec<NodeLinks>,
    is_linked: bool,
    /// An element was left open while the one around it was closed.
    is_loose: bool,
}

#[derive(Clone, Copy)]
struct NodeLinks {
    first: u32,
    last: u32,
    before: u32,
    after: u32,
}

impl NodeLinks {
    const NONE: Self = Self { first: NONE, last: NONE, before: NONE, after: NONE };
}

impl<'t> Builder<'t> {
    /// Nothing yet, with room for this many nodes.
    pub(super) fn new(page: &'t str, nodes: usize) -> Self {
        let document = Document::empty(page, nodes);
        Self { document, links: Vec::new(), is_linked: false, is_loose: false }
    }

    // Texts and attributes.

    /// Keep a text that does not stand in the page.
    pub(super) fn keep(&mut self, text: &str) -> Span {
        self.document.keep(text)
    }

    pub(super) fn str(&self, span: Span) -> &str {
        self.document.str(span)
    }

    /// The number of attributes so far.
    pub(super) fn attrs_len(&self) -> usize {
        self.document.attrs.len()
    }

    /// The attributes from `first` on.
    pub(super) fn attrs_from(&self, first: usize) -> Attrs {
        Attrs { first: short(first), last: short(self.document.attrs.len()) }
    }

    /// Add an attribute to those of the next element, which begin at `first`; the first of a name counts.
    pub(super) fn push_attr(&mut self, first: usize, name: Span, value: Span) {
        let is_it = |it: &Attr| self.document.are_same(it.name, name);
        if !self.document.attrs[first..].iter().any(is_it) {
            self.document.attrs.push(Attr { name, value });
        }
    }

    /// Whether two elements have the same attributes, in whatever order.
    pub(super) fn have_same_attrs(&self, one: Attrs, other: Attrs) -> bool {
        let (ours, theirs) = (self.document.attrs_in(one), self.document.attrs_in(other));
        let are_same = |a, b| self.document.are_same(a, b);
        let is_like = |a: &Attr, b: &Attr| are_same(a.name, b.name) && are_same(a.value, b.value);
        one == other
            || ours.len() == theirs.len()
                && ours.iter().all(|it| theirs.iter().any(|its| is_like(it, its)))
    }

    /// Give an element those attributes that it lacks. Returns how many were compared, and kept once more.
    pub(super) fn add_attrs(&mut self, at: u32, more: Attrs) -> u64 {
        let What::Element(tagged) = self.document.nodes[at as usize].what else { return 0 };
        let count = u64::from(tagged.attrs.last - tagged.attrs.first);
        let added = u64::from(more.last - more.first);
        let first = self.attrs_len();
        for run in [tagged.attrs, more] {
            for attr in run.first..run.last {
                let Attr { name, value } = self.document.attrs[attr as usize];
                self.push_attr(first, name, value);
            }
        }
        let attrs = self.attrs_from(first);
        self.document.nodes[at as usize].what = What::Element(Tagged { attrs, ..tagged });
        (count + added) * (count + added)
    }

    // Growing at the end.

    /// Begin an element as the last child of another, or as the root. Unless nodes are linked, it has to be closed before what
    /// is around it is.
    pub(super) fn open(&mut self, parent: Option<u32>, tagged: Tagged) -> u32 {
        let at = self.push(parent.unwrap_or(NONE), What::Element(tagged));
        if self.is_linked
            && let Some(parent) = parent
        {
            self.append(parent, at);
        }
        at
    }

    pub(super) fn close(&mut self, at: u32) {
        self.document.nodes[at as usize].end = short(self.document.nodes.len());
    }

    /// Note that an element is not closed where it should be: it ends where the last inside it does.
    pub(super) fn loosen(&mut self) {
        self.is_loose = true;
    }

    /// Add a text as the last child of an element.
    pub(super) fn push_text(&mut self, parent: u32, text: Span) -> u32 {
        let at = self.push(parent, What::Text(text));
        self.close(at);
        if self.is_linked {
            self.append(parent, at);
        }
        at
    }

    /// Write a text on into the one before it.
    pub(super) fn join_text(&mut self, at: u32, more: Span) {
        let What::Text(known) = self.document.nodes[at as usize].what else { return };
        self.document.nodes[at as usize].what = What::Text(self.document.joined(known, more));
    }

    fn push(&mut self, parent: u32, what: What) -> u32 {
        let at = short(self.document.nodes.len());
        self.document.nodes.push(Node { parent, end: NONE, what });
        if self.is_linked {
            self.links.push(NodeLinks::NONE);
        }
        at
    }

    // Growing anywhere.

    pub(super) fn is_linked(&self) -> bool {
        self.is_linked
    }

    /// Link the nodes, so that others can be put between them.
    pub(super) fn link(&mut self) {
        if self.is_linked {
            return;
        }
        self.is_linked = true;
        self.links = vec![NodeLinks::NONE; self.document.nodes.len()];
        for at in 0..self.document.nodes.len() {
            let parent = self.document.nodes[at].parent;
            if parent != NONE {
                self.append(parent, short(at));
            }
        }
    }

    /// An element that has no place yet.
    pub(super) fn orphan(&mut self, tagged: Tagged) -> u32 {
        self.push(NONE, What::Element(tagged))
    }

    /// A text that has no place yet.
    pub(super) fn orphan_text(&mut self, text: Span) -> u32 {
        self.push(NONE, What::Text(text))
    }

    /// A comment that has no place yet.
    pub(super) fn orphan_comment(&mut self) -> u32 {
        self.push(NONE, What::Comment)
    }

    /// Put a node that has no place at the end of an element.
    pub(super) fn append(&mut self, parent: u32, child: u32) {
        self.document.nodes[child as usize].parent = parent;
        let last = self.links[parent as usize].last;
        self.links[parent as usize].last = child;
        self.links[child as usize].before = last;
        self.links[child as usize].after = NONE;
        if last == NONE {
            self.links[parent as usize].first = child;
        } else {
            self.links[last as usize].after = child;
        }
    }

    /// Put a node that has no place before one that has.
    pub(super) fn insert_before(&mut self, sibling: u32, child: u32) {
        let parent = self.document.nodes[sibling as usize].parent;
        self.document.nodes[child as usize].parent = parent;
        let before = self.links[sibling as usize].before;
        self.links[child as usize].before = before;
        self.links[child as usize].after = sibling;
        self.links[sibling as usize].before = child;
        if before != NONE {
            self.links[before as usize].after = child;
        } else if parent != NONE {
            self.links[parent as usize].first = child;
        }
    }

    /// Take a node with everything in it from its place.
    pub(super) fn detach(&mut self, at: u32) {
        let parent = std::mem::replace(&mut self.document.nodes[at as usize].parent, NONE);
        if parent == NONE {
            return;
        }
        let NodeLinks { before, after, .. } = self.links[at as usize];
        match before {
            NONE => self.links[parent as usize].first = after,
            _ => self.links[before as usize].after = after,
        }
        match after {
            NONE => self.links[parent as usize].last = before,
            _ => self.links[after as usize].before = before,
        }
        self.links[at as usize] = NodeLinks { before: NONE, after: NONE, ..self.links[at as usize] };
    }

    /// Move everything in one element to the end of another. Returns how much that was.
    pub(super) fn move_children(&mut self, from: u32, to: u32) -> u64 {
        let mut moved = 0;
        while let Some(child) = Some(self.links[from as usize].first).filter(|it| *it != NONE) {
            self.detach(child);
            self.append(to, child);
            moved += 1;
        }
        moved
    }

    /// Returns the element that a node is in.
    pub(super) fn parent(&self, at: u32) -> Option<u32> {
        Some(self.document.nodes[at as usize].parent).filter(|it| *it != NONE)
    }

    /// Returns the first element in another.
    pub(super) fn first_element(&self, parent: u32) -> Option<u32> {
        let is_element = |at: &u32| {
            let node = self.document.nodes.get(*at as usize);
            node.is_some_and(|it| matches!(it.what, What::Element(_)))
        };
        let after = |at: &u32| Some(self.links.get(*at as usize)?.after);
        std::iter::successors(Some(self.links[parent as usize].first), after).find(is_element)
    }

    /// Returns the last child of an element if it is a text.
    pub(super) fn last_text(&self, parent: u32) -> Option<u32> {
        self.text_at(self.links[parent as usize].last)
    }

    /// Returns what is directly before a node if it is a text.
    pub(super) fn text_before(&self, sibling: u32) -> Option<u32> {
        self.text_at(self.links[sibling as usize].before)
    }

    fn text_at(&self, at: u32) -> Option<u32> {
        let node = self.document.nodes.get(at as usize)?;
        matches!(node.what, What::Text(_)).then_some(at)
    }

    // The end.

    /// The finished tree, whose root is the node of this number.
    pub(super) fn finish(mut self, root: u32) -> Document<'t> {
        if self.is_linked {
            self.document.nodes = self.in_order(root);
        } else if self.is_loose {
            self.tighten();
        }
        self.document
    }

    /// The end of every element from those inside it.
    fn tighten(&mut self) {
        for at in (0..self.document.nodes.len()).rev() {
            let Node { parent, end, .. } = self.document.nodes[at];
            let end = if end == NONE { short(at) + 1 } else { end };
            self.document.nodes[at].end = end;
            if let Some(around) = self.document.nodes.get_mut(parent as usize)
                && (around.end == NONE || around.end < end)
            {
                around.end = end;
            }
        }
    }

    /// The nodes in document order, comments and what has no place left out.
    fn in_order(&self, root: u32) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::with_capacity(self.document.nodes.len());
        // The elements that are open: their old numbers and their new ones.
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut at = root;
        loop {
            let new = short(nodes.len());
            let what = self.document.nodes[at as usize].what;
            if !matches!(what, What::Comment) {
                let parent = open.last().map_or(NONE, |it| it.1);
                nodes.push(Node { parent, end: new + 1, what });
            }
            let first = self.links[at as usize].first;
            if first != NONE {
                open.push((at, new));
                at = first;
                continue;
            }
            // Up to where something comes after.
            let mut after = self.links[at as usize].after;
            while after == NONE || open.is_empty() {
                let Some((closed, new)) = open.pop() else { return nodes };
                nodes[new as usize].end = short(nodes.len());
                after = self.links[closed as usize].after;
            }
            at = after;
        }
    }
}
