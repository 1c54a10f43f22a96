//! Where an output goes, and how it gets there complete: it is written beside its destination and then renamed. Nothing here
//! knows what is written. It is not part of the sinks, because charts, metadata and web archives are written the same way.
//!
//! Some things are never replaced: an SQLite file (an archive is one, whatever its name), its log or lock, a link, a folder that
//! is not empty, and the files that the caller guards. Devices and pipes are written straight.

use std::{
    ffi::OsStr,
    fs::{self, File, FileType, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

use super::{
    destination_error::DestinationError,
    paths::{database_of, is_database, is_same, parent},
};

/// The permissions of a file and of a folder, before the user's mask takes away from them.
const FILE_MODE: u32 = 0o666;
const FOLDER_MODE: u32 = 0o777;

/// What is done with a regular file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced, once the new one is whole.
    Replace,
}

/// A place for an output. It is checked before a byte is written, and again before the output gets its name.
#[derive(Debug, Clone)]
pub struct Destination {
    path: PathBuf,
    existing: Existing,
    guarded: Vec<PathBuf>,
}

/// A file under way. It gets its name in [`OutFile::commit`]; if it is dropped before that, nothing is left of it.
#[derive(Debug)]
pub struct OutFile {
    destination: Destination,
    target: OpenFile,
}

#[derive(Debug)]
enum OpenFile {
    /// A device or a pipe.
    Straight(File),
    /// A file beside the destination.
    Beside(NamedTempFile),
}

/// A folder under way, likewise.
#[derive(Debug)]
pub struct OutFolder {
    destination: Destination,
    beside: TempDir,
}

impl Destination {
    /// A destination. Of `guarded`, which are the archive and the configuration in force, no file is ever replaced.
    pub fn new(path: &Path, existing: Existing, guarded: Vec<PathBuf>) -> Self {
        Self { path: path.to_owned(), existing, guarded }
    }

    /// Returns the path that was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a file. A device or a pipe is written straight; any other file is written beside its destination.
    pub fn file(self) -> Result<OutFile, DestinationError> {
        if self.is_stream() {
            let file = OpenOptions::new().write(true).open(&self.path);
            let file = file.map_err(|source| self.io(source))?;
            return Ok(OutFile { destination: self, target: OpenFile::Straight(file) });
        }
        self.check_file()?;
        let beside = self.beside(FILE_MODE, |builder, folder| builder.tempfile_in(folder));
        let beside = beside.map_err(|source| self.io(source))?;
        Ok(OutFile { destination: self, target: OpenFile::Beside(beside) })
    }

    /// Writes a file of which all bytes are at hand.
    pub fn keep(self, bytes: &[u8]) -> Result<(), DestinationError> {
        let mut file = self.file()?;
        file.write_all(bytes).map_err(|source| file.destination.io(source))?;
        file.commit()
    }

    /// Begins a folder beside the destination. Only an empty folder is replaced.
    pub fn folder(self) -> Result<OutFolder, DestinationError> {
        self.check_folder()?;
        let beside = self.beside(FOLDER_MODE, |builder, folder| builder.tempdir_in(folder));
        let beside = beside.map_err(|source| self.io(source))?;
        Ok(OutFolder { destination: self, beside })
    }

    /// Makes a hidden file or folder with a name that nothing has yet: a user's own `NAME.partial` is left alone.
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

    /// Whether the destination is not a file but `/dev/stdout`, a pipe, or a terminal.
    fn is_stream(&self) -> bool {
        // What a shell has opened for us has a name there, whatever it leads to.
        let is_opened = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc/self/fd"];
        if is_opened.iter().any(|it| self.path.starts_with(it)) {
            return true;
        }
        fs::metadata(&self.path).is_ok_and(|it| !it.is_file() && !it.is_dir())
    }

    fn check_file(&self) -> Result<(), DestinationError> {
        let path = self.path.clone();
        let Some(kind) = self.check_name()? else { return Ok(()) };
        if kind.is_dir() {
            return Err(DestinationError::Folder { path });
        }
        match self.existing {
            Existing::Keep => Err(DestinationError::Exists { path }),
            Existing::Replace => Ok(()),
        }
    }

    fn check_folder(&self) -> Result<(), DestinationError> {
        let Some(kind) = self.check_name()? else { return Ok(()) };
        let is_empty = kind.is_dir() && fs::read_dir(&self.path).is_ok_and(|mut it| it.next().is_none());
        if is_empty { Ok(()) } else { Err(DestinationError::FolderTaken { path: self.path.clone() }) }
    }

    /// Refuses what may never be replaced. Returns the type of what is there, if there is anything.
    fn check_name(&self) -> Result<Option<FileType>, DestinationError> {
        let path = || self.path.clone();
        if self.guarded.iter().any(|it| is_same(it, &self.path)) {
            return Err(DestinationError::Guarded { path: path() });
        }
        if let Some(database) = database_of(&self.path)
            && (is_database(&database) || self.guarded.iter().any(|it| is_same(it, &database)))
        {
            return Err(DestinationError::DatabasePart { path: path(), database });
        }
        let kind = match fs::symlink_metadata(&self.path) {
            Ok(found) => found.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.io(source)),
        };
        if kind.is_symlink() {
            return Err(DestinationError::Link { path: path() });
        }
        if kind.is_file() && is_database(&self.path) {
            return Err(DestinationError::Database { path: path() });
        }
        Ok(Some(kind))
    }

    fn io(&self, source: io::Error) -> DestinationError {
        DestinationError::Io { path: self.path.clone(), source }
    }
}

