//! The profile of a site: all that is known of it, and what its addresses mean. How the profile is read from the file is not
//! said here (`file.rs`); its larger parts have files of their own.

use chrono::NaiveDate;
use chrono_tz::Tz;
use url::{Position, Url};

use crate::{
    config::{AddressPattern, Pattern},
    model::{MarketCalendar, NameBook, PageKey, bare_host, is_web, lane_name},
};

use super::{
    address::{StoryAddress, StoryAddresses},
    boards::{BoardRules, MostReadRules},
    ids::IdRange,
    rule::Replacement,
    rules::Era,
    sources::{Cards, DayListing, DiscoveryBounds, Feed, NewsListing, Recheck},
    web_archive::WebArchive,
    wording::{Challenge, StripWords, TextRules},
};

/// Everything the program knows about a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The name that people use; it is taken off the end of titles.
    pub name: String,
    /// The address that every path of the profile is relative to.
    pub base_url: Url,
    /// Hosts without `www`; the first is the name for all of them.
    pub hosts: Vec<String>,
    /// Further hosts that its pictures are asked of: each without `www`, with a port where it is not that of the scheme.
    pub(super) image_hosts: Vec<String>,
    /// The time zone of its days.
    pub time_zone: Tz,
    pub(super) addresses: StoryAddresses,
    pub(super) tag_path: Option<AddressPattern>,
    /// The pattern of the note that says when a page was made, with a group `at`.
    pub captured_at: Option<Pattern>,
    pub(super) article_feed: Option<String>,
    /// Feeds a cron pass reads.
    pub feeds: Vec<Feed>,
    /// Sitemaps a cron pass reads.
    pub sitemaps: Vec<Feed>,
    /// How many files of its sources a run reads.
    pub discovery: DiscoveryBounds,
    /// Listing pages a cron pass reads.
    pub listings: Vec<NewsListing>,
    /// Listings by day, read by a backfill.
    pub day_listings: Vec<DayListing>,
    /// Web archives that hold copies of the site.
    pub web_archives: Vec<WebArchive>,
    /// How articles are named on a listing.
    pub cards: Cards,
    /// When to visit a stored story again, youngest first.
    pub revisit: Vec<Recheck>,
    /// The words of the ticker.
    pub strip: StripWords,
    /// When the exchange trades.
    pub market: MarketCalendar,
    /// Market boards beside a story.
    pub boards: Vec<BoardRules>,
    /// Lists of most-read stories.
    pub most_read: Vec<MostReadRules>,
    /// The names of companies and agencies.
    pub names: NameBook,
    /// The words of a page.
    pub text: TextRules,
    /// What is replaced in a page before it is parsed, in this order.
    pub replacements: Vec<Replacement>,
    /// How to recognise the page of the server's guard.
    pub challenge: Challenge,
    /// The templates over time: sorted, without gaps, at least one.
    pub eras: Vec<Era>,
    /// The ids that rise with the day; `None` where they do not.
    pub ids: Option<IdRange>,
}

impl Profile {
    /// Returns the host that is the name for all of the site's hosts.
    pub fn host(&self) -> &str {
        &self.hosts[0]
    }

    /// Returns the profile's name for the host of an address; `None` where it is not one of the site's.
    pub fn host_of(&self, url: &Url) -> Option<&str> {
        let host = url.host_str()?;
        let host = bare_host(host);
        let listed = self.hosts.iter().find(|it| it.eq_ignore_ascii_case(host));
        let is_web = is_web(url);
        // As origins are compared, without making two of them.
        let is_of_base = url.scheme() == self.base_url.scheme()
            && url.host_str() == self.base_url.host_str()
            && url.port_or_known_default() == self.base_url.port_or_known_default();
        let moved = || is_of_base.then(|| self.host());
        listed.map(String::as_str).or_else(moved).filter(|_| is_web)
    }

    /// Whether an address is of one of the site's hosts, at the scheme and port of the base URL. Returns `false` for a
    /// different port and for plain http where the base URL is https: the user's headers are meant for the site alone.
    pub fn is_own_origin(&self, url: &Url) -> bool {
        self.host_of(url).is_some()
            && url.scheme() == self.base_url.scheme()
            && url.port_or_known_default() == self.base_url.port_or_known_default()
    }

    /// Whether a picture may be asked for at an address: of one of the site's hosts, or of those that the profile names.
    pub fn is_image_host(&self, url: &Url) -> bool {
        let lane = lane_name(url);
        let host = bare_host(&lane);
        let is_named = self.image_hosts.iter().any(|it| it.eq_ignore_ascii_case(host));
        is_web(url) && (is_named || self.host_of(url).is_some())
    }

