//! A table of the archive as rows in one file, in a folder with a part for each month, or in a stream. This file decides
//! which rows go where; how a row is written is the business of the sinks, and where the bytes go that of `file`.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::{
    model::{Event, PageId},
    store::{Cell, Reader, RowFilter, StoreError, Table},
};

use super::{
    Csv, Dialect, Jsonl, Place, PlaceError, Row, Sink,
    columns::{columns, day_column},
};

/// The name that partitioned folders have for rows without a value (Hive's, which other tools read as NULL).
const NO_MONTH: &str = "__HIVE_DEFAULT_PARTITION__";

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object a line; of articles, the object that `extract` prints.
    Jsonl,
    /// Apache Parquet.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Why an export ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The archive could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The place may not be written to, or could not be.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The bytes could not be written.
    #[error("the export cannot be written")]
    Io(#[from] io::Error),
}

impl ExportError {
    /// The same, naming the place that could not be written to.
    pub(super) fn at(self, path: &Path) -> Self {
        match self {
            Self::Io(source) => PlaceError::Io { path: path.to_owned(), source }.into(),
            named @ (Self::Store(_) | Self::Place(_)) => named,
        }
    }
}

/// Rows of a table, and how they are to be written.
pub struct TableExport<'a> {
    /// The archive.
    pub reader: &'a Reader,
    /// Which table.
    pub table: Table,
    /// Which of its rows.
    pub filter: RowFilter,
    /// In which format.
    pub format: Format,
    /// For whom, where the format is CSV.
    pub dialect: Dialect,
    /// Listens to how far it is.
    pub observe: &'a dyn Fn(Event),
}

/// One row on its way.
enum Record<'r> {
    Cells(&'r [Cell]),
    Article(Box<Row>),
}

/// Takes rows, or articles as JSON lines.
enum Output<'o> {
    Rows(Box<dyn Sink + 'o>),
    Articles(Box<dyn Write + 'o>),
}

impl TableExport<'_> {
    /// Write every row to a stream. Returns their number. A reader that has gone away has all it wanted.
    pub fn to_stream(&self, stream: impl Write + Send) -> Result<u64, ExportError> {
        let mut rows = 0;
        match self.write(self.output(stream)?, &mut rows) {
            Err(ExportError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(rows),
            written => written.map(|()| rows),
        }
    }

    /// Write every row to one file. Returns their number.
    pub fn to_file(&self, place: Place) -> Result<u64, ExportError> {
        let path = place.path().to_owned();
        let mut file = place.file()?;
        let rows = self.to_stream(BufWriter::new(&mut file)).map_err(|it| it.at(&path))?;
        file.commit()?;
        Ok(rows)
    }

    /// Write every row to a folder: `month=2024-03/articles.parquet`, which other tools read as one table. Returns the
    /// number of rows.
    pub fn to_months(&self, place: Place) -> Result<u64, ExportError> {
        let path = place.path().to_owned();
        let folder = place.folder()?;
        let rows = self.write_months(folder.path()).map_err(|it| it.at(&path))?;
        folder.commit()?;
        Ok(rows)
    }

    fn write_months(&self, folder: &Path) -> Result<u64, ExportError> {
        let mut rows = 0;
        // Rows come in the order of days: one month is open at a time.
        let mut open: Option<(String, Output<'_>)> = None;
        self.each(|record| {
            let month = self.month_of(&record);
            let mut output = match open.take() {
                Some((of, output)) if of == month => output,
                before => {
                    before.map_or(Ok(()), |(_, it)| it.finish())?;
                    self.output(self.month_file(folder, &month)?)?
                }
            };
            output.write(&record)?;
            open = Some((month, output));
            rows += 1;
            Ok(())
        })?;
        open.map_or(Ok(()), |(_, it)| it.finish())?;
        Ok(rows)
    }

    fn output<'o>(&self, to: impl Write + Send + 'o) -> io::Result<Output<'o>> {
        let columns = columns(self.table);
        Ok(match self.format {
            Format::Csv => Output::Rows(Box::new(Csv::new(to, columns, self.dialect)?)),
            Format::Jsonl if self.table == Table::Articles => Output::Articles(Box::new(to)),
            Format::Jsonl => Output::Rows(Box::new(Jsonl::new(to, columns))),
            #[cfg(feature = "parquet")]
            Format::Parquet => Output::Rows(Box::new(super::Parquet::new(to, columns)?)),
        })
    }

    fn write(&self, mut output: Output<'_>, rows: &mut u64) -> Result<(), ExportError> {
        self.each(|record| {
            output.write(&record)?;
            *rows += 1;
            Ok(())
        })?;
        Ok(output.finish()?)
    }

    /// Hand over every row in the order of days.
    fn each(
        &self,
        mut take: impl FnMut(Record<'_>) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        (self.observe)(Event::Expected(self.reader.count_rows(self.table, &self.filter)?));
        let mut taken = |record: Record<'_>| {
            take(record)?;
            (self.observe)(Event::Step);
            Ok(())
        };
        if self.format == Format::Jsonl && self.table == Table::Articles {
            self.reader.each_article_id(&self.filter, |id| taken(Record::Article(self.article(id)?)))
        } else {
            self.reader.each_row(self.table, &self.filter, |row| taken(Record::Cells(row)))
        }
    }

    /// An article as `extract` would print it.
    fn article(&self, id: PageId) -> Result<Box<Row>, ExportError> {
        let article = self.reader.article_of(id)?;
        Ok(Box::new(Row::of_article(article, self.reader.circumstances(id)?)))
    }

    fn month_of(&self, record: &Record<'_>) -> String {
        let day = match record {
            Record::Cells(row) => match &row[day_column(self.table)] {
                Cell::Text(day) => Some(day.as_str()),
                Cell::Null | Cell::Whole(_) | Cell::Real(_) => None,
            },
            Record::Article(row) => row.published_on.as_deref(),
        };
        day.map_or(NO_MONTH, |day| day.get(..7).unwrap_or(day)).to_owned()
    }

    fn month_file(&self, folder: &Path, month: &str) -> io::Result<BufWriter<File>> {
        let folder = folder.join(format!("month={month}"));
        fs::create_dir_all(&folder)?;
        let name = match self.table {
            Table::Articles => "articles",
            Table::Quotes => "quotes",
            Table::Links => "links",
        };
        let ending = match self.format {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            #[cfg(feature = "parquet")]
            Format::Parquet => "parquet",
        };
        Ok(BufWriter::new(File::create(folder.join(format!("{name}.{ending}")))?))
    }
}

impl Output<'_> {
    fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        match (self, record) {
            (Self::Rows(sink), Record::Cells(row)) => sink.write(row),
            (Self::Articles(to), Record::Article(row)) => {
                serde_json::to_writer(&mut *to, row)?;
                to.write_all(b"\n")
            }
            (Self::Rows(_), Record::Article(_)) | (Self::Articles(_), Record::Cells(_)) => {
                unreachable!("`each` and `output` ask the same question of table and format")
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Rows(sink) => sink.finish(),
            Self::Articles(mut to) => to.flush(),
        }
    }
}
