//! The ids of a day: where they begin and end, and which of them nobody has named.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Utc};

use crate::{
    config::IdRange,
    discover::{Bisect, DISORDER, Probe},
    model::{Candidate, Event, IDS, PageKey, PageState, Reading, Tally, Via},
    store::{IdFact, Reader},
};

use super::{End, JobError, pass::Work};

/// No site publishes so many pages a day: a wider range is a mistake about where the day begins.
const IDS_MAX: u64 = 20_000;

/// Asks for ids. Its methods answer `Err(end)` when the run is over.
pub(super) struct IdWalk<'w, 'a> {
    pub(super) work: &'w Work<'a>,
    pub(super) reader: &'w Reader,
    pub(super) ids: &'w IdRange,
    pub(super) tally: Tally,
}

type Step<T = ()> = Result<Result<T, End>, JobError>;

impl IdWalk<'_, '_> {
    /// Queue every id of a day that was not asked for, and file all of them under it. From which id to which the day
    /// reaches; beyond, neighbours were queued, too. `None` where nobody can say.
    pub(super) async fn name_ids(&mut self, day: NaiveDate) -> Step<Option<(u64, u64)>> {
        let begins = self.find(day).await?;
        let ends = match begins {
            Ok(Some(_)) => self.find(day.succ_opt().unwrap_or(day)).await?,
            Ok(None) | Err(_) => begins.clone(),
        };
        let (first, last) = match (begins, ends) {
            (Err(end), _) | (_, Err(end)) => return Ok(Err(end)),
            (Ok(Some((below, above))), Ok(Some((last_below, next)))) => {
                ((below + 1).min(above), (next - 1).max(last_below))
            }
            // Nothing is known beyond the day, or before it: nobody can say where it is.
            (Ok(None), _) | (_, Ok(None)) => return Ok(Ok(None)),
        };
        let reach = (first, last);
        // A day without ids has neighbours all the same.
        let (first, last) = (first.saturating_sub(DISORDER).max(self.ids.from), last + DISORDER);
        if last < first || IDS_MAX < last - first {
            return Ok(Ok(None));
        }
        let known = self.numbered(first, last)?;
        let is_elsewhere = |id: &u64| known.get(id).and_then(|it| it.day).is_some_and(|it| it != day);
        let ids = (first..=last).filter(|it| !is_elsewhere(it));
        let candidates: Vec<Candidate> = ids.filter_map(|it| self.candidate(it)).collect();
        let listed = candidates.len();
        let reading = (IDS.to_owned(), Reading::Read, None);
        let pass = self.work.pass;
        let added = pass
            .writer
            .keep_reading(self.work.run, day, reading, candidates, Vec::new(), Utc::now())
            .await?;
        self.tally.discovered += added as u64;
        (pass.observe)(Event::SourceRead { url: format!("ids {first} to {last}"), listed, added });
        Ok(Ok(Some(reach)))
    }

    /// The last id before a day and the first that is not, as far as a handful of requests tell.
    async fn find(&mut self, day: NaiveDate) -> Step<Option<(u64, u64)>> {
        let Some(mut bisect) = self.bracket(day)? else {
            // The newest page that anybody named may be of a later day.
            let newest = self.reader.highest_number(self.work.pass.profile.host())?;
            let Some(newest) = newest.filter(|it| self.ids.from <= *it) else { return Ok(Ok(None)) };
            if let Err(end) = self.probe(newest).await? {
                return Ok(Err(end));
            }
            return Ok(Ok(self.bracket(day)?.map(|it| it.bracket())));
        };
        while let Some(id) = bisect.ask() {
            match self.probe(id).await? {
                Ok(probe) => bisect.absorb(id, probe),
                Err(end) => return Ok(Err(end)),
            }
        }
        Ok(Ok(Some(bisect.bracket())))
    }

    /// What is known of where a day begins.
    fn bracket(&self, day: NaiveDate) -> Result<Option<Bisect>, JobError> {
        let mut facts = self.reader.around(self.work.pass.profile.host(), self.ids.from, day)?;
        facts.extend(&self.ids.anchors);
        let Some(bisect) = Bisect::among(day, &facts) else { return Ok(None) };
        let (below, above) = bisect.bracket();
        let known = self.numbered(below, above)?;
        let is_nothing = |it: &IdFact| it.state != PageState::New && it.day.is_none();
        Ok(Some(bisect.without(known.into_values().filter(is_nothing).map(|it| it.id))))
    }

    fn numbered(&self, first: u64, last: u64) -> Result<BTreeMap<u64, IdFact>, JobError> {
        let known = self.reader.numbered(self.work.pass.profile.host(), first, last)?;
        Ok(known.into_iter().map(|it| (it.id, it)).collect())
    }

    /// What an id is: from the archive, or else from the site.
    async fn probe(&mut self, id: u64) -> Step<Probe> {
        let pass = self.work.pass;
        let known = self.numbered(id, id)?.remove(&id);
        if known.is_none_or(|it| it.state == PageState::New) {
            if let Some(end) = self.work.bounds.over() {
                return Ok(Err(end));
            }
            if self.work.bounds.count_page() {
                return Ok(Err(End::Limited));
            }
            let Some(candidate) = self.candidate(id) else { return Ok(Ok(Probe::Nothing)) };
            let task = pass.writer.claim_page(self.work.run, candidate, Utc::now()).await?;
            if let Some(task) = task
                && let Err(end) = self.work.visit_alone(task, &mut self.tally).await?
            {
                return Ok(Err(end));
            }
        }
        let found = self.numbered(id, id)?.remove(&id).and_then(|it| it.day);
        Ok(Ok(found.map_or(Probe::Nothing, Probe::Day)))
    }

    fn candidate(&self, id: u64) -> Option<Candidate> {
        let profile = self.work.pass.profile;
        let id = id.to_string();
        let url = profile.address_of(&id)?;
        let key = PageKey { host: profile.host().to_owned(), id };
        Some(Candidate { key, url, via: Via::Ids, published_at: None, changed_at: None })
    }
}
