//! One visit: a page is asked for and read, and it is decided what that means and when to come back. Nothing is written here:
//! what a visit came to is settled by `visits`, which also decides which page is next.

use std::{sync::Arc, thread};

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use crate::{
    clock,
    config::{Feed, Profile},
    discover::{FeedSource, Source},
    extract::Extractor,
    fetch::{Class, FetchError, Fetcher},
    jobs::page_kind::is_page,
    model::{
        Ask, AskRole, Draft, Fetched, Missing, NotStory, Outcome, PageState, RawPage, ReadPage, Request,
        RunId, Task, Validators, first_moment,
    },
    store::Settlement,
};

use super::{feed_story, schedule};

/// The status of a refusal that is meant for readers of pages.
const FORBIDDEN: u16 = 403;

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
        let mut requests = visit.requests;
        let at = clock::now();
        let mut cause = None;
        let outcome = match visit.result {
            Ok(Fetched::Page(page)) if !is_page(page.content_type.as_deref(), &page.body) => {
                cause = page.content_type.map(|it| format!("it is {it}"));
                Outcome::Failed { state: PageState::NotArticle, reason: "not_a_page", story: None }
            }
            Ok(Fetched::Page(page)) => {
                let read = self.read(*page).await;
                cause = read.extraction.not_story.map(|it| it.words().to_owned());
                outcome_of(read)
            }
            Ok(Fetched::NotModified(validators)) => Outcome::Unchanged(validators),
            Ok(Fetched::Missing(missing)) => Outcome::Missing(missing),
            Err(error) => {
                let until = match error {
                    FetchError::Throttled { status: Some(_), until } => Some(until),
                    _ => None,
                };
                if error.class() == Class::Stop && until.is_none() {
                    return Visited::Release { error, requests };
                }
                let story = match error {
                    FetchError::Blocked { status: FORBIDDEN } => {
                        self.story_by_feed(&task, &mut requests).await
                    }
                    _ => None,
                };
                let outcome = Outcome::Failed {
                    state: error.state(),
                    reason: error.code(),
                    story: story.map(Box::new),
                };
                if until.is_some() {
                    let settlement = self.settlement(task, outcome, at, until, requests);
                    return Visited::Stop { settlement: Box::new(settlement), error };
                }
                cause = Some(error.to_string());
                outcome
            }
        };
        let due_at = due(&outcome, &task, self.profile, at);
        let settlement = self.settlement(task, outcome, at, due_at, requests);
        Visited::Settle { settlement: Box::new(settlement), cause }
    }

    fn settlement(
        &self,
        task: Task,
        outcome: Outcome,
        at: DateTime<Utc>,
        due_at: Option<DateTime<Utc>>,
        requests: Vec<Request>,
    ) -> Settlement {
        let Task { page, key, .. } = task;
        let draft_due_at = Some(schedule::confirm(at));
        Settlement { run: self.run, page, key, outcome, at, due_at, draft_due_at, requests }
    }

    /// Asks for the feed that the site has of a story alone, because its page was refused: the page itself names it for programs.
    /// Returns the story; `None` where there is no such feed, or where the story is in the archive already.
    async fn story_by_feed(&self, task: &Task, requests: &mut Vec<Request>) -> Option<ReadPage> {
        if task.is_stored || task.is_by_feed {
            return None;
        }
        let url = self.profile.article_feed(&task.key)?;
        let ask = Ask { role: AskRole::Substitute, ..Ask::new(url.clone()) };
        let visit = self.fetcher.get(&ask).await;
        requests.extend(visit.requests);
        let Ok(Fetched::Page(page)) = visit.result else { return None };
        let feed = Feed::plain(url);
        let items = FeedSource::new(self.profile, &feed).absorb(&page).items;
        let item = items.into_iter().find(|it| it.candidate.key == task.key)?;
        feed_story::story(self.extractor, &item, &feed.url, clock::now())
    }
}

/// What a page that was read means for its visit.
fn outcome_of(read: ReadPage) -> Outcome {
    let ReadPage { mut page, extraction } = read;
    if extraction.not_story.is_some() {
        // "It did not change" would be no answer to whether it has become one.
        page.validators = Validators::default();
    }
    if extraction.not_story == Some(NotStory::SoftNotFound) {
        return Outcome::Missing(Missing::Soft);
    }
    Outcome::Read { page: Box::new(page), extraction: Box::new(extraction) }
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
    let day = || draft.published_on.map(|it| first_moment(it, profile.time_zone));
    draft.published_at.map(|it| it.to_utc()).or_else(day)
}
