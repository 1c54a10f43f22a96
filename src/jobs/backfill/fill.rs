//! The work of a backfill: for each day its listings are read, what they name is visited, and where they leave it open, the ids of
//! the day are asked for. What is known is in the archive, so the same command goes on where it stopped.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::{
    clock,
    discover::CardReader,
    model::{DayReading, Days, Event, Reading, Tally, Verdict, first_moment},
    store::{Reader, SourceReading, VisitQueue},
};

use crate::jobs::{
    JobError, Report,
    halt::Halt,
    run::{
        Pass, Work,
        day_listing::{ListingAnswer, ListingReader},
        images::ImageRoute,
    },
};

use super::{
    Backfill, CoveredDay, Guessing, coverage,
    forecast::Forecast,
    id_map::IdMap,
    ids::{IdWalk, Named},
    listings::{Listing, is_asked},
    outlook::{Expected, Outlook, stretches, typical},
    survey::Survey,
};

/// Feeds and sitemaps name stories of this many days.
const RECENT_DAYS: u64 = 2;
/// A range of fewer days is not surveyed: nobody needs to know beforehand how full the days are.
const SURVEYED_MIN: usize = 8;
/// A shorter stretch of days without a listing is not looked up: the estimate is good enough without.
const LOOKED_UP_MIN: u64 = 8;

impl Pass<'_> {
    /// Fills a range. `reader` looks at the same archive that is written. Returns what came of it.
    pub async fn backfill(&self, reader: &Reader, plan: &Backfill) -> Result<Report, JobError> {
        self.run("backfill", async |work, tally| {
            let mut filling = Filling {
                work,
                reader,
                plan,
                tally: &mut *tally,
                forecast: Forecast::default(),
                listings_read: 0,
                surveyed: BTreeSet::new(),
            };
            let filled = filling.fill().await;
            work.offer(reader, tally, filled).await?;
            // The pages of the range are done; those of other days wait for a scrape, and the pictures do not wait for them.
            work.fetch_images(ImageRoute::Live, None).await.map(|_| ())
        })
        .await
    }
}

/// A backfill under way.
struct Filling<'w, 'a> {
    work: &'w Work<'a>,
    reader: &'w Reader,
    plan: &'w Backfill,
    tally: &'w mut Tally,
    forecast: Forecast,
    /// Listings that were asked for.
    listings_read: u64,
    /// Days whose listings were read before the first day was begun.
    surveyed: BTreeSet<NaiveDate>,
}

/// What the days of a range will take.
struct Outlooks {
    expected: Vec<Expected>,
    /// Stretches of days whose ids will be asked for.
    silent: Vec<Days>,
}

impl Filling<'_, '_> {
    async fn fill(&mut self) -> Result<(), Halt> {
        let Pass { profile, observe, .. } = self.work.pass;
        self.work.ask_permission().await?;
        let today = clock::now().with_timezone(&profile.time_zone).date_naive();
        if today <= self.plan.days.last + chrono::Days::new(RECENT_DAYS) {
            self.read_feeds().await?;
        }
        let cards = CardReader::new(profile)?;
        let mut listings = Vec::new();
        for listing in &profile.day_listings {
            listings.push(Listing::new(listing, self.reader.source_record(&listing.template)?));
        }
        let survey = self.survey(&cards, &mut listings).await?;
        let covered = coverage(self.reader, profile, self.plan.days, clock::now())?;
        let typical = typical(&covered);
        let days = self.plan.select(covered);
        let Outlooks { expected, silent } = self.expect(&days, &listings, &survey, typical)?;
        let expected = match self.look_up(silent).await? {
            0 => expected,
            _ => self.expect(&days, &listings, &survey, typical)?.expected,
        };
        let sum = |count: fn(&Expected) -> u64| expected.iter().map(count).sum();
        let (pages, guesses) = (sum(Expected::visits), sum(|it| it.guesses));
        observe(Event::Planned { days: days.len() as u64, pages, guesses });
        self.forecast = Forecast::new(expected);
        for day in days {
            let before = self.tally.fetched;
            self.forecast.begin();
            self.foresee(None);
            self.fill_day(&day, &cards, &mut listings).await?;
            self.forecast.end(self.tally.fetched - before);
            let verdict = self.look(day.day)?.verdict;
            observe(Event::DayDone { day: day.day, verdict });
        }
        Ok(())
    }

