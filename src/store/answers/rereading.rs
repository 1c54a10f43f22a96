//! Rereading: the captures there are, and what a later reading puts in the place of an earlier one. What becomes of an article
//! is decided by `jobs`; a page that came anew is kept by `content/captures`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::model::{
    CaptureSource, Captured, Days, Extraction, Field, Heads, PageId, PageKey, PageState, RawPage,
    Validators,
};

use crate::store::{
    content::{
        articles::{self, Cause, Incoming},
        boards,
        captures::{self, Keeping},
        drafts, strips, wording,
    },
    error::Result,
    moment::unstamp,
    reader::Reader,
    writer::Writer,
};

/// A capture whose bytes are in the archive.
#[derive(Debug, Clone)]
pub struct RereadCapture {
    /// Its row.
    pub id: i64,
    /// Its page.
    pub page: PageId,
    /// The page's identity.
    pub key: PageKey,
    /// Whether the newest wording of an article was read from it.
    pub is_newest: bool,
    /// Whether there is an article of its page.
    pub has_article: bool,
    url: Option<String>,
    captured_at: Option<Captured>,
    content_type: Option<String>,
    source: CaptureSource,
    status: Option<u16>,
    body: i64,
    feed: Option<String>,
}

/// A capture with what was kept of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of `captures` with its name")]
pub struct StoredCapture {
    pub id: i64,
    /// The article whose newest wording was read from it.
    pub article: Option<PageId>,
    pub url: String,
    pub captured_at: Option<String>,
    pub status: Option<u16>,
    pub content_type: Option<String>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub sha256: String,
    pub body: i64,
    /// The heads that came with it, where they are known.
    pub heads: Option<Heads>,
    /// The address of the feed that it is an item of.
    pub feed_url: Option<String>,
}

/// A stored body, and the content type that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedBody {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The content type, as it was sent.
    pub content_type: Option<String>,
}

/// What a rereading does to an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// Nothing: it is as it was.
    Same,
    /// What is not part of its wording is replaced: dates, section, tags, links, blocks.
    Refresh,
    /// Its wording is replaced by another version, made by the extractor.
    Replace,
    /// These fields have less than before: the reading is kept aside as a draft.
    Draft(Vec<Field>),
    /// The page becomes an article, which it was not so far.
    New,
    /// Nothing, but the strip is reread: the page is not an article, or its article was read from another capture.
    StripAlone,
}

/// One capture, read again.
#[derive(Debug)]
pub struct Rereading {
    /// The capture.
    pub capture: RereadCapture,
    /// What it says now.
    pub extraction: Extraction,
    /// What it does to the article.
    pub amendment: Amendment,
}

/// Captures with bytes after row `?1`, of articles published from `?2` to `?3` and of pages without a date captured then.
const AFTER: &str = "captures c LEFT JOIN articles a ON a.id = c.article_id LEFT JOIN capture_heads h ON h.capture_id = c.id
                    WHERE c.id > ?1 AND c.body_id IS NOT NULL
                      AND (?2 IS NULL OR coalesce(a.published_on, substr(c.captured_at, 1, 10)) BETWEEN ?2 AND ?3)";

