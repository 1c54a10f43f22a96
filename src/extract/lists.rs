//! Lists of tags and of links, in which each thing stands once.
//!
//! A page names a story or a topic several times: with its picture, with its headline, above and below
//! the story. Which of them belong into a list is decided by the readers of pages and of plain text.

use url::Url;

use crate::model::{Link, Tag};

use super::text::{essence, fold, has_essence};

/// A longer topic is a sentence.
const TOPIC_CHARS_MAX: usize = 100;
/// A story is about no more things.
const TOPICS_MAX: usize = 60;

/// Adds a topic, unless the list has its page already or it has no name.
pub(super) fn push_tag(tags: &mut Vec<Tag>, name: &str, url: &Url) {
    let name = name.trim_start_matches('#').trim();
    if !name.is_empty() && !tags.iter().any(|it| it.url.as_deref() == Some(url.as_str())) {
        tags.push(Tag { name: name.to_owned(), url: Some(url.to_string()) });
    }
}

/// Adds a topic that has no page, unless the list has one of its name already.
pub(super) fn push_topic(tags: &mut Vec<Tag>, name: &str) {
    let name = fold(name.trim().trim_start_matches('#'));
    let is_name = !name.is_empty() && name.chars().nth(TOPIC_CHARS_MAX).is_none();
    let bare = essence(&name);
    if is_name && tags.len() < TOPICS_MAX && !tags.iter().any(|it| has_essence(&it.name, &bare)) {
        tags.push(Tag { name, url: None });
    }
}

/// Adds a link to a story, unless the list has one of the same placement already or it has no title.
pub(super) fn push_link(links: &mut Vec<Link>, link: Link) {
    let is_same = |it: &Link| {
        it.placement == link.placement
            && match (&it.target, &link.target) {
                (Some(a), Some(b)) => a == b,
                _ => it.url == link.url && it.title == link.title,
            }
    };
    if link.title.is_empty() || links.iter().any(is_same) {
        return;
    }
    links.push(link);
}
