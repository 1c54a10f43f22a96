//! How a run behaves towards the site: what it asks for, when, how often, and when it stops.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::support::{
    program::{Program, Ran, one, rows},
    site::{Reply, Site, Visit, article, endless, ok, raw, redirect, reset, rss, status},
};

const A: &str = "/news/40000001/a";
const B: &str = "/news/40000002/b";
const C: &str = "/news/40000003/c";
const FEED: &str = "/feeds/latest-news";
const ROBOTS: &str = "/robots.txt";

fn story() -> String {
    article("Sugar mills resume crushing", &"Growers welcomed the decision of the mills. ".repeat(20))
}

/// A story of this age.
fn story_of(age: TimeDelta) -> String {
    story().replace("2025-10-22T11:00:00+05:00", &(Utc::now() - age).to_rfc3339())
}

/// A site whose feed names these pages, each a story.
fn site_of(paths: &[&str]) -> Site {
    let site = Site::start();
    site.feed(paths);
    for path in paths {
        site.on(path, [ok(story())]);
    }
    site
}

fn paths(visits: &[Visit]) -> Vec<&str> {
    visits.iter().map(|it| it.path.as_str()).collect()
}

/// Run, and expect this exit code.
#[track_caller]
fn run(program: &Program, code: i32) -> Ran {
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, code, "{}\n{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

/// State and reason of a page, by its path.
fn state(program: &Program, path: &str) -> String {
    let id = path.split('/').nth(2).expect("an id");
    one(&program.archive(), &format!("SELECT state, reason FROM pages WHERE site_id = '{id}'"))
}

#[track_caller]
fn execute(program: &Program, sql: &str) {
    program.archive().execute_batch(sql).expect("sql");
}

/// Make every page due.
fn make_due(program: &Program) {
    execute(program, "UPDATE pages SET due_at = '2020-01-01T00:00:00Z'");
}

/// Seconds from now to the time a query gives.
#[track_caller]
fn seconds_to(program: &Program, sql: &str) -> i64 {
    let text = one(&program.archive(), sql);
    let at: DateTime<Utc> = text.parse().unwrap_or_else(|_| panic!("{sql}: {text:?}"));
    (at - Utc::now()).num_seconds()
}

/// Every visit comes at least so long after the one before.
#[track_caller]
fn apart(visits: &[Visit], at_least: Duration) {
    for pair in visits.windows(2) {
        let gap = pair[1].at - pair[0].at;
        assert!(at_least <= gap, "{} after {}: {gap:?}", pair[1].path, pair[0].path);
    }
}

// ---- robots.txt

/// Under this robots.txt `allowed` is read and `refused` is never asked for.
#[track_caller]
fn robots(text: &str, allowed: &[&str], refused: &[&str]) {
    let site = site_of(&[allowed, refused].concat());
    site.on(ROBOTS, [ok(text)]);
    let program = Program::plain(site.base(), "");
    run(&program, i32::from(!refused.is_empty()));
    assert_eq!(site.all_visits()[0].path, ROBOTS, "robots.txt comes first");
    for path in allowed {
        assert_eq!((site.visits(path).len(), state(&program, path).as_str()), (1, "stored|"), "{path}");
    }
    for path in refused {
        assert_eq!(
            (site.visits(path).len(), state(&program, path).as_str()),
            (0, "refused|robots"),
            "{path}"
        );
    }
    let lost =
        one(&program.archive(), "SELECT count(*) FROM pages WHERE state = 'refused' AND due_at IS NULL");
    assert_eq!(lost, "0", "it is looked at again: robots.txt may change");
}

#[test]
fn robots_rules_are_kept() {
    robots("User-agent: *\nDisallow: /news/40000002\n", &[A, C], &[B]);
    robots("User-agent: *\nDisallow: /news/\nAllow: /news/40000001\n", &[A], &[B, C]);
    robots(
        "User-agent: *\nAllow: /news/40000002/b\nDisallow: /news/40000002\nDisallow: */c$\n",
        &[A, B],
        &[C],
    );
    robots("User-agent: *\nDisallow: /news/40000001/a\nAllow: /news/40000001/a\n", &[A], &[]);
    robots("User-agent: *\nDisallow: /\nUser-agent: Tearsheet\nDisallow: /news/*2/\n", &[A, C], &[B]);
    robots("User-agent: *\nUser-agent: other\nDisallow: /%6Eews/40000002/\n", &[A], &[B]);
    robots("User-agent: other\nDisallow: /\n", &[A], &[]);
    robots("<!doctype html><title>not here</title>", &[A], &[]);
}

#[test]
fn no_robots_txt_allows_everything() {
    // RFC 9309, section 2.3.1.3: any 4xx.
    for code in [400, 401, 403, 404, 410, 451] {
        let site = site_of(&[A]);
        site.on(ROBOTS, [status(code)]);
        let program = Program::plain(site.base(), "");
        run(&program, 0);
        assert_eq!(paths(&site.all_visits()), [ROBOTS, FEED, A], "{code}");
    }
}

#[test]
fn a_robots_txt_that_cannot_be_read_forbids_everything() {
    let torn = raw("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nUser-agent: *\n");
    let challenge = ok("<title>Just a moment...</title>");
    for reply in [status(500), status(503), reset(), torn, challenge] {
        let site = site_of(&[A]);
        site.on(ROBOTS, [reply]);
        let program = Program::plain(site.base(), "");
        let ran = run(&program, 3);
        assert!(site.all_visits().iter().all(|it| it.path == ROBOTS));
        assert_eq!(ran.messages(), 1, "{}", ran.stderr);
    }
}

#[test]
fn a_robots_txt_that_fails_in_passing_is_asked_for_again() {
    let site = site_of(&[A]);
    site.on(ROBOTS, [status(500), reset(), ok("User-agent: *\nDisallow: /x\n")]);
    run(&Program::plain(site.base(), ""), 0);
    assert_eq!(paths(&site.all_visits()), [ROBOTS, ROBOTS, ROBOTS, FEED, A]);
}

#[test]
fn a_redirected_robots_txt_counts() {
    let site = site_of(&[A, B]);
    site.on(ROBOTS, [redirect("/r/1")]);
    site.on("/r/1", [redirect("/r/2")]);
    site.on("/r/2", [ok("User-agent: *\nDisallow: /news/40000002\n")]);
    let program = Program::plain(site.base(), "");
    run(&program, 1);
    assert_eq!(paths(&site.all_visits()), [ROBOTS, "/r/1", "/r/2", FEED, A]);
    // A circle is none (section 2.3.1.2).
    let site = site_of(&[A]);
    site.on(ROBOTS, [redirect(ROBOTS)]);
    run(&Program::plain(site.base(), "max_redirects = 2"), 0);
    assert_eq!(site.visits(ROBOTS).len(), 3);
}

#[test]
fn a_site_that_forbids_everything_is_left_alone() {
    let site = site_of(&[A]);
    site.on(ROBOTS, [ok("User-agent: *\nDisallow: /\n")]);
    let program = Program::plain(site.base(), "");
    run(&program, 3);
    run(&program, 3);
    assert_eq!(paths(&site.all_visits()), [ROBOTS]);
}

#[test]
fn a_slower_crawl_delay_wins_and_a_faster_one_does_not() {
    let site = site_of(&[A, B]);
    site.on(ROBOTS, [ok("User-agent: *\nCrawl-delay: 0.3\n")]);
    run(&Program::plain(site.base(), "requests_per_second = 20\nmax_concurrent = 4"), 0);
    // The first request was sent before anybody could know.
    apart(&site.all_visits()[1..], Duration::from_millis(280));
    let site = site_of(&[A, B]);
    site.on(ROBOTS, [ok("User-agent: *\nCrawl-delay: 0.001\n")]);
    run(&Program::plain(site.base(), "requests_per_second = 10\nmax_concurrent = 4"), 0);
    apart(&site.all_visits(), Duration::from_millis(80));
}

#[test]
fn a_crawl_delay_does_not_grow_from_run_to_run() {
    let site = site_of(&[]);
    site.on(ROBOTS, [ok("User-agent: *\nCrawl-delay: 0.1\n")]);
    let program = Program::plain(site.base(), "");
    for _ in 0..3 {
        program.run(&["scrape"]);
        assert_eq!(one(&program.archive(), "SELECT interval_ms FROM hosts"), "100");
    }
}

#[test]
fn sitemaps_of_robots_txt_are_read() {
    let site = site_of(&[A]);
    site.on(
        ROBOTS,
        [ok(format!("Sitemap: {}\nSitemap: https://elsewhere.example/x.xml\n", site.url("/s.xml")))],
    );
    site.on("/s.xml", [ok(format!("<urlset><url><loc>{}</loc></url></urlset>", site.url(B)))]);
    site.on(B, [ok(story())]);
    let program = Program::plain(site.base(), "");
    run(&program, 0);
    assert_eq!(paths(&site.all_visits()), [ROBOTS, FEED, "/s.xml", A, B]);
    assert_eq!(rows(&program.archive(), "SELECT via FROM pages ORDER BY site_id"), ["feed", "sitemap"]);
}

#[test]
fn robots_txt_is_asked_for_once_a_day() {
    let site = site_of(&[A]);
    site.on(ROBOTS, [ok("User-agent: *\nDisallow: /news/40000002\n")]);
    let program = Program::plain(site.base(), "");
    run(&program, 0);
    assert!((86_000..=86_400).contains(&seconds_to(&program, "SELECT expires_at FROM robots")));
    site.feed(&[A, B]);
    run(&program, 1);
    assert_eq!(site.visits(ROBOTS).len(), 1);
    assert_eq!(state(&program, B), "refused|robots", "what is remembered counts");
    execute(&program, "UPDATE robots SET expires_at = '2020-01-01T00:00:00Z'");
    run(&program, 0);
    assert_eq!(site.visits(ROBOTS).len(), 2);
}

#[test]
fn a_user_may_answer_for_robots_txt_and_change_their_mind() {
    let site = site_of(&[A]);
    site.on(ROBOTS, [ok("User-agent: *\nDisallow: /news/\n")]);
    let program = Program::plain(site.base(), "respect_robots = false");
    run(&program, 0);
    assert_eq!(paths(&site.all_visits()), [FEED, A]);
    site.feed(&[A, B]);
    program.configure(site.base(), "", "sitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n");
    run(&program, 1);
    assert_eq!(paths(&site.all_visits()), [FEED, A, ROBOTS, FEED]);
    assert_eq!(state(&program, B), "refused|robots");
}

// ---- pace

#[test]
fn the_pace_holds_over_retries_redirects_and_restarts() {
    let site = site_of(&[A, B, C]);
    site.on(A, [status(500), reset(), ok(story())]);
    site.on(B, [redirect("/news/40000002/moved")]);
    site.on("/news/40000002/moved", [ok(story())]);
    let program = Program::plain(site.base(), "requests_per_second = 10\nmax_concurrent = 4");
    run(&program, 0);
    site.feed(&[A, B, C, "/news/40000004/d"]);
    site.on("/news/40000004/d", [ok(story())]);
    run(&program, 0);
    let visits = site.all_visits();
    assert_eq!(visits.len(), 8 + 2);
    apart(&visits, Duration::from_millis(80));
    let reasons = rows(&program.archive(), "SELECT DISTINCT wait_reason FROM requests ORDER BY 1");
    assert_eq!(reasons, ["", "pace", "retry"], "the very first request waits for nothing");
}

#[test]
fn many_workers_ask_no_faster_than_one() {
    let site = site_of(&[A, B, C, "/news/40000004/d", "/news/40000005/e"]);
    for path in [A, B, C] {
        site.on(path, [ok(story()).after(Duration::from_millis(300))]);
    }
    run(&Program::plain(site.base(), "requests_per_second = 10\nmax_concurrent = 8"), 0);
    apart(&site.all_visits(), Duration::from_millis(80));
}

#[test]
fn pushback_slows_the_next_run_too() {
    for code in [403, 503] {
        let site = site_of(&[A, B]);
        site.on(A, [status(code)]);
        let program = Program::plain(site.base(), "requests_per_second = 50\nmax_attempts = 1");
        run(&program, 1);
        let interval: u64 =
            one(&program.archive(), "SELECT interval_ms FROM hosts").parse().expect("a number");
        assert!(30 < interval, "{code}: {interval}");
    }
}

#[test]
fn every_request_is_audited() {
    let site = site_of(&[A, B, C]);
    site.on(A, [status(500), ok(story())]);
    site.on(B, [redirect("/")]);
    site.on(C, [status(403)]);
    let program = Program::plain(site.base(), "");
    run(&program, 1);
    let sql = "SELECT url, status, failure FROM requests ORDER BY at, rowid";
    let expect = [
        (ROBOTS, "404|"),
        (FEED, "200|"),
        (A, "500|server_error"),
        (A, "200|"),
        (B, "302|"),
        (C, "403|refused_by_site"),
    ];
    let expect: Vec<String> = expect.iter().map(|it| format!("{}|{}", site.url(it.0), it.1)).collect();
    assert_eq!(rows(&program.archive(), sql), expect);
}

// ---- Retry-After

fn too_many(after: &str) -> Reply {
    status(429).header("retry-after", after)
}

fn http_date(seconds: i64) -> String {
    (Utc::now() + TimeDelta::seconds(seconds)).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn a_short_wait_is_sat_out() {
    let seconds: fn() -> Reply = || too_many("1");
    let unavailable: fn() -> Reply = || status(503).header("retry-after", "1");
    let date: fn() -> Reply = || too_many(&http_date(3));
    for (reply, wait) in [(seconds, 950), (unavailable, 950), (date, 1500)] {
        let site = site_of(&[A, B]);
        site.on(A, [reply(), ok(story())]);
        let program = Program::plain(site.base(), "max_wait_seconds = 5\nmax_concurrent = 2");
        run(&program, 0);
        let visits = site.all_visits();
        let first = visits.iter().position(|it| it.path == A).expect("a visit");
        assert_eq!(site.visits(A).len(), 2);
        let gap = site.visits(A)[1].at - site.visits(A)[0].at;
        assert!(Duration::from_millis(wait) <= gap, "{gap:?}");
        for later in &visits[first + 1..] {
            // What was on its way beside it is on its way.
            let gap = later.at - visits[first].at;
            assert!(gap < Duration::from_millis(50) || Duration::from_millis(wait) <= gap, "{gap:?}");
        }
        let archive = program.archive();
        let failed = one(&archive, "SELECT status, failure FROM requests WHERE failure IS NOT NULL");
        assert!(failed == "429|throttled" || failed == "503|throttled", "{failed}");
        assert_ne!(
            one(&archive, "SELECT count(*) FROM requests WHERE wait_reason = 'retry_after'"),
            "0"
        );
    }
}

#[test]
fn who_already_waits_for_a_turn_waits_for_the_host_too() {
    let site = site_of(&[A, B, C]);
    site.on(A, [too_many("1"), ok(story())]);
    let program =
        Program::plain(site.base(), "requests_per_second = 4\nmax_wait_seconds = 5\nmax_concurrent = 3");
    run(&program, 0);
    let visits = site.all_visits();
    let first = visits.iter().position(|it| it.path == A).expect("a visit");
    let gap = visits[first + 1].at - visits[first].at;
    assert!(Duration::from_millis(950) <= gap, "{gap:?}");
}

/// A run that meets this answer ends, and page and host wait so many seconds.
#[track_caller]
fn long_wait(reply: Reply, seconds: std::ops::RangeInclusive<i64>) -> (Site, Program) {
    let site = site_of(&[A, B, C]);
    site.on(B, [reply, ok(story())]);
    let program = Program::plain(site.base(), "");
    let ran = run(&program, 3);
    assert_eq!(ran.messages(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("asked to wait until"), "{}", ran.stderr);
    assert_eq!(paths(&site.all_visits()), [ROBOTS, FEED, A, B]);
    let wait = seconds_to(&program, "SELECT wait_until FROM hosts");
    assert!(seconds.contains(&wait), "{wait}");
    let states = [state(&program, A), state(&program, B), state(&program, C)];
    assert_eq!(states, ["stored|", "throttled|throttled", "new|"]);
    let due = seconds_to(&program, "SELECT due_at FROM pages WHERE state = 'throttled'");
    assert!(seconds.contains(&due), "{due}");
    assert!(
        seconds_to(&program, "SELECT due_at FROM pages WHERE state = 'new'") <= 0,
        "it stays queued"
    );
    (site, program)
}

#[test]
fn a_long_wait_ends_the_run() {
    long_wait(too_many(&http_date(7200)), 7190..=7200);
    long_wait(status(503).header("retry-after", "600"), 590..=600);
    // Nobody waits longer than a day.
    long_wait(too_many("9999999"), 86_390..=86_400);
    // "Too many", and no more.
    long_wait(status(429), 60..=3600);
    long_wait(too_many("soon"), 60..=3600);
}

#[test]
fn a_long_wait_binds_the_next_run() {
    let (site, program) = long_wait(too_many("3600"), 3590..=3600);
    site.forget_visits();
    run(&program, 3);
    assert!(site.all_visits().is_empty(), "nothing is sent before the time");
    execute(&program, "UPDATE hosts SET wait_until = '2020-01-01T00:00:00Z'");
    make_due(&program);
    run(&program, 0);
    assert_eq!([state(&program, B), state(&program, C)], ["stored|", "stored|"]);
}

#[test]
fn a_source_and_robots_txt_may_ask_to_wait_too() {
    for path in [ROBOTS, FEED] {
        let site = site_of(&[A]);
        site.on(path, [too_many("3600"), ok("")]);
        let program = Program::plain(site.base(), "");
        run(&program, 3);
        let sent = site.all_visits().len();
        run(&program, 3);
        assert_eq!(site.all_visits().len(), sent, "{path}");
        assert!(3500 < seconds_to(&program, "SELECT wait_until FROM hosts"));
    }
}

#[test]
fn a_wait_is_kept_by_a_run_that_was_killed() {
    let site = site_of(&[A, B]);
    site.on(A, [too_many("40")]);
    let program = Program::plain(site.base(), "max_wait_seconds = 50");
    let mut child = program.command().arg("scrape").spawn().expect("the binary runs");
    while site.visits(A).is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(1500));
    child.kill().expect("killed");
    child.wait().expect("dead");
    site.forget_visits();
    program.configure(site.base(), "max_wait_seconds = 1", "sitemaps = []\n");
    run(&program, 3);
    assert!(site.all_visits().is_empty());
}

// ---- breaker

fn many() -> Vec<String> {
    (1..=9).map(|at| format!("/news/4000000{at}/a")).collect()
}

fn site_of_many(reply: &Reply) -> (Site, Vec<String>) {
    let paths = many();
    let site = site_of(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    for path in &paths {
        site.on(path, [reply.clone()]);
    }
    (site, paths)
}

#[test]
fn repeated_refusals_end_the_run_and_the_next_one_probes_first() {
    let (site, pages) = site_of_many(&status(403));
    let program = Program::plain(site.base(), "max_concurrent = 4\nrequests_per_second = 50");
    run(&program, 3);
    assert_eq!(site.all_visits().len(), 2 + 3, "{:?}", paths(&site.all_visits()));
    let states = "SELECT state, count(*) FROM pages GROUP BY state ORDER BY state";
    assert_eq!(rows(&program.archive(), states), ["blocked|3", "new|6"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "0");
    assert!(60 < seconds_to(&program, "SELECT open_until FROM hosts"));

    site.forget_visits();
    run(&program, 3);
    assert!(site.all_visits().is_empty(), "not before its time");

    // The probe fails: one request, and a longer pause.
    let over = "UPDATE hosts SET open_until = '2020-01-01T00:00:00Z'";
    execute(&program, over);
    site.on(FEED, [status(403)]);
    run(&program, 3);
    assert_eq!(paths(&site.all_visits()), [FEED]);

    // The probe is answered: all is well.
    execute(&program, over);
    site.feed(&[]);
    for path in &pages {
        site.on(path, [ok(story())]);
    }
    make_due(&program);
    // An empty feed is said so, and what was queued is read all the same.
    run(&program, 8);
    assert_eq!(rows(&program.archive(), states), ["stored|9"]);
}

#[test]
fn repeated_failures_end_the_run() {
    for reply in [status(500), status(503), reset()] {
        let (site, _) = site_of_many(&reply);
        let program = Program::plain(site.base(), "max_attempts = 1");
        run(&program, 3);
        assert_eq!(site.all_visits().len(), 2 + 5);
        let states = "SELECT state, count(*) FROM pages GROUP BY state ORDER BY state";
        assert_eq!(rows(&program.archive(), states), ["broken|5", "new|4"]);
    }
}

#[test]
fn the_page_whose_retry_opens_the_breaker_has_the_true_cause() {
    let (site, pages) = site_of_many(&status(500));
    let program = Program::plain(site.base(), "max_attempts = 3");
    run(&program, 3);
    assert_eq!(site.all_visits().len(), 2 + 5);
    assert_eq!([state(&program, &pages[0]), state(&program, &pages[1])], ["broken|server_error"; 2]);
    assert_eq!(state(&program, &pages[2]), "new|");
}

#[test]
fn a_challenge_page_is_blocked_and_never_an_article() {
    let by_text = |code| {
        Reply::html(
            story().replace("<head>", "<head><title>Just a moment...</title>").into(),
            "text/html",
        )
        .with_status(code)
    };
    for reply in
        [by_text(200), by_text(403), by_text(503), ok(story()).header("cf-mitigated", "challenge")]
    {
        let site = site_of(&[A, B]);
        site.on(A, [reply]);
        let program = Program::plain(site.base(), "");
        run(&program, 1);
        assert_eq!([state(&program, A), state(&program, B)], ["blocked|challenge", "stored|"]);
        assert_eq!(site.visits(A).len(), 1, "a refusal is not argued with");
        assert_eq!(one(&program.archive(), "SELECT count(*) FROM captures"), "1");
        assert!(0 < seconds_to(&program, "SELECT due_at FROM pages WHERE state = 'blocked'"));
    }
}

// ---- states

/// An answer brings a page to this state for this reason.
#[track_caller]
fn check(reply: Reply, expect: &str, code: i32) {
    let site = site_of(&[A, B]);
    site.on("/", [ok("<h1>Front page</h1>")]);
    site.on(A, [reply]);
    let program = Program::plain(site.base(), "max_attempts = 1\ntimeout_seconds = 1");
    run(&program, code);
    assert_eq!([state(&program, A).as_str(), &state(&program, B)], [expect, "stored|"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "1");
}

#[test]
fn every_answer_has_its_state() {
    check(status(404), "missing|not_found", 0);
    check(status(410), "missing|gone", 0);
    check(ok(article("Page not found", "The page is gone.")), "missing|soft_not_found", 0);
    check(redirect("/"), "missing|redirected_away", 0);
    check(redirect("/latest-news"), "missing|redirected_away", 0);
    check(redirect(B), "missing|redirected_away", 0);
    check(status(401), "blocked|refused_by_site", 1);
    check(status(403), "blocked|refused_by_site", 1);
    check(status(451), "blocked|refused_by_site", 1);
    check(status(500), "broken|server_error", 1);
    check(status(502), "broken|server_error", 1);
    check(ok("").after(Duration::from_millis(1300)), "broken|timeout", 1);
    check(reset(), "broken|connection_broke", 1);
    check(raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>"), "broken|torn", 1);
    check(endless("HTTP/1.1 200 OK\r\n\r\n", &"a".repeat(9999)), "broken|too_large", 1);
    check(ok("<p></p>"), "not_article|no_article", 1);
}

#[test]
fn a_stored_article_stays_stored_when_a_later_look_fails() {
    for (reply, reason) in [
        (status(500), "server_error"),
        (status(403), "refused_by_site"),
        (status(404), "not_found"),
        (reset(), "connection_broke"),
        (redirect("/"), "redirected_away"),
        (ok("<title>Just a moment...</title>"), "challenge"),
        (too_many("3600"), "throttled"),
    ] {
        let site = site_of(&[A]);
        let program = Program::plain(site.base(), "max_attempts = 1");
        run(&program, 0);
        site.on(A, [reply]);
        make_due(&program);
        program.run(&["scrape"]);
        assert_eq!(state(&program, A), format!("stored|{reason}"));
        let kept = "SELECT headline, version FROM articles";
        assert_eq!(one(&program.archive(), kept), "Sugar mills resume crushing|1");
        assert_eq!(one(&program.archive(), "SELECT count(*) FROM captures"), "1");
    }
}

// ---- conditional requests

#[test]
fn a_feed_that_did_not_change_is_not_sent_again() {
    let site = site_of(&[A]);
    let known = ok(crate::support::site::rss(site.base(), &[A], Utc::now()))
        .header("etag", "\"f1\"")
        .header("last-modified", "Wed, 22 Oct 2025 06:00:00 GMT");
    site.on(FEED, [known]);
    let program = Program::plain(site.base(), "");
    for _ in 0..3 {
        run(&program, 0);
    }
    let asked = site.visits(FEED);
    let header = |at: usize, name: &str| asked[at].headers.get(name).cloned().unwrap_or_default();
    assert_eq!((header(0, "if-none-match"), header(0, "if-modified-since")), Default::default());
    for at in [1, 2] {
        assert_eq!(header(at, "if-none-match"), "\"f1\"");
        assert_eq!(header(at, "if-modified-since"), "Wed, 22 Oct 2025 06:00:00 GMT");
    }
    let archive = program.archive();
    assert_eq!(
        rows(&archive, "SELECT status FROM requests WHERE url LIKE '%feeds%'"),
        ["200", "304", "304"]
    );
    assert_eq!(one(&archive, "SELECT state, listed FROM sources"), "fresh|1");
}

#[test]
fn an_article_that_did_not_change_costs_no_version_and_no_capture() {
    let site = site_of(&[A]);
    let young = story_of(TimeDelta::minutes(30));
    let known = ok(young.clone())
        .header("etag", "\"a1\"")
        .header("last-modified", "Wed, 22 Oct 2025 06:00:00 GMT");
    site.on(A, [known]);
    let program = Program::plain(site.base(), "");
    run(&program, 0);
    make_due(&program);
    run(&program, 0);
    let again = &site.visits(A)[1];
    assert_eq!(again.headers["if-none-match"], "\"a1\"");
    assert_eq!(again.headers["if-modified-since"], "Wed, 22 Oct 2025 06:00:00 GMT");
    let kept = "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM versions), state, reason, etag FROM pages";
    assert_eq!(one(&program.archive(), kept), "1|1|stored||\"a1\"");
    assert!(
        (7100..=7200).contains(&seconds_to(&program, "SELECT due_at FROM pages")),
        "and it is looked at again"
    );

    site.on(A, [ok(young.replace("resume", "stop")).header("etag", "\"a2\"")]);
    make_due(&program);
    run(&program, 0);
    assert_eq!(one(&program.archive(), kept), "2|2|stored||\"a2\"");
}

#[test]
fn the_same_bytes_again_are_no_version() {
    let site = site_of(&[A]);
    let program = Program::plain(site.base(), "");
    run(&program, 0);
    make_due(&program);
    run(&program, 0);
    assert_eq!(site.visits(A).len(), 2);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM versions"), "1");
}

#[test]
fn a_page_that_is_no_article_is_none_when_it_did_not_change() {
    let site = site_of(&[A]);
    let page = |body: &str| ok(body).header("etag", "\"n\"");
    site.on(A, [page("<p></p>"), page("<p> </p>")]);
    let program = Program::plain(site.base(), "");
    run(&program, 1);
    make_due(&program);
    program.run(&["scrape"]);
    assert_eq!(state(&program, A), "not_article|no_article");
}

#[test]
fn the_files_of_an_index_are_read_although_the_index_did_not_change() {
    let site = site_of(&[A]);
    site.on(B, [ok(story())]);
    let index =
        format!("<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>", site.url("/s1.xml"));
    site.on("/s.xml", [ok(index).header("etag", "\"i\"")]);
    site.on(
        "/s1.xml",
        [status(500), ok(format!("<urlset><url><loc>{}</loc></url></urlset>", site.url(B)))],
    );
    site.on(ROBOTS, [ok("Sitemap: /s.xml\n")]);
    let program = Program::plain(site.base(), "max_attempts = 1");
    program.run(&["scrape"]);
    run(&program, 0);
    assert_eq!(state(&program, B), "stored|");
    // And when all is well: an index is a file that hardly ever changes.
    site.on("/s1.xml", [ok(format!("<urlset><url><loc>{}</loc></url></urlset>", site.url(C)))]);
    site.on(C, [ok(story())]);
    run(&program, 0);
    assert_eq!(state(&program, C), "stored|");
}

#[test]
fn young_stories_are_looked_at_soon_and_old_ones_never() {
    let hours = |age: TimeDelta| {
        let site = site_of(&[A]);
        site.on(A, [ok(story_of(age))]);
        let program = Program::plain(site.base(), "");
        run(&program, 0);
        let due = one(&program.archive(), "SELECT due_at FROM pages");
        (!due.is_empty()).then(|| (seconds_to(&program, "SELECT due_at FROM pages") + 60) / 3600)
    };
    assert_eq!(hours(TimeDelta::hours(1)), Some(2));
    assert_eq!(hours(TimeDelta::hours(24)), Some(12));
    assert_eq!(hours(TimeDelta::hours(100)), Some(72));
    assert_eq!(hours(TimeDelta::hours(200)), None);
}

#[test]
fn a_missing_page_that_the_feed_still_names_is_asked_for_again() {
    let site = site_of(&[A]);
    site.on(A, [status(404), ok(story())]);
    let program = Program::plain(site.base(), "");
    run(&program, 0);
    assert_ne!(one(&program.archive(), "SELECT due_at FROM pages"), "");
}

// ---- what is sent

#[test]
fn a_pass_sends_what_is_necessary_and_no_more() {
    let site = Site::start();
    let feeds = ["/feeds/latest-news", "/feeds/markets", "/feeds/business-finance", "/feeds/pakistan"];
    let rss = |paths: &[&str]| ok(crate::support::site::rss(site.base(), paths, Utc::now()));
    site.on(feeds[0], [rss(&[A, B])]);
    site.on(feeds[1], [rss(&[B, C])]);
    site.on(feeds[2], [rss(&[A])]);
    site.on(feeds[3], [rss(&[C])]);
    site.on("/feeds/sitemap", [ok(format!("<urlset><url><loc>{}</loc></url></urlset>", site.url(A)))]);
    for path in [A, B, C] {
        site.on(path, [ok(story())]);
    }
    let program = Program::at(site.base());
    run(&program, 0);
    let mut sent: Vec<String> = site.all_visits().into_iter().map(|it| it.path).collect();
    sent.sort();
    let mut expect = [feeds.as_slice(), &["/feeds/sitemap", ROBOTS, A, B, C]].concat();
    expect.sort_unstable();
    assert_eq!(sent, expect);
    site.forget_visits();
    run(&program, 0);
    assert_eq!(site.all_visits().len(), 5, "the sources alone");
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM requests"), "14");
}

#[test]
fn we_say_who_we_are_and_send_what_was_configured() {
    let site = site_of(&[A]);
    let us = "claims/1.0 (+https://claims.example/bot; desk@claims.example)";
    let program = Program::plain(
        site.base(),
        &format!("user_agent = \"{us}\"\n[fetch.headers]\nX-Archive = \"yes\"\n"),
    );
    run(&program, 0);
    assert_eq!(site.all_visits().len(), 3);
    for visit in site.all_visits() {
        assert_eq!(visit.headers["user-agent"], us, "{}", visit.path);
        assert_eq!(visit.headers["x-archive"], "yes", "{}", visit.path);
        assert!(!visit.headers.contains_key("referer") && !visit.headers.contains_key("cookie"));
    }
}

#[test]
fn a_proxy_is_asked_in_the_place_of_the_site() {
    let check = |fetch: &str, environment: Option<&str>| {
        // A proxy gets whole addresses.
        let proxy = Site::start();
        let at = |path: &str| format!("http://news.invalid{path}");
        let feed = rss("http://news.invalid", &[A], Utc::now());
        proxy.on(&at(FEED), [ok(feed)]);
        proxy.on(&at(A), [ok(story())]);
        let fetch = fetch.replace("{proxy}", proxy.base());
        let program = Program::plain("http://news.invalid", &fetch);
        let mut command = program.command();
        if let Some(name) = environment {
            command.env(name, proxy.base());
        }
        let ran = Ran::of(&command.arg("scrape").output().expect("the binary runs"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(paths(&proxy.all_visits()), [at(ROBOTS), at(FEED), at(A)]);
    };
    let us = "user_agent = \"claims/1 (+https://x.example)\"";
    check(&format!("{us}\nproxy = \"{{proxy}}\""), None);
    check(us, Some("HTTP_PROXY"));
    check(us, Some("http_proxy"));
}

#[test]
fn a_site_of_ipv6_is_a_site() {
    // A machine without IPv6 cannot tell.
    let Ok(listener) = std::net::TcpListener::bind("[::1]:0") else { return };
    let site = Site::over(listener);
    site.feed(&[A]);
    site.on(A, [ok(story())]);
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    assert_eq!(paths(&site.all_visits()), [ROBOTS, FEED, A]);
    let sql = "SELECT p.state, c.status FROM pages p JOIN captures c ON c.article_id = p.id";
    assert_eq!(rows(&program.archive(), sql), ["stored|200"]);
}

#[test]
fn cookies_end_with_the_run() {
    let site = site_of(&[A]);
    let feed = |paths: &[&str]| {
        ok(crate::support::site::rss(site.base(), paths, Utc::now()))
            .header("set-cookie", "visit=7; Max-Age=9999; Path=/")
    };
    site.on(FEED, [feed(&[A])]);
    let program = Program::plain(site.base(), "");
    run(&program, 0);
    assert_eq!(site.visits(A)[0].headers["cookie"], "visit=7");
    run(&program, 0);
    assert!(!site.visits(FEED)[1].headers.contains_key("cookie"));
}

#[test]
fn a_limit_of_pages_is_kept_and_the_rest_stays_queued() {
    let site = site_of(&[A, B, C]);
    let program = Program::plain(site.base(), "max_concurrent = 4");
    program.ok(&["scrape", "--max-pages", "2"]);
    assert_eq!(site.all_visits().len(), 2 + 2);
    assert_eq!(
        one(&program.archive(), "SELECT count(*) FROM pages WHERE state = 'new' AND due_at IS NOT NULL"),
        "1"
    );
    run(&program, 0);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "3");
}
