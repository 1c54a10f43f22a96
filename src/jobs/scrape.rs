//! One pass: read the sources, visit every page that is due, keep what they say.

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
    model::{Event, RunId, Tally},
    store::Writer,
};

use super::{
    End, JobError, Observer, Report, Stop,
    discovery::Discovery,
    visit::{Visited, visit},
};

/// How often what the host asks of us is kept.
const KEEP_HOST: Duration = Duration::from_secs(1);

/// The parts a scrape needs; `cli` assembles them, tests assemble others.
pub struct Scrape<'a> {
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

impl Scrape<'_> {
    /// Do it. What is finished is kept, however it ends.
    pub async fn run(&self) -> Result<Report, JobError> {
        let run = self.writer.begin_run("scrape", Utc::now()).await?;
        self.writer
            .prune_requests(Utc::now() - TimeDelta::from_std(self.keep_requests).unwrap_or_default())
            .await?;
        let host = Fetcher::host_of(&self.profile.base_url);
        if let Some(memory) = self.writer.host(host.clone()).await? {
            let robots =
                self.writer.robots(self.profile.base_url.origin().ascii_serialization()).await?;
            self.fetcher.resume(&memory, robots.as_ref());
        }
        let worked = tokio::select! {
            worked = self.work(run) => worked,
            error = self.keep_host(&host) => Err(error),
        };
        self.writer.remember_host(self.fetcher.memory(&host)).await?;
        let (tally, end) = worked?;
        let due = self.writer.due(Utc::now()).await?;
        let report = Report { tally, end, due };
        self.writer.finish_run(run, tally, report.outcome(), Utc::now()).await?;
        Ok(report)
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

    async fn work(&self, run: RunId) -> Result<(Tally, End), JobError> {
        let mut tally = Tally::default();
        let discovery = Discovery {
            fetcher: self.fetcher,
            profile: self.profile,
            writer: self.writer,
            run,
            observe: self.observe,
            stop: &self.stop,
        };
        if let Some(error) = discovery.run(&mut tally).await? {
            return Ok((tally, self.stopped(&error)));
        }
        (self.observe)(Event::Queue { due: self.writer.due(Utc::now()).await? });
        let begun = AtomicU64::new(0);
        let workers = (0..self.workers.get()).map(|_| self.visit_due(run, &begun));
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

    async fn visit_due(&self, run: RunId, begun: &AtomicU64) -> Result<(Tally, End), JobError> {
        let mut tally = Tally::default();
        loop {
            if self.stop.is_wished() {
                return Ok((tally, End::Interrupted));
            }
            let now = Utc::now();
            if self.limits.until.is_some_and(|it| it <= now) {
                return Ok((tally, End::Limited));
            }
            let number = begun.fetch_add(1, Ordering::Relaxed);
            let is_over = self.limits.max_pages.is_some_and(|it| it <= number);
            if is_over {
                let end = if self.writer.due(now).await? == 0 { End::Done } else { End::Limited };
                return Ok((tally, end));
            }
            let Some(mut task) = self.writer.claim(run, now).await? else {
                return Ok((tally, End::Done));
            };
            task.ask.url = self.profile.current_url(&task.key, &task.ask.url);
            let (page, url) = (task.page, task.ask.url.to_string());
            match visit(task, run, self.fetcher, self.extractor, self.profile).await {
                Visited::Settle(settlement, cause) => {
                    let settled = self.writer.settle(*settlement).await?;
                    tally.count(settled);
                    (self.observe)(Event::Settled { url, settled, cause });
                }
                Visited::Stop(settlement, error) => {
                    tally.count(self.writer.settle(*settlement).await?);
                    return Ok((tally, self.stopped(&error)));
                }
                Visited::Release(error, requests) => {
                    self.writer.remember_requests(run, requests).await?;
                    self.writer.release(page).await?;
                    return Ok((tally, self.stopped(&error)));
                }
            }
        }
    }

    fn stopped(&self, error: &FetchError) -> End {
        let cause = error.to_string();
        (self.observe)(Event::SiteStopped { cause: cause.clone() });
        End::Stopped { cause }
    }
}
