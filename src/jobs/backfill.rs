//! Every article of a range of days: for each day read its listings, visit what they name, and where they leave it
//! open, ask for the ids of the day. What is known is in the archive, so the same command goes on where it was left.

use std::collections::BTreeSet;

use chrono::{NaiveDate, Utc};

use crate::{
    discover::CardReader,
    model::{DayReading, Days, Event, Reading, Tally, Verdict},
    store::{Queue, Reader},
};

use super::{
    CoveredDay, End, JobError, Report, coverage,
    forecast::Forecast,
    id_map::IdMap,
    ids::{IdWalk, Named},
    listings::{Asked, Listing, ask, is_asked},
    midnight,
    outlook::{Expected, Outlook, stretches, typical},
    pass::{Pass, Work},
    survey::Survey,
};

/// Feeds and sitemaps name what is so many days old.
const RECENT_DAYS: u64 = 2;
/// Of a range of fewer days nobody needs to know beforehand how full they are.
const SURVEYED_MIN: usize = 8;
/// Fewer days without a listing do not make the estimate a wrong one.
const LOOKED_UP_MIN: u64 = 8;

/// What to fill.
#[derive(Debug, Clone, Copy)]
pub struct Backfill {
    /// The range.
    pub days: Days,
    /// Where to begin.
    pub order: Order,
    /// Whether to ask for ids that nobody named.
    pub ids: Ids,
    /// Whether days without an open question are left out even where their ids were not asked for.
    pub only_gaps: bool,
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// With the last day.
    NewestFirst,
    /// With the first day.
    OldestFirst,
}

/// Whether to ask for ids that nobody named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Never.
    Off,
    /// On days of which no listing speaks, or that are thin.
    Gaps,
    /// On every day.
    All,
}

impl Backfill {
    /// The days to work on, in order.
    pub fn select(&self, covered: Vec<CoveredDay>, has_ids: bool) -> Vec<CoveredDay> {
        let with_ids = has_ids && self.ids != Ids::Off;
        let wants_ids =
            |it: &CoveredDay| with_ids && self.ids == Ids::All && !self.only_gaps && !it.has_ids();
        let is_open = |it: &CoveredDay| it.verdict == Verdict::Open && !self.only_gaps;
        let wanted = |it: &CoveredDay| it.needs_work(with_ids) || is_open(it) || wants_ids(it);
        let mut days: Vec<CoveredDay> = covered.into_iter().filter(wanted).collect();
        if self.order == Order::NewestFirst {
            days.reverse();
        }
        days
    }
}

impl Pass<'_> {
    /// Fill a range. `reader` looks at the same archive that is written.
    pub async fn backfill(&self, reader: &Reader, plan: &Backfill) -> Result<Report, JobError> {
        self.run("backfill", async |work| {
            let mut filling = Filling {
                work,
                reader,
                plan,
                tally: Tally::default(),
                forecast: Forecast::default(),
                listings_read: 0,
                surveyed: BTreeSet::new(),
            };
            let end = match filling.fill().await? {
                Ok(()) => End::Done,
                Err(end) => end,
            };
            let end = work.offer(reader, &mut filling.tally, end).await?;
            Ok((filling.tally, end))
        })
        .await
    }
}

/// A backfill under way. Its methods answer `Err(end)` when the run is over.
struct Filling<'w, 'a> {
    work: &'w Work<'a>,
    reader: &'w Reader,
    plan: &'w Backfill,
    tally: Tally,
    forecast: Forecast,
    /// Listings that were asked for.
    listings_read: u64,
    /// Days whose listings were read before the first day was begun.
    surveyed: BTreeSet<NaiveDate>,
}

type Step<T = ()> = Result<Result<T, End>, JobError>;

impl Filling<'_, '_> {
    async fn fill(&mut self) -> Step {
        let Pass { profile, observe, .. } = self.work.pass;
        if let Some(error) = self.work.discovery().ask_permission().await? {
            return Ok(Err(self.work.stopped(&error)));
        }
        let today = Utc::now().with_timezone(&profile.time_zone).date_naive();
        if today <= self.plan.days.last + chrono::Days::new(RECENT_DAYS)
            && let Err(end) = self.read_feeds().await?
        {
            return Ok(Err(end));
        }
        let cards = CardReader::new(profile)?;
        let mut listings = Vec::new();
        for archive in &profile.archives {
            listings.push(Listing::new(archive, self.reader.source_record(&archive.template)?));
        }
        let survey = match self.survey(&cards, &mut listings).await? {
            Ok(survey) => survey,
            Err(end) => return Ok(Err(end)),
        };
        let covered = coverage(self.reader, profile, self.plan.days, Utc::now())?;
        let typical = typical(&covered);
        let days = self.plan.select(covered, profile.ids.is_some());
        let (expected, silent) = self.expect(&days, &listings, &survey, typical)?;
        let expected = match self.look_up(silent).await? {
            Ok(0) => expected,
            Ok(_) => self.expect(&days, &listings, &survey, typical)?.0,
            Err(end) => return Ok(Err(end)),
        };
        let sum = |count: fn(&Expected) -> u64| expected.iter().map(count).sum();
        let (pages, guesses) = (sum(Expected::visits), sum(|it| it.guesses));
        observe(Event::Planned { days: days.len() as u64, pages, guesses });
        self.forecast = Forecast::new(expected);
        for day in days {
            let before = self.tally.fetched;
            self.forecast.begin();
            self.foresee(None);
            if let Err(end) = self.fill_day(&day, &cards, &mut listings).await? {
                return Ok(Err(end));
            }
            self.forecast.end(self.tally.fetched - before);
            let verdict = self.look(day.day)?.verdict;
            observe(Event::DayDone { day: day.day, verdict });
        }
        Ok(Ok(()))
    }

