//! One pass over what is new: the sources are read, and every page that is due is visited.

use crate::{
    clock,
    jobs::{JobError, Report},
    model::Event,
    store::{Reader, VisitQueue},
};

use super::{images::ImageRoute, pass::Pass};

impl Pass<'_> {
    /// Scrapes, as a run of this command. What is finished is kept, however it ends. `reader` looks at the same archive that
    /// is written.
    pub async fn scrape(&self, command: &'static str, reader: &Reader) -> Result<Report, JobError> {
        self.run(command, async |work, tally| {
            work.discover(tally).await?;
            (self.observe)(Event::Queue { due: self.writer.due(clock::now()).await? });
            loop {
                let visited = work.visit_all(VisitQueue::Due, tally).await;
                work.offer(reader, tally, visited).await?;
                // Pictures come after the pages; a page that is due again meanwhile comes first.
                if !work.fetch_images(ImageRoute::Live, Some(VisitQueue::Due)).await? {
                    return Ok(());
                }
            }
        })
        .await
    }
}
