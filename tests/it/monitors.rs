//! Work that nobody watches: what a run leaves for programs, and what a monitor is told.

use std::fs;

use serde_json::Value;

use crate::support::{
    program::Program,
    site::{Site, article, ok, rss, status},
};

/// A folder with a site of one story, and lines for `[ops]`.
fn watched(ops: &str) -> (Site, Program) {
    let site = Site::start();
    site.feed(&["/news/1/a"]);
    site.on("/news/1/a", [ok(article("First", "Text."))]);
    let program = Program::plain(site.base(), "");
    let text = fs::read_to_string(program.path("config.toml")).expect("a file");
    program.write("config.toml", &format!("{text}\n[ops]\n{ops}"));
    (site, program)
}

fn summary(program: &Program, name: &str) -> Value {
    let text = fs::read_to_string(program.path(name)).expect("a summary");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_run_leaves_its_summary_and_its_metrics_whatever_its_end() {
    let (site, program) = watched("");
    let leave = ["--summary", "s.json", "--metrics-file", "m.prom"];
    program.ok(&[&["scrape", "-q"], leave.as_slice()].concat());
    let said = summary(&program, "s.json");
    let expect = [
        ("message_type", Value::from("summary")),
        ("command", "scrape".into()),
        ("run_id", 1.into()),
        ("outcome", "finished".into()),
        ("exit_code", 0.into()),
        ("new", 1.into()),
        ("failed", 0.into()),
        ("blocked", 0.into()),
        ("requests", 3.into()),
        ("retry_at", Value::Null),
        ("drift", Value::Array(Vec::new())),
    ];
    for (key, value) in expect {
        assert_eq!(said[key], value, "{key}: {said}");
    }
    let metrics = fs::read_to_string(program.path("m.prom")).expect("metrics");
    assert!(metrics.starts_with("# HELP tearsheet_run_last_success_timestamp_seconds"), "{metrics}");
    assert!(metrics.contains("result=\"new\"} 1\n"), "{metrics}");
    // The site refuses; the last good run stays in the metrics.
    site.on("/robots.txt", [status(503)]);
    program.archive().execute("DELETE FROM robots", []).expect("delete");
    let ran = program.run(&[&["scrape", "-q"], leave.as_slice()].concat());
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let said = summary(&program, "s.json");
    assert_eq!((&said["exit_code"], &said["run_id"]), (&3.into(), &2.into()));
    let metrics = fs::read_to_string(program.path("m.prom")).expect("metrics");
    assert!(metrics.starts_with("# HELP tearsheet_run_last_success_timestamp_seconds"), "{metrics}");
    assert!(metrics.contains("tearsheet_run_exit_code{") && metrics.contains("} 3\n"), "{metrics}");
}

#[test]
fn a_run_that_never_began_has_a_summary_without_a_run() {
    let (_site, program) = watched("");
    program.ok(&["scrape", "-q"]);
    let held = tearsheet::store::Writer::open(&program.path("tearsheet.db"), chrono_tz::UTC);
    assert_eq!(program.run(&["scrape", "--summary", "s.json"]).code, 7);
    let said = summary(&program, "s.json");
    assert_eq!((&said["exit_code"], &said["run_id"]), (&7.into(), &Value::Null));
    drop(held);
    program.write("config.toml", "[fetch]\nrequests_per_second = \"many\"\n");
    assert_eq!(program.run(&["scrape", "--summary", "s.json"]).code, 2);
    let said = summary(&program, "s.json");
    assert_eq!((&said["outcome"], &said["site"]), (&"refused".into(), &Value::Null));
    // A summary that cannot be written is an output that cannot be written.
    let (_site, program) = watched("");
    assert_eq!(program.run(&["scrape", "--summary", "no/such/folder/s.json"]).code, 5);
}

#[test]
fn a_monitor_is_told_and_a_dead_one_is_a_warning() {
    let monitor = Site::start();
    monitor.on("/ping/start", [ok("")]);
    monitor.on("/ping/0", [ok("")]);
    let (_site, program) = watched(&format!("ping = \"{}/ping/\"\n", monitor.base()));
    let ran = program.ok(&["scrape"]);
    assert!(!ran.stderr.contains("monitor"), "{}", ran.stderr);
    assert_eq!((monitor.visits("/ping/start").len(), monitor.visits("/ping/0").len()), (1, 1));
    monitor.on("/ping/0", [status(500)]);
    let ran = program.ok(&["scrape"]);
    assert!(ran.stderr.contains("the monitor at 127.0.0.1 was not told of 0"), "{}", ran.stderr);
}

#[test]
fn hooks_are_run_for_what_happened_with_the_summary_on_their_input() {
    let ops = "[[ops.hooks]]\non = [\"success\"]\nrun = [\"tee\", \"good.json\"]\n\
               [[ops.hooks]]\non = [\"failure\", \"gap\"]\nrun = [\"tee\", \"bad.json\"]\n\
               [[ops.hooks]]\non = [\"success\"]\nrun = [\"no-such-program\"]\n";
    let (_site, program) = watched(ops);
    let ran = program.ok(&["scrape"]);
    assert!(ran.stderr.contains("the hook `no-such-program` cannot be run"), "{}", ran.stderr);
    assert_eq!(summary(&program, "good.json")["new"], 1);
    assert!(!program.path("bad.json").exists());
    let ran = program.run(&["config", "check", "--config", "config.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    program.write("wrong.toml", "[[ops.hooks]]\non = [\"always\"]\nrun = [\"x\"]\n");
    let ran = program.run(&["config", "check", "--config", "wrong.toml"]);
    assert!(ran.code == 2 && ran.stderr.contains("some of \"success\""), "{}", ran.stderr);
}

#[test]
fn a_pass_that_sees_nothing_ends_with_8_and_says_so_in_quiet_too() {
    let empty = rss("", &[], chrono::Utc::now());
    for (what, reply) in [
        ("missing", status(404)),
        ("unreadable", ok("<html>not a feed</html>")),
        ("empty", ok(empty)),
        ("an error", status(500)),
    ] {
        let site = Site::start();
        site.on("/feeds/latest-news", [reply]);
        let program = Program::plain(site.base(), "max_attempts = 1");
        let ran = program.run(&["scrape", "-q"]);
        assert_eq!(ran.code, 8, "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("scrape: 0 new"), "{what}: {}", ran.stderr);
    }
    let site = Site::start();
    let old = chrono::Utc::now() - chrono::TimeDelta::days(40);
    site.on("/feeds/latest-news", [ok(rss(site.base(), &["/news/1/a"], old))]);
    site.on("/news/1/a", [ok(article("A", "Text."))]);
    let program = Program::new();
    let feed = "sitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\nstale_after_hours = 24\n";
    program.configure(site.base(), "", feed);
    let ran = program.ok(&["scrape", "-q"]);
    assert!(ran.stderr.contains("every source is stale"), "{}", ran.stderr);
}

#[test]
fn a_check_speaks_as_monitoring_plugins_do() {
    let (site, program) = watched("");
    let check = |args: &[&str], code: i32, begins: &str| {
        let ran = program.run(&[&["status", "--check"], args].concat());
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.starts_with(begins) && ran.stdout.lines().count() <= 1, "{}", ran.stdout);
    };
    check(&[], 2, "TEARSHEET CRITICAL - there is no archive");
    program.ok(&["scrape", "-q"]);
    check(&[], 0, "TEARSHEET OK - last good run 0m ago, 1 article | age=");
    check(&["--max-age", "soon"], 3, "");
    program
        .archive()
        .execute("UPDATE runs SET finished_at = '2024-01-01T00:00:00Z'", [])
        .expect("update");
    check(&["--max-age", "2h"], 2, "TEARSHEET CRITICAL - the last good run was ");
    site.on("/feeds/latest-news", [status(404)]);
    program.run(&["scrape", "-q"]);
    check(&[], 2, "TEARSHEET CRITICAL - no source can be read");
    program.write("config.toml", "nonsense");
    check(&[], 3, "TEARSHEET UNKNOWN - ");
}
