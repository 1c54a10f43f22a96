//! How much of one story stands in another, and what that makes of it. Which stories are compared is said in `copy_window.rs`.

use strum::IntoStaticStr;

use crate::model::Shingles;

/// The share of a copy's shingles that the earlier text has.
const COPY_SHARE: f64 = 0.5;
/// Two texts that have this share in common are the same.
const SAME_SHARE: f64 = 0.95;
/// What has this share of its shingles in another stands in it.
pub(super) const INSIDE_SHARE: f64 = 0.8;
/// A text this much longer than another has something of its own.
const LONGER_SHARE: f64 = 1.2;

/// How a story repeats an earlier one. The stable words of `copies.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum CopyKind {
    Reprint,
    Edited,
    Cut,
    Extended,
    Recombined,
}

impl CopyKind {
    /// Returns the stable word.
    pub(super) fn code(self) -> &'static str {
        self.into()
    }
}

/// How much of a story an earlier one has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overlap {
    /// The share of the story's shingles that the earlier one has.
    pub(super) containment: f64,
    /// The share of the earlier one's shingles that the story has.
    contained: f64,
    /// The shingles that both have, of those that either has.
    pub(super) jaccard: f64,
    /// The length of the story, in lengths of the earlier one.
    length: f64,
}

impl Overlap {
    /// Compares a story with an earlier one.
    pub(super) fn new(story: &Shingles, earlier: &Shingles) -> Self {
        let (own, others) = (story.len(), earlier.len());
        let shared = story.shared_with(earlier);
        Self {
            containment: share(shared, own),
            contained: share(shared, others),
            jaccard: share(shared, own + others - shared),
            length: share(own, others),
        }
    }

    /// Returns how the story repeats the earlier one, if it does.
    pub(super) fn kind(&self) -> Option<CopyKind> {
        if SAME_SHARE <= self.jaccard {
            Some(CopyKind::Reprint)
        } else if INSIDE_SHARE <= self.containment && self.length * LONGER_SHARE <= 1.0 {
            Some(CopyKind::Cut)
        } else if INSIDE_SHARE <= self.contained && LONGER_SHARE <= self.length {
            Some(CopyKind::Extended)
        } else if COPY_SHARE <= self.containment && COPY_SHARE <= self.contained {
            Some(CopyKind::Edited)
        } else {
            None
        }
    }
}

/// Returns the share of a part; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "texts have fewer words")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
