//! A search that also says what all its stories have in common: how many of them are of each month, section and symbol. The words are
//! looked for once, and each story is ranked and counted as it is found; `columns` knows what is counted.

use rusqlite::params;

use crate::store::{error::Result, reader::Reader};

use super::{
    columns::{ColumnFilter, FacetCounts, Facets, StoryColumns},
    search::{HAS_BYLINE, RANKED_MAX, RANKING, Search, SearchAnswer, SearchOrder, in_words},
};

/// The most stories that are counted. In more of them, only the newest are, and the answer says so.
const COUNTED_MAX: u64 = RANKED_MAX;

/// A story that was found, and how well: less is better.
struct Ranked {
    id: i64,
    score: f64,
}

impl Reader {
    /// Returns what [`search`](Self::search) does, and what all stories with these words have in common, whatever the order and the limit.
    pub fn search_counted(
        &self,
        search: &Search,
        columns: &StoryColumns,
    ) -> Result<(SearchAnswer, Facets)> {
        in_words(search, |query| {
            let is_ranked = search.order == SearchOrder::Best && self.count_words(query)? < RANKED_MAX;
            let filter = columns.filter(search);
            if !is_ranked {
                let facets = self.count_newest(search, query, columns, &filter)?;
                return Ok((self.find_words(search, query)?, facets));
            }
            let (ranked, facets) = self.rank(search, query, columns, &filter)?;
            let hits = ranked.iter().map(|it| self.hit(it.id)).collect::<rusqlite::Result<_>>()?;
            Ok((SearchAnswer { hits: self.shown(search, query, hits)?, note: None }, facets))
        })
    }

    /// Ranks and counts all stories. Returns the best of them, as many as are asked for.
    fn rank(
        &self,
        search: &Search,
        query: &str,
        columns: &StoryColumns,
        filter: &ColumnFilter,
    ) -> rusqlite::Result<(Vec<Ranked>, Facets)> {
        let sql = format!(
            "SELECT f.rowid, {RANKING} FROM articles_fts f WHERE articles_fts MATCH ?1 AND {HAS_BYLINE}"
        );
        let mut found = self.conn.prepare_cached(&sql)?;
        let mut rows = found.query(params![query, search.byline])?;
        let mut counts = FacetCounts::new(columns);
        let mut ranked = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if let Some(at) = columns.place(id).filter(|at| columns.has(*at, filter)) {
                counts.count(at);
                ranked.push(Ranked { id, score: row.get(1)? });
            }
        }
        ranked.sort_unstable_by(|a, b| a.score.total_cmp(&b.score).then(b.id.cmp(&a.id)));
        ranked.truncate(search.last() as usize);
        Ok((ranked, counts.finish()))
    }

    /// Counts the newest rows: these are the newest stories, nearly.
    fn count_newest(
        &self,
        search: &Search,
        query: &str,
        columns: &StoryColumns,
        filter: &ColumnFilter,
    ) -> rusqlite::Result<Facets> {
        let sql = format!(
            "SELECT f.rowid FROM articles_fts f WHERE articles_fts MATCH ?1 AND {HAS_BYLINE} ORDER BY f.rowid DESC"
        );
        let mut found = self.conn.prepare_cached(&sql)?;
        let mut rows = found.query(params![query, search.byline])?;
        let mut counts = FacetCounts::new(columns);
        let mut stories = 0;
        while let Some(row) = rows.next()? {
            if let Some(at) = columns.place(row.get(0)?).filter(|at| columns.has(*at, filter)) {
                if stories == COUNTED_MAX {
                    return Ok(Facets { is_cut: true, ..counts.finish() });
                }
                stories += 1;
                counts.count(at);
            }
        }
        Ok(counts.finish())
    }
}
