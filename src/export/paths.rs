//! What a path leads to: a database, a part of one, the same place as another path. What follows for an output is decided in
//! `file`.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

/// The first bytes of every SQLite database (<https://sqlite.org/fileformat.html>, section 1.3).
pub(super) const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";
/// What SQLite and this program keep beside a database, under its name.
const DATABASE_PARTS: [&str; 4] = ["-wal", "-shm", "-journal", ".lock"];

/// Returns the folder of a path.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file is an SQLite database, whatever its name.
pub(super) fn is_database(path: &Path) -> bool {
    let mut head = [0; SQLITE_MAGIC.len()];
    File::open(path).and_then(|mut it| it.read_exact(&mut head)).is_ok() && head == *SQLITE_MAGIC
}

/// Returns the path of the database whose log or lock has this name.
pub(super) fn database_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let part = DATABASE_PARTS.iter().find(|it| lower.ends_with(**it))?;
    Some(path.with_file_name(&name[..name.len() - part.len()]))
}

/// Whether two paths lead to one place, whatever their spelling.
pub(super) fn is_same(a: &Path, b: &Path) -> bool {
    fn whole(path: &Path) -> Option<PathBuf> {
        let name = path.file_name()?;
        path.canonicalize().ok().or_else(|| Some(parent(path).canonicalize().ok()?.join(name)))
    }
    a == b || whole(a).is_some_and(|it| Some(it) == whole(b)) || is_one_file(a, b)
}

#[cfg(unix)]
fn is_one_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| fs::metadata(path).ok().map(|it| (it.dev(), it.ino()));
    id(a).is_some_and(|it| Some(it) == id(b))
}

#[cfg(not(unix))]
fn is_one_file(_: &Path, _: &Path) -> bool {
    false
}
