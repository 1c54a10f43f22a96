//! One article, as a person asks for it: by its address or a number, with its pieces, its wordings and its bytes. Lists of
//! articles are found by `search` and handed over by `rows`.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{OptionalExtension, Row};

use crate::model::{
    Article, Block, BlockKind, Draft, Link, PageId, PageKey, Placement, StoryImage, Tag,
};

use crate::store::{
    error::{Result, StoreError},
    moment::unstamp,
    reader::Reader,
};

/// How a person names an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleReference {
    /// The archive's row, or the site's id: a number may be either.
    Id(String),
    /// Its address.
    Key(PageKey),
}

/// One wording of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Its number, from 1.
    pub version: u32,
    /// When it was first seen on the site.
    pub seen_at: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// Its byline.
    pub byline: Option<String>,
    /// Its summary, a bullet a line.
    pub summary: String,
    /// Its body.
    pub body: String,
}

/// When an article was published, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The day, in the site's time zone.
    pub on: Option<NaiveDate>,
    /// The moment.
    pub at: Option<DateTime<Utc>>,
}

impl Reader {
    /// Returns when the article of a page was published, as far as is known.
    pub fn published(&self, key: &PageKey) -> Result<Published> {
        let sql = "SELECT published_on, published_at FROM articles WHERE host = ?1 AND site_id = ?2";
        let found = self.conn.prepare_cached(sql)?.query_row([&key.host, &key.id], |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?))
        });
        let (day, at) = found.optional()?.unwrap_or_default();
        let on = day.and_then(|it| it.parse().ok());
        Ok(Published { on, at: at.as_deref().and_then(unstamp) })
    }

    /// Returns an article, if it is there.
    pub fn article(&self, reference: &ArticleReference) -> Result<Option<Article>> {
        let Some(id) = self.find(reference)? else { return Ok(None) };
        self.article_at(id)
    }

    /// Returns the article of a page that is known to have one.
    pub fn article_of(&self, page: PageId) -> Result<Article> {
        self.article_at(page)?.ok_or(StoreError::Article { article: page.0 })
    }

    fn article_at(&self, id: PageId) -> Result<Option<Article>> {
        let sql = "SELECT host, site_id, url, published_on, published_at, updated_at, section, headline, byline,
                          authors, dateline, summary, version, content_hash, word_count, first_seen_at,
                          last_checked_at
                     FROM articles WHERE id = ?1";
        let article =
            self.conn.prepare_cached(sql)?.query_row([id.0], |row| article(id, row)).optional()?;
        let Some(mut article) = article else { return Ok(None) };
        article.draft.blocks = self.blocks(id)?;
        article.draft.links = self.links(id)?;
        article.draft.tags = self.tags(id)?;
        article.draft.images = self.story_images(id)?;
        Ok(Some(article))
    }

    /// A number is the archive's own id if it has one, else the site's.
    fn find(&self, reference: &ArticleReference) -> Result<Option<PageId>> {
        let by_key = "SELECT id FROM articles WHERE host = ?1 AND site_id = ?2";
        let id = match reference {
            ArticleReference::Key(PageKey { host, id }) => {
                self.conn.query_row(by_key, [host, id], |row| row.get(0)).optional()?
            }
            ArticleReference::Id(id) => {
                let by_id = "SELECT id FROM articles WHERE id = ?1";
                // The key begins with the host; host by host is a search, without it a scan.
                let by_site_id = "WITH RECURSIVE hosts(host) AS (
                        SELECT min(host) FROM articles
                         UNION ALL
                        SELECT (SELECT min(host) FROM articles WHERE host > hosts.host) FROM hosts
                         WHERE hosts.host IS NOT NULL)
                    SELECT a.id FROM hosts CROSS JOIN articles a ON a.host = hosts.host AND a.site_id = ?1 LIMIT 1";
                let own = match id.parse::<i64>() {
                    Ok(number) => self.conn.query_row(by_id, [number], |row| row.get(0)).optional()?,
                    Err(_) => None,
                };
                match own {
                    Some(id) => Some(id),
                    None => self.conn.query_row(by_site_id, [id], |row| row.get(0)).optional()?,
                }
            }
        };
        Ok(id.map(PageId))
    }

    /// Returns every wording of an article, the oldest first.
    pub fn wordings(&self, id: PageId) -> Result<Vec<Wording>> {
        let sql = "SELECT version, seen_at, headline, byline, summary, body FROM versions
                    WHERE article_id = ?1 ORDER BY version";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([id.0], |row| {
            Ok(Wording {
                version: row.get(0)?,
                seen_at: row.get(1)?,
                headline: row.get(2)?,
                byline: row.get(3)?,
                summary: row.get(4)?,
                body: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the bytes an article was read from, exactly as they came.
    pub fn raw(&self, id: PageId) -> Result<Option<Vec<u8>>> {
        let sql =
            "SELECT c.body_id FROM articles a JOIN captures c ON c.id = a.capture_id WHERE a.id = ?1";
        let body: Option<Option<i64>> = self.conn.query_row(sql, [id.0], |row| row.get(0)).optional()?;
        body.flatten().map(|it| self.unpacker.borrow_mut().read(&self.conn, it)).transpose()
    }

    fn blocks(&self, id: PageId) -> Result<Vec<Block>> {
        let sql = "SELECT kind, text, url FROM blocks WHERE article_id = ?1 ORDER BY position";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([id.0], |row| {
            let kind = BlockKind::from_code(&row.get::<_, String>(0)?).unwrap_or(BlockKind::Paragraph);
            Ok(Block { kind, text: row.get(1)?, url: row.get(2)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn story_images(&self, id: PageId) -> Result<Vec<StoryImage>> {
        let sql = "SELECT d.url, s.block_url, coalesce(i.width, s.width), coalesce(i.height, s.height), s.caption, s.credit
                     FROM articles a
                     JOIN story_images s ON s.capture_id = a.capture_id
                     JOIN image_addresses d ON d.id = s.address_id
                     LEFT JOIN images i ON i.id = s.image_id
                    WHERE a.id = ?1 ORDER BY s.position";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([id.0], |row| {
            Ok(StoryImage {
                url: row.get(0)?,
                block_url: row.get(1)?,
                width: row.get(2)?,
                height: row.get(3)?,
                caption: row.get(4)?,
                credit: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn links(&self, id: PageId) -> Result<Vec<Link>> {
        let sql = "SELECT placement, title, url, target_host, target_site_id FROM links
                    WHERE article_id = ?1 ORDER BY position";
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map([id.0], |row| {
            let placement = if row.get::<_, String>(0)? == Placement::Inline.code() {
                Placement::Inline
            } else {
                Placement::Related
            };
            let key: (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
            let target = key.0.zip(key.1).map(|(host, id)| PageKey { host, id });
            Ok(Link { placement, title: row.get(1)?, url: row.get(2)?, target })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn tags(&self, id: PageId) -> Result<Vec<Tag>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT tag, url FROM tags WHERE article_id = ?1 ORDER BY position")?;
        let rows = query.query_map([id.0], |row| Ok(Tag { name: row.get(0)?, url: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn article(id: PageId, row: &Row<'_>) -> rusqlite::Result<Article> {
    let text = |column: &str| row.get::<_, Option<String>>(column);
    let time = |column: &str| {
        Ok::<_, rusqlite::Error>(unstamp(&row.get::<_, String>(column)?).unwrap_or_default())
    };
    let offset = |column: &str| {
        let text: Option<String> = row.get(column)?;
        Ok::<_, rusqlite::Error>(text.and_then(|it| DateTime::parse_from_rfc3339(&it).ok()))
    };
    let summary: String = row.get("summary")?;
    let draft = Draft {
        headline: text("headline")?,
        section: text("section")?,
        byline: text("byline")?,
        authors: serde_json::from_str(&row.get::<_, String>("authors")?).unwrap_or_default(),
        published_on: text("published_on")?.and_then(|it| it.parse().ok()),
        published_at: offset("published_at")?,
        updated_at: offset("updated_at")?,
        dateline: text("dateline")?,
        summary: summary.lines().map(str::to_owned).collect(),
        ..Draft::default()
    };
    Ok(Article {
        id,
        key: PageKey { host: row.get("host")?, id: row.get("site_id")? },
        url: text("url")?.unwrap_or_default(),
        draft,
        version: row.get("version")?,
        content_hash: row.get("content_hash")?,
        word_count: row.get("word_count")?,
        first_seen_at: time("first_seen_at")?,
        last_checked_at: time("last_checked_at")?,
    })
}
