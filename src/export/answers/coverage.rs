//! The answer of `coverage`: what each day amounts to, and what its sources said. The judgement is made in `jobs`; the calendar
//! for people is `cli`'s. A day has two shapes, because CSV has no room for a list of sources.

use chrono::SecondsFormat;
use serde::Serialize;

use crate::{jobs::CoveredDay, model::DayReading};

use super::form::AnswerRow;

/// A day, with every source that was read for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageAnswer {
    /// The day, `2021-03-08`.
    pub day: String,
    /// The word of its verdict.
    pub state: &'static str,
    /// The cause of the verdict, in words; empty for a complete day.
    pub why: String,
    /// The number of articles that were published on it.
    pub articles: u64,
    /// The number that is usual for its weekday, where that is known.
    pub usual: Option<u64>,
    /// Whether a backfill can do something about it.
    pub needs_work: bool,
    /// Pictures that its stories name, where the archive keeps pictures,
    pub images: u64,
    /// and those of them that are stored.
    pub images_stored: u64,
    /// Its sources.
    pub sources: Vec<ReadingAnswer>,
}

/// What one source said of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::DayReading` with its name")]
pub struct ReadingAnswer {
    pub source: String,
    pub state: &'static str,
    pub reason: Option<String>,
    pub listed: u64,
    pub stored: u64,
    pub blocked: u64,
    pub missing: u64,
    pub failed: u64,
    pub checked_at: String,
    pub complete: bool,
}

/// A day as a row of CSV. Sources name the same pages, so each count is the largest that any of them has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "each is the field of `CoverageAnswer` or `ReadingAnswer` with its name"
)]
pub struct CoverageRow {
    pub day: String,
    pub state: &'static str,
    pub articles: u64,
    pub usual: Option<u64>,
    pub listed: u64,
    pub stored: u64,
    pub blocked: u64,
    pub missing: u64,
    pub failed: u64,
    /// The number of sources that were read.
    pub sources_read: usize,
    pub why: String,
    pub images: u64,
    pub images_stored: u64,
}

impl CoverageAnswer {
    /// Returns the answer about a day. `needs_work` judges whether a backfill can do something about it, which depends on the
    /// profile.
    pub fn new(covered: &CoveredDay, needs_work: impl FnOnce(&CoveredDay) -> bool) -> Self {
        let CoveredDay { day, verdict, why, articles, usual, images, images_stored, readings } = covered;
        Self {
            day: day.to_string(),
            state: verdict.code(),
            why: why.clone(),
            articles: *articles,
            usual: *usual,
            needs_work: needs_work(covered),
            images: *images,
            images_stored: *images_stored,
            sources: readings.iter().map(ReadingAnswer::from).collect(),
        }
    }
}

impl From<&DayReading> for ReadingAnswer {
    fn from(reading: &DayReading) -> Self {
        let DayReading {
            source,
            state,
            reason,
            is_final: _,
            listed,
            stored,
            blocked,
            missing,
            failed,
            of_day: _,
            checked_at,
            complete,
        } = reading;
        Self {
            source: source.clone(),
            state: state.code(),
            reason: reason.clone(),
            listed: *listed,
            stored: *stored,
            blocked: *blocked,
            missing: *missing,
            failed: *failed,
            checked_at: checked_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            complete: *complete,
        }
    }
}

impl From<&CoveredDay> for CoverageRow {
    fn from(covered: &CoveredDay) -> Self {
        let CoveredDay { day, verdict, why, articles, usual, images, images_stored, readings } = covered;
        let most = |count: fn(&DayReading) -> u64| readings.iter().map(count).max().unwrap_or(0);
        Self {
            day: day.to_string(),
            state: verdict.code(),
            articles: *articles,
            usual: *usual,
            listed: most(|it| it.listed),
            stored: most(|it| it.stored),
            blocked: most(|it| it.blocked),
            missing: most(|it| it.missing),
            failed: most(|it| it.failed),
            sources_read: readings.len(),
            why: why.clone(),
            images: *images,
            images_stored: *images_stored,
        }
    }
}

impl AnswerRow for CoverageRow {
    const COLUMNS: &'static [&'static str] = &[
        "day",
        "state",
        "articles",
        "usual",
        "listed",
        "stored",
        "blocked",
        "missing",
        "failed",
        "sources_read",
        "why",
        "images",
        "images_stored",
    ];
}

#[cfg(test)]
mod tests {
    use super::{
        super::form::{csv_rows, tests::check_columns, to_json},
        *,
    };
    use crate::model::{Reading, Verdict};

    fn covered() -> CoveredDay {
        let reading = DayReading {
            source: "/archive/{date}".into(),
            state: Reading::Read,
            reason: None,
            is_final: true,
            listed: 12,
            stored: 9,
            blocked: 1,
            missing: 2,
            failed: 0,
            of_day: 9,
            checked_at: "2024-01-02T03:04:05.678Z".parse().expect("a time"),
            complete: false,
        };
        let other =
            DayReading { source: "ids".into(), listed: 3, stored: 3, missing: 0, ..reading.clone() };
        CoveredDay {
            day: "2024-01-01".parse().expect("a day"),
            verdict: Verdict::Blocked,
            why: "1 page is refused, so far".into(),
            articles: 9,
            usual: None,
            images: 4,
            images_stored: 3,
            readings: vec![reading, other],
        }
    }

    #[test]
    fn a_day_as_json_has_its_sources() {
        let covered = CoveredDay { readings: covered().readings[..1].to_vec(), ..covered() };
        let expect = r#"{
  "day": "2024-01-01",
  "state": "blocked",
  "why": "1 page is refused, so far",
  "articles": 9,
  "usual": null,
  "needs_work": true,
  "images": 4,
  "images_stored": 3,
  "sources": [
    {
      "source": "/archive/{date}",
      "state": "read",
      "reason": null,
      "listed": 12,
      "stored": 9,
      "blocked": 1,
      "missing": 2,
      "failed": 0,
      "checked_at": "2024-01-02T03:04:05Z",
      "complete": false
    }
  ]
}
"#;
        assert_eq!(to_json(&CoverageAnswer::new(&covered, |_| true)), expect);
    }

    #[test]
    fn a_day_as_csv_has_the_largest_count_of_its_sources() {
        let row = CoverageRow::from(&covered());
        check_columns(&row);
        assert_eq!(
            csv_rows([row]),
            "2024-01-01,blocked,9,,12,9,1,2,0,2,\"1 page is refused, so far\",4,3\r\n"
        );
    }
}
