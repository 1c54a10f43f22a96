//! Rows out: the public form of an article, and tables and web archives as other tools read them.

pub mod answers;
#[cfg(feature = "plot")]
pub mod charts;
mod columns;
mod csv;
mod file;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;
mod row;
mod table;
mod wacz;
mod warc;

pub use self::warc::{CaptureExport, WarcExport};
pub use columns::{Column, Kind, columns};
pub use csv::{Csv, Dialect};
pub use file::{Existing, OutFile, OutFolder, Place, PlaceError};
pub use jsonl::Jsonl;
#[cfg(feature = "parquet")]
pub use parquet::Parquet;
pub use row::{
    BlockRow, BoardCells, BoardLine, LinkRow, MostReadLine, QuoteRow, Row, StripRow, TagRow, WarningRow,
};
pub use table::{ExportError, Format, TableExport};

use std::io;

use crate::store::Cell;

/// Takes rows of one table.
pub trait Sink {
    /// One more.
    fn write(&mut self, row: &[Cell]) -> io::Result<()>;

    /// There are no more: write what is left.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
