//! Stories that a feed carries. A page beats a feed, and a feed takes nothing away: an item is kept only while the page of its
//! story was never read, and only where it says something new. What an item says is read in `extract`.

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::Settled;

use super::{
    articles::{self, Kept},
    captures::{self, Arrival, Keeping},
    drafts, wording,
};
use crate::store::error::Result;

/// What is known of the page that an item of a feed tells of.
struct KnownPage {
    is_stored: bool,
    /// The hash of its article, where a feed brought it.
    content_hash: Option<String>,
}

/// Keeps an item of a feed as a capture, and what it says as an article. Returns what that meant for the archive.
pub(in crate::store) fn keep(
    conn: &Connection,
    arrival: &Arrival<'_>,
    keeping: &Keeping,
) -> Result<Settled> {
    let Arrival { page, extraction, .. } = *arrival;
    let draft = &extraction.draft;
    let sql = "SELECT p.state = 'stored' OR p.reason IS 'forgotten', a.content_hash FROM pages p LEFT JOIN articles a ON a.id = p.id WHERE p.id = ?1";
    let known = conn
        .prepare_cached(sql)?
        .query_row([page.0], |row| Ok(KnownPage { is_stored: row.get(0)?, content_hash: row.get(1)? }));
    let Some(known) = known.optional()? else { return Ok(Settled::Unchanged) };
    let is_story = extraction.not_story.is_none() && !draft.body().is_empty();
    let is_new = known.content_hash.is_none_or(|it| it != wording::content_hash(draft));
    if known.is_stored || !is_story || !is_new {
        return Ok(Settled::Unchanged);
    }
    let Some(capture) = captures::keep_row(conn, arrival, keeping)? else {
        return Ok(Settled::Unchanged);
    };
    captures::keep_warnings(conn, capture, &extraction.warnings)?;
    let incoming = arrival.incoming(capture);
    let settled = match articles::keep(conn, &incoming)? {
        Kept::As(settled) => settled,
        Kept::Lacking(losses) => drafts::observe(conn, &incoming, &losses)?,
    };
    keeping.keep_images(conn, &incoming)?;
    conn.prepare_cached("UPDATE pages SET by_feed = 1 WHERE id = ?1")?.execute(params![page.0])?;
    Ok(settled)
}
