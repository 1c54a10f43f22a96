//! Stories out of feeds: an item that carries a whole story becomes a page of its own kind, and is read as pages are. Whether it
//! is kept is decided in `store`: a page beats a feed.

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    discover::FeedItem,
    extract::Extractor,
    model::{CaptureSource, Captured, RawPage, ReadPage, Validators},
};

/// A text of fewer pieces is a summary of the story.
const PIECES_MIN: usize = 2;

/// Returns the story that an item of a feed carries; `None` where it has only a summary.
pub(super) fn story(
    extractor: &Extractor,
    item: &FeedItem,
    feed: &Url,
    at: DateTime<Utc>,
) -> Option<ReadPage> {
    if !item.has_text {
        return None;
    }
    let is_json = item.raw.starts_with('{');
    let content_type = if is_json { "application/feed+json" } else { "application/xml" };
    let page = RawPage {
        url: Some(item.candidate.url.clone()),
        body: item.raw.clone().into(),
        content_type: Some(format!("{content_type}; charset=utf-8")),
        captured_at: Some(Captured::At(at)),
        source: CaptureSource::Feed,
        status: None,
        validators: Validators::default(),
        heads: None,
        feed: Some(feed.clone()),
    };
    let extraction = extractor.extract(&page);
    let pieces = extraction.draft.blocks.iter().filter(|it| it.kind.is_text()).count();
    (PIECES_MIN <= pieces).then_some(ReadPage { page, extraction })
}
