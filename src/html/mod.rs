//! The DOM, wrapped: parsing, walking, class-token matching. Alone in knowing `html5ever` and `scraper`.
//!
//! A page is parsed by `quick`, which is certain of what the standard makes of it or gives up, and then by `whole`. The trees
//! are equal: tests hold that over every fixture and over thousands of broken pages. Nobody else knows that there are two
//! parsers; how often the slow one was needed is counted in one place, `extract/effort.rs`.

mod build;
mod charset;
mod compound;
mod limit;
mod matcher;
mod names;
mod quick;
mod select;
mod set;
mod siblings;
mod token;
mod tree;
mod whole;

#[cfg(test)]
mod same;
#[cfg(test)]
mod soup;

pub use charset::{Decoded, decode};
pub use matcher::{BadSelector, Matcher};
pub use set::ElementSet;
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
    let Ok(quick) = quick::parse(page) else { return true };
    let whole = whole::parse(page);
    // What costs too much is cut by the other parser alone.
    whole.is_cut() || quick.is_like(&whole)
}

/// Text whose entities were escaped once too often, as titles in JSON and feeds are. Tags in it are no text, but words on both
/// sides of one that breaks a line stay apart.
pub fn unescape(text: &str) -> String {
    if !text.contains('&') && !text.contains('<') {
        return text.to_owned();
    }
    let page = whole::parse_fragment(text);
    let mut unescaped = String::with_capacity(text.len());
    let mut is_apart = false;
    for step in page.root().walk() {
        match step {
            Step::Text(text) => {
                let touches = !text.starts_with(char::is_whitespace)
                    && unescaped.ends_with(|it: char| !it.is_whitespace());
                unescaped.push_str(if is_apart && touches { " " } else { "" });
                unescaped.push_str(text);
                is_apart = false;
            }
            Step::Open(it) | Step::Close(it) => is_apart |= breaks_line(it.name()),
        }
    }
    unescaped
}

/// Whether elements of a name stand on lines of their own, or break one.
fn breaks_line(name: &str) -> bool {
    matches!(
        name,
        "br" | "p" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote"
    )
}
