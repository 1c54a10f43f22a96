//! How full the days of a range are, told from the listings of a few of them. Pure: others ask.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

/// This many days, spread over the range and over the week, tell how full the others are.
const SAMPLES: usize = 7;
/// A range of fewer days is told by its middle and its ends: no need for each day of the week.
const WEEKS_MIN: usize = 14;
/// Where stories begin or end is found to one part in this many of the range.
const PRECISION: usize = 32;

/// A range of days of which some are looked at.
pub(super) struct Survey {
    /// Every day, the oldest first.
    days: Vec<NaiveDate>,
    /// Which to look at, in order: the middle and the ends first, so that a listing that is missing on all of them can be
    /// given up.
    planned: Vec<usize>,
    /// What the listings of a day named; `None` where they could not be read.
    named: BTreeMap<usize, Option<BTreeSet<String>>>,
    /// How many pages each of these days has, without what other days name, too.
    counts: BTreeMap<usize, u64>,
}

impl Survey {
    /// Returns a survey of days that nobody has looked at.
    pub(super) fn of(days: impl IntoIterator<Item = NaiveDate>) -> Self {
        let mut days: Vec<NaiveDate> = days.into_iter().collect();
        days.sort_unstable();
        days.dedup();
        let planned = planned(&days);
        Self { days, planned, named: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// Returns the number of days that the survey is about.
    pub(super) fn len(&self) -> usize {
        self.days.len()
    }

    /// Returns the next day whose listings should be read; `None` when enough is known.
    pub(super) fn ask(&self) -> Option<NaiveDate> {
        let next = self.planned.iter().find(|it| !self.named.contains_key(it)).copied();
        next.or_else(|| self.border()).map(|it| self.days[it])
    }

    /// Learns what the listings of a day named; `None` where none of them could be read.
    pub(super) fn note(&mut self, day: NaiveDate, named: Option<BTreeSet<String>>) {
        if let Ok(at) = self.days.binary_search(&day) {
            self.named.insert(at, named);
            self.counts = self.count();
        }
    }

    /// Returns about how many pages the listings of a day name; `None` where nothing is known.
    pub(super) fn pages(&self, day: NaiveDate) -> Option<u64> {
        let at = self.days.binary_search(&day).unwrap_or_else(|it| it);
        let counts = &self.counts;
        let before = counts.range(..=at).next_back().map(|it| (*it.0, *it.1));
        let after = counts.range(at..).next().map(|it| (*it.0, *it.1));
        match (before, after) {
            (Some((first, few)), Some((last, many))) if 0 < few && 0 < many && first < last => {
                Some(u64::midpoint(few, many))
            }
            (Some((first, count)), Some((last, other))) => {
                Some(if at - first <= last.saturating_sub(at) { count } else { other })
            }
            (Some((_, count)), None) | (None, Some((_, count))) => Some(count),
            (None, None) => None,
        }
    }

    /// How many pages each listing named that others did not: a listing that names the same whatever the day says nothing.
    fn count(&self) -> BTreeMap<usize, u64> {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for id in self.named.values().flatten().flatten() {
            *times.entry(id).or_insert(0) += 1;
        }
        let known = self.named.iter().filter_map(|(at, named)| Some((at, named.as_ref()?)));
        let own = |named: &BTreeSet<String>| named.iter().filter(|it| times[it.as_str()] == 1).count();
        known.map(|(at, named)| (*at, own(named) as u64)).collect()
    }

    /// The middle between a day with stories and one without, where they are too far from each other.
    fn border(&self) -> Option<usize> {
        let pairs = self.counts.iter().zip(self.counts.iter().skip(1));
        let is_border =
            |((_, few), (_, many)): &((&usize, &u64), (&usize, &u64))| (**few == 0) != (**many == 0);
        let far = (self.days.len() / PRECISION).max(2);
        let mut middles = pairs.filter(is_border).filter_map(|((first, _), (last, _))| {
            let middle = first + (last - first) / 2;
            (far < last - first && !self.named.contains_key(&middle)).then_some(middle)
        });
        middles.next()
    }
}

fn planned(days: &[NaiveDate]) -> Vec<usize> {
    let last = days.len().saturating_sub(1);
    if days.len() < WEEKS_MIN {
        let mut three = vec![last / 2, 0, last];
        three.truncate(days.len());
        return three;
    }
    let spread = (0..SAMPLES).map(|it| it * last / (SAMPLES - 1));
    let of_week = spread.zip(0..).map(|(at, nth)| {
        // The ends as they are; of the others each another day of the week.
        let weekday = |at: usize| days[at].weekday().num_days_from_monday();
        let wanted = (weekday(0) + nth) % 7;
        let near = at.saturating_sub(3)..(at + 4).min(days.len());
        let is_end = at == 0 || at == last;
        near.into_iter().find(|it| !is_end && weekday(*it) == wanted).unwrap_or(at)
    });
    let mut samples: Vec<usize> = of_week.collect();
    samples.dedup();
    let (middle, ends) = (samples.len() / 2, [0, last]);
    let middle = samples[middle];
    let others = samples.iter().copied().filter(|it| *it != middle && !ends.contains(it));
    [middle].into_iter().chain(ends).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 1, 1).expect("a date") + chrono::Days::new(number)
    }

