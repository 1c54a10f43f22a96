//! A run that fetches: it begins, goes on with what the host asked of us, works, and is counted to its end.
//!
//! What it works on is `scrape`'s or `backfill`'s; how a page is taken from the queue, visited and settled is the
//! same for both, and stands here.

use std::{num::NonZeroUsize, sync::Arc, thread, time::Duration};

use chrono::{TimeDelta, Utc};
use futures_util::future::try_join_all;
use tokio::sync::Semaphore;

use crate::{
    config::Profile,
    extract::Extractor,
    fetch::{FetchError, Fetcher},
    model::{Drift, Event, Extraction, Outcome, RawPage, RunId, Settled, Tally, Task, Via},
    store::{Measured, Pending, Queue, Writer},
};

use super::{
    End, JobError, Limits, Observer, Report, Stop,
    bounds::Bounds,
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
    pub extractor: &'a Arc<Extractor>,
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

/// A run under way.
pub(super) struct Work<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) run: RunId,
    pub(super) bounds: Bounds,
    /// What the pages had.
    measures: Measures,
    /// Pages read at a time: as many as there are cores.
    reading: Semaphore,
}

/// A page that was visited, on its way to the disk.
struct Settling {
    url: String,
    /// Of a failure, in words.
    cause: Option<String>,
    /// Who named the page.
    via: Via,
    pending: Pending<Settled>,
}

/// The site said stop.
struct Stopped {
    /// The page that was told so, counted.
    told: Tally,
    end: End,
}

