//! Words in capitals, which may be symbols, and words in small letters, which say that a symbol is a word. Which symbols there are is not
//! known here.

use std::{collections::HashSet, ops::Range};

use super::story_texts::StoryTexts;

/// The length of the longest symbol.
const SYMBOL_MAX: usize = 12;

/// Calls `found` with each word in capitals and its place: letters and digits, at least one letter, at least two characters. Of
/// `KSE-100`, `KSE100` is tried first, and its parts if that is none.
pub(super) fn each_capital(text: &str, mut found: impl FnMut(&str, Range<usize>) -> bool) {
    let is_symbol = |word: &str| {
        (2..=SYMBOL_MAX).contains(&word.len())
            && word.bytes().all(is_capital)
            && word.bytes().any(|it| it.is_ascii_uppercase())
    };
    // Most paragraphs have none.
    if !text.as_bytes().windows(2).any(|it| it.iter().copied().all(is_capital)) {
        return;
    }
    let mut start = 0;
    for word in text.split(|it: char| !(it.is_alphanumeric() || it == '-')) {
        let range = start..start + word.len();
        // What parts words has bytes of its own.
        start = range.end + text[range.end..].chars().next().map_or(0, char::len_utf8);
        if !word.bytes().take(2).all(is_capital) {
            continue;
        }
        if !word.contains('-') {
            if is_symbol(word) {
                found(word, range);
            }
            continue;
        }
        let joined = word.replace('-', "");
        if is_symbol(&joined) && found(&joined, range.clone()) {
            continue;
        }
        let mut at = range.start;
        for part in word.split('-') {
            if is_symbol(part) {
                found(part, at..at + part.len());
            }
            at += part.len() + 1;
        }
    }
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// The words that a story has in lower case: a symbol that is one of them is a word.
pub(super) struct LowerWords<'t>(HashSet<&'t str>);

impl<'t> LowerWords<'t> {
    /// Returns those of a story.
    pub(super) fn of(story: &StoryTexts<'t>) -> Self {
        let texts =
            [story.headline, story.summary].into_iter().chain(story.blocks.iter().map(|it| it.text));
        let words = texts.flat_map(|it| it.split(|it: char| !it.is_alphanumeric()));
        let is_lower = |it: &&str| {
            (2..=SYMBOL_MAX).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_lowercase())
        };
        Self(words.filter(is_lower).collect())
    }

    /// Whether a symbol is one of them.
    pub(super) fn has(&self, symbol: &str) -> bool {
        self.0.contains(symbol.to_ascii_lowercase().as_str())
    }
}
