//! README and `docs/` tell the truth: their examples run, their tables are the program's. What can be said of the papers
//! without the program is in `papers.rs`.

use std::{collections::BTreeSet, path::Path, process::Command};

use rusqlite::Connection;

use crate::support::{
    papers::{all_blocks, blocks, code_spans, paper, readme, table_rows},
    program::{Program, open, rows},
};

fn demo() -> (Program, Connection) {
    let program = Program::new();
    program.ok(&["demo"]);
    let archive = open(&program.path("demo.db"));
    (program, archive)
}

#[test]
fn every_query_runs_and_answers() {
    let (_program, archive) = demo();
    assert_eq!(blocks(&readme(), "sql").len(), 5, "README has five queries");
    let queries = all_blocks("sql");
    assert!(15 <= queries.len());
    for sql in queries {
        // The demo fills no range of days.
        assert!(!rows(&archive, &sql).is_empty() || sql.contains("FROM days"), "no row:\n{sql}");
    }
}

#[test]
fn queries_by_date_use_an_index() {
    let (_program, archive) = demo();
    let mut by_date = 0;
    for sql in all_blocks("sql") {
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
fn the_views_of_all_wordings_look_up_the_neighbours_of_each() {
    let (_program, archive) = demo();
    for view in ["articles_known", "revisions"] {
        let plan = rows(&archive, &format!("EXPLAIN QUERY PLAN SELECT * FROM {view}")).join("\n");
        // What SQLite lays aside for a join has the texts of the whole archive in it.
        assert!(!plan.contains("AUTOMATIC"), "{view}\n{plan}");
        assert!(!plan.contains("SEARCH s USING PRIMARY KEY"), "{view}\n{plan}");
    }
    let plan = rows(&archive, "EXPLAIN QUERY PLAN SELECT * FROM articles_known").join("\n");
    assert!(!plan.contains("MATERIALIZE"), "{plan}");
}

#[test]
fn every_command_and_option_of_the_program_is_in_readme() {
    let program = Program::new();
    let readme = readme();
    let help = program.ok(&["--help"]).stdout;
    let groups = help.split("Collect:\n").nth(1).and_then(|it| it.split("General options").next());
    for line in groups.expect("groups of commands").lines().filter(|it| it.starts_with("  ")) {
        let command = line.split_whitespace().next().expect("a command");
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
fn every_section_of_the_configuration_is_described() {
    let config = paper("config.toml") + &paper("profiles/brecorder.toml");
    let operation = paper("docs/operation.md");
    let sections = config.lines().filter(|it| it.starts_with('[')).map(str::trim_end);
    for section in sections.filter(|it| !it.contains("eras.rules")) {
        assert!(operation.contains(section), "{section}");
    }
}

#[test]
fn every_table_of_the_archive_is_described() {
    let (_program, archive) = demo();
    let described = paper("docs/archive.md");
    let sql =
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'
                 AND name NOT LIKE 'articles_fts_%'";
    for name in rows(&archive, sql) {
        let is_base = ["block_spans", "article_links", "old_versions"].contains(&name.as_str());
        assert!(is_base || described.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn described_columns_are_those_of_the_schema() {
    let (_program, archive) = demo();
    let text = paper("docs/archive.md");
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("### `")).collect();
    assert!(10 <= headings.len(), "{headings:?}");
    for heading in headings {
        let table = heading.trim_start_matches("### ").trim_matches('`');
        let described: BTreeSet<String> =
            table_rows(&text, heading).iter().flat_map(|cells| code_spans(&cells[0])).collect();
        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
        let schema: BTreeSet<String> = rows(&archive, &sql).into_iter().collect();
        assert_eq!(described, schema, "{table}");
    }
}

/// What `$` lines print is what the paper says they print.
#[test]
fn console_examples_print_what_the_papers_say() {
    let (program, _archive) = demo();
    let binary = Path::new(env!("CARGO_BIN_EXE_tearsheet")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut ran = 0;
    for block in all_blocks("console") {
        for example in block.split("$ ").skip(1) {
            let (line, expected) = example.split_once('\n').expect("a command and its output");
            let has_shell = Command::new("sqlite3").arg("--version").output().is_ok();
            if line.starts_with("sqlite3") && !has_shell {
                continue;
            }
            // The lines are those of a shell: they have pipes and quotes.
            let mut shell = Command::new("sh");
            shell.args(["-c", line]).current_dir(program.path("")).env("PATH", &path);
            shell.env_remove("TEARSHEET_ARCHIVE").env_remove("TEARSHEET_CONFIG");
            let Ok(output) = shell.output() else { return };
            assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{line}");
            ran += 1;
        }
    }
    assert!(1 <= ran);
}

#[test]
fn command_lines_in_the_papers_are_understood() {
    let program = Program::new();
    // `--help` at the end ends every command that was understood so far.
    assert_ne!(program.run(&["scrape", "--no-such-option", "--help"]).code, 0);
    let mut lines = 0;
    for block in ["sh", "cron", "ini"].iter().flat_map(|language| all_blocks(language)) {
        for line in block.lines() {
            let line = line.split(" #").next().unwrap_or_default();
            let Some((before, args)) = line.split_once("tearsheet ") else { continue };
            if !before.is_empty() && !before.ends_with('/') {
                continue;
            }
            let args = args.split(" > ").next().unwrap_or_default();
            let mut args: Vec<&str> = args.split_whitespace().collect();
            args.push("--help");
            program.ok(&args);
            lines += 1;
        }
    }
    assert!(20 <= lines, "{lines}");
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
    for sql in all_blocks("sql") {
        let ran = Command::new("sqlite3").arg(program.path("demo.db")).arg(&sql).output();
        let Ok(output) = ran else { return };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let has_rows = !output.stdout.is_empty() || sql.contains("FROM days");
        assert!(output.status.success() && has_rows, "{sql}\n{said}");
    }
}

#[test]
fn exit_codes_are_those_of_the_program() {
    let readme = readme();
    for code in [0, 1, 2, 3, 4, 5, 6, 7, 8, 130] {
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
    assert_eq!(exits.len(), 10);
    for (code, meaning) in exits {
        assert!(manual.contains(&format!(".TP\n\\fB{code}\\fR\n{meaning}\n")), "{code}: {meaning}");
    }
    for name in ["TEARSHEET_CONFIG", "TEARSHEET_ARCHIVE", "NO_COLOR", "RUST_LOG"] {
        assert!(manual.contains(name) && readme.contains(name), "{name}");
    }
}

/// The dictionary is made of the same list as the exports: `UPDATE_DICTIONARY=1 cargo test dictionary` writes it anew.
#[test]
fn the_dictionary_has_every_column_of_every_export() {
    use tearsheet::{export::columns, store::Table};
    let tables = [
        ("articles", Table::Articles),
        ("mentions", Table::Mentions),
        ("copies", Table::Copies),
        ("images", Table::Images),
        ("quotes", Table::Quotes),
        ("boards", Table::Boards),
        ("most-read", Table::MostRead),
        ("sessions", Table::Sessions),
        ("links", Table::Links),
    ];
    let mut made = String::from(
        "# Data dictionary\n\nEvery column of `tearsheet export`, in the order of the files. CSV, JSON lines and Parquet have the same names; a value \
         that is not\nknown is an empty cell, `null`, or NULL. Columns of an article that have no versions, and are therefore today's in an export \
         of the past, are named in\n[research.md](research.md#what-was-known-when). JSON lines of articles have [more](json.md#export-articles).\n",
    );
    for (name, table) in tables {
        made +=
            &format!("\n## `export {name}`\n\n| column | type | what it says |\n| --- | --- | --- |\n");
        for column in columns(table) {
            made += &format!("| `{}` | {} | {} |\n", column.name, column.kind.what(), column.what);
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/data-dictionary.md");
    if std::env::var_os("UPDATE_DICTIONARY").is_some() {
        std::fs::write(path, &made).expect("write");
    }
    assert_eq!(paper("docs/data-dictionary.md"), made);
}
