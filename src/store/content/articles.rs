//! Articles and their wordings: a draft becomes the newest version, an older one, or nothing new. Only headline, byline,
//! summary and body make a version. Which capture a draft was read from is decided by `captures`.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use strum::IntoStaticStr;

use crate::model::{CaptureSource, Captured, Draft, Field, PageId, PageKey, Settled};

use super::{
    full_text,
    parts::{self, authors_json, origins_json},
    revisions,
    wording::{ChangedWords, changed_words, content_hash, folded, text_hash, texts},
};
use crate::store::{error::Result, moment::stamp};

/// The newest stored wording of an article, as far as a new one has to know it.
struct StoredWording {
    content_hash: String,
    seen_at: Option<String>,
    has_headline: bool,
    has_day: bool,
    words: u32,
    /// Whether a feed brought it, and the page was never read.
    is_by_feed: bool,
    /// Headline, summary and body.
    texts: [String; 3],
}

/// A wording that keeps less than this percentage of the words may be a page that came in part.
const KEPT_WORDS: u32 = 50;

/// A wording with its circumstances.
pub(in crate::store) struct Incoming<'a> {
    pub(in crate::store) page: PageId,
    pub(in crate::store) key: &'a PageKey,
    pub(in crate::store) url: Option<&'a str>,
    pub(in crate::store) draft: &'a Draft,
    pub(in crate::store) capture: i64,
    pub(in crate::store) captured: Option<Captured>,
    pub(in crate::store) at: DateTime<Utc>,
    pub(in crate::store) source: CaptureSource,
    pub(in crate::store) cause: Cause,
}

/// Who made a wording differ from the one before. Its words are those of `versions.cause`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(in crate::store) enum Cause {
    /// The site changed the story.
    Site,
    /// The same bytes, read by a better extractor.
    Extractor,
}

impl Cause {
    pub(in crate::store) fn code(self) -> &'static str {
        self.into()
    }
}

/// What became of a draft.
pub(in crate::store) enum Kept {
    As(Settled),
    /// The page lacks these fields of the stored article, which stays.
    Lacking(Vec<Field>),
}

impl StoredWording {
    /// Returns what a draft would take away: the headline, the date, or half of the words.
    fn losses(&self, draft: &Draft) -> Vec<Field> {
        let lost = [
            (Field::Headline, self.has_headline && draft.headline.is_none()),
            (Field::PublishedOn, self.has_day && draft.published_on.is_none()),
            (Field::Body, draft.word_count() * 100 < self.words * KEPT_WORDS),
        ];
        lost.into_iter().filter(|it| it.1).map(|it| it.0).collect()
    }
}

/// Keeps a draft as the newest wording, as an older one, or as what is known already. Returns what became of it.
pub(in crate::store) fn keep(conn: &Connection, incoming: &Incoming<'_>) -> Result<Kept> {
    let hash = content_hash(incoming.draft);
    let stored = conn
        .prepare_cached(
            "SELECT a.content_hash, a.version_seen_at, a.headline IS NOT NULL, a.published_on IS NOT NULL, a.word_count,
                    p.by_feed, coalesce(a.headline, ''), a.summary, a.body
               FROM articles a JOIN pages p ON p.id = a.id WHERE a.id = ?1",
        )?
        .query_row([incoming.page.0], |row| {
            Ok(StoredWording {
                content_hash: row.get(0)?,
                seen_at: row.get(1)?,
                has_headline: row.get(2)?,
                has_day: row.get(3)?,
                words: row.get(4)?,
                is_by_feed: row.get(5)?,
                texts: [row.get(6)?, row.get(7)?, row.get(8)?],
            })
        })
        .optional()?;
    let Some(stored) = stored else {
        insert(conn, incoming, &hash)?;
        return Ok(Kept::As(Settled::New));
    };
    if stored.is_by_feed && incoming.source != CaptureSource::Feed {
        return replace_feed(conn, incoming, &stored, &hash).map(Kept::As);
    }
    let seen_at = incoming.captured.map(|it| it.to_string());
    // A clock that was ahead dated a wording in the future: it hides none that comes after it.
    let tomorrow = stamp(incoming.at + TimeDelta::days(1));
    let stored_at = stored.seen_at.as_deref().filter(|it| **it <= *tomorrow);
    // A capture of unknown date is taken for older than any that is dated.
    let is_older = seen_at.as_deref().unwrap_or_default() < stored_at.unwrap_or_default();
    if stored.content_hash == hash {
        if is_older && seen_at.is_some() {
            see_earlier(conn, incoming.page, seen_at.as_deref())?;
        } else {
            refresh(conn, incoming)?;
        }
        return Ok(Kept::As(Settled::Unchanged));
    }
    if is_older {
        return keep_older(conn, incoming, &hash, seen_at.as_deref()).map(Kept::As);
    }
    let losses = stored.losses(incoming.draft);
    if !losses.is_empty() {
        return Ok(Kept::Lacking(losses));
    }
    replace(conn, incoming, &hash)?;
    Ok(Kept::As(Settled::Updated))
}

