//! One site as data: addresses, sources, wording, and the rules of each era.

mod boards;
mod file;
mod spot;
mod web_archive;

pub use boards::{BoardRules, MostReadRules, RowSpots};
pub use spot::Spot;
pub use web_archive::{Holding, Index, WebArchive};

pub(in crate::config) use file::read;

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use regex::Captures;
use url::Url;

use crate::model::PageKey;

use super::{BytePattern, ConfigError, ConfigPlace, LineSet, NameSet, Pattern, Problem, SectionNames};

/// Everything the program knows about a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// As people call it; taken off the end of titles.
    pub name: String,
    /// What every path of the profile is relative to.
    pub base_url: Url,
    /// Hosts without `www`; the first names them all.
    pub hosts: Vec<String>,
    /// Where its days begin and end.
    pub time_zone: Tz,
    article_path: Pattern,
    article_url: String,
    tag_path: Option<Pattern>,
    /// Feeds a cron pass reads.
    pub feeds: Vec<Feed>,
    /// Sitemaps a cron pass reads.
    pub sitemaps: Vec<Feed>,
    /// How much of its sources a run reads.
    pub discovery: DiscoveryBounds,
    /// Listing pages a cron pass reads.
    pub listings: Vec<Url>,
    /// Listings by day, read by a backfill.
    pub archives: Vec<Archive>,
    /// Web archives that hold copies of the site.
    pub web_archives: Vec<WebArchive>,
    /// How articles are named on a listing.
    pub cards: Cards,
    /// When to look at a stored story again, youngest first.
    pub revisit: Vec<Recheck>,
    /// The words of the ticker.
    pub strip: StripWords,
    /// Market boards that stand beside a story.
    pub boards: Vec<BoardRules>,
    /// Lists of what is read most.
    pub most_read: Vec<MostReadRules>,
    /// Names of companies, with their symbols.
    pub companies: NameSet,
    /// The wording of a page.
    pub text: TextRules,
    /// How the server's guard looks.
    pub challenge: Challenge,
    /// Templates over time: sorted, gapless, at least one.
    pub eras: Vec<Era>,
    /// Where ids rise with the day.
    pub ids: Option<IdRange>,
}

/// A feed or a sitemap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its address.
    pub url: Url,
    /// How old its newest item may be; `None` for any age.
    pub stale_after: Option<Duration>,
}

/// How much of its sources a run reads: what they name may have no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscoveryBounds {
    /// Files of one sitemap, the index that names them included.
    pub sitemap_files: usize,
    /// How deep indexes may name indexes; 1 is a sitemap without an index.
    pub sitemap_depth: usize,
}

/// A listing of each day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its path or address, with `{date}` in it: what it is known by in the archive.
    pub template: String,
}

/// How articles are named on a listing page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cards {
    /// Links to articles, best first: the first that finds one decides.
    pub links: Vec<Rule>,
    /// What is not listed but decoration.
    pub skip: Vec<Rule>,
    /// Moments of cards, best first.
    pub times: Vec<Spot>,
    /// Links to the following page of a listing.
    pub next: Vec<Rule>,
    /// The text of such links.
    pub next_texts: LineSet,
}

/// One step of the revisit schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recheck {
    /// For stories up to this age.
    pub age: Duration,
    /// Look again after this long.
    pub every: Duration,
}

/// The words of the ticker.
#[derive(Debug, Clone, PartialEq)]
pub struct StripWords {
    /// A rise.
    pub up: String,
    /// A fall.
    pub down: String,
    /// Neither.
    pub flat: String,
    /// Symbols that are indices.
    pub indices: Vec<String>,
    /// What may stand on a line before its first row.
    pub prefix: Option<Pattern>,
}

