//! What is asked of the archive: an article, rows for exports, a search, a symbol, the counts of `status`, captures to read again.
//! An answer that belongs to one noun alone (is this page known?) is beside that noun; here are those that cross several.

mod article;
mod audit;
mod boards;
mod cited;
mod columns;
mod facets;
mod images;
mod listing;
mod market;
mod novel;
mod paper;
mod rereading;
mod row_sql;
mod rows;
mod search;
mod stats;

pub use article::{ArticleReference, Wording};
pub use audit::{ArchiveDisk, RunAudit, disk};
pub use boards::{BoardCode, RateRow, StoredBoardRow, StoredMostRead};
pub use cited::CitedCounts;
pub use columns::{Facet, Facets, StoryColumns};
pub use images::{ArticleImage, ImageCapture, ImageStateCount, ImageStats, StoredImage};
pub use listing::{ChangeFilter, ListedStory, StoryListing};
pub use market::{DailyRow, StoredQuote, SymbolRow};
pub use novel::{FirstPrint, NamedCompany};
pub use paper::{CaptureLine, ReadStory, StoryCount};
pub use rereading::{Amendment, RereadCapture, Rereading, StoredCapture, TypedBody};
pub use row_sql::Table;
pub use rows::{ArticleFacts, Cell, Circumstances, RowFilter, StoredOrigin, StoredWarning};
pub use search::{MARKS, Note, Search, SearchAnswer, SearchHit, SearchOrder};
pub use stats::{HostStats, PageStats, Sample, SourceStats, Status};
