//! Is the archive whole? Each check is a question whose answer should be nothing; each finding names the row. Nothing is changed
//! here: what can be put right is put right by `repair`.

use std::path::Path;

use rusqlite::Connection;

use super::{
    archive_file,
    bodies::raw::{self, Unpacker},
    checksums::{self, Difference, DifferenceKind},
    content::wording,
    error::{Result, StoreError},
    finding::{FileCheck, Finding, Remedy},
    full_text_check,
    reader::Reader,
    schema,
    writer::Writer,
};

/// Findings of one check that are named; the rest is counted.
const NAMED_MAX: usize = 20;

/// What is looked for in an archive.
struct Check {
    /// The stable word.
    word: &'static str,
    /// A query for rows and what is wrong with each.
    sql: &'static str,
    /// What can be done about what is found.
    remedy: Remedy,
}

const CHECKS: &[Check] = &[
    Check {
        word: "foreign_keys",
        sql: "SELECT \"table\" || ' ' || coalesce(rowid, '?'), 'names a row of ' || parent || ' that is not there'
           FROM pragma_foreign_key_check",
        remedy: Remedy::Recover,
    },
    Check {
        word: "article_page",
        sql: "SELECT 'articles ' || a.id, 'its page is ' || p.state FROM articles a JOIN pages p ON p.id = a.id
          WHERE p.state <> 'stored' AND NOT p.by_feed",
        remedy: Remedy::Repair,
    },
    Check {
        word: "page_article",
        sql: "SELECT 'pages ' || p.id, 'it counts as stored and has no article' FROM pages p
          WHERE (p.state = 'stored' OR p.by_feed) AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.id = p.id)",
        remedy: Remedy::Repair,
    },
    Check {
        word: "article_capture",
        sql: "SELECT 'articles ' || a.id, 'its capture is of another page' FROM articles a JOIN captures c ON c.id = a.capture_id
          WHERE c.article_id IS NOT a.id",
        remedy: Remedy::Recover,
    },
    Check {
        word: "future",
        sql: "WITH future AS (SELECT id, captured_at FROM captures WHERE strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+1 day') < captured_at)
         SELECT 'captures ' || id, 'it is of the future, ' || captured_at FROM future
          WHERE 2 * (SELECT count(*) FROM future) <= (SELECT count(captured_at) FROM captures)",
        remedy: Remedy::Repair,
    },
    // What most captures say is believed: it is today's clock that is wrong.
    Check {
        word: "clock",
        sql: "WITH counted AS (SELECT count(captured_at) AS captures, max(captured_at) AS newest,
                                 count(*) FILTER (WHERE strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+1 day') < captured_at) AS future
                            FROM captures)
         SELECT 'captures', future || ' of ' || captures || ' are of the future, up to ' || newest FROM counted
          WHERE captures < 2 * future",
        remedy: Remedy::SetClock,
    },
    Check {
        word: "version_chain",
        sql: "SELECT 'articles ' || a.id, 'it is version ' || a.version || ' after ' || count(o.id) || ' older ones'
           FROM articles a LEFT JOIN old_versions o ON o.article_id = a.id
          GROUP BY a.id HAVING a.version <> 1 + count(o.id)",
        remedy: Remedy::Repair,
    },
    Check {
        word: "blocks",
        sql: "SELECT 'block_spans ' || s.article_id || ' ' || s.position, 'it reaches beyond the body'
           FROM block_spans s JOIN articles a ON a.id = s.article_id
          WHERE s.start IS NOT NULL AND length(a.body) < s.start + s.length - 1",
        remedy: Remedy::Reread,
    },
    Check {
        word: "strip_rows",
        sql: "SELECT 'strips ' || s.id, 'it says ' || s.rows || ' rows and has ' || count(q.symbol)
           FROM strips s LEFT JOIN quotes q ON q.strip_id = s.id GROUP BY s.id HAVING s.rows <> count(q.symbol)",
        remedy: Remedy::Reread,
    },
    Check {
        word: "strip_captures",
        sql: "SELECT 'strips ' || s.id, 'it says ' || s.captures || ' captures and has ' || count(c.id)
           FROM strips s LEFT JOIN captures c ON c.strip_id = s.id GROUP BY s.id HAVING s.captures < count(c.id)",
        remedy: Remedy::Repair,
    },
    Check {
        word: "quote_dates",
        sql: "SELECT 'strips ' || s.id, 'its quotes are dated otherwise' FROM strips s
          WHERE EXISTS (SELECT 1 FROM quotes q WHERE q.strip_id = s.id
                           AND (q.captured_at <> s.captured_at OR q.day <> s.day))",
        remedy: Remedy::Repair,
    },
    Check {
        word: "board_rows",
        sql: "SELECT 'boards ' || b.id, 'it says ' || b.rows || ' rows and has ' || count(r.code)
           FROM boards b LEFT JOIN board_rows r ON r.board_id = b.id GROUP BY b.id HAVING b.rows <> count(r.code)",
        remedy: Remedy::Reread,
    },
    Check {
        word: "board_captures",
        sql: "SELECT 'boards ' || b.id, 'it says ' || b.captures || ' captures and has ' || count(l.capture_id)
           FROM boards b LEFT JOIN capture_boards l ON l.board_id = b.id GROUP BY b.id
         HAVING b.captures <> count(l.capture_id)",
        remedy: Remedy::Repair,
    },
    Check {
        word: "most_read_rows",
        sql: "SELECT 'most_read_lists ' || m.id, 'it says ' || m.rows || ' rows and has ' || count(r.rank)
           FROM most_read_lists m LEFT JOIN most_read_rows r ON r.list_id = m.id GROUP BY m.id
         HAVING m.rows <> count(r.rank)",
        remedy: Remedy::Reread,
    },
    Check {
        word: "most_read_captures",
        sql: "SELECT 'most_read_lists ' || m.id, 'it says ' || m.captures || ' captures and has ' || count(l.capture_id)
           FROM most_read_lists m LEFT JOIN capture_most_read l ON l.list_id = m.id GROUP BY m.id
         HAVING m.captures <> count(l.capture_id)",
        remedy: Remedy::Repair,
    },
    Check {
        word: "ledger",
        sql: "SELECT 'day_readings ' || r.id, 'its counts are not those of its pages'
           FROM day_readings r JOIN day_counts c ON c.reading_id = r.id
          WHERE (r.listed, r.stored, r.blocked, r.missing, r.failed, r.of_day)
                <> (c.listed, c.stored, c.blocked, c.missing, c.failed, c.of_day)",
        remedy: Remedy::Repair,
    },
    Check {
        word: "body_of_capture",
        sql: "SELECT 'captures ' || c.id, 'its hash is not that of its body' FROM captures c JOIN bodies b ON b.id = c.body_id
          WHERE b.sha256 <> c.sha256 OR b.bytes <> c.bytes",
        remedy: Remedy::Recover,
    },
    Check {
        word: "claims",
        sql: "SELECT 'pages ' || p.id, 'it is claimed by run ' || p.claimed_by || ', which ended' FROM pages p
           JOIN runs r ON r.id = p.claimed_by WHERE r.outcome IS NOT NULL",
        remedy: Remedy::Repair,
    },
];

