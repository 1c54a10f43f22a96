//! What a job says about itself while it runs.

use chrono::{DateTime, NaiveDate, Utc};

use super::{PageState, Verdict};

/// Something that happened. Jobs report; whoever listens decides what to show.
#[derive(Debug, Clone)]
pub enum Event {
    /// A source was read.
    SourceRead {
        /// Its address.
        url: String,
        /// Pages it named that are ours.
        listed: usize,
        /// How many of them were new.
        added: usize,
    },
    /// A source answered as before (304).
    SourceUnchanged {
        /// Its address.
        url: String,
    },
    /// A source answered, and its newest item is older than it has a right to be.
    SourceStale {
        /// Its address.
        url: String,
        /// The date of its newest item.
        newest: DateTime<Utc>,
    },
    /// A source named nothing that is ours.
    SourceEmpty {
        /// Its address.
        url: String,
    },
    /// A source could not be read.
    SourceFailed {
        /// Its address.
        url: String,
        /// The cause, in words.
        cause: String,
    },
    /// A source names more files than a run reads.
    SourceCut {
        /// Its address.
        url: String,
        /// How many files were left out.
        left_out: usize,
    },
    /// How many pages are due now.
    Queue {
        /// Their number.
        due: u64,
    },
    /// A page's visit was settled.
    Settled {
        /// Its address.
        url: String,
        /// What that meant for the archive.
        settled: Settled,
        /// The cause of a failure, in words.
        cause: Option<String>,
    },
    /// A backfill knows how much it has before it.
    Planned {
        /// Days it will work on.
        days: u64,
        /// Pages it expects to visit.
        pages: u64,
        /// How many of them nobody named: their ids will be guessed.
        guesses: u64,
    },
    /// How much is left of a job, as far as can be told by now.
    Foreseen {
        /// Pages to visit.
        pages: u64,
        /// Listings to read.
        listings: u64,
        /// Listings that were read so far.
        listings_read: u64,
    },
    /// Ids that nobody named are about to be asked for.
    Guessing {
        /// The day they may be of.
        day: NaiveDate,
        /// Which.
        guesses: Guesses,
    },
    /// A day was worked through.
    DayDone {
        /// The day.
        day: NaiveDate,
        /// What is known of it now.
        verdict: Verdict,
    },
    /// A job knows how many equal steps it will take: rows, files, stored pages.
    Expected(u64),
    /// One of these steps is done.
    Step,
    /// Stored bytes are not what was stored.
    Damaged {
        /// What they are: a body, a reference.
        what: &'static str,
        /// Its row.
        row: i64,
    },
    /// A place in a file that cannot be read.
    FileDamaged {
        /// The file.
        name: String,
        /// Where.
        offset: u64,
        /// What is there.
        what: String,
    },
    /// The site asked to be left alone.
    SiteStopped {
        /// The cause, in words.
        cause: String,
    },
}

/// Ids that nobody named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guesses {
    /// Some, to find where a day begins and ends.
    Bounds {
        /// No more than this.
        at_most: u64,
    },
    /// Those of a day.
    Ids {
        /// The lowest,
        first: u64,
        /// and the highest.
        last: u64,
        /// How many of them will be asked for.
        count: u64,
        /// How many at most are left for another run.
        left: u64,
    },
}

/// What is normally on the pages of the site, and is not any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// A field (`headline`), a field by where it was read (`headline:json-ld`), a size (`ln words`), or a source.
    pub measure: String,
    /// The share of pages that usually have it, or its usual size.
    pub before: f64,
    /// The same now.
    pub now: f64,
    /// Pages that were judged.
    pub pages: u64,
    /// Some that lack it.
    pub examples: Vec<String>,
}

/// What a settled visit meant for the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Settled {
    /// A first article.
    New,
    /// Another version of a stored article.
    Updated,
    /// The story is what we have already.
    Unchanged,
    /// The page does not exist.
    Missing,
    /// No page has this id, which was a guess.
    GuessMissed,
    /// It could not be kept: blocked, throttled, broken, refused or not an article.
    #[strum(transparent)]
    Failed(PageState),
}

/// Counts of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pages named for the first time.
    pub discovered: u64,
    /// Pages visited.
    pub fetched: u64,
    /// Articles stored for the first time.
    pub stored: u64,
    /// Articles that got another version.
    pub updated: u64,
    /// Articles that were as before.
    pub unchanged: u64,
    /// Pages that somebody named and that do not exist.
    pub missing: u64,
    /// Ids that nobody named and that no page has.
    pub guesses_missed: u64,
    /// Pages that could not be kept; they stay queued.
    pub failed: u64,
    /// Sources that were read, stale and unchanged ones too.
    pub sources_read: u64,
    /// Sources that could not be read.
    pub sources_unread: u64,
    /// Sources that were read and found stale or empty.
    pub sources_stale: u64,
    /// Sources that name more files than a run reads.
    pub sources_cut: u64,
}

impl Tally {
    /// Count one settled visit.
    pub fn count(&mut self, settled: Settled) {
        self.fetched += 1;
        match settled {
            Settled::New => self.stored += 1,
            Settled::Updated => self.updated += 1,
            Settled::Unchanged => self.unchanged += 1,
            Settled::Missing => self.missing += 1,
            Settled::GuessMissed => self.guesses_missed += 1,
            Settled::Failed(_) => self.failed += 1,
        }
    }
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            discovered: self.discovered + other.discovered,
            fetched: self.fetched + other.fetched,
            stored: self.stored + other.stored,
            updated: self.updated + other.updated,
            unchanged: self.unchanged + other.unchanged,
            missing: self.missing + other.missing,
            guesses_missed: self.guesses_missed + other.guesses_missed,
            failed: self.failed + other.failed,
            sources_read: self.sources_read + other.sources_read,
            sources_unread: self.sources_unread + other.sources_unread,
            sources_stale: self.sources_stale + other.sources_stale,
            sources_cut: self.sources_cut + other.sources_cut,
        }
    }
}

impl Settled {
    /// The word for logs.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
