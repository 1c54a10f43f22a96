//! A folder with a file for each month: for people `articles-2024-03.csv`, for tools that read one table from many files
//! `month=2024-03/articles.parquet`. It knows days and files, not what is written into them; it is not part of `table`, which
//! chooses the rows.

use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::Path,
};

use super::sink::RowSink;

/// The name that partitioned folders have for rows without a value (Hive's, which other tools read as NULL).
const NO_MONTH: &str = "__HIVE_DEFAULT_PARTITION__";

/// The same for people.
const UNDATED: &str = "undated";

/// How the files are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonthNames {
    /// `articles-2024-03.csv`.
    ForPeople,
    /// `month=2024-03/articles.parquet`.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "Parquet alone has these"))]
    ForTools,
}

/// A folder under way. Rows come in the order of days, so one month is open at a time.
pub(super) struct Months<'a, R: ?Sized> {
    folder: &'a Path,
    /// The name of a file, and its ending.
    name: (&'static str, &'static str),
    names: MonthNames,
    open: Option<OpenMonth<'a, R>>,
}

struct OpenMonth<'a, R: ?Sized> {
    month: String,
    sink: Box<dyn RowSink<R> + 'a>,
}

impl<'a, R: ?Sized> Months<'a, R> {
    /// Returns an empty folder whose files will have this name and ending.
    pub(super) fn new(folder: &'a Path, name: (&'static str, &'static str), names: MonthNames) -> Self {
        Self { folder, name, names, open: None }
    }

    /// Returns the sink of the month of a day. `begin` makes one where the month is another than that of the last row.
    pub(super) fn of_day(
        &mut self,
        day: Option<&str>,
        begin: impl FnOnce(BufWriter<File>) -> io::Result<Box<dyn RowSink<R> + 'a>>,
    ) -> io::Result<&mut (dyn RowSink<R> + 'a)> {
        let month = month(day, self.names);
        let open = match self.open.take() {
            Some(open) if open.month == month => open,
            before => {
                before.map_or(Ok(()), |open| open.sink.finish())?;
                let file = BufWriter::new(self.create(month)?);
                OpenMonth { month: month.to_owned(), sink: begin(file)? }
            }
        };
        Ok(self.open.insert(open).sink.as_mut())
    }

    /// Creates the file of a month.
    fn create(&self, month: &str) -> io::Result<File> {
        let (name, ending) = self.name;
        match self.names {
            MonthNames::ForPeople => File::create(self.folder.join(format!("{name}-{month}.{ending}"))),
            MonthNames::ForTools => {
                let folder = self.folder.join(format!("month={month}"));
                fs::create_dir_all(&folder)?;
                File::create(folder.join(format!("{name}.{ending}")))
            }
        }
    }

    /// Ends the last month.
    pub(super) fn finish(self) -> io::Result<()> {
        self.open.map_or(Ok(()), |open| open.sink.finish())
    }
}

fn month(day: Option<&str>, names: MonthNames) -> &str {
    let none = match names {
        MonthNames::ForPeople => UNDATED,
        MonthNames::ForTools => NO_MONTH,
    };
    day.map_or(none, |day| day.get(..7).unwrap_or(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_day_is_of_no_month() {
        assert_eq!(month(Some("2024-03-28"), MonthNames::ForTools), "2024-03");
        assert_eq!(month(None, MonthNames::ForTools), "__HIVE_DEFAULT_PARTITION__");
        assert_eq!(month(None, MonthNames::ForPeople), "undated");
    }
}
