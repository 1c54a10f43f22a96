//! What a broken, wicked or dead server does to a run: never an article, never a panic, never the end of the
//! pages beside it.

use std::{io::Write as _, time::Duration};

use crate::support::{
    program::{Program, one, rows},
    site::{self, Reply, Site, article, drip, endless, ok, raw, redirect, reset},
};

const BAD: &str = "/news/40000002/bad";
const ONCE: &str = "max_attempts = 1\nmax_body_bytes = 300000\nmax_redirects = 3\n";
const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
/// No page of these tests is worth more, whatever the server would like to send.
const MEMORY_MAX_KIB: u64 = 160 << 10;

fn story() -> String {
    article("Sugar mills resume crushing", &"Growers welcomed the decision of the mills. ".repeat(20))
}

/// A page that answers so, between two good ones.
#[track_caller]
fn answer(reply: impl IntoIterator<Item = Reply>, fetch: &str) -> (Site, Program) {
    let site = Site::start();
    site.feed(&["/news/40000001/good", BAD, "/news/40000003/good"]);
    for path in ["/news/40000001/good", "/news/40000003/good"] {
        site.on(path, [ok(story())]);
    }
    site.on(BAD, reply);
    let program = Program::plain(site.base(), &format!("{ONCE}{fetch}"));
    let (ran, peak) = program.run_measured(&["scrape"]);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(peak < MEMORY_MAX_KIB, "{peak} KiB");
    let stored = rows(&program.archive(), "SELECT site_id FROM articles ORDER BY id");
    assert_eq!(stored, ["40000001", "40000003"], "{}", ran.stderr);
    (site, program)
}

/// The page comes to this state for this reason, and is due again.
#[track_caller]
fn check(reply: Reply, state: &str, reason: &str) {
    check_with("", reply, state, reason);
}

#[track_caller]
fn check_with(fetch: &str, reply: Reply, state: &str, reason: &str) {
    let (site, program) = answer([reply], fetch);
    let archive = program.archive();
    let sql = "SELECT state, reason, failures, due_at > visited_at, claimed_by FROM pages WHERE site_id = 40000002";
    assert_eq!(one(&archive, sql), format!("{state}|{reason}|1|1|"));
    let captures = one(&archive, "SELECT count(*) FROM captures WHERE site_id = 40000002");
    let is_kept = ["no_article", "not_text"].contains(&reason);
    assert_eq!(captures, if is_kept { "1" } else { "0" });
    let audited = one(&archive, "SELECT count(*) FROM requests");
    assert_eq!(audited, site.all_visits().len().to_string(), "every request is audited");
}

/// The story of the page is stored.
#[track_caller]
fn stored(reply: Reply) {
    let site = Site::start();
    site.feed(&[BAD]);
    site.on(BAD, [reply]);
    let program = Program::plain(site.base(), ONCE);
    let ran = program.ok(&["scrape"]);
    let words = one(&program.archive(), "SELECT count(*) FROM articles WHERE site_id = 40000002");
    assert_eq!(words, "1", "{}", ran.stderr);
}

