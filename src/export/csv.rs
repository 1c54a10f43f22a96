//! Comma-separated values (RFC 4180): a header, CRLF, and quotes where they are needed. Rows of tables are written as they come;
//! answers, which are small, as one text.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use crate::store::Cell;

use super::{
    columns::{Column, ColumnKind, texts},
    sink::RowSink,
};

/// Excel takes a file for UTF-8 only if it begins with this.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// What stands between the texts of a list, which CSV does not know.
const BETWEEN_TEXTS: &str = "; ";

/// Writes CSV.
pub struct Csv<W: Write> {
    writer: csv::Writer<W>,
    columns: &'static [Column],
    dialect: Dialect,
}

/// The program that will read the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Any program.
    Plain,
    /// A spreadsheet that wants a byte order mark, and runs cells that look like formulas.
    Excel,
}

impl<W: Write> Csv<W> {
    /// Begins a file with its header.
    pub fn new(mut to: W, columns: &'static [Column], dialect: Dialect) -> io::Result<Self> {
        if dialect == Dialect::Excel {
            to.write_all(BYTE_ORDER_MARK)?;
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        writer.write_record(columns.iter().map(|it| it.name)).map_err(io_error)?;
        Ok(Self { writer, columns, dialect })
    }

    fn write_row(&mut self, row: &[Cell]) -> csv::Result<()> {
        for (cell, column) in row.iter().zip(self.columns) {
            match (cell, column.kind) {
                (cell, ColumnKind::List) => self.write_text(&texts(cell).join(BETWEEN_TEXTS))?,
                (Cell::Null, _) => self.writer.write_field("")?,
                (Cell::Text(text), ColumnKind::Text) => self.write_text(text)?,
                (Cell::Text(text), _) => self.writer.write_field(text)?,
                (Cell::Whole(number), ColumnKind::Flag) => {
                    self.writer.write_field(if *number == 0 { "false" } else { "true" })?;
                }
                (Cell::Whole(number), _) => self.writer.write_field(number.to_string())?,
                (Cell::Real(number), _) => self.writer.write_field(number.to_string())?,
            }
        }
        self.writer.write_record(None::<&[u8]>)
    }

    fn write_text(&mut self, text: &str) -> csv::Result<()> {
        match self.dialect {
            Dialect::Plain => self.writer.write_field(text),
            Dialect::Excel => self.writer.write_field(&*without_formula(text)),
        }
    }
}

impl<W: Write> RowSink for Csv<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        self.write_row(row).map_err(io_error)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Returns the error of the stream below: a closed pipe has to be known for what it is.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Returns a text that no spreadsheet takes for a formula: an apostrophe goes before what would begin one (OWASP, "CSV injection").
fn without_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns rows as CSV, in memory.
pub(super) fn csv_text(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = rows.into_iter().try_for_each(|row| writer.write_record(row));
    written.expect("memory takes everything, and rows have as many cells as each other");
    String::from_utf8(writer.into_inner().expect("memory takes everything")).expect("cells are text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_gets_no_formula_and_keeps_its_numbers() {
        let check = |text: &str, expect: &str| assert_eq!(without_formula(text), expect);
        check("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")");
        check("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0");
        check("@SUM(1)", "'@SUM(1)");
        check("-- from our correspondent", "'-- from our correspondent");
        check("-0.52", "-0.52");
        check("Rupee = dollar", "Rupee = dollar");
    }
}
