//! Runs: which commands wrote, when, how they ended, and what the pages of each had. Counting and judging is done by
//! `jobs`; `status` reads runs in `answers`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};
use serde_json::json;
use strum::IntoStaticStr;

use crate::model::{Drift, Measure, RunId, Tally};

use crate::store::{
    content::sessions::{self, DatedArticles},
    error::Result,
    moment::{stamp, unstamp},
    writer::Writer,
};

/// Runs that others are judged by: two weeks of a pass every half hour.
const MEASURED_MAX: u32 = 700;

/// How a run ended. Its words are those of `runs.outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RunOutcome {
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

/// The name of [`RunRow::parsed_slowly`] among the measures of a run. Archives have had it since 0.1.0, which parsed such pages
/// "as a whole".
pub(in crate::store) const PARSED_SLOWLY: &str = "parsed whole";

/// One run, as `status` shows it.
#[derive(Debug, Clone, PartialEq)]
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
    /// What drifted.
    pub drifts: Vec<Drift>,
    /// Pages that the quick parser was in doubt of, where the run counted them.
    pub parsed_slowly: Option<u64>,
}

/// What a run measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// Pages that were read.
    pub pages: u64,
    /// The version of the extractor that read them.
    pub extractor: u32,
    /// Pages that the quick parser was in doubt of.
    pub parsed_slowly: u64,
    /// Sums over its pages, by measure.
    pub totals: BTreeMap<Measure, f64>,
    /// What drifted.
    pub drifts: Vec<Drift>,
}

/// What the pages of a run had.
#[derive(Debug, Clone, PartialEq)]
pub struct RunMeasures {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Pages that were read.
    pub pages: u64,
    /// Sums over its pages, by measure.
    pub totals: BTreeMap<Measure, f64>,
    /// Whether it drifted: such a run does not count towards what is usual.
    pub has_drifted: bool,
}

impl RunOutcome {
    /// Returns the word in `runs.outcome`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Writer {
    /// Begins a run, and releases the claims of others: the lock is ours, so a run that has not finished is dead.
    pub async fn begin_run(&self, command: &'static str, now: DateTime<Utc>) -> Result<RunId> {
        self.call(move |conn| {
            conn.execute("UPDATE pages SET claimed_by = NULL WHERE claimed_by IS NOT NULL", [])?;
            conn.execute(
                "UPDATE runs SET outcome = 'killed' WHERE finished_at IS NULL AND outcome IS NULL",
                [],
            )?;
            forget_future(conn, now)?;
            conn.execute(
                "INSERT INTO runs (command, started_at) VALUES (?1, ?2)",
                params![command, stamp(now)],
            )?;
            Ok(RunId(conn.last_insert_rowid()))
        })
        .await
    }

    /// Returns what the pages of the runs of a command had to an extractor of this version, from a time on, newest first. What
    /// another version saw is nothing to compare with.
    pub async fn measures(
        &self,
        command: &'static str,
        extractor: u32,
        from: DateTime<Utc>,
    ) -> Result<Vec<RunMeasures>> {
        self.call(move |conn| {
            let mut query = conn.prepare_cached(
                "SELECT r.id, r.started_at, r.read, r.drift IS NOT NULL FROM runs r
                  WHERE r.command = ?1 AND ?2 <= r.started_at AND 0 < r.read AND r.extractor = ?4
                  ORDER BY r.id DESC LIMIT ?3",
            )?;
            // How costly pages were to parse is nothing that is on them.
            let sql = "SELECT measure, total FROM run_measures WHERE run_id = ?1 AND measure <> ?2";
            let mut query_totals = conn.prepare_cached(sql)?;
            let mut runs = Vec::new();
            let mut rows = query.query(params![command, stamp(from), MEASURED_MAX, extractor])?;
            while let Some(row) = rows.next()? {
                let of_run = params![row.get::<_, i64>(0)?, PARSED_SLOWLY];
                let totals = query_totals.query_map(of_run, |row| {
                    Ok((Measure::from(row.get::<_, String>(0)?.as_str()), row.get(1)?))
                })?;
                runs.push(RunMeasures {
                    started_at: unstamp(&row.get::<_, String>(1)?).unwrap_or_default(),
                    pages: row.get(2)?,
                    totals: totals.collect::<rusqlite::Result<_>>()?,
                    has_drifted: row.get(3)?,
                });
            }
            Ok(runs)
        })
        .await
    }

