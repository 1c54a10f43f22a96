//! Pages: the queue of visits. Candidates come in, the page that has been due longest is claimed and released; what a visit
//! brought is kept by `settling`. When a page is due again is decided by `jobs`.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use crate::model::{
    Ask, Candidate, PageId, PageKey, ReadPage, RunId, Settled, Task, Validators, Via, first_moment,
};

use crate::store::{
    content::feed_stories,
    error::Result,
    moment::{stamp, unstamp},
    reader::Reader,
    writer::Writer,
};

/// The counts of a batch of candidates that were enqueued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Enqueued {
    /// Pages nobody had named before.
    pub added: usize,
    /// Known pages that are due again, because a source says that they changed.
    pub again: usize,
    /// Articles that came with a feed for the first time.
    pub stories: u64,
    /// Articles that came with a feed in another version.
    pub reworded: u64,
}

/// Which of the pages that are due a run visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitQueue {
    /// All of them.
    Due,
    /// Those that a source named for this day and that are not stored yet.
    Day(NaiveDate),
    /// Those that nobody has visited, published between these times by what a feed or a sitemap says.
    Named {
        /// The first moment,
        from: DateTime<Utc>,
        /// and the first after the last.
        until: DateTime<Utc>,
    },
}

impl Enqueued {
    /// Adds the counts of another batch.
    pub fn add(&mut self, other: Self) {
        self.added += other.added;
        self.again += other.again;
        self.stories += other.stories;
        self.reworded += other.reworded;
    }
}

impl Writer {
    /// Enqueues candidates: new ones are due now, known ones only if they changed since the last visit. Returns how many were
    /// new, and how many are due again.
    pub async fn enqueue(&self, candidates: Vec<Candidate>, now: DateTime<Utc>) -> Result<Enqueued> {
        self.call(move |conn| enqueue(conn, &candidates, now)).await
    }

    /// Enqueues candidates as [`Writer::enqueue`] does, and keeps the stories that their feed carried, in one transaction.
    pub async fn enqueue_with_stories(
        &self,
        candidates: Vec<Candidate>,
        stories: Vec<ReadPage>,
        now: DateTime<Utc>,
    ) -> Result<Enqueued> {
        let keeping = self.keeps();
        let stories = self.pack(stories)?;
        self.call(move |conn| {
            let mut enqueued = enqueue(conn, &candidates, now)?;
            for story in stories.iter() {
                let Some(key) = &story.extraction.key else { continue };
                let page = page_id(conn, key)?;
                match feed_stories::keep(conn, &story.arrival(page, key, now), &keeping)? {
                    Settled::New => enqueued.stories += 1,
                    Settled::Updated => enqueued.reworded += 1,
                    _ => {}
                }
            }
            Ok(enqueued)
        })
        .await
    }

    /// Claims the page of a queue that has been due longest. Returns `None` where none is due.
    pub async fn claim(
        &self,
        run: RunId,
        queue: VisitQueue,
        now: DateTime<Utc>,
    ) -> Result<Option<Task>> {
        let zone = self.zone;
        self.call(move |conn| match next(conn, queue, now)? {
            Some(page) => claim(conn, run, page, zone).map(Some),
            None => Ok(None),
        })
        .await
    }

    /// Claims this page, and enqueues it first if nobody has named it before. Returns `None` where it was visited already.
    pub async fn claim_page(
        &self,
        run: RunId,
        candidate: Candidate,
        now: DateTime<Utc>,
    ) -> Result<Option<Task>> {
        let zone = self.zone;
        self.call(move |conn| {
            enqueue(conn, std::slice::from_ref(&candidate), now)?;
            let page = page_id(conn, &candidate.key)?;
            let sql = "SELECT state = 'new' AND claimed_by IS NULL FROM pages WHERE id = ?1";
            let is_free: bool = conn.prepare_cached(sql)?.query_row([page.0], |row| row.get(0))?;
            is_free.then(|| claim(conn, run, page, zone)).transpose()
        })
        .await
    }

    /// Returns whether a page of a queue is due.
    pub async fn is_any_due(&self, queue: VisitQueue, now: DateTime<Utc>) -> Result<bool> {
        self.call(move |conn| Ok(next(conn, queue, now)?.is_some())).await
    }

    /// Returns how many pages are due.
    pub async fn due(&self, now: DateTime<Utc>) -> Result<u64> {
        self.call(move |conn| due(conn, now)).await
    }

    /// Releases a claimed page: it is due as if it had never been claimed.
    pub async fn release(&self, page: PageId) -> Result<()> {
        self.call(move |conn| {
            conn.prepare_cached("UPDATE pages SET claimed_by = NULL WHERE id = ?1")?
                .execute([page.0])?;
            Ok(())
        })
        .await
    }
}

