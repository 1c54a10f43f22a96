//! What is to be done, and what is remembered of doing it: the queue of pages, runs, days, sources and servers. What pages said is
//! kept in `content`.

mod ids;
mod images;
mod memory;
mod offers;
mod requests;
mod settling;
mod sources;

pub(super) mod days;
pub(super) mod forgotten;
pub(super) mod pages;
pub(super) mod runs;

pub use days::{DayFacts, SourceReading, SourceRecord};
pub use ids::IdFact;
pub use images::{ImageOutcome, ImageQueue, ImageSettlement, ImageSpending, ImageTask};
pub use pages::{Enqueued, VisitQueue};
pub use runs::{Measured, RunMeasures, RunOutcome, RunRow};
pub use settling::Settlement;
pub use sources::{SourceMemory, SourceState};