/// Puts what a page says in the place of what a feed said of it, whatever the feed said. Where headline and body are the same but
/// for white space, nothing was changed by the site, and there is no other version. Returns what that meant for the archive.
fn replace_feed(
    conn: &Connection,
    incoming: &Incoming<'_>,
    stored: &StoredWording,
    hash: &str,
) -> Result<Settled> {
    let [headline, _, body] = texts(incoming.draft);
    let [known_headline, _, known_body] = &stored.texts;
    let is_same = folded(&headline) == folded(known_headline) && folded(&body) == folded(known_body);
    if !is_same {
        replace(conn, incoming, hash)?;
        return Ok(Settled::Updated);
    }
    overwrite(conn, incoming, hash)?;
    refresh(conn, incoming)?;
    Ok(Settled::Unchanged)
}

/// Overwrites the newest wording without making a version.
fn overwrite(conn: &Connection, incoming: &Incoming<'_>, hash: &str) -> Result<()> {
    let Incoming { page, url, draft, capture, .. } = incoming;
    full_text::collect(conn)?;
    conn.prepare_cached(
        "UPDATE articles
            SET url = coalesce(?2, url), headline = ?3, byline = ?4, authors = ?5, dateline = ?6, word_count = ?7,
                content_hash = ?8, capture_id = ?9, summary = ?10, body = ?11
          WHERE id = ?1",
    )?
    .execute(params![
        page.0,
        url,
        draft.headline,
        draft.byline,
        authors_json(draft),
        draft.dateline,
        draft.word_count(),
        hash,
        capture,
        draft.summary.join("\n"),
        draft.body(),
    ])?;
    Ok(())
}

/// Notes that the site was asked about an article, which is as before (304). Returns whether there is an article.
pub(in crate::store) fn touch(conn: &Connection, page: PageId, at: DateTime<Utc>) -> Result<bool> {
    let touched = conn
        .prepare_cached("UPDATE articles SET last_checked_at = ?2, gone_at = NULL WHERE id = ?1")?
        .execute(params![page.0, stamp(at)])?;
    Ok(touched == 1)
}

/// Notes that the site does not have an article any more.
pub(in crate::store) fn lose(conn: &Connection, page: PageId, at: DateTime<Utc>) -> Result<()> {
    conn.prepare_cached("UPDATE articles SET gone_at = ?2 WHERE id = ?1 AND gone_at IS NULL")?
        .execute(params![page.0, stamp(at)])?;
    Ok(())
}

