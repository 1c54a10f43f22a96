//! A JSON object a line.

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::store::Cell;

use super::{Column, Kind, Sink};

/// Writes rows as objects.
pub struct Jsonl<W: Write> {
    to: W,
    columns: &'static [Column],
}

impl<W: Write> Jsonl<W> {
    /// Of these columns.
    pub fn new(to: W, columns: &'static [Column]) -> Self {
        Self { to, columns }
    }
}

impl<W: Write> Sink for Jsonl<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        let value = |cell: &Cell, kind| match (cell, kind) {
            (Cell::Null, _) => Value::Null,
            (Cell::Whole(number), Kind::Flag) => Value::from(*number != 0),
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
