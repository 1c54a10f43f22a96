//! The checksum of a row: which tables are covered, whose a row is, and what it adds to the sum of its owner. No sum is kept or
//! compared here.
//!
//! The hash of a row is added to the sum of its owner, so that a change costs no look at the other rows of the owner, and the
//! order of the rows does not matter.

use std::hash::Hasher;

use rusqlite::{Connection, Statement, types::ValueRef};
use siphasher::sip::SipHasher13;

use crate::store::{error::Result, finding::Remedy};

/// The mask of a sum: six bytes in a row of SQLite.
pub(super) const MASK: u64 = (1 << 47) - 1;

/// A table whose rows are covered.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct CoveredTable {
    /// The number in `checksums.of`, which no other table ever gets.
    pub(super) code: i64,
    pub(in crate::store) name: &'static str,
    /// The column that names the owner of a row.
    pub(in crate::store) owner: &'static str,
    /// A column that has a hash of its own beside it.
    pub(super) hashed: Option<&'static str>,
    /// What can be done about a difference.
    pub(in crate::store) remedy: Remedy,
}

const fn covered(code: i64, name: &'static str, owner: &'static str, remedy: Remedy) -> CoveredTable {
    CoveredTable { code, name, owner, hashed: None, remedy }
}

/// Every table that users can query, and the blocks of the full-text index. Not `unindexed` and `unsettled`, which are empty between
/// transactions or runs, nor what else the index has, which SQLite compares with the blocks and with the articles.
pub(super) const TABLES: &[CoveredTable] = &[
    covered(1, "runs", "id", Remedy::Accept),
    covered(2, "pages", "id", Remedy::Accept),
    covered(3, "body_references", "id", Remedy::Lost),
    CoveredTable { hashed: Some("data"), ..covered(4, "bodies", "id", Remedy::Lost) },
    covered(5, "strips", "id", Remedy::Reread),
    covered(6, "quotes", "strip_id", Remedy::Reread),
    covered(7, "warnings", "capture_id", Remedy::Reread),
    covered(8, "articles", "id", Remedy::Reread),
    covered(9, "old_versions", "id", Remedy::Accept),
    covered(10, "drafts", "capture_id", Remedy::Accept),
    covered(11, "article_links", "article_id", Remedy::Reread),
    covered(12, "symbols", "symbol", Remedy::Accept),
    covered(13, "mentions", "article_id", Remedy::Reread),
    covered(14, "day_readings", "id", Remedy::Accept),
    covered(15, "day_pages", "reading_id", Remedy::Accept),
    covered(16, "requests", "run_id", Remedy::Accept),
    covered(17, "run_measures", "run_id", Remedy::Accept),
    covered(18, "progress", "job", Remedy::Accept),
    covered(19, "sources", "url", Remedy::Accept),
    covered(20, "robots", "origin", Remedy::Accept),
    covered(21, "hosts", "host", Remedy::Accept),
    covered(22, "offers", "page_id", Remedy::Accept),
    covered(23, "capture_heads", "capture_id", Remedy::Accept),
    covered(24, "captures", "id", Remedy::Accept),
    covered(25, "block_spans", "article_id", Remedy::Reread),
    covered(26, "tags", "article_id", Remedy::Reread),
    covered(27, "boards", "id", Remedy::Reread),
    covered(28, "board_rows", "board_id", Remedy::Reread),
    covered(29, "capture_boards", "capture_id", Remedy::Reread),
    covered(30, "most_read_lists", "id", Remedy::Reread),
    covered(31, "most_read_rows", "list_id", Remedy::Reread),
    covered(32, "capture_most_read", "capture_id", Remedy::Reread),
    covered(33, "accepted_objects", "name", Remedy::Accept),
    covered(34, "sessions", "day", Remedy::Accept),
    covered(35, "entities", "symbol", Remedy::Accept),
    covered(36, "copies", "article_id", Remedy::Reread),
    covered(37, "novelty", "article_id", Remedy::Reread),
    covered(38, "images", "id", Remedy::Lost),
    CoveredTable { hashed: Some("data"), ..covered(39, "image_bytes", "image_id", Remedy::Lost) },
    covered(40, "image_addresses", "id", Remedy::Accept),
    covered(41, "image_captures", "id", Remedy::Accept),
    covered(42, "story_images", "capture_id", Remedy::Reread),
    covered(43, "articles_fts_data", "id", Remedy::Repair),
];

impl CoveredTable {
    /// Whether its rows are written by SQLite for itself: a repair makes all of them anew.
    pub(super) fn is_of_sqlite(&self) -> bool {
        self.remedy == Remedy::Repair
    }
}

/// The rows of one owner in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::store) struct SumKey {
    pub(super) of: i64,
    pub(super) owner: i64,
}

/// Which column of a table holds what.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowShape {
    pub(super) of: i64,
    columns: usize,
    pub(super) owner: usize,
    hashed: Option<usize>,
}

