//! Lists of tags and of links, in which each thing stands once.
//!
//! A page names a story or a topic several times: with its picture, with its headline, above and below
//! the story. Which of them belong into a list is decided by the readers of pages and of plain text.

use std::{collections::HashSet, hash::Hash};

use url::Url;

use crate::model::{Link, PageKey, Placement, Tag};

use super::text::{essence, fold};

/// A longer topic is a sentence.
const TOPIC_CHARS_MAX: usize = 100;
/// A story is about no more things.
const TOPICS_MAX: usize = 60;

/// What makes two things of a list the same.
pub(super) trait Identified {
    /// What is compared.
    type Identity: Eq + Hash;

    /// Returns what makes this thing the same as another.
    fn identity(&self) -> Self::Identity;
}

/// Things in the order in which they were named first. Asking whether one is there costs the same however long the list is.
pub(super) struct OnceEach<T: Identified> {
    things: Vec<T>,
    known: HashSet<T::Identity>,
}

impl<T: Identified> OnceEach<T> {
    /// Adds a thing, unless it is there.
    pub(super) fn push(&mut self, thing: T) {
        if self.known.insert(thing.identity()) {
            self.things.push(thing);
        }
    }

    /// Takes the things from one on out of the list.
    pub(super) fn split_off(&mut self, first: usize) -> Vec<T> {
        let later = self.things.split_off(first.min(self.things.len()));
        for thing in &later {
            self.known.remove(&thing.identity());
        }
        later
    }

    /// Returns them one by one, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter()
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.things.len()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// Returns them, in order.
    pub(super) fn into_vec(self) -> Vec<T> {
        self.things
    }
}

impl<T: Identified> Default for OnceEach<T> {
    fn default() -> Self {
        Self { things: Vec::new(), known: HashSet::new() }
    }
}

impl<T: Identified> Extend<T> for OnceEach<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        things.into_iter().for_each(|it| self.push(it));
    }
}

/// What makes two links the same: the story; where that is unknown, address and title.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum LinkIdentity {
    Story(Placement, PageKey),
    Words(Placement, Option<String>, String),
}

impl Identified for Link {
    type Identity = LinkIdentity;

    fn identity(&self) -> LinkIdentity {
        match &self.target {
            Some(target) => LinkIdentity::Story(self.placement, target.clone()),
            None => LinkIdentity::Words(self.placement, self.url.clone(), self.title.clone()),
        }
    }
}

/// What makes two tags the same: the topic's page; where there is none, the name.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum TagIdentity {
    Page(String),
    Name(String),
}

impl Identified for Tag {
    type Identity = TagIdentity;

    fn identity(&self) -> TagIdentity {
        self.url.clone().map_or_else(|| TagIdentity::Name(essence(&self.name)), TagIdentity::Page)
    }
}

impl OnceEach<Tag> {
    /// Adds a topic, unless its page is there already or it has no name.
    pub(super) fn push_tag(&mut self, name: &str, url: &Url) {
        let name = name.trim_start_matches('#').trim();
        if !name.is_empty() {
            self.push(Tag { name: name.to_owned(), url: Some(url.to_string()) });
        }
    }

    /// Adds a topic that has no page, unless its name is there already.
    pub(super) fn push_topic(&mut self, name: &str) {
        let name = fold(name.trim().trim_start_matches('#'));
        let is_name = !name.is_empty() && name.chars().nth(TOPIC_CHARS_MAX).is_none();
        if is_name && self.len() < TOPICS_MAX {
            self.push(Tag { name, url: None });
        }
    }
}

impl OnceEach<Link> {
    /// Adds a link to a story, unless one of the same placement is there already or it has no title.
    pub(super) fn push_link(&mut self, link: Link) {
        if !link.title.is_empty() {
            self.push(link);
        }
    }
}
