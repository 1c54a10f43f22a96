//! Elements by name space and depth: what opens, what closes, and what text is between. It mends the nesting that templates
//! break; which elements of a format matter is data of the caller, and tokens are the business of `markup.rs`.
//!
//! A field is what its place says: the `link` of an item is a child of the item in the format's own name space, and the `link` of its
//! `source`, its `image` or of the HTML in its text is another element.

use std::{borrow::Cow, collections::VecDeque, ops::Range};

use crate::model::{bare_host, without_scheme};

use super::markup::{StartTag, XmlFlaw, XmlPiece, XmlToken, XmlTokens, resolved};

/// What is nested deeper is not told apart.
const DEPTH_MAX: usize = 64;
/// The greatest number of name spaces that are told apart at once.
const SPACES_MAX: usize = 64;

/// What the name of an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XmlSpace {
    /// The format itself: the name space of the root, or none.
    Own,
    Atom,
    /// The module of RSS for the whole of a text.
    Content,
    /// Dublin Core, both generations.
    Dublin,
    FeedBurner,
    Rdf,
    /// Google's extension of sitemaps.
    News,
    /// Any other.
    Other,
}

/// An element that begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct XmlElement<'t> {
    pub(crate) space: XmlSpace,
    pub(crate) tag: StartTag<'t>,
    /// The number of elements around it.
    pub(crate) depth: usize,
    /// The place after its tag.
    pub(crate) inner: usize,
}

/// What comes next in a text.
#[derive(Debug)]
pub(crate) enum XmlStep<'t> {
    Open(XmlElement<'t>),
    /// The element of this depth is over.
    Close(ClosedElement),
    /// Text, its entities resolved; `depth` elements are around it.
    Text {
        text: Cow<'t, str>,
        depth: usize,
    },
}

/// An element that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClosedElement {
    pub(crate) depth: usize,
    /// Where its content is.
    pub(crate) inner: Range<usize>,
    pub(crate) end: ElementEnd,
}

/// How an element ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ElementEnd {
    /// By its own tag.
    Own,
    /// By the tag of another element, its own missing.
    Missing,
    /// By the end of the text.
    Torn,
}

/// The names that nesting is mended by, in lower case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vocabulary {
    /// What the root of the format is called: templates write HTML before it.
    pub(crate) roots: &'static [&'static str],
    /// Elements that are never in one another: a new one ends the one before.
    pub(crate) items: &'static [&'static str],
    /// Children of an item that hold text alone: another one of them ends the one before.
    pub(crate) fields: &'static [&'static str],
}

/// Walks through a text.
pub(crate) struct Elements<'t> {
    tokens: XmlTokens<'t>,
    vocabulary: Vocabulary,
    stack: Vec<OpenElement<'t>>,
    /// Prefixes and their name spaces, the innermost last.
    spaces: Vec<DeclaredSpace<'t>>,
    root: Option<Root<'t>>,
    /// Steps that are known and were not given yet.
    ready: VecDeque<XmlStep<'t>>,
    text_end: usize,
}

/// An element that is open.
struct OpenElement<'t> {
    name: &'t str,
    inner: usize,
    is_item: bool,
    is_field: bool,
    /// How many name spaces were declared before it.
    spaces: usize,
}

struct DeclaredSpace<'t> {
    prefix: &'t str,
    uri: Cow<'t, str>,
}

/// The prefix of the root, and what it was declared as.
struct Root<'t> {
    prefix: &'t str,
    uri: Option<String>,
}

impl ClosedElement {
    /// Whether the end of the text came before that of the element.
    pub(crate) fn is_torn(&self) -> bool {
        self.end == ElementEnd::Torn
    }
}

impl XmlElement<'_> {
    /// Returns the name without its prefix, in lower case.
    pub(crate) fn name(&self) -> String {
        parts(self.tag.name).1.to_lowercase()
    }
}

impl<'t> Elements<'t> {
    pub(crate) fn new(text: &'t str, vocabulary: Vocabulary) -> Self {
        Self {
            tokens: XmlTokens::new(text),
            vocabulary,
            stack: Vec::new(),
            spaces: Vec::new(),
            root: None,
            ready: VecDeque::new(),
            text_end: text.len(),
        }
    }

    /// Returns the flaws that were met since the last call.
    pub(crate) fn flaws(&mut self) -> Vec<XmlFlaw> {
        self.tokens.flaws()
    }

    fn take(&mut self, token: XmlToken<'t>) {
        let depth = self.stack.len();
        match token.piece {
            XmlPiece::Text(text) => self.ready.push_back(XmlStep::Text { text: resolved(text), depth }),
            XmlPiece::Verbatim(text) => {
                self.ready.push_back(XmlStep::Text { text: Cow::Borrowed(text), depth });
            }
            XmlPiece::Open(tag) => self.open(tag, token.range),
            XmlPiece::Close(name) => {
                // What no element that is open is called ends nothing.
                let is_it = |it: &OpenElement<'_>| it.name.eq_ignore_ascii_case(name);
                if let Some(depth) = self.stack.iter().rposition(is_it) {
                    self.end_to(depth + 1, &(token.range.start..token.range.start), ElementEnd::Missing);
                    self.end_to(depth, &token.range, ElementEnd::Own);
                }
            }
        }
    }

