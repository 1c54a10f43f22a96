//! Which companies stories name, and which agency they are from: worked out of the stored texts at the end of a run, when every
//! symbol and name is known that came with it. What is a name is said in `model::Companies`.

use std::{collections::HashSet, sync::Arc};

use rusqlite::{Connection, params};

use crate::model::{Companies, CompanyName, DatedName, Days, Mention, NameBook, agency_of};

use super::{stored_text::StoredText, symbols};
use crate::store::{error::Result, writer::Writer};

/// The number of stories that are looked at in one transaction.
const STORIES_AT_A_TIME: usize = 500;

impl Writer {
    /// A writer that looks for these companies and agencies in what it keeps.
    #[must_use]
    pub fn knowing(mut self, names: NameBook) -> Self {
        self.names = Arc::new(names);
        self
    }

    /// Works out whom the stories name that are new or changed, and what of them was printed before. Once `should_stop`, what is left is
    /// left to the next run.
    pub async fn settle_stories(&self, should_stop: ShouldStop<'_>) -> Result<()> {
        self.settle_names(should_stop).await?;
        self.settle_copies(should_stop).await
    }

    /// Looks for names in every story that was not looked at since its text, or a name in it, came into the archive.
    async fn settle_names(&self, should_stop: ShouldStop<'_>) -> Result<()> {
        let book = Arc::clone(&self.names);
        let Some(mut known) = self.call(move |conn| KnownCompanies::load(conn, &book)).await? else {
            return Ok(());
        };
        // In the order of the stories: those of a run that ends here are looked at once more.
        let mut last = Some(i64::MIN);
        while let Some(after) = last.filter(|_| !should_stop()) {
            let book = Arc::clone(&self.names);
            let settle = move |conn: &Connection| {
                let last = settle_some(conn, &mut known, &book.agencies, after)?;
                Ok((known, last))
            };
            (known, last) = self.call(settle).await?;
        }
        Ok(())
    }

    /// Has every story looked at again.
    pub(super) async fn unsettle_stories(&self) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO unsettled (article_id) SELECT id FROM articles";
        self.call(|conn| Ok(conn.execute(sql, [])?)).await?;
        Ok(())
    }
}

/// Whether the work should stop.
pub(super) type ShouldStop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Every company that is known.
struct KnownCompanies {
    companies: Companies,
    /// The symbols that have a row.
    symbols: HashSet<String>,
}

impl KnownCompanies {
    /// Keeps the names of the profile, and returns every company; `None` where there is no story to look at.
    fn load(conn: &Connection, book: &NameBook) -> Result<Option<Self>> {
        keep_profile(conn, &book.companies)?;
        if !conn.prepare("SELECT 1 FROM unsettled")?.exists([])? {
            return Ok(None);
        }
        let of = |sql| {
            let mut query = conn.prepare(sql)?;
            let symbols = query.query_map([], |row| row.get(0))?;
            symbols.collect::<rusqlite::Result<HashSet<String>>>()
        };
        let symbols = of("SELECT symbol FROM symbols")?;
        let any = of("SELECT symbol FROM symbols UNION SELECT symbol FROM entities")?;
        let companies = Companies::new(book.rules.clone(), any, &names(conn)?);
        Ok(Some(Self { companies, symbols }))
    }
}

/// Returns the names of all companies, those first that count most.
fn names(conn: &Connection) -> Result<Vec<DatedName>> {
    // The profile's names count before those that were learnt, and of these the newest.
    let sql = "SELECT symbol, name, from_day, until_day FROM entities
                ORDER BY from_day IS NOT NULL, until_day DESC, symbol, name";
    let names = conn
        .prepare(sql)?
        .query_map([], |row| {
            let name = CompanyName { symbol: row.get(0)?, name: row.get(1)? };
            let (first, last): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
            let day = |it: Option<String>| it?.parse().ok();
            let days = day(first).zip(day(last)).map(|(first, last)| Days { first, last });
            Ok(DatedName { name, days })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names)
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
        symbols::look_again(conn, name)?;
    }
    Ok(())
}

/// Looks for names in some stories after one. Returns the last of them; `None` where there were none.
fn settle_some(
    conn: &Connection,
    known: &mut KnownCompanies,
    agencies: &[String],
    after: i64,
) -> Result<Option<i64>> {
    let sql = format!(
        "SELECT {} FROM unsettled u CROSS JOIN articles a ON a.id = u.article_id
          WHERE ?1 < u.article_id AND u.has_names = 0 ORDER BY u.article_id LIMIT {STORIES_AT_A_TIME}",
        StoredText::COLUMNS
    );
    let stories = conn
        .prepare_cached(&sql)?
        .query_map([after], StoredText::of_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let last = stories.last().map(|it| it.id);
    for story in stories {
        let story = story.with_spans(conn)?;
        let mentions = known.companies.named_in(&story.texts(conn, &known.companies)?);
        keep(conn, story.id, &mentions, &mut known.symbols)?;
        let blocks = story.blocks();
        let text = |at: Option<usize>| at.and_then(|it| blocks.get(it)).map_or("", |it| it.text);
        let (first, last) = (text(Some(0)), text(blocks.len().checked_sub(1)));
        let wire = agency_of(agencies, &story.byline, first, last);
        // The row of an article is large: most name no agency, and keep it.
        conn.prepare_cached("UPDATE articles SET wire = ?2 WHERE id = ?1 AND wire IS NOT ?2")?
            .execute(params![story.id, wire])?;
    }
    Ok(last)
}

/// Forgets what a table has of a story. Most stories are new and have no rows, and looking takes less time than deleting nothing.
pub(super) fn forget_rows(conn: &Connection, table: &str, article: i64) -> Result<()> {
    let of_story = format!("FROM {table} WHERE article_id = ?1");
    if conn.prepare_cached(&format!("SELECT 1 {of_story}"))?.exists([article])? {
        conn.prepare_cached(&format!("DELETE {of_story}"))?.execute([article])?;
    }
    Ok(())
}

/// Puts the mentions of a story in the place of those it had.
fn keep(
    conn: &Connection,
    article: i64,
    mentions: &[Mention],
    symbols: &mut HashSet<String>,
) -> Result<()> {
    forget_rows(conn, "mentions", article)?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO mentions (article_id, symbol, matched, rule, place, times, first_offset, relevance, confidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for mention in mentions {
        // The profile may name a company that was on no ticker yet.
        if symbols.insert(mention.symbol.clone()) {
            conn.execute(
                "INSERT OR IGNORE INTO symbols (symbol, kind) VALUES (?1, 'stock')",
                [&mention.symbol],
            )?;
        }
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