impl Reader {
    /// Returns captures with bytes after a row, in the order of the archive: those of articles published on these days, and of
    /// pages without a date captured on them.
    pub fn captures_after(
        &self,
        row: i64,
        days: Option<Days>,
        limit: usize,
    ) -> Result<Vec<RereadCapture>> {
        let sql = format!("SELECT c.id, c.article_id, c.host, c.site_id, a.capture_id IS c.id, a.id IS NOT NULL, c.url,
                          c.captured_at, c.content_type, c.source, c.status, c.body_id, c.feed_url
                     FROM {AFTER} ORDER BY c.id LIMIT ?4");
        let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map(params![row, first, last, limit], capture)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns how many captures [`Reader::captures_after`] has to offer.
    pub fn captures_left(&self, row: i64, days: Option<Days>) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM {AFTER}");
        let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
        Ok(self.conn.query_row(&sql, params![row, first, last], |row| row.get(0))?)
    }

    /// Returns the bytes of a capture, as they came.
    pub fn raw_page(&self, capture: &RereadCapture) -> Result<RawPage> {
        let RereadCapture { url, captured_at, content_type, source, status, body, feed, .. } = capture;
        Ok(RawPage {
            url: url.as_deref().and_then(|it| it.parse().ok()),
            body: self.unpacker.borrow_mut().read(&self.conn, *body)?.into(),
            content_type: content_type.clone(),
            captured_at: *captured_at,
            source: *source,
            status: *status,
            validators: Validators::default(),
            heads: None,
            feed: feed.as_deref().and_then(|it| it.parse().ok()),
        })
    }

    /// Returns captures with bytes after a row and what was kept of their answers: of articles published on these days.
    pub fn stored_captures(
        &self,
        row: i64,
        days: Option<Days>,
        limit: usize,
    ) -> Result<Vec<StoredCapture>> {
        let sql = format!("SELECT c.id, CASE WHEN a.capture_id = c.id THEN a.id END, coalesce(c.url, ''), c.captured_at, c.status,
                          c.content_type, c.etag, c.last_modified, c.sha256, c.body_id, h.protocol, h.request, h.response, c.feed_url
                     FROM {AFTER} ORDER BY c.id LIMIT ?4");
        let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map(params![row, first, last, limit], |row| {
            Ok(StoredCapture {
                id: row.get(0)?,
                article: row.get::<_, Option<i64>>(1)?.map(PageId),
                url: row.get(2)?,
                captured_at: row.get(3)?,
                status: row.get(4)?,
                content_type: row.get(5)?,
                etag: row.get(6)?,
                last_modified: row.get(7)?,
                sha256: row.get(8)?,
                body: row.get(9)?,
                heads: match row.get(10)? {
                    Some(protocol) => {
                        Some(Heads { protocol, request: row.get(11)?, response: row.get(12)? })
                    }
                    None => None,
                },
                feed_url: row.get(13)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the bytes with this hash, and the content type they first came with.
    pub fn body_by_hash(&self, sha256: &str) -> Result<Option<TypedBody>> {
        let sql = "SELECT b.id, (SELECT c.content_type FROM captures c WHERE c.body_id = b.id LIMIT 1)
                     FROM bodies b WHERE b.sha256 = ?1";
        self.bytes(sql, params![sha256])
    }

    /// Returns the bytes of a capture, and their content type.
    pub fn body_of_capture(&self, key: &PageKey, captured: Captured) -> Result<Option<TypedBody>> {
        let sql = "SELECT body_id, content_type FROM captures
                    WHERE host = ?1 AND site_id = ?2 AND coalesce(captured_at, '') = ?3 AND body_id IS NOT NULL";
        self.bytes(sql, params![key.host, key.id, captured.to_string()])
    }

    fn bytes(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Option<TypedBody>> {
        let found = self
            .conn
            .prepare_cached(sql)?
            .query_row(values, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?)));
        let Some((body, content_type)) = found.optional()? else { return Ok(None) };
        let bytes = self.unpacker.borrow_mut().read(&self.conn, body)?;
        Ok(Some(TypedBody { bytes, content_type }))
    }

    /// Returns how far a job had come when it was interrupted.
    pub fn progress(&self, job: &str) -> Result<Option<i64>> {
        let sql = "SELECT position FROM progress WHERE job = ?1";
        Ok(self.conn.query_row(sql, [job], |row| row.get(0)).optional()?)
    }
}

fn capture(row: &Row<'_>) -> rusqlite::Result<RereadCapture> {
    Ok(RereadCapture {
        id: row.get(0)?,
        page: PageId(row.get(1)?),
        key: PageKey { host: row.get(2)?, id: row.get(3)? },
        is_newest: row.get(4)?,
        has_article: row.get(5)?,
        url: row.get(6)?,
        captured_at: row.get::<_, Option<String>>(7)?.and_then(|it| it.parse().ok()),
        content_type: row.get(8)?,
        source: CaptureSource::from_code(&row.get::<_, String>(9)?).unwrap_or(CaptureSource::File),
        status: row.get(10)?,
        body: row.get(11)?,
        feed: row.get(12)?,
    })
}

impl Writer {
    /// Keeps what was read again, and how far the job has come. Returns how many strips differ from before.
    pub async fn keep_rereadings(
        &self,
        job: String,
        rereadings: Vec<Rereading>,
        at: DateTime<Utc>,
    ) -> Result<u64> {
        let keeping = self.keeps();
        self.call(move |conn| {
            let mut strips = 0;
            for rereading in &rereadings {
                strips += u64::from(keep(conn, rereading, at, &keeping)?);
            }
            if let Some(last) = rereadings.last() {
                conn.prepare_cached("INSERT OR REPLACE INTO progress (job, position) VALUES (?1, ?2)")?
                    .execute(params![job, last.capture.id])?;
            }
            Ok(strips)
        })
        .await
    }

    /// Forgets how far a job has come: it is done, and the next one begins at the beginning.
    pub async fn forget_progress(&self, job: String) -> Result<()> {
        self.call(move |conn| {
            conn.execute("DELETE FROM progress WHERE job = ?1", [job])?;
            Ok(())
        })
        .await
    }
}

/// Keeps one rereading. Returns whether the capture's strip is another one.
fn keep(conn: &Connection, rereading: &Rereading, at: DateTime<Utc>, keeping: &Keeping) -> Result<bool> {
    let calendar = keeping.calendar();
    let Rereading { capture, extraction, amendment } = rereading;
    let Extraction { extractor, not_story: _, url, key: _, draft, strip, boards, most_read, warnings } =
        extraction;
    let captured = capture.captured_at.or(strip.market_date.map(Captured::On));
    conn.prepare_cached("UPDATE captures SET extractor = ?2, day = ?3 WHERE id = ?1")?
        .execute(params![capture.id, extractor, captured.map(|it| calendar.day_of(it).to_string())])?;
    boards::reread(conn, capture.id, captured, boards, most_read)?;
    let is_other = strips::reread(conn, capture.id, extraction, captured, calendar)?;
    conn.prepare_cached("DELETE FROM warnings WHERE capture_id = ?1")?.execute([capture.id])?;
    captures::keep_warnings(conn, capture.id, warnings)?;
    let url = url.as_ref().map(url::Url::as_str);
    let incoming = Incoming {
        page: capture.page,
        key: &capture.key,
        url,
        draft,
        capture: capture.id,
        captured,
        at: checked_at(conn, capture.page)?.unwrap_or(at),
        source: capture.source,
        cause: Cause::Extractor,
    };
    match amendment {
        Amendment::Same => drafts::forget(conn, capture.id)?,
        Amendment::Refresh => {
            articles::refresh(conn, &incoming)?;
            articles::correct(conn, &incoming)?;
            drafts::forget(conn, capture.id)?;
        }
        Amendment::Replace => {
            articles::replace(conn, &incoming, &wording::content_hash(draft))?;
            articles::correct(conn, &incoming)?;
            drafts::forget(conn, capture.id)?;
        }
        Amendment::New => {
            articles::keep(conn, &Incoming { cause: Cause::Site, ..incoming })?;
            let sql = if capture.source == CaptureSource::Feed {
                "UPDATE pages SET by_feed = 1 WHERE id = ?1 AND state <> ?2"
            } else {
                "UPDATE pages SET state = ?2, reason = NULL WHERE id = ?1"
            };
            conn.prepare_cached(sql)?.execute(params![capture.page.0, PageState::Stored.code()])?;
        }
        Amendment::Draft(losses) => drafts::keep(conn, &Incoming { at, ..incoming }, losses)?,
        Amendment::StripAlone => {}
    }
    if !matches!(amendment, Amendment::Draft(_)) {
        keeping.keep_images(conn, &incoming)?;
    }
    Ok(is_other)
}

/// When the site was last asked about an article: reading again does not ask.
fn checked_at(conn: &Connection, page: PageId) -> Result<Option<DateTime<Utc>>> {
    let at: Option<String> = conn
        .prepare_cached("SELECT last_checked_at FROM articles WHERE id = ?1")?
        .query_row([page.0], |row| row.get(0))
        .optional()?;
    Ok(at.as_deref().and_then(unstamp))
}
