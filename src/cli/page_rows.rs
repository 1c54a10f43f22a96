//! `tearsheet extract --arrow` and `--requests`: pages as rows. A file is read on all cores, its rows in its order; requests are answered one by
//! one. What a row has is said in `export`, how a file is taken apart in `jobs`.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, IsTerminal, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use data_encoding::BASE64;
use serde::Deserialize;
use url::Url;

use crate::{
    config::{Config, Profile},
    export::{
        Row,
        arrow::{PageRow, PageStream, RowBatch},
    },
    extract::{self, Extractor},
    jobs::{
        ArchivePages, Contents, Found, FoundPage, PassedOver, PlacedPage, SavedPage, each_batch,
        saved_page,
    },
    model::{Captured, NotStory, RawPage, counted},
    store::content_hash,
};

use super::{
    args::ExtractArgs,
    failure::{Exit, OutputError, Usage},
    import::{open, parse_url},
    printer::Printer,
    setup::Setup,
};

/// Answers that wait for each other, at most.
const ANSWERS_MAX: usize = 256;

/// A profile, and the rules compiled from it.
struct CompiledPaper {
    profile: Profile,
    extractor: Extractor,
}

/// What stood in a file beside the pages.
#[derive(Default)]
struct StreamCounts {
    damaged: u64,
    passed_over: BTreeMap<PassedOver, u64>,
}

/// A page that is asked about, as a line of JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageRequest {
    html: Option<String>,
    html_base64: Option<String>,
    url: Option<String>,
    captured_at: Option<String>,
    content_type: Option<String>,
    #[serde(default)]
    segment: String,
    offset: Option<u64>,
    length: Option<u64>,
}

/// Returns the papers of `--profile`, or else that of the configuration.
fn papers(setup: &Setup, args: &ExtractArgs) -> anyhow::Result<Vec<CompiledPaper>> {
    let paper = |profile: Profile| Ok(CompiledPaper { extractor: Extractor::new(&profile)?, profile });
    if args.profile.is_empty() {
        return Ok(vec![paper(setup.config.profile.clone())?]);
    }
    let named = |name: &String| {
        let text = format!("profile = \"{name}\"\n");
        paper(Config::parse(&text, "--profile")?.config.profile)
    };
    args.profile.iter().map(named).collect()
}

/// Begins a stream that says who made it.
fn stream<W: Write>(to: W) -> Result<PageStream<W>, OutputError> {
    let extractor = extract::VERSION.to_string();
    let about = [("tearsheet_version", env!("CARGO_PKG_VERSION")), ("extractor_version", &extractor)];
    PageStream::new(to, &about).map_err(|source| OutputError { source })
}

/// Writes every page of a file as a row of an Arrow stream.
pub(super) fn arrow(setup: &Setup, args: &ExtractArgs, printer: &Printer) -> anyhow::Result<Exit> {
    check_terminal()?;
    let papers = papers(setup, args)?;
    let name = args.path.display().to_string();
    let max = setup.config.fetch.max_body_bytes;
    let unreadable = |error: String| {
        Usage::new(
            format!("cannot read `{name}`: {error}"),
            "name a saved page or a web archive, or `-` for stdin",
        )
    };
    let contents = open(&args.path, max).map_err(|it| unreadable(it.to_string()))?;
    let (beside, is_over) = (Mutex::new(StreamCounts::default()), AtomicBool::new(false));
    let profiles: Vec<&Profile> = papers.iter().map(|it| &it.profile).collect();
    let pages: Box<dyn Iterator<Item = PlacedPage> + Send> = match contents {
        Contents::Page { body, content_type, lost } => {
            let url = args.url.as_deref().map(parse_url).transpose()?;
            let saved = saved_page(&papers[0].extractor, body, content_type, url, args.captured_at);
            let SavedPage { page, lost: cut } = saved.map_err(|it| unreadable(it.to_string()))?;
            note(&beside).damaged += u64::from(lost.or(cut).is_some());
            let profile = page.url.as_ref().map_or(0, |it| paper_of(&papers, it));
            Box::new(std::iter::once(PlacedPage { profile, offset: None, length: None, page: Ok(page) }))
        }
        Contents::Archive(input) => {
            let found = ArchivePages::new(input, &profiles, max);
            let found = found.map_err(|it| unreadable(it.to_string()))?;
            let placed = found.filter_map(|it| placed(it, &beside));
            Box::new(placed.take_while(|_| !is_over.load(Ordering::Relaxed)))
        }
    };
    let mut stream = Some(stream(io::stdout().lock())?);
    let mut failure = None;
    let work = |batch: Vec<PlacedPage>| {
        let rows = batch.into_iter().map(|it| row(&papers, &name, it));
        RowBatch::of(&rows.collect::<Vec<_>>())
    };
    each_batch(pages, work, |batch| {
        let Some(open) = stream.as_mut().filter(|_| failure.is_none()) else { return };
        if let Err(error) = open.write(&batch) {
            is_over.store(true, Ordering::Relaxed);
            failure = Some(error);
        }
    });
    let written = match failure {
        Some(error) => Err(error),
        None => stream.take().map_or(Ok(()), PageStream::finish),
    };
    unless_broken_pipe(written)?;
    let StreamCounts { damaged, passed_over } =
        beside.into_inner().unwrap_or_else(PoisonError::into_inner);
    let exit = if damaged == 0 { Exit::Done } else { Exit::Incomplete };
    printer.closing(&closing(&papers, damaged, &passed_over), exit);
    Ok(exit)
}

