//! Pictures of stories: which are kept, how they are asked for, and that the archive is whole with them.

use std::fs;

use crate::{
    serve::Server,
    support::{
        program::{Program, one},
        site::{Site, ok, redirect, status},
    },
};

/// A PNG of this size as far as anybody looks, told from others by its number.
pub(crate) fn png(width: u32, height: u32, number: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0");
    bytes.extend(number.to_be_bytes());
    bytes.extend([7; 300]);
    bytes
}

pub(crate) fn picture(number: u32) -> crate::support::site::Reply {
    status(200).header("content-type", "image/png").with_body(png(640, 480, number))
}

/// An article with this markup in its story.
fn story(nth: usize, markup: &str, words: &str) -> String {
    format!(
        "<html><head><meta property=\"article:published_time\" content=\"2025-10-22T11:00:00+05:00\"></head><body>\
         <h1 class=\"story__title\">Dealer {nth} speaks of it</h1><span class=\"story__byline\">Reuters</span>\
         <div class=\"story__content\"><p>KARACHI: What the dealer said in story {nth}, {words}.</p>{markup}<p>And more.</p></div></body></html>"
    )
}

/// A site, a second host with its pictures, and a program that knows both.
pub(crate) struct Papers {
    pub(crate) site: Site,
    pub(crate) pictures: Site,
    pub(crate) program: Program,
}

impl Papers {
    pub(crate) fn new(fetch: &str) -> Self {
        let (site, pictures, program) = (Site::start(), Site::start(), Program::new());
        let papers = Self { site, pictures, program };
        papers.configure(fetch);
        papers
    }

    fn configure(&self, fetch: &str) {
        let host = self.pictures.base().trim_start_matches("http://");
        let site = format!(
            "article_feed = \"\"\nimage_hosts = [\"{host}\"]\nsitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n"
        );
        self.program.configure(self.site.base(), fetch, &site);
    }

