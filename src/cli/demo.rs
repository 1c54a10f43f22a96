//! `tearsheet demo`: the real `scrape` against the miniature site on loopback, twice. The site is in `crate::demo`; here are only
//! the settings it needs and what is shown at the end.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::{
    config::Config,
    demo::Miniature,
    jobs::Limits,
    store::{self, Sample, commands_of},
};

use super::{
    args::Common,
    failure::{Exit, Usage},
    printer::Printer,
    scrape,
    session::Session,
};

const ARCHIVE: &str = "demo.db";
/// The name of a demo's runs in the table `runs`. It tells a demo's archive from a real one.
const COMMAND: &str = "demo";
/// The number of articles that are shown.
const ROWS: u32 = 12;
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
    let session = Session::of(&common, Config::parse(&settings, "the demo's settings")?, None)?;
    printer.note(&format!(
        "A small news site is served at {}; two passes as cron would run them:",
        site.base_url()
    ));
    for _ in 0..2 {
        // One page of the site is refused, as pages sometimes are. The demo has not failed because of it.
        match scrape::pass(&session, COMMAND, Limits::default(), &common, printer)? {
            Exit::Done | Exit::Incomplete => {}
            other => return Ok(other),
        }
    }
    let name = archive.display().to_string();
    printer.data(&table(&session.reader()?.sample(ROWS)?))?;
    printer.note(&format!("\nThe archive is {name}. Worth trying:\n"));
    printer.data(&format!(
        "  sqlite3 {name} \"SELECT published_on, section, headline FROM articles ORDER BY published_on DESC LIMIT 5\"\n  \
         sqlite3 {name} \"SELECT symbol, price, change_pct FROM quotes WHERE kind = 'index' ORDER BY symbol\"\n  \
         sqlite3 {name} \"SELECT headline FROM articles_fts WHERE articles_fts MATCH 'rupee' ORDER BY rank\"\n  \
         tearsheet serve --archive {name}    # the same in a browser\n"
    ))?;
    Ok(Exit::Done)
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
