//! The stored text of an article, for those who read it again without its page: what is named in it, and what of it was printed
//! before.

use chrono::NaiveDate;
use rusqlite::{Connection, Row};

use crate::model::{BlockKind, Companies, StoryTexts, TextBlock, TextLink};

use crate::store::error::Result;

/// The text of an article.
pub(super) struct StoredText {
    pub(super) id: i64,
    pub(super) headline: String,
    pub(super) summary: String,
    pub(super) body: String,
    pub(super) byline: String,
    day: Option<NaiveDate>,
    /// The pieces of the body that are text.
    spans: Vec<StoredSpan>,
}

/// A piece of a body.
struct StoredSpan {
    kind: BlockKind,
    /// In characters from 0.
    start: usize,
    length: usize,
}

impl StoredText {
    /// The columns of `articles` that a row of [`StoredText::of_row`] begins with.
    pub(super) const COLUMNS: &str =
        "a.id, coalesce(a.headline, ''), a.summary, a.body, coalesce(a.byline, ''), a.published_on";

    /// Returns the text of a row, without the pieces.
    pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            headline: row.get(1)?,
            summary: row.get(2)?,
            body: row.get(3)?,
            byline: row.get(4)?,
            day: row.get::<_, Option<String>>(5)?.and_then(|it| it.parse().ok()),
            spans: Vec::new(),
        })
    }

    /// Reads where the pieces of the body are.
    pub(super) fn with_spans(mut self, conn: &Connection) -> Result<Self> {
        let sql = "SELECT kind, start, length FROM block_spans
                    WHERE article_id = ?1 AND start IS NOT NULL ORDER BY position";
        let mut query = conn.prepare_cached(sql)?;
        let mut rows = query.query([self.id])?;
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            let start: usize = row.get(1)?;
            // SQL counts from 1.
            let (start, length) = (start.saturating_sub(1), row.get(2)?);
            let kind = BlockKind::from_code(&kind).unwrap_or(BlockKind::Paragraph);
            self.spans.push(StoredSpan { kind, start, length });
        }
        Ok(self)
    }

    /// Returns the pieces of the body; the whole body as one where its pieces are not known.
    pub(super) fn blocks(&self) -> Vec<TextBlock<'_>> {
        let mut blocks = Vec::new();
        let is_ascii = self.body.is_ascii();
        let mut chars = self.body.char_indices().map(|it| it.0).chain([self.body.len()]).enumerate();
        // The pieces follow each other: one walk over the characters finds the bytes of all of them.
        let mut byte_of = |wanted: usize| {
            if is_ascii { Some(wanted) } else { chars.find(|it| it.0 == wanted).map(|it| it.1) }
        };
        for StoredSpan { kind, start, length } in &self.spans {
            let Some(from) = byte_of(*start) else { break };
            let until = if *length == 0 { Some(from) } else { byte_of(start + length) };
            let Some(text) = until.and_then(|it| self.body.get(from..it)) else { break };
            blocks.push(TextBlock { kind: *kind, text, start: *start });
        }
        if blocks.is_empty() && !self.body.is_empty() {
            blocks.push(TextBlock { kind: BlockKind::Paragraph, text: &self.body, start: 0 });
        }
        blocks
    }

    /// Returns the links in the body.
    fn links(&self, conn: &Connection) -> Result<Vec<TextLink>> {
        let sql = "SELECT title, url FROM article_links
                    WHERE article_id = ?1 AND placement = 'inline' AND url IS NOT NULL ORDER BY position";
        let mut query = conn.prepare_cached(sql)?;
        let links = query
            .query_map([self.id], |row| Ok(TextLink { text: row.get(0)?, url: row.get(1)? }))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(links)
    }

    /// Returns everything in which a company may be named.
    pub(super) fn texts(&self, conn: &Connection, companies: &Companies) -> Result<StoryTexts<'_>> {
        let mut query =
            conn.prepare_cached("SELECT tag FROM tags WHERE article_id = ?1 ORDER BY position")?;
        let tags = query.query_map([self.id], |row| row.get(0))?;
        Ok(StoryTexts {
            day: self.day,
            headline: &self.headline,
            summary: &self.summary,
            blocks: self.blocks(),
            tags: tags.collect::<rusqlite::Result<_>>()?,
            links: if companies.have_pages() { self.links(conn)? } else { Vec::new() },
        })
    }
}
