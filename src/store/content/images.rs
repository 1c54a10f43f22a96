//! Pictures of stories: which wording has which. Which of them is asked for next is the business of `queue/images`, and their bytes are
//! those of `image_bytes`; whether bytes are a picture is decided by `crate::image`.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use crate::model::{CaptureSource, Captured, PageId, RawImage, StoryImage, lane_name};

use super::{articles::Incoming, image_bytes, wording::content_hash};
use crate::store::{error::Result, moment::stamp, writer::Writer};

/// A picture that was looked at so short a time ago is taken for what it was: stories of one day share their pictures.
const FRESH: TimeDelta = TimeDelta::days(1);

/// Whom an address is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum ImageHost {
    /// Its own host.
    Live,
    /// A web archive.
    WebArchive,
    /// Nobody: the page was imported, and its pictures come with it or not at all.
    Nobody,
}

/// A picture of a wording, as it is kept.
#[derive(Debug, Clone, PartialEq)]
struct StoryImageRow {
    address: i64,
    image: Option<i64>,
    block_url: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    caption: Option<String>,
    credit: Option<String>,
}

impl ImageHost {
    fn of(source: CaptureSource) -> Self {
        match source {
            CaptureSource::Live | CaptureSource::Feed => Self::Live,
            CaptureSource::WebArchive => Self::WebArchive,
            CaptureSource::Warc | CaptureSource::File => Self::Nobody,
        }
    }
}

/// Keeps which pictures a wording has. Pictures that are not here yet become due; one that an earlier reading of the same wording
/// named, and that is here, stays.
pub(in crate::store) fn keep(conn: &Connection, incoming: &Incoming<'_>) -> Result<()> {
    let Some(capture) = capture_of_wording(conn, incoming)? else { return Ok(()) };
    let before = rows(conn, capture)?;
    let mut after: Vec<StoryImageRow> = Vec::new();
    for image in &incoming.draft.images {
        let Ok(url) = Url::parse(&image.url) else { continue };
        let address = address(conn, &url, incoming)?;
        if after.iter().any(|it| it.address == address) {
            continue;
        }
        let known = before.iter().find(|it| it.address == address).and_then(|it| it.image);
        let image_id = match known {
            Some(known) => Some(known),
            None => ask(conn, address, incoming)?,
        };
        let StoryImage { url: _, block_url, width, height, caption, credit } = image.clone();
        after.push(StoryImageRow {
            address,
            image: image_id,
            block_url,
            width,
            height,
            caption,
            credit,
        });
    }
    let is_named = |row: &StoryImageRow| after.iter().any(|it| it.address == row.address);
    let former: Vec<_> =
        before.iter().filter(|it| it.image.is_some() && !is_named(it)).cloned().collect();
    after.extend(former);
    if before == after {
        return Ok(());
    }
    conn.prepare_cached("DELETE FROM story_images WHERE capture_id = ?1")?.execute([capture])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO story_images (capture_id, position, address_id, image_id, block_url, width, height, caption, credit)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (position, row) in after.iter().enumerate() {
        let StoryImageRow { address, image, block_url, width, height, caption, credit } = row;
        insert.execute(params![
            capture, position, address, image, block_url, width, height, caption, credit
        ])?;
    }
    Ok(())
}

