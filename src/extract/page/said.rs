//! A value with the witness who gave it.
//!
//! The same fact stands on a page several times: in JSON-LD, in `meta`, in an element, in the text. Who was
//! believed is kept with the value, and becomes its origin in the draft.

use crate::model::Origin;

/// A value and where it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

impl<T> Said<T> {
    /// Whether readers see it, not only machines.
    pub(super) fn is_printed(&self) -> bool {
        matches!(self.origin, Origin::Markup | Origin::Text)
    }

    pub(super) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}
