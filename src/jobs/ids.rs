//! The ids of a day: where they begin and end, and which of them nobody has named.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    config::IdRange,
    discover::{DISORDER, Edge, EdgeKind, Probe},
    model::{Candidate, Days, Event, Guesses, IDS, PageKey, Reading, Tally, Via},
    store::Reader,
};

use super::{End, JobError, id_map::IdMap, midnight, pass::Work};

/// Beside an article at the edge of a hole, so many ids are asked for without a gap.
const HALO: u64 = 4 * DISORDER;
/// What is written in the ledger of a day that lies before the first id of the series.
const BEFORE_FIRST: &str = "before_first_id";
/// What is written in the ledger of a day of which ids are left to be guessed.
const GUESS_LIMIT: &str = "guess_limit";

/// Asks for ids. Its methods answer `Err(end)` when the run is over.
pub(super) struct IdWalk<'w, 'a> {
    work: &'w Work<'a>,
    ids: &'w IdRange,
    map: IdMap<'w>,
    /// Guesses that are left of a day.
    left: u64,
    pub(super) tally: Tally,
}

/// What became of the ids of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// So many have to be visited; the day reaches from the first to the last.
    Queued(u64, RangeInclusive<u64>),
    /// No id is of this day.
    Nothing,
    /// Nobody can say, or not in this run.
    Unknown,
}

/// How far a day reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// Over these ids.
    Ids(RangeInclusive<u64>),
    /// Over none.
    Nothing,
    /// It is over before the first id of the series: ids say nothing of it.
    Before,
}

/// The last id before a place and the first after it.
pub(super) type Edges = (Edge, Edge);

type Step<T = ()> = Result<Result<T, End>, JobError>;

impl<'w, 'a> IdWalk<'w, 'a> {
    pub(super) fn new(work: &'w Work<'a>, reader: &'w Reader, ids: &'w IdRange) -> Self {
        let map = IdMap::new(work.pass.profile, ids, Some(reader), Utc::now());
        Self { work, ids, map, left: 0, tally: Tally::default() }
    }

    /// Queues every id of a day that was not asked for, and files all of them under it. Beyond its ends neighbours are
    /// queued, too.
    pub(super) async fn name_ids(&mut self, day: NaiveDate) -> Step<Named> {
        self.left = self.ids.max_guesses_per_day;
        // What was not there before the day had ended may be there now.
        let next = day.succ_opt().unwrap_or(day);
        let since = midnight(next, self.work.pass.profile.time_zone);
        let mut both = Vec::new();
        for begins in [day, next] {
            match self.find(begins, (day, since)).await? {
                Ok(Some(edges)) => both.push(edges),
                Ok(None) if self.left == 0 => {
                    self.file(day, Vec::new(), (Reading::Failed, Some(GUESS_LIMIT))).await?;
                    return Ok(Ok(Named::Unknown));
                }
                Ok(None) => return Ok(Ok(Named::Unknown)),
                Err(end) => return Ok(Err(end)),
            }
        }
        match reach(both[0], both[1]) {
            Reach::Before => {
                self.file(day, Vec::new(), (Reading::Empty, Some(BEFORE_FIRST))).await?;
                Ok(Ok(Named::Unknown))
            }
            Reach::Nothing => {
                self.file(day, Vec::new(), (Reading::Read, None)).await?;
                Ok(Ok(Named::Nothing))
            }
            Reach::Ids(reach) => self.queue(day, reach, since).await.map(Ok),
        }
    }

    /// Finds where a stretch of days begins and ends whose ids will be asked for anyway: with that it can be told how many
    /// they are.
    pub(super) async fn look_up(&mut self, days: Days) -> Step {
        self.left = self.ids.max_guesses_per_day;
        let after = days.last.succ_opt().unwrap_or(days.last);
        let since = midnight(after, self.work.pass.profile.time_zone);
        for begins in [after, days.first] {
            if let Err(end) = self.find(begins, (days.last, since)).await? {
                return Ok(Err(end));
            }
        }
        Ok(Ok(()))
    }

    /// Queue what is known to be of no other day, as much of it as may be guessed.
    async fn queue(
        &mut self,
        day: NaiveDate,
        reach: RangeInclusive<u64>,
        since: DateTime<Utc>,
    ) -> Result<Named, JobError> {
        let pass = self.work.pass;
        let (first, last) = widened(&reach, self.ids.from);
        pass.writer.guess_again(pass.profile.host(), first..=last, since, Utc::now()).await?;
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
        let reading =
            if beyond == 0 { (Reading::Read, None) } else { (Reading::Failed, Some(GUESS_LIMIT)) };
        let listed = candidates.len();
        let added = self.file(day, candidates, reading).await?;
        (pass.observe)(Event::SourceRead { url: format!("ids {first} to {last}"), listed, added });
        Ok(Named::Queued(guesses, reach))
    }

    /// Keep what the ids say of a day. Returns how many of them nobody had named before.
    async fn file(
        &mut self,
        day: NaiveDate,
        candidates: Vec<Candidate>,
        (state, reason): (Reading, Option<&str>),
    ) -> Result<usize, JobError> {
        let reading = (IDS.to_owned(), state, reason.map(str::to_owned));
        let writer = self.work.pass.writer;
        let run = self.work.run;
        let added = writer.keep_reading(run, day, reading, candidates, Vec::new(), Utc::now()).await?;
        self.tally.discovered += added as u64;
        Ok(added)
    }

