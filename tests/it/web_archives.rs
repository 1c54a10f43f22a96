//! Web archives asked over the network: CDX servers with replay, crawls with records, and what a run offers to them.

use crate::support::{
    program::{Program, one, rows},
    site::{Site, ok, redirect, status},
    warc::{HTTP, answer, gzip, page, record, url},
};

/// A web archive on loopback, and a program that knows it.
fn web_archive(site: &Site) -> Program {
    program_with(&format!(
        "[[site.web_archives]]\nname = \"copy\"\ncdx = \"{0}/cdx\"\n\
         replay = \"{0}/web/{{timestamp}}id_/{{url}}\"\nrequests_per_minute = 60000\ndays_after = 10\n",
        site.base()
    ))
}

/// A program that knows what these lines say.
fn program_with(web_archives: &str) -> Program {
    let program = Program::new();
    let fetch = "requests_per_second = 500\nallow_private_addresses = true\nmax_wait_seconds = 1\nmax_attempts = 2";
    program.write("config.toml", &format!("[fetch]\n{fetch}\n{web_archives}"));
    program
}

const CDX: &str = "/cdx?url=brecorder.com%2Fnews%2F&matchType=prefix&from=20210301&to=20210410&filter=statuscode%3A200&\
                   filter=mimetype%3Atext%2Fhtml&collapse=digest&limit=5000&showResumeKey=true";
const VIA: [&str; 7] = ["backfill", "--via", "copy", "--from", "2021-03-01", "--to", "2021-03-31"];

