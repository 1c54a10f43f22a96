//! Where an output goes, and how it gets there whole: it is written beside its place and renamed. Nothing here knows what
//! is written. It is no part of the sinks, since charts, metadata and web archives have the same place to go to.
//!
//! What is never replaced: an SQLite file (an archive is one, whatever its name), its log or lock, a link, a folder with
//! something in it, and the files that the caller guards. Devices and pipes are written straight.

use std::{
    ffi::OsStr,
    fs::{self, File, FileType, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

/// The first bytes of every SQLite database (<https://sqlite.org/fileformat.html>, section 1.3).
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";
/// What SQLite and this program keep beside a database, under its name.
const DATABASE_PARTS: [&str; 4] = ["-wal", "-shm", "-journal", ".lock"];

/// What a file and a folder may be used for before the user's mask.
const FILE_MODE: u32 = 0o666;
const FOLDER_MODE: u32 = 0o777;

/// What becomes of a regular file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced, once the new one is whole.
    Replace,
}

/// Why nothing is written to a place.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// A regular file, and nobody said that it may be replaced.
    #[error("`{}` exists already", .path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// An SQLite database: an archive, or somebody else's.
    #[error("`{}` is an SQLite database", .path.display())]
    Database {
        /// Where.
        path: PathBuf,
    },
    /// The name of a log or lock of a database.
    #[error("`{}` belongs to the database `{}`", .path.display(), .database.display())]
    DatabasePart {
        /// Where.
        path: PathBuf,
        /// Whose it is.
        database: PathBuf,
    },
    /// The archive or the configuration in force.
    #[error("`{}` is in use by this command", .path.display())]
    Guarded {
        /// Where.
        path: PathBuf,
    },
    /// A symbolic link: what it leads to may be anything.
    #[error("`{}` is a link", .path.display())]
    Link {
        /// Where.
        path: PathBuf,
    },
    /// A folder, and a file was wanted.
    #[error("`{}` is a folder", .path.display())]
    Folder {
        /// Where.
        path: PathBuf,
    },
    /// Something that no folder can take the place of.
    #[error("`{}` exists already", .path.display())]
    FolderTaken {
        /// Where.
        path: PathBuf,
    },
    /// The operating system said no.
    #[error("cannot write to {}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// A place for an output, judged before a byte is written and again before the output takes it.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
    existing: Existing,
    guarded: Vec<PathBuf>,
}

/// A file under way. It has its name only after [`OutFile::commit`]; dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct OutFile {
    place: Place,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// A device or a pipe.
    Straight(File),
    Beside(NamedTempFile),
}

/// A folder under way, as [`OutFile`].
#[derive(Debug)]
pub struct OutFolder {
    place: Place,
    beside: TempDir,
}

impl Place {
    /// A place, with the files that may never be replaced: the archive and the configuration in force.
    pub fn new(path: &Path, existing: Existing, guarded: Vec<PathBuf>) -> Self {
        Self { path: path.to_owned(), existing, guarded }
    }

    /// The path that was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begin a file. It is written straight where the place is a device or a pipe, else beside it.
    pub fn file(self) -> Result<OutFile, PlaceError> {
        if self.is_stream() {
            let file = OpenOptions::new().write(true).open(&self.path);
            let file = file.map_err(|source| self.io(source))?;
            return Ok(OutFile { place: self, target: Target::Straight(file) });
        }
        self.check_file()?;
        let beside = self.beside(FILE_MODE, |builder, folder| builder.tempfile_in(folder));
        let beside = beside.map_err(|source| self.io(source))?;
        Ok(OutFile { place: self, target: Target::Beside(beside) })
    }

    /// Write a file that is at hand as a whole.
    pub fn keep(self, bytes: &[u8]) -> Result<(), PlaceError> {
        let mut file = self.file()?;
        file.write_all(bytes).map_err(|source| file.place.io(source))?;
        file.commit()
    }

    /// Begin a folder beside the place. An empty folder that is there is replaced, nothing else.
    pub fn folder(self) -> Result<OutFolder, PlaceError> {
        self.check_folder()?;
        let beside = self.beside(FOLDER_MODE, |builder, folder| builder.tempdir_in(folder));
        let beside = beside.map_err(|source| self.io(source))?;
        Ok(OutFolder { place: self, beside })
    }

