//! An import from its beginning to its end: a run is begun, files are read and pages kept at the same time, and revisits are
//! resolved when everything they may name is stored.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::sync_channel,
    },
    thread,
};

use crate::{
    clock, extract,
    jobs::{
        End, JobError, Report,
        records::{PassedOver, Revisit},
    },
    model::ReadPage,
    store::{Measured, Reader, StoreError, TypedBody},
};

use super::{
    counts::{ImportCounts, NamedRevisit, SharedCounts},
    keeping::Keeper,
    parts::Import,
    reading::FileReader,
    source::ImportFile,
};

/// Pages read and not yet extracted.
const QUEUE_MAX: usize = 64;
/// Cores beyond these find nothing to do.
const WORKERS_MAX: usize = 16;

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
    /// Pages that are no story: counted among the failed.
    pub no_stories: u64,
    /// Stories whose address is not known.
    pub unaddressed: u64,
}

impl Import<'_> {
    /// Keeps everything in these files. `reader` looks for the bytes that revisits name.
    pub async fn run(&self, files: Vec<ImportFile>, reader: &Reader) -> Result<Imported, JobError> {
        let run = self.writer.begin_run(self.command, clock::now()).await?;
        let parsed_before = self.extractor.parsed();
        let counts = SharedCounts::default();
        tokio::task::block_in_place(|| self.keep_files(&files, &counts))?;
        let mut counted = counts.into_inner();
        let unresolved = self.keep_revisits(&mut counted, reader).await?;
        let images = self.keep_images(&files).await?;
        let end = if self.stop.is_requested() { End::Interrupted } else { End::Done };
        let due = self.writer.due(clock::now()).await?;
        let parsed = self.extractor.parsed() - parsed_before;
        let measured = Measured {
            pages: parsed.pages,
            extractor: extract::VERSION,
            parsed_slowly: parsed.slowly,
            ..Measured::default()
        };
        self.writer.keep_measures(run, measured).await?;
        let ImportCounts { tally, passed_over, damaged, no_stories, unaddressed, .. } = counted;
        let (parsed_slowly, drifts) = (parsed.slowly, Vec::new());
        let report = Report { tally, images, end, due, parsed_slowly, drifts };
        self.writer.settle_stories(&|| self.stop.is_requested()).await?;
        self.writer.finish_run(run, tally, report.outcome(), clock::now()).await?;
        Ok(Imported { report, passed_over, damaged, unresolved, no_stories, unaddressed })
    }

    fn keep_files(&self, files: &[ImportFile], counts: &SharedCounts) -> Result<(), StoreError> {
        let cores = thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX);
        let is_broken = AtomicBool::new(false);
        let is_over = || self.stop.is_requested() || is_broken.load(Ordering::Relaxed);
        let files = Mutex::new(files.iter());
        let reader = FileReader { import: self, files, counts, is_over: &is_over };
        let (send, queue) = sync_channel(QUEUE_MAX);
        thread::scope(|scope| {
            for _ in 0..cores {
                let (send, reader) = (send.clone(), &reader);
                scope.spawn(move || reader.run(&send));
            }
            // The last reader to end ends the queue.
            drop(send);
            Keeper::new(self, counts, &is_broken).run(queue, cores)
        })
    }

    /// Stores revisits whose payload is now known. Returns how many could not be resolved.
    async fn keep_revisits(&self, counts: &mut ImportCounts, reader: &Reader) -> Result<u64, JobError> {
        let mut unresolved = 0;
        for NamedRevisit { file, revisit } in std::mem::take(&mut counts.revisits) {
            if self.stop.is_requested() {
                break;
            }
            let Revisit { mut page, names, earlier } = revisit;
            let mut body = match counts.hash_of(&names) {
                Some(sha256) => reader.body_by_hash(&sha256)?,
                None => None,
            };
            if let (None, Some((key, captured))) = (&body, earlier) {
                body = reader.body_of_capture(&key, captured)?;
            }
            let Some(TypedBody { bytes, content_type }) = body else {
                unresolved += 1;
                continue;
            };
            page.body = bytes.into();
            page.content_type = page.content_type.or(content_type);
            let extraction = self.extractor.extract(&page);
            let cause = extraction.not_story.map(|it| it.words().to_owned());
            let read = vec![ReadPage { page, extraction }];
            for settled in self.writer.import(read, clock::now()).await? {
                self.count(&mut counts.tally, file.clone(), settled, cause.clone());
            }
        }
        Ok(unresolved)
    }
}
