//! How the archive is: days that need work, the last run, the queue. What is counted is `store`'s and `export`'s.

use askama::Template;

use crate::{
    clock,
    export::{
        answers::{HOLE_DAYS, HealthAnswer, HealthFacts, StatusAnswer},
        archive_metrics,
    },
    extract,
    jobs::{self, CoveredDay},
    model::Days,
    store::{Reader, StoreError, disk},
    web::{answer::WebAnswer, readers::ServedPaper},
};

use super::frame::Frame;

/// Holes that are older are on the calendar alone.
const SHOWN_DAYS: u64 = 366;

#[derive(Template)]
#[template(path = "coverage.html")]
struct CoveragePage {
    frame: Frame,
    days: Vec<OpenDay>,
}

struct OpenDay {
    day: String,
    state: &'static str,
    why: String,
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    status: StatusAnswer,
    health: String,
}

/// Returns the days that are partial or blocked, the newest first.
fn holes(served: &ServedPaper, reader: &Reader, days: u64) -> Result<Vec<CoveredDay>, StoreError> {
    let now = clock::now();
    let today = now.with_timezone(&served.profile.time_zone).date_naive();
    let first = today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today);
    let mut covered = jobs::coverage(reader, &served.profile, Days { first, last: today }, now)?;
    covered.retain(CoveredDay::is_hole);
    covered.reverse();
    Ok(covered)
}

fn status_of(served: &ServedPaper, reader: &Reader) -> Result<StatusAnswer, StoreError> {
    let path = served.shelf.path();
    let status = reader.status(clock::now(), extract::VERSION)?;
    Ok(StatusAnswer::new(path.display().to_string(), status, disk(path)))
}

/// Returns the state of the archive in a line each: last run, holes, drift.
pub(super) fn lines(served: &ServedPaper, reader: &Reader) -> Result<Vec<String>, StoreError> {
    let status = status_of(served, reader)?;
    let mut lines = Vec::new();
    if let Some(run) = status.runs.first() {
        let outcome = run.outcome.as_deref().unwrap_or("running");
        lines.push(format!(
            "Last run: {} at {}, {outcome}, {} new",
            run.command, run.started_at, run.stored
        ));
        if let Some(drift) = run.drift.first() {
            lines.push(format!("Drift: {}", drift.measure));
        }
    }
    let open = holes(served, reader, SHOWN_DAYS)?.len() as u64;
    lines.push(match open {
        0 => "No day of the last year needs work".to_owned(),
        1 => "1 day of the last year needs work".to_owned(),
        open => format!("{open} days of the last year need work"),
    });
    Ok(lines)
}

pub(super) fn coverage(served: &ServedPaper, reader: &Reader) -> Result<Option<WebAnswer>, StoreError> {
    let days = holes(served, reader, SHOWN_DAYS)?;
    let open =
        |it: CoveredDay| OpenDay { day: it.day.to_string(), state: it.verdict.code(), why: it.why };
    let days = days.into_iter().map(open).collect();
    Ok(Some(WebAnswer::page(&CoveragePage { frame: Frame::new(served, "Coverage"), days })))
}

pub(super) fn status(served: &ServedPaper, reader: &Reader) -> Result<Option<WebAnswer>, StoreError> {
    let status = status_of(served, reader)?;
    let health = HealthAnswer::new(&HealthFacts {
        status: &status,
        last_success: reader.last_success(None)?,
        holes: holes(served, reader, HOLE_DAYS)?.len(),
        age_max: chrono::TimeDelta::days(1),
        now: clock::now(),
    });
    let health = format!("{}: {}", health.health.word(), health.reasons.join(", "));
    Ok(Some(WebAnswer::page(&StatusPage { frame: Frame::new(served, "Status"), status, health })))
}

/// Returns the archive's numbers for Prometheus.
pub(super) fn metrics(served: &ServedPaper, reader: &Reader) -> Result<Option<WebAnswer>, StoreError> {
    let text = archive_metrics(&served.profile.name, &status_of(served, reader)?);
    Ok(Some(WebAnswer::of("text/plain; version=0.0.4; charset=utf-8", text.into_bytes())))
}