impl Reader {
    /// Returns how many pages are due at a time.
    pub fn due(&self, now: DateTime<Utc>) -> Result<u64> {
        due(&self.conn, now)
    }

    /// Returns those of these keys whose page is not known.
    pub fn unknown(&self, keys: &[PageKey]) -> Result<Vec<PageKey>> {
        let mut query = self.conn.prepare("SELECT 1 FROM pages WHERE host = ?1 AND site_id = ?2")?;
        let mut unknown = Vec::new();
        for key in keys {
            if !query.exists([&key.host, &key.id])? {
                unknown.push(key.clone());
            }
        }
        Ok(unknown)
    }
}

pub(in crate::store) fn enqueue(
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

pub(in crate::store) fn due(conn: &Connection, now: DateTime<Utc>) -> Result<u64> {
    let sql =
        "SELECT count(*) FROM pages WHERE due_at IS NOT NULL AND claimed_by IS NULL AND due_at <= ?1";
    Ok(conn.prepare_cached(sql)?.query_row([stamp(now)], |row| row.get(0))?)
}

/// The page of a queue that has been due longest.
pub(in crate::store) fn next(
    conn: &Connection,
    queue: VisitQueue,
    now: DateTime<Utc>,
) -> Result<Option<PageId>> {
    let now = stamp(now);
    let found = match queue {
        VisitQueue::Due => conn
            .prepare_cached(
                "SELECT id FROM pages WHERE due_at IS NOT NULL AND claimed_by IS NULL AND due_at <= ?1
                  ORDER BY due_at, id LIMIT 1",
            )?
            .query_row([now], |row| row.get(0)),
        VisitQueue::Day(day) => conn
            .prepare_cached(
                "SELECT p.id
                   FROM day_readings r JOIN day_pages d ON d.reading_id = r.id JOIN pages p ON p.id = d.page_id
                  WHERE r.day = ?2 AND p.due_at <= ?1 AND p.claimed_by IS NULL AND p.state <> 'stored'
                  ORDER BY p.due_at, p.id LIMIT 1",
            )?
            .query_row([now, day.to_string()], |row| row.get(0)),
        VisitQueue::Named { from, until } => conn
            .prepare_cached(
                "SELECT id FROM pages
                  WHERE state = 'new' AND claimed_by IS NULL AND due_at <= ?1 AND ?2 <= listed_at AND listed_at < ?3
                  ORDER BY due_at, id LIMIT 1",
            )?
            .query_row([now, stamp(from), stamp(until)], |row| row.get(0)),
    };
    Ok(found.optional()?.map(PageId))
}

/// Claims a page for a run. `zone` is that of the site, in which a story that has only a day was published.
pub(in crate::store) fn claim(conn: &Connection, run: RunId, page: PageId, zone: Tz) -> Result<Task> {
    let begin_of = |day: &str| Some(first_moment(day.parse::<NaiveDate>().ok()?, zone));
    let mut claim = conn.prepare_cached(
        "UPDATE pages SET claimed_by = ?2 WHERE id = ?1
         RETURNING host, site_id, url, etag, last_modified, failures, via,
                   coalesce((SELECT coalesce(a.published_at, a.published_on) FROM articles a WHERE a.id = pages.id),
                            listed_at),
                   state = 'stored', by_feed",
    )?;
    let task = claim.query_row(params![page.0, run.0], |row| {
        let url = Url::parse(&row.get::<_, String>(2)?);
        let url = url.expect("due pages were enqueued with a parsed address");
        let published: Option<String> = row.get(7)?;
        let is_stored: bool = row.get(8)?;
        // "It did not change" would be no answer of a page that is not stored.
        let validators = if is_stored {
            Validators { etag: row.get(3)?, last_modified: row.get(4)? }
        } else {
            Validators::default()
        };
        Ok(Task {
            page,
            key: PageKey { host: row.get(0)?, id: row.get(1)? },
            ask: Ask { validators, ..Ask::new(url) },
            failures: row.get(5)?,
            via: Via::from_code(&row.get::<_, String>(6)?).unwrap_or(Via::File),
            published_at: published.as_deref().and_then(|it| unstamp(it).or_else(|| begin_of(it))),
            is_stored,
            is_by_feed: row.get(9)?,
        })
    })?;
    Ok(task)
}

/// Returns the row of a page that was enqueued.
pub(in crate::store) fn page_id(conn: &Connection, key: &PageKey) -> Result<PageId> {
    let id = conn
        .prepare_cached("SELECT id FROM pages WHERE host = ?1 AND site_id = ?2")?
        .query_row([&key.host, &key.id], |row| row.get(0))?;
    Ok(PageId(id))
}
