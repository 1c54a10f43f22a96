//! A table of the archive as rows in one file, in a folder with a part for each month, or in a stream. This file decides
//! which rows go where; how a row is written is the business of the sinks, and where the bytes go that of `file`.

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::{
    model::Event,
    store::{Cell, Reader, RowFilter, StoreError, Table},
};

use super::{
    article_row::ArticleRow,
    columns::{Decimals, columns, day_column},
    csv::{Csv, Dialect},
    destination_error::DestinationError,
    file::Destination,
    jsonl::{ArticleLines, Jsonl},
    months::{MonthNames, Months},
    packing::OutPacking,
    row::Row,
    sink::RowSink,
};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object a line; of articles, what `extract` prints and what the archive knows beside it.
    Jsonl,
    /// Apache Parquet.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The archive could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The destination may not be written to, or could not be.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// The bytes could not be written.
    #[error("the export cannot be written")]
    Io(#[from] io::Error),
}

impl ExportError {
    /// Returns the same error, with the path that could not be written to.
    pub(super) fn at(self, path: &Path) -> Self {
        match self {
            Self::Io(source) => DestinationError::Io { path: path.to_owned(), source }.into(),
            named @ (Self::Store(_) | Self::Destination(_)) => named,
        }
    }
}

/// Rows of a table, and how they are to be written.
pub struct TableExport<'a> {
    /// The archive.
    pub reader: &'a Reader,
    /// The table.
    pub table: Table,
    /// What chooses its rows.
    pub filter: RowFilter,
    /// The format.
    pub format: Format,
    /// How one file of them is packed.
    pub packing: OutPacking,
    /// How prices are written, where the format has types.
    pub decimals: Decimals,
    /// The program it is for, where the format is CSV.
    pub dialect: Dialect,
    /// Is told how many rows there will be, and of each that is written.
    pub observe: &'a dyn Fn(Event),
}

impl TableExport<'_> {
    /// Writes every row to a stream. Returns their number. A reader that has gone away has all it wanted.
    pub fn to_stream(&self, stream: impl Write + Send) -> Result<u64, ExportError> {
        let mut rows = 0;
        match self.write(stream, &mut rows) {
            Err(ExportError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(rows),
            written => written.map(|()| rows),
        }
    }

    /// Writes every row to one file. Returns their number.
    pub fn to_file(&self, destination: Destination) -> Result<u64, ExportError> {
        let path = destination.path().to_owned();
        let mut file = destination.file()?;
        let rows = self.packing.pack(BufWriter::new(&mut file), |stream| self.to_stream(stream));
        let rows = rows.map_err(|it| it.at(&path))?;
        file.commit()?;
        Ok(rows)
    }

    /// Writes every row to a folder with a file for each month: `articles-2024-03.csv`, or `month=2024-03/articles.parquet`, which
    /// other tools read as one table. Returns the number of rows.
    pub fn to_months(&self, destination: Destination) -> Result<u64, ExportError> {
        let path = destination.path().to_owned();
        let folder = destination.folder()?;
        let rows = self.write_months(folder.path()).map_err(|it| it.at(&path))?;
        folder.commit()?;
        Ok(rows)
    }

    fn write(&self, stream: impl Write + Send, rows: &mut u64) -> Result<(), ExportError> {
        if self.has_articles() {
            let mut lines = Box::new(ArticleLines::new(stream));
            self.each_article(|article| {
                lines.write(article)?;
                *rows += 1;
                Ok(())
            })?;
            return Ok(lines.finish()?);
        }
        let mut sink = self.sink(stream)?;
        self.each_row(|row| {
            sink.write(row)?;
            *rows += 1;
            Ok(())
        })?;
        Ok(sink.finish()?)
    }

    fn write_months(&self, folder: &Path) -> Result<u64, ExportError> {
        let (name, names, mut rows) = (self.name(), self.month_names(), 0);
        if self.has_articles() {
            let mut months = Months::new(folder, name, names);
            self.each_article(|article| {
                let part = months.of_day(article.page.published_on.as_deref(), |file| {
                    Ok(Box::new(ArticleLines::new(file)))
                })?;
                part.write(article)?;
                rows += 1;
                Ok(())
            })?;
            months.finish()?;
            return Ok(rows);
        }
        let mut months = Months::new(folder, name, names);
        self.each_row(|row| {
            let day = match &row[day_column(self.table)] {
                Cell::Text(day) => Some(day.as_str()),
                Cell::Null | Cell::Whole(_) | Cell::Real(_) => None,
            };
            months.of_day(day, |file| self.sink(file))?.write(row)?;
            rows += 1;
            Ok(())
        })?;
        months.finish()?;
        Ok(rows)
    }

    /// Whether what is written is articles with what their pages say, and not rows of cells. What a page said beside its wording has no
    /// versions, so that articles of a moment are rows.
    fn has_articles(&self) -> bool {
        self.format == Format::Jsonl && self.table == Table::Articles && self.filter.as_of.is_none()
    }

    fn sink<'o>(&self, to: impl Write + Send + 'o) -> io::Result<Box<dyn RowSink + 'o>> {
        let columns = columns(self.table);
        Ok(match self.format {
            Format::Csv => Box::new(Csv::new(to, columns, self.dialect)?),
            Format::Jsonl => Box::new(Jsonl::new(to, columns)),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                Box::new(super::parquet::Parquet::new(to, self.decimals.written(columns))?)
            }
        })
    }

    /// Hands over every row, in the order of days.
    fn each_row(
        &self,
        mut take: impl FnMut(&[Cell]) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        (self.observe)(Event::Expected(self.reader.count_rows(self.table, &self.filter)?));
        self.reader.each_row(self.table, &self.filter, |row| {
            take(row)?;
            (self.observe)(Event::Step);
            Ok(())
        })
    }

    /// Hands over every article with what its page says, in the order of days.
    fn each_article(
        &self,
        mut take: impl FnMut(&ArticleRow) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        (self.observe)(Event::Expected(self.reader.count_rows(self.table, &self.filter)?));
        self.reader.each_article_id(&self.filter, |id| {
            let article = self.reader.article_of(id)?;
            let page = Row::of_article(article, self.reader.circumstances(id)?);
            take(&ArticleRow { page, known: self.reader.article_facts(id)?.into() })?;
            (self.observe)(Event::Step);
            Ok(())
        })
    }

    /// Returns the word for what is exported.
    pub fn what(&self) -> &'static str {
        self.name().0
    }

    /// Returns the name of a file of the table, and its ending.
    pub(super) fn name(&self) -> (&'static str, &'static str) {
        let name = match self.table {
            Table::Articles => "articles",
            Table::Quotes => "quotes",
            Table::Links => "links",
            Table::Boards => "boards",
            Table::MostRead => "most-read",
            Table::Mentions => "mentions",
            Table::Copies => "copies",
            Table::Images => "images",
            Table::Sessions => "sessions",
        };
        let ending = match self.format {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            #[cfg(feature = "parquet")]
            Format::Parquet => "parquet",
        };
        (name, ending)
    }

    /// Returns how files of months are named: Parquet is read by tools that know folders of months, the others by people.
    fn month_names(&self) -> MonthNames {
        match self.format {
            Format::Csv | Format::Jsonl => MonthNames::ForPeople,
            #[cfg(feature = "parquet")]
            Format::Parquet => MonthNames::ForTools,
        }
    }
}