fn broken(reply: Reply, reason: &str) {
    check(reply, "broken", reason);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn encoded(coding: &str, body: &[u8]) -> Reply {
    let head = format!("{HTML}Content-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len());
    raw([head.as_bytes(), body].concat())
}

#[test]
fn a_body_shorter_than_announced_is_torn() {
    broken(raw(format!("{HTML}Content-Length: 99999\r\n\r\n{}", story())), "torn");
}

#[test]
fn a_broken_chunk_size_is_torn() {
    let story = story();
    broken(
        raw(format!("{HTML}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{story}\r\nzz\r\n", story.len())),
        "torn",
    );
}

#[test]
fn a_missing_last_chunk_is_torn_unless_the_page_has_its_end() {
    let story = story();
    let open = story.replace("</html>", "");
    let chunk = |body: &str| {
        raw(format!("{HTML}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len()))
    };
    broken(chunk(&open), "torn");
    stored(chunk(&format!("{open}</html>\n")));
}

#[test]
fn a_chunk_larger_than_what_follows_is_torn() {
    broken(raw(format!("{HTML}Transfer-Encoding: chunked\r\n\r\nfffff\r\n{}", story())), "torn");
}

#[test]
fn a_gzip_that_stops_is_torn() {
    let body = gzip(story().as_bytes());
    broken(encoded("gzip", &body[..body.len() / 2]), "torn");
    // Its trailer alone is missing: the page is whole, and browsers show it.
    stored(encoded("gzip", &body[..body.len() - 4]));
}

#[test]
fn bodies_are_unpacked_as_browsers_do_it() {
    let body = gzip(story().as_bytes());
    let bare = {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(story().as_bytes()).expect("memory");
        encoder.finish().expect("memory")
    };
    stored(encoded("deflate", &bare));
    stored(encoded("deflate", &body));
    stored(encoded("x-gzip", &body));
    stored(encoded("gzip", &[body.clone(), b"\0\0junk".to_vec()].concat()));
    stored(encoded("gzip, gzip", &gzip(&body)));
    for name in ["UTF-8", "none", "text/html", "binary", "aws-chunked", ""] {
        stored(encoded(name, story().as_bytes()));
    }
}

#[test]
fn a_redirect_in_raw_utf8_is_followed_and_one_to_itself_that_sets_a_cookie() {
    let follow = |replies: Vec<Reply>, to: &str| {
        let site = Site::start();
        site.feed(&[BAD]);
        site.on(BAD, replies);
        site.on(to, [ok(story())]);
        let program = Program::plain(site.base(), ONCE);
        (site, program.run(&["scrape"]))
    };
    let (_, ran) = follow(vec![redirect("/news/40000002/\u{642}")], "/news/40000002/%D9%82");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let wall = redirect(BAD).header("set-cookie", "seen=1");
    let (site, ran) = follow(vec![wall.clone(), ok(story())], "/elsewhere");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(site.visits(BAD)[1].headers.get("cookie").map(String::as_str), Some("seen=1"));
    let (site, ran) = follow(vec![wall; 20], "/elsewhere");
    assert!(ran.code == 1 && ran.stderr.contains("too many redirects"), "{}", ran.stderr);
    assert!(site.visits(BAD).len() < 6, "it ends");
}

#[test]
fn heads_are_read_as_browsers_read_them() {
    let story = story();
    let with = |line: &str| {
        raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{line}Content-Length: {}\r\n\r\n{story}",
            story.len()
        ))
    };
    stored(with("no colon\r\n"));
    stored(with("Set-Cookie: a=b;\r\n Path=/\r\n"));
    stored(with("X-Space : y\r\n"));
    stored(with(&"X-Line: y\r\n".repeat(120)));
    let typed = |kind: &str| {
        raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n<!doctype html>{story}",
            story.len() + 15
        ))
    };
    for kind in
        ["html", "application/octet-stream", "charset=utf-8", "text/html,text/html; charset=utf-8"]
    {
        stored(typed(kind));
    }
}

#[test]
fn a_gzip_that_is_none_is_torn() {
    broken(encoded("gzip", story().as_bytes()), "torn");
}

#[test]
fn a_coding_we_did_not_ask_for_is_torn() {
    broken(encoded("compress", b"\x1F\x9D\x90\x3C\x01\x02\x03"), "torn");
}

#[test]
fn a_bomb_is_too_large() {
    let bomb = gzip(&vec![b' '; 100 << 20]);
    assert!(bomb.len() < 300_000);
    broken(encoded("gzip", &bomb), "too_large");
}

#[test]
fn a_body_over_the_limit_is_too_large() {
    broken(ok(vec![b'x'; 300_001]), "too_large");
    broken(raw(format!("{HTML}Content-Length: 99999999999999\r\n\r\n<p>")), "too_large");
}

#[test]
fn a_body_without_end_is_too_large() {
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    broken(endless(&format!("{HTML}Transfer-Encoding: chunked\r\n\r\n"), &chunk), "too_large");
    broken(endless(&format!("{HTML}\r\n"), &"x".repeat(0x1000)), "too_large");
}

#[test]
fn a_head_without_end_is_no_answer() {
    broken(
        endless(HTML, &format!("X-{}: {}\r\n", "a".repeat(20), "b".repeat(2000))),
        "connection_broke",
    );
    broken(endless(HTML, &"a".repeat(1000)), "connection_broke");
}

#[test]
fn garbage_is_no_answer() {
    broken(raw("\u{1F4A9} 200 what\r\n\r\n<p>"), "connection_broke");
    broken(raw("HTTP/1.1 20 OK\r\n\r\n<p>"), "connection_broke");
    broken(raw("SSH-2.0-OpenSSH_9.6\r\n"), "connection_broke");
    broken(raw(""), "connection_broke");
}

#[test]
fn http_0_9_is_no_answer() {
    broken(raw(story()), "connection_broke");
}

#[test]
fn two_lengths_are_no_answer() {
    let reply = format!("{HTML}Content-Length: 5\r\nContent-Length: 50\r\n\r\n{}", story());
    broken(raw(reply), "connection_broke");
}

