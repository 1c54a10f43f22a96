//! Forward-only migrations, counted by `PRAGMA user_version`.

use std::path::Path;

use rusqlite::Connection;

use super::{Result, StoreError};

/// "TSHT": tells our files from other SQLite files (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x5453_4854;

/// A page, the least a database can have.
const SMALLEST_DATABASE: u64 = 512;

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_init.sql"),
    include_str!("../../migrations/0002_web_archives.sql"),
    include_str!("../../migrations/0003_index_in_bulk.sql"),
    include_str!("../../migrations/0004_growth.sql"),
];

/// The schema that this program writes.
pub(super) const CURRENT: usize = MIGRATIONS.len();

/// Bring an archive of this schema to today's.
pub(super) fn migrate(conn: &mut Connection, found: usize) -> Result<()> {
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let batch = conn.transaction()?;
        batch.execute_batch(sql)?;
        batch.pragma_update(None, "user_version", index + 1)?;
        batch.pragma_update(None, "application_id", APPLICATION_ID)?;
        batch.commit()?;
    }
    Ok(())
}

/// The schema of an archive; 0 for an empty file.
pub(super) fn check(conn: &Connection, path: &Path) -> Result<usize> {
    let not_ours = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::NotAnArchive { path: path.to_owned() },
        _ => StoreError::from(error),
    };
    // SQLite takes a file of a few bytes for an empty database, and would write over it.
    let length = std::fs::metadata(path).map_or(0, |it| it.len());
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
