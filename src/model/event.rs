//! What a job says about itself while it runs, and what it has counted at the end. Jobs report events; nothing here decides
//! what people see of them (`cli`). How a single visit ended is in `visit.rs`.

use chrono::{DateTime, NaiveDate, Utc};

use super::{ImageState, Measure, PageState, Verdict};

/// Something that happened. Jobs report it; the listener decides what to show.
#[derive(Debug, Clone)]
pub enum Event {
    /// A source was read.
    SourceRead {
        /// Its address.
        url: String,
        /// How many pages of the site it named.
        listed: usize,
        /// How many of them were new.
        added: usize,
    },
    /// A source answered as before (304).
    SourceUnchanged {
        /// Its address.
        url: String,
    },
    /// A source answered, but its newest item is older than the profile allows.
    SourceStale {
        /// Its address.
        url: String,
        /// The date of its newest item.
        newest: DateTime<Utc>,
    },
    /// A source named no page of the site.
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
    /// Every item of a feed is newer than the newest of the pass before: stories may have gone by unseen.
    SourceOverflowed {
        /// Its address.
        url: String,
        /// The date of its newest item in the pass before.
        newest_before: DateTime<Utc>,
        /// The date of its oldest item now.
        oldest_now: DateTime<Utc>,
    },
    /// A source was read, but for some places in it.
    SourcePartly {
        /// Its address.
        url: String,
        /// How many places there are, and what they are, in words.
        what: String,
    },
    /// The pages that are due now.
    Queue {
        /// How many there are.
        due: u64,
    },
    /// A page's visit was settled.
    Settled {
        /// Its address.
        url: String,
        /// What the visit meant for the archive.
        settled: Settled,
        /// The cause of a failure, in words.
        cause: Option<String>,
    },
    /// A backfill knows how much work lies ahead.
    Planned {
        /// The number of days it will work on.
        days: u64,
        /// The number of pages it expects to visit.
        pages: u64,
        /// How many of these no source named: their ids will be guessed.
        guesses: u64,
    },
    /// An estimate of how much of a job is left.
    Foreseen {
        /// The number of pages to visit.
        pages: u64,
        /// The number of listings to read.
        listings: u64,
        /// The number of listings that were read so far.
        listings_read: u64,
    },
    /// Ids that no source named are about to be asked for.
    Guessing {
        /// The day they may belong to.
        day: NaiveDate,
        /// Which ids.
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
    /// One of these steps was done.
    Step,
    /// Stored bytes are not the bytes that were stored.
    Damaged {
        /// What they are: a body, a reference.
        what: &'static str,
        /// Its row.
        row: i64,
    },
    /// A part of a file cannot be read.
    FileDamaged {
        /// The file.
        name: String,
        /// Where, in bytes from the beginning of the file.
        offset: u64,
        /// What is wrong there, in words.
        what: String,
    },
    /// A visit to a picture was settled.
    ImageSettled {
        /// Its address.
        url: String,
        /// What it is instead of stored, and why in words, if it is not.
        failed: Option<(ImageState, String)>,
    },
    /// A host of pictures asked to be left alone.
    ImagesStopped {
        /// The host.
        host: String,
        /// The cause, in words.
        cause: String,
    },
    /// The site asked to be left alone.
    SiteStopped {
        /// The cause, in words.
        cause: String,
    },
}

/// Ids that no source named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guesses {
    /// Some ids, to find where a day begins and ends.
    Bounds {
        /// The greatest number of them.
        at_most: u64,
    },
    /// The ids of a day.
    Ids {
        /// The lowest.
        first: u64,
        /// The highest.
        last: u64,
        /// How many of them will be asked for.
        count: u64,
        /// How many are left for another run, at most.
        left: u64,
    },
}

/// Something that pages of the site usually have, and now lack or have in another size.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// What fell.
    pub measure: Measure,
    /// The share of pages that usually have it, or its usual size.
    pub before: f64,
    /// The same measure now.
    pub now: f64,
    /// The number of pages that were judged, 0 where a source went silent.
    pub pages: u64,
    /// Addresses of some pages that lack it.
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
    /// The story is the one that is stored already.
    Unchanged,
    /// The page says less than the stored story: what it says is a draft until several visits saw it alike.
    Drafted,
    /// The page was refused, and its story came by feed: an article that was not there before.
    #[strum(transparent)]
    ByFeed(PageState),
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
    /// Those of them that came by feed, whatever became of their pages since.
    pub by_feed: u64,
    /// Articles that got another version.
    pub updated: u64,
    /// Articles that were as before.
    pub unchanged: u64,
    /// Articles whose page says less than before, which is a draft so far.
    pub drafted: u64,
    /// Pages that a source named and that do not exist.
    pub missing: u64,
    /// Guessed ids that no page has.
    pub guesses_missed: u64,
    /// Pages that could not be kept; they stay queued.
    pub failed: u64,
    /// Sources that were read, stale and unchanged ones included.
    pub sources_read: u64,
    /// Sources that could not be read.
    pub sources_unread: u64,
    /// Sources that were read and found stale: they name nothing young.
    pub sources_stale: u64,
    /// Sources that were read and name nothing at all.
    pub sources_empty: u64,
    /// Sources that name more files than a run reads.
    pub sources_cut: u64,
    /// Feeds that overflowed since the pass before.
    pub sources_overflowed: u64,
    /// Sources with places that could not be read.
    pub sources_partly: u64,
}

impl Tally {
    /// Counts one settled visit.
    pub fn count(&mut self, settled: Settled) {
        self.fetched += 1;
        match settled {
            Settled::New => self.stored += 1,
            Settled::Updated => self.updated += 1,
            Settled::Unchanged => self.unchanged += 1,
            Settled::Drafted => self.drafted += 1,
            Settled::ByFeed(_) => {
                self.failed += 1;
                self.stored += 1;
                self.by_feed += 1;
            }
            Settled::Missing => self.missing += 1,
            Settled::GuessMissed => self.guesses_missed += 1,
            Settled::Failed(_) => self.failed += 1,
        }
    }
}

impl Tally {
    /// Returns the sums of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            discovered: self.discovered + other.discovered,
            fetched: self.fetched + other.fetched,
            stored: self.stored + other.stored,
            by_feed: self.by_feed + other.by_feed,
            updated: self.updated + other.updated,
            unchanged: self.unchanged + other.unchanged,
            drafted: self.drafted + other.drafted,
            missing: self.missing + other.missing,
            guesses_missed: self.guesses_missed + other.guesses_missed,
            failed: self.failed + other.failed,
            sources_read: self.sources_read + other.sources_read,
            sources_unread: self.sources_unread + other.sources_unread,
            sources_stale: self.sources_stale + other.sources_stale,
            sources_empty: self.sources_empty + other.sources_empty,
            sources_cut: self.sources_cut + other.sources_cut,
            sources_overflowed: self.sources_overflowed + other.sources_overflowed,
            sources_partly: self.sources_partly + other.sources_partly,
        }
    }
}

impl Settled {
    /// The word for logs.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
