//! `tearsheet config check`: every mistake of the file at once, and what its rules make of saved pages.

use std::path::Path;

use crate::{
    config::{Config, PageTest, Profile},
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
    session::{ConfigText, Session},
};

pub(super) fn run(common: &Common, pages: Option<&Path>, printer: &Printer) -> anyhow::Result<Exit> {
    let ConfigText { name, text } = ConfigText::of(common)?;
    let mut mistakes: Vec<String> =
        Config::mistakes(&text, &name).iter().map(ToString::to_string).collect();
    if mistakes.is_empty() {
        mistakes = in_profile(&Config::parse(&text, &name)?.config.profile);
    }
    if !mistakes.is_empty() {
        return Ok(refuse(printer, &name, &mistakes));
    }
    let session = Session::new(common)?;
    if let Some(folder) = pages {
        let failed = try_pages(&session, folder, printer)?;
        if !failed.is_empty() {
            return Ok(refuse(printer, &name, &failed));
        }
    }
    say_right(&session, printer);
    Ok(Exit::Done)
}

/// Returns what is wrong with a profile that can be read: selectors, and that nobody would name a story.
fn in_profile(profile: &Profile) -> Vec<String> {
    let bad = Extractor::mistakes(profile).into_iter().chain(CardReader::new(profile).err());
    let mut mistakes: Vec<String> = bad.map(|it| it.to_string()).collect();
    let is_named = !profile.feeds.is_empty()
        || !profile.sitemaps.is_empty()
        || !profile.listings.is_empty()
        || !profile.archives.is_empty();
    if !is_named {
        mistakes.push(
            "no source names stories: write `[[site.feeds]]`, `[[site.sitemaps]]` or `[[site.listings]]`"
                .to_owned(),
        );
    }
    mistakes
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
fn say_right(session: &Session, printer: &Printer) {
    let profile = &session.config.profile;
    let file = session
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
        count(profile.archives.len(), "daily listing"),
        session.archive.display()
    ));
}

/// A saved page that was read.
struct TriedPage {
    key: Option<PageKey>,
    extraction: Extraction,
}

/// Prints what is read from each page of a folder. Returns what the tests of the profile expected and did not find.
fn try_pages(session: &Session, folder: &Path, printer: &Printer) -> anyhow::Result<Vec<String>> {
    let profile = &session.config.profile;
    let mut pages: Vec<TriedPage> = Vec::new();
    let mut failed = Vec::new();
    for path in expand(&[folder.to_owned()], profile)? {
        let name = path.display();
        let page = match read_page(session, &path) {
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
    failed.extend(session.config.tests.iter().flat_map(|test| try_test(profile, test, &pages)));
    Ok(failed)
}

fn read_page(session: &Session, path: &Path) -> Result<TriedPage, String> {
    let max = session.config.fetch.max_body_bytes;
    let Contents::Page { body, content_type, lost: _ } = open(path, max).map_err(|it| it.to_string())?
    else {
        return Err("it holds many pages, and `config check` reads single ones".to_owned());
    };
    let SavedPage { page, lost: _ } =
        saved_page(&session.extractor, body, content_type, None, None).map_err(|it| it.to_string())?;
    let extraction = session.extractor.extract(&page);
    let url = page.url.as_ref().or(extraction.url.as_ref());
    Ok(TriedPage { key: url.and_then(|it| session.config.profile.page_key(it)), extraction })
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
