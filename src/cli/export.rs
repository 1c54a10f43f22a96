//! `tearsheet export`: rows for other tools, to a file, a folder or stdout. What is not whole has no name.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use chrono::Utc;

use crate::{
    export::{
        Csv, Dialect, Jsonl, Parquet, Row, Sink, WarcError, WarcExport, columns, day_column, pack_wacz,
        write_warcs,
    },
    model::{Days, PageId},
    store::{Cell, Filter, Reader, StoreError, StoredCapture, Table},
};

use super::{
    args::{By, Common, ExportArgs, ExportFormat, ExportWhat},
    datasette,
    days::today,
    failure::{Exit, OutputError, Usage},
    printer::Printer,
    progress::{Progress, duration},
    session::Session,
    verify::beside,
};

pub(super) fn run(common: &Common, mut args: ExportArgs, printer: &Printer) -> anyhow::Result<Exit> {
    args.out = args.out.filter(|it| it != Path::new("-"));
    let args = &args;
    let session = Session::new(common)?;
    let table = match args.what {
        ExportWhat::Articles => Table::Articles,
        ExportWhat::Quotes => Table::Quotes,
        ExportWhat::Links => Table::Links,
        ExportWhat::Warc => return warc(&session, args, common, printer),
        ExportWhat::DatasetteMetadata => {
            return datasette::run(&session, args.out.as_deref(), printer);
        }
    };
    let reader = session.reader()?;
    if table == Table::Quotes && args.section.is_some() {
        let hint = "a quote belongs to a capture, not to a section; leave `--section` out";
        return Err(Usage::new("quotes have no section", hint).into());
    }
    let days = args.range.bounds(today(&session.config.profile, Utc::now()))?;
    let export = Export {
        reader: &reader,
        table,
        filter: Filter { days, section: args.section.clone() },
        format: format(args)?,
        dialect: if args.excel { Dialect::Excel } else { Dialect::Plain },
    };
    let began = Instant::now();
    let progress = Progress::new(printer, common.quiet || args.out.is_none(), "export");
    let rows = export.to(args, &progress);
    progress.end();
    let rows = rows?;
    let place = args.out.as_ref().map_or("stdout".to_owned(), |it| it.display().to_string());
    let empty = if rows == 0 { ": there is nothing in this range" } else { "" };
    printer.note(&format!("export: {rows} rows to {place} in {}{empty}", duration(began.elapsed())));
    Ok(Exit::Done)
}

/// Captures as web archives: a folder, or one WACZ file.
fn warc(
    session: &Session,
    args: &ExportArgs,
    common: &Common,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let Some(out) = &args.out else {
        return Err(Usage::new(
            "a web archive is no text for a terminal",
            "`--out FOLDER` names a place for it",
        )
        .into());
    };
    if args.format.is_some_and(|it| it != ExportFormat::Warc)
        || args.excel
        || args.by.is_some()
        || args.section.is_some()
    {
        let hint = "`tearsheet export warc --from D --to D --out FOLDER`";
        return Err(Usage::new("a web archive has captures, not rows", hint).into());
    }
    if out.exists() && (args.wacz || fs::read_dir(out).map_or(true, |mut it| it.next().is_some())) {
        let hint = "name a new one; an export is never mixed with another";
        return Err(Usage::new(format!("`{}` is there already", out.display()), hint).into());
    }
    let reader = session.reader()?;
    let now = Utc::now();
    let days = args.range.bounds(today(&session.config.profile, now))?;
    let progress = Progress::new(printer, common.quiet, "export");
    progress.show(&crate::model::Event::Queue { due: reader.captures_left(0, days)? });
    let partial = beside(out);
    let target = out.display().to_string();
    let about = format!("{}, archived by tearsheet", session.config.profile.name);
    let whole = || -> Result<WarcExport, WarcError> {
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        let captures = captures(&reader, days);
        let seen = || progress.show(&crate::model::Event::Reread);
        let export = write_warcs(&reader, captures, &partial, &crate::warc::stamp14(now), &about, seen)?;
        if args.wacz {
            let packed = beside(&partial);
            pack_wacz(&partial, &packed, &about, &crate::warc::stamp(now))?;
            fs::remove_dir_all(&partial)?;
            fs::rename(&packed, out)?;
        } else {
            if out.exists() {
                fs::remove_dir(out)?;
            }
            fs::rename(&partial, out)?;
        }
        Ok(export)
    }();
    progress.end();
    let export = whole.map_err(|error| {
        let _ = fs::remove_dir_all(&partial);
        match error {
            WarcError::Io(error) => output(&target, error),
            WarcError::Store(error) => error.into(),
        }
    })?;
    let WarcExport { captures, revisits, undated, files } = export;
    let mut line =
        format!("export: {captures} captures ({revisits} revisits) in {files} files to {target}");
    if 0 < undated {
        line += &format!(", {undated} without a date or address left out");
    }
    printer.note(&format!("{line} in {}", duration(began.elapsed())));
    Ok(Exit::Done)
}

