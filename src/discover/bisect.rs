//! Where a day begins among ids that rise with the day. Many ids are of no page, and neighbours may have changed
//! places.

use std::collections::BTreeSet;

use chrono::NaiveDate;

/// Ids may be out of order by so many.
pub const DISORDER: u64 = 5;

/// After so many ids of nothing the bracket is taken for a hole: whoever walks it finds what there is.
const NOTHINGS_MAX: u32 = 40;

/// What a probe found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// An article of this day.
    Day(NaiveDate),
    /// Nothing that has a day.
    Nothing,
}

/// A search for the first id of a day. Says what to ask for, and learns from what came.
#[derive(Debug, Clone)]
pub struct Bisect {
    day: NaiveDate,
    /// An id of an earlier day, and that day.
    below: (u64, NaiveDate),
    /// An id of that day or a later one, and its day.
    above: (u64, NaiveDate),
    /// Ids in between that are of nothing.
    nothing: BTreeSet<u64>,
    /// The width of the bracket at the last guess: one that did not halve it is followed by one in the middle.
    width: u64,
    /// Ids of nothing that were met.
    nothings: u32,
}

impl Bisect {
    /// Between an id of an earlier day and one that is not.
    pub fn new(day: NaiveDate, below: (u64, NaiveDate), above: (u64, NaiveDate)) -> Self {
        Self { day, below, above, nothing: BTreeSet::new(), width: u64::MAX, nothings: 0 }
    }

    /// Between what is known of pages around it, which need not be in order: where the fewest of them are on the wrong
    /// side. `None` where nothing earlier or nothing later is known.
    pub fn among(day: NaiveDate, facts: &[(u64, NaiveDate)]) -> Option<Self> {
        let mut facts = facts.to_vec();
        facts.sort_unstable();
        let is_before = |it: &&(u64, NaiveDate)| it.1 < day;
        let mut wrong = facts.iter().filter(is_before).count();
        let mut best = (wrong, 0);
        for (at, fact) in facts.iter().enumerate() {
            if fact.1 < day {
                wrong -= 1;
            } else {
                wrong += 1;
            }
            best = best.min((wrong, at + 1));
        }
        let (lower, upper) = facts.split_at(best.1);
        let below = lower.iter().rfind(is_before)?;
        let above = upper.iter().find(|it| day <= it.1)?;
        Some(Self::new(day, *below, *above))
    }

    /// Known to be of nothing: not asked for.
    #[must_use]
    pub fn without(mut self, nothing: impl IntoIterator<Item = u64>) -> Self {
        self.nothing.extend(nothing);
        self
    }

    /// The next id to ask for; `None` when what is left is no more than the disorder there may be, or a hole.
    pub fn ask(&mut self) -> Option<u64> {
        let (below, above) = (self.below.0, self.above.0);
        let width = above.saturating_sub(below);
        if width <= 2 * DISORDER || NOTHINGS_MAX <= self.nothings {
            return None;
        }
        let middle = below + width / 2;
        let is_slow = self.width / 2 < width;
        let guess =
            if is_slow && self.width != u64::MAX { middle } else { self.guess().unwrap_or(middle) };
        self.width = width;
        self.nearest(guess.clamp(below + 1, above - 1))
    }

    /// Learn what an id is.
    pub fn absorb(&mut self, id: u64, probe: Probe) {
        match probe {
            Probe::Nothing => {
                self.nothing.insert(id);
                self.nothings += 1;
            }
            Probe::Day(day) if day < self.day => self.below = (self.below.0.max(id), day),
            Probe::Day(day) => self.above = (self.above.0.min(id), day),
        }
    }

    /// The last id known to be of an earlier day, and the first known not to be.
    pub fn bracket(&self) -> (u64, u64) {
        (self.below.0, self.above.0)
    }

