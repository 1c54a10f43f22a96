//! Every article of a range of days: for each day read its listings, visit what they name, and where they leave it
//! open, ask for the ids of the day. What is known is in the archive, so the same command goes on where it was left.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::{
    config::Archive,
    discover::{CardReader, Extent, ListingSource, Source},
    fetch::{Class, FetchError},
    model::{
        Ask, Candidate, Days, Event, Fetched, PageState, RawPage, Reading, Request, Tally, Verdict,
    },
    store::{Queue, Reader},
};

use super::{
    CoveredDay, End, JobError, Report, coverage,
    ids::IdWalk,
    pass::{Pass, Work},
};

/// Feeds and sitemaps name what is so many days old.
const RECENT_DAYS: u64 = 2;
/// A listing that names nothing is asked again after this.
const ASK_AGAIN_HOURS: i64 = 24;
/// A listing that was not there for so many days, and never was, is none of this site's.
const MISSES_MAX: u64 = 3;

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
            let mut filling = Filling { work, reader, plan, tally: Tally::default() };
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
}

type Step<T = ()> = Result<Result<T, End>, JobError>;

impl Filling<'_, '_> {
    async fn fill(&mut self) -> Step {
        let Pass { profile, observe, .. } = self.work.pass;
        if let Some(error) = self.work.discovery().ask_permission().await? {
            return Ok(Err(self.work.stopped(&error)));
        }
        let now = Utc::now();
        let today = now.with_timezone(&profile.time_zone).date_naive();
        if today <= self.plan.days.last + chrono::Days::new(RECENT_DAYS)
            && let Err(end) = self.read_feeds().await?
        {
            return Ok(Err(end));
        }
        let covered = coverage(self.reader, profile, self.plan.days, now)?;
        let expected = |it: &CoveredDay| it.usual.unwrap_or(0);
        let days = self.plan.select(covered, profile.ids.is_some());
        observe(Event::Planned { days: days.len() as u64, pages: days.iter().map(expected).sum() });
        let cards = CardReader::new(profile)?;
        let mut listings = Vec::new();
        for archive in &profile.archives {
            let (there, missing) = self.reader.source_record(&archive.template)?;
            // One more try in every run: a site may open its archive.
            let misses = if 0 < there { 0 } else { missing.min(MISSES_MAX - 1) };
            listings.push(Listing { archive, misses });
        }
        for day in days {
            if let Err(end) = self.fill_day(&day, &cards, &mut listings).await? {
                return Ok(Err(end));
            }
            let verdict = self.look(day.day)?.verdict;
            observe(Event::DayDone { day: day.day, verdict });
        }
        Ok(Ok(()))
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
        let moment = |day: NaiveDate| {
            let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
            midnight.and_local_timezone(zone).earliest().map_or(midnight.and_utc(), |it| it.to_utc())
        };
        let Days { first, last } = self.plan.days;
        let until = moment(last.succ_opt().unwrap_or(last));
        self.visit_all(Queue::Named(moment(first), until)).await
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
        for listing in listings {
            if !is_asked(day, &listing.archive.template, Utc::now()) {
                continue;
            }
            if let Some(end) = self.work.bounds.over() {
                return Ok(Err(end));
            }
            if let Err(end) = self.read_listing(day.day, cards, listing).await? {
                return Ok(Err(end));
            }
        }
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
        let mut walk = IdWalk { work: self.work, reader: self.reader, ids, tally: Tally::default() };
        let walked = walk.name_ids(day.day).await;
        self.tally = self.tally.plus(walk.tally);
        let reach = match walked? {
            Ok(reach) => reach,
            Err(end) => return Ok(Err(end)),
        };
        if let Err(end) = self.visit_all(Queue::Day(day.day)).await? {
            return Ok(Err(end));
        }
        if let Some((first, last)) = reach {
            self.work.pass.writer.forget_neighbours(day.day, first, last).await?;
        }
        Ok(Ok(()))
    }

