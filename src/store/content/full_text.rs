//! The full-text index, kept up in bulk: what changes is collected, and indexed once at the end of a transaction. It is asked by
//! `answers/search`.
//!
//! FTS5 writes the words it has collected whenever a statement with triggers begins: a segment for each article, and
//! merges of segments ever after. So the writer has the triggers of `articles` note what changes (see `unindexed` in
//! the migrations), and indexes it at the end of its transaction: killed in between, both are undone.

use rusqlite::{Connection, Result};

/// Starts collecting what this operation changes, to be indexed at the end of the transaction.
pub(in crate::store) fn collect(conn: &Connection) -> Result<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO unindexed (id, is_indexed) VALUES (0, 0)")?.execute([])?;
    Ok(())
}

/// Indexes what was collected so far, for a question within the transaction. Collecting goes on.
pub(in crate::store) fn catch_up(conn: &Connection) -> Result<()> {
    if !conn.prepare_cached("SELECT 1 FROM unindexed WHERE 0 < id")?.exists([])? {
        return Ok(());
    }
    // In the order of their ids: anything else makes FTS5 write a segment.
    for sql in [
        "INSERT INTO articles_fts (articles_fts, rowid, headline, summary, body, byline)
         SELECT 'delete', id, headline, summary, body, byline FROM unindexed WHERE is_indexed ORDER BY id",
        "INSERT INTO articles_fts (rowid, headline, summary, body, byline)
         SELECT a.id, a.headline, a.summary, a.body, a.byline
           FROM unindexed u CROSS JOIN articles a ON a.id = u.id ORDER BY u.id",
        "DELETE FROM unindexed WHERE 0 < id",
    ] {
        conn.prepare_cached(sql)?.execute([])?;
    }
    flush(conn)
}

/// Has FTS5 write what it still holds in memory, as it would at the end of the transaction: the sums of its rows are written before that.
fn flush(conn: &Connection) -> Result<()> {
    command(conn, "flush")
}

/// Puts a new index in the place of this one.
pub(in crate::store) fn rebuild(conn: &Connection) -> Result<()> {
    command(conn, "rebuild")?;
    flush(conn)
}

/// Merges the whole index into one segment: of what was deleted nothing is left.
pub(in crate::store) fn optimize(conn: &Connection) -> Result<()> {
    command(conn, "optimize")?;
    flush(conn)
}

/// Gives FTS5 one of its commands.
fn command(conn: &Connection, name: &str) -> Result<()> {
    conn.prepare_cached("INSERT INTO articles_fts (articles_fts) VALUES (?1)")?.execute([name])?;
    Ok(())
}

/// Indexes what was collected, and stops collecting: the transaction ends.
pub(in crate::store) fn finish(conn: &Connection) -> Result<()> {
    catch_up(conn)?;
    if conn.prepare_cached("SELECT 1 FROM unindexed")?.exists([])? {
        conn.prepare_cached("DELETE FROM unindexed")?.execute([])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::{Opened, open_current};

    fn archive(dir: &tempfile::TempDir) -> Connection {
        let Opened { conn, lock: _lock, .. } =
            open_current(&dir.path().join("a.db"), || false).expect("an archive");
        // An article needs no page, capture or run here.
        conn.pragma_update(None, "foreign_keys", false).expect("a setting");
        conn
    }

    fn insert(conn: &Connection, id: i64, body: &str) {
        conn.execute(
            "INSERT INTO articles (id, host, site_id, authors, word_count, version, content_hash, first_seen_at,
                 last_checked_at, capture_id, origins_json, summary, body)
             VALUES (?1, 'h', ?1, '[]', 1, 1, '', '', '', 1, '{}', '', ?2)",
            rusqlite::params![id, body],
        )
        .expect("a row");
    }

    #[track_caller]
    fn check(conn: &Connection, word: &str, expect: &[i64]) {
        let sql = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?1 ORDER BY rowid";
        let mut query = conn.prepare(sql).expect("a statement");
        let rows = query.query_map([word], |row| row.get(0)).expect("rows");
        assert_eq!(rows.collect::<Result<Vec<i64>>>().expect("ids"), expect, "{word}");
    }

    fn is_whole(conn: &Connection) {
        conn.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)", [])
            .expect("the index is that of the articles");
    }

    #[test]
    fn what_changes_in_a_transaction_is_indexed_at_its_end() {
        let dir = tempfile::tempdir().expect("a folder");
        let conn = archive(&dir);
        for (id, body) in [(1, "rupee"), (2, "dollar"), (3, "cotton"), (4, "sugar")] {
            insert(&conn, id, body);
        }
        check(&conn, "rupee", &[1]);
        let batch = conn.unchecked_transaction().expect("a transaction");
        collect(&batch).expect("collecting");
        insert(&batch, 5, "wheat");
        insert(&batch, 6, "tea");
        insert(&batch, 7, "gold");
        check(&batch, "wheat", &[]);
        for sql in [
            "UPDATE articles SET body = 'cement' WHERE id IN (2, 5)",
            "UPDATE articles SET body = 'steel' WHERE id IN (2, 6)",
            "DELETE FROM articles WHERE id IN (3, 4, 7)",
        ] {
            batch.execute(sql, []).expect("a change");
        }
        insert(&batch, 4, "cotton");
        catch_up(&batch).expect("an index");
        check(&batch, "steel", &[2, 6]);
        batch.execute("UPDATE articles SET body = 'silver' WHERE id = 6", []).expect("a change");
        finish(&batch).expect("an index");
        batch.commit().expect("a commit");
        for (word, expect) in [
            ("rupee", &[1][..]),
            ("dollar", &[]),
            ("cotton", &[4]),
            ("sugar", &[]),
            ("wheat", &[]),
            ("tea", &[]),
            ("gold", &[]),
            ("cement", &[5]),
            ("steel", &[2]),
            ("silver", &[6]),
        ] {
            check(&conn, word, expect);
        }
        is_whole(&conn);
        // A writer beside us finds triggers that index at once.
        insert(&conn, 8, "copper");
        check(&conn, "copper", &[8]);
        is_whole(&conn);
    }

    #[test]
    fn a_transaction_that_is_undone_leaves_nothing_to_index() {
        let dir = tempfile::tempdir().expect("a folder");
        let conn = archive(&dir);
        let batch = conn.unchecked_transaction().expect("a transaction");
        collect(&batch).expect("collecting");
        insert(&batch, 1, "rupee");
        drop(batch);
        insert(&conn, 1, "dollar");
        check(&conn, "dollar", &[1]);
        check(&conn, "rupee", &[]);
        is_whole(&conn);
    }
}
