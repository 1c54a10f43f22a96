//! JSON lines (<https://jsonlines.org>): an object for each row, or for each article. Which rows and which articles is decided in
//! `table`; the object of an article is [`ArticleRow`]. It is not part of `answers`, which are made whole in memory.

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::store::Cell;

use super::{
    article_row::ArticleRow,
    columns::{Column, ColumnKind, texts},
    sink::RowSink,
};

/// Writes rows of cells as objects.
pub struct Jsonl<W: Write> {
    to: W,
    columns: &'static [Column],
}

/// Writes articles as objects.
pub struct ArticleLines<W: Write> {
    to: W,
}

impl<W: Write> Jsonl<W> {
    /// Begins a file of these columns.
    pub fn new(to: W, columns: &'static [Column]) -> Self {
        Self { to, columns }
    }
}

impl<W: Write> RowSink for Jsonl<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        let value = |cell: &Cell, kind| match (cell, kind) {
            (cell, ColumnKind::List) => Value::from(texts(cell)),
            (Cell::Null, _) => Value::Null,
            (Cell::Whole(number), ColumnKind::Flag) => Value::from(*number != 0),
            (Cell::Whole(number), _) => Value::from(*number),
            (Cell::Real(number), _) => Value::from(*number),
            (Cell::Text(text), _) => Value::from(text.as_str()),
        };
        let pairs = row.iter().zip(self.columns);
        let object: Map<String, Value> =
            pairs.map(|(cell, column)| (column.name.to_owned(), value(cell, column.kind))).collect();
        serde_json::to_writer(&mut self.to, &object)?;
        self.to.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.to.flush()
    }
}

impl<W: Write> ArticleLines<W> {
    /// Begins a file.
    pub fn new(to: W) -> Self {
        Self { to }
    }
}

impl<W: Write> RowSink<ArticleRow> for ArticleLines<W> {
    fn write(&mut self, article: &ArticleRow) -> io::Result<()> {
        serde_json::to_writer(&mut self.to, article)?;
        self.to.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.to.flush()
    }
}
