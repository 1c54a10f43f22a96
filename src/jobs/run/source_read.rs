//! One source while it is read: what its files named, and what its answers say of it. What is asked for, and what follows, is
//! decided in `discovery`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    clock,
    discover::{NamedPages, Source},
    fetch::FetchError,
    model::{Request, Tally, Unread, Validators},
    store::{Enqueued, SourceMemory, SourceState},
};

/// What reading a source came to, while it goes on.
pub(super) struct SourceRead {
    pub(super) memory: SourceMemory,
    pub(super) requests: Vec<Request>,
    /// Files that were asked for.
    pub(super) asked: usize,
    /// What became of the pages and stories it named.
    pub(super) enqueued: Enqueued,
    /// Files that were left out.
    pub(super) left_out: usize,
    /// The date of the oldest item.
    pub(super) oldest_at: Option<DateTime<Utc>>,
    /// What could not be read.
    pub(super) unread: Unread,
    pub(super) is_unchanged: bool,
    /// What is wrong, in words.
    pub(super) failure: Option<String>,
    /// What came instead of the last answer.
    pub(super) missed: Option<FetchError>,
}

impl SourceRead {
    /// Nothing was read of the source so far.
    pub(super) fn new(source: &dyn Source) -> Self {
        let memory = SourceMemory {
            url: source.url().to_string(),
            kind: source.kind(),
            state: SourceState::Fresh,
            reason: None,
            checked_at: clock::now(),
            newest_at: None,
            listed: 0,
            unread: 0,
            validators: Validators::default(),
        };
        Self {
            memory,
            requests: Vec::new(),
            asked: 0,
            enqueued: Enqueued::default(),
            left_out: 0,
            oldest_at: None,
            unread: Unread::default(),
            is_unchanged: false,
            failure: None,
            missed: None,
        }
    }

    /// Counts what it named.
    pub(super) fn count(&self, tally: &mut Tally) {
        let Enqueued { added, stories, reworded, again: _ } = self.enqueued;
        tally.discovered += added as u64;
        tally.stored += stories;
        tally.by_feed += stories;
        tally.updated += reworded;
    }

    /// Notes what a file of the source named.
    pub(super) fn note(&mut self, named: &mut NamedPages) {
        self.left_out += named.left_out;
        self.unread.add(std::mem::take(&mut named.unread));
        self.memory.listed += named.candidates.len();
        self.memory.newest_at = self.memory.newest_at.max(named.newest_at);
        self.oldest_at = self.oldest_at.into_iter().chain(named.oldest_at).min();
        self.failure = self.failure.take().or(named.problem.take());
    }
}

/// Returns the state of a source. One that answers with old items only is stale, whatever its status says.
pub(super) fn state(
    memory: &SourceMemory,
    failure: Option<&str>,
    stale_after: Option<std::time::Duration>,
) -> SourceState {
    if failure.is_some() {
        return SourceState::Failed;
    }
    if memory.listed == 0 {
        return SourceState::Empty;
    }
    let limit = stale_after.and_then(|it| TimeDelta::from_std(it).ok());
    let is_old = |newest: DateTime<Utc>| limit.is_some_and(|limit| newest < memory.checked_at - limit);
    if memory.newest_at.is_some_and(is_old) { SourceState::Stale } else { SourceState::Fresh }
}
