//! Sources of candidates: they say what to read next, and parse what came. Nothing here sends a request or stores anything: a
//! job reads and enqueues. What an article's page says is not parsed here either (`extract`).

mod admit;
mod bisect;
mod cdx;
mod cdx_lines;
mod feed;
mod front_page;
mod id_series;
mod listing;
mod packed;
mod sitemap;
mod source;
mod story_form;

pub use bisect::Bisect;
pub use cdx::{CdxPaging, CdxQuery, Listed, Sought, crawls};
pub use cdx_lines::{ArchivedCapture, RecordPlace};
pub use feed::FeedSource;
pub use front_page::{FrontPage, written_offset};
pub use id_series::{DISORDER, Edge, EdgeKind, Edges, IdSeries, Probe};
pub use listing::{CardReader, Extent, ListingSource};
pub use sitemap::SitemapSource;
pub use source::{FeedItem, NamedPages, Source};
pub use story_form::StoryForm;
