//! Saved pages into the archive: the same road as a scrape, entered with the bytes in hand.

use chrono::Utc;
use url::Url;

use crate::{
    extract::Extractor,
    model::{CaptureSource, Captured, Event, RawPage, Settled, Tally, Validators},
    store::Writer,
};

use super::{End, JobError, Observer, Report, Stop};

/// The parts an import needs.
pub struct Import<'a> {
    /// Reads.
    pub extractor: &'a Extractor,
    /// Keeps.
    pub writer: &'a Writer,
    /// Listens.
    pub observe: Observer<'a>,
    /// The user's wish.
    pub stop: Stop,
}

/// One saved page.
#[derive(Debug)]
pub struct ImportFile {
    /// What messages call it.
    pub name: String,
    /// Its address, if the user knows it.
    pub url: Option<Url>,
    /// When it was saved, if the user knows it.
    pub captured_at: Option<Captured>,
    /// By its name; `None` to look inside.
    pub content_type: Option<String>,
    /// Its bytes, or why there are none.
    pub body: Result<Vec<u8>, Unreadable>,
}

/// Why a file has no bytes for us.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The operating system said no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A web archive or a packed file.
    #[error("a web archive or a packed file; only saved pages are read (.html, .txt)")]
    Packed,
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

impl Import<'_> {
    /// Keep every file; `files` reads them as they are asked for.
    pub async fn run(&self, files: impl Iterator<Item = ImportFile>) -> Result<Report, JobError> {
        let run = self.writer.begin_run("import", Utc::now()).await?;
        let mut tally = Tally::default();
        let mut end = End::Done;
        for file in files {
            if self.stop.is_wished() {
                end = End::Interrupted;
                break;
            }
            let url = file.name.clone();
            match self.keep(file).await? {
                Ok(settled) => {
                    tally.count(settled);
                    (self.observe)(Event::Settled { url, settled, cause: None });
                }
                Err(cause) => {
                    let settled = Settled::Failed(crate::model::PageState::Broken);
                    tally.count(settled);
                    (self.observe)(Event::Settled { url, settled, cause: Some(cause.to_string()) });
                }
            }
        }
        let due = self.writer.due(Utc::now()).await?;
        let report = Report { tally, end, due, drifts: Vec::new() };
        self.writer.finish_run(run, tally, report.outcome(), Utc::now()).await?;
        Ok(report)
    }

    async fn keep(&self, file: ImportFile) -> Result<Result<Settled, Unreadable>, JobError> {
        let ImportFile { name: _, url, captured_at, content_type, body } = file;
        let body = match body {
            Ok(body) => body,
            Err(error) => return Ok(Err(error)),
        };
        let page = RawPage {
            url,
            body,
            content_type,
            captured_at,
            source: CaptureSource::File,
            status: None,
            validators: Validators::default(),
        };
        let extraction = self.extractor.extract(&page);
        Ok(Ok(self.writer.import(page, extraction, Utc::now()).await?))
    }
}
