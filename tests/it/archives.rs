//! Web archives and saved pages: in, out, and round again.

use std::{fs, io::Write};

use crate::support::{
    program::{Program, one, rows},
    site::{Site, article, ok},
    warc::{HTTP, STRIP, answer, gzip, page, record, url},
};

#[expect(clippy::too_many_lines, reason = "a list")]
/// A record of everything that may stand in a web archive.
fn everything() -> Vec<Vec<u8>> {
    let zlib = {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(page(3).as_bytes()).expect("memory");
        encoder.finish().expect("memory")
    };
    let chunked = {
        let body = page(4);
        format!(
            "{:x}\r\n{}\r\n{:x};x\r\n{}\r\n0\r\n\r\n",
            100,
            &body[..100],
            body.len() - 100,
            &body[100..]
        )
    };
    let digest = "WARC-Payload-Digest: sha1:ABC\r\n";
    vec![
        record(
            "warcinfo",
            "",
            "2021-03-08T06:20:00Z",
            "Content-Type: application/warc-fields\r\n",
            b"software: x\r\n",
        ),
        record(
            "request",
            &url(1),
            "2021-03-08T06:20:00Z",
            "Content-Type: application/http; msgtype=request\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
        ),
        record(
            "response",
            &url(1),
            "2021-03-08T06:20:00Z",
            &format!("{HTTP}{digest}"),
            &answer("ETag: \"x\"\r\n", page(1).as_bytes()),
        ),
        record(
            "response",
            &url(2),
            "2021-03-08T06:20:01Z",
            HTTP,
            &answer("Content-Encoding: gzip\r\n", &gzip(page(2).as_bytes())),
        ),
        record(
            "response",
            &url(3),
            "2021-03-08T06:20:02Z",
            HTTP,
            &answer("Content-Encoding: deflate\r\n", &zlib),
        ),
        record(
            "response",
            &url(4),
            "2021-03-08T06:20:03Z",
            HTTP,
            &answer("Transfer-Encoding: chunked\r\n", chunked.as_bytes()),
        ),
        record(
            "resource",
            &url(5),
            "2021-03-08T06:20:04.123Z",
            "Content-Type: text/html\r\n",
            page(5).as_bytes(),
        ),
        record(
            "revisit",
            &url(1),
            "2021-03-10T06:20:00Z",
            &format!("{HTTP}{digest}WARC-Refers-To-Date: 2021-03-08T06:20:00Z\r\n"),
            &answer("", b""),
        ),
        record(
            "response",
            "https://www.brecorder.com/trends/imf",
            "2021-03-08T06:20:05Z",
            HTTP,
            &answer("", b"<html>x</html>"),
        ),
        record(
            "response",
            "https://elsewhere.example/news/1",
            "2021-03-08T06:20:05Z",
            HTTP,
            &answer("", page(1).as_bytes()),
        ),
        record(
            "response",
            &url(6),
            "2021-03-08T06:20:06Z",
            HTTP,
            b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n",
        ),
        record(
            "response",
            &url(7),
            "2021-03-08T06:20:07Z",
            HTTP,
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG",
        ),
        record(
            "response",
            &url(8),
            "2021-03-08T06:20:08Z",
            HTTP,
            &answer("", b"<title>Just a moment...</title>"),
        ),
    ]
}

fn imported(file: &[u8], name: &str) -> (Program, crate::support::program::Ran) {
    let program = Program::new();
    fs::write(program.path(name), file).expect("write");
    let ran = program.ok(&["import", name]);
    (program, ran)
}

