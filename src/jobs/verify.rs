//! Is the archive whole, and what can be made whole again.

use std::thread;

use chrono::Utc;

use crate::{
    extract::Extractor,
    html,
    model::Event,
    store::{Finding, Reader, Remedy, Writer},
};

use super::{JobError, Losses, Observer, Reextract, Stop};

/// Bodies of one turn.
const CHUNK: usize = 512;
/// Bodies that are parsed both ways.
pub(super) const PARSED_TWICE: usize = 100;
/// Bodies compressed again between two commits.
const COMPACT_CHUNK: usize = 64;

/// The parts of a verification.
pub struct Verify<'a> {
    /// One for each core.
    pub readers: Vec<Reader>,
    /// `None` while another run writes or the file is read-only: what needs the archive alone is left out.
    pub writer: Option<&'a Writer>,
    /// Listens.
    pub observe: Observer<'a>,
    /// The user's wish.
    pub stop: Stop,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// Bodies whose bytes were read and compared.
    pub bodies: u64,
    /// Whether everything was looked at.
    pub is_whole: bool,
}

impl Verified {
    /// Is something damaged: anything but what a killed run left for the next one, and faults of the program.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(|it| !matches!(it.remedy, Remedy::NextRun | Remedy::Report))
    }
}

impl Verify<'_> {
    /// Look at everything.
    pub async fn run(&mut self) -> Result<Verified, JobError> {
        let mut verified = Verified { findings: self.readers[0].check_file(), ..Verified::default() };
        // What SQLite cannot read cannot be asked about.
        if verified
            .findings
            .iter()
            .any(|it| it.detail.contains("malformed") || it.detail.contains("not a database"))
        {
            return Ok(verified);
        }
        verified.findings.extend(self.readers[0].check_tables());
        verified.findings.extend(self.readers[0].check_references());
        verified.findings.extend(self.readers[0].check_hashes());
        if let Some(writer) = self.writer {
            verified.findings.extend(writer.check_alone().await?);
        }
        let bodies = self.readers[0].bodies()?;
        (self.observe)(Event::Expected(bodies.len() as u64));
        for chunk in bodies.chunks(CHUNK) {
            if self.stop.is_wished() {
                return Ok(verified);
            }
            let share = chunk.len().div_ceil(self.readers.len()).max(1);
            let readers = &mut self.readers;
            let found: Vec<Finding> = tokio::task::block_in_place(|| {
                thread::scope(|scope| {
                    let parts = readers.iter_mut().zip(chunk.chunks(share));
                    let parts: Vec<_> = parts
                        .map(|(reader, part)| scope.spawn(move || reader.check_bodies(part)))
                        .collect();
                    let join = |it: thread::ScopedJoinHandle<'_, Vec<Finding>>| {
                        it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                    };
                    parts.into_iter().flat_map(join).collect()
                })
            });
            verified.findings.extend(found);
            verified.bodies += chunk.len() as u64;
            for _ in chunk {
                (self.observe)(Event::Step);
            }
        }
        verified.findings.extend(self.check_parsers(&bodies));
        verified.is_whole = true;
        Ok(verified)
    }

    /// Whether some pages, evenly chosen, are the same to both parsers.
    fn check_parsers(&self, bodies: &[i64]) -> Vec<Finding> {
        let step = bodies.len().div_ceil(PARSED_TWICE).max(1);
        let differs = |id: &i64| {
            // What cannot be read was named before.
            let body = self.readers[0].body(*id).ok()?;
            let is_fine = html::parsers_agree(&html::decode(&body, None).text);
            (!is_fine).then(|| Finding {
                check: "parsers",
                row: format!("bodies {id}"),
                detail: "read quickly, the page is another than read as a whole".to_owned(),
                remedy: Remedy::Report,
            })
        };
        bodies.iter().step_by(step).filter_map(differs).collect()
    }
}

/// Make right what can be: from the tables, and from the raw pages of damaged articles.
pub async fn repair(
    findings: &[Finding],
    readers: Vec<Reader>,
    writer: &Writer,
    extractor: &Extractor,
    stop: Stop,
) -> Result<(), JobError> {
    if findings.iter().any(|it| matches!(it.remedy, Remedy::NextRun | Remedy::Repair | Remedy::Reread)) {
        writer.repair(Utc::now()).await?;
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

/// Compress again what was stored before there was anything to compress it against. By how many bytes.
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
            if stop.is_wished() {
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
