//! What other programs read: the public form of an article, rows of tables, web archives, charts, and the answers of commands.
//! Nothing here prints or decides where the user's output goes; `cli` does. It is not part of `store`, because the shapes
//! here are public and those of the archive are `store`'s own business.

pub mod answers;
#[cfg(feature = "arrow")]
pub mod arrow;
mod article_row;
#[cfg(feature = "plot")]
pub mod charts;
mod citation;
mod columns;
mod csv;
pub mod day_line;
mod destination_error;
mod file;
mod hashed;
pub mod images;
mod jsonl;
mod metrics;
mod months;
mod packing;
#[cfg(feature = "parquet")]
mod parquet;
mod paths;
mod row;
mod sink;
mod table;
mod wacz;
mod warc;

pub use self::warc::{CaptureExport, WarcExport};
pub use article_row::{ArticleRow, KnownRow};
pub use citation::{Citation, CitedFile, Manifest, text_sha256};
pub use columns::{Column, ColumnKind, Decimals, columns};
pub use csv::{Csv, Dialect};
pub use destination_error::DestinationError;
pub use file::{Destination, Existing, OutFile, OutFolder};
pub use jsonl::{ArticleLines, Jsonl};
pub use metrics::{archive_metrics, metrics};
pub use packing::OutPacking;
#[cfg(feature = "parquet")]
pub use parquet::Parquet;
pub use row::{
    BlockRow, BoardCells, BoardLine, ImageLine, LinkRow, MostReadLine, Row, StripQuoteRow, StripRow,
    TagRow, WarningRow,
};
pub use sink::RowSink;
pub use table::{ExportError, Format, TableExport};
