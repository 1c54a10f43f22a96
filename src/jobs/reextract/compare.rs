//! How a stored article compares with a later reading of the same page, and what follows from it. What is read, and when, is
//! decided in `mod.rs`.

use chrono::NaiveTime;

use crate::{
    model::{Article, Draft, Field, Tag},
    store::{Amendment, content_hash},
};

/// A body that keeps less than this percentage of its words has shrunk.
const KEPT_WORDS: u32 = 90;

/// What becomes of a reading that has less than the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Losses {
    /// It is kept as a draft beside the article.
    Draft,
    /// It takes the article's place.
    Accept,
}

/// The fields that are compared.
pub const FIELDS: [Field; 11] = [
    Field::Headline,
    Field::Section,
    Field::Byline,
    Field::PublishedOn,
    Field::PublishedAt,
    Field::UpdatedAt,
    Field::Dateline,
    Field::Summary,
    Field::Body,
    Field::Tags,
    Field::Links,
];

/// The fields that make a version.
const WORDING: [Field; 4] = [Field::Headline, Field::Byline, Field::Summary, Field::Body];

/// How one field of an article compares with its re-reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldChange {
    pub(super) field: Field,
    pub(super) was_there: bool,
    pub(super) is_there: bool,
    pub(super) differs: bool,
}

/// Returns what a reading does to its article.
pub(super) fn judge(
    article: &Article,
    draft: &Draft,
    changes: &[FieldChange],
    losses: Losses,
) -> Amendment {
    // `verify --repair` forgot what is not what was stored: whatever the page has is more.
    if article.content_hash.is_empty() {
        return Amendment::Replace;
    }
    let lost = changes.iter().filter(|it| it.was_there && !it.is_there).map(|it| it.field);
    let mut lost: Vec<Field> = lost.filter(|it| !is_correction(*it, &article.draft, draft)).collect();
    let has_shrunk = draft.word_count() * 100 < article.word_count * KEPT_WORDS;
    if has_shrunk && !lost.contains(&Field::Body) {
        lost.push(Field::Body);
    }
    if !lost.is_empty() && losses == Losses::Draft {
        return Amendment::Draft(lost);
    }
    // The stored text itself may be other than its hash says.
    let is_reworded = changes.iter().any(|it| it.differs && WORDING.contains(&it.field));
    if is_reworded || article.content_hash != content_hash(draft) {
        return Amendment::Replace;
    }
    let is_same = changes.iter().all(|it| !it.differs) && article.draft.blocks == draft.blocks;
    if is_same { Amendment::Same } else { Amendment::Refresh }
}

/// Whether a value that a reading has no more was none: a change at the moment of publication, which templates write on stories
/// that were never changed; the first moment of a day for a story of that day; a place that the same text is no more taken to begin with.
fn is_correction(field: Field, old: &Draft, new: &Draft) -> bool {
    match field {
        Field::UpdatedAt => old.updated_at == old.published_at,
        Field::PublishedAt => {
            old.published_at.is_some_and(|it| it.time() == NaiveTime::MIN)
                && old.published_on == new.published_on
        }
        Field::Dateline => old.body() == new.body(),
        _ => false,
    }
}

/// Returns how every field of two readings compares.
pub(super) fn compare(old: &Draft, new: &Draft) -> Vec<FieldChange> {
    let change = |field| {
        let (before, after) = (shown(old, field), shown(new, field));
        let (was_there, is_there) = (!before.is_empty(), !after.is_empty());
        FieldChange { field, was_there, is_there, differs: before != after }
    };
    FIELDS.map(change).into()
}

