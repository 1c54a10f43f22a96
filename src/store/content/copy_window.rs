//! The stories of the days before one, and what they say of it: whether its text was printed before, and how new it is to those who
//! follow a company. No archive is asked here (`copies.rs`).
//!
//! Texts that may be copies of each other are found by a sample of their five-word shingles (those whose hash is divisible by a
//! number, the same for every text); all of their shingles decide.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hasher},
};

use chrono::{Days, NaiveDate, TimeDelta};

use crate::model::Shingles;

use super::overlap::{CopyKind, INSIDE_SHARE, Overlap, share};

/// How far back a text may have been printed for another to be its copy. After that it is news again.
pub(super) const WINDOW: Days = Days::new(7);
/// One shingle in this many is in the sample.
const SAMPLE_RATE: u64 = 16;
/// Shorter texts are notices: much of them stands in others.
const SHINGLES_MIN: usize = 20;
/// Texts with fewer shingles of the sample in common are not compared.
const SAMPLE_SHARED_MIN: usize = 2;
/// Of a text with many shingles in the sample, one in this many has to be in common: what papers print below every story is less.
const SAMPLE_SHARED_PART: usize = 15;
/// How many of the texts with one shingle are looked at: a shingle of more texts tells nothing.
const SAMPLE_TEXTS_MAX: usize = 16;
/// The number of earlier texts that are compared with one, the likeliest first.
const CANDIDATES_MAX: usize = 24;
/// A part of a text put together from several.
const PART_SHARE: f64 = 0.15;
/// The number of stories before it about the same company with which a story is compared.
const BEFORE_MAX: usize = 10;
/// Each further story within a day has this fraction of the novelty of the one before.
const NOVELTY_DECAY: f64 = 0.75;

/// A story of the window.
pub(super) struct WindowStory {
    pub(super) id: i64,
    pub(super) day: NaiveDate,
    /// When it was published, in seconds; `None` where only the day is known.
    pub(super) at: Option<i64>,
    pub(super) shingles: Shingles,
    /// The companies that it is about.
    pub(super) about: Vec<String>,
    /// The story that its text was in first.
    pub(super) first: Option<FirstStory>,
}

/// The story that a text was in first of all.
#[derive(Clone, Copy)]
pub(super) struct FirstStory {
    pub(super) id: i64,
    pub(super) at: Option<i64>,
}

/// What a story repeats.
pub(super) struct Copy {
    pub(super) first: FirstStory,
    pub(super) containment: f64,
    pub(super) jaccard: f64,
    pub(super) kind: CopyKind,
}

/// An earlier story, and how much of another stands in it.
struct ComparedStory<'w> {
    other: &'w WindowStory,
    overlap: Overlap,
}

/// The stories of the days before one.
#[derive(Default)]
pub(super) struct CopyWindow {
    /// In the order of publication.
    stories: VecDeque<WindowStory>,
    /// The number of the first of them: numbers never change.
    first: usize,
    /// The numbers of the stories that have a shingle of the sample.
    by_sample: HashMap<u64, VecDeque<usize>, BuildHasherDefault<HashedAlready>>,
    /// The numbers of the last stories about a company.
    by_company: HashMap<String, VecDeque<usize>>,
}

/// A hasher of what is a hash.
#[derive(Default)]
struct HashedAlready(u64);

impl Hasher for HashedAlready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        // The sample is of those that are divisible by a number: what tells them apart is above it.
        self.0 = hash / SAMPLE_RATE;
    }
}

/// How new a story is to those who follow a company.
pub(super) struct News {
    pub(super) symbol: String,
    /// Its number among the stories about the company within a day.
    pub(super) nth: usize,
    /// 100 for the first of them.
    pub(super) novelty: i64,
    /// The greatest share of it that one of the stories before has.
    pub(super) staleness: f64,
}

