//! `tearsheet demo`: the real `scrape` against the miniature site on loopback, twice, and an import of a web archive of that site. The
//! site is in `crate::demo`; here are only the settings it needs, the days of its captures, and what is shown at the end.

use std::{
    io::{self, Cursor},
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::TimeDelta;

use crate::{
    clock,
    config::Config,
    demo::{EarlierPage, Miniature},
    jobs::{Contents, End, Import, ImportFile, Limits, Report, saved_page},
    model::counted,
    store::{self, Sample, Writer, commands_of},
    warc::{self, CaptureRecord, WarcWriter},
};

use super::{
    args::Common,
    failure::{Exit, Usage},
    printer::Printer,
    scrape,
    setup::{Setup, block_on},
};

const ARCHIVE: &str = "demo.db";
/// The name of a demo's runs in the table `runs`. It tells a demo's archive from a real one.
const COMMAND: &str = "demo";
/// The number of articles that are shown.
const ROWS: u32 = 12;
/// The web archive of the site, which is only in memory.
const WEB_ARCHIVE: &str = "demo.warc.gz";
/// The minutes from publication to the demo's capture of a page.
const EARLIER_MINUTES: i64 = 60;
/// The same for the first wording of a page that was changed later.
const FIRST_MINUTES: i64 = 10;
const SECTION_CHARS: usize = 12;
const BYLINE_CHARS: usize = 15;
const HEADLINE_CHARS: usize = 37;

pub(super) fn run(common: &Common, printer: &Printer) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let site = runtime.block_on(Miniature::start()).context("cannot listen on 127.0.0.1")?;
    let archive = common.archive.clone().unwrap_or_else(|| PathBuf::from(ARCHIVE));
    check_archive(&archive)?;
    if common.archive.is_none() {
        // Every demo shows the same, so the archive of the last one is removed. One that the user named is kept.
        store::remove(&archive)?;
    }
    let common = Common { archive: Some(archive.clone()), ..common.clone() };
    // Loopback needs no slow pace, and the miniature's news stopped years ago: its feeds are not stale.
    let settings = format!(
        "[fetch]\nrequests_per_second = 100\n[site]\nbase_url = \"{}\"\n{}",
        site.base_url(),
        FEEDS
    );
    let setup = Setup::of(&common, Config::parse(&settings, "the demo's settings")?, None)?;
    printer.note(&format!(
        "A small news site is served at {}; two passes as cron would run them:",
        site.base_url()
    ));
    for _ in 0..2 {
        // One page of the site is refused, as pages sometimes are. The demo has not failed because of it.
        match scrape::pass(&setup, COMMAND, Limits::default(), &common, printer)? {
            Exit::Done | Exit::Incomplete => {}
            other => return Ok(other),
        }
    }
    // It closes the archive last, so that SQLite leaves nothing beside it: a reader could not remove that.
    let writer = setup.writer()?;
    let Report { tally, end, .. } = import_earlier(&setup, &writer, &site)?;
    if end == End::Interrupted {
        return Ok(Exit::Interrupted);
    }
    printer.note(&format!(
        "{} imported from a web archive, as they were soon after publication, each with the ticker and the market boards of its session",
        counted(tally.fetched, "page")
    ));
    let name = archive.display().to_string();
    printer.data(&table(&setup.reader()?.sample(ROWS)?))?;
    printer.note(&format!("\nThe archive is {name}. Worth trying:\n"));
    printer.data(&format!(
        "  sqlite3 {name} \"SELECT published_on, section, headline FROM articles ORDER BY published_on DESC LIMIT 5\"\n  \
         sqlite3 {name} \"SELECT symbol, price, change_pct FROM quotes WHERE kind = 'index' ORDER BY symbol\"\n  \
         sqlite3 {name} \"SELECT headline FROM articles_fts WHERE articles_fts MATCH 'rupee' ORDER BY rank\"\n  \
         tearsheet quotes --archive {name} OGDC --plot\n  \
         tearsheet serve --archive {name}    # the same in a browser\n"
    ))?;
    Ok(Exit::Done)
}

