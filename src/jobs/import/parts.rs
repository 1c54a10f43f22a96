//! What an import is made of. The parts are only put together here; `job` begins and ends an import with them, `reading` and
//! `keeping` work with them.

use crate::{
    config::Profile,
    extract::Extractor,
    jobs::{Observer, Stop},
    model::{Event, Settled, Tally},
    store::Writer,
};

/// The parts of an import.
pub struct Import<'a> {
    /// The name of its run in the archive.
    pub command: &'static str,
    /// Reads pages.
    pub extractor: &'a Extractor,
    /// Writes the archive.
    pub writer: &'a Writer,
    /// The site.
    pub profile: &'a Profile,
    /// The greatest number of pixels of a picture that is kept; `None` where the archive keeps none.
    pub image_pixels: Option<u64>,
    /// The largest body that is taken for a page, in bytes.
    pub body_max: usize,
    /// Listens to what happens.
    pub observe: Observer<'a>,
    /// The user's request to stop.
    pub stop: Stop,
}

impl Import<'_> {
    /// Counts a settled page of a file, and reports it.
    pub(super) fn count(
        &self,
        tally: &mut Tally,
        name: String,
        settled: Settled,
        cause: Option<String>,
    ) {
        tally.count(settled);
        (self.observe)(Event::Settled { url: name, settled, cause });
    }
}
