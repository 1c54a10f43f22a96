//! A run that fetches: it begins, goes on with what the host asked of us, works, and is counted to its end.
//!
//! What it works on is `scrape`'s or `backfill`'s; how a page is taken from the queue, visited and settled is the
//! same for both, and stands here.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::try_join_all;

use crate::{
    config::Profile,
    extract::Extractor,
    fetch::{FetchError, Fetcher},
    model::{Drift, Event, Outcome, RunId, Settled, Tally, Task},
    store::{Queue, Writer},
};

use super::{
    End, JobError, Observer, Report, Stop,
    discovery::Discovery,
    drift::Measures,
    visit::{Visited, visit},
};

/// How often what the host asks of us is kept.
const KEEP_HOST: Duration = Duration::from_secs(1);

/// How far back runs are a custom.
const CUSTOM_DAYS: i64 = 90;

/// The parts a pass needs; `cli` assembles them, tests assemble others.
pub struct Pass<'a> {
    /// Asks.
    pub fetcher: &'a Fetcher,
    /// Reads.
    pub extractor: &'a Extractor,
    /// Keeps.
    pub writer: &'a Writer,
    /// The site.
    pub profile: &'a Profile,
    /// Visits at a time; the fetcher's pace holds for all of them together.
    pub workers: NonZeroUsize,
    /// How long the audit of requests is kept.
    pub keep_requests: Duration,
    /// Where to stop although more is due.
    pub limits: Limits,
    /// Listens.
    pub observe: Observer<'a>,
    /// The user's wish.
    pub stop: Stop,
}

/// Where to stop although more is due.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// After so many pages.
    pub max_pages: Option<u64>,
    /// At this time.
    pub until: Option<DateTime<Utc>>,
}

/// A run under way.
pub(super) struct Work<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) run: RunId,
    /// Pages begun, for the limit.
    begun: AtomicU64,
    /// What the pages had.
    measures: Measures,
}

