//! The search for the first id of a day, among ids that rise with the day. Many ids have no page, neighbours may have changed
//! places, and a site begins and ends somewhere: where nothing is left to be found, the search ends after a few dozen ids,
//! and thousands need not be asked for. It sends nothing: it says which id to ask for, and is told what the id is.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::model::DatedId;

use super::id_series::{DISORDER, Edge, EdgeKind, Edges, IdSeries, Probe};

/// After this many ids without an article in a row the anchors are no longer believed, and the whole stretch is searched.
const DOUBT: u32 = 10;
/// A stretch is empty when two things hold. First, no gap between the ids that were asked for is wider than this share (one
/// in so many) of its distance from the nearest article: so a day beside an article is found, however short it is.
const GAP_BY_DISTANCE: u64 = 3;
/// Second, no gap is wider than this share of the stretch.
const GAP_BY_WIDTH: u64 = 16;
/// The share of the stretch where no article is known at all.
const GAP_OF_NOTHING_KNOWN: u64 = 64;

/// A search for the first id of a day.
#[derive(Debug, Clone)]
pub struct Bisect {
    day: NaiveDate,
    /// The last id known to be of an earlier day.
    below: Edge,
    /// The first id known to be of that day or a later one.
    above: Edge,
    /// Ids with the day on which they were reached, as the profile says, rising. They serve for guesses, and prove nothing.
    anchors: Vec<DatedId>,
    /// Ids between the two that have no article.
    nothing: BTreeSet<u64>,
    /// The width between the two at the last guess: when a guess did not halve it, the next one is in the middle.
    width: u64,
    /// How many ids without an article were met since the last article.
    nothings: u32,
    /// Whether guesses by the anchors led to nothing too often.
    doubts: bool,
}

impl Bisect {
    /// Returns a search that begins with the days of known articles, which need not be in order: it divides them where the
    /// fewest are on the wrong side. Where nothing earlier or nothing later is known, the search begins at that end of the
    /// series.
    pub fn among(day: NaiveDate, facts: &[DatedId], series: IdSeries) -> Self {
        let mut facts = facts.to_vec();
        facts.sort_unstable();
        let is_before = |it: &&DatedId| it.day < day;
        let mut wrong = facts.iter().filter(is_before).count();
        let mut best = (wrong, 0);
        for (at, fact) in facts.iter().enumerate() {
            if fact.day < day {
                wrong -= 1;
            } else {
                wrong += 1;
            }
            best = best.min((wrong, at + 1));
        }
        let (lower, upper) = facts.split_at(best.1);
        let below = lower.iter().rfind(is_before).map(Edge::article);
        let above = upper.iter().find(|it| day <= it.day).map(Edge::article);
        let below = below.unwrap_or(Edge { id: series.below, day: None, kind: EdgeKind::End });
        let DatedId { id, day: end } = series.above;
        let beyond = Edge { id: id.max(below.id + 1), day: Some(end), kind: EdgeKind::End };
        Self {
            day,
            below,
            above: above.unwrap_or(beyond),
            anchors: Vec::new(),
            nothing: BTreeSet::new(),
            width: u64::MAX,
            nothings: 0,
            doubts: false,
        }
    }

    /// Returns the search with anchors to guess by.
    #[must_use]
    pub fn with_anchors(mut self, anchors: &[DatedId]) -> Self {
        self.anchors = anchors.to_vec();
        self
    }

    /// Returns the search with ids that are known to have no article: they are not asked for.
    #[must_use]
    pub fn without(mut self, nothing: impl IntoIterator<Item = u64>) -> Self {
        self.nothing.extend(nothing);
        self
    }

    /// Returns the next id to ask for; `None` when the two edges are close, or nothing is between them.
    pub fn ask(&mut self) -> Option<u64> {
        if self.is_close() {
            return None;
        }
        // An empty stretch needs no guess, whichever day is searched for.
        let unsearched = self.unsearched()?;
        self.doubts = self.doubts || DOUBT <= self.nothings;
        let Edges { below, above } = self.interval();
        let width = above.id - below.id;
        if self.doubts {
            return Some(unsearched);
        }
        if width <= 2 * DISORDER {
            // Two anchors, or one beside an end, tell the place: is an article there?
            let anchor = if above.id < self.above.id { above.id } else { below.id };
            return Some(self.nearest(anchor, self.below.id, self.above.id).unwrap_or(unsearched));
        }
        let middle = below.id + width / 2;
        let is_slow = self.width != u64::MAX && self.width / 2 < width;
        let guess = if is_slow { middle } else { self.guess(below, above).unwrap_or(middle) };
        self.width = width;
        let guess = guess.clamp(below.id + 1, above.id - 1);
        Some(self.nearest(guess, below.id, above.id).unwrap_or(unsearched))
    }

