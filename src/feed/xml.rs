//! RSS 0.9 to 2.0, RSS 1.0 in RDF, and Atom: which element of an item is which of its texts. What an item without these
//! flaws looks like is in `item.rs`; the flaws themselves are mended in `elements.rs` and `markup.rs`.
//!
//! Forms that public reports taught: a bare `&`, a notice of PHP before the XML, a CDATA section without an end, an undeclared
//! prefix, elements in capitals or with a prefix, raw HTML in a description; the link of `source`, `image` or `media:content`
//! taken for the item's, and two links joined into one; `feedburner:origLink`, `rdf:about`, `xml:base`, several alternates. The
//! reports are listed in `docs/site-notes.md`.

use std::ops::Range;

use url::Url;

use super::{
    item::{AddressKind, ItemTexts, TEXTS_MAX, author_name},
    json::escaped,
};
use crate::model::Unread;

use super::{
    elements::{ClosedElement, ElementEnd, Elements, Vocabulary, XmlElement, XmlSpace, XmlStep},
    markup::{StartTag, resolved},
};

/// Declarations of name spaces that are repeated with each item take this much room at most.
const SPACES_BYTES_MAX: usize = 2 << 10;
/// Bases that are in force at once.
const BASES_MAX: usize = 64;

const VOCABULARY: Vocabulary = Vocabulary {
    roots: &["rss", "feed", "rdf"],
    items: &["item", "entry"],
    fields: &[
        "title",
        "link",
        "guid",
        "id",
        "pubdate",
        "published",
        "issued",
        "date",
        "updated",
        "modified",
        "category",
        "creator",
        "comments",
    ],
};

/// A text of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ItemField {
    Title,
    Link,
    /// A link whose address is its text: RSS, and the original behind a service.
    Original,
    Identity(AddressKind),
    Published,
    Updated,
    Content(TextForm),
    Summary(TextForm),
    Author,
    Category,
}

/// How Atom writes a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextForm {
    Html,
    /// HTML as elements.
    Markup,
    Text,
}

/// The parts of a feed.
#[derive(Debug, Default)]
pub(super) struct XmlFeed {
    pub(super) items: Vec<ItemTexts>,
    /// Whether its root is that of a feed.
    pub(super) is_feed: bool,
    /// Whether it has more items than were asked for.
    pub(super) has_more: bool,
}

/// Reads a feed.
struct FeedReader<'t> {
    text: &'t str,
    /// The base of the document, and those of the elements around, each with its depth.
    bases: Vec<(usize, Url)>,
    /// The name spaces that the root declares.
    spaces: Vec<Attribute>,
    item: Option<OpenItem<'t>>,
    feed: XmlFeed,
}

/// An attribute, as it is written again.
struct Attribute {
    name: String,
    value: String,
}

/// An item that is being read.
struct OpenItem<'t> {
    depth: usize,
    tag: StartTag<'t>,
    inner: usize,
    texts: ItemTexts,
    field: Option<OpenField>,
}

/// A text that is being read.
struct OpenField {
    field: ItemField,
    depth: usize,
    /// Its own text, without that of elements in it.
    text: String,
    /// The text of a `name` in it, which is that of an author.
    name: Option<String>,
    is_in_name: bool,
    has_elements: bool,
}

/// Reads the items of a feed, at most `items_max` of them. What could not be read is noted.
pub(super) fn read(text: &str, base: &Url, items_max: usize, unread: &mut Unread) -> XmlFeed {
    let mut reader = FeedReader {
        text,
        bases: vec![(0, base.clone())],
        spaces: Vec::new(),
        item: None,
        feed: XmlFeed::default(),
    };
    let mut elements = Elements::new(text, VOCABULARY);
    let mut has_notice = false;
    for step in elements.by_ref() {
        match step {
            XmlStep::Open(opened) => reader.open(&opened),
            XmlStep::Text { text, .. } if !reader.feed.is_feed => has_notice |= !text.trim().is_empty(),
            XmlStep::Text { text, depth } => reader.note(&text, depth),
            XmlStep::Close(closed) => reader.close(&closed, unread),
        }
        if items_max <= reader.feed.items.len() {
            reader.feed.has_more = true;
            break;
        }
    }
    for flaw in elements.flaws() {
        unread.note(|| flaw.words().to_owned());
    }
    if has_notice && reader.feed.is_feed {
        unread.note(|| "text before the feed".to_owned());
    }
    reader.feed
}

