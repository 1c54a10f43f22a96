//! The archive as a file: who wrote it, removing it, and the copy that is made before its schema changes. What is in it is
//! the business of the rest of `store`.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection, MAIN_DB, OpenFlags,
    backup::{Backup, StepResult},
};

use super::{
    error::{Result, StoreError},
    interrupt, migrate,
};

/// The suffixes of files that a writer leaves beside an archive until it closes it. One of another archive would be taken for this one's.
const PARTS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The number of pages of 4 KiB that are copied between two looks whether to stop.
const PAGES_A_STEP: i32 = 1_024;

/// Returns which commands have written an archive of any schema; none for an archive that no run has written.
pub fn commands_of(path: &Path) -> Result<BTreeSet<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    if migrate::check(&conn, path)? == 0 {
        return Ok(BTreeSet::new());
    }
    let mut query = conn.prepare("SELECT DISTINCT command FROM runs")?;
    let commands = query.query_map([], |row| row.get(0))?;
    Ok(commands.collect::<rusqlite::Result<_>>()?)
}

/// Removes an archive that nobody else writes, and what is left beside it.
pub fn remove(path: &Path) -> Result<()> {
    let _lock = lock(path)?;
    for part in PARTS.iter().map(|it| with_suffix(path, it)).chain([path.to_owned()]) {
        match fs::remove_file(&part) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::Io {
                    what: format!("cannot remove `{}`", part.display()),
                    source,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes the writer's lock of an archive. Returns the lock file; dropping it releases the lock.
pub(super) fn lock(path: &Path) -> Result<File> {
    let lock_path = with_suffix(path, ".lock");
    let what = || format!("cannot open `{}`", lock_path.display());
    let file = OpenOptions::new().create(true).append(true).open(&lock_path);
    let file = file.map_err(|source| StoreError::Io { what: what(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Held { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StoreError::Io { what: what(), source }),
    }
}

/// Copies an archive beside itself, as `NAME.before-5.db`, before it is migrated to `schema`. Returns the path of the copy. Ends with
/// [`StoreError::Interrupted`] once `should_stop` returns true.
pub(super) fn copy_before(
    conn: &Connection,
    path: &Path,
    schema: usize,
    should_stop: impl FnMut() -> bool + Send + 'static,
) -> Result<PathBuf> {
    let copy = free_name(path, schema);
    let partial = with_suffix(&copy, ".partial");
    let copied = copy_to(conn, &partial, should_stop).and_then(|()| {
        let what = || format!("cannot name the copy `{}`", copy.display());
        fs::rename(&partial, &copy).map_err(|source| StoreError::Io { what: what(), source })
    });
    match copied {
        Ok(()) => Ok(copy),
        Err(error) => {
            // An incomplete copy is worse than no copy.
            let _ = fs::remove_file(&partial);
            match error {
                StoreError::Interrupted => Err(error),
                _ => Err(StoreError::NoCopy { copy, cause: error.to_string() }),
            }
        }
    }
}

/// Copies a snapshot of the archive to one file, and checks it, unless it is over before that.
pub(super) fn copy_to(
    conn: &Connection,
    to: &Path,
    mut should_stop: impl FnMut() -> bool + Send + 'static,
) -> Result<()> {
    let mut copy = Connection::open(to)?;
    // One snapshot for all steps, whatever is written meanwhile.
    let snapshot = conn.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    {
        let backup = Backup::new_with_names(conn, MAIN_DB, &mut copy, MAIN_DB)?;
        loop {
            match backup.step(PAGES_A_STEP)? {
                StepResult::Done => break,
                StepResult::More if should_stop() => return Err(StoreError::Interrupted),
                StepResult::More => {}
                _ => return Err(StoreError::Busy),
            }
        }
    }
    snapshot.finish()?;
    // A copy is one file.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    interrupt::stop_when(&mut copy, should_stop)?;
    let whole: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        return Err(StoreError::Damaged(whole));
    }
    copy.close().map_err(|it| it.1)?;
    Ok(())
}

/// A name that no file has: an archive may have been restored and brought up to date before.
fn free_name(path: &Path, schema: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = |number: usize| match number {
        1 => format!("{stem}.before-{schema}.db"),
        _ => format!("{stem}.before-{schema}.{number}.db"),
    };
    let mut names = (1..).map(|it| path.with_file_name(name(it)));
    names.find(|it| !it.exists()).expect("there are more numbers than files")
}

/// Returns the size of an archive in bytes, with the log beside it.
pub(super) fn size(path: &Path) -> u64 {
    let size = |it: PathBuf| fs::metadata(it).map_or(0, |file| file.len());
    size(path.to_owned()) + size(with_suffix(path, "-wal"))
}

/// Returns the room left on the disk of an archive in bytes; `None` where the system does not say.
#[cfg(unix)]
pub(super) fn free(path: &Path) -> Option<u64> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub(super) fn free(_: &Path) -> Option<u64> {
    None
}

/// Whether a program holds the lock of an archive.
pub(super) fn is_locked(path: &Path) -> bool {
    let lock = OpenOptions::new().append(true).open(with_suffix(path, ".lock"));
    lock.is_ok_and(|it| matches!(it.try_lock(), Err(TryLockError::WouldBlock)))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
