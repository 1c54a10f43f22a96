//! Sources of candidates: they say what to read next, and parse what came. Nothing here sends a request or stores anything: a
//! job reads and enqueues. What an article's page says is not parsed here either (`extract`).

mod admit;
mod bisect;
mod cdx;
mod feed;
mod listing;
mod series;
mod sitemap;
mod source;

pub use bisect::Bisect;
pub use cdx::{ArchivedCapture, CdxPaging, CdxQuery, RecordPlace, Sought, crawls};
pub use feed::FeedSource;
pub use listing::{CardReader, Extent, ListingSource};
pub use series::{DISORDER, Edge, EdgeKind, IdSeries, Probe};
pub use sitemap::SitemapSource;
pub use source::{NamedPages, Source};
