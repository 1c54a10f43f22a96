//! The texts of a story in which companies may be named, as the archive has them.

use chrono::NaiveDate;

use super::BlockKind;

/// The texts of a story.
#[derive(Debug, Clone, Default)]
pub struct StoryTexts<'t> {
    /// The day of its publication.
    pub day: Option<NaiveDate>,
    /// The headline.
    pub headline: &'t str,
    /// The summary, a line each.
    pub summary: &'t str,
    /// The pieces of the body that are text.
    pub blocks: Vec<TextBlock<'t>>,
    /// The tags.
    pub tags: Vec<String>,
    /// The links in the body.
    pub links: Vec<TextLink>,
}

/// A link in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLink {
    /// Its text.
    pub text: String,
    /// Its address.
    pub url: String,
}

/// A piece of a body.
#[derive(Debug, Clone, Copy)]
pub struct TextBlock<'t> {
    /// What kind of piece.
    pub kind: BlockKind,
    /// Its text.
    pub text: &'t str,
    /// Where it begins in the body, in characters from 0.
    pub start: usize,
}
