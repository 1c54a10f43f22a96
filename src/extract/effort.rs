//! How much work pages were to parse: the only count of it. It says nothing about a page, so it is no part of an extraction.

use std::{
    ops::Sub,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::html::Document;

/// Pages that were parsed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parsed {
    /// All of them; plain texts are not parsed.
    pub pages: u64,
    /// Those that the quick parser was in doubt of.
    pub slowly: u64,
}

/// Counts pages while they are parsed on any thread.
#[derive(Default)]
pub(super) struct Effort {
    pages: AtomicU64,
    slowly: AtomicU64,
}

impl Effort {
    pub(super) fn note(&self, document: &Document<'_>) {
        self.pages.fetch_add(1, Ordering::Relaxed);
        self.slowly.fetch_add(u64::from(document.is_slow()), Ordering::Relaxed);
    }

    /// Returns what was counted so far.
    pub(super) fn parsed(&self) -> Parsed {
        let count = |it: &AtomicU64| it.load(Ordering::Relaxed);
        Parsed { pages: count(&self.pages), slowly: count(&self.slowly) }
    }
}

impl Sub for Parsed {
    type Output = Self;

    /// Returns what was parsed since an earlier count.
    fn sub(self, earlier: Self) -> Self {
        Self {
            pages: self.pages.saturating_sub(earlier.pages),
            slowly: self.slowly.saturating_sub(earlier.slowly),
        }
    }
}
