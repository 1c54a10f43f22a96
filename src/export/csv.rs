//! Comma-separated values (RFC 4180): a header, CRLF, and quotes where they are needed. Rows of tables are written as they come;
//! answers, which are small, as one text.

use std::io::{self, Write};

use crate::store::Cell;

use super::{
    columns::{Column, ColumnKind},
    sink::RowSink,
};

/// Excel takes a file for UTF-8 only if it begins with this.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Writes CSV.
pub struct Csv<W: Write> {
    writer: csv::Writer<W>,
    columns: &'static [Column],
}

/// The program that will read the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Any program.
    Plain,
    /// A spreadsheet that wants a byte order mark.
    Excel,
}

impl<W: Write> Csv<W> {
    /// Begins a file with its header.
    pub fn new(mut to: W, columns: &'static [Column], dialect: Dialect) -> io::Result<Self> {
        if dialect == Dialect::Excel {
            to.write_all(BYTE_ORDER_MARK)?;
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        writer.write_record(columns.iter().map(|it| it.name))?;
        Ok(Self { writer, columns })
    }
}

impl<W: Write> RowSink for Csv<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        for (cell, column) in row.iter().zip(self.columns) {
            match (cell, column.kind) {
                (Cell::Null, _) => self.writer.write_field("")?,
                (Cell::Text(text), _) => self.writer.write_field(text)?,
                (Cell::Whole(number), ColumnKind::Flag) => {
                    self.writer.write_field(if *number == 0 { "false" } else { "true" })?;
                }
                (Cell::Whole(number), _) => self.writer.write_field(number.to_string())?,
                (Cell::Real(number), _) => self.writer.write_field(number.to_string())?,
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Returns rows as CSV, in memory.
pub(super) fn csv_text(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = rows.into_iter().try_for_each(|row| writer.write_record(row));
    written.expect("memory takes everything, and rows have as many cells as each other");
    String::from_utf8(writer.into_inner().expect("memory takes everything")).expect("cells are text")
}
