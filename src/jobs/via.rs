//! A range of days from a web archive: what it has of the site's articles, as it was captured.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    config::WebArchive,
    discover::{ArchivedCapture, Sought},
    model::{Captured, Days, Event, PageKey, Tally},
    store::Reader,
};

use super::{
    End, JobError, Report,
    pass::{Pass, Work},
    web_archive::{Asked, WebArchiveReader},
};

/// What is wanted of a web archive.
#[derive(Debug, Clone, Copy)]
pub struct Via<'p> {
    /// The archive.
    pub archive: &'p WebArchive,
    /// Articles published on these days.
    pub days: Days,
    /// Which of an article's captures.
    pub captures: Captures,
}

/// Which of an article's captures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Captures {
    /// The one nearest after publication, and the latest.
    FirstAndLast,
    /// Every one: each has a ticker.
    Every,
}

impl Pass<'_> {
    /// Fill a range from a web archive. `reader` looks at the same archive that is written.
    pub async fn backfill_via(&self, reader: &Reader, via: &Via<'_>) -> Result<Report, JobError> {
        self.run("backfill", async |work| {
            let web_archive = WebArchiveReader::new(work, via.archive);
            let mut filling = Filling { work, reader, via, web_archive, tally: Tally::default() };
            let end = match filling.fill().await? {
                Ok(()) => End::Done,
                Err(end) => end,
            };
            if let End::Stopped { cause } = &end {
                (self.observe)(Event::SiteStopped { cause: cause.clone() });
            }
            Ok((filling.tally, end))
        })
        .await
    }
}

struct Filling<'w, 'a> {
    work: &'w Work<'a>,
    reader: &'w Reader,
    via: &'w Via<'w>,
    web_archive: WebArchiveReader<'w, 'a>,
    tally: Tally,
}

impl Filling<'_, '_> {
    async fn fill(&mut self) -> Asked<()> {
        let captures = match self.read_indexes().await? {
            Ok(captures) => captures,
            Err(end) => return Ok(Err(end)),
        };
        let mut wanted = Vec::new();
        for (key, captures) in captures {
            let chosen = self.choose(&key, captures)?;
            wanted.extend(chosen);
        }
        // The newest first, as everywhere.
        wanted.sort_by_key(|it| std::cmp::Reverse(it.at));
        (self.work.pass.observe)(Event::Expected(wanted.len() as u64));
        for capture in wanted {
            if let Some(end) = self.work.bounds.over() {
                return Ok(Err(end));
            }
            if self.work.bounds.count_page() {
                return Ok(Err(End::Limited));
            }
            match self.web_archive.fetch(capture).await? {
                Ok(settled) => self.tally.count(settled),
                Err(end) => return Ok(Err(end)),
            }
        }
        Ok(Ok(()))
    }

    /// What the archive has of articles that may be of the range.
    async fn read_indexes(&mut self) -> Asked<BTreeMap<PageKey, Vec<ArchivedCapture>>> {
        let Days { first, last } = self.via.days;
        let days = Days { first, last: last + chrono::Days::new(self.via.archive.days_after) };
        let servers = match self.web_archive.servers(days).await? {
            Ok(servers) => servers,
            Err(end) => return Ok(Err(end)),
        };
        let mut captures: BTreeMap<PageKey, Vec<ArchivedCapture>> = BTreeMap::new();
        for server in servers {
            let found = match self.web_archive.index(server, Sought::Made(days)).await? {
                Ok(found) => found,
                Err(end) => return Ok(Err(end)),
            };
            for capture in found {
                if self.may_be_of_range(&capture.key) {
                    captures.entry(capture.key.clone()).or_default().push(capture);
                }
            }
            self.tally.sources_read += 1;
        }
        Ok(Ok(captures))
    }

    /// Whether the id may be of the range, where ids rise with the day: half a month of doubt on either side.
    fn may_be_of_range(&self, key: &PageKey) -> bool {
        const DOUBT_DAYS: u64 = 15;
        let Some(ids) = &self.work.pass.profile.ids else { return true };
        let Some(id) = key.id.parse::<u64>().ok().filter(|it| ids.from <= *it) else { return true };
        let doubt = chrono::Days::new(DOUBT_DAYS);
        let Days { first, last } = self.via.days;
        let before = ids.anchors.iter().rfind(|it| it.1 + doubt < first);
        let after = ids.anchors.iter().find(|it| last + doubt < it.1);
        before.is_none_or(|it| it.0 <= id) && after.is_none_or(|it| id <= it.0)
    }

    /// Which captures of a page are wanted and not here.
    fn choose(
        &self,
        key: &PageKey,
        mut captures: Vec<ArchivedCapture>,
    ) -> Result<Vec<ArchivedCapture>, JobError> {
        captures.sort_by_key(|it| it.at);
        let (published_on, published_at) = self.reader.published(key)?;
        if published_on.is_some_and(|it| it < self.via.days.first || self.via.days.last < it) {
            return Ok(Vec::new());
        }
        let chosen = match self.via.captures {
            Captures::Every => captures,
            Captures::FirstAndLast => first_and_last(&captures, published_at),
        };
        let mut wanted = Vec::new();
        for capture in chosen {
            if !self.reader.has_capture(key, Captured::At(capture.at))? {
                wanted.push(capture);
            }
        }
        Ok(wanted)
    }
}

/// The capture nearest after publication, or the first where that is not known; and the latest.
pub(super) fn first_and_last(
    captures: &[ArchivedCapture],
    published_at: Option<DateTime<Utc>>,
) -> Vec<ArchivedCapture> {
    let after = captures.iter().find(|it| published_at.is_none_or(|published| published <= it.at));
    let first = after.or(captures.first());
    let last = captures.last().filter(|last| first.is_some_and(|it| it.digest != last.digest));
    first.into_iter().chain(last).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_after_publication_and_the_latest_are_chosen() {
        let capture = |day: u32, digest: &str| ArchivedCapture {
            key: PageKey { host: "x".to_owned(), id: "1".to_owned() },
            at: format!("2021-03-{day:02}T06:00:00Z").parse().expect("a time"),
            timestamp: day.to_string(),
            url: String::new(),
            digest: digest.to_owned(),
            record: None,
        };
        let all = [capture(1, "a"), capture(5, "b"), capture(9, "b"), capture(12, "c")];
        let check = |captures: &[ArchivedCapture], published: Option<&str>, expect: &[&str]| {
            let chosen = first_and_last(captures, published.map(|it| it.parse().expect("a time")));
            assert_eq!(chosen.iter().map(|it| it.timestamp.as_str()).collect::<Vec<_>>(), expect);
        };
        check(&all, None, &["1", "12"]);
        check(&all, Some("2021-03-04T00:00:00Z"), &["5", "12"]);
        check(&all[1..3], Some("2021-03-04T00:00:00Z"), &["5"]);
        check(&all[..1], Some("2021-03-04T00:00:00Z"), &["1"]);
        check(&[], None, &[]);
    }
}
