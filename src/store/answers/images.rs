//! Questions about pictures: those of a story, one by its hash, and how many there are. Which of them is asked for next is the
//! business of `queue/images`.

use rusqlite::{OptionalExtension, Row, params};

use crate::model::{CaptureSource, Days, ImageState, PageId};

use crate::store::{error::Result, reader::Reader};

/// A picture of a wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleImage {
    /// The article.
    pub article: PageId,
    /// The number of the wording.
    pub version: u32,
    /// Its place among the pictures of the wording, from 0.
    pub position: u32,
    /// The address of the largest that the page names.
    pub url: String,
    /// The address in its block; `None` where only the metadata of the page names it.
    pub block_url: Option<String>,
    /// The words below it.
    pub caption: Option<String>,
    /// Who made or sells it.
    pub credit: Option<String>,
    /// What has become of it.
    pub state: ImageState,
    /// Why it is not here, as a stable word.
    pub reason: Option<String>,
    /// Its width in pixels: that of the stored one, or what the page says.
    pub width: Option<u32>,
    /// Its height in pixels.
    pub height: Option<u32>,
    /// The stored one; `None` where it is not here.
    pub stored: Option<StoredImage>,
}

/// A picture that is in the archive, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredImage {
    /// Its row.
    pub id: i64,
    /// What it is known by.
    pub sha256: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When the archive first stored it.
    pub first_seen_at: String,
}

/// A capture of a picture, for a web archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageCapture {
    /// Its row.
    pub id: i64,
    /// The address.
    pub url: String,
    /// When its bytes were on the site; `None` where nothing says so.
    pub captured_at: Option<String>,
    /// How it came.
    pub source: CaptureSource,
    /// The media type, told by its bytes.
    pub media_type: String,
    /// What its bytes are known by.
    pub sha256: String,
    /// The picture.
    pub image: i64,
}

/// The pictures of an archive, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageStats {
    /// Pictures that are stored,
    pub stored: u64,
    /// and their bytes.
    pub bytes: u64,
    /// Pictures that are due.
    pub due: u64,
    /// Addresses that are not stored, by what has become of them and why.
    pub waiting: Vec<ImageStateCount>,
}

/// Addresses of pictures of one state and cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageStateCount {
    /// What has become of them.
    pub state: ImageState,
    /// Why, as a stable word.
    pub reason: Option<String>,
    /// How many there are.
    pub count: u64,
    /// When the first of them is asked for again; `None` for never.
    pub next_due: Option<String>,
}

const ARTICLE_IMAGES: &str = "
    SELECT v.article_id, v.version, v.position, v.url, v.block_url, v.caption, v.credit, v.state, v.reason,
           coalesce(i.width, v.width), coalesce(i.height, v.height), i.id, i.sha256, i.type, i.bytes, i.first_seen_at
      FROM article_images v LEFT JOIN images i ON i.id = v.image_id";

fn article_image(row: &Row<'_>) -> rusqlite::Result<ArticleImage> {
    let stored = match row.get::<_, Option<i64>>(11)? {
        Some(id) => Some(StoredImage {
            id,
            sha256: row.get(12)?,
            media_type: row.get(13)?,
            bytes: row.get(14)?,
            first_seen_at: row.get(15)?,
        }),
        None => None,
    };
    Ok(ArticleImage {
        article: PageId(row.get(0)?),
        version: row.get(1)?,
        position: row.get(2)?,
        url: row.get(3)?,
        block_url: row.get(4)?,
        caption: row.get(5)?,
        credit: row.get(6)?,
        state: ImageState::from_code(&row.get::<_, String>(7)?).unwrap_or(ImageState::New),
        reason: row.get(8)?,
        width: row.get(9)?,
        height: row.get(10)?,
        stored,
    })
}

