//! The one thread that writes. What is written is said by the files that have the nouns; here are only its queue, its
//! transactions and its answers.
//!
//! Callers await their own operation; the thread commits whatever has queued up in one transaction (group commit) and answers
//! only after the commit. With `synchronous = FULL` an answer means that the operation outlives a power cut.

use std::{fs::File, path::Path, sync::Arc, thread};

use bytes::Bytes;
use chrono_tz::Tz;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::model::{KeepImages, KeepRaw, MarketCalendar, NameBook};

use super::{
    bodies::pack::{Packed, Packer},
    checksums::Sums,
    content::full_text,
    error::{Result, StoreError, is_refused},
    interrupt::Interrupter,
    open::{Opened, Upgrade, open_current},
};

const QUEUE_MAX: usize = 256;
const BATCH_MAX: usize = 128;

/// A handle to the writer thread; it ends when the handle goes. Holds the archive's lock until then.
pub struct Writer {
    queue: Option<mpsc::Sender<Op>>,
    thread: Option<thread::JoinHandle<()>>,
    pub(super) zone: Tz,
    pub(super) calendar: MarketCalendar,
    pub(super) names: Arc<NameBook>,
    pub(super) packer: Arc<Packer>,
    /// Bodies compressed at a time: as many as there are cores.
    packing: Semaphore,
    pub(super) keep_raw: KeepRaw,
    pub(super) keep_images: KeepImages,
    pub(super) sums: Sums,
    pub(super) interrupter: Interrupter,
    upgrade: Option<Upgrade>,
    _lock: File,
}

/// Runs inside the batch (`None` if the batch could not begin), returns what to do once its fate is known.
type Op = Box<dyn FnOnce(Option<Batch<'_>>) -> Ran + Send>;
type Finish = Box<dyn FnOnce(Option<&rusqlite::Error>) + Send>;

/// An operation that ran.
struct Ran {
    finish: Finish,
    has_failed: bool,
}

/// A transaction that is under way.
#[derive(Clone, Copy)]
enum Batch<'c> {
    /// Of several operations: one that fails is undone alone. SQLite puts the pages it changes aside for that.
    Shared(&'c Connection, &'c Sums),
    /// Of one operation: it stands and falls with the transaction.
    Alone(&'c Connection),
}

impl Writer {
    /// Opens an archive for writing, or makes one; one of an earlier schema is copied and brought to today's. Days are counted
    /// in `zone`. There is only one writer at a time: the operating system's lock on `<path>.lock` is held until the process or
    /// the handle ends.
    pub fn open(path: &Path, zone: Tz) -> Result<Self> {
        Self::open_unless(path, zone, || false)
    }

    /// [`open`](Self::open) that ends with [`Interrupted`](StoreError::Interrupted) once `should_stop` returns true, also in the middle of
    /// bringing an archive to today's schema. The archive is then either unchanged, or of today's schema with its copy beside it; the next
    /// opening continues from there.
    pub fn open_unless(
        path: &Path,
        zone: Tz,
        should_stop: impl Fn() -> bool + Clone + Send + 'static,
    ) -> Result<Self> {
        let Opened { lock, mut conn, upgrade } = open_current(path, should_stop)?;
        let sums = Sums::keep(&mut conn)?;
        let packer = Packer::load(&conn)?;
        let interrupter = Interrupter::of(&conn);
        let (queue, inbox) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn({
                let sums = sums.clone();
                move || write_loop(conn, &sums, inbox)
            })
            .map_err(|source| StoreError::Io { what: "cannot start the writer".to_owned(), source })?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            zone,
            calendar: MarketCalendar::without_hours(zone),
            names: Arc::default(),
            packer: Arc::new(packer),
            packing: Semaphore::new(thread::available_parallelism().map_or(1, usize::from)),
            keep_raw: KeepRaw::All,
            keep_images: KeepImages::None,
            sums,
            interrupter,
            upgrade,
            _lock: lock,
        })
    }

    /// Returns what opening did to an archive of an earlier schema; `None` where it was of today's.
    pub fn upgrade(&self) -> Option<&Upgrade> {
        self.upgrade.as_ref()
    }

    /// A writer that keeps these raw pages, and no others.
    #[must_use]
    pub fn keeping(mut self, keep_raw: KeepRaw) -> Self {
        self.keep_raw = keep_raw;
        self
    }

    /// A writer that keeps these pictures, and no others.
    #[must_use]
    pub fn keeping_images(mut self, keep_images: KeepImages) -> Self {
        self.keep_images = keep_images;
        self
    }

    /// A writer that dates tickers by this calendar. Without one, each is of the day of its capture.
    #[must_use]
    pub fn dating_by(mut self, calendar: MarketCalendar) -> Self {
        self.calendar = calendar;
        self
    }

    /// Hashes and compresses a body on a thread of its own.
    pub(super) async fn pack_aside(&self, body: Bytes) -> Result<Packed> {
        let _turn = self.packing.acquire().await.expect("it is never closed");
        let packer = Arc::clone(&self.packer);
        let packed = tokio::task::spawn_blocking(move || packer.pack(&body));
        packed.await.expect("a body is packed to its end, whatever it is")
    }

    /// Runs `op` in the writer thread, atomically. Returns its result once that is durable.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        op: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(op).await?.done().await
    }

    /// Submits `op` to the writer thread, and returns once it has its place in the order.
    pub(super) async fn submit<T: Send + 'static>(
        &self,
        op: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<Pending<T>> {
        let (reply, answer) = oneshot::channel();
        let op: Op = Box::new(move |batch| {
            let result = batch.map(|batch| match batch {
                Batch::Shared(conn, sums) => savepoint(conn, sums, op),
                Batch::Alone(conn) => op(conn),
            });
            let has_failed = !matches!(result, Some(Ok(_)));
            let finish: Finish = Box::new(move |failure| {
                let result = match (result, failure) {
                    (Some(result), None) => result,
                    // A full disk is a full disk, whichever operation of the batch met it.
                    (Some(Err(error)), Some(_)) => Err(error),
                    (_, Some(error)) => Err(rolled_back(error)),
                    (None, None) => Err(StoreError::WriterGone),
                };
                // The caller may have been cancelled; the write still counts.
                let _ = reply.send(result);
            });
            Ran { finish, has_failed }
        });
        let queue = self.queue.as_ref().ok_or(StoreError::WriterGone)?;
        queue.send(op).await.map_err(|_| StoreError::WriterGone)?;
        Ok(Pending(answer))
    }
}

