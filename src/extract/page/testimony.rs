//! The story's text as the page's metadata has it (`articleBody` of JSON-LD): a witness against what was found where no rule says
//! where the story is.
//!
//! It has no headings, pictures or tables of its own, and some papers cut it off: what stands on the page is believed, as far as
//! the witness knows it, and the witness alone only where the page shows hardly anything.

use memchr::memmem;

use crate::{
    extract::text::{ends_sentence, essence, fold},
    model::{Block, BlockKind},
};

/// Shorter ones are descriptions.
const ESSENCE_BYTES_MIN: usize = 500;
/// The characters of a block, at its beginning or its end, that are looked for in the text.
const PROBE_CHARS: usize = 40;
/// A witness that knows less of the story was cut off.
const COVERED_SHARE: usize = 2;
/// A page that shows less than one part in this many of the story shows only its beginning.
const SHOWN_SHARE: usize = 2;

/// What the metadata says that the story is.
pub(super) struct Testimony<'t> {
    text: &'t str,
    essence: String,
}

impl<'t> Testimony<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, essence: essence(text) }
    }

    /// Returns its paragraphs.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> {
        let paragraphs = self.text.lines().map(fold).filter(|text| !text.is_empty());
        paragraphs.map(|text| Block { kind: BlockKind::Paragraph, text, url: None })
    }

    /// Whether the page shows hardly any of it.
    pub(super) fn says_far_more_than(&self, blocks: &[Block]) -> bool {
        ESSENCE_BYTES_MIN <= self.essence.len() && SHOWN_SHARE * length(blocks) < self.essence.len()
    }

    /// Whether it knows enough of what was found to be asked about each part.
    pub(super) fn covers(&self, blocks: &[Block]) -> bool {
        let known = blocks.iter().filter(|it| it.kind.is_text() && self.says(&it.text));
        let known: usize = known.map(|it| it.text.len()).sum();
        ESSENCE_BYTES_MIN <= self.essence.len() && length(blocks) <= COVERED_SHARE * known
    }

    /// Takes out what it does not know: labels, and what was found around the story. Headings stay above what it knows. Returns the
    /// sentences among it.
    pub(super) fn keep_said(&self, blocks: &mut Vec<Block>) -> Vec<String> {
        let is_said = |it: &Block| !it.kind.is_text() || self.says(&it.text);
        let first = blocks.iter().position(|it| it.kind.is_text());
        let kept: Vec<bool> = (0..blocks.len())
            .map(|at| {
                let next = || blocks[at + 1..].iter().find(|it| it.kind.is_text());
                let heads = match blocks[at].kind {
                    BlockKind::Heading => true,
                    // Metadata may begin below the first paragraph, which is set apart.
                    BlockKind::Paragraph => Some(at) == first && is_sentence(&blocks[at].text),
                    _ => false,
                };
                is_said(&blocks[at]) || (heads && next().is_some_and(|it| self.says(&it.text)))
            })
            .collect();
        let mut left_out = Vec::new();
        let mut kept = kept.into_iter();
        blocks.retain(|it| {
            let is_kept = kept.next().unwrap_or(true);
            if !is_kept && it.kind == BlockKind::Paragraph && PROBE_CHARS < it.text.len() {
                left_out.push(it.text.clone());
            }
            is_kept
        });
        left_out
    }

    /// Whether a text, or one of its lines, is in it.
    fn says(&self, text: &str) -> bool {
        text.lines().any(|line| {
            let bare = essence(line);
            let ends = [head(&bare), tail(&bare)];
            let holds = |it: &str| memmem::find(self.essence.as_bytes(), it.as_bytes()).is_some();
            !bare.is_empty() && ends.into_iter().any(holds)
        })
    }
}

fn is_sentence(text: &str) -> bool {
    PROBE_CHARS < text.len() && ends_sentence(text)
}

fn length(blocks: &[Block]) -> usize {
    blocks.iter().filter(|it| it.kind.is_text()).map(|it| it.text.len()).sum()
}

fn head(text: &str) -> &str {
    text.char_indices().nth(PROBE_CHARS).map_or(text, |it| &text[..it.0])
}

fn tail(text: &str) -> &str {
    let skipped = text.chars().count().saturating_sub(PROBE_CHARS);
    text.char_indices().nth(skipped).map_or(text, |it| &text[it.0..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str =
        "The harbour was busy on the day, and nobody went home before it was dark and late.";

    fn blocks(texts: &[&str]) -> Vec<Block> {
        let kind =
            |it: &str| if it.starts_with('#') { BlockKind::Heading } else { BlockKind::Paragraph };
        texts.iter().map(|it| Block { kind: kind(it), text: (*it).to_owned(), url: None }).collect()
    }

    #[test]
    fn what_the_witness_does_not_know_goes() {
        let text = format!("{SAID} ").repeat(20);
        let testimony = Testimony::new(&text);
        let mut found = blocks(&[
            "#Late",
            SAID,
            "Subscribe to our letter about the harbour and its ships.",
            "#More",
        ]);
        assert!(testimony.covers(&found));
        let left_out = testimony.keep_said(&mut found);
        assert_eq!(found, blocks(&["#Late", SAID]));
        assert_eq!(left_out.len(), 1);
    }

    #[test]
    fn a_witness_that_was_cut_off_is_not_asked() {
        let text = format!("{SAID} ").repeat(8);
        let other = "Quite another sentence stands here, which nobody has heard of. ".repeat(8);
        assert!(!Testimony::new(&text).covers(&blocks(&[SAID, &other])));
        assert!(!Testimony::new(SAID).covers(&blocks(&[SAID])));
        assert!(Testimony::new(&text).says_far_more_than(&blocks(&["The harbour"])));
    }
}
