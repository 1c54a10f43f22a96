//! The answer of `list`: a story in a line. The story as a whole is [`Row`](super::super::Row).

use serde::Serialize;

use crate::store::ListedStory;

use super::form::AnswerRow;

/// A story in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::ListedStory` with its name")]
pub struct StoryAnswer {
    pub id: i64,
    pub published_on: Option<String>,
    pub published_at: Option<String>,
    pub section: Option<String>,
    pub byline: Option<String>,
    pub headline: Option<String>,
    pub version: u32,
    pub url: Option<String>,
}

impl From<ListedStory> for StoryAnswer {
    fn from(story: ListedStory) -> Self {
        let ListedStory { id, published_on, published_at, section, byline, headline, version, url } =
            story;
        Self { id, published_on, published_at, section, byline, headline, version, url }
    }
}

impl AnswerRow for StoryAnswer {
    const COLUMNS: &'static [&'static str] =
        &["id", "published_on", "published_at", "section", "byline", "headline", "version", "url"];
}

#[cfg(test)]
mod tests {
    use super::{super::form::tests::check_columns, *};

    #[test]
    fn the_columns_are_the_fields() {
        check_columns(&StoryAnswer {
            id: 1,
            published_on: None,
            published_at: None,
            section: None,
            byline: None,
            headline: None,
            version: 1,
            url: None,
        });
    }
}