    /// Takes in what an id is.
    pub fn absorb(&mut self, id: u64, probe: Probe) {
        match probe {
            Probe::Nothing => {
                self.nothing.insert(id);
                self.nothings += 1;
            }
            Probe::Day(day) => {
                self.nothings = 0;
                let edge = Edge::article(&DatedId { id, day });
                if day < self.day {
                    self.below = edge;
                } else {
                    self.above = edge;
                }
            }
        }
    }

    /// Returns the last id known to be of an earlier day, and the first known not to be.
    pub fn edges(&self) -> Edges {
        Edges { below: self.below, above: self.above }
    }

    /// Whether both edges are as near to each other as disorder lets them be.
    pub fn is_close(&self) -> bool {
        self.above.id.saturating_sub(self.below.id) <= 2 * DISORDER
    }

    /// Returns the interval to guess in: between anchors, while they are believed.
    fn interval(&self) -> Edges {
        let known @ Edges { below, above } = self.edges();
        if self.doubts {
            return known;
        }
        let between = self.anchors.iter().filter(|it| below.id < it.id && it.id < above.id);
        let (before, after): (Vec<_>, Vec<_>) = between.partition(|it| it.day < self.day);
        let edge = |it: &&DatedId| Edge { id: it.id, day: Some(it.day), kind: EdgeKind::End };
        Edges { below: before.last().map_or(below, edge), above: after.first().map_or(above, edge) }
    }

    /// Returns an id near the beginning of the day if ids rose evenly: one day's ids before it or after it, so that the search
    /// closes in from both sides.
    fn guess(&self, below: Edge, above: Edge) -> Option<u64> {
        let (first, last) = (below.day?, above.day?);
        let days = u64::try_from((last - first).num_days()).ok()?;
        let part = u64::try_from((self.day - first).num_days()).ok()?;
        if days == 0 || part == 0 || days < part {
            return None;
        }
        let width = above.id - below.id;
        let per_day = (width / days).max(DISORDER);
        // An id of a day is on the average one of its middle.
        let begins = below.id + width * (2 * part - 1) / (2 * days);
        if 2 * per_day < begins - below.id {
            Some(begins - per_day)
        } else if 2 * per_day < above.id.saturating_sub(begins) {
            Some(begins + per_day)
        } else {
            None
        }
    }

    /// Returns an id near a guess that was not asked for yet, in steps that double, because a hole may be wide.
    fn nearest(&self, guess: u64, below: u64, above: u64) -> Option<u64> {
        let is_free = |id: &u64| below < *id && *id < above && !self.nothing.contains(id);
        let steps = (0..64).map(|it| (1_u64 << it) - 1);
        let up = steps.clone().map_while(|it| guess.checked_add(it)).take_while(|it| *it < above);
        let down = steps.map_while(|it| guess.checked_sub(it)).take_while(|it| below < *it);
        let (up, down) = (up.collect::<Vec<_>>(), down.collect::<Vec<_>>());
        let longest = up.len().max(down.len());
        let mut both = (0..longest).flat_map(|it| [up.get(it), down.get(it)]).flatten().copied();
        both.find(is_free)
    }

    /// Returns the middle of the widest gap that is too wide to be known as empty; `None` where no gap is. The answer depends
    /// only on what is between the edges, so all days of one hole share their probes.
    fn unsearched(&self) -> Option<u64> {
        let (below, above) = (self.below, self.above);
        let inner = self.nothing.range(below.id + 1..above.id).copied();
        let ends = inner.clone().chain([above.id]);
        let gaps = [below.id].into_iter().chain(inner).zip(ends);
        let wide = gaps.filter(|(first, last)| self.allowed(*first, *last) < last - first - 1);
        let (first, last) = wide.max_by_key(|(first, last)| (last - first, u64::MAX - first))?;
        Some(first + (last - first) / 2)
    }

