//! Is it the story that its address names, and does it still say all of it? The same judgement whichever way a page comes.

use crate::support::{
    program::{Program, one, rows},
    site::{Site, article, ok, status},
    warc::{HTTP, answer, record},
};

const URL: &str = "https://www.brecorder.com/news/40000001/a";

/// A story of so many words.
fn story(words: usize) -> String {
    article("Looms are cleared", &"word ".repeat(words))
}

/// A page with 200 that is no story: a headline and a sentence, without a date.
fn notice(headline: &str) -> String {
    format!(
        "<html><head><title>{headline}</title></head><body><h1>{headline}</h1><div class=\"story__content\">\
         <p>{}</p></div></body></html>",
        "Some words of explanation. ".repeat(20)
    )
}

impl Program {
    fn import_at(&self, page: &str, captured_at: &str) {
        self.write("page.html", page);
        self.run(&["import", "page.html", "--url", URL, "--captured-at", captured_at]);
    }

    #[track_caller]
    fn check_wording(&self, expect: &str) {
        let sql = "SELECT version, word_count, (SELECT count(*) FROM drafts) FROM articles";
        assert_eq!(one(&self.archive(), sql), expect);
    }
}

#[test]
fn a_wording_that_lost_half_of_its_words_is_a_draft_until_three_visits_over_a_day_saw_it_alike() {
    let program = Program::new();
    program.import_at(&story(100), "2025-10-22T06:00:00Z");
    program.import_at(&story(40), "2025-10-22T12:00:00Z");
    program.check_wording("1|101|1");
    program.import_at(&story(40), "2025-10-22T18:00:00Z");
    program.import_at(&story(40), "2025-10-22T23:00:00Z");
    // Three visits, but of one afternoon.
    program.check_wording("1|101|1");
    program.import_at(&story(40), "2025-10-23T12:00:00Z");
    program.check_wording("2|41|0");
    program.ok(&["verify"]);
}

#[test]
fn a_draft_is_forgotten_when_the_story_is_whole_again_and_begins_anew_when_it_changes() {
    let program = Program::new();
    program.import_at(&story(100), "2025-10-22T06:00:00Z");
    program.import_at(&story(40), "2025-10-22T12:00:00Z");
    program.import_at(&story(100), "2025-10-22T13:00:00Z");
    program.check_wording("1|101|0");
    program.import_at(&story(40), "2025-10-22T14:00:00Z");
    program.import_at(&story(30), "2025-10-23T13:00:00Z");
    program.import_at(&story(30), "2025-10-23T14:00:00Z");
    program.import_at(&story(30), "2025-10-23T15:00:00Z");
    program.check_wording("1|101|1");
    // What is only a little shorter is an ordinary version.
    program.import_at(&story(90), "2025-10-23T16:00:00Z");
    program.check_wording("2|91|0");
}

#[test]
fn a_wording_without_its_headline_or_its_day_is_a_draft() {
    let program = Program::new();
    program.import_at(&story(100), "2025-10-22T06:00:00Z");
    let no_day = story(101).replace("article:published_time", "x");
    program.import_at(&no_day, "2025-10-22T12:00:00Z");
    program.check_wording("1|101|1");
    let losses = "SELECT losses, cause FROM drafts";
    assert_eq!(one(&program.archive(), losses), "[\"published_on\"]|site");
}

#[test]
fn a_live_page_that_says_less_is_looked_at_again_within_the_day() {
    let site = Site::start();
    site.feed(&["/news/40000001/a"]);
    site.on(
        "/news/40000001/a",
        [ok(story(100)).header("etag", "\"1\""), ok(story(40)).header("etag", "\"2\"")],
    );
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    let again = "UPDATE pages SET due_at = '2020-01-01T00:00:00Z'";
    program.archive().execute(again, []).expect("update");
    let ran = program.ok(&["scrape"]);
    assert!(ran.stderr.contains("1 say less than before"), "{}", ran.stderr);
    program.check_wording("1|101|1");
    // No validator: "not modified" would not say what the page says.
    let sql = "SELECT state, reason, etag IS NULL, julianday(due_at) - julianday(visited_at) BETWEEN 0.49 AND 0.51 FROM pages";
    assert_eq!(one(&program.archive(), sql), "stored|draft|1|1");
}

#[test]
fn a_notice_in_place_of_a_story_is_no_wording_of_it_whichever_way_it_comes() {
    for headline in ["Access denied", "Before you continue", "Site under maintenance", "Page not found"]
    {
        let page = notice(headline);
        let program = Program::new();
        program.import_at(&story(100), "2025-10-22T06:00:00Z");
        program.import_at(&page, "2025-10-22T12:00:00Z");
        program.check_wording("1|101|0");
        // Out of a web archive.
        let warc = record("response", URL, "2025-10-23T06:20:00Z", HTTP, &answer("", page.as_bytes()));
        std::fs::write(program.path("a.warc"), warc).expect("write");
        let ran = program.run(&["import", "a.warc"]);
        assert_eq!(ran.code, 1, "{headline} {}", ran.stderr);
        assert!(ran.stderr.contains("not a story: 1 of the failed"), "{headline} {}", ran.stderr);
        program.check_wording("1|101|0");
    }
}

#[test]
fn a_page_that_says_it_is_the_home_page_is_no_story() {
    let site = Site::start();
    site.feed(&["/news/40000001/a"]);
    let home = notice("The news of the day").replace(
        "<title>",
        "<link rel=\"canonical\" href=\"/\"><meta property=\"og:type\" content=\"website\"><title>",
    );
    site.on("/news/40000001/a", [ok(home)]);
    let program = Program::plain(site.base(), "");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let sql = "SELECT state, reason FROM pages";
    assert_eq!(one(&program.archive(), sql), "not_article|another_page");
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "0");
}

#[test]
fn a_saved_page_of_no_known_address_is_kept_and_counted_and_what_is_no_story_is_refused_by_name() {
    let program = Program::new();
    program.write("saved/story.html", &story(100));
    program.write("saved/consent.html", &notice("Before you continue"));
    let ran = program.run(&["import", "saved"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 page of no known address"), "{}", ran.stderr);
    assert!(ran.stderr.contains("consent.html is not_article: it is a notice"), "{}", ran.stderr);
    let kept = rows(&program.archive(), "SELECT host, state FROM pages");
    assert_eq!(kept, ["file|stored"]);
}

#[test]
fn a_story_that_is_gone_keeps_its_article_and_says_since_when() {
    let site = Site::start();
    site.feed(&["/news/40000001/a", "/news/40000002/b"]);
    let missing = || status(404);
    site.on("/news/40000001/a", [ok(story(100)), status(410), ok(story(100))]);
    site.on("/news/40000002/b", [ok(story(100)), missing(), missing(), missing()]);
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    let again = || {
        let due = "UPDATE pages SET due_at = '2020-01-01T00:00:00Z'";
        program.archive().execute(due, []).expect("update");
        program.run(&["scrape"]);
        let sql = "SELECT site_id, gone_at IS NOT NULL, version FROM articles ORDER BY 1";
        rows(&program.archive(), sql)
    };
    assert_eq!(again(), ["40000001|1|1", "40000002|0|1"]);
    // It is back; the other is missing for the second and the third time.
    assert_eq!(again(), ["40000001|0|1", "40000002|0|1"]);
    assert_eq!(again(), ["40000001|0|1", "40000002|1|1"]);
    let status = program.ok(&["status"]);
    assert!(status.stdout.contains("1 story gone from the site"), "{}", status.stdout);
}