impl<'t> FeedReader<'t> {
    fn open(&mut self, opened: &XmlElement<'t>) {
        let name = opened.name();
        self.bases.retain(|it| it.0 <= opened.depth);
        if let Some(base) = opened.tag.attribute("xml:base").filter(|_| self.bases.len() < BASES_MAX)
            && let Ok(base) = self.base().join(base.trim())
        {
            // It counts for what is in the element, and for the attributes of the element itself.
            self.bases.push((opened.depth + 1, base));
        }
        if self.item.is_none() && VOCABULARY.roots.contains(&name.as_str()) && !self.feed.is_feed {
            self.feed.is_feed = true;
            self.spaces = declarations(&opened.tag);
        }
        let base = self.base().clone();
        match &mut self.item {
            None if opened.space == XmlSpace::Own && VOCABULARY.items.contains(&name.as_str()) => {
                let mut texts = ItemTexts::default();
                let about = opened.tag.attribute("rdf:about").unwrap_or_default();
                texts.add_address(AddressKind::Identity, &about, &base);
                let (depth, tag, inner) = (opened.depth, opened.tag, opened.inner);
                self.item = Some(OpenItem { depth, tag, inner, texts, field: None });
            }
            None => {}
            Some(item) if opened.depth == item.depth + 1 => {
                attributes(&mut item.texts, opened, &name, &base);
                item.field = field(opened, &name).map(|field| OpenField {
                    field,
                    depth: opened.depth,
                    text: String::new(),
                    name: None,
                    is_in_name: false,
                    has_elements: false,
                });
            }
            Some(item) => {
                if let Some(field) = &mut item.field {
                    field.has_elements = true;
                    let is_name = opened.depth == field.depth + 1 && name == "name";
                    if field.field == ItemField::Author && is_name && field.name.is_none() {
                        (field.name, field.is_in_name) = (Some(String::new()), true);
                    }
                }
            }
        }
    }

    fn note(&mut self, text: &str, depth: usize) {
        let field = self.item.as_mut().and_then(|it| it.field.as_mut());
        let Some(field) = field else { return };
        if depth == field.depth + 1 {
            field.text.push_str(text);
        } else if depth == field.depth + 2
            && field.is_in_name
            && let Some(name) = &mut field.name
        {
            name.push_str(text);
        }
    }

    fn close(&mut self, closed: &ClosedElement, unread: &mut Unread) {
        let base = self.base().clone();
        self.bases.retain(|it| it.0 <= closed.depth);
        let Some(item) = &mut self.item else { return };
        if let Some(field) = item.field.as_mut().filter(|it| closed.depth == it.depth + 1) {
            field.is_in_name = false;
        }
        if closed.depth == item.depth + 1 {
            if let Some(field) = item.field.take() {
                // An address or a date that the end of the file cut is another one.
                if closed.end != ElementEnd::Torn
                    || matches!(field.field, ItemField::Content(_) | ItemField::Summary(_))
                {
                    let inner = &self.text[closed.inner.clone()];
                    keep(&mut item.texts, field, inner, &base);
                }
            }
        } else if closed.depth == item.depth
            && let Some(item) = self.item.take()
        {
            if closed.end == ElementEnd::Torn {
                unread.note(|| "the end, which is missing".to_owned());
            }
            let mut texts = item.texts;
            if texts.addresses.is_empty() && closed.end == ElementEnd::Torn {
                return;
            }
            texts.raw = raw(self.text, &item.tag, &(item.inner..closed.inner.end), &self.spaces);
            self.feed.items.push(texts);
        }
    }

    fn base(&self) -> &Url {
        &self.bases.last().expect("the base of the document is never taken off").1
    }
}

/// Returns which text an element is.
fn field(opened: &XmlElement<'_>, name: &str) -> Option<ItemField> {
    let form = || match opened.tag.attribute("type").as_deref().map(str::trim) {
        Some("xhtml" | "application/xhtml+xml") => TextForm::Markup,
        Some("text" | "text/plain") => TextForm::Text,
        Some(_) | None => TextForm::Html,
    };
    Some(match (opened.space, name) {
        (XmlSpace::Own | XmlSpace::Atom, "title") => ItemField::Title,
        (XmlSpace::Own, "link") => ItemField::Link,
        (XmlSpace::FeedBurner, "origlink") => ItemField::Original,
        (XmlSpace::Own, "guid") => {
            let is_opaque = opened.tag.attribute("isPermaLink").is_some_and(|it| it.trim() == "false");
            ItemField::Identity(if is_opaque { AddressKind::Opaque } else { AddressKind::Identity })
        }
        (XmlSpace::Own | XmlSpace::Atom, "id") => ItemField::Identity(AddressKind::Identity),
        (XmlSpace::Own, "pubdate" | "published" | "issued" | "date")
        | (XmlSpace::Atom, "published" | "issued")
        | (XmlSpace::Dublin, "date" | "issued" | "created") => ItemField::Published,
        (XmlSpace::Own | XmlSpace::Atom, "updated" | "modified") | (XmlSpace::Dublin, "modified") => {
            ItemField::Updated
        }
        (XmlSpace::Content, "encoded") => ItemField::Content(TextForm::Html),
        (XmlSpace::Own | XmlSpace::Atom, "content") if opened.tag.attribute("src").is_none() => {
            ItemField::Content(form())
        }
        (XmlSpace::Own, "description") => ItemField::Summary(TextForm::Html),
        (XmlSpace::Own | XmlSpace::Atom, "summary") => ItemField::Summary(form()),
        (XmlSpace::Own | XmlSpace::Atom, "author") | (XmlSpace::Dublin, "creator") => ItemField::Author,
        (XmlSpace::Own | XmlSpace::Atom, "category") | (XmlSpace::Dublin, "subject") => {
            ItemField::Category
        }
        _ => return None,
    })
}