#[test]
fn a_status_that_makes_no_sense_is_an_error_of_the_server() {
    for status in [206, 300, 418, 999] {
        broken(raw(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")), "server_error");
    }
}

#[test]
fn hints_before_the_answer_are_passed_over() {
    let hints =
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n".repeat(50);
    let story = story();
    let site = Site::start();
    site.feed(&[BAD]);
    site.on(BAD, [raw(format!("{hints}{HTML}Content-Length: {}\r\n\r\n{story}", story.len()))]);
    Program::plain(site.base(), ONCE).ok(&["scrape"]);
}

#[test]
fn hints_without_an_answer_are_a_timeout() {
    let hint = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    check_with(
        "timeout_seconds = 1",
        drip(hint.repeat(500), Duration::from_millis(1)),
        "broken",
        "timeout",
    );
}

#[test]
fn a_slow_answer_is_a_timeout() {
    let head = format!("{HTML}Content-Length: 100\r\n\r\n");
    let late = ok(story()).after(Duration::from_millis(1500));
    check_with("timeout_seconds = 1", late, "broken", "timeout");
    check_with("timeout_seconds = 1", drip(head, Duration::from_millis(100)), "broken", "timeout");
    // Each byte comes in time; all of them do not.
    let body = format!("HTTP/1.1 200 OK\r\n\r\n{}", story());
    check_with("timeout_seconds = 1", drip(body, Duration::from_millis(20)), "broken", "timeout");
    check_with(
        "read_timeout_seconds = 1",
        ok(story()).after(Duration::from_millis(1500)),
        "broken",
        "timeout",
    );
}

#[test]
fn a_reset_is_a_broken_connection() {
    broken(reset(), "connection_broke");
}

#[test]
fn a_reset_in_passing_is_tried_again() {
    let site = Site::start();
    site.feed(&[BAD]);
    site.on(BAD, [reset(), raw(format!("{HTML}Content-Length: 9999\r\n\r\n<p>")), ok(story())]);
    let program = Program::plain(site.base(), "max_attempts = 3\n");
    program.ok(&["scrape"]);
    let sql = "SELECT status, failure FROM requests WHERE url LIKE '%/bad' ORDER BY at";
    assert_eq!(rows(&program.archive(), sql), ["|connection_broke", "|torn", "200|"]);
}

#[test]
fn redirects_in_a_circle_end() {
    let (site, program) = answer([redirect(BAD)], "");
    assert_eq!(site.visits(BAD).len(), 1);
    let sql = "SELECT state, reason, due_at IS NOT NULL FROM pages WHERE site_id = 40000002";
    assert_eq!(one(&program.archive(), sql), "broken|redirect|1");
}

#[test]
fn redirects_have_a_maximum() {
    let site = Site::start();
    site.feed(&["/news/40000002/0"]);
    for at in 0..9 {
        site.on(&format!("/news/40000002/{at}"), [redirect(&format!("/news/40000002/{}", at + 1))]);
    }
    let program = Program::plain(site.base(), ONCE);
    assert_eq!(program.run(&["scrape"]).code, 1);
    assert_eq!(site.all_visits().len(), 2 + 4, "robots.txt, the feed, the page and three redirects");
    assert_eq!(one(&program.archive(), "SELECT state, reason FROM pages"), "broken|redirect");
}

#[test]
fn redirects_out_of_the_site_are_not_followed() {
    let other = Site::start();
    other.on("/news/40000002/bad", [ok(story())]);
    let elsewhere = other.base().replace("127.0.0.1", "localhost");
    let targets = [
        format!("{elsewhere}/news/40000002/bad"),
        other.url("/news/40000002/bad"),
        "https://elsewhere.example/news/40000002/bad".to_owned(),
        "//elsewhere.example/news/40000002/bad".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::1]/".to_owned(),
        "http://0x7f.1:1/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "ftp://127.0.0.1/news/40000002/bad".to_owned(),
        "data:text/html,<h1>a</h1>".to_owned(),
        "javascript:alert(1)".to_owned(),
    ];
    let site = Site::start();
    let paths: Vec<String> =
        (0..targets.len()).map(|at| format!("/news/{}/a", 40_000_100 + at)).collect();
    site.feed(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    for (path, to) in paths.iter().zip(&targets) {
        site.on(path, [redirect(to)]);
    }
    let program = Program::plain(site.base(), ONCE);
    assert_eq!(program.run(&["scrape"]).code, 1);
    let sql = "SELECT state, reason, due_at IS NOT NULL, count(*) FROM pages GROUP BY 1, 2, 3";
    assert_eq!(rows(&program.archive(), sql), [format!("broken|redirect|1|{}", targets.len())]);
    assert_eq!(site.all_visits().len(), 2 + targets.len());
    assert!(other.all_visits().is_empty());
}

#[test]
fn a_redirect_to_nowhere_is_broken() {
    broken(site::status(302), "redirect");
    broken(redirect("http://["), "redirect");
    broken(
        raw("HTTP/1.1 301 X\r\nLocation: \u{e9}\u{0}\r\nContent-Length: 0\r\n\r\n"),
        "connection_broke",
    );
}

#[test]
fn robots_txt_is_not_read_from_a_private_address() {
    for to in ["http://10.0.0.1/robots.txt", "http://169.254.169.254/", "file:///etc/passwd"] {
        let site = Site::start();
        site.feed(&[BAD]);
        site.on("/robots.txt", [redirect(to)]);
        let program = Program::plain(site.base(), ONCE);
        assert_eq!(program.run(&["scrape"]).code, 3, "{to}");
        assert_eq!(site.all_visits().len(), 1, "{to}");
    }
}

#[test]
fn bytes_are_kept_as_they_came() {
    let page = |bytes: &[u8]| {
        let text = story();
        let (head, tail) = text.split_once("Growers").expect("a story");
        [head.as_bytes(), bytes, tail.as_bytes()].concat()
    };
    for (content_type, body) in [
        ("text/html; charset=utf-8", page(b"Caf\xE9 \xFF\xFE\xC3\x28")),
        ("text/html; charset=windows-1252", page("Caf\u{e9}".as_bytes())),
        ("text/html; charset=klingon", page("Caf\u{e9}".as_bytes())),
        ("text/html; charset=utf-16", page(b"plain")),
        ("text/html", page(b"a\0b\0\0c")),
    ] {
        let site = Site::start();
        site.feed(&[BAD]);
        site.on(BAD, [Reply::html(body.clone(), content_type)]);
        let program = Program::plain(site.base(), ONCE);
        program.ok(&["scrape"]);
        let output =
            program.command().args(["show", "40000002", "--raw"]).output().expect("the binary runs");
        assert!(output.stdout == body, "{content_type}");
        assert_eq!(one(&program.archive(), "SELECT bytes FROM captures"), body.len().to_string());
    }
}

#[test]
fn a_page_that_says_nothing_is_no_article() {
    for body in [Vec::new(), b"<html><body></body></html>".to_vec(), b"\xEF\xBB\xBF ".to_vec()] {
        check(Reply::html(body, "text/html"), "not_article", "no_article");
    }
}

#[test]
fn bytes_of_another_kind_are_no_article_whatever_type_is_sent() {
    for body in [vec![0; 4096], b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj<<>>endobj\n".to_vec()] {
        check(Reply::html(body, "text/html"), "not_article", "not_text");
    }
}

#[test]
fn what_is_no_text_is_no_article() {
    let png = [b"\x89PNG\r\n\x1A\n".as_slice(), &[0; 500]].concat();
    check(Reply::html(png, "image/png"), "not_article", "not_a_page");
    check(Reply::html(story().into(), "application/pdf"), "not_article", "not_a_page");
    check(
        Reply::html(b"{\"error\":\"no\"}".to_vec(), "application/json; charset=utf-8"),
        "not_article",
        "not_a_page",
    );
}

#[test]
fn a_word_is_no_article() {
    check(Reply::html(b"ok".to_vec(), "text/plain"), "not_article", "no_article");
    check(ok("<p>Subscribe to read on"), "not_article", "no_article");
    check(ok("upstream connect error or disconnect/reset before headers"), "not_article", "no_article");
}

/// A run whose first feed answers so, and whose second feed names a good page.
#[track_caller]
fn feed(reply: Reply, reason: &str) {
    let site = Site::start();
    site.on("/bad", [reply]);
    site.feed(&["/news/40000001/good"]);
    site.on("/news/40000001/good", [ok(story())]);
    let program = Program::new();
    let feeds =
        "sitemaps = []\n[[site.feeds]]\nurl = \"/bad\"\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n";
    program.configure(site.base(), "max_attempts = 1", feeds);
    let (ran, peak) = program.run_measured(&["scrape"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(peak < MEMORY_MAX_KIB, "{peak} KiB");
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT state FROM pages"), "stored");
    let found = one(&archive, "SELECT state, reason FROM sources WHERE url LIKE '%/bad'");
    assert!(found.starts_with("failed|") && found.contains(reason), "{found}");
}

#[test]
fn a_feed_that_is_none_fails_alone() {
    feed(ok("<html><body><p>We will be back</body></html>"), "not a feed");
    feed(ok(""), "not a feed");
    feed(ok(vec![b'{'; 5 << 20]), "broken JSON");
    feed(ok(b"<a>".repeat(1 << 20)), "not a feed");
    feed(site::status(500), "500");
    feed(reset(), "connection");
    feed(encoded("gzip", b"none"), "torn");
}

#[test]
fn entities_of_a_feed_do_not_multiply() {
    let mut bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a0 \"lol\">".to_owned();
    for at in 1..10 {
        bomb += &format!("<!ENTITY a{at} \"{}\">", format!("&a{};", at - 1).repeat(10));
    }
    bomb += "]><x><item><link>&a9;</link></item></x>";
    feed(ok(bomb), "not a feed");
}

#[test]
fn a_site_that_is_not_there_is_one_message() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let program = Program::plain(&format!("http://{port}"), "");
    for _ in 0..2 {
        let ran = program.run(&["scrape"]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert_eq!(ran.messages(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("no connection"), "{}", ran.stderr);
    }
}

#[test]
fn a_name_that_does_not_resolve_is_one_message() {
    let program =
        Program::plain("http://news.invalid", "user_agent = \"claims/1 (+https://x.example)\"\n");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(ran.messages(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("`news.invalid` does not resolve"), "{}", ran.stderr);
}

#[test]
fn a_server_that_dies_ends_the_run_and_keeps_what_came() {
    let site = Site::start();
    let paths: Vec<String> = (1..=9).map(|at| format!("/news/4000000{at}/a")).collect();
    site.feed(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    for path in &paths {
        site.on(path, [ok(story())]);
    }
    site.on(&paths[2], [ok(story()).and_die()]);
    let program = Program::plain(site.base(), "");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*) FROM articles"), "3");
    assert_eq!(
        one(
            &archive,
            "SELECT count(*) FROM pages WHERE claimed_by IS NOT NULL OR state <> 'stored' AND due_at IS NULL"
        ),
        "0"
    );
    let untouched = one(
        &archive,
        "SELECT count(*) FROM pages WHERE state = 'new' AND due_at <= strftime('%Y-%m-%dT%H:%M:%SZ')",
    );
    assert_eq!(untouched, "4", "two pages were tried in vain, the rest stays queued");
}

/// Pages that would take minutes or hours to read: each is read as far as it goes, and what was left out is said.
#[test]
fn a_page_without_end_is_read_up_to_there_and_says_so() {
    let all = |count: usize, part: fn(usize) -> String| (0..count).map(part).collect::<String>();
    let tag = all(100_000, |at| format!(" a{at}=1"));
    let fonts = all(50_000, |at| format!("<p><font size={at}></p>"));
    for more in [
        "<div>".repeat(300_000),
        format!("{}{}", "<div>".repeat(2_900), "</section>".repeat(300_000)),
        format!("<div{tag}>"),
        fonts,
    ] {
        let site = Site::start();
        site.feed(&[BAD]);
        site.on(BAD, [ok(story().replace("</body>", &format!("{more}</body>")))]);
        let program = Program::plain(site.base(), "");
        let ran = program.ok(&["scrape"]);
        let found = "SELECT headline || '|' || detail FROM articles JOIN captures USING (site_id) \
                     JOIN warnings ON warnings.capture_id = captures.id WHERE code = 'too_deep'";
        let found = rows(&program.archive(), found);
        assert_eq!(found, ["Sugar mills resume crushing|page"], "{:.40} {}", more, ran.stderr);
    }
}

#[test]
fn ten_thousand_tags_and_links_are_all_kept() {
    let list = |class: &str, path: &str| {
        let link = |at: usize| format!("<a href='/{path}{at:05}'>A thing {at}</a>");
        format!("<div class='{class}'>{}</div>", (0..10_000).map(link).collect::<String>())
    };
    let more = list("story__tags", "trends/t") + &list("related-stories", "news/410");
    let site = Site::start();
    site.feed(&[BAD]);
    site.on(BAD, [ok(story().replace("</body>", &format!("{more}</body>")))]);
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    let count = |table: &str| one(&program.archive(), &format!("SELECT count(*) FROM {table}"));
    assert_eq!((count("tags").as_str(), count("article_links").as_str()), ("10000", "10000"));
}
