//! Opening an archive for writing: its lock is taken, its schema brought to today's, its connection set up. Operations are run
//! by `writer`; the file itself is copied, locked and removed by `archive_file`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rusqlite::{Connection, config::DbConfig};

use super::{
    archive_file, checksums,
    error::{Result, StoreError},
    interrupt, migrate,
};

/// An outside writer, such as a `sqlite3` shell, gets this long to finish.
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// A file that another program has open is looked at again after this.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const STATEMENTS_MAX: usize = 128;
/// Memory for pages of the file. Hashes come in no order: what an index over them needs next may be anywhere in it.
const CACHE_KIB: i64 = 64 << 10;
/// The pages of the write-ahead log at which it is checkpointed: a page that was written again and again goes into the file once.
const CHECKPOINT_PAGES: i64 = 8_000;

/// An archive of an earlier schema was brought to today's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The schema it had.
    pub from: usize,
    /// The schema it has.
    pub to: usize,
    /// Where the copy is that was made before.
    pub copy: PathBuf,
}

/// An archive that nobody else writes, of today's schema.
pub(super) struct Opened {
    pub(super) lock: File,
    pub(super) conn: Connection,
    pub(super) upgrade: Option<Upgrade>,
}

/// Opens or makes an archive, and brings one of an earlier schema to today's after a copy of it was made, unless it is over before that.
pub(super) fn open_current(
    path: &Path,
    should_stop: impl Fn() -> bool + Clone + Send + 'static,
) -> Result<Opened> {
    if path.is_dir() {
        return Err(StoreError::NotAFile { path: path.to_owned() });
    }
    let lock = archive_file::lock(path)?;
    let mut conn = Connection::open(path)?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Refuse before anything is changed.
    let found = migrate::check(&conn, path)?;
    let upgrade = match found {
        0 | migrate::CURRENT => None,
        from => {
            let to = migrate::CURRENT;
            tracing::info!("the archive has schema {from}: it is copied and brought to schema {to}");
            Some(Upgrade {
                from,
                to,
                copy: archive_file::copy_before(&conn, path, to, should_stop.clone())?,
            })
        }
    };
    use_log(&conn)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    match &upgrade {
        // It is made in a moment, and a file that is no archive yet helps nobody.
        None => migrate::migrate(&mut conn, found)?,
        Some(upgrade) => {
            interrupt::stop_when(&mut conn, should_stop)?;
            bring_up_to_date(&mut conn, upgrade)?;
        }
    }
    checksums::fill(&conn)?;
    interrupt::clear_stop(&mut conn)?;
    plan_once(&conn)?;
    Ok(Opened { lock, conn, upgrade })
}

/// Brings an archive of an earlier schema to today's. Where that is interrupted, the archive is as it was and needs no copy.
fn bring_up_to_date(conn: &mut Connection, upgrade: &Upgrade) -> Result<()> {
    let migrated = migrate::migrate(conn, upgrade.from);
    if let Err(StoreError::Interrupted) = migrated {
        let copy = &upgrade.copy;
        let what = || format!("cannot remove the copy `{}`", copy.display());
        fs::remove_file(copy).map_err(|source| StoreError::Io { what: what(), source })?;
    }
    migrated
}

/// Has SQLite write ahead to a log. It changes the mode of a file, such as a backup's, only while nobody else has it open, and does not
/// wait for that by itself.
fn use_log(conn: &Connection) -> Result<()> {
    let mut looks = BUSY_WAIT.as_millis() / LOOK_EVERY.as_millis();
    loop {
        match conn.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) && 0 < looks =>
            {
                looks -= 1;
                thread::sleep(LOOK_EVERY);
            }
            done => return Ok(done?),
        }
    }
}

/// Has SQLite plan each statement once, whatever values come: else it plans many of ours again for each value.
pub(super) fn plan_once(conn: &Connection) -> Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use super::*;

    #[test]
    fn an_archive_of_an_earlier_schema_may_be_interrupted_at_any_step() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.db");
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/archive/0001.db");
        fs::copy(fixture, &path).expect("a fixture");
        let copies = || {
            let names = fs::read_dir(dir.path()).expect("a folder").map(|it| it.expect("an entry"));
            names.filter(|it| it.file_name().to_string_lossy().contains("before")).count()
        };
        let mut schemas = Vec::new();
        // One look later each time, until nobody is in the way.
        for looks in 0.. {
            let count = Arc::new(AtomicU64::new(0));
            let should_stop = move || looks <= count.fetch_add(1, Ordering::Relaxed);
            let opened = open_current(&path, should_stop);
            let is_open = opened.is_ok();
            let error = opened.map(drop).err();
            assert!(matches!(error, None | Some(StoreError::Interrupted)), "{error:?}");
            let conn = Connection::open(&path).expect("a file");
            let schema = migrate::check(&conn, &path).expect("an archive");
            // There is a copy of what is no more.
            assert_eq!((copies(), schema), if schema == 1 { (0, 1) } else { (1, migrate::CURRENT) });
            schemas.push(schema);
            if is_open {
                break;
            }
        }
        assert!(schemas.is_sorted() && 10 < schemas.len(), "{schemas:?}");
    }
}
