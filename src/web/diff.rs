//! Two wordings side by side in one text: which words went and which came, with the paragraphs between that stayed folded away. White
//! space is no change. How it looks is the template's.

use similar::{ChangeTag, DiffOp, TextDiff};

/// A paragraph of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compared {
    /// Paragraphs that are the same in both.
    Same(Vec<String>),
    /// A paragraph in which something changed.
    Changed(Vec<Words>),
}

/// Words that stayed, went or came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) fate: Fate,
    pub(super) text: String,
}

/// What became of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stayed,
    Went,
    Came,
}

/// Compares two texts, whose paragraphs are apart by a blank line.
pub(super) fn compare(old: &str, new: &str) -> Vec<Compared> {
    let (old, new) = (paragraphs(old), paragraphs(new));
    let (olds, news): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let mut compared = Vec::new();
    for op in TextDiff::from_slices(&olds, &news).ops() {
        match op {
            DiffOp::Equal { old_index, len, .. } => {
                compared.push(Compared::Same(old[*old_index..old_index + len].to_vec()));
            }
            op => {
                let (went, came) = (&old[op.old_range()], &new[op.new_range()]);
                for nth in 0..went.len().max(came.len()) {
                    let text = |of: &[String]| of.get(nth).cloned().unwrap_or_default();
                    compared.push(Compared::Changed(words(&text(went), &text(came))));
                }
            }
        }
    }
    compared
}

/// Returns the words of two paragraphs, those that stayed once.
fn words(old: &str, new: &str) -> Vec<Words> {
    let diff = TextDiff::from_words(old, new);
    let mut found: Vec<Words> = Vec::new();
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Stayed,
            ChangeTag::Delete => Fate::Went,
            ChangeTag::Insert => Fate::Came,
        };
        match found.last_mut().filter(|it| it.fate == fate) {
            Some(last) => last.text.push_str(change.value()),
            None => found.push(Words { fate, text: change.value().to_owned() }),
        }
    }
    found
}

/// Returns paragraphs with their white space folded.
fn paragraphs(text: &str) -> Vec<String> {
    let folded = text.split("\n\n").map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "));
    folded.filter(|it| !it.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stayed_is_folded_and_what_changed_is_shown_word_by_word() {
        let old = "The rupee held.\n\nIt gained five paisa.\n\nDealers said so.";
        let new = "The  rupee held.\n\nIt gained ten paisa.\n\nDealers said so.";
        let compared = compare(old, new);
        assert_eq!(compared.len(), 3);
        assert_eq!(compared[0], Compared::Same(vec!["The rupee held.".into()]));
        let Compared::Changed(words) = &compared[1] else { panic!("{compared:?}") };
        let said: Vec<(Fate, &str)> = words.iter().map(|it| (it.fate, it.text.trim())).collect();
        assert_eq!(
            said,
            [
                (Fate::Stayed, "It gained"),
                (Fate::Went, "five"),
                (Fate::Came, "ten"),
                (Fate::Stayed, "paisa.")
            ]
        );
        assert!(compare(old, old).iter().all(|it| matches!(it, Compared::Same(_))));
    }
}
