//! The profile as the file has it: read, and checked key by key. What the checked values mean is said beside their types; what
//! is not there keeps no default here, because the built-in file has it.

use std::{ops::RangeInclusive, time::Duration};

use url::{Host, Url};

use crate::{
    config::{BytePattern, ConfigPlace, Problem, SectionNames, layer::LayeredValue, reader::Section},
    model::{DatedId, NameBook, bare_host, is_web},
};

use super::{
    address::{AddressFilter, StoryAddresses},
    boards,
    ids::IdRange,
    market, mentions,
    rule::{Replacement, Rule},
    rules::{Era, Rules},
    site::Profile,
    sources::{Cards, DATE, DayListing, DiscoveryBounds, Feed, ListingUse, NewsListing, Recheck},
    spot, web_archive,
    wording::{Challenge, StripWords, TextRules},
};

const HOURS: RangeInclusive<u64> = 0..=24 * 365 * 20;
const GUESSES: RangeInclusive<u64> = 1..=100_000;
/// The number for a profile that does not lie over the built-in one and does not say it.
const GUESSES_USUAL: u64 = 500;

pub(in crate::config) fn read(site: &Section) -> Result<Profile, Problem> {
    let name = site.text("name")?;
    let base_url = Url::parse(&site.text("base_url")?)
        .ok()
        .filter(|it| is_web(it) && it.has_host())
        .ok_or_else(|| site.wrong("base_url", "an http or https address"))?;
    // Addresses are stored and exported: what is secret has another place.
    if !base_url.username().is_empty() || base_url.password().is_some() {
        let rule =
            "an address without user name and password; `authorization` in `[fetch.headers]` sends them";
        return Err(site.wrong("base_url", rule));
    }
    let time_zone = site.text("time_zone")?.parse();
    let time_zone = time_zone.map_err(|_| site.wrong("time_zone", "a time zone of the tz database"))?;
    let hosts = read_hosts(site)?;
    let addresses = StoryAddresses::read(site)?;
    check_hosts(site, &base_url, &hosts)?;
    check_addresses(site, &base_url, &addresses)?;
    Ok(Profile {
        name,
        image_hosts: read_image_hosts(site)?,
        hosts,
        time_zone,
        addresses,
        tag_path: site.pattern("tag_path", &[])?,
        captured_at: site.pattern("captured_at", &["at"])?,
        article_feed: read_article_feed(site, &base_url)?,
        feeds: read_feeds(site, "feeds", &base_url)?,
        sitemaps: read_feeds(site, "sitemaps", &base_url)?,
        discovery: read_discovery(&site.section("discovery")?)?,
        listings: read_listings(site, &base_url)?,
        day_listings: read_day_listings(site, &base_url)?,
        web_archives: web_archive::read(site)?,
        cards: read_cards(&site.section("cards")?)?,
        revisit: read_revisit(site)?,
        strip: read_strip(&site.section("strip")?)?,
        market: market::read(site, time_zone)?,
        boards: boards::read_boards(site)?,
        most_read: boards::read_most_read(site)?,
        names: read_names(site)?,
        text: read_text(&site.section("text")?)?,
        replacements: read_replacements(site)?,
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

fn read_image_hosts(site: &Section) -> Result<Vec<String>, Problem> {
    let hosts = site.words("image_hosts")?;
    let bad = |it: &String| it.is_empty() || it.contains('/') || it.starts_with("www.");
    if hosts.iter().any(bad) {
        return Err(site.wrong("image_hosts", "a list of host names, without scheme and `www.`"));
    }
    Ok(hosts.iter().map(|it| it.to_ascii_lowercase()).collect())
}

/// Fails where a file that names both has an address of a host that is none of the site's. One that moves a profile to another
/// server names the address alone, and a server on this machine may be anybody's.
fn check_hosts(site: &Section, base_url: &Url, hosts: &[String]) -> Result<(), Problem> {
    let is_user = |key| site.get(key).is_some_and(|it| it.layer.is_user);
    let Some(Host::Domain(host)) = base_url.host() else { return Ok(()) };
    let host = bare_host(host);
    let is_known = hosts.iter().any(|it| it == host) || host == "localhost";
    if is_known || !is_user("base_url") || !is_user("hosts") {
        return Ok(());
    }
    Err(site.wrong("hosts", &format!("a list with the host of `site.base_url`, `{host}`")))
}

/// Fails where the address that is made of an id does not lead back to it.
fn check_addresses(site: &Section, base_url: &Url, addresses: &StoryAddresses) -> Result<(), Problem> {
    let found = [site.get("article_path"), site.get("article_url")];
    let is_users = found.iter().flatten().any(|it| it.layer.is_user);
    if !is_users || found.iter().flatten().any(LayeredValue::is_placeholder) {
        return Ok(());
    }
    let Some(path) = addresses.one_way(base_url) else { return Ok(()) };
    let rule =
        format!("a path in which `site.article_path` finds the id again (it does not in `{path}`)");
    Err(site.wrong("article_url", &rule))
}

fn read_address(section: &Section, key: &str, base: &Url) -> Result<Url, Problem> {
    let rule = "an address, or a path below `site.base_url`";
    base.join(&section.text(key)?).map_err(|_| section.wrong(key, rule))
}

fn read_feeds(site: &Section, key: &str, base: &Url) -> Result<Vec<Feed>, Problem> {
    let read = |section: Section| {
        let url = read_address(&section, "url", base)?;
        let hours = section.get("stale_after_hours").map(|it| it.whole(HOURS)).transpose()?;
        let filter = AddressFilter::read(&section)?;
        section.finish()?;
        Ok(Feed { url, stale_after: hours.filter(|it| *it != 0).map(hours_of), filter })
    };
    site.sections(key)?.into_iter().map(read).collect()
}

fn read_article_feed(site: &Section, base: &Url) -> Result<Option<String>, Problem> {
    let Some(_) = site.get("article_feed") else { return Ok(None) };
    let template = site.text("article_feed")?;
    if template.is_empty() {
        return Ok(None);
    }
    if !template.contains("{id}") || base.join(&template.replace("{id}", "1")).is_err() {
        return Err(site.wrong("article_feed", "a path with `{id}` in it, or empty"));
    }
    Ok(Some(template))
}

fn read_discovery(section: &Section) -> Result<DiscoveryBounds, Problem> {
    let bounds = DiscoveryBounds {
        sitemap_files: usize::try_from(section.whole("sitemap_files", 1..=50_000)?)
            .expect("it was checked to be small"),
        sitemap_depth: usize::try_from(section.whole("sitemap_depth", 1..=10)?)
            .expect("it was checked to be small"),
    };
    section.finish()?;
    Ok(bounds)
}

fn read_listings(site: &Section, base: &Url) -> Result<Vec<NewsListing>, Problem> {
    let read = |section: Section| {
        let url = read_address(&section, "url", base)?;
        let when = match section.get("when") {
            Some(_) => section.text("when")?.parse(),
            None => Ok(ListingUse::Always),
        };
        let when = when.map_err(|_| section.wrong("when", "always or overflow"))?;
        let filter = AddressFilter::read(&section)?;
        section.finish()?;
        Ok(NewsListing { url, when, filter })
    };
    site.sections("listings")?.into_iter().map(read).collect()
}

fn read_day_listings(site: &Section, base: &Url) -> Result<Vec<DayListing>, Problem> {
    let read = |section: Section| {
        let template = section.text("url")?;
        let filter = AddressFilter::read(&section)?;
        section.finish()?;
        if !template.contains(DATE) || base.join(&template.replace(DATE, "2021-03-08")).is_err() {
            let rule = "an address with `{date}` in it, or a path below `site.base_url`";
            return Err(section.wrong("url", rule));
        }
        Ok(DayListing { template, filter })
    };
    site.sections("archives")?.into_iter().map(read).collect()
}

fn read_cards(section: &Section) -> Result<Cards, Problem> {
    let cards = Cards {
        links: or_any_link(selectors(section, "links")?),
        skip: selectors(section, "skip")?,
        times: spot::read(section, "times")?,
        next: selectors(section, "next")?,
        next_texts: section.lines("next_texts")?,
    };
    section.finish()?;
    Ok(cards)
}

/// Returns the rules; where there are none, every link is a card.
fn or_any_link(links: Vec<Rule>) -> Vec<Rule> {
    let any = || vec![Rule::plain("a[href]", ConfigPlace::default())];
    if links.is_empty() { any() } else { links }
}

fn selectors(section: &Section, key: &str) -> Result<Vec<Rule>, Problem> {
    Ok(section.texts(key)?.into_iter().map(|it| Rule::plain(&it.text, it.place)).collect())
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

fn read_names(site: &Section) -> Result<NameBook, Problem> {
    let section = site.section("mentions")?;
    Ok(NameBook {
        companies: mentions::read_companies(&site.section("companies")?)?,
        agencies: section.words("agencies")?,
        rules: mentions::read_rules(&section)?,
    })
}

fn read_text(section: &Section) -> Result<TextRules, Problem> {
    let lower = |key| -> Result<Vec<String>, Problem> {
        Ok(section.words(key)?.iter().map(|it| it.to_lowercase()).collect())
    };
    let rules = TextRules {
        sections: SectionNames::new(section.words("sections")?),
        furniture: section.lines("furniture")?,
        boilerplate: section.lines("boilerplate")?,
        more: section.lines("more")?,
        end: section.lines("end")?,
        sidebar: section.lines("sidebar")?,
        nobody: section.lines("nobody")?,
        bylines: section.lines("bylines")?,
        link_leads: section.lines("link_leads")?,
        print_edition: section.pattern("print_edition", &["section", "date"])?,
        published: lower("published")?,
        updated: lower("updated")?,
        not_a_dateline: section.words("not_a_dateline")?,
        not_found: section.lines("not_found")?,
        notices: section.lines("notices")?,
    };
    section.finish()?;
    Ok(rules)
}

fn read_replacements(site: &Section) -> Result<Vec<Replacement>, Problem> {
    let read = |section: Section| {
        let find = section.pattern("find", &[])?.ok_or_else(|| section.absent("find"))?;
        let with = section.text("with")?;
        section.finish()?;
        Ok(Replacement { find, with })
    };
    site.sections("replace")?.into_iter().map(read).collect()
}

fn read_challenge(section: &Section) -> Result<Challenge, Problem> {
    let header = |line: String| match line.split_once(':') {
        Some((name, value)) => (name.trim().to_lowercase(), Some(value.trim().to_owned())),
        None => (line.trim().to_lowercase(), None),
    };
    let headers = section.words("headers")?.into_iter().map(header).collect();
    let texts = section.words("texts")?;
    let challenge = Challenge { headers, texts: BytePattern::any_of(&texts) };
    section.finish()?;
    Ok(challenge)
}

fn read_eras(site: &Section) -> Result<Vec<Era>, Problem> {
    let base = Rules::read(&site.section("rules")?, &Rules::default())?;
    let mut eras: Vec<Era> = Vec::new();
    for section in site.sections("eras")? {
        let name = section.text("name")?;
        let (from, until) = (section.date("from")?, section.date("until")?);
        match eras.last() {
            None if from.is_some() => {
                return Err(section.wrong("from", "left out in the first era: eras leave no gap"));
            }
            Some(Era { until: None, name, .. }) => {
                return Err(section.wrong(
                    "name",
                    &format!("the name of an era after one that ends, and era `{name}` has no `until`"),
                ));
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
        let rules = Rules::read(&section.section("rules")?, &base)?;
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
    let mut anchors: Vec<DatedId> = Vec::new();
    for anchor in section.get("anchors").map(|it| it.items()).transpose()?.unwrap_or_default() {
        let pair = anchor.items()?;
        let [id, day] = pair.as_slice() else { return Err(anchor.wrong("a pair of id and date")) };
        let (id, day) = (id.whole(from..=u64::MAX >> 1)?, day.date()?);
        if anchors.last().is_some_and(|last| id <= last.id || day < last.day) {
            return Err(anchor.wrong("after the anchor before it, in id and date"));
        }
        anchors.push(DatedId { id, day });
    }
    let most = section.get("max_guesses_per_day").map(|it| it.whole(GUESSES)).transpose()?;
    section.finish()?;
    Ok(Some(IdRange { from, anchors, max_guesses_per_day: most.unwrap_or(GUESSES_USUAL) }))
}
