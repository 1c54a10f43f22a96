//! Web archives: where they list their captures of the site, and how they give them. Asking them is work of `jobs`. They are
//! not sources of the site (`sources.rs`): others run them, at their own pace.

use std::time::Duration;

use url::Url;

use crate::{
    config::{Problem, reader::Section},
    model::PageState,
};

/// The states of pages that the site does not give and a web archive may.
const OFFERED: [PageState; 2] = [PageState::Blocked, PageState::Missing];

/// A web archive with an index that is asked as a CDX server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebArchive {
    /// Its name after `--via`.
    pub name: String,
    /// Its index.
    pub index: Index,
    /// How it gives a capture.
    pub holding: Holding,
    /// The shortest time between two requests.
    pub interval: Duration,
    /// Captures are searched for up to this many days after publication.
    pub days_after: u64,
    /// The states of pages that it is asked for without being named by the user.
    pub offered: Vec<PageState>,
}

/// Where a web archive lists its captures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Index {
    /// A CDX server.
    Cdx(Url),
    /// A list of CDX servers, one for each crawl, as Common Crawl's `collinfo.json`.
    Crawls(Url),
}

/// How a web archive gives a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// Each capture as it was received: an address with `{timestamp}` and `{url}` in it.
    Replay(String),
    /// WARC files, of which a record is a range of bytes: an address with `{filename}` in it.
    Records(String),
}

pub(super) fn read(site: &Section) -> Result<Vec<WebArchive>, Problem> {
    let read = |section: Section| {
        let address =
            |key: &str| Url::parse(&section.text(key)?).map_err(|_| section.wrong(key, "a web address"));
        let index = if section.get("crawls").is_some() {
            Index::Crawls(address("crawls")?)
        } else {
            Index::Cdx(address("cdx")?)
        };
        let template = |key: &str, holes: &[&str]| {
            let text = section.text(key)?;
            let filled = holes.iter().fold(text.clone(), |it, hole| it.replace(hole, "x"));
            if holes.iter().all(|it| text.contains(it)) && Url::parse(&filled).is_ok() {
                return Ok(text);
            }
            let holes = holes.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" and ");
            Err(section.wrong(key, &format!("a web address with {holes} in it")))
        };
        let holding = if section.get("records").is_some() {
            Holding::Records(template("records", &["{filename}"])?)
        } else {
            Holding::Replay(template("replay", &["{timestamp}", "{url}"])?)
        };
        let state = |word: &String| PageState::from_code(word).filter(|it| OFFERED.contains(it));
        let offered: Option<Vec<PageState>> = section.words("offered")?.iter().map(state).collect();
        let offered =
            offered.ok_or_else(|| section.wrong("offered", "some of `blocked` and `missing`"))?;
        if !offered.is_empty() && matches!(index, Index::Crawls(_)) {
            return Err(section.wrong(
                "offered",
                "empty where there are `crawls`: each page would be asked of all of them",
            ));
        }
        let rate = section.whole("requests_per_minute", 1..=60_000)?;
        let archive = WebArchive {
            name: section.text("name")?,
            index,
            holding,
            interval: Duration::from_secs(60) / u32::try_from(rate).unwrap_or(u32::MAX),
            days_after: section.whole("days_after", 0..=36_500)?,
            offered,
        };
        section.finish()?;
        Ok(archive)
    };
    site.sections("web_archives")?.into_iter().map(read).collect()
}
