//! Imports: pages that came without being asked for, from files and web archives. They are kept as any other capture is;
//! but their addresses may be unknown, and they are never put into the queue.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use url::Url;

use crate::model::{Extraction, NotStory, PageId, PageKey, PageState, RawPage, ReadPage, Settled, Via};

use super::{
    captures::{self, Arrival, Keeping},
    wording,
};
use crate::store::{
    bodies::pack::Packed,
    error::Result,
    moment::stamp,
    queue::pages::page_id,
    writer::{Pending, Writer},
};

/// The host of saved pages whose address is unknown; their id is a hash of their text.
pub(in crate::store) const UNKNOWN_HOST: &str = "file";
/// Characters of that hash: enough to tell pages apart.
const UNKNOWN_ID_CHARS: usize = 16;

impl Writer {
    /// Keeps pages that did not come through the queue, in one transaction. Their addresses may be unknown. Returns what
    /// each meant for the archive, in order.
    pub async fn import(&self, pages: Vec<ReadPage>, at: DateTime<Utc>) -> Result<Vec<Settled>> {
        self.submit_import(self.pack(pages)?, at).await?.done().await
    }

    /// Compresses pages for [`Writer::submit_import`], on the calling thread. Returns them ready to be kept.
    pub fn pack(&self, pages: Vec<ReadPage>) -> Result<PackedPages> {
        let packed = pages.into_iter().map(|ReadPage { mut page, extraction }| {
            // Its bytes are let go: a batch of whole pages would wait in memory.
            let packed = self.packer.pack(&std::mem::take(&mut page.body))?;
            Ok(PackedPage { raw: page, extraction, packed })
        });
        packed.collect::<Result<_>>().map(PackedPages)
    }

    /// Submits pages to be kept as [`Writer::import`] does, and returns before they are: pages that are submitted before
    /// others are kept before them.
    pub async fn submit_import(
        &self,
        pages: PackedPages,
        at: DateTime<Utc>,
    ) -> Result<Pending<Vec<Settled>>> {
        let keeping = self.keeps();
        self.submit(move |conn| pages.0.iter().map(|page| import(conn, page, at, &keeping)).collect())
            .await
    }
}

/// Pages that are ready to be kept.
#[derive(Default)]
pub struct PackedPages(Vec<PackedPage>);

pub(in crate::store) struct PackedPage {
    raw: RawPage,
    pub(in crate::store) extraction: Extraction,
    packed: Packed,
}

impl PackedPage {
    /// Returns the page as it arrives.
    pub(in crate::store) fn arrival<'a>(
        &'a self,
        page: PageId,
        key: &'a PageKey,
        at: DateTime<Utc>,
    ) -> Arrival<'a> {
        let Self { raw, extraction, packed } = self;
        Arrival { page, key, raw, extraction, packed, at }
    }
}

impl PackedPages {
    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = &PackedPage> {
        self.0.iter()
    }

    /// Returns the hashes of their bytes, in order.
    pub fn hashes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|page| page.packed.sha256.as_str())
    }

    /// Appends other pages.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }
}

/// Keeps one page. Returns what that meant for the archive.
fn import(
    conn: &Connection,
    page: &PackedPage,
    at: DateTime<Utc>,
    keeping: &Keeping,
) -> Result<Settled> {
    let extraction = &page.extraction;
    // What has no address and is no story could never be found again.
    if extraction.key.is_none() && extraction.not_story.is_some() {
        return Ok(Settled::Failed(PageState::NotArticle));
    }
    let key = extraction.key.clone().unwrap_or_else(|| PageKey {
        host: UNKNOWN_HOST.to_owned(),
        id: wording::content_hash(&extraction.draft)[..UNKNOWN_ID_CHARS].to_owned(),
    });
    let id = known_page(conn, &key, extraction.url.as_ref(), at)?;
    let settled = captures::keep(conn, &page.arrival(id, &key, at), keeping)?;
    let state = match settled {
        Settled::Failed(state) => state,
        _ => PageState::Stored,
    };
    let reason = extraction.not_story.map(NotStory::code).filter(|_| state == PageState::NotArticle);
    conn.prepare_cached(
        "UPDATE pages SET state = ?2, reason = ?3 WHERE id = ?1 AND state <> 'stored'
                               AND reason IS NOT 'forgotten'",
    )?
    .execute(params![id.0, state.code(), reason])?;
    Ok(settled)
}

/// Returns the row of a page that came without being asked for. It is not enqueued: what we hold need not be asked for.
fn known_page(conn: &Connection, key: &PageKey, url: Option<&Url>, at: DateTime<Utc>) -> Result<PageId> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO pages (host, site_id, url, via, state, found_at) VALUES (?1, ?2, ?3, ?4, 'new', ?5)",
    )?
    .execute(params![key.host, key.id, url.map(Url::as_str), Via::File.code(), stamp(at)])?;
    page_id(conn, key)
}
