//! What a run did on the wire, and which run was the last to end well: for summaries and monitors. Runs as people see them are
//! listed by `stats`.

use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use crate::store::{
    archive_file,
    error::Result,
    moment::{stamp, unstamp},
    reader::Reader,
};

/// What a run did on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunAudit {
    /// The number of requests that it sent.
    pub requests: u64,
    /// The number of bytes that came back.
    pub bytes: u64,
    /// The number of addresses that the site refused.
    pub blocked: u64,
}

/// An archive as a file on a disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArchiveDisk {
    /// Its size in bytes, its log included.
    pub size: u64,
    /// The free space on its disk in bytes; `None` where the system does not say.
    pub free: Option<u64>,
    /// Whether a program writes it now.
    pub is_written: bool,
}

impl Reader {
    /// Returns the row of the newest run; `None` in an archive without one.
    pub fn newest_run(&self) -> Result<Option<i64>> {
        Ok(self.conn.query_row("SELECT max(id) FROM runs", [], |row| row.get(0))?)
    }

    /// Returns what a run did on the wire.
    pub fn audit(&self, run: i64) -> Result<RunAudit> {
        let sql = "SELECT count(*), coalesce(sum(bytes), 0),
                          count(DISTINCT CASE WHEN status IN (401, 403) OR failure = 'blocked' THEN url END)
                     FROM requests WHERE run_id = ?1";
        let audit = self.conn.query_row(sql, [run], |row| {
            Ok(RunAudit { requests: row.get(0)?, bytes: row.get(1)?, blocked: row.get(2)? })
        });
        Ok(audit?)
    }

    /// Returns the latest time until which any host must be left alone, at its own request or because its breaker is open; `None` if none
    /// has to be.
    pub fn retry_at(&self, now: DateTime<Utc>) -> Result<Option<String>> {
        let sql = "SELECT max(at) FROM (SELECT wait_until AS at FROM hosts UNION ALL SELECT open_until FROM hosts) WHERE ?1 < at";
        Ok(self.conn.query_row(sql, [stamp(now)], |row| row.get(0))?)
    }

    /// Returns whether the site's news is followed: some run was a `scrape`.
    pub fn is_followed(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM runs WHERE command = 'scrape')";
        Ok(self.conn.query_row(sql, [], |row| row.get(0))?)
    }

    /// Returns when a run last ended well: a run of `command`, or with `None` of any command that asks the site. One that reached a limit or
    /// left pages queued counts.
    pub fn last_success(&self, command: Option<&str>) -> Result<Option<DateTime<Utc>>> {
        let sql = "SELECT finished_at FROM runs
                    WHERE outcome IN ('finished', 'incomplete', 'limited') AND finished_at IS NOT NULL
                      AND CASE WHEN ?1 IS NULL THEN command IN ('scrape', 'backfill') ELSE command = ?1 END
                    ORDER BY id DESC LIMIT 1";
        let at: Option<String> =
            self.conn.query_row(sql, params![command], |row| row.get(0)).optional()?;
        Ok(at.as_deref().and_then(unstamp))
    }
}

/// Looks at an archive as a file.
pub fn disk(path: &Path) -> ArchiveDisk {
    ArchiveDisk {
        size: archive_file::size(path),
        free: archive_file::free(path),
        is_written: archive_file::is_locked(path),
    }
}