impl<'a> Pass<'a> {
    /// Do `work` as a run of this command. What is finished is kept, however it ends.
    pub(super) async fn run(
        &'a self,
        command: &'static str,
        work: impl AsyncFnOnce(&Work<'a>) -> Result<(Tally, End), JobError>,
    ) -> Result<Report, JobError> {
        let run = self.writer.begin_run(command, Utc::now()).await?;
        let parsed_before = self.extractor.parsed();
        self.writer
            .prune_requests(Utc::now() - TimeDelta::from_std(self.keep_requests).unwrap_or_default())
            .await?;
        let host = Fetcher::host_of(&self.profile.base_url);
        if let Some(memory) = self.writer.host(host.clone()).await? {
            let robots =
                self.writer.robots(self.profile.base_url.origin().ascii_serialization()).await?;
            self.fetcher.resume(&memory, robots.as_ref());
        }
        let bounds = Bounds::new(self.stop.clone(), self.limits);
        let measures = Measures::default();
        let reading = Semaphore::new(thread::available_parallelism().map_or(1, usize::from));
        let under_way = Work { pass: self, run, bounds, measures, reading };
        let worked = tokio::select! {
            worked = work(&under_way) => worked,
            error = self.keep_host(&host) => Err(error),
        };
        self.writer.remember_host(self.fetcher.memory(&host)).await?;
        let (tally, end) = worked?;
        let due = self.writer.due(Utc::now()).await?;
        let parsed_slowly = (self.extractor.parsed() - parsed_before).slowly;
        let drifts = self.look_for_drift(command, &under_way, parsed_slowly).await?;
        let report = Report { tally, end, due, parsed_slowly, drifts };
        self.writer.finish_run(run, tally, report.outcome(), Utc::now()).await?;
        Ok(report)
    }

    /// Judge the pages of a run by those of earlier ones of the same template, and keep what they had.
    async fn look_for_drift(
        &self,
        command: &'static str,
        work: &Work<'_>,
        parsed_slowly: u64,
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
        let measured = Measured { pages, parsed_slowly, totals, drifts: drifts.clone() };
        self.writer.keep_measures(work.run, measured).await?;
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
        let Pass { fetcher, profile, writer, observe, .. } = self.pass;
        let (bounds, measures) = (&self.bounds, &self.measures);
        Discovery { fetcher, profile, writer, run: self.run, observe: *observe, bounds, measures }
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
        let mut before: Option<Settling> = None;
        let end = loop {
            let task = if let Some(task) = claimed.take() {
                task
            } else {
                // Nothing else is under way: nothing is waited for in vain.
                self.count(before.take(), &mut tally).await?;
                if let Some(end) = self.bounds.over() {
                    break end;
                }
                let now = Utc::now();
                if self.bounds.count_page() {
                    let left = self.pass.writer.due_in(queue, now).await?;
                    break if left == 0 { End::Done } else { End::Limited };
                }
                let Some(task) = self.pass.writer.claim(self.run, queue, now).await? else {
                    break End::Done;
                };
                task
            };
            // The next page is visited while the disk takes the one before.
            let visiting = self.visit(task, Some(queue));
            let (visited, counted) = tokio::join!(visiting, self.count(before.take(), &mut tally));
            counted?;
            match visited? {
                Ok((settling, next)) => (before, claimed) = (Some(settling), next),
                Err(Stopped { told, end }) => {
                    tally = tally.plus(told);
                    break end;
                }
            }
        };
        Ok((tally, end))
    }

    /// Visit one claimed page, and settle it to its end; `Err` is why the run is over.
    pub(super) async fn visit_alone(
        &self,
        task: Task,
        tally: &mut Tally,
    ) -> Result<Result<(), End>, JobError> {
        match self.visit(task, None).await? {
            Ok((settling, _)) => self.count(Some(settling), tally).await.map(Ok),
            Err(Stopped { told, end }) => {
                *tally = tally.plus(told);
                Ok(Err(end))
            }
        }
    }

    /// Visit one claimed page and have it settled, and claim the next one of a queue unless the run is over.
    async fn visit(
        &self,
        mut task: Task,
        queue: Option<Queue>,
    ) -> Result<Result<(Settling, Option<Task>), Stopped>, JobError> {
        let Pass { writer, profile, .. } = self.pass;
        task.ask.url = profile.current_url(&task.key, &task.ask.url);
        let (page, url, via) = (task.page, task.ask.url.to_string(), task.via);
        match visit(task, self).await {
            Visited::Settle(settlement, cause) => {
                if let Outcome::Read { extraction, .. } = &settlement.outcome {
                    self.measures.note(&url, extraction);
                }
                // A page that is claimed is visited: whoever may not begin another claims none.
                let queue = queue.filter(|_| self.bounds.over().is_none() && !self.bounds.count_page());
                let (pending, next) = writer.settle_and_claim(*settlement, queue).await?;
                Ok(Ok((Settling { url, cause, via, pending }, next)))
            }
            Visited::Stop(settlement, error) => {
                let mut told = Tally::default();
                told.count(writer.settle(*settlement).await?);
                Ok(Err(Stopped { told, end: self.stopped(&error) }))
            }
            Visited::Release(error, requests) => {
                writer.remember_requests(self.run, requests).await?;
                writer.release(page).await?;
                Ok(Err(Stopped { told: Tally::default(), end: self.stopped(&error) }))
            }
        }
    }

    /// Wait until a page is settled for good, and count it.
    async fn count(&self, settling: Option<Settling>, tally: &mut Tally) -> Result<(), JobError> {
        let Some(Settling { url, cause, via, pending }) = settling else { return Ok(()) };
        let settled = match (pending.done().await?, via) {
            // Nobody said that there is such a page: nothing is lost.
            (Settled::Missing, Via::Ids) => Settled::GuessMissed,
            (settled, _) => settled,
        };
        tally.count(settled);
        (self.pass.observe)(Event::Settled { url, settled, cause });
        Ok(())
    }

    /// What a page says. It is read on a thread of its own: that of the run has other answers to take meanwhile.
    pub(super) async fn read(&self, page: Box<RawPage>) -> (Box<RawPage>, Extraction) {
        let _turn = self.reading.acquire().await.expect("it is never closed");
        let extractor = Arc::clone(self.pass.extractor);
        let read = tokio::task::spawn_blocking(move || {
            let extraction = extractor.extract(&page);
            (page, extraction)
        });
        read.await.expect("a page is read to its end, whatever it is")
    }

    /// The site said stop.
    pub(super) fn stopped(&self, error: &FetchError) -> End {
        let cause = error.to_string();
        (self.pass.observe)(Event::SiteStopped { cause: cause.clone() });
        End::Stopped { cause }
    }
}
