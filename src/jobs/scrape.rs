//! One pass over what is new: read the sources, visit every page that is due, keep what they say.

use chrono::Utc;

use crate::{
    model::{Event, Tally},
    store::Queue,
};

use super::{JobError, Report, pass::Pass};

impl Pass<'_> {
    /// Scrape. What is finished is kept, however it ends.
    pub async fn scrape(&self) -> Result<Report, JobError> {
        self.run("scrape", async |work| {
            let mut tally = Tally::default();
            if let Some(error) = work.discovery().run(&mut tally).await? {
                return Ok((tally, work.stopped(&error)));
            }
            (self.observe)(Event::Queue { due: self.writer.due(Utc::now()).await? });
            let (visited, end) = work.visit_all(Queue::Due).await?;
            Ok((tally.plus(visited), end))
        })
        .await
    }
}