impl CopyWindow {
    /// Takes in a story that follows all others.
    pub(super) fn push(&mut self, story: WindowStory) {
        let number = self.first + self.stories.len();
        for sample in story.shingles.sample(SAMPLE_RATE) {
            self.by_sample.entry(sample).or_default().push_back(number);
        }
        for symbol in &story.about {
            let last = self.by_company.entry(symbol.clone()).or_default();
            last.push_back(number);
            if BEFORE_MAX < last.len() {
                last.pop_front();
            }
        }
        self.stories.push_back(story);
    }

    /// Forgets the stories that are too old for a day.
    pub(super) fn forget_before(&mut self, day: NaiveDate) {
        while self.stories.front().is_some_and(|it| it.day < day - WINDOW) {
            let story = self.stories.pop_front().expect("it has a first");
            for sample in story.shingles.sample(SAMPLE_RATE) {
                if let Some(numbers) = self.by_sample.get_mut(&sample) {
                    numbers.pop_front();
                    if numbers.is_empty() {
                        self.by_sample.remove(&sample);
                    }
                }
            }
            for symbol in &story.about {
                if let Some(numbers) = self.by_company.get_mut(symbol)
                    && numbers.front() == Some(&self.first)
                {
                    numbers.pop_front();
                }
            }
            self.first += 1;
        }
    }

    fn story(&self, number: usize) -> Option<&WindowStory> {
        self.stories.get(number.checked_sub(self.first)?)
    }

    /// Returns the stories that share most with one, the earliest first.
    fn candidates(&self, story: &WindowStory) -> Vec<&WindowStory> {
        let mut samples = 0;
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for sample in story.shingles.sample(SAMPLE_RATE) {
            samples += 1;
            let numbers = self.by_sample.get(&sample).into_iter().flatten();
            for number in numbers.take(SAMPLE_TEXTS_MAX) {
                *shared.entry(*number).or_default() += 1;
            }
        }
        let enough = SAMPLE_SHARED_MIN.max(samples / SAMPLE_SHARED_PART);
        let mut likely: Vec<(usize, usize)> = shared.into_iter().filter(|it| enough <= it.1).collect();
        likely.sort_by_key(|it| (std::cmp::Reverse(it.1), it.0));
        likely.truncate(CANDIDATES_MAX);
        likely.sort_by_key(|it| it.0);
        likely.iter().filter_map(|it| self.story(it.0)).collect()
    }

    /// Returns what a story repeats, if it does.
    pub(super) fn copy(&self, story: &WindowStory) -> Option<Copy> {
        let own = story.shingles.len();
        if own < SHINGLES_MIN {
            return None;
        }
        let mut compared: Vec<ComparedStory<'_>> = self
            .candidates(story)
            .into_iter()
            .map(|other| ComparedStory {
                other,
                overlap: Overlap::new(&story.shingles, &other.shingles),
            })
            .collect();
        // The one that has most of it; of several, the first.
        compared.sort_by(|a, b| b.overlap.containment.total_cmp(&a.overlap.containment));
        let best = compared.first()?;
        let parts = compared.iter().filter(|it| PART_SHARE <= it.overlap.containment);
        let parts: Vec<&Shingles> = parts.map(|it| &it.other.shingles).collect();
        let kind = best.overlap.kind();
        // What the best one has not stands in others: it is put together from several.
        let together = || share(story.shingles.shared_with_any(&parts), own);
        let is_recombined = kind != Some(CopyKind::Reprint)
            && 1 < parts.len()
            && (INSIDE_SHARE.max(best.overlap.containment + PART_SHARE)..).contains(&together());
        let kind = if is_recombined { CopyKind::Recombined } else { kind? };
        Some(Copy {
            first: best.other.first.unwrap_or(FirstStory { id: best.other.id, at: best.other.at }),
            containment: best.overlap.containment,
            jaccard: best.overlap.jaccard,
            kind,
        })
    }

