//! The bytes of pictures, each once, known by their hash: kept, compared, and given up where they are damaged. Whose the pictures are
//! is the business of `images`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::model::{CaptureSource, Captured, RawImage};

use crate::store::{
    bodies::bytes::sha256,
    error::Result,
    finding::{Finding, Remedy},
    moment::stamp,
    reader::Reader,
    writer::Writer,
};

/// Stores the picture that an address showed, and links it to every wording that waits for this address. Returns the picture's row.
pub(in crate::store) fn keep(
    conn: &Connection,
    address: i64,
    image: &RawImage,
    at: DateTime<Utc>,
) -> Result<i64> {
    let RawImage { body, kind, captured_at, source, status, content_type, validators: _ } = image;
    let hash = sha256(body);
    let is_new = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO images (sha256, bytes, type, width, height, first_seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![hash, body.len(), kind.media_type, kind.width, kind.height, stamp(at)])?
        == 1;
    let id: i64 = conn
        .prepare_cached("SELECT id FROM images WHERE sha256 = ?1")?
        .query_row([&hash], |row| row.get(0))?;
    if is_new {
        conn.prepare_cached("INSERT INTO image_bytes (image_id, data) VALUES (?1, ?2)")?
            .execute(params![id, &body[..]])?;
    }
    conn.prepare_cached(
        "INSERT OR IGNORE INTO image_captures (address_id, image_id, captured_at, fetched_at, source, status, content_type)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        address,
        id,
        captured_at.map(|it| it.to_string()),
        stamp(at),
        source.code(),
        status,
        content_type,
    ])?;
    Ok(id)
}

/// Notes that an address showed a picture that is here. Nothing more is known of the answer.
pub(super) fn note(
    conn: &Connection,
    address: i64,
    image: i64,
    captured_at: Option<Captured>,
    source: CaptureSource,
    at: DateTime<Utc>,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO image_captures (address_id, image_id, captured_at, fetched_at, source)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        address,
        image,
        captured_at.map(|it| it.to_string()),
        stamp(at),
        source.code()
    ])?;
    Ok(())
}

/// Has every wording that waits for an address show this picture: those that came from the same place, and of a story the newest. What an
/// address showed at the time of an older one nobody knows.
pub(in crate::store) fn show(conn: &Connection, address: i64, image: i64) -> Result<()> {
    conn.prepare_cached(
        "UPDATE story_images SET image_id = ?2
          WHERE address_id = ?1 AND image_id IS NULL
            AND EXISTS (SELECT 1 FROM captures c
                         WHERE c.id = story_images.capture_id AND c.source NOT IN ('warc', 'file')
                           AND NOT EXISTS (SELECT 1 FROM story_images n JOIN captures d ON d.id = n.capture_id
                                            WHERE n.address_id = ?1 AND d.article_id = c.article_id
                                              AND c.captured_at < d.captured_at))",
    )?
    .execute([address, image])?;
    Ok(())
}

/// Whether the bytes of a picture are those that were stored.
fn is_whole(conn: &Connection, image: i64) -> Result<bool> {
    let sql =
        "SELECT i.sha256, b.data FROM images i JOIN image_bytes b ON b.image_id = i.id WHERE i.id = ?1";
    let mut query = conn.prepare_cached(sql)?;
    let mut rows = query.query([image])?;
    let Some(row) = rows.next()? else { return Ok(false) };
    Ok(row.get_ref(0)?.as_str().is_ok_and(|hash| {
        row.get_ref(1).is_ok_and(|it| it.as_blob().is_ok_and(|it| sha256(it) == hash))
    }))
}

fn ids(conn: &Connection) -> Result<Vec<i64>> {
    let mut query = conn.prepare("SELECT id FROM images ORDER BY id")?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl Reader {
    /// Returns the row of every picture.
    pub fn images(&self) -> Result<Vec<i64>> {
        ids(&self.conn)
    }

    /// Returns which of these pictures are not what was stored.
    pub fn check_images(&self, images: &[i64]) -> Vec<Finding> {
        let damaged = images.iter().filter(|it| !is_whole(&self.conn, **it).unwrap_or(false));
        let finding = |image: &i64| Finding {
            check: "images",
            row: format!("image_bytes {image}"),
            detail: "its bytes are not those that were stored".to_owned(),
            remedy: Remedy::AskAgain,
        };
        damaged.map(finding).collect()
    }
}

impl Writer {
    /// Gives up pictures whose bytes are not those that were stored, and has them asked for again. Returns how many there were.
    pub async fn forget_damaged_images(&self, at: DateTime<Utc>) -> Result<u64> {
        self.call(move |conn| {
            let mut damaged = 0;
            for image in ids(conn)? {
                if is_whole(conn, image)? {
                    continue;
                }
                damaged += 1;
                conn.prepare_cached(
                    "UPDATE image_addresses SET due_at = ?2, state = 'new'
                      WHERE id IN (SELECT address_id FROM story_images WHERE image_id = ?1)",
                )?
                .execute(params![image, stamp(at)])?;
                conn.prepare_cached("UPDATE story_images SET image_id = NULL WHERE image_id = ?1")?
                    .execute([image])?;
                forget(conn, image)?;
            }
            Ok(damaged)
        })
        .await
    }
}

/// Forgets a picture that no story shows.
pub(super) fn forget(conn: &Connection, image: i64) -> Result<()> {
    for sql in [
        "UPDATE image_addresses SET image_id = NULL, etag = NULL, last_modified = NULL WHERE image_id = ?1",
        "DELETE FROM image_captures WHERE image_id = ?1",
        "DELETE FROM image_bytes WHERE image_id = ?1",
        "DELETE FROM images WHERE id = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([image])?;
    }
    Ok(())
}
