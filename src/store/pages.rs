//! Pages: the queue of visits, and what each visit leaves behind.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;
use url::Url;

use crate::model::{
    Ask, Candidate, Captured, Extraction, Heads, KeepRaw, Outcome, PageId, PageKey, PageState, RawPage,
    Request, RunId, Settled, Task, Validators, Via, Warning, WarningCode,
};

use super::{
    Pending, Result, Writer,
    articles::{self, Cause, Incoming, Kept},
    raw::{self, Packed},
    sources, stamp, strips, unstamp,
};

/// What became of a batch of candidates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Enqueued {
    /// Not heard of before.
    pub added: usize,
    /// Known, and due again because the source says they changed.
    pub again: usize,
}

/// Which pages a run works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Whatever is due.
    Due,
    /// What a source named for this day, and is not stored yet.
    Day(NaiveDate),
    /// What a feed or a sitemap says was published at these times, and was not visited yet.
    Named(DateTime<Utc>, DateTime<Utc>),
}

/// How a claimed page is put back.
#[derive(Debug)]
pub struct Settlement {
    /// Whose work it was.
    pub run: RunId,
    /// The page.
    pub page: PageId,
    /// Its identity.
    pub key: PageKey,
    /// How the visit ended.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
    /// When to visit it again; `None` for never.
    pub due_at: Option<DateTime<Utc>>,
    /// What was sent for it.
    pub requests: Vec<Request>,
}

/// How captures are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ways {
    zone: chrono_tz::Tz,
    keep_raw: KeepRaw,
}

impl Writer {
    pub(super) fn ways(&self) -> Ways {
        Ways { zone: self.zone, keep_raw: self.keep_raw }
    }

    /// Remember candidates. New ones are due now; known ones only if they changed since the last visit.
    pub async fn enqueue(&self, candidates: Vec<Candidate>, now: DateTime<Utc>) -> Result<Enqueued> {
        self.call(move |conn| enqueue(conn, &candidates, now)).await
    }

    /// Take the page of a queue that has been due longest.
    pub async fn claim(&self, run: RunId, queue: Queue, now: DateTime<Utc>) -> Result<Option<Task>> {
        self.call(move |conn| match next(conn, queue, now)? {
            Some(page) => claim(conn, run, page).map(Some),
            None => Ok(None),
        })
        .await
    }

    /// Take this page, remembering it if nobody has named it before; `None` where it was visited already.
    pub async fn claim_page(
        &self,
        run: RunId,
        candidate: Candidate,
        now: DateTime<Utc>,
    ) -> Result<Option<Task>> {
        self.call(move |conn| {
            enqueue(conn, std::slice::from_ref(&candidate), now)?;
            let page = page_id(conn, &candidate.key)?;
            let sql = "SELECT state = 'new' AND claimed_by IS NULL FROM pages WHERE id = ?1";
            let is_free: bool = conn.prepare_cached(sql)?.query_row([page.0], |row| row.get(0))?;
            is_free.then(|| claim(conn, run, page)).transpose()
        })
        .await
    }

    /// How many pages of a queue are due.
    pub async fn due_in(&self, queue: Queue, now: DateTime<Utc>) -> Result<u64> {
        self.call(move |conn| match queue {
            Queue::Due => due(conn, now),
            Queue::Day(_) | Queue::Named(..) => Ok(next(conn, queue, now)?.map_or(0, |_| 1)),
        })
        .await
    }

    /// How many pages are due.
    pub async fn due(&self, now: DateTime<Utc>) -> Result<u64> {
        self.call(move |conn| due(conn, now)).await
    }

    /// Put a claimed page back as if it had never been taken.
    pub async fn release(&self, page: PageId) -> Result<()> {
        self.call(move |conn| {
            conn.prepare_cached("UPDATE pages SET claimed_by = NULL WHERE id = ?1")?
                .execute([page.0])?;
            Ok(())
        })
        .await
    }

    /// Put a claimed page back with what the visit brought: capture, article, version, strip, index and page
    /// state in one transaction.
    pub async fn settle(&self, settlement: Settlement) -> Result<Settled> {
        self.settle_and_claim(settlement, None).await?.0.done().await
    }

