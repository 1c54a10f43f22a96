//! Every stored page through today's extractor, on all cores, with one writer. Nothing is lost: a reading that has less than the
//! stored article is kept beside it as a draft. Nothing is fetched here, and no page is visited.

use std::collections::BTreeMap;

use chrono::Utc;

use crate::{
    extract::Extractor,
    html,
    model::{Article, Days, Draft, Event, Field, Tag, Tally},
    store::{
        Amendment, Reader, RereadCapture, Rereading, RunOutcome, StoreError, StripPlace, Writer,
        content_hash,
    },
};

use super::{JobError, Observer, Stop, parallel::in_order};

/// Pages, evenly chosen, that are parsed both ways where the parsers are compared.
pub(super) const PARSED_TWICE: usize = 100;
/// Captures read between two commits.
const CHUNK: usize = 256;
/// A body that keeps less than this percentage of its words has shrunk.
const KEPT_WORDS: u32 = 90;
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
    /// The user's wish to stop.
    pub stop: Stop,
}

/// What becomes of a reading that has less than the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Losses {
    /// It is kept as a draft beside the article.
    Draft,
    /// It takes the article's place.
    Accept,
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

/// The fields that are compared.
pub const FIELDS: [Field; 11] = [
    Field::Headline,
    Field::Section,
    Field::Byline,
    Field::PublishedOn,
    Field::PublishedAt,
    Field::UpdatedAt,
    Field::Dateline,
    Field::Summary,
    Field::Body,
    Field::Tags,
    Field::Links,
];

/// The fields that make a version.
const WORDING: [Field; 4] = [Field::Headline, Field::Byline, Field::Summary, Field::Body];

