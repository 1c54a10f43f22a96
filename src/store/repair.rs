//! Repair: puts right what follows from the rest of the archive, and makes the file smaller. What is wrong is found by
//! `verify`; what has to be read again from raw pages is read by `jobs`.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params, types::ValueRef};

use crate::model::{Extraction, MarketCalendar};

use super::{
    bodies::raw,
    checksums::{self, Sums},
    content::{boards, full_text, strips},
    error::Result,
    moment::stamp,
    reader::Reader,
    schema,
    writer::Writer,
};

impl Writer {
    /// Puts right what follows from the rest of the archive.
    pub async fn repair(&self, at: DateTime<Utc>) -> Result<()> {
        let (sums, calendar) = (self.sums.clone(), self.calendar.clone());
        self.call(move |conn| {
            schema::repair(conn)?;
            forget_differing(conn, &sums)?;
            undate_future(conn, at, &calendar)?;
            conn.execute_batch(
                // Pieces that reach beyond their story are read again from the page.
                "DELETE FROM block_spans WHERE article_id IN (
                     SELECT s.article_id FROM block_spans s JOIN articles a ON a.id = s.article_id
                      WHERE s.start IS NOT NULL AND length(a.body) < s.start + s.length - 1);
                 UPDATE pages SET claimed_by = NULL WHERE claimed_by IS NOT NULL;
                 UPDATE pages SET by_feed = 0 WHERE by_feed AND id NOT IN (SELECT id FROM articles);
                 UPDATE pages SET state = 'stored', reason = NULL
                  WHERE state <> 'stored' AND NOT by_feed AND id IN (SELECT id FROM articles);
                 UPDATE articles SET version = 1 + (SELECT count(*) FROM old_versions o WHERE o.article_id = articles.id)
                  WHERE version <> 1 + (SELECT count(*) FROM old_versions o WHERE o.article_id = articles.id);
                 UPDATE strips SET captures = (SELECT count(*) FROM captures c WHERE c.strip_id = strips.id)
                  WHERE captures < (SELECT count(*) FROM captures c WHERE c.strip_id = strips.id);
                 UPDATE boards SET captures = (SELECT count(*) FROM capture_boards l WHERE l.board_id = boards.id)
                  WHERE captures <> (SELECT count(*) FROM capture_boards l WHERE l.board_id = boards.id);
                 UPDATE most_read_lists
                    SET captures = (SELECT count(*) FROM capture_most_read l WHERE l.list_id = most_read_lists.id)
                  WHERE captures <> (SELECT count(*) FROM capture_most_read l WHERE l.list_id = most_read_lists.id);
                 UPDATE quotes SET captured_at = (SELECT captured_at FROM strips s WHERE s.id = strip_id),
                        day = (SELECT day FROM strips s WHERE s.id = strip_id)
                  WHERE EXISTS (SELECT 1 FROM strips s WHERE s.id = strip_id
                                   AND (s.captured_at <> quotes.captured_at OR s.day <> quotes.day));
                 UPDATE day_readings
                    SET listed = c.listed, stored = c.stored, blocked = c.blocked, missing = c.missing,
                        failed = c.failed, of_day = c.of_day
                   FROM day_counts c WHERE c.reading_id = day_readings.id;",
            )?;
            full_text::rebuild(conn)?;
            sums.renew(conn)?;
            // A page that counts as stored and has no article is asked for again.
            conn.execute(
                "UPDATE pages SET state = 'new', reason = NULL, due_at = ?1
                  WHERE state = 'stored' AND id NOT IN (SELECT id FROM articles)",
                [stamp(at)],
            )?;
            Ok(())
        })
        .await
    }

    /// Begins a repair: the checksums of rows that differ from them are left alone until [`Self::end_repair`].
    pub async fn begin_repair(&self) -> Result<()> {
        let sums = self.sums.clone();
        self.call(move |conn| sums.freeze(conn)).await
    }

    /// Ends a repair: every checksum is kept up again.
    pub fn end_repair(&self) {
        self.sums.thaw();
    }

    /// Takes rows and objects of the schema as they are. Returns how many there were that the program did not store.
    pub async fn accept(&self) -> Result<usize> {
        // In two steps: what the first stores is among the rows of the second.
        let objects = self.call(schema::accept).await?;
        Ok(objects + self.call(checksums::accept).await?)
    }

    /// Recompresses these bodies where that makes them smaller. Returns the number of bytes saved.
    pub async fn compact(&self, bodies: Vec<(i64, Vec<u8>)>) -> Result<u64> {
        let packed: Vec<_> =
            bodies.iter().map(|(id, body)| Ok((*id, self.packer.pack(body)?))).collect::<Result<_>>()?;
        self.call(move |conn| {
            packed.iter().try_fold(0, |saved, (id, packed)| Ok(saved + raw::replace(conn, *id, packed)?))
        })
        .await
    }

    /// Checkpoints the write-ahead log: its pages are moved into the file.
    pub fn checkpoint(path: &Path) -> Result<()> {
        let conn = Connection::open(path)?;
        conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }

    /// Gives the room that was gained back to the system.
    pub fn shrink(path: &Path) -> Result<()> {
        let conn = Connection::open(path)?;
        conn.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }
}

