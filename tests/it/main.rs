//! The claims of the whole program, one file a subject.

mod archives;
mod ask;
mod backfill;
mod cli;
mod config_check;
mod docs;
mod feed_stories;
mod forgetting;
mod guesses;
mod hostile;
mod market;
mod monitors;
mod pages;
mod papers;
mod polite;
mod safety;
mod scrape;
mod secure;
mod serve;
mod silence;
mod soak;
mod stories;
mod support;
mod tidy;
mod trust;
mod web_archives;