/// Imports a web archive of the pages as they were soon after their publication: what a scrape finds later has another ticker. Returns
/// what came of it.
fn import_earlier(setup: &Setup, writer: &Writer, site: &Miniature) -> anyhow::Result<Report> {
    let warc = web_archive(setup, site).context("cannot make a web archive in memory")?;
    let file = ImportFile {
        name: WEB_ARCHIVE.to_owned(),
        url: None,
        place: None,
        captured_at: None,
        open: Box::new(move || Ok(Contents::Archive(Box::new(Cursor::new(warc.clone()))))),
        is_stream: false,
        beside: Box::new(|_| None),
    };
    let reader = setup.reader()?;
    let imported = block_on(async |stop| {
        let import = Import {
            command: COMMAND,
            extractor: &setup.extractor,
            writer,
            profile: &setup.config.profile,
            image_pixels: None,
            body_max: setup.config.fetch.max_body_bytes,
            observe: &|_| {},
            stop,
        };
        Ok(import.run(vec![file], &reader).await?)
    });
    Ok(imported?.report)
}

/// Returns the pages of the site in a web archive, each captured soon after its publication. A page that prints no moment is left out:
/// nobody knows when that was.
fn web_archive(setup: &Setup, site: &Miniature) -> io::Result<Vec<u8>> {
    let now = warc::stamp(clock::now());
    let mut writer = WarcWriter::new(Vec::new(), WEB_ARCHIVE, &now, &[])?;
    for EarlierPage { url, html, is_first_wording } in site.earlier_pages() {
        let page = saved_page(&setup.extractor, html.clone().into_bytes(), None, None, None);
        let published = page.ok().and_then(|it| setup.extractor.extract(&it.page).draft.published_at);
        let Some(published) = published else { continue };
        let minutes = if is_first_wording { FIRST_MINUTES } else { EARLIER_MINUTES };
        writer.capture(&CaptureRecord {
            url: &url,
            date: &warc::stamp(published.to_utc() + TimeDelta::minutes(minutes)),
            status: 200,
            headers: vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())],
            protocol: None,
            request: None,
            body: html.as_bytes(),
            earlier: None,
        })?;
    }
    writer.finish()
}

/// Refuses an archive that another command has written to: invented stories never go into a real one.
fn check_archive(archive: &Path) -> anyhow::Result<()> {
    if archive.exists() && commands_of(archive)?.iter().any(|it| it != COMMAND) {
        let hint = "`--archive FILE` names a new one; without it and without TEARSHEET_ARCHIVE the demo makes ./demo.db, and \
                    a demo.db of version 0.1.0 has to be removed first";
        return Err(Usage::new(format!("`{}` is not a demo's archive", archive.display()), hint).into());
    }
    Ok(())
}

const FEEDS: &str = "
[[site.feeds]]
url = \"/feeds/latest-news\"
[[site.feeds]]
url = \"/feeds/markets\"
[[site.sitemaps]]
url = \"/feeds/sitemap\"
";

fn table(rows: &[Sample]) -> String {
    let mut out =
        format!("\n{:<10}  {:<12}  {:<18}  {}\n", "published", "section", "byline", "headline");
    for Sample { published_on, section, byline, headline } in rows {
        let cell = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".to_owned());
        let cut = |text: String, width: usize| match text.char_indices().nth(width) {
            Some(_) => text.chars().take(width - 1).chain(['…']).collect(),
            None => text,
        };
        let (section, byline) = (cut(cell(section), SECTION_CHARS), cut(cell(byline), BYLINE_CHARS));
        let headline = cut(cell(headline), HEADLINE_CHARS);
        out += &format!(
            "{:<10}  {section:<SECTION_CHARS$}  {byline:<BYLINE_CHARS$}  {headline}\n",
            cell(published_on)
        );
    }
    out
}
