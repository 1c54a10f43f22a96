//! Nothing is dropped in silence: for each broken input a message, or the closing line, names what was not read.

use std::fs;

use crate::support::{
    program::{Program, one},
    site::{Site, ok, redirect},
    warc::{HTTP, answer, gzip, page, record, url},
};

const AT: &str = "2021-03-08T06:20:00Z";

/// A run whose only feed or sitemap answers so says these words.
#[track_caller]
fn source(kind: &str, body: impl Into<Vec<u8>>, words: &str) {
    let site = Site::start();
    site.on("/source", [ok(body)]);
    let program = Program::new();
    let other = if kind == "feeds" { "sitemaps" } else { "feeds" };
    let lists = format!("{other} = []\n[[site.{kind}]]\nurl = \"/source\"\n");
    program.configure(site.base(), "max_attempts = 1", &lists);
    let ran = program.run(&["scrape", "--max-pages", "1"]);
    assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    let counted = ["source read in part", "source unread", "source cut"];
    assert!(counted.iter().any(|it| ran.stderr.contains(it)), "{words}: {}", ran.stderr);
}

#[test]
fn a_feed_names_what_it_lost() {
    let item = "<item><link>/news/1/a</link></item>";
    let rss = |items: &str| format!("<rss><channel>{item}{items}</channel></rss>");
    source("feeds", "<html><body>We will be back</body></html>", "not a feed");
    source("feeds", "", "not a feed");
    source("feeds", "{\"items\": [", "broken JSON");
    source(
        "feeds",
        rss("<item><link>/news/2/b</link><pubDate>soon</pubDate></item>"),
        "the date `soon`",
    );
    source("feeds", rss("<item><title>x</title></item>"), "an item without an address");
    source("feeds", format!("<rss><channel>{item}<item><link>/news/2"), "the end, which is missing");
    source(
        "feeds",
        rss("<item><description><![CDATA[x</description></item>"),
        "a CDATA section without an end",
    );
    source("feeds", rss("<!-- x"), "a comment without an end");
    source(
        "feeds",
        rss("<item><link>/news/2/b</link><title x='1</title></item>"),
        "a tag without an end",
    );
    source("feeds", format!("<br>Notice: x {}", rss("")), "text before the feed");
    let packed = gzip(rss(&"<item><title>x</title></item>".repeat(500)).as_bytes());
    source("feeds", &packed[..packed.len() / 2], "broken gzip");
}

#[test]
fn a_sitemap_names_what_it_lost() {
    let entry = "<url><loc>/news/1/a</loc></url>";
    let set = |entries: &str| format!("<urlset>{entry}{entries}</urlset>");
    source("sitemaps", "<html></html>", "not a sitemap");
    source("sitemaps", set("<url><lastmod>2021-03-08</lastmod></url>"), "an entry without an address");
    source(
        "sitemaps",
        set("<url><loc>/news/2/b</loc><lastmod>lately</lastmod></url>"),
        "the date `lately`",
    );
    source("sitemaps", format!("<urlset>{entry}<url><loc>/news/2"), "the end, which is missing");
    source("sitemaps", "https://www.brecorder.com/news/1/a\nand more\n", "the line `and more`");
    let files = (0..40).map(|it| format!("<sitemap><loc>/s{it}.xml</loc></sitemap>"));
    let files = files.collect::<Vec<_>>().concat();
    source("sitemaps", format!("<sitemapindex>{files}</sitemapindex>"), "were left out");
}

/// An import of these bytes says these words.
#[track_caller]
fn import(name: &str, bytes: impl AsRef<[u8]>, words: &str) {
    let program = Program::new();
    fs::write(program.path(name), bytes).expect("write");
    let ran = program.run(&["import", name]);
    assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    assert_ne!(ran.code, 0, "{words}: {}", ran.stderr);
}

#[test]
fn a_record_names_what_it_lost() {
    let response =
        |more: &str, block: &[u8]| record("response", &url(1), AT, &format!("{HTTP}{more}"), block);
    let page = page(1);
    let whole = response("", &answer("", page.as_bytes()));
    import("a.warc", &whole[..whole.len() - 50], "the file ends after");
    import("a.warc", [whole.as_slice(), b"garbage\r\n"].concat(), "no record where one should begin");
    let chunked =
        |body: String| response("", &answer("Transfer-Encoding: chunked\r\n", body.as_bytes()));
    import("a.warc", chunked(format!("{:x}\r\n{page}\r\n", page.len())), "its chunks have no end");
    import("a.warc", chunked(format!("fffff\r\n{page}")), "it ends within a chunk");
    let packed = gzip(page.as_bytes());
    let cut = response("", &answer("Content-Encoding: gzip\r\n", &packed[..packed.len() - 12]));
    import("a.warc", cut, "the gzip coding is broken");
    let unknown = response("", &answer("Content-Encoding: compress\r\n", b"\x1F\x9D\x90\x01"));
    import("a.warc", unknown, "`compress` is no coding");
    import("a.warc", response("WARC-Truncated: length\r\n", &answer("", page.as_bytes())), "it was cut");
    import(
        "a.warc",
        response("WARC-Segment-Number: 1\r\n", &answer("", page.as_bytes())),
        "other records",
    );
    let revisit = record("revisit", &url(1), AT, HTTP, b"HTTP/1.1 304 Not Modified\r\n\r\n");
    import("a.warc", revisit, "1 revisit without the capture it names");
}