/// Pages that a killed run had claimed. Asked only while nobody writes: a living run looks the same.
const CLAIMS: Check = Check {
    word: "claims",
    sql: "SELECT 'pages ' || p.id, 'it was in the hands of run ' || p.claimed_by || ' when that was killed' FROM pages p
       JOIN runs r ON r.id = p.claimed_by WHERE r.outcome IS NULL",
    remedy: Remedy::NextRun,
};

impl Reader {
    /// Returns what SQLite's own check of the file says.
    pub fn check_file(&self) -> FileCheck {
        let found = self.conn.prepare("PRAGMA integrity_check(20)").and_then(|mut query| {
            let rows = query.query_map([], |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        });
        match found {
            Ok(lines) => {
                let damages = lines.into_iter().filter(|line| line != "ok");
                FileCheck { findings: damages.map(Finding::unreadable).collect(), is_readable: true }
            }
            Err(error) => {
                use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
                let is_readable =
                    !matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase));
                FileCheck { findings: vec![Finding::unreadable(error.to_string())], is_readable }
            }
        }
    }

    /// Returns what the checks find that are questions to the tables.
    pub fn check_tables(&self) -> Vec<Finding> {
        CHECKS.iter().flat_map(|it| ask(&self.conn, it)).collect()
    }

    /// Returns what is wrong with tables, views, indexes and triggers.
    pub fn check_schema(&self) -> Vec<Finding> {
        schema::findings(&self.conn).unwrap_or_else(|error| vec![unanswerable("schema", &error)])
    }

    /// Returns the rows that were changed by anything but the program.
    pub fn check_rows(&self) -> Vec<Finding> {
        match checksums::differences(&self.conn) {
            Ok(differences) => at_most_named(differences.iter().map(differing).collect()),
            Err(error) => vec![unanswerable("rows", &error)],
        }
    }

    /// Returns the row of every body.
    pub fn bodies(&self) -> Result<Vec<i64>> {
        let mut query = self.conn.prepare("SELECT id FROM bodies ORDER BY reference_id, id")?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns which of these bodies are not what was stored.
    pub fn check_bodies(&self, bodies: &[i64]) -> Vec<Finding> {
        let mut unpacker = Unpacker::default();
        let check = |id: &i64| match unpacker.read(&self.conn, *id) {
            Ok(_) => None,
            Err(StoreError::Reference { reference }) => Some(lost(
                "references",
                format!("bodies {id}"),
                format!("its reference {reference} is damaged"),
            )),
            Err(error) => Some(lost("bodies", format!("bodies {id}"), error.to_string())),
        };
        bodies.iter().filter_map(check).collect()
    }

    /// Returns which references are not what was stored.
    pub fn check_references(&self) -> Vec<Finding> {
        let ids = self.conn.prepare("SELECT id FROM body_references").and_then(|mut query| {
            let rows = query.query_map([], |row| row.get::<_, i64>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        });
        match ids {
            Ok(ids) => ids
                .into_iter()
                .filter(|it| raw::reference_pages(&self.conn, *it).is_err())
                .map(|it| {
                    lost(
                        "references",
                        format!("body_references {it}"),
                        "it is not what was stored".to_owned(),
                    )
                })
                .collect(),
            Err(error) => vec![unanswered("references", &error)],
        }
    }

    /// Returns the wordings whose hash is not that of their text.
    pub fn check_hashes(&self) -> Vec<Finding> {
        let check = || -> rusqlite::Result<Vec<Finding>> {
            let mut findings = Vec::new();
            let mut query = self.conn.prepare(
                "SELECT 'articles ' || id, content_hash, headline, byline, summary, body, 1 FROM articles
                  UNION ALL
                 SELECT 'old_versions ' || id, content_hash, headline, byline, summary, body, 0 FROM old_versions",
            )?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let hash: String = row.get(1)?;
                let texts =
                    [row.get::<_, Option<String>>(2)?.unwrap_or_default(), row.get(4)?, row.get(5)?];
                let byline: Option<String> = row.get(3)?;
                if wording::text_hash(&texts, &byline.unwrap_or_default()) != hash {
                    let remedy = if row.get(6)? { Remedy::Reread } else { Remedy::Lost };
                    findings.push(Finding {
                        check: "content_hash",
                        row: row.get(0)?,
                        detail: "its text is not the one that was stored".to_owned(),
                        remedy,
                    });
                }
            }
            Ok(findings)
        };
        check().unwrap_or_else(|error| vec![unanswered("content_hash", &error)])
    }

    /// Copies the archive to a file, consistent even while a run writes; ends with [`Interrupted`](StoreError::Interrupted) once
    /// `should_stop` says so.
    pub fn backup(&self, to: &Path, should_stop: impl FnMut() -> bool + Send + 'static) -> Result<()> {
        archive_file::copy_to(&self.conn, to, should_stop)
    }
}

