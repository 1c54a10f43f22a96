//! Rows out: the public form of an article, and tables as other tools read them.

mod columns;
mod csv;
mod jsonl;
mod parquet;
mod row;
mod warc;

pub use self::warc::{WarcError, WarcExport, pack_wacz, write_warcs};
pub use columns::{Column, Kind, columns, day_column};
pub use csv::{Csv, Dialect, csv_text};
pub use jsonl::Jsonl;
pub use parquet::Parquet;
pub use row::{BlockRow, LinkRow, QuoteRow, Row, StripRow, TagRow, WarningRow};

use std::io;

use crate::store::Cell;

/// Takes rows of one table.
pub trait Sink {
    /// One more.
    fn write(&mut self, row: &[Cell]) -> io::Result<()>;

    /// There are no more: write what is left.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
