//! When to visit a page again. Pure: the clock is an argument, and nothing is remembered. What came of a visit is told by `visit`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    config::Recheck,
    model::{ImageState, Missing, PageState, Task, Via},
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// The number of failures after which the wait does not grow any more.
const DOUBLINGS_MAX: u32 = 6;

/// Returns when a stored story is looked at again: young stories soon, old ones never.
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

/// Returns when a page is looked at again that says less than the stored story: three looks span a day.
pub(super) fn confirm(now: DateTime<Utc>) -> DateTime<Utc> {
    now + delta(12 * HOUR)
}

/// Returns when a page that is not there is asked for again: twice, for what is announced before it is published. What is gone is
/// gone, and a number that nobody named was only a guess. A page that is not stored is given up for a 404 alone: a site
/// that leads to its front page, or says "not found" with 200, may be out of order.
pub(super) fn missing(missing: Missing, task: &Task, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let wait = match (missing, task.via, task.failures) {
        (Missing::Gone, _, _) | (_, Via::Ids, _) => return None,
        (_, _, 0) => 6 * HOUR,
        (_, _, 1) => 3 * DAY,
        (Missing::NotFound, _, _) => return None,
        (Missing::RedirectedAway | Missing::Soft, _, _) if task.is_stored => return None,
        (Missing::RedirectedAway | Missing::Soft, _, failures) => {
            doubled(7 * DAY, failures - 2).min(30 * DAY)
        }
    };
    Some(now + delta(wait))
}

/// Returns when a picture that is not here is asked for again. What was no picture three times is none, and a bound does not change
/// by itself.
pub(super) fn image(state: ImageState, failures: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let alike = match state {
        ImageState::Missing if failures == 0 => return Some(now + delta(6 * HOUR)),
        ImageState::Missing if failures == 1 => return Some(now + delta(3 * DAY)),
        ImageState::NotImage if failures < 2 => PageState::NotArticle,
        ImageState::Blocked => PageState::Blocked,
        ImageState::Throttled => PageState::Throttled,
        ImageState::Broken => PageState::Broken,
        ImageState::Refused => PageState::Refused,
        ImageState::New
        | ImageState::Stored
        | ImageState::TooLarge
        | ImageState::Missing
        | ImageState::NotImage => return None,
    };
    retry(alike, failures, now)
}

/// Returns when a page that could not be kept is tried again: later every time.
pub(super) fn retry(state: PageState, failures: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (first, longest) = match state {
        PageState::Blocked => (6 * HOUR, 7 * DAY),
        PageState::Throttled | PageState::New => (HOUR, DAY),
        PageState::Broken => (HOUR, 2 * DAY),
        PageState::Refused => (DAY, 7 * DAY),
        PageState::NotArticle => (DAY, 30 * DAY),
        PageState::Stored | PageState::Missing => return None,
    };
    Some(now + delta(doubled(first, failures).min(longest)))
}

fn doubled(wait: Duration, times: u32) -> Duration {
    wait * 2_u32.pow(times.min(DOUBLINGS_MAX))
}

fn delta(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        model::{Ask, PageId, PageKey},
    };

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

    fn task(via: Via, failures: u32, is_stored: bool) -> Task {
        let key = PageKey { host: "x".to_owned(), id: "1".to_owned() };
        let ask = Ask::new("https://x.example/1".parse().expect("an address"));
        Task {
            page: PageId(1),
            key,
            ask,
            failures,
            via,
            published_at: None,
            is_stored,
            is_by_feed: false,
        }
    }

    #[test]
    fn only_a_404_or_a_410_ends_the_life_of_a_page_that_is_not_stored() {
        let now = at("2025-10-22T12:00:00Z");
        let check = |answer, via, failures, is_stored, days: Option<i64>| {
            let due = missing(answer, &task(via, failures, is_stored), now);
            let hours = due.map(|it| (it - now).num_hours());
            assert_eq!(hours, days.map(|it| if it == 0 { 6 } else { it * 24 }), "{answer:?} {failures}");
        };
        for answer in [Missing::NotFound, Missing::RedirectedAway, Missing::Soft] {
            check(answer, Via::Feed, 0, false, Some(0));
            check(answer, Via::Feed, 1, false, Some(3));
            check(answer, Via::Feed, 2, true, None);
            // A guess is not repeated.
            check(answer, Via::Ids, 0, false, None);
        }
        check(Missing::NotFound, Via::Feed, 2, false, None);
        check(Missing::Gone, Via::Feed, 0, false, None);
        for answer in [Missing::RedirectedAway, Missing::Soft] {
            check(answer, Via::Feed, 2, false, Some(7));
            check(answer, Via::Feed, 3, false, Some(14));
            check(answer, Via::Feed, 99, false, Some(30));
        }
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
