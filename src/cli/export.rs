//! `tearsheet export`: what was typed becomes an export, and its end a closing line. What is written, and how, is decided in
//! `crate::export`.

use std::{
    io::{self, BufWriter},
    path::Path,
    time::Instant,
};

use indicatif::HumanBytes;

use crate::{
    clock,
    config::Profile,
    export::{
        CaptureExport, Decimals, Destination, Dialect, Existing, ExportError, Format, OutPacking,
        TableExport, WarcExport,
        images::{self, Exported},
    },
    jobs::Stop,
    model::{AsOf, counted},
    store::{RowFilter, Table},
};

use super::{
    args::{By, Common, ExportArgs, ExportDecimals, ExportFormat, ExportWhat},
    datasette,
    days::today,
    failure::{Exit, Usage},
    manifest,
    printer::Printer,
    progress::{Progress, duration},
    setup::{Setup, block_on},
};

/// The endings of files that no export writes. People expect in a file what its name says.
const FOREIGN_ENDINGS: [&str; 10] =
    ["xlsx", "xls", "ods", "zip", "bz2", "xz", "db", "sqlite", "sqlite3", "feather"];

pub(super) fn run(common: &Common, mut args: ExportArgs, printer: &Printer) -> anyhow::Result<Exit> {
    args.out = args.out.filter(|it| it != Path::new("-"));
    match args.out {
        // A file under way is removed when it is interrupted.
        Some(_) => block_on(async |stop| export(common, &args, printer, &stop)),
        // A signal ends rows on stdout at once, also where nobody reads them.
        None => export(common, &args, printer, &Stop::new().1),
    }
}

fn export(common: &Common, args: &ExportArgs, printer: &Printer, stop: &Stop) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let table = match args.what {
        ExportWhat::Articles => Table::Articles,
        ExportWhat::Quotes => Table::Quotes,
        ExportWhat::Links => Table::Links,
        ExportWhat::Boards => Table::Boards,
        ExportWhat::MostRead => Table::MostRead,
        ExportWhat::Mentions => Table::Mentions,
        ExportWhat::Copies => Table::Copies,
        ExportWhat::Images => Table::Images,
        ExportWhat::Sessions => Table::Sessions,
        ExportWhat::Warc => return captures(&setup, args, common, printer, stop),
        ExportWhat::DatasetteMetadata => {
            if args.as_of.is_some() || args.manifest {
                let hint = "leave `--as-of` and `--manifest` out";
                return Err(Usage::new("metadata for Datasette has no rows", hint).into());
            }
            return datasette::run(&setup, destination(&setup, args), printer);
        }
    };
    let format = format(args)?;
    check_section(args, table)?;
    let days = args.range.bounds(today(&setup.config.profile, clock::now()))?;
    let as_of = as_of(args, table, &setup.config.profile)?;
    check_images(args)?;
    let reader = setup.reader_until(stop)?;
    let began = Instant::now();
    let progress = match args.out {
        Some(_) => Progress::new(printer, common, "export"),
        // The rows themselves are on the terminal.
        None => Progress::hidden(printer, "export"),
    };
    let export = TableExport {
        reader: &reader,
        table,
        filter: RowFilter { days, section: args.section.clone(), as_of },
        format,
        packing: packing(args, format)?,
        decimals: args.decimals.into(),
        dialect: if args.excel { Dialect::Excel } else { Dialect::Plain },
        observe: &|event| progress.show(&event),
    };
    // If the manifest cannot be written, that is said before the export is made.
    let sheet = manifest::begin(&setup, args)?;
    let written = write(&export, destination(&setup, args), args);
    progress.end();
    let Exported { rows, files, bytes } = written?;
    if let Some(sheet) = sheet {
        sheet.write(&setup, args, &export, rows)?;
    }
    let target = destination_name(args);
    let empty = if rows == 0 { ": there is nothing in this range" } else { "" };
    let (rows, took) = (counted(rows, "row"), duration(began.elapsed()));
    let pictures = match files {
        0 => String::new(),
        files => format!(" and {} ({})", counted(files, "file"), HumanBytes(bytes)),
    };
    printer.note(&format!("export: {rows}{pictures} to {target} in {took}{empty}"));
    Ok(Exit::Done)
}

