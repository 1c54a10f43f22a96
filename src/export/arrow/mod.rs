//! Pages as an Arrow IPC stream: a row each, of a fixed schema (`schema`), put together in columns (`columns`). What is read from a page
//! is decided in `extract`; the fields are those of [`Row`], with where the page stood beside them.

mod columns;
mod schema;

use std::{io, io::Write};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Schema};
use serde::Serialize;

use super::row::Row;

pub use schema::schema_json;

/// A page, and where it stood.
#[derive(Debug, Clone, Serialize)]
pub struct PageRow {
    /// The file, as it was named.
    pub segment: String,
    /// The bytes before its record in the file; `None` where it is no record.
    pub offset: Option<u64>,
    /// The bytes of its record in the file; `None` where it cannot be read from its place alone.
    pub length: Option<u64>,
    /// The name of the site whose profile read it; `None` where nothing did.
    pub profile: Option<String>,
    /// The version of the extractor.
    pub extractor_version: u32,
    /// Why it is not the story that its address names, as a word; `None` where it is.
    pub not_story: Option<&'static str>,
    /// The day of its capture: that of `captured_at` in UTC, or the day that is all that is known.
    pub captured_on: Option<String>,
    /// The words of the body.
    pub word_count: u32,
    /// What headline, byline, summary and body are known by.
    pub content_hash: String,
    /// What was read from it.
    #[serde(flatten)]
    pub row: Row,
}

/// Some rows as columns.
pub struct RowBatch(RecordBatch);

/// An Arrow IPC stream.
pub struct PageStream<W: Write> {
    writer: StreamWriter<W>,
}

impl PageRow {
    /// Returns the row of a place in a file that cannot be read, with the reason in words.
    pub fn damaged(segment: String, offset: Option<u64>, what: String, extractor_version: u32) -> Self {
        let mut row = Row::empty();
        row.warnings.push(super::row::WarningRow { code: "damaged".to_owned(), detail: what });
        Self {
            segment,
            offset,
            length: None,
            profile: None,
            extractor_version,
            not_story: None,
            captured_on: None,
            word_count: 0,
            content_hash: String::new(),
            row,
        }
    }
}

impl RowBatch {
    /// Puts rows together. A value that is not of the type of its column is null.
    pub fn of(rows: &[PageRow]) -> Self {
        let values: Vec<serde_json::Value> =
            rows.iter().map(|it| serde_json::to_value(it).expect("a row is JSON")).collect();
        let schema = schema::schema();
        let column = |field: &arrow_schema::FieldRef| -> ArrayRef {
            let cells: Vec<_> = values.iter().map(|it| it.get(field.name())).collect();
            columns::array(field.data_type(), &cells)
        };
        let arrays: Vec<ArrayRef> = schema.fields().iter().map(column).collect();
        Self(RecordBatch::try_new(schema, arrays).expect("columns are made by the schema"))
    }
}

impl<W: Write> PageStream<W> {
    /// Begins a stream. `about` are words about it, such as the version of the program, for the metadata of the schema.
    pub fn new(to: W, about: &[(&str, &str)]) -> io::Result<Self> {
        let metadata: std::collections::HashMap<String, String> =
            about.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        let schema: Schema = schema::schema().as_ref().clone().with_metadata(metadata);
        let writer = StreamWriter::try_new(to, &schema).map_err(io_error)?;
        Ok(Self { writer })
    }

    /// Writes some rows.
    pub fn write(&mut self, batch: &RowBatch) -> io::Result<()> {
        self.writer.write(&batch.0).map_err(io_error)?;
        self.writer.get_mut().flush()
    }

    /// Ends the stream.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.finish().map_err(io_error)?;
        self.writer.get_mut().flush()
    }
}

fn io_error(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, source) => source,
        other => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, cast::AsArray};

    use super::*;

    #[test]
    fn a_row_keeps_its_types_and_what_is_absent_is_null() {
        let mut row = PageRow::damaged("a.warc".to_owned(), Some(7), "torn".to_owned(), 3);
        row.row.published_at = Some("2021-03-08T11:20:00+05:00".to_owned());
        row.row.published_on = Some("2021-03-08".to_owned());
        row.row.authors = vec!["A".to_owned(), "B".to_owned()];
        let RowBatch(batch) =
            RowBatch::of(&[row, PageRow::damaged("b".to_owned(), None, String::new(), 3)]);
        let column = |name: &str| batch.column_by_name(name).expect("a column");
        let at = column("published_at").as_primitive::<arrow_array::types::TimestampMicrosecondType>();
        assert_eq!((at.value(0), at.is_null(1)), (1_615_184_400_000_000, true));
        let day = column("published_on").as_primitive::<arrow_array::types::Date32Type>();
        assert_eq!(day.value(0), 18_694);
        let authors = column("authors").as_list::<i32>();
        assert_eq!((authors.value(0).len(), authors.value(1).len()), (2, 0));
        assert!(column("headline").is_null(0));
        let warnings = column("warnings").as_list::<i32>();
        let detail = warnings.value(0).as_struct().column_by_name("detail").expect("a field").clone();
        assert_eq!(detail.as_string::<i32>().value(0), "torn");
        let mut bytes = Vec::new();
        let mut stream = PageStream::new(&mut bytes, &[("a", "b")]).expect("memory");
        stream.write(&RowBatch(batch)).expect("memory");
        stream.finish().expect("memory");
        let read = arrow_ipc::reader::StreamReader::try_new(&bytes[..], None).expect("a stream");
        assert_eq!(read.schema().metadata()["a"], "b");
        assert_eq!(read.map(|it| it.expect("a batch").num_rows()).sum::<usize>(), 2);
    }
}
