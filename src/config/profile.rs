//! One site as data: addresses, sources, wording, and the rules of each era.

use std::{ops::RangeInclusive, time::Duration};

use chrono::NaiveDate;
use chrono_tz::Tz;
use url::Url;

use crate::model::PageKey;

use super::{ConfigError, Pattern, Place, Problem, reader::Section};

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
    /// Listing pages a cron pass reads.
    pub listings: Vec<Listing>,
    /// When to look at a stored story again, youngest first.
    pub revisit: Vec<Recheck>,
    /// The words of the ticker.
    pub strip: StripWords,
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

/// A page that lists articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its address.
    pub url: Url,
    /// Which links on it are looked at.
    pub links: Rule,
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
    /// Names of sections, lower case.
    pub sections: Vec<String>,
    /// Lines between ticker and headline.
    pub furniture: Vec<Pattern>,
    /// Lines that are never part of a story.
    pub boilerplate: Vec<Pattern>,
    /// Lines that stand with the list of related stories, after the story.
    pub more: Vec<Pattern>,
    /// Lines that end the page's story and its related list.
    pub end: Vec<Pattern>,
    /// Headings of boxes that are not the story's related list.
    pub sidebar: Vec<Pattern>,
    /// Agencies and desks that sign stories.
    pub bylines: Vec<Pattern>,
    /// What a paragraph may say besides its link.
    pub link_leads: Vec<Pattern>,
    /// A print item's section line, with groups `section` and `date`.
    pub print_edition: Option<Pattern>,
    /// Labels of a publication date.
    pub published: Vec<String>,
    /// Labels of a date of change.
    pub updated: Vec<String>,
    /// Capitals before a colon that are no place.
    pub not_a_dateline: Vec<String>,
    /// Headlines of a page that is not there.
    pub not_found: Vec<Pattern>,
}

/// How a page looks that the server's guard shows instead of the article.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// Header names, lower case, with a value where it matters.
    pub headers: Vec<(String, Option<String>)>,
    /// Texts looked for in the head of the body.
    pub texts: Vec<String>,
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
    pub place: Place,
}

/// What a rule looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
}

/// The ids that rise with the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdRange {
    /// The first of them.
    pub from: u64,
    /// How far they had come on which day, rising.
    pub anchors: Vec<(u64, NaiveDate)>,
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

    /// The identity of an article's address, whatever form it has.
    pub fn page_key(&self, url: &Url) -> Option<PageKey> {
        let host = self.host_of(url)?;
        let path = url.path();
        let id = self.article_path.captures(path)?.name("id")?;
        Some(PageKey { host: host.to_owned(), id: id.as_str().to_owned() })
    }

    /// Where to ask for an article: on the base URL, slug kept, everything else dropped. Only the first
    /// host moves with the base URL; another one keeps its own.
    pub fn article_url(&self, url: &Url) -> Option<Url> {
        let host = self.host_of(url)?;
        let groups = self.article_path.captures(url.path())?;
        let slug = groups.name("slug").map(|it| it.as_str());
        let path = fill(&self.article_url, groups.name("id")?.as_str(), slug);
        if host == self.host() {
            return self.base_url.join(&path).ok();
        }
        url.join(&path).ok()
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
    pub const ALL: [Self; 11] = [
        Self::Headline,
        Self::Section,
        Self::Byline,
        Self::Published,
        Self::Updated,
        Self::Summary,
        Self::Body,
        Self::Image,
        Self::Tags,
        Self::Related,
        Self::Drop,
    ];

    /// The key in `site.rules`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Section => "section",
            Self::Byline => "byline",
            Self::Published => "published",
            Self::Updated => "updated",
            Self::Summary => "summary",
            Self::Body => "body",
            Self::Image => "image",
            Self::Tags => "tags",
            Self::Related => "related",
            Self::Drop => "drop",
        }
    }
}

impl Rules {
    /// The selectors of a field, best first.
    pub fn of(&self, field: RuleField) -> &[Rule] {
        self.0.iter().find(|it| it.0 == field).map_or(&[], |it| &it.1)
    }
}

const HOURS: RangeInclusive<u64> = 0..=24 * 365 * 20;