    /// Keeps what the pages of a run had, and what drifted.
    pub async fn keep_measures(&self, run: RunId, measured: Measured) -> Result<()> {
        self.call(move |conn| {
            let Measured { pages, extractor, parsed_slowly, totals, drifts } = measured;
            conn.execute(
                "UPDATE runs SET read = ?2, drift = ?3, extractor = ?4 WHERE id = ?1",
                params![run.0, pages, drift_json(&drifts), extractor],
            )?;
            let sql = "INSERT OR REPLACE INTO run_measures (run_id, measure, total) VALUES (?1, ?2, ?3)";
            let mut insert = conn.prepare_cached(sql)?;
            for (measure, total) in &totals {
                insert.execute(params![run.0, measure.to_string(), total])?;
            }
            if 0 < parsed_slowly {
                insert.execute(params![run.0, PARSED_SLOWLY, parsed_slowly])?;
            }
            Ok(())
        })
        .await
    }

    /// Ends a run: writes what it came to, and which sessions of the exchange its stories are of.
    pub async fn finish_run(
        &self,
        run: RunId,
        tally: Tally,
        outcome: RunOutcome,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let calendar = self.calendar.clone();
        self.call(move |conn| {
            let Tally { discovered, fetched, stored, by_feed: _, updated, unchanged, drafted: _, missing, guesses_missed: _, failed, sources_read: _,
                sources_unread: _, sources_stale: _, sources_empty: _, sources_cut: _, sources_overflowed: _, sources_partly: _ } = tally;
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
            sessions::settle(conn, &calendar, DatedArticles::New, now)
        })
        .await
    }
}

/// No policy makes a server or a page that was just visited wait longer than this, unless the page itself is scheduled so.
const WAIT_MAX: TimeDelta = TimeDelta::days(1);

/// Forgets waits that were reckoned by a clock ahead of this one: a run in the wrong year must not stop those of the right one.
fn forget_future(conn: &Connection, now: DateTime<Utc>) -> Result<()> {
    let at = params![stamp(now), stamp(now + WAIT_MAX)];
    for sql in [
        "DELETE FROM robots WHERE ?2 < fetched_at OR (?1 < fetched_at AND ?2 < expires_at)",
        "UPDATE hosts SET open_until = NULL WHERE ?2 < open_until",
        "UPDATE hosts SET wait_until = NULL WHERE ?2 < wait_until",
        "UPDATE sources SET checked_at = ?1 WHERE ?2 < checked_at",
        "UPDATE pages SET due_at = ?1
          WHERE due_at IS NOT NULL AND claimed_by IS NULL AND ?2 < due_at AND (?2 < visited_at OR ?2 < found_at)",
    ] {
        conn.execute(sql, at)?;
    }
    Ok(())
}

/// The text of `runs.drift`; `None`, which is `NULL`, where nothing drifted.
fn drift_json(drifts: &[Drift]) -> Option<String> {
    let round = |it: f64| (it * 1000.0).round() / 1000.0;
    let one = |it: &Drift| {
        let Drift { measure, before, now, pages, examples } = it;
        json!({
            "measure": measure.to_string(), "before": round(*before), "now": round(*now), "pages": pages, "examples": examples,
        })
    };
    let all: Vec<_> = drifts.iter().map(one).collect();
    (!all.is_empty()).then(|| serde_json::Value::from(all).to_string())
}

/// The drifts that [`drift_json`] wrote.
pub(in crate::store) fn drifts(json: Option<&str>) -> Vec<Drift> {
    let values: Vec<serde_json::Value> =
        json.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
    let number = |it: &serde_json::Value| it.as_f64().unwrap_or_default();
    let drift = |it: &serde_json::Value| Drift {
        measure: Measure::from(it["measure"].as_str().unwrap_or_default()),
        before: number(&it["before"]),
        now: number(&it["now"]),
        pages: it["pages"].as_u64().unwrap_or_default(),
        examples: it["examples"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect(),
    };
    values.iter().map(drift).collect()
}
