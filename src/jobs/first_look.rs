//! A first look at a paper that nobody described: its front page, robots.txt, feeds, a sitemap and one story, asked for as politely
//! as everything else. What was seen becomes a file to begin with (`cli`); nothing is stored.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use url::Url;

use crate::{
    config::{Config, ConfigError, Feed, Profile},
    discover::{FeedSource, FrontPage, NamedPages, SitemapSource, Source, StoryForm, written_offset},
    extract::Extractor,
    fetch::{Class, Fetcher},
    model::{Ask, Fetched, RawPage, StoryImage, bare_host, lane_name},
};

use super::{
    JobError,
    bounds::{Bounds, Limits, Stop},
};

/// The most feeds that are read: papers have one for each section.
const FEEDS_MAX: usize = 4;
/// The most files of sitemaps that are read.
const SITEMAP_FILES_MAX: usize = 3;
/// The most feeds that are written down.
const NAMED_MAX: usize = 12;
/// Where papers have a feed that they name nowhere.
const FEED_PATHS: [&str; 3] = ["/rss", "/feed", "/rss.xml"];

/// What was seen of a paper.
#[derive(Debug)]
pub struct FirstLook {
    /// The address of the site, to which the front page may have led.
    pub base_url: Url,
    /// Whether the front page could be read: otherwise nothing else was asked for.
    pub is_front_read: bool,
    /// What the site calls itself.
    pub name: Option<String>,
    /// Its feeds: those that were read, then those that it names beside them.
    pub feeds: Vec<SeenFeed>,
    /// The sitemaps that robots.txt names, as it writes them.
    pub sitemaps: Vec<String>,
    /// The form of the addresses of its stories.
    pub form: Option<StoryForm>,
    /// How far from UTC a feed or a story writes its times.
    pub offset: Option<FixedOffset>,
    /// The newest story that was named, as it is read without rules.
    pub story: Option<SeenStory>,
    /// The number of requests.
    pub requests: usize,
    /// Why the look ended before it was over, if it did.
    pub cut: Option<String>,
}

/// A feed.
#[derive(Debug)]
pub struct SeenFeed {
    /// Its address.
    pub url: Url,
    /// What came of asking for it; `None` where it was not asked for.
    pub seen: Option<Result<SeenItems, String>>,
}

/// What a source named.
#[derive(Debug, Clone, Copy)]
pub struct SeenItems {
    /// The number of addresses of the site.
    pub stories: usize,
    /// The date of the newest.
    pub newest_at: Option<DateTime<Utc>>,
}

/// A story, as it is read without rules.
#[derive(Debug)]
pub struct SeenStory {
    /// Its address.
    pub url: Url,
    /// Its headline.
    pub headline: Option<String>,
    /// Its day, in the zone that the page writes.
    pub published_on: Option<NaiveDate>,
    /// The words of its text.
    pub words: usize,
    /// The hosts of its pictures that are not the paper's own, each with its port where that is not of the scheme.
    pub image_hosts: Vec<String>,
}

/// A look under way.
struct FirstLooking<'a> {
    fetcher: &'a Fetcher,
    site: &'a Url,
    bounds: &'a Bounds,
    requests: usize,
    cut: Option<String>,
}

/// Returns the profile to fetch with, of a paper of which nothing is known but an address. No address is a story: what a front page
/// redirects to is the front page.
pub fn unknown_paper(url: &Url) -> Result<Profile, ConfigError> {
    stranger(url, r"^/no-address-of-a-story/(?<id>\d+)$", "/no-address-of-a-story/{id}")
}

/// Looks at the paper at an address, with a fetcher for [`unknown_paper`]. What cannot be read is said in the result. Fails
/// where no profile can be made of the address.
pub async fn first_look(fetcher: &Fetcher, url: &Url, stop: Stop) -> Result<FirstLook, JobError> {
    let bounds = Bounds::new(stop, Limits::default());
    let looking = FirstLooking { fetcher, site: url, bounds: &bounds, requests: 0, cut: None };
    bounds.abandoning(fetcher, looking.look(url)).await
}

