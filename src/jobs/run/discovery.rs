//! Reading the sources: which pages the site names, and whether the sources are alive. What a source says is parsed by
//! `discover`; pages that are named are queued here and visited by `visits`.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::{
    config::{Feed, Profile},
    discover::{CardReader, Extent, FeedSource, ListingSource, NamedPages, SitemapSource, Source},
    fetch::{Class, FetchError, Fetcher},
    model::{Ask, Drift, Event, Fetched, Measure, RunId, Tally, Validators},
    store::{SourceMemory, SourceState, Writer},
};

use crate::jobs::{JobError, Observer, bounds::Bounds};

use super::drift::Measures;

/// Every source of a pass, those that robots.txt names included, each once.
pub(super) fn sources<'p>(
    profile: &'p Profile,
    cards: &'p CardReader<'p>,
    named_by_robots: &[String],
) -> Vec<Box<dyn Source + 'p>> {
    let mut sources: Vec<Box<dyn Source + 'p>> = Vec::new();
    for feed in &profile.feeds {
        sources.push(Box::new(FeedSource::new(profile, feed)));
    }
    for sitemap in &profile.sitemaps {
        sources.push(Box::new(SitemapSource::new(profile, sitemap)));
    }
    for address in named_by_robots {
        let url = profile.base_url.join(address).ok().and_then(|it| profile.rebased(&it));
        let Some(url) = url.filter(|it| !sources.iter().any(|source| source.url() == it)) else {
            continue;
        };
        // Nobody told us how fresh it should be.
        sources.push(Box::new(SitemapSource::new(profile, &Feed { url, stale_after: None })));
    }
    for listing in &profile.listings {
        sources.push(Box::new(ListingSource::new(cards, listing.clone(), Extent::First)));
    }
    sources
}

/// The files of sources. Each is asked for once in a run, even if several sources name it.
pub(super) struct SeenFiles(HashSet<Url>);

impl SeenFiles {
    /// A source's own address is read by that source, not as a part of another.
    pub(super) fn new(sources: &[Box<dyn Source + '_>]) -> Self {
        Self(sources.iter().map(|it| it.url().clone()).collect())
    }

    /// Whether a file that a source wants to read is still to be asked for.
    pub(super) fn is_new(&mut self, source: &dyn Source, file: &Url) -> bool {
        file == source.url() || self.0.insert(file.clone())
    }
}

/// Reads sources and queues what they name.
pub(super) struct Discovery<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) profile: &'a Profile,
    pub(super) writer: &'a Writer,
    pub(super) run: RunId,
    pub(super) observe: Observer<'a>,
    pub(super) bounds: &'a Bounds,
    pub(super) measures: &'a Measures,
}