/// The wording of a page, for what has no markup. Patterns are for whole lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextRules {
    /// Names of sections.
    pub sections: SectionNames,
    /// Lines between ticker and headline.
    pub furniture: LineSet,
    /// Lines that are never part of a story.
    pub boilerplate: LineSet,
    /// Lines that stand with the list of related stories, after the story.
    pub more: LineSet,
    /// Lines that end the page's story and its related list.
    pub end: LineSet,
    /// Headings of boxes that are not the story's related list.
    pub sidebar: LineSet,
    /// Agencies and desks that sign stories.
    pub bylines: LineSet,
    /// What a paragraph may say besides its link.
    pub link_leads: LineSet,
    /// A print item's section line, with groups `section` and `date`.
    pub print_edition: Option<Pattern>,
    /// Labels of a publication date.
    pub published: Vec<String>,
    /// Labels of a date of change.
    pub updated: Vec<String>,
    /// Capitals before a colon that are no place.
    pub not_a_dateline: Vec<String>,
    /// Headlines of a page that is not there.
    pub not_found: LineSet,
}

/// How a page looks that the server's guard shows instead of the article.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Challenge {
    /// Header names, lower case, with a value where it matters.
    pub headers: Vec<(String, Option<String>)>,
    /// Any of the texts looked for in the head of the body.
    pub texts: Option<BytePattern>,
}

/// One template of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Era {
    /// Its name.
    pub name: String,
    /// First day; `None` for the beginning.
    pub from: Option<NaiveDate>,
    /// The day after the last; `None` for today and after.
    pub until: Option<NaiveDate>,
    /// Where its fields stand.
    pub rules: Rules,
}

/// Selectors by field, best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules(Vec<(RuleField, Vec<Rule>)>);

/// A CSS selector as written. It is compiled where it is used. Two of the same text are equal, wherever
/// they are written.
#[derive(Debug, Clone, Eq)]
pub struct Rule {
    /// The selector.
    pub css: String,
    /// Where it is written.
    pub place: ConfigPlace,
}

/// What a rule looks for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "each is the key of `site.rules` with its name")]
pub enum RuleField {
    Headline,
    Section,
    Byline,
    Published,
    Updated,
    Summary,
    Body,
    Image,
    Tags,
    Related,
    Drop,
    Article,
    Embed,
}

/// The ids that rise with the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdRange {
    /// The first of them.
    pub from: u64,
    /// How far they had come on which day, rising.
    pub anchors: Vec<(u64, NaiveDate)>,
    /// How many that nobody named a backfill asks for, of any one day.
    pub max_guesses_per_day: u64,
}

impl Profile {
    /// The host that names all of the site's hosts.
    pub fn host(&self) -> &str {
        &self.hosts[0]
    }

    /// The profile's name for the host of an address, if it is one of the site's.
    pub fn host_of(&self, url: &Url) -> Option<&str> {
        let host = url.host_str()?;
        let host = host.strip_prefix("www.").unwrap_or(host);
        let listed = self.hosts.iter().find(|it| it.eq_ignore_ascii_case(host));
        let is_web = matches!(url.scheme(), "http" | "https");
        let moved = || (url.origin() == self.base_url.origin()).then(|| self.host());
        listed.map(String::as_str).or_else(moved).filter(|_| is_web)
    }

    /// Whether an address is of one of the site's hosts, at the scheme and port of the base URL. Returns `false` for a
    /// look-alike port and for plain http where the base URL is https: what the user tells the site goes nowhere else.
    pub fn is_own_origin(&self, url: &Url) -> bool {
        self.host_of(url).is_some()
            && url.scheme() == self.base_url.scheme()
            && url.port_or_known_default() == self.base_url.port_or_known_default()
    }

    /// The identity of an article's address, whatever form it has.
    pub fn page_key(&self, url: &Url) -> Option<PageKey> {
        let host = self.host_of(url)?;
        key(host, &self.article_path.captures(url.path())?)
    }

    /// Where to ask for an article: on the base URL, slug kept, everything else dropped. Only the first
    /// host moves with the base URL; another one keeps its own.
    pub fn article_url(&self, url: &Url) -> Option<Url> {
        let host = self.host_of(url)?;
        self.ask_url(url, host, &self.article_path.captures(url.path())?)
    }

