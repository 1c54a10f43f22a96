//! What the site does not give is looked for in the web archives that the profile allows to be asked for it.

use chrono::TimeDelta;
use url::Url;

use crate::{
    clock,
    config::{Index, WebArchive},
    discover::Sought,
    model::{PageKey, Settled, Tally},
    store::Reader,
};

use crate::jobs::{End, halt::Halt, run::Work};

use super::{
    choice::first_and_last,
    reader::{IndexRead, WebArchiveReader},
};

/// Pages that are looked for in one run: an archive is asked slowly, and the next run goes on.
const PAGES_MAX: u32 = 50;
/// How long an archive that had nothing is left alone about a page.
const AGAIN: TimeDelta = TimeDelta::days(30);

impl Work<'_> {
    /// Offers pages that the site does not give to the web archives. Whatever they say, the run ends as its own work did, unless
    /// the user ends it meanwhile.
    pub(in crate::jobs) async fn offer(
        &self,
        reader: &Reader,
        tally: &mut Tally,
        worked: Result<(), Halt>,
    ) -> Result<(), Halt> {
        if let Err(Halt::Job(_)) = worked {
            return worked;
        }
        for archive in &self.pass.profile.web_archives {
            match self.offer_to(archive, reader, tally).await {
                // Its own trouble: the site's pages are as they were.
                Ok(()) | Err(Halt::Over(End::Stopped { .. } | End::Done)) => {}
                Err(Halt::Over(End::Limited)) => break,
                Err(halt @ (Halt::Over(End::Interrupted) | Halt::Job(_))) => return Err(halt),
            }
        }
        worked
    }

    async fn offer_to(
        &self,
        archive: &WebArchive,
        reader: &Reader,
        tally: &mut Tally,
    ) -> Result<(), Halt> {
        let Index::Cdx(server) = &archive.index else { return Ok(()) };
        let pages = match archive.offered.as_slice() {
            [] => return Ok(()),
            states => reader.to_offer(&archive.name, states, clock::now() - AGAIN, PAGES_MAX)?,
        };
        let mut web_archive = WebArchiveReader::new(self, archive);
        for (page, key) in pages {
            self.bounds.check()?;
            if self.bounds.count_page() {
                return Err(End::Limited.into());
            }
            // What the archive did not say is asked for again.
            if let Some(captures) = look_for(&mut web_archive, server.clone(), key, tally).await? {
                let name = archive.name.clone();
                self.pass.writer.remember_offer(page, name, captures, clock::now()).await?;
            }
        }
        Ok(())
    }
}

/// Fetches what an archive has of a page, and counts what is news; what does not come is no failure of the run. Returns the number
/// of captures that the archive has; `None` where its answer could not be read whole.
async fn look_for(
    web_archive: &mut WebArchiveReader<'_, '_>,
    server: Url,
    key: PageKey,
    tally: &mut Tally,
) -> Result<Option<usize>, Halt> {
    let IndexRead { mut captures, is_whole } = web_archive.index(server, Sought::Of(key)).await?;
    captures.sort_by_key(|it| it.at);
    for capture in first_and_last(&captures, None) {
        let settled = web_archive.fetch(capture).await?;
        if matches!(settled, Settled::New | Settled::Updated) {
            tally.count(settled);
        }
    }
    Ok(is_whole.then_some(captures.len()))
}