pub(super) fn read(site: &Section) -> Result<Profile, Problem> {
    let name = site.text("name")?;
    let base_url = Url::parse(&site.text("base_url")?)
        .ok()
        .filter(|it| matches!(it.scheme(), "http" | "https") && it.has_host())
        .ok_or_else(|| site.wrong("base_url", "an http or https address"))?;
    let time_zone = site.text("time_zone")?.parse();
    let article_url = site.text("article_url")?;
    if !article_url.starts_with('/') || !article_url.contains("{id}") {
        return Err(site.wrong("article_url", "a path with `{id}` in it"));
    }
    Ok(Profile {
        name,
        hosts: read_hosts(site)?,
        time_zone: time_zone.map_err(|_| site.wrong("time_zone", "a time zone of the tz database"))?,
        article_path: site
            .pattern("article_path", &["id"])?
            .ok_or_else(|| site.absent("article_path"))?,
        article_url,
        tag_path: site.pattern("tag_path", &[])?,
        feeds: read_feeds(site, "feeds", &base_url)?,
        sitemaps: read_feeds(site, "sitemaps", &base_url)?,
        listings: read_listings(site, &base_url)?,
        revisit: read_revisit(site)?,
        strip: read_strip(&site.section("strip")?)?,
        text: read_text(&site.section("text")?)?,
        challenge: read_challenge(&site.section("challenge")?)?,
        eras: read_eras(site)?,
        ids: read_ids(&site.section("ids")?)?,
        base_url,
    })
}

fn read_hosts(site: &Section) -> Result<Vec<String>, Problem> {
    let hosts = site.words("hosts")?;
    let bad = |it: &String| it.is_empty() || it.contains(['/', ':']) || it.starts_with("www.");
    if hosts.is_empty() || hosts.iter().any(bad) {
        return Err(site.wrong("hosts", "a list of host names, without scheme, port and `www.`"));
    }
    Ok(hosts.iter().map(|it| it.to_ascii_lowercase()).collect())
}

fn read_address(section: &Section, key: &str, base: &Url) -> Result<Url, Problem> {
    let rule = "an address, or a path below `site.base_url`";
    base.join(&section.text(key)?).map_err(|_| section.wrong(key, rule))
}

fn read_feeds(site: &Section, key: &str, base: &Url) -> Result<Vec<Feed>, Problem> {
    let read = |section: Section| {
        let url = read_address(&section, "url", base)?;
        let hours = section.get("stale_after_hours").map(|it| it.whole(HOURS)).transpose()?;
        section.finish()?;
        Ok(Feed { url, stale_after: hours.filter(|it| *it != 0).map(hours_of) })
    };
    site.sections(key)?.into_iter().map(read).collect()
}

fn read_listings(site: &Section, base: &Url) -> Result<Vec<Listing>, Problem> {
    let read = |section: Section| {
        let url = read_address(&section, "url", base)?;
        let links = match section.get("links") {
            Some(found) => {
                let css = found.value.as_str().ok_or_else(|| found.wrong("a CSS selector"))?;
                Rule { css: css.to_owned(), place: found.place }
            }
            None => Rule { css: "a[href]".to_owned(), place: Place::default() },
        };
        section.finish()?;
        Ok(Listing { url, links })
    };
    site.sections("listings")?.into_iter().map(read).collect()
}

