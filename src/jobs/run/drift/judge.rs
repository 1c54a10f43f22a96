//! The judgement: is what a run had far less than what the runs before it had, and less than chance explains? What a page has is
//! counted in `mod.rs`.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};

use crate::{
    config::Profile,
    model::{Drift, Measure},
    store::RunMeasures,
};

/// Fewer pages than this say nothing.
const PAGES_MIN: u64 = 20;
/// Fewer groups of earlier pages than this do not show what is usual.
const GROUPS_MIN: usize = 8;
/// A run of few pages is judged together with the runs of this many days before.
const POOL_DAYS: i64 = 3;
/// What fewer than half of the pages have is not usual.
const USUAL_MIN: f64 = 0.5;
/// An alarm needs a fall to less than this share of the usual value.
const FALL: f64 = 0.5;
/// A share must also lie this many standard errors below what is ordinary, so that it is not chance.
const ERRORS: f64 = 4.0;
/// The share of the usual value that a run of a single section may ordinarily have, judged by days of the same kind.
const ORDINARY: f64 = 0.8;
/// The same share, judged by days of another kind.
const OTHER_DAYS: f64 = 0.55;
/// A size must also fall below this share of the smallest that was seen.
const SIZE_FALL: f64 = 0.75;
/// Sizes below this are small by nature.
const SIZE_MIN: f64 = 3.0;

/// Pages of one or more runs together.
#[derive(Debug, Clone, Default)]
struct Group {
    pages: u64,
    totals: BTreeMap<Measure, f64>,
}

impl Group {
    fn add(&mut self, run: &RunMeasures) {
        self.pages += run.pages;
        for (measure, total) in &run.totals {
            *self.totals.entry(measure.clone()).or_default() += total;
        }
    }

    /// The share of pages that have it, or its typical size.
    fn value(&self, measure: &Measure) -> f64 {
        let total = self.totals.get(measure).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "no run has that many pages")]
        let mean = total / self.pages.max(1) as f64;
        match measure {
            Measure::Size(_) => mean.exp_m1(),
            Measure::Share(_) | Measure::Source(_) => mean,
        }
    }
}

/// Returns what drifted in a run, judged by those before it, newest first.
pub(super) fn judge(this: &RunMeasures, before: &[RunMeasures], profile: &Profile) -> Vec<Drift> {
    let is_weekend = |at: DateTime<Utc>| {
        matches!(at.with_timezone(&profile.time_zone).weekday(), Weekday::Sat | Weekday::Sun)
    };
    let sound = before.iter().filter(|it| !it.has_drifted);
    let (same, other): (Vec<_>, Vec<_>) =
        sound.partition(|it| is_weekend(it.started_at) == is_weekend(this.started_at));
    let mut now = Group::default();
    now.add(this);
    let mut same = same.as_slice();
    // Small runs say something together.
    while now.pages < PAGES_MIN
        && let Some((run, rest)) = same.split_first()
        && this.started_at - run.started_at < TimeDelta::days(POOL_DAYS)
    {
        now.add(run);
        same = rest;
    }
    if now.pages < PAGES_MIN {
        return Vec::new();
    }
    let mut groups = grouped(same);
    let mut ordinary = ORDINARY;
    if groups.len() < GROUPS_MIN {
        groups.extend(grouped(&other));
        ordinary = OTHER_DAYS;
    }
    if groups.len() < GROUPS_MIN {
        return Vec::new();
    }
    let mut measures: Vec<&Measure> = groups.iter().flat_map(|it| it.totals.keys()).collect();
    measures.sort_by_cached_key(ToString::to_string);
    measures.dedup();
    let fell = |measure: &Measure| {
        let mut values: Vec<f64> = groups.iter().map(|it| it.value(measure)).collect();
        values.sort_by(f64::total_cmp);
        let (usual, least, found) = (values[values.len() / 2], values[0], now.value(measure));
        let is_fallen = match measure {
            Measure::Size(_) => has_shrunk(usual, least, found),
            Measure::Share(_) | Measure::Source(_) => {
                has_fallen(usual, usual * ordinary, found, now.pages)
            }
        };
        is_fallen.then(|| Drift {
            measure: measure.clone(),
            before: usual,
            now: found,
            pages: now.pages,
            examples: Vec::new(),
        })
    };
    let fallen: Vec<Drift> = measures.into_iter().filter_map(fell).collect();
    // `headline` says more than `headline:markup`; both would say it twice.
    let is_said = |it: &Drift| {
        let name = it.measure.to_string();
        let field = name.split(':').next().unwrap_or_default();
        field != name && fallen.iter().any(|other| other.measure == Measure::from(field))
    };
    fallen.iter().filter(|it| !is_said(it)).cloned().collect()
}