    /// Both in one: a page links to a hundred articles.
    pub fn article(&self, url: &Url) -> Option<(PageKey, Option<Url>)> {
        let host = self.host_of(url)?;
        let groups = self.article_path.captures(url.path())?;
        Some((key(host, &groups)?, self.ask_url(url, host, &groups)))
    }

    fn ask_url(&self, url: &Url, host: &str, groups: &Captures<'_>) -> Option<Url> {
        let slug = groups.name("slug").map(|it| it.as_str());
        let path = fill(&self.article_url, groups.name("id")?.as_str(), slug);
        if host == self.host() {
            return self.base_url.join(&path).ok();
        }
        url.join(&path).ok()
    }

    /// Where to ask for a known page: its address was stored when the base URL may have been another.
    pub fn current_url(&self, key: &PageKey, stored: &Url) -> Url {
        let slug = self.article_path.captures(stored.path());
        let slug = slug.as_ref().and_then(|it| it.name("slug")).map(|it| it.as_str());
        let path = fill(&self.article_url, &key.id, slug);
        let moved = (key.host == self.host()).then(|| self.base_url.join(&path).ok()).flatten();
        moved.unwrap_or_else(|| stored.clone())
    }

    /// What the addresses of articles begin with, up to the id, without scheme and `www`.
    pub fn article_prefix(&self) -> String {
        let path = self.article_url.split("{id}").next().unwrap_or("/");
        let host = self.base_url.host_str().unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        let port = self.base_url.port().map(|it| format!(":{it}")).unwrap_or_default();
        format!("{host}{port}{path}")
    }

    /// Where to ask for a page of the first host that is known by nothing but its id.
    pub fn address_of(&self, id: &str) -> Option<Url> {
        self.base_url.join(&fill(&self.article_url, id, None)).ok()
    }

    /// Where to ask for any other page of the site: addresses of the first host move with the base URL.
    pub fn rebased(&self, url: &Url) -> Option<Url> {
        let host = self.host_of(url)?;
        let base = self.base_url.host_str().unwrap_or_default();
        let base = base.strip_prefix("www.").unwrap_or(base);
        let is_moved = !self.hosts.iter().any(|it| it == base);
        if !is_moved || host != self.host() {
            return Some(url.clone());
        }
        let mut rebased = self.base_url.join(url.path()).ok()?;
        rebased.set_query(url.query());
        Some(rebased)
    }

    /// Whether an address is a topic page of the site.
    pub fn is_tag(&self, url: &Url) -> bool {
        let matches = |it: &Pattern| it.is_match(url.path());
        self.host_of(url).is_some() && self.tag_path.as_ref().is_some_and(matches)
    }

    /// The era of a capture day; the newest where the day is unknown.
    pub fn era(&self, captured_on: Option<NaiveDate>) -> usize {
        let last = self.eras.len() - 1;
        let Some(day) = captured_on else { return last };
        self.eras.iter().position(|it| it.until.is_none_or(|until| day < until)).unwrap_or(last)
    }
}

impl IdRange {
    /// Returns how far the ids rise in a day about then; 0 where too few anchors are known.
    pub fn per_day(&self, day: NaiveDate) -> u64 {
        let pairs = || self.anchors.iter().zip(self.anchors.iter().skip(1));
        let around = pairs().find(|it| day < it.1.1).or_else(|| pairs().next_back());
        around.map_or(0, |(first, last)| {
            let days = (last.1 - first.1).num_days().max(1).unsigned_abs();
            (last.0 - first.0) / days
        })
    }
}

impl Archive {
    /// Where to ask for the listing of a day.
    pub fn url(&self, base: &Url, day: NaiveDate) -> Option<Url> {
        base.join(&self.template.replace(DATE, &day.to_string())).ok()
    }
}

/// Stands for the day in the address of a listing.
const DATE: &str = "{date}";

impl Rule {
    /// The error of whoever could not compile it.
    pub fn refused(&self) -> ConfigError {
        let (place, found) = (self.place.clone(), format!("{:?}", self.css));
        Problem::Value { place, rule: "a CSS selector".to_owned(), found }.into()
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.css == other.css
    }
}

