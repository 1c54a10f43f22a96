//! `scrape` end to end: the real binary, a site on loopback, an archive on disk.

use std::process::Stdio;

use tearsheet::demo::Miniature;

use crate::support::{
    program::{Program, one, rows},
    site::{Site, article, ok, rss, status},
};

/// The miniature site, running as long as the value lives.
fn miniature() -> (tokio::runtime::Runtime, Miniature) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let site = runtime.block_on(Miniature::start()).expect("a port");
    (runtime, site)
}

#[test]
fn every_article_is_stored_once_and_a_second_run_fetches_no_page_again() {
    let (_runtime, site) = miniature();
    let program = Program::at(site.base_url());
    let first = program.run(&["scrape"]);
    assert_eq!(first.code, 1, "one page is blocked\n{}", first.stderr);
    assert!(
        first.stderr.contains("36 new, 0 updated, 0 unchanged, 1 failed, 1 missing"),
        "{}",
        first.stderr
    );
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*), count(DISTINCT host || site_id) FROM articles"), "36|36");
    let asked = site.visits();
    let pages: Vec<_> = asked.iter().filter(|it| it.0.starts_with("/news/")).collect();
    assert_eq!(pages.len(), 38, "36 articles, a blocked one, a missing one");
    assert!(pages.iter().all(|it| *it.1 == 1), "{pages:?}");
    assert_eq!(
        asked.len(),
        38 + 7,
        "and robots.txt, four feeds, the sitemap, the feed of the blocked one"
    );

    let second = program.run(&["scrape"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert!(
        second.stderr.contains("0 new, 1 updated"),
        "the sitemap says that one changed\n{}",
        second.stderr
    );
    let again: u32 = site.visits().iter().filter(|it| it.0.starts_with("/news/")).map(|it| it.1).sum();
    assert_eq!(again, 39);
    assert_eq!(site.visits()["/robots.txt"], 1, "it counts for a day");
}

#[test]
fn a_changed_story_is_another_version_of_the_same_article() {
    let (_runtime, site) = miniature();
    let program = Program::at(site.base_url());
    program.run(&["scrape"]);
    program.run(&["scrape"]);
    let archive = program.archive();
    let versions = rows(
        &archive,
        "SELECT version, headline FROM versions WHERE article_id = (SELECT id FROM articles WHERE version = 2) ORDER BY version",
    );
    assert_eq!(versions.len(), 2, "{versions:?}");
    assert!(versions[0].contains("edges up") && versions[1].contains("extends gains"), "{versions:?}");
    let diff = program.ok(&["show", "40281811", "--diff"]).stdout;
    assert!(diff.contains("[-edges-]{+extends+} [-up-]{+gains+}"), "{diff}");
    let old = program.ok(&["show", "40281811", "--version", "1"]).stdout;
    assert!(old.contains("edges up") && !old.contains("extends gains"), "{old}");
    let found = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'headline:extends'";
    assert_eq!(one(&archive, found), "1", "the index follows the version");
}

#[test]
fn raw_pages_are_kept_byte_for_byte() {
    let site = Site::start();
    site.feed(&["/news/1/a"]);
    let page = article("A headline", "Bytes\u{a0}and \u{25b2} all.");
    site.on("/news/1/a", [ok(page.clone())]);
    let program = Program::at(site.base());
    program.run(&["scrape"]);
    assert_eq!(program.ok(&["show", "1", "--raw"]).stdout, page);
    let archive = program.archive();
    assert_eq!(
        one(
            &archive,
            "SELECT count(*) FROM captures c JOIN bodies b ON b.id = c.body_id AND b.sha256 = c.sha256"
        ),
        "1"
    );
}

#[test]
fn equal_strips_in_a_row_are_kept_once_and_dated_by_capture() {
    let site = Site::start();
    site.feed(&["/news/1/a", "/news/2/b"]);
    let strip = "<ul><li>ANL 34.36 Increased By ▲ 0.36 (1.06%)</li></ul>";
    let page = |it: &str| ok(article(it, "Text.").replace("<body>", &format!("<body>{strip}")));
    site.on("/news/1/a", [page("One")]);
    site.on("/news/2/b", [page("Two")]);
    let program = Program::at(site.base());
    program.run(&["scrape"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*), sum(captures) FROM strips"), "1|2");
    assert_eq!(one(&archive, "SELECT count(DISTINCT strip_id) FROM captures"), "1");
    let now = tearsheet::model::Captured::At(chrono::Utc::now());
    let session = tearsheet::config::Config::default().profile.market.session_of(now);
    let session = session.expect("the hours are known");
    let quote = one(&archive, "SELECT day, symbol, kind, price, direction, suspect FROM quotes");
    assert_eq!(quote, format!("{session}|ANL|stock|34.36|up|0"), "never by the article's date");
    let daily = one(&archive, "SELECT symbol, open, high, low, close, captures FROM quotes_daily");
    assert_eq!(daily, "ANL|34.36|34.36|34.36|34.36|2");
}

#[test]
fn a_ticker_or_a_related_list_that_moves_makes_no_version() {
    let site = Site::start();
    site.feed(&["/news/1/a"]);
    let page = |strip: &str, related: &str| {
        let page = article("A", "Text.");
        let page = page.replace("<body>", &format!("<body><p>{strip}</p>"));
        ok(page.replace("</body>", &format!("<ul><li><a href=/news/9/x>{related}</a></ul></body>")))
    };
    site.on(
        "/news/1/a",
        [
            page("ANL 34.36 Increased By ▲ 0.36 (1.06%)", "One story"),
            page("ANL 34.40 Increased By ▲ 0.40 (1.18%)", "Another story"),
        ],
    );
    let program = Program::at(site.base());
    program.run(&["scrape"]);
    program.archive().execute("UPDATE pages SET due_at = '2000-01-01T00:00:00Z'", []).expect("update");
    let second = program.run(&["scrape"]);
    assert!(second.stderr.contains("0 new, 0 updated, 1 unchanged"), "{}", second.stderr);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT version FROM articles"), "1");
    assert_eq!(one(&archive, "SELECT count(*) FROM strips"), "2");
    assert_eq!(one(&archive, "SELECT title FROM links"), "Another story");
}

#[test]
fn a_stale_feed_is_reported_and_its_articles_are_kept_all_the_same() {
    let site = Site::start();
    let old = chrono::Utc::now() - chrono::TimeDelta::days(40);
    site.on("/feeds/latest-news", [ok(rss(site.base(), &["/news/1/a"], old))]);
    site.on("/feeds/markets", [ok("<html>not a feed</html>")]);
    site.on("/feeds/pakistan", [ok(rss(site.base(), &[], old))]);
    site.on("/news/1/a", [ok(article("A", "Text."))]);
    let program = Program::at(site.base());
    let ran = program.run(&["scrape"]);
    assert!(ran.stderr.contains("/feeds/latest-news is stale"), "{}", ran.stderr);
    assert!(ran.stderr.contains("/feeds/markets cannot be read: not a feed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("/feeds/pakistan names no article"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 source stale, 1 source empty"), "{}", ran.stderr);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*) FROM articles"), "1");
    let states = rows(
        &archive,
        "SELECT state FROM sources WHERE url LIKE '%latest%' OR url LIKE '%markets' OR url LIKE '%pakistan' ORDER BY url",
    );
    assert_eq!(states, ["stale", "failed", "empty"]);
}

#[test]
fn limits_stop_a_run_and_the_same_command_goes_on() {
    let (_runtime, site) = miniature();
    let program = Program::at(site.base_url());
    let first = program.ok(&["scrape", "--max-pages", "5"]);
    assert!(first.stderr.contains("limit reached, 33 pages still queued"), "{}", first.stderr);
    program.run(&["scrape"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*) FROM articles"), "36");
    assert!(
        site.visits()
            .iter()
            .filter(|it| it.0.starts_with("/news/") && !it.0.contains("40281811"))
            .all(|it| *it.1 == 1)
    );
    assert_eq!(rows(&archive, "SELECT outcome FROM runs ORDER BY id"), ["limited", "incomplete"]);
}

#[test]
fn a_dry_run_fetches_no_article_and_writes_nothing() {
    let (_runtime, site) = miniature();
    let program = Program::at(site.base_url());
    let plan = program.ok(&["scrape", "--dry-run"]);
    assert_eq!(plan.stdout.lines().count(), 38, "{}", plan.stdout);
    assert!(plan.stderr.contains("would fetch 38 new pages"), "{}", plan.stderr);
    assert!(!program.path("tearsheet.db").exists());
    assert!(site.visits().keys().all(|it| !it.starts_with("/news/")));
}

#[test]
fn an_interrupted_run_keeps_what_is_finished_and_the_same_command_resumes() {
    let site = Site::start();
    let paths: Vec<String> = (1..=40).map(|it| format!("/news/{it}/a")).collect();
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.feed(&listed);
    for path in &paths {
        site.on(path, [ok(article(path, "Text.")).after(std::time::Duration::from_millis(40))]);
    }
    let program = Program::at(site.base());
    let child = program.command().arg("scrape").stderr(Stdio::piped()).spawn().expect("spawn");
    while site.all_visits().iter().filter(|it| it.path.starts_with("/news/")).count() < 4 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill").success());
    let output = child.wait_with_output().expect("output");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("the same command resumes"), "{said}");
    let kept: usize =
        one(&program.archive(), "SELECT count(*) FROM articles").parse().expect("a number");
    assert!(0 < kept && kept < 40, "{kept}");
    program.ok(&["scrape"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*) FROM articles"), "40");
    let visits = site.all_visits().iter().filter(|it| it.path.starts_with("/news/")).count();
    assert_eq!(visits, 40, "what was stored is not asked for again");
    assert_eq!(rows(&archive, "SELECT outcome FROM runs ORDER BY id"), ["interrupted", "finished"]);
}

#[test]
fn a_run_that_was_killed_leaves_no_claim_and_loses_nothing() {
    let site = Site::start();
    let paths: Vec<String> = (1..=30).map(|it| format!("/news/{it}/a")).collect();
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.feed(&listed);
    for path in &paths {
        site.on(path, [ok(article(path, "Text.")).after(std::time::Duration::from_millis(10))]);
    }
    let program = Program::at(site.base());
    for stop_at in [3, 9, 17] {
        let mut child = program.command().args(["scrape", "-q"]).spawn().expect("spawn");
        while site.all_visits().iter().filter(|it| it.path.starts_with("/news/")).count() < stop_at {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        child.kill().expect("kill");
        child.wait().expect("wait");
        let verified = program.ok(&["verify"]);
        assert!(verified.stdout.contains("no harm"), "{}", verified.stdout);
    }
    program.ok(&["scrape"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*), count(DISTINCT site_id) FROM articles"), "30|30");
    assert_eq!(one(&archive, "SELECT count(*) FROM pages WHERE claimed_by IS NOT NULL"), "0");
    assert_eq!(one(&archive, "PRAGMA integrity_check"), "ok");
    assert!(rows(&archive, "PRAGMA foreign_key_check").is_empty());
    assert_eq!(one(&archive, "SELECT count(*) FROM runs WHERE outcome = 'killed'"), "3");
}

#[test]
fn two_runs_at_once_are_one_too_many() {
    let site = Site::start();
    site.on("/robots.txt", [status(404).after(std::time::Duration::from_secs(3))]);
    let program = Program::at(site.base());
    let mut first =
        program.command().args(["scrape", "-q"]).stderr(Stdio::null()).spawn().expect("spawn");
    while site.all_visits().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = program.run(&["scrape"]);
    assert_eq!(second.code, 7, "{}", second.stderr);
    assert!(
        second.stderr.contains("another run holds") && second.stderr.contains("hint: "),
        "{}",
        second.stderr
    );
    first.wait().expect("wait");
}

#[test]
fn every_form_of_an_address_is_one_article() {
    let site = Site::start();
    let forms = [
        "/news/1/a",
        "/news/1",
        "/news/1/a/",
        "/news/1/another-slug?utm_source=x",
        "/news/amp/1",
        "/news/2/b#top",
    ];
    site.feed(&forms);
    site.on("/news/1/a", [ok(article("One", "Text."))]);
    site.on("/news/2/b", [ok(article("Two", "Text."))]);
    let program = Program::at(site.base());
    program.ok(&["scrape"]);
    let ids = rows(&program.archive(), "SELECT site_id FROM articles ORDER BY 1");
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(site.all_visits().iter().filter(|it| it.path.starts_with("/news/")).count(), 2);
}

#[test]
fn links_to_the_public_site_are_asked_for_on_the_base_url() {
    let site = Site::start();
    let feed = rss("https://www.brecorder.com", &["/news/1/a"], chrono::Utc::now());
    site.on("/feeds/latest-news", [ok(feed)]);
    site.on("/news/1/a", [ok(article("One", "Text."))]);
    let program = Program::at(site.base());
    program.ok(&["scrape"]);
    let row = one(&program.archive(), "SELECT host, site_id, url FROM articles");
    assert_eq!(row, format!("brecorder.com|1|{}", site.url("/news/1/a")));
}

#[test]
fn listing_pages_are_a_source_like_any_other() {
    let site = Site::start();
    site.on(
        "/latest-news",
        [ok("<h2><a href='/news/1/a'>One</a></h2><p><a href='/trends/x'>x</a></p>")],
    );
    site.on("/news/1/a", [ok(article("One", "Text."))]);
    let program = Program::at(site.base());
    let settings = crate::support::program::config(site.base())
        + "feeds = []\nsitemaps = []\n[[site.listings]]\nurl = \"/latest-news\"\n[site.cards]\nlinks = [\"h2 a\"]\n";
    program.write("config.toml", &settings);
    program.ok(&["scrape"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "1");
    assert_eq!(one(&program.archive(), "SELECT via FROM pages"), "listing");
}