    /// Returns how many ids may be left out between two that were asked for.
    fn allowed(&self, first: u64, last: u64) -> u64 {
        let (below, above) = (self.below, self.above);
        let width = above.id - below.id;
        let is_article = |it: Edge| it.kind == EdgeKind::Article;
        let from_below = is_article(below).then(|| first - below.id);
        let from_above = is_article(above).then(|| above.id - last);
        match [from_below, from_above].into_iter().flatten().min() {
            Some(distance) => (distance / GAP_BY_DISTANCE).min(width / GAP_BY_WIDTH),
            None => width / GAP_OF_NOTHING_KNOWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 1, 1).expect("a date") + chrono::Days::new(number)
    }

    fn dated(id: u64, number: u64) -> DatedId {
        DatedId { id, day: day(number) }
    }

    const PER_DAY: u64 = 160;
    /// Of the series, which is longer than any site in it.
    const DAYS: u64 = 1000;

    /// A site of 160 ids a day of which every `nth` is an article, on some days; neighbours may have changed places.
    struct Truth {
        nth: u64,
        lives: Vec<std::ops::Range<u64>>,
    }

    impl Truth {
        /// Of which every `nth` id is an article, on days from the first to before the last.
        fn every(nth: u64, lives: std::ops::Range<u64>) -> Self {
            Self { nth, lives: Vec::from([lives]) }
        }

        fn of(&self, id: u64) -> Probe {
            let is_article =
                id.is_multiple_of(self.nth) && self.lives.iter().any(|it| it.contains(&(id / PER_DAY)));
            let moved = if id.is_multiple_of(7) { id + 2 } else { id };
            if is_article { Probe::Day(day(moved / PER_DAY)) } else { Probe::Nothing }
        }
    }

    /// What was found so far, for days that are looked for one after the other.
    #[derive(Default)]
    struct Known {
        facts: Vec<DatedId>,
        nothing: BTreeSet<u64>,
        probes: u32,
    }

    impl Known {
        fn with(facts: &[DatedId]) -> Self {
            Self { facts: facts.to_vec(), ..Self::default() }
        }

        fn find(&mut self, truth: &Truth, target: u64, anchors: &[DatedId]) -> Bisect {
            let series = IdSeries { below: 0, above: dated(DAYS * PER_DAY, DAYS) };
            let bisect = Bisect::among(day(target), &self.facts, series);
            let mut bisect = bisect.with_anchors(anchors).without(self.nothing.iter().copied());
            let before = self.probes;
            while let Some(id) = bisect.ask() {
                let probe = truth.of(id);
                match probe {
                    Probe::Day(day) => self.facts.push(DatedId { id, day }),
                    Probe::Nothing => assert!(self.nothing.insert(id), "{id} was asked for twice"),
                }
                bisect.absorb(id, probe);
                self.probes += 1;
                assert!(self.probes - before < 500, "day {target}: it does not end");
            }
            bisect
        }
    }

    /// Every ten days: what a profile says of its own site.
    fn anchors() -> Vec<DatedId> {
        (0..DAYS).step_by(100).map(|it| dated(it * PER_DAY + PER_DAY / 2, it)).collect()
    }

    #[test]
    fn a_day_is_found_in_a_handful_of_requests() {
        for nth in [1, 2, 3] {
            let truth = Truth::every(nth, 0..365);
            let probes = |target: u64| {
                let mut known = Known::with(&[dated(1, 0), dated(365 * PER_DAY - nth, 365)]);
                let Edges { below, above } = known.find(&truth, target, &[]).edges();
                let first = target * PER_DAY;
                assert!(below.id <= first + DISORDER, "day {target}: {} is below {first}", below.id);
                assert!(first <= above.id + DISORDER, "day {target}: {} is above {first}", above.id);
                assert!(above.id - below.id <= 2 * DISORDER, "day {target}: it is not close");
                known.probes
            };
            let probes: Vec<u32> = (1..365).step_by(13).map(probes).collect();
            let limit = 2.0 * f64::from(365 * 160).log2();
            let most = probes.iter().copied().max().expect("some");
            assert!(f64::from(most) <= limit, "every {nth}th: {most} of {limit}: {probes:?}");
        }
    }

