//! One visit: ask, read, and decide what it means and when to come back.

use chrono::{DateTime, Utc};

use crate::{
    config::Profile,
    fetch::{Class, FetchError},
    model::{Draft, Fetched, Missing, Outcome, PageState, Request, Task, Validators},
    store::Settlement,
};

use super::{pages::is_text, pass::Work, schedule};

/// What a visit came to.
pub(super) enum Visited {
    /// Something to settle, and the cause of a failure in words.
    Settle(Box<Settlement>, Option<String>),
    /// Something to settle, and nobody should ask this site now.
    Stop(Box<Settlement>, FetchError),
    /// Nobody should ask this site now: the page goes back as it was.
    Release(FetchError, Vec<Request>),
}

/// A story under a "not found" headline has at most so many words.
const SOFT_WORDS_MAX: u32 = 60;

pub(super) async fn visit(task: Task, work: &Work<'_>) -> Visited {
    let (run, profile) = (work.run, work.pass.profile);
    let visit = work.pass.fetcher.get(&task.ask).await;
    let at = Utc::now();
    let mut cause = None;
    let outcome = match visit.result {
        Ok(Fetched::Page(page)) if !is_text(page.content_type.as_deref()) => {
            cause = page.content_type.map(|it| format!("it is {it}"));
            Outcome::Failed { state: PageState::NotArticle, reason: "not_a_page" }
        }
        Ok(Fetched::Page(page)) => {
            let (mut page, extraction) = work.read(page).await;
            if !extraction.draft.is_article() {
                // "It did not change" would be no answer to whether it has become one.
                page.validators = Validators::default();
            }
            if is_not_found(&extraction.draft, profile) {
                Outcome::Missing(Missing::Soft)
            } else {
                Outcome::Read { page, extraction: Box::new(extraction) }
            }
        }
        Ok(Fetched::NotModified(validators)) => Outcome::Unchanged(validators),
        Ok(Fetched::Missing(missing)) => Outcome::Missing(missing),
        Err(error @ FetchError::Throttled { status: Some(_), until }) => {
            let outcome = Outcome::Failed { state: error.state(), reason: error.code() };
            let Task { page, key, .. } = task;
            let requests = visit.requests;
            let settlement = Settlement { run, page, key, outcome, at, due_at: Some(until), requests };
            return Visited::Stop(Box::new(settlement), error);
        }
        Err(error) if error.class() == Class::Stop => return Visited::Release(error, visit.requests),
        Err(error) => {
            cause = Some(error.to_string());
            Outcome::Failed { state: error.state(), reason: error.code() }
        }
    };
    let due_at = due(&outcome, &task, profile, at);
    let Task { page, key, .. } = task;
    let settlement = Settlement { run, page, key, outcome, at, due_at, requests: visit.requests };
    Visited::Settle(Box::new(settlement), cause)
}

fn due(outcome: &Outcome, task: &Task, profile: &Profile, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match outcome {
        Outcome::Read { extraction, .. } if !extraction.draft.is_article() => {
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

/// 200, and the page says that there is no such page.
fn is_not_found(draft: &Draft, profile: &Profile) -> bool {
    draft.headline.as_ref().is_some_and(|it| profile.text.not_found.has(it))
        && draft.word_count() <= SOFT_WORDS_MAX
}
