//! A feed as a text of whatever format. What is in an item is said by `item.rs`.

use url::Url;

use crate::model::Unread;

use super::{
    item::ItemTexts,
    json,
    xml::{self, XmlFeed},
};

/// The items of a feed.
pub(crate) struct FeedTexts {
    pub(crate) items: Vec<ItemTexts>,
    /// Whether there are more than were asked for.
    pub(crate) has_more: bool,
}

/// Reads a feed, at most `items_max` items of it. What of it could not be read is noted. Fails with what is wrong, in words.
pub(crate) fn read(
    text: &str,
    base: &Url,
    items_max: usize,
    unread: &mut Unread,
) -> Result<FeedTexts, String> {
    if text.starts_with(['{', '[']) {
        let mut items = json::items(text, base)?;
        let has_more = items_max < items.len();
        items.truncate(items_max);
        return Ok(FeedTexts { items, has_more });
    }
    let XmlFeed { items, is_feed, has_more } = xml::read(text, base, items_max, unread);
    if is_feed { Ok(FeedTexts { items, has_more }) } else { Err("not a feed".to_owned()) }
}