    /// Reads the listings of a few days of a long range first. They have to be read anyway, and tell how full the others are,
    /// and whether a listing that the newest days lack is there for others.
    async fn survey(&mut self, cards: &CardReader<'_>, listings: &mut [Listing<'_>]) -> Step<Survey> {
        let profile = self.work.pass.profile;
        let covered = coverage(self.reader, profile, self.plan.days, Utc::now())?;
        let days = self.plan.select(covered, profile.ids.is_some());
        let is_asked = |day: &CoveredDay, listings: &[Listing<'_>]| {
            day.verdict != Verdict::Open
                && listings.iter().any(|it| is_asked(day, &it.archive.template, Utc::now()))
        };
        let asked = days.iter().filter(|it| is_asked(it, listings));
        let mut survey = Survey::of(asked.map(|it| it.day));
        if survey.len() < SURVEYED_MIN {
            return Ok(Ok(Survey::of([])));
        }
        while let Some(next) = survey.ask() {
            let day = days.iter().find(|it| it.day == next).expect("a survey asks for its own days");
            let mut named = None;
            if let Err(end) = self.read_listings(day, cards, listings, &mut named).await? {
                return Ok(Err(end));
            }
            survey.note(next, named);
            self.surveyed.insert(next);
        }
        Ok(Ok(survey))
    }

    /// Finds where days begin and end whose ids will be asked for. Returns how many stretches of them were looked up.
    async fn look_up(&mut self, stretches: Vec<Days>) -> Step<usize> {
        let Some(ids) = &self.work.pass.profile.ids else { return Ok(Ok(0)) };
        let mut count = 0;
        for days in stretches.into_iter().filter(|it| LOOKED_UP_MIN <= it.count()) {
            count += 1;
            let mut walk = IdWalk::new(self.work, self.reader, ids);
            let looked = walk.look_up(days).await;
            self.tally = self.tally.plus(walk.tally);
            if let Err(end) = looked? {
                return Ok(Err(end));
            }
        }
        Ok(Ok(count))
    }

    /// What every day will take, and the stretches of days whose ids will be asked for.
    fn expect(
        &self,
        days: &[CoveredDay],
        listings: &[Listing<'_>],
        survey: &Survey,
        typical: Option<u64>,
    ) -> Result<(Vec<Expected>, Vec<Days>), JobError> {
        let (profile, now) = (self.work.pass.profile, Utc::now());
        let map = profile.ids.as_ref().map(|it| IdMap::new(profile, it, Some(self.reader), now));
        let outlook = Outlook { backfill: self.plan, listings, survey, map: map.as_ref(), typical, now };
        let expected = days.iter().map(|it| outlook.of(it)).collect::<Result<_, _>>()?;
        Ok((expected, stretches(days, &outlook)))
    }

    /// Says how much is left, where so many pages are known to be left of the day in hand.
    fn foresee(&self, known: Option<u64>) {
        let left = self.forecast.left(known);
        let (pages, listings, listings_read) = (left.pages, left.listings, self.listings_read);
        (self.work.pass.observe)(Event::Foreseen { pages, listings, listings_read });
    }

    /// What is known of a day now.
    fn look(&self, day: NaiveDate) -> Result<CoveredDay, JobError> {
        let days = Days { first: day, last: day };
        let mut covered = coverage(self.reader, self.work.pass.profile, days, Utc::now())?;
        Ok(covered.pop().expect("a range of one day has one"))
    }

    /// What feeds and sitemaps name of the range.
    async fn read_feeds(&mut self) -> Step {
        if let Some(error) = self.work.discovery().run(&mut self.tally).await? {
            return Ok(Err(self.work.stopped(&error)));
        }
        let zone = self.work.pass.profile.time_zone;
        let Days { first, last } = self.plan.days;
        let until = midnight(last.succ_opt().unwrap_or(last), zone);
        self.visit_all(Queue::Named(midnight(first, zone), until)).await
    }

    async fn visit_all(&mut self, queue: Queue) -> Step {
        let (tally, end) = self.work.visit_all(queue).await?;
        self.tally = self.tally.plus(tally);
        Ok(if end == End::Done { Ok(()) } else { Err(end) })
    }

    async fn fill_day(
        &mut self,
        day: &CoveredDay,
        cards: &CardReader<'_>,
        listings: &mut [Listing<'_>],
    ) -> Step {
        if !self.surveyed.contains(&day.day)
            && let Err(end) = self.read_listings(day, cards, listings, &mut None).await?
        {
            return Ok(Err(end));
        }
        let named = self.look(day.day)?;
        self.foresee(named.readings.iter().map(DayReading::pending).max());
        if let Err(end) = self.visit_all(Queue::Day(day.day)).await? {
            return Ok(Err(end));
        }
        let Some(ids) = &self.work.pass.profile.ids else { return Ok(Ok(())) };
        let now = self.look(day.day)?;
        let is_wanted = match self.plan.ids {
            Ids::Off => false,
            Ids::Gaps => !now.has_spoken() || now.verdict == Verdict::Thin,
            Ids::All => true,
        };
        if !is_wanted || now.verdict == Verdict::Open || now.has_ids() {
            return Ok(Ok(()));
        }
        let mut walk = IdWalk::new(self.work, self.reader, ids);
        let walked = walk.name_ids(day.day).await;
        self.tally = self.tally.plus(walk.tally);
        let (count, reach) = match walked? {
            Ok(Named::Queued(count, reach)) => (count, reach),
            Ok(Named::Nothing | Named::Unknown) => return Ok(Ok(())),
            Err(end) => return Ok(Err(end)),
        };
        self.foresee(Some(count));
        if let Err(end) = self.visit_all(Queue::Day(day.day)).await? {
            return Ok(Err(end));
        }
        self.work.pass.writer.forget_neighbours(day.day, *reach.start(), *reach.end()).await?;
        Ok(Ok(()))
    }

    /// Read every listing of a day that has to be asked. `named` takes the ids they name, once one of them could be read.
    async fn read_listings(
        &mut self,
        day: &CoveredDay,
        cards: &CardReader<'_>,
        listings: &mut [Listing<'_>],
        named: &mut Option<BTreeSet<String>>,
    ) -> Step {
        for listing in listings {
            if !is_asked(day, &listing.archive.template, Utc::now()) {
                continue;
            }
            if let Some(end) = self.work.bounds.over() {
                return Ok(Err(end));
            }
            if let Err(end) = self.read_listing(day.day, cards, listing, named).await? {
                return Ok(Err(end));
            }
        }
        Ok(Ok(()))
    }

    /// Read every page of a day's listing and file what they name.
    async fn read_listing(
        &mut self,
        day: NaiveDate,
        cards: &CardReader<'_>,
        listing: &mut Listing<'_>,
        named: &mut Option<BTreeSet<String>>,
    ) -> Step {
        let Pass { profile, fetcher, writer, observe, .. } = self.work.pass;
        let source = listing.archive.template.clone();
        if listing.is_given_up() {
            let reading = (source, Reading::Missing, Some("never_there".to_owned()));
            writer.keep_reading(self.work.run, day, reading, Vec::new(), Vec::new(), Utc::now()).await?;
            return Ok(Ok(()));
        }
        let url = listing.archive.url(&profile.base_url, day);
        let url = url.expect("the template was filled in and parsed when it was read");
        let asked = ask(fetcher, &self.work.bounds, cards, url.clone(), day).await;
        self.listings_read += asked.requests.len() as u64;
        let names = asked.names();
        let Asked { candidates, requests, state, reason, stop, over } = asked;
        if let Some(end) = over.or_else(|| stop.map(|it| self.work.stopped(&it))) {
            writer.remember_requests(self.work.run, requests).await?;
            return Ok(Err(end));
        }
        listing.note(state);
        if let Some(names) = names {
            named.get_or_insert_default().extend(names);
        }
        let (url, listed) = (url.to_string(), candidates.len());
        let reading = (source, state, reason.clone());
        let added =
            writer.keep_reading(self.work.run, day, reading, candidates, requests, Utc::now()).await?;
        self.tally.discovered += added as u64;
        match state {
            Reading::Read => {
                self.tally.sources_read += 1;
                observe(Event::SourceRead { url, listed, added });
            }
            // Ordinary: a holiday, a site without this listing, a robots.txt that does not want it read.
            Reading::Empty | Reading::Missing | Reading::Refused => self.tally.sources_read += 1,
            Reading::Blocked | Reading::Failed => {
                self.tally.sources_unread += 1;
                observe(Event::SourceFailed { url, cause: reason.unwrap_or_default() });
            }
        }
        Ok(Ok(()))
    }
}
