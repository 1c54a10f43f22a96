//! The runs in the answer of `status`, and what they found missing.

use serde::Serialize;

use crate::{
    model::{Drift, Tally},
    store::{ArchiveDisk, RunRow},
};

/// A run, and what it counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::RunRow` or `model::Tally` with its name")]
pub struct RunAnswer {
    pub id: i64,
    pub command: String,
    pub started_at: String,
    pub finished_at: Option<String>,
    pub outcome: Option<String>,
    pub discovered: u64,
    pub fetched: u64,
    pub stored: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub missing: u64,
    pub failed: u64,
    pub parsed_slowly: Option<u64>,
    pub drift: Vec<DriftAnswer>,
}

/// What a run found missing on pages that normally have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Drift` with its name")]
pub struct DriftAnswer {
    pub measure: String,
    pub before: f64,
    pub now: f64,
    pub pages: u64,
    pub examples: Vec<String>,
}

/// The outcome of a run that has none and that no program works at.
const DEAD: &str = "killed";

impl RunAnswer {
    /// Returns a run. Without an outcome it is under way where a program writes the archive, and dead elsewhere.
    pub(super) fn of(run: RunRow, disk: &ArchiveDisk) -> Self {
        let RunRow { id, command, started_at, finished_at, outcome, tally, drifts, parsed_slowly } = run;
        // What a tally says of sources and guesses is for the closing line alone.
        let Tally { discovered, fetched, stored, updated, unchanged, missing, failed, .. } = tally;
        Self {
            id,
            command,
            started_at,
            finished_at,
            outcome: outcome.or_else(|| (!disk.is_written).then(|| DEAD.to_owned())),
            discovered,
            fetched,
            stored,
            updated,
            unchanged,
            missing,
            failed,
            parsed_slowly,
            drift: drifts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Drift> for DriftAnswer {
    fn from(drift: Drift) -> Self {
        let Drift { measure, before, now, pages, examples } = drift;
        Self { measure: measure.to_string(), before, now, pages, examples }
    }
}
