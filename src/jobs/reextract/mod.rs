//! Every stored page through today's extractor, on all cores, with one writer. Nothing is lost: a reading that has less than the
//! stored article is kept beside it as a draft. Nothing is fetched here, and no page is visited.

mod compare;

use std::collections::BTreeMap;

use crate::{
    clock,
    extract::Extractor,
    html,
    model::{Days, Event, Field, RunId, Tally},
    store::{Amendment, Reader, RereadCapture, Rereading, RunOutcome, StoreError, StripPlace, Writer},
};

use super::{JobError, Observer, Stop, parallel::in_order};

pub use compare::{FIELDS, Losses};

use self::compare::{FieldChange, compare, judge};

/// Pages, evenly chosen, that are parsed both ways where the parsers are compared.
pub(super) const PARSED_TWICE: usize = 100;
/// Captures read between two commits.
const CHUNK: usize = 256;
/// Articles that are named as examples for each field.
const EXAMPLES_MAX: usize = 3;

/// The parts of a re-reading.
pub struct Reextract<'a> {
    /// A reader for each core.
    pub readers: Vec<Reader>,
    /// Today's extractor.
    pub extractor: &'a Extractor,
    /// The writer; `None` for a rehearsal, which writes nothing.
    pub writer: Option<&'a Writer>,
    /// Only articles published on these days, and pages without a date captured on them.
    pub days: Option<Days>,
    /// What becomes of a reading that has less.
    pub losses: Losses,
    /// Listens to what happens.
    pub observe: Observer<'a>,
    /// The user's request to stop.
    pub stop: Stop,
}

/// What came of a re-reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RereadReport {
    /// Captures read.
    pub captures: u64,
    /// Articles among them.
    pub articles: u64,
    /// Articles whose wording changed.
    pub updated: u64,
    /// Articles of which something else changed.
    pub refreshed: u64,
    /// Pages that are articles now and were not before.
    pub found: u64,
    /// Readings that had less and were kept as drafts.
    pub drafts: u64,
    /// Captures whose ticker changed.
    pub strips: u64,
    /// Tickers that have another day now: that of the session they show.
    pub redated: u64,
    /// Captures whose bytes are damaged.
    pub damaged: u64,
    /// Pages of a rehearsal that were parsed by the fast and by the standard parser.
    pub parsed_twice: u64,
    /// Captures among these on which the parsers disagreed: a fault of the program.
    pub misparsed: Vec<i64>,
    /// What became of each field, in the order of [`FIELDS`].
    pub fields: BTreeMap<Field, FieldReport>,
    /// Whether every capture was read.
    pub is_whole: bool,
}

/// What became of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldReport {
    /// Articles that had it.
    pub before: u64,
    /// Articles that have it.
    pub after: u64,
    /// Articles in which it differs.
    pub changed: u64,
    /// Some of these articles, by their row.
    pub examples: Vec<i64>,
}

/// A capture that was read again.
struct Reread {
    rereading: Rereading,
    /// Empty where there is no article to compare with.
    changes: Vec<FieldChange>,
}