/// How one field of an article compares with its re-reading.
#[derive(Debug, Clone, Copy)]
struct FieldChange {
    field: Field,
    was_there: bool,
    is_there: bool,
    differs: bool,
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
        let run = match self.writer {
            Some(writer) => Some(writer.begin_run("reextract", Utc::now()).await?),
            None => None,
        };
        let mut position = match self.writer {
            Some(_) => self.readers[0].progress(&job)?.unwrap_or(0),
            None => 0,
        };
        let mut report = RereadReport::default();
        let due = self.readers[0].captures_left(position, self.days)?;
        (self.observe)(Event::Expected(due));
        let step = usize::try_from(due).unwrap_or(usize::MAX).div_ceil(PARSED_TWICE).max(1);
        let mut seen = 0_usize;
        let mut ready: Vec<Rereading> = Vec::new();
        loop {
            let is_stopped = self.stop.is_wished();
            let captures = if is_stopped {
                Vec::new()
            } else {
                self.readers[0].captures_after(position, self.days, CHUNK)?
            };
            let is_last = captures.is_empty();
            position = captures.last().map_or(position, |it| it.id);
            // The writer commits the last chunk while this one is read.
            let writing = async {
                match self.writer {
                    Some(writer) if !ready.is_empty() => {
                        let ready = std::mem::take(&mut ready);
                        writer.keep_rereadings(job.clone(), ready, Utc::now()).await
                    }
                    _ => Ok(0),
                }
            };
            let (extractor, losses, readers) = (self.extractor, self.losses, &mut self.readers);
            let reading = async {
                // Let the writer have its work before this thread is busy.
                tokio::task::yield_now().await;
                let mut read_again = Vec::with_capacity(captures.len());
                let work = |reader: &mut Reader, capture| read(reader, extractor, losses, capture);
                tokio::task::block_in_place(|| {
                    in_order(readers, captures.iter(), work, |it| read_again.push(it));
                });
                read_again
            };
            let (written, read) = tokio::join!(writing, reading);
            report.strips += written?;
            for capture in captures.iter().filter(|_| self.writer.is_none()) {
                if seen.is_multiple_of(step) {
                    report.check_parsers(&self.readers[0], capture);
                }
                seen += 1;
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
            if is_last {
                report.is_whole = !is_stopped;
                break;
            }
        }
        if let (Some(writer), Some(run)) = (self.writer, run) {
            if report.is_whole {
                report.redated = date_strips(writer, &self.stop).await?;
                writer.forget_progress(job).await?;
            }
            let tally = Tally {
                fetched: report.captures,
                stored: report.found,
                updated: report.updated,
                unchanged: report.captures - report.found - report.updated,
                ..Tally::default()
            };
            let outcome = if report.is_whole { RunOutcome::Finished } else { RunOutcome::Interrupted };
            writer.finish_run(run, tally, outcome, Utc::now()).await?;
        }
        Ok(report)
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

/// Dates every stored strip again, with or without a raw page. Returns how many have another day now.
async fn date_strips(writer: &Writer, stop: &Stop) -> Result<u64, JobError> {
    let mut redated = 0;
    let mut place = Some(StripPlace::default());
    while let Some(from) = place.filter(|_| !stop.is_wished()) {
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

fn judge(article: &Article, draft: &Draft, changes: &[FieldChange], losses: Losses) -> Amendment {
    let lost = changes.iter().filter(|it| it.was_there && !it.is_there);
    let mut lost: Vec<Field> = lost.map(|it| it.field).collect();
    let has_shrunk = draft.word_count() * 100 < article.word_count * KEPT_WORDS;
    if has_shrunk && !lost.contains(&Field::Body) {
        lost.push(Field::Body);
    }
    if !lost.is_empty() && losses == Losses::Draft {
        return Amendment::Draft(lost);
    }
    // The stored text itself may be other than its hash says.
    let is_reworded = changes.iter().any(|it| it.differs && WORDING.contains(&it.field));
    if is_reworded || article.content_hash != content_hash(draft) {
        return Amendment::Replace;
    }
    let is_same = changes.iter().all(|it| !it.differs) && article.draft.blocks == draft.blocks;
    if is_same { Amendment::Same } else { Amendment::Refresh }
}

/// How every field of two readings compares.
fn compare(old: &Draft, new: &Draft) -> Vec<FieldChange> {
    let change = |field| {
        let (before, after) = (shown(old, field), shown(new, field));
        let (was_there, is_there) = (!before.is_empty(), !after.is_empty());
        FieldChange { field, was_there, is_there, differs: before != after }
    };
    FIELDS.map(change).into()
}

/// A field as text; nothing where it is absent.
fn shown(draft: &Draft, field: Field) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    match field {
        Field::Headline => text(&draft.headline),
        Field::Section => text(&draft.section),
        Field::Byline => text(&draft.byline),
        Field::PublishedOn => draft.published_on.map(|it| it.to_string()).unwrap_or_default(),
        Field::PublishedAt => draft.published_at.map(|it| it.to_rfc3339()).unwrap_or_default(),
        Field::UpdatedAt => draft.updated_at.map(|it| it.to_rfc3339()).unwrap_or_default(),
        Field::Dateline => text(&draft.dateline),
        Field::Summary => draft.summary.join("\n"),
        Field::Body => draft.body(),
        Field::Tags => {
            // Archives before schema 6 kept them in no order.
            let shown = |it: &Tag| format!("{} {}", it.name, it.url.as_deref().unwrap_or_default());
            let mut tags: Vec<String> = draft.tags.iter().map(shown).collect();
            tags.sort();
            tags.join("\n")
        }
        Field::Links => draft
            .links
            .iter()
            .flat_map(|it| [it.title.as_str(), it.url.as_deref().unwrap_or(" "), "\n"])
            .collect(),
        Field::Url | Field::MarketDate | Field::Strip | Field::Boards | Field::MostRead => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Block, BlockKind, PageId, PageKey};

    fn draft(headline: &str, body: &str) -> Draft {
        Draft {
            headline: Some(headline.to_owned()).filter(|it| !it.is_empty()),
            blocks: vec![Block { kind: BlockKind::Paragraph, text: body.to_owned(), url: None }],
            ..Draft::default()
        }
    }

    #[track_caller]
    fn check(old: Draft, new: &Draft, losses: Losses, expect: &Amendment) {
        let article = Article {
            id: PageId(1),
            key: PageKey { host: "x".to_owned(), id: "1".to_owned() },
            url: String::new(),
            version: 1,
            content_hash: content_hash(&old),
            word_count: old.word_count(),
            first_seen_at: chrono::DateTime::UNIX_EPOCH,
            last_checked_at: chrono::DateTime::UNIX_EPOCH,
            draft: old,
        };
        let compared = compare(&article.draft, new);
        assert_eq!(judge(&article, new, &compared, losses), *expect);
    }

    #[test]
    fn a_reading_that_has_less_is_kept_aside_unless_losses_are_accepted() {
        let ten = "one two three four five six seven eight nine ten";
        let six = "one two three four five six";
        let old = || draft("A", ten);
        check(old(), &old(), Losses::Draft, &Amendment::Same);
        check(old(), &draft("B", ten), Losses::Draft, &Amendment::Replace);
        check(old(), &draft("", ten), Losses::Draft, &Amendment::Draft(vec![Field::Headline]));
        check(old(), &draft("A", six), Losses::Draft, &Amendment::Draft(vec![Field::Body]));
        check(old(), &draft("A", six), Losses::Accept, &Amendment::Replace);
        check(draft("A", six), &old(), Losses::Draft, &Amendment::Replace);
        let dated = Draft { section: Some("Markets".to_owned()), ..old() };
        check(old(), &dated, Losses::Draft, &Amendment::Refresh);
        check(dated, &old(), Losses::Draft, &Amendment::Draft(vec![Field::Section]));
    }
}
