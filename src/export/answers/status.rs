//! The answer of `status`: how an archive is, its queue, its sources and its last runs. The counts are `store`'s and the words
//! for people are `cli`'s. It is not part of `coverage`, which speaks of days, because this answer speaks of now.

use serde::Serialize;

use crate::store::{ArchiveDisk, HostStats, PageStats, SourceStats, Status};

use super::{images::ImagesAnswer, runs::RunAnswer};

/// The state of an archive.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(
    missing_docs,
    reason = "each is the field of `store::Status` with its name, unless it says more"
)]
pub struct StatusAnswer {
    /// The path of its file.
    pub archive: String,
    pub articles: u64,
    pub versions: u64,
    /// The first day of publication, `2021-03-08`.
    pub first_day: Option<String>,
    /// The last day of publication.
    pub last_day: Option<String>,
    pub undated: u64,
    pub captures: u64,
    pub quotes: u64,
    pub by_feed: u64,
    pub gone: u64,
    pub read_by_older: u64,
    pub tickers_by_capture: u64,
    /// The size of the file and its log in bytes.
    pub size_bytes: u64,
    /// About how many of these bytes came in the last seven days.
    pub week_bytes: u64,
    /// The free space on its disk in bytes; null where the system does not say.
    pub free_bytes: Option<u64>,
    pub due: u64,
    pub next_due: Option<String>,
    pub images: ImagesAnswer,
    pub pages: Vec<PageStateAnswer>,
    pub sources: Vec<SourceAnswer>,
    pub hosts: Vec<HostAnswer>,
    pub runs: Vec<RunAnswer>,
}

/// The pages of one state and cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::PageStats` with its name")]
pub struct PageStateAnswer {
    pub state: &'static str,
    pub reason: Option<String>,
    pub guessed: bool,
    pub count: u64,
    pub next_due: Option<String>,
}

/// A source as it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::SourceStats` with its name")]
pub struct SourceAnswer {
    pub url: String,
    pub state: String,
    pub reason: Option<String>,
    pub checked_at: String,
    pub newest_at: Option<String>,
}

/// What a host asked of us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::HostStats` with its name")]
pub struct HostAnswer {
    pub host: String,
    pub wait_until: Option<String>,
    pub open_until: Option<String>,
    pub failures: u64,
    pub interval_ms: Option<u64>,
}

impl StatusAnswer {
    /// Returns the answer about the archive at a path.
    pub fn new(archive: String, status: Status, disk: ArchiveDisk) -> Self {
        let Status {
            articles,
            versions,
            days,
            undated,
            quotes,
            captures,
            by_feed,
            gone,
            read_by_older,
            tickers_by_capture,
            week_captures,
            images,
            pages,
            due,
            next_due,
            sources,
            hosts,
            runs,
        } = status;
        let (first_day, last_day) = days.unzip();
        let ArchiveDisk { size, free, is_written: _ } = disk;
        let runs = runs.into_iter().map(|run| RunAnswer::of(run, &disk));
        Self {
            archive,
            articles,
            versions,
            first_day,
            last_day,
            undated,
            captures,
            quotes,
            by_feed,
            gone,
            read_by_older,
            tickers_by_capture,
            size_bytes: size,
            week_bytes: size * week_captures / captures.max(1),
            free_bytes: free,
            due,
            next_due,
            images: images.into(),
            pages: pages.into_iter().map(Into::into).collect(),
            sources: sources.into_iter().map(Into::into).collect(),
            hosts: hosts.into_iter().map(Into::into).collect(),
            runs: runs.collect(),
        }
    }
}

impl From<PageStats> for PageStateAnswer {
    fn from(stats: PageStats) -> Self {
        let PageStats { state, reason, is_guess, count, next_due } = stats;
        Self { state: state.code(), reason, guessed: is_guess, count, next_due }
    }
}

impl From<SourceStats> for SourceAnswer {
    fn from(stats: SourceStats) -> Self {
        let SourceStats { url, state, reason, checked_at, newest_at } = stats;
        Self { url, state, reason, checked_at, newest_at }
    }
}

