//! Work across layers: a job moves values between the four engines, which do not know each other. What an engine can decide
//! by itself is not decided here, and nothing is printed here. A page never fails a job; only the store, the configuration
//! and the user do.

mod backfill;
mod bounds;
mod first_look;
mod halt;
mod import;
mod page_batches;
mod page_kind;
mod parallel;
mod records;
mod reextract;
mod report;
mod run;
mod verify;
mod web_archive;

pub use backfill::{
    Backfill, BackfillPlan, CoveredDay, Expected, Guessing, Order, PlannedDay, Preview, coverage,
};
pub use bounds::{Limits, Stop};
pub use first_look::{FirstLook, SeenFeed, SeenItems, SeenStory, first_look, unknown_paper};
pub use import::{
    Contents, Import, ImportFile, Imported, SavedPage, Unreadable, contents, is_host, mirrored,
    saved_page,
};
pub use page_batches::{PlacedPage, each_batch};
pub use records::{ArchivePages, Found, FoundPage, PassedOver, Revisit};
pub use reextract::{FIELDS, FieldReport, Losses, Reextract, RereadReport};
pub use report::{End, JobError, Observer, Report};
pub use run::{Pass, Plan, PlannedSource, plan};
pub use verify::{Depth, Verified, Verify, compact, repair};
pub use web_archive::{Captures, ViaArchive};