/// An operation that has its place in the order of the writer thread.
pub struct Pending<T>(oneshot::Receiver<Result<T>>);

impl<T> Pending<T> {
    /// Waits until the operation is durable, and returns its result.
    pub async fn done(self) -> Result<T> {
        self.0.await.map_err(|_| StoreError::WriterGone)?
    }
}

impl Drop for Writer {
    /// Commits everything that was queued, and folds the write-ahead log back, before the lock goes.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the operations it failed.
            let _ = thread.join();
        }
    }
}

fn rolled_back(error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy) => StoreError::Busy,
        _ if is_refused(error) => StoreError::Refused(error.to_string()),
        _ => StoreError::RolledBack(error.to_string()),
    }
}

fn write_loop(mut conn: Connection, sums: &Sums, mut inbox: mpsc::Receiver<Op>) {
    while let Some(first) = inbox.blocking_recv() {
        let mut finishes = Vec::new();
        let committed = commit_batch(&mut conn, sums, first, &mut inbox, &mut finishes);
        sums.end_transaction();
        for finish in finishes {
            finish(committed.as_ref().err());
        }
    }
    // What the last reader leaves behind is folded back by the next opening at the latest.
    if let Err((_, error)) = conn.close() {
        tracing::warn!(%error, "the archive was not closed cleanly");
    }
}