    /// The last id before the beginning of a day and the first that is not, as far as a handful of requests tell; `None`
    /// where nothing is known to begin with, or no guess is left.
    async fn find(
        &mut self,
        begins: NaiveDate,
        (day, since): (NaiveDate, DateTime<Utc>),
    ) -> Step<Option<Edges>> {
        let Some(mut bisect) = self.map.bisect(begins, since)? else { return Ok(Ok(None)) };
        // The newest page that anybody named may be of a later day.
        if bisect.edges().1.kind == EdgeKind::End
            && let Some(newest) = self.map.newest_named()?
        {
            match self.probe(newest, (day, since)).await? {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Ok(None)),
                Err(end) => return Ok(Err(end)),
            }
            let Some(again) = self.map.bisect(begins, since)? else { return Ok(Ok(None)) };
            bisect = again;
        }
        while let Some(id) = bisect.ask() {
            match self.probe(id, (day, since)).await? {
                Ok(Some(probe)) => bisect.absorb(id, probe),
                Ok(None) => return Ok(Ok(None)),
                Err(end) => return Ok(Err(end)),
            }
        }
        Ok(Ok(Some(bisect.edges())))
    }

    /// What an id is: from the archive, or else from the site; `None` where no guess is left.
    async fn probe(&mut self, id: u64, (day, since): (NaiveDate, DateTime<Utc>)) -> Step<Option<Probe>> {
        let pass = self.work.pass;
        if let Some(known) = self.map.of(id, since)? {
            return Ok(Ok(Some(known)));
        }
        if let Some(end) = self.work.bounds.over() {
            return Ok(Err(end));
        }
        if self.left == 0 {
            return Ok(Ok(None));
        }
        if self.work.bounds.count_page() {
            return Ok(Err(End::Limited));
        }
        if self.left == self.ids.max_guesses_per_day {
            let guesses = Guesses::Bounds { at_most: self.left };
            (pass.observe)(Event::Guessing { day, guesses });
        }
        self.left -= 1;
        let Some(candidate) = self.candidate(id) else { return Ok(Ok(Some(Probe::Nothing))) };
        pass.writer.guess_again(pass.profile.host(), id..=id, since, Utc::now()).await?;
        let task = pass.writer.claim_page(self.work.run, candidate, Utc::now()).await?;
        if let Some(task) = task
            && let Err(end) = self.work.visit_alone(task, &mut self.tally).await?
        {
            return Ok(Err(end));
        }
        // What could not be read has no day that we know of.
        Ok(Ok(Some(self.map.of(id, since)?.unwrap_or(Probe::Nothing))))
    }

    fn candidate(&self, id: u64) -> Option<Candidate> {
        let profile = self.work.pass.profile;
        let id = id.to_string();
        let url = profile.address_of(&id)?;
        let key = PageKey { host: profile.host().to_owned(), id };
        Some(Candidate { key, url, via: Via::Ids, published_at: None, changed_at: None })
    }
}

/// Returns how far a day reaches that begins between two ids and ends between two others.
pub(super) fn reach(begins: Edges, ends: Edges) -> Reach {
    let has_article = begins.1.id <= ends.0.id;
    let width = begins.1.id.saturating_sub(begins.0.id);
    if !has_article && begins.0.kind == EdgeKind::End {
        return Reach::Before;
    }
    if !has_article && 2 * DISORDER < width {
        return Reach::Nothing;
    }
    // A hole was searched in steps; what is next to an article may be between them.
    let first = (begins.0.id + 1).max(begins.1.id.saturating_sub(HALO));
    let last = ends.1.id.saturating_sub(1).min(ends.0.id + HALO);
    // A day without ids has neighbours all the same.
    Reach::Ids(first.min(begins.1.id)..=last.max(ends.0.id))
}

/// Returns the first and the last id to ask for where a day reaches so far: neighbours may have changed places.
pub(super) fn widened(reach: &RangeInclusive<u64>, from: u64) -> (u64, u64) {
    (reach.start().saturating_sub(DISORDER).max(from), reach.end() + DISORDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(id: u64, kind: EdgeKind) -> Edge {
        Edge { id, day: None, kind }
    }

    #[test]
    fn a_day_reaches_from_its_first_id_to_its_last_and_no_further_than_a_step_into_a_hole() {
        use EdgeKind::{Article, End};
        let check = |begins: (u64, u64), ends: (u64, u64), below, above, expect: Reach| {
            let begins = (edge(begins.0, below), edge(begins.1, Article));
            let found = reach(begins, (edge(ends.0, Article), edge(ends.1, above)));
            assert_eq!(found, expect, "{begins:?} {ends:?}");
        };
        check((100, 103), (260, 264), Article, Article, Reach::Ids(101..=263));
        check((100, 9_000), (9_160, 9_163), Article, Article, Reach::Ids(8_980..=9_162));
        check((100, 103), (260, 20_000), Article, End, Reach::Ids(101..=280));
        check((0, 9_000), (9_160, 9_163), End, Article, Reach::Ids(8_980..=9_162));
    }

    #[test]
    fn a_day_without_an_article_is_nothing_unless_disorder_may_hide_it() {
        use EdgeKind::{Article, End};
        let between = |below, above, kinds: (EdgeKind, EdgeKind)| {
            let edges = (edge(below, kinds.0), edge(above, kinds.1));
            reach(edges, edges)
        };
        assert_eq!(between(100, 9_000, (Article, Article)), Reach::Nothing);
        assert_eq!(between(100, 9_000, (Article, End)), Reach::Nothing);
        assert_eq!(between(100, 9_000, (End, Article)), Reach::Before);
        assert_eq!(between(100, 104, (Article, Article)), Reach::Ids(101..=103));
        let none = RangeInclusive::new(101, 100);
        assert_eq!(between(100, 101, (Article, Article)), Reach::Ids(none.clone()));
        assert_eq!(widened(&none, 98), (98, 105), "its neighbours are asked for all the same");
    }
}
