//! Saved pages and web archives into the archive: the same road as a scrape, entered with the bytes in hand. Files are
//! read on one thread each, pages on every core, and there is one writer.

use std::{
    collections::{BTreeMap, HashMap},
    io::BufRead,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use chrono::Utc;
use tokio::runtime::Handle;
use url::Url;

use crate::{
    config::Profile,
    extract::Extractor,
    model::{CaptureSource, Captured, Event, PageState, RawPage, Settled, Tally, Validators},
    store::{Measured, PackedPages, Pending, Reader, StoreError, Writer},
    warc,
};

use super::{
    End, JobError, Observer, Report, Stop,
    records::{ArchivePages, Found, PassedOver, Revisit, evidence},
};

/// Pages read and not yet extracted.
const QUEUE_MAX: usize = 64;
/// Pages a worker takes at a time.
const BATCH: usize = 64;
/// Pages of one commit, at least: what changes with every page, such as the end of an index, is written once for them.
const COMMIT: usize = 512;
/// Digests that revisits may name.
const DIGESTS_MAX: usize = 500_000;
/// Cores beyond these find nothing to do.
const WORKERS_MAX: usize = 16;

/// The parts an import needs.
pub struct Import<'a> {
    /// Reads.
    pub extractor: &'a Extractor,
    /// Keeps.
    pub writer: &'a Writer,
    /// The site.
    pub profile: &'a Profile,
    /// Largest body that is a page.
    pub body_max: usize,
    /// Listens.
    pub observe: Observer<'a>,
    /// The user's wish.
    pub stop: Stop,
}

/// Something to import, opened when its turn comes.
pub struct ImportFile {
    /// What messages call it.
    pub name: String,
    /// Its address, if the user knows it.
    pub url: Option<Url>,
    /// When it was saved, if the user knows it.
    pub captured_at: Option<Captured>,
    /// What it is.
    pub open: Box<dyn FnOnce() -> Result<Contents, Unreadable> + Send>,
}

/// What a file is.
pub enum Contents {
    /// A page, with its content type where its name tells; `None` to look inside.
    Page(Vec<u8>, Option<String>),
    /// A web archive.
    Archive(Box<dyn BufRead + Send>),
}

/// Why a file has no bytes for us.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The operating system said no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A picture, a program.
    #[error("not text")]
    Binary,
    /// Larger than any page.
    #[error("larger than {max} bytes")]
    TooLarge {
        /// `fetch.max_body_bytes`.
        max: usize,
    },
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Pages, as other jobs count them.
    pub report: Report,
    /// Records of web archives that were passed over, by why.
    pub passed_over: BTreeMap<PassedOver, u64>,
    /// Places where a web archive is damaged.
    pub damaged: u64,
    /// Revisits whose earlier capture is nowhere.
    pub unresolved: u64,
}

/// A page on its way from a file to the archive.
struct Loaded {
    name: String,
    page: RawPage,
    /// As its record gives it.
    digest: Option<String>,
}

/// Pages that wait for the next commit, by the names of their files.
#[derive(Default)]
struct Gathered {
    names: Vec<String>,
    pages: PackedPages,
}

/// Pages that were submitted, by the names of their files.
type Submitted = (Vec<String>, Result<Pending<Vec<Settled>>, StoreError>);

/// What the threads have in common.
struct Shared<'a> {
    import: &'a Import<'a>,
    runtime: Handle,
    files: Mutex<std::vec::IntoIter<ImportFile>>,
    counts: Mutex<Counts>,
    gathered: Mutex<Gathered>,
    /// Whose batch comes next. Of two captures of one second the one that was read later is the newer.
    turns: Turns,
    /// The archive cannot take more.
    is_broken: AtomicBool,
}

/// What was read, and how many batches were taken of it.
struct Queue {
    pages: Receiver<Loaded>,
    taken: u64,
}

/// Batches are worked on together and stored in the order they were read.
#[derive(Default)]
struct Turns {
    next: Mutex<u64>,
    moved: Condvar,
}

/// The place of a batch. It is given up in its turn, whatever becomes of the batch.
struct Place<'t> {
    turns: &'t Turns,
    place: u64,
}

#[derive(Default)]
struct Counts {
    tally: Tally,
    passed_over: BTreeMap<PassedOver, u64>,
    damaged: u64,
    revisits: Vec<(String, Revisit)>,
    /// Hashes of stored bytes by the digests that records gave.
    digests: HashMap<String, String>,
    error: Option<StoreError>,
}

