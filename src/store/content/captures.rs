//! Captures: bytes at a time, with what was read from them. One capture brings a body, an article, a strip and warnings; each
//! is kept by its own file, here they are kept together. Nothing here knows whether the page was asked for or imported.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use url::Url;

use crate::model::{
    Captured, Extraction, Heads, KeepImages, KeepRaw, MarketCalendar, PageId, PageKey, PageState,
    RawPage, Settled, Validators, Warning, WarningCode,
};

use super::{
    articles::{self, Cause, Incoming, Kept},
    boards, drafts, images, strips,
};
use crate::store::{
    bodies::{pack::Packed, raw},
    error::Result,
    moment::stamp,
    queue::forgotten::is_forgotten,
    reader::Reader,
    writer::Writer,
};

/// A page that came, and what was read from it: everything that one capture brings into the archive.
pub(in crate::store) struct Arrival<'a> {
    pub(in crate::store) page: PageId,
    pub(in crate::store) key: &'a PageKey,
    pub(in crate::store) raw: &'a RawPage,
    pub(in crate::store) extraction: &'a Extraction,
    /// The bytes of `raw`, ready to be stored.
    pub(in crate::store) packed: &'a Packed,
    /// When it came.
    pub(in crate::store) at: DateTime<Utc>,
}

/// What an archive keeps of a capture, and how its days are told.
#[derive(Debug, Clone)]
pub(in crate::store) struct Keeping {
    calendar: MarketCalendar,
    keep_raw: KeepRaw,
    keep_images: KeepImages,
}

impl Arrival<'_> {
    fn url(&self) -> Option<&str> {
        self.extraction.url.as_ref().map(Url::as_str)
    }

    /// Returns the wording that came, as that of this capture.
    pub(super) fn incoming(&self, capture: i64) -> Incoming<'_> {
        Incoming {
            page: self.page,
            key: self.key,
            url: self.url(),
            draft: &self.extraction.draft,
            capture,
            captured: self.captured(),
            at: self.at,
            source: self.raw.source,
            cause: Cause::Site,
        }
    }

    /// When its bytes were on the site. Of a saved page the printed date may be all that dates its ticker.
    fn captured(&self) -> Option<Captured> {
        self.raw.captured_at.or(self.extraction.strip.market_date.map(Captured::On))
    }
}

impl Writer {
    pub(in crate::store) fn keeps(&self) -> Keeping {
        let calendar = self.calendar.clone();
        Keeping { calendar, keep_raw: self.keep_raw, keep_images: self.keep_images }
    }
}

impl Keeping {
    /// The calendar that days are told by.
    pub(in crate::store) fn calendar(&self) -> &MarketCalendar {
        &self.calendar
    }

    /// Keeps which pictures a wording has, where the archive keeps pictures.
    pub(in crate::store) fn keep_images(
        &self,
        conn: &Connection,
        incoming: &Incoming<'_>,
    ) -> Result<()> {
        match self.keep_images {
            KeepImages::None => Ok(()),
            KeepImages::Story => images::keep(conn, incoming),
        }
    }
}

impl Reader {
    /// Returns whether a capture of a page at a time is in the archive.
    pub fn has_capture(&self, key: &PageKey, captured: Captured) -> Result<bool> {
        let sql =
            "SELECT 1 FROM captures WHERE host = ?1 AND site_id = ?2 AND coalesce(captured_at, '') = ?3";
        Ok(self.conn.prepare_cached(sql)?.exists([&key.host, &key.id, &captured.to_string()])?)
    }
}