/// Answers a line on stdin with a line on stdout, or with a row: each request with exactly one, in their order. An empty line sends the
/// rows that wait.
pub(super) fn requests(setup: &Setup, args: &ExtractArgs) -> anyhow::Result<Exit> {
    let papers = papers(setup, args)?;
    let mut out = io::stdout().lock();
    if !args.arrow {
        for line in io::stdin().lock().split(b'\n') {
            let line = line.map_err(|it| unreadable_stdin(&it))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let json = serde_json::to_string(&answer(&papers, &line).row)?;
            let written = writeln!(out, "{json}").and_then(|()| out.flush());
            if written.is_err() {
                unless_broken_pipe(written)?;
                return Ok(Exit::Done);
            }
        }
        return Ok(Exit::Done);
    }
    check_terminal()?;
    let mut stream = stream(out)?;
    let mut rows = Vec::new();
    for line in io::stdin().lock().split(b'\n') {
        let line = line.map_err(|it| unreadable_stdin(&it))?;
        let is_end = line.trim_ascii().is_empty();
        if !is_end {
            rows.push(answer(&papers, &line));
        }
        if (is_end && !rows.is_empty()) || ANSWERS_MAX <= rows.len() {
            let written = stream.write(&RowBatch::of(&rows));
            rows.clear();
            if written.is_err() {
                unless_broken_pipe(written)?;
                return Ok(Exit::Done);
            }
        }
    }
    let last = if rows.is_empty() { Ok(()) } else { stream.write(&RowBatch::of(&rows)) };
    unless_broken_pipe(last.and_then(|()| stream.finish()))?;
    Ok(Exit::Done)
}

/// Returns the row of a request; of one that cannot be read, what is wrong with it.
fn answer(papers: &[CompiledPaper], line: &[u8]) -> PageRow {
    let asked: PageRequest = match serde_json::from_slice(line) {
        Ok(asked) => asked,
        Err(error) => {
            return PageRow::damaged(
                String::new(),
                None,
                format!("no request: {error}"),
                extract::VERSION,
            );
        }
    };
    let segment = asked.segment.clone();
    match asked.page(papers) {
        Ok(placed) => row(papers, &segment, placed),
        Err(what) => PageRow::damaged(segment, None, what, extract::VERSION),
    }
}

