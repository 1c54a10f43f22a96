//! A range of days filled from a web archive: what it has of the site's articles, as they were captured.

use std::collections::BTreeMap;

use crate::{
    config::{Holding, WebArchive},
    discover::{ArchivedCapture, Sought},
    model::{Captured, Days, Event, PageKey, RawPage, Tally},
    store::Reader,
};

use crate::jobs::{
    End, JobError, Report,
    halt::Halt,
    run::{Pass, Work, images::ImageRoute},
};

use super::{
    choice::first_and_last,
    reader::{IndexRead, WebArchiveReader},
    replay::Replayed,
};

/// What is wanted of a web archive.
#[derive(Debug, Clone, Copy)]
pub struct ViaArchive<'p> {
    /// The archive.
    pub archive: &'p WebArchive,
    /// Articles published on these days.
    pub days: Days,
    /// Which captures of an article are wanted.
    pub captures: Captures,
}

/// Which captures of an article are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Captures {
    /// The capture nearest after publication, and the latest.
    FirstAndLast,
    /// Every capture: each has a ticker.
    Every,
}

impl Pass<'_> {
    /// Fills a range from a web archive. `reader` looks at the same archive that is written. Returns what came of it.
    pub async fn backfill_via(&self, reader: &Reader, via: &ViaArchive<'_>) -> Result<Report, JobError> {
        self.run("backfill", async |work, tally| {
            let web_archive = WebArchiveReader::new(work, via.archive);
            let filled = ViaFilling { work, reader, via, web_archive, tally }.fill().await;
            let filled = match filled {
                Ok(()) => fetch_images(work, via.archive).await,
                halted => halted,
            };
            if let Err(Halt::Over(End::Stopped { cause })) = &filled {
                (self.observe)(Event::SiteStopped { cause: cause.clone() });
            }
            filled
        })
        .await
    }
}

/// Asks the archive for the pictures of the pages that came from it, each as it was nearest in time. An archive that gives records and
/// no replays is not asked: its index would have to be searched for each of them.
async fn fetch_images(work: &Work<'_>, archive: &WebArchive) -> Result<(), Halt> {
    let Holding::Replay(template) = &archive.holding else { return Ok(()) };
    let captured_at = |page: &RawPage| Replayed::read(page.url.as_ref()?.as_str(), template)?.at;
    let route = ImageRoute::Replay { template, interval: archive.interval, captured_at: &captured_at };
    work.fetch_images(route, None).await.map(|_| ())
}

struct ViaFilling<'w, 'a> {
    work: &'w Work<'a>,
    reader: &'w Reader,
    via: &'w ViaArchive<'w>,
    web_archive: WebArchiveReader<'w, 'a>,
    tally: &'w mut Tally,
}

impl ViaFilling<'_, '_> {
    async fn fill(mut self) -> Result<(), Halt> {
        let captures = self.read_indexes().await?;
        let mut wanted = Vec::new();
        for (key, captures) in captures {
            let chosen = self.choose(&key, captures)?;
            wanted.extend(chosen);
        }
        // The newest first, as everywhere.
        wanted.sort_by_key(|it| std::cmp::Reverse(it.at));
        (self.work.pass.observe)(Event::Expected(wanted.len() as u64));
        for capture in wanted {
            self.work.bounds.check()?;
            if self.work.bounds.count_page() {
                return Err(End::Limited.into());
            }
            self.tally.count(self.web_archive.fetch(capture).await?);
        }
        Ok(())
    }

    /// Returns the captures of articles that may be of the range.
    async fn read_indexes(&mut self) -> Result<BTreeMap<PageKey, Vec<ArchivedCapture>>, Halt> {
        let Days { first, last } = self.via.days;
        let days = Days { first, last: last + chrono::Days::new(self.via.archive.days_after) };
        let servers = self.web_archive.servers(days).await?;
        let mut captures: BTreeMap<PageKey, Vec<ArchivedCapture>> = BTreeMap::new();
        for server in servers {
            let IndexRead { captures: listed, is_whole } =
                self.web_archive.index(server, Sought::Made(days)).await?;
            for capture in listed {
                if self.may_be_of_range(&capture.key) {
                    captures.entry(capture.key.clone()).or_default().push(capture);
                }
            }
            // What of it is missing is asked for again by the next run, as all of it is.
            if is_whole {
                self.tally.sources_read += 1;
            } else {
                self.tally.sources_unread += 1;
            }
        }
        Ok(captures)
    }

    /// Whether the id may be of the range, where ids rise with the day: half a month of doubt on either side.
    fn may_be_of_range(&self, key: &PageKey) -> bool {
        const DOUBT_DAYS: u64 = 15;
        let Some(ids) = &self.work.pass.profile.ids else { return true };
        let Some(id) = key.id.parse::<u64>().ok().filter(|it| ids.from <= *it) else { return true };
        let doubt = chrono::Days::new(DOUBT_DAYS);
        let Days { first, last } = self.via.days;
        let before = ids.anchors.iter().rfind(|it| it.day + doubt < first);
        let after = ids.anchors.iter().find(|it| last + doubt < it.day);
        before.is_none_or(|it| it.id <= id) && after.is_none_or(|it| id <= it.id)
    }

    /// Returns the captures of a page that are wanted and not in the archive.
    fn choose(
        &self,
        key: &PageKey,
        mut captures: Vec<ArchivedCapture>,
    ) -> Result<Vec<ArchivedCapture>, JobError> {
        captures.sort_by_key(|it| it.at);
        let published = self.reader.published(key)?;
        if published.on.is_some_and(|it| it < self.via.days.first || self.via.days.last < it) {
            return Ok(Vec::new());
        }
        let chosen = match self.via.captures {
            Captures::Every => captures,
            Captures::FirstAndLast => first_and_last(&captures, published.at),
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