impl Discovery<'_> {
    /// Reads robots.txt, unless it still counts. Returns why the site said stop, if it did.
    pub(super) async fn ask_permission(&self) -> Result<Option<FetchError>, JobError> {
        let visit = self.fetcher.robots(&self.profile.base_url).await;
        let (robots, requests) = (visit.result, visit.requests);
        match robots {
            Ok(Some(memory)) => self.writer.remember_robots(self.run, memory, requests).await?,
            Ok(None) => {}
            Err(error) => {
                self.writer.remember_requests(self.run, requests).await?;
                return Ok(Some(error));
            }
        }
        Ok(None)
    }

    /// Reads every source. Returns why the site said stop, if it did.
    pub(super) async fn run(&self, tally: &mut Tally) -> Result<Option<FetchError>, JobError> {
        if let Some(error) = self.ask_permission().await? {
            return Ok(Some(error));
        }
        let named_by_robots = self.fetcher.sitemaps(&Fetcher::host_of(&self.profile.base_url));
        let (mut asked, mut forbidden) = (0, 0);
        let cards = CardReader::new(self.profile)?;
        let sources = sources(self.profile, &cards, &named_by_robots);
        let mut seen = SeenFiles::new(&sources);
        for mut source in sources {
            if self.bounds.over().is_some() {
                break;
            }
            asked += 1;
            match self.read(source.as_mut(), &mut seen, tally).await? {
                Some(error) if error.class() == Class::Stop => return Ok(Some(error)),
                Some(FetchError::Robots) => forbidden += 1,
                Some(_) | None => {}
            }
        }
        // A site that lets nobody look is not looked at.
        Ok((0 < forbidden && forbidden == asked).then_some(FetchError::Robots))
    }

    /// Reads one source. Returns what came instead of its last answer, if that failed.
    async fn read(
        &self,
        source: &mut dyn Source,
        seen: &mut SeenFiles,
        tally: &mut Tally,
    ) -> Result<Option<FetchError>, JobError> {
        let url = source.url().to_string();
        let known = self.writer.source(url.clone(), source.kind()).await?;
        let mut memory = SourceMemory {
            url: url.clone(),
            kind: source.kind(),
            state: SourceState::Fresh,
            reason: None,
            checked_at: Utc::now(),
            newest_at: None,
            listed: 0,
            validators: Validators::default(),
        };
        let mut requests = Vec::new();
        let mut added = 0;
        let mut failure: Option<String> = None;
        let mut is_unchanged = false;
        let mut missed = None;
        let (mut asked, mut left_out) = (0, 0);
        while let Some(next) = source.ask() {
            if !seen.is_new(source, &next) {
                continue;
            }
            if self.bounds.over().is_some() {
                // What is half read is not judged, and asked for again by the next run.
                tally.discovered += added as u64;
                self.writer.remember_requests(self.run, requests).await?;
                return Ok(None);
            }
            asked += 1;
            // Validators are kept for the source's own address.
            let is_first = next == *source.url();
            let validators = known.as_ref().filter(|_| is_first).map(|it| it.validators.clone());
            let ask = Ask { validators: validators.unwrap_or_default(), ..Ask::new(next) };
            let visit = self.fetcher.get(&ask).await;
            requests.extend(visit.requests);
            match visit.result {
                Ok(Fetched::Page(page)) => {
                    if is_first {
                        memory.validators = page.validators.clone();
                    }
                    let NamedPages { candidates, newest_at, problem, left_out: more } =
                        source.absorb(&page);
                    left_out += more;
                    memory.listed += candidates.len();
                    memory.newest_at = memory.newest_at.max(newest_at);
                    failure = failure.or(problem);
                    added += self.writer.enqueue(candidates, Utc::now()).await?.added;
                }
                Ok(Fetched::NotModified(validators)) => {
                    is_unchanged = true;
                    memory.validators = validators;
                }
                Ok(Fetched::Missing(missing)) => failure = Some(missing.code().to_owned()),
                Err(error) => {
                    failure = Some(error.to_string());
                    let is_over = error.class() == Class::Stop;
                    missed = Some(error);
                    if is_over {
                        break;
                    }
                }
            }
        }
        let was_fresh = known.as_ref().is_some_and(|it| it.state == SourceState::Fresh);
        if let Some(known) = known.filter(|_| is_unchanged) {
            memory.newest_at = memory.newest_at.max(known.newest_at);
            memory.listed = memory.listed.max(known.listed);
        }
        // An index that did not change says nothing of its files, nor a broken source of what it lacked.
        if 1 < asked || failure.is_some() {
            memory.validators = Validators::default();
        }
        tally.discovered += added as u64;
        memory.state = state(&memory, failure.as_deref(), source.stale_after());
        memory.reason.clone_from(&failure);
        if 0 < left_out {
            tally.sources_cut += 1;
            memory.reason = memory.reason.or(Some(format!("{left_out} files left out")));
            (self.observe)(Event::SourceCut { url: url.clone(), left_out });
        }
        if was_fresh && matches!(memory.state, SourceState::Stale | SourceState::Empty) {
            let measure = Measure::Source(format!("{url} ({})", memory.state.code()));
            let drift = Drift { measure, before: 1.0, now: 0.0, pages: 0, examples: Vec::new() };
            self.measures.note_source(drift);
        }
        self.report(&memory, added, is_unchanged, failure, tally);
        self.writer.remember_source(self.run, memory, requests).await?;
        Ok(missed)
    }

    fn report(
        &self,
        memory: &SourceMemory,
        added: usize,
        is_unchanged: bool,
        failure: Option<String>,
        tally: &mut Tally,
    ) {
        let url = memory.url.clone();
        let listed = memory.listed;
        match memory.state {
            SourceState::Fresh => tally.sources_read += 1,
            SourceState::Stale | SourceState::Empty => {
                tally.sources_read += 1;
                tally.sources_stale += 1;
            }
            SourceState::Failed => tally.sources_unread += 1,
        }
        match (memory.state, memory.newest_at) {
            (SourceState::Failed, _) => {
                let cause = failure.unwrap_or_default();
                (self.observe)(Event::SourceFailed { url, cause });
            }
            (SourceState::Empty, _) => (self.observe)(Event::SourceEmpty { url }),
            (SourceState::Stale, Some(newest)) => {
                (self.observe)(Event::SourceRead { url: url.clone(), listed, added });
                (self.observe)(Event::SourceStale { url, newest });
            }
            (SourceState::Stale | SourceState::Fresh, _) if is_unchanged => {
                (self.observe)(Event::SourceUnchanged { url });
            }
            (SourceState::Stale | SourceState::Fresh, _) => {
                (self.observe)(Event::SourceRead { url, listed, added });
            }
        }
    }
}

/// The state of a source. One that answers with old items only is stale, whatever its status says.
fn state(
    memory: &SourceMemory,
    failure: Option<&str>,
    stale_after: Option<std::time::Duration>,
) -> SourceState {
    if failure.is_some() {
        return SourceState::Failed;
    }
    if memory.listed == 0 {
        return SourceState::Empty;
    }
    let limit = stale_after.and_then(|it| TimeDelta::from_std(it).ok());
    let is_old = |newest: DateTime<Utc>| limit.is_some_and(|limit| newest < memory.checked_at - limit);
    if memory.newest_at.is_some_and(is_old) { SourceState::Stale } else { SourceState::Fresh }
}
