//! The parts of a run that fetches. They are only put together here: `lifecycle` begins and ends a run with them, and `visits`
//! works with them.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use crate::{
    config::{ImageBounds, Profile},
    extract::Extractor,
    fetch::Fetcher,
    store::Writer,
};

use crate::jobs::{Limits, Observer, Stop};

/// The parts of a run; `cli` assembles them.
pub struct Pass<'a> {
    /// Asks the site.
    pub fetcher: &'a Fetcher,
    /// Reads pages.
    pub extractor: &'a Arc<Extractor>,
    /// Writes the archive.
    pub writer: &'a Writer,
    /// The site.
    pub profile: &'a Profile,
    /// Visits at a time; the fetcher's pace holds for all of them together.
    pub workers: NonZeroUsize,
    /// What is spent on pictures; `None` where the archive keeps none.
    pub images: Option<ImageBounds>,
    /// How long the audit of requests is kept.
    pub keep_requests: Duration,
    /// Where the run stops although more is due.
    pub limits: Limits,
    /// Listens to what happens.
    pub observe: Observer<'a>,
    /// The user's request to stop.
    pub stop: Stop,
}
