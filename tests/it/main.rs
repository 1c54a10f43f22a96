//! The claims of the whole program, one file a subject.

mod cli;
mod docs;
mod pages;
mod scrape;
mod support;
mod tidy;
