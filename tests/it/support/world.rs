//! Years of a news site, with all that goes wrong on one: what is true of it, and what it says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::{
    program::Program,
    site::{Reply, Site, ok, status},
};

/// The first id of the world.
pub(crate) const FIRST_ID: u64 = 40_100_000;

/// A site and what is true of it.
pub(crate) struct World {
    pub(crate) site: Site,
    /// Every article: its id and its day.
    pub(crate) truth: BTreeMap<u64, NaiveDate>,
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
    /// The next id nobody has.
    pub(crate) end_id: u64,
}

/// How large, and what is the matter with it.
pub(crate) struct Plan {
    pub(crate) first: NaiveDate,
    pub(crate) days: u64,
    /// Articles of a working day.
    pub(crate) per_day: u64,
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// What is the matter with a day, by its number.
pub(crate) fn is_blocked(number: u64) -> bool {
    number % 97 == 30
}

pub(crate) fn is_holiday(number: u64) -> bool {
    number % 89 == 40
}

/// The site has articles, and its listings are empty.
pub(crate) fn is_unlisted(number: u64) -> bool {
    number % 101 == 50
}

/// A page of a day.
pub(crate) fn page(id: u64, on: NaiveDate) -> Reply {
    ok(format!(
        "<html><head><meta property=\"article:published_time\" content=\"{on}T11:00:00+05:00\"></head><body>\
         <h1 class=\"story__title\">Story {id}</h1><span class=\"story__byline\">Reuters</span>\
         <div class=\"story__content\"><p>KARACHI: What happened under the number {id}.</p></div></body></html>"
    ))
}

fn listing(ids: &[u64], before: NaiveDate, path: &str) -> Reply {
    let card = |id: &u64| {
        format!(
            "<article class=\"box  story\" data-layout=\"story\"><h2 class=\"story__title\">\
             <a class=\"story__link\" href=\"/news/{id}/story-{id}\">Story {id}</a></h2></article>"
        )
    };
    let cards: String = ids.iter().map(card).collect();
    ok(format!("<main>{cards}<nav><a href=\"{path}/{before}\">Previous Day</a></nav></main>"))
}

impl World {
    pub(crate) fn build(plan: &Plan) -> Self {
        let site = Site::start();
        let mut id = FIRST_ID;
        let mut days: Vec<(NaiveDate, Vec<u64>)> = Vec::new();
        for number in 0..plan.days {
            let on = plan.first + chrono::Days::new(number);
            let mut count = match on.weekday() {
                chrono::Weekday::Sat | chrono::Weekday::Sun => plan.per_day / 2,
                _ => plan.per_day,
            };
            if is_holiday(number) {
                count = 0;
            }
            let mut ids = Vec::new();
            for nth in 0..count {
                // Ids that are of nothing lie between.
                id += 1 + (id * 7 + nth * 3 + number) % 3;
                ids.push(id);
            }
            days.push((on, ids));
        }
        // Ids out of order by a few: the first of a day and the last of the day before change places.
        for at in (1..days.len()).step_by(5) {
            let (before, after) = days.split_at_mut(at);
            if let (Some(last), Some(first)) = (before[at - 1].1.last_mut(), after[0].1.first_mut()) {
                std::mem::swap(last, first);
            }
        }
        let truth: BTreeMap<u64, NaiveDate> =
            days.iter().flat_map(|(on, ids)| ids.iter().map(|id| (*id, *on))).collect();
        for (id, on) in &truth {
            for path in [format!("/news/{id}"), format!("/news/{id}/story-{id}")] {
                site.on(&path, [page(*id, *on)]);
            }
        }
        let world =
            Self { site, truth, first: plan.first, last: days.last().expect("days").0, end_id: id + 1 };
        world.list(&days);
        world
    }

    fn list(&self, days: &[(NaiveDate, Vec<u64>)]) {
        let stale: Vec<u64> = days[0].1.clone();
        // Once in a while a story stands on the list of the next day instead of its own.
        let mut late = Vec::new();
        for (number, (on, ids)) in (0_u64..).zip(days) {
            let before = on.pred_opt().expect("a day before");
            let mut listed: Vec<u64> = std::mem::take(&mut late);
            listed.extend(ids);
            let next = days.get(usize::try_from(number).expect("small") + 1);
            let is_plain = |it: u64| !is_blocked(it) && !is_unlisted(it) && !is_holiday(it);
            if number % 11 == 3 && is_plain(number) && is_plain(number + 1) && next.is_some() {
                late.extend(listed.pop());
            }
            let archive = match number {
                it if is_blocked(it) => status(403),
                it if is_unlisted(it) => listing(&[], before, "/archive"),
                _ => listing(&listed, before, "/archive"),
            };
            self.site.on(&format!("/archive/{on}"), [archive]);
            // This section answers with the same old page whatever the day.
            self.site.on(&format!("/markets/{on}"), [listing(&stale, before, "/markets")]);
        }
    }

    /// A program that knows the world's ids, with one honest archive and one section that lies.
    pub(crate) fn program(&self) -> Program {
        let program = Program::new();
        self.configure(&program, 4);
        program
    }

    pub(crate) fn configure(&self, program: &Program, at_a_time: u32) {
        let before = self.first.pred_opt().expect("a day before");
        let after = self.last + chrono::Days::new(1);
        let site = format!(
            "feeds = []\nsitemaps = []\n\
             [[site.archives]]\nurl = \"/archive/{{date}}\"\n[[site.archives]]\nurl = \"/markets/{{date}}\"\n\
             [site.ids]\nfrom = {FIRST_ID}\nanchors = [[{FIRST_ID}, {before}], [{}, {after}]]\n",
            self.end_id + 3,
        );
        let fetch = format!("requests_per_second = 1000000\nmax_concurrent = {at_a_time}");
        program.configure(self.site.base(), &fetch, &site);
    }

    /// Makes a program believe that the site has ids, of so many days, before its first story and after its last.
    pub(crate) fn believe_in_more(&self, program: &Program, ids: u64, days: u64) {
        let settings = std::fs::read_to_string(program.path("config.toml")).expect("a file");
        let kept = settings.split("[site.ids]").next().expect("what stands before the ids");
        let (from, until) = (FIRST_ID - ids, self.end_id + ids);
        let (before, after) =
            (self.first - chrono::Days::new(days), self.last + chrono::Days::new(days));
        let believed =
            format!("[site.ids]\nfrom = {from}\nanchors = [[{from}, {before}], [{until}, {after}]]\n");
        program.write("config.toml", &(kept.to_owned() + &believed));
    }

    /// The range as arguments.
    pub(crate) fn range(&self) -> [String; 4] {
        ["--from".to_owned(), self.first.to_string(), "--to".to_owned(), self.last.to_string()]
    }

    /// The truth as `site_id|published_on`.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.truth.iter().map(|(id, on)| format!("{id}|{on}")).collect()
    }

    /// How often each article page was answered with an article.
    pub(crate) fn article_visits(&self) -> BTreeMap<u64, usize> {
        let mut visits = BTreeMap::new();
        for visit in self.site.all_visits() {
            let id = visit.path.strip_prefix("/news/").and_then(|it| it.split('/').next()?.parse().ok());
            if let Some(id) = id {
                *visits.entry(id).or_insert(0) += 1;
            }
        }
        visits
    }

    /// Days that have articles.
    pub(crate) fn working_days(&self) -> BTreeSet<NaiveDate> {
        self.truth.values().copied().collect()
    }
}