impl FirstLooking<'_> {
    async fn look(mut self, url: &Url) -> Result<FirstLook, JobError> {
        let front = self.get(url).await;
        let mut look = FirstLook {
            base_url: url.clone(),
            is_front_read: front.is_ok(),
            name: None,
            feeds: Vec::new(),
            sitemaps: Vec::new(),
            form: None,
            offset: None,
            story: None,
            requests: 0,
            cut: None,
        };
        match front {
            Ok(page) => {
                let at = page.url.as_ref().unwrap_or(url);
                look.base_url = at.join("/").unwrap_or_else(|_| url.clone());
                let read = FrontPage::read(&page, at);
                look.name.clone_from(&read.name);
                self.read_sources(&mut look, read).await?;
            }
            Err(cause) => self.cut = Some(format!("`{url}` cannot be read: {cause}")),
        }
        look.requests = self.requests;
        look.cut = self.cut;
        Ok(look)
    }

    /// Asks for a page. Returns why there is none, in words.
    async fn get(&mut self, url: &Url) -> Result<RawPage, String> {
        if self.bounds.over().is_some() {
            self.cut = Some("interrupted".to_owned());
        }
        if let Some(cut) = &self.cut {
            return Err(cut.clone());
        }
        let visit = self.fetcher.get(&Ask::new(url.clone())).await;
        self.requests += visit.requests.len();
        match visit.result {
            Ok(Fetched::Page(page)) => Ok(*page),
            Ok(Fetched::Missing(missing)) => Err(missing.code().to_owned()),
            Ok(Fetched::NotModified(_)) => Err("the site says that nothing changed".to_owned()),
            Err(error) => {
                // A site that refuses is left alone.
                // A feed of another server is one that cannot be read.
                let is_sites = Fetcher::host_of(url) == Fetcher::host_of(self.site);
                if self.bounds.over().is_some() {
                    self.cut = Some("interrupted".to_owned());
                } else if is_sites && error.class() == Class::Stop {
                    self.cut = Some(error.to_string());
                }
                Err(error.to_string())
            }
        }
    }

    async fn read_sources(&mut self, look: &mut FirstLook, front: FrontPage) -> Result<(), JobError> {
        // Every address of the host is a story here: which are is what is to be found out.
        let any = stranger(&look.base_url, r"^/(?<id>[^?]*(?:\?.*)?)$", "/{id}")?;
        let mut named: Vec<NamedPages> = Vec::new();
        let mut feeds: Vec<Url> = Vec::new();
        front.feeds.iter().filter(|it| any.host_of(it).is_some()).for_each(|it| {
            if !feeds.contains(it) && feeds.len() < NAMED_MAX {
                feeds.push(it.clone());
            }
        });
        let is_guess = feeds.is_empty();
        if is_guess {
            feeds = FEED_PATHS.iter().filter_map(|it| look.base_url.join(it).ok()).collect();
        }
        for (at, url) in feeds.into_iter().enumerate() {
            let has_one = look.feeds.iter().any(|it| matches!(it.seen, Some(Ok(_))));
            if FEEDS_MAX <= at || (is_guess && has_one) {
                look.feeds.extend((!is_guess).then_some(SeenFeed { url, seen: None }));
                continue;
            }
            let feed = Feed::plain(url.clone());
            let mut source = FeedSource::new(&any, &feed);
            let seen = self.read(&mut source, 1, &mut named).await;
            let items = named.last().into_iter().flat_map(|it| &it.items);
            let written: String = items.map(|it| it.raw.as_str()).collect();
            look.offset = look.offset.or_else(|| written_offset(&written));
            // A guessed address that does not answer is not worth mentioning.
            if !is_guess || seen.is_ok() {
                look.feeds.push(SeenFeed { url, seen: Some(seen) });
            }
        }
        let sitemaps = self.fetcher.sitemaps(&Fetcher::host_of(&look.base_url));
        look.sitemaps = sitemaps.into_iter().take(NAMED_MAX).collect();
        let first = look.sitemaps.first().and_then(|it| look.base_url.join(it).ok());
        if let Some(url) = first.filter(|_| named.iter().all(|it| it.candidates.is_empty())) {
            let mut source = SitemapSource::new(&any, &Feed::plain(url));
            // What it says of stories is all that is wanted of it.
            let _ = self.read(&mut source, SITEMAP_FILES_MAX, &mut named).await;
        }
        self.find_form(look, &front, &named).await
    }

    /// Reads a source of the site.
    async fn read(
        &mut self,
        source: &mut dyn Source,
        files_max: usize,
        named: &mut Vec<NamedPages>,
    ) -> Result<SeenItems, String> {
        let mut seen = SeenItems { stories: 0, newest_at: None };
        for _ in 0..files_max {
            let Some(url) = source.ask() else { break };
            let page = self.get(&url).await?;
            let found = source.absorb(&page);
            if let Some(problem) = found.problem {
                return Err(problem);
            }
            seen.stories += found.candidates.len();
            seen.newest_at = seen.newest_at.max(found.newest_at);
            named.push(found);
        }
        Ok(seen)
    }

    /// Finds out which addresses are stories, by those that sources name, else by the links of the front page; and reads one.
    async fn find_form(
        &mut self,
        look: &mut FirstLook,
        front: &FrontPage,
        named: &[NamedPages],
    ) -> Result<(), JobError> {
        let of_sources: Vec<Url> =
            named.iter().flat_map(|it| &it.candidates).map(|it| it.url.clone()).collect();
        look.form = StoryForm::of(&of_sources).or_else(|| StoryForm::of(&front.links));
        let Some(form) = &look.form else { return Ok(()) };
        let profile = stranger(&look.base_url, &form.path, &form.url)?;
        let mut stories = of_sources.iter().chain(&front.links).filter_map(|it| profile.article_url(it));
        let Some(url) = stories.next() else { return Ok(()) };
        let Ok(page) = self.get(&url).await else { return Ok(()) };
        let draft = Extractor::new(&profile)?.extract(&page).draft;
        look.offset = look.offset.or_else(|| written_offset(&String::from_utf8_lossy(&page.body)));
        look.story = Some(SeenStory {
            url,
            words: draft.body().split_whitespace().count(),
            published_on: draft.published_on,
            image_hosts: image_hosts(&profile, &draft.images),
            headline: draft.headline,
        });
        Ok(())
    }
}

/// Returns the hosts of pictures that a profile does not name, each once.
fn image_hosts(profile: &Profile, images: &[StoryImage]) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for url in images.iter().filter_map(|it| Url::parse(&it.url).ok()) {
        let lane = lane_name(&url);
        let host = bare_host(&lane);
        if !profile.is_image_host(&url) && hosts.iter().all(|it| it != host) {
            hosts.push(host.to_owned());
        }
    }
    hosts
}

/// Returns the profile of a paper of which nothing is known but its address.
fn stranger(url: &Url, article_path: &str, article_url: &str) -> Result<Profile, ConfigError> {
    let host = url.host_str().unwrap_or_default();
    let host = bare_host(host);
    let text = format!(
        "[site]\nname = \"{host}\"\nbase_url = \"{}\"\nhosts = [\"{host}\"]\ntime_zone = \"UTC\"\n\
         article_path = '{article_path}'\narticle_url = '{article_url}'\n",
        url.origin().ascii_serialization()
    );
    Ok(Config::parse(&text, "the first look")?.config.profile)
}
