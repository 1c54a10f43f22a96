//! What a scrape would do: its sources are read, no article is fetched, and nothing is written.

use url::Url;

use crate::{
    clock,
    config::Profile,
    discover::{CardReader, Source},
    fetch::{Class, Fetcher},
    model::{Ask, Candidate, Fetched},
    store::Reader,
};

use crate::jobs::{End, JobError, Limits, Stop, bounds::Bounds};

use super::discovery::{self, SeenFiles};

/// What a scrape would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// What each source says.
    pub sources: Vec<PlannedSource>,
    /// Pages that the archive does not know yet.
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
    /// The number of articles it names, or why it could not be read.
    pub listed: Result<usize, String>,
}

/// Reads the sources, and compares what they name with an archive if there is one. Returns the plan; where the user or the clock
/// ends the reading, the plan is about what was read until then.
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
    let visit = bounds.abandoning(fetcher, fetcher.robots(&profile.base_url)).await;
    let (robots, sent) = (visit.result, visit.requests);
    plan.requests += sent.len() as u64;
    plan.end = bounds.over();
    if plan.end.is_some() {
        return Ok(plan);
    }
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
        let asking =
            ask_source(fetcher, &bounds, source.as_mut(), &mut seen, &mut plan, &mut candidates);
        let listed = bounds.abandoning(fetcher, asking).await;
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
        plan.due = archive.due(clock::now())?;
    }
    let url = |key: &crate::model::PageKey| {
        candidates.iter().find(|it| it.key == *key).map(|it| it.url.clone())
    };
    plan.unknown = keys.iter().filter_map(url).collect();
    plan.requests += plan.due + plan.unknown.len() as u64;
    Ok(plan)
}

/// Reads a source of a plan. Returns the number of articles that it names, or why it could not be read.
async fn ask_source(
    fetcher: &Fetcher,
    bounds: &Bounds,
    source: &mut dyn Source,
    seen: &mut SeenFiles,
    plan: &mut Plan,
    candidates: &mut Vec<Candidate>,
) -> Result<usize, String> {
    let mut listed = Ok(0);
    while let Some(url) = source.ask() {
        if !seen.is_new(source, &url) {
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
                plan.end = bounds.over();
                if plan.end.is_none() {
                    listed = Err(error.to_string());
                }
                if is_stop {
                    break;
                }
            }
        }
    }
    listed
}
