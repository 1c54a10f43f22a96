//! Forward-only migrations, counted by `PRAGMA user_version`: what an archive is, and how it becomes one of today. What the
//! schema says is in `migrations/`, with the rules in its README; no other code of ours may be called from here.

use std::path::Path;

use rusqlite::Connection;

use super::error::{Result, StoreError};

/// "TSHT": tells our files from other SQLite files (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x5453_4854;

/// The bytes of one page, the least a database can have.
const SMALLEST_DATABASE: u64 = 512;

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_init.sql"),
    include_str!("../../migrations/0002_web_archives.sql"),
    include_str!("../../migrations/0003_index_in_bulk.sql"),
    include_str!("../../migrations/0004_growth.sql"),
    include_str!("../../migrations/0005_ledger_counts.sql"),
    include_str!("../../migrations/0006_beside_the_story.sql"),
    include_str!("../../migrations/0007_checksums.sql"),
    include_str!("../../migrations/0008_point_in_time.sql"),
    include_str!("../../migrations/0009_companies_and_copies.sql"),
    include_str!("../../migrations/0010_images.sql"),
    include_str!("../../migrations/0011_facets.sql"),
    include_str!("../../migrations/0012_company_pages.sql"),
    include_str!("../../migrations/0013_versions_in_place.sql"),
];

/// The schema that this program writes.
pub(super) const CURRENT: usize = MIGRATIONS.len();

/// The schema of the archives that this program writes.
pub const SCHEMA: usize = CURRENT;

/// Brings an archive of this schema to today's.
pub(super) fn migrate(conn: &mut Connection, found: usize) -> Result<()> {
    apply(conn, MIGRATIONS, found)
}

/// Applies the migrations after the first `found` in one transaction. Foreign keys are off meanwhile, so that tables can be
/// rebuilt, and checked before the commit.
fn apply(conn: &mut Connection, migrations: &[&str], found: usize) -> Result<()> {
    if found == migrations.len() {
        return Ok(());
    }
    // Within a transaction the setting has no effect.
    conn.pragma_update(None, "foreign_keys", false)?;
    let applied = apply_unchecked(conn, migrations, found);
    conn.pragma_update(None, "foreign_keys", true)?;
    applied
}

fn apply_unchecked(conn: &mut Connection, migrations: &[&str], found: usize) -> Result<()> {
    let batch = conn.transaction()?;
    // An archive may be damaged already: that is for `verify` to find, and no reason to stay what it is.
    let dangling_before = dangling(&batch)?;
    for sql in &migrations[found..] {
        batch.execute_batch(sql)?;
    }
    let dangling_after = dangling(&batch)?;
    if dangling_before < dangling_after {
        let count = dangling_after - dangling_before;
        let detail =
            format!("in schema {} {count} rows would name rows that are not there", migrations.len());
        return Err(StoreError::Damaged(detail));
    }
    batch.pragma_update(None, "user_version", migrations.len())?;
    batch.pragma_update(None, "application_id", APPLICATION_ID)?;
    batch.commit()?;
    Ok(())
}

/// Returns how many rows name a row that is not there.
fn dangling(conn: &Connection) -> Result<usize> {
    Ok(conn.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?)
}

/// Returns the schema of an archive, 0 for an empty file.
pub(super) fn check(conn: &Connection, path: &Path) -> Result<usize> {
    let not_ours = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::NotAnArchive { path: path.to_owned() },
        _ => StoreError::from(error),
    };
    // SQLite takes a file of a few bytes for an empty database, and would write over it.
    let length = std::fs::metadata(path).map_or(0, |file| file.len());
    if 0 < length && length < SMALLEST_DATABASE {
        return Err(StoreError::NotAnArchive { path: path.to_owned() });
    }
    let application: i32 =
        conn.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(not_ours)?;
    let found: usize =
        conn.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(not_ours)?;
    let tables: usize =
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(not_ours)?;
    if application != APPLICATION_ID && 0 < tables {
        return Err(StoreError::NotAnArchive { path: path.to_owned() });
    }
    if CURRENT < found {
        return Err(StoreError::TooNew { path: path.to_owned(), found, known: CURRENT });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INIT: &str = "
        CREATE TABLE parents (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('a')));
        CREATE TABLE children (parent_id INTEGER NOT NULL REFERENCES parents(id));
        INSERT INTO parents VALUES (1, 'a'), (2, 'a');
        INSERT INTO children VALUES (1), (2);";
    const REBUILD: &str = "
        CREATE TABLE parents_new (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('a', 'b')));
        INSERT INTO parents_new SELECT * FROM parents;
        DROP TABLE parents;
        ALTER TABLE parents_new RENAME TO parents;";
    const LOSE_ONE: &str = "DELETE FROM parents WHERE id = 2";

    fn archive() -> Connection {
        let mut conn = Connection::open_in_memory().expect("memory");
        apply(&mut conn, &[INIT], 0).expect("a schema");
        conn
    }

    fn number(conn: &Connection, sql: &str) -> i64 {
        conn.query_row(sql, [], |row| row.get(0)).expect("a number")
    }

    #[test]
    fn a_table_that_others_refer_to_is_rebuilt() {
        let mut conn = archive();
        apply(&mut conn, &[INIT, REBUILD], 1).expect("rebuilt");
        assert_eq!(number(&conn, "PRAGMA user_version"), 2);
        assert_eq!(number(&conn, "SELECT count(*) FROM children JOIN parents ON id = parent_id"), 2);
        conn.execute("INSERT INTO parents VALUES (3, 'b')", []).expect("the new rule");
        // The rows of others are held by the new table, and references are enforced again.
        assert!(conn.execute("DELETE FROM parents WHERE id = 1", []).is_err());
    }

    #[test]
    fn a_migration_that_loses_rows_others_refer_to_is_undone() {
        let mut conn = archive();
        let lost = apply(&mut conn, &[INIT, REBUILD, LOSE_ONE], 1);
        assert!(matches!(lost, Err(StoreError::Damaged(_))), "{lost:?}");
        assert_eq!(number(&conn, "PRAGMA user_version"), 1);
        assert_eq!(number(&conn, "SELECT count(*) FROM parents"), 2);
        assert!(conn.execute("INSERT INTO parents VALUES (3, 'b')", []).is_err());
        assert_eq!(number(&conn, "PRAGMA foreign_keys"), 1);
    }

    #[test]
    fn an_archive_that_was_damaged_before_is_brought_up_to_date() {
        let mut conn = archive();
        conn.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM parents WHERE id = 2")
            .expect("damage");
        apply(&mut conn, &[INIT, REBUILD], 1).expect("rebuilt");
        assert_eq!(number(&conn, "PRAGMA user_version"), 2);
    }
}