#[test]
fn a_web_archive_fills_what_the_site_does_not_give() {
    let site = Site::start();
    let line = |id: u32, stamp: &str, digest: &str| {
        format!("com,brecorder)/news/{id} {stamp} {} text/html 200 {digest} 99\n", url(id))
    };
    let first = line(1, "20210308062000", "A")
        + &line(1, "20210309062000", "B")
        + &line(1, "20210310062000", "C")
        + "\nkey+1";
    site.on(CDX, [ok(first)]);
    site.on(&format!("{CDX}&resumeKey=key%2B1"), [ok(line(2, "20210311062000", "D"))]);
    for (id, stamp) in
        [(1, "20210308062000"), (1, "20210309062000"), (1, "20210310062000"), (2, "20210311062000")]
    {
        let text = page(id)
            .replace("Headline", &format!("Headline of {stamp},"))
            .replace("2025-10-22", "2021-03-08");
        site.on(&format!("/web/{stamp}id_/{}", url(id)), [ok(text)]);
    }
    let program = web_archive(&site);
    let ran = program.ok(&VIA);
    assert!(ran.stderr.contains("backfill: 2 new, 1 updated"), "{}", ran.stderr);
    let archive = program.archive();
    let captures = "SELECT site_id, captured_at, source FROM captures ORDER BY captured_at";
    let two = [
        "1|2021-03-08T06:20:00Z|wayback",
        "1|2021-03-10T06:20:00Z|wayback",
        "2|2021-03-11T06:20:00Z|wayback",
    ];
    assert_eq!(rows(&archive, captures), two);
    let strip = one(&archive, "SELECT captured_at, last_captured_at FROM strips");
    assert_eq!(strip, "2021-03-08T06:20:00Z|2021-03-11T06:20:00Z", "tickers are dated by capture");
    site.forget_visits();
    program.ok(&VIA);
    assert!(
        site.all_visits().iter().all(|it| !it.path.starts_with("/web/")),
        "what is here is not asked for"
    );
    program.ok(&[&VIA[..], &["--every-capture"]].concat());
    assert_eq!(one(&archive, "SELECT count(*) FROM captures"), "4");
    assert_eq!(one(&archive, "SELECT count(*) FROM versions"), "4");
    let ran = program.run(&["backfill", "--via", "elsewhere", "--from", "-7d"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("the profile has copy"), "{}", ran.stderr);
}

#[test]
fn a_web_archive_gives_the_pictures_nearest_to_the_day_of_the_page() {
    let site = Site::start();
    let line = format!("com,brecorder)/news/1 20210308062000 {} text/html 200 A 99\n", url(1));
    site.on(CDX, [ok(line)]);
    let picture = "https://i.brecorder.com/a.gif";
    let text = page(1).replace("2025-10-22", "2021-03-08");
    let text = text.replacen("<p>", &format!("<img src=\"{picture}\"><p>"), 1);
    site.on(&format!("/web/20210308062000id_/{}", url(1)), [ok(text)]);
    // The archive leads on to the capture that it has.
    let there = format!("/web/20210402101112id_/{picture}");
    site.on(&format!("/web/20210308120000id_/{picture}"), [redirect(&there)]);
    let gif = b"GIF89a\x10\0\x09\0\0\0\0;".to_vec();
    site.on(&there, [status(200).header("etag", "\"x\"").with_body(gif)]);
    let program = web_archive(&site);
    program.ok(&[&VIA[..], &["--images"]].concat());
    let archive = program.archive();
    let found = "SELECT a.state, k.captured_at, k.source, i.width FROM article_images a
                   JOIN images i ON i.id = a.image_id JOIN image_captures k ON k.image_id = i.id";
    assert_eq!(rows(&archive, found), ["stored|2021-04-02T10:11:12Z|wayback|16"]);
    assert_eq!(one(&archive, "SELECT etag FROM image_addresses"), "", "it is of the archive's answer");
    assert_eq!(one(&archive, "SELECT min(waited_ms) >= 0 FROM requests WHERE url LIKE '%.gif'"), "1");
    site.forget_visits();
    program.ok(&[&VIA[..], &["--images"]].concat());
    assert!(site.all_visits().iter().all(|it| !it.path.contains("a.gif")), "it is here");
}

#[test]
fn a_web_archive_that_says_too_many_is_obeyed_over_a_restart() {
    let site = Site::start();
    site.on(CDX, [status(429).header("retry-after", "600")]);
    let program = web_archive(&site);
    let ran = program.run(&VIA);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(site.visits(CDX).len(), 1);
    assert_eq!(program.run(&VIA).code, 3);
    assert_eq!(site.visits(CDX).len(), 1, "it is not asked before its time");
}

/// A crawl on loopback: a list of crawls, an index of one, and its WARC files.
const CRAWLS: &str = "[[site.web_archives]]\nname = \"crawl\"\ncrawls = \"{base}/collinfo.json\"\nrecords = \"{base}/data/{filename}\"\n\
                      requests_per_minute = 60000\ndays_after = 10\n";

#[test]
fn a_crawl_is_read_by_its_index_and_the_place_of_its_records() {
    let site = Site::start();
    let base = site.base();
    let list = format!(
        "[{{\"id\": \"NEW\", \"cdx-api\": \"{base}/NEW-index\", \"from\": \"2022-01-01T00:00:00\", \"to\": \"2022-01-14T00:00:00\"}},
          {{\"id\": \"OLD\", \"cdx-api\": \"{base}/OLD-index\", \"from\": \"2021-02-24T00:00:00\", \"to\": \"2021-03-09T00:00:00\"}}]"
    );
    site.on("/collinfo.json", [ok(list)]);
    let index = "/OLD-index?url=brecorder.com%2Fnews%2F&matchType=prefix&from=20210301&to=20210410&filter=statuscode%3A200&\
                 filter=mimetype%3Atext%2Fhtml&collapse=digest";
    site.on(
        &format!("{index}&showNumPages=true"),
        [ok("{\"pages\": 2, \"pageSize\": 5, \"blocks\": 7}")],
    );
    // A record lies between others in its file.
    let before =
        gzip(&record("request", &url(9), "2021-03-08T06:20:00Z", HTTP, b"GET / HTTP/1.1\r\n\r\n"));
    let (mut ranges, mut lines) = (Vec::new(), Vec::new());
    for id in 1..=4 {
        let text = page(id).replace("2025-10-22", "2021-03-08");
        // The third is not what the index says it is.
        let named = url(if id == 3 { 33 } else { id });
        let answer = answer("", text.as_bytes());
        let member = gzip(&record("response", &named, "2021-03-08T06:20:00Z", HTTP, &answer));
        let (offset, length) = (before.len(), member.len());
        ranges.push(format!("bytes={offset}-{}", offset + length - 1));
        lines.push(format!(
            "com,brecorder)/news/{id} 20210308062000 {{\"url\": \"{}\", \"mime\": \"text/html\", \"status\": \"200\", \"digest\": \"{id}\", \
             \"length\": \"{length}\", \"offset\": \"{offset}\", \"filename\": \"segments/{id}.warc.gz\"}}\n",
            url(id)
        ));
        // The fourth file's server knows no ranges.
        let reply =
            if id == 4 { ok([before.clone(), member].concat()) } else { ok(member).with_status(206) };
        site.on(&format!("/data/segments/{id}.warc.gz"), [reply]);
    }
    site.on(&format!("{index}&page=0"), [ok(lines[..2].concat())]);
    site.on(&format!("{index}&page=1"), [ok(lines[2..].concat())]);
    let program = program_with(&CRAWLS.replace("{base}", base));
    let args = ["backfill", "--via", "crawl", "--from", "2021-03-01", "--to", "2021-03-31"];
    let ran = program.run(&args);
    assert_eq!(ran.code, 1, "two could not be read\n{}", ran.stderr);
    assert!(ran.stderr.contains("backfill: 2 new, 0 updated, 0 unchanged, 2 failed"), "{}", ran.stderr);
    let archive = program.archive();
    let captures = "SELECT site_id, captured_at, source, status FROM captures ORDER BY site_id";
    let two = ["1|2021-03-08T06:20:00Z|warc|200", "2|2021-03-08T06:20:00Z|warc|200"];
    assert_eq!(rows(&archive, captures), two);
    for id in 1..=3 {
        let visits = site.visits(&format!("/data/segments/{id}.warc.gz"));
        assert_eq!(visits.len(), 1, "{id}");
        assert_eq!(visits[0].headers.get("range"), Some(&ranges[id - 1]));
    }
    assert_eq!(one(&archive, "SELECT count(*) FROM requests WHERE url LIKE '%NEW-index%'"), "0");
    site.forget_visits();
    program.run(&args);
    assert!(site.visits("/data/segments/1.warc.gz").is_empty(), "what is here is not asked for");
}

#[test]
fn a_list_of_crawls_that_is_none_is_said_so() {
    let site = Site::start();
    site.on("/collinfo.json", [ok("<html>moved</html>")]);
    let program = program_with(&CRAWLS.replace("{base}", site.base()));
    let ran = program.run(&["backfill", "--via", "crawl", "--from", "2021-03-01", "--to", "2021-03-31"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("no list of crawls"), "{}", ran.stderr);
}

/// A program that reads a site, and offers its pages of these states to web archives.
fn offering(site: &Site, copies: &[&Site], states: &str) -> Program {
    let archive = |(at, copy): (usize, &&Site)| {
        format!(
            "[[site.web_archives]]\nname = \"copy{at}\"\ncdx = \"{0}/cdx\"\nreplay = \"{0}/web/{{timestamp}}id_/{{url}}\"\n\
             requests_per_minute = 60000\ndays_after = 10\noffered = [{states}]\n",
            copy.base()
        )
    };
    let archives: String = copies.iter().enumerate().map(archive).collect();
    let program = Program::new();
    let feed = "sitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n";
    program.configure(site.base(), "allow_private_addresses = true", &format!("{feed}{archives}"));
    program
}

/// What is asked of an index for one page of a site.
fn asked_for(site: &Site, id: &str) -> String {
    let host = site.base().trim_start_matches("http://").replace(':', "%3A");
    format!(
        "/cdx?url={host}%2Fnews%2F{id}&matchType=prefix&filter=statuscode%3A200&filter=mimetype%3Atext%2Fhtml&collapse=digest\
         &limit=5000&showResumeKey=true"
    )
}

#[test]
fn a_second_archive_is_asked_for_what_the_first_does_not_have() {
    let (site, first, second) = (Site::start(), Site::start(), Site::start());
    site.feed(&["/news/40000002/b"]);
    let of_two = format!("k 20251022070000 {}/news/40000002/x text/html 200 A 99\n", site.base());
    second.on(&asked_for(&site, "40000002"), [ok(of_two)]);
    second.on(&format!("/web/20251022070000id_/{}/news/40000002/x", site.base()), [ok(page(2))]);
    let program = offering(&site, &[&first, &second], "\"missing\"");
    let ran = program.run(&["scrape"]);
    assert!(ran.stderr.contains("scrape: 1 new"), "{}", ran.stderr);
    let offers = "SELECT archive, captures FROM offers ORDER BY archive";
    assert_eq!(rows(&program.archive(), offers), ["copy0|0", "copy1|1"]);
}

#[test]
fn pages_the_site_does_not_give_are_offered_to_the_archives_that_are_named_for_it() {
    let copy = Site::start();
    let site = Site::start();
    let paths = ["/news/40000001/a", "/news/40000002/b", "/news/40000003/c", "/news/40000004/d"];
    site.feed(&paths);
    site.on(paths[0], [ok(page(1))]);
    site.on(paths[1], [status(403)]);
    site.on(paths[2], [status(410)]);
    site.on(paths[3], [status(404)]);
    let line = |id: &str, stamp: &str, digest: &str| {
        format!("k {stamp} {}/news/{id}/x text/html 200 {digest} 99\n", site.base())
    };
    // Another id begins alike.
    let of_two = line("40000002", "20251022070000", "A") + &line("400000021", "20251022070000", "B");
    copy.on(&asked_for(&site, "40000002"), [ok(of_two)]);
    copy.on(&asked_for(&site, "40000003"), [ok("")]);
    let replay = format!("/web/20251022070000id_/{}/news/40000002/x", site.base());
    copy.on(&replay, [ok(page(2))]);
    let program = offering(&site, &[&copy], "\"blocked\", \"missing\"");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("scrape: 2 new"), "{}", ran.stderr);
    let archive = program.archive();
    let states = "SELECT site_id, state FROM pages ORDER BY site_id";
    assert_eq!(
        rows(&archive, states),
        ["40000001|stored", "40000002|stored", "40000003|missing", "40000004|missing"]
    );
    let captures = "SELECT source, captured_at FROM captures WHERE site_id = '40000002'";
    assert_eq!(rows(&archive, captures), ["wayback|2025-10-22T07:00:00Z"]);
    let offers = "SELECT site_id, captures FROM offers JOIN pages ON id = page_id ORDER BY site_id";
    assert_eq!(rows(&archive, offers), ["40000002|1", "40000003|0", "40000004|0"]);
    assert_eq!(copy.visits(&replay).len(), 1);
    // It is asked once, not with every run.
    copy.forget_visits();
    program.run(&["scrape"]);
    assert!(copy.all_visits().iter().all(|it| it.path == "/robots.txt"), "{:?}", copy.all_visits());
}

#[test]
fn an_archive_in_trouble_is_no_trouble_of_the_run() {
    let copy = Site::start();
    let site = Site::start();
    site.feed(&["/news/40000001/a", "/news/40000002/b"]);
    site.on("/news/40000001/a", [ok(page(1))]);
    copy.on("/robots.txt", [status(429).header("retry-after", "600")]);
    let program = offering(&site, &[&copy], "\"missing\"");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM offers"), "0", "it was not asked");
    program.run(&["scrape"]);
    assert_eq!(copy.all_visits().len(), 1, "its wait is kept");
}

#[test]
fn what_cannot_be_offered_is_an_error_of_the_configuration() {
    let check = |line: &str, expect: &str| {
        let program =
            program_with(&format!("{}{line}\n", CRAWLS.replace("{base}", "https://x.example")));
        let ran = program.run(&["config", "check"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(expect), "{}", ran.stderr);
    };
    check("offered = [\"missing\"]", "empty where there are `crawls`");
    check("offered = [\"stored\"]", "some of `blocked` and `missing`");
    check("replay = \"https://x.example/{url}\"", "replay");
}
