//! What is remembered of servers between runs: their robots.txt, and what they asked of us. What it means for the next request
//! is decided by `fetch`; the requests themselves are those of `requests`.

use rusqlite::{OptionalExtension, params};

use crate::model::{HostMemory, Request, RobotsMemory, RunId};

use super::requests;
use crate::store::{
    error::Result,
    moment::{stamp, time_at},
    writer::Writer,
};

impl Writer {
    /// Returns what is remembered of an origin's robots.txt.
    pub async fn robots(&self, origin: String) -> Result<Option<RobotsMemory>> {
        self.call(move |conn| {
            let sql = "SELECT fetched_at, expires_at, status, body FROM robots WHERE origin = ?1";
            let memory = conn.prepare_cached(sql)?.query_row([&origin], |row| {
                Ok(RobotsMemory {
                    origin: origin.clone(),
                    fetched_at: time_at(row, 0)?.unwrap_or_default(),
                    expires_at: time_at(row, 1)?.unwrap_or_default(),
                    status: row.get(2)?,
                    body: row.get(3)?,
                })
            });
            Ok(memory.optional()?)
        })
        .await
    }

    /// Remembers an origin's robots.txt, and the requests that were sent for it.
    pub async fn remember_robots(
        &self,
        run: RunId,
        memory: RobotsMemory,
        requests: Vec<Request>,
    ) -> Result<()> {
        self.call(move |conn| {
            requests::keep(conn, run, &requests)?;
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

    /// Returns what a host asked of us, and when any host was last sent a request.
    pub async fn host(&self, host: String) -> Result<Option<HostMemory>> {
        self.call(move |conn| {
            let sql = "SELECT wait_until, failures, open_until, interval_ms,
                              (SELECT max(at) FROM requests)
                         FROM (SELECT 1) LEFT JOIN hosts ON host = ?1";
            let memory = conn.prepare_cached(sql)?.query_row([&host], |row| {
                Ok(HostMemory {
                    host: host.clone(),
                    wait_until: time_at(row, 0)?,
                    failures: row.get::<_, Option<u32>>(1)?.unwrap_or(0),
                    open_until: time_at(row, 2)?,
                    interval_ms: row.get(3)?,
                    last_request_at: time_at(row, 4)?,
                })
            });
            Ok(memory.optional()?)
        })
        .await
    }

    /// Remembers what a host asked of us.
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
}