/// Takes the time from captures of the future, and what they showed of the market from its days: a clock was wrong, and no better
/// time is known. Where most captures are of the future it is today's clock that is wrong, and they stay.
fn undate_future(conn: &Connection, at: DateTime<Utc>, calendar: &MarketCalendar) -> Result<()> {
    let tomorrow = stamp(at + TimeDelta::days(1));
    let mut query = conn.prepare_cached("SELECT id FROM captures WHERE ?1 < captured_at")?;
    let captures =
        query.query_map([&tomorrow], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    let dated: usize =
        conn.query_row("SELECT count(captured_at) FROM captures", [], |row| row.get(0))?;
    if dated < 2 * captures.len() {
        return Ok(());
    }
    for capture in captures {
        boards::reread(conn, capture, None, &[], &[])?;
        strips::reread(conn, capture, &Extraction::default(), None, calendar)?;
        conn.prepare_cached("UPDATE captures SET captured_at = NULL, day = NULL WHERE id = ?1")?
            .execute([capture])?;
    }
    for sql in [
        "UPDATE articles SET version_seen_at = NULL WHERE ?1 < version_seen_at",
        "UPDATE old_versions SET seen_at = NULL WHERE ?1 < seen_at",
    ] {
        conn.execute(sql, [&tomorrow])?;
    }
    Ok(())
}

/// Forgets rows that differ from their checksums and are read again from raw pages.
fn forget_differing(conn: &Connection, sums: &Sums) -> Result<()> {
    for (table, owner) in [
        ("articles", "id"),
        ("article_links", "article_id"),
        ("block_spans", "article_id"),
        ("tags", "article_id"),
    ] {
        for id in sums.frozen(table) {
            make_readable(conn, table, owner, id)?;
        }
    }
    for (table, sql) in [
        // A text that is not the one of its hash is taken from the page, with everything beside it.
        ("articles", "UPDATE articles SET content_hash = '' WHERE id = ?1"),
        ("article_links", "UPDATE articles SET content_hash = '' WHERE id = ?1"),
        ("block_spans", "UPDATE articles SET content_hash = '' WHERE id = ?1"),
        ("mentions", "INSERT OR REPLACE INTO unsettled (article_id) VALUES (?1)"),
        ("copies", "INSERT OR REPLACE INTO unsettled (article_id) VALUES (?1)"),
        ("novelty", "INSERT OR REPLACE INTO unsettled (article_id) VALUES (?1)"),
        ("tags", "UPDATE articles SET content_hash = '' WHERE id = ?1"),
        ("quotes", "DELETE FROM quotes WHERE strip_id = ?1"),
        ("board_rows", "DELETE FROM board_rows WHERE board_id = ?1"),
        ("most_read_rows", "DELETE FROM most_read_rows WHERE list_id = ?1"),
    ] {
        for owner in sums.frozen(table) {
            conn.execute(sql, [owner])?;
        }
    }
    Ok(())
}

/// Replaces invalid UTF-8 in the text columns of some rows: a changed bit may leave bytes that SQLite cannot return as text, not even to
/// be overwritten with what was stored.
fn make_readable(conn: &Connection, table: &str, owner: &str, id: i64) -> Result<()> {
    let mut query = conn.prepare(&format!("SELECT * FROM {table} WHERE {owner} = ?1"))?;
    let columns: Vec<String> = query.column_names().map(str::to_owned).collect();
    let mut broken = Vec::new();
    let mut rows = query.query([id])?;
    while let Some(row) = rows.next()? {
        for (place, column) in columns.iter().enumerate() {
            if let ValueRef::Text(bytes) = row.get_ref(place)?
                && std::str::from_utf8(bytes).is_err()
            {
                broken.push((column, bytes.to_vec()));
            }
        }
    }
    for (column, bytes) in broken {
        // A word that the schema does not know stays, and stays a finding.
        let sql = format!(
            "UPDATE OR IGNORE {table} SET {column} = ?1 WHERE {owner} = ?2 AND CAST({column} AS BLOB) = ?3"
        );
        conn.execute(&sql, params![String::from_utf8_lossy(&bytes), id, bytes])?;
    }
    Ok(())
}

impl Reader {
    /// Returns the rows of bodies that are compressed alone and large enough to be compressed against others.
    pub fn loose_bodies(&self) -> Result<Vec<i64>> {
        let sql = "SELECT id FROM bodies WHERE reference_id IS NULL AND 4096 < bytes ORDER BY id";
        let mut query = self.conn.prepare(sql)?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the bytes of a body, exactly as they came.
    pub fn body(&self, id: i64) -> Result<Vec<u8>> {
        self.unpacker.borrow_mut().read(&self.conn, id)
    }
}