/// Writes an export to its place. Returns how many rows it has, and how many files beside them.
fn write(
    export: &TableExport<'_>,
    destination: Option<Destination>,
    args: &ExportArgs,
) -> Result<Exported, ExportError> {
    let rows = match (destination, args.by) {
        (None, _) => export.to_stream(BufWriter::new(io::stdout()))?,
        (Some(destination), _) if is_folder_of_images(args) => {
            return images::to_folder(export, destination);
        }
        (Some(destination), None) => export.to_file(destination)?,
        (Some(destination), Some(By::Month)) => export.to_months(destination)?,
    };
    Ok(Exported { rows, ..Exported::default() })
}

/// Whether pictures are asked for as files: the place has no ending of a table.
fn is_folder_of_images(args: &ExportArgs) -> bool {
    args.what == ExportWhat::Images && args.out.as_deref().is_some_and(|it| ending(it).is_empty())
}

/// Returns what the closing line calls the place of an output.
fn destination_name(args: &ExportArgs) -> String {
    args.out.as_ref().map_or("stdout".to_owned(), |it| it.display().to_string())
}

/// Fails where pictures are asked for in a form that has no place for their files.
fn check_images(args: &ExportArgs) -> Result<(), Usage> {
    if args.what == ExportWhat::Images && args.by.is_some() {
        let hint =
            "`--from` and `--to` choose a month; `--out FOLDER` writes its pictures with one table";
        return Err(Usage::new("pictures are not written by month", hint));
    }
    if is_folder_of_images(args) && args.manifest {
        let hint = "the table of the folder names each file by its SHA-256; leave `--manifest` out";
        return Err(Usage::new("a folder of pictures has no manifest", hint));
    }
    Ok(())
}

/// Fails where a section is asked of what has none.
fn check_section(args: &ExportArgs, table: Table) -> Result<(), Usage> {
    let of_captures = match table {
        Table::Quotes => Some("quotes"),
        Table::Boards => Some("boards"),
        Table::MostRead => Some("most-read lists"),
        Table::Sessions => Some("sessions"),
        Table::Articles | Table::Links | Table::Mentions | Table::Copies | Table::Images => None,
    };
    let Some(what) = of_captures.filter(|_| args.section.is_some()) else { return Ok(()) };
    let hint = "they belong to a capture or a day, not to a section; leave `--section` out";
    Err(Usage::new(format!("{what} have no section"), hint))
}

impl From<ExportDecimals> for Decimals {
    fn from(asked: ExportDecimals) -> Self {
        match asked {
            ExportDecimals::Exact => Self::Exact,
            ExportDecimals::Float => Self::Float,
        }
    }
}

/// Returns the moment whose knowledge is exported; `None` for now.
fn as_of(args: &ExportArgs, table: Table, profile: &Profile) -> Result<Option<AsOf>, Usage> {
    let Some(moment) = args.as_of else { return Ok(None) };
    if matches!(table, Table::Links | Table::MostRead | Table::Sessions | Table::Copies | Table::Images)
    {
        let hint = "articles, quotes, boards and mentions have one; leave `--as-of` out";
        return Err(Usage::new("of these rows only today's state is kept", hint));
    }
    let at = moment.at(today(profile, clock::now()), profile.time_zone);
    Ok(Some(AsOf::new(at, args.clock.into(), profile.time_zone)))
}

/// Returns where the output goes; `None` for stdout.
fn destination(setup: &Setup, args: &ExportArgs) -> Option<Destination> {
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    args.out.as_deref().map(|it| setup.destination(it, existing))
}

/// Writes captures as web archives: a folder, or one WACZ file.
fn captures(
    setup: &Setup,
    args: &ExportArgs,
    common: &Common,
    printer: &Printer,
    stop: &Stop,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let Some(destination) = destination(setup, args) else {
        return Err(Usage::new(
            "a web archive is not text for a terminal",
            "`--out FOLDER` names a place for it",
        )
        .into());
    };
    if args.format.is_some_and(|it| it != ExportFormat::Warc)
        || args.excel
        || args.by.is_some()
        || args.section.is_some()
        || args.as_of.is_some()
        || args.manifest
    {
        let hint = "`tearsheet export warc --from D --to D --out FOLDER`";
        return Err(Usage::new("a web archive has captures, not rows", hint).into());
    }
    let now = clock::now();
    let days = args.range.bounds(today(&setup.config.profile, now))?;
    let reader = setup.reader_until(stop)?;
    let target = destination.path().display().to_string();
    let progress = Progress::new(printer, common, "export");
    let export = CaptureExport {
        reader: &reader,
        days,
        about: &format!("{}, archived by tearsheet", setup.config.profile.name),
        created: &crate::warc::stamp(now),
        observe: &|event| progress.show(&event),
    };
    let written = if args.wacz { export.to_wacz(destination) } else { export.to_folder(destination) };
    progress.end();
    let WarcExport { captures, revisits, images, undated, files } = written?;
    let mut line = format!(
        "export: {} ({}) in {} to {target}",
        counted(captures, "capture"),
        counted(revisits, "revisit"),
        counted(files, "file")
    );
    if 0 < images {
        line += &format!(", with {} of pictures", counted(images, "capture"));
    }
    if 0 < undated {
        line += &format!(", {undated} without a date or address left out");
    }
    printer.note(&format!("{line} in {}", duration(began.elapsed())));
    Ok(Exit::Done)
}

