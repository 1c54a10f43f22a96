//! What a backfill is asked to fill, and which days of what is known that means. Pure.

use crate::model::{Days, Verdict};

use super::{CoveredDay, Guessing};

/// What to fill.
#[derive(Debug, Clone, Copy)]
pub struct Backfill {
    /// The range.
    pub days: Days,
    /// Which day comes first.
    pub order: Order,
    /// Whether to ask for ids that nobody named; [`Guessing::Off`] for a site whose ids do not rise with the day.
    pub guessing: Guessing,
    /// Whether days without an open question are left out even where their ids were not asked for.
    pub only_gaps: bool,
}

/// Which day comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The last day comes first.
    NewestFirst,
    /// The first day comes first.
    OldestFirst,
}

impl Backfill {
    /// Returns the days to work on, in order.
    pub fn select(&self, covered: Vec<CoveredDay>) -> Vec<CoveredDay> {
        let wants_ids =
            |it: &CoveredDay| self.guessing == Guessing::All && !self.only_gaps && !it.has_ids();
        let is_open = |it: &CoveredDay| it.verdict == Verdict::Open && !self.only_gaps;
        let wanted = |it: &CoveredDay| it.needs_work(self.guessing) || is_open(it) || wants_ids(it);
        let mut days: Vec<CoveredDay> = covered.into_iter().filter(wanted).collect();
        if self.order == Order::NewestFirst {
            days.reverse();
        }
        days
    }
}
