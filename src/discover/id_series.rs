//! Ids that rise with the day, and what is known of one of them. How a day is found among them is not said here
//! (`bisect.rs`): these are the words in which the search is asked and answers.

use chrono::NaiveDate;

use crate::model::DatedId;

/// By how many ids neighbours may be out of order, at most.
pub const DISORDER: u64 = 5;

/// What a probe found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// An article of this day.
    Day(NaiveDate),
    /// No article, or one without a day.
    Nothing,
}

/// An end of the stretch in which a day begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Its id.
    pub id: u64,
    /// The day of its article; at an end of the series, roughly the day on which ids came that far. `None` where unknown.
    pub day: Option<NaiveDate>,
    /// What is there.
    pub kind: EdgeKind,
}

/// What is at an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// An article.
    Article,
    /// An end of the ids that can exist.
    End,
}

/// The ids that can exist: after one and before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdSeries {
    /// The last id that is too low.
    pub below: u64,
    /// The first id that is too high, and roughly the day on which ids will come that far.
    pub above: DatedId,
}

/// The ends of the stretch in which a day begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edges {
    /// The last id known to be of an earlier day.
    pub below: Edge,
    /// The first id known not to be.
    pub above: Edge,
}

impl Edge {
    pub(super) fn article(fact: &DatedId) -> Self {
        Self { id: fact.id, day: Some(fact.day), kind: EdgeKind::Article }
    }
}
