//! Every article of a range of days: what is wanted, what is known of each day, what it will take, and the work itself. Visits are
//! made by `run`, and web archives are asked by `web_archive`.

mod coverage;
mod fill;
mod forecast;
mod guessing;
mod id_map;
mod ids;
mod listings;
mod outlook;
mod preview;
mod reach;
mod survey;
mod wanted;

pub use coverage::{CoveredDay, coverage};
pub use guessing::Guessing;
pub use outlook::Expected;
pub use preview::{BackfillPlan, PlannedDay, Preview};
pub use wanted::{Backfill, Order};
