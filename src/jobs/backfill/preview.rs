//! What a backfill would do. The listings of a few days are read, and where ids would be guessed it is looked up where the range
//! begins and ends among them: a few dozen requests that tell thousands. Nothing is written.

use chrono::{DateTime, Utc};

use crate::{
    config::Profile,
    discover::{CardReader, Extent, ListingSource, Probe},
    extract::Extractor,
    fetch::{Class, FetchError, Fetcher},
    model::{Ask, Days, Fetched, Verdict, first_moment},
    store::Reader,
};

use crate::jobs::{End, JobError, Limits, Stop, bounds::Bounds, run::day_listing};

use super::{
    Backfill, CoveredDay, Expected, coverage,
    id_map::IdMap,
    listings::{Listing, is_asked},
    outlook::{Outlook, stretches, typical},
    survey::Survey,
};

/// A dry run makes no more requests than this.
const REQUESTS_MAX: u64 = 250;

/// What a backfill would do.
#[derive(Debug, Default)]
pub struct BackfillPlan {
    /// The days it would work on, in order.
    pub days: Vec<PlannedDay>,
    /// Requests in all, about.
    pub requests: u64,
    /// Requests that were made to tell this.
    pub asked: u64,
    /// Why no more could be asked, if that is so.
    pub cut: Option<String>,
    /// Why the preview was over before its end, if the user or the clock said so.
    pub end: Option<End>,
}

/// A day of a plan.
#[derive(Debug)]
pub struct PlannedDay {
    /// The day, as it is now.
    pub covered: CoveredDay,
    /// What it would take.
    pub expected: Expected,
}

/// The parts of a preview.
pub struct Preview<'a> {
    /// Asks the site.
    pub fetcher: &'a Fetcher,
    /// Reads pages.
    pub extractor: &'a Extractor,
    /// The site.
    pub profile: &'a Profile,
    /// The archive, if there is one.
    pub archive: Option<&'a Reader>,
    /// Where the preview stops.
    pub limits: Limits,
    /// The user's request to stop.
    pub stop: Stop,
}

/// A preview under way. Nothing more is asked once it is cut.
struct Looking<'a> {
    preview: &'a Preview<'a>,
    bounds: &'a Bounds,
    now: DateTime<Utc>,
    asked: u64,
    cut: Option<String>,
}

impl Preview<'_> {
    /// Looks at the archive and asks a little. Returns what a backfill would do.
    pub async fn plan(&self, backfill: &Backfill, now: DateTime<Utc>) -> Result<BackfillPlan, JobError> {
        let bounds = Bounds::new(self.stop.clone(), self.limits);
        bounds.abandoning(self.fetcher, self.look(backfill, &bounds, now)).await
    }

    async fn look(
        &self,
        backfill: &Backfill,
        bounds: &Bounds,
        now: DateTime<Utc>,
    ) -> Result<BackfillPlan, JobError> {
        let profile = self.profile;
        let covered = match self.archive {
            Some(archive) => coverage(archive, profile, backfill.days, now)?,
            None => unknown(profile, backfill, now),
        };
        let typical = typical(&covered);
        let days = backfill.select(covered);
        if days.is_empty() {
            return Ok(BackfillPlan::default());
        }
        let mut listings = Vec::new();
        for listing in &profile.day_listings {
            let record = self.archive.map(|it| it.source_record(&listing.template)).transpose()?;
            listings.push(Listing::new(listing, record.unwrap_or_default()));
        }
        let mut looking = Looking { preview: self, bounds, now, asked: 0, cut: None };
        looking.ask_permission().await;
        let survey = looking.read_some(&days, &mut listings).await?;
        let mut map = profile.ids.as_ref().map(|it| IdMap::new(profile, it, self.archive, now));
        let outlook =
            Outlook { backfill, listings: &listings, survey: &survey, map: map.as_ref(), typical, now };
        let silent = stretches(&days, &outlook);
        let mut wasted = 0;
        if let Some(map) = &mut map {
            for stretch in silent {
                wasted += looking.look_up(map, stretch).await?;
            }
        }
        let outlook =
            Outlook { backfill, listings: &listings, survey: &survey, map: map.as_ref(), typical, now };
        // robots.txt, and what finds where days begin.
        let mut plan = BackfillPlan { requests: 1 + wasted, ..BackfillPlan::default() };
        for covered in days {
            let expected = outlook.of(&covered)?;
            plan.requests += expected.requests();
            plan.days.push(PlannedDay { covered, expected });
        }
        let end = bounds.over().filter(|_| looking.cut.is_some());
        Ok(BackfillPlan { asked: looking.asked, cut: looking.cut, end, ..plan })
    }
}

