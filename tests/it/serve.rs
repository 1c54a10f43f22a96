//! `serve`: every page of the archive in a browser, and nothing else.

use std::{
    collections::{BTreeSet, VecDeque},
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
};

use crate::support::program::{Program, one};

/// A running server.
pub(crate) struct Server {
    child: Child,
    address: String,
}

pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Server {
    pub(crate) fn start(program: &Program, args: &[&str]) -> Self {
        let mut child = program
            .command()
            .args([&["serve", "--listen", "127.0.0.1:0"], args].concat())
            .stderr(Stdio::piped())
            .spawn()
            .expect("spawn");
        let mut said = BufReader::new(child.stderr.take().expect("stderr"));
        let mut line = String::new();
        said.read_line(&mut line).expect("a line");
        let address =
            line.split("http://").nth(1).and_then(|it| it.split(' ').next()).expect("an address");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { address: address.to_owned(), child }
    }

    pub(crate) fn get(&self, path: &str) -> Got {
        self.ask("GET", path, &format!("Host: {}\r\n", self.address))
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> Got {
        let mut stream = TcpStream::connect(&self.address).expect("connect");
        let request = format!("{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("write");
        let mut bytes = Vec::new();
        // A server that refuses a request may close before all of it was sent.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        Got { status, head: head.to_lowercase(), body: body.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn demo() -> Program {
    let program = Program::new();
    program.ok(&["demo", "--archive", "tearsheet.db", "-q"]);
    program
}

/// The addresses that a page leads to.
fn links(html: &str) -> Vec<String> {
    let mut links = Vec::new();
    for attribute in [" href=\"", " src=\"", " action=\""] {
        for part in html.split(attribute).skip(1) {
            links.push(
                part.split('"').next().unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&"),
            );
        }
    }
    links
}

const OUR_POLICY: &str = "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                          frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[test]
fn every_link_leads_to_a_page_and_none_elsewhere() {
    let program = demo();
    let server = Server::start(&program, &[]);
    let mut todo: VecDeque<String> = VecDeque::from(["/".to_owned()]);
    let mut seen = BTreeSet::from(["/".to_owned()]);
    while let Some(path) = todo.pop_front() {
        let got = server.get(&path);
        assert!(seen.len() < 3_000, "there is no end: {path}");
        assert_eq!(got.status, 200, "{path}");
        for header in ["x-content-type-options: nosniff", "referrer-policy: no-referrer", "etag: "] {
            assert!(got.head.contains(header), "{path}: {header} not in {}", got.head);
        }
        assert!(!got.head.contains("set-cookie") && !got.head.contains("access-control"), "{path}");
        if path.starts_with("/raw/") && path.ends_with("/page") {
            assert!(
                got.head.contains("content-security-policy: sandbox; default-src 'none';"),
                "{path}: {}",
                got.head
            );
            continue;
        }
        assert!(got.head.contains(OUR_POLICY), "{path}: {}", got.head);
        if !got.head.contains("content-type: text/html") {
            continue;
        }
        assert!(got.body.len() < 100_000, "{path}: {} bytes", got.body.len());
        assert!(!got.body.contains(" style=\"") && !got.body.contains(" onclick"), "{path}");
        for link in links(&got.body) {
            if link == "data:," {
                continue;
            }
            if link.starts_with("http") {
                assert!(
                    got.body.contains(&format!("rel=\"noopener noreferrer nofollow\" href=\"{link}\""))
                        || got
                            .body
                            .contains(&format!("href=\"{link}\" rel=\"noopener noreferrer nofollow\"")),
                    "{link}"
                );
            } else if !link.starts_with('#') && seen.insert(link.clone()) {
                todo.push_back(link);
            }
        }
    }
    for kind in [
        "/article/",
        "/day/",
        "/calendar/",
        "/raw/",
        "/section/",
        "/symbol/",
        "/tag/",
        "/byline/",
        "/static/",
    ] {
        assert!(seen.iter().any(|it| it.starts_with(kind)), "{kind}");
    }
    assert!(100 < seen.len(), "{}", seen.len());
}

#[test]
fn only_requests_for_this_machine_are_answered_and_none_changes_anything() {
    let program = demo();
    let before = fs::read(program.path("tearsheet.db")).expect("an archive");
    let server = Server::start(&program, &["--allow-host", "news.example"]);
    let status = |method: &str, path: &str, headers: &str| server.ask(method, path, headers).status;
    for path in
        ["/", "/article/2", "/search?q=rupee", "/raw/1/page", "/metrics", "/static/x.css", "/nothing"]
    {
        assert_eq!(status("GET", path, "Host: evil.example\r\n"), 421, "{path}");
    }
    assert_eq!(status("GET", "/", "Host: news.example:80\r\n"), 200);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(status(method, "/", "Host: localhost\r\n"), 405, "{method}");
    }
    let head = server.ask("HEAD", "/", "Host: localhost\r\n");
    assert!(head.status == 200 && head.body.is_empty(), "{}", head.body);
    assert_eq!(
        status(
            "GET",
            "/",
            "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"
        ),
        400
    );
    let tag = head.head.lines().find_map(|it| it.strip_prefix("etag: ")).expect("a tag").to_owned();
    assert_eq!(status("GET", "/", &format!("Host: localhost\r\nIf-None-Match: {tag}\r\n")), 304);
    // Whatever is asked for, the answer is one of few, and never repeats it.
    let mut seed = 7_u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let pieces = [
        "day",
        "article",
        "raw",
        "%2e%2e",
        "..",
        "//",
        "\\",
        "%00",
        "%ff",
        "2024-01-03",
        "1",
        "<script>",
        "%3Cscript%3E",
        "search?q=%22",
        "symbol",
        "'",
        "a b",
        "%",
        "9999999999999999999",
        "\u{627}",
        "calendar",
        "0000",
        "static",
    ];
    for _ in 0..400 {
        let mut path = String::from("/");
        for _ in 0..random(5) {
            path += pieces[usize::try_from(random(pieces.len() as u64)).expect("small")];
            if random(2) == 0 {
                path.push('/');
            }
        }
        if random(40) == 0 {
            path += &"x".repeat(8192);
        }
        let got = server.ask("GET", &path, "Host: localhost\r\n");
        assert!(
            [200, 301, 303, 304, 308, 400, 404, 405, 414, 421, 431, 503].contains(&got.status),
            "{path}: {}",
            got.status
        );
        assert!(!got.body.contains("<script>"), "{path}");
    }
    drop(server);
    assert!(fs::read(program.path("tearsheet.db")).expect("an archive") == before);
}

#[test]
fn a_hostile_page_runs_nothing() {
    let program = Program::new();
    let evil = "</title><script>alert(1)</script><img src=x onerror=alert(2)>";
    let page = format!(
        "<html><head><title>x</title><meta property=\"article:published_time\" content=\"2024-01-03T11:20:00+05:00\">\
         <meta http-equiv=refresh content=\"0;url=https://evil.example/\"></head><body><h1 class=story__title>{}</h1>\
         <span class=story__byline>{}</span><div class=story__content><p>KARACHI: <a href=\"javascript:alert(3)\">go</a> {}</p>\
         <script>fetch('https://evil.example/')</script><p>{}</p></div></body></html>",
        evil.replace('<', "&lt;"),
        evil.replace('<', "&lt;"),
        evil.replace('<', "&lt;"),
        "Words of a story about wheat and cotton. ".repeat(10)
    );
    program.write("evil.html", &page);
    let url = "https://www.brecorder.com/news/40281811";
    program.ok(&["import", "evil.html", "--url", url, "--captured-at", "2024-01-03T07:20:00Z"]);
    assert_eq!(one(&program.archive(), "SELECT headline LIKE '%<script>%' FROM articles"), "1");
    let server = Server::start(&program, &[]);
    for path in [
        "/",
        "/article/1",
        "/day/2024-01-03",
        "/search?q=wheat",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/raw/1",
        "/article/1/versions",
        "/changes.atom",
        "/search.atom?q=wheat",
    ] {
        let got = server.get(path);
        assert_eq!(got.status, 200, "{path}");
        // Ours is the one script, in a file of its own.
        assert!(
            !got.body.contains("<script>")
                && !got.body.contains("<img")
                && !got.body.contains("\"javascript:"),
            "{path}: {}",
            got.body
        );
    }
    let raw = server.get("/raw/1/page");
    assert!(
        raw.body.contains("<script>") && raw.head.contains("content-security-policy: sandbox;"),
        "{}",
        raw.head
    );
    assert!(server.get("/raw/1").body.contains("<iframe sandbox=\"\""));
    assert!(server.get("/raw/1/source").head.contains("content-type: text/plain"));
}

#[test]
fn a_page_says_what_the_commands_say_while_a_run_writes() {
    let program = demo();
    let server = Server::start(&program, &[]);
    let archive = program.archive();
    let id = one(&archive, "SELECT article_id FROM changed_stories LIMIT 1");
    let shown = program.ok(&["show", &id]).stdout;
    let headline = shown.lines().next().expect("a headline").to_owned();
    let page = server.get(&format!("/article/{id}")).body;
    assert!(page.contains(&headline.replace('&', "&#38;")) || page.contains(&headline), "{headline}");
    let diff = server.get(&format!("/article/{id}/diff")).body;
    assert!(diff.contains("<ins>") && diff.contains("<del>"), "{diff}");
    let day = one(&archive, "SELECT max(published_on) FROM articles");
    let listed = program.ok(&["list", "--day", &day, "--format", "csv"]).stdout;
    assert_eq!(server.get(&format!("/day/{day}.csv")).body, listed);
    let found = program.ok(&["search", "rupee", "--format", "jsonl", "--limit", "50"]).stdout;
    assert_eq!(server.get("/search.json?q=rupee").body, found);
    // What is counted of a search are the stories that it finds.
    let section = one(
        &archive,
        "SELECT a.section || ' ' || count(*) FROM articles_fts f JOIN articles a ON a.id = f.rowid
          WHERE articles_fts MATCH 'rupee' GROUP BY a.section ORDER BY count(*) DESC, a.section LIMIT 1",
    );
    let (name, count) = section.rsplit_once(' ').expect("a section and its number");
    let page = server.get("/search?q=rupee").body;
    assert!(page.contains(&format!(">{name}</a> ({count})")), "{section}: {page}");
    let month = one(
        &archive,
        "SELECT substr(a.published_on, 1, 7) || '</a></th><td>' || count(*) || '</td>' FROM articles_fts f
           JOIN articles a ON a.id = f.rowid WHERE articles_fts MATCH 'rupee' GROUP BY substr(a.published_on, 1, 7) LIMIT 1",
    );
    assert!(page.contains(&month) && page.contains("<rect class=\"bar\""), "{month}: {page}");
    assert!(
        page.contains("<figcaption>Share of each month"),
        "a drawing without axes says what it is: {page}"
    );
    // A range may have one end.
    let later = one(
        &archive,
        "SELECT count(*) FROM articles_fts f JOIN articles a ON a.id = f.rowid
          WHERE articles_fts MATCH 'rupee' AND '2024-01-01' <= a.published_on",
    );
    let csv = server.get("/search.csv?q=rupee&from=2024-01-01").body;
    assert_eq!((csv.lines().count() - 1).to_string(), later, "{csv}");
    // The pages of an answer have each of its stories once.
    let all = one(&archive, "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'the'");
    let (first, second) = (server.get("/search?q=the").body, server.get("/search?q=the&page=1").body);
    assert!(first.contains("The first 20 stories") && first.contains("q=the&#38;page=1"), "{first}");
    assert!(
        second.contains(&format!("Stories 21 to {all}")) && second.contains("start=\"21\""),
        "{second}"
    );
    let stories = |page: &str| page.matches("<a class=\"headline\"").count();
    assert_eq!((stories(&first) + stories(&second)).to_string(), all);
    assert!(server.get("/search?q=the&page=9").body.contains("There are no more stories"));
    let named = one(
        &archive,
        "SELECT '/article/' || m.article_id || '|' || m.matched || ', ' || replace(m.place, '_', ' ') || '</td><td>' || m.relevance || '</td>'
           FROM mentions m JOIN novelty n USING (article_id, symbol) WHERE m.matched IS NOT NULL AND m.place IS NOT NULL LIMIT 1",
    );
    let (story, cells) = named.split_once('|').expect("a story and its cells");
    let page = server.get(story).body;
    assert!(page.contains(cells) && page.contains("in 24 hours"), "{named}: {page}");
    let symbol = one(&archive, "SELECT symbol FROM quotes LIMIT 1");
    let quotes = program.ok(&["quotes", &symbol, "--daily", "--format", "csv"]).stdout;
    assert_eq!(server.get(&format!("/symbol/{symbol}.csv")).body, quotes);
    // A code that is on no ticker means its board; one that is on both has a page for each.
    let rates = program.ok(&["quotes", "USDPKRSELL", "--daily", "--format", "csv"]).stdout;
    for address in ["/symbol/USDPKRSELL", "/symbol/forex/USDPKRSELL"] {
        assert_eq!(server.get(&format!("{address}.csv")).body, rates);
        let page = server.get(address).body;
        assert!(page.contains("281.02") && page.contains("<svg"), "{page}");
    }
    assert!(server.get("/symbol/OGDC").body.contains("href=\"/symbol/gainers/OGDC\""));
    assert!(server.get("/day/2025-10-29").body.contains("href=\"/symbol/commodity/GOLD\""));
    assert_eq!(server.get("/symbol/forex/NOTHING").status, 404);
    // Nothing waits for a transaction that is under way.
    archive.execute_batch("BEGIN IMMEDIATE; UPDATE pages SET failures = 0").expect("begin");
    assert_eq!(server.get("/").status, 200);
    archive.execute_batch("ROLLBACK").expect("rollback");
    let site_id = one(&archive, &format!("SELECT site_id FROM articles WHERE id = {id}"));
    let moved = server.get(&format!("/article/{site_id}"));
    assert!(
        moved.status == 303 && moved.head.contains(&format!("location: /article/{id}")),
        "{}",
        moved.head
    );
}
