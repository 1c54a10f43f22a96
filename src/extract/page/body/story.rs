//! What is known of a story before it is read, and what it is made of afterwards: the two ends of the walk in `mod.rs`.

use std::ops::Range;

use chrono::NaiveDate;

use crate::{
    extract::{kinds::is_hidden, page::images::FoundImage, stamp::Stamp, text::has_essence},
    html::{Element, ElementSet},
    model::{Block, Link, Quote, Tag},
};

/// A hidden element whose paragraphs have fewer bytes is a notice, not a withheld part of the story.
const WITHHELD_BYTES_MIN: usize = 500;

/// What is known of a story before its elements are read.
pub(in crate::extract::page) struct Known<'k, 'd> {
    /// Its elements, in order.
    pub(in crate::extract::page) elements: &'k [Element<'d>],
    /// Elements that are never part of it.
    pub(in crate::extract::page) drop: &'k ElementSet,
    /// Those of them whose names say so: no rule does, and what they hold is said.
    pub(in crate::extract::page) named: &'k ElementSet,
    /// Elements that show what somebody else posted.
    pub(in crate::extract::page) embeds: &'k ElementSet,
    /// Elements that are headings inside it, whatever they are called.
    pub(in crate::extract::page) subheadings: &'k ElementSet,
    /// The headline's element: the story begins after it.
    pub(in crate::extract::page) title: Option<Element<'d>>,
    /// The essence of the headline, for knowing it again; empty where there is none.
    pub(in crate::extract::page) headline: &'k str,
    /// No rule named the story's element: what stands in it may be anything.
    pub(in crate::extract::page) is_guessed: bool,
    /// The header gave no date, or the story's element was guessed: a stamp may stand inside it.
    pub(in crate::extract::page) may_hold_stamp: bool,
}

/// The story's element taken apart.
#[derive(Default)]
pub(in crate::extract::page) struct Story {
    pub(in crate::extract::page) blocks: Vec<Block>,
    pub(in crate::extract::page) links: Vec<Link>,
    pub(in crate::extract::page) tags: Vec<Tag>,
    /// The pictures among the blocks.
    pub(in crate::extract::page) images: Vec<FoundImage>,
    pub(in crate::extract::page) quotes: Vec<Quote>,
    /// A byline and date that stood among the first blocks.
    pub(in crate::extract::page) stamp: Option<Stamp>,
    /// What stood before that stamp: section, summary.
    pub(in crate::extract::page) above: Vec<String>,
    /// A navigation line that stood among the first blocks.
    pub(in crate::extract::page) market_date: Option<NaiveDate>,
    pub(in crate::extract::page) is_too_deep: bool,
    /// Texts that were taken for furniture although the story goes on after them.
    pub(in crate::extract::page) left_out: Vec<String>,
}

impl Known<'_, '_> {
    /// Whether a text is the headline once more.
    pub(in crate::extract::page) fn is_headline(&self, text: &str) -> bool {
        !self.headline.is_empty() && has_essence(text, self.headline)
    }

    /// Returns the part of a paragraph after the headline, where that is its first line: pages laid out in tables have it there.
    pub(in crate::extract::page) fn after_headline(
        &self,
        text: &str,
        range: Range<usize>,
    ) -> Range<usize> {
        let first = text[range.clone()].find('\n').map(|end| &text[range.start..range.start + end]);
        match first.filter(|it| self.is_headline(it)) {
            Some(line) => range.start + line.len() + 1..range.end,
            None => range,
        }
    }

    /// Whether nothing in an element is the story's: nobody sees it, or it is furniture.
    pub(in crate::extract::page) fn hides(&self, element: Element<'_>) -> bool {
        let is_unseen = is_hidden(element) && !(self.is_guessed && is_withheld(element));
        is_unseen || self.drop.contains(element)
    }
}

/// Whether an element is hidden although it holds paragraphs: a part of the story that a script shows to subscribers.
fn is_withheld(element: Element<'_>) -> bool {
    let is_box =
        element.attr("hidden").is_some() && matches!(element.name(), "div" | "section" | "article");
    let paragraphs = || element.descendants().filter(|it| it.name() == "p");
    is_box && WITHHELD_BYTES_MIN <= paragraphs().map(|it| it.text().len()).sum()
}
