//! A page as a tree: nodes in document order in one array, their texts as places in the page.
//!
//! Everything inside an element stands behind it and before its end, so that a walk is a run over the array.

use std::ops::Range;

/// No node.
pub(super) const NONE: u32 = u32::MAX;
/// Set in a span's start: it is a place in the text beside the page.
const BESIDE: u32 = 1 << 31;

/// A parsed page. Parsing never fails: any bytes are some page.
pub struct Document<'t> {
    page: &'t str,
    /// What does not stand in the page as it is: entities resolved, names in lower case.
    beside: String,
    pub(super) nodes: Vec<Node>,
    pub(super) attrs: Vec<Attr>,
    is_slow: bool,
    is_cut: bool,
}

/// An element of a page.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) at: u32,
}

/// What stands inside an element.
pub enum Child<'d> {
    /// Another element.
    Element(Element<'d>),
    /// Text, entities resolved, white space as written.
    Text(&'d str),
}

/// One step of a walk over a page, however deep.
pub enum Step<'d> {
    /// An element begins.
    Open(Element<'d>),
    /// It ends.
    Close(Element<'d>),
    /// Text, entities resolved, white space as written.
    Text(&'d str),
}

/// A place in the page, or in the text beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    len: u32,
}

pub(super) struct Node {
    pub(super) parent: u32,
    /// Behind everything inside it.
    pub(super) end: u32,
    pub(super) what: What,
}

#[derive(Clone, Copy)]
pub(super) enum What {
    Element(Tagged),
    Text(Span),
    /// It parts texts while the tree grows, and is left out of it in the end.
    Comment,
}

/// What a tag says of its element.
#[derive(Clone, Copy)]
pub(super) struct Tagged {
    pub(super) name: Span,
    pub(super) attrs: Attrs,
    /// It is not of a drawing or formula.
    pub(super) is_html: bool,
}

/// The attributes of an element, as a run of those of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Attrs {
    pub(super) first: u32,
    pub(super) last: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Attr {
    pub(super) name: Span,
    pub(super) value: Span,
}

impl Span {
    pub(super) fn of_page(start: usize, end: usize) -> Self {
        Self { start: short(start), len: short(end - start) }
    }
}

/// Pages are far below two gigabytes.
pub(super) fn short(number: usize) -> u32 {
    u32::try_from(number).ok().filter(|it| *it < BESIDE).expect("a page is smaller than 2 GB")
}

impl<'t> Document<'t> {
    /// Nothing yet, with room for this many nodes.
    pub(super) fn empty(page: &'t str, nodes: usize) -> Self {
        let attrs = Vec::with_capacity(nodes / 2);
        Self {
            page,
            beside: String::new(),
            nodes: Vec::with_capacity(nodes),
            attrs,
            is_slow: false,
            is_cut: false,
        }
    }

    /// Keep a text that does not stand in the page.
    pub(super) fn keep(&mut self, text: &str) -> Span {
        let start = self.beside.len();
        self.beside.push_str(text);
        Span { start: short(start) | BESIDE, len: short(text.len()) }
    }

    #[inline]
    pub(super) fn str(&self, span: Span) -> &str {
        let (text, start) = match span.start & BESIDE {
            0 => (self.page, span.start),
            _ => (self.beside.as_str(), span.start & !BESIDE),
        };
        &text[start as usize..(start + span.len) as usize]
    }

    /// Whether two texts are the same.
    pub(super) fn are_same(&self, one: Span, other: Span) -> bool {
        // Lengths first: nearly always they differ.
        one.len == other.len && self.str(one) == self.str(other)
    }

    /// Returns one text made of two. A text may be joined of very many: it moves beside the page once, and is written on there.
    pub(super) fn joined(&mut self, known: Span, more: Span) -> Span {
        if known.start + known.len == more.start {
            return Span { len: known.len + more.len, ..known };
        }
        let more = self.str(more).to_owned();
        let is_last = known.start + known.len == short(self.beside.len()) | BESIDE;
        let known = if is_last {
            known
        } else {
            let known = self.str(known).to_owned();
            self.keep(&known)
        };
        Span { len: known.len + self.keep(&more).len, ..known }
    }

    #[inline]
    pub(super) fn attrs_in(&self, attrs: Attrs) -> &[Attr] {
        &self.attrs[attrs.first as usize..attrs.last as usize]
    }

    /// The same tree, marked as parsed slowly.
    pub(super) fn slow(self) -> Self {
        Self { is_slow: true, ..self }
    }

    /// The same tree, marked as that of the beginning of its page.
    pub(super) fn cut(self) -> Self {
        Self { is_cut: true, ..self }
    }

    /// How much does not stand in the page.
    #[cfg(test)]
    pub(super) fn beside_len(&self) -> usize {
        self.beside.len()
    }

    /// The `html` element.
    pub fn root(&self) -> Element<'_> {
        Element { document: self, at: 0 }
    }

    /// Whether another has the same elements, attributes and texts.
    pub(super) fn is_like(&self, other: &Document<'_>) -> bool {
        let are_alike = |(a, b): (Step<'_>, Step<'_>)| match (a, b) {
            (Step::Open(a), Step::Open(b)) => {
                a.name() == b.name()
                    && a.is_html() == b.is_html()
                    && a.attrs().count() == b.attrs().count()
                    && a.attrs().all(|it| b.attr(it.0) == Some(it.1))
            }
            (Step::Close(_), Step::Close(_)) => true,
            (Step::Text(a), Step::Text(b)) => a == b,
            _ => false,
        };
        self.nodes.len() == other.nodes.len()
            && self.root().walk().zip(other.root().walk()).all(are_alike)
    }

    /// Whether it was parsed slowly, because the quick parser was in doubt.
    pub fn is_slow(&self) -> bool {
        self.is_slow
    }

    /// Whether its page would have cost too much, and is only read up to some place.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && std::ptr::eq(self.document, other.document)
    }
}