    #[test]
    fn where_a_site_begins_and_ends_is_found_once_for_all_days_beyond() {
        for (nth, anchors) in [(1, anchors()), (2, anchors()), (3, anchors()), (3, Vec::new())] {
            let truth = Truth::every(nth, 400..600);
            let mut known = Known::default();
            // Newest first, as a backfill does it.
            let mut edges = Vec::new();
            for target in (0..DAYS).rev() {
                let bisect = known.find(&truth, target, &anchors);
                edges.push((target, bisect.edges()));
            }
            let beyond = |it: &(u64, Edges)| 600 < it.0 || it.0 < 400;
            for (target, Edges { below, above }) in edges.iter().filter(|it| beyond(it)) {
                let is_end = |it: &Edge| it.kind == EdgeKind::End;
                assert!(is_end(below) || is_end(above), "day {target}: {below:?} {above:?}");
            }
            let inside = edges.iter().filter(|it| (400..=600).contains(&it.0));
            for (target, Edges { below, above }) in inside {
                let first = target * PER_DAY;
                assert!(below.id <= first + DISORDER && first <= above.id + DISORDER, "day {target}");
            }
            let (probes, limit) = (known.probes, 200 * 20 + 250);
            assert!(probes <= limit, "every {nth}th, {} anchors: {probes}", anchors.len());
        }
    }

    #[test]
    fn days_beyond_a_site_cost_a_hundred_probes_at_most_however_many_they_are() {
        let truth = Truth::every(3, 0..100);
        for days in [1, 10, 800] {
            let mut known = Known::default();
            known.find(&truth, 99, &anchors());
            known.probes = 0;
            for target in (101..101 + days).rev() {
                known.find(&truth, target, &anchors());
            }
            assert!(known.probes <= 100, "{days} days: {}", known.probes);
        }
    }

    #[test]
    fn a_hole_is_found_to_be_one_and_days_in_it_cost_nothing_more() {
        let truth = Truth { nth: 2, lives: vec![0..199, 202..365] };
        let mut known = Known::with(&[dated(2, 0), dated(364 * PER_DAY, 364)]);
        for target in [200, 201] {
            let Edges { below, above } = known.find(&truth, target, &[]).edges();
            let days = (below.day, above.day);
            assert_eq!(days, (Some(day(198)), Some(day(202))), "day {target}");
        }
        assert!(known.probes <= 100, "{}", known.probes);
        let before = known.probes;
        known.find(&truth, 201, &anchors());
        assert_eq!(known.probes, before);
    }

    #[test]
    fn a_short_day_beside_a_hole_is_found() {
        let truth = Truth { nth: 3, lives: vec![0..100, 300..365] };
        let mut known = Known::with(&[dated(3, 0), dated(364 * PER_DAY, 364)]);
        let ends = known.find(&truth, 99, &[]).edges().above;
        assert_eq!(ends.day, Some(day(99)));
        let begins = known.find(&truth, 300, &[]).edges().above;
        assert!(begins.id <= 300 * PER_DAY + 40, "{begins:?}");
    }

    #[test]
    fn a_page_that_is_wrong_about_its_day_does_not_lead_astray() {
        let bracket = |facts: &[(u64, u64)]| {
            let facts: Vec<_> = facts.iter().map(|it| dated(it.0, it.1)).collect();
            let series = IdSeries { below: 0, above: dated(1000, 50) };
            let Edges { below, above } = Bisect::among(day(10), &facts, series).edges();
            (below.id, above.id)
        };
        assert_eq!(bracket(&[(100, 8), (150, 9), (160, 10), (300, 11)]), (150, 160));
        assert_eq!(
            bracket(&[(100, 8), (150, 9), (290, 9), (160, 10), (170, 10), (300, 11)]),
            (150, 160)
        );
        assert_eq!(bracket(&[(90, 12), (100, 8), (150, 9), (160, 10)]), (150, 160));
        assert_eq!(bracket(&[(150, 9), (152, 10), (151, 10), (153, 9)]), (150, 151));
        assert_eq!(bracket(&[(100, 8)]), (100, 1000), "nothing later is known");
        assert_eq!(bracket(&[(100, 12)]), (0, 100), "nothing earlier is known");
    }
}
