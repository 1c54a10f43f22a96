//! Drift: what is normally on the pages of a site and is not there any more. A redesign must not pass unnoticed, and a quiet Sunday
//! must not raise an alarm.
//!
//! Every page that is read adds to the measures of its run: whether each field was there, where it was read, and how much
//! of it there was. A run is judged against those before it, in groups of enough pages, on the same kind of day.

mod judge;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

use crate::{
    config::Profile,
    model::{Drift, Extraction, Field, Measure, Placement},
    store::RunMeasures,
};

use self::judge::judge;

/// Pages named in an alarm.
const EXAMPLES_MAX: usize = 3;

/// What the pages of a run had so far.
#[derive(Default)]
pub(super) struct Measures(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    pages: u64,
    totals: BTreeMap<Measure, f64>,
    /// The first pages, with what each of them had.
    examples: Vec<ExamplePage>,
    /// Sources that went stale or empty.
    sources: Vec<Drift>,
}

/// A page, and what was read from it.
#[derive(Debug)]
struct ExamplePage {
    url: String,
    had: Vec<Measure>,
}

impl Measures {
    /// Notes a page that was read.
    pub(super) fn note(&self, url: &str, extraction: &Extraction) {
        let had = had(extraction);
        self.counted(|counted| {
            counted.pages += 1;
            for (measure, amount) in &had {
                *counted.totals.entry(measure.clone()).or_default() += amount;
            }
            if counted.examples.len() < 20 * EXAMPLES_MAX {
                let had = had.into_iter().map(|(measure, _)| measure).collect();
                counted.examples.push(ExamplePage { url: url.to_owned(), had });
            }
        });
    }

    /// Notes a source that had news and has none any more.
    pub(super) fn note_source(&self, drift: Drift) {
        self.counted(|it| it.sources.push(drift));
    }

    /// Returns what was counted, in the form that the archive keeps.
    pub(super) fn taken(&self) -> (u64, BTreeMap<Measure, f64>) {
        self.counted(|it| (it.pages, it.totals.clone()))
    }

    /// Returns what drifted, judged by the runs before this one, newest first.
    pub(super) fn judge(
        &self,
        before: &[RunMeasures],
        now: DateTime<Utc>,
        profile: &Profile,
    ) -> Vec<Drift> {
        self.counted(|counted| {
            let this = RunMeasures {
                started_at: now,
                pages: counted.pages,
                totals: counted.totals.clone(),
                has_drifted: false,
            };
            let mut drifts = judge(&this, before, profile);
            for drift in &mut drifts {
                let lacks = |page: &&ExamplePage| !page.had.contains(&drift.measure);
                let lacking = counted.examples.iter().filter(lacks).map(|it| it.url.clone());
                drift.examples = lacking.take(EXAMPLES_MAX).collect();
            }
            drifts.splice(0..0, counted.sources.iter().cloned());
            drifts
        })
    }

    fn counted<T>(&self, act: impl FnOnce(&mut Counted) -> T) -> T {
        // The counts are valid even if another thread panicked while it held the lock.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a page has: fields, where each was read, and how much there is.
fn had(extraction: &Extraction) -> Vec<(Measure, f64)> {
    let Extraction { draft, strip, boards, .. } = extraction;
    let mut had = Vec::new();
    if extraction.not_story.is_none() {
        had.push((Measure::Share("article".to_owned()), 1.0));
    }
    for (field, origin) in &draft.origins {
        had.push((Measure::Share(field.code().to_owned()), 1.0));
        had.push((Measure::Share(format!("{}:{}", field.code(), origin.code())), 1.0));
    }
    // A board that is gone or was renamed is missed by its name, while the others are there.
    for board in boards {
        had.push((Measure::Share(format!("{}:{}", Field::Boards.code(), board.name)), 1.0));
    }
    let related = draft.links.iter().filter(|it| it.placement == Placement::Related).count();
    for (name, size) in [
        ("words", draft.word_count() as usize),
        ("blocks", draft.blocks.len()),
        ("related links", related),
        ("tags", draft.tags.len()),
        ("strip rows", strip.quotes.len()),
    ] {
        if 0 < size {
            #[expect(clippy::cast_precision_loss, reason = "sizes of a page")]
            had.push((Measure::Size(name.to_owned()), (size as f64).ln_1p()));
        }
    }
    had
}