    /// Returns the identity of an article by its address, in any form; `None` where it is not the address of one.
    pub fn page_key(&self, url: &Url) -> Option<PageKey> {
        let host = self.host_of(url)?;
        key(host, &self.addresses.find(url)?)
    }

    /// Returns the address to ask for an article: on the base URL, the slug kept, everything else dropped. Only the first host
    /// moves with the base URL; other hosts keep their own.
    pub fn article_url(&self, url: &Url) -> Option<Url> {
        let host = self.host_of(url)?;
        self.ask_url(url, host, &self.addresses.find(url)?)
    }

    /// Returns the identity and the address at once, because a page links to a hundred articles.
    pub fn article(&self, url: &Url) -> Option<(PageKey, Option<Url>)> {
        let host = self.host_of(url)?;
        let address = self.addresses.find(url)?;
        Some((key(host, &address)?, self.ask_url(url, host, &address)))
    }

    fn ask_url(&self, url: &Url, host: &str, address: &StoryAddress<'_>) -> Option<Url> {
        let path = address.path()?;
        if host != self.host() {
            return url.join(&path).ok();
        }
        // Most links of a page are written as we would ask: parsing them again would be the larger part of the work.
        let base = &self.base_url;
        let is_as_asked = url[Position::BeforePath..] == path
            && (url.scheme(), url.host_str(), url.port())
                == (base.scheme(), base.host_str(), base.port())
            && (url.username(), url.password()) == ("", None);
        if is_as_asked { Some(url.clone()) } else { base.join(&path).ok() }
    }

    /// Returns the address of the feed that has the story of a page alone; `None` where the site has none.
    pub fn article_feed(&self, key: &PageKey) -> Option<Url> {
        let template = self.article_feed.as_ref().filter(|_| key.host == self.host())?;
        self.base_url.join(&template.replace("{id}", &key.id)).ok()
    }

    /// Returns the address to ask for a known page: the base URL may have changed since its address was stored.
    pub fn current_url(&self, key: &PageKey, stored: &Url) -> Url {
        let said = self.addresses.find(stored).filter(|it| it.id() == Some(&key.id));
        let path = said.and_then(|it| it.path()).or_else(|| self.addresses.of_id(&key.id));
        let path = path.filter(|_| key.host == self.host());
        let moved = path.and_then(|it| self.base_url.join(&it).ok());
        moved.unwrap_or_else(|| stored.clone())
    }

    /// Returns the beginning of every article's address, up to the part that differs, without scheme and `www`.
    pub fn article_prefix(&self) -> String {
        let path = self.addresses.prefix();
        let host = self.base_url.host_str().unwrap_or_default();
        let host = bare_host(host);
        let port = self.base_url.port().map(|it| format!(":{it}")).unwrap_or_default();
        format!("{host}{port}{path}")
    }

    /// Returns the address to ask for a page of the first host of which only the id is known; `None` where an address says more
    /// than the id.
    pub fn address_of(&self, id: &str) -> Option<Url> {
        self.base_url.join(&self.addresses.of_id(id)?).ok()
    }

    /// Returns the address to ask for any other page of the site: addresses of the first host move with the base URL.
    pub fn rebased(&self, url: &Url) -> Option<Url> {
        let host = self.host_of(url)?;
        let base = self.base_url.host_str().unwrap_or_default();
        let base = bare_host(base);
        let is_moved = !self.hosts.iter().any(|it| it == base);
        if !is_moved || host != self.host() {
            return Some(url.clone());
        }
        let mut rebased = self.base_url.join(url.path()).ok()?;
        rebased.set_query(url.query());
        Some(rebased)
    }

    /// Whether the profile says what the site's topic pages are called.
    pub fn has_tag_path(&self) -> bool {
        self.tag_path.is_some()
    }

    /// Whether an address is a topic page of the site.
    pub fn is_tag(&self, url: &Url) -> bool {
        let matches = |it: &AddressPattern| it.is_match(url.path());
        self.host_of(url).is_some() && self.tag_path.as_ref().is_some_and(matches)
    }

    /// Returns the index of the era of a capture's day; the newest where the day is unknown.
    pub fn era(&self, captured_on: Option<NaiveDate>) -> usize {
        let last = self.eras.len() - 1;
        let Some(day) = captured_on else { return last };
        self.eras.iter().position(|it| it.until.is_none_or(|until| day < until)).unwrap_or(last)
    }
}

fn key(host: &str, address: &StoryAddress<'_>) -> Option<PageKey> {
    Some(PageKey { host: host.to_owned(), id: address.id()?.to_owned() })
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
