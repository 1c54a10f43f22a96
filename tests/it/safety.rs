//! Nothing is destroyed, nothing leaks, and nothing goes on for ever: what an export, a demo, a reader, a stranger's
//! redirect and a site without end may not do.

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::symlink,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    program::{Program, Ran, one, rows},
    secure::{Answer, SecureSite},
    site::{Reply, Site, article, ok, redirect, rss, status},
};

const A: &str = "/news/40000001/a";
const FEED: &str = "/feeds/latest-news";

/// A folder with a demo's archive under the name of a real one.
fn archived() -> Program {
    let program = Program::new();
    program.ok(&["--archive", "a.db", "demo"]);
    program
}

#[track_caller]
fn check(program: &Program, args: &[&str], code: i32, expect: &str) {
    let ran = program.run(&[&["--archive", "a.db"], args].concat());
    assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(expect), "{args:?}: {}", ran.stderr);
}

// ---- what an output may replace

#[test]
fn an_output_never_takes_the_place_of_a_database() {
    let program = archived();
    let before = fs::read(program.path("a.db")).expect("an archive");
    fs::create_dir(program.path("sub")).expect("a folder");
    symlink(program.path("a.db"), program.path("link.csv")).expect("a link");
    fs::hard_link(program.path("a.db"), program.path("hard.csv")).expect("a second name");
    for what in ["articles", "quotes", "links"] {
        for format in ["csv", "jsonl", "parquet"] {
            let to = |path| ["export", what, "--format", format, "--force", "--out", path];
            check(&program, &to("a.db"), 2, "no export is a `.db` file");
            check(&program, &to("hard.csv"), 2, "");
            check(&program, &to("link.csv"), 2, "");
        }
    }
    let csv = |path| ["export", "articles", "--format", "csv", "--force", "--out", path];
    fs::rename(program.path("a.db"), program.path("a")).expect("another name");
    for (path, expect) in [
        ("a", "is in use by this command"),
        ("./sub/../a", "is in use by this command"),
        ("a-wal", "belongs to the database"),
        ("a-shm", "belongs to the database"),
        ("a-journal", "belongs to the database"),
        ("a.lock", "belongs to the database"),
        ("./sub/../a-wal", "belongs to the database"),
    ] {
        let ran = program.run(&[&["--archive", "a"], &csv(path)[..]].concat());
        assert_eq!(ran.code, 2, "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains(expect), "{path}: {}", ran.stderr);
    }
    fs::rename(program.path("a"), program.path("a.db")).expect("its own name");
    fs::copy(program.path("a.db"), program.path("other.csv")).expect("another database");
    check(&program, &csv("other.csv"), 2, "is an SQLite database");
    check(&program, &["quotes", "KSE100", "--out", "link.csv.svg", "--force"], 0, "");
    program.write("old.svg", "");
    symlink(program.path("old.svg"), program.path("chart.svg")).expect("a link");
    check(&program, &["quotes", "KSE100", "--out", "chart.svg", "--force"], 2, "is a link");
    check(&program, &["export", "datasette-metadata", "--out", "hard.csv", "--force"], 2, "");
    check(&program, &["export", "warc", "--wacz", "--out", "hard.csv", "--force"], 2, "");
    check(&program, &["export", "warc", "--out", "a.db-wal"], 2, "belongs to the database");
    check(&program, &["backup", "a.db"], 2, "is in use by this command");
    assert!(fs::read(program.path("a.db")).expect("an archive") == before, "not a byte has changed");
}

#[test]
fn a_file_is_replaced_only_by_force_and_the_configuration_never() {
    let program = archived();
    program.write("mine.csv", "mine");
    program.write("mine.csv.partial", "mine, too");
    program.write("config.toml", "");
    let out = ["export", "articles", "--out", "mine.csv"];
    check(&program, &out, 2, "`mine.csv` exists already\nhint: name another file, or replace this one");
    assert_eq!(fs::read_to_string(program.path("mine.csv")).expect("a file"), "mine");
    check(&program, &[&out[..], &["--force"]].concat(), 0, "rows to mine.csv");
    assert!(fs::read_to_string(program.path("mine.csv")).expect("a file").starts_with("id,host,"));
    let config = ["export", "articles", "--format", "csv", "--force", "--out", "config.toml"];
    check(&program, &config, 2, "is in use by this command");
    let names = fs::read_dir(program.path("")).expect("a folder");
    let mut names: Vec<_> =
        names.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.retain(|it| !it.starts_with("a.db"));
    names.sort();
    assert_eq!(names, ["config.toml", "mine.csv", "mine.csv.partial"]);
    assert_eq!(fs::read_to_string(program.path("mine.csv.partial")).expect("a file"), "mine, too");
}

#[test]
fn an_ending_that_no_export_has_is_an_error() {
    let program = archived();
    for name in ["a.xlsx", "a.json", "a.tsv", "a.xlsx.gz"] {
        check(&program, &["export", "articles", "--out", name], 2, "no export is a `.");
    }
    check(&program, &["export", "articles", "--format", "csv", "--out", "a.xlsx"], 2, "no export is a");
    check(
        &program,
        &["export", "articles", "--format", "csv", "--out", "a.parquet"],
        2,
        "ends in .parquet",
    );
    check(&program, &["export", "articles", "--format", "csv", "--out", "a.txt"], 0, "rows to a.txt");
    check(&program, &["export", "articles", "--out", "plain"], 0, "rows to plain");
}

#[test]
fn devices_and_pipes_are_written_straight() {
    let program = archived();
    let to = |path| ["--archive", "a.db", "export", "articles", "--format", "csv", "--out", path];
    program.ok(&to("/dev/null"));
    let straight = program.ok(&to("/dev/stdout")).stdout;
    assert_eq!(straight, program.ok(&to("-")).stdout);
    assert!(std::fs::metadata("/dev/null").is_ok_and(|it| !it.is_file()));
}

#[test]
fn a_damaged_archive_is_no_fault_of_the_output() {
    let program = archived();
    let archive = program.archive_at("a.db");
    let page: u64 = one(&archive, "SELECT rootpage FROM sqlite_schema WHERE name = 'articles'")
        .parse()
        .expect("a page");
    drop(archive);
    let mut bytes = fs::read(program.path("a.db")).expect("an archive");
    let at = usize::try_from((page - 1) * 4096).expect("a small file");
    bytes[at..at + 4096].fill(0xAA);
    fs::write(program.path("a.db"), bytes).expect("write");
    for format in ["csv", "jsonl"] {
        let args = ["export", "articles", "--format", format, "--out", &format!("out.{format}")];
        check(&program, &args, 4, "the archive is damaged");
        assert!(!program.path(&format!("out.{format}")).exists());
    }
}

// ---- a demo is a demo

#[test]
fn a_demo_puts_nothing_into_an_archive_that_is_not_a_demos() {
    let site = Site::start();
    site.feed(&[A]);
    site.on(A, [ok(article("Sugar mills resume crushing", "They did."))]);
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    fs::copy(program.path("tearsheet.db"), program.path("demo.db")).expect("a copy");
    let count = |name: &str| one(&program.archive_at(name), "SELECT count(*) FROM articles");
    let ran = program.run(&["--archive", "tearsheet.db", "demo"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("`tearsheet.db` is not a demo's archive"), "{}", ran.stderr);
    let by_environment = program.command().arg("demo").env("TEARSHEET_ARCHIVE", "tearsheet.db").output();
    assert_eq!(Ran::of(&by_environment.expect("the binary runs")).code, 2);
    // Not even under the name that a demo has.
    assert_eq!(program.run(&["demo"]).code, 2);
    assert_eq!([count("tearsheet.db"), count("demo.db")], ["1", "1"]);
    fs::remove_file(program.path("demo.db")).expect("remove");
    program.ok(&["demo"]);
    program.ok(&["demo"]);
    assert_eq!(count("demo.db"), "36", "a demo's own archive is made anew");
}

// ---- what the user tells the site goes nowhere else

/// The words that nobody else may hear.
const SECRETS: &str = "allow_private_addresses = true\n[fetch.headers]\nX-Api-Key = 'top secret'\nCookie = 'session=secret'\n";

#[track_caller]
fn heard_nothing(site: &Site) {
    for visit in site.all_visits() {
        let said = format!("{:?}", visit.headers);
        assert!(!said.contains("secret") && !said.contains("cookie"), "{}: {said}", visit.path);
    }
}

#[test]
fn a_web_archive_hears_no_header_and_no_cookie_of_the_sites() {
    let archive = Site::start();
    archive.otherwise(|_, _| status(404).header("set-cookie", "theirs=1"));
    let site = Site::start();
    let program = Program::new();
    // Another name for loopback, as another host would have.
    let elsewhere = archive.base().replace("127.0.0.1", "localhost");
    program.configure(
        site.base(),
        SECRETS,
        &format!(
            "feeds = []\nsitemaps = []\n[[site.web_archives]]\nname = \"copy\"\ncdx = \"{elsewhere}/cdx\"\n\
             replay = \"{elsewhere}/web/{{timestamp}}id_/{{url}}\"\nrequests_per_minute = 60000\ndays_after = 1\n"
        ),
    );
    program.run(&["backfill", "--via", "copy", "--from", "2024-01-02", "--to", "2024-01-03"]);
    assert!(2 <= archive.all_visits().len(), "robots.txt and the index are asked for");
    heard_nothing(&archive);
    assert!(archive.all_visits().iter().all(|it| it.headers.contains_key("user-agent")));
    // The site itself hears all of it.
    program.configure(
        site.base(),
        SECRETS,
        "sitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n",
    );
    site.feed(&[]);
    program.run(&["scrape"]);
    let visit = site.visits(FEED).pop().expect("a visit");
    assert_eq!(visit.headers.get("x-api-key").map(String::as_str), Some("top secret"));
    assert_eq!(visit.headers.get("cookie").map(String::as_str), Some("session=secret"));
}

#[test]
fn a_look_alike_port_of_the_site_hears_nothing() {
    let other = Site::start();
    let site = Site::start();
    site.feed(&[A]);
    // A redirect to the same host at another port.
    site.on(A, [redirect(&other.url(A))]);
    let program = Program::plain(site.base(), SECRETS);
    program.run(&["scrape"]);
    heard_nothing(&other);
}

#[test]
fn robots_txt_is_never_led_to_another_origin() {
    let plain = Site::start();
    plain.otherwise(|_, _| ok("User-agent: *\nAllow: /\nSitemap: /evil\n"));
    // From https to http, which is another port, too.
    let to = plain.url("/robots.txt");
    let secure = SecureSite::start(&["h2"], |base| {
        HashMap::from([
            ("/robots.txt".to_owned(), Answer::GoTo(to.clone())),
            (FEED.to_owned(), Answer::Page(rss(base, &[A], chrono::Utc::now()))),
        ])
    });
    let program = Program::plain(&secure.base, SECRETS);
    let mut command = program.command();
    let ran = command.arg("scrape").env("SSL_CERT_FILE", secure.authority()).output();
    let ran = Ran::of(&ran.expect("the binary runs"));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("another origin cannot speak for this one"), "{}", ran.stderr);
    assert!(plain.all_visits().is_empty());
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM robots"), "0");
    // From one port to another.
    let site = Site::start();
    site.feed(&[A]);
    site.on("/robots.txt", [redirect(&to)]);
    assert_eq!(Program::plain(site.base(), SECRETS).run(&["scrape"]).code, 3);
    assert!(plain.all_visits().is_empty() && site.visits(FEED).is_empty());
}

#[test]
fn a_base_url_with_a_password_is_refused() {
    let program = Program::new();
    program.write("config.toml", "[site]\nbase_url = \"https://me:secret@news.example/\"\n");
    let ran = program.run(&["config", "check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("without user name and password"), "{}", ran.stderr);
}

// ---- no answer loses a page

#[test]
fn an_answer_that_says_nothing_loses_no_page() {
    let page = article("Sugar mills resume crushing", "They did.");
    for (answer, state) in [
        (status(304), "broken|not_modified"),
        (status(304).header("etag", "\"1\""), "broken|not_modified"),
        (redirect("/"), "missing|redirected_away"),
        (ok(article("Page not found", "It is gone.")), "missing|soft_not_found"),
    ] {
        let site = Site::start();
        site.feed(&[A]);
        site.on(A, [answer]);
        let program = Program::plain(site.base(), "max_attempts = 1");
        for _ in 0..4 {
            program.run(&["scrape"]);
            let archive = program.archive();
            assert_eq!(one(&archive, "SELECT state || '|' || reason FROM pages"), state);
            assert_eq!(one(&archive, "SELECT due_at IS NOT NULL FROM pages"), "1", "{state}");
            archive.execute("UPDATE pages SET due_at = '2020-01-01T00:00:00Z'", []).expect("update");
        }
        site.on(A, [ok(page.clone())]);
        program.ok(&["scrape"]);
        assert_eq!(one(&program.archive(), "SELECT state FROM pages"), "stored");
    }
}

#[test]
fn a_page_that_was_given_up_and_is_still_named_is_asked_for_again() {
    let site = Site::start();
    site.feed(&[A]);
    let program = Program::plain(site.base(), "");
    for _ in 0..3 {
        program.run(&["scrape"]);
        let due = "UPDATE pages SET due_at = '2020-01-01T00:00:00Z' WHERE due_at IS NOT NULL";
        program.archive().execute(due, []).expect("update");
    }
    assert_eq!(site.visits(A).len(), 3);
    assert_eq!(one(&program.archive(), "SELECT due_at IS NULL FROM pages"), "1", "three times 404");
    program.run(&["scrape"]);
    assert_eq!(site.visits(A).len(), 3, "not at once");
    let wait = "SELECT round(julianday(due_at) - julianday(visited_at)) FROM pages";
    assert_eq!(one(&program.archive(), wait), "7", "a week after the last visit");
    // 410 is for good.
    site.on(A, [status(410)]);
    program.archive().execute("UPDATE pages SET due_at = '2020-01-01T00:00:00Z'", []).expect("update");
    program.run(&["scrape"]);
    program.run(&["scrape"]);
    assert_eq!(one(&program.archive(), "SELECT reason, due_at IS NULL FROM pages"), "gone|1");
}

// ---- a site whose every answer names another address

fn index(base: &str, names: impl Iterator<Item = usize>) -> Reply {
    let name = |it| format!("<sitemap><loc>{base}/s/{it}</loc></sitemap>");
    let names = names.map(name).collect::<Vec<_>>().concat();
    ok(format!("<sitemapindex>{names}</sitemapindex>")).header("content-type", "application/xml")
}

/// An answer made of the path and of the number of visits before.
type Answering = Box<dyn Fn(&str, usize) -> Reply + Send + Sync>;

/// Answers that lead on and on: what they are called, and what they say.
fn without_end(base: &str) -> Vec<(&'static str, Answering)> {
    let (a, b, c, d) = (base.to_owned(), base.to_owned(), base.to_owned(), base.to_owned());
    vec![
        ("indexes", Box::new(move |_, count| index(&a, count * 50..count * 50 + 50))),
        (
            "an index that names itself",
            Box::new(move |path, _| {
                ok(format!("<sitemapindex><sitemap><loc>{b}{path}</loc></sitemap></sitemapindex>"))
            }),
        ),
        ("redirects", Box::new(move |_, count| redirect(&format!("{c}/r/{count}")))),
        (
            "pages that follow",
            Box::new(move |path, count| {
                let path = path.split('?').next().unwrap_or_default();
                ok(format!(
                    "<h2 class=story__title><a href='{d}/news/{}/a'>x</a></h2><a rel=next href='{path}?p={count}'>Next</a>",
                    40_000_000 + count
                ))
            }),
        ),
        ("parts of an answer", Box::new(move |_, count| ok(format!("x\n\nkey{count}\n")))),
    ]
}

const COMMANDS: [&[&str]; 5] = [
    &["scrape", "--max-pages", "3"],
    &["scrape", "--dry-run"],
    &["backfill", "--from", "2024-01-02", "--to", "2024-01-02", "--ids", "off", "--max-pages", "3"],
    &["backfill", "--via", "copy", "--from", "2024-01-02", "--to", "2024-01-02", "--max-pages", "3"],
    &["backfill", "--from", "2024-01-02", "--to", "2024-01-02", "--dry-run"],
];

fn endless(site: &Site, fetch: &str, more: &str) -> Program {
    let program = Program::new();
    let base = site.base();
    program.configure(
        base,
        &format!("{fetch}\nmax_attempts = 1\nrespect_robots = false\nallow_private_addresses = true"),
        &format!(
            "feeds = []\n[[site.sitemaps]]\nurl = \"/sitemap\"\n[[site.archives]]\nurl = \"/archive/{{date}}\"\n\
             [[site.web_archives]]\nname = \"copy\"\ncdx = \"{base}/cdx\"\n\
             replay = \"{base}/web/{{timestamp}}id_/{{url}}\"\nrequests_per_minute = 60000\ndays_after = 1\n{more}"
        ),
    );
    program
}

#[test]
fn every_command_ends_against_a_site_without_end() {
    let names = without_end("").into_iter().map(|it| it.0).enumerate().collect::<Vec<_>>();
    for (number, name) in names {
        for args in COMMANDS {
            // Two thousand parts of an index are a unit test's.
            if args.contains(&"--via") && name == "parts of an answer" {
                continue;
            }
            let site = Site::start();
            site.otherwise(without_end(site.base()).swap_remove(number).1);
            endless(&site, "requests_per_second = 10000", "").run(args);
            let asked = site.all_visits().len();
            // Fifty pages of a listing, twenty files of a sitemap; a dry run looks up some ids, too.
            assert!(
                asked <= if args.contains(&"backfill") { 260 } else { 80 },
                "{name}, {args:?}: {asked} requests"
            );
        }
    }
}

#[test]
fn every_command_listens_between_two_requests_of_a_site_without_end() {
    // Left alone, each of these would go on for minutes.
    let more = "[site.discovery]\nsitemap_files = 5000\nsitemap_depth = 10\n";
    for (args, number) in [(COMMANDS[0], 0), (COMMANDS[1], 0), (COMMANDS[2], 3), (COMMANDS[3], 4)] {
        let site = Site::start();
        site.otherwise(without_end(site.base()).swap_remove(number).1);
        let program = endless(&site, "requests_per_second = 5", more);
        let mut command = program.command();
        command.args(args).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().expect("the binary runs");
        let began = Instant::now();
        while site.all_visits().len() < 3 && began.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(20));
        }
        let pid = child.id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .is_ok_and(|it| it.success())
        );
        let asked = site.all_visits().len();
        let ran = Ran::of(&child.wait_with_output().expect("an output"));
        assert_eq!(ran.code, 130, "{args:?}: {}", ran.stderr);
        assert!(site.all_visits().len() <= asked + 2, "{args:?}");
    }
}

