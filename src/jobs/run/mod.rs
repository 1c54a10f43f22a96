//! Runs that fetch: their parts, their life, and the visits they make.

pub(super) mod day_listing;
mod discovery;
mod drift;
mod feed_story;
mod image_counts;
pub(super) mod images;
mod lifecycle;
mod pass;
mod plan;
mod schedule;
mod scrape;
mod source_read;
mod visit;
mod visits;

pub use pass::Pass;
pub use plan::{Plan, PlannedSource, plan};

pub(super) use visits::Work;