    /// Stories with this markup each; `HOST` in it is the second host.
    pub(crate) fn stories(&self, markups: &[&str]) {
        let paths: Vec<String> = (1..=markups.len()).map(|it| format!("/news/{it}/a")).collect();
        self.site.feed(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        for (nth, (path, markup)) in paths.iter().zip(markups).enumerate() {
            let page = story(nth + 1, &markup.replace("HOST", self.pictures.base()), "at length");
            self.site.on(path, [ok(page)]);
        }
    }

    fn one(&self, sql: &str) -> String {
        one(&self.program.archive(), sql)
    }

    /// `state reason` of the pictures of a story.
    fn states(&self, story: usize) -> String {
        self.one(&format!(
            "SELECT coalesce(group_concat(state || coalesce(' ' || reason, ''), ', '), '')
               FROM (SELECT * FROM article_images WHERE article_id = {story} ORDER BY position)"
        ))
    }

    /// Has everything that waits be due now.
    fn let_time_pass(&self) {
        let archive = rusqlite::Connection::open(self.program.path("tearsheet.db")).expect("an archive");
        archive
            .execute_batch(
                "UPDATE pages SET due_at = '2020-01-01T00:00:00Z' WHERE state = 'stored';
                 UPDATE image_addresses SET due_at = '2020-01-01T00:00:00Z' WHERE due_at IS NOT NULL;
                 UPDATE image_addresses SET visited_at = '2020-01-01T00:00:00Z' WHERE visited_at IS NOT NULL;",
            )
            .expect("time passes");
        drop(archive);
        self.program.ok(&["verify", "--accept", "-q"]);
    }
}

const SVG: &str =
    "<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'><script>alert(1)</script></svg>";

/// The pictures of the second host: good ones, and every way in which one is none.
fn put_up(host: &Site) {
    host.on("/robots.txt", [status(200).with_body(b"User-agent: *\nDisallow: /private/\n".to_vec())]);
    for (nth, path) in
        ["/plain.png", "/lazy.png", "/large.png", "/whole.png", "/there.png"].iter().enumerate()
    {
        host.on(path, [picture(u32::try_from(nth).expect("few"))]);
    }
    host.on("/moved.png", [redirect("/there.png")]);
    host.on("/lies.jpg", [picture(90).header("content-type", "text/html")]);
    host.on("/page.jpg", [ok("<html><body>Not found</body></html>").header("x-type", "image/jpeg")]);
    host.on("/nothing.png", [status(200).header("content-type", "image/png")]);
    host.on("/dot.gif", [status(200).with_body(b"GIF89a\x01\0\x01\0\0\0\0;".to_vec())]);
    host.on("/bomb.png", [status(200).with_body(png(60_000, 60_000, 1))]);
    host.on("/drawing.svg", [status(200).with_body(SVG.as_bytes().to_vec())]);
    for path in ["/same.png?r=1", "/same.png?r=2", "/same-again.png"] {
        host.on(path, [picture(77)]);
    }
    host.on("/broken.png", [status(500)]);
}

#[test]
fn every_story_has_its_pictures_each_once_and_what_is_none_says_why() {
    let papers = Papers::new("");
    let markups = [
        "<figure><img src='HOST/plain.png'><figcaption>A sign. — Reuters</figcaption></figure>",
        "<img src='data:image/gif;base64,AA==' data-src='HOST/lazy.png'>",
        "<img src='HOST/small.png' srcset='HOST/small.png 320w, HOST/large.png 1280w'>",
        "<a href='HOST/whole.png'><img src='HOST/small2.png'></a>",
        "<img src='HOST/moved.png'>",
        "<img src='HOST/missing.png'>",
        "<img src='HOST/private/secret.png'>",
        "<img src='HOST/lies.jpg'>",
        "<img src='HOST/page.jpg'>",
        "<img src='HOST/nothing.png'>",
        "<img src='HOST/dot.gif'>",
        "<img src='HOST/bomb.png'>",
        "<img src='HOST/drawing.svg'>",
        "<img src='http://elsewhere.example/x.png'>",
        "<img src='HOST/same.png?r=1'><img src='HOST/same.png?r=2'><img src='HOST/same-again.png'>",
        "<img src='HOST/same.png?r=1'>",
        "<img src='/own.png'>",
        "<img src='HOST/broken.png'>",
    ];
    papers.stories(&markups);
    let host = &papers.pictures;
    put_up(host);
    papers.site.on("/own.png", [picture(88)]);
    let ran = papers.program.ok(&["scrape", "--images"]);
    assert!(ran.stderr.contains("18 new"), "{}", ran.stderr);
    assert!(ran.stderr.contains("new pictures"), "{}", ran.stderr);
    let expect = [
        "stored",
        "stored",
        "stored",
        "stored",
        "stored",
        "missing not_found",
        "refused robots",
        "stored",
        "not_image no_picture",
        "not_image empty",
        "not_image tracker",
        "too_large too_many_pixels",
        "stored",
        "refused host_not_named",
        "stored, stored, stored",
        "stored",
        "stored",
        "broken server_error",
    ];
    for (nth, expect) in expect.iter().enumerate() {
        assert_eq!(papers.states(nth + 1), *expect, "story {}: {}", nth + 1, markups[nth]);
    }
    assert_eq!(papers.one("SELECT count(*) FROM images"), "9");
    assert_eq!(
        papers.one("SELECT count(DISTINCT image_id) FROM article_images WHERE article_id IN (15, 16)"),
        "1"
    );
    assert_eq!(
        papers.one("SELECT credit || '/' || caption FROM article_images WHERE article_id = 1"),
        "Reuters/A sign. — Reuters"
    );
    assert_eq!(
        papers.one(
            "SELECT type FROM images i JOIN article_images a ON a.image_id = i.id WHERE article_id = 8"
        ),
        "image/png"
    );
    assert_eq!(
        papers.one("SELECT width || 'x' || height FROM images WHERE type = 'image/svg+xml'"),
        "30x20"
    );
    assert!(host.visits("/private/secret.png").is_empty() && host.visits("/small.png").is_empty());
    assert_eq!(host.visits("/same.png?r=1").len(), 1);
    assert_eq!(host.visits("/robots.txt").len(), 1);
    let accept = &host.visits("/plain.png")[0].headers["accept"];
    assert!(accept.starts_with("image/"), "{accept}");
    papers.program.ok(&["verify"]);
    papers.program.ok(&["backup", "copy.db"]);
    assert_eq!(one(&papers.program.archive_at("copy.db"), "SELECT count(*) FROM image_bytes"), "9");
    papers.program.ok(&["--archive", "copy.db", "verify"]);
    let coverage = papers.program.ok(&["coverage", "--from", "2025-10-22", "--to", "2025-10-22"]).stdout;
    assert!(coverage.contains("12 of 20 pictures stored"), "{coverage}");
    // Nothing of it is asked again, but for what is due again later.
    host.forget_visits();
    papers.program.ok(&["scrape", "--images"]);
    assert!(host.all_visits().is_empty(), "{:?}", host.all_visits());
    let status = papers.program.ok(&["status"]).stdout;
    assert!(status.contains("pictures\n") && status.contains("9  stored"), "{status}");
    let json = papers.program.ok(&["status", "--json"]).stdout;
    assert!(json.contains("\"reason\": \"tracker\""), "{json}");
}

#[test]
fn with_the_default_no_picture_is_asked_for_and_no_byte_is_kept() {
    let papers = Papers::new("");
    papers.stories(&["<img src='HOST/plain.png'>"]);
    papers.program.ok(&["scrape"]);
    assert!(papers.pictures.all_visits().is_empty());
    let kept = "SELECT (SELECT count(*) FROM story_images) + (SELECT count(*) FROM image_addresses)";
    assert_eq!(papers.one(kept), "0");
    // Turned on later, the stories that are here get their pictures: the pages are read again, and the next run asks.
    papers.pictures.on("/plain.png", [picture(1)]);
    let config = fs::read_to_string(papers.program.path("config.toml")).expect("a file");
    papers.program.write("config.toml", &format!("[archive]\nkeep_images = \"story\"\n{config}"));
    papers.program.ok(&["reextract"]);
    assert_eq!(papers.states(1), "new");
    papers.program.ok(&["scrape"]);
    assert_eq!(papers.states(1), "stored");
}

#[test]
fn what_changed_under_the_same_address_is_another_picture_and_the_older_wording_keeps_its_own() {
    let papers = Papers::new("");
    let markup = format!("<img src='{}/chart.png'>", papers.pictures.base());
    papers.site.feed(&["/news/1/a"]);
    let pages = ["at first", "a second time", "a third time"].map(|it| ok(story(1, &markup, it)));
    papers.site.on("/news/1/a", pages);
    let replies = [picture(1).header("etag", "\"a\""), picture(1).header("etag", "\"a\""), picture(2)];
    papers.pictures.on("/chart.png", replies);
    papers.program.ok(&["scrape", "--images"]);
    papers.let_time_pass();
    papers.program.ok(&["scrape", "--images"]);
    let asked = papers.pictures.visits("/chart.png");
    assert_eq!(asked[1].headers["if-none-match"], "\"a\"");
    assert_eq!(
        papers.one("SELECT group_concat(version || ':' || image_id) FROM article_images"),
        "1:1,2:1"
    );
    papers.let_time_pass();
    papers.program.ok(&["scrape", "--images"]);
    assert_eq!(
        papers.one("SELECT group_concat(version || ':' || image_id) FROM (SELECT * FROM article_images ORDER BY version)"),
        "1:1,2:1,3:2"
    );
    assert_eq!(papers.one("SELECT count(*) FROM image_captures"), "2");
    papers.program.ok(&["verify"]);
}

#[test]
fn bounds_are_kept_and_said_and_pages_come_first() {
    let papers = Papers::new("[fetch.images]\nper_run = 3");
    let markups: Vec<String> = (0..8).map(|it| format!("<img src='HOST/{it}.png'>")).collect();
    papers.stories(&markups.iter().map(String::as_str).collect::<Vec<_>>());
    papers.pictures.otherwise(|_, count| picture(u32::try_from(count).expect("few")));
    papers.pictures.on("/robots.txt", [status(404)]);
    let ran = papers.program.ok(&["scrape", "--images"]);
    let said = "3 new pictures, 5 pictures still queued, `fetch.images.per_run` is reached";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert_eq!(papers.pictures.all_visits().iter().filter(|it| it.path.ends_with("png")).count(), 3);
    let last_page = papers.site.all_visits().iter().map(|it| it.at).max().expect("pages");
    assert!(papers.pictures.all_visits().iter().all(|it| last_page < it.at));
    papers.configure("[fetch.images]\nper_day = 4");
    let ran = papers.program.ok(&["scrape", "--images"]);
    assert!(ran.stderr.contains("`fetch.images.per_day` is reached"), "{}", ran.stderr);
    assert_eq!(papers.one("SELECT count(*) FROM images"), "4");
    // Without room for pages there is none for pictures.
    papers.configure("");
    papers.let_time_pass();
    papers.program.ok(&["scrape", "--images", "--max-pages", "1"]);
    assert_eq!(papers.one("SELECT count(*) FROM images"), "4");
    papers.program.ok(&["scrape", "--images"]);
    assert_eq!(papers.one("SELECT count(*) FROM images"), "8");
}

#[test]
fn a_host_that_says_stop_is_left_alone_and_the_run_is_not_failed() {
    let papers = Papers::new("");
    papers.stories(&["<img src='HOST/1.png'><img src='HOST/2.png'>", "<img src='/own.png'>"]);
    papers.site.on("/own.png", [picture(1)]);
    papers.pictures.on("/1.png", [status(429).header("retry-after", "3600")]);
    let ran = papers.program.ok(&["scrape", "--images"]);
    assert!(
        ran.stderr.contains("1 picture not kept, 1 picture host said stop, 1 picture still queued"),
        "{}",
        ran.stderr
    );
    assert!(papers.pictures.visits("/2.png").is_empty());
    assert_eq!(papers.states(2), "stored");
    // Until then it is not asked again, by no run.
    papers.pictures.forget_visits();
    papers.program.ok(&["scrape", "--images"]);
    assert!(papers.pictures.all_visits().is_empty(), "{:?}", papers.pictures.all_visits());
}

#[test]
fn a_changed_bit_is_found_and_what_is_forgotten_is_gone() {
    let papers = Papers::new("");
    papers.stories(&["<img src='HOST/mine.png'><img src='HOST/ours.png'>", "<img src='HOST/ours.png'>"]);
    papers.pictures.on("/mine.png", [picture(1)]);
    papers.pictures.on("/ours.png", [picture(2)]);
    papers.program.ok(&["scrape", "--images"]);
    let mine = papers.one(
        "SELECT sha256 FROM images i JOIN article_images a ON a.image_id = i.id WHERE url LIKE '%mine%'",
    );
    let dry = papers.program.ok(&["forget", "1", "--dry-run"]).stdout;
    assert!(dry.contains("1 picture that no other story has"), "{dry}");
    papers.program.ok(&["forget", "1"]);
    assert_eq!(papers.one("SELECT group_concat(url) FROM image_addresses").matches("ours").count(), 1);
    assert_eq!(papers.one(&format!("SELECT count(*) FROM images WHERE sha256 = '{mine}'")), "0");
    let bytes = fs::read(papers.program.path("tearsheet.db")).expect("an archive");
    assert!(!bytes.windows(8).any(|it| it == b"mine.png"), "its address is still there");
    let body = png(640, 480, 1);
    assert!(!bytes.windows(60).any(|it| *it == body[..60]), "its bytes are still there");
    assert_eq!(papers.states(2), "stored");
    papers.program.ok(&["verify"]);
    let archive = rusqlite::Connection::open(papers.program.path("tearsheet.db")).expect("an archive");
    let flip =
        "UPDATE image_bytes SET data = cast(substr(data, 1, 200) || x'00' || substr(data, 202) AS BLOB)";
    archive.execute_batch(flip).expect("a bit");
    drop(archive);
    let found = papers.program.run(&["verify"]);
    assert_ne!(found.code, 0);
    assert!(found.stdout.contains("images image_bytes 2: its bytes are not those"), "{}", found.stdout);
    // It is asked for again, and is what it was.
    papers.program.ok(&["verify", "--repair"]);
    assert_eq!(papers.states(2), "new");
    papers.program.ok(&["scrape", "--images"]);
    assert_eq!(papers.states(2), "stored");
    papers.program.ok(&["verify"]);
}

#[test]
fn pictures_leave_as_files_with_a_table_and_as_web_archives_and_come_back() {
    let papers = Papers::new("");
    papers.stories(&[
        "<figure><img src='HOST/a.png'><figcaption>Ministers meet in Vienna</figcaption></figure>",
        "<img src='HOST/a.png?r=2'><img src='HOST/gone.png'>",
    ]);
    papers.pictures.on("/a.png", [picture(1)]);
    papers.pictures.on("/a.png?r=2", [picture(1)]);
    papers.program.ok(&["scrape", "--images"]);
    let program = &papers.program;
    let shown = program.ok(&["show", "1", "--images", "pictures"]).stdout;
    assert_eq!(shown.trim(), "pictures/01-ministers-meet-in-vienna.png");
    assert_eq!(
        fs::read(program.path("pictures/01-ministers-meet-in-vienna.png")).expect("a file"),
        png(640, 480, 1)
    );
    assert_eq!(program.run(&["show", "1", "--images", "pictures"]).code, 2);
    let ran = program.ok(&["export", "images", "--out", "out", "--format", "csv"]);
    assert!(ran.stderr.contains("3 rows and 1 file"), "{}", ran.stderr);
    let table = fs::read_to_string(program.path("out/images.csv")).expect("a table");
    assert_eq!(table.matches(",stored,").count(), 2, "{table}");
    let hash = papers.one("SELECT sha256 FROM images");
    assert_eq!(
        fs::read(program.path(&format!("out/files/{hash}.png"))).expect("a file"),
        png(640, 480, 1)
    );
    let rows = program.ok(&["export", "images"]).stdout;
    assert_eq!(rows.lines().count(), 3);
    let article = program.ok(&["export", "articles"]).stdout;
    assert!(article.contains("\"width\":640"), "{article}");
    // The web archive has them, and gives them back.
    let ran = program.ok(&["export", "warc", "--out", "web"]);
    assert!(ran.stderr.contains("with 2 captures of pictures"), "{}", ran.stderr);
    program.ok(&["import", "--images", "--archive", "again.db", "web/archive"]);
    let again = program.archive_at("again.db");
    assert_eq!(one(&again, "SELECT group_concat(sha256) FROM images"), hash);
    let states =
        "SELECT group_concat(state) FROM (SELECT * FROM article_images ORDER BY article_id, position)";
    assert_eq!(one(&again, states), "stored,stored,missing");
    program.ok(&["verify", "--archive", "again.db"]);
    // Without the wish nothing is taken.
    program.ok(&["import", "--archive", "bare.db", "web/archive"]);
    assert_eq!(one(&program.archive_at("bare.db"), "SELECT count(*) FROM image_addresses"), "0");
}

#[test]
fn an_old_wording_is_not_given_the_picture_of_a_later_time() {
    let papers = Papers::new("");
    papers.stories(&["<img src='HOST/a.png'>"]);
    papers.pictures.on("/a.png", [picture(1)]);
    let old = story(9, &format!("<img src='{}/a.png'>", papers.pictures.base()), "long ago");
    papers.program.write("old.html", &old);
    let url = papers.site.url("/news/9/a");
    let import =
        ["import", "--images", "--captured-at", "2015-10-22T10:00:00Z", "--url", &url, "old.html"];
    papers.program.ok(&import);
    papers.program.ok(&["scrape", "--images"]);
    let states = "SELECT group_concat(a.site_id || ' ' || i.state, ', ') FROM article_images i JOIN articles a ON a.id = i.article_id
                  ORDER BY 1";
    let found = papers.one(states);
    assert!(found.contains("1 stored") && !found.contains("9 stored"), "{found}");
    papers.program.ok(&["verify"]);
}

#[test]
fn one_that_is_throttled_waits_behind_the_others() {
    let papers = Papers::new("max_attempts = 1\nmax_wait_seconds = 0");
    papers.stories(&["<img src='HOST/1.png'>", "<img src='HOST/2.png'>", "<img src='HOST/3.png'>"]);
    papers.pictures.on("/1.png", [status(429).header("retry-after", "1")]);
    papers.pictures.on("/2.png", [picture(2)]);
    papers.pictures.on("/3.png", [picture(3)]);
    papers.program.ok(&["scrape", "--images"]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    papers.program.ok(&["scrape", "--images"]);
    assert_eq!(papers.one("SELECT count(*) FROM images"), "2");
    assert_eq!(papers.pictures.visits("/1.png").len(), 1);
}

#[test]
fn a_browser_sees_them_and_a_drawing_does_nothing_there() {
    let papers = Papers::new("");
    papers.stories(&[
        "<figure><img src='HOST/a.png'><figcaption>Ministers meet</figcaption></figure><img src='HOST/d.svg'><img src='HOST/gone.png'>",
    ]);
    papers.pictures.on("/a.png", [picture(1)]);
    papers.pictures.on("/d.svg", [status(200).with_body(SVG.as_bytes().to_vec())]);
    papers.program.ok(&["scrape", "--images"]);
    let server = Server::start(&papers.program, &[]);
    let page = server.get("/article/1").body;
    assert_eq!(page.matches("<img src=\"/image/").count(), 2, "{page}");
    assert!(page.contains("alt=\"Ministers meet\"") && page.contains("gone.png"), "{page}");
    let hash =
        |kind: &str| papers.one(&format!("SELECT sha256 FROM images WHERE type = 'image/{kind}'"));
    let raster = server.get(&format!("/image/{}", hash("png")));
    assert!(raster.status == 200 && raster.head.contains("content-type: image/png"), "{}", raster.head);
    let drawing = server.get(&format!("/image/{}", hash("svg+xml")));
    assert!(drawing.head.contains("content-type: image/svg+xml"), "{}", drawing.head);
    for head in [raster.head, drawing.head] {
        assert!(head.contains("content-security-policy: sandbox; default-src 'none'"), "{head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    }
    assert_eq!(server.get("/image/00").status, 404);
    assert_eq!(server.get(&format!("/image/{}", "0".repeat(64))).status, 404);
}

#[test]
fn saved_pages_bring_the_pictures_that_were_saved_with_them() {
    let program = Program::new();
    let page = |src: &str| {
        story(1, &format!("<img src='{src}'>"), "as saved").replace(
            "<html>",
            "<!-- saved from url=(0038)https://www.brecorder.com/news/40000001/a -->\n<html>",
        )
    };
    program.write("saved/Story.html", &page("./Story_files/photo%20one.png"));
    fs::create_dir_all(program.path("saved/Story_files")).expect("a folder");
    fs::write(program.path("saved/Story_files/photo one.png"), png(640, 480, 5)).expect("a picture");
    program.ok(&["import", "--images", "--captured-at", "2025-10-23T10:00:00Z", "saved"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT state FROM article_images"), "stored");
    assert_eq!(
        one(&archive, "SELECT source || captured_at FROM image_captures"),
        "file2025-10-23T10:00:00Z"
    );
    drop(archive);
    let body = data_encoding::BASE64.encode(&png(640, 480, 6));
    let mhtml = format!(
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://www.brecorder.com/news/40000002/a\r\n\
         Date: Thu, 23 Oct 2025 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"B\"\r\n\r\n\
         --B\r\nContent-Type: text/html\r\nContent-Location: https://www.brecorder.com/news/40000002/a\r\n\r\n{}\r\n\
         --B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Location: https://i.brecorder.com/p.png\r\n\r\n{body}\r\n--B--\r\n",
        story(2, "<img src=\"https://i.brecorder.com/p.png\">", "as mail")
    );
    program.write("two.mhtml", &mhtml);
    program.ok(&["import", "--images", "two.mhtml"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*) FROM article_images WHERE state = 'stored'"), "2");
    assert_eq!(one(&archive, "SELECT count(*) FROM image_addresses WHERE due_at IS NOT NULL"), "0");
}

#[test]
fn killed_at_any_moment_it_ends_with_every_picture_once() {
    let papers = Papers::new("");
    let markups: Vec<String> =
        (0..12).map(|it| format!("<img src='HOST/{it}.png'><img src='HOST/s{}.png'>", it % 3)).collect();
    papers.stories(&markups.iter().map(String::as_str).collect::<Vec<_>>());
    papers.pictures.on("/robots.txt", [status(404)]);
    papers.pictures.otherwise(|path, _| {
        let number = path.bytes().map(u32::from).fold(0, |sum, it| sum * 31 % 100_003 + it);
        picture(number).after(std::time::Duration::from_millis(3))
    });
    for pause in (20..320).step_by(25) {
        let mut command = papers.program.command();
        command.args(["scrape", "--images", "-q"]).stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        std::thread::sleep(std::time::Duration::from_millis(pause));
        child.kill().expect("killed");
        child.wait().expect("an end");
    }
    papers.program.ok(&["scrape", "--images"]);
    assert_eq!(papers.one("SELECT count(*) FROM images"), "15");
    assert_eq!(
        papers.one("SELECT count(*) || min(state) || max(state) FROM article_images"),
        "24storedstored"
    );
    papers.program.ok(&["verify"]);
}
