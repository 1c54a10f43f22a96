//! The parser for any page: the standard's algorithm, by `html5ever` through `scraper`. What the quick one is not sure of is
//! its business, and the quick one is measured by it.

use std::collections::HashMap;

use ego_tree::iter::Edge;
use scraper::{Html, Node};

use super::{
    depth,
    tree::{Document, Span},
};

/// Parse a whole page. One that is nested without end is cut where it gets too deep: the standard's algorithm walks the stack
/// of open elements for every tag.
pub(super) fn parse<'t>(page: &str) -> Document<'t> {
    let html = Html::parse_document(&page[..depth::end_of_sane(page)]);
    copied(&html)
}

/// A piece of a page.
pub(super) fn parse_fragment<'t>(text: &str) -> Document<'t> {
    copied(&Html::parse_fragment(text))
}

/// Copies texts, each once: elements that were reopened share theirs, and there may be any number of those.
#[derive(Default)]
struct Copier(HashMap<(usize, usize), Span>);

impl Copier {
    /// The place of a text, which is known by its own while the original is there.
    fn keep(&mut self, document: &mut Document<'_>, text: &str) -> Span {
        let place = (text.as_ptr().addr(), text.len());
        *self.0.entry(place).or_insert_with(|| document.keep(text))
    }
}

fn copied<'t>(html: &Html) -> Document<'t> {
    let mut document = Document::empty("", html.tree.nodes().len(), true);
    let mut copier = Copier::default();
    let mut open: Vec<u32> = Vec::new();
    for edge in html.root_element().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(element) => {
                    let first = document.attrs_len();
                    let is_html = &*element.name.ns == "http://www.w3.org/1999/xhtml";
                    for (name, value) in element.attrs.iter().filter(|it| it.0.ns.is_empty()) {
                        let local = &*name.local;
                        // In drawings some have capitals again.
                        let name = if is_html {
                            copier.keep(&mut document, local)
                        } else {
                            document.keep(&local.to_ascii_lowercase())
                        };
                        let value = copier.keep(&mut document, value);
                        document.push_attr(first, name, value);
                    }
                    let name = copier.keep(&mut document, element.name());
                    open.push(document.open(open.last().copied(), name, first, is_html));
                }
                Node::Text(text) => {
                    if let Some(around) = open.last() {
                        let text = copier.keep(&mut document, text);
                        document.push_text(*around, text);
                    }
                }
                _ => {}
            },
            Edge::Close(node) if node.value().is_element() => {
                if let Some(at) = open.pop() {
                    document.close(at);
                }
            }
            Edge::Close(_) => {}
        }
    }
    document
}