/// Returns the format that was named, or the one that the name of the file stands for.
fn format(args: &ExportArgs) -> anyhow::Result<Format> {
    let by_name = args.out.as_deref().filter(|_| args.by.is_none());
    let by_name = by_name.map(|it| by_ending(it, args.format)).transpose()?.flatten();
    let format = match args.format {
        Some(ExportFormat::Csv) => Some(Format::Csv),
        Some(ExportFormat::Jsonl) => Some(Format::Jsonl),
        Some(ExportFormat::Parquet) => Some(parquet()?),
        Some(ExportFormat::Warc) => None,
        None => Some(by_name.unwrap_or(Format::Jsonl)),
    };
    let usage = |message: &str, hint: &str| Err(Usage::new(message, hint).into());
    let Some(format) = format.filter(|_| !args.wacz) else {
        return usage("rows are not a web archive", "`tearsheet export warc --out FOLDER` writes one");
    };
    if args.excel && format != Format::Csv {
        return usage("`--excel` is for CSV", "`--format csv --excel`");
    }
    match (&args.out, args.by) {
        (None, Some(By::Month)) => usage("`--by month` makes a folder", "`--out FOLDER` names it"),
        (None, None) if args.format == Some(ExportFormat::Parquet) => {
            usage("Parquet is not text for a terminal or a pipe", "`--out FILE.parquet` names a file")
        }
        _ => Ok(format),
    }
}

#[cfg(feature = "parquet")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it is an error")]
fn parquet() -> Result<Format, Usage> {
    Ok(Format::Parquet)
}

#[cfg(not(feature = "parquet"))]
fn parquet() -> Result<Format, Usage> {
    Err(Usage::not_built_in("Parquet", "parquet"))
}

/// Returns how a file is packed, by its ending.
fn packing(args: &ExportArgs, format: Format) -> Result<OutPacking, Usage> {
    let packing = match args.out.as_deref().filter(|_| args.by.is_none()).map(ending).as_deref() {
        Some("gz") => OutPacking::Gzip,
        Some("zst") => OutPacking::Zstd,
        _ => return Ok(OutPacking::Plain),
    };
    if matches!(format, Format::Csv | Format::Jsonl) {
        return Ok(packing);
    }
    Err(Usage::new("Parquet is packed in itself", "name a file that ends in .parquet"))
}

fn ending(path: &Path) -> String {
    path.extension().and_then(|it| it.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// Returns the format that the ending of a file stands for; `None` where it has no ending, or where `--format` decides because the
/// ending says nothing.
fn by_ending(path: &Path, named: Option<ExportFormat>) -> Result<Option<Format>, Usage> {
    let packed = matches!(ending(path).as_str(), "gz" | "zst");
    let inner = if packed { path.with_extension("") } else { path.to_owned() };
    let ending = ending(&inner);
    let (format, is_named) = match ending.as_str() {
        "" => return Ok(None),
        "csv" => (Format::Csv, named == Some(ExportFormat::Csv)),
        "jsonl" | "ndjson" => (Format::Jsonl, named == Some(ExportFormat::Jsonl)),
        "parquet" => (parquet()?, named == Some(ExportFormat::Parquet)),
        _ if named.is_some() && !FOREIGN_ENDINGS.contains(&ending.as_str()) => return Ok(None),
        _ => {
            let hint = "`--out` FILE.csv, FILE.jsonl (also .gz or .zst) or FILE.parquet; `--excel` writes CSV that a spreadsheet opens";
            return Err(Usage::new(format!("no export is a `.{ending}` file"), hint));
        }
    };
    if named.is_none() || is_named {
        return Ok(Some(format));
    }
    let hint = "name a file that ends as its format, or leave `--format` out";
    Err(Usage::new(format!("`{}` ends in .{ending}, and another format is named", path.display()), hint))
}
