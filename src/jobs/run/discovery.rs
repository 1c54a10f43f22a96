//! Reading the sources: which pages the site names, and whether the sources are alive. What a source says is parsed by
//! `discover`; pages that are named are queued here and visited by `visits`.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::{
    clock,
    config::{Feed, ListingUse, Profile},
    discover::{CardReader, Extent, FeedSource, ListingSource, SitemapSource, Source},
    fetch::{Class, FetchError, Fetcher},
    model::{Ask, Days, Drift, Event, Fetched, Measure, RunId, Tally, Validators, Via, counted},
    store::{SourceMemory, SourceState},
};

use crate::jobs::{JobError, bounds::Bounds};

use super::{
    day_listing::ListingReader,
    drift::Measures,
    feed_story::story,
    pass::Pass,
    source_read::{SourceRead, state},
};

/// The most days whose listings are read after a feed overflowed; more is a backfill.
const OVERFLOW_DAYS_MAX: i64 = 31;

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
        sources.push(Box::new(SitemapSource::new(profile, &Feed::plain(url))));
    }
    sources.extend(listings(profile, cards, ListingUse::Always));
    sources
}

/// Returns the listings of a profile that are read on this occasion.
fn listings<'p>(
    profile: &'p Profile,
    cards: &'p CardReader<'p>,
    when: ListingUse,
) -> impl Iterator<Item = Box<dyn Source + 'p>> {
    let listings = profile.listings.iter().filter(move |it| it.when == when);
    listings.map(|it| -> Box<dyn Source> {
        Box::new(ListingSource::new(cards, it.url.clone(), &it.filter, Extent::First))
    })
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
    pub(super) pass: &'a Pass<'a>,
    pub(super) run: RunId,
    pub(super) bounds: &'a Bounds,
    pub(super) measures: &'a Measures,
}

/// What a source leaves to do.
struct SourceEnd {
    /// What came instead of its last answer, if that failed.
    missed: Option<FetchError>,
    /// If it overflowed: the date of its newest item in the pass before.
    overflowed_since: Option<DateTime<Utc>>,
}

