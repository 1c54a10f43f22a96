//! The life of a run that fetches: it begins, goes on with what the host asked of us, works, and is counted to its end. What
//! it works on is the business of `scrape`, `backfill` and `web_archive`.

use std::time::Duration;

use chrono::TimeDelta;

use crate::{
    clock, extract,
    fetch::Fetcher,
    jobs::{End, JobError, Report, bounds::Bounds, halt::Halt},
    model::{Drift, Tally, first_moment},
    store::Measured,
};

use super::{drift::Measures, image_counts::ImageCounts, pass::Pass, visit::Visitor, visits::Work};

/// How often the archive is told what the host asks of us.
const KEEP_HOST: Duration = Duration::from_secs(1);

/// Earlier runs of this many days show what is usual.
const CUSTOM_DAYS: i64 = 90;

impl<'a> Pass<'a> {
    /// Does `work` as a run of this command. What is finished is kept and counted, however it ends.
    pub(in crate::jobs) async fn run(
        &'a self,
        command: &'static str,
        work: impl AsyncFnOnce(&Work<'a>, &mut Tally) -> Result<(), Halt>,
    ) -> Result<Report, JobError> {
        let run = self.writer.begin_run(command, clock::now()).await?;
        let parsed_before = self.extractor.parsed();
        self.writer
            .prune_requests(clock::now(), TimeDelta::from_std(self.keep_requests).unwrap_or_default())
            .await?;
        let host = Fetcher::host_of(&self.profile.base_url);
        if let Some(memory) = self.writer.host(host.clone()).await? {
            let robots =
                self.writer.robots(self.profile.base_url.origin().ascii_serialization()).await?;
            self.fetcher.resume(&memory, robots.as_ref());
        }
        let bounds = Bounds::new(self.stop.clone(), self.limits);
        let visitor = Visitor::new(run, self.fetcher, self.extractor, self.profile);
        let (measures, images) = (Measures::default(), ImageCounts::default());
        let under_way = Work { pass: self, run, bounds, measures, images, visitor };
        let mut tally = Tally::default();
        let worked = tokio::select! {
            worked = under_way.bounds.abandoning(self.fetcher, work(&under_way, &mut tally)) => worked,
            error = self.keep_host(&host) => Err(error.into()),
        };
        self.writer.remember_host(self.fetcher.memory(&host)).await?;
        let end = match worked {
            Ok(()) => End::Done,
            Err(Halt::Over(end)) => end,
            Err(Halt::Job(error)) => return Err(error),
        };
        let due = self.writer.due(clock::now()).await?;
        let parsed_slowly = (self.extractor.parsed() - parsed_before).slowly;
        let drifts = self.look_for_drift(command, &under_way, parsed_slowly).await?;
        let images = self.images.map(|_| under_way.images.taken());
        let report = Report { tally, images, end, due, parsed_slowly, drifts };
        self.writer.settle_stories(&|| self.stop.is_requested()).await?;
        self.writer.finish_run(run, tally, report.outcome(), clock::now()).await?;
        Ok(report)
    }

    /// Judges the pages of a run by those of earlier runs, and keeps what they had. Returns what drifted.
    async fn look_for_drift(
        &self,
        command: &'static str,
        work: &Work<'_>,
        parsed_slowly: u64,
    ) -> Result<Vec<Drift>, JobError> {
        let now = clock::now();
        let today = now.with_timezone(&self.profile.time_zone).date_naive();
        let era = &self.profile.eras[self.profile.era(Some(today))];
        // What is usual begins anew with an era that was added since.
        let of_era = era.from.map(|it| first_moment(it, self.profile.time_zone));
        let from = (now - TimeDelta::days(CUSTOM_DAYS)).max(of_era.unwrap_or_default());
        let before = self.writer.measures(command, extract::VERSION, from).await?;
        let drifts = work.measures.judge(&before, now, self.profile);
        let (pages, totals) = work.measures.taken();
        let measured = Measured {
            pages,
            extractor: extract::VERSION,
            parsed_slowly,
            totals,
            drifts: drifts.clone(),
        };
        self.writer.keep_measures(work.run, measured).await?;
        Ok(drifts)
    }

    /// Keeps what the host asks of us while the run lasts: a run may be killed, and the next one is bound by it, too. Returns
    /// only when the archive does not take it.
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