impl Looking<'_> {
    /// Whether nothing more may be asked.
    fn is_over(&mut self) -> bool {
        if self.cut.is_some() {
            return true;
        }
        self.cut = match self.bounds.over() {
            Some(End::Interrupted) => Some("interrupted".to_owned()),
            Some(_) => Some("the time is over".to_owned()),
            None if REQUESTS_MAX <= self.asked => {
                Some(format!("a dry run makes no more than {REQUESTS_MAX} requests"))
            }
            None => None,
        };
        self.cut.is_some()
    }

    fn stopped(&mut self, error: &FetchError) {
        // An answer that was not waited for is no reason of the site's.
        if !self.is_over() {
            self.cut = Some(error.to_string());
        }
    }

    async fn ask_permission(&mut self) {
        let visit = self.preview.fetcher.robots(&self.preview.profile.base_url).await;
        let (robots, sent) = (visit.result, visit.requests);
        self.asked += sent.len() as u64;
        if let Err(error) = robots {
            self.stopped(&error);
        }
    }

    /// Reads the listings of a few days. Returns what they tell.
    async fn read_some(
        &mut self,
        days: &[CoveredDay],
        listings: &mut [Listing<'_>],
    ) -> Result<Survey, JobError> {
        let Preview { fetcher, profile, .. } = self.preview;
        let cards = CardReader::new(profile)?;
        let now = self.now;
        let is_asked = |day: &CoveredDay, it: &Listing<'_>| is_asked(day, &it.rule.template, now);
        let asked = days.iter().filter(|day| listings.iter().any(|it| is_asked(day, it)));
        let mut survey = Survey::of(asked.map(|it| it.day));
        while let Some(next) = survey.ask() {
            let day = days.iter().find(|it| it.day == next).expect("a survey asks for its own days");
            let mut named = None;
            for listing in listings.iter_mut() {
                if listing.is_given_up() || !is_asked(day, listing) {
                    continue;
                }
                if self.is_over() {
                    return Ok(survey);
                }
                let url = listing.rule.url(&profile.base_url, next);
                let url = url.expect("the template was filled in and parsed when it was read");
                let filter = &listing.rule.filter;
                let source = ListingSource::new(&cards, url, filter, Extent::Day(next));
                let asked = day_listing::ask(fetcher, self.bounds, source).await;
                self.asked += asked.requests.len() as u64;
                if let Some(error) = &asked.stop {
                    self.stopped(error);
                    return Ok(survey);
                }
                if asked.over.is_some() {
                    return Ok(survey);
                }
                listing.note(asked.state);
                if let Some(names) = asked.names() {
                    named.get_or_insert_with(std::collections::BTreeSet::new).extend(names);
                }
            }
            survey.note(next, named);
        }
        Ok(survey)
    }

    /// Looks up where some days begin and end among the ids. Returns how many ids were of no page: a run meets them, too.
    async fn look_up(&mut self, map: &mut IdMap<'_>, days: Days) -> Result<u64, JobError> {
        let after = days.last.succ_opt().unwrap_or(days.last);
        let since = first_moment(after, self.preview.profile.time_zone);
        let mut nothings = 0;
        // The newest first, as the run will do it.
        for begins in [after, days.first] {
            let Some(mut bisect) = map.bisect(begins, since)? else { continue };
            while let Some(id) = bisect.ask() {
                if self.is_over() {
                    return Ok(nothings);
                }
                let probe = self.probe(id).await;
                if self.cut.is_some() {
                    return Ok(nothings);
                }
                nothings += u64::from(probe == Probe::Nothing);
                map.note(id, probe);
                bisect.absorb(id, probe);
            }
        }
        Ok(nothings)
    }

    async fn probe(&mut self, id: u64) -> Probe {
        let Preview { fetcher, extractor, profile, .. } = self.preview;
        let Some(url) = profile.address_of(&id.to_string()) else { return Probe::Nothing };
        let visit = fetcher.get(&Ask::new(url)).await;
        self.asked += visit.requests.len() as u64;
        match visit.result {
            Ok(Fetched::Page(page)) => {
                let day = extractor.extract(&page).draft.published_on;
                day.map_or(Probe::Nothing, Probe::Day)
            }
            Ok(Fetched::NotModified(_) | Fetched::Missing(_)) => Probe::Nothing,
            Err(error) => {
                if error.class() == Class::Stop {
                    self.stopped(&error);
                }
                Probe::Nothing
            }
        }
    }
}

/// Days of an archive that does not exist.
fn unknown(profile: &Profile, backfill: &Backfill, now: DateTime<Utc>) -> Vec<CoveredDay> {
    let today = now.with_timezone(&profile.time_zone).date_naive();
    let verdict = |day| if today <= day { Verdict::Open } else { Verdict::Unknown };
    let day = |day| CoveredDay {
        day,
        verdict: verdict(day),
        why: "nobody has asked".to_owned(),
        articles: 0,
        usual: None,
        images: 0,
        images_stored: 0,
        readings: Vec::new(),
    };
    backfill.days.iter().map(day).collect()
}
