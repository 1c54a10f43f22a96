//! The DOM, wrapped: parsing, walking, class-token matching. Alone in knowing `scraper`.

mod charset;
mod depth;
mod matcher;
mod raw;

pub use charset::{Decoded, decode};
pub use matcher::{BadSelector, Matcher};

use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node};

/// A parsed page. Parsing never fails: any bytes are some page.
pub struct Document(Html);

/// An element of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Element<'d>(ElementRef<'d>);

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

impl Document {
    /// Parse a whole page, the text of its scripts and styles left out. One that is nested without end is cut where it gets too deep: the standard's
    /// algorithm walks the stack of open elements for every tag.
    pub fn parse(text: &str) -> Self {
        let text = raw::without_raw_text(text);
        Self(Html::parse_document(&text[..depth::end_of_sane(&text)]))
    }

    /// The `html` element.
    pub fn root(&self) -> Element<'_> {
        Element(self.0.root_element())
    }
}

/// Text whose entities were escaped once too often, as titles in JSON and feeds are.
pub fn unescape(text: &str) -> String {
    if !text.contains('&') && !text.contains('<') {
        return text.to_owned();
    }
    Element(Html::parse_fragment(text).root_element()).text()
}

impl<'d> Element<'d> {
    /// Its name, lower case.
    pub fn name(self) -> &'d str {
        self.0.value().name()
    }

    /// An attribute, entities resolved.
    pub fn attr(self, name: &str) -> Option<&'d str> {
        // `scraper` interns the name and halves its way to it: dearer than a look at the few there are.
        let mut attrs = self.0.value().attrs.iter();
        attrs.find(|(it, _)| &*it.local == name && it.ns.is_empty()).map(|it| &*it.1)
    }

    /// What stands directly inside, in order; comments left out.
    pub fn children(self) -> impl Iterator<Item = Child<'d>> {
        self.0.children().filter_map(|node| match node.value() {
            Node::Text(text) => Some(Child::Text(&text.text)),
            Node::Element(_) => ElementRef::wrap(node).map(|it| Child::Element(Element(it))),
            _ => None,
        })
    }

    /// The elements directly inside.
    pub fn elements(self) -> impl Iterator<Item = Element<'d>> {
        self.0.child_elements().map(Element)
    }

    /// Every element inside, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Element<'d>> {
        self.0.descendent_elements().skip(1).map(Element)
    }

    /// The elements around it, nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Element<'d>> {
        self.0.ancestors().filter_map(ElementRef::wrap).map(Element)
    }

    /// Everything inside in document order, without recursion: broken pages nest without bound.
    pub fn walk(self) -> impl Iterator<Item = Step<'d>> {
        self.0.traverse().filter_map(|edge| {
            let (node, is_open) = match edge {
                Edge::Open(node) => (node, true),
                Edge::Close(node) => (node, false),
            };
            match node.value() {
                Node::Text(text) => is_open.then_some(Step::Text(&text.text)),
                Node::Element(_) => {
                    let element = Element(ElementRef::wrap(node)?);
                    Some(if is_open { Step::Open(element) } else { Step::Close(element) })
                }
                _ => None,
            }
        })
    }

    /// All text inside, as written; that of a script or style only if it is one.
    pub fn text(self) -> String {
        let is_raw = |it: ego_tree::NodeRef<'_, Node>| {
            it.value().as_element().is_some_and(|it| matches!(it.name(), "script" | "style"))
        };
        let read = |node: ego_tree::NodeRef<'d, Node>| {
            let text = node.value().as_text()?;
            let is_hidden = node.parent().is_some_and(|it| it.id() != self.0.id() && is_raw(it));
            (!is_hidden).then_some(&*text.text)
        };
        self.0.descendants().filter_map(read).collect()
    }
}