impl RowShape {
    /// Looks at a table. Fails where it is not there, or has no such column.
    pub(super) fn of(conn: &Connection, table: &CoveredTable) -> Result<Self> {
        Ok(Self::of_query(&conn.prepare(&select(table))?, table)?)
    }

    /// Looks at a query for rows of a table.
    pub(super) fn of_query(query: &Statement<'_>, table: &CoveredTable) -> rusqlite::Result<Self> {
        let place = |name| query.column_index(name);
        let hashed = table.hashed.map(place).transpose()?;
        Ok(Self { of: table.code, columns: query.column_count(), owner: place(table.owner)?, hashed })
    }

    /// Returns whose a row is, by the value of its owner's column.
    pub(super) fn key(&self, owner: ValueRef<'_>) -> SumKey {
        let owner = match owner {
            ValueRef::Integer(id) => id,
            other => {
                let mut hasher = SipHasher13::new();
                hash(&mut hasher, other);
                (hasher.finish() & MASK).cast_signed()
            }
        };
        SumKey { of: self.of, owner }
    }

    /// Returns the hash of a row, whose columns `value` gives by their place. A column that is `NULL` adds nothing, so that one
    /// that a migration adds changes no sum.
    pub(super) fn sum<'v>(
        &self,
        mut value: impl FnMut(usize) -> rusqlite::Result<ValueRef<'v>>,
    ) -> rusqlite::Result<u64> {
        let mut hasher = SipHasher13::new();
        for place in (0..self.columns).filter(|it| Some(*it) != self.hashed) {
            let value = value(place)?;
            if value != ValueRef::Null {
                hasher.write(&(place as u64).to_le_bytes());
                hash(&mut hasher, value);
            }
        }
        Ok(hasher.finish() & MASK)
    }
}

/// Returns the query for every row of a table.
pub(super) fn select(table: &CoveredTable) -> String {
    format!("SELECT * FROM {}", table.name)
}

/// Numbers beyond this are not all whole in a `REAL`.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Adds a value to a hash. Its bytes are the same on every machine: an archive is moved from one to another.
fn hash(hasher: &mut SipHasher13, value: ValueRef<'_>) {
    let (kind, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => return hash_whole(hasher, number),
        // A whole number in a column of reals is stored as an integer, and may come as either.
        ValueRef::Real(number)
            if number.fract() == 0.0
                && number.abs() < WHOLE_MAX
                && (number != 0.0 || number.is_sign_positive()) =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
            return hash_whole(hasher, number as i64);
        }
        ValueRef::Real(number) => {
            hasher.write(&[2]);
            return hasher.write(&number.to_bits().to_le_bytes());
        }
        ValueRef::Text(bytes) => (3, bytes),
        ValueRef::Blob(bytes) => (4, bytes),
    };
    hasher.write(&[kind]);
    hasher.write(&(bytes.len() as u64).to_le_bytes());
    hasher.write(bytes);
}

fn hash_whole(hasher: &mut SipHasher13, number: i64) {
    hasher.write(&[1]);
    hasher.write(&number.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrate;

    #[test]
    fn every_table_is_covered_once_or_known_not_to_be() {
        let mut conn = Connection::open_in_memory().expect("memory");
        migrate::migrate(&mut conn, 0).expect("a schema");
        let mut query = conn
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('articles_fts', 'articles_fts_config',
                        'articles_fts_docsize', 'articles_fts_idx')
                    AND name NOT IN ('checksums', 'unindexed', 'unsettled') ORDER BY name",
            )
            .expect("a query");
        let names: rusqlite::Result<Vec<String>> =
            query.query_map([], |row| row.get(0)).expect("rows").collect();
        let mut covered: Vec<&str> = TABLES.iter().map(|it| it.name).collect();
        covered.sort_unstable();
        assert_eq!(names.expect("names"), covered);
        for (nth, table) in (1..).zip(TABLES) {
            assert_eq!(table.code, nth, "{}", table.name);
            RowShape::of(&conn, table).expect("its columns");
        }
    }

    #[test]
    fn a_row_is_told_from_any_other() {
        let shape = RowShape { of: 1, columns: 3, owner: 0, hashed: None };
        let sum = |row: [ValueRef<'static>; 3]| shape.sum(|it| Ok(row[it])).expect("a row");
        let (null, one) = (ValueRef::Null, ValueRef::Integer(1));
        let row = [one, ValueRef::Text(b"ab"), ValueRef::Text(b"c")];
        assert_ne!(sum(row), sum([one, ValueRef::Text(b"a"), ValueRef::Text(b"bc")]));
        assert_ne!(sum(row), sum([one, ValueRef::Blob(b"ab"), ValueRef::Text(b"c")]));
        assert_ne!(sum([one, null, one]), sum([one, one, null]));
        assert_ne!(sum([one, one, ValueRef::Real(-0.0)]), sum([one, one, ValueRef::Real(0.0)]));
        assert_eq!(sum([one, one, ValueRef::Real(5.0)]), sum([one, one, ValueRef::Integer(5)]));
    }
}
