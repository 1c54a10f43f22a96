//! An item without its feed, as the archive keeps it. What an item says is read by the formats beside this file.

use url::Url;

use crate::model::Unread;

use super::{item::ItemTexts, text::read};

/// Returns an item that was taken out of its feed, as [`ItemTexts::raw`] has it; `None` where it is none.
pub(crate) fn read_item(raw: &str, base: &Url) -> Option<ItemTexts> {
    let mut unread = Unread::default();
    if raw.trim_start().starts_with('{') {
        let feed = format!("{{\"items\":[{raw}]}}");
        return read(&feed, base, 1, &mut unread).ok()?.items.pop();
    }
    read(&with_root(raw)?, base, 1, &mut unread).ok()?.items.pop()
}

/// Returns an item with a root around it, of the format and the name spaces of its own tag; `None` where it is no item.
fn with_root(raw: &str) -> Option<String> {
    let tag = raw.trim_start().strip_prefix('<')?;
    let tag = &tag[..tag.find('>')?];
    let name = tag.split(|it: char| it.is_whitespace() || it == '/').next()?;
    let (prefix, local) = name.rsplit_once(':').map_or(("", name), |(prefix, local)| (prefix, local));
    let root = match local.to_ascii_lowercase().as_str() {
        "entry" => "feed",
        "item" => "rss",
        _ => return None,
    };
    let root = if prefix.is_empty() { root.to_owned() } else { format!("{prefix}:{root}") };
    let mut spaces = String::new();
    for (at, _) in tag.match_indices(" xmlns") {
        let rest = &tag[at..];
        let quote = rest.find(['"', '\''])?;
        let end = quote + 1 + rest[quote + 1..].find(&rest[quote..=quote])?;
        spaces.push_str(&rest[..=end]);
    }
    Some(format!("<{root}{spaces}>{raw}</{root}>"))
}
