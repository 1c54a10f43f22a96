//! A page among the addresses of its site: which page it is, and what a link on it leads to.
//!
//! What is printed on the page is not known here: that is `sheet.rs`, which is built later, because finding
//! a page's parts already needs to know which links lead to other stories.

use std::{cell::RefCell, collections::HashMap};

use url::Url;

use crate::{
    extract::{index::PageIndex, jsonld::Owner, rules::Compiled},
    html::Element,
    model::{PageKey, is_web},
};

/// The most links of a page that are remembered; most pages have some hundreds.
const TARGETS_MAX: usize = 5_000;

/// What is known of a page before anything on it is read.
pub(super) struct Scene<'x> {
    pub(super) rules: &'x Compiled,
    /// The page's identity, where its address is an article's.
    pub(super) key: Option<PageKey>,
    /// What relative addresses are relative to.
    pub(super) base: Url,
    /// The metadata in the page's head is said of its own story.
    pub(super) has_own_head: bool,
    /// What links lead to, by their address as written: a page links to a story from its picture, its headline and its first words,
    /// and is asked about each of them more than once.
    targets: RefCell<HashMap<Box<str>, Target>>,
}

/// What a link leads to.
#[derive(Clone)]
pub(super) enum Target {
    /// A topic page of the site.
    Tag(Url),
    /// Another story of the site.
    Article(Url, PageKey),
    /// The page itself.
    Own,
    /// Another web page.
    Web,
    /// Nothing that can be visited.
    None,
}

impl<'x> Scene<'x> {
    /// `own` is the page's address, where it is known.
    pub(super) fn new(rules: &'x Compiled, own: Option<&Url>) -> Self {
        let base = own.unwrap_or(&rules.profile.base_url).clone();
        let key = own.and_then(|url| rules.profile.page_key(url));
        Self { rules, key, base, has_own_head: true, targets: RefCell::default() }
    }

    /// Returns what a link leads to.
    pub(super) fn target(&self, href: &str) -> Target {
        self.with_target(href, Target::clone)
    }

    fn with_target<T>(&self, href: &str, ask: impl FnOnce(&Target) -> T) -> T {
        if let Some(known) = self.targets.borrow().get(href) {
            return ask(known);
        }
        let target = self.find_target(href);
        let answer = ask(&target);
        let mut known = self.targets.borrow_mut();
        if known.len() < TARGETS_MAX {
            known.insert(href.into(), target);
        }
        answer
    }

    fn find_target(&self, href: &str) -> Target {
        let href = href.trim();
        if href.is_empty() || href.starts_with('#') {
            return Target::None;
        }
        let Ok(url) = self.base.join(href) else { return Target::None };
        let profile = &self.rules.profile;
        if profile.is_tag(&url) {
            return Target::Tag(url);
        }
        if let Some((key, ask_url)) = profile.article(&url) {
            if Some(&key) == self.key.as_ref() {
                return Target::Own;
            }
            return Target::Article(ask_url.unwrap_or(url), key);
        }
        if is_web(&url) { Target::Web } else { Target::None }
    }

    /// Returns the address of the company's page that a link leads to.
    pub(super) fn company_page(&self, href: &str) -> Option<Url> {
        let pages = &self.rules.profile.names.rules.pages;
        if pages.is_empty() {
            return None;
        }
        self.base.join(href.trim()).ok().filter(|url| pages.symbol_in(url.as_str()).is_some())
    }

    /// Whether a link leads to a page of the site, whatever it is.
    pub(super) fn is_on_site(&self, href: &str) -> bool {
        let host = self.base.join(href.trim()).ok().and_then(|it| it.host_str().map(str::to_owned));
        host.is_some() && host.as_deref() == self.base.host_str()
    }

    /// Whether a link leads to another story.
    pub(super) fn leads_away(&self, href: &str) -> bool {
        self.with_target(href, |it| matches!(it, Target::Article(..)))
    }

    /// Whether an element is a link to another story.
    pub(super) fn links_away(&self, element: Element<'_>) -> bool {
        element.name() == "a" && element.attr("href").is_some_and(|href| self.leads_away(href))
    }

    /// Returns the story that an address in the page's metadata belongs to.
    pub(super) fn owner(&self, address: &str) -> Owner {
        let found = self.base.join(address).ok().and_then(|url| self.rules.profile.page_key(&url));
        match found {
            Some(found) if Some(&found) == self.key.as_ref() => Owner::Page,
            Some(_) if self.key.is_some() => Owner::OtherArticle,
            _ if self.has_own_head => Owner::Unknown,
            _ => Owner::OtherArticle,
        }
    }

    /// Whether the metadata in the page's head names another story than the page's address does.
    pub(super) fn heads_other_story(&self, index: &PageIndex<'_>) -> bool {
        let mut named = index
            .metas_of(&["canonical", "og:url"])
            .filter_map(|url| self.rules.profile.page_key(&self.base.join(url).ok()?));
        let named = named.next();
        named.is_some() && self.key.is_some() && named != self.key
    }
}
