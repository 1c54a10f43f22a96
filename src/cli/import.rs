//! `tearsheet import`: which files were meant, and what is in each of them. Reading the pages in them is the business of `jobs`.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use url::Url;

use crate::{
    clock,
    config::Profile,
    jobs::{Contents, End, Import, ImportFile, Imported, Unreadable, contents, is_host, mirrored},
    model::{Captured, Event, KeepImages, counted, is_web},
};

use super::{
    args::{Common, ImportArgs},
    closing::closing,
    failure::{Exit, Usage},
    printer::Printer,
    progress::Progress,
    record_list::listed_records,
    setup::{Setup, block_on, upgraded},
};

/// The endings of the files that are imported from a folder.
const EXTENSIONS: [&str; 9] = ["html", "htm", "xhtml", "txt", "mhtml", "mht", "warc", "wet", "wat"];
/// The endings of files that hold pages in a form that is not read: they are named, and not passed over in silence.
const REFUSED: [&str; 4] = ["arc", "eml", "webarchive", "har"];
/// The endings that a packed file has after its own.
const PACKED: [&str; 3] = ["gz", "zst", "zstd"];
/// The endings of files beside the pages of a mirror.
const NO_PAGES: [&str; 20] = [
    "css", "js", "mjs", "json", "map", "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico",
    "woff", "woff2", "ttf", "mp4", "mp3", "pdf", "zip",
];
/// The ending of the folder in which a browser saves the pictures and frames of a page.
const BESIDE: &str = "_files";
/// The size of a read.
const BUFFER_BYTES: usize = 256 << 10;

pub(super) fn run(common: &Common, args: &ImportArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let mut setup = Setup::new(common)?;
    args.images.apply(&mut setup.config);
    let url = args.url.as_deref().map(parse_url).transpose()?;
    let profile = &setup.config.profile;
    let records = args.records.as_deref().map(listed_records).transpose()?;
    let paths = expand(&args.paths, profile)?;
    if url.is_some() && paths.len() != 1 {
        let hint = "leave `--url` out, or import one file at a time";
        return Err(Usage::new(
            format!("`--url` is the address of one page, and there are {}", paths.len()),
            hint,
        )
        .into());
    }
    check_past(args.captured_at)?;
    if setup.config.keep_images == KeepImages::Story && paths.iter().any(|it| is_stdin(it)) {
        tracing::warn!("the pictures in a stream are not taken: it is over once its pages were read");
    }
    let writer = setup.writer()?;
    let reader = setup.reader()?;
    let progress = Progress::new(printer, common, "import");
    let count = records.as_ref().map_or(paths.len(), Vec::len);
    progress.show(&Event::Expected(count as u64));
    let max = setup.config.fetch.max_body_bytes;
    let file = |path: PathBuf| ImportFile {
        name: path.display().to_string(),
        url: url.clone(),
        place: mirrored(&path, profile),
        captured_at: args.captured_at,
        is_stream: is_stdin(&path),
        beside: Box::new({
            let folder = path.with_extension("");
            move |name| beside(&folder, name, max)
        }),
        open: Box::new(move || open(&path, max)),
    };
    let files = match records {
        Some(records) => records.into_iter().map(|it| it.file(max)).collect(),
        None => paths.into_iter().map(file).collect(),
    };
    let images = &setup.config.fetch.images;
    let keeps_images = setup.config.keep_images == KeepImages::Story;
    let imported = block_on(async |stop| {
        let import = Import {
            command: "import",
            extractor: &setup.extractor,
            writer: &writer,
            profile: &setup.config.profile,
            image_pixels: keeps_images.then_some(images.max_pixels),
            body_max: max,
            observe: &|event| progress.show(&event),
            stop,
        };
        Ok(import.run(files, &reader).await?)
    });
    progress.end();
    let imported = imported?;
    let Imported { report, damaged, unresolved, .. } = &imported;
    let exit = match report.end {
        End::Interrupted => Exit::Interrupted,
        _ if 0 < report.tally.failed + damaged + unresolved => Exit::Incomplete,
        _ => Exit::Done,
    };
    let line = summary(&imported, began.elapsed()) + &upgraded(&writer);
    printer.run_ended("import", &line, exit, &report.tally);
    Ok(exit)
}

/// Fails where pages are said to have been saved in the future.
fn check_past(captured_at: Option<Captured>) -> Result<(), Usage> {
    let tomorrow = Captured::At(clock::now() + TimeDelta::days(1)).to_string();
    let Some(captured) = captured_at.filter(|it| tomorrow < it.to_string()) else { return Ok(()) };
    let message = format!("`--captured-at {captured}` is yet to come");
    Err(Usage::new(message, "it is when the page was saved"))
}