impl OutFile {
    /// Returns a folder for parts of the file, on the disk that has to have room for the file. It is removed when dropped.
    pub fn scratch(&self) -> Result<TempDir, DestinationError> {
        let destination = &self.destination;
        let folder = match self.target {
            OpenFile::Straight(_) => tempfile::tempdir(),
            OpenFile::Beside(_) => {
                destination.beside(FOLDER_MODE, |builder, folder| builder.tempdir_in(folder))
            }
        };
        folder.map_err(|source| destination.io(source))
    }

    /// Returns the path of the file that takes the bytes until `commit`; `None` for a device or a pipe.
    pub fn path(&self) -> Option<&Path> {
        match &self.target {
            OpenFile::Straight(_) => None,
            OpenFile::Beside(file) => Some(file.path()),
        }
    }

    /// Gives the file its name, after its bytes are on the disk.
    pub fn commit(self) -> Result<(), DestinationError> {
        let Self { destination, target } = self;
        let beside = match target {
            // A pipe has no disk, and a device may not know what a sync is.
            OpenFile::Straight(mut file) => {
                return file.flush().map_err(|source| destination.io(source));
            }
            OpenFile::Beside(beside) => beside,
        };
        destination.check_file()?;
        beside.as_file().sync_all().map_err(|source| destination.io(source))?;
        let persisted = match destination.existing {
            Existing::Keep => beside.persist_noclobber(&destination.path),
            Existing::Replace => {
                if let Ok(found) = fs::metadata(&destination.path) {
                    let kept = beside.as_file().set_permissions(found.permissions());
                    kept.map_err(|source| destination.io(source))?;
                }
                beside.persist(&destination.path)
            }
        };
        persisted.map(|_| ()).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => DestinationError::Exists { path: destination.path.clone() },
            _ => destination.io(error.error),
        })
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            OpenFile::Straight(file) => file.write(bytes),
            OpenFile::Beside(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            OpenFile::Straight(file) => file.flush(),
            OpenFile::Beside(file) => file.flush(),
        }
    }
}

impl Seek for OutFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.target {
            OpenFile::Straight(file) => file.seek(to),
            OpenFile::Beside(file) => file.seek(to),
        }
    }
}

impl OutFolder {
    /// Returns the path to write to until `commit`.
    pub fn path(&self) -> &Path {
        self.beside.path()
    }

