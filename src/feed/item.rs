//! One item of a feed, whatever the format: where it leads, when it was written, and its text, if the feed carries it. How the
//! formats write it is not said here (`xml.rs`, `json.rs`), nor what the archive makes of it (`store`).

use url::Url;

use crate::html;

/// The greatest number of addresses, dates, names or topics of one item.
pub(crate) const TEXTS_MAX: usize = 64;

/// An item as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ItemTexts {
    /// Addresses, each resolved against the base of its place, the best of a kind first.
    pub(crate) addresses: Vec<Address>,
    pub(crate) published: Vec<String>,
    pub(crate) updated: Vec<String>,
    pub(crate) title: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) raw: String,
}

/// An address of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) kind: AddressKind,
    pub(crate) text: String,
    /// What it is relative to.
    pub(crate) base: Url,
}

/// What kind of address it is; the first that is a page of the site wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AddressKind {
    /// What a service that counts clicks was given (`feedburner:origLink`).
    Original,
    /// The link of the item, for readers.
    Link,
    /// A link to another form of it, such as JSON.
    OtherForm,
    /// Its identity, which is an address in many feeds.
    Identity,
    /// An identity that says of itself that it is no address.
    Opaque,
}

impl ItemTexts {
    /// Whether the item carries a text beside its headline.
    pub(crate) fn has_text(&self) -> bool {
        [&self.content, &self.summary].into_iter().flatten().any(|it| !it.trim().is_empty())
    }

    pub(crate) fn add_address(&mut self, kind: AddressKind, text: &str, base: &Url) {
        let text = one_line(text);
        if !text.is_empty() && self.addresses.len() < TEXTS_MAX {
            self.addresses.push(Address { kind, text, base: base.clone() });
        }
    }
}

/// Returns an address as browsers read one that is broken over lines: without the line ends and the blanks beside them.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

/// Returns a headline without tags. Titles are escaped once too often in many feeds.
pub(crate) fn plain(title: &str) -> String {
    html::unescape(title).split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn once(texts: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        let text = plain(&text);
        if !text.is_empty() && !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

/// Returns the name in an author of RSS: `desk@site.example (Zed Qux)`, or whatever is written.
pub(crate) fn author_name(text: &str) -> String {
    let text = text.trim();
    let inside = text.split_once('(').filter(|it| it.0.contains('@'));
    let name = inside.and_then(|it| it.1.split_once(')')).map(|it| it.0.trim());
    name.filter(|it| !it.is_empty()).unwrap_or(text).to_owned()
}
