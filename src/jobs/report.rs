//! How a job ends and what it reports: the words that all jobs share. Why a job goes no further on its way is told by `halt`.

use crate::{
    config::ConfigError,
    model::{Drift, Event, ImageTally, Tally},
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
    Config(#[from] ConfigError),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What it did.
    pub tally: Tally,
    /// What it did about pictures; `None` where the archive keeps none.
    pub images: Option<ImageTally>,
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
    pub(super) fn outcome(&self) -> RunOutcome {
        match self.end {
            End::Done if 0 < self.tally.failed => RunOutcome::Incomplete,
            End::Done => RunOutcome::Finished,
            End::Limited => RunOutcome::Limited,
            End::Stopped { .. } => RunOutcome::Stopped,
            End::Interrupted => RunOutcome::Interrupted,
        }
    }
}
