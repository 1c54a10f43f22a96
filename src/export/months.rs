//! A folder with a file for each month, as other tools read one table from many files (`month=2024-03/articles.csv`). It knows days
//! and files, not what is written into them; it is not part of `table`, which chooses the rows.

use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::Path,
};

use super::sink::RowSink;

/// The name that partitioned folders have for rows without a value (Hive's, which other tools read as NULL).
const NO_MONTH: &str = "__HIVE_DEFAULT_PARTITION__";

/// A folder under way. Rows come in the order of days, so one month is open at a time.
pub(super) struct Months<'a, R: ?Sized> {
    folder: &'a Path,
    file_name: String,
    open: Option<OpenMonth<'a, R>>,
}

struct OpenMonth<'a, R: ?Sized> {
    month: String,
    sink: Box<dyn RowSink<R> + 'a>,
}

impl<'a, R: ?Sized> Months<'a, R> {
    /// Returns an empty folder whose files will have this name.
    pub(super) fn new(folder: &'a Path, file_name: String) -> Self {
        Self { folder, file_name, open: None }
    }

    /// Returns the sink of the month of a day. `begin` makes one where the month is another than that of the last row.
    pub(super) fn of_day(
        &mut self,
        day: Option<&str>,
        begin: impl FnOnce(BufWriter<File>) -> io::Result<Box<dyn RowSink<R> + 'a>>,
    ) -> io::Result<&mut (dyn RowSink<R> + 'a)> {
        let month = month(day);
        let open = match self.open.take() {
            Some(open) if open.month == month => open,
            before => {
                before.map_or(Ok(()), |open| open.sink.finish())?;
                let folder = self.folder.join(format!("month={month}"));
                fs::create_dir_all(&folder)?;
                let file = BufWriter::new(File::create(folder.join(&self.file_name))?);
                OpenMonth { month: month.to_owned(), sink: begin(file)? }
            }
        };
        Ok(self.open.insert(open).sink.as_mut())
    }

    /// Ends the last month.
    pub(super) fn finish(self) -> io::Result<()> {
        self.open.map_or(Ok(()), |open| open.sink.finish())
    }
}

fn month(day: Option<&str>) -> &str {
    day.map_or(NO_MONTH, |day| day.get(..7).unwrap_or(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_day_is_of_no_month() {
        assert_eq!(month(Some("2024-03-28")), "2024-03");
        assert_eq!(month(None), "__HIVE_DEFAULT_PARTITION__");
    }
}
