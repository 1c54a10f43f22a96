//! Forgetting a story: everything that was kept of it goes, and its page stays as a tombstone that nobody asks for again. What other
//! pages say of it is theirs. Which story is meant is found by `answers`.

use rusqlite::{Connection, params};

use crate::model::{Extraction, MarketCalendar, PageId, PageState};

use super::{
    bodies::raw,
    content::{boards, full_text, images, strips},
    error::Result,
    queue::forgotten::FORGOTTEN,
    reader::Reader,
    writer::Writer,
};

/// What stands for an address in the audit of requests.
const NO_ADDRESS: &str = "forgotten:";

/// What is kept of a story, and what names it elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traces {
    /// The number of its captures.
    pub captures: u64,
    /// The number of its wordings, drafts included.
    pub wordings: u64,
    /// The number of its raw pages.
    pub bodies: u64,
    /// The number of pictures that no other story has.
    pub images: u64,
    /// The number of raw pages of other stories that are compressed against one of its own.
    pub repacked: u64,
    /// The number of other stories that link to it.
    pub linked_by: u64,
    /// The number of most-read lists that name it.
    pub listed_by: u64,
}

impl Reader {
    /// Returns what is kept of a story.
    pub fn traces(&self, page: PageId) -> Result<Traces> {
        traces(&self.conn, page)
    }
}

impl Writer {
    /// Forgets a story. Returns what was kept of it. The room it took is overwritten.
    pub async fn forget(&self, page: PageId) -> Result<Traces> {
        let calendar = self.calendar.clone();
        self.call(move |conn| {
            // What is deleted would stay in free pages of the file.
            conn.pragma_update(None, "secure_delete", true)?;
            let traces = traces(conn, page)?;
            forget(conn, page, &calendar)?;
            Ok(traces)
        })
        .await
    }
}

fn traces(conn: &Connection, page: PageId) -> Result<Traces> {
    let count = |sql: &str| -> Result<u64> {
        Ok(conn.prepare_cached(sql)?.query_row([page.0], |row| row.get(0))?)
    };
    let references = references(conn, page)?;
    let mut repacked = 0;
    for reference in references {
        let sql = "SELECT count(*) FROM bodies WHERE reference_id = ?1";
        repacked += conn.prepare_cached(sql)?.query_row([reference], |row| row.get::<_, u64>(0))?;
    }
    Ok(Traces {
        captures: count("SELECT count(*) FROM captures WHERE article_id = ?1")?,
        wordings: count(
            "SELECT (SELECT count(*) FROM articles WHERE id = ?1) + (SELECT count(*) FROM old_versions WHERE article_id = ?1)
                  + (SELECT count(*) FROM drafts JOIN captures c ON c.id = capture_id WHERE c.article_id = ?1)",
        )?,
        bodies: own_bodies(conn, page)?.len() as u64,
        images: images::own(conn, page)?,
        repacked,
        linked_by: count(
            "SELECT count(DISTINCT l.article_id) FROM article_links l JOIN pages p ON p.id = ?1
              WHERE l.target_host = p.host AND l.target_site_id = p.site_id AND l.article_id <> ?1",
        )?,
        listed_by: count(
            "SELECT count(DISTINCT r.list_id) FROM most_read_rows r JOIN pages p ON p.id = ?1
              WHERE r.host = p.host AND r.site_id = p.site_id",
        )?,
    })
}

