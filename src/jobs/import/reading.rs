//! The front of an import: files are read on one thread each, and their pages put into a queue of bounded length. What becomes
//! of a page is the business of `keeping`.

use std::{
    io::BufRead,
    sync::{Mutex, PoisonError, mpsc::SyncSender},
};

use url::Url;

use crate::{
    jobs::{
        Observer,
        records::{ArchivePages, Found, FoundPage, PassedOver},
    },
    model::{Event, PageState, RawPage, Settled},
    warc,
};

use super::{
    counts::{NamedRevisit, SharedCounts},
    parts::Import,
    source::{Contents, ImportFile, SavedPage, Unreadable, saved_page},
};

/// A page on its way from a file to the archive.
pub(super) struct Loaded {
    /// The name of its file.
    pub(super) name: String,
    pub(super) page: RawPage,
    /// The names of its bytes, as its record gives them.
    pub(super) known_as: Vec<String>,
    /// Whether it is from a mirror of the site: then it is no story unless its address is one's.
    pub(super) origin: PageOrigin,
}

/// Where a page is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageOrigin {
    /// A file that the user named, or a record of a web archive.
    Named,
    /// A mirror of the site, which has all of its pages.
    Mirror,
}

/// Reads files, on as many threads as call [`FileReader::run`].
pub(super) struct FileReader<'a> {
    pub(super) import: &'a Import<'a>,
    pub(super) files: Mutex<std::slice::Iter<'a, ImportFile>>,
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
            let name = file.name.clone();
            if let Err(error) = self.read(file, queue) {
                let (settled, cause) = (Settled::Failed(PageState::Broken), Some(error.to_string()));
                self.counts.note(|it| it.tally.count(settled));
                self.observe()(Event::Settled { url: name, settled, cause });
            }
        }
    }

    fn read(&self, file: &ImportFile, queue: &SyncSender<Loaded>) -> Result<(), Unreadable> {
        let ImportFile { name, url, place, captured_at, open, .. } = file;
        let (name, url, place) = (name.clone(), url.clone(), place.clone());
        let contents = match open() {
            // A mirror has feeds, pictures and lists beside its stories.
            Err(Unreadable::Foreign { .. } | Unreadable::Binary) if place.is_some() => {
                self.counts.note(|it| *it.passed_over.entry(PassedOver::OtherPage).or_default() += 1);
                return Ok(());
            }
            contents => contents?,
        };
        let (body, content_type, cut) = match contents {
            Contents::Page { body, content_type, lost } => (body, content_type, lost),
            Contents::Archive(input) => return self.read_archive(&name, input, queue),
        };
        let SavedPage { mut page, lost } =
            saved_page(self.import.extractor, body, content_type, url, *captured_at)?;
        if let Some(what) = cut.or(lost) {
            self.counts.note(|it| it.damaged += 1);
            let what = format!("the page is not whole: {what}");
            self.observe()(Event::FileDamaged { name: name.clone(), offset: 0, what });
        }
        let is_article = |it: &Url| self.import.profile.page_key(it).is_some();
        let origin = if place.is_some() { PageOrigin::Mirror } else { PageOrigin::Named };
        page.url = page.url.or(place.filter(is_article));
        // The queue ends only after the last of its senders.
        let _ = queue.send(Loaded { name, page, known_as: Vec::new(), origin });
        Ok(())
    }

    fn read_archive(
        &self,
        name: &str,
        input: Box<dyn BufRead + Send>,
        queue: &SyncSender<Loaded>,
    ) -> Result<(), Unreadable> {
        for found in ArchivePages::new(input, &[self.import.profile], self.import.body_max)? {
            if (self.is_over)() {
                break;
            }
            let name = name.to_owned();
            match found {
                Found::Page(found) => {
                    let FoundPage { page, names: known_as, .. } = *found;
                    let _ = queue.send(Loaded { name, page, known_as, origin: PageOrigin::Named });
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