#[test]
fn a_file_of_another_kind_is_called_by_its_name() {
    import("a.arc", "filedesc://a.arc 0.0.0.0 20210308062000 text/plain 76\n", "it is an ARC file");
    import("a.har", "{\"log\": {\"creator\": {}, \"entries\": []}}", "it is a HAR file");
    import("a.webarchive", "bplist00 x", "Safari");
    import("a.html", "%PDF-1.7", "it is a PDF");
    import("a.html", "<rss><channel></channel></rss>", "it is a feed");
    import("a.txt", "User-agent: *\nDisallow: /\n", "it is a robots.txt");
    import(
        "a.eml",
        "From: a\nTo: b\nMIME-Version: 1.0\nContent-Type: text/plain\n\nHello\n",
        "it is mail",
    );
    import("a.png", b"\x89PNG\0\0", "not text");
    let packed = gzip(page(1).repeat(50).as_bytes());
    import("a.html.gz", &packed[..packed.len() / 2], "the page is not whole");
    let saved = format!(
        "Snapshot-Content-Location: {}\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n\
         --x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPGgxPkE8L2gxPjxwPkI\n--x--\n",
        url(1)
    );
    import("a.mhtml", saved, "the end of its base64 is missing");
}

/// A web archive that answers so makes a run say these words.
#[track_caller]
fn web_archive(index: &str, words: &str) {
    let site = Site::start();
    site.otherwise(move |_, _| redirect("/news/1/a"));
    site.on(INDEX, [ok(index)]);
    let program = Program::new();
    let archive = format!(
        "[[site.web_archives]]\nname = \"copy\"\ncdx = \"{0}/cdx\"\nreplay = \"{0}/web/{{timestamp}}id_/{{url}}\"\n\
         requests_per_minute = 60000\ndays_after = 10\n",
        site.base()
    );
    let fetch = "requests_per_second = 500\nallow_private_addresses = true\nmax_attempts = 1\nrespect_robots = false";
    program.write("config.toml", &format!("[fetch]\n{fetch}\n{archive}"));
    let ran = program.run(&["backfill", "--via", "copy", "--from", "2021-03-01", "--to", "2021-03-31"]);
    assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    assert_eq!(ran.code, 1, "{words}: {}", ran.stderr);
}

const INDEX: &str = "/cdx?url=brecorder.com%2Fnews%2F&matchType=prefix&from=20210301&to=20210410&filter=statuscode%3A200&\
                     filter=mimetype%3Atext%2Fhtml&collapse=digest&limit=5000&showResumeKey=true";

#[test]
fn an_index_names_what_it_is_instead() {
    let line = format!("com,brecorder)/news/1 20210308062000 {} text/html 200 A 9\n", url(1));
    web_archive("<html><body>busy</body></html>", "it answered with a page");
    web_archive("org.example.RuntimeException: busy\n", "nothing that it answered is of an index");
    web_archive("{\"error\": \"busy\"}", "it answered with an error: busy");
    web_archive(&line[..60], "nothing that it answered is of an index");
    web_archive(&line.replace("20210308062000", "20210308"), "20210308");
    web_archive(&line, "out of the web archive");
}

/// A saved page is text where a page of the server is: for one NUL, or for UTF-16 without a mark, it is not left out.
#[test]
fn a_saved_page_is_text_where_a_page_of_the_server_is() {
    let wide: Vec<u8> = page(1).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let torn = page(1).replacen("<h1", "<i>\0</i><h1", 1);
    for bytes in [wide, torn.into_bytes()] {
        let program = Program::new();
        fs::write(program.path("a.html"), bytes).expect("write");
        program.ok(&["import", "a.html", "--url", &url(1)]);
        let words = "SELECT count(*) FROM articles WHERE headline IS NOT NULL AND 0 < word_count";
        assert_eq!(one(&program.archive(), words), "1");
    }
}