fn hours_of(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

fn read_revisit(site: &Section) -> Result<Vec<Recheck>, Problem> {
    let mut steps: Vec<Recheck> = Vec::new();
    for section in site.sections("revisit")? {
        let age = hours_of(section.whole("age_hours", HOURS)?);
        let every = hours_of(section.whole("every_hours", 1..=*HOURS.end())?);
        if steps.last().is_some_and(|it| age <= it.age) {
            return Err(section.wrong("age_hours", "more than that of the step before"));
        }
        section.finish()?;
        steps.push(Recheck { age, every });
    }
    Ok(steps)
}

fn read_strip(section: &Section) -> Result<StripWords, Problem> {
    let word = |key| Ok(section.get(key).map(|_| section.text(key)).transpose()?.unwrap_or_default());
    let words = StripWords {
        up: word("up")?,
        down: word("down")?,
        flat: word("flat")?,
        indices: section.words("indices")?,
        prefix: section.pattern("prefix", &[])?,
    };
    section.finish()?;
    Ok(words)
}

fn read_text(section: &Section) -> Result<TextRules, Problem> {
    let lower = |key| -> Result<Vec<String>, Problem> {
        Ok(section.words(key)?.iter().map(|it| it.to_lowercase()).collect())
    };
    let rules = TextRules {
        sections: lower("sections")?,
        furniture: section.lines("furniture")?,
        boilerplate: section.lines("boilerplate")?,
        more: section.lines("more")?,
        end: section.lines("end")?,
        sidebar: section.lines("sidebar")?,
        bylines: section.lines("bylines")?,
        link_leads: section.lines("link_leads")?,
        print_edition: section.pattern("print_edition", &["section", "date"])?,
        published: lower("published")?,
        updated: lower("updated")?,
        not_a_dateline: section.words("not_a_dateline")?,
        not_found: section.lines("not_found")?,
    };
    section.finish()?;
    Ok(rules)
}

fn read_challenge(section: &Section) -> Result<Challenge, Problem> {
    let header = |line: String| match line.split_once(':') {
        Some((name, value)) => (name.trim().to_lowercase(), Some(value.trim().to_owned())),
        None => (line.trim().to_lowercase(), None),
    };
    let headers = section.words("headers")?.into_iter().map(header).collect();
    let challenge = Challenge { headers, texts: section.words("texts")? };
    section.finish()?;
    Ok(challenge)
}

fn read_rules(section: &Section, base: &Rules) -> Result<Rules, Problem> {
    let mut rules = Vec::new();
    for field in RuleField::ALL {
        let own = section.texts(field.key())?;
        let own = own.into_iter().map(|(css, place)| Rule { css, place }).collect::<Vec<_>>();
        let in_force = if own.is_empty() { base.of(field).to_vec() } else { own };
        rules.push((field, in_force));
    }
    section.finish()?;
    Ok(Rules(rules))
}

fn read_eras(site: &Section) -> Result<Vec<Era>, Problem> {
    let base = read_rules(&site.section("rules")?, &Rules::default())?;
    let mut eras: Vec<Era> = Vec::new();
    for section in site.sections("eras")? {
        let name = section.text("name")?;
        let (from, until) = (section.date("from")?, section.date("until")?);
        match eras.last() {
            None if from.is_some() => {
                return Err(section.wrong("from", "left out in the first era: eras leave no gap"));
            }
            Some(Era { until: None, name, .. }) => {
                return Err(section.wrong("name", &format!("of the last era, `{name}` has no end")));
            }
            Some(Era { until: Some(end), name, .. }) if from != Some(*end) => {
                let rule =
                    format!("{end}, where era `{name}` ends: eras leave no gap and do not overlap");
                return Err(section.wrong("from", &rule));
            }
            _ => {}
        }
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            return Err(section.wrong("until", "later than `from`"));
        }
        let rules = read_rules(&section.section("rules")?, &base)?;
        section.finish()?;
        eras.push(Era { name, from, until, rules });
    }
    match eras.last() {
        None => eras.push(Era { name: "all".to_owned(), from: None, until: None, rules: base }),
        Some(Era { until: Some(_), .. }) => {
            return Err(site.wrong("eras", "open at the end: leave `until` out of the last"));
        }
        Some(Era { until: None, .. }) => {}
    }
    Ok(eras)
}

fn read_ids(section: &Section) -> Result<Option<IdRange>, Problem> {
    let Some(from) = section.get("from") else {
        section.finish()?;
        return Ok(None);
    };
    let from = from.whole(0..=u64::MAX >> 1)?;
    let mut anchors: Vec<(u64, NaiveDate)> = Vec::new();
    for anchor in section.get("anchors").map(|it| it.items()).transpose()?.unwrap_or_default() {
        let pair = anchor.items()?;
        let [id, day] = pair.as_slice() else { return Err(anchor.wrong("a pair of id and date")) };
        let (id, day) = (id.whole(from..=u64::MAX >> 1)?, day.date()?);
        if anchors.last().is_some_and(|last| id <= last.0 || day < last.1) {
            return Err(anchor.wrong("after the anchor before it, in id and date"));
        }
        anchors.push((id, day));
    }
    section.finish()?;
    Ok(Some(IdRange { from, anchors }))
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

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
        #[track_caller]
        fn check(profile: &Profile, from: &str, to: &str) {
            assert_eq!(profile.article_url(&url(from)).expect("ours").as_str(), to);
        }
        check(&profile, "https://www.brecorder.com/news/7/a-b?x=1", "http://127.0.0.1:8080/news/7/a-b");
        check(&profile, "http://127.0.0.1:8080/news/amp/7", "http://127.0.0.1:8080/news/7");
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
