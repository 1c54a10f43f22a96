//! When the days of the site begin. Pure.

use chrono::{DateTime, NaiveDate, Utc};

/// The first moment of a day in a time zone; midnight in UTC where the clocks of the zone skip it.
pub(super) fn midnight(day: NaiveDate, zone: chrono_tz::Tz) -> DateTime<Utc> {
    let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
    midnight.and_local_timezone(zone).earliest().map_or(midnight.and_utc(), |it| it.to_utc())
}
