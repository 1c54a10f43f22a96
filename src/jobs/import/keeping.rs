//! The back of an import: pages that were read are extracted and packed on all cores, and stored in the order they were read, a
//! few hundred with each commit.

use std::sync::{
    atomic::{AtomicBool, Ordering},
    mpsc::Receiver,
};

use chrono::TimeDelta;
use tokio::runtime::Handle;

use crate::{
    clock,
    jobs::{parallel::in_order, records::PassedOver},
    model::{Captured, NotStory, PageState, ReadPage, Settled},
    store::{PackedPages, Pending, StoreError},
};

use super::{
    counts::SharedCounts,
    parts::Import,
    reading::{Loaded, PageOrigin},
};

/// Pages a core takes at a time.
const BATCH: usize = 64;
/// Pages of one commit, at least: what changes with every page, such as the end of an index, is written once for them.
const COMMIT: usize = 512;

/// Pages that are ready for the archive, with a note of each.
#[derive(Default)]
struct PageBatch {
    notes: Vec<PageNote>,
    /// The names of their bytes, as their records give them.
    known_as: Vec<Vec<String>>,
    pages: PackedPages,
    /// The number of pages of mirrors that are no stories.
    passed_over: u64,
    /// Pages of the future.
    refused: Vec<RefusedPage>,
}

/// A page that says it was captured in the future: a clock was wrong, and its time would hide every later wording.
struct RefusedPage {
    name: String,
    captured: Captured,
}

/// Why a page that is at hand is not kept.
const FORGOTTEN: &str = "it was forgotten (`tearsheet forget`)";

/// What is said of a page once it is settled.
struct PageNote {
    /// The name of its file.
    name: String,
    /// Whether its address is known.
    has_address: bool,
    /// Why it is not a story; `None` if it is one.
    not_story: Option<NotStory>,
}

/// Pages that were submitted, with a note of each.
struct Submitted {
    notes: Vec<PageNote>,
    pending: Pending<Vec<Settled>>,
}

/// Keeps pages.
pub(super) struct Keeper<'a> {
    pub(super) import: &'a Import<'a>,
    pub(super) runtime: Handle,
    pub(super) counts: &'a SharedCounts,
    /// The archive cannot take more; what is still read is let go.
    pub(super) is_broken: &'a AtomicBool,
    gathered: PageBatch,
    /// The commit before: it is waited for while the next one is gathered.
    before: Option<Submitted>,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(
        import: &'a Import<'a>,
        counts: &'a SharedCounts,
        is_broken: &'a AtomicBool,
    ) -> Self {
        let (gathered, runtime) = (PageBatch::default(), Handle::current());
        Self { import, runtime, counts, is_broken, gathered, before: None }
    }

    /// Keeps the pages of a queue until it ends.
    pub(super) fn run(mut self, queue: Receiver<Loaded>, cores: usize) -> Result<(), StoreError> {
        let (import, is_broken) = (self.import, self.is_broken);
        let batches = std::iter::from_fn(move || {
            let loaded: Vec<Loaded> = queue.iter().take(BATCH).collect();
            (!loaded.is_empty()).then_some(loaded)
        });
        let pack = |(): &mut (), loaded: Vec<Loaded>| {
            // The readers are not held up: what nobody can keep is let go.
            let is_wanted = !is_broken.load(Ordering::Relaxed);
            is_wanted.then(|| PageBatch::pack(import, loaded))
        };
        let mut failure = None;
        in_order(&mut vec![(); cores], batches, pack, |packed| {
            let Some(packed) = packed.filter(|_| failure.is_none()) else { return };
            if let Err(error) = packed.and_then(|it| self.gather(it)) {
                is_broken.store(true, Ordering::Relaxed);
                failure = Some(error);
            }
        });
        match failure {
            Some(error) => Err(error),
            None => self.finish(),
        }
    }

    /// Puts pages after those that wait, and submits all of them once they are enough for a commit.
    fn gather(&mut self, batch: PageBatch) -> Result<(), StoreError> {
        let PageBatch { notes, known_as, pages, passed_over, refused } = batch;
        self.counts.note(|counted| {
            for RefusedPage { name, captured } in refused {
                let cause = format!("it says that it was captured at {captured}, which is yet to come");
                let settled = Settled::Failed(PageState::Broken);
                self.import.count(&mut counted.tally, name, settled, Some(cause));
            }
            if 0 < passed_over {
                *counted.passed_over.entry(PassedOver::OtherPage).or_default() += passed_over;
            }
            for (known_as, sha256) in known_as.into_iter().zip(pages.hashes()) {
                counted.remember(known_as, sha256);
            }
        });
        self.gathered.notes.extend(notes);
        self.gathered.pages.append(pages);
        if self.gathered.notes.len() < COMMIT {
            return Ok(());
        }
        let submitted = self.submit()?;
        match self.before.replace(submitted) {
            Some(before) => self.settle(before),
            None => Ok(()),
        }
    }

    fn submit(&mut self) -> Result<Submitted, StoreError> {
        let PageBatch { notes, known_as: _, pages, passed_over: _, refused: _ } =
            std::mem::take(&mut self.gathered);
        let submitting = self.import.writer.submit_import(pages, clock::now());
        Ok(Submitted { notes, pending: self.runtime.block_on(submitting)? })
    }

    fn finish(mut self) -> Result<(), StoreError> {
        if let Some(before) = self.before.take() {
            self.settle(before)?;
        }
        if self.gathered.notes.is_empty() {
            return Ok(());
        }
        let last = self.submit()?;
        self.settle(last)
    }

    /// Waits for pages that were submitted, and counts them.
    fn settle(&self, submitted: Submitted) -> Result<(), StoreError> {
        let Submitted { notes, pending } = submitted;
        let settled = self.runtime.block_on(pending.done())?;
        for (note, settled) in notes.into_iter().zip(settled) {
            let PageNote { name, has_address, not_story } = note;
            let is_kept = !matches!(settled, Settled::Failed(_));
            let cause = match (settled, not_story) {
                // A page that is imported is there, unless its owner wants it gone.
                (Settled::Failed(PageState::Missing), _) => Some(FORGOTTEN.to_owned()),
                (_, not_story) => not_story.map(|it| it.words().to_owned()),
            };
            self.counts.note(|counts| {
                counts.unaddressed += u64::from(is_kept && !has_address);
                counts.no_stories += u64::from(!is_kept && not_story.is_some());
                self.import.count(&mut counts.tally, name, settled, cause);
            });
        }
        Ok(())
    }
}

impl PageBatch {
    /// Reads pages and compresses them.
    fn pack(import: &Import<'_>, loaded: Vec<Loaded>) -> Result<Self, StoreError> {
        let mut batch = Self::default();
        let mut pages = Vec::with_capacity(loaded.len());
        // Days sort among moments as they are written.
        let tomorrow = Captured::At(clock::now() + TimeDelta::days(1)).to_string();
        for Loaded { name, page, known_as, origin } in loaded {
            let extraction = import.extractor.extract(&page);
            if extraction.key.is_none() && origin == PageOrigin::Mirror {
                batch.passed_over += 1;
                continue;
            }
            if let Some(captured) = page.captured_at.filter(|it| tomorrow < it.to_string()) {
                batch.refused.push(RefusedPage { name, captured });
                continue;
            }
            let (has_address, not_story) = (extraction.key.is_some(), extraction.not_story);
            batch.notes.push(PageNote { name, has_address, not_story });
            batch.known_as.push(known_as);
            pages.push(ReadPage { page, extraction });
        }
        batch.pages = import.writer.pack(pages)?;
        Ok(batch)
    }
}