/// Returns the bodies that only captures of this page have.
fn own_bodies(conn: &Connection, page: PageId) -> Result<Vec<i64>> {
    let mut query = conn.prepare_cached(
        "SELECT DISTINCT body_id FROM captures c WHERE article_id = ?1 AND body_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM captures o WHERE o.body_id = c.body_id AND o.article_id IS NOT ?1)",
    )?;
    let rows = query.query_map([page.0], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Returns the references that one of these bodies is a part of.
fn references(conn: &Connection, page: PageId) -> Result<Vec<i64>> {
    let mut unpacker = raw::Unpacker::default();
    // What cannot be read any more cannot be looked for; it goes all the same.
    let bodies: Vec<Vec<u8>> =
        own_bodies(conn, page)?.iter().filter_map(|it| unpacker.read(conn, *it).ok()).collect();
    let mut query = conn.prepare_cached("SELECT id FROM body_references ORDER BY id")?;
    let ids = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut found = Vec::new();
    for id in ids {
        let pages = raw::reference_pages(conn, id)?;
        if bodies.iter().any(|it| !it.is_empty() && memchr::memmem::find(&pages, it).is_some()) {
            found.push(id);
        }
    }
    Ok(found)
}

fn forget(conn: &Connection, page: PageId, calendar: &MarketCalendar) -> Result<()> {
    let (bodies, references) = (own_bodies(conn, page)?, references(conn, page)?);
    for reference in references {
        raw::dissolve(conn, reference, &bodies)?;
    }
    let mut query = conn.prepare_cached("SELECT id FROM captures WHERE article_id = ?1")?;
    let captures =
        query.query_map([page.0], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    for capture in &captures {
        // What the page showed of the market goes with it, unless another capture shows it, too.
        boards::reread(conn, *capture, None, &[], &[])?;
        strips::reread(conn, *capture, &Extraction::default(), None, calendar)?;
    }
    full_text::collect(conn)?;
    images::forget(conn, page, NO_ADDRESS)?;
    for sql in [
        "UPDATE requests SET url = ?2
          WHERE url IN (SELECT url FROM captures WHERE article_id = ?1 UNION SELECT url FROM pages WHERE id = ?1)",
        "DELETE FROM block_spans WHERE article_id = ?1 AND ?2 IS NOT NULL",
        "DELETE FROM article_links WHERE article_id = ?1 AND ?2 IS NOT NULL",
        "DELETE FROM tags WHERE article_id = ?1 AND ?2 IS NOT NULL",
        "DELETE FROM mentions WHERE article_id = ?1 AND ?2 IS NOT NULL",
        // How new the stories after it are is worked out again, and whose text was its text is compared again.
        "INSERT OR IGNORE INTO unsettled (article_id, has_names)
         SELECT DISTINCT n.article_id, 1 FROM novelty f JOIN novelty n ON n.symbol = f.symbol AND n.article_id <> f.article_id
          WHERE f.article_id = ?1 AND ?2 IS NOT NULL
            AND (SELECT published_on FROM articles WHERE id = n.article_id)
                BETWEEN (SELECT published_on FROM articles WHERE id = ?1)
                    AND (SELECT date(published_on, '+7 days') FROM articles WHERE id = ?1)",
        "DELETE FROM novelty WHERE article_id = ?1 AND ?2 IS NOT NULL",
        "INSERT OR IGNORE INTO unsettled (article_id, has_names)
         SELECT article_id, 1 FROM copies WHERE first_id = ?1 AND ?2 IS NOT NULL",
        "DELETE FROM copies WHERE ?1 IN (article_id, first_id) AND ?2 IS NOT NULL",
        "DELETE FROM old_versions WHERE article_id = ?1 AND ?2 IS NOT NULL",
        "DELETE FROM articles WHERE id = ?1 AND ?2 IS NOT NULL",
        "DELETE FROM offers WHERE page_id = ?1 AND ?2 IS NOT NULL",
    ] {
        conn.prepare_cached(sql)?.execute(params![page.0, NO_ADDRESS])?;
    }
    for capture in captures {
        for sql in [
            "DELETE FROM drafts WHERE capture_id = ?1",
            "DELETE FROM warnings WHERE capture_id = ?1",
            "DELETE FROM capture_heads WHERE capture_id = ?1",
            "DELETE FROM captures WHERE id = ?1",
        ] {
            conn.prepare_cached(sql)?.execute([capture])?;
        }
    }
    for body in bodies {
        conn.prepare_cached("DELETE FROM bodies WHERE id = ?1")?.execute([body])?;
    }
    // An id that was guessed would be guessed again; an address that is known would be asked for.
    conn.prepare_cached(
        "UPDATE pages SET state = ?2, reason = ?3, url = NULL, via = 'file', failures = 0, due_at = NULL, claimed_by = NULL,
                etag = NULL, last_modified = NULL, listed_at = NULL, by_feed = 0
          WHERE id = ?1",
    )?
    .execute(params![page.0, PageState::Missing.code(), FORGOTTEN])?;
    full_text::finish(conn)?;
    // Words of the story are in the index until its parts are merged.
    full_text::optimize(conn)?;
    Ok(())
}