/// Keeps a page that came, and what was read from it. Returns what that meant for its article.
pub(in crate::store) fn keep(
    conn: &Connection,
    arrival: &Arrival<'_>,
    keeping: &Keeping,
) -> Result<Settled> {
    let Arrival { page, extraction, at, .. } = *arrival;
    let Extraction { not_story, warnings, .. } = extraction;
    if is_forgotten(conn, page)? {
        return Ok(Settled::Failed(PageState::Missing));
    }
    let Some(capture) = keep_row(conn, arrival, keeping)? else {
        // The same capture is already stored: only the time of the check is new.
        let is_stored = articles::touch(conn, page, at)?;
        return Ok(if is_stored { Settled::Unchanged } else { Settled::Failed(PageState::NotArticle) });
    };
    let captured = arrival.captured();
    keep_market(conn, capture, extraction, captured, &keeping.calendar)?;
    keep_warnings(conn, capture, warnings)?;
    if not_story.is_some() {
        return Ok(Settled::Failed(PageState::NotArticle));
    }
    let incoming = arrival.incoming(capture);
    let settled = match articles::keep(conn, &incoming)? {
        Kept::As(settled) => {
            drafts::forget_of_site(conn, page)?;
            settled
        }
        Kept::Lacking(losses) => drafts::observe(conn, &incoming, &losses)?,
    };
    if keeping.keep_raw == KeepRaw::Latest && settled != Settled::Drafted {
        images::move_to(conn, page, capture)?;
        articles::move_to(conn, page, capture)?;
        raw::forget_others(conn, page, capture)?;
    }
    keeping.keep_images(conn, &incoming)?;
    // From now on the page itself speaks.
    conn.prepare_cached("UPDATE pages SET by_feed = 0 WHERE id = ?1 AND by_feed = 1")?
        .execute([page.0])?;
    Ok(settled)
}

/// Keeps what stood beside the story of a new capture: boards, lists and the strip. What nothing dates is a warning.
fn keep_market(
    conn: &Connection,
    capture: i64,
    extraction: &Extraction,
    captured: Option<Captured>,
    calendar: &MarketCalendar,
) -> Result<()> {
    let Extraction { strip, boards, most_read, .. } = extraction;
    if let Some(captured) = captured {
        // The strip is dated by the boards beside it.
        boards::keep(conn, capture, captured, boards, most_read)?;
        return strips::keep(conn, capture, extraction, captured, calendar);
    }
    let rows = [
        (WarningCode::StripUndated, strip.quotes.len()),
        (WarningCode::BoardsUndated, boards.iter().map(|it| it.rows.len()).sum()),
        (WarningCode::MostReadUndated, most_read.len()),
    ];
    let undated = rows.into_iter().filter(|it| 0 < it.1);
    let warnings: Vec<Warning> =
        undated.map(|(code, rows)| Warning::new(code, format!("{rows} rows"))).collect();
    keep_warnings(conn, capture, &warnings)
}

/// Keeps the row of a capture. Returns it, or `None` if the same capture is there already.
pub(super) fn keep_row(
    conn: &Connection,
    arrival: &Arrival<'_>,
    keeping: &Keeping,
) -> Result<Option<i64>> {
    let Arrival { page, key, raw: came, extraction, packed, at } = *arrival;
    let body = match keeping.keep_raw {
        KeepRaw::All | KeepRaw::Latest => Some(raw::keep(conn, packed)?),
        KeepRaw::None => None,
    };
    let RawPage {
        url: _,
        body: _,
        content_type,
        captured_at: _,
        source,
        status,
        validators,
        heads,
        feed,
    } = came;
    let Validators { etag, last_modified } = validators;
    let captured = arrival.captured();
    let added = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO captures (article_id, url, host, site_id, captured_at, day, fetched_at, source, status,
                 content_type, etag, last_modified, sha256, bytes, body_id, extractor, feed_url)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(params![
            page.0,
            arrival.url(),
            key.host,
            key.id,
            captured.map(|it| it.to_string()),
            captured.map(|it| keeping.calendar.day_of(it).to_string()),
            stamp(at),
            source.code(),
            status,
            content_type,
            etag,
            last_modified,
            packed.sha256,
            packed.bytes,
            body,
            extraction.extractor,
            feed.as_ref().map(Url::as_str),
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

/// Keeps what a reader of a capture should know.
pub(in crate::store) fn keep_warnings(
    conn: &Connection,
    capture: i64,
    warnings: &[Warning],
) -> Result<()> {
    let mut insert =
        conn.prepare_cached("INSERT INTO warnings (capture_id, code, detail) VALUES (?1, ?2, ?3)")?;
    for Warning { code, detail } in warnings {
        insert.execute(params![capture, code.code(), detail])?;
    }
    Ok(())
}
