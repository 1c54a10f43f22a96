//! Offers: pages the site does not give, and when a web archive was asked for each of them. What the web archive had is
//! imported like any other page; here is only what keeps it from being asked again too soon.

use chrono::{DateTime, Utc};
use rusqlite::params;

use crate::model::{PageId, PageKey, PageState};

use crate::store::{error::Result, moment::stamp, reader::Reader, writer::Writer};

impl Reader {
    /// Returns pages of these states that this web archive was not asked for since then, the last visited first. A number that
    /// was guessed and that no page has is not among them.
    pub fn to_offer(
        &self,
        archive: &str,
        states: &[PageState],
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<(PageId, PageKey)>> {
        let states = states.iter().map(|it| format!("\"{}\"", it.code())).collect::<Vec<_>>().join(",");
        let sql = "
            SELECT p.id, p.host, p.site_id
              FROM pages p LEFT JOIN offers o ON o.page_id = p.id AND o.archive = ?4
             WHERE p.state IN (SELECT value FROM json_each(?1)) AND p.via <> 'ids' AND p.claimed_by IS NULL
               AND p.reason IS NOT 'forgotten'
               AND (o.asked_at IS NULL OR o.asked_at < ?2)
             ORDER BY p.visited_at DESC, p.id DESC LIMIT ?3";
        let mut pages = self.conn.prepare_cached(sql)?;
        let pages = pages
            .query_map(params![format!("[{states}]"), stamp(since), limit, archive], |row| {
                Ok((PageId(row.get(0)?), PageKey { host: row.get(1)?, id: row.get(2)? }))
            })?;
        Ok(pages.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer {
    /// Remembers that a web archive was asked for a page, and how many captures it had.
    pub async fn remember_offer(
        &self,
        page: PageId,
        archive: String,
        captures: usize,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.call(move |conn| {
            conn.prepare_cached(
                "INSERT OR REPLACE INTO offers (page_id, archive, asked_at, captures) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![page.0, archive, stamp(at), captures])?;
            Ok(())
        })
        .await
    }
}
