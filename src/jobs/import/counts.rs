//! What an import has done so far, counted by the threads that read files and by the one that keeps pages.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use crate::{
    jobs::records::{PassedOver, Revisit},
    model::Tally,
};

/// Digests that revisits may name.
const DIGESTS_MAX: usize = 1_000_000;

/// What was counted.
#[derive(Default)]
pub(super) struct ImportCounts {
    pub(super) tally: Tally,
    pub(super) passed_over: BTreeMap<PassedOver, u64>,
    pub(super) damaged: u64,
    /// Pages that are no story.
    pub(super) no_stories: u64,
    /// Stories whose address is not known.
    pub(super) unaddressed: u64,
    pub(super) revisits: Vec<NamedRevisit>,
    /// Hashes of stored bytes by the names that records gave: digests, and identities of records.
    pub(super) digests: HashMap<String, String>,
}

/// A revisit, and the file it stands in.
pub(super) struct NamedRevisit {
    pub(super) file: String,
    pub(super) revisit: Revisit,
}

/// The counts of several threads.
#[derive(Default)]
pub(super) struct SharedCounts(Mutex<ImportCounts>);

impl SharedCounts {
    /// Counts something. Returns what the counting returns.
    pub(super) fn note<T>(&self, act: impl FnOnce(&mut ImportCounts) -> T) -> T {
        // The counts are valid even if another thread panicked while it held the lock.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn into_inner(self) -> ImportCounts {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ImportCounts {
    /// Remembers which bytes names are of: a revisit may use them.
    pub(super) fn remember(&mut self, names: Vec<String>, sha256: &str) {
        for name in names {
            if self.digests.len() < DIGESTS_MAX {
                self.digests.insert(name, sha256.to_owned());
            }
        }
    }

    /// Returns the hash of the bytes that one of these names is of.
    pub(super) fn hash_of(&self, names: &[String]) -> Option<String> {
        let known = names.iter().find_map(|it| self.digests.get(it).cloned());
        // The archive names its bytes so, whichever import they came with.
        known.or_else(|| names.iter().find_map(|it| it.strip_prefix("sha256:").map(str::to_owned)))
    }
}
