//! A read-only connection: what `show`, `status` and exports ask with. It only opens; what can be asked is said by the files
//! that have the nouns.

use std::{cell::RefCell, path::Path};

use rusqlite::{Connection, OpenFlags};

use super::{
    bodies::raw::Unpacker,
    error::{Result, StoreError},
    interrupt::{self, Interrupter},
    memo::Memo,
    migrate, open,
};

/// A read-only view of an archive; a run may write meanwhile.
pub struct Reader {
    pub(super) conn: Connection,
    pub(super) unpacker: RefCell<Unpacker>,
    pub(super) memo: RefCell<Memo>,
}

impl Reader {
    /// Opens an archive that is there and of today's schema: a reader changes nothing.
    pub fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Err(StoreError::NotAFile { path: path.to_owned() });
        }
        if !path.exists() {
            return Err(StoreError::Absent { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        let (conn, found) = match migrate::check(&conn, path) {
            // A folder that may not be written has no room for a shared memory file, and nobody writes there.
            Err(StoreError::ReadOnly(_)) => {
                let name = path.display().to_string();
                let name = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
                let uri = format!("file:{name}?immutable=1");
                let conn = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?;
                let found = migrate::check(&conn, path)?;
                (conn, found)
            }
            found => (conn, found?),
        };
        if found == 0 {
            return Err(StoreError::NotAnArchive { path: path.to_owned() });
        }
        if found < migrate::CURRENT {
            let (path, known) = (path.to_owned(), migrate::CURRENT);
            return Err(StoreError::Older { path, found, known });
        }
        open::plan_once(&conn)?;
        Ok(Self { conn, unpacker: RefCell::default(), memo: RefCell::default() })
    }

    /// Returns the answer to a question that has this name: the one that was given before, where nobody has written since.
    pub(super) fn remembered<T: Clone + Send + 'static>(
        &self,
        name: &'static str,
        ask: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        self.memo.borrow_mut().answer(&self.conn, name, ask)
    }

    /// A reader whose statements end with [`Interrupted`](StoreError::Interrupted) once `should_stop` says so, also in the middle of a long one.
    pub fn until(mut self, should_stop: impl FnMut() -> bool + Send + 'static) -> Result<Self> {
        interrupt::stop_when(&mut self.conn, should_stop)?;
        Ok(self)
    }

    /// Returns a handle with which another thread stops the statement that this reader is running.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter::of(&self.conn)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.db");
        drop(open::open_current(&path, || false).expect("a new archive"));
        let reader = Reader::open(&path).expect("an archive");
        for sql in [
            "SELECT text FROM blocks WHERE article_id = ?1",
            "SELECT url FROM links WHERE article_id = ?1",
            "SELECT origin FROM origins WHERE article_id = ?1",
        ] {
            let mut query = reader.conn.prepare_cached(sql).expect("a statement");
            for id in 1..10 {
                assert!(!query.exists([id]).expect("an answer"));
            }
            assert_eq!(query.get_status(StatementStatus::RePrepare), 0, "{sql}");
        }
    }
}
