//! Whether the archive is whole, and what can be made whole again. What is checked in its tables is `store`'s to know; the bodies
//! are checked here on all cores, and damaged articles are read again from them.

use crate::{
    clock,
    extract::Extractor,
    html,
    model::Event,
    store::{FileCheck, Finding, Reader, Remedy, StoreError, Writer},
};

use super::{JobError, Losses, Observer, Reextract, Stop, parallel::in_order, reextract::PARSED_TWICE};

/// Bodies that a core checks before its findings are handed over.
const CHUNK: usize = 64;
/// Bodies compressed again between two commits.
const COMPACT_CHUNK: usize = 64;

/// What is looked at in the tables, in this order.
const TABLE_CHECKS: [fn(&Reader) -> Vec<Finding>; 5] = [
    Reader::check_schema,
    Reader::check_rows,
    Reader::check_tables,
    Reader::check_references,
    Reader::check_hashes,
];

/// The parts of a verification.
pub struct Verify<'a> {
    /// A reader for each core. If they can be interrupted, a check ends in the middle.
    pub readers: Vec<Reader>,
    /// `None` while another run writes or the file is read-only: what needs the archive alone is left out.
    pub writer: Option<&'a Writer>,
    /// How much is looked at.
    pub depth: Depth,
    /// Listens to what happens.
    pub observe: Observer<'a>,
    /// The user's request to stop.
    pub stop: Stop,
}

/// How much of an archive is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// File, schema, rows and indexes: raw pages are not read.
    Tables,
    /// Raw pages, too.
    Bodies,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// Bodies whose bytes were read and compared.
    pub bodies: u64,
    /// Pictures whose bytes were read and compared.
    pub images: u64,
    /// Whether everything was looked at.
    pub is_whole: bool,
}

/// What was found in some bodies.
struct Looked {
    findings: Vec<Finding>,
    bodies: u64,
}

impl Verified {
    /// Whether something is damaged: anything but what a killed run left for the next one, and faults of the program.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(|it| !matches!(it.remedy, Remedy::NextRun | Remedy::Report))
    }
}

impl Verify<'_> {
    /// Looks at everything. Returns what was found.
    pub async fn run(&mut self) -> Result<Verified, JobError> {
        let FileCheck { findings, is_readable } = self.readers[0].check_file();
        if self.stop.is_requested() {
            return Ok(Verified::default());
        }
        let mut verified = Verified { findings, ..Verified::default() };
        // What SQLite cannot read cannot be asked about.
        if !is_readable {
            return Ok(verified);
        }
        for check in TABLE_CHECKS {
            let found = check(&self.readers[0]);
            // What an interrupted check says is no finding.
            if self.stop.is_requested() {
                return Ok(verified);
            }
            verified.findings.extend(found);
        }
        if let Some(writer) = self.writer {
            match writer.check_alone(self.stop.clone().requested()).await {
                Err(StoreError::Interrupted) => return Ok(verified),
                found => verified.findings.extend(found?),
            }
        }
        if self.depth == Depth::Tables {
            verified.is_whole = true;
            return Ok(verified);
        }
        let (bodies, images) = (self.readers[0].bodies()?, self.readers[0].images()?);
        (self.observe)(Event::Expected((bodies.len() + images.len()) as u64));
        let (stop, observe) = (&self.stop, self.observe);
        let chunks = bodies.chunks(CHUNK).take_while(|_| !stop.is_requested());
        let work = |reader: &mut Reader, chunk: &[i64]| Looked {
            findings: reader.check_bodies(chunk),
            bodies: chunk.len() as u64,
        };
        tokio::task::block_in_place(|| {
            in_order(&mut self.readers, chunks, work, |looked| {
                if stop.is_requested() {
                    return;
                }
                verified.findings.extend(looked.findings);
                verified.bodies += looked.bodies;
                (0..looked.bodies).for_each(|_| observe(Event::Step));
            });
        });
        let chunks = images.chunks(CHUNK).take_while(|_| !stop.is_requested());
        let work = |reader: &mut Reader, chunk: &[i64]| (reader.check_images(chunk), chunk.len() as u64);
        tokio::task::block_in_place(|| {
            in_order(&mut self.readers, chunks, work, |(findings, count)| {
                if stop.is_requested() {
                    return;
                }
                verified.findings.extend(findings);
                verified.images += count;
                (0..count).for_each(|_| observe(Event::Step));
            });
        });
        if verified.bodies < bodies.len() as u64 || verified.images < images.len() as u64 {
            return Ok(verified);
        }
        verified.findings.extend(self.check_parsers(&bodies));
        verified.is_whole = true;
        Ok(verified)
    }

    /// A finding for each page of some, evenly chosen, on which the parsers disagree.
    fn check_parsers(&self, bodies: &[i64]) -> Vec<Finding> {
        let step = bodies.len().div_ceil(PARSED_TWICE).max(1);
        let differs = |id: &i64| {
            // What cannot be read was named before.
            let body = self.readers[0].body(*id).ok()?;
            let is_fine = html::parsers_agree(&html::decode(&body, None).text);
            (!is_fine).then(|| Finding {
                check: "parsers",
                row: format!("bodies {id}"),
                detail: "the fast and the standard parser disagree on this page".to_owned(),
                remedy: Remedy::Report,
            })
        };
        bodies.iter().step_by(step).filter_map(differs).collect()
    }
}

/// Mends what can be mended: from the tables, and from the raw pages of damaged articles.
pub async fn repair(
    findings: &[Finding],
    readers: Vec<Reader>,
    writer: &Writer,
    extractor: &Extractor,
    stop: Stop,
) -> Result<(), JobError> {
    writer.begin_repair().await?;
    let repaired = repair_frozen(findings, readers, writer, extractor, stop).await;
    writer.end_repair();
    repaired
}

async fn repair_frozen(
    findings: &[Finding],
    readers: Vec<Reader>,
    writer: &Writer,
    extractor: &Extractor,
    stop: Stop,
) -> Result<(), JobError> {
    if findings.iter().any(|it| matches!(it.remedy, Remedy::NextRun | Remedy::Repair | Remedy::Reread)) {
        writer.repair(clock::now()).await?;
    }
    if findings.iter().any(|it| it.remedy == Remedy::AskAgain) {
        writer.forget_damaged_images(clock::now()).await?;
    }
    if findings.iter().any(|it| it.remedy == Remedy::Reread) {
        let again = Reextract {
            readers,
            extractor,
            writer: Some(writer),
            days: None,
            losses: Losses::Draft,
            observe: &|_| {},
            stop,
        };
        again.run().await?;
    }
    Ok(())
}

/// Recompresses bodies that were stored before a reference existed. Returns the number of bytes saved.
pub async fn compact(
    reader: &Reader,
    writer: &Writer,
    observe: Observer<'_>,
    stop: &Stop,
) -> Result<u64, JobError> {
    let mut saved = 0;
    // The first pages of a template wait for others like them: twice is enough.
    for _ in 0..2 {
        let bodies = reader.loose_bodies()?;
        observe(Event::Expected(bodies.len() as u64));
        for chunk in bodies.chunks(COMPACT_CHUNK) {
            if stop.is_requested() {
                return Ok(saved);
            }
            let mut loaded = Vec::new();
            for id in chunk {
                // What is damaged was named by the checks.
                loaded.extend(reader.body(*id).ok().map(|it| (*id, it)));
                observe(Event::Step);
            }
            saved += writer.compact(loaded).await?;
        }
    }
    Ok(saved)
}
