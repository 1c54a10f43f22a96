//! Listing pages: the articles that they name, and the pages that follow. The selectors come from the profile; the story that
//! a card links to is not read here (`extract`).

use std::{collections::VecDeque, ops::Range, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use url::Url;

use crate::{
    config::{AddressFilter, ConfigError, Profile},
    html::{self, Document, Element, Matcher},
    model::{Candidate, RawPage, Via},
};

use super::{NamedPages, Source, admit};

/// The greatest number of pages of one listing.
const PAGES_MAX: usize = 50;

/// Knows how a profile's listing pages name articles.
pub struct CardReader<'p> {
    profile: &'p Profile,
    matcher: Matcher,
    links: Range<usize>,
    skip: Range<usize>,
    times: Range<usize>,
    next: Range<usize>,
}

/// How much of a listing is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The first page: new stories are on it.
    First,
    /// Every page, and on them the stories of this day: a story whose card shows another day is left out.
    Day(NaiveDate),
}

/// The elements of a listing page.
#[derive(Default)]
struct ListingParts<'d> {
    /// The links that each rule found, in the order of the rules.
    links: Vec<Vec<Element<'d>>>,
    skipped: Vec<Element<'d>>,
    times: Vec<Shown<'d>>,
    next: Vec<Element<'d>>,
}

/// What one page of a listing says.
struct ListingPage {
    named: NamedPages,
    /// The addresses of further pages of the listing.
    next: Vec<Url>,
}

/// A moment that is shown on a page.
struct Shown<'d> {
    element: Element<'d>,
    at: DateTime<Utc>,
}

/// A link to a story.
struct Card<'d> {
    link: Element<'d>,
    candidate: Candidate,
}

/// A listing.
pub struct ListingSource<'c> {
    cards: &'c CardReader<'c>,
    url: Url,
    filter: &'c AddressFilter,
    extent: Extent,
    queue: VecDeque<Url>,
    seen: Vec<Url>,
}

impl<'p> CardReader<'p> {
    /// Compiles the profile's rules. Fails where one is not a CSS selector.
    pub fn new(profile: &'p Profile) -> Result<Self, ConfigError> {
        let cards = &profile.cards;
        let times = || cards.times.iter().filter_map(|spot| spot.rule.as_ref());
        let all = || cards.links.iter().chain(&cards.skip).chain(times()).chain(&cards.next);
        let matcher = Matcher::new(all().map(|it| it.css.as_str())).map_err(|bad| {
            all().nth(bad.index).expect("the matcher numbers what it was given").refused(&bad.part)
        })?;
        let links = 0..cards.links.len();
        let skip = links.end..links.end + cards.skip.len();
        let times = skip.end..skip.end + times().count();
        let next = times.end..times.end + cards.next.len();
        Ok(Self { profile, matcher, links, skip, times, next })
    }

    /// Returns what a listing page names, and the addresses that it leads on to.
    fn read(&self, page: &RawPage, listing: &Url) -> ListingPage {
        let text = html::decode(&page.body, page.content_type.as_deref()).text;
        let document = Document::parse(&text);
        let base = &base_of(&document, page.url.as_ref().unwrap_or(listing));
        let found = self.find(document.root());
        let is_listed = |link: &Element<'_>| !link.ancestors().any(|it| found.skipped.contains(&it));
        let card = |link: &Element<'_>| -> Option<Candidate> {
            admit::admit(self.profile, base, link.attr("href")?, Via::Listing)
        };
        let mut named = NamedPages::default();
        for links in &found.links {
            let cards = links.iter().copied().filter(is_listed);
            let cards = cards.filter_map(|link| Some(Card { link, candidate: card(&link)? }));
            let mut cards: Vec<Card<'_>> = cards.collect();
            for shown in &found.times {
                self.date(&mut cards, shown);
            }
            for card in cards {
                named.push(card.candidate);
            }
            if !named.candidates.is_empty() {
                break;
            }
        }
        let next = found.next.iter().filter_map(|it| base.join(it.attr("href")?.trim()).ok());
        let next = next.filter_map(|it| self.profile.rebased(&it)).filter(|it| is_part(it, listing));
        ListingPage { named, next: next.collect() }
    }

    fn find<'d>(&self, root: Element<'d>) -> ListingParts<'d> {
        let links = vec![Vec::new(); self.links.len()];
        let mut found = ListingParts { links, ..ListingParts::default() };
        let mut walk = self.matcher.walk(root);
        for element in root.descendants() {
            walk.each_match(element, |index| {
                if self.links.contains(&index) {
                    found.links[index].push(element);
                } else if self.skip.contains(&index) {
                    found.skipped.push(element);
                } else if self.times.contains(&index) {
                    found.times.extend(self.shown(index - self.times.start, element));
                } else if self.next.contains(&index) {
                    found.next.push(element);
                }
            });
            if element.name() == "a" && self.profile.cards.next_texts.has(element.text().trim()) {
                found.next.push(element);
            }
        }
        found
    }

    /// Returns the moment that an element shows; `None` where it shows none.
    fn shown<'d>(&self, rule: usize, element: Element<'d>) -> Option<Shown<'d>> {
        let mut spots = self.profile.cards.times.iter().filter(|spot| spot.rule.is_some());
        let text = match &spots.nth(rule)?.attr {
            Some(name) => element.attr(name)?.to_owned(),
            None => element.text(),
        };
        Some(Shown { element, at: admit::time(&text, self.profile)? })
    }

    /// Gives a moment to the card that shows it: the nearest element around it that links to a story, and to one only.
    fn date(&self, cards: &mut [Card<'_>], shown: &Shown<'_>) {
        for around in shown.element.ancestors() {
            let is_inside = |card: &Card<'_>| card.link.ancestors().any(|it| it == around);
            let inside: Vec<usize> = (0..cards.len()).filter(|at| is_inside(&cards[*at])).collect();
            let Some(first) = inside.first().map(|at| cards[*at].candidate.key.clone()) else {
                continue;
            };
            if inside.iter().any(|at| cards[*at].candidate.key != first) {
                return;
            }
            let said = shown.element.ancestors().next().map(|it| it.text().to_lowercase());
            let says = |labels: &[String]| {
                said.as_ref().is_some_and(|said| labels.iter().any(|label| said.contains(label)))
            };
            let words = &self.profile.text;
            for at in inside {
                let Candidate { published_at, changed_at, .. } = &mut cards[at].candidate;
                let known = if says(&words.updated) && !says(&words.published) {
                    changed_at
                } else {
                    published_at
                };
                *known = known.or(Some(shown.at));
            }
            return;
        }
    }
}

