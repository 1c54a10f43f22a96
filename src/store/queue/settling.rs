//! Settling: a claimed page is put back with what its visit brought, in one transaction. Which page is visited next is the
//! business of `pages`, and the page that came is kept by `content/captures`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::model::{Outcome, PageId, PageKey, PageState, Request, RunId, Settled, Task, Validators};

use super::{
    pages::{VisitQueue, claim, next},
    requests,
};
use crate::store::{
    bodies::pack::Packed,
    content::{
        articles,
        captures::{self, Arrival, Keeping},
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
        let packed = match &settlement.outcome {
            Outcome::Read { page, .. } => Some(self.pack_aside(page.body.clone()).await?),
            Outcome::Unchanged(_) | Outcome::Missing(_) | Outcome::Failed { .. } => None,
        };
        let keeping = self.keeps();
        let (claimed, answer) = oneshot::channel();
        let settling = self.submit(move |conn| {
            let settled = settle(conn, &settlement, packed.as_ref(), keeping)?;
            if let Some(queue) = queue {
                let next = next(conn, queue, settlement.at)?;
                let task = next.map(|it| claim(conn, settlement.run, it)).transpose()?;
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

fn settle(
    conn: &Connection,
    settlement: &Settlement,
    packed: Option<&Packed>,
    keeping: Keeping,
) -> Result<Settled> {
    let Settlement { run, page, key, outcome, at, due_at, requests } = settlement;
    requests::keep(conn, *run, requests)?;
    let (settled, state, reason, validators) = match outcome {
        Outcome::Read { page: bytes, extraction } => {
            let packed = packed.expect("a page that was read was packed");
            let arrival = Arrival { page: *page, key, raw: bytes, extraction, packed, at: *at };
            let settled = captures::keep(conn, &arrival, keeping)?;
            let (state, reason) = match settled {
                Settled::Failed(state) => (state, Some("no_article")),
                _ => (PageState::Stored, None),
            };
            (settled, state, reason, Some(&bytes.validators))
        }
        Outcome::Unchanged(validators) => {
            let is_stored = articles::touch(conn, *page, *at)?;
            let (state, reason) = if is_stored {
                (PageState::Stored, None)
            } else {
                (PageState::NotArticle, Some("no_article"))
            };
            (Settled::Unchanged, state, reason, Some(validators))
        }
        Outcome::Missing(missing) => (Settled::Missing, PageState::Missing, Some(missing.code()), None),
        Outcome::Failed { state, reason } => (Settled::Failed(*state), *state, Some(*reason), None),
    };
    let has_failed = matches!(settled, Settled::Failed(_) | Settled::Missing);
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
