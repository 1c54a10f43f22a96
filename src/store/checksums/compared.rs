//! Checksums against the rows: where they differ, and how they are made anew. What is said of a difference is `verify`'s.

use std::collections::HashMap;

use rusqlite::{Connection, params, types::ValueRef};

use super::row::{CoveredTable, MASK, RowShape, SumKey, TABLES, select};
use crate::store::{error::Result, migrate};

/// The place of the schema that the sums are of.
const OF_SCHEMA: i64 = 0;

/// Rows that are not those that were stored.
#[derive(Debug, Clone)]
pub(in crate::store) struct Difference {
    pub(in crate::store) table: &'static CoveredTable,
    pub(in crate::store) key: SumKey,
    /// The value of the owner's column, as SQL writes it; `None` where no row of the owner is left and it was a text.
    pub(in crate::store) owner: Option<String>,
    pub(in crate::store) kind: DifferenceKind,
    /// What the rows add up to now.
    sum: u64,
}

/// How rows differ from those that were stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum DifferenceKind {
    /// There are other rows, or more, or fewer.
    Changed,
    /// No row is left.
    Gone,
    /// No row was stored.
    Foreign,
}

/// Returns where rows are not those that were stored. Fails where a table cannot be read.
pub(in crate::store) fn differences(conn: &Connection) -> Result<Vec<Difference>> {
    // Rows and sums of one moment, while a run writes.
    let _moment = if conn.is_autocommit() { Some(conn.unchecked_transaction()?) } else { None };
    let mut differences = Vec::new();
    for table in TABLES {
        // A table that is gone is named by the check of the schema.
        let Ok(shape) = RowShape::of(conn, table) else { continue };
        differences.extend(of_table(conn, table, &shape)?);
    }
    Ok(differences)
}

fn of_table(
    conn: &Connection,
    table: &'static CoveredTable,
    shape: &RowShape,
) -> Result<Vec<Difference>> {
    let mut stored = HashMap::new();
    let mut query = conn.prepare("SELECT owner, sum FROM checksums WHERE of = ?1")?;
    let mut rows = query.query([shape.of])?;
    while let Some(row) = rows.next()? {
        stored.insert(row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.cast_unsigned());
    }
    let sums = sums(conn, table, shape)?;
    let mut differences = Vec::new();
    for (key, OwnedRows { sum, text }) in sums {
        let kind = match stored.remove(&key.owner) {
            Some(stored) if stored == sum => continue,
            Some(_) => DifferenceKind::Changed,
            None => DifferenceKind::Foreign,
        };
        let owner = Some(text.unwrap_or_else(|| key.owner.to_string()));
        differences.push(Difference { table, key, owner, kind, sum });
    }
    let is_by_number = table.owner == "id" || table.owner.ends_with("_id");
    for owner in stored.into_keys() {
        let key = SumKey { of: shape.of, owner };
        let owner = is_by_number.then(|| owner.to_string());
        differences.push(Difference { table, key, owner, kind: DifferenceKind::Gone, sum: 0 });
    }
    differences.sort_unstable_by_key(|it| it.key);
    Ok(differences)
}

/// The rows of an owner.
#[derive(Debug, Default)]
struct OwnedRows {
    sum: u64,
    /// The value of the owner's column, where it is a text.
    text: Option<String>,
}

fn sums(
    conn: &Connection,
    table: &CoveredTable,
    shape: &RowShape,
) -> Result<HashMap<SumKey, OwnedRows>> {
    let mut sums: HashMap<SumKey, OwnedRows> = HashMap::new();
    let mut query = conn.prepare(&select(table))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let owner = row.get_ref(shape.owner)?;
        let owned = sums.entry(shape.key(owner)).or_default();
        owned.sum = owned.sum.wrapping_add(shape.sum(|it| row.get_ref(it))?) & MASK;
        if let ValueRef::Text(text) = owner {
            owned.text = Some(format!("'{}'", String::from_utf8_lossy(text).replace('\'', "''")));
        }
    }
    Ok(sums)
}

/// Makes every sum anew after a migration. Those of an archive that has them for this schema stay.
pub(in crate::store) fn fill(conn: &Connection) -> Result<()> {
    let schema = i64::try_from(migrate::CURRENT).expect("there are few schemas");
    let sql = "SELECT 1 FROM checksums WHERE of = ?1 AND owner = ?2";
    if conn.prepare(sql)?.exists([OF_SCHEMA, schema])? {
        return Ok(());
    }
    let batch = conn.unchecked_transaction()?;
    batch.execute("DELETE FROM checksums", [])?;
    TABLES.iter().try_for_each(|table| renew(&batch, table))?;
    put(&batch, SumKey { of: OF_SCHEMA, owner: schema }, 0)?;
    Ok(batch.commit()?)
}

/// Makes the sums of a table anew. One that is not there has none.
pub(super) fn renew(conn: &Connection, table: &CoveredTable) -> Result<()> {
    conn.prepare_cached("DELETE FROM checksums WHERE of = ?1")?.execute([table.code])?;
    let Ok(shape) = RowShape::of(conn, table) else { return Ok(()) };
    let mut sums: Vec<_> = sums(conn, table, &shape)?.into_iter().collect();
    sums.sort_unstable_by_key(|it| it.0);
    for (key, OwnedRows { sum, text: _ }) in sums {
        put(conn, key, sum)?;
    }
    Ok(())
}

/// Writes a sum, whatever it was.
pub(super) fn put(conn: &Connection, key: SumKey, sum: u64) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO checksums (of, owner, sum) VALUES (?1, ?2, ?3)";
    conn.prepare_cached(sql)?.execute(params![key.of, key.owner, sum.cast_signed()])?;
    Ok(())
}

/// Forgets a sum.
pub(super) fn forget(conn: &Connection, key: SumKey) -> rusqlite::Result<()> {
    let sql = "DELETE FROM checksums WHERE of = ?1 AND owner = ?2";
    conn.prepare_cached(sql)?.execute([key.of, key.owner])?;
    Ok(())
}

/// Takes the rows as they are for those that were stored. Returns how many owners' rows differed.
pub(in crate::store) fn accept(conn: &Connection) -> Result<usize> {
    let differences = differences(conn)?;
    for Difference { key, kind, sum, .. } in &differences {
        if *kind == DifferenceKind::Gone {
            forget(conn, *key)?;
        } else {
            put(conn, *key, *sum)?;
        }
    }
    Ok(differences.len())
}
