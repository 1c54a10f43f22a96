//! The program at the prompt: words, exit codes, pipes.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::support::program::{Program, Ran, one, rows};

const PAGE: &str = "<html><head><link rel=canonical href='https://www.brecorder.com/news/40076038'></head><body>\
    <div>Mar 08, 2021 PRINT EDITION</div><p>ANL 34.36 Increased By ▲ 0.36 (1.06%)</p><span class=badge>Markets</span>\
    <h1 class='story__title'>Cotton firm on thin trade</h1><span class=story__byline>Recorder Report 08 Mar 2021</span>\
    <div class=story__content><p>KARACHI: Cotton prices held on Monday.</p><p>Mills stayed away.</p></div></body></html>";

#[test]
fn extract_prints_one_page_as_json_and_touches_no_archive() {
    let program = Program::new();
    program.write("page.html", PAGE);
    let pretty = program.ok(&["extract", "page.html", "--captured-at", "2021-03-08T06:20:00Z"]);
    let row: serde_json::Value = serde_json::from_str(&pretty.stdout).expect("JSON");
    for (key, expect) in [
        ("url", "https://www.brecorder.com/news/40076038"),
        ("host", "brecorder.com"),
        ("site_id", "40076038"),
        ("captured_at", "2021-03-08T06:20:00Z"),
        ("headline", "Cotton firm on thin trade"),
        ("section", "Markets"),
        ("byline", "Recorder Report"),
        ("published_on", "2021-03-08"),
        ("dateline", "KARACHI"),
        ("body", "KARACHI: Cotton prices held on Monday.\n\nMills stayed away."),
    ] {
        assert_eq!(row[key], expect, "{key}");
    }
    assert_eq!(row["published_at"], serde_json::Value::Null);
    assert_eq!(row["strip"]["market_date"], "2021-03-08");
    assert_eq!(row["strip"]["quotes"][0]["price"], 34.36);
    let keys: Vec<&String> = row.as_object().expect("an object").keys().collect();
    let expect = "url host site_id captured_at headline section byline authors published_on published_at updated_at dateline \
        summary body blocks tags links boards most_read images strip origins warnings";
    assert_eq!(keys, expect.split_whitespace().collect::<Vec<_>>());
    assert_eq!(
        std::fs::read_dir(program.path(".")).expect("a folder").count(),
        1,
        "nothing but the page"
    );
    let line = program.ok(&["extract", "page.html", "--ndjson"]).stdout;
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn extract_reads_stdin_and_knows_text_from_html() {
    let program = Program::new();
    let run = |input: &str| {
        let mut command = program.command();
        let mut child = command
            .args(["extract", "-", "--url", "https://www.brecorder.com/news/7/x"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("spawn");
        child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("write");
        let ran = Ran::of(&child.wait_with_output().expect("output"));
        serde_json::from_str::<serde_json::Value>(&ran.stdout).expect("JSON")
    };
    assert_eq!(run(PAGE)["headline"], "Cotton firm on thin trade");
    let text = "Markets\n\nCotton firm on thin trade\n\nReuters 08 Mar 2021\n\nKARACHI: Cotton prices held on Monday, dealers said.\n";
    let row = run(text);
    assert_eq!(
        (&row["section"], &row["byline"], &row["site_id"]),
        (&"Markets".into(), &"Reuters".into(), &"7".into())
    );
}

#[test]
fn imported_pages_are_articles_once() {
    let program = Program::new();
    program.write("saved/a.html", PAGE);
    program.write("saved/deep/b.txt", "Markets\n\nRupee ends flat\n\nReuters 08 Mar 2021\n\nKARACHI: The rupee ended flat against the dollar, dealers said.\n");
    program.write("saved/c.css", "p {}");
    let first = program.ok(&["import", "saved"]);
    assert!(
        first.stderr.contains("import: 2 new, 0 updated, 0 unchanged, 0 failed"),
        "{}",
        first.stderr
    );
    let second = program.ok(&["import", "saved"]);
    assert!(second.stderr.contains("0 new, 0 updated, 2 unchanged"), "{}", second.stderr);
    let archive = program.archive();
    assert_eq!(
        rows(&archive, "SELECT host, site_id <> '' FROM articles ORDER BY host"),
        ["brecorder.com|1", "file|1"]
    );
    assert_eq!(
        one(&archive, "SELECT captured_at FROM captures WHERE host = 'brecorder.com'"),
        "2021-03-08",
        "the printed date is the file's own evidence"
    );
    assert_eq!(
        one(&archive, "SELECT captured_at IS NULL FROM captures WHERE host = 'file'"),
        "1",
        "no date is invented"
    );
    assert_eq!(one(&archive, "SELECT day, price FROM quotes"), "2021-03-08|34.36");
    assert_eq!(one(&archive, "SELECT count(*) FROM captures"), "2", "the same capture twice is one");
}

#[test]
fn pages_that_are_parsed_slowly_are_counted() {
    let program = Program::new();
    program.write("quick.html", PAGE);
    // A frame set is too late here, and too rare for the quick parser.
    let slow = PAGE.replace("40076038", "40076039").replace("</body>", "<frameset></body>");
    program.write("slow.html", &slow);
    let extracted = program.ok(&["extract", "slow.html"]);
    assert!(extracted.stdout.contains("Cotton firm on thin trade"), "{}", extracted.stdout);
    assert_eq!(extracted.stderr, "extract: pages that were parsed slowly: 1 of 1\n");
    assert_eq!(program.ok(&["extract", "quick.html"]).stderr, "");
    let imported = program.ok(&["import", "quick.html", "slow.html"]);
    assert!(imported.stderr.contains("2 new, 0 updated"), "{}", imported.stderr);
    assert!(imported.stderr.contains("0 failed, 1 parsed slowly in "), "{}", imported.stderr);
    let status = program.ok(&["status"]).stdout;
    assert!(status.contains("0 failed, 0 missing, 1 parsed slowly\n"), "{status}");
    let status: serde_json::Value =
        serde_json::from_str(&program.ok(&["status", "--json"]).stdout).expect("JSON");
    assert_eq!(status["runs"][0]["parsed_slowly"], 1);
}

#[test]
fn an_older_saved_page_becomes_an_older_version() {
    let program = Program::new();
    program.write("new.html", &PAGE.replace("Mills stayed away.", "Mills came back."));
    program.write("old.html", PAGE);
    program.ok(&["import", "new.html", "--captured-at", "2021-03-09T10:00:00Z"]);
    program.ok(&["import", "old.html", "--captured-at", "2021-03-08T10:00:00Z"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT version, body LIKE '%came back%' FROM articles"), "2|1");
    let versions = rows(
        &archive,
        "SELECT version, seen_at, body LIKE '%came back%' FROM versions ORDER BY version",
    );
    assert_eq!(versions, ["1|2021-03-08T10:00:00Z|0", "2|2021-03-09T10:00:00Z|1"]);
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_kept() {
    let program = Program::new();
    program.write("config.toml", "[fetch]\nmax_body_bytes = 2048\n");
    program.write("a.html", PAGE);
    program.write("big.html", &"x".repeat(4096));
    program.write("empty.html", "");
    let ran = program.run(&["import", "a.html", "big.html", "empty.html"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("big.html is broken: larger than 2048 bytes"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("empty.html is not_article: there is not enough of a story"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("1 new, 0 updated, 0 unchanged, 2 failed"), "{}", ran.stderr);
    let missing = program.run(&["import", "nowhere.html"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("`nowhere.html`") && missing.stderr.contains("hint: "),
        "{}",
        missing.stderr
    );
}

#[test]
fn show_finds_an_article_by_any_name() {
    let program = Program::new();
    program.write("a.html", PAGE);
    program.ok(&["import", "a.html"]);
    for name in [
        "1",
        "40076038",
        "https://www.brecorder.com/news/40076038/any-slug?x=1",
        "http://brecorder.com/news/amp/40076038",
    ] {
        let shown = program.ok(&["show", name]).stdout;
        assert!(
            shown.starts_with("Cotton firm on thin trade\nRecorder Report · Markets · 2021-03-08\n"),
            "{shown}"
        );
        assert!(!shown.contains('\u{1b}'), "no colours in a pipe");
    }
    let none = program.run(&["show", "999"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("there is no article `999`"), "{}", none.stderr);
    let none = program.run(&["show", "1", "--version", "3"]);
    assert!(
        none.stderr.contains("has no version 3") && none.stderr.contains("versions 1 to 1"),
        "{}",
        none.stderr
    );
    assert!(program.ok(&["show", "1", "--color", "always"]).stdout.contains('\u{1b}'));
}

#[test]
fn status_speaks_to_people_and_to_machines() {
    let program = Program::new();
    program.write("a.html", PAGE);
    program.ok(&["import", "a.html"]);
    let text = program.ok(&["status"]).stdout;
    assert!(text.contains("1 article, published 2021-03-08 to 2021-03-08; 0 without a date"), "{text}");
    let json: serde_json::Value =
        serde_json::from_str(&program.ok(&["status", "--json"]).stdout).expect("JSON");
    assert_eq!(
        (&json["articles"], &json["quotes"], &json["runs"][0]["command"]),
        (&1.into(), &1.into(), &"import".into())
    );
}

#[test]
fn wrong_usage_and_wrong_configuration_start_nothing() {
    let program = Program::new();
    assert_eq!(program.run(&["scrap"]).code, 2);
    assert_eq!(program.run(&["scrape", "--max-pages", "0"]).code, 2);
    assert_eq!(program.run(&["import", "x", "--captured-at", "yesterday"]).code, 2);
    program.write("config.toml", "[fetch]\nworkers = 3\n");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("error: config.toml:2: unknown key `fetch.workers`"), "{}", ran.stderr);
    program.write("config.toml", "[site.rules]\nbody = ['div.story__content', 'p >> q']\n");
    let ran = program.run(&["config", "check"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("config.toml:2: `site.rules.body[1]` must be a CSS selector, found \"p >> q\""),
        "{}",
        ran.stderr
    );
    assert!(!program.path("tearsheet.db").exists());
    let ran = program.run(&["scrape", "--config", "nowhere.toml"]);
    assert!(ran.code == 2 && ran.stderr.contains("`nowhere.toml`"), "{}", ran.stderr);
}

#[test]
fn config_says_what_is_in_force_and_why() {
    let program = Program::new();
    program.write("sub/my.toml", "[fetch]\nmax_attempts = 7\n[archive]\npath = \"a.db\"\n");
    let shown = program.ok(&["config", "show", "--config", "sub/my.toml"]).stdout;
    assert!(shown.contains("fetch.max_attempts = 7  # sub/my.toml:2\n"), "{shown}");
    assert!(shown.contains("fetch.timeout_seconds = 60  # default\n"), "{shown}");
    let shown = program.ok(&["config", "show", "--archive", "b.db"]).stdout;
    assert!(shown.contains("archive.path = \"b.db\"  # --archive or TEARSHEET_ARCHIVE\n"), "{shown}");
    let check = program.ok(&["config", "check", "--config", "sub/my.toml"]).stderr;
    assert!(check.contains("sub/my.toml is right") && check.contains("archive `sub/a.db`"), "{check}");
    assert!(program.ok(&["config", "anchors"]).stdout.contains("40076038\t2021-03-21\n"));
}

#[test]
fn an_archive_that_cannot_be_used_is_named_with_the_way_out() {
    let program = Program::new();
    let absent = program.run(&["status"]);
    assert_eq!(absent.code, 4);
    assert!(absent.stderr.contains("there is no archive at `tearsheet.db`"), "{}", absent.stderr);
    program.write("tearsheet.db", "this is not SQLite, and long enough to be looked at for a while, surely more than a hundred bytes in all");
    for command in [&["status"][..], &["scrape"], &["show", "1"], &["import", "tearsheet.db"]] {
        let ran = program.run(command);
        assert_eq!(ran.code, 4, "{command:?} {}", ran.stderr);
        assert!(
            ran.stderr.contains("is not an archive") && ran.stderr.contains("hint: "),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(program.run(&["status", "--archive", "."]).code, 4);
    assert_eq!(program.run(&["scrape", "--archive", "no/such/folder/a.db"]).code, 4);
}

#[test]
fn the_environment_names_archive_and_configuration() {
    let program = Program::new();
    program.write("a.html", PAGE);
    program.write("my.toml", "[archive]\npath = \"mine.db\"\n");
    let run = |name: &str, value: &str, args: &[&str]| {
        Ran::of(&program.command().env(name, value).args(args).output().expect("run"))
    };
    assert_eq!(run("TEARSHEET_CONFIG", "my.toml", &["import", "a.html"]).code, 0);
    assert!(program.path("mine.db").exists());
    assert_eq!(run("TEARSHEET_ARCHIVE", "mine.db", &["status"]).code, 0);
}

#[test]
fn quiet_is_silent_on_success_and_json_is_json() {
    let program = Program::new();
    program.write("a.html", PAGE);
    let quiet = program.ok(&["import", "-q", "a.html"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let json = program.ok(&["import", "--log-format", "json", "-v", "a.html"]);
    for line in json.stderr.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert!(event["timestamp"].is_string() && event["message"].is_string(), "{line}");
    }
    let closing = json.stderr.lines().find(|it| it.contains("import: 0 new, 0 updated, 1 unchanged"));
    let closing: serde_json::Value = serde_json::from_str(closing.expect("a line")).expect("JSON");
    let counts =
        [("command", serde_json::json!("import")), ("unchanged", 1.into()), ("exit_code", 0.into())];
    for (key, value) in counts {
        assert_eq!(closing[key], value, "{closing}");
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let program = Program::new();
    let binary = env!("CARGO_BIN_EXE_tearsheet");
    let line = format!("'{binary}' config show | head -n 1; exit ${{PIPESTATUS[0]}}");
    let output =
        Command::new("bash").args(["-c", &line]).current_dir(program.path(".")).output().expect("bash");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn completions_and_the_manual_are_made() {
    let program = Program::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(program.ok(&["completions", shell]).stdout.contains("tearsheet"));
    }
    let man = program.ok(&["man"]).stdout;
    for word in [".TH", "TEARSHEET SCRAPE", "max\\-pages", "TEARSHEET CONFIG"] {
        assert!(man.contains(word), "{word}");
    }
}

#[test]
fn the_demo_needs_nothing_and_can_be_run_twice() {
    let program = Program::new();
    let first = program.ok(&["demo"]);
    assert!(first.stderr.contains("scrape: 36 new"), "{}", first.stderr);
    assert!(first.stderr.contains("scrape: 0 new, 1 updated"), "{}", first.stderr);
    let tries: Vec<&str> =
        first.stdout.lines().filter(|it| it.trim_start().starts_with("sqlite3 demo.db")).collect();
    assert_eq!(tries.len(), 3);
    let beside = ["demo.db-wal", "demo.db-shm", "demo.db-journal"].map(|it| program.path(it));
    assert!(beside.iter().all(|it| !it.exists()), "only the archive is left");
    let archive = crate::support::program::open(&program.path("demo.db"));
    for line in tries {
        let sql = line.split('"').nth(1).expect("a query");
        assert!(!rows(&archive, sql).is_empty(), "{sql}");
    }
    let plot = first.stdout.lines().find(|it| it.contains("--plot")).expect("a plot to try");
    let args: Vec<&str> = plot.split_whitespace().skip(1).collect();
    assert!(program.ok(&args).stdout.contains("2025-10-29"), "{plot}");
    // Three boards of the exchange and three of the world, of each of the four sessions that they are dated by.
    let sessions = "SELECT day || ' ' || count(DISTINCT board) FROM rates GROUP BY day ORDER BY day";
    let days = ["2024-01-02 6", "2025-10-08 6", "2025-10-21 6", "2025-10-29 6"];
    assert_eq!(rows(&archive, sessions), days);
    assert_eq!(one(&archive, "SELECT count(DISTINCT day) FROM attention WHERE best_rank = 1"), "6");
    let second = program.ok(&["demo"]);
    assert!(
        second.stderr.contains("scrape: 36 new"),
        "every demo tells the same story\n{}",
        second.stderr
    );
    let archive = crate::support::program::open(&program.path("demo.db"));
    assert_eq!(one(&archive, "SELECT count(*) FROM articles"), "36");
}
