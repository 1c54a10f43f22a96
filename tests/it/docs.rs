//! README tells the truth: its queries run, its tables are the program's.

use std::{fs, path::Path};

use rusqlite::Connection;

use crate::support::program::{Program, open, rows};

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md")
}

/// The code blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|it| it.split("```").next()).map(str::to_owned).collect()
}

fn demo() -> (Program, Connection) {
    let program = Program::new();
    program.ok(&["demo"]);
    let archive = open(&program.path("demo.db"));
    (program, archive)
}

#[test]
fn every_query_runs_and_answers() {
    let (_program, archive) = demo();
    let queries = blocks(&readme(), "sql");
    assert!(10 <= queries.len());
    for sql in queries {
        // The demo fills no range of days.
        assert!(!rows(&archive, &sql).is_empty() || sql.contains("FROM days"), "no row:\n{sql}");
    }
}

#[test]
fn queries_by_date_use_an_index() {
    let (_program, archive) = demo();
    let mut by_date = 0;
    for sql in blocks(&readme(), "sql") {
        let plan = rows(&archive, &format!("EXPLAIN QUERY PLAN {sql}")).join("\n");
        let asks_by_date =
            ["published_on =", "published_on BETWEEN", "symbol ="].iter().any(|it| sql.contains(it));
        if asks_by_date {
            by_date += 1;
            let scans = plan.lines().filter(|it| {
                it.contains("SCAN")
                    && !it.contains("calendar")
                    && !it.contains("CONSTANT ROW")
                    && !it.contains("VIRTUAL TABLE")
            });
            let scans: Vec<&str> = scans.filter(|it| !it.contains("quotes_daily")).collect();
            assert!(scans.is_empty(), "{sql}\n{plan}");
            assert!(plan.contains("INDEX") || plan.contains("PRIMARY KEY"), "{sql}\n{plan}");
        }
    }
    assert!(5 <= by_date, "{by_date}");
}

#[test]
fn a_day_of_articles_is_an_index_range_scan() {
    let (_program, archive) = demo();
    for sql in [
        "SELECT headline FROM articles WHERE published_on = '2024-01-03' ORDER BY published_at",
        "SELECT headline FROM articles WHERE published_on BETWEEN '2024-01-01' AND '2024-01-31'",
    ] {
        let plan = rows(&archive, &format!("EXPLAIN QUERY PLAN {sql}")).join("\n");
        assert!(plan.contains("SEARCH articles USING INDEX articles_published_on"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[test]
fn every_command_and_option_of_the_program_is_in_readme() {
    let program = Program::new();
    let readme = readme();
    let help = program.ok(&["--help"]).stdout;
    let commands =
        help.split("Commands:\n").nth(1).and_then(|it| it.split("\n\n").next()).expect("commands");
    for line in commands.lines() {
        let command = line.split_whitespace().next().expect("a command");
        if command == "help" {
            continue;
        }
        assert!(readme.contains(&format!("tearsheet {command}")), "{command}");
        let help = program.ok(&[command, "--help"]).stdout;
        for option in help.split_whitespace().filter_map(|it| it.strip_prefix("--")) {
            let option = option.trim_end_matches([',', '.', ']', ')', ';']);
            let is_common = ["help", "quiet", "verbose"].contains(&option);
            assert!(is_common || readme.contains(&format!("--{option}")), "{command} --{option}");
        }
    }
}

#[test]
fn every_section_of_the_configuration_is_in_readme() {
    let config = tearsheet::config::DEFAULT;
    let readme = readme();
    let sections = config.lines().filter(|it| it.starts_with('[')).map(str::trim_end);
    for section in sections.filter(|it| !it.contains("eras.rules")) {
        assert!(readme.contains(section), "{section}");
    }
}

#[test]
fn every_table_of_the_archive_is_in_readme() {
    let (_program, archive) = demo();
    let readme = readme();
    let sql =
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'
                 AND name NOT LIKE 'articles_fts_%'";
    for name in rows(&archive, sql) {
        let is_base = ["block_spans", "article_links", "old_versions"].contains(&name.as_str());
        assert!(is_base || readme.contains(&format!("`{name}`")), "{name}");
    }
}

/// The tables and columns that users' scripts depend on.
#[test]
fn the_archive_has_the_columns_it_promises() {
    let (_program, archive) = demo();
    for (table, columns) in [
        (
            "articles",
            "id, host, site_id, url, published_on, published_at, updated_at, section, headline, byline, dateline, summary, body, word_count, version, content_hash, first_seen_at, last_checked_at",
        ),
        ("versions", "article_id, version, seen_at, headline, byline, summary, body, content_hash"),
        ("links", "article_id, position, placement, title, url, target_id"),
        ("tags", "article_id, tag, url"),
        ("blocks", "article_id, position, kind, text, url"),
        ("origins", "article_id, field, origin"),
        ("strips", "id, captured_at, last_captured_at, market_date, rows, hash"),
        ("quotes", "strip_id, captured_at, symbol, kind, price, change, change_pct, direction, suspect"),
        ("quotes_daily", "day, symbol, kind, open, high, low, close, captures"),
        (
            "captures",
            "id, article_id, url, host, site_id, captured_at, fetched_at, source, status, etag, last_modified, sha256, bytes",
        ),
        ("days", "day, source, listed, stored, blocked, missing, failed, checked_at, complete"),
        ("requests", "at, run_id, url, status, bytes, took_ms, waited_ms, wait_reason"),
        (
            "runs",
            "id, command, started_at, finished_at, outcome, discovered, fetched, stored, updated, unchanged, failed, drift",
        ),
        ("warnings", "capture_id, code, detail"),
        ("articles_fts", "headline, summary, body, byline"),
    ] {
        archive
            .prepare(&format!("SELECT {columns} FROM {table}"))
            .unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    let loose =
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND schema = 'main'
                    AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'articles_fts%'";
    assert!(rows(&archive, loose).is_empty());
}

/// The stock shell of Debian 12 has 3.40; where a shell is installed, it must read everything.
#[test]
fn the_sqlite3_shell_reads_every_query() {
    let (program, _archive) = demo();
    for sql in blocks(&readme(), "sql") {
        let ran = std::process::Command::new("sqlite3").arg(program.path("demo.db")).arg(&sql).output();
        let Ok(output) = ran else { return };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let has_rows = !output.stdout.is_empty() || sql.contains("FROM days");
        assert!(output.status.success() && has_rows, "{sql}\n{said}");
    }
}

#[test]
fn exit_codes_are_those_of_the_program() {
    let readme = readme();
    for code in [0, 1, 2, 3, 4, 5, 6, 7, 130] {
        assert!(readme.contains(&format!("\n| {code} | ")), "{code}");
    }
}

#[test]
fn readme_and_the_manual_give_the_exit_codes_alike() {
    let program = Program::new();
    let manual = program.ok(&["man"]).stdout.replace("\\-", "-");
    let readme = readme();
    let table = readme.split("| exit | meaning |\n| --- | --- |\n").nth(1).expect("the exit codes");
    let exits: Vec<(&str, &str)> = table
        .lines()
        .map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .collect();
    assert_eq!(exits.len(), 9);
    for (code, meaning) in exits {
        assert!(manual.contains(&format!(".TP\n\\fB{code}\\fR\n{meaning}\n")), "{code}: {meaning}");
    }
    for name in ["TEARSHEET_CONFIG", "TEARSHEET_ARCHIVE", "NO_COLOR", "RUST_LOG"] {
        assert!(manual.contains(name) && readme.contains(name), "{name}");
    }
}
