//! What the commands answer, as other programs read it: each type is the JSON object of its answer, field by field. Nothing is
//! asked, judged or printed here; `store` and `jobs` find the answer, and the front ends print it. The answers are not part
//! of [`Row`](super::Row), which is the form of a page wherever a page is printed.
//!
//! The names of the fields are public: scripts read them.

mod coverage;
mod form;
mod health;
mod images;
mod list;
mod quotes;
mod runs;
mod search;
mod status;
mod summary;
mod verify;

pub use coverage::{CoverageAnswer, CoverageRow, ReadingAnswer};
pub use form::{AnswerRow, csv_header, csv_rows, to_json, to_json_lines};
pub use health::{HOLE_DAYS, Health, HealthAnswer, HealthFacts};
pub use images::{ImageStateAnswer, ImagesAnswer};
pub use list::StoryAnswer;
pub use quotes::{DailyQuoteAnswer, QuoteAnswer, RateAnswer, SymbolAnswer};
pub use runs::{DriftAnswer, RunAnswer};
pub use search::HitAnswer;
pub use status::{HostAnswer, PageStateAnswer, SourceAnswer, StatusAnswer};
pub use summary::SummaryAnswer;
pub use verify::{ArchiveAccess, FindingAnswer, VerifyAnswer};
