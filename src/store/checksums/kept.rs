//! Checksums as the writer keeps them: triggers of its own connection tell of every row that changes, and what changed is written
//! at the end of the transaction. Nothing is compared here.
//!
//! The triggers are temporary: the file has none of them, so that other programs can open it without our functions. The blocks of the
//! full-text index have no triggers: FTS5 writes what it has collected whenever a statement with triggers begins, and would not come to
//! an end. SQLite tells of their numbers instead, and their sums are made anew.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
    hooks::Action,
    params,
    types::ValueRef,
};

use super::{
    compared,
    row::{CoveredTable, MASK, RowShape, SumKey, TABLES, select},
};
use crate::store::error::Result;

/// What the triggers call: the number of the table, whether the row comes (1) or goes (0), and its columns.
const FUNCTION: &str = "note_row";
/// The table of the blocks of the full-text index.
const BLOCKS: &str = "articles_fts_data";
/// Arguments before the columns.
const BEFORE_COLUMNS: usize = 2;

/// What changed and is not written yet. A handle: clones share it.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Sums(Arc<Mutex<Unwritten>>);

#[derive(Debug, Default)]
struct Unwritten {
    /// Changes of the operation that runs.
    operation: HashMap<SumKey, Change>,
    /// Changes of the operations of this transaction that have ended well.
    transaction: HashMap<SumKey, Change>,
    /// The blocks of the full-text index that this transaction wrote or deleted.
    blocks: HashSet<i64>,
    /// What differs from its sum and is being repaired: its sum stays, and tells whether the repair brought it back.
    frozen: HashSet<SumKey>,
}

/// How the sum of one owner changes.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    by: u64,
    /// Whether a row went: nothing may be left.
    has_lost: bool,
}

impl Change {
    fn add(&mut self, other: Self) {
        self.by = self.by.wrapping_add(other.by);
        self.has_lost |= other.has_lost;
    }
}

impl Sums {
    /// Returns the sums of a connection, which it keeps from here on.
    pub(in crate::store) fn keep(conn: &mut Connection) -> Result<Self> {
        let sums = Self::default();
        // Else a row that `INSERT OR REPLACE` puts away goes unseen.
        conn.pragma_update(None, "recursive_triggers", true)?;
        let mut shapes = HashMap::new();
        let mut triggers = String::new();
        for table in TABLES.iter().filter(|it| !it.is_of_sqlite()) {
            // A table that is gone is for `verify` to name.
            let Ok(shape) = RowShape::of(conn, table) else { continue };
            write_triggers(&mut triggers, conn, table)?;
            shapes.insert(table.code, shape);
        }
        let seen = sums.clone();
        conn.create_scalar_function(FUNCTION, -1, FunctionFlags::SQLITE_UTF8, move |call| {
            if let Some(shape) = shapes.get(&call.get::<i64>(0)?) {
                seen.unwritten().note(shape, call)?;
            }
            Ok(rusqlite::types::Null)
        })?;
        conn.execute_batch(&triggers)?;
        let seen = sums.clone();
        let note = move |_: Action, _: &str, table: &str, id: i64| {
            if table == BLOCKS {
                seen.unwritten().blocks.insert(id);
            }
        };
        conn.update_hook(Some(note))?;
        Ok(sums)
    }

    /// The operation ended well.
    pub(in crate::store) fn end_operation(&self) {
        let unwritten = &mut *self.unwritten();
        for (key, change) in unwritten.operation.drain() {
            unwritten.transaction.entry(key).or_default().add(change);
        }
    }

    /// The operation was undone.
    pub(in crate::store) fn undo_operation(&self) {
        self.unwritten().operation.clear();
    }

    /// The transaction has ended, one way or the other.
    pub(in crate::store) fn end_transaction(&self) {
        let mut unwritten = self.unwritten();
        unwritten.operation.clear();
        unwritten.transaction.clear();
        unwritten.blocks.clear();
    }

    /// Writes what changed in this transaction.
    pub(in crate::store) fn write(&self, conn: &Connection) -> rusqlite::Result<()> {
        self.end_operation();
        let changes = self.unwritten().take();
        let mut add = conn.prepare_cached(
            "INSERT INTO checksums (of, owner, sum) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET sum = (sum + excluded.sum) & ?4",
        )?;
        let sql = "DELETE FROM checksums WHERE of = ?1 AND owner = ?2 AND sum = 0";
        let mut forget = conn.prepare_cached(sql)?;
        for (SumKey { of, owner }, Change { by, has_lost }) in changes {
            add.execute(params![of, owner, (by & MASK).cast_signed(), MASK.cast_signed()])?;
            if has_lost {
                forget.execute([of, owner])?;
            }
        }
        self.write_blocks(conn)
    }

