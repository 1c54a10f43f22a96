//! Pages that did not come through the queue: files, web archives.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use url::Url;

use crate::model::{Extraction, PageId, PageKey, PageState, RawPage, Settled, Via};

use super::{
    Pending, Result, Writer, articles,
    pages::{Ways, page_id, read},
    raw::Packed,
    stamp,
};

/// The host of saved pages whose address nothing tells; their id is the hash of what they say.
const UNKNOWN_HOST: &str = "file";
/// Enough of a hash to be one.
const UNKNOWN_ID_CHARS: usize = 16;

impl Writer {
    /// Keep pages that did not come through the queue, in one transaction. Their addresses may be unknown.
    pub async fn import(
        &self,
        pages: Vec<(RawPage, Extraction)>,
        at: DateTime<Utc>,
    ) -> Result<Vec<Settled>> {
        self.submit_import(self.pack(pages)?, at).await?.done().await
    }

    /// Compress pages for [`Writer::submit_import`], on the thread that asks for it.
    pub fn pack(&self, pages: Vec<(RawPage, Extraction)>) -> Result<PackedPages> {
        let packed = pages.into_iter().map(|(mut page, extraction)| {
            // Its bytes are let go: a batch of whole pages would wait in memory.
            let packed = self.packer.pack(&std::mem::take(&mut page.body))?;
            Ok((page, extraction, packed))
        });
        packed.collect::<Result<_>>().map(PackedPages)
    }

    /// The same as [`Writer::import`], in two steps: pages that are submitted before others are kept before them.
    pub async fn submit_import(
        &self,
        pages: PackedPages,
        at: DateTime<Utc>,
    ) -> Result<Pending<Vec<Settled>>> {
        let ways = self.ways();
        self.submit(move |conn| {
            let pages = pages.0.iter();
            pages
                .map(|(page, extraction, packed)| import(conn, page, extraction, packed, at, ways))
                .collect()
        })
        .await
    }
}

/// Pages that are ready to be kept.
#[derive(Default)]
pub struct PackedPages(Vec<(RawPage, Extraction, Packed)>);

impl PackedPages {
    /// The hashes of their bytes.
    pub fn hashes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|it| it.2.sha256.as_str())
    }

    /// Put others behind these.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }
}

fn import(
    conn: &Connection,
    page: &RawPage,
    extraction: &Extraction,
    packed: &Packed,
    at: DateTime<Utc>,
    ways: Ways,
) -> Result<Settled> {
    let key = extraction.key.clone().unwrap_or_else(|| PageKey {
        host: UNKNOWN_HOST.to_owned(),
        id: articles::content_hash(&extraction.draft)[..UNKNOWN_ID_CHARS].to_owned(),
    });
    let id = known_page(conn, &key, extraction.url.as_ref(), at)?;
    let settled = read(conn, id, &key, page, extraction, packed, at, ways)?;
    let state = match settled {
        Settled::Failed(state) => state,
        _ => PageState::Stored,
    };
    let reason = (state == PageState::NotArticle).then_some("no_article");
    conn.prepare_cached("UPDATE pages SET state = ?2, reason = ?3 WHERE id = ?1 AND state <> 'stored'")?
        .execute(params![id.0, state.code(), reason])?;
    Ok(settled)
}

/// The row of a page that came by itself. It is not queued: what we hold need not be asked for.
fn known_page(conn: &Connection, key: &PageKey, url: Option<&Url>, at: DateTime<Utc>) -> Result<PageId> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO pages (host, site_id, url, via, state, found_at) VALUES (?1, ?2, ?3, ?4, 'new', ?5)",
    )?
    .execute(params![key.host, key.id, url.map(Url::as_str), Via::File.code(), stamp(at)])?;
    page_id(conn, key)
}
