//! One pass over what is new: read the sources, visit every page that is due, keep what they say.

use chrono::Utc;

use crate::{
    model::{Event, Tally},
    store::{Queue, Reader},
};

use super::{JobError, Report, pass::Pass};

impl Pass<'_> {
    /// Scrape, as a run of this command. What is finished is kept, however it ends. `reader` looks at the same archive that
    /// is written.
    pub async fn scrape(&self, command: &'static str, reader: &Reader) -> Result<Report, JobError> {
        self.run(command, async |work| {
            let mut tally = Tally::default();
            if let Some(error) = work.discovery().run(&mut tally).await? {
                return Ok((tally, work.stopped(&error)));
            }
            (self.observe)(Event::Queue { due: self.writer.due(Utc::now()).await? });
            let (visited, end) = work.visit_all(Queue::Due).await?;
            let mut tally = tally.plus(visited);
            let end = work.offer(reader, &mut tally, end).await?;
            Ok((tally, end))
        })
        .await
    }
}
