//! What a profile's author knows of single pages: `tearsheet config check --pages` tries it.

use chrono::NaiveDate;
use url::Url;

use super::{ConfigPlace, Problem, reader::Section};

/// What a saved page of the site must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageTest {
    /// The address of the page.
    pub url: Url,
    /// Its headline; `None` for any.
    pub headline: Option<String>,
    /// The day it was published; `None` for any.
    pub published: Option<NaiveDate>,
    /// Texts that stand in the story.
    pub contains: Vec<String>,
    /// Where it is written.
    pub place: ConfigPlace,
}

pub(super) fn read(site: &Section) -> Result<Vec<PageTest>, Problem> {
    let read = |section: Section| {
        let rule = "the address of a page";
        let url = section.text("url")?.parse().map_err(|_| section.wrong("url", rule))?;
        let place = section.get("url").map(|it| it.place).unwrap_or_default();
        let headline = section.get("headline").map(|_| section.text("headline")).transpose()?;
        let (published, contains) = (section.date("published")?, section.words("contains")?);
        section.finish()?;
        Ok(PageTest { url, headline, published, contains, place })
    };
    site.sections("tests")?.into_iter().map(read).collect()
}
