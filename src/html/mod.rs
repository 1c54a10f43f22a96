//! The DOM, wrapped: parsing, walking, class-token matching. Alone in knowing `html5ever` and `scraper`.
//!
//! A page is parsed by `quick`, which is certain of what the standard makes of it or gives up, and then by `whole`. The trees
//! are equal: tests hold that over every fixture and over thousands of broken pages. Nobody else knows that there are two
//! parsers; how often the slow one was needed is counted in one place, `extract/effort.rs`.

mod build;
mod charset;
mod depth;
mod matcher;
mod names;
mod quick;
mod select;
mod token;
mod tree;
mod whole;

#[cfg(test)]
mod same;
#[cfg(test)]
mod soup;

pub use charset::{Decoded, decode};
pub use matcher::{BadSelector, Matcher};
pub use tree::{Child, Document, Element, Step};

impl<'t> Document<'t> {
    /// Parse a page. It is logged why one is parsed slowly.
    pub fn parse(page: &'t str) -> Self {
        quick::parse(page).unwrap_or_else(|doubt| {
            tracing::debug!(reason = doubt.words(), "a page is parsed slowly");
            whole::parse(page).slow()
        })
    }
}

/// Whether both parsers make the same of a page, or the quick one is in doubt.
pub fn parsers_agree(page: &str) -> bool {
    // The other parser cuts what is nested without end.
    depth::end_of_sane(page) < page.len()
        || quick::parse(page).map_or(true, |it| it.is_like(&whole::parse(page)))
}

/// Text whose entities were escaped once too often, as titles in JSON and feeds are.
pub fn unescape(text: &str) -> String {
    if !text.contains('&') && !text.contains('<') {
        return text.to_owned();
    }
    whole::parse_fragment(text).root().text()
}
