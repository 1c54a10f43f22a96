//! Whether the tables, views, indexes and triggers of an archive are those that the migrations make. A trigger of somebody else
//! changes rows while the program writes, and a view that was replaced changes what everybody reads. The rows themselves are
//! compared by `checksums`.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::{
    error::Result,
    finding::{Finding, Remedy},
    migrate,
};

/// What an object of a schema is called: its kind and its name.
type ObjectName = (String, String);

/// Returns what differs from the schema that the migrations make, but for what somebody has accepted.
pub(super) fn findings(conn: &Connection) -> Result<Vec<Finding>> {
    let mut expected = expected()?;
    let accepted = objects(conn, "SELECT kind, name, sql FROM accepted_objects").unwrap_or_default();
    let mut findings = Vec::new();
    for (object, sql) in stored(conn)? {
        match expected.remove(&object) {
            Some(made) if is_same(&made, &sql) => {}
            Some(_) => {
                let remedy = if object.0 == "table" { Remedy::Recover } else { Remedy::Repair };
                findings.push(finding(&object, "it is not the one that the program made", remedy));
            }
            None if accepted.get(&object).is_some_and(|it| is_same(it, &sql)) => {}
            None => {
                findings.push(finding(&object, "the program did not make it", Remedy::Foreign));
            }
        }
    }
    for object in expected.into_keys() {
        let remedy = if object.0 == "table" { Remedy::Recover } else { Remedy::Repair };
        findings.push(finding(&object, "it is gone", remedy));
    }
    Ok(findings)
}

/// Makes views, indexes and triggers that are gone or changed anew. Tables stay as they are: what was in them cannot be made.
pub(super) fn repair(conn: &Connection) -> Result<()> {
    let stored = stored(conn)?;
    // Views and triggers name tables, and a view another view: SQLite looks for them when they are used.
    for (object, sql) in expected()? {
        let (kind, name) = &object;
        let found = stored.get(&object);
        if kind == "table" || found.is_some_and(|it| is_same(it, &sql)) {
            continue;
        }
        if found.is_some() {
            conn.execute_batch(&format!("DROP {kind} \"{name}\""))?;
        }
        conn.execute_batch(&sql)?;
    }
    Ok(())
}

/// Takes what the program did not make for something that belongs to the archive. Returns how many objects that were.
pub(super) fn accept(conn: &Connection) -> Result<usize> {
    let expected = expected()?;
    let foreign: Vec<_> = stored(conn)?.into_iter().filter(|it| !expected.contains_key(&it.0)).collect();
    conn.execute("DELETE FROM accepted_objects", [])?;
    let sql = "INSERT INTO accepted_objects (kind, name, sql) VALUES (?1, ?2, ?3)";
    for ((kind, name), sql_of_object) in &foreign {
        conn.prepare_cached(sql)?.execute(params![kind, name, sql_of_object])?;
    }
    Ok(foreign.len())
}

fn finding((kind, name): &ObjectName, detail: &str, remedy: Remedy) -> Finding {
    Finding { check: "schema", row: format!("{kind} {name}"), detail: detail.to_owned(), remedy }
}

/// Returns the schema that the migrations make.
fn expected() -> Result<BTreeMap<ObjectName, String>> {
    let mut conn = Connection::open_in_memory()?;
    migrate::migrate(&mut conn, 0)?;
    stored(&conn)
}

fn stored(conn: &Connection) -> Result<BTreeMap<ObjectName, String>> {
    // What SQLite makes for itself has no SQL, or a name of SQLite's.
    let sql = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    objects(conn, sql)
}

fn objects(conn: &Connection, sql: &str) -> Result<BTreeMap<ObjectName, String>> {
    let mut query = conn.prepare(sql)?;
    let rows = query.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether two statements are the same but for white space and the quotes that `ALTER TABLE` puts around names.
fn is_same(a: &str, b: &str) -> bool {
    let written =
        |it: &str| -> String { it.chars().filter(|it| !it.is_whitespace() && *it != '"').collect() };
    a == b || written(a) == written(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Connection {
        let mut conn = Connection::open_in_memory().expect("memory");
        migrate::migrate(&mut conn, 0).expect("a schema");
        conn
    }

    #[track_caller]
    fn check(conn: &Connection, expect: &[&str]) {
        let found = findings(conn).expect("findings");
        let said: Vec<String> = found.iter().map(|it| format!("{}: {}", it.row, it.detail)).collect();
        assert_eq!(said, expect);
    }

    #[test]
    fn what_is_changed_foreign_or_gone_is_named_and_made_anew() {
        let conn = archive();
        check(&conn, &[]);
        conn.execute_batch(
            "CREATE TRIGGER theirs AFTER INSERT ON runs BEGIN DELETE FROM quotes; END;
             DROP TRIGGER day_pages_state;
             DROP INDEX captures_once;
             DROP VIEW blocks;
             CREATE VIEW blocks AS SELECT article_id, position, kind, 'x' AS text, url FROM block_spans;",
        )
        .expect("harm");
        check(
            &conn,
            &[
                "trigger theirs: the program did not make it",
                "view blocks: it is not the one that the program made",
                "index captures_once: it is gone",
                "trigger day_pages_state: it is gone",
            ],
        );
        repair(&conn).expect("repair");
        check(&conn, &["trigger theirs: the program did not make it"]);
        assert_eq!(accept(&conn).expect("accept"), 1);
        check(&conn, &[]);
        conn.execute_batch(
            "DROP TRIGGER theirs; CREATE TRIGGER theirs AFTER INSERT ON runs BEGIN DELETE FROM tags; END",
        )
        .expect("another");
        check(&conn, &["trigger theirs: the program did not make it"]);
        conn.execute_batch("DROP TABLE offers").expect("harm");
        assert!(findings(&conn).expect("findings").iter().any(|it| it.row == "table offers"));
    }
}
