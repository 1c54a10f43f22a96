//! Runs: who wrote when, and what came of it.

use chrono::{DateTime, Utc};
use rusqlite::params;

use crate::model::{RunId, Tally};

use super::{Result, Writer, stamp};

/// How a run ended. The words of `runs.outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left that is due.
    Finished,
    /// Some pages failed; they stay queued.
    Incomplete,
    /// A limit of the command was reached; the rest stays queued.
    Limited,
    /// The site said stop.
    Stopped,
    /// The user said stop.
    Interrupted,
    /// The archive could not be used.
    Failed,
}

/// One run, as `status` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its row.
    pub id: i64,
    /// The command.
    pub command: String,
    /// When it began.
    pub started_at: String,
    /// When it ended; `None` while it runs, or if it was killed.
    pub finished_at: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What it counted.
    pub tally: Tally,
}

impl Outcome {
    /// The word in `runs.outcome`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Incomplete => "incomplete",
            Self::Limited => "limited",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

impl Writer {
    /// Begin a run. The lock is ours, so whoever has not finished is dead: its claims are released.
    pub async fn begin_run(&self, command: &'static str, now: DateTime<Utc>) -> Result<RunId> {
        self.call(move |conn| {
            conn.execute("UPDATE pages SET claimed_by = NULL WHERE claimed_by IS NOT NULL", [])?;
            conn.execute(
                "UPDATE runs SET outcome = 'killed' WHERE finished_at IS NULL AND outcome IS NULL",
                [],
            )?;
            conn.execute(
                "INSERT INTO runs (command, started_at) VALUES (?1, ?2)",
                params![command, stamp(now)],
            )?;
            Ok(RunId(conn.last_insert_rowid()))
        })
        .await
    }

    /// Forget requests that are older than anybody asks for.
    pub async fn prune_requests(&self, before: DateTime<Utc>) -> Result<()> {
        self.call(move |conn| {
            conn.execute("DELETE FROM requests WHERE at < ?1", [stamp(before)])?;
            Ok(())
        })
        .await
    }

    /// End a run.
    pub async fn finish_run(
        &self,
        run: RunId,
        tally: Tally,
        outcome: Outcome,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.call(move |conn| {
            let Tally { discovered, fetched, stored, updated, unchanged, missing, failed, sources_read: _,
                sources_unread: _, sources_stale: _ } = tally;
            conn.execute(
                "UPDATE runs SET finished_at = ?2, outcome = ?3, discovered = ?4, fetched = ?5, stored = ?6,
                        updated = ?7, unchanged = ?8, missing = ?9, failed = ?10
                  WHERE id = ?1",
                params![
                    run.0,
                    stamp(now),
                    outcome.code(),
                    discovered,
                    fetched,
                    stored,
                    updated,
                    unchanged,
                    missing,
                    failed
                ],
            )?;
            Ok(())
        })
        .await
    }
}