impl Import<'_> {
    /// Keep everything in these files. `reader` looks for the bytes that revisits name.
    pub async fn run(&self, files: Vec<ImportFile>, reader: &Reader) -> Result<Imported, JobError> {
        let run = self.writer.begin_run("import", Utc::now()).await?;
        let parsed_before = self.extractor.parsed();
        let shared = Shared {
            import: self,
            runtime: Handle::current(),
            files: Mutex::new(files.into_iter()),
            counts: Mutex::default(),
            gathered: Mutex::default(),
            turns: Turns::default(),
            is_broken: AtomicBool::new(false),
        };
        tokio::task::block_in_place(|| shared.work());
        let mut counts = shared.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = counts.error.take() {
            return Err(error.into());
        }
        let unresolved = self.keep_revisits(&mut counts, reader).await?;
        let end = if self.stop.is_wished() { End::Interrupted } else { End::Done };
        let due = self.writer.due(Utc::now()).await?;
        let parsed = self.extractor.parsed() - parsed_before;
        let measured =
            Measured { pages: parsed.pages, parsed_slowly: parsed.slowly, ..Measured::default() };
        self.writer.keep_measures(run, measured).await?;
        let drifts = Vec::new();
        let report = Report { tally: counts.tally, end, due, parsed_slowly: parsed.slowly, drifts };
        self.writer.finish_run(run, counts.tally, report.outcome(), Utc::now()).await?;
        Ok(Imported { report, passed_over: counts.passed_over, damaged: counts.damaged, unresolved })
    }

    /// Captures of bytes that are there by now. How many name bytes that are not.
    async fn keep_revisits(&self, counts: &mut Counts, reader: &Reader) -> Result<u64, JobError> {
        let mut unresolved = 0;
        for (name, revisit) in std::mem::take(&mut counts.revisits) {
            if self.stop.is_wished() {
                break;
            }
            let Revisit { mut page, digest, earlier } = revisit;
            let sha256 = digest.and_then(|it| counts.digests.get(&it));
            let body = match (sha256, earlier) {
                (Some(sha256), _) => reader.body_by_hash(sha256)?,
                (None, Some((key, captured))) => reader.body_of_capture(&key, captured)?,
                (None, None) => None,
            };
            let Some((body, content_type)) = body else {
                unresolved += 1;
                continue;
            };
            page.body = body.into();
            page.content_type = page.content_type.or(content_type);
            let extraction = self.extractor.extract(&page);
            let settled = self.writer.import(vec![(page, extraction)], Utc::now()).await?;
            self.count(&mut counts.tally, &name, &settled);
        }
        Ok(unresolved)
    }

    fn count(&self, tally: &mut Tally, name: &str, settled: &[Settled]) {
        for settled in settled {
            tally.count(*settled);
            (self.observe)(Event::Settled { url: name.to_owned(), settled: *settled, cause: None });
        }
    }
}

