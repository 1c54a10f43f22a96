//! Requests: every one that went out, and what it waited for. A log to look into; nothing is decided by it but when a host was
//! last sent one, which `memory` asks.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::{Connection, params};

use crate::model::{Request, RunId, WaitReason};

use crate::store::{error::Result, moment::stamp, writer::Writer};

impl Writer {
    /// Keeps the requests that were sent for a page that was released.
    pub async fn remember_requests(&self, run: RunId, requests: Vec<Request>) -> Result<()> {
        self.call(move |conn| keep(conn, run, &requests)).await
    }

    /// Forgets the requests that are older than `keep`. A clock that is far ahead must not forget them all: time is counted from a day
    /// after the newest, where that is earlier.
    pub async fn prune_requests(&self, now: DateTime<Utc>, keep: TimeDelta) -> Result<()> {
        self.call(move |conn| {
            let newest: Option<String> =
                conn.query_row("SELECT max(at) FROM requests", [], |row| row.get(0))?;
            let newest = newest.and_then(|it| it.parse::<DateTime<Utc>>().ok());
            let known = newest.map_or(now, |it| now.min(it + TimeDelta::days(1)));
            conn.execute("DELETE FROM requests WHERE at < ?1", [stamp(known - keep)])?;
            Ok(())
        })
        .await
    }
}

/// Keeps the requests of a run.
pub(in crate::store) fn keep(conn: &Connection, run: RunId, requests: &[Request]) -> Result<()> {
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