/// Keeps what stands in the attributes of an element: links and topics of Atom.
fn attributes(texts: &mut ItemTexts, opened: &XmlElement<'_>, name: &str, base: &Url) {
    let is_ours = matches!(opened.space, XmlSpace::Own | XmlSpace::Atom);
    let attribute = |name: &str| opened.tag.attribute(name);
    if is_ours && name == "link" {
        let is_alternate = attribute("rel").is_none_or(|it| it.trim().eq_ignore_ascii_case("alternate"));
        let Some(href) = attribute("href").filter(|_| is_alternate) else { return };
        let is_page = attribute("type").is_none_or(|it| it.trim().is_empty() || it.contains("html"));
        let kind = if is_page { AddressKind::Link } else { AddressKind::OtherForm };
        texts.add_address(kind, &href, base);
    }
    if is_ours
        && name == "category"
        && texts.categories.len() < TEXTS_MAX
        && let Some(topic) = attribute("label").or_else(|| attribute("term"))
    {
        texts.categories.push(topic.into_owned());
    }
}

/// Keeps a text that is whole. `inner` is its markup.
fn keep(texts: &mut ItemTexts, open: OpenField, inner: &str, base: &Url) {
    let OpenField { field, text, name, has_elements, .. } = open;
    let push = |texts: &mut Vec<String>, text: String| {
        if texts.len() < TEXTS_MAX && !text.trim().is_empty() {
            texts.push(text);
        }
    };
    let html = |form: TextForm, text: String| match form {
        TextForm::Text if !has_elements => escaped(&text),
        // The markup is the text where nobody escaped it.
        TextForm::Html | TextForm::Text | TextForm::Markup if has_elements => inner.to_owned(),
        TextForm::Html | TextForm::Text | TextForm::Markup => text,
    };
    match field {
        ItemField::Title => {
            let title = if has_elements { resolved(inner).into_owned() } else { text };
            texts.title = texts.title.take().or(Some(title));
        }
        ItemField::Link => texts.add_address(AddressKind::Link, &text, base),
        ItemField::Original => texts.add_address(AddressKind::Original, &text, base),
        ItemField::Identity(kind) => texts.add_address(kind, &text, base),
        ItemField::Published => push(&mut texts.published, text),
        ItemField::Updated => push(&mut texts.updated, text),
        ItemField::Content(form) => texts.content = texts.content.take().or(Some(html(form, text))),
        ItemField::Summary(form) => texts.summary = texts.summary.take().or(Some(html(form, text))),
        ItemField::Author => push(&mut texts.authors, name.unwrap_or_else(|| author_name(&text))),
        ItemField::Category => push(&mut texts.categories, text),
    }
}

/// Returns the declarations of name spaces of a tag.
fn declarations(tag: &StartTag<'_>) -> Vec<Attribute> {
    let mut room = SPACES_BYTES_MAX;
    let declared =
        written(tag).into_iter().filter(|it| it.name == "xmlns" || it.name.starts_with("xmlns:"));
    declared
        .take_while(|it| {
            let bytes = it.name.len() + it.value.len();
            let fits = bytes <= room;
            room -= if fits { bytes } else { 0 };
            fits
        })
        .collect()
}

/// Returns the attributes of a tag in a form that is sound, each name once.
fn written(tag: &StartTag<'_>) -> Vec<Attribute> {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, ':' | '_' | '-' | '.');
    let mut all: Vec<Attribute> = Vec::new();
    for (name, value) in tag.attributes().take(TEXTS_MAX) {
        let is_name = name.starts_with(char::is_alphabetic) && name.chars().all(is_part);
        if is_name && !all.iter().any(|it| it.name == name) {
            let value = escaped(&value).replace('"', "&quot;");
            all.push(Attribute { name: name.to_owned(), value });
        }
    }
    all
}

/// Returns an item as a document of its own.
fn raw(text: &str, tag: &StartTag<'_>, inner: &Range<usize>, spaces: &[Attribute]) -> String {
    let own = written(tag);
    let further = spaces.iter().filter(|space| !own.iter().any(|it| it.name == space.name));
    let mut whole = format!("<{}", tag.name);
    for Attribute { name, value } in own.iter().chain(further) {
        whole.push_str(&format!(" {name}=\"{value}\""));
    }
    whole.push('>');
    whole.push_str(&text[inner.clone()]);
    whole.push_str(&format!("</{}>", tag.name));
    whole
}
