//! The ids of a day: where they begin and end is found out, and those that nobody has named are queued. What is known without asking
//! is told by `id_map`, and how far a day reaches by `reach`.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    clock,
    config::IdRange,
    discover::{EdgeKind, Edges, Probe},
    model::{Candidate, Days, Event, Guesses, IDS, PageKey, Reading, Tally, Via, first_moment},
    store::{Reader, SourceReading},
};

use crate::jobs::{End, JobError, halt::Halt, run::Work};

use super::{
    id_map::IdMap,
    reach::{Reach, reach, widened},
};

/// What is written in the ledger of a day that lies before the first id of the series.
const BEFORE_FIRST: &str = "before_first_id";
/// What is written in the ledger of a day of which ids are left to be guessed.
const GUESS_LIMIT: &str = "guess_limit";

/// Asks for the ids of one day, or of one stretch of days.
pub(super) struct IdWalk<'w, 'a> {
    work: &'w Work<'a>,
    ids: &'w IdRange,
    map: IdMap<'w>,
    /// Guesses that are left of a day.
    left: u64,
    tally: &'w mut Tally,
}

/// What became of the ids of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// This many have to be visited; the day reaches from the first to the last.
    Queued(u64, RangeInclusive<u64>),
    /// No id is of this day.
    Nothing,
    /// Nobody can say, or not in this run.
    Unknown,
}

/// The reason why an id is asked for.
#[derive(Debug, Clone, Copy)]
struct Guess {
    /// The day whose bounds are looked for.
    day: NaiveDate,
    /// An answer that is older than this says nothing: the day was not over.
    since: DateTime<Utc>,
}

impl<'w, 'a> IdWalk<'w, 'a> {
    pub(super) fn new(
        work: &'w Work<'a>,
        reader: &'w Reader,
        ids: &'w IdRange,
        tally: &'w mut Tally,
    ) -> Self {
        let map = IdMap::new(work.pass.profile, ids, Some(reader), clock::now());
        Self { work, ids, map, left: 0, tally }
    }

    /// Queues every id of a day that was not asked for, and files all of them under it. Beyond its ends neighbours are
    /// queued, too.
    pub(super) async fn name_ids(mut self, day: NaiveDate) -> Result<Named, Halt> {
        self.left = self.ids.max_guesses_per_day;
        // What was not there before the day had ended may be there now.
        let next = day.succ_opt().unwrap_or(day);
        let since = first_moment(next, self.work.pass.profile.time_zone);
        let mut both = Vec::new();
        for begins in [day, next] {
            let Some(edges) = self.find(begins, Guess { day, since }).await? else {
                if self.left == 0 {
                    self.file(day, Vec::new(), Reading::Failed, Some(GUESS_LIMIT)).await?;
                }
                return Ok(Named::Unknown);
            };
            both.push(edges);
        }
        match reach(both[0], both[1]) {
            Reach::Before => {
                self.file(day, Vec::new(), Reading::Empty, Some(BEFORE_FIRST)).await?;
                Ok(Named::Unknown)
            }
            Reach::Nothing => {
                self.file(day, Vec::new(), Reading::Read, None).await?;
                Ok(Named::Nothing)
            }
            Reach::Ids(reach) => Ok(self.queue(day, reach, since).await?),
        }
    }

    /// Finds where a stretch of days begins and ends whose ids will be asked for anyway: with that it can be told how many
    /// they are.
    pub(super) async fn look_up(mut self, days: Days) -> Result<(), Halt> {
        self.left = self.ids.max_guesses_per_day;
        let after = days.last.succ_opt().unwrap_or(days.last);
        let since = first_moment(after, self.work.pass.profile.time_zone);
        for begins in [after, days.first] {
            self.find(begins, Guess { day: days.last, since }).await?;
        }
        Ok(())
    }