    /// Reads the listings of a few days of a long range first. They have to be read anyway, and tell how full the others are,
    /// and whether a listing that the newest days lack is there for others.
    async fn survey(
        &mut self,
        cards: &CardReader<'_>,
        listings: &mut [Listing<'_>],
    ) -> Result<Survey, Halt> {
        let profile = self.work.pass.profile;
        let covered = coverage(self.reader, profile, self.plan.days, clock::now())?;
        let days = self.plan.select(covered);
        let is_asked = |day: &CoveredDay, listings: &[Listing<'_>]| {
            day.verdict != Verdict::Open
                && listings.iter().any(|it| is_asked(day, &it.rule.template, clock::now()))
        };
        let asked = days.iter().filter(|it| is_asked(it, listings));
        let mut survey = Survey::of(asked.map(|it| it.day));
        if survey.len() < SURVEYED_MIN {
            return Ok(Survey::of([]));
        }
        while let Some(next) = survey.ask() {
            let day = days.iter().find(|it| it.day == next).expect("a survey asks for its own days");
            let mut named = None;
            self.read_listings(day, cards, listings, &mut named).await?;
            survey.note(next, named);
            self.surveyed.insert(next);
        }
        Ok(survey)
    }

    /// Finds where days begin and end whose ids will be asked for. Returns how many stretches of them were looked up.
    async fn look_up(&mut self, stretches: Vec<Days>) -> Result<usize, Halt> {
        let Some(ids) = &self.work.pass.profile.ids else { return Ok(0) };
        let mut count = 0;
        for days in stretches.into_iter().filter(|it| LOOKED_UP_MIN <= it.count()) {
            count += 1;
            IdWalk::new(self.work, self.reader, ids, self.tally).look_up(days).await?;
        }
        Ok(count)
    }

    /// Returns what every day will take, and the stretches of days whose ids will be asked for.
    fn expect(
        &self,
        days: &[CoveredDay],
        listings: &[Listing<'_>],
        survey: &Survey,
        typical: Option<u64>,
    ) -> Result<Outlooks, JobError> {
        let (profile, now) = (self.work.pass.profile, clock::now());
        let map = profile.ids.as_ref().map(|it| IdMap::new(profile, it, Some(self.reader), now));
        let outlook = Outlook { backfill: self.plan, listings, survey, map: map.as_ref(), typical, now };
        let expected = days.iter().map(|it| outlook.of(it)).collect::<Result<_, _>>()?;
        Ok(Outlooks { expected, silent: stretches(days, &outlook) })
    }

    /// Says how much is left. `known` is the number of pages of the day in hand that are known to be left.
    fn foresee(&self, known: Option<u64>) {
        let left = self.forecast.left(known);
        let (pages, listings, listings_read) = (left.pages, left.listings, self.listings_read);
        (self.work.pass.observe)(Event::Foreseen { pages, listings, listings_read });
    }

    /// Returns what is known of a day now.
    fn look(&self, day: NaiveDate) -> Result<CoveredDay, JobError> {
        let days = Days { first: day, last: day };
        let mut covered = coverage(self.reader, self.work.pass.profile, days, clock::now())?;
        Ok(covered.pop().expect("a range of one day has one"))
    }

    /// Visits what feeds and sitemaps name of the range.
    async fn read_feeds(&mut self) -> Result<(), Halt> {
        self.work.discover(self.tally).await?;
        let zone = self.work.pass.profile.time_zone;
        let Days { first, last } = self.plan.days;
        let until = first_moment(last.succ_opt().unwrap_or(last), zone);
        self.work
            .visit_all(VisitQueue::Named { from: first_moment(first, zone), until }, self.tally)
            .await
    }

    async fn fill_day(
        &mut self,
        day: &CoveredDay,
        cards: &CardReader<'_>,
        listings: &mut [Listing<'_>],
    ) -> Result<(), Halt> {
        if !self.surveyed.contains(&day.day) {
            self.read_listings(day, cards, listings, &mut None).await?;
        }
        let named = self.look(day.day)?;
        self.foresee(named.readings.iter().map(DayReading::pending).max());
        self.work.visit_all(VisitQueue::Day(day.day), self.tally).await?;
        let Some(ids) = &self.work.pass.profile.ids else { return Ok(()) };
        let now = self.look(day.day)?;
        let is_wanted = match self.plan.guessing {
            Guessing::Off => false,
            Guessing::Gaps => !now.has_spoken() || now.verdict == Verdict::Thin,
            Guessing::All => true,
        };
        if !is_wanted || now.verdict == Verdict::Open || now.has_ids() {
            return Ok(());
        }
        let walk = IdWalk::new(self.work, self.reader, ids, self.tally);
        let Named::Queued(count, reach) = walk.name_ids(day.day).await? else { return Ok(()) };
        self.foresee(Some(count));
        self.work.visit_all(VisitQueue::Day(day.day), self.tally).await?;
        self.work.pass.writer.forget_neighbours(day.day, *reach.start(), *reach.end()).await?;
        Ok(())
    }

    /// Reads every listing of a day that has to be asked. `named` takes the ids they name, once one of them could be read.
    async fn read_listings(
        &mut self,
        day: &CoveredDay,
        cards: &CardReader<'_>,
        listings: &mut [Listing<'_>],
        named: &mut Option<BTreeSet<String>>,
    ) -> Result<(), Halt> {
        for listing in listings {
            if !is_asked(day, &listing.rule.template, clock::now()) {
                continue;
            }
            self.work.bounds.check()?;
            self.read_listing(day.day, cards, listing, named).await?;
        }
        Ok(())
    }

    /// Reads every page of a day's listing and files what they name under the day.
    async fn read_listing(
        &mut self,
        day: NaiveDate,
        cards: &CardReader<'_>,
        listing: &mut Listing<'_>,
        named: &mut Option<BTreeSet<String>>,
    ) -> Result<(), Halt> {
        let Work { pass, run, bounds, .. } = self.work;
        if listing.is_given_up() {
            let reading = SourceReading {
                day,
                source: listing.rule.template.clone(),
                state: Reading::Missing,
                reason: Some("never_there".to_owned()),
            };
            pass.writer.keep_reading(*run, reading, Vec::new(), Vec::new(), clock::now()).await?;
            return Ok(());
        }
        let reader = ListingReader { pass, run: *run, bounds, cards };
        let asked = reader.read(listing.rule, day, self.tally).await?;
        self.listings_read += asked.asked;
        let names = asked.names();
        let ListingAnswer { state, stop, over, .. } = asked;
        if let Some(end) = over.or_else(|| stop.map(|it| self.work.stopped(&it))) {
            return Err(end.into());
        }
        listing.note(state);
        if let Some(names) = names {
            named.get_or_insert_default().extend(names);
        }
        Ok(())
    }
}
