//! What is remembered of the site between runs: sources, robots.txt, hosts, requests.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{HostMemory, Request, RobotsMemory, RunId, Validators, WaitReason};

use super::{Result, Writer, stamp, unstamp};

/// How a source was when it was last read. The words of `sources.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// How it was.
    pub state: SourceState,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it was read.
    pub checked_at: DateTime<Utc>,
    /// The date of its newest item.
    pub newest_at: Option<DateTime<Utc>>,
    /// How many articles it named.
    pub listed: usize,
    /// What to send back next time.
    pub validators: Validators,
}

impl SourceState {
    const ALL: [Self; 4] = [Self::Fresh, Self::Stale, Self::Empty, Self::Failed];

    /// The word in `sources.state`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Empty => "empty",
            Self::Failed => "failed",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

impl Writer {
    /// What is remembered of a source.
    pub async fn source(&self, url: String, kind: &'static str) -> Result<Option<SourceMemory>> {
        self.call(move |conn| {
            let sql = "SELECT state, reason, checked_at, newest_at, listed, etag, last_modified
                         FROM sources WHERE url = ?1";
            let memory = conn.prepare_cached(sql)?.query_row([&url], |row| {
                Ok(SourceMemory {
                    url: url.clone(),
                    kind,
                    state: SourceState::from_code(&row.get::<_, String>(0)?)
                        .unwrap_or(SourceState::Failed),
                    reason: row.get(1)?,
                    checked_at: time(row, 2)?.unwrap_or_default(),
                    newest_at: time(row, 3)?,
                    listed: row.get(4)?,
                    validators: Validators { etag: row.get(5)?, last_modified: row.get(6)? },
                })
            });
            Ok(memory.optional()?)
        })
        .await
    }

    /// Remember how a source was, and what was sent for it.
    pub async fn remember_source(
        &self,
        run: RunId,
        memory: SourceMemory,
        requests: Vec<Request>,
    ) -> Result<()> {
        self.call(move |conn| {
            keep_requests(conn, run, &requests)?;
            let SourceMemory { url, kind, state, reason, checked_at, newest_at, listed, validators } =
                &memory;
            conn.prepare_cached(
                "INSERT OR REPLACE INTO sources
                     (url, kind, state, reason, checked_at, newest_at, listed, etag, last_modified)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
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
                validators.last_modified
            ])?;
            Ok(())
        })
        .await
    }

    /// What is remembered of an origin's robots.txt.
    pub async fn robots(&self, origin: String) -> Result<Option<RobotsMemory>> {
        self.call(move |conn| {
            let sql = "SELECT fetched_at, expires_at, status, body FROM robots WHERE origin = ?1";
            let memory = conn.prepare_cached(sql)?.query_row([&origin], |row| {
                Ok(RobotsMemory {
                    origin: origin.clone(),
                    fetched_at: time(row, 0)?.unwrap_or_default(),
                    expires_at: time(row, 1)?.unwrap_or_default(),
                    status: row.get(2)?,
                    body: row.get(3)?,
                })
            });
            Ok(memory.optional()?)
        })
        .await
    }

    /// Remember an origin's robots.txt, and what was sent for it.
    pub async fn remember_robots(
        &self,
        run: RunId,
        memory: RobotsMemory,
        requests: Vec<Request>,
    ) -> Result<()> {
        self.call(move |conn| {
            keep_requests(conn, run, &requests)?;
            let RobotsMemory { origin, fetched_at, expires_at, status, body } = &memory;
            conn.prepare_cached(
                "INSERT OR REPLACE INTO robots (origin, fetched_at, expires_at, status, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                origin,
                stamp(*fetched_at),
                stamp(*expires_at),
                status,
                body
            ])?;
            Ok(())
        })
        .await
    }

    /// What a host asked of us, and when it was last sent a request.
    pub async fn host(&self, host: String) -> Result<Option<HostMemory>> {
        self.call(move |conn| {
            let sql = "SELECT wait_until, failures, open_until, interval_ms,
                              (SELECT max(at) FROM requests)
                         FROM (SELECT 1) LEFT JOIN hosts ON host = ?1";
            let memory = conn.prepare_cached(sql)?.query_row([&host], |row| {
                Ok(HostMemory {
                    host: host.clone(),
                    wait_until: time(row, 0)?,
                    failures: row.get::<_, Option<u32>>(1)?.unwrap_or(0),
                    open_until: time(row, 2)?,
                    interval_ms: row.get(3)?,
                    last_request_at: time(row, 4)?,
                })
            });
            Ok(memory.optional()?)
        })
        .await
    }

    /// Remember what a host asked of us.
    pub async fn remember_host(&self, memory: HostMemory) -> Result<()> {
        self.call(move |conn| {
            let HostMemory { host, wait_until, failures, open_until, interval_ms, last_request_at: _ } =
                &memory;
            conn.prepare_cached(
                "INSERT OR REPLACE INTO hosts (host, wait_until, failures, open_until, interval_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                host,
                wait_until.map(stamp),
                failures,
                open_until.map(stamp),
                interval_ms
            ])?;
            Ok(())
        })
        .await
    }

    /// Keep what was sent for a page that was released.
    pub async fn remember_requests(&self, run: RunId, requests: Vec<Request>) -> Result<()> {
        self.call(move |conn| keep_requests(conn, run, &requests)).await
    }
}

fn time(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    Ok(row.get::<_, Option<String>>(column)?.as_deref().and_then(unstamp))
}

pub(super) fn keep_requests(conn: &Connection, run: RunId, requests: &[Request]) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO requests (at, run_id, url, status, bytes, took_ms, waited_ms, wait_reason, failure)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for Request { at, url, status, bytes, took_ms, waited_ms, wait_reason, failure } in requests {
        insert.execute(params![
            at.to_rfc3339_opts(SecondsFormat::Millis, true),
            run.0,
            url,
            status,
            bytes,
            took_ms,
            waited_ms,
            wait_reason.map(WaitReason::code),
            failure
        ])?;
    }
    Ok(())
}