#[test]
fn archives_are_read_however_they_are_packed() {
    let records = everything();
    let zstd = |it: &[u8]| zstd::bulk::compress(it, 3).expect("memory");
    for (name, file) in [
        ("a.warc", records.concat()),
        ("a.warc.gz", records.iter().map(|it| gzip(it)).collect::<Vec<_>>().concat()),
        ("b.warc.gz", gzip(&records.concat())),
        ("a.warc.zst", zstd(&records.concat())),
    ] {
        let (program, ran) = imported(&file, name);
        assert!(
            ran.stderr.contains("import: 5 new, 0 updated, 1 unchanged, 0 failed"),
            "{name}: {}",
            ran.stderr
        );
        for counted in [
            "2 no captures",
            "1 of other sites",
            "1 no articles",
            "1 not text",
            "1 redirects and errors",
            "1 challenges",
        ] {
            assert!(ran.stderr.contains(counted), "{name}: {counted}: {}", ran.stderr);
        }
        let archive = program.archive();
        let captures =
            rows(&archive, "SELECT site_id, captured_at, source FROM captures ORDER BY captured_at");
        assert_eq!(captures.len(), 6);
        assert_eq!(captures[0], "1|2021-03-08T06:20:00Z|warc");
        assert_eq!(
            captures[5], "1|2021-03-10T06:20:00Z|warc",
            "a revisit is a capture of the same bytes"
        );
        assert_eq!(one(&archive, "SELECT count(DISTINCT body_id) FROM captures"), "5");
        assert_eq!(one(&archive, "SELECT count(*) FROM articles WHERE headline LIKE 'Headline %'"), "5");
        // Market numbers are dated by the capture.
        assert_eq!(
            one(&archive, "SELECT min(captured_at), max(day) FROM quotes WHERE symbol = 'OGDC'"),
            "2021-03-08T06:20:00Z|2021-03-08"
        );
        let again = program.ok(&["import", name]);
        assert!(
            again.stderr.contains("import: 0 new, 0 updated, 6 unchanged"),
            "the same capture is one: {}",
            again.stderr
        );
        assert_eq!(one(&archive, "SELECT count(*) FROM captures"), "6");
    }
}

#[test]
fn stdin_several_files_and_folders() {
    let program = Program::new();
    fs::create_dir_all(program.path("archives/deep")).expect("a folder");
    for id in 1..=6 {
        let file =
            record("response", &url(id), "2021-03-08T06:20:00Z", HTTP, &answer("", page(id).as_bytes()));
        fs::write(program.path(&format!("archives/deep/{id}.warc.gz")), gzip(&file)).expect("write");
    }
    let ran = program.ok(&["import", "archives"]);
    assert!(ran.stderr.contains("6 new"), "{}", ran.stderr);
    let mut child = program
        .command()
        .args(["import", "-"])
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("spawn");
    let file =
        record("response", &url(9), "2021-03-08T06:20:00Z", HTTP, &answer("", page(9).as_bytes()));
    child.stdin.take().expect("a pipe").write_all(&file).expect("write");
    let output = child.wait_with_output().expect("output");
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 new"));
}

#[test]
fn text_of_a_crawl_is_read_as_plain_text() {
    let text = "ANL 34.36 Increased By ▲ 0.36 (1.06%)\nMar 08, 2021\nMarkets\nRupee firm against dollar in early trade\nReuters 08 Mar 2021\n\
        KARACHI: The rupee held its ground on Monday, dealers in the interbank market said, as inflows met the demand of importers.\n\
        Read more stories\nComments are closed on this story.\n";
    let file = record(
        "conversion",
        &url(1),
        "2021-03-08T06:20:00Z",
        "Content-Type: text/plain\r\n",
        text.as_bytes(),
    );
    let (program, ran) = imported(&gzip(&file), "a.warc.wet.gz");
    assert!(ran.stderr.contains("1 new"), "{}", ran.stderr);
    let archive = program.archive();
    assert_eq!(
        one(&archive, "SELECT headline, published_on FROM articles"),
        "Rupee firm against dollar in early trade|2021-03-08"
    );
    assert_eq!(
        one(&archive, "SELECT symbol, price, captured_at FROM quotes"),
        "ANL|34.36|2021-03-08T06:20:00Z"
    );
}

