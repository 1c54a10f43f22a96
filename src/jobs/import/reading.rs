//! The front of an import: files are read on one thread each, and their pages put into a queue of bounded length. What becomes
//! of a page is the business of `keeping`.

use std::{
    io::BufRead,
    sync::{Mutex, PoisonError, mpsc::SyncSender},
};

use crate::{
    jobs::{
        Observer,
        records::{ArchivePages, Found},
    },
    model::{Event, PageState, RawPage, Settled},
    warc,
};

use super::{
    counts::{NamedRevisit, SharedCounts},
    parts::Import,
    source::{Contents, ImportFile, Unreadable, saved_page},
};

/// A page on its way from a file to the archive.
pub(super) struct Loaded {
    /// The name of its file.
    pub(super) name: String,
    pub(super) page: RawPage,
    /// As its record gives it.
    pub(super) digest: Option<String>,
}

/// Reads files, on as many threads as call [`FileReader::run`].
pub(super) struct FileReader<'a> {
    pub(super) import: &'a Import<'a>,
    pub(super) files: Mutex<std::vec::IntoIter<ImportFile>>,
    pub(super) counts: &'a SharedCounts,
    /// Whether nothing more is wanted.
    pub(super) is_over: &'a (dyn Fn() -> bool + Sync),
}

impl FileReader<'_> {
    /// Reads files until there are no more.
    pub(super) fn run(&self, queue: &SyncSender<Loaded>) {
        loop {
            let file = self.files.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(file) = file.filter(|_| !(self.is_over)()) else { return };
            let ImportFile { name, url, captured_at, open } = file;
            let read = match open() {
                Ok(Contents::Page(body, content_type)) => {
                    let page = saved_page(self.import.extractor, body, content_type, url, captured_at);
                    // The queue ends only after the last of its senders.
                    let _ = queue.send(Loaded { name, page, digest: None });
                    continue;
                }
                Ok(Contents::Archive(input)) => self.read_archive(&name, input, queue),
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                let (settled, cause) = (Settled::Failed(PageState::Broken), Some(error.to_string()));
                self.counts.note(|it| it.tally.count(settled));
                self.observe()(Event::Settled { url: name, settled, cause });
            }
        }
    }

    fn read_archive(
        &self,
        name: &str,
        input: Box<dyn BufRead + Send>,
        queue: &SyncSender<Loaded>,
    ) -> Result<(), Unreadable> {
        for found in ArchivePages::new(input, self.import.profile, self.import.body_max)? {
            if (self.is_over)() {
                break;
            }
            let name = name.to_owned();
            match found {
                Found::Page(page, digest) => {
                    let _ = queue.send(Loaded { name, page: *page, digest });
                }
                Found::Revisit(revisit) => {
                    let revisit = NamedRevisit { file: name, revisit: *revisit };
                    self.counts.note(|it| it.revisits.push(revisit));
                }
                Found::PassedOver(why) => {
                    self.counts.note(|it| *it.passed_over.entry(why).or_default() += 1);
                }
                Found::Damaged(warc::Damage { offset, what }) => {
                    self.counts.note(|it| it.damaged += 1);
                    self.observe()(Event::FileDamaged { name, offset, what });
                }
            }
        }
        Ok(())
    }

    fn observe(&self) -> Observer<'_> {
        self.import.observe
    }
}
