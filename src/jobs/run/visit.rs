//! One visit: a page is asked for and read, and it is decided what that means and when to come back. Nothing is written here:
//! what a visit came to is settled by `visits`, which also decides which page is next.

use std::{sync::Arc, thread};

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use crate::{
    config::Profile,
    extract::Extractor,
    fetch::{Class, FetchError, Fetcher},
    jobs::records::is_page,
    model::{
        Draft, Fetched, Missing, NotStory, Outcome, PageState, RawPage, ReadPage, Request, RunId, Task,
        Validators,
    },
    store::Settlement,
};

use super::schedule;

/// What a visit came to.
pub(super) enum Visited {
    /// Something to settle, and the cause of a failure in words.
    Settle { settlement: Box<Settlement>, cause: Option<String> },
    /// Something to settle, and the site does not want to be asked now.
    Stop { settlement: Box<Settlement>, error: FetchError },
    /// The site does not want to be asked now: the page goes back as it was.
    Release { error: FetchError, requests: Vec<Request> },
}

/// Visits pages of one run.
pub(in crate::jobs) struct Visitor<'a> {
    run: RunId,
    fetcher: &'a Fetcher,
    extractor: &'a Arc<Extractor>,
    profile: &'a Profile,
    /// Pages read at a time: as many as there are cores.
    reading: Semaphore,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(
        run: RunId,
        fetcher: &'a Fetcher,
        extractor: &'a Arc<Extractor>,
        profile: &'a Profile,
    ) -> Self {
        let reading = Semaphore::new(thread::available_parallelism().map_or(1, usize::from));
        Self { run, fetcher, extractor, profile, reading }
    }

    /// Reads a page on a thread of its own: the thread of the run has other answers to take meanwhile.
    pub(in crate::jobs) async fn read(&self, page: RawPage) -> ReadPage {
        let _turn = self.reading.acquire().await.expect("it is never closed");
        let extractor = Arc::clone(self.extractor);
        let read = tokio::task::spawn_blocking(move || {
            let extraction = extractor.extract(&page);
            ReadPage { page, extraction }
        });
        read.await.expect("a page is read to its end, whatever it is")
    }

    /// Asks for a page, reads what came, and decides when to come back.
    pub(super) async fn visit(&self, task: Task) -> Visited {
        let visit = self.fetcher.get(&task.ask).await;
        let at = Utc::now();
        let mut cause = None;
        let outcome = match visit.result {
            Ok(Fetched::Page(page)) if !is_page(page.content_type.as_deref(), &page.body) => {
                cause = page.content_type.map(|it| format!("it is {it}"));
                Outcome::Failed { state: PageState::NotArticle, reason: "not_a_page", story: None }
            }
            Ok(Fetched::Page(page)) => {
                let ReadPage { mut page, extraction } = self.read(*page).await;
                if extraction.not_story.is_some() {
                    // "It did not change" would be no answer to whether it has become one.
                    page.validators = Validators::default();
                }
                if extraction.not_story == Some(NotStory::SoftNotFound) {
                    Outcome::Missing(Missing::Soft)
                } else {
                    cause = extraction.not_story.map(|it| it.words().to_owned());
                    Outcome::Read { page: Box::new(page), extraction: Box::new(extraction) }
                }
            }
            Ok(Fetched::NotModified(validators)) => Outcome::Unchanged(validators),
            Ok(Fetched::Missing(missing)) => Outcome::Missing(missing),
            Err(error @ FetchError::Throttled { status: Some(_), until }) => {
                let outcome =
                    Outcome::Failed { state: error.state(), reason: error.code(), story: None };
                let Task { page, key, .. } = task;
                let requests = visit.requests;
                let settlement = Settlement {
                    run: self.run,
                    page,
                    key,
                    outcome,
                    at,
                    due_at: Some(until),
                    draft_due_at: None,
                    requests,
                };
                return Visited::Stop { settlement: Box::new(settlement), error };
            }
            Err(error) if error.class() == Class::Stop => {
                return Visited::Release { error, requests: visit.requests };
            }
            Err(error) => {
                cause = Some(error.to_string());
                Outcome::Failed { state: error.state(), reason: error.code(), story: None }
            }
        };
        let due_at = due(&outcome, &task, self.profile, at);
        let draft_due_at = Some(schedule::confirm(at));
        let Task { page, key, .. } = task;
        let settlement = Settlement {
            run: self.run,
            page,
            key,
            outcome,
            at,
            due_at,
            draft_due_at,
            requests: visit.requests,
        };
        Visited::Settle { settlement: Box::new(settlement), cause }
    }
}

fn due(outcome: &Outcome, task: &Task, profile: &Profile, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match outcome {
        Outcome::Read { extraction, .. } if extraction.not_story.is_some() => {
            schedule::retry(PageState::NotArticle, task.failures, now)
        }
        Outcome::Read { extraction, .. } => {
            let said = published(&extraction.draft, profile);
            schedule::recheck(&profile.revisit, said.or(task.published_at), now)
        }
        Outcome::Unchanged(_) => schedule::recheck(&profile.revisit, task.published_at, now),
        Outcome::Missing(missing) => schedule::missing(*missing, task, now),
        Outcome::Failed { state, .. } => schedule::retry(*state, task.failures, now),
    }
}

fn published(draft: &Draft, profile: &Profile) -> Option<DateTime<Utc>> {
    let day =
        || draft.published_on?.and_hms_opt(0, 0, 0)?.and_local_timezone(profile.time_zone).earliest();
    draft.published_at.map(|it| it.to_utc()).or_else(|| day().map(|it| it.to_utc()))
}