impl Discovery<'_> {
    /// Reads robots.txt, unless it still counts. Returns why the site said stop, if it did.
    pub(super) async fn ask_permission(&self) -> Result<Option<FetchError>, JobError> {
        let Pass { fetcher, writer, profile, .. } = self.pass;
        let visit = fetcher.robots(&profile.base_url).await;
        let (robots, requests) = (visit.result, visit.requests);
        match robots {
            Ok(Some(memory)) => writer.remember_robots(self.run, memory, requests).await?,
            Ok(None) => {}
            Err(error) => {
                writer.remember_requests(self.run, requests).await?;
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
        let Pass { fetcher, profile, .. } = self.pass;
        let named_by_robots = fetcher.sitemaps(&Fetcher::host_of(&profile.base_url));
        let (mut asked, mut forbidden) = (0, 0);
        let cards = CardReader::new(profile)?;
        let sources = sources(profile, &cards, &named_by_robots);
        let mut seen = SeenFiles::new(&sources);
        let mut overflowed_since: Option<DateTime<Utc>> = None;
        for mut source in sources {
            if self.bounds.over().is_some() {
                break;
            }
            asked += 1;
            let end = self.read(source.as_mut(), &mut seen, tally).await?;
            overflowed_since = overflowed_since.into_iter().chain(end.overflowed_since).min();
            match end.missed {
                Some(error) if error.class() == Class::Stop => return Ok(Some(error)),
                Some(FetchError::Robots) => forbidden += 1,
                Some(_) | None => {}
            }
        }
        if let Some(since) = overflowed_since
            && let Some(error) = self.make_up(since, &cards, &mut seen, tally).await?
        {
            return Ok(Some(error));
        }
        // A site that lets nobody look is not looked at.
        Ok((0 < forbidden && forbidden == asked).then_some(FetchError::Robots))
    }

    /// Reads what else names the stories since a time, because a feed does not name all of them any more. Returns why the site
    /// said stop, if it did.
    async fn make_up(
        &self,
        since: DateTime<Utc>,
        cards: &CardReader<'_>,
        seen: &mut SeenFiles,
        tally: &mut Tally,
    ) -> Result<Option<FetchError>, JobError> {
        let Pass { profile, .. } = self.pass;
        for mut source in listings(profile, cards, ListingUse::Overflow) {
            let end = self.read(source.as_mut(), seen, tally).await?;
            if let Some(error) = end.missed.filter(|it| it.class() == Class::Stop) {
                return Ok(Some(error));
            }
        }
        let day = |at: DateTime<Utc>| at.with_timezone(&profile.time_zone).date_naive();
        let today = day(clock::now());
        let first = day(since).max(today - TimeDelta::days(OVERFLOW_DAYS_MAX));
        let reader = ListingReader { pass: self.pass, run: self.run, bounds: self.bounds, cards };
        for day in (Days { first: first.min(today), last: today }).iter().rev() {
            for listing in &profile.day_listings {
                if self.bounds.over().is_some() {
                    return Ok(None);
                }
                let asked = reader.read(listing, day, tally).await?;
                if asked.stop.is_some() {
                    return Ok(asked.stop);
                }
            }
        }
        Ok(None)
    }

    /// Reads one source. Returns what it leaves to do.
    async fn read(
        &self,
        source: &mut dyn Source,
        seen: &mut SeenFiles,
        tally: &mut Tally,
    ) -> Result<SourceEnd, JobError> {
        let Pass { writer, .. } = self.pass;
        let known = writer.source(source.url().to_string(), source.kind()).await?;
        let mut read = SourceRead::new(source);
        while let Some(next) = source.ask() {
            if !seen.is_new(source, &next) {
                continue;
            }
            if self.bounds.over().is_none() {
                self.read_file(source, next, known.as_ref(), &mut read).await?;
            }
            if self.bounds.over().is_some() {
                // What is half read is not judged, and asked for again by the next run.
                read.count(tally);
                writer.remember_requests(self.run, read.requests).await?;
                return Ok(SourceEnd { missed: None, overflowed_since: None });
            }
            if read.missed.as_ref().is_some_and(|it| it.class() == Class::Stop) {
                break;
            }
        }
        self.end(source, known, read, tally).await
    }

    /// Asks for one file of a source, and queues what it names.
    async fn read_file(
        &self,
        source: &mut dyn Source,
        next: Url,
        known: Option<&SourceMemory>,
        read: &mut SourceRead,
    ) -> Result<(), JobError> {
        let Pass { fetcher, writer, extractor, .. } = self.pass;
        read.asked += 1;
        // Validators are kept for the source's own address.
        let is_first = next == *source.url();
        let validators = known.filter(|_| is_first).map(|it| it.validators.clone());
        let ask = Ask { validators: validators.unwrap_or_default(), ..Ask::new(next) };
        let visit = fetcher.get(&ask).await;
        read.requests.extend(visit.requests);
        match visit.result {
            Ok(Fetched::Page(page)) => {
                if is_first {
                    read.memory.validators = page.validators.clone();
                }
                let mut named = source.absorb(&page);
                read.note(&mut named);
                let feed = page.url.as_ref().unwrap_or(source.url());
                let now = clock::now();
                let stories =
                    named.items.iter().filter_map(|it| story(extractor, it, feed, now)).collect();
                read.enqueued.add(writer.enqueue_with_stories(named.candidates, stories, now).await?);
            }
            Ok(Fetched::NotModified(validators)) => {
                read.is_unchanged = true;
                read.memory.validators = validators;
            }
            Ok(Fetched::Missing(missing)) => read.failure = Some(missing.code().to_owned()),
            Err(error) => {
                read.failure = Some(error.to_string());
                read.missed = Some(error);
            }
        }
        Ok(())
    }

    /// Judges a source that was read, reports it and remembers it. Returns what it leaves to do.
    async fn end(
        &self,
        source: &dyn Source,
        known: Option<SourceMemory>,
        mut read: SourceRead,
        tally: &mut Tally,
    ) -> Result<SourceEnd, JobError> {
        let url = read.memory.url.clone();
        read.count(tally);
        let overflowed_since = self.overflowed_since(known.as_ref(), &read, tally);
        let was_fresh = known.as_ref().is_some_and(|it| it.state == SourceState::Fresh);
        if let Some(known) = known.filter(|_| read.is_unchanged) {
            read.memory.newest_at = read.memory.newest_at.max(known.newest_at);
            read.memory.listed = read.memory.listed.max(known.listed);
            read.memory.unread = known.unread;
            read.memory.reason = known.reason.filter(|_| 0 < known.unread);
        }
        // An index that did not change says nothing of its files, nor a broken source of what it lacked.
        if 1 < read.asked || read.failure.is_some() {
            read.memory.validators = Validators::default();
        }
        read.memory.state = state(&read.memory, read.failure.as_deref(), source.stale_after());
        read.memory.reason = read.failure.clone().or(read.memory.reason);
        if let Some(what) = read.unread.words() {
            read.memory.unread = read.unread.places;
            tally.sources_partly += 1;
            read.memory.reason = read.memory.reason.or(Some(what.clone()));
            (self.pass.observe)(Event::SourcePartly { url: url.clone(), what });
        }
        if 0 < read.left_out {
            tally.sources_cut += 1;
            let left_out = read.left_out;
            read.memory.reason =
                read.memory.reason.or(Some(format!("{} left out", counted(left_out as u64, "file"))));
            (self.pass.observe)(Event::SourceCut { url: url.clone(), left_out });
        }
        if was_fresh && matches!(read.memory.state, SourceState::Stale | SourceState::Empty) {
            let measure = Measure::Source(format!("{url} ({})", read.memory.state.code()));
            let drift = Drift { measure, before: 1.0, now: 0.0, pages: 0, examples: Vec::new() };
            self.measures.note_source(drift);
        }
        self.report(&read, tally);
        let SourceRead { memory, requests, missed, .. } = read;
        self.pass.writer.remember_source(self.run, memory, requests).await?;
        Ok(SourceEnd { missed, overflowed_since })
    }

    /// Returns the date of a feed's newest item in the pass before, if all its items are newer now: stories may have gone by
    /// between the two.
    fn overflowed_since(
        &self,
        known: Option<&SourceMemory>,
        read: &SourceRead,
        tally: &mut Tally,
    ) -> Option<DateTime<Utc>> {
        let (newest_before, oldest_now) = (known?.newest_at?, read.oldest_at?);
        if read.memory.kind != Via::Feed.code() || oldest_now <= newest_before {
            return None;
        }
        tally.sources_overflowed += 1;
        let url = read.memory.url.clone();
        (self.pass.observe)(Event::SourceOverflowed { url, newest_before, oldest_now });
        Some(newest_before)
    }

    fn report(&self, read: &SourceRead, tally: &mut Tally) {
        let SourceRead { memory, enqueued, is_unchanged, failure, .. } = read;
        let observe = self.pass.observe;
        let (url, listed, added) = (memory.url.clone(), memory.listed, enqueued.added);
        match memory.state {
            SourceState::Fresh => tally.sources_read += 1,
            SourceState::Stale => {
                tally.sources_read += 1;
                tally.sources_stale += 1;
            }
            SourceState::Empty => {
                tally.sources_read += 1;
                tally.sources_empty += 1;
            }
            SourceState::Failed => tally.sources_unread += 1,
        }
        match (memory.state, memory.newest_at) {
            (SourceState::Failed, _) => {
                let cause = failure.clone().unwrap_or_default();
                observe(Event::SourceFailed { url, cause });
            }
            (SourceState::Empty, _) => observe(Event::SourceEmpty { url }),
            (SourceState::Stale, Some(newest)) => {
                observe(Event::SourceRead { url: url.clone(), listed, added });
                observe(Event::SourceStale { url, newest });
            }
            (SourceState::Stale | SourceState::Fresh, _) if *is_unchanged => {
                observe(Event::SourceUnchanged { url });
            }
            (SourceState::Stale | SourceState::Fresh, _) => {
                observe(Event::SourceRead { url, listed, added });
            }
        }
    }
}