/// Returns the closing line of an import.
fn summary(imported: &Imported, took: Duration) -> String {
    let Imported { report, passed_over, damaged, unresolved, no_stories, unaddressed } = imported;
    let mut line = closing("import", report, took);
    if 0 < *no_stories {
        line += &format!("; not a story: {no_stories} of the failed");
    }
    if 0 < *unaddressed {
        line += &format!("; {} of no known address", counted(*unaddressed, "page"));
    }
    if !passed_over.is_empty() {
        let counts = passed_over.iter().map(|(why, count)| format!("{count} {}", why.words()));
        line += &format!("; passed over {}", counts.collect::<Vec<_>>().join(", "));
    }
    if 0 < *damaged {
        line += &format!("; {}", counted(*damaged, "damaged place"));
    }
    if 0 < *unresolved {
        line += &format!("; {} without the capture it names", counted(*unresolved, "revisit"));
    }
    line
}

/// Opens a file. Returns what is in it: a web archive, packed or not, or a page.
pub(super) fn open(path: &Path, max: usize) -> Result<Contents, Unreadable> {
    let input: Box<dyn Read + Send> =
        if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let input = BufReader::with_capacity(BUFFER_BYTES, input);
    contents(Box::new(input), content_type(path), max)
}

/// Returns the file of a name in the folder that a browser saved beside a page; `None` where there is none, or where it is larger than
/// any picture.
fn beside(page: &Path, name: &str, max: usize) -> Option<Vec<u8>> {
    // A name of the page leads nowhere else.
    let name = Path::new(name).file_name()?;
    let mut folder = page.file_name()?.to_owned();
    folder.push(BESIDE);
    let mut bytes = Vec::new();
    let file = File::open(page.with_file_name(folder).join(name)).ok()?;
    file.take(max as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= max).then_some(bytes)
}

pub(super) fn parse_url(text: &str) -> Result<Url, Usage> {
    let url = Url::parse(text).ok().filter(is_web);
    url.ok_or_else(|| {
        Usage::new(format!("`{text}` is not a web address"), "write it with http:// or https://")
    })
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
pub(super) fn expand(paths: &[PathBuf], profile: &Profile) -> Result<Vec<PathBuf>, Usage> {
    let mut found = FoundFiles::default();
    for path in paths {
        let unreadable = |error: io::Error| {
            Usage::new(
                format!("cannot read `{}`: {error}", path.display()),
                "check the name; nothing was read",
            )
        };
        if is_stdin(path) || !path.metadata().map_err(unreadable)?.is_dir() {
            found.files.push(path.clone());
        } else {
            let place = if is_mirror(path, profile) { FolderKind::Mirror } else { FolderKind::Folder };
            walk(path, place, profile, &mut found).map_err(unreadable)?;
        }
    }
    Ok(found.files)
}

/// The files that folders have, and what was looked into for them.
#[derive(Default)]
struct FoundFiles {
    files: Vec<PathBuf>,
    /// Folders and files without their links, so that a link that leads back is followed once.
    seen: HashSet<PathBuf>,
}

/// What a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FolderKind {
    /// One with saved pages.
    Folder,
    /// A mirror of the site: its pages need no ending.
    Mirror,
}

/// Whether a folder, or one that it is in, is called as a host of the site.
fn is_mirror(folder: &Path, profile: &Profile) -> bool {
    folder.components().any(|it| it.as_os_str().to_str().is_some_and(|it| is_host(it, profile)))
}

fn walk(folder: &Path, kind: FolderKind, profile: &Profile, found: &mut FoundFiles) -> io::Result<()> {
    if !found.seen.insert(folder.canonicalize()?) {
        return Ok(());
    }
    let mut entries =
        folder.read_dir()?.map(|it| it.map(|it| it.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if path.is_dir() {
            let inner = if is_host(&name, profile) { FolderKind::Mirror } else { kind };
            if !name.ends_with(BESIDE) {
                walk(&path, inner, profile, found)?;
            }
        } else if !is_wanted(&name, kind) {
            // What is beside the pages.
        } else if !path.is_file() {
            // Reading it may never end, or there is nothing to read.
            tracing::warn!("{} is left out: it is no regular file", path.display());
        } else if found.seen.insert(path.canonicalize()?) {
            found.files.push(path);
        }
    }
    Ok(())
}

/// Whether a file of a folder is to be looked into, by its name in lower case.
fn is_wanted(name: &str, kind: FolderKind) -> bool {
    let inner = PACKED.iter().find_map(|it| name.strip_suffix(&format!(".{it}"))).unwrap_or(name);
    let extension = inner.rsplit_once('.').map_or("", |it| it.1);
    let is_known = EXTENSIONS.contains(&extension) || REFUSED.contains(&extension);
    match kind {
        FolderKind::Folder => is_known,
        FolderKind::Mirror => is_known || !NO_PAGES.contains(&extension),
    }
}
