//! Which paper an archive is of: it holds one. Asked before anything is written, of an archive of any schema.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{content::UNKNOWN_HOST, error::Result, migrate};

/// Returns the host of an archive's paper if it is not one of `hosts`; `None` if it is one of them, if there is no archive yet, or if it
/// has no page of a paper. Reads an archive of any schema.
pub fn other_paper(path: &Path, hosts: &[String]) -> Result<Option<String>> {
    if !path.is_file() {
        return Ok(None);
    }
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if migrate::check(&conn, path)? == 0 {
        return Ok(None);
    }
    let is_of_paper = |host: &str| -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM articles WHERE host = ?1)
                       OR EXISTS (SELECT 1 FROM pages WHERE host = ?1)";
        Ok(conn.query_row(sql, [host], |row| row.get(0))?)
    };
    for host in hosts {
        if is_of_paper(host)? {
            return Ok(None);
        }
    }
    // A saved page of which no address is known is of no paper.
    let sql = "SELECT host FROM (SELECT host FROM articles WHERE host <> ?1 LIMIT 1)
               UNION ALL SELECT host FROM (SELECT host FROM pages WHERE host <> ?1 LIMIT 1)";
    Ok(conn.query_row(sql, [UNKNOWN_HOST], |row| row.get(0)).optional()?)
}
