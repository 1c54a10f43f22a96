//! Saved pages and web archives into the archive: the same road as a scrape, entered with the bytes in hand. It is no run that
//! fetches: nobody is asked for anything.

mod counts;
mod job;
mod keeping;
mod parts;
mod reading;
mod source;

pub use job::Imported;
pub use parts::Import;
pub use source::{Contents, ImportFile, Unreadable, saved_page};