// ---- readers change nothing, writers copy first

/// An archive that an earlier version wrote.
fn old_archive() -> Program {
    let program = Program::new();
    fs::copy("fixtures/archive/0003.db", program.path("tearsheet.db")).expect("a fixture");
    program
}

#[test]
fn readers_change_nothing_of_an_archive_of_an_earlier_version() {
    let program = old_archive();
    let before = fs::read(program.path("tearsheet.db")).expect("an archive");
    for args in [
        &["status"][..],
        &["search", "the"],
        &["show", "1"],
        &["quotes", "--list"],
        &["export", "articles"],
        &["coverage"],
        &["verify"],
        &["verify", "--json"],
        &["backup", "copy.db"],
        &["reextract", "--dry-run"],
        &["scrape", "--dry-run"],
        &["backfill", "--from", "2024-01-01", "--to", "2024-01-02", "--dry-run"],
    ] {
        let ran = program.run(args);
        assert_eq!(ran.code, 4, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("was written by an older version"), "{args:?}: {}", ran.stderr);
        let hint = "hint: `tearsheet scrape` or `tearsheet verify --repair` brings it up to date";
        assert!(ran.stderr.contains(hint), "{args:?}: {}", ran.stderr);
    }
    assert!(fs::read(program.path("tearsheet.db")).expect("an archive") == before);
}

