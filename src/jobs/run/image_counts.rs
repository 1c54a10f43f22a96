//! What a run has spent on pictures and done about them, counted by its lanes. Which of them is asked for next is decided in `images`.

use std::sync::{Mutex, PoisonError};

use crate::{config::ImageBounds, model::ImageTally, store::ImageSpending};

/// What was spent on pictures: by this run, and in the last 24 hours before it.
pub(super) struct Budget {
    pub(super) bounds: ImageBounds,
    before: ImageSpending,
    spent: Mutex<ImageSpending>,
}

impl Budget {
    pub(super) fn new(bounds: ImageBounds, before: ImageSpending) -> Self {
        Self { bounds, before, spent: Mutex::default() }
    }

    pub(super) fn spend(&self, asked: u64, bytes: u64) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.asked += asked;
        spent.bytes += bytes;
    }

    /// Returns the bound that is reached, if one is.
    pub(super) fn reached(&self) -> Option<&'static str> {
        let spent = *self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let Self { bounds, before, .. } = self;
        let reached = [
            ("fetch.images.per_run", bounds.per_run <= spent.asked),
            ("fetch.images.megabytes_per_run", bounds.bytes_per_run <= spent.bytes),
            ("fetch.images.per_day", bounds.per_day <= before.asked + spent.asked),
            ("fetch.images.megabytes_per_day", bounds.bytes_per_day <= before.bytes + spent.bytes),
        ];
        reached.into_iter().find(|it| it.1).map(|it| it.0)
    }
}

/// What a run has done about pictures.
#[derive(Default)]
pub(super) struct ImageCounts(Mutex<ImageTally>);

impl ImageCounts {
    pub(super) fn note(&self, act: impl FnOnce(&mut ImageTally)) {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn taken(&self) -> ImageTally {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
