//! `tearsheet config check`: every mistake of the file at once, and what its rules make of saved pages.

use std::path::Path;

use crate::{
    config::{Config, ConfigError, PageTest, Profile, Review},
    discover::CardReader,
    extract::Extractor,
    jobs::{Contents, SavedPage, saved_page},
    model::{Extraction, PageKey, counted},
};

use super::{
    args::Common,
    failure::{Exit, Failure},
    import::{expand, open},
    printer::Printer,
    setup::{ConfigText, Setup},
};

pub(super) fn run(common: &Common, pages: Option<&Path>, printer: &Printer) -> anyhow::Result<Exit> {
    let ConfigText { name, text } = ConfigText::of(common)?;
    let mistakes = mistakes(&text, &name);
    if !mistakes.is_empty() {
        return Ok(refuse(printer, &name, &mistakes));
    }
    let setup = Setup::new(common)?;
    if let Some(folder) = pages {
        let failed = try_pages(&setup, folder, printer)?;
        if !failed.is_empty() {
            return Ok(refuse(printer, &name, &failed));
        }
    }
    say_right(&setup, printer);
    Ok(Exit::Done)
}

/// Returns what is wrong with a file, in the order of its lines: its keys and values, its selectors, and that nothing would name a story.
fn mistakes(text: &str, name: &str) -> Vec<String> {
    let Review { mut mistakes, rest } = Config::review(text, name);
    let mut sources = None;
    if let Some(Config { profile, .. }) = &rest {
        sources = no_sources(profile).filter(|_| mistakes.is_empty());
        mistakes.extend(Extractor::mistakes(profile));
        mistakes.extend(CardReader::new(profile).err());
        mistakes.sort_by_key(ConfigError::line);
    }
    mistakes.iter().map(ToString::to_string).chain(sources).collect()
}

/// Returns a message where no source of a profile names stories.
fn no_sources(profile: &Profile) -> Option<String> {
    let is_named = !profile.feeds.is_empty()
        || !profile.sitemaps.is_empty()
        || !profile.listings.is_empty()
        || !profile.day_listings.is_empty();
    let message =
        "no source names stories: write `[[site.feeds]]`, `[[site.sitemaps]]` or `[[site.listings]]`";
    (!is_named).then(|| message.to_owned())
}

/// Says what is wrong, a line each.
fn refuse(printer: &Printer, name: &str, mistakes: &[String]) -> Exit {
    for message in mistakes {
        let failure = Failure { message: message.clone(), hint: None, exit: Exit::Usage };
        printer.failure(&failure);
    }
    let count = counted(mistakes.len() as u64, "mistake");
    printer.closing(&format!("config check: {count} in {name}"), Exit::Usage);
    Exit::Usage
}

/// Says that the file is right, and what is in it.
fn say_right(setup: &Setup, printer: &Printer) {
    let profile = &setup.config.profile;
    let file = setup
        .file
        .as_ref()
        .map_or("the built-in configuration".to_owned(), |it| it.display().to_string());
    let count = |items: usize, noun| counted(items as u64, noun);
    printer.note(&format!(
        "{file} is right: {} at {}, {}, {}, {}, {}, {}, archive `{}`",
        profile.name,
        profile.base_url,
        count(profile.eras.len(), "era"),
        count(profile.feeds.len(), "feed"),
        count(profile.sitemaps.len(), "sitemap"),
        count(profile.listings.len(), "listing"),
        count(profile.day_listings.len(), "daily listing"),
        setup.archive.display()
    ));
}

/// A saved page that was read.
struct TriedPage {
    key: Option<PageKey>,
    extraction: Extraction,
}

/// Prints what is read from each page of a folder. Returns what the tests of the profile expected and did not find.
fn try_pages(setup: &Setup, folder: &Path, printer: &Printer) -> anyhow::Result<Vec<String>> {
    let profile = &setup.config.profile;
    let mut pages: Vec<TriedPage> = Vec::new();
    let mut failed = Vec::new();
    for path in expand(&[folder.to_owned()], profile)? {
        let name = path.display();
        let page = match read_page(setup, &path) {
            Ok(page) => page,
            Err(why) => {
                failed.push(format!("{name}: {why}"));
                continue;
            }
        };
        let draft = &page.extraction.draft;
        let words = draft.body().split_whitespace().count() as u64;
        let day = draft.published_on.map_or("no day".to_owned(), |it| it.to_string());
        let headline = draft.headline.as_deref().unwrap_or("no headline");
        printer.data(&format!("{name}\t{day}\t{}\t{headline}\n", counted(words, "word")))?;
        pages.push(page);
    }
    if pages.is_empty() {
        failed.push(format!("there is no page in `{}`", folder.display()));
    }
    failed.extend(setup.config.tests.iter().flat_map(|test| try_test(profile, test, &pages)));
    Ok(failed)
}

fn read_page(setup: &Setup, path: &Path) -> Result<TriedPage, String> {
    let max = setup.config.fetch.max_body_bytes;
    let Contents::Page { body, content_type, lost: _ } = open(path, max).map_err(|it| it.to_string())?
    else {
        return Err("it holds many pages, and `config check` reads single ones".to_owned());
    };
    let SavedPage { page, lost: _ } =
        saved_page(&setup.extractor, body, content_type, None, None).map_err(|it| it.to_string())?;
    let extraction = setup.extractor.extract(&page);
    let url = page.url.as_ref().or(extraction.url.as_ref());
    Ok(TriedPage { key: url.and_then(|it| setup.config.profile.page_key(it)), extraction })
}

/// Returns what a test expected of its page and did not find.
fn try_test(profile: &Profile, test: &PageTest, pages: &[TriedPage]) -> Vec<String> {
    let PageTest { url, headline, published, contains, place } = test;
    let key = profile.page_key(url);
    let Some(page) = pages.iter().find(|it| key.is_some() && it.key == key) else {
        return vec![format!("{place}: there is no page of {url}")];
    };
    let draft = &page.extraction.draft;
    let mut failed = Vec::new();
    if let Some(headline) = headline.as_ref().filter(|it| draft.headline.as_ref() != Some(*it)) {
        let found = draft.headline.as_deref().unwrap_or("none");
        failed.push(format!("{place}: the headline of {url} must be `{headline}`, found `{found}`"));
    }
    if published.is_some() && draft.published_on != *published {
        let written = |it: Option<chrono::NaiveDate>| it.map_or("none".to_owned(), |it| it.to_string());
        let (expected, found) = (written(*published), written(draft.published_on));
        failed.push(format!("{place}: the day of {url} must be {expected}, found {found}"));
    }
    let body = draft.body();
    let missing = contains.iter().filter(|it| !body.contains(it.as_str()));
    failed.extend(missing.map(|text| format!("{place}: the story of {url} must contain `{text}`")));
    failed
}