    /// Writes the sums of the blocks of the full-text index that this transaction wrote or deleted.
    fn write_blocks(&self, conn: &Connection) -> rusqlite::Result<()> {
        let blocks = std::mem::take(&mut self.unwritten().blocks);
        let table = TABLES.iter().find(|it| it.name == BLOCKS).filter(|_| !blocks.is_empty());
        let Some(table) = table else { return Ok(()) };
        let mut blocks: Vec<i64> = blocks.into_iter().collect();
        blocks.sort_unstable();
        let mut read = conn.prepare_cached(&format!("{} WHERE id = ?1", select(table)))?;
        let shape = RowShape::of_query(&read, table)?;
        for id in blocks {
            let key = SumKey { of: table.code, owner: id };
            let mut rows = read.query([id])?;
            match rows.next()? {
                Some(row) => compared::put(conn, key, shape.sum(|it| row.get_ref(it))?)?,
                None => compared::forget(conn, key)?,
            }
        }
        Ok(())
    }

    /// Freezes the sums of all rows that differ from them until [`Self::thaw`]. If a repair brings back what was stored, rows and sums
    /// agree again; if not, the difference stays a finding.
    pub(in crate::store) fn freeze(&self, conn: &Connection) -> Result<()> {
        let frozen = compared::differences(conn)?.into_iter().filter(|it| !it.table.is_of_sqlite());
        self.unwritten().frozen = frozen.map(|it| it.key).collect();
        Ok(())
    }

    /// Recomputes the sums of the rows that SQLite maintains itself, after a repair has rebuilt these rows.
    pub(in crate::store) fn renew(&self, conn: &Connection) -> Result<()> {
        self.unwritten().blocks.clear();
        let mut of_sqlite = TABLES.iter().filter(|it| it.is_of_sqlite());
        of_sqlite.try_for_each(|table| compared::renew(conn, table))
    }

    /// Returns whose rows of a table differ from their sums, by the last [`Self::freeze`].
    pub(in crate::store) fn frozen(&self, table: &str) -> Vec<i64> {
        let code = TABLES.iter().find(|it| it.name == table).map(|it| it.code);
        let unwritten = self.unwritten();
        unwritten.frozen.iter().filter(|it| Some(it.of) == code).map(|it| it.owner).collect()
    }

    /// Keeps every sum again.
    pub(in crate::store) fn thaw(&self) {
        self.unwritten().frozen.clear();
    }

    fn unwritten(&self) -> MutexGuard<'_, Unwritten> {
        // A panic leaves numbers, which are whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unwritten {
    /// Notes a row that comes or goes.
    fn note(&mut self, shape: &RowShape, call: &Context<'_>) -> rusqlite::Result<()> {
        let column = |place: usize| call.get_raw(BEFORE_COLUMNS + place);
        let sum = shape.sum(|it| Ok(column(it)))?;
        let change = match call.get_raw(1) {
            ValueRef::Integer(1) => Change { by: sum, has_lost: false },
            _ => Change { by: 0_u64.wrapping_sub(sum), has_lost: true },
        };
        self.operation.entry(shape.key(column(shape.owner))).or_default().add(change);
        Ok(())
    }

    /// Returns what changed, in the order of the rows of `checksums`: neighbours are written one after the other.
    fn take(&mut self) -> Vec<(SumKey, Change)> {
        let changes = std::mem::take(&mut self.transaction);
        let mut changes: Vec<_> =
            changes.into_iter().filter(|it| !self.frozen.contains(&it.0)).collect();
        changes.sort_unstable_by_key(|it| it.0);
        changes
    }
}

/// Writes the triggers of a table.
fn write_triggers(to: &mut String, conn: &Connection, table: &CoveredTable) -> Result<()> {
    let query = conn.prepare(&select(table))?;
    let columns = |row: &str| -> String {
        let column = |name: &str| {
            if Some(name) == table.hashed { ", NULL".to_owned() } else { format!(", {row}.\"{name}\"") }
        };
        query.column_names().map(column).collect()
    };
    let CoveredTable { code, name, .. } = table;
    let gone = format!("{FUNCTION}({code}, 0{})", columns("old"));
    let come = format!("{FUNCTION}({code}, 1{})", columns("new"));
    for (event, calls) in
        [("INSERT", come.clone()), ("DELETE", gone.clone()), ("UPDATE", format!("{gone}, {come}"))]
    {
        let trigger = format!("checksum_{name}_{event}");
        writeln!(
            to,
            "CREATE TEMP TRIGGER {trigger} AFTER {event} ON main.{name} BEGIN SELECT {calls}; END;"
        )
        .expect("memory takes everything");
    }
    Ok(())
}
