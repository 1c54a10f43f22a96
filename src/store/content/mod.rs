//! What pages said: captures, and the articles, strips and symbols read from them, with the index over their words. Which page is
//! asked for is the business of `queue`; how the bytes are stored, of `bodies`.

pub(super) mod articles;
pub(super) mod boards;
pub(super) mod captures;
pub(super) mod drafts;
pub(super) mod feed_stories;
pub(super) mod full_text;
pub(super) mod image_bytes;
pub(super) mod images;
pub(super) mod sessions;
pub(super) mod strips;
pub(super) mod wording;

mod copies;
mod copy_window;
mod imports;
mod mentions;
mod overlap;
mod parts;
mod revisions;
mod series;
mod stored_text;
mod symbols;

pub use imports::PackedPages;
pub(super) use imports::UNKNOWN_HOST;
pub use strips::{StripDating, StripPlace};
pub use wording::content_hash;
