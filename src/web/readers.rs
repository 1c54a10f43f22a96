//! Readers of the archive, and whose turn it is. A request gets one for two seconds; eight may read at a time. What is asked is the
//! business of `pages`.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Semaphore;

use crate::{
    config::Profile,
    store::{Reader, StoreError, StoryColumns},
};

use super::answer::WebAnswer;

/// Requests that read at the same time; more wait their turn.
const READERS_MAX: usize = 8;
/// A request that reads longer is given up.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is served, and to whom.
pub struct ServedPaper {
    /// The archive.
    pub shelf: ReaderShelf,
    /// The paper.
    pub profile: Profile,
    /// Names that a request may call us by, beside those of this machine.
    pub allowed_hosts: Vec<String>,
}

/// The readers of one archive.
pub struct ReaderShelf {
    path: PathBuf,
    free: Mutex<Vec<Reader>>,
    /// Reads the columns for all the others: each of them would need as much memory again.
    of_columns: Mutex<Option<Reader>>,
    turns: Semaphore,
}

impl ReaderShelf {
    /// Opens an archive. Fails where it cannot be read.
    pub fn open(path: PathBuf) -> Result<Self, StoreError> {
        let reader = Reader::open(&path)?;
        Ok(Self {
            path,
            free: Mutex::new(vec![reader]),
            of_columns: Mutex::new(None),
            turns: Semaphore::new(READERS_MAX),
        })
    }

    /// Returns what a question to the archive is answered with; `None` where it cannot be read, or not in time.
    pub(super) async fn ask(
        served: &Arc<ServedPaper>,
        question: impl FnOnce(&ServedPaper, &Reader) -> Result<WebAnswer, StoreError> + Send + 'static,
    ) -> Option<WebAnswer> {
        let _turn = served.shelf.turns.acquire().await.ok()?;
        let reader = served.shelf.take().ok()?;
        let interrupter = reader.interrupter();
        let asking = tokio::task::spawn_blocking({
            let served = Arc::clone(served);
            move || (question(&served, &reader), reader)
        });
        tokio::pin!(asking);
        let answered = tokio::select! {
            answered = &mut asking => answered,
            () = tokio::time::sleep(PATIENCE) => {
                interrupter.interrupt();
                asking.await
            }
        };
        // A panic was said where it happened.
        let (answer, reader) = answered.ok()?;
        // Not earlier: the interrupt would hit the next question to this reader.
        served.shelf.put(reader);
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!("a page cannot be shown: {error}");
                None
            }
        }
    }

    /// Returns the columns of all stories as they are now.
    pub(super) fn columns(&self) -> Result<Arc<StoryColumns>, StoreError> {
        let mut reader = self.of_columns.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = match &mut *reader {
            Some(reader) => reader,
            none => none.insert(Reader::open(&self.path)?),
        };
        reader.story_columns()
    }

    /// Returns where the archive is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn take(&self) -> Result<Reader, StoreError> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.map_or_else(|| Reader::open(&self.path), Ok)
    }

    fn put(&self, reader: Reader) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }
}
