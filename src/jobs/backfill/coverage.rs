//! What is known of each day, and what it amounts to. It is computed from the archive alone; nothing is requested.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::Guessing;
use crate::{
    config::Profile,
    model::{DayReading, Days, IDS, Reading, Verdict},
    store::{DayFacts, Reader, StoreError},
};

/// A day is compared with the same weekday of this many weeks before and after it.
const WEEKS: i64 = 8;
/// Fewer comparable days than this say nothing of what is usual.
const COMPARED_MIN: usize = 4;
/// A day with less than one in this many of the usual number of articles is thin.
const THIN: u64 = 2;
/// A weekday with fewer articles than this is thin by nature.
const USUAL_MIN: u64 = 4;

/// A day, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredDay {
    /// The day.
    pub day: NaiveDate,
    /// What it amounts to.
    pub verdict: Verdict,
    /// The reason in words; empty for a complete day of which there is nothing to say.
    pub why: String,
    /// Articles published on it.
    pub articles: u64,
    /// The number of articles that is usual for its weekday, where that is known.
    pub usual: Option<u64>,
    /// Pictures that its stories name, where the archive keeps pictures. A day is complete without them.
    pub images: u64,
    /// Those of them that are stored.
    pub images_stored: u64,
    /// What each source said.
    pub readings: Vec<DayReading>,
}

/// Returns what is known of every day of a range.
pub fn coverage(
    reader: &Reader,
    profile: &Profile,
    days: Days,
    now: DateTime<Utc>,
) -> Result<Vec<CoveredDay>, StoreError> {
    let margin = chrono::Days::new(u64::try_from(7 * WEEKS).unwrap_or_default());
    let wide = Days {
        first: days.first.checked_sub_days(margin).unwrap_or(days.first),
        last: days.last.checked_add_days(margin).unwrap_or(days.last),
    };
    let facts = reader.days(wide)?;
    let today = now.with_timezone(&profile.time_zone).date_naive();
    let sources: Vec<&str> = profile.day_listings.iter().map(|it| it.template.as_str()).collect();
    let none = DayFacts::default();
    let covered = days.iter().map(|day| {
        let known = facts.get(&day).unwrap_or(&none);
        let usual = usual(&facts, day);
        let (verdict, why) = if today <= day {
            (Verdict::Open, "it is not over".to_owned())
        } else {
            judge(known, &sources, usual)
        };
        CoveredDay {
            day,
            verdict,
            why,
            articles: known.articles,
            usual,
            images: known.images,
            images_stored: known.images_stored,
            readings: known.readings.clone(),
        }
    });
    Ok(covered.collect())
}

impl CoveredDay {
    /// Whether ids have said of the day what they can: they were all asked for, or are those of later days.
    pub(super) fn has_ids(&self) -> bool {
        let is_before = |it: &DayReading| it.state == Reading::Empty && it.is_final;
        self.readings.iter().any(|it| it.source == IDS && (it.complete || is_before(it)))
    }

    /// Whether a source named the pages of the day.
    pub(super) fn has_spoken(&self) -> bool {
        self.readings.iter().any(|it| it.is_believable() && it.is_final)
    }

    /// Returns what a source said, if it was asked.
    pub(super) fn reading(&self, source: &str) -> Option<&DayReading> {
        self.readings.iter().find(|it| it.source == source)
    }

    /// Whether pages of the day are known to be missing: it is partial or blocked.
    pub fn is_hole(&self) -> bool {
        matches!(self.verdict, Verdict::Partial | Verdict::Blocked)
    }

    /// Whether a backfill can do something for the day, which may ask for every number of it.
    pub fn needs_work(&self, guessing: Guessing) -> bool {
        match self.verdict {
            Verdict::Complete | Verdict::Open => false,
            Verdict::Thin | Verdict::Empty => guessing != Guessing::Off && !self.has_ids(),
            Verdict::Partial | Verdict::Blocked | Verdict::Unknown => true,
        }
    }
}