impl PageRequest {
    fn page(self, papers: &[CompiledPaper]) -> Result<PlacedPage, String> {
        let Self { html, html_base64, url, captured_at, content_type, segment: _, offset, length } =
            self;
        let (body, content_type) = match (html, html_base64) {
            // Text that has come as JSON is UTF-8, whatever the page says of itself.
            (Some(html), None) => {
                (html.into_bytes(), content_type.or(Some("text/html; charset=utf-8".to_owned())))
            }
            (None, Some(base64)) => {
                let bytes =
                    BASE64.decode(base64.as_bytes()).map_err(|it| format!("`html_base64`: {it}"))?;
                (bytes, content_type.or(Some("text/html".to_owned())))
            }
            _ => return Err("a request has either `html` or `html_base64`".to_owned()),
        };
        let url =
            url.map(|it| Url::parse(&it).map_err(|error| format!("`url`: {error}"))).transpose()?;
        let captured_at: Option<Captured> = captured_at
            .map(|it| it.parse().map_err(|_| format!("`captured_at` is no moment and no day: {it}")))
            .transpose()?;
        let profile = url.as_ref().map_or(0, |it| paper_of(papers, it));
        let saved = saved_page(&papers[profile].extractor, body, content_type, url, captured_at);
        let page = saved.map_err(|it| it.to_string())?.page;
        Ok(PlacedPage { profile, offset, length, page: Ok(page) })
    }
}

/// Returns which paper an address is of; the first where it is of none.
fn paper_of(papers: &[CompiledPaper], url: &Url) -> usize {
    papers.iter().position(|it| it.profile.host_of(url).is_some()).unwrap_or(0)
}

/// Returns the page in what was found, or the damage; counts the rest.
fn placed(found: Found, beside: &Mutex<StreamCounts>) -> Option<PlacedPage> {
    match found {
        Found::Page(found) => {
            let FoundPage { page, names: _, profile, offset, length } = *found;
            Some(PlacedPage { profile, offset: Some(offset), length, page: Ok(page) })
        }
        Found::Damaged(damage) => {
            note(beside).damaged += 1;
            Some(PlacedPage {
                profile: 0,
                offset: Some(damage.offset),
                length: None,
                page: Err(damage.what),
            })
        }
        Found::Revisit(_) => None,
        Found::PassedOver(why) => {
            *note(beside).passed_over.entry(why).or_default() += 1;
            None
        }
    }
}

fn note(beside: &Mutex<StreamCounts>) -> std::sync::MutexGuard<'_, StreamCounts> {
    beside.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the row of a page.
fn row(papers: &[CompiledPaper], segment: &str, placed: PlacedPage) -> PageRow {
    let PlacedPage { profile, offset, length, page } = placed;
    let page: RawPage = match page {
        Ok(page) => page,
        Err(what) => return PageRow::damaged(segment.to_owned(), offset, what, extract::VERSION),
    };
    let CompiledPaper { profile, extractor } = &papers[profile];
    let extraction = extractor.extract(&page);
    PageRow {
        segment: segment.to_owned(),
        offset,
        length,
        profile: Some(profile.name.clone()),
        extractor_version: extraction.extractor,
        not_story: extraction.not_story.map(NotStory::code),
        captured_on: page.captured_at.map(|it| it.date().to_string()),
        word_count: extraction.draft.word_count(),
        content_hash: content_hash(&extraction.draft),
        row: Row::of_page(&page, extraction),
    }
}

/// Returns the closing line: how many pages there were, and what was left out.
fn closing(papers: &[CompiledPaper], damaged: u64, passed_over: &BTreeMap<PassedOver, u64>) -> String {
    let pages: u64 = papers.iter().map(|it| it.extractor.parsed().pages).sum();
    let mut line = format!("extract: {}", counted(pages, "page"));
    if !passed_over.is_empty() {
        let counts = passed_over.iter().map(|(why, count)| format!("{count} {}", why.words()));
        line += &format!("; passed over {}", counts.collect::<Vec<_>>().join(", "));
    }
    if 0 < damaged {
        line += &format!("; {}", counted(damaged, "damaged place"));
    }
    line
}

fn check_terminal() -> Result<(), Usage> {
    if io::stdout().is_terminal() {
        let hint = "`tearsheet extract FILE --arrow > pages.arrows`, or a pipe";
        return Err(Usage::new("an Arrow stream is not text for a terminal", hint));
    }
    Ok(())
}

fn unreadable_stdin(error: &io::Error) -> Usage {
    Usage::new(format!("cannot read stdin: {error}"), "each line is a page as JSON")
}

/// Fails where the output could not be written. A reader that has gone away has all it wanted.
fn unless_broken_pipe(written: io::Result<()>) -> Result<(), OutputError> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|source| OutputError { source }),
    }
}