impl From<HostStats> for HostAnswer {
    fn from(stats: HostStats) -> Self {
        let HostStats { host, wait_until, open_until, failures, interval_ms } = stats;
        Self { host, wait_until, open_until, failures, interval_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::form::{to_json, to_json_lines},
        *,
    };
    use crate::{
        model::{Drift, PageState, Tally},
        store::RunRow,
    };

    const DISK: ArchiveDisk = ArchiveDisk { size: 1000, free: Some(9000), is_written: true };

    fn status() -> Status {
        let run = RunRow {
            id: 7,
            command: "scrape".into(),
            started_at: "2024-01-02T03:04:05Z".into(),
            finished_at: None,
            outcome: None,
            tally: Tally {
                discovered: 6,
                fetched: 5,
                stored: 1,
                failed: 2,
                sources_read: 9,
                ..Tally::default()
            },
            drifts: vec![Drift {
                measure: "headline".into(),
                before: 0.98,
                now: 0.0,
                pages: 34,
                examples: vec!["https://news.example/1".into()],
            }],
            parsed_slowly: Some(0),
        };
        Status {
            images: crate::store::ImageStats::default(),
            articles: 3,
            versions: 4,
            days: Some(("2021-03-08".into(), "2024-01-02".into())),
            undated: 1,
            quotes: 20,
            captures: 5,
            by_feed: 2,
            gone: 1,
            read_by_older: 4,
            tickers_by_capture: 6,
            week_captures: 2,
            pages: vec![PageStats {
                state: PageState::Stored,
                reason: None,
                is_guess: false,
                count: 3,
                next_due: Some("2024-01-03T00:00:00Z".into()),
            }],
            due: 2,
            next_due: None,
            sources: vec![SourceStats {
                url: "https://news.example/feed".into(),
                state: "fresh".into(),
                reason: None,
                checked_at: "2024-01-02T03:04:05Z".into(),
                newest_at: None,
            }],
            hosts: vec![HostStats {
                host: "news.example".into(),
                wait_until: None,
                open_until: None,
                failures: 2,
                interval_ms: Some(2000),
            }],
            runs: vec![run],
        }
    }

    #[test]
    fn scripts_find_every_field_where_it_was() {
        let expect = r#"{
  "archive": "a.db",
  "articles": 3,
  "versions": 4,
  "first_day": "2021-03-08",
  "last_day": "2024-01-02",
  "undated": 1,
  "captures": 5,
  "quotes": 20,
  "by_feed": 2,
  "gone": 1,
  "read_by_older": 4,
  "tickers_by_capture": 6,
  "size_bytes": 1000,
  "week_bytes": 400,
  "free_bytes": 9000,
  "due": 2,
  "next_due": null,
  "images": {
    "stored": 0,
    "bytes": 0,
    "due": 0,
    "waiting": []
  },
  "pages": [
    {
      "state": "stored",
      "reason": null,
      "guessed": false,
      "count": 3,
      "next_due": "2024-01-03T00:00:00Z"
    }
  ],
  "sources": [
    {
      "url": "https://news.example/feed",
      "state": "fresh",
      "reason": null,
      "checked_at": "2024-01-02T03:04:05Z",
      "newest_at": null
    }
  ],
  "hosts": [
    {
      "host": "news.example",
      "wait_until": null,
      "open_until": null,
      "failures": 2,
      "interval_ms": 2000
    }
  ],
  "runs": [
    {
      "id": 7,
      "command": "scrape",
      "started_at": "2024-01-02T03:04:05Z",
      "finished_at": null,
      "outcome": null,
      "discovered": 6,
      "fetched": 5,
      "stored": 1,
      "updated": 0,
      "unchanged": 0,
      "missing": 0,
      "failed": 2,
      "parsed_slowly": 0,
      "drift": [
        {
          "measure": "headline",
          "before": 0.98,
          "now": 0.0,
          "pages": 34,
          "examples": [
            "https://news.example/1"
          ]
        }
      ]
    }
  ]
}
"#;
        assert_eq!(to_json(&StatusAnswer::new("a.db".into(), status(), DISK)), expect);
    }

    #[test]
    fn a_run_that_never_ended_is_dead_where_nobody_writes() {
        let outcome = |is_written| {
            let disk = ArchiveDisk { is_written, ..DISK };
            StatusAnswer::new("a.db".into(), status(), disk).runs[0].outcome.clone()
        };
        assert_eq!(outcome(true), None);
        assert_eq!(outcome(false).as_deref(), Some("killed"));
    }

    #[test]
    fn what_is_absent_is_null() {
        let status = Status {
            days: None,
            pages: vec![],
            sources: vec![],
            hosts: vec![],
            runs: vec![],
            ..status()
        };
        let expect = "{\"archive\":\"a.db\",\"articles\":3,\"versions\":4,\"first_day\":null,\"last_day\":null,\"undated\":1,\
                      \"captures\":5,\"quotes\":20,\"by_feed\":2,\"gone\":1,\"read_by_older\":4,\"tickers_by_capture\":6,\"size_bytes\":1000,\"week_bytes\":400,\"free_bytes\":9000,\"due\":2,\"next_due\":null,\"images\":{\"stored\":0,\"bytes\":0,\"due\":0,\"waiting\":[]},\"pages\":[],\"sources\":[],\"hosts\":[],\"runs\":[]}\n";
        assert_eq!(to_json_lines([StatusAnswer::new("a.db".into(), status, DISK)]), expect);
    }
}