fn lost(check: &'static str, row: String, detail: String) -> Finding {
    Finding { check, row, detail, remedy: Remedy::Lost }
}

/// Returns the finding about rows that are not those that were stored.
fn differing(difference: &Difference) -> Finding {
    let Difference { table, owner, kind, .. } = difference;
    let row = match owner {
        Some(id) if table.owner == "id" => format!("{} {id}", table.name),
        Some(owner) => format!("{} where {} = {owner}", table.name, table.owner),
        None => format!("{} of another {}", table.name, table.owner),
    };
    let detail = match kind {
        DifferenceKind::Changed => "not what the program stored: changed by hand, or damaged",
        DifferenceKind::Gone => "what the program stored is gone",
        DifferenceKind::Foreign => "the program did not store it",
    };
    Finding { check: "rows", row, detail: detail.to_owned(), remedy: table.remedy }
}

/// Returns the first findings of each remedy, and how many more there are.
fn at_most_named(findings: Vec<Finding>) -> Vec<Finding> {
    let mut named: Vec<Finding> = Vec::new();
    let mut more: Vec<(Remedy, usize)> = Vec::new();
    for finding in findings {
        let remedy = finding.remedy;
        if named.iter().filter(|it| it.remedy == remedy).count() < NAMED_MAX {
            named.push(finding);
        } else if let Some(it) = more.iter_mut().find(|it| it.0 == remedy) {
            it.1 += 1;
        } else {
            more.push((remedy, 1));
        }
    }
    let rest = |(remedy, count)| Finding {
        check: "rows",
        row: "…".to_owned(),
        detail: format!("{count} more rows like these"),
        remedy,
    };
    named.extend(more.into_iter().map(rest));
    named
}