    /// Read every page of a day's listing and file what they name.
    async fn read_listing(
        &mut self,
        day: NaiveDate,
        cards: &CardReader<'_>,
        listing: &mut Listing<'_>,
    ) -> Step {
        let Pass { profile, writer, observe, .. } = self.work.pass;
        let source = listing.archive.template.clone();
        if MISSES_MAX <= listing.misses {
            let reading = (source, Reading::Missing, Some("never_there".to_owned()));
            writer.keep_reading(self.work.run, day, reading, Vec::new(), Vec::new(), Utc::now()).await?;
            return Ok(Ok(()));
        }
        let url = listing.archive.url(&profile.base_url, day);
        let url = url.expect("the template was filled in and parsed when it was read");
        let asked = self.ask(cards, url.clone()).await;
        let Asked { candidates, requests, state, reason, end } = asked;
        if let Some(end) = end {
            writer.remember_requests(self.work.run, requests).await?;
            return Ok(Err(end));
        }
        match state {
            Reading::Missing => listing.misses += 1,
            Reading::Read | Reading::Empty => listing.misses = 0,
            Reading::Blocked | Reading::Refused | Reading::Failed => {}
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

    async fn ask(&self, cards: &CardReader<'_>, url: url::Url) -> Asked {
        let mut source = ListingSource::new(cards, url, Extent::Whole);
        let mut asked = Asked {
            candidates: Vec::new(),
            requests: Vec::new(),
            state: Reading::Empty,
            reason: None,
            end: None,
        };
        while let Some(url) = source.ask() {
            asked.end = self.work.bounds.over();
            if asked.end.is_some() {
                return asked;
            }
            let visit = self.work.pass.fetcher.get(&Ask::new(url)).await;
            asked.requests.extend(visit.requests);
            let (state, reason) = match visit.result {
                Ok(Fetched::Page(page)) if !source.owns(&page) => {
                    (Reading::Missing, Some("redirected_away"))
                }
                Ok(Fetched::Page(page)) => {
                    asked.absorb(&mut source, &page);
                    continue;
                }
                Ok(Fetched::Missing(missing)) => (Reading::Missing, Some(missing.code())),
                Ok(Fetched::NotModified(_)) => (Reading::Failed, Some("not_modified")),
                Err(error) if error.class() == Class::Stop => {
                    asked.end = Some(self.work.stopped(&error));
                    return asked;
                }
                Err(error) => (reading(&error), Some(error.code())),
            };
            // A following page that is not there ends the listing; one that cannot be read leaves it open.
            if asked.state != Reading::Read || state != Reading::Missing {
                asked.state = state;
                asked.reason = reason.map(str::to_owned);
                break;
            }
        }
        asked
    }
}

/// A listing of the profile, and for how many days in a row it was not there.
struct Listing<'p> {
    archive: &'p Archive,
    misses: u64,
}

/// What came of asking for a listing.
struct Asked {
    candidates: Vec<Candidate>,
    requests: Vec<Request>,
    state: Reading,
    reason: Option<String>,
    /// Why the run is over; what was named until then is not filed.
    end: Option<End>,
}

impl Asked {
    fn absorb(&mut self, source: &mut ListingSource<'_>, page: &RawPage) {
        let named = source.absorb(page);
        if !named.candidates.is_empty() {
            self.state = Reading::Read;
        }
        self.candidates.extend(named.candidates);
    }
}

/// What a failure says of a listing.
fn reading(error: &FetchError) -> Reading {
    match error.state() {
        PageState::Blocked => Reading::Blocked,
        PageState::Refused => Reading::Refused,
        PageState::New
        | PageState::Stored
        | PageState::Missing
        | PageState::Throttled
        | PageState::Broken
        | PageState::NotArticle => Reading::Failed,
    }
}

/// Whether a listing of a day has to be asked for, given what it said before.
pub(super) fn is_asked(day: &CoveredDay, source: &str, now: DateTime<Utc>) -> bool {
    let Some(known) = day.reading(source) else { return true };
    match known.state {
        _ if !known.is_final => true,
        Reading::Read => false,
        Reading::Empty | Reading::Missing => known.checked_at < now - TimeDelta::hours(ASK_AGAIN_HOURS),
        Reading::Blocked | Reading::Refused | Reading::Failed => true,
    }
}