impl Reader {
    /// Returns the pictures of a wording, in their order.
    pub fn images_of(&self, article: PageId, version: u32) -> Result<Vec<ArticleImage>> {
        let sql =
            format!("{ARTICLE_IMAGES} WHERE v.article_id = ?1 AND v.version = ?2 ORDER BY v.position");
        let mut query = self.conn.prepare_cached(&sql)?;
        let rows = query.query_map(params![article.0, version], article_image)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the pictures that are stored of articles published on these days, each once; of all without a range.
    pub fn stored_images(&self, days: Option<Days>) -> Result<Vec<StoredImage>> {
        let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
        let mut query = self.conn.prepare_cached(
            "SELECT i.id, i.sha256, i.type, i.bytes, i.first_seen_at FROM images i
              WHERE EXISTS (SELECT 1 FROM story_images s JOIN captures c ON c.id = s.capture_id
                              JOIN articles a ON a.id = c.article_id
                             WHERE s.image_id = i.id AND (?1 IS NULL OR a.published_on BETWEEN ?1 AND ?2))
              ORDER BY i.id",
        )?;
        let rows = query.query_map(params![first, last], |row| {
            Ok(StoredImage {
                id: row.get(0)?,
                sha256: row.get(1)?,
                media_type: row.get(2)?,
                bytes: row.get(3)?,
                first_seen_at: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the media type and the row of the picture with this hash; `None` where there is none.
    pub fn image_by_hash(&self, sha256: &str) -> Result<Option<(String, i64)>> {
        let sql = "SELECT type, id FROM images WHERE sha256 = ?1";
        let found =
            self.conn.prepare_cached(sql)?.query_row([sha256], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    /// Returns the bytes of a picture, exactly as they came.
    pub fn image_bytes(&self, image: i64) -> Result<Vec<u8>> {
        let sql = "SELECT data FROM image_bytes WHERE image_id = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([image], |row| row.get(0))?)
    }

    /// Returns captures of pictures after a row, of articles published on these days; of all without a range.
    pub fn image_captures(
        &self,
        after: i64,
        days: Option<Days>,
        limit: usize,
    ) -> Result<Vec<ImageCapture>> {
        let (first, last) = days.map(|it| (it.first.to_string(), it.last.to_string())).unzip();
        let mut query = self.conn.prepare_cached(
            "SELECT k.id, a.url, k.captured_at, k.source, i.type, i.sha256, i.id
               FROM image_captures k JOIN image_addresses a ON a.id = k.address_id JOIN images i ON i.id = k.image_id
              WHERE ?1 < k.id
                AND (?2 IS NULL OR EXISTS (
                    SELECT 1 FROM story_images s JOIN captures c ON c.id = s.capture_id JOIN articles p ON p.id = c.article_id
                     WHERE s.address_id = k.address_id AND p.published_on BETWEEN ?2 AND ?3))
              ORDER BY k.id LIMIT ?4",
        )?;
        let rows = query.query_map(params![after, first, last, limit], |row| {
            let source: String = row.get(3)?;
            Ok(ImageCapture {
                id: row.get(0)?,
                url: row.get(1)?,
                captured_at: row.get(2)?,
                source: CaptureSource::from_code(&source).unwrap_or(CaptureSource::File),
                media_type: row.get(4)?,
                sha256: row.get(5)?,
                image: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Counts the pictures, as of a time.
    pub fn image_stats(&self, now: &str) -> Result<ImageStats> {
        let conn = &self.conn;
        let sql = "SELECT count(*), coalesce(sum(bytes), 0) FROM images";
        let (stored, bytes) = conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sql = "SELECT count(*) FROM image_addresses WHERE due_at <= ?1";
        let due = conn.query_row(sql, [now], |row| row.get(0))?;
        let mut query = conn.prepare_cached(
            "SELECT state, reason, count(*), min(due_at) FROM image_addresses
              WHERE state <> 'stored' GROUP BY state, reason ORDER BY state, reason",
        )?;
        let rows = query.query_map([], |row| {
            let state: String = row.get(0)?;
            Ok(ImageStateCount {
                state: ImageState::from_code(&state).unwrap_or(ImageState::New),
                reason: row.get(1)?,
                count: row.get(2)?,
                next_due: row.get(3)?,
            })
        })?;
        Ok(ImageStats { stored, bytes, due, waiting: rows.collect::<rusqlite::Result<_>>()? })
    }
}
