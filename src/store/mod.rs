//! The archive: one SQLite file, one writer thread, any number of read-only readers. Alone in knowing SQL; it
//! keeps what others found and answers what they ask.
//!
//! A folder holds a kind of thing: `queue` what is to be done and what is remembered of doing it, `content` what pages said,
//! `bodies` their bytes, `answers` what is asked of all that, `checksums` what tells whether it is still as it was stored. Files beside the folders are about the file as a whole. A file
//! that writes a noun and one that reads it extend [`Writer`] and [`Reader`], so that SQL stands beside its noun.

mod error;
mod finding;
mod moment;

mod archive_file;
mod full_text_check;
mod interrupt;
mod memo;
mod migrate;
mod open;
mod paper;

mod reader;
mod writer;

mod answers;
mod bodies;
mod content;
mod queue;

mod checksums;
mod forget;
mod repair;
mod schema;
mod verify;

pub use answers::{
    Amendment, ArchiveDisk, ArticleFacts, ArticleImage, ArticleReference, BoardCode, CaptureLine, Cell,
    ChangeFilter, Circumstances, CitedCounts, DailyRow, Facet, Facets, FirstPrint, HostStats,
    ImageCapture, ImageStateCount, ImageStats, ListedStory, MARKS, NamedCompany, Note, PageStats,
    RateRow, ReadStory, RereadCapture, Rereading, RowFilter, RunAudit, Sample, Search, SearchAnswer,
    SearchHit, SearchOrder, SourceStats, Status, StoredBoardRow, StoredCapture, StoredImage,
    StoredMostRead, StoredOrigin, StoredQuote, StoredWarning, StoryColumns, StoryCount, StoryListing,
    SymbolRow, Table, TypedBody, Wording, disk,
};
pub use archive_file::{commands_of, remove};
pub use content::{PackedPages, StripDating, StripPlace, content_hash};
pub use error::{Result, StoreError};
pub use finding::{FileCheck, Finding, Remedy};
pub use forget::Traces;
pub use interrupt::Interrupter;
pub use migrate::SCHEMA;
pub use open::Upgrade;
pub use paper::other_paper;
pub use queue::{
    DayFacts, Enqueued, IdFact, ImageOutcome, ImageQueue, ImageSettlement, ImageSpending, ImageTask,
    Measured, RunMeasures, RunOutcome, RunRow, Settlement, SourceMemory, SourceReading, SourceRecord,
    SourceState, VisitQueue,
};
pub use reader::Reader;
pub use writer::{Pending, Writer};