    /// Gives the folder its name.
    pub fn commit(self) -> Result<(), DestinationError> {
        let Self { destination, beside } = self;
        destination.check_folder()?;
        match fs::remove_dir(&destination.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(destination.io(error)),
            _ => {}
        }
        fs::rename(beside.path(), &destination.path).map_err(|source| destination.io(source))?;
        // There is nothing left to remove under the old name.
        let _ = beside.keep();
        Ok(())
    }
}

/// Sets the permissions any program would ask for, and not those of a private temporary file.
#[cfg(unix)]
fn set_mode(builder: &mut tempfile::Builder<'_, '_>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn set_mode(_: &mut tempfile::Builder<'_, '_>, _: u32) {}

#[cfg(test)]
mod tests {
    use super::{super::paths::SQLITE_MAGIC, *};

    fn folder() -> TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn names(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).expect("a folder");
        entries.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    fn keep(path: &Path, existing: Existing) -> Result<(), DestinationError> {
        Destination::new(path, existing, Vec::new()).keep(b"new")
    }

    #[test]
    fn a_file_that_is_not_committed_leaves_nothing() {
        let folder = folder();
        let path = folder.path().join("a.csv");
        let mut file = Destination::new(&path, Existing::Keep, Vec::new()).file().expect("a file");
        file.write_all(b"half").expect("bytes");
        assert_eq!(names(&folder).len(), 1, "hidden, beside its destination");
        drop(file);
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_kept() {
        let folder = folder();
        let path = folder.path().join("a.csv");
        let file = Destination::new(&path, Existing::Keep, Vec::new()).file().expect("a file");
        fs::write(&path, "theirs").expect("a file");
        assert!(matches!(file.commit(), Err(DestinationError::Exists { .. })));
        assert_eq!(fs::read_to_string(&path).expect("a file"), "theirs");
        assert_eq!(names(&folder), ["a.csv"]);
    }

    #[test]
    fn only_a_regular_file_that_is_no_database_is_replaced() {
        let folder = folder();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.csv"), "old").expect("a file");
        fs::write(path("a.db"), SQLITE_MAGIC).expect("a file");
        fs::create_dir(path("folder")).expect("a folder");
        assert!(matches!(keep(&path("a.csv"), Existing::Keep), Err(DestinationError::Exists { .. })));
        keep(&path("a.csv"), Existing::Replace).expect("replaced");
        assert_eq!(fs::read_to_string(path("a.csv")).expect("a file"), "new");
        let refused = |name: &str| keep(&path(name), Existing::Replace).expect_err(name);
        assert!(matches!(refused("a.db"), DestinationError::Database { .. }));
        assert!(matches!(refused("a.db-wal"), DestinationError::DatabasePart { .. }));
        assert!(matches!(refused("folder"), DestinationError::Folder { .. }));
    }

    #[test]
    fn a_folder_takes_the_place_of_an_empty_one_alone() {
        let folder = folder();
        let path = folder.path().join("months");
        let begin = || Destination::new(&path, Existing::Replace, Vec::new()).folder();
        fs::create_dir(&path).expect("a folder");
        let out = begin().expect("a folder");
        fs::write(out.path().join("a.csv"), "new").expect("a file");
        out.commit().expect("named");
        assert_eq!(fs::read_to_string(path.join("a.csv")).expect("a file"), "new");
        assert!(matches!(begin(), Err(DestinationError::FolderTaken { .. })));
        assert_eq!(names(&folder), ["months"]);
    }

    #[test]
    fn what_is_guarded_is_guarded_by_any_name() {
        let folder = folder();
        let config = folder.path().join("config.toml");
        fs::write(&config, "").expect("a file");
        let other = folder.path().join(".").join("config.toml");
        let destination = Destination::new(&other, Existing::Replace, vec![config]);
        assert!(matches!(destination.file(), Err(DestinationError::Guarded { .. })));
    }
}