/// The median number of articles of other complete days of the same weekday.
fn usual(facts: &BTreeMap<NaiveDate, DayFacts>, day: NaiveDate) -> Option<u64> {
    let weeks = (-WEEKS..=WEEKS).filter(|it| *it != 0);
    let others = weeks.filter_map(|it| day.checked_add_signed(chrono::TimeDelta::weeks(it)));
    let known = others.filter_map(|it| facts.get(&it));
    let is_complete = |it: &&DayFacts| it.readings.iter().any(|it| it.complete);
    let mut counts: Vec<u64> = known.filter(is_complete).map(|it| it.articles).collect();
    counts.sort_unstable();
    (COMPARED_MIN <= counts.len()).then(|| counts[counts.len() / 2])
}

/// The verdict on a day that is over.
fn judge(facts: &DayFacts, sources: &[&str], usual: Option<u64>) -> (Verdict, String) {
    let DayFacts { articles, by_feed, readings, .. } = facts;
    let articles = *articles;
    let complete = || match by_feed {
        0 => (Verdict::Complete, String::new()),
        count => (Verdict::Complete, format!("{count} of {articles} stories came by feed alone")),
    };
    if readings.is_empty() {
        return if articles == 0 {
            (Verdict::Unknown, "nobody has asked".to_owned())
        } else {
            (Verdict::Partial, "no listing of it has been read".to_owned())
        };
    }
    // Once every id of the day has been asked for, no listing is needed.
    if readings.iter().any(|it| it.source == IDS && it.complete) {
        return if articles == 0 {
            (Verdict::Empty, "none of its ids is an article".to_owned())
        } else {
            complete()
        };
    }
    if let Some(it) = readings.iter().find(|it| it.state == Reading::Blocked) {
        return (Verdict::Blocked, format!("{} was refused", it.source));
    }
    if let Some(it) = readings.iter().find(|it| 0 < it.blocked) {
        return (Verdict::Blocked, format!("{} of {} pages were refused", it.blocked, it.listed));
    }
    if let Some(why) = unread(readings, sources) {
        return (Verdict::Partial, why);
    }
    if !readings.iter().any(|it| it.complete) {
        return if articles == 0 {
            (Verdict::Empty, "no source names an article".to_owned())
        } else {
            (Verdict::Partial, "no source names its articles".to_owned())
        };
    }
    match usual.filter(|it| USUAL_MIN <= *it && articles * THIN < *it) {
        Some(usual) => (Verdict::Thin, format!("{articles} articles, {usual} are usual")),
        None => complete(),
    }
}

