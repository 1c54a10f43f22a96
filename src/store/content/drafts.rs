//! Drafts: what a page says now and its article does not, since the article would lose something by it. A reading of the same
//! bytes stays a draft until the user accepts it; what the site itself says becomes a version once several visits over a day
//! saw it alike. Which losses matter is decided in `articles` and by `jobs`.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Captured, Field, PageId, Settled};

use super::{
    articles::{self, Cause, Incoming},
    wording,
};
use crate::store::{error::Result, moment::stamp};

/// The number of visits in a row that must see the same wording before it becomes a version.
const VISITS_MIN: u32 = 3;
/// The time that must lie between the first and the last of these visits.
const SPAN_MIN: TimeDelta = TimeDelta::days(1);

/// What the site said of an article at the visits before.
struct SeenDraft {
    capture: i64,
    content_hash: Option<String>,
    visits: u32,
    first_at: Option<Captured>,
}

/// Notes that the site says less than the article: as a draft, or as a version if it has said so for long enough. Returns what
/// that meant for the archive.
pub(in crate::store) fn observe(
    conn: &Connection,
    incoming: &Incoming<'_>,
    losses: &[Field],
) -> Result<Settled> {
    let hash = wording::content_hash(incoming.draft);
    let seen = seen(conn, incoming.page)?.filter(|it| it.content_hash.as_deref() == Some(&hash));
    let Some(seen) = seen else {
        forget_of_site(conn, incoming.page)?;
        keep(conn, incoming, losses)?;
        return Ok(Settled::Drafted);
    };
    let visits = seen.visits + 1;
    let span = seen.first_at.zip(incoming.captured).map(|(first, last)| moment(last) - moment(first));
    if VISITS_MIN <= visits && span.is_some_and(|it| SPAN_MIN <= it) {
        articles::replace(conn, incoming, &hash)?;
        forget_of_site(conn, incoming.page)?;
        return Ok(Settled::Updated);
    }
    conn.prepare_cached("UPDATE drafts SET visits = ?2 WHERE capture_id = ?1")?
        .execute(params![seen.capture, visits])?;
    Ok(Settled::Drafted)
}

/// Keeps what was read from a capture beside its article.
pub(in crate::store) fn keep(
    conn: &Connection,
    incoming: &Incoming<'_>,
    losses: &[Field],
) -> Result<()> {
    let draft = incoming.draft;
    let losses: Vec<&str> = losses.iter().map(|it| it.code()).collect();
    conn.prepare_cached(
        "INSERT OR REPLACE INTO drafts (capture_id, made_at, losses, headline, byline, summary, body, cause, content_hash,
             visits)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)",
    )?
    .execute(params![
        incoming.capture,
        stamp(incoming.at),
        serde_json::to_string(&losses).expect("words are JSON"),
        draft.headline,
        draft.byline,
        draft.summary.join("\n"),
        draft.body(),
        incoming.cause.code(),
        wording::content_hash(draft),
    ])?;
    Ok(())
}

/// Forgets the draft that was read from a capture.
pub(in crate::store) fn forget(conn: &Connection, capture: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM drafts WHERE capture_id = ?1")?.execute([capture])?;
    Ok(())
}

/// Deletes the drafts that the site's own pages made of an article: the site says everything again, or has a new wording.
pub(in crate::store) fn forget_of_site(conn: &Connection, page: PageId) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM drafts WHERE cause = ?2 AND capture_id IN (SELECT id FROM captures WHERE article_id = ?1)",
    )?
    .execute(params![page.0, Cause::Site.code()])?;
    Ok(())
}

fn seen(conn: &Connection, page: PageId) -> Result<Option<SeenDraft>> {
    let sql = "SELECT d.capture_id, d.content_hash, d.visits, c.captured_at
                 FROM captures c JOIN drafts d ON d.capture_id = c.id
                WHERE c.article_id = ?1 AND d.cause = ?2 ORDER BY d.capture_id DESC LIMIT 1";
    let found = conn.prepare_cached(sql)?.query_row(params![page.0, Cause::Site.code()], |row| {
        let first_at: Option<String> = row.get(3)?;
        Ok(SeenDraft {
            capture: row.get(0)?,
            content_hash: row.get(1)?,
            visits: row.get(2)?,
            first_at: first_at.and_then(|it| it.parse().ok()),
        })
    });
    Ok(found.optional()?)
}

/// The moment of a capture; of a bare day its first.
fn moment(captured: Captured) -> DateTime<Utc> {
    match captured {
        Captured::At(at) => at,
        Captured::On(day) => day.and_time(NaiveTime::MIN).and_utc(),
    }
}
