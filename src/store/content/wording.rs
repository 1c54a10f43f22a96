//! What makes two wordings of an article the same or different. Which of them is the newest, and what becomes of the others, is
//! decided in `articles`.

use std::collections::HashMap;

use crate::{model::Draft, store::bodies::bytes::sha256};

/// The hash that tells versions apart: SHA-256 over headline, byline, summary and body, white space folded.
pub fn content_hash(draft: &Draft) -> String {
    text_hash(&texts(draft), draft.byline.as_deref().unwrap_or_default())
}

/// The same hash of a wording as it is stored: headline, summary and body, and its byline.
pub(in crate::store) fn text_hash([headline, summary, body]: &[String; 3], byline: &str) -> String {
    sha256([headline.as_str(), byline, summary, body].map(folded).join("\u{1f}").as_bytes())
}

/// Returns a text with one blank for each run of white space.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns headline, summary and body of a draft, as the archive has them.
pub(super) fn texts(draft: &Draft) -> [String; 3] {
    [draft.headline.clone().unwrap_or_default(), draft.summary.join("\n"), draft.body()]
}

/// How many words came and went between two wordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChangedWords {
    pub(super) added: u64,
    pub(super) removed: u64,
}

/// Counts the words that one text has more often than the other.
pub(super) fn changed_words(before: &[String; 3], after: &[String; 3]) -> ChangedWords {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for (texts, step) in [(before, -1), (after, 1)] {
        for word in texts.iter().flat_map(|it| it.split_whitespace()) {
            *counts.entry(word).or_default() += step;
        }
    }
    let of = |sign: i64| counts.values().map(|it| (it * sign).max(0).unsigned_abs()).sum();
    ChangedWords { added: of(1), removed: of(-1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_measured_by_the_words_that_came_and_went() {
        let text = |it: &str| [String::new(), String::new(), it.to_owned()];
        let check = |a: &str, b: &str, added, removed| {
            let expect = ChangedWords { added, removed };
            assert_eq!(changed_words(&text(a), &text(b)), expect, "{a} / {b}");
        };
        check("the rupee fell", "the rupee fell", 0, 0);
        check("the rupee fell", "the rupee  rose", 1, 1);
        check("the rupee", "the rupee rose the", 2, 0);
    }
}
