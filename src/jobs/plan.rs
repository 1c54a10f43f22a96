//! What a run would do. For a scrape the sources are read, for a backfill nothing is; no article is fetched, and
//! nothing is written.

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    config::Profile,
    discover::CardReader,
    fetch::{Class, Fetcher},
    model::{Ask, Candidate, DayReading, Days, Fetched, Verdict},
    store::Reader,
};

use super::{
    Backfill, CoveredDay, End, JobError, Limits, Stop,
    backfill::is_asked,
    bounds::Bounds,
    coverage,
    discovery::{self, SeenFiles},
};

/// What a scrape would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// What each source says.
    pub sources: Vec<PlannedSource>,
    /// Pages nobody has heard of yet.
    pub unknown: Vec<Url>,
    /// Known pages that are due.
    pub due: u64,
    /// Requests for the sources, and for every page.
    pub requests: u64,
    /// Why not every source was read, if the user or the clock said so.
    pub end: Option<End>,
}

/// What one source says.
#[derive(Debug)]
pub struct PlannedSource {
    /// Its address.
    pub url: Url,
    /// How many articles it names, or why none.
    pub listed: Result<usize, String>,
}

/// Read the sources, and compare with an archive if there is one. Where the user or the clock ends it, what was read until
/// then is the plan.
pub async fn plan(
    fetcher: &Fetcher,
    profile: &Profile,
    archive: Option<&Reader>,
    limits: Limits,
    stop: Stop,
) -> Result<Plan, JobError> {
    let bounds = Bounds::new(stop, limits);
    let mut plan = Plan::default();
    let mut candidates: Vec<Candidate> = Vec::new();
    let (robots, sent) = fetcher.robots(&profile.base_url).await;
    plan.requests += sent.len() as u64;
    if let Err(error) = robots {
        plan.sources
            .push(PlannedSource { url: profile.base_url.clone(), listed: Err(error.to_string()) });
        return Ok(plan);
    }
    let named_by_robots = fetcher.sitemaps(&Fetcher::host_of(&profile.base_url));
    let cards = CardReader::new(profile)?;
    let sources = discovery::sources(profile, &cards, &named_by_robots);
    let mut seen = SeenFiles::new(&sources);
    for mut source in sources {
        let mut listed = Ok(0);
        while let Some(url) = source.ask() {
            if !seen.is_new(source.as_ref(), &url) {
                continue;
            }
            plan.end = bounds.over();
            if plan.end.is_some() {
                break;
            }
            let visit = fetcher.get(&Ask::new(url)).await;
            plan.requests += visit.requests.len() as u64;
            match visit.result {
                Ok(Fetched::Page(page)) => {
                    let named = source.absorb(&page);
                    listed = match named.problem {
                        Some(problem) => Err(problem),
                        None => listed.map(|it| it + named.candidates.len()),
                    };
                    candidates.extend(named.candidates);
                }
                Ok(Fetched::NotModified(_)) => {}
                Ok(Fetched::Missing(missing)) => listed = Err(missing.code().to_owned()),
                Err(error) => {
                    let is_stop = error.class() == Class::Stop;
                    listed = Err(error.to_string());
                    if is_stop {
                        break;
                    }
                }
            }
        }
        plan.sources.push(PlannedSource { url: source.url().clone(), listed });
    }
    let mut keys = Vec::new();
    for candidate in &candidates {
        if !keys.contains(&candidate.key) {
            keys.push(candidate.key.clone());
        }
    }
    if let Some(archive) = archive {
        keys = archive.unknown(&keys)?;
        plan.due = archive.due(Utc::now())?;
    }
    let url = |key: &crate::model::PageKey| {
        candidates.iter().find(|it| it.key == *key).map(|it| it.url.clone())
    };
    plan.unknown = keys.iter().filter_map(url).collect();
    plan.requests += plan.due + plan.unknown.len() as u64;
    Ok(plan)
}

/// What a backfill would do. No request is made for it.
#[derive(Debug, Default)]
pub struct BackfillPlan {
    /// The days it would work on, in order.
    pub days: Vec<PlannedDay>,
    /// Requests in all: listings, and pages as far as they can be foreseen.
    pub requests: u64,
}

/// A day of a plan.
#[derive(Debug)]
pub struct PlannedDay {
    /// The day, as it is now.
    pub covered: CoveredDay,
    /// Listings it would read.
    pub listings: u64,
    /// Pages that are named and queued.
    pub queued: u64,
    /// Pages that are expected beyond those: by what is usual for the weekday, or by how far the ids rise in a day.
    pub expected: u64,
}

/// Look at the archive, if there is one, and say what a backfill would do.
pub fn plan_backfill(
    profile: &Profile,
    archive: Option<&Reader>,
    backfill: &Backfill,
    now: DateTime<Utc>,
) -> Result<BackfillPlan, JobError> {
    let covered = match archive {
        Some(archive) => coverage(archive, profile, backfill.days, now)?,
        None => unknown(profile, backfill.days, now),
    };
    let mut plan = BackfillPlan::default();
    for covered in backfill.select(covered, profile.ids.is_some()) {
        let sources = profile.archives.iter();
        let listings = sources.filter(|it| is_asked(&covered, &it.template, now)).count() as u64;
        let queued = covered.readings.iter().map(DayReading::pending).max().unwrap_or(0);
        let by_ids = || profile.ids.as_ref().map_or(0, |it| it.per_day(covered.day));
        let has_listing = covered.readings.iter().any(DayReading::is_believable);
        let expected = match covered.usual {
            _ if has_listing => 0,
            Some(usual) => usual.saturating_sub(covered.articles + queued),
            None => by_ids().saturating_sub(covered.articles + queued),
        };
        plan.requests += listings + queued + expected;
        plan.days.push(PlannedDay { covered, listings, queued, expected });
    }
    Ok(plan)
}

/// Days of an archive that does not exist.
fn unknown(profile: &Profile, days: Days, now: DateTime<Utc>) -> Vec<CoveredDay> {
    let today = now.with_timezone(&profile.time_zone).date_naive();
    let verdict = |day| if today <= day { Verdict::Open } else { Verdict::Unknown };
    let day = |day| CoveredDay {
        day,
        verdict: verdict(day),
        why: "nobody has asked".to_owned(),
        articles: 0,
        usual: None,
        readings: Vec::new(),
    };
    days.iter().map(day).collect()
}
