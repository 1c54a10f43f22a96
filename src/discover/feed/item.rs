//! One item of a feed, whatever the format: where it leads, when it was written, and its text, if the feed carries it. How the
//! formats write it is not said here (`xml.rs`, `json.rs`), nor what the archive makes of it (`jobs`).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::{
    config::Profile,
    html,
    model::{Candidate, Via, WrittenDate},
};

use crate::discover::{
    admit,
    source::{FeedItem, Unread},
};

/// The greatest number of addresses, dates, names or topics of one item.
pub(super) const TEXTS_MAX: usize = 64;

/// An item as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ItemTexts {
    /// Addresses, each resolved against the base of its place, the best of a kind first.
    pub(super) addresses: Vec<Address>,
    pub(super) published: Vec<String>,
    pub(super) updated: Vec<String>,
    pub(super) title: Option<String>,
    pub(super) content: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) raw: String,
}

/// An address of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) kind: AddressKind,
    pub(super) text: String,
    /// What it is relative to.
    pub(super) base: Url,
}

/// What kind of address it is; the first that is a page of the site wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressKind {
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
    pub(super) fn add_address(&mut self, kind: AddressKind, text: &str, base: &Url) {
        let text = one_line(text);
        if !text.is_empty() && self.addresses.len() < TEXTS_MAX {
            self.addresses.push(Address { kind, text, base: base.clone() });
        }
    }

    /// Returns the item, if it is a page of the site. What of it could not be read is noted.
    pub(super) fn into_item(mut self, profile: &Profile, unread: &mut Unread) -> ItemRead {
        let zone = profile.time_zone;
        let published = first_date(&self.published, zone, unread);
        let updated = first_date(&self.updated, zone, unread);
        let moment = |it: Option<WrittenDate>| Some(it?.first_moment(zone)?.to_utc());
        let (published_at, changed_at) = (moment(published), moment(updated));
        let newest_at = published_at.max(changed_at);
        if self.addresses.is_empty() {
            unread.note(|| "an item without an address".to_owned());
        }
        self.addresses.sort_by_key(|it| it.kind);
        let mut admitted =
            self.addresses.iter().filter_map(|it| admit::admit(profile, &it.base, &it.text, Via::Feed));
        let Some(candidate) = admitted.next() else { return ItemRead { item: None, newest_at } };
        let candidate = Candidate { published_at, changed_at, ..candidate };
        let item = FeedItem {
            candidate,
            title: self.title.map(|it| plain(&it)).filter(|it| !it.is_empty()),
            content: self.content.filter(|it| !it.trim().is_empty()),
            summary: self.summary.filter(|it| !it.trim().is_empty()),
            authors: once(self.authors),
            categories: once(self.categories),
            published,
            updated,
            raw: self.raw,
        };
        ItemRead { item: Some(item), newest_at }
    }
}

/// What an item came to.
pub(super) struct ItemRead {
    /// The item; `None` where it is no page of the site.
    pub(super) item: Option<FeedItem>,
    /// Its newest date: an item that is not of the site still says how fresh the feed is.
    pub(super) newest_at: Option<DateTime<Utc>>,
}

/// Returns the first date that can be read. Where there are dates and none can be, the first is noted.
fn first_date(texts: &[String], zone: Tz, unread: &mut Unread) -> Option<WrittenDate> {
    let date = texts.iter().find_map(|it| WrittenDate::read(it, Some(zone)));
    let written = texts.iter().find(|it| !it.trim().is_empty());
    if let Some(text) = written.filter(|_| date.is_none()) {
        unread.note(|| format!("the date `{}`", text.trim()));
    }
    date
}

/// Returns an address as browsers read one that is broken over lines: without the line ends and the blanks beside them.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

/// Returns a headline without tags. Titles are escaped once too often in many feeds.
fn plain(title: &str) -> String {
    html::unescape(title).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn once(texts: Vec<String>) -> Vec<String> {
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
pub(super) fn author_name(text: &str) -> String {
    let text = text.trim();
    let inside = text.split_once('(').filter(|it| it.0.contains('@'));
    let name = inside.and_then(|it| it.1.split_once(')')).map(|it| it.0.trim());
    name.filter(|it| !it.is_empty()).unwrap_or(text).to_owned()
}
