//! What is known of a site's ids, from the archive or from what was only looked at: which day each is of, and where the days
//! begin. It asks nobody.

use std::{collections::BTreeMap, ops::RangeInclusive};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    config::{IdRange, Profile},
    discover::{Bisect, EdgeKind, Edges, IdSeries, Probe},
    model::{DatedId, PageState, first_moment},
    store::{IdFact, Reader, StoreError},
};

use super::reach::{Reach, reach, widened};

/// The ids of a site.
pub(super) struct IdMap<'a> {
    profile: &'a Profile,
    ids: &'a IdRange,
    reader: Option<&'a Reader>,
    today: NaiveDate,
    /// What was looked at and is not in the archive.
    found: BTreeMap<u64, Probe>,
}

impl<'a> IdMap<'a> {
    pub(super) fn new(
        profile: &'a Profile,
        ids: &'a IdRange,
        reader: Option<&'a Reader>,
        now: DateTime<Utc>,
    ) -> Self {
        let today = now.with_timezone(&profile.time_zone).date_naive();
        Self { profile, ids, reader, today, found: BTreeMap::new() }
    }

    /// Remembers what was looked at.
    pub(super) fn note(&mut self, id: u64, probe: Probe) {
        self.found.insert(id, probe);
    }

    /// Returns a search for the beginning of a day that knows what is known; `None` where nothing is. A guess of before
    /// `since` that was not there says nothing.
    pub(super) fn bisect(
        &self,
        day: NaiveDate,
        since: DateTime<Utc>,
    ) -> Result<Option<Bisect>, StoreError> {
        let mut facts = match self.reader {
            Some(reader) => reader.around(self.profile.host(), self.ids.from, day)?,
            None => Vec::new(),
        };
        facts.extend(self.found.iter().filter_map(|(id, probe)| match probe {
            Probe::Day(day) => Some(DatedId { id: *id, day: *day }),
            Probe::Nothing => None,
        }));
        if facts.is_empty() && self.ids.anchors.is_empty() {
            return Ok(None);
        }
        let bisect = Bisect::among(day, &facts, self.series(&facts)).with_anchors(&self.ids.anchors);
        let Edges { below, above } = bisect.edges();
        let known = self.known(below.id..=above.id, since)?;
        let nothing = known.into_values().filter(|it| it.day.is_none() && !Self::is_open(Some(it)));
        let looked = self.found.iter().filter(|it| *it.1 == Probe::Nothing).map(|it| *it.0);
        Ok(Some(bisect.without(nothing.map(|it| it.id)).without(looked)))
    }

    /// Returns what is known of some ids.
    pub(super) fn known(
        &self,
        ids: RangeInclusive<u64>,
        since: DateTime<Utc>,
    ) -> Result<BTreeMap<u64, IdFact>, StoreError> {
        let Some(reader) = self.reader else { return Ok(BTreeMap::new()) };
        let known = reader.numbered(self.profile.host(), ids, since)?;
        Ok(known.into_iter().map(|it| (it.id, it)).collect())
    }

    /// Whether the site has to be asked what an id is, by what the archive knows of it.
    pub(super) fn is_open(known: Option<&IdFact>) -> bool {
        known.is_none_or(|it| it.state == PageState::New || it.is_early)
    }

    /// Returns what an id is; `None` where the site has to be asked.
    pub(super) fn of(&self, id: u64, since: DateTime<Utc>) -> Result<Option<Probe>, StoreError> {
        if let Some(found) = self.found.get(&id) {
            return Ok(Some(*found));
        }
        let known = self.known(id..=id, since)?.remove(&id);
        let is_open = Self::is_open(known.as_ref());
        let day = known.and_then(|it| it.day);
        Ok(if is_open { None } else { Some(day.map_or(Probe::Nothing, Probe::Day)) })
    }

