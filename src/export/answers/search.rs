//! The answer of `search`: a story that was found, and where the words are in it. The index is asked in `store`; colours and
//! wrapping are `cli`'s.

use serde::Serialize;

use crate::store::{MARKS, SearchHit};

use super::form::AnswerRow;

/// A story that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "each is the field of `store::SearchHit` with its name, unless it says more"
)]
pub struct HitAnswer {
    pub id: i64,
    pub published_on: Option<String>,
    pub section: Option<String>,
    pub byline: Option<String>,
    pub headline: Option<String>,
    pub url: Option<String>,
    /// A part of the story around the words that were found, each of them in square brackets.
    pub snippet: String,
}

impl From<SearchHit> for HitAnswer {
    fn from(hit: SearchHit) -> Self {
        let SearchHit { id, published_on, section, byline, headline, url, snippet } = hit;
        let snippet = snippet.replace(MARKS[0], "[").replace(MARKS[1], "]");
        Self { id, published_on, section, byline, headline, url, snippet }
    }
}

impl AnswerRow for HitAnswer {
    const COLUMNS: &'static [&'static str] =
        &["id", "published_on", "section", "byline", "headline", "url", "snippet"];
}

#[cfg(test)]
mod tests {
    use super::{
        super::form::{csv_rows, tests::check_columns, to_json_lines},
        *,
    };

    #[test]
    fn the_words_that_were_found_are_in_brackets() {
        let hit = SearchHit {
            id: 7,
            published_on: None,
            section: Some("Markets".into()),
            byline: None,
            headline: Some("Rupee firm, again".into()),
            url: None,
            snippet: "the \u{2}rupee\u{3} held".into(),
        };
        let answer = HitAnswer::from(hit);
        check_columns(&answer);
        assert_eq!(
            csv_rows([answer.clone()]),
            "7,,Markets,,\"Rupee firm, again\",,the [rupee] held\r\n"
        );
        assert_eq!(
            to_json_lines([answer]),
            "{\"id\":7,\"published_on\":null,\"section\":\"Markets\",\"byline\":null,\"headline\":\"Rupee firm, again\",\
             \"url\":null,\"snippet\":\"the [rupee] held\"}\n"
        );
    }
}
