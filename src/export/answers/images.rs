//! The pictures in the answer of `status`.

use serde::Serialize;

use crate::store::{ImageStateCount, ImageStats};

/// The pictures of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::ImageStats` with its name")]
pub struct ImagesAnswer {
    pub stored: u64,
    pub bytes: u64,
    pub due: u64,
    pub waiting: Vec<ImageStateAnswer>,
}

/// Addresses of pictures of one state and cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::ImageStateCount` with its name")]
pub struct ImageStateAnswer {
    pub state: &'static str,
    pub reason: Option<String>,
    pub count: u64,
    pub next_due: Option<String>,
}

impl From<ImageStats> for ImagesAnswer {
    fn from(stats: ImageStats) -> Self {
        let ImageStats { stored, bytes, due, waiting } = stats;
        Self { stored, bytes, due, waiting: waiting.into_iter().map(Into::into).collect() }
    }
}

impl From<ImageStateCount> for ImageStateAnswer {
    fn from(found: ImageStateCount) -> Self {
        let ImageStateCount { state, reason, count, next_due } = found;
        Self { state: state.code(), reason, count, next_due }
    }
}
