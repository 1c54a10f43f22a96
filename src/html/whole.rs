//! The parser for any page: the standard's algorithm, by `html5ever`. What the quick one is not sure of is its business, and
//! the quick one is measured by it.

use std::{
    borrow::Cow,
    cell::{Cell, Ref, RefCell},
    collections::HashMap,
};

use html5ever::{
    Attribute, LocalName, Namespace, ParseOpts, QualName, local_name, ns, parse_document,
    parse_fragment as fragment,
    tendril::{StrTendril, TendrilSink},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
};

use super::{
    build::Builder,
    limit::{self, ParseCost},
    tree::{Attrs, Document, Span, Tagged, short},
};

/// What `html5ever` calls the document: everything is inside it.
const DOCUMENT: u32 = 0;

/// Longer values of attributes are kept once, however often the element is reopened.
const COPIED_BYTES_MAX: usize = 64;

/// Parse a whole page. One that would cost too much is cut there, and says so.
pub(super) fn parse<'t>(page: &str) -> Document<'t> {
    feed(parse_document(Sink::new(), ParseOpts::default()), page)
}

/// Parse a piece of a page as if it were in a body.
pub(super) fn parse_fragment<'t>(text: &str) -> Document<'t> {
    let around = QualName::new(None, ns!(html), local_name!("body"));
    feed(fragment(Sink::new(), ParseOpts::default(), around, Vec::new(), false), text)
}

/// Feed a text to a parser, as far as it does not cost too much.
fn feed<'t>(mut parser: html5ever::Parser<Sink<'t>>, page: &str) -> Document<'t> {
    let text = StrTendril::from(page);
    let sane = limit::end_of_sane_tags(page);
    let mut at = 0;
    while at < sane && !parser.tokenizer.sink.sink.is_spent(at) {
        let mut end = sane.min(at + limit::STRETCH_BYTES);
        while !page.is_char_boundary(end) {
            end += 1;
        }
        parser.process(text.subtendril(short(at), short(end - at)));
        at = end;
    }
    let document = parser.finish();
    if at < page.len() { document.cut() } else { document }
}

/// The tree that `html5ever` builds.
struct Sink<'t> {
    tree: RefCell<Tree<'t>>,
    /// Names of elements by their numbers; other nodes have an empty one.
    names: RefCell<Vec<QualName>>,
    cost: ParseCost,
    /// The node that was placed last.
    last: Cell<u32>,
}

struct Tree<'t> {
    nodes: Builder<'t>,
    /// Where names are kept.
    names: HashMap<LocalName, Span>,
    /// Where long values are kept, by their place in memory; they are not given back, so that no other gets their place.
    values: HashMap<(usize, usize), (Span, StrTendril)>,
}

impl Sink<'_> {
    fn new() -> Self {
        let mut nodes = Builder::new("", 0);
        nodes.link();
        let name = nodes.keep("#document");
        let attrs = nodes.attrs_from(0);
        nodes.orphan(Tagged { name, attrs, is_html: false });
        let tree = Tree { nodes, names: HashMap::new(), values: HashMap::new() };
        let names = vec![QualName::new(None, ns!(), local_name!(""))];
        Self {
            tree: RefCell::new(tree),
            names: RefCell::new(names),
            cost: ParseCost::default(),
            last: Cell::new(DOCUMENT),
        }
    }

    /// Whether the rest of a page would cost too much, from this many bytes on.
    fn is_spent(&self, bytes: usize) -> bool {
        let tree = self.tree.borrow();
        let around = std::iter::successors(Some(self.last.get()), |it| tree.nodes.parent(*it));
        self.cost.is_too_much(bytes, around.count())
    }
}