/// Groups of runs, oldest first, each with enough pages.
fn grouped(runs: &[&RunMeasures]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut group = Group::default();
    for run in runs {
        group.add(run);
        if PAGES_MIN <= group.pages {
            groups.push(std::mem::take(&mut group));
        }
    }
    groups
}

/// Whether a size is far below what is usual and what was ever seen.
fn has_shrunk(usual: f64, least: f64, now: f64) -> bool {
    SIZE_MIN <= usual && now <= usual * FALL && now < least * SIZE_FALL
}

/// Whether a share is far below what is usual, and further below what is ordinary than chance would have it.
fn has_fallen(usual: f64, ordinary: f64, now: f64, pages: u64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "no run has that many pages")]
    let error = (ordinary * (1.0 - ordinary) / pages as f64).sqrt();
    USUAL_MIN <= usual && now <= usual * FALL && now < ordinary - ERRORS * error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    type Redesign = Box<dyn Fn(&mut RunMeasures)>;

    fn at(day: i64, hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day) + TimeDelta::hours(hour)
    }

    /// A run of an ordinary site: shares that differ between fields, weekdays and runs, sizes that scatter.
    fn ordinary(day: i64, hour: i64, pages: u64, chance: &mut fastrand::Rng) -> RunMeasures {
        let at = at(day, hour);
        let is_weekend = matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
        let mut totals: BTreeMap<Measure, f64> = BTreeMap::new();
        // Some runs are of one section: all of its pages lack what it lacks.
        let mood = 0.85 + 0.15 * chance.f64();
        let shares = [
            ("article", 1.0),
            ("headline", 0.99),
            ("headline:json-ld", 0.97),
            ("headline:markup", 0.02),
            ("section:markup", 0.95),
            ("section", 0.95),
            ("byline", if is_weekend { 0.7 } else { 0.9 }),
            ("byline:markup", if is_weekend { 0.55 } else { 0.75 }),
            ("published_on", 1.0),
            ("published_at", 0.93),
            ("published_at:json-ld", 0.9),
            ("updated_at", 0.3),
            ("dateline", if is_weekend { 0.5 } else { 0.65 }),
            ("summary", 0.4),
            ("body", 0.97),
            ("body:markup", 0.97),
            ("tags", 0.8),
            ("strip", 0.85),
        ];
        for _ in 0..pages {
            for (measure, share) in shares {
                let share = if share < 0.96 { share * mood } else { share };
                if chance.f64() < share {
                    *totals.entry(Measure::from(measure)).or_default() += 1.0;
                }
            }
            for (measure, size) in [("ln words", 350.0), ("ln blocks", 12.0), ("ln strip rows", 34.0)] {
                let spread = (chance.f64() + chance.f64() - 1.0) * 1.2_f64;
                *totals.entry(Measure::from(measure)).or_default() += f64::ln_1p(size * spread.exp());
            }
        }
        RunMeasures { started_at: at, pages, totals, has_drifted: false }
    }

    fn pages_of(day: i64, hour: i64, chance: &mut fastrand::Rng) -> u64 {
        let at = at(day, hour);
        let is_weekend = matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
        match (day % 41, is_weekend) {
            // A holiday.
            (7, _) => chance.u64(0..2),
            (_, true) => chance.u64(0..12),
            (_, false) => chance.u64(0..45),
        }
    }

    #[test]
    fn a_year_of_ordinary_runs_raises_no_alarm() {
        let profile = Config::default().profile;
        let mut alarms = 0;
        for seed in 0..2 {
            let mut chance = fastrand::Rng::with_seed(seed);
            let mut before: Vec<RunMeasures> = Vec::new();
            for day in 0..365 {
                for hour in [4, 10, 16] {
                    let pages = pages_of(day, hour, &mut chance);
                    let run = ordinary(day, hour, pages, &mut chance);
                    let drifts = judge(&run, &before[..before.len().min(120)], &profile);
                    alarms += usize::from(!drifts.is_empty());
                    before.insert(0, run);
                }
            }
        }
        assert_eq!(alarms, 0, "of 2,190 runs");
    }

    #[test]
    fn forty_kinds_of_redesign_are_caught_in_the_first_run_of_twenty_pages() {
        let profile = Config::default().profile;
        let gone = |names: &'static [&'static str]| {
            move |run: &mut RunMeasures| {
                run.totals.retain(|it, _| {
                    let it = it.to_string();
                    !names.iter().any(|name| it == *name || it.starts_with(&format!("{name}:")))
                });
            }
        };
        let shrunk = |name: &'static str, to: f64| {
            move |run: &mut RunMeasures| {
                if let Some(total) = run.totals.get_mut(&Measure::from(name)) {
                    #[expect(clippy::cast_precision_loss, reason = "a test")]
                    let pages = run.pages as f64;
                    *total = (*total / pages - to.ln()).max(0.0) * pages;
                }
            }
        };
        let mut kinds: Vec<Redesign> = Vec::new();
        for names in [
            &["headline"][..],
            &["section"],
            &["byline"],
            &["published_on", "published_at"],
            &["published_at"],
            &["body"],
            &["tags"],
            &["strip"],
            &["dateline"],
            &["headline:json-ld"],
            &["section:markup"],
            &["byline:markup"],
            &["published_at:json-ld"],
            &["body:markup"],
            &["headline:json-ld", "published_at:json-ld"],
            &["article"],
            &["ln words"],
            &["ln blocks"],
            &["ln strip rows"],
        ] {
            kinds.push(Box::new(gone(names)));
        }
        for (name, to) in [
            ("ln words", 3.0),
            ("ln words", 5.0),
            ("ln words", 10.0),
            ("ln words", 50.0),
            ("ln blocks", 3.0),
            ("ln blocks", 4.0),
            ("ln strip rows", 3.0),
            ("ln strip rows", 8.0),
            ("ln strip rows", 30.0),
        ] {
            kinds.push(Box::new(shrunk(name, to)));
        }
        // An empty shell with 200, and halves of one.
        kinds.push(Box::new(|run: &mut RunMeasures| run.totals.clear()));
        for keep in ["headline", "published_on", "strip", "section", "article", "body", "tags", "byline"]
        {
            kinds.push(Box::new(move |run: &mut RunMeasures| {
                run.totals.retain(|it, _| it.to_string() == keep);
            }));
        }
        kinds.push(Box::new(gone(&["headline", "byline"])));
        kinds.push(Box::new(gone(&["section", "tags"])));
        kinds.push(Box::new(gone(&["body", "ln words", "ln blocks"])));
        assert!(40 <= kinds.len(), "{}", kinds.len());
        for (number, kind) in kinds.iter().enumerate() {
            for seed in 0..4 {
                let mut chance = fastrand::Rng::with_seed(1_000 + seed);
                let before: Vec<RunMeasures> = (0..120)
                    .map(|it| ordinary(120 - it, 6, pages_of(120 - it, 6, &mut chance), &mut chance))
                    .collect();
                let mut run = ordinary(124, 12, 20 + seed * 3, &mut chance);
                kind(&mut run);
                assert!(!judge(&run, &before, &profile).is_empty(), "kind {number}, seed {seed}");
            }
        }
    }

    #[test]
    fn small_runs_are_judged_together() {
        let profile = Config::default().profile;
        let mut chance = fastrand::Rng::with_seed(3);
        let mut before: Vec<RunMeasures> = (1..60).map(|it| ordinary(-it, 6, 25, &mut chance)).collect();
        let mut caught = 0;
        for hour in 0..8 {
            let mut run = ordinary(1, hour, 4, &mut chance);
            run.totals.retain(|it, _| !it.to_string().starts_with("headline"));
            let drifts = judge(&run, &before, &profile);
            caught += usize::from(drifts.iter().any(|it| it.measure.to_string() == "headline"));
            before.insert(0, run);
        }
        assert!(4 <= caught, "from the fifth run of four pages on: {caught}");
    }
}