    /// Hidden, and under a name that nobody has: a user's own `NAME.partial` is left alone.
    fn beside<T>(
        &self,
        mode: u32,
        make: impl FnOnce(&tempfile::Builder<'_, '_>, &Path) -> io::Result<T>,
    ) -> io::Result<T> {
        let name = self.path.file_name().unwrap_or(OsStr::new("export")).to_string_lossy();
        let prefix = format!(".{name}.");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".partial");
        set_mode(&mut builder, mode);
        make(&builder, parent(&self.path))
    }

    /// Whether the place is no file at all: `/dev/stdout`, a pipe, a terminal.
    fn is_stream(&self) -> bool {
        // What a shell has opened for us has a name there, whatever it leads to.
        let is_opened = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc/self/fd"];
        if is_opened.iter().any(|it| self.path.starts_with(it)) {
            return true;
        }
        fs::metadata(&self.path).is_ok_and(|it| !it.is_file() && !it.is_dir())
    }

    fn check_file(&self) -> Result<(), PlaceError> {
        let path = self.path.clone();
        let Some(kind) = self.check_name()? else { return Ok(()) };
        if kind.is_dir() {
            return Err(PlaceError::Folder { path });
        }
        match self.existing {
            Existing::Keep => Err(PlaceError::Exists { path }),
            Existing::Replace => Ok(()),
        }
    }

    fn check_folder(&self) -> Result<(), PlaceError> {
        let Some(kind) = self.check_name()? else { return Ok(()) };
        let is_empty = kind.is_dir() && fs::read_dir(&self.path).is_ok_and(|mut it| it.next().is_none());
        if is_empty { Ok(()) } else { Err(PlaceError::FolderTaken { path: self.path.clone() }) }
    }

    /// What may never be replaced, whatever is written. Returns the kind of what is there, if anything is.
    fn check_name(&self) -> Result<Option<FileType>, PlaceError> {
        let path = || self.path.clone();
        if self.guarded.iter().any(|it| is_same(it, &self.path)) {
            return Err(PlaceError::Guarded { path: path() });
        }
        if let Some(database) = database_of(&self.path)
            && (is_database(&database) || self.guarded.iter().any(|it| is_same(it, &database)))
        {
            return Err(PlaceError::DatabasePart { path: path(), database });
        }
        let kind = match fs::symlink_metadata(&self.path) {
            Ok(found) => found.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.io(source)),
        };
        if kind.is_symlink() {
            return Err(PlaceError::Link { path: path() });
        }
        if kind.is_file() && is_database(&self.path) {
            return Err(PlaceError::Database { path: path() });
        }
        Ok(Some(kind))
    }

    fn io(&self, source: io::Error) -> PlaceError {
        PlaceError::Io { path: self.path.clone(), source }
    }
}

impl OutFile {
    /// A folder of its own for parts of the file, gone when it is dropped: beside the file, where there is room for it.
    pub fn scratch(&self) -> Result<TempDir, PlaceError> {
        let place = &self.place;
        let folder = match self.target {
            Target::Straight(_) => tempfile::tempdir(),
            Target::Beside(_) => place.beside(FOLDER_MODE, |builder, folder| builder.tempdir_in(folder)),
        };
        folder.map_err(|source| place.io(source))
    }

    /// The file beside its place that takes the bytes meanwhile; `None` for a device or a pipe.
    pub fn path(&self) -> Option<&Path> {
        match &self.target {
            Target::Straight(_) => None,
            Target::Beside(file) => Some(file.path()),
        }
    }

    /// Give the file its name, after its bytes are on the disk.
    pub fn commit(self) -> Result<(), PlaceError> {
        let Self { place, target } = self;
        let beside = match target {
            // A pipe has no disk, and a device may not know what a sync is.
            Target::Straight(mut file) => return file.flush().map_err(|source| place.io(source)),
            Target::Beside(beside) => beside,
        };
        place.check_file()?;
        beside.as_file().sync_all().map_err(|source| place.io(source))?;
        let persisted = match place.existing {
            Existing::Keep => beside.persist_noclobber(&place.path),
            Existing::Replace => {
                if let Ok(found) = fs::metadata(&place.path) {
                    let kept = beside.as_file().set_permissions(found.permissions());
                    kept.map_err(|source| place.io(source))?;
                }
                beside.persist(&place.path)
            }
        };
        persisted.map(|_| ()).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => PlaceError::Exists { path: place.path.clone() },
            _ => place.io(error.error),
        })
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Straight(file) => file.write(bytes),
            Target::Beside(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Straight(file) => file.flush(),
            Target::Beside(file) => file.flush(),
        }
    }
}

impl Seek for OutFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.target {
            Target::Straight(file) => file.seek(to),
            Target::Beside(file) => file.seek(to),
        }
    }
}

impl OutFolder {
    /// Where to write meanwhile.
    pub fn path(&self) -> &Path {
        self.beside.path()
    }

    /// Give the folder its name.
    pub fn commit(self) -> Result<(), PlaceError> {
        let Self { place, beside } = self;
        place.check_folder()?;
        match fs::remove_dir(&place.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(place.io(error)),
            _ => {}
        }
        fs::rename(beside.path(), &place.path).map_err(|source| place.io(source))?;
        // There is nothing left to remove under the old name.
        let _ = beside.keep();
        Ok(())
    }
}

/// As any program would make it: the user's mask takes away what it should.
#[cfg(unix)]
fn set_mode(builder: &mut tempfile::Builder<'_, '_>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn set_mode(_: &mut tempfile::Builder<'_, '_>, _: u32) {}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_database(path: &Path) -> bool {
    let mut head = [0; SQLITE_MAGIC.len()];
    File::open(path).and_then(|mut it| it.read_exact(&mut head)).is_ok() && head == *SQLITE_MAGIC
}

/// The database whose log or lock has this name.
fn database_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let part = DATABASE_PARTS.iter().find(|it| lower.ends_with(**it))?;
    Some(path.with_file_name(&name[..name.len() - part.len()]))
}

/// Whether two paths lead to one place, whatever their spelling.
fn is_same(a: &Path, b: &Path) -> bool {
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