    /// The same, and take the next page of a queue in the same transaction. The page may be visited while the disk is
    /// waited for: should the machine die meanwhile, neither this was settled nor that claimed.
    pub async fn settle_and_claim(
        &self,
        settlement: Settlement,
        queue: Option<Queue>,
    ) -> Result<(Pending<Settled>, Option<Task>)> {
        let packed = match &settlement.outcome {
            Outcome::Read { page, .. } => Some(self.pack_aside(page.body.clone()).await?),
            Outcome::Unchanged(_) | Outcome::Missing(_) | Outcome::Failed { .. } => None,
        };
        let ways = self.ways();
        let (claimed, answer) = oneshot::channel();
        let settling = self.submit(move |conn| {
            let settled = settle(conn, &settlement, packed.as_ref(), ways)?;
            if let Some(queue) = queue {
                let next = next(conn, queue, settlement.at)?;
                let task = next.map(|it| claim(conn, settlement.run, it)).transpose()?;
                // A run that was cancelled wants none; its claims are released at the next start.
                let _ = claimed.send(task);
            }
            Ok(settled)
        });
        let settling = settling.await?;
        // Nothing is said where no queue is asked, or where settling failed, which says so itself.
        let task = answer.await.ok().flatten();
        Ok((settling, task))
    }
}

pub(super) fn enqueue(
    conn: &Connection,
    candidates: &[Candidate],
    now: DateTime<Utc>,
) -> Result<Enqueued> {
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO pages (host, site_id, url, via, state, found_at, listed_at, due_at)
         VALUES (?1, ?2, ?3, ?4, 'new', ?5, ?6, ?5)",
    )?;
    let mut again = conn.prepare_cached(
        "UPDATE pages SET due_at = ?3
          WHERE host = ?1 AND site_id = ?2 AND state = 'stored' AND claimed_by IS NULL
            AND visited_at <= ?4 AND ?4 <= ?3 AND (due_at IS NULL OR due_at > ?3)",
    )?;
    // A number that was guessed and not there may have been published since: somebody names it.
    let mut named = conn.prepare_cached(
        "UPDATE pages SET via = ?4, url = ?5, due_at = ?3
          WHERE host = ?1 AND site_id = ?2 AND via = 'ids' AND ?4 <> 'ids' AND claimed_by IS NULL
            AND state = 'missing' AND visited_at < ?3",
    )?;
    // A page that is not stored, that will not be asked for, and that a source still names: it is worth another look, a
    // week after the last one. What is gone for good (410) stays so.
    let mut kept = conn.prepare_cached(
        "UPDATE pages SET due_at = max(?3, coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', visited_at, '+7 days'), ?3))
          WHERE host = ?1 AND site_id = ?2 AND state <> 'stored' AND due_at IS NULL AND claimed_by IS NULL
            AND reason IS NOT 'gone' AND url IS NOT NULL AND ?4 <> 'ids'",
    )?;
    let mut enqueued = Enqueued::default();
    for Candidate { key, url, via, published_at, changed_at } in candidates {
        let now = stamp(now);
        let added = insert.execute(params![
            key.host,
            key.id,
            url.as_str(),
            via.code(),
            now,
            published_at.map(stamp)
        ])?;
        enqueued.added += added;
        if added == 1 {
            continue;
        }
        if let Some(changed) = changed_at {
            enqueued.again += again.execute(params![key.host, key.id, now, stamp(*changed)])?;
        }
        enqueued.again += named.execute(params![key.host, key.id, now, via.code(), url.as_str()])?;
        kept.execute(params![key.host, key.id, now, via.code()])?;
    }
    Ok(enqueued)
}

pub(super) fn due(conn: &Connection, now: DateTime<Utc>) -> Result<u64> {
    let sql =
        "SELECT count(*) FROM pages WHERE due_at IS NOT NULL AND claimed_by IS NULL AND due_at <= ?1";
    Ok(conn.prepare_cached(sql)?.query_row([stamp(now)], |row| row.get(0))?)
}

