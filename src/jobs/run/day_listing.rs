//! The listing of a day: asking for every page of it, and what its answer says of the day. What becomes of the answer is decided
//! elsewhere: a backfill and an overflowed feed keep it, a dry run counts it.

use chrono::NaiveDate;

use crate::{
    clock,
    config::DayListing,
    discover::{CardReader, Extent, ListingSource, Source},
    fetch::{Class, FetchError, Fetcher},
    jobs::{End, JobError, bounds::Bounds},
    model::{Ask, Candidate, Event, Fetched, PageState, RawPage, Reading, Request, RunId, Tally},
    store::SourceReading,
};

use super::pass::Pass;

/// What came of asking for a listing.
pub(in crate::jobs) struct ListingAnswer {
    pub(in crate::jobs) candidates: Vec<Candidate>,
    pub(in crate::jobs) requests: Vec<Request>,
    /// How many requests it took, once they are kept.
    pub(in crate::jobs) asked: u64,
    pub(in crate::jobs) state: Reading,
    pub(in crate::jobs) reason: Option<String>,
    /// The site said stop.
    pub(in crate::jobs) stop: Option<FetchError>,
    /// The user or the clock said stop before every page was read.
    pub(in crate::jobs) over: Option<End>,
}

impl ListingAnswer {
    /// Returns what the archive keeps of a source's account of a day.
    fn reading(&self, day: NaiveDate, source: &str) -> SourceReading {
        let (source, reason) = (source.to_owned(), self.reason.clone());
        SourceReading { day, source, state: self.state, reason }
    }

    /// Returns the ids of the pages that are listed; `None` where nobody can say.
    pub(in crate::jobs) fn names(&self) -> Option<Vec<String>> {
        match self.state {
            Reading::Read | Reading::Empty | Reading::Missing => {
                Some(self.candidates.iter().map(|it| it.key.id.clone()).collect())
            }
            Reading::Blocked | Reading::Refused | Reading::Failed => None,
        }
    }

    fn absorb(&mut self, source: &mut ListingSource<'_>, page: &RawPage) {
        let named = source.absorb(page);
        if !named.candidates.is_empty() {
            self.state = Reading::Read;
        }
        self.candidates.extend(named.candidates);
    }
}

/// Reads listings of days, and keeps what they say in the ledger.
pub(in crate::jobs) struct ListingReader<'a> {
    pub(in crate::jobs) pass: &'a Pass<'a>,
    pub(in crate::jobs) run: RunId,
    pub(in crate::jobs) bounds: &'a Bounds,
    pub(in crate::jobs) cards: &'a CardReader<'a>,
}

impl ListingReader<'_> {
    /// Reads every page of the listing of a day, and files what they name under the day. Returns the answer; one that was
    /// stopped halfway is not kept.
    pub(in crate::jobs) async fn read(
        &self,
        listing: &DayListing,
        day: NaiveDate,
        tally: &mut Tally,
    ) -> Result<ListingAnswer, JobError> {
        let Pass { profile, fetcher, writer, observe, .. } = self.pass;
        let url = listing.url(&profile.base_url, day);
        let url = url.expect("the template was filled in and parsed when it was read");
        let source = ListingSource::new(self.cards, url.clone(), &listing.filter, Extent::Day(day));
        let mut asked = ask(fetcher, self.bounds, source).await;
        let requests = std::mem::take(&mut asked.requests);
        asked.asked = requests.len() as u64;
        if asked.over.is_some() || asked.stop.is_some() {
            writer.remember_requests(self.run, requests).await?;
            return Ok(asked);
        }
        let candidates = asked.candidates.clone();
        let reading = asked.reading(day, &listing.template);
        let added = writer.keep_reading(self.run, reading, candidates, requests, clock::now()).await?;
        tally.discovered += added as u64;
        let (url, listed) = (url.to_string(), asked.candidates.len());
        match asked.state {
            Reading::Read => {
                tally.sources_read += 1;
                observe(Event::SourceRead { url, listed, added });
            }
            // Ordinary: a holiday, a site without this listing, a robots.txt that does not want it read.
            Reading::Empty | Reading::Missing | Reading::Refused => tally.sources_read += 1,
            Reading::Blocked | Reading::Failed => {
                tally.sources_unread += 1;
                observe(Event::SourceFailed { url, cause: asked.reason.clone().unwrap_or_default() });
            }
        }
        Ok(asked)
    }
}

/// Asks for every page of the listing of a day. Returns what came.
pub(in crate::jobs) async fn ask(
    fetcher: &Fetcher,
    bounds: &Bounds,
    mut source: ListingSource<'_>,
) -> ListingAnswer {
    let mut asked = ListingAnswer {
        candidates: Vec::new(),
        requests: Vec::new(),
        asked: 0,
        state: Reading::Empty,
        reason: None,
        stop: None,
        over: None,
    };
    while let Some(url) = source.ask() {
        asked.over = bounds.over();
        if asked.over.is_some() {
            return asked;
        }
        let visit = fetcher.get(&Ask::new(url)).await;
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
                asked.over = bounds.over();
                asked.stop = asked.over.is_none().then_some(error);
                return asked;
            }
            Err(error) => (reading_of(&error), Some(error.code())),
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

/// What a failure says of a listing.
fn reading_of(error: &FetchError) -> Reading {
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
