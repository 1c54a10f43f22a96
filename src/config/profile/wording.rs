//! The words by which a page is understood where it has no markup: the ticker's, the page's, the guard's. Selectors are in
//! `rules.rs`; the names of sections and companies are types of their own, because they are looked up.

use crate::config::{BytePattern, LineSet, Pattern, SectionNames};

/// The words of the ticker.
#[derive(Debug, Clone, PartialEq)]
pub struct StripWords {
    /// A rise.
    pub up: String,
    /// A fall.
    pub down: String,
    /// No change.
    pub flat: String,
    /// Symbols that are indices.
    pub indices: Vec<String>,
    /// Text that may be on a line before its first row.
    pub prefix: Option<Pattern>,
}

/// The words of a page, for what has no markup. Patterns match whole lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextRules {
    /// Names of sections.
    pub sections: SectionNames,
    /// Lines between ticker and headline.
    pub furniture: LineSet,
    /// Lines that are never part of a story.
    pub boilerplate: LineSet,
    /// Lines that are part of the list of related stories, after the story.
    pub more: LineSet,
    /// Lines that end the page's story and its related list.
    pub end: LineSet,
    /// Headings of boxes that are not the story's related list.
    pub sidebar: LineSet,
    /// Authors in feeds that are nobody: the mail address of the paper.
    pub nobody: LineSet,
    /// Agencies and desks that sign stories.
    pub bylines: LineSet,
    /// Words that a paragraph may have beside its link.
    pub link_leads: LineSet,
    /// A print item's section line, with groups `section` and `date`.
    pub print_edition: Option<Pattern>,
    /// Labels of a publication date.
    pub published: Vec<String>,
    /// Labels of a date of change.
    pub updated: Vec<String>,
    /// Words in capitals before a colon that are not a place.
    pub not_a_dateline: Vec<String>,
    /// Headlines of a page that says "not found".
    pub not_found: LineSet,
    /// Headlines of notices that come in place of a story.
    pub notices: LineSet,
}

/// The part of a body in which the words of a server's guard are looked for.
const CHALLENGE_BYTES: usize = 16 << 10;

/// How to recognise a page that the server's guard shows instead of the article.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Challenge {
    /// Header names, lower case, with a value where it matters.
    pub headers: Vec<(String, Option<String>)>,
    /// Texts at the beginning of the body, any of which is enough.
    pub texts: Option<BytePattern>,
}

impl Challenge {
    /// Whether one of the texts stands at the beginning of a body.
    pub fn is_in(&self, body: &[u8]) -> bool {
        let head = &body[..body.len().min(CHALLENGE_BYTES)];
        self.texts.as_ref().is_some_and(|it| it.is_in(head))
    }
}