fn commit_batch(
    conn: &mut Connection,
    sums: &Sums,
    first: Op,
    inbox: &mut mpsc::Receiver<Op>,
    finishes: &mut Vec<Finish>,
) -> rusqlite::Result<()> {
    let batch = match conn.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(batch) => batch,
        Err(error) => {
            finishes.push(first(None).finish);
            return Err(error);
        }
    };
    if inbox.is_empty() {
        let Ran { finish, has_failed } = first(Some(Batch::Alone(&batch)));
        finishes.push(finish);
        if has_failed {
            return batch.rollback();
        }
    } else {
        let mut next = Some(first);
        while let Some(op) = next {
            finishes.push(op(Some(Batch::Shared(&batch, sums))).finish);
            next = if finishes.len() < BATCH_MAX { inbox.try_recv().ok() } else { None };
        }
    }
    full_text::finish(&batch)?;
    sums.write(&batch)?;
    batch.commit()
}

/// One operation's failure must not undo its neighbours in the batch.
fn savepoint<T>(conn: &Connection, sums: &Sums, op: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    conn.prepare_cached("SAVEPOINT op")?.execute([])?;
    let result = op(conn);
    if result.is_err() {
        // After a full disk SQLite has rolled everything back already.
        let _ = conn.execute_batch("ROLLBACK TO op");
        sums.undo_operation();
    } else {
        sums.end_operation();
    }
    let released = conn.prepare_cached("RELEASE op").and_then(|mut it| it.execute([]));
    match result {
        Ok(value) => released.map(|_| value).map_err(StoreError::from),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &tempfile::TempDir) -> Result<Writer> {
        Writer::open(&dir.path().join("a.db"), chrono_tz::UTC)
    }

    #[tokio::test]
    async fn a_failing_operation_leaves_its_neighbours_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let writer = open(&dir).expect("open");
        let insert = |url: &'static str| {
            writer.call(move |conn| {
                let sql =
                    "INSERT INTO robots (origin, fetched_at, expires_at, body) VALUES (?1, '', '', '')";
                conn.execute(sql, [url])?;
                Ok(())
            })
        };
        let (a, dup, b) = tokio::join!(insert("u1"), insert("u1"), insert("u2"));
        assert!(a.is_ok() && b.is_ok());
        assert!(matches!(dup, Err(StoreError::Sql(_))));
        let count =
            |conn: &Connection| Ok(conn.query_row("SELECT count(*) FROM robots", [], |row| row.get(0))?);
        let rows: i64 = writer.call(count).await.expect("count");
        assert_eq!(rows, 2);
    }

    #[tokio::test]
    async fn what_fails_halfway_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let writer = open(&dir).expect("open");
        let insert = |conn: &Connection| {
            conn.execute_batch(
                "INSERT INTO robots (origin, fetched_at, expires_at, body) VALUES ('u1', '', '', '')",
            )
        };
        let twice = move |conn: &Connection| Ok(insert(conn).and_then(|()| insert(conn))?);
        // Alone, and with others.
        assert!(matches!(writer.call(twice).await, Err(StoreError::Sql(_))));
        let (a, b) = tokio::join!(writer.call(twice), writer.call(twice));
        assert!(a.is_err() && b.is_err());
        let once = move |conn: &Connection| Ok(insert(conn)?);
        assert!(writer.call(once).await.is_ok());
    }

    #[tokio::test]
    async fn an_archive_has_one_writer() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = open(&dir).expect("open");
        assert!(matches!(open(&dir), Err(StoreError::Held { .. })));
        drop(first);
        assert!(open(&dir).is_ok());
    }

    #[test]
    fn what_is_no_archive_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.db");
        std::fs::write(&path, "not a database, whatever its name says; long enough to look")
            .expect("write");
        assert!(matches!(open(&dir), Err(StoreError::NotAnArchive { .. })));
        std::fs::remove_file(&path).expect("remove");
        let other = Connection::open(&path).expect("open");
        other.execute_batch("CREATE TABLE t (x)").expect("create");
        drop(other);
        assert!(matches!(open(&dir), Err(StoreError::NotAnArchive { .. })));
        std::fs::remove_file(&path).expect("remove");
        drop(open(&dir).expect("a new archive"));
        let newer = Connection::open(&path).expect("open");
        newer.pragma_update(None, "user_version", 999).expect("update");
        drop(newer);
        assert!(matches!(open(&dir), Err(StoreError::TooNew { found: 999, .. })));
        assert!(matches!(Writer::open(dir.path(), chrono_tz::UTC), Err(StoreError::NotAFile { .. })));
    }
}
