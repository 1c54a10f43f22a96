//! Work across layers: a job moves values between the four engines, which do not know each other. What an engine can decide
//! by itself is not decided here, and nothing is printed here. A page never fails a job; only the store, the configuration
//! and the user do.

mod backfill;
mod bounds;
mod halt;
mod import;
mod parallel;
mod records;
mod reextract;
mod run;
mod verify;
mod web_archive;

pub use backfill::{
    Backfill, BackfillPlan, CoveredDay, Expected, Ids, Order, PlannedDay, Preview, coverage,
};
pub use bounds::{Limits, Stop};
pub use import::{Contents, Import, ImportFile, Imported, Unreadable, saved_page};
pub use records::{ArchivePages, Evidence, Found, PassedOver, Revisit, evidence};
pub use reextract::{FIELDS, FieldReport, Losses, Reextract, RereadReport};
pub use run::{Pass, Plan, PlannedSource, plan};
pub use verify::{Verified, Verify, compact, repair};
pub use web_archive::{Captures, Via};

use halt::Halt;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    model::{Drift, Event, Tally},
    store::{RunOutcome, StoreError},
};

/// Listens to what a job says about itself.
pub type Observer<'a> = &'a (dyn Fn(Event) + Send + Sync);

/// What stops a job.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The archive cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of the profile cannot be used.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What it did.
    pub tally: Tally,
    /// Why it ended.
    pub end: End,
    /// Pages still due.
    pub due: u64,
    /// Pages that the quick parser was in doubt of.
    pub parsed_slowly: u64,
    /// What is normally on the pages and was missing.
    pub drifts: Vec<Drift>,
}

/// Why a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Nothing is left that is due.
    Done,
    /// A limit of the command was reached.
    Limited,
    /// The site said stop.
    Stopped {
        /// The cause, in words.
        cause: String,
    },
    /// The user said stop.
    Interrupted,
}

impl Report {
    fn outcome(&self) -> RunOutcome {
        match self.end {
            End::Done if 0 < self.tally.failed => RunOutcome::Incomplete,
            End::Done => RunOutcome::Finished,
            End::Limited => RunOutcome::Limited,
            End::Stopped { .. } => RunOutcome::Stopped,
            End::Interrupted => RunOutcome::Interrupted,
        }
    }
}

/// The first moment of a day in a time zone; midnight in UTC where the clocks of the zone skip it.
fn midnight(day: NaiveDate, zone: chrono_tz::Tz) -> DateTime<Utc> {
    let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
    midnight.and_local_timezone(zone).earliest().map_or(midnight.and_utc(), |it| it.to_utc())
}