    /// Look at a site with this many stories on each day. Returns the survey, and how many days it looked at.
    fn look(days: u64, stories: impl Fn(u64) -> u64) -> (Survey, usize) {
        let mut survey = Survey::of((0..days).map(day));
        let mut looks = 0;
        while let Some(next) = survey.ask() {
            let number = (next - day(0)).num_days().unsigned_abs();
            let named = (0..stories(number)).map(|it| format!("{number}-{it}"));
            // And a list that is the same every day.
            let same = (0..50).map(|it| format!("same-{it}"));
            survey.note(next, Some(named.chain(same).collect()));
            looks += 1;
            assert!(looks <= 40, "{days} days: it does not end");
        }
        (survey, looks)
    }

    #[test]
    fn a_few_days_tell_how_full_a_range_is_to_a_factor_of_two() {
        let workdays = |it: u64| if it % 7 < 5 { 100 } else { 30 };
        let only =
            |it: u64, live: std::ops::Range<u64>| if live.contains(&it) { workdays(it) } else { 0 };
        for days in [3, 8, 30, 90, 365, 3650] {
            for live in [0..days, 0..days / 2, days / 3..days, days / 3..2 * days / 3] {
                let truth: u64 = (0..days).map(|it| only(it, live.clone())).sum();
                let (survey, looks) = look(days, |it| only(it, live.clone()));
                let told: u64 = (0..days).filter_map(|it| survey.pages(day(it))).sum();
                assert!(truth <= 2 * told && told <= 2 * truth, "{days}, {live:?}: {told} of {truth}");
                assert!(looks <= 20, "{days} days, {live:?}: {looks} looks");
            }
        }
    }

    #[test]
    fn what_could_not_be_read_says_nothing() {
        let mut survey = Survey::of((0..30).map(day));
        assert_eq!(survey.pages(day(3)), None);
        while let Some(next) = survey.ask() {
            survey.note(next, None);
        }
        assert_eq!(survey.pages(day(3)), None);
        let (first, ids) = (survey.days[0], ["a", "b"].map(str::to_owned));
        survey.note(first, Some(ids.into()));
        assert_eq!(survey.pages(day(3)), Some(2));
    }

    #[test]
    fn the_middle_and_the_ends_come_first() {
        let survey = Survey::of((0..100).map(day));
        assert_eq!(survey.planned[1..3], [0, 99]);
        assert!((40..60).contains(&survey.planned[0]), "{:?}", survey.planned);
        assert_eq!(Survey::of([]).ask(), None);
        assert_eq!(Survey::of([day(1)]).ask(), Some(day(1)));
    }
}