/// Returns the capture that the wording of a draft was read from; `None` where the draft is no wording.
fn capture_of_wording(conn: &Connection, incoming: &Incoming<'_>) -> Result<Option<i64>> {
    let sql = "SELECT capture_id FROM articles WHERE id = ?1 AND content_hash = ?2
                UNION ALL
               SELECT capture_id FROM old_versions WHERE article_id = ?1 AND content_hash = ?2 LIMIT 1";
    let found = conn
        .prepare_cached(sql)?
        .query_row(params![incoming.page.0, content_hash(incoming.draft)], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

/// Moves the pictures of an article to another capture of its newest wording, which is about to be that of the article. An older capture
/// does not count.
pub(super) fn move_to(conn: &Connection, page: PageId, capture: i64) -> Result<()> {
    conn.prepare_cached(
        "UPDATE OR IGNORE story_images SET capture_id = ?2
          WHERE capture_id = (
                    SELECT capture_id FROM articles
                     WHERE id = ?1 AND capture_id <> ?2
                       AND coalesce(version_seen_at, '') <= coalesce((SELECT captured_at FROM captures WHERE id = ?2), ''))",
    )?
    .execute(params![page.0, capture])?;
    Ok(())
}

fn rows(conn: &Connection, capture: i64) -> Result<Vec<StoryImageRow>> {
    let mut query = conn.prepare_cached(
        "SELECT address_id, image_id, block_url, width, height, caption, credit FROM story_images
          WHERE capture_id = ?1 ORDER BY position",
    )?;
    let rows = query.query_map([capture], |row| {
        Ok(StoryImageRow {
            address: row.get(0)?,
            image: row.get(1)?,
            block_url: row.get(2)?,
            width: row.get(3)?,
            height: row.get(4)?,
            caption: row.get(5)?,
            credit: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Returns the row of an address, which is made where it is not there.
fn address(conn: &Connection, url: &Url, incoming: &Incoming<'_>) -> Result<i64> {
    let (source, wanted_on) = match (ImageHost::of(incoming.source), incoming.captured) {
        (ImageHost::WebArchive, Some(captured)) => ("wayback", captured.date().to_string()),
        _ => ("live", String::new()),
    };
    conn.prepare_cached(
        "INSERT OR IGNORE INTO image_addresses (url, source, wanted_on, host) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![url.as_str(), source, wanted_on, lane_name(url)])?;
    let sql = "SELECT id FROM image_addresses WHERE url = ?1 AND source = ?2 AND wanted_on = ?3";
    Ok(conn
        .prepare_cached(sql)?
        .query_row(params![url.as_str(), source, wanted_on], |row| row.get(0))?)
}

/// Returns the picture of an address that was looked at a short time ago; otherwise has it asked for, unless the page was imported.
fn ask(conn: &Connection, address: i64, incoming: &Incoming<'_>) -> Result<Option<i64>> {
    let is_asked = ImageHost::of(incoming.source) != ImageHost::Nobody;
    let fresh_from = stamp(incoming.at - FRESH);
    let fresh = conn
        .prepare_cached(
            "SELECT image_id FROM image_addresses WHERE id = ?1 AND state = 'stored' AND ?2 <= visited_at",
        )?
        .query_row(params![address, fresh_from], |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten();
    if fresh.is_none() && is_asked {
        // What is due already, or was looked at in vain a short time ago, stays as it is.
        conn.prepare_cached(
            "UPDATE image_addresses SET due_at = ?3
              WHERE id = ?1 AND due_at IS NULL AND (visited_at IS NULL OR visited_at < ?2)",
        )?
        .execute(params![address, fresh_from, stamp(incoming.at)])?;
    }
    Ok(fresh)
}

impl Writer {
    /// Keeps a picture that was imported, if a story names its address. Returns its row, or `None` where none does.
    pub async fn import_image(
        &self,
        url: Url,
        image: RawImage,
        at: DateTime<Utc>,
    ) -> Result<Option<i64>> {
        self.call(move |conn| {
            let Some(address) = known_address(conn, &url)? else { return Ok(None) };
            image_bytes::keep(conn, address, &image, at).map(Some)
        })
        .await
    }

    /// Keeps that an address showed a picture that is here, as a record of a web archive says without its bytes.
    pub async fn import_image_again(
        &self,
        url: Url,
        image: i64,
        captured_at: Option<Captured>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.call(move |conn| {
            let Some(address) = known_address(conn, &url)? else { return Ok(()) };
            image_bytes::note(conn, address, image, captured_at, CaptureSource::Warc, at)
        })
        .await
    }

    /// Returns the addresses of pictures that imported stories name and that are not here.
    pub async fn wanted_images(&self) -> Result<HashSet<String>> {
        self.call(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT DISTINCT a.url FROM story_images s JOIN image_addresses a ON a.id = s.address_id
                   JOIN captures c ON c.id = s.capture_id
                  WHERE s.image_id IS NULL AND c.source IN ('warc', 'file')",
            )?;
            let rows = query.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Has every wording that waits for a picture show the one that was imported with it: of several at one address, the one whose
    /// capture is nearest in time.
    pub async fn match_images(&self) -> Result<()> {
        self.call(|conn| {
            conn.execute_batch(
                "UPDATE story_images
                    SET image_id = (SELECT k.image_id FROM image_captures k, captures c
                                     WHERE k.address_id = story_images.address_id AND c.id = story_images.capture_id
                                     ORDER BY coalesce(abs(julianday(k.captured_at) - julianday(c.captured_at)), 1e9), k.id
                                     LIMIT 1)
                  WHERE image_id IS NULL
                    AND address_id IN (SELECT address_id FROM image_captures)
                    AND capture_id IN (SELECT id FROM captures WHERE source IN ('warc', 'file'));
                 UPDATE image_addresses
                    SET state = 'stored', reason = NULL,
                        image_id = (SELECT k.image_id FROM image_captures k WHERE k.address_id = image_addresses.id
                                     ORDER BY k.captured_at DESC, k.id DESC LIMIT 1)
                  WHERE state IN ('new', 'missing') AND due_at IS NULL AND id IN (SELECT address_id FROM image_captures);
                 UPDATE image_addresses SET state = 'missing', reason = 'not_imported'
                  WHERE state = 'new' AND due_at IS NULL AND visited_at IS NULL
                    AND id IN (SELECT s.address_id FROM story_images s JOIN captures c ON c.id = s.capture_id
                                WHERE s.image_id IS NULL AND c.source IN ('warc', 'file'));",
            )?;
            Ok(())
        })
        .await
    }
}

/// Returns the row of an address that a story names, on its own host.
fn known_address(conn: &Connection, url: &Url) -> Result<Option<i64>> {
    let sql = "SELECT id FROM image_addresses WHERE url = ?1 AND source = 'live'";
    Ok(conn.prepare_cached(sql)?.query_row([url.as_str()], |row| row.get(0)).optional()?)
}

/// Returns how many pictures no other story has.
pub(in crate::store) fn own(conn: &Connection, page: PageId) -> Result<u64> {
    let sql =
        "SELECT count(DISTINCT s.image_id) FROM captures c JOIN story_images s ON s.capture_id = c.id
                WHERE c.article_id = ?1 AND s.image_id IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM story_images o JOIN captures d ON d.id = o.capture_id
                                   WHERE o.image_id = s.image_id AND d.article_id IS NOT ?1)";
    Ok(conn.prepare_cached(sql)?.query_row([page.0], |row| row.get(0))?)
}

/// Forgets the pictures of a story, but for those that other stories have, too. `no_address` stands in the audit of requests for the
/// addresses of the others.
pub(in crate::store) fn forget(conn: &Connection, page: PageId, no_address: &str) -> Result<()> {
    let ids = |sql: &str| -> Result<Vec<i64>> {
        let mut query = conn.prepare_cached(sql)?;
        let rows = query.query_map([page.0], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    let of_page = "FROM captures c JOIN story_images s ON s.capture_id = c.id WHERE c.article_id = ?1";
    let addresses = ids(&format!("SELECT DISTINCT s.address_id {of_page}"))?;
    let mut images = ids(&format!(
        "SELECT s.image_id {of_page} AND s.image_id IS NOT NULL
          UNION
         SELECT k.image_id FROM image_captures k WHERE k.address_id IN (SELECT s.address_id {of_page})"
    ))?;
    conn.prepare_cached(
        "DELETE FROM story_images WHERE capture_id IN (SELECT id FROM captures WHERE article_id = ?1)",
    )?
    .execute([page.0])?;
    images.retain(|image| {
        let shown = conn.prepare_cached("SELECT 1 FROM story_images WHERE image_id = ?1");
        !shown.and_then(|mut it| it.exists([image])).unwrap_or(true)
    });
    for image in &images {
        image_bytes::forget(conn, *image)?;
    }
    for address in addresses {
        let is_named = conn
            .prepare_cached("SELECT 1 FROM story_images WHERE address_id = ?1")?
            .exists([address])?;
        if is_named {
            continue;
        }
        conn.prepare_cached(
            // The address of a replay ends with the one that was captured.
            "UPDATE requests SET url = ?2
              WHERE substr(url, -(SELECT length(url) FROM image_addresses WHERE id = ?1))
                    = (SELECT url FROM image_addresses WHERE id = ?1)",
        )?
        .execute(params![address, no_address])?;
        conn.prepare_cached("DELETE FROM image_captures WHERE address_id = ?1")?.execute([address])?;
        conn.prepare_cached("DELETE FROM image_addresses WHERE id = ?1")?.execute([address])?;
    }
    Ok(())
}
