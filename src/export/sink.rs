//! What the formats of rows have in common. It is a file of its own so that the formats do not know of each other, nor of the
//! table they are written from.

use std::io;

use crate::store::Cell;

/// Takes the rows of one file: rows of cells, or articles.
pub trait RowSink<R: ?Sized = [Cell]> {
    /// Writes one more row.
    fn write(&mut self, row: &R) -> io::Result<()>;

    /// Writes what is left. There are no more rows.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
