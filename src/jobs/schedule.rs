//! When to visit a page again. Pure: the clock is an argument.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    config::Recheck,
    model::{Missing, PageState, Via},
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// A page that failed this often is tried no more rarely.
const DOUBLINGS_MAX: u32 = 6;

/// When a stored story is looked at again: young ones soon, old ones never.
pub(super) fn recheck(
    steps: &[Recheck],
    published_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    // A date in the future is a story of today.
    let age = (now - published_at?).to_std().unwrap_or_default();
    let step = steps.iter().find(|it| age < it.age)?;
    Some(now + delta(step.every))
}

/// When a page that is not there is asked for again, while somebody names it: twice, for what is announced before
/// it is published. What is gone is gone, and a number that nobody named was only a guess.
pub(super) fn missing(
    missing: Missing,
    via: Via,
    misses: u32,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let wait = match (missing, via, misses) {
        (Missing::Gone, _, _) | (_, Via::Ids, _) | (_, _, 2..) => return None,
        (Missing::NotFound | Missing::RedirectedAway | Missing::Soft, _, 0) => 6 * HOUR,
        (Missing::NotFound | Missing::RedirectedAway | Missing::Soft, _, _) => 3 * DAY,
    };
    Some(now + delta(wait))
}

/// When a page that could not be kept is tried again: later every time.
pub(super) fn retry(state: PageState, failures: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (first, longest) = match state {
        PageState::Blocked => (6 * HOUR, 7 * DAY),
        PageState::Throttled | PageState::New => (HOUR, DAY),
        PageState::Broken => (HOUR, 2 * DAY),
        PageState::Refused => (DAY, 7 * DAY),
        PageState::NotArticle => (DAY, 30 * DAY),
        PageState::Stored | PageState::Missing => return None,
    };
    let wait = (first * 2_u32.pow(failures.min(DOUBLINGS_MAX))).min(longest);
    Some(now + delta(wait))
}

fn delta(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn young_stories_are_looked_at_soon_and_old_ones_never() {
        let steps = Config::default().profile.revisit;
        let now = at("2025-10-22T12:00:00Z");
        let check = |published: &str, hours: Option<i64>| {
            let due = recheck(&steps, Some(at(published)), now);
            assert_eq!(due.map(|it| (it - now).num_hours()), hours, "{published}");
        };
        check("2025-10-22T11:00:00Z", Some(2));
        check("2025-10-22T13:00:00Z", Some(2));
        check("2025-10-21T12:00:00Z", Some(12));
        check("2025-10-17T12:00:00Z", Some(72));
        check("2025-10-01T12:00:00Z", None);
        assert_eq!(recheck(&steps, None, now), None, "a page without a date has no age");
    }

    #[test]
    fn what_is_not_there_is_asked_for_twice_more_and_what_is_gone_never() {
        let now = at("2025-10-22T12:00:00Z");
        let hours = |it, misses| missing(it, Via::Feed, misses, now).map(|it| (it - now).num_hours());
        assert_eq!(hours(Missing::NotFound, 0), Some(6));
        assert_eq!(hours(Missing::Soft, 1), Some(72));
        assert_eq!(hours(Missing::NotFound, 2), None);
        assert_eq!(hours(Missing::Gone, 0), None);
        assert_eq!(missing(Missing::NotFound, Via::Ids, 0, now), None, "a guess is not repeated");
    }

    #[test]
    fn failures_are_tried_again_later_every_time() {
        let now = at("2025-10-22T12:00:00Z");
        let hours = |state, failures| retry(state, failures, now).map(|it| (it - now).num_hours());
        assert_eq!(hours(PageState::Broken, 0), Some(1));
        assert_eq!(hours(PageState::Broken, 3), Some(8));
        assert_eq!(hours(PageState::Broken, 99), Some(48));
        assert_eq!(hours(PageState::Blocked, 1), Some(12));
        assert_eq!(hours(PageState::Missing, 0), None);
    }
}