impl Shared<'_> {
    /// Read files and pages until there are no more.
    fn work(&self) {
        let cores = thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX);
        let (send, pages) = sync_channel(QUEUE_MAX);
        let queue = Mutex::new(Queue { pages, taken: 0 });
        thread::scope(|scope| {
            for _ in 0..cores {
                let send = send.clone();
                scope.spawn(move || self.read_files(&send));
            }
            // The last reader to end ends the queue.
            drop(send);
            for _ in 0..cores {
                scope.spawn(|| self.keep_pages(&queue));
            }
        });
        let rest = std::mem::take(&mut *self.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        if !rest.names.is_empty() && !self.is_broken.load(Ordering::Relaxed) {
            self.settle(Some(self.submit(rest)));
        }
    }

    fn is_over(&self) -> bool {
        self.import.stop.is_wished() || self.is_broken.load(Ordering::Relaxed)
    }

    fn counts<T>(&self, act: impl FnOnce(&mut Counts) -> T) -> T {
        // Counts stay counts, whoever panicked beside them.
        act(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read_files(&self, send: &SyncSender<Loaded>) {
        loop {
            let file = self.files.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(file) = file.filter(|_| !self.is_over()) else { return };
            let ImportFile { name, url, captured_at, open } = file;
            let read = match open() {
                Ok(Contents::Page(body, content_type)) => {
                    let page = saved_page(body, content_type, url, captured_at);
                    // The receivers go only after the senders.
                    let _ = send.send(Loaded { name, page, digest: None });
                    continue;
                }
                Ok(Contents::Archive(input)) => self.read_archive(&name, input, send),
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                let settled = Settled::Failed(PageState::Broken);
                self.counts(|it| it.tally.count(settled));
                (self.import.observe)(Event::Settled {
                    url: name,
                    settled,
                    cause: Some(error.to_string()),
                });
            }
        }
    }

    fn read_archive(
        &self,
        name: &str,
        input: Box<dyn BufRead + Send>,
        send: &SyncSender<Loaded>,
    ) -> Result<(), Unreadable> {
        let import = self.import;
        for found in ArchivePages::new(input, import.profile, import.body_max)? {
            if self.is_over() {
                break;
            }
            match found {
                Found::Page(page, digest) => {
                    let _ = send.send(Loaded { name: name.to_owned(), page: *page, digest });
                }
                Found::Revisit(revisit) => {
                    self.counts(|it| it.revisits.push((name.to_owned(), *revisit)));
                }
                Found::PassedOver(why) => self.counts(|it| *it.passed_over.entry(why).or_default() += 1),
                Found::Damaged(warc::Damage { offset, what }) => {
                    self.counts(|it| it.damaged += 1);
                    (import.observe)(Event::FileDamaged { name: name.to_owned(), offset, what });
                }
            }
        }
        Ok(())
    }

    /// Extract what was read, and keep it.
    fn keep_pages(&self, queue: &Mutex<Queue>) {
        let mut before: Option<Submitted> = None;
        while let Some((place, loaded)) = self.next_batch(queue) {
            // The readers are not held up: what nobody can keep is let go.
            if self.is_broken.load(Ordering::Relaxed) {
                continue;
            }
            let read = loaded.into_iter().map(|Loaded { name, page, digest }| {
                let extraction = self.import.extractor.extract(&page);
                (name, digest, (page, extraction))
            });
            let (names, digests, batch): (Vec<_>, Vec<_>, Vec<_>) = read.collect();
            let submitted = match self.import.writer.pack(batch) {
                Ok(pages) => {
                    self.remember(digests, &pages);
                    drop(place.wait());
                    self.gather(names, pages).map(|it| self.submit(it))
                }
                Err(error) => Some((names, Err(error))),
            };
            // Its place is taken: the next batch may follow, and what was submitted is waited for while that is worked on.
            drop(place);
            if submitted.is_some() {
                self.settle(std::mem::replace(&mut before, submitted));
            }
        }
        self.settle(before);
    }

    /// Put pages behind those that wait; all of them, once they are enough for a commit.
    fn gather(&self, names: Vec<String>, pages: PackedPages) -> Option<Gathered> {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.names.extend(names);
        gathered.pages.append(pages);
        (COMMIT <= gathered.names.len()).then(|| std::mem::take(&mut *gathered))
    }

    fn submit(&self, Gathered { names, pages }: Gathered) -> Submitted {
        let submitting = self.import.writer.submit_import(pages, Utc::now());
        (names, self.runtime.block_on(submitting))
    }

    /// Revisits may name these bytes.
    fn remember(&self, digests: Vec<Option<String>>, packed: &PackedPages) {
        self.counts(|it| {
            for (digest, sha256) in digests.into_iter().zip(packed.hashes()) {
                if let Some(digest) = digest.filter(|_| it.digests.len() < DIGESTS_MAX) {
                    it.digests.insert(digest, sha256.to_owned());
                }
            }
        });
    }

    /// Wait for pages that were submitted, and count them.
    fn settle(&self, submitted: Option<Submitted>) {
        let Some((names, submitted)) = submitted else { return };
        match submitted.and_then(|it| self.runtime.block_on(it.done())) {
            Ok(settled) => {
                for (name, settled) in names.iter().zip(settled) {
                    self.counts(|it| self.import.count(&mut it.tally, name, &[settled]));
                }
            }
            Err(error) => {
                self.is_broken.store(true, Ordering::Relaxed);
                self.counts(|it| it.error.get_or_insert(error).to_string());
            }
        }
    }

    /// The next pages in the order they were read, and their place in it. One worker waits for pages while the others
    /// work on theirs.
    fn next_batch(&self, queue: &Mutex<Queue>) -> Option<(Place<'_>, Vec<Loaded>)> {
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded: Vec<Loaded> = queue.pages.iter().take(BATCH).collect();
        if loaded.is_empty() {
            return None;
        }
        let place = Place { turns: &self.turns, place: queue.taken };
        queue.taken += 1;
        Some((place, loaded))
    }
}

impl<'t> Place<'t> {
    /// Until every batch before this one is stored.
    fn wait(&self) -> MutexGuard<'t, u64> {
        let next = self.turns.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.turns
            .moved
            .wait_while(next, |next| *next < self.place)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.wait() += 1;
        self.turns.moved.notify_all();
    }
}

/// A page as a browser saved it. What it says of itself counts before what the user says of all files.
pub fn saved_page(
    body: Vec<u8>,
    content_type: Option<String>,
    url: Option<Url>,
    captured_at: Option<Captured>,
) -> RawPage {
    let (saved_url, saved_at, content_type, body) = if let Some(whole) = warc::parse_mhtml(&body) {
        let saved_url = whole.url.and_then(|it| Url::parse(&it).ok());
        (saved_url, whole.saved_at.map(Captured::At), whole.content_type, whole.body)
    } else {
        let found = evidence(&body);
        (found.url, found.captured_at, content_type, body)
    };
    RawPage {
        url: url.or(saved_url),
        body: body.into(),
        content_type,
        captured_at: saved_at.or(captured_at),
        source: CaptureSource::File,
        status: None,
        validators: Validators::default(),
        heads: None,
    }
}
