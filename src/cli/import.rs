//! `tearsheet import`: which files were meant, and what is in each of them. Reading the pages in them is the business of `jobs`.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    time::Instant,
};

use url::Url;

use crate::{
    jobs::{Contents, End, Import, ImportFile, Imported, Unreadable},
    model::Event,
    warc::Packing,
};

use super::{
    args::{Common, ImportArgs},
    failure::{Exit, Usage},
    printer::Printer,
    progress::Progress,
    scrape::closing,
    session::{Session, block_on, upgraded},
};

/// A zero among the first bytes of a file says that it is a picture and no page. This is how many bytes are looked at.
const SNIFF_BYTES: usize = 8000;
/// The endings of the files that are imported from a folder.
const EXTENSIONS: [&str; 9] = ["html", "htm", "xhtml", "txt", "mhtml", "mht", "warc", "wet", "wat"];
/// The endings that a packed web archive has after its own.
const PACKED: [&str; 3] = ["gz", "zst", "zstd"];
/// The ending of the folder in which a browser saves the pictures and frames of a page.
const BESIDE: &str = "_files";
/// The size of a read.
const BUFFER_BYTES: usize = 256 << 10;

pub(super) fn run(common: &Common, args: &ImportArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let session = Session::new(common)?;
    let url = args.url.as_deref().map(parse_url).transpose()?;
    let paths = expand(&args.paths)?;
    if url.is_some() && paths.len() != 1 {
        let hint = "leave `--url` out, or import one file at a time";
        return Err(Usage::new(
            format!("`--url` is the address of one page, and there are {}", paths.len()),
            hint,
        )
        .into());
    }
    let writer = session.writer()?;
    let reader = session.reader()?;
    let progress = Progress::new(printer, common.quiet, "import");
    progress.show(&Event::Expected(paths.len() as u64));
    let max = session.config.fetch.max_body_bytes;
    let file = |path: PathBuf| ImportFile {
        name: path.display().to_string(),
        url: url.clone(),
        captured_at: args.captured_at,
        open: Box::new(move || open(&path, max)),
    };
    let files = paths.into_iter().map(file).collect();
    let imported = block_on(async |stop| {
        let import = Import {
            extractor: &session.extractor,
            writer: &writer,
            profile: &session.config.profile,
            body_max: max,
            observe: &|event| progress.show(&event),
            stop,
        };
        Ok(import.run(files, &reader).await?)
    });
    progress.end();
    let imported = imported?;
    let Imported { report, passed_over, damaged, unresolved, no_stories, unaddressed } = &imported;
    let exit = match report.end {
        End::Interrupted => Exit::Interrupted,
        _ if 0 < report.tally.failed + damaged + unresolved => Exit::Incomplete,
        _ => Exit::Done,
    };
    let mut line = closing("import", report, began.elapsed());
    if 0 < *no_stories {
        line += &format!("; {no_stories} of the failed are no stories");
    }
    if 0 < *unaddressed {
        line += &format!("; {unaddressed} pages are of no known address");
    }
    if !passed_over.is_empty() {
        let counts = passed_over.iter().map(|(why, count)| format!("{count} {}", why.words()));
        line += &format!("; passed over {}", counts.collect::<Vec<_>>().join(", "));
    }
    if 0 < *damaged {
        line += &format!("; {damaged} damaged places");
    }
    if 0 < *unresolved {
        line += &format!("; {unresolved} revisits without the capture they name");
    }
    line += &upgraded(&writer);
    printer.closing(&line, exit);
    Ok(exit)
}

/// Opens a file. Returns what is in it: a web archive, packed or not, or a page.
pub(super) fn open(path: &Path, max: usize) -> Result<Contents, Unreadable> {
    let input: Box<dyn Read + Send> =
        if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
    let head = input.fill_buf()?;
    if head.starts_with(b"WARC/") || Packing::of(head) != Packing::Plain {
        return Ok(Contents::Archive(Box::new(input)));
    }
    Ok(Contents::Page(page(input, max)?, content_type(path)))
}

pub(super) fn parse_url(text: &str) -> Result<Url, Usage> {
    let url = Url::parse(text).ok().filter(|it| matches!(it.scheme(), "http" | "https"));
    url.ok_or_else(|| {
        Usage::new(format!("`{text}` is not a web address"), "write it with http:// or https://")
    })
}

/// Returns the bytes of a page, unless there are more than a page can have.
fn page(input: impl Read, max: usize) -> Result<Vec<u8>, Unreadable> {
    let mut body = Vec::new();
    input.take(max as u64 + 1).read_to_end(&mut body)?;
    if max < body.len() {
        return Err(Unreadable::TooLarge { max });
    }
    // A page has no zeros; UTF-16 has them, and a mark at its start.
    let head = &body[..body.len().min(SNIFF_BYTES)];
    let is_marked = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    if head.contains(&0) && !is_marked { Err(Unreadable::Binary) } else { Ok(body) }
}

/// Returns the type that the name of a file stands for. Without one the reader looks into the file.
pub(super) fn content_type(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "txt" => Some("text/plain".to_owned()),
        "html" | "htm" | "xhtml" => Some("text/html".to_owned()),
        _ => None,
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Returns the files that were named, and the files in the folders that were named, in the order of their names.
fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Usage> {
    let mut files = Vec::new();
    for path in paths {
        let unreadable = |error: io::Error| {
            Usage::new(
                format!("cannot read `{}`: {error}", path.display()),
                "check the name; nothing was imported",
            )
        };
        if is_stdin(path) || !path.metadata().map_err(unreadable)?.is_dir() {
            files.push(path.clone());
        } else {
            walk(path, &mut files).map_err(unreadable)?;
        }
    }
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries =
        folder.read_dir()?.map(|it| it.map(|it| it.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        let extension =
            path.extension().and_then(|it| it.to_str()).unwrap_or_default().to_ascii_lowercase();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let inner = PACKED.iter().find_map(|it| name.strip_suffix(&format!(".{it}")));
        let is_packed = inner.is_some_and(|it| [".warc", ".wet"].iter().any(|end| it.ends_with(end)));
        if path.is_dir() {
            if !name.ends_with(BESIDE) {
                walk(&path, files)?;
            }
        } else if is_packed || EXTENSIONS.contains(&extension.as_str()) {
            files.push(path);
        }
    }
    Ok(())
}
