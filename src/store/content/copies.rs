//! What is new: stories whose text was printed before, and how new each story is to those who follow a company. Worked out at the end
//! of a run, one day after another, over the stories of the seven days before (`copy_window.rs`).

use std::{
    collections::{BTreeSet, VecDeque},
    str::FromStr,
};

use chrono::{DateTime, Days, NaiveDate};
use rusqlite::{Connection, params};

use crate::model::{BlockKind, Shingles};

use super::{
    copy_window::{Copy, CopyWindow, FirstStory, News, WINDOW, WindowStory},
    mentions::{ShouldStop, forget_rows},
    stored_text::StoredText,
};
use crate::store::{error::Result, writer::Writer};

/// A story is about a company from this relevance and confidence on.
const ABOUT: (i64, f64) = (75, 0.8);
/// The number of stories that are worked on in one transaction, or those of one day.
const STORIES_AT_A_TIME: usize = 400;

impl Writer {
    /// Compares every story that was not compared yet with those of the days before it, and those of the days after it again.
    pub(super) async fn settle_copies(&self, should_stop: ShouldStop<'_>) -> Result<()> {
        let wanted = self.call(days_to_compare).await?;
        let mut days: VecDeque<NaiveDate> = wanted.iter().copied().collect();
        let (mut window, mut read) = (CopyWindow::default(), None);
        while !days.is_empty() && !should_stop() {
            (window, days, read) = self
                .call(move |conn| {
                    let mut done = 0;
                    while let Some(day) = days.front().copied().filter(|_| done < STORIES_AT_A_TIME) {
                        days.pop_front();
                        // Where days lie between, the window before this one is read first.
                        let from = day - WINDOW;
                        let next = read.map_or(from, |it: NaiveDate| (it + Days::new(1)).max(from));
                        for before in next.iter_days().take_while(|it| *it < day) {
                            take_in(conn, &mut window, before)?;
                        }
                        done += compare(conn, &mut window, day)?.max(1);
                        read = Some(day);
                    }
                    Ok((window, days, read))
                })
                .await?;
        }
        Ok(())
    }
}

/// Returns the days whose stories have to be compared: those of new stories, and the days on which their copies may be.
fn days_to_compare(conn: &Connection) -> Result<BTreeSet<NaiveDate>> {
    // Nothing is before a story without a day, and what is not there any more repeats nothing.
    conn.execute(
        "DELETE FROM unsettled
          WHERE NOT EXISTS (SELECT 1 FROM articles a WHERE a.id = article_id AND a.published_on IS NOT NULL)",
        [],
    )?;
    let mut query = conn.prepare(
        "SELECT DISTINCT a.published_on FROM unsettled u CROSS JOIN articles a ON a.id = u.article_id ORDER BY 1",
    )?;
    let days = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let days = days.iter().filter_map(|it| NaiveDate::from_str(it).ok());
    let last = conn.query_row("SELECT max(published_on) FROM articles", [], |row| {
        row.get::<_, Option<String>>(0)
    })?;
    let last = last.and_then(|it| it.parse::<NaiveDate>().ok()).unwrap_or_default();
    Ok(days.flat_map(|day| day.iter_days().take(1 + 7)).filter(|it| *it <= last).collect())
}

/// Takes in the stories of a day, which were compared before.
fn take_in(conn: &Connection, window: &mut CopyWindow, day: NaiveDate) -> Result<()> {
    window.forget_before(day);
    for mut story in stories_of(conn, day)? {
        let sql = "SELECT c.first_id, unixepoch(a.published_at) FROM copies c JOIN articles a ON a.id = c.first_id
                    WHERE c.article_id = ?1";
        let first = conn
            .prepare_cached(sql)?
            .query_map([story.id], |row| Ok(FirstStory { id: row.get(0)?, at: row.get(1)? }))?
            .next()
            .transpose()?;
        story.first = first;
        window.push(story);
    }
    Ok(())
}

/// Compares the stories of a day with those before them. Returns their number.
fn compare(conn: &Connection, window: &mut CopyWindow, day: NaiveDate) -> Result<usize> {
    window.forget_before(day);
    let stories = stories_of(conn, day)?;
    let count = stories.len();
    for mut story in stories {
        let copy = window.copy(&story);
        keep_copy(conn, &story, copy.as_ref())?;
        keep_news(conn, &story, &window.news(&story))?;
        conn.prepare_cached("DELETE FROM unsettled WHERE article_id = ?1")?.execute([story.id])?;
        story.first = copy.map(|it| it.first);
        window.push(story);
    }
    Ok(count)
}

/// Returns the stories of a day in the order of their publication; those of which only the day is known come last.
fn stories_of(conn: &Connection, day: NaiveDate) -> Result<Vec<WindowStory>> {
    let sql = format!(
        "SELECT {}, a.published_at FROM articles a WHERE a.published_on = ?1
          ORDER BY a.published_at IS NULL, unixepoch(a.published_at), a.host, a.site_id",
        StoredText::COLUMNS
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map([day.to_string()], |row| {
        Ok((StoredText::of_row(row)?, row.get::<_, Option<String>>(6)?))
    })?;
    let mut stories = Vec::new();
    for row in rows {
        let (story, at) = row?;
        let story = story.with_spans(conn)?;
        // Tables are alike from day to day.
        let prose = story.blocks().into_iter().filter(|it| it.kind != BlockKind::Table);
        let text = prose.map(|it| it.text).collect::<Vec<_>>().join("\n");
        stories.push(WindowStory {
            id: story.id,
            day,
            at: at.and_then(|it| DateTime::parse_from_rfc3339(&it).ok()).map(|it| it.timestamp()),
            shingles: Shingles::of(&text),
            about: about(conn, story.id)?,
            first: None,
        });
    }
    Ok(stories)
}

/// Returns the companies that a story is about.
fn about(conn: &Connection, article: i64) -> Result<Vec<String>> {
    let sql = "SELECT m.symbol FROM mentions m JOIN symbols s USING (symbol)
                WHERE m.article_id = ?1 AND ?2 <= m.relevance AND ?3 <= m.confidence AND s.kind = 'stock'";
    let mut query = conn.prepare_cached(sql)?;
    let symbols = query.query_map(params![article, ABOUT.0, ABOUT.1], |row| row.get(0))?;
    Ok(symbols.collect::<rusqlite::Result<_>>()?)
}

fn keep_copy(conn: &Connection, story: &WindowStory, copy: Option<&Copy>) -> Result<()> {
    forget_rows(conn, "copies", story.id)?;
    let Some(Copy { first, containment, jaccard, kind }) = copy else { return Ok(()) };
    #[expect(clippy::cast_precision_loss, reason = "hours of a week")]
    let hours = story.at.zip(first.at).map(|(own, first)| (own - first) as f64 / 3600.0);
    conn.prepare_cached(
        "INSERT INTO copies (article_id, first_id, containment, jaccard, hours, kind)
         VALUES (?1, ?2, round(?3, 3), round(?4, 3), round(?5, 2), ?6)",
    )?
    .execute(params![story.id, first.id, containment, jaccard, hours, kind.code()])?;
    Ok(())
}

fn keep_news(conn: &Connection, story: &WindowStory, news: &[News]) -> Result<()> {
    forget_rows(conn, "novelty", story.id)?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO novelty (article_id, symbol, novelty, staleness, nth) VALUES (?1, ?2, ?3, round(?4, 3), ?5)",
    )?;
    for News { symbol, nth, novelty, staleness } in news {
        insert.execute(params![story.id, symbol, novelty, staleness, nth])?;
    }
    Ok(())
}
