//! An article of the archive as JSON, as `export articles` prints it: its page is [`Row`], which `extract` prints, too, and what the archive knows
//! beside it has the names of the columns of the other formats.

use serde::Serialize;

use crate::store::ArticleFacts;

use super::row::Row;

/// An article of the archive: what its page says, and what the archive knows beside it.
#[derive(Debug, Clone, Serialize)]
pub struct ArticleRow {
    /// What `extract` prints of the page.
    #[serde(flatten)]
    pub page: Row,
    /// What the archive knows beside it.
    #[serde(flatten)]
    pub known: KnownRow,
}

/// What the archive knows of an article beside what its page says, under the names of the columns of an export.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::ArticleFacts` with its name")]
pub struct KnownRow {
    pub id: i64,
    pub word_count: i64,
    pub version: i64,
    pub content_hash: String,
    pub first_seen_at: String,
    pub last_checked_at: Option<String>,
    pub gone_at: Option<String>,
    pub symbols: Vec<String>,
    pub known_from: Option<String>,
    pub best_rank: Option<i64>,
    pub session: Option<String>,
    pub phase: Option<String>,
    pub wire: Option<String>,
}

impl From<ArticleFacts> for KnownRow {
    fn from(facts: ArticleFacts) -> Self {
        let ArticleFacts {
            id,
            word_count,
            version,
            content_hash,
            first_seen_at,
            last_checked_at,
            gone_at,
            symbols,
            known_from,
            best_rank,
            session,
            phase,
            wire,
        } = facts;
        Self {
            id,
            word_count,
            version,
            content_hash,
            first_seen_at,
            last_checked_at,
            gone_at,
            symbols,
            known_from,
            best_rank,
            session,
            phase,
            wire,
        }
    }
}