fn insert(conn: &Connection, incoming: &Incoming<'_>, hash: &str) -> Result<()> {
    let Incoming { page, key, url, draft, capture, captured, at, .. } = incoming;
    full_text::collect(conn)?;
    conn.prepare_cached(
        "INSERT INTO articles (id, host, site_id, url, published_on, published_at, updated_at, section, headline,
             byline, authors, dateline, word_count, version, version_seen_at, content_hash, first_seen_at,
             last_checked_at, known_at, capture_id, origins_json, summary, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, ?14, ?15, ?16, ?16, ?16, ?17, ?18, ?19, ?20)",
    )?
    .execute(params![
        page.0,
        key.host,
        key.id,
        url,
        draft.published_on.map(|it| it.to_string()),
        draft.published_at.map(|it| it.to_rfc3339()),
        draft.updated_at.map(|it| it.to_rfc3339()),
        draft.section,
        draft.headline,
        draft.byline,
        authors_json(draft),
        draft.dateline,
        draft.word_count(),
        captured.map(|it| it.to_string()),
        hash,
        stamp(*at),
        capture,
        origins_json(draft),
        draft.summary.join("\n"),
        draft.body(),
    ])?;
    parts::keep(conn, *page, draft)
}

/// Makes the draft the newest wording, and the one before it an old one. A text that is not the one that was stored never was a
/// wording: it is overwritten.
pub(in crate::store) fn replace(conn: &Connection, incoming: &Incoming<'_>, hash: &str) -> Result<()> {
    let Incoming { page, url, draft, capture, captured, at, cause, .. } = incoming;
    let (before, stored, byline) = conn
        .prepare_cached(
            "SELECT headline, summary, body, content_hash, byline FROM articles WHERE id = ?1",
        )?
        .query_row([page.0], |row| {
            let texts = [row.get::<_, Option<String>>(0)?.unwrap_or_default(), row.get(1)?, row.get(2)?];
            Ok((texts, row.get::<_, String>(3)?, row.get::<_, Option<String>>(4)?))
        })?;
    let is_whole = text_hash(&before, &byline.unwrap_or_default()) == stored;
    if is_whole {
        conn.prepare_cached(
            "INSERT INTO old_versions (article_id, seen_at, cause, changed_words, words_added, words_removed, known_at,
                 content_hash, capture_id, headline, byline, summary, body)
             SELECT id, version_seen_at, version_cause, changed_words, words_added, words_removed, known_at, content_hash,
                    capture_id, headline, byline, summary, body
               FROM articles WHERE id = ?1",
        )?
        .execute([page.0])?;
    }
    let ChangedWords { added, removed } = changed_words(&before, &texts(draft));
    full_text::collect(conn)?;
    conn.prepare_cached(
        "UPDATE articles
            SET url = coalesce(?2, url), headline = ?3, byline = ?4, authors = ?5, dateline = ?6, word_count = ?7,
                version = version + ?16, version_seen_at = ?8, content_hash = ?9, last_checked_at = ?10,
                capture_id = ?11, summary = ?12, body = ?13,
                version_cause = CASE WHEN ?16 THEN ?14 ELSE version_cause END,
                changed_words = CASE WHEN ?16 THEN ?15 + ?17 ELSE changed_words END,
                words_added = CASE WHEN ?16 THEN ?15 ELSE words_added END,
                words_removed = CASE WHEN ?16 THEN ?17 ELSE words_removed END,
                known_at = CASE WHEN ?16 THEN ?10 ELSE known_at END
          WHERE id = ?1",
    )?
    .execute(params![
        page.0,
        url,
        draft.headline,
        draft.byline,
        authors_json(draft),
        draft.dateline,
        draft.word_count(),
        captured.map(|it| it.to_string()),
        hash,
        stamp(*at),
        capture,
        draft.summary.join("\n"),
        draft.body(),
        cause.code(),
        added,
        is_whole,
        removed,
    ])?;
    refresh(conn, incoming)
}