/// Every capture, some at a time.
fn captures(
    reader: &Reader,
    days: Option<Days>,
) -> impl Iterator<Item = Result<StoredCapture, StoreError>> {
    const CHUNK: usize = 500;
    let mut row = 0;
    let mut chunk = Vec::new().into_iter();
    std::iter::from_fn(move || {
        if let Some(next) = chunk.next() {
            return Some(Ok(next));
        }
        match reader.stored_captures(row, days, CHUNK) {
            Ok(more) => {
                row = more.last()?.id;
                chunk = more.into_iter();
                chunk.next().map(Ok)
            }
            Err(error) => Some(Err(error)),
        }
    })
}

/// The format that was named, or that the name of the file says.
fn format(args: &ExportArgs) -> anyhow::Result<ExportFormat> {
    let ending = args.out.as_ref().and_then(|it| it.extension()).and_then(|it| it.to_str());
    let format = args.format.or(match ending {
        Some("csv") => Some(ExportFormat::Csv),
        Some("jsonl" | "ndjson") => Some(ExportFormat::Jsonl),
        Some("parquet") => Some(ExportFormat::Parquet),
        _ => None,
    });
    let format = format.unwrap_or(ExportFormat::Jsonl);
    let usage = |message: &str, hint: &str| Err(Usage::new(message, hint).into());
    if args.wacz || format == ExportFormat::Warc {
        return usage("rows are no web archive", "`tearsheet export warc --out FOLDER` writes one");
    }
    if args.excel && format != ExportFormat::Csv {
        return usage("`--excel` is for CSV", "`--format csv --excel`");
    }
    match (&args.out, args.by) {
        (None, Some(By::Month)) => usage("`--by month` makes a folder", "`--out FOLDER` names it"),
        (None, None) if format == ExportFormat::Parquet => {
            usage("Parquet is no text for a terminal or a pipe", "`--out FILE.parquet` names a file")
        }
        _ => Ok(format),
    }
}

struct Export<'a> {
    reader: &'a Reader,
    table: Table,
    filter: Filter,
    format: ExportFormat,
    dialect: Dialect,
}

/// Why rows end before their time.
enum Ended {
    /// Whoever reads has gone away, and has all it wanted.
    Closed,
    Output(io::Error),
    Archive(crate::store::StoreError),
}

