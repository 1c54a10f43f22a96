//! How much a long job has still before it, told from what was expected of its days and from what the days that are done
//! really took. Pure.

use std::collections::VecDeque;

use super::Expected;

/// A difference of fewer pages than this from what was expected does not count.
const CALM: u64 = 20;

/// What is left of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Pages to visit.
    pub(super) pages: u64,
    /// Listings to read.
    pub(super) listings: u64,
}

/// A job of many days.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    /// What is expected of the days that were not begun, the next first.
    ahead: VecDeque<Expected>,
    /// What is expected of the day that has been begun.
    begun: Expected,
    /// The pages that were expected of finished days, beyond those already queued.
    told: u64,
    /// The pages that these days really took, beyond those already queued.
    took: u64,
}

impl Forecast {
    pub(super) fn new(days: impl IntoIterator<Item = Expected>) -> Self {
        Self { ahead: days.into_iter().collect(), ..Self::default() }
    }

    /// Begins the next day.
    pub(super) fn begin(&mut self) {
        self.begun = self.ahead.pop_front().unwrap_or_default();
    }

    /// Ends the day in hand, which took this many pages.
    pub(super) fn end(&mut self, pages: u64) {
        let Expected { listings: _, queued, pages: named, guesses } = std::mem::take(&mut self.begun);
        self.told += named + guesses;
        self.took += pages.saturating_sub(queued);
    }

    /// Returns what is left, of the day that was begun included: `known` pages, or as many as were expected where its listings
    /// were not read yet.
    pub(super) fn left(&self, known: Option<u64>) -> Left {
        let mut left = match known {
            Some(pages) => Left { pages, listings: 0 },
            None => self.of(&self.begun),
        };
        for day in &self.ahead {
            let Left { pages, listings } = self.of(day);
            left.pages += pages;
            left.listings += listings;
        }
        left
    }

    /// What a day will take if it differs from what was expected as those that are done did.
    fn of(&self, day: &Expected) -> Left {
        let Expected { listings, queued, pages, guesses } = *day;
        let unknown = u128::from(pages + guesses);
        let scaled = unknown * u128::from(self.took + CALM) / u128::from(self.told + CALM);
        Left { pages: queued + u64::try_from(scaled).unwrap_or(u64::MAX), listings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Work through days of which so much is expected and so much comes. From a tenth of the work on, what is told to be left
    /// may be wrong by a factor of two.
    #[track_caller]
    fn check(name: &str, days: impl Iterator<Item = (u64, u64)> + Clone) {
        let expected =
            days.clone().map(|it| Expected { listings: 2, pages: it.0, ..Expected::default() });
        let mut forecast = Forecast::new(expected);
        let all: u64 = days.clone().map(|it| it.1 + 2).sum();
        let most = days.clone().map(|it| it.1 + 2).max().unwrap_or_default();
        let mut done = 0;
        let look = |forecast: &Forecast, known: Option<u64>, done: u64| {
            let Left { pages, listings } = forecast.left(known);
            let (told, truth) = (pages + listings, all - done);
            let is_early = done * 10 < all;
            let is_near = told <= 2 * truth && truth <= 2 * told;
            // Of the last day nobody can tell before its listings are read.
            assert!(is_early || is_near || truth <= most, "{name}: {told} of {truth} after {done}");
        };
        for (_, comes) in days {
            forecast.begin();
            look(&forecast, None, done);
            done += 2;
            for left in (0..=comes).rev() {
                look(&forecast, Some(left), done);
                done += u64::from(0 < left);
            }
            forecast.end(comes);
        }
        assert_eq!((done, forecast.left(Some(0))), (all, Left::default()), "{name}");
    }

    #[test]
    fn from_a_tenth_of_the_work_on_what_is_left_is_told_to_a_factor_of_two() {
        let workdays = |it: u64| if it % 7 < 5 { 100 } else { 40 };
        check("as expected", (0..100).map(|it| (workdays(it), workdays(it))));
        check("the same for every day", (0..100).map(|it| (80, workdays(it))));
        check("ten times less", (0..100).map(|it| (800, workdays(it))));
        check("five times more", (0..100).map(|it| (16, workdays(it))));
        check("few days", (0..8).map(|it| (80, workdays(it))));
        check("few pages", (0..60).map(|it| (5, it % 4)));
        check("thin days", (0..100).map(|it| (80, if it % 3 == 0 { 10 } else { 80 })));
        check("growing", (0..100).map(|it| (80, 50 + it / 2)));
        // What a survey found to be beyond the site.
        check("beyond", (0..100).map(|it| if it < 40 { (80, workdays(it)) } else { (0, 0) }));
        check("beyond at first", (0..100).map(|it| if it < 60 { (0, 0) } else { (80, workdays(it)) }));
    }
}
