//! Pages taken from a queue, visited and settled, several at a time, until the queue is empty or the run is over. One visit is
//! the business of `visit`; when a run begins and how it is counted that of `lifecycle`.

use futures_util::future::try_join_all;

use crate::{
    clock,
    fetch::FetchError,
    jobs::{End, JobError, bounds::Bounds, halt::Halt},
    model::{Event, Outcome, RunId, Settled, Tally, Task, Via},
    store::{Pending, VisitQueue},
};

use super::{
    discovery::Discovery,
    drift::Measures,
    image_counts::ImageCounts,
    pass::Pass,
    visit::{Visited, Visitor},
};

/// A run under way.
pub(in crate::jobs) struct Work<'a> {
    pub(in crate::jobs) pass: &'a Pass<'a>,
    pub(in crate::jobs) run: RunId,
    pub(in crate::jobs) bounds: Bounds,
    pub(in crate::jobs) visitor: Visitor<'a>,
    /// What the pages had.
    pub(super) measures: Measures,
    /// What came of the pictures.
    pub(super) images: ImageCounts,
}

/// A page that was visited, on its way to the disk.
struct Settling {
    url: String,
    /// The cause of a failure, in words.
    cause: Option<String>,
    /// Who named the page.
    via: Via,
    pending: Pending<Settled>,
}

/// What one of the workers of a queue did, and why it ended.
struct Worked {
    tally: Tally,
    end: End,
}

/// What a visit leaves to do.
enum After {
    /// The page is on its way to the disk, and the next one is claimed if there is one.
    Next(Settling, Option<Task>),
    /// The site said stop; the page that was told so is counted.
    Stop(Tally, End),
}

impl Work<'_> {
    /// The reader of sources.
    fn discovery(&self) -> Discovery<'_> {
        let (bounds, measures) = (&self.bounds, &self.measures);
        Discovery { pass: self.pass, run: self.run, bounds, measures }
    }

    /// Reads every source.
    pub(in crate::jobs) async fn discover(&self, tally: &mut Tally) -> Result<(), Halt> {
        self.unless_stopped(self.discovery().run(tally).await?)
    }

    /// Reads robots.txt, unless it still counts.
    pub(in crate::jobs) async fn ask_permission(&self) -> Result<(), Halt> {
        self.unless_stopped(self.discovery().ask_permission().await?)
    }

    fn unless_stopped(&self, error: Option<FetchError>) -> Result<(), Halt> {
        error.map_or(Ok(()), |it| Err(self.stopped(&it).into()))
    }

    /// Visits everything that is due in a queue.
    pub(in crate::jobs) async fn visit_all(
        &self,
        queue: VisitQueue,
        tally: &mut Tally,
    ) -> Result<(), Halt> {
        let workers = (0..self.pass.workers.get()).map(|_| self.visit_due(queue));
        let mut end = End::Done;
        for worked in try_join_all(workers).await? {
            *tally = tally.plus(worked.tally);
            // Any reason to stop is a better answer than none.
            if end == End::Done {
                end = worked.end;
            }
        }
        if end == End::Done { Ok(()) } else { Err(end.into()) }
    }

    async fn visit_due(&self, queue: VisitQueue) -> Result<Worked, JobError> {
        let mut tally = Tally::default();
        let mut claimed: Option<Task> = None;
        let mut before: Option<Settling> = None;
        loop {
            let task = if let Some(task) = claimed.take() {
                task
            } else {
                // Nothing else is under way, so there is nothing else to do than to wait.
                self.count(before.take(), &mut tally).await?;
                if let Some(end) = self.bounds.over() {
                    return Ok(Worked { tally, end });
                }
                match self.claim(queue).await {
                    Ok(task) => task,
                    Err(Halt::Over(end)) => return Ok(Worked { tally, end }),
                    Err(Halt::Job(error)) => return Err(error),
                }
            };
            // The next page is visited while the disk takes the one before.
            let visiting = self.visit(task, Some(queue));
            let (visited, counted) = tokio::join!(visiting, self.count(before.take(), &mut tally));
            counted?;
            match visited? {
                After::Next(settling, next) => (before, claimed) = (Some(settling), next),
                After::Stop(told, end) => return Ok(Worked { tally: tally.plus(told), end }),
            }
        }
    }

    /// Takes the next page of a queue, or says why there is none to take.
    async fn claim(&self, queue: VisitQueue) -> Result<Task, Halt> {
        let now = clock::now();
        let writer = self.pass.writer;
        if self.bounds.count_page() {
            let is_any_due = writer.is_any_due(queue, now).await?;
            return Err(if is_any_due { End::Limited } else { End::Done }.into());
        }
        writer.claim(self.run, queue, now).await?.ok_or(Halt::Over(End::Done))
    }

    /// Visits one claimed page, and waits until it is settled.
    pub(in crate::jobs) async fn visit_alone(&self, task: Task, tally: &mut Tally) -> Result<(), Halt> {
        match self.visit(task, None).await? {
            After::Next(settling, _) => Ok(self.count(Some(settling), tally).await?),
            After::Stop(told, end) => {
                *tally = tally.plus(told);
                Err(end.into())
            }
        }
    }

    /// Visits one claimed page and has it settled, and claims the next one of a queue unless the run is over.
    async fn visit(&self, mut task: Task, queue: Option<VisitQueue>) -> Result<After, JobError> {
        let Pass { writer, profile, .. } = self.pass;
        task.ask.url = profile.current_url(&task.key, &task.ask.url);
        let (page, url, via) = (task.page, task.ask.url.to_string(), task.via);
        match self.visitor.visit(task).await {
            Visited::Settle { settlement, cause } => {
                if let Outcome::Read { extraction, .. } = &settlement.outcome {
                    self.measures.note(&url, extraction);
                }
                // Every claimed page must be visited, so none is claimed once the run may not start another.
                let queue = queue.filter(|_| self.bounds.over().is_none() && !self.bounds.count_page());
                let (pending, next) = writer.settle_and_claim(*settlement, queue).await?;
                Ok(After::Next(Settling { url, cause, via, pending }, next))
            }
            Visited::Stop { settlement, error } => {
                let mut told = Tally::default();
                told.count(writer.settle(*settlement).await?);
                Ok(After::Stop(told, self.stopped(&error)))
            }
            Visited::Release { error, requests } => {
                writer.remember_requests(self.run, requests).await?;
                writer.release(page).await?;
                Ok(After::Stop(Tally::default(), self.stopped(&error)))
            }
        }
    }

    /// Waits until a page is settled, and counts it.
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

    /// Reports that the site said stop, if it did. Returns the end of the run.
    pub(in crate::jobs) fn stopped(&self, error: &FetchError) -> End {
        let end = self.bounds.end_of(error);
        if let End::Stopped { cause } = &end {
            (self.pass.observe)(Event::SiteStopped { cause: cause.clone() });
        }
        end
    }
}