    /// Queues what is not known to be of another day, as much of it as may be guessed.
    async fn queue(
        &mut self,
        day: NaiveDate,
        reach: RangeInclusive<u64>,
        since: DateTime<Utc>,
    ) -> Result<Named, JobError> {
        let pass = self.work.pass;
        let (first, last) = widened(&reach, self.ids.from);
        pass.writer.guess_again(pass.profile.host(), first..=last, since, clock::now()).await?;
        let known = self.map.known(first..=last, since)?;
        let is_elsewhere = |id: &u64| known.get(id).and_then(|it| it.day).is_some_and(|it| it != day);
        let (mut candidates, mut guesses, mut beyond) = (Vec::new(), 0, 0);
        for id in (first..=last).filter(|it| !is_elsewhere(it)) {
            if IdMap::is_open(known.get(&id)) {
                if guesses == self.left {
                    beyond = last - id + 1;
                    break;
                }
                guesses += 1;
            }
            candidates.extend(self.candidate(id));
        }
        if 0 < guesses {
            let guesses = Guesses::Ids { first, last, count: guesses, left: beyond };
            (pass.observe)(Event::Guessing { day, guesses });
        }
        let listed = candidates.len();
        let added = match beyond {
            0 => self.file(day, candidates, Reading::Read, None).await?,
            _ => self.file(day, candidates, Reading::Failed, Some(GUESS_LIMIT)).await?,
        };
        (pass.observe)(Event::SourceRead { url: format!("ids {first} to {last}"), listed, added });
        Ok(Named::Queued(guesses, reach))
    }

    /// Keeps what the ids say of a day. Returns how many of them nobody had named before.
    async fn file(
        &mut self,
        day: NaiveDate,
        candidates: Vec<Candidate>,
        state: Reading,
        reason: Option<&str>,
    ) -> Result<usize, JobError> {
        let reason = reason.map(str::to_owned);
        let reading = SourceReading { day, source: IDS.to_owned(), state, reason };
        let writer = self.work.pass.writer;
        let run = self.work.run;
        let added = writer.keep_reading(run, reading, candidates, Vec::new(), clock::now()).await?;
        self.tally.discovered += added as u64;
        Ok(added)
    }

    /// Finds the last id before the beginning of a day and the first id after it, as far as a handful of requests tell. Returns
    /// `None` where nothing is known to begin with, or no guess is left.
    async fn find(&mut self, begins: NaiveDate, guess: Guess) -> Result<Option<Edges>, Halt> {
        let Some(mut bisect) = self.map.bisect(begins, guess.since)? else { return Ok(None) };
        // The newest page that anybody named may be of a later day.
        if bisect.edges().above.kind == EdgeKind::End
            && let Some(newest) = self.map.newest_named()?
        {
            if self.probe(newest, guess).await?.is_none() {
                return Ok(None);
            }
            let Some(again) = self.map.bisect(begins, guess.since)? else { return Ok(None) };
            bisect = again;
        }
        while let Some(id) = bisect.ask() {
            let Some(probe) = self.probe(id, guess).await? else { return Ok(None) };
            bisect.absorb(id, probe);
        }
        Ok(Some(bisect.edges()))
    }

    /// Returns what an id is, told by the archive or else by the site; `None` where no guess is left.
    async fn probe(&mut self, id: u64, guess: Guess) -> Result<Option<Probe>, Halt> {
        let pass = self.work.pass;
        let Guess { day, since } = guess;
        if let Some(known) = self.map.of(id, since)? {
            return Ok(Some(known));
        }
        self.work.bounds.check()?;
        if self.left == 0 {
            return Ok(None);
        }
        if self.work.bounds.count_page() {
            return Err(End::Limited.into());
        }
        if self.left == self.ids.max_guesses_per_day {
            let guesses = Guesses::Bounds { at_most: self.left };
            (pass.observe)(Event::Guessing { day, guesses });
        }
        self.left -= 1;
        let Some(candidate) = self.candidate(id) else { return Ok(Some(Probe::Nothing)) };
        pass.writer.guess_again(pass.profile.host(), id..=id, since, clock::now()).await?;
        let task = pass.writer.claim_page(self.work.run, candidate, clock::now()).await?;
        if let Some(task) = task {
            self.work.visit_alone(task, self.tally).await?;
        }
        // What could not be read has no day that we know of.
        Ok(Some(self.map.of(id, since)?.unwrap_or(Probe::Nothing)))
    }

    fn candidate(&self, id: u64) -> Option<Candidate> {
        let profile = self.work.pass.profile;
        let id = id.to_string();
        let url = profile.address_of(&id)?;
        let key = PageKey { host: profile.host().to_owned(), id };
        Some(Candidate { key, url, via: Via::Ids, published_at: None, changed_at: None })
    }
}
