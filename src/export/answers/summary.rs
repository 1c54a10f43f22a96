//! The answer that a run leaves for programs: one object, written whatever its end was. It is not part of `status`, which speaks of
//! an archive, because a run may end before there is one.

use serde::Serialize;

use super::runs::DriftAnswer;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SummaryAnswer {
    /// Always `summary`, so that a reader of mixed lines knows it.
    pub message_type: &'static str,
    /// The command: `scrape`, `backfill`, `import`, `reextract`.
    pub command: &'static str,
    /// Its row in `runs`; `None` where no run began.
    pub run_id: Option<i64>,
    /// The name of the site; `None` where the configuration could not be read.
    pub site: Option<String>,
    /// How it ended, as a word.
    pub outcome: &'static str,
    /// How it ended, as the shell sees it.
    pub exit_code: u8,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended.
    pub finished_at: String,
    /// Articles stored for the first time.
    pub new: u64,
    /// Articles that got another version.
    pub updated: u64,
    /// Articles that were as before.
    pub unchanged: u64,
    /// Pages that a source named and that do not exist.
    pub missing: u64,
    /// Pages that could not be kept.
    pub failed: u64,
    /// Addresses that the site refused.
    pub blocked: u64,
    /// Requests that were sent,
    pub requests: u64,
    /// and the bytes that came back.
    pub bytes: u64,
    /// The time before which the site wants no request; `None` where it said nothing.
    pub retry_at: Option<String>,
    /// What is normally on the pages and was missing.
    pub drift: Vec<DriftAnswer>,
    /// The version of the program.
    pub version: &'static str,
}
