//! Saved pages and web archives into the archive: the same road as a scrape, entered with the bytes in hand. It is no run that
//! fetches: nobody is asked for anything.

mod container;
mod counts;
mod evidence;
mod images;
mod job;
mod keeping;
mod mirror;
mod parts;
mod reading;
mod source;

pub use container::contents;
pub use job::Imported;
pub use mirror::{is_host, mirrored};
pub use parts::Import;
pub use source::{Contents, ImportFile, SavedPage, Unreadable, saved_page};
