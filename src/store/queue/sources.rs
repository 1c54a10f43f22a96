//! Sources: feeds, sitemaps and listings, as they were last read. The pages they named are those of `pages`, and of days
//! those of `days`; here is only what the next reading of a source has to know.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};
use strum::{EnumString, IntoStaticStr};

use crate::model::{Request, RunId, Validators};

use super::requests;
use crate::store::{
    error::Result,
    moment::{stamp, time_at},
    writer::Writer,
};

/// The state of a source when it was last read. Its words are those of `sources.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SourceState {
    /// It answers, with news.
    Fresh,
    /// It answers, with nothing young.
    Stale,
    /// It answers, and names no article.
    Empty,
    /// It does not answer.
    Failed,
}

/// A feed, sitemap or listing, as it was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMemory {
    /// Its address.
    pub url: String,
    /// What kind of source: feed, sitemap, listing.
    pub kind: &'static str,
    /// Its state then.
    pub state: SourceState,
    /// Why it failed, or what of it could not be read.
    pub reason: Option<String>,
    /// When it was last read.
    pub checked_at: DateTime<Utc>,
    /// The date of its newest item.
    pub newest_at: Option<DateTime<Utc>>,
    /// The number of articles it named.
    pub listed: usize,
    /// The number of places in it that could not be read.
    pub unread: usize,
    /// The validators to send next time.
    pub validators: Validators,
}

impl SourceState {
    /// Returns the word in `sources.state`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Writer {
    /// Returns what is remembered of a source.
    pub async fn source(&self, url: String, kind: &'static str) -> Result<Option<SourceMemory>> {
        self.call(move |conn| {
            let sql = "SELECT state, reason, checked_at, newest_at, listed, etag, last_modified, unread
                         FROM sources WHERE url = ?1";
            let memory = conn.prepare_cached(sql)?.query_row([&url], |row| {
                Ok(SourceMemory {
                    url: url.clone(),
                    kind,
                    state: row.get::<_, String>(0)?.parse().unwrap_or(SourceState::Failed),
                    reason: row.get(1)?,
                    checked_at: time_at(row, 2)?.unwrap_or_default(),
                    newest_at: time_at(row, 3)?,
                    listed: row.get(4)?,
                    validators: Validators { etag: row.get(5)?, last_modified: row.get(6)? },
                    unread: row.get(7)?,
                })
            });
            Ok(memory.optional()?)
        })
        .await
    }

    /// Remembers how a source was, and the requests that were sent for it.
    pub async fn remember_source(
        &self,
        run: RunId,
        memory: SourceMemory,
        requests: Vec<Request>,
    ) -> Result<()> {
        self.call(move |conn| {
            requests::keep(conn, run, &requests)?;
            let SourceMemory { url, kind, state, reason, checked_at, newest_at, listed, unread, validators } =
                &memory;
            conn.prepare_cached(
                "INSERT OR REPLACE INTO sources
                     (url, kind, state, reason, checked_at, newest_at, listed, etag, last_modified, unread)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                url,
                kind,
                state.code(),
                reason,
                stamp(*checked_at),
                newest_at.map(stamp),
                listed,
                validators.etag,
                validators.last_modified,
                unread
            ])?;
            Ok(())
        })
        .await
    }
}
