//! What the site does not give is looked for in the web archives that the profile allows it for.

use chrono::{TimeDelta, Utc};
use url::Url;

use crate::{
    config::Index,
    discover::Sought,
    model::{PageKey, Settled, Tally},
    store::Reader,
};

use super::{
    End, JobError,
    pass::Work,
    via::first_and_last,
    web_archive::{Asked, WebArchiveReader},
};

/// Pages of one run: an archive is asked slowly, and cron comes again.
const PAGES_MAX: u32 = 50;
/// An archive that had nothing may have something later.
const AGAIN: TimeDelta = TimeDelta::days(30);

impl Work<'_> {
    /// Offer pages that the site does not give to the web archives. Whatever they say, the run ends as it would have, unless
    /// the user ends it meanwhile.
    pub(super) async fn offer(
        &self,
        reader: &Reader,
        tally: &mut Tally,
        end: End,
    ) -> Result<End, JobError> {
        for archive in &self.pass.profile.web_archives {
            let Index::Cdx(server) = &archive.index else { continue };
            let pages = match archive.offered.as_slice() {
                [] => continue,
                states => reader.to_offer(&archive.name, states, Utc::now() - AGAIN, PAGES_MAX)?,
            };
            let mut web_archive = WebArchiveReader::new(self, archive);
            for (page, key) in pages {
                match self.bounds.over() {
                    Some(End::Interrupted) => return Ok(End::Interrupted),
                    Some(_) => return Ok(end),
                    None if self.bounds.count_page() => return Ok(end),
                    None => {}
                }
                match look_for(&mut web_archive, server.clone(), key, tally).await? {
                    Ok(captures) => {
                        let name = archive.name.clone();
                        self.pass.writer.remember_offer(page, name, captures, Utc::now()).await?;
                    }
                    Err(End::Interrupted) => return Ok(End::Interrupted),
                    // Its own trouble: the site's pages are as they were.
                    Err(_) => break,
                }
            }
        }
        Ok(end)
    }
}

/// What an archive has of a page is fetched, and counted where it is news; what does not come is no failure of the run's. How
/// many captures it has.
async fn look_for(
    web_archive: &mut WebArchiveReader<'_, '_>,
    server: Url,
    key: PageKey,
    tally: &mut Tally,
) -> Asked<usize> {
    let mut captures = match web_archive.index(server, Sought::Of(key)).await? {
        Ok(captures) => captures,
        Err(end) => return Ok(Err(end)),
    };
    captures.sort_by_key(|it| it.at);
    for capture in first_and_last(&captures, None) {
        match web_archive.fetch(capture).await? {
            Ok(news @ (Settled::New | Settled::Updated)) => tally.count(news),
            Ok(_) => {}
            Err(end) => return Ok(Err(end)),
        }
    }
    Ok(Ok(captures.len()))
}
