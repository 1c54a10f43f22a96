//! Why a job goes no further: it is over, or it cannot go on. Both travel the same road, `?`, up to the run, which tells them
//! apart. A page that fails is neither.

use crate::{config::ConfigError, store::StoreError};

use super::report::{End, JobError};

/// Why a job goes no further.
#[derive(Debug)]
pub(super) enum Halt {
    /// The user, the clock, a limit or the site ended it. What is finished counts.
    Over(End),
    /// The archive or the configuration cannot be used.
    Job(JobError),
}

impl From<End> for Halt {
    fn from(end: End) -> Self {
        Self::Over(end)
    }
}

impl From<JobError> for Halt {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl From<ConfigError> for Halt {
    fn from(error: ConfigError) -> Self {
        Self::Job(error.into())
    }
}