/// The page of a queue that has been due longest.
fn next(conn: &Connection, queue: Queue, now: DateTime<Utc>) -> Result<Option<PageId>> {
    let now = stamp(now);
    let found = match queue {
        Queue::Due => conn
            .prepare_cached(
                "SELECT id FROM pages WHERE due_at IS NOT NULL AND claimed_by IS NULL AND due_at <= ?1
                  ORDER BY due_at, id LIMIT 1",
            )?
            .query_row([now], |row| row.get(0)),
        Queue::Day(day) => conn
            .prepare_cached(
                "SELECT p.id
                   FROM day_readings r JOIN day_pages d ON d.reading_id = r.id JOIN pages p ON p.id = d.page_id
                  WHERE r.day = ?2 AND p.due_at <= ?1 AND p.claimed_by IS NULL AND p.state <> 'stored'
                  ORDER BY p.due_at, p.id LIMIT 1",
            )?
            .query_row([now, day.to_string()], |row| row.get(0)),
        Queue::Named(from, until) => conn
            .prepare_cached(
                "SELECT id FROM pages
                  WHERE state = 'new' AND claimed_by IS NULL AND due_at <= ?1 AND ?2 <= listed_at AND listed_at < ?3
                  ORDER BY due_at, id LIMIT 1",
            )?
            .query_row([now, stamp(from), stamp(until)], |row| row.get(0)),
    };
    Ok(found.optional()?.map(PageId))
}

fn claim(conn: &Connection, run: RunId, page: PageId) -> Result<Task> {
    let mut claim = conn.prepare_cached(
        "UPDATE pages SET claimed_by = ?2 WHERE id = ?1
         RETURNING host, site_id, url, etag, last_modified, failures, via,
                   coalesce((SELECT coalesce(a.published_at, a.published_on) FROM articles a WHERE a.id = pages.id),
                            listed_at),
                   state = 'stored'",
    )?;
    let task = claim.query_row(params![page.0, run.0], |row| {
        let url = Url::parse(&row.get::<_, String>(2)?);
        let url = url.expect("due pages were enqueued with a parsed address");
        let published: Option<String> = row.get(7)?;
        let is_stored: bool = row.get(8)?;
        // "It did not change" would be no answer of a page that is not stored.
        let validators = match is_stored {
            true => Validators { etag: row.get(3)?, last_modified: row.get(4)? },
            false => Validators::default(),
        };
        Ok(Task {
            page,
            key: PageKey { host: row.get(0)?, id: row.get(1)? },
            ask: Ask { validators, ..Ask::new(url) },
            failures: row.get(5)?,
            via: Via::from_code(&row.get::<_, String>(6)?).unwrap_or(Via::File),
            published_at: published.as_deref().and_then(|it| unstamp(it).or_else(|| first_moment(it))),
            is_stored,
        })
    })?;
    Ok(task)
}