impl Export<'_> {
    fn to(&self, args: &ExportArgs, progress: &Progress) -> anyhow::Result<u64> {
        let Some(out) = &args.out else {
            let stdout = BufWriter::new(io::stdout());
            return self.write(self.sink(stdout)?, progress).map_err(|it| output("stdout", it));
        };
        if args.by == Some(By::Month) {
            return self.by_month(out, progress);
        }
        if out.is_dir() {
            let hint = "name a file, or say `--by month` for a folder of them";
            return Err(Usage::new(format!("`{}` is a folder", out.display()), hint).into());
        }
        let partial = beside(out);
        let target = out.display().to_string();
        let file = File::create(&partial).map_err(|it| output(&target, it))?;
        let written = self.write(self.sink(BufWriter::new(file))?, progress);
        let whole = written.and_then(|rows| {
            File::open(&partial)?.sync_all()?;
            fs::rename(&partial, out)?;
            Ok(rows)
        });
        whole.map_err(|it| {
            // What is half written has no name yet.
            let _ = fs::remove_file(&partial);
            output(&target, it)
        })
    }

    fn sink<'s>(&self, to: impl Write + Send + 's) -> anyhow::Result<Box<dyn Sink + 's>> {
        let columns = columns(self.table);
        let sink: io::Result<Box<dyn Sink + 's>> = match self.format {
            ExportFormat::Csv => Csv::new(to, columns, self.dialect).map(|it| Box::new(it) as _),
            ExportFormat::Jsonl if self.table == Table::Articles => Ok(Box::new(Whole(to))),
            ExportFormat::Jsonl => Ok(Box::new(Jsonl::new(to, columns))),
            ExportFormat::Parquet => Parquet::new(to, columns).map(|it| Box::new(it) as _),
            ExportFormat::Warc => Err(io::Error::other("rows are no web archive")),
        };
        sink.map_err(|it| output("the export", it))
    }

    /// Every row into one sink. How many.
    fn write(&self, mut sink: Box<dyn Sink + '_>, progress: &Progress) -> io::Result<u64> {
        progress.show(&crate::model::Event::Queue {
            due: self.reader.count_rows(self.table, &self.filter).map_err(io::Error::other)?,
        });
        let mut rows = 0;
        let ended = self.each(|row| {
            rows += 1;
            progress.show(&crate::model::Event::Reread);
            sink.write(row)
        });
        match ended {
            Ok(()) => match sink.finish() {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(rows),
                finished => finished.map(|()| rows),
            },
            Err(Ended::Closed) => Ok(rows),
            Err(Ended::Output(error)) => Err(error),
            Err(Ended::Archive(error)) => Err(io::Error::other(error)),
        }
    }

    fn each(&self, mut write: impl FnMut(&[Cell]) -> io::Result<()>) -> Result<(), Ended> {
        let is_whole = self.format == ExportFormat::Jsonl && self.table == Table::Articles;
        let each = self.reader.each_row(self.table, &self.filter, |row| {
            let written = if is_whole {
                let line = self.whole(row).map_err(Ended::Archive)?;
                write(&[Cell::Text(line)])
            } else {
                write(row)
            };
            written.map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Ended::Closed,
                _ => Ended::Output(error),
            })
        });
        each.map_err(Ended::Archive)?
    }

    /// An article as `extract` would print it.
    fn whole(&self, row: &[Cell]) -> Result<String, crate::store::StoreError> {
        let Some(Cell::Whole(id)) = row.first() else { return Ok(String::new()) };
        let article = self.reader.article_of(PageId(*id))?;
        let row = Row::of_article(article, self.reader.circumstances(PageId(*id))?);
        Ok(serde_json::to_string(&row).expect("a row is JSON"))
    }

    /// `month=2024-03/articles.parquet`: a folder that other tools read as one table.
    fn by_month(&self, out: &Path, progress: &Progress) -> anyhow::Result<u64> {
        let is_taken = out.exists() && fs::read_dir(out).map_or(true, |mut it| it.next().is_some());
        if is_taken {
            let hint = "name a new folder; an export is never mixed with another";
            return Err(Usage::new(format!("`{}` is there already", out.display()), hint).into());
        }
        let partial = beside(out);
        let target = out.display().to_string();
        let written = self.write_months(&partial, progress).and_then(|rows| {
            if out.exists() {
                fs::remove_dir(out)?;
            }
            fs::rename(&partial, out)?;
            Ok(rows)
        });
        written.map_err(|it| {
            let _ = fs::remove_dir_all(&partial);
            output(&target, it)
        })
    }

    fn write_months(&self, folder: &Path, progress: &Progress) -> io::Result<u64> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        progress.show(&crate::model::Event::Queue {
            due: self.reader.count_rows(self.table, &self.filter).map_err(io::Error::other)?,
        });
        let day = day_column(self.table);
        let mut rows = 0;
        // Rows come in the order of days: one month is open at a time.
        let mut open: Option<(String, Box<dyn Sink>)> = None;
        let mut month = String::new();
        let ended = self.reader.each_row(self.table, &self.filter, |row| {
            let of = match &row[day] {
                Cell::Text(day) => day.get(..7).unwrap_or(day).to_owned(),
                // The word that such folders have for it.
                Cell::Null | Cell::Whole(_) | Cell::Real(_) => "__HIVE_DEFAULT_PARTITION__".to_owned(),
            };
            if open.is_none() || month != of {
                if let Some((_, sink)) = open.take() {
                    sink.finish()?;
                }
                month.clone_from(&of);
                let file = self.month_file(folder, &of)?;
                open = Some((of, self.sink(file).map_err(io::Error::other)?));
            }
            rows += 1;
            progress.show(&crate::model::Event::Reread);
            let Some((_, sink)) = open.as_mut() else { return Ok(()) };
            if self.format == ExportFormat::Jsonl && self.table == Table::Articles {
                return sink.write(&[Cell::Text(self.whole(row).map_err(io::Error::other)?)]);
            }
            sink.write(row)
        });
        ended.map_err(io::Error::other)??;
        if let Some((_, sink)) = open {
            sink.finish()?;
        }
        Ok(rows)
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
            ExportFormat::Csv => "csv",
            ExportFormat::Jsonl => "jsonl",
            ExportFormat::Parquet => "parquet",
            ExportFormat::Warc => "warc",
        };
        let path: PathBuf = folder.join(format!("{name}.{ending}"));
        Ok(BufWriter::new(File::create(path)?))
    }
}

/// Lines that are whole already.
struct Whole<W>(W);

impl<W: Write> Sink for Whole<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        if let [Cell::Text(line)] = row {
            self.0.write_all(line.as_bytes())?;
            self.0.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

fn output(target: &str, source: io::Error) -> anyhow::Error {
    OutputError { target: target.to_owned(), source }.into()
}
