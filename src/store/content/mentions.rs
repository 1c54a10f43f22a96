//! Which companies stories name, and which agency they are from: worked out of the stored texts at the end of a run, when every
//! symbol and name is known that came with it. What is a name is said in `model::Companies`.

use std::{collections::HashSet, sync::Arc};

use rusqlite::{Connection, params};

use crate::model::{Companies, CompanyName, Mention, NameBook, wire};

use super::stored_text::StoredText;
use crate::store::{error::Result, writer::Writer};

/// So many stories are looked at in one transaction.
const STORIES_AT_A_TIME: usize = 500;

impl Writer {
    /// A writer that looks for these companies and agencies in what it keeps.
    #[must_use]
    pub fn knowing(mut self, names: NameBook) -> Self {
        self.names = Arc::new(names);
        self
    }

    /// Looks for names in every story that was not looked at since its text, or a name in it, came into the archive.
    pub(in crate::store) async fn settle_names(&self) -> Result<()> {
        let book = Arc::clone(&self.names);
        let companies = self.call(move |conn| load(conn, &book)).await?;
        let companies = Arc::new(companies);
        loop {
            let (book, companies) = (Arc::clone(&self.names), Arc::clone(&companies));
            if self.call(move |conn| settle_some(conn, &companies, &book.agencies)).await? == 0 {
                return Ok(());
            }
        }
    }

    /// Looks for names in every story again.
    pub(in crate::store) async fn reread_names(&self) -> Result<()> {
        self.call(|conn| {
            Ok(conn
                .execute("INSERT OR REPLACE INTO unsettled (article_id) SELECT id FROM articles", [])?)
        })
        .await?;
        self.settle_names().await
    }
}

/// Keeps the names of the profile, and returns every company that is known.
fn load(conn: &Connection, book: &NameBook) -> Result<Companies> {
    keep_profile(conn, &book.companies)?;
    let symbols = conn
        .prepare("SELECT symbol FROM symbols UNION SELECT symbol FROM entities")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<HashSet<String>>>()?;
    // The profile's names count before those that were learnt, and of these the newest.
    let names = conn
        .prepare("SELECT symbol, name FROM entities ORDER BY from_day IS NOT NULL, until_day DESC, symbol, name")?
        .query_map([], |row| Ok(CompanyName { symbol: row.get(0)?, name: row.get(1)? }))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Companies::new(book.rules.clone(), symbols, &names))
}

/// Keeps the names of the profile, and forgets those that it does not have any more.
fn keep_profile(conn: &Connection, names: &[CompanyName]) -> Result<()> {
    let stored = conn
        .prepare("SELECT symbol, name FROM entities WHERE from_day IS NULL")?
        .query_map([], |row| Ok(CompanyName { symbol: row.get(0)?, name: row.get(1)? }))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for CompanyName { symbol, name } in stored.iter().filter(|it| !names.contains(it)) {
        conn.execute("DELETE FROM entities WHERE symbol = ?1 AND name = ?2", [symbol, name])?;
    }
    for CompanyName { symbol, name } in names.iter().filter(|it| !stored.contains(it)) {
        conn.prepare_cached("INSERT OR IGNORE INTO entities (symbol, name) VALUES (?1, ?2)")?
            .execute([symbol, name])?;
    }
    Ok(())
}

/// Looks for names in some stories. Returns how many there were.
fn settle_some(conn: &Connection, companies: &Companies, agencies: &[String]) -> Result<usize> {
    let sql = format!(
        "SELECT {} FROM unsettled u CROSS JOIN articles a ON a.id = u.article_id
          WHERE u.has_names = 0 ORDER BY u.article_id LIMIT {STORIES_AT_A_TIME}",
        StoredText::COLUMNS
    );
    let stories = conn
        .prepare_cached(&sql)?
        .query_map([], StoredText::of_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let count = stories.len();
    for story in stories {
        let story = story.with_spans(conn)?;
        let mentions = companies.named_in(&story.texts(conn)?);
        keep(conn, story.id, &mentions)?;
        let blocks = story.blocks();
        let text = |at: Option<usize>| at.and_then(|it| blocks.get(it)).map_or("", |it| it.text);
        let (first, last) = (text(Some(0)), text(blocks.len().checked_sub(1)));
        let wire = wire(agencies, &story.byline, first, last);
        // The row of an article is large: most name no agency, and keep it.
        conn.prepare_cached("UPDATE articles SET wire = ?2 WHERE id = ?1 AND wire IS NOT ?2")?
            .execute(params![story.id, wire])?;
        conn.prepare_cached("UPDATE unsettled SET has_names = 1 WHERE article_id = ?1")?
            .execute([story.id])?;
    }
    Ok(count)
}

/// Puts the mentions of a story in the place of those it had.
fn keep(conn: &Connection, article: i64, mentions: &[Mention]) -> Result<()> {
    conn.prepare_cached("DELETE FROM mentions WHERE article_id = ?1")?.execute([article])?;
    // The profile may name a company that was on no ticker yet.
    let mut symbol =
        conn.prepare_cached("INSERT OR IGNORE INTO symbols (symbol, kind) VALUES (?1, 'stock')")?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO mentions (article_id, symbol, matched, rule, place, times, first_offset, relevance, confidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for mention in mentions {
        symbol.execute([&mention.symbol])?;
        insert.execute(params![
            article,
            mention.symbol,
            mention.matched,
            mention.rule.code(),
            mention.place.map(crate::model::MentionPlace::code),
            mention.times,
            mention.first_offset,
            mention.relevance,
            mention.confidence,
        ])?;
    }
    Ok(())
}