impl Reextract<'_> {
    /// Reads every capture again, from where the same command stopped before. Returns what came of it.
    pub async fn run(mut self) -> Result<RereadReport, JobError> {
        let job = self.name();
        let mut run = None;
        let mut position = 0;
        if let Some(writer) = self.writer {
            run = Some(writer.begin_run("reextract", clock::now()).await?);
            position = self.readers[0].progress(&job)?.unwrap_or(0);
        }
        let mut report = RereadReport::default();
        let due = self.readers[0].captures_left(position, self.days)?;
        (self.observe)(Event::Expected(due));
        let mut sample = ParserSample::of(due);
        let mut ready: Vec<Rereading> = Vec::new();
        loop {
            let is_stopped = self.stop.is_requested();
            let captures = if is_stopped {
                Vec::new()
            } else {
                self.readers[0].captures_after(position, self.days, CHUNK)?
            };
            position = captures.last().map_or(position, |it| it.id);
            // The writer commits the last chunk while this one is read.
            let before = std::mem::take(&mut ready);
            let writing = keep(self.writer, &job, before);
            let (extractor, losses) = (self.extractor, self.losses);
            let reading = read_all(&mut self.readers, extractor, losses, &captures);
            let (written, read) = tokio::join!(writing, reading);
            report.strips += written?;
            if self.writer.is_none() {
                sample.check(&captures, &self.readers[0], &mut report);
            }
            for read in read {
                match read {
                    Ok(Reread { rereading, changes }) => {
                        report.count(&rereading, &changes);
                        (self.observe)(Event::Step);
                        ready.push(rereading);
                    }
                    Err(StoreError::Body { body }) => report.damage(self.observe, "body", body),
                    Err(StoreError::Reference { reference }) => {
                        report.damage(self.observe, "reference", reference);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if captures.is_empty() {
                report.is_whole = !is_stopped;
                break;
            }
        }
        if let (Some(writer), Some(run)) = (self.writer, run) {
            self.end(writer, run, job, &mut report).await?;
        }
        Ok(report)
    }

    /// Ends the run of a re-reading that wrote.
    async fn end(
        &self,
        writer: &Writer,
        run: RunId,
        job: String,
        report: &mut RereadReport,
    ) -> Result<(), JobError> {
        if report.is_whole {
            report.redated = date_strips(writer, &self.stop).await?;
            writer.forget_progress(job).await?;
            // Where it was interrupted, the same command does this at its own end.
            let stop = &self.stop;
            writer.settle_again(clock::now(), &|| stop.is_requested()).await?;
        }
        let outcome = if report.is_whole { RunOutcome::Finished } else { RunOutcome::Interrupted };
        Ok(writer.finish_run(run, report.tally(), outcome, clock::now()).await?)
    }

    /// The name under which the progress of this command is kept.
    fn name(&self) -> String {
        let days = self.days.map_or("all".to_owned(), |it| format!("{} {}", it.first, it.last));
        let losses = match self.losses {
            Losses::Draft => "",
            Losses::Accept => " accept-losses",
        };
        format!("reextract {days}{losses}")
    }
}

impl RereadReport {
    /// Returns it as the counts of a run.
    pub fn tally(&self) -> Tally {
        Tally {
            fetched: self.captures,
            stored: self.found,
            updated: self.updated,
            unchanged: self.captures - self.found - self.updated,
            ..Tally::default()
        }
    }

    fn count(&mut self, rereading: &Rereading, changes: &[FieldChange]) {
        self.captures += 1;
        self.articles += u64::from(!changes.is_empty());
        match &rereading.amendment {
            Amendment::Same | Amendment::StripAlone => {}
            Amendment::Refresh => self.refreshed += 1,
            Amendment::Replace => self.updated += 1,
            Amendment::Draft(_) => self.drafts += 1,
            Amendment::New => self.found += 1,
        }
        for &FieldChange { field, was_there, is_there, differs } in changes {
            let report = self.fields.entry(field).or_default();
            report.before += u64::from(was_there);
            report.after += u64::from(is_there);
            report.changed += u64::from(differs);
            if differs && report.examples.len() < EXAMPLES_MAX {
                report.examples.push(rereading.capture.page.0);
            }
        }
    }

    /// Whether a page is the same to both parsers.
    fn check_parsers(&mut self, reader: &Reader, capture: &RereadCapture) {
        // What cannot be read is counted as damaged.
        let Ok(page) = reader.raw_page(capture) else { return };
        self.parsed_twice += 1;
        if !html::parsers_agree(&html::decode(&page.body, page.content_type.as_deref()).text) {
            self.misparsed.push(capture.id);
        }
    }

    fn damage(&mut self, observe: Observer<'_>, what: &'static str, row: i64) {
        self.damaged += 1;
        observe(Event::Damaged { what, row });
    }
}

/// Keeps rereadings, if there are some and somebody writes. Returns how many strips differ from before.
async fn keep(
    writer: Option<&Writer>,
    job: &str,
    rereadings: Vec<Rereading>,
) -> Result<u64, StoreError> {
    match writer {
        Some(writer) if !rereadings.is_empty() => {
            writer.keep_rereadings(job.to_owned(), rereadings, clock::now()).await
        }
        _ => Ok(0),
    }
}

/// Reads captures on all cores. Returns what came of each, in order.
async fn read_all(
    readers: &mut [Reader],
    extractor: &Extractor,
    losses: Losses,
    captures: &[RereadCapture],
) -> Vec<Result<Reread, StoreError>> {
    // Let the writer have its work before this thread is busy.
    tokio::task::yield_now().await;
    let mut read_again = Vec::with_capacity(captures.len());
    let work = |reader: &mut Reader, capture| read(reader, extractor, losses, capture);
    tokio::task::block_in_place(|| {
        in_order(readers, captures.iter(), work, |it| read_again.push(it));
    });
    read_again
}

/// Which captures are parsed both ways.
struct ParserSample {
    step: usize,
    seen: usize,
}

impl ParserSample {
    /// A sample of this many captures.
    fn of(captures: u64) -> Self {
        let count = usize::try_from(captures).unwrap_or(usize::MAX);
        Self { step: count.div_ceil(PARSED_TWICE).max(1), seen: 0 }
    }

    /// Parses those of these captures that are in the sample.
    fn check(&mut self, captures: &[RereadCapture], reader: &Reader, report: &mut RereadReport) {
        for capture in captures {
            if self.seen.is_multiple_of(self.step) {
                report.check_parsers(reader, capture);
            }
            self.seen += 1;
        }
    }
}

/// Dates every stored strip again, with or without a raw page. Returns how many have another day now.
async fn date_strips(writer: &Writer, stop: &Stop) -> Result<u64, JobError> {
    let mut redated = 0;
    let mut place = Some(StripPlace::default());
    while let Some(from) = place.filter(|_| !stop.is_requested()) {
        let dating = writer.date_strips(from).await?;
        redated += dating.redated;
        place = dating.next;
    }
    Ok(redated)
}

fn read(
    reader: &Reader,
    extractor: &Extractor,
    losses: Losses,
    capture: &RereadCapture,
) -> Result<Reread, StoreError> {
    let extraction = extractor.extract(&reader.raw_page(capture)?);
    let draft = &extraction.draft;
    let mut changes = Vec::new();
    let amendment = if capture.is_newest {
        let article = reader.article_of(capture.page)?;
        changes = compare(&article.draft, draft);
        judge(&article, draft, &changes, losses)
    } else if !capture.has_article && extraction.not_story.is_none() {
        Amendment::New
    } else {
        Amendment::StripAlone
    };
    Ok(Reread { rereading: Rereading { capture: capture.clone(), extraction, amendment }, changes })
}