/// What is still to be read of a day, if anything is.
fn unread(readings: &[DayReading], sources: &[&str]) -> Option<String> {
    let is_known = |source: &&&str| readings.iter().any(|it| it.source == **source);
    if let Some(source) = sources.iter().find(|it| !is_known(it)) {
        return Some(format!("{source} has not been read"));
    }
    for it in readings {
        let DayReading { source, listed, failed, .. } = it;
        match it.state {
            Reading::Failed if source == IDS => {
                return Some(
                    "more ids than are guessed in one run: the next goes on with them".to_owned(),
                );
            }
            Reading::Failed => {
                let reason = it.reason.as_deref().unwrap_or("failed");
                return Some(format!("{source} could not be read ({reason})"));
            }
            Reading::Read | Reading::Empty if !it.is_final => {
                return Some(format!("{source} was read before the day had ended"));
            }
            _ if 0 < it.pending() => {
                return Some(format!("{} of {listed} pages of {source} are queued", it.pending()));
            }
            _ if 0 < *failed => {
                return Some(format!("{failed} of {listed} pages of {source} could not be read"));
            }
            Reading::Read | Reading::Empty | Reading::Missing | Reading::Blocked | Reading::Refused => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(source: &str, state: Reading, counts: [u64; 6]) -> DayReading {
        let [listed, stored, blocked, missing, failed, of_day] = counts;
        let complete = state == Reading::Read && 0 < listed && stored + missing == listed;
        DayReading {
            source: source.to_owned(),
            state,
            reason: None,
            is_final: true,
            listed,
            stored,
            blocked,
            missing,
            failed,
            of_day,
            checked_at: DateTime::UNIX_EPOCH,
            complete: complete && (source == IDS || (0 < of_day && stored <= 2 * of_day)),
        }
    }

    #[track_caller]
    fn check(articles: u64, readings: Vec<DayReading>, expect: Verdict, why: &str) {
        let facts = DayFacts { articles, readings, ..DayFacts::default() };
        assert_eq!(judge(&facts, &["a", "b"], Some(20)), (expect, why.to_owned()));
    }

    #[test]
    fn a_day_is_complete_when_every_source_was_read_and_every_page_is_accounted_for() {
        use Reading::{Blocked, Empty, Failed, Missing, Read, Refused};
        let whole = || reading("a", Read, [20, 19, 0, 1, 0, 19]);
        let with = |other: DayReading| vec![whole(), other];
        check(19, with(reading("b", Read, [5, 5, 0, 0, 0, 5])), Verdict::Complete, "");
        for state in [Empty, Missing, Refused] {
            check(19, with(reading("b", state, [0; 6])), Verdict::Complete, "");
        }
        check(19, vec![whole()], Verdict::Partial, "b has not been read");
        check(19, with(reading("b", Blocked, [0; 6])), Verdict::Blocked, "b was refused");
        check(19, with(reading("b", Failed, [0; 6])), Verdict::Partial, "b could not be read (failed)");
        check(
            19,
            with(reading("b", Read, [5, 4, 1, 0, 0, 4])),
            Verdict::Blocked,
            "1 of 5 pages were refused",
        );
        check(
            19,
            with(reading("b", Read, [5, 4, 0, 0, 1, 4])),
            Verdict::Partial,
            "1 of 5 pages of b could not be read",
        );
        check(
            19,
            with(reading("b", Read, [5, 4, 0, 0, 0, 4])),
            Verdict::Partial,
            "1 of 5 pages of b are queued",
        );
        let early =
            DayReading { is_final: false, complete: false, ..reading("b", Read, [5, 5, 0, 0, 0, 5]) };
        check(19, with(early), Verdict::Partial, "b was read before the day had ended");
    }

    #[test]
    fn a_listing_that_says_nothing_of_the_day_makes_it_not_complete() {
        use Reading::{Empty, Read};
        let empty = |it| reading(it, Empty, [0; 6]);
        check(0, vec![empty("a"), empty("b")], Verdict::Empty, "no source names an article");
        // The same front page for every day.
        let lie = reading("b", Read, [20, 20, 0, 0, 0, 1]);
        check(1, vec![empty("a"), lie], Verdict::Partial, "no source names its articles");
    }

    #[test]
    fn a_range_whose_every_id_was_asked_for_needs_no_listing() {
        use Reading::{Blocked, Read};
        let ids = |counts| reading(IDS, Read, counts);
        let blocked = reading("a", Blocked, [0; 6]);
        check(7, vec![blocked.clone(), ids([30, 7, 0, 23, 0, 7])], Verdict::Complete, "");
        check(0, vec![ids([30, 0, 0, 30, 0, 0])], Verdict::Empty, "none of its ids is an article");
        check(7, vec![blocked, ids([30, 7, 0, 22, 1, 7])], Verdict::Blocked, "a was refused");
    }

    #[test]
    fn far_fewer_articles_than_usual_are_said_so() {
        let whole = vec![
            reading("a", Reading::Read, [9, 9, 0, 0, 0, 9]),
            reading("b", Reading::Missing, [0; 6]),
        ];
        check(9, whole, Verdict::Thin, "9 articles, 20 are usual");
    }
}
