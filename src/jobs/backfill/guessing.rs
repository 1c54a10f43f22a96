//! Whether a backfill asks for ids that nobody named. Which ids those are is found by `ids`.

use crate::config::Profile;

/// Whether to ask for ids that nobody named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessing {
    /// Never.
    Off,
    /// On days that no listing speaks of, or that are thin.
    Gaps,
    /// On every day.
    All,
}

impl Guessing {
    /// Returns the choice that is possible for a site: without ids that rise with the day there is nothing to ask for.
    #[must_use]
    pub fn of_site(self, profile: &Profile) -> Self {
        if profile.ids.is_some() { self } else { Self::Off }
    }
}