impl<'a> Pass<'a> {
    /// Do `work` as a run of this command. What is finished is kept, however it ends.
    pub(super) async fn run(
        &'a self,
        command: &'static str,
        work: impl AsyncFnOnce(&Work<'a>) -> Result<(Tally, End), JobError>,
    ) -> Result<Report, JobError> {
        let run = self.writer.begin_run(command, Utc::now()).await?;
        self.writer
            .prune_requests(Utc::now() - TimeDelta::from_std(self.keep_requests).unwrap_or_default())
            .await?;
        let host = Fetcher::host_of(&self.profile.base_url);
        if let Some(memory) = self.writer.host(host.clone()).await? {
            let robots =
                self.writer.robots(self.profile.base_url.origin().ascii_serialization()).await?;
            self.fetcher.resume(&memory, robots.as_ref());
        }
        let (begun, measures) = (AtomicU64::new(0), Measures::default());
        let under_way = Work { pass: self, run, begun, measures };
        let worked = tokio::select! {
            worked = work(&under_way) => worked,
            error = self.keep_host(&host) => Err(error),
        };
        self.writer.remember_host(self.fetcher.memory(&host)).await?;
        let (tally, end) = worked?;
        let due = self.writer.due(Utc::now()).await?;
        let drifts = self.look_for_drift(command, &under_way).await?;
        let report = Report { tally, end, due, drifts };
        self.writer.finish_run(run, tally, report.outcome(), Utc::now()).await?;
        Ok(report)
    }

    /// Judge the pages of a run by those of earlier ones of the same template, and keep what they had.
    async fn look_for_drift(
        &self,
        command: &'static str,
        work: &Work<'_>,
    ) -> Result<Vec<Drift>, JobError> {
        let now = Utc::now();
        let today = now.with_timezone(&self.profile.time_zone).date_naive();
        let era = &self.profile.eras[self.profile.era(Some(today))];
        // An era that somebody added since then is a new custom.
        let of_era = era.from.and_then(|it| it.and_hms_opt(0, 0, 0)).map(|it| it.and_utc());
        let from = (now - TimeDelta::days(CUSTOM_DAYS)).max(of_era.unwrap_or_default());
        let before = self.writer.measures(command, from).await?;
        let drifts = work.measures.judge(&before, now, self.profile);
        let (pages, totals) = work.measures.taken();
        self.writer.keep_measures(work.run, pages, totals, drifts.clone()).await?;
        Ok(drifts)
    }

    /// Remember what the host asks of us while the run lasts: a run may be killed, and that binds the next
    /// one, too. Ends only when the archive does not take it.
    async fn keep_host(&self, host: &str) -> JobError {
        let mut kept = self.fetcher.memory(host);
        loop {
            tokio::time::sleep(KEEP_HOST).await;
            let memory = self.fetcher.memory(host);
            if memory != kept {
                kept = memory.clone();
                if let Err(error) = self.writer.remember_host(memory).await {
                    return error.into();
                }
            }
        }
    }
}

impl Work<'_> {
    /// The reader of sources.
    pub(super) fn discovery(&self) -> Discovery<'_> {
        let Pass { fetcher, profile, writer, observe, stop, .. } = self.pass;
        let measures = &self.measures;
        Discovery { fetcher, profile, writer, run: self.run, observe: *observe, stop, measures }
    }

    /// Visit everything that is due in a queue.
    pub(super) async fn visit_all(&self, queue: Queue) -> Result<(Tally, End), JobError> {
        let workers = (0..self.pass.workers.get()).map(|_| self.visit_due(queue));
        let mut tally = Tally::default();
        let mut end = End::Done;
        for (part, its_end) in try_join_all(workers).await? {
            tally = tally.plus(part);
            // Any reason to stop is a better answer than none.
            if end == End::Done {
                end = its_end;
            }
        }
        Ok((tally, end))
    }

    async fn visit_due(&self, queue: Queue) -> Result<(Tally, End), JobError> {
        let mut tally = Tally::default();
        let mut claimed: Option<Task> = None;
        loop {
            let task = if let Some(task) = claimed.take() {
                task
            } else {
                if let Some(end) = self.is_over() {
                    return Ok((tally, end));
                }
                let now = Utc::now();
                if self.is_spent() {
                    let left = self.pass.writer.due_in(queue, now).await?;
                    return Ok((tally, if left == 0 { End::Done } else { End::Limited }));
                }
                let Some(task) = self.pass.writer.claim(self.run, queue, now).await? else {
                    return Ok((tally, End::Done));
                };
                task
            };
            match self.visit(task, Some(queue), &mut tally).await? {
                Ok((_, next)) => claimed = next,
                Err(end) => return Ok((tally, end)),
            }
        }
    }

    /// Visit one claimed page and settle it, and claim the next one of a queue unless the run is over; `Err` is why it is.
    pub(super) async fn visit(
        &self,
        mut task: Task,
        queue: Option<Queue>,
        tally: &mut Tally,
    ) -> Result<Result<(Settled, Option<Task>), End>, JobError> {
        let Pass { fetcher, extractor, writer, profile, observe, .. } = self.pass;
        task.ask.url = profile.current_url(&task.key, &task.ask.url);
        let (page, url) = (task.page, task.ask.url.to_string());
        match visit(task, self.run, fetcher, extractor, profile).await {
            Visited::Settle(settlement, cause) => {
                if let Outcome::Read { extraction, .. } = &settlement.outcome {
                    self.measures.note(&url, extraction);
                }
                // A page that is claimed is visited: whoever may not begin another claims none.
                let queue = queue.filter(|_| self.is_over().is_none() && !self.is_spent());
                let (settled, next) = writer.settle_and_claim(*settlement, queue).await?;
                tally.count(settled);
                observe(Event::Settled { url, settled, cause });
                Ok(Ok((settled, next)))
            }
            Visited::Stop(settlement, error) => {
                tally.count(writer.settle(*settlement).await?);
                Ok(Err(self.stopped(&error)))
            }
            Visited::Release(error, requests) => {
                writer.remember_requests(self.run, requests).await?;
                writer.release(page).await?;
                Ok(Err(self.stopped(&error)))
            }
        }
    }

    /// Whether the user or the clock says that it is enough.
    pub(super) fn is_over(&self) -> Option<End> {
        if self.pass.stop.is_wished() {
            return Some(End::Interrupted);
        }
        self.pass.limits.until.is_some_and(|it| it <= Utc::now()).then_some(End::Limited)
    }

    /// Count another page; whether it is one more than allowed.
    pub(super) fn is_spent(&self) -> bool {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        self.pass.limits.max_pages.is_some_and(|it| it <= number)
    }

    /// The site said stop.
    pub(super) fn stopped(&self, error: &FetchError) -> End {
        let cause = error.to_string();
        (self.pass.observe)(Event::SiteStopped { cause: cause.clone() });
        End::Stopped { cause }
    }
}