    fn open(&mut self, tag: StartTag<'t>, range: Range<usize>) {
        let before = self.spaces.len();
        for (name, uri) in tag.attributes() {
            let prefix = name.strip_prefix("xmlns:").or_else(|| (name == "xmlns").then_some(""));
            if let Some(prefix) = prefix.filter(|_| self.spaces.len() < SPACES_MAX) {
                self.spaces.push(DeclaredSpace { prefix, uri });
            }
        }
        let space = self.space_of(tag.name);
        let name = parts(tag.name).1.to_lowercase();
        let is_item = space == XmlSpace::Own && self.vocabulary.items.contains(&name.as_str());
        let is_field = space != XmlSpace::Other && self.vocabulary.fields.contains(&name.as_str());
        let declared = self.spaces.split_off(before);
        // What was left open before it ends where it begins.
        let here = range.start..range.start;
        let count = self.stack.len();
        if let Some(depth) = self.stack.iter().position(|it| it.is_item).filter(|_| is_item) {
            self.end_to(depth, &here, ElementEnd::Missing);
        } else if is_field
            && let [.., item, field] = self.stack.as_slice()
            && item.is_item
            && field.is_field
        {
            self.end_to(count - 1, &here, ElementEnd::Missing);
        }
        let (depth, spaces) = (self.stack.len(), self.spaces.len());
        self.spaces.extend(declared);
        let inner = range.end;
        self.ready.push_back(XmlStep::Open(XmlElement { space, tag, depth, inner }));
        if depth < DEPTH_MAX {
            self.stack.push(OpenElement { name: tag.name, inner, is_item, is_field, spaces });
            if tag.is_empty {
                self.end_to(depth, &range, ElementEnd::Own);
            }
        }
    }

    /// Ends every element of at least this depth at a place.
    fn end_to(&mut self, depth: usize, at: &Range<usize>, end: ElementEnd) {
        while depth < self.stack.len()
            && let Some(OpenElement { inner, spaces, .. }) = self.stack.pop()
        {
            self.spaces.truncate(spaces);
            self.ready.push_back(XmlStep::Close(ClosedElement {
                depth: self.stack.len(),
                inner: inner..at.start.max(inner),
                end,
            }));
        }
    }

    /// Returns what a name belongs to, by its declaration, else by its prefix. Templates leave declarations out, and write
    /// them wrongly.
    fn space_of(&mut self, name: &'t str) -> XmlSpace {
        let (prefix, local) = parts(name);
        let uri = self.spaces.iter().rfind(|it| it.prefix == prefix).map(|it| &it.uri);
        if self.root.is_none() && self.vocabulary.roots.contains(&local.to_lowercase().as_str()) {
            self.root = Some(Root { prefix, uri: uri.map(ToString::to_string) });
        }
        let by_uri = uri.and_then(|it| known(it));
        let is_roots = self.root.as_ref().is_some_and(|root| match (&root.uri, uri) {
            (Some(of_root), Some(uri)) => of_root.as_str() == uri,
            (None, None) => root.prefix == prefix,
            _ => false,
        });
        // In a feed in RDF the root is of another name space than the items.
        if is_roots && by_uri != Some(XmlSpace::Rdf) && prefix != "rdf" {
            return XmlSpace::Own;
        }
        match (by_uri, prefix) {
            (Some(space), _) => space,
            (None, "") => XmlSpace::Own,
            (None, "atom" | "a10") => XmlSpace::Atom,
            (None, "content") => XmlSpace::Content,
            (None, "dc" | "dcterms") => XmlSpace::Dublin,
            (None, "feedburner") => XmlSpace::FeedBurner,
            (None, "rdf") => XmlSpace::Rdf,
            (None, "news") => XmlSpace::News,
            (None, _) => XmlSpace::Other,
        }
    }
}

impl<'t> Iterator for Elements<'t> {
    type Item = XmlStep<'t>;

    fn next(&mut self) -> Option<XmlStep<'t>> {
        while self.ready.is_empty() {
            match self.tokens.next() {
                Some(token) => self.take(token),
                None if self.stack.is_empty() => return None,
                None => self.end_to(0, &(self.text_end..self.text_end), ElementEnd::Torn),
            }
        }
        self.ready.pop_front()
    }
}

/// Returns the prefix of a name, empty where it has none, and the rest.
fn parts(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// Returns the name space of an address that is known. Whether it begins with `https`, ends with `/`, and how its letters are
/// written, is different from feed to feed.
fn known(uri: &str) -> Option<XmlSpace> {
    let uri = uri.trim().to_ascii_lowercase();
    let uri = bare_host(without_scheme(&uri)).trim_end_matches(['/', '#']);
    Some(match uri {
        "w3.org/2005/atom" | "purl.org/atom/ns" => XmlSpace::Atom,
        "purl.org/rss/1.0/modules/content" => XmlSpace::Content,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc/terms" => {
            XmlSpace::Dublin
        }
        "rssnamespace.org/feedburner/ext/1.0" => XmlSpace::FeedBurner,
        "w3.org/1999/02/22-rdf-syntax-ns" => XmlSpace::Rdf,
        "google.com/schemas/sitemap-news/0.9" => XmlSpace::News,
        "w3.org/1999/xhtml"
        | "search.yahoo.com/mrss"
        | "google.com/schemas/sitemap-image/1.1"
        | "google.com/schemas/sitemap-video/1.1"
        | "itunes.com/dtds/podcast-1.0.dtd" => XmlSpace::Other,
        _ => return None,
    })
}