/// A field as text; nothing where it is absent.
fn shown(draft: &Draft, field: Field) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    match field {
        Field::Headline => text(&draft.headline),
        Field::Section => text(&draft.section),
        Field::Byline => text(&draft.byline),
        Field::PublishedOn => draft.published_on.map(|it| it.to_string()).unwrap_or_default(),
        Field::PublishedAt => draft.published_at.map(|it| it.to_rfc3339()).unwrap_or_default(),
        Field::UpdatedAt => draft.updated_at.map(|it| it.to_rfc3339()).unwrap_or_default(),
        Field::Dateline => text(&draft.dateline),
        Field::Summary => draft.summary.join("\n"),
        Field::Body => draft.body(),
        Field::Tags => {
            // Archives before schema 6 kept them in no order.
            let shown = |it: &Tag| format!("{} {}", it.name, it.url.as_deref().unwrap_or_default());
            let mut tags: Vec<String> = draft.tags.iter().map(shown).collect();
            tags.sort();
            tags.join("\n")
        }
        Field::Links => draft
            .links
            .iter()
            .flat_map(|it| [it.title.as_str(), it.url.as_deref().unwrap_or(" "), "\n"])
            .collect(),
        Field::Url | Field::MarketDate | Field::Strip | Field::Boards | Field::MostRead => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Block, BlockKind, PageId, PageKey};

    fn draft(headline: &str, body: &str) -> Draft {
        Draft {
            headline: Some(headline.to_owned()).filter(|it| !it.is_empty()),
            blocks: vec![Block { kind: BlockKind::Paragraph, text: body.to_owned(), url: None }],
            ..Draft::default()
        }
    }

    #[track_caller]
    fn check(old: Draft, new: &Draft, losses: Losses, expect: &Amendment) {
        let article = Article {
            id: PageId(1),
            key: PageKey { host: "x".to_owned(), id: "1".to_owned() },
            url: String::new(),
            version: 1,
            content_hash: content_hash(&old),
            word_count: old.word_count(),
            first_seen_at: chrono::DateTime::UNIX_EPOCH,
            last_checked_at: chrono::DateTime::UNIX_EPOCH,
            draft: old,
        };
        let compared = compare(&article.draft, new);
        assert_eq!(judge(&article, new, &compared, losses), *expect);
    }

    #[test]
    fn what_was_no_value_is_no_loss() {
        let text = "KARACHI: The looms are cleared";
        let at = |it: &str| Some(it.parse().expect("a moment"));
        let old = || Draft {
            published_on: Some("2025-01-29".parse().expect("a day")),
            published_at: at("2025-01-29T21:10:05+05:00"),
            ..draft("A", text)
        };
        let repeated = || Draft { updated_at: old().published_at, ..old() };
        check(repeated(), &old(), Losses::Draft, &Amendment::Refresh);
        let changed = Draft { updated_at: at("2025-01-29T22:00:00+05:00"), ..old() };
        check(changed, &old(), Losses::Draft, &Amendment::Draft(vec![Field::UpdatedAt]));
        let midnight = || Draft { published_at: at("2025-01-29T00:00:00+05:00"), ..old() };
        let day = || Draft { published_at: None, ..old() };
        check(midnight(), &day(), Losses::Draft, &Amendment::Refresh);
        check(old(), &day(), Losses::Draft, &Amendment::Draft(vec![Field::PublishedAt]));
        let placed = Draft { dateline: Some("KARACHI".to_owned()), ..old() };
        check(placed, &old(), Losses::Draft, &Amendment::Refresh);
    }

    #[test]
    fn a_reading_that_has_less_is_kept_aside_unless_losses_are_accepted() {
        let ten = "one two three four five six seven eight nine ten";
        let six = "one two three four five six";
        let old = || draft("A", ten);
        check(old(), &old(), Losses::Draft, &Amendment::Same);
        check(old(), &draft("B", ten), Losses::Draft, &Amendment::Replace);
        check(old(), &draft("", ten), Losses::Draft, &Amendment::Draft(vec![Field::Headline]));
        check(old(), &draft("A", six), Losses::Draft, &Amendment::Draft(vec![Field::Body]));
        check(old(), &draft("A", six), Losses::Accept, &Amendment::Replace);
        check(draft("A", six), &old(), Losses::Draft, &Amendment::Replace);
        let dated = Draft { section: Some("Markets".to_owned()), ..old() };
        check(old(), &dated, Losses::Draft, &Amendment::Refresh);
        check(dated, &old(), Losses::Draft, &Amendment::Draft(vec![Field::Section]));
    }
}
