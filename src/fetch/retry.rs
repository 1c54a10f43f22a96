//! Whether and when to try the same page again in this run. When another run tries again is decided by `jobs`
//! (`run/schedule.rs`), and what a whole host asks for by its lane.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::model::WrittenDate;

use super::error::{Class, FetchError};

/// The first delay in intervals of the pace; each further one is twice as long.
const FIRST: u32 = 1;
const DOUBLINGS_MAX: u32 = 6;
/// The greatest jitter, as a share of the delay. It only ever adds.
const JITTER: f64 = 0.5;
/// A host that asks for a longer wait is asked again after a day.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// How often, and with which pauses, one page is tried.
pub(super) struct Retry {
    pub(super) max_attempts: u32,
    pub(super) max_wait: Duration,
}

impl Retry {
    /// Returns how long to wait before attempt `attempt + 1`; `None` to leave the page to another run. `chance` is in 0..1.
    pub(super) fn delay(
        &self,
        attempt: u32,
        error: &FetchError,
        interval: Duration,
        chance: f64,
    ) -> Option<Duration> {
        if error.class() != Class::Transient || self.max_attempts <= attempt {
            return None;
        }
        let doubled = interval * (FIRST << (attempt - 1).min(DOUBLINGS_MAX));
        let delay = doubled.mul_f64(1.0 + JITTER * chance);
        (delay <= self.max_wait).then_some(delay)
    }
}

/// Returns how long a `Retry-After` asks to wait: seconds, or until a date (RFC 9110, section 10.2.3). At most a day.
pub(super) fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    let wait = if !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit()) {
        // More digits than fit are more than a day, too.
        value.parse().map_or(RETRY_AFTER_MAX, Duration::from_secs)
    } else {
        // A date in the past asks for nothing.
        let WrittenDate::Moment(at) = WrittenDate::read(value, Some(Tz::UTC))? else { return None };
        (at.to_utc() - now).to_std().unwrap_or_default()
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transient_failures_are_tried_again_with_growing_pauses() {
        let retry = Retry { max_attempts: 3, max_wait: Duration::from_secs(60) };
        let delay = |attempt, error: &FetchError, seconds| {
            retry.delay(attempt, error, Duration::from_secs(seconds), 0.0).map(|it| it.as_secs())
        };
        let failed = FetchError::Status { status: 500 };
        assert_eq!(delay(1, &failed, 2), Some(2));
        assert_eq!(delay(2, &failed, 2), Some(4));
        assert_eq!(delay(3, &failed, 2), None);
        assert_eq!(delay(1, &failed, 61), None, "a pause that long is for another run");
        assert_eq!(delay(1, &FetchError::Blocked { status: 403 }, 2), None);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = "2021-03-08T06:20:00Z".parse().expect("a time");
        let check = |value, expect: Option<u64>| {
            assert_eq!(retry_after(value, now).map(|it| it.as_secs()), expect, "{value}");
        };
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("Mon, 08 Mar 2021 06:25:00 GMT", Some(300));
        check("Mon, 08 Mar 2021 06:00:00 GMT", Some(0));
        check("Monday, 08-Mar-21 06:25:00 GMT", Some(300));
        check("Mon Mar  8 06:25:00 2021", Some(300));
        check("9999999", Some(86_400));
        check("99999999999999999999999", Some(86_400));
        check("", None);
        check("soon", None);
        check("-5", None);
    }
}