fn key(host: &str, groups: &Captures<'_>) -> Option<PageKey> {
    Some(PageKey { host: host.to_owned(), id: groups.name("id")?.as_str().to_owned() })
}

/// `/news/{id}/{slug}` with its holes filled; without a slug, without its slash.
fn fill(template: &str, id: &str, slug: Option<&str>) -> String {
    let filled = template.replace("{id}", id);
    match slug {
        Some(slug) => filled.replace("{slug}", slug),
        None => filled.replace("/{slug}", "").replace("{slug}", ""),
    }
}

impl RuleField {
    /// Every field, in the order of the file.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The key in `site.rules`.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl Rules {
    /// The selectors of a field, best first.
    pub fn of(&self, field: RuleField) -> &[Rule] {
        self.0.iter().find(|it| it.0 == field).map_or(&[], |it| &it.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("valid")
    }

    #[test]
    fn every_form_of_an_address_is_one_page() {
        let profile = Config::default().profile;
        for form in [
            "https://www.brecorder.com/news/40076038",
            "https://www.brecorder.com/news/40076038/",
            "https://www.brecorder.com/news/40076038/a-slug",
            "http://brecorder.com/news/40076038/another-slug?utm_source=x#top",
            "https://WWW.BRECORDER.COM/news/40076038/a-slug/print",
            "https://www.brecorder.com/news/amp/40076038",
            "https://www.brecorder.com/news/amp/40076038/a-slug",
        ] {
            let key = profile.page_key(&url(form)).expect(form);
            assert_eq!(key.to_string(), "brecorder.com:40076038", "{form}");
        }
    }

    #[test]
    fn other_pages_are_none() {
        let profile = Config::default().profile;
        for form in [
            "https://www.brecorder.com/",
            "https://www.brecorder.com/news/",
            "https://www.brecorder.com/news/4007x/a",
            "https://www.brecorder.com/trends/imf",
            "https://urdu.brecorder.com/news/40076038",
            "https://brecorder.com.evil.example/news/40076038",
            "ftp://www.brecorder.com/news/40076038",
            "mailto:news@brecorder.com",
        ] {
            assert_eq!(profile.page_key(&url(form)), None, "{form}");
        }
    }

    #[test]
    fn we_ask_on_the_base_url_with_the_slug_and_nothing_else() {
        let text = "[site]\nbase_url = \"http://127.0.0.1:8080\"\n";
        let profile = Config::parse(text, "x").expect("valid").config.profile;
        let asked = |from| profile.article_url(&url(from)).expect("ours").to_string();
        let moved = asked("https://www.brecorder.com/news/7/a-b?x=1");
        assert_eq!(moved, "http://127.0.0.1:8080/news/7/a-b");
        assert_eq!(asked("http://127.0.0.1:8080/news/amp/7"), "http://127.0.0.1:8080/news/7");
        let key = profile.page_key(&url("https://www.brecorder.com/news/7/a-b")).expect("ours");
        let current = profile.current_url(&key, &url("http://127.0.0.1:9999/news/7/a-b"));
        assert_eq!(
            current.as_str(),
            "http://127.0.0.1:8080/news/7/a-b",
            "an older base URL is forgotten"
        );
        assert_eq!(profile.host_of(&url("http://127.0.0.1:8080/news/7")), Some("brecorder.com"));
        assert_eq!(profile.host_of(&url("http://127.0.0.1:8081/news/7")), None);
        assert!(profile.feeds[0].url.as_str().starts_with("http://127.0.0.1:8080/feeds/"));
    }

    #[test]
    fn an_era_begins_on_its_first_day() {
        let profile = Config::default().profile;
        let era =
            |day: &str| profile.eras[profile.era(Some(day.parse().expect("a date")))].name.as_str();
        assert_eq!(era("1999-01-01"), "2021");
        assert_eq!(era("2022-01-31"), "2021");
        assert_eq!(era("2022-02-01"), "2022-02");
        assert_eq!(era("2025-10-01"), "2025-10");
        assert_eq!(profile.eras[profile.era(None)].name, "2025-10");
    }
}