/// Updates what may change without making a version: dates, section, tags, links.
pub(in crate::store) fn refresh(conn: &Connection, incoming: &Incoming<'_>) -> Result<()> {
    let Incoming { page, draft, at, cause, .. } = incoming;
    // A page that is read again is not back on the site.
    let is_there = *cause == Cause::Site;
    conn.prepare_cached(
        "UPDATE articles
            SET published_on = coalesce(?2, published_on), published_at = coalesce(?3, published_at),
                updated_at = coalesce(?4, updated_at), section = coalesce(?5, section), last_checked_at = ?6,
                origins_json = ?7, gone_at = CASE WHEN ?8 THEN NULL ELSE gone_at END,
                phase = CASE WHEN coalesce(?3, published_at) IS published_at THEN phase END
          WHERE id = ?1",
    )?
    .execute(params![
        page.0,
        draft.published_on.map(|it| it.to_string()),
        draft.published_at.map(|it| it.to_rfc3339()),
        draft.updated_at.map(|it| it.to_rfc3339()),
        draft.section,
        stamp(*at),
        origins_json(draft),
        is_there,
    ])?;
    parts::forget(conn, *page)?;
    parts::keep(conn, *page, draft)
}

/// Notes that the newest wording was read from this capture, since the bytes of older ones are about to go. An older capture
/// does not count.
pub(in crate::store) fn move_to(conn: &Connection, page: PageId, capture: i64) -> Result<()> {
    conn.prepare_cached(
        "UPDATE articles SET capture_id = ?2
          WHERE id = ?1 AND coalesce(version_seen_at, '') <= coalesce((SELECT captured_at FROM captures WHERE id = ?2), '')",
    )?
    .execute(params![page.0, capture])?;
    Ok(())
}

/// Overwrites what a later reading of the same page says otherwise. Unlike `refresh` it also empties what the page does not say:
/// that was never there.
pub(in crate::store) fn correct(conn: &Connection, incoming: &Incoming<'_>) -> Result<()> {
    let draft = incoming.draft;
    conn.prepare_cached(
        "UPDATE articles
            SET published_on = ?2, published_at = ?3, updated_at = ?4, section = ?5, dateline = ?6, authors = ?7,
                word_count = ?8
          WHERE id = ?1",
    )?
    .execute(params![
        incoming.page.0,
        draft.published_on.map(|it| it.to_string()),
        draft.published_at.map(|it| it.to_rfc3339()),
        draft.updated_at.map(|it| it.to_rfc3339()),
        draft.section,
        draft.dateline,
        authors_json(draft),
        draft.word_count(),
    ])?;
    Ok(())
}

/// Dates the newest wording back to an earlier capture that has it too, unless another wording lies between.
fn see_earlier(conn: &Connection, page: PageId, seen_at: Option<&str>) -> Result<()> {
    conn.prepare_cached(
        "UPDATE articles SET version_seen_at = ?2
          WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM old_versions WHERE article_id = ?1 AND coalesce(seen_at, '') > ?2)",
    )?
    .execute(params![page.0, seen_at])?;
    Ok(())
}

/// Keeps a wording from before the newest, once and in its place in time. Returns what that meant for the archive.
fn keep_older(
    conn: &Connection,
    incoming: &Incoming<'_>,
    hash: &str,
    seen_at: Option<&str>,
) -> Result<Settled> {
    let is_known: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM old_versions WHERE article_id = ?1 AND content_hash = ?2)",
        )?
        .query_row(params![incoming.page.0, hash], |row| row.get(0))?;
    if is_known || incoming.draft.body().is_empty() {
        return Ok(Settled::Unchanged);
    }
    let draft = incoming.draft;
    conn.prepare_cached(
        "INSERT INTO old_versions (article_id, seen_at, cause, changed_words, content_hash, capture_id, headline, byline,
             summary, body, known_at)
         VALUES (?1, ?2, 'site', 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        incoming.page.0,
        seen_at,
        hash,
        incoming.capture,
        draft.headline,
        draft.byline,
        draft.summary.join("\n"),
        draft.body(),
        stamp(incoming.at),
    ])?;
    let kept = conn.last_insert_rowid();
    conn.prepare_cached("UPDATE articles SET version = version + 1 WHERE id = ?1")?
        .execute([incoming.page.0])?;
    revisions::measure(conn, incoming.page, kept)?;
    Ok(Settled::Updated)
}