    /// About where the day would begin if ids rose evenly: a day's ids before that or after it, so that the bracket
    /// closes from both sides.
    fn guess(&self) -> Option<u64> {
        let (below, above) = (self.below, self.above);
        let days = u64::try_from((above.1 - below.1).num_days()).ok()?;
        let part = u64::try_from((self.day - below.1).num_days()).ok()?;
        if days == 0 {
            return None;
        }
        let width = above.0 - below.0;
        let per_day = (width / days).max(DISORDER);
        // An id of a day is on the average one of its middle.
        let begins = below.0 + width * (2 * part - 1) / (2 * days);
        if 2 * per_day < begins - below.0 {
            Some(begins - per_day)
        } else if 2 * per_day < above.0.saturating_sub(begins) {
            Some(begins + per_day)
        } else {
            None
        }
    }

    /// The id nearest to a guess that was not asked for, in steps that double: a hole may be wide.
    fn nearest(&self, guess: u64) -> Option<u64> {
        let is_free = |id: &u64| self.below.0 < *id && *id < self.above.0 && !self.nothing.contains(id);
        let steps = (0..64).map(|it| (1_u64 << it) - 1);
        let up = steps.clone().map_while(|it| guess.checked_add(it)).take_while(|it| *it < self.above.0);
        let down = steps.map_while(|it| guess.checked_sub(it)).take_while(|it| self.below.0 < *it);
        let (up, down) = (up.collect::<Vec<_>>(), down.collect::<Vec<_>>());
        let longest = up.len().max(down.len());
        let mut both = (0..longest).flat_map(|it| [up.get(it), down.get(it)]).flatten().copied();
        both.find(is_free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 1, 1).expect("a date") + chrono::Days::new(number)
    }

    /// A site of 160 ids a day of which every `nth` is an article; neighbours may have changed places.
    fn is_found(target: u64, nth: u64, hole: std::ops::Range<u64>, days: u64) -> u32 {
        let truth = |id: u64| {
            let is_article = id.is_multiple_of(nth) && !hole.contains(&id);
            let moved = if id.is_multiple_of(7) { id + 2 } else { id };
            if is_article { Probe::Day(day(moved / 160)) } else { Probe::Nothing }
        };
        let (below, above) = ((0, day(0)), (days * 160, day(days)));
        let mut bisect = Bisect::new(day(target), below, above);
        let mut probes = 0;
        while let Some(id) = bisect.ask() {
            bisect.absorb(id, truth(id));
            probes += 1;
            assert!(probes < 200, "day {target}, every {nth}th: it does not end");
        }
        let (below, above) = bisect.bracket();
        let first = target * 160;
        assert!(below <= first + DISORDER, "day {target}: {below} is below {first}");
        assert!(first <= above + DISORDER, "day {target}: {above} is above {first}");
        probes
    }

    #[test]
    fn a_day_is_found_in_a_handful_of_requests() {
        for nth in [1, 2, 3] {
            let probes: Vec<u32> = (1..365).step_by(13).map(|it| is_found(it, nth, 0..0, 365)).collect();
            let limit = 2.0 * f64::from(365 * 160).log2();
            let most = probes.iter().copied().max().expect("some");
            assert!(f64::from(most) <= limit, "every {nth}th: {most} of {limit}: {probes:?}");
        }
    }

    #[test]
    fn a_hole_is_found_to_be_one() {
        // Three days of nothing, around the day's beginning.
        let probes = is_found(200, 1, 199 * 160..202 * 160, 365);
        assert!(probes <= NOTHINGS_MAX + 16, "{probes}");
    }

    #[test]
    fn a_page_that_is_wrong_about_its_day_does_not_lead_astray() {
        let bracket = |facts: &[(u64, u64)]| {
            let facts: Vec<_> = facts.iter().map(|it| (it.0, day(it.1))).collect();
            Bisect::among(day(10), &facts).map(|it| it.bracket())
        };
        assert_eq!(bracket(&[(100, 8), (150, 9), (160, 10), (300, 11)]), Some((150, 160)));
        assert_eq!(
            bracket(&[(100, 8), (150, 9), (290, 9), (160, 10), (170, 10), (300, 11)]),
            Some((150, 160))
        );
        assert_eq!(bracket(&[(90, 12), (100, 8), (150, 9), (160, 10)]), Some((150, 160)));
        assert_eq!(bracket(&[(150, 9), (152, 10), (151, 10), (153, 9)]), Some((150, 151)));
        assert_eq!(bracket(&[(100, 8)]), None);
        assert_eq!(bracket(&[(100, 12)]), None);
    }
}
