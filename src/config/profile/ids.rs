//! The ids of a site that rise with the day: where they begin and how far they had come on which day. How a day is found
//! among them is not said here (`discover`).

use chrono::NaiveDate;

use crate::model::DatedId;

/// The ids that rise with the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdRange {
    /// The first id.
    pub from: u64,
    /// Ids with the day on which they were reached, rising.
    pub anchors: Vec<DatedId>,
    /// The greatest number of unnamed ids that a backfill asks for, for each day.
    pub max_guesses_per_day: u64,
}

impl IdRange {
    /// Returns by how much the ids rise in a day around `day`; 0 where too few anchors are known.
    pub fn per_day(&self, day: NaiveDate) -> u64 {
        let pairs = || self.anchors.iter().zip(self.anchors.iter().skip(1));
        let around = pairs().find(|(_, next)| day < next.day).or_else(|| pairs().next_back());
        around.map_or(0, |(first, last)| {
            let days = (last.day - first.day).num_days().max(1).unsigned_abs();
            (last.id - first.id) / days
        })
    }
}