impl Tree<'_> {
    fn name(&mut self, name: &LocalName) -> Span {
        *self.names.entry(name.clone()).or_insert_with(|| self.nodes.keep(name))
    }

    fn attr_name(&mut self, name: &LocalName, space: &Namespace) -> Span {
        // In drawings some attributes have capitals again, which nobody asks for; their elements keep them.
        if *space != ns!(html) && name.bytes().any(|it| it.is_ascii_uppercase()) {
            return self.nodes.keep(&name.to_ascii_lowercase());
        }
        self.name(name)
    }

    fn value(&mut self, value: StrTendril) -> Span {
        if value.len() <= COPIED_BYTES_MAX {
            return self.nodes.keep(&value);
        }
        let place = (value.as_ptr().addr(), value.len());
        if let Some(known) = self.values.get(&place) {
            return known.0;
        }
        let kept = self.nodes.keep(&value);
        self.values.insert(place, (kept, value));
        kept
    }

    fn attrs(&mut self, attrs: Vec<Attribute>, space: &Namespace) -> Attrs {
        let first = self.nodes.attrs_len();
        for Attribute { name, value } in attrs.into_iter().filter(|it| it.name.ns.is_empty()) {
            let name = self.attr_name(&name.local, space);
            let value = self.value(value);
            self.nodes.push_attr(first, name, value);
        }
        self.nodes.attrs_from(first)
    }

    /// Where a child of one of these would be written on into a text, the text.
    fn add(&mut self, child: NodeOrText<u32>, known: Option<u32>) -> Option<u32> {
        let text = match child {
            NodeOrText::AppendNode(at) => {
                self.nodes.detach(at);
                return Some(at);
            }
            NodeOrText::AppendText(text) => self.nodes.keep(&text),
        };
        let Some(known) = known else { return Some(self.nodes.orphan_text(text)) };
        self.nodes.join_text(known, text);
        None
    }
}

impl<'t> TreeSink for Sink<'t> {
    type Output = Document<'t>;
    type Handle = u32;
    type ElemName<'a>
        = Ref<'a, QualName>
    where
        Self: 'a;

    fn finish(self) -> Document<'t> {
        let tree = self.tree.into_inner().nodes;
        let root = tree.first_element(DOCUMENT).unwrap_or(DOCUMENT);
        tree.finish(root)
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> u32 {
        DOCUMENT
    }

    fn elem_name<'a>(&'a self, at: &'a u32) -> Ref<'a, QualName> {
        self.cost.steps(1);
        Ref::map(self.names.borrow(), |it| &it[*at as usize])
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _: ElementFlags) -> u32 {
        let tree = &mut *self.tree.borrow_mut();
        let attrs = tree.attrs(attrs, &name.ns);
        let is_html = name.ns == ns!(html);
        let tagged = Tagged { name: tree.name(&name.local), attrs, is_html };
        let at = tree.nodes.orphan(tagged);
        self.cost.element();
        let mut names = self.names.borrow_mut();
        names.resize(at as usize, QualName::new(None, ns!(), local_name!("")));
        names.push(name);
        at
    }

    fn create_comment(&self, _: StrTendril) -> u32 {
        self.tree.borrow_mut().nodes.orphan_comment()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> u32 {
        self.tree.borrow_mut().nodes.orphan_comment()
    }

    fn append(&self, parent: &u32, child: NodeOrText<u32>) {
        let tree = &mut *self.tree.borrow_mut();
        let known = tree.nodes.last_text(*parent);
        if let Some(at) = tree.add(child, known) {
            tree.nodes.append(*parent, at);
            self.last.set(at);
        }
    }

    fn append_before_sibling(&self, sibling: &u32, child: NodeOrText<u32>) {
        let tree = &mut *self.tree.borrow_mut();
        let known = tree.nodes.text_before(*sibling);
        if let Some(at) = tree.add(child, known) {
            tree.nodes.insert_before(*sibling, at);
        }
    }

    fn append_based_on_parent_node(&self, at: &u32, around: &u32, child: NodeOrText<u32>) {
        let has_parent = self.tree.borrow().nodes.parent(*at).is_some();
        if has_parent { self.append_before_sibling(at, child) } else { self.append(around, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    /// Its content is where it is written.
    fn get_template_contents(&self, at: &u32) -> u32 {
        *at
    }

    fn same_node(&self, one: &u32, other: &u32) -> bool {
        self.cost.steps(1);
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn add_attrs_if_missing(&self, at: &u32, attrs: Vec<Attribute>) {
        let tree = &mut *self.tree.borrow_mut();
        let attrs = tree.attrs(attrs, &ns!(html));
        let compared = tree.nodes.add_attrs(*at, attrs);
        self.cost.steps(compared);
    }

    fn remove_from_parent(&self, at: &u32) {
        self.tree.borrow_mut().nodes.detach(*at);
    }

    fn reparent_children(&self, from: &u32, to: &u32) {
        let moved = self.tree.borrow_mut().nodes.move_children(*from, *to);
        self.cost.steps(moved);
    }
}