/// The first moment of a bare day, in UTC.
fn first_moment(day: &str) -> Option<DateTime<Utc>> {
    Some(day.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}

fn settle(
    conn: &Connection,
    settlement: &Settlement,
    packed: Option<&Packed>,
    ways: Ways,
) -> Result<Settled> {
    let Settlement { run, page, key, outcome, at, due_at, requests } = settlement;
    sources::keep_requests(conn, *run, requests)?;
    let (settled, state, reason, validators) = match outcome {
        Outcome::Read { page: bytes, extraction } => {
            let packed = packed.expect("a page that was read was packed");
            let settled = read(conn, *page, key, bytes, extraction, packed, *at, ways)?;
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
    let failures = matches!(settled, Settled::Failed(_) | Settled::Missing);
    // A stored article stays stored when a later look fails: the failure is in the reason.
    conn.prepare_cached(
        "UPDATE pages
            SET state = CASE WHEN state = 'stored' THEN 'stored' ELSE ?2 END, reason = ?3,
                failures = CASE WHEN ?4 THEN failures + 1 ELSE 0 END, visited_at = ?5, due_at = ?6,
                claimed_by = NULL
          WHERE id = ?1",
    )?
    .execute(params![page.0, state.code(), reason, failures, stamp(*at), due_at.map(stamp)])?;
    if let Some(Validators { etag, last_modified }) = validators {
        conn.prepare_cached("UPDATE pages SET etag = ?2, last_modified = ?3 WHERE id = ?1")?
            .execute(params![page.0, etag, last_modified])?;
    }
    Ok(settled)
}

/// Keep a capture and what it says.
#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one capture; a struct would be built once and taken apart"
)]
pub(super) fn read(
    conn: &Connection,
    id: PageId,
    key: &PageKey,
    page: &RawPage,
    extraction: &Extraction,
    packed: &Packed,
    at: DateTime<Utc>,
    ways: Ways,
) -> Result<Settled> {
    // Boards and most-read lists have no tables yet.
    let Extraction { url, key: _, draft, strip, boards: _, most_read: _, warnings } = extraction;
    let url = url.as_ref().map(Url::as_str);
    // Of a saved page the printed date may be all that dates its ticker.
    let captured = page.captured_at.or(strip.market_date.map(Captured::On));
    let Some(capture) = keep_capture(conn, id, key, page, url, captured, packed, at, ways.keep_raw)?
    else {
        // The same capture once more: what it was, it is.
        let is_stored = articles::touch(conn, id, at)?;
        return Ok(if is_stored { Settled::Unchanged } else { Settled::Failed(PageState::NotArticle) });
    };
    match captured {
        Some(captured) => {
            let strip = strips::keep(conn, strip, captured, ways.zone)?;
            conn.prepare_cached("UPDATE captures SET strip_id = ?2 WHERE id = ?1")?
                .execute(params![capture, strip])?;
        }
        None if strip.quotes.is_empty() => {}
        None => {
            let detail = format!("{} rows", strip.quotes.len());
            keep_warnings(conn, capture, &[Warning::new(WarningCode::StripUndated, detail)])?;
        }
    }
    keep_warnings(conn, capture, warnings)?;
    if !draft.is_article() {
        return Ok(Settled::Failed(PageState::NotArticle));
    }
    let incoming = Incoming { page: id, key, url, draft, capture, captured, at, cause: Cause::Site };
    let kept = articles::keep(conn, &incoming)?;
    if ways.keep_raw == KeepRaw::Latest {
        articles::move_to(conn, id, capture)?;
        raw::forget_others(conn, id, capture)?;
    }
    match kept {
        Kept::As(settled) => Ok(settled),
        Kept::Emptied => Ok(Settled::Failed(PageState::NotArticle)),
    }
}

/// The row of a capture, `None` if the same one is there already.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
fn keep_capture(
    conn: &Connection,
    id: PageId,
    key: &PageKey,
    page: &RawPage,
    url: Option<&str>,
    captured: Option<Captured>,
    packed: &Packed,
    at: DateTime<Utc>,
    keep_raw: KeepRaw,
) -> Result<Option<i64>> {
    let body = match keep_raw {
        KeepRaw::All | KeepRaw::Latest => Some(raw::keep(conn, packed)?),
        KeepRaw::None => None,
    };
    let RawPage { url: _, body: _, content_type, captured_at: _, source, status, validators, heads } =
        page;
    let Validators { etag, last_modified } = validators;
    let added = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO captures (article_id, url, host, site_id, captured_at, fetched_at, source, status,
                 content_type, etag, last_modified, sha256, bytes, body_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            id.0,
            url,
            key.host,
            key.id,
            captured.map(|it| it.to_string()),
            stamp(at),
            source.code(),
            status,
            content_type,
            etag,
            last_modified,
            packed.sha256,
            packed.bytes,
            body
        ])?;
    if added == 0 {
        return Ok(None);
    }
    let capture = conn.last_insert_rowid();
    if let Some(Heads { protocol, request, response }) = heads {
        conn.prepare_cached(
            "INSERT INTO capture_heads (capture_id, protocol, request, response) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![capture, protocol, request, response])?;
    }
    Ok(Some(capture))
}

pub(super) fn keep_warnings(conn: &Connection, capture: i64, warnings: &[Warning]) -> Result<()> {
    let mut insert =
        conn.prepare_cached("INSERT INTO warnings (capture_id, code, detail) VALUES (?1, ?2, ?3)")?;
    for Warning { code, detail } in warnings {
        insert.execute(params![capture, code.code(), detail])?;
    }
    Ok(())
}

pub(super) fn page_id(conn: &Connection, key: &PageKey) -> Result<PageId> {
    let id = conn
        .prepare_cached("SELECT id FROM pages WHERE host = ?1 AND site_id = ?2")?
        .query_row([&key.host, &key.id], |row| row.get(0))?;
    Ok(PageId(id))
}