    /// Returns how new a story is to those who follow the companies that it is about.
    pub(super) fn news(&self, story: &WindowStory) -> Vec<News> {
        let of_company = |symbol: &String| {
            let before = self.by_company.get(symbol).into_iter().flatten();
            let before: Vec<&WindowStory> = before.filter_map(|it| self.story(*it)).collect();
            let nth = 1 + before.iter().filter(|it| it.is_within_a_day(story)).count();
            let shared = |it: &&WindowStory| {
                share(story.shingles.shared_with(&it.shingles), story.shingles.len())
            };
            let staleness = before.iter().map(shared).fold(0.0, f64::max);
            News { symbol: symbol.clone(), nth, novelty: novelty(nth), staleness }
        };
        story.about.iter().map(of_company).collect()
    }
}

impl WindowStory {
    /// Whether another was published within a day after it.
    fn is_within_a_day(&self, later: &Self) -> bool {
        match (self.at, later.at) {
            (Some(own), Some(later)) => later - own < TimeDelta::days(1).num_seconds(),
            _ => self.day == later.day,
        }
    }
}

/// Returns 100 for the first story, 75 for the second, 56 for the third.
#[expect(clippy::cast_possible_truncation, reason = "it is from 0 to 100")]
fn novelty(nth: usize) -> i64 {
    let before = i32::try_from(nth - 1).unwrap_or(i32::MAX);
    (100.0 * NOVELTY_DECAY.powi(before)).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(id: i64, words: std::ops::Range<usize>) -> WindowStory {
        let text: Vec<String> = words.map(|it| format!("w{it}")).collect();
        WindowStory {
            id,
            day: NaiveDate::from_ymd_opt(2024, 3, 8).expect("a day"),
            at: Some(id * 3600),
            shingles: Shingles::of(&text.join(" ")),
            about: vec!["OGDC".to_owned()],
            first: None,
        }
    }

    #[track_caller]
    fn check(before: Vec<WindowStory>, own: &WindowStory, expect: Option<(CopyKind, i64)>) {
        let mut window = CopyWindow::default();
        for story in before {
            window.push(story);
        }
        assert_eq!(window.copy(own).map(|it| (it.kind, it.first.id)), expect);
    }

    #[test]
    fn what_is_shared_says_how_a_story_repeats_another() {
        let first = || vec![story(1, 0..400)];
        check(first(), &story(2, 0..400), Some((CopyKind::Reprint, 1)));
        check(first(), &story(2, 0..200), Some((CopyKind::Cut, 1)));
        check(first(), &story(2, 0..700), Some((CopyKind::Extended, 1)));
        check(first(), &story(2, 100..480), Some((CopyKind::Edited, 1)));
        check(first(), &story(2, 350..900), None);
        check(first(), &story(2, 0..15), None);
        let both = vec![story(1, 0..300), story(2, 1000..1300)];
        let mut own = story(3, 0..1);
        let parts: Vec<String> = (150..300).chain(1000..1150).map(|it| format!("w{it}")).collect();
        own.shingles = Shingles::of(&parts.join(" "));
        check(both, &own, Some((CopyKind::Recombined, 1)));
    }

    #[test]
    fn the_first_of_a_chain_is_the_first() {
        let mut second = story(2, 0..400);
        second.first = Some(FirstStory { id: 1, at: None });
        check(vec![second], &story(3, 0..400), Some((CopyKind::Reprint, 1)));
    }

    #[test]
    fn what_is_too_old_is_forgotten_whole() {
        let mut window = CopyWindow::default();
        for id in 0..20 {
            window.push(story(id, 0..400));
        }
        assert_eq!(window.by_company["OGDC"].len(), BEFORE_MAX);
        let mut later = story(20, 0..400);
        later.day = later.day + Days::new(8);
        window.forget_before(later.day);
        assert!(window.stories.is_empty() && window.by_sample.is_empty());
        assert!(window.by_company["OGDC"].is_empty());
        window.push(later);
        assert_eq!(window.story(20).map(|it| it.id), Some(20));
    }

    #[test]
    fn each_further_story_of_a_day_is_less_new() {
        assert_eq!([1, 2, 3, 4].map(novelty), [100, 75, 56, 42]);
    }
}