    /// Returns the highest id that anybody named, where it belongs to the series.
    pub(super) fn newest_named(&self) -> Result<Option<u64>, StoreError> {
        let Some(reader) = self.reader else { return Ok(None) };
        Ok(reader.highest_number(self.profile.host())?.filter(|it| self.ids.from <= *it))
    }

    /// Returns about how many requests the ids of a day take, as far as is known without asking.
    pub(super) fn guesses(&self, day: NaiveDate) -> Result<u64, StoreError> {
        let next = day.succ_opt().unwrap_or(day);
        let since = first_moment(next, self.profile.time_zone);
        let (Some(mut begins), Some(mut ends)) = (self.bisect(day, since)?, self.bisect(next, since)?)
        else {
            return Ok(0);
        };
        let at_most = |count: u64| count.min(self.ids.max_guesses_per_day);
        if begins.ask().is_some() || ends.ask().is_some() {
            let is_before = self.position(next).is_some_and(|it| it <= self.ids.from);
            let rate = rate_between(begins.edges()).unwrap_or_else(|| self.rate(day));
            return Ok(if is_before { 0 } else { at_most(rate) });
        }
        let Reach::Ids(ids) = reach(begins.edges(), ends.edges()) else { return Ok(0) };
        let (first, last) = widened(&ids, self.ids.from);
        let known = self.known(first..=last, since)?;
        let is_known = |id: u64| !Self::is_open(known.get(&id));
        let known = (first..=last).filter(|it| is_known(*it)).count() as u64;
        Ok(at_most((last + 1).saturating_sub(first + known)))
    }

    /// Returns about how many ids a day has.
    pub(super) fn rate(&self, day: NaiveDate) -> u64 {
        // A site that nobody has measured is taken for a busy one.
        Some(self.ids.per_day(day)).filter(|it| 0 < *it).unwrap_or(self.ids.max_guesses_per_day)
    }

    /// Returns about which id a day before the first anchor begins with; `None` for later ones.
    fn position(&self, day: NaiveDate) -> Option<u64> {
        let DatedId { id, day: first } = *self.ids.anchors.first().filter(|it| day <= it.day)?;
        let days = u64::try_from((first - day).num_days()).ok()?;
        Some(id.saturating_sub(days.saturating_mul(self.rate(day))))
    }

    /// The ids that there can be. At the usual rate the newest has come half as far as the last of them by today.
    fn series(&self, facts: &[DatedId]) -> IdSeries {
        let newest = facts.iter().chain(&self.ids.anchors).max();
        let reached = DatedId { id: self.ids.from, day: self.today };
        let DatedId { id, day } = newest.copied().unwrap_or(reached);
        let days = (self.today - day).num_days().max(0).unsigned_abs() + 1;
        let above = id.saturating_add(days.saturating_mul(2 * self.rate(self.today)));
        IdSeries {
            below: self.ids.from.saturating_sub(1),
            above: DatedId { id: above, day: day + chrono::Days::new(2 * days) },
        }
    }
}

/// The number of ids a day has between two articles: what the site did is a better guide than what the profile says.
fn rate_between(Edges { below, above }: Edges) -> Option<u64> {
    let is_known = [below, above].iter().all(|it| it.kind == EdgeKind::Article);
    let days = (above.day? - below.day?).num_days();
    let days = u64::try_from(days).ok().filter(|it| 0 < *it && is_known)?;
    Some((above.id - below.id) / days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::Edge;

    #[test]
    fn two_articles_tell_how_many_ids_a_day_has() {
        use EdgeKind::{Article, End};
        let edge = |id, day: &str, kind| Edge { id, day: day.parse().ok(), kind };
        let below = edge(1_000, "2024-01-01", Article);
        let rate = |id, day, kind| rate_between(Edges { below, above: edge(id, day, kind) });
        assert_eq!(rate(2_600, "2024-01-11", Article), Some(160));
        assert_eq!(rate(2_600, "2024-01-11", End), None, "nothing is there");
        assert_eq!(rate(1_003, "2024-01-01", Article), None, "less than a day");
    }
}