impl<'c> ListingSource<'c> {
    /// Returns a listing that has not been read yet.
    pub fn new(cards: &'c CardReader<'c>, url: Url, filter: &'c AddressFilter, extent: Extent) -> Self {
        let (queue, seen) = ([url.clone()].into(), vec![url.clone()]);
        Self { cards, url, filter, extent, queue, seen }
    }

    /// Whether a page that came is one of this listing: a server may redirect to another page.
    pub fn owns(&self, page: &RawPage) -> bool {
        page.url.as_ref().is_none_or(|it| is_part(it, &self.url))
    }
}

/// Returns what the addresses of a page are relative to: its first `<base href>`, else its own address.
fn base_of(document: &Document<'_>, page: &Url) -> Url {
    let mut bases = document.root().descendants().filter(|it| it.name() == "base");
    let href = bases.find_map(|it| it.attr("href"));
    href.and_then(|it| page.join(it.trim()).ok()).unwrap_or_else(|| page.clone())
}

/// Whether an address is a page of a listing: the same path with another query, or a path below it.
fn is_part(url: &Url, listing: &Url) -> bool {
    let path = listing.path().trim_end_matches('/');
    let rest = url.path().strip_prefix(path);
    url.origin() == listing.origin() && rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

impl Source for ListingSource<'_> {
    fn url(&self) -> &Url {
        &self.url
    }

    fn kind(&self) -> &'static str {
        Via::Listing.code()
    }

    /// Returns `None`: a listing has no dates by which it could be judged.
    fn stale_after(&self) -> Option<Duration> {
        None
    }

    fn ask(&mut self) -> Option<Url> {
        self.queue.pop_front()
    }

    fn absorb(&mut self, page: &RawPage) -> NamedPages {
        let ListingPage { mut named, next } = self.cards.read(page, &self.url);
        if let Extent::Day(day) = self.extent {
            let zone = self.cards.profile.time_zone;
            let is_of_day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive() == day;
            named.candidates.retain(|it| it.published_at.is_none_or(is_of_day));
            let is_read_on = !named.candidates.is_empty();
            for mut url in next.into_iter().filter(|_| is_read_on) {
                url.set_fragment(None);
                if !self.seen.contains(&url) && self.seen.len() < PAGES_MAX {
                    self.seen.push(url.clone());
                    self.queue.push_back(url);
                }
            }
        }
        named.keep(self.filter);
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn page(body: &str) -> RawPage {
        RawPage::live(body.to_owned())
    }

    #[track_caller]
    fn check(body: &str, ids: &[&str], pages: &[&str]) {
        let profile = Config::default().profile;
        let cards = CardReader::new(&profile).expect("valid");
        let day = "2024-01-02".parse().expect("a date");
        let url = profile.day_listings[0].url(&profile.base_url, day).expect("an address");
        let mut source =
            ListingSource::new(&cards, url, &profile.day_listings[0].filter, Extent::Day(day));
        assert_eq!(source.ask().map(|it| it.path().to_owned()).as_deref(), Some("/archive/2024-01-02"));
        let named = source.absorb(&page(body));
        assert_eq!(named.candidates.iter().map(|it| it.key.id.as_str()).collect::<Vec<_>>(), ids);
        let rest = std::iter::from_fn(|| source.ask());
        assert_eq!(rest.map(|it| it[url::Position::BeforePath..].to_owned()).collect::<Vec<_>>(), pages);
    }

    #[test]
    fn cards_are_candidates_and_decoration_is_not() {
        check(
            "<article class='box  story'><h2 class=story__title><a href='/news/1/a'>A</a></h2></article>
             <aside><article class=story><h2 class=story__title><a href=/news/9>x</a></h2></article></aside>
             <div><a href='/news/2'>side</a></div>",
            &["1"],
            &[],
        );
        check("<ul><li><a href='/news/1/a'>A</a><li><a href='/news/2'>B</a></ul>", &["1", "2"], &[]);
        check("<nav><a href='/news/1/a'>A</a></nav><p>No stories.</p>", &[], &[]);
    }

    #[test]
    fn the_base_of_a_page_counts() {
        check(
            "<base href='/news/'><base href='/trends/'><h2 class=story__title><a href='1/a'>A</a></h2>",
            &["1"],
            &[],
        );
        check(
            "<base href='https://elsewhere.example/'><h2 class=story__title><a href='/news/1/a'>A</a></h2>",
            &[],
            &[],
        );
    }

    #[test]
    fn following_pages_are_read_and_other_days_are_not() {
        check(
            "<h2 class=story__title><a href='/news/1/a'>A</a></h2>
             <a href='/archive/2024-01-01'>Previous Day</a> <a href='/archive/2024-01-01'>2</a>
             <a href='?page=2'>2</a> <a href='/archive/2024-01-02?page=3'>Next page »</a> <a rel=next href='?page=2'>more</a>
             <a href='/archive/2024-01-02/4#top'>4</a>",
            &["1"],
            &["/archive/2024-01-02?page=2", "/archive/2024-01-02?page=3", "/archive/2024-01-02/4"],
        );
        check("<p>Nothing.</p><a rel=next href='?page=2'>Next</a>", &[], &[]);
    }

    /// A card of the site's, as on its listings of 2025.
    fn card(id: u32, label: &str, at: &str) -> String {
        format!(
            "<article class='story  box' data-id='{id}' data-layout='story'><div><figure><a href='/news/{id}/a'><img src=x></a>
             </figure></div><div><h2 class='story__title  text-6'><a class=story__link href='/news/{id}/a'>A</a></h2>
             <div class=story__excerpt>More on this: <a href='/news/99/older'>older</a></div><span class='story__time  uppercase'>
             <span class='timestamp--label'>{label}</span> <span class='timestamp--time  timeago' title='{at}'>2 Jan</span></span>
             </div></article>"
        )
    }

    const BOX: &str = "<div class='w-80 hidden'><div class=tabs__content><article class='story box' data-layout=story>
        <h2 class=story__title><a href=/news/50/popular>P</a></h2></article></div><div><article class='story box'
        data-layout=story><figure><a href=/news/51/tool><img src=x></a></figure></article></div></div>";

    #[test]
    fn a_box_beside_the_list_is_not_listed_even_if_the_list_is_empty() {
        let list = card(1, "Published", "2024-01-02T09:00:00+05:00");
        check(&format!("<div>{list}</div>{BOX}"), &["1"], &[]);
        check(&format!("<div><h1>Archive</h1><p>No stories.</p></div>{BOX}"), &[], &[]);
    }

    #[test]
    fn a_card_of_another_day_is_no_part_of_the_listing() {
        let cards = [
            card(1, "Published", "2024-01-02T00:00:00+05:00"),
            card(2, "Published", "2024-01-01T23:59:59+05:00"),
            card(3, "Published", "2024-01-03T00:00:00+05:00"),
            card(4, "Updated", "2024-01-03T01:00:00+05:00"),
            card(5, "Published", "soon"),
        ];
        check(&cards.concat(), &["1", "4", "5"], &[]);
    }

    #[test]
    fn a_card_has_its_moment_from_nobody_else() {
        let profile = Config::default().profile;
        let reader = CardReader::new(&profile).expect("valid");
        let undated = "<article class=story data-layout=story><h2 class=story__title><a href=/news/7/a>A</a></h2></article>";
        let body = undated.to_owned()
            + &card(1, "Published", "2024-01-02T09:00:00+05:00")
            + &card(4, "Updated", "2024-01-03T01:00:00+05:00");
        let named = reader.read(&page(&body), &profile.base_url).named;
        let moments = named.candidates.iter().map(|it| {
            let show = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339());
            (it.key.id.as_str(), show(it.published_at), show(it.changed_at))
        });
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(
            moments.collect::<Vec<_>>(),
            [
                ("7", None, None),
                ("1", at("2024-01-02T04:00:00+00:00"), None),
                ("4", None, at("2024-01-02T20:00:00+00:00")),
            ]
        );
    }

    #[test]
    fn a_cron_pass_reads_the_first_page() {
        let profile = Config::default().profile;
        let cards = CardReader::new(&profile).expect("valid");
        let mut source = ListingSource::new(
            &cards,
            profile.base_url.clone(),
            &profile.day_listings[0].filter,
            Extent::First,
        );
        source.ask();
        source.absorb(&page("<a href=/news/1>A</a> <a rel=next href='?page=2'>Next</a>"));
        assert_eq!(source.ask(), None);
    }
}
