//! The queue of pictures: which address is asked next, and what came of it. When one is due again is decided by `jobs`; whose the
//! pictures are, and their bytes, is the business of `content/images`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use crate::model::{ImageState, RawImage, Request, RunId, Validators};

use super::requests;
use crate::store::{content::image_bytes, error::Result, moment::stamp, writer::Writer};

/// Whom pictures are asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ImageQueue {
    /// Their own hosts.
    Live,
    /// A web archive: for pages that came from one.
    #[strum(serialize = "wayback")]
    WebArchive,
}

/// A picture that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageTask {
    /// The row of its address.
    pub address: i64,
    /// Where it is.
    pub url: Url,
    /// The day of the page that names it, `2021-03-08`, where a web archive is asked.
    pub wanted_on: Option<String>,
    /// What the host wants sent back.
    pub validators: Validators,
    /// The number of failed visits in a row.
    pub failures: u32,
}

/// How a visit to a picture ended.
#[derive(Debug)]
pub enum ImageOutcome {
    /// It came.
    Came(RawImage),
    /// It is the one that is stored (304).
    Unchanged(Validators),
    /// It did not come, or is none that is kept.
    Failed {
        /// What that makes of it.
        state: ImageState,
        /// Why, as a stable word.
        reason: &'static str,
    },
}

/// A visit to a picture that ended.
#[derive(Debug)]
pub struct ImageSettlement {
    /// The run.
    pub run: RunId,
    /// The row of its address.
    pub address: i64,
    /// How it ended.
    pub outcome: ImageOutcome,
    /// When.
    pub at: DateTime<Utc>,
    /// When it is asked for again; `None` for never.
    pub due_at: Option<DateTime<Utc>>,
    /// What was sent for it.
    pub requests: Vec<Request>,
}

/// What was spent on pictures since some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImageSpending {
    /// Pictures that were asked for.
    pub asked: u64,
    /// Bytes that came for them.
    pub bytes: u64,
}

impl ImageQueue {
    fn code(self) -> &'static str {
        self.into()
    }
}

impl Writer {
    /// Returns the hosts of which pictures are due.
    pub async fn image_hosts(&self, queue: ImageQueue, now: DateTime<Utc>) -> Result<Vec<String>> {
        self.call(move |conn| {
            let mut query = conn.prepare_cached(
                "SELECT DISTINCT host FROM image_addresses WHERE source = ?1 AND due_at <= ?2 ORDER BY host",
            )?;
            let rows = query.query_map(params![queue.code(), stamp(now)], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Returns the picture of a host that has been due longest; `None` where none is.
    pub async fn next_image(
        &self,
        queue: ImageQueue,
        host: String,
        now: DateTime<Utc>,
    ) -> Result<Option<ImageTask>> {
        self.call(move |conn| next(conn, queue, &host, now)).await
    }

    /// Puts a picture back with what its visit brought, in one transaction. Returns whether its address shows another than before, or shows one for the first time.
    pub async fn settle_image(&self, settlement: ImageSettlement) -> Result<bool> {
        self.call(move |conn| settle(conn, &settlement)).await
    }

    /// Returns how many pictures are due.
    pub async fn images_due(&self, queue: ImageQueue, now: DateTime<Utc>) -> Result<u64> {
        self.call(move |conn| {
            let sql = "SELECT count(*) FROM image_addresses WHERE source = ?1 AND due_at <= ?2";
            Ok(conn
                .prepare_cached(sql)?
                .query_row(params![queue.code(), stamp(now)], |row| row.get(0))?)
        })
        .await
    }

    /// Returns what was spent on pictures since a time.
    pub async fn image_spending(&self, since: DateTime<Utc>) -> Result<ImageSpending> {
        self.call(move |conn| {
            let sql =
                "SELECT count(*), coalesce(sum(bytes), 0) FROM image_addresses WHERE ?1 <= visited_at";
            Ok(conn.prepare_cached(sql)?.query_row([stamp(since)], |row| {
                Ok(ImageSpending { asked: row.get(0)?, bytes: row.get(1)? })
            })?)
        })
        .await
    }
}

fn next(
    conn: &Connection,
    queue: ImageQueue,
    host: &str,
    now: DateTime<Utc>,
) -> Result<Option<ImageTask>> {
    let sql = "SELECT id, url, wanted_on, etag, last_modified, failures FROM image_addresses
                WHERE source = ?1 AND due_at <= ?2 AND host = ?3 ORDER BY due_at, id LIMIT 1";
    let found = conn.prepare_cached(sql)?.query_row(params![queue.code(), stamp(now), host], |row| {
        let wanted_on: String = row.get(2)?;
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            Some(wanted_on).filter(|it| !it.is_empty()),
            Validators { etag: row.get(3)?, last_modified: row.get(4)? },
            row.get(5)?,
        ))
    });
    let Some((address, url, wanted_on, validators, failures)) = found.optional()? else {
        return Ok(None);
    };
    // Only what is an address is ever stored as one.
    let url = Url::parse(&url).ok();
    Ok(url.map(|url| ImageTask { address, url, wanted_on, validators, failures }))
}

fn settle(conn: &Connection, settlement: &ImageSettlement) -> Result<bool> {
    let ImageSettlement { run, address, outcome, at, due_at, requests } = settlement;
    requests::keep(conn, *run, requests)?;
    let bytes: u64 = requests.iter().map(|it| it.bytes).sum();
    let visited = (!requests.is_empty()).then(|| stamp(*at));
    let put_back = |state: ImageState, reason: Option<&str>, image: Option<i64>| -> Result<()> {
        conn.prepare_cached(
            "UPDATE image_addresses
                SET state = ?2, reason = ?3, failures = CASE WHEN ?2 = 'stored' THEN 0 ELSE failures + 1 END,
                    visited_at = coalesce(?4, visited_at), due_at = ?5, bytes = ?6, image_id = coalesce(?7, image_id)
              WHERE id = ?1",
        )?
        .execute(params![address, state.code(), reason, visited, due_at.map(stamp), bytes, image])?;
        Ok(())
    };
    let validate = |validators: &Validators| -> Result<()> {
        conn.prepare_cached("UPDATE image_addresses SET etag = ?2, last_modified = ?3 WHERE id = ?1")?
            .execute(params![address, validators.etag, validators.last_modified])?;
        Ok(())
    };
    let shown = || -> Result<Option<i64>> {
        let sql = "SELECT image_id FROM image_addresses WHERE id = ?1";
        Ok(conn.prepare_cached(sql)?.query_row([address], |row| row.get(0))?)
    };
    match outcome {
        ImageOutcome::Came(image) => {
            let before = shown()?;
            let id = image_bytes::keep(conn, *address, image, *at)?;
            put_back(ImageState::Stored, None, Some(id))?;
            validate(&image.validators)?;
            image_bytes::show(conn, *address, id)?;
            Ok(before != Some(id))
        }
        ImageOutcome::Unchanged(validators) => {
            put_back(ImageState::Stored, None, None)?;
            validate(validators)?;
            if let Some(id) = shown()? {
                image_bytes::show(conn, *address, id)?;
            }
            Ok(false)
        }
        ImageOutcome::Failed { state, reason } => {
            put_back(*state, Some(reason), None)?;
            Ok(false)
        }
    }
}