#[test]
fn writers_copy_an_archive_of_an_earlier_version_before_they_change_it() {
    let site = Site::start();
    site.feed(&[]);
    program_page_free(&site);
    for args in [
        &["scrape"][..],
        &["verify", "--repair"],
        &["reextract"],
        &["import", "page.html"],
        &["backfill", "--from", "2024-01-01", "--to", "2024-01-01", "--ids", "off"],
        &["backfill", "--gaps", "--ids", "off", "--max-pages", "1"],
    ] {
        let program = old_archive();
        program.configure(
            site.base(),
            "",
            "sitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n",
        );
        program.write("page.html", &article("Headline", "What happened."));
        let schema = |name: &str| one(&program.archive_at(name), "PRAGMA user_version");
        let count = |name: &str| one(&program.archive_at(name), "SELECT count(*) FROM captures");
        let articles = count("tearsheet.db");
        let ran = program.run(args);
        let now = schema("tearsheet.db");
        let copy = format!("tearsheet.before-{now}.db");
        assert_eq!(
            [schema(&copy).as_str(), &count(&copy)],
            ["3", &articles],
            "{args:?}: {}",
            ran.stderr
        );
        let said =
            format!("the archive was brought from schema 3 to {now}, and is kept as it was in {copy}");
        assert!(ran.stderr.contains(&said), "{args:?}: {}", ran.stderr);
        // It happens once.
        assert!(!program.run(args).stderr.contains("was brought from"), "{args:?}");
        assert_eq!(rows(&program.archive_at(&copy), "PRAGMA integrity_check"), ["ok"]);
    }
}

/// Nothing of this site is there but an empty feed.
fn program_page_free(site: &Site) {
    site.otherwise(|_, _| status(404));
}

#[test]
fn an_archive_is_left_as_it_is_where_no_copy_can_be_made() {
    let program = old_archive();
    let before = fs::read(program.path("tearsheet.db")).expect("an archive");
    // A folder in the way of the copy that is under way.
    let now = {
        let other = old_archive();
        other.run(&["verify", "--repair"]);
        one(&other.archive(), "PRAGMA user_version")
    };
    fs::create_dir(program.path(&format!("tearsheet.before-{now}.db.partial"))).expect("a folder");
    let ran = program.run(&["verify", "--repair"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot be copied to"), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
    assert!(fs::read(program.path("tearsheet.db")).expect("an archive") == before);
}