fn unanswerable(check: &'static str, error: &StoreError) -> Finding {
    let detail = format!("it cannot be checked: {error}");
    Finding { check, row: "file".to_owned(), detail, remedy: Remedy::Recover }
}

fn unanswered(check: &'static str, error: &dyn std::error::Error) -> Finding {
    let detail = format!("it cannot be checked: {error}");
    Finding { check, row: "file".to_owned(), detail, remedy: Remedy::Recover }
}

fn ask(conn: &Connection, check: &Check) -> Vec<Finding> {
    let Check { word, sql, remedy } = check;
    let found = conn.prepare(sql).and_then(|mut query| {
        let rows =
            query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    });
    let rows = match found {
        Ok(rows) => rows,
        Err(error) => return vec![unanswered(word, &error)],
    };
    let more = rows.len().saturating_sub(NAMED_MAX);
    let finding = |(row, detail)| Finding { check: word, row, detail, remedy: *remedy };
    let mut findings: Vec<Finding> = rows.into_iter().take(NAMED_MAX).map(finding).collect();
    if 0 < more {
        let detail = format!("{more} more rows like these");
        findings.push(Finding { check: word, row: "…".to_owned(), detail, remedy: *remedy });
    }
    findings
}

impl Writer {
    /// Returns what the checks find that need the lock: pages that killed runs had claimed, and the full-text index. It ends with
    /// [`StoreError::Interrupted`] when `stopped` does before.
    pub async fn check_alone(&self, stopped: impl Future<Output = ()>) -> Result<Vec<Finding>> {
        let check = self.call(|conn| {
            let mut findings = ask(conn, &CLAIMS);
            findings.extend(full_text_check::check(conn)?);
            Ok(findings)
        });
        match self.interrupter.run(check, stopped).await {
            // Where the tables of the index cannot be read, it cannot be made anew.
            Err(error @ (StoreError::RolledBack(_) | StoreError::Damaged(_))) => {
                Ok(vec![unanswered("full_text", &error)])
            }
            found => found,
        }
    }
}