#[test]
fn damage_is_counted_with_its_place_and_the_rest_is_kept() {
    let good = |id| {
        gzip(&record(
            "response",
            &url(id),
            "2021-03-08T06:20:00Z",
            HTTP,
            &answer("", page(id).as_bytes()),
        ))
    };
    let mut broken = good(2);
    let middle = broken.len() / 2;
    broken[middle..middle + 4].fill(0);
    let torn = good(4);
    let program = Program::new();
    fs::write(
        program.path("a.warc.gz"),
        [good(1), broken, good(3), torn[..torn.len() / 2].to_vec()].concat(),
    )
    .expect("write");
    let ran = program.run(&["import", "a.warc.gz"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("2 new") && ran.stderr.contains("damaged place"), "{}", ran.stderr);
    assert!(ran.stderr.contains("a.warc.gz is damaged at byte "), "{}", ran.stderr);
    for (name, bytes) in [
        (
            "bomb.warc",
            record(
                "response",
                &url(1),
                "2021-03-08T06:20:00Z",
                HTTP,
                &answer("Content-Encoding: gzip\r\n", &gzip(&vec![b' '; 64 << 20])),
            ),
        ),
        (
            "length.warc",
            b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999\r\n\r\nx".to_vec(),
        ),
        ("minus.warc", b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -1\r\n\r\nx".to_vec()),
        ("nulls.warc", [b"WARC/1.0\r\n".as_slice(), &vec![0; 100_000]].concat()),
        ("line.warc", [b"WARC/1.0\r\nA: ".as_slice(), &vec![b'x'; 1 << 20]].concat()),
        ("not.gz", gzip(b"WARC/9.0\r\nsomething else entirely")),
    ] {
        fs::write(program.path(name), bytes).expect("write");
        let (ran, peak) = program.run_measured(&["import", name]);
        assert!(
            ran.code == 1 && ran.stderr.contains("damaged at byte"),
            "{name}: {} {}",
            ran.code,
            ran.stderr
        );
        assert!(!ran.stderr.contains("panicked") && peak < 200 * 1024, "{name}: {peak}");
    }
}

#[test]
fn a_revisit_may_name_what_is_in_the_archive_or_nothing() {
    let first =
        record("response", &url(1), "2021-03-08T06:20:00Z", HTTP, &answer("", page(1).as_bytes()));
    let (program, _) = imported(&first, "first.warc");
    let revisit = |id: u32, date: &str| {
        let more =
            format!("{HTTP}WARC-Refers-To-Target-URI: {}\r\nWARC-Refers-To-Date: {date}\r\n", url(id));
        record("revisit", &url(id), "2021-03-12T06:20:00Z", &more, &answer("", b""))
    };
    fs::write(program.path("second.warc"), revisit(1, "2021-03-08T06:20:00Z")).expect("write");
    program.ok(&["import", "second.warc"]);
    assert_eq!(one(&program.archive(), "SELECT count(*), count(DISTINCT body_id) FROM captures"), "2|1");
    fs::write(program.path("third.warc"), revisit(5, "2020-01-01T00:00:00Z")).expect("write");
    let ran = program.run(&["import", "third.warc"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("1 revisit without the capture it names"), "{}", ran.stderr);
}

#[test]
fn a_revisit_may_name_the_bytes_of_another_file() {
    let digest = "WARC-Payload-Digest: sha1:ABC\r\n";
    let head = format!("{HTTP}{digest}");
    let first =
        record("response", &url(1), "2021-03-08T06:20:00Z", &head, &answer("", page(1).as_bytes()));
    let program = Program::new();
    fs::write(program.path("first.warc"), first).expect("write");
    let again = record("revisit", &url(2), "2021-03-12T06:20:00Z", &head, &answer("", b""));
    fs::write(program.path("second.warc"), again).expect("write");
    program.ok(&["import", "second.warc", "first.warc"]);
    let sql = "SELECT count(*), count(DISTINCT site_id), count(DISTINCT body_id) FROM captures";
    assert_eq!(one(&program.archive(), sql), "2|2|1");
}

#[test]
fn stories_of_one_import_are_all_found_by_word_and_symbol() {
    let page = |strip: &str, text: &str| {
        article("Stocks", text).replace("<body>", &format!("<body>{strip}")).into_bytes()
    };
    let before = page("", "OGDC led while IMF talks went on.");
    let after = page(
        "<p>OGDC 100.10 Increased By ▲ 1.10 (1.11%)</p><p>PPL 90.00 No Change ▼ 0.00 (0%)</p>",
        "Nothing of it.",
    );
    let old = page("", "OGDC fell while gold rose.");
    let reworded = page("", "PPL led while wheat talks went on.");
    let pages = [(1, "08", before), (3, "08", old), (2, "09", after), (3, "10", reworded)];
    let records = pages.map(|(id, day, body)| {
        let at = format!("2021-03-{day}T06:20:00Z");
        record("response", &url(id), &at, HTTP, &answer("", &body))
    });
    let (program, _) = imported(&records.concat(), "all.warc");
    let archive = program.archive();
    let found = "SELECT article_id, symbol FROM mentions ORDER BY 1, 2";
    assert_eq!(rows(&archive, found), ["1|OGDC", "2|PPL"]);
    for (word, articles) in [("ogdc", "1"), ("gold", "0"), ("wheat", "1"), ("talks", "2")] {
        let sql = format!("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH '{word}'");
        assert_eq!(one(&archive, &sql), articles, "{word}");
    }
    assert_eq!(one(&archive, "SELECT count(*) FROM unindexed"), "0");
    program.ok(&["verify"]);
}

/// Crawlers that record through a browser (Browsertrix, ArchiveWeb.page) write fractions of seconds, keep the codings they took
/// off under other names, and put what they made of a page beside it.
#[test]
fn what_a_browser_recorded_is_read() {
    let at = "2021-03-08T06:20:00.123Z";
    let more = format!(
        "{HTTP}WARC-Page-ID: 6f1f\r\nWARC-Resource-Type: document\r\nWARC-Payload-Digest: sha-256:ABC\r\n"
    );
    let head = "x-orig-content-encoding: br\r\nx-orig-transfer-encoding: chunked\r\n";
    let json = "Content-Type: application/json\r\n";
    let text = "Content-Type: text/plain\r\n";
    let asked = "Content-Type: application/http; msgtype=request\r\n";
    let records = [
        record("warcinfo", "", at, "Content-Type: application/warc-fields\r\n", b"software: x\r\n"),
        record("request", &url(1), at, asked, b"GET /news/1/a-slug HTTP/1.1\r\n\r\n"),
        record("response", &url(1), at, &more, &answer(head, page(1).as_bytes())),
        record("resource", &format!("urn:pageinfo:{}", url(1)), at, json, b"{}"),
        record("resource", &format!("urn:text:{}", url(1)), at, text, b"Text of the page."),
    ];
    let file = String::from_utf8(records.concat()).expect("text").replace("WARC/1.0", "WARC/1.1");
    let (program, ran) = imported(&gzip(file.as_bytes()), "rec-x.warc.gz");
    assert!(ran.stderr.contains("import: 1 new, 0 updated, 0 unchanged, 0 failed"), "{}", ran.stderr);
    let archive = program.archive();
    let sql = "SELECT captured_at, (SELECT headline FROM articles), (SELECT count(*) FROM quotes) FROM captures";
    assert_eq!(rows(&archive, sql), ["2021-03-08T06:20:00Z|Headline 1|2"]);
}

#[test]
fn an_archive_is_printed_page_by_page() {
    let program = Program::new();
    fs::write(
        program.path("a.warc.gz"),
        everything().iter().map(|it| gzip(it)).collect::<Vec<_>>().concat(),
    )
    .expect("write");
    let printed = program.ok(&["extract", "a.warc.gz"]).stdout;
    let lines: Vec<serde_json::Value> =
        printed.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(
        (lines[0]["site_id"].as_str(), lines[0]["captured_at"].as_str()),
        (Some("1"), Some("2021-03-08T06:20:00Z"))
    );
    assert!(!program.path("tearsheet.db").exists());
}

#[test]
fn pages_as_browsers_save_them() {
    let program = Program::new();
    let mhtml = format!(
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: {}\r\nDate: Mon, 8 Mar 2021 06:20:00 -0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/related; type=\"text/html\"; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n--x--\r\n",
        url(1),
        page(1).replace('=', "=3D")
    );
    program.write("saved/a.mhtml", &mhtml);
    let saved = format!("<!-- saved from url=({:04}){} -->\n{}", url(2).len(), url(2), page(2));
    program.write("saved/b.htm", &saved);
    // What the browser put beside it is no page of its own.
    program.write("saved/b_files/frame.html", &page(99));
    let ran = program.ok(&["import", "saved", "--captured-at", "2022-05-05"]);
    assert!(ran.stderr.contains("2 new"), "{}", ran.stderr);
    let captures =
        rows(&program.archive(), "SELECT site_id, captured_at, source FROM captures ORDER BY site_id");
    assert_eq!(
        captures,
        ["1|2021-03-08T06:20:00Z|file", "2|2022-05-05|file"],
        "its own date counts before ours"
    );
}

#[test]
fn what_is_exported_and_imported_is_equal_by_query() {
    let program = Program::new();
    program.ok(&["demo", "--archive", "tearsheet.db"]);
    let port = one(&program.archive(), "SELECT url FROM captures LIMIT 1");
    let base = port.split("/news").next().expect("an address").to_owned();
    program.write("config.toml", &format!("[site]\nbase_url = \"{base}\"\n"));
    let ran = program.ok(&["export", "warc", "--out", "out"]);
    let captures = one(&program.archive(), "SELECT count(*) FROM captures");
    assert!(ran.stderr.contains(&format!("export: {captures} captures")), "{}", ran.stderr);
    let index = fs::read_to_string(program.path("out/indexes/index.cdxj")).expect("an index");
    assert_eq!(index.lines().count().to_string(), captures);
    assert!(index.lines().is_sorted());
    let files: Vec<_> = fs::read_dir(program.path("out/archive"))
        .expect("a folder")
        .map(|it| it.expect("an entry").path())
        .collect();
    assert_eq!(files.len(), 1);
    let file = files[0].to_string_lossy().into_owned();
    program.ok(&["import", &file, "--archive", "again.db"]);
    let again = crate::support::program::open(&program.path("again.db"));
    for sql in [
        "SELECT host, site_id, url, published_on, published_at, updated_at, section, headline, byline, dateline, summary, body, content_hash FROM articles ORDER BY 1, 2",
        "SELECT host, site_id, captured_at, status, sha256, bytes, etag FROM captures ORDER BY 1, 2, 3",
        "SELECT c.site_id, c.captured_at, h.protocol, h.response FROM capture_heads h JOIN captures c ON c.id = h.capture_id ORDER BY 1, 2, 3, 4",
        "SELECT a.site_id, v.version, v.headline, v.body FROM versions v JOIN articles a ON a.id = v.article_id ORDER BY 1, 2",
        // In the demo everything happens in one second, and what is consecutive is chance.
        "SELECT DISTINCT symbol, day, price, change, change_pct, direction FROM quotes ORDER BY symbol, price, change",
        "SELECT a.site_id, t.tag FROM tags t JOIN articles a ON a.id = t.article_id ORDER BY 1, 2",
        "SELECT a.site_id, l.position, l.title FROM links l JOIN articles a ON a.id = l.article_id ORDER BY 1, 2",
    ] {
        assert_eq!(rows(&program.archive(), sql), rows(&again, sql), "{sql}");
    }
    program.ok(&["export", "warc", "--wacz", "--out", "all.wacz"]);
    assert!(fs::read(program.path("all.wacz")).expect("a file").starts_with(b"PK"));
    let ran = program.run(&["export", "warc", "--out", "out"]);
    assert_eq!(ran.code, 2);
    assert_eq!(program.run(&["export", "warc"]).code, 2);
    assert_eq!(program.run(&["export", "warc", "--out", "/proc/nothing/here"]).code, 5);
}

#[test]
fn what_was_said_around_a_page_is_exported_but_for_what_is_nobodys_business() {
    let site = Site::start();
    site.feed(&["/news/40000001/a"]);
    let reply = ok(page(1)).header("server", "claims/1").header("set-cookie", "who=reader");
    site.on("/news/40000001/a", [reply.header("etag", "\"x\"")]);
    let program = Program::plain(site.base(), "user_agent = \"claims/1 (+https://x.example)\"");
    let config = fs::read_to_string(program.path("config.toml")).expect("a file");
    program.write("config.toml", &format!("{config}\n[fetch.headers]\nx-key = \"secret\"\n"));
    program.ok(&["scrape"]);
    assert_eq!(site.visits("/news/40000001/a")[0].headers["x-key"], "secret");
    program.ok(&["export", "warc", "--out", "out"]);
    let file = fs::read_dir(program.path("out/archive")).expect("a folder").next().expect("a file");
    let packed = fs::read(file.expect("an entry").path()).expect("a file");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&*packed), &mut text)
        .expect("text");
    for there in [
        "WARC-Type: request\r\n",
        "GET /news/40000001/a HTTP/1.1\r\nHost: 127.0.0.1:",
        "user-agent: claims/1 (+https://x.example)\r\n",
        "WARC-Protocol: http/1.1\r\n",
        "server: claims/1\r\n",
        "etag: \"x\"\r\n",
    ] {
        assert!(text.contains(there), "{there}\n{text}");
    }
    for gone in ["secret", "who=reader"] {
        assert!(!text.contains(gone), "{gone}");
    }
}

#[test]
fn what_others_recorded_around_a_page_is_kept_a_line_a_header() {
    let answer = |head: &str| answer(head, page(1).as_bytes());
    let file = [
        record(
            "response",
            &url(1),
            "2021-03-08T06:20:00Z",
            &format!("{HTTP}WARC-Protocol: tls/1.3\r\nWARC-Protocol: h2\r\n"),
            &answer("Server: a\rb\r\nSet-Cookie: who=reader\r\nTransfer-Encoding: chunked\r\n"),
        ),
        record(
            "resource",
            &url(2),
            "2021-03-08T06:20:00Z",
            "Content-Type: text/html\r\n",
            page(2).as_bytes(),
        ),
    ];
    let (program, ran) = imported(&file.concat(), "heads.warc");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let heads = "SELECT site_id, protocol, request, response FROM capture_heads JOIN captures ON id = capture_id";
    let expect = "1|h2||Content-Type: text/html; charset=utf-8\nServer: a b\n";
    assert_eq!(rows(&program.archive(), heads), [expect], "nobody answered with a resource");
}

#[test]
fn of_two_captures_of_one_second_the_later_one_in_the_file_is_the_newer() {
    // Pairs lie beside each other and, since one stands before them, over the bounds of batches and of commits.
    let wordings = (1..=300_u32).flat_map(|id| ["first", "second"].map(|wording| (id, wording)));
    let file: Vec<u8> = std::iter::once((1000, "first"))
        .chain(wordings)
        .flat_map(|(id, wording)| {
            let page = article(&format!("The {wording} headline"), "What happened.");
            record("response", &url(id), "2021-03-08T06:20:00Z", HTTP, &answer("", page.as_bytes()))
        })
        .collect();
    let (program, ran) = imported(&file, "pairs.warc");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let newest = "SELECT headline, version, count(*) FROM articles GROUP BY 1, 2";
    assert_eq!(
        rows(&program.archive(), newest),
        ["The first headline|1|1", "The second headline|2|300"]
    );
}

#[test]
fn tickers_are_the_same_in_whatever_order_captures_come() {
    let strip = |price: &str| {
        format!(
            "<li>OGDC {price} Increased By ▲ 1.00 (1.00%)</li><li>PPL 90.00 No Change ▼ 0.00 (0%)</li>"
        )
    };
    let prices = ["101.00", "102.00", "101.00", "101.00", "103.00", "101.00"];
    let record_of = |at: usize| {
        let body = page(1).replace(STRIP, &strip(prices[at]));
        record(
            "response",
            &url(u32::try_from(at).expect("small") + 1),
            &format!("2021-03-08T0{at}:00:00Z"),
            HTTP,
            &answer("", body.as_bytes()),
        )
    };
    let mut found = Vec::new();
    for order in [[5, 4, 3, 2, 1, 0], [0, 2, 3, 5, 1, 4], [3, 0, 5, 2, 4, 1]] {
        let program = Program::new();
        for (turn, at) in order.into_iter().enumerate() {
            let name = format!("{turn}.warc");
            fs::write(program.path(&name), record_of(at)).expect("write");
            program.ok(&["import", &name]);
        }
        let archive = program.archive();
        found.push(rows(&archive, "SELECT q.captured_at, s.last_captured_at, q.price, s.captures FROM quotes q JOIN strips s ON s.id = q.strip_id WHERE symbol = 'OGDC' ORDER BY 1"));
        program.ok(&["verify"]);
    }
    let expect = [
        "2021-03-08T00:00:00Z|2021-03-08T00:00:00Z|101|1",
        "2021-03-08T01:00:00Z|2021-03-08T01:00:00Z|102|1",
        "2021-03-08T02:00:00Z|2021-03-08T03:00:00Z|101|2",
        "2021-03-08T04:00:00Z|2021-03-08T04:00:00Z|103|1",
        "2021-03-08T05:00:00Z|2021-03-08T05:00:00Z|101|1",
    ];
    for found in found {
        assert_eq!(found, expect);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_to_itself_is_read_once_and_what_is_no_file_is_left_out() {
    let program = Program::new();
    program
        .write("pages/a.html", &crate::support::site::article("First", &"Text of a story. ".repeat(30)));
    for link in ["one", "two"] {
        std::os::unix::fs::symlink(program.path("pages"), program.path(&format!("pages/{link}")))
            .expect("a link");
    }
    std::os::unix::fs::symlink(program.path("pages/a.html"), program.path("pages/b.html"))
        .expect("a link");
    std::os::unix::fs::symlink(program.path("nowhere"), program.path("pages/c.html")).expect("a link");
    let made = std::process::Command::new("mkfifo").arg(program.path("pages/d.html")).status();
    assert!(made.expect("mkfifo").success());
    let ran = program.ok(&["import", "pages"]);
    assert!(ran.stderr.contains("1 new, 0 updated, 0 unchanged, 0 failed"), "{}", ran.stderr);
    for name in ["c.html", "d.html"] {
        assert!(
            ran.stderr.contains(&format!("{name} is left out: it is no regular file")),
            "{}",
            ran.stderr
        );
    }
}