impl Eq for Element<'_> {}

impl<'d> Element<'d> {
    #[inline]
    pub(super) fn node(self) -> &'d Node {
        &self.document.nodes[self.at as usize]
    }

    #[inline]
    pub(super) fn of(document: &'d Document<'d>, at: u32) -> Option<Self> {
        let node = document.nodes.get(at as usize)?;
        matches!(node.what, What::Element(_)).then_some(Self { document, at })
    }

    /// Its name, lower case.
    #[inline]
    pub fn name(self) -> &'d str {
        match self.node().what {
            What::Element(Tagged { name, .. }) => self.document.str(name),
            What::Text(_) | What::Comment => "",
        }
    }

    /// What tells it from every other element.
    pub(super) fn identity(self) -> &'d impl Sized {
        self.node()
    }

    /// Its place among the nodes of its page.
    #[inline]
    pub(super) fn node_number(self) -> usize {
        self.at as usize
    }

    /// Whether it is one of HTML, not of a drawing.
    #[inline]
    pub(super) fn is_html(self) -> bool {
        matches!(self.node().what, What::Element(Tagged { is_html: true, .. }))
    }

    #[inline]
    fn written_attrs(self) -> &'d [Attr] {
        match self.node().what {
            What::Element(Tagged { attrs, .. }) => self.document.attrs_in(attrs),
            What::Text(_) | What::Comment => &[],
        }
    }

    /// Names and values of its attributes, entities resolved.
    #[inline]
    pub(super) fn attrs(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let document = self.document;
        self.written_attrs().iter().map(move |it| (document.str(it.name), document.str(it.value)))
    }

    /// An attribute, entities resolved.
    #[inline]
    pub fn attr(self, name: &str) -> Option<&'d str> {
        // Lengths first: nearly always they differ.
        let is_it =
            |it: &&Attr| it.name.len as usize == name.len() && self.document.str(it.name) == name;
        self.written_attrs().iter().find(is_it).map(|it| self.document.str(it.value))
    }

    fn nodes_inside(self) -> impl Iterator<Item = (u32, &'d Node)> {
        let (first, end) = (self.at + 1, self.node().end);
        (first..end).zip(&self.document.nodes[first as usize..end as usize])
    }

    /// Returns what is directly inside, in order; comments are left out.
    pub fn children(self) -> impl Iterator<Item = Child<'d>> {
        let document = self.document;
        let end = self.node().end;
        let first = Some(self.at + 1).filter(|it| *it < end);
        let next = move |at: &u32| Some(document.nodes[*at as usize].end).filter(|it| *it < end);
        let child = move |at: u32| match document.nodes[at as usize].what {
            What::Element(_) => Some(Child::Element(Element { document, at })),
            What::Text(text) => Some(Child::Text(document.str(text))),
            What::Comment => None,
        };
        std::iter::successors(first, next).filter_map(child)
    }

    /// Returns the text inside, if there is nothing else.
    pub fn only_text(self) -> Option<&'d str> {
        let first = self.document.nodes.get(self.at as usize + 1)?;
        match first.what {
            What::Text(text) if self.at + 2 == self.node().end => Some(self.document.str(text)),
            _ => None,
        }
    }

    /// The elements directly inside.
    pub fn elements(self) -> impl Iterator<Item = Element<'d>> {
        self.children().filter_map(|it| match it {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// Returns every element inside, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Element<'d>> {
        let document = self.document;
        let is_element = |it: &(u32, &Node)| matches!(it.1.what, What::Element(_));
        self.nodes_inside().filter(is_element).map(move |it| Element { document, at: it.0 })
    }

    /// Returns the numbers of its node and of those inside.
    pub(super) fn nodes(self) -> Range<u32> {
        self.at..self.node().end
    }

    /// Whether another stands in it, however deep.
    pub fn holds(self, other: Self) -> bool {
        self.at < other.at && other.at < self.node().end
    }

    /// The elements around it, nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Element<'d>> {
        std::iter::successors(self.parent(), |it| it.parent())
    }

    pub(super) fn parent(self) -> Option<Self> {
        Self::of(self.document, self.node().parent)
    }

    /// Returns everything inside in document order, without recursion: broken pages nest without bound.
    pub fn walk(self) -> impl Iterator<Item = Step<'d>> {
        let document = self.document;
        let end = self.node().end;
        // The elements that are open, and the node that comes next.
        let mut open: Vec<u32> = vec![self.at];
        let mut at = self.at + 1;
        let mut is_begun = false;
        std::iter::from_fn(move || {
            if !is_begun {
                is_begun = true;
                return Some(Step::Open(self));
            }
            let inner = *open.last()?;
            if document.nodes[inner as usize].end <= at || end <= at {
                open.pop();
                return Some(Step::Close(Element { document, at: inner }));
            }
            let node = at;
            at += 1;
            Some(match document.nodes[node as usize].what {
                What::Text(text) => Step::Text(document.str(text)),
                What::Comment => Step::Text(""),
                What::Element(_) => {
                    open.push(node);
                    Step::Open(Element { document, at: node })
                }
            })
        })
    }

    /// All text inside, as written; that of a script or style only if it is one.
    pub fn text(self) -> String {
        self.texts().collect()
    }

    /// Whether all text inside is shorter than this many bytes. Looks no further than it must.
    pub fn has_less_text_than(self, bytes: usize) -> bool {
        let mut rest = bytes;
        let is_longer = |text: &str| {
            rest = rest.saturating_sub(text.len());
            rest == 0
        };
        !self.texts().any(is_longer) && 0 < bytes
    }

    fn texts(self) -> impl Iterator<Item = &'d str> {
        let Self { document, at } = self;
        let is_hidden = move |parent: u32| {
            let around = Element { document, at: parent };
            parent != at && matches!(around.name(), "script" | "style")
        };
        self.nodes_inside().filter_map(move |(_, node)| match node.what {
            What::Text(text) if !is_hidden(node.parent) => Some(document.str(text)),
            What::Text(_) | What::Element(_) | What::Comment => None,
        })
    }
}
