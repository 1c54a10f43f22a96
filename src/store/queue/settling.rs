//! Settling: a claimed page is put back with what its visit brought, in one transaction. Which page is visited next is the
//! business of `pages`, and the page that came is kept by `content/captures`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::model::{
    Missing, NotStory, Outcome, PageId, PageKey, PageState, ReadPage, Request, RunId, Settled, Task,
    Validators,
};

use super::{
    pages::{VisitQueue, claim, next},
    requests,
};
use crate::store::{
    bodies::pack::Packed,
    content::{
        articles,
        captures::{self, Arrival, Keeping},
        feed_stories,
    },
    error::Result,
    moment::stamp,
    writer::{Pending, Writer},
};

/// A visit that ended: what a claimed page is put back with.
#[derive(Debug)]
pub struct Settlement {
    /// The run that visited it.
    pub run: RunId,
    /// The page.
    pub page: PageId,
    /// Its identity.
    pub key: PageKey,
    /// How the visit ended.
    pub outcome: Outcome,
    /// When the visit ended.
    pub at: DateTime<Utc>,
    /// When to visit it again; `None` for never.
    pub due_at: Option<DateTime<Utc>>,
    /// When to visit it again if it says less than the stored story, to see whether that lasts.
    pub draft_due_at: Option<DateTime<Utc>>,
    /// The requests that were sent for it.
    pub requests: Vec<Request>,
}

impl Writer {
    /// Puts a claimed page back with what the visit brought: capture, article, version, strip, index and page state in one
    /// transaction. Returns what that meant for the archive.
    pub async fn settle(&self, settlement: Settlement) -> Result<Settled> {
        self.settle_and_claim(settlement, None).await?.0.done().await
    }

    /// Settles a visit and claims the next page of a queue in the same transaction. Returns both. The next page may be visited
    /// while the disk is waited for: if the machine dies meanwhile, the one was not settled and the other not claimed.
    pub async fn settle_and_claim(
        &self,
        settlement: Settlement,
        queue: Option<VisitQueue>,
    ) -> Result<(Pending<Settled>, Option<Task>)> {
        let body = match &settlement.outcome {
            Outcome::Read { page, .. } => Some(page.body.clone()),
            Outcome::Failed { story, .. } => story.as_ref().map(|it| it.page.body.clone()),
            Outcome::Unchanged(_) | Outcome::Missing(_) => None,
        };
        let packed = match body {
            Some(body) => Some(self.pack_aside(body).await?),
            None => None,
        };
        let (keeping, zone) = (self.keeps(), self.zone);
        let (claimed, answer) = oneshot::channel();
        let settling = self.submit(move |conn| {
            let settled = settle(conn, &settlement, packed.as_ref(), &keeping)?;
            if let Some(queue) = queue {
                let next = next(conn, queue, settlement.at)?;
                let task = next.map(|it| claim(conn, settlement.run, it, zone)).transpose()?;
                // A run that was cancelled wants none; its claims are released at the next start.
                let _ = claimed.send(task);
            }
            Ok(settled)
        });
        let settling = settling.await?;
        // No task is sent where no queue was asked or where settling failed: that error comes with `settling`.
        let task = answer.await.ok().flatten();
        Ok((settling, task))
    }
}

const NO_VALIDATORS: Validators = Validators { etag: None, last_modified: None };
/// After this many visits in a row that do not find it, a story is gone.
const MISSES_MIN: u32 = 3;

/// Notes that the site has no such page. A stored story is gone with a 410, or with the third 404 in a row.
fn note_missing(conn: &Connection, page: PageId, missing: Missing, at: DateTime<Utc>) -> Result<()> {
    let is_gone = match missing {
        Missing::Gone => true,
        Missing::NotFound => conn
            .prepare_cached("SELECT reason IS ?2 AND ?3 <= failures + 1 FROM pages WHERE id = ?1")?
            .query_row(params![page.0, missing.code(), MISSES_MIN], |row| row.get(0))?,
        Missing::RedirectedAway | Missing::Soft => false,
    };
    if is_gone { articles::lose(conn, page, at) } else { Ok(()) }
}

fn settle(
    conn: &Connection,
    settlement: &Settlement,
    packed: Option<&Packed>,
    keeping: &Keeping,
) -> Result<Settled> {
    let Settlement { run, page, key, outcome, at, due_at, draft_due_at, requests } = settlement;
    requests::keep(conn, *run, requests)?;
    if let Outcome::Missing(missing) = outcome {
        note_missing(conn, *page, *missing, *at)?;
    }
    let (settled, state, reason, validators) = match outcome {
        Outcome::Read { page: bytes, extraction } => {
            let packed = packed.expect("a page that was read was packed");
            let arrival = Arrival { page: *page, key, raw: bytes, extraction, packed, at: *at };
            let settled = captures::keep(conn, &arrival, keeping)?;
            match settled {
                Settled::Failed(state) => {
                    let reason = extraction.not_story.unwrap_or(NotStory::NoArticle).code();
                    (settled, state, Some(reason), Some(&bytes.validators))
                }
                // The whole page is asked for again: "not modified" would not say what it says.
                Settled::Drafted => (settled, PageState::Stored, Some("draft"), Some(&NO_VALIDATORS)),
                _ => (settled, PageState::Stored, None, Some(&bytes.validators)),
            }
        }
        Outcome::Unchanged(validators) => {
            let is_stored = articles::touch(conn, *page, *at)?;
            let (state, reason) = if is_stored {
                (PageState::Stored, None)
            } else {
                (PageState::NotArticle, Some(NotStory::NoArticle.code()))
            };
            (Settled::Unchanged, state, reason, Some(validators))
        }
        Outcome::Missing(missing) => (Settled::Missing, PageState::Missing, Some(missing.code()), None),
        Outcome::Failed { state, reason, story } => {
            let mut settled = Settled::Failed(*state);
            if let (Some(story), Some(packed)) = (story, packed) {
                let ReadPage { page: raw, extraction } = &**story;
                let arrival = Arrival { page: *page, key, raw, extraction, packed, at: *at };
                if feed_stories::keep(conn, &arrival, keeping)? == Settled::New {
                    settled = Settled::ByFeed(*state);
                }
            }
            (settled, *state, Some(*reason), None)
        }
    };
    let due_at = if settled == Settled::Drafted { draft_due_at } else { due_at };
    let has_failed = matches!(settled, Settled::Failed(_) | Settled::ByFeed(_) | Settled::Missing);
    // A stored article stays stored when a later look fails: the failure is in the reason.
    conn.prepare_cached(
        "UPDATE pages
            SET state = CASE WHEN state = 'stored' THEN 'stored' ELSE ?2 END, reason = ?3,
                failures = CASE WHEN ?4 THEN failures + 1 ELSE 0 END, visited_at = ?5, due_at = ?6,
                claimed_by = NULL
          WHERE id = ?1",
    )?
    .execute(params![page.0, state.code(), reason, has_failed, stamp(*at), due_at.map(stamp)])?;
    if let Some(Validators { etag, last_modified }) = validators {
        conn.prepare_cached("UPDATE pages SET etag = ?2, last_modified = ?3 WHERE id = ?1")?
            .execute(params![page.0, etag, last_modified])?;
    }
    Ok(settled)
}
