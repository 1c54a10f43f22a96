//! Moments as the archive has them: UTC, whole seconds, text that sorts. Days and times of capture have their own text in
//! `model`; the clock is never asked here.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::Row;

/// The text of a moment, as the archive writes it.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The moment of such a text; `None` for anything else.
pub(super) fn unstamp(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

/// The moment in a column of a row; `None` where there is none.
pub(super) fn time_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    Ok(row.get::<_, Option<String>>(column)?.as_deref().and_then(unstamp))
}
