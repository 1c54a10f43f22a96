//! Stories out of feeds: kept while the page is refused, never in the place of a page.

use crate::support::{
    program::{Program, one, rows},
    site::{Reply, Site, article, ok, status},
};

const TITLE: &str = "Looms are cleared at the harbour";

/// The text of a story, as paragraphs.
fn paragraphs(words: &str) -> String {
    format!("<p>KARACHI: The first {words} of the story.</p><p>The second paragraph of it.</p>")
}

/// The page of a story.
fn page(words: &str) -> Reply {
    let whole = article(TITLE, "x").replace("<p>KARACHI: x</p>", &paragraphs(words));
    ok(whole)
}

/// An item of a feed that carries a story.
fn item(base: &str, id: u32, words: &str) -> String {
    format!(
        "<item><title>{TITLE}</title><link>{base}/news/{id}/a</link><category>Markets</category>\
         <author>desk@brecorder.com (Ada Reed)</author>\
         <pubDate>Wed, 22 Oct 2025 11:00:00 +0500</pubDate>\
         <content:encoded><![CDATA[{}]]></content:encoded></item>",
        paragraphs(words)
    )
}

fn feed(items: &[String]) -> Reply {
    let items = items.concat();
    let text = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\
         <channel><title>Latest</title>{items}</channel></rss>"
    );
    ok(text).header("content-type", "application/rss+xml")
}

fn due_again(program: &Program) {
    program
        .archive()
        .execute("UPDATE pages SET due_at = '2020-01-01T00:00:00Z' WHERE due_at IS NOT NULL", [])
        .expect("update");
}

#[test]
fn a_story_that_its_feed_carries_is_an_article_although_its_page_is_refused() {
    let site = Site::start();
    site.on("/feeds/latest-news", [feed(&[item(site.base(), 1, "words")])]);
    site.on("/news/1/a", [status(403)]);
    let program = Program::plain(site.base(), "max_attempts = 1");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 new") && ran.stderr.contains("1 of the new came by feed"),
        "{}",
        ran.stderr
    );
    let archive = program.archive();
    let sql = "SELECT headline, byline, section, published_at, version, gone_at IS NULL FROM articles";
    let expect = format!("{TITLE}|Ada Reed|Markets|2025-10-22T11:00:00+05:00|1|1");
    assert_eq!(one(&archive, sql), expect);
    let body = "KARACHI: The first words of the story.\n\nThe second paragraph of it.";
    assert_eq!(one(&archive, "SELECT body FROM articles"), body);
    assert_eq!(one(&archive, "SELECT dateline FROM articles"), "KARACHI");
    let sql = "SELECT state, by_feed, (SELECT group_concat(DISTINCT origin) FROM origins WHERE field IN ('headline', 'body'))
                 FROM pages";
    assert_eq!(one(&archive, sql), "blocked|1|feed");
    let sql = "SELECT source, feed_url LIKE '%/feeds/latest-news', url LIKE '%/news/1/a' FROM captures";
    assert_eq!(one(&archive, sql), "feed|1|1");
    let status = program.ok(&["status"]);
    assert!(status.stdout.contains("1 story by feed alone"), "{}", status.stdout);
    program.ok(&["verify"]);
    let repaired = program.ok(&["verify", "--repair"]);
    assert!(!repaired.stdout.contains("pages"), "{}", repaired.stdout);
    assert_eq!(one(&program.archive(), "SELECT state, by_feed FROM pages"), "blocked|1");
    // It was in the archive already: its own feed was not asked for.
    assert_eq!(site.visits("/feeds/news/1").len(), 0);
}

#[test]
fn a_page_takes_the_place_of_its_feed_without_a_version_where_the_words_are_the_same() {
    for (words, version, settled) in [("words", "1", "1 unchanged"), ("other words", "2", "1 updated")] {
        let site = Site::start();
        site.on("/feeds/latest-news", [feed(&[item(site.base(), 1, "words")])]);
        site.on("/news/1/a", [status(403), page(words)]);
        let program = Program::plain(site.base(), "max_attempts = 1");
        program.run(&["scrape"]);
        due_again(&program);
        let ran = program.ok(&["scrape"]);
        assert!(ran.stderr.contains(settled), "{}", ran.stderr);
        let archive = program.archive();
        let sql = "SELECT version, byline, body LIKE '%' || ?1 || '%' FROM articles";
        assert_eq!(
            one(&archive, &sql.replace("?1", &format!("'{words}'"))),
            format!("{version}|Reuters|1")
        );
        assert_eq!(one(&archive, "SELECT state, by_feed FROM pages"), "stored|0");
        let origins = "SELECT count(*) FROM origins WHERE origin = 'feed'";
        assert_eq!(one(&archive, origins), "0");
        // From now on the feed has nothing to say.
        site.on("/feeds/latest-news", [feed(&[item(site.base(), 1, "changed words")])]);
        program.ok(&["scrape"]);
        assert_eq!(one(&program.archive(), "SELECT version FROM articles"), version);
        assert_eq!(one(&program.archive(), "SELECT count(*) FROM captures WHERE source = 'feed'"), "1");
        program.ok(&["verify", "--accept"]);
    }
}

#[test]
fn an_item_that_changes_while_its_page_is_refused_makes_a_version_and_the_same_one_none() {
    let site = Site::start();
    let first = || feed(&[item(site.base(), 1, "words")]);
    site.on("/feeds/latest-news", [first(), first(), feed(&[item(site.base(), 1, "new words")])]);
    site.on("/news/1/a", [status(403)]);
    let program = Program::plain(site.base(), "max_attempts = 1");
    for expect in ["1|1", "1|1", "2|2"] {
        program.run(&["scrape"]);
        let sql = "SELECT version, (SELECT count(*) FROM captures) FROM articles";
        assert_eq!(one(&program.archive(), sql), expect);
    }
    // The page was asked for on its own schedule: once.
    assert_eq!(site.visits("/news/1/a").len(), 1);
}

#[test]
fn a_summary_is_no_story() {
    let site = Site::start();
    let short = item(site.base(), 1, "words").replace(&paragraphs("words"), "<p>One line only.</p>");
    site.on("/feeds/latest-news", [feed(&[short])]);
    site.on("/news/1/a", [status(403)]);
    let program = Program::plain(site.base(), "max_attempts = 1");
    program.run(&["scrape"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "0");
}

#[test]
fn the_feed_of_a_refused_page_is_asked_for_once_and_counts_for_nothing() {
    let site = Site::start();
    let summary = |id| item(site.base(), id, "x").replace(&paragraphs("x"), "A line.");
    site.on("/feeds/latest-news", [feed(&[summary(1), summary(2), summary(3)])]);
    for id in 1..=3 {
        site.on(&format!("/news/{id}/a"), [status(403)]);
        site.on(&format!("/feeds/news/{id}"), [feed(&[item(site.base(), id, "words")])]);
    }
    let program = Program::new();
    let sources = "sitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n";
    program.configure(site.base(), "max_attempts = 3", sources);
    let ran = program.run(&["scrape"]);
    let stories = one(&program.archive(), "SELECT count(*) FROM articles");
    assert_ne!(stories, "0", "{}", ran.stderr);
    for id in 1..=3 {
        assert!(site.visits(&format!("/feeds/news/{id}")).len() <= 1);
    }
    // A good answer of a feed does not close the account of refusals.
    let failures: u32 = one(&program.archive(), "SELECT failures FROM hosts").parse().expect("a number");
    assert_eq!(failures, 3, "{}", ran.stderr);
    due_again(&program);
    program.run(&["scrape"]);
    for id in 1..=3 {
        // Its story is there: its feed is not asked for again.
        assert!(site.visits(&format!("/feeds/news/{id}")).len() <= 1);
    }
}

#[test]
fn a_feed_that_overflowed_is_said_so_and_made_up_for_by_listings() {
    let site = Site::start();
    let at = |id: u32, hour: u32| {
        item(site.base(), id, "words").replace("11:00:00", &format!("{hour:02}:00:00"))
    };
    site.on("/feeds/latest-news", [feed(&[at(1, 9)]), feed(&[at(5, 12), at(4, 11)])]);
    let list = "<html><body><article class=story><h2 class=story__title><a href=/news/3/c>Third</a></h2></article></body></html>";
    site.on("/latest-news", [ok(list)]);
    for id in [1, 3, 4, 5] {
        let slug = if id == 3 { "c" } else { "a" };
        site.on(&format!("/news/{id}/{slug}"), [page("words")]);
    }
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    assert_eq!(site.visits("/latest-news").len(), 0);
    let ran = program.run(&["scrape"]);
    assert!(ran.stderr.contains("1 feed overflowed since the pass before"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("overflowed: its items begin at 2025-10-22 06:00:00 UTC"),
        "{}",
        ran.stderr
    );
    assert_eq!(site.visits("/latest-news").len(), 1);
    let stored = rows(&program.archive(), "SELECT site_id FROM pages WHERE state = 'stored' ORDER BY 1");
    assert_eq!(stored, ["1", "3", "4", "5"]);
}

#[test]
fn an_item_of_a_feed_is_a_resource_of_the_feed_in_a_web_archive() {
    let site = Site::start();
    site.on("/feeds/latest-news", [feed(&[item(site.base(), 1, "words")])]);
    site.on("/news/1/a", [status(403)]);
    let program = Program::plain(site.base(), "max_attempts = 1");
    program.run(&["scrape"]);
    program.ok(&["export", "warc", "--out", "out"]);
    let index = std::fs::read_to_string(program.path("out/indexes/index.cdxj")).expect("an index");
    assert!(index.contains("/feeds/latest-news"), "{index}");
    assert!(!index.contains("/news/1/a"), "{index}");
}

#[test]
fn a_site_that_refuses_every_third_page_has_all_its_stories_out_of_its_feed() {
    const STORIES: u32 = 30;
    let site = Site::start();
    let words = |id: u32| format!("wording number {id}");
    let items: Vec<String> = (1..=STORIES).map(|id| item(site.base(), id, &words(id))).collect();
    site.on("/feeds/latest-news", [feed(&items)]);
    for id in 1..=STORIES {
        let reply = if id % 3 == 0 { status(403) } else { page(&words(id)) };
        site.on(&format!("/news/{id}/a"), [reply]);
    }
    let program = Program::plain(site.base(), "max_attempts = 1");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("30 new") && ran.stderr.contains("30 of the new came by feed"),
        "{}",
        ran.stderr
    );
    let right = "SELECT count(*) FROM articles WHERE body LIKE '%The first wording number ' || site_id || ' of%'";
    assert_eq!(one(&program.archive(), right), STORIES.to_string());
    for id in 1..=STORIES {
        assert_eq!(site.visits(&format!("/news/{id}/a")).len(), 1, "{id}");
    }
    // What was refused is due later, and nothing is asked for before.
    site.forget_visits();
    program.ok(&["scrape"]);
    assert!(site.all_visits().iter().all(|it| !it.path.starts_with("/news/")));
    for id in (3..=STORIES).step_by(3) {
        site.on(&format!("/news/{id}/a"), [page(&words(id))]);
    }
    due_again(&program);
    program.ok(&["scrape"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*) || ' ' || sum(version) FROM articles"), "30 30");
    assert_eq!(one(&archive, "SELECT count(*) FROM pages WHERE state = 'stored' AND NOT by_feed"), "30");
    program.ok(&["verify", "--accept"]);
}

#[test]
fn a_feed_of_thirty_loses_nothing_of_a_hundred_and_fifty_stories_a_day_that_the_list_still_names() {
    let site = Site::start();
    let mut begin = chrono::Utc::now() - chrono::TimeDelta::days(2);
    for id in 1..=375_u32 {
        site.on(&format!("/news/{id}/a"), [page(&format!("wording number {id}"))]);
    }
    let program = Program::new();
    let sources = "article_feed = \"\"\nsitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n\
                   [[site.listings]]\nurl = \"/latest-news\"\nwhen = \"overflow\"\n";
    program.configure(site.base(), "", sources);
    // Every twelve hours there are 75 more, one every nine and a half minutes.
    for newest in (75..=375_u32).step_by(75) {
        let at = |id: u32| begin + chrono::TimeDelta::seconds(570 * i64::from(id + 75 - newest));
        let dated = |id: u32| {
            let date = at(id).to_rfc2822();
            item(site.base(), id, "x")
                .replace("Wed, 22 Oct 2025 11:00:00 +0500", &date)
                .split("<content:encoded>")
                .next()
                .map(|it| format!("{it}</item>"))
                .expect("an item")
        };
        let items: Vec<String> = (newest - 29..=newest).rev().map(dated).collect();
        site.on("/feeds/latest-news", [feed(&items)]);
        let first = newest.saturating_sub(99).max(1);
        let links = (first..=newest).rev().fold(String::new(), |all, id| {
            all + &format!("<article><h2><a href=\"/news/{id}/a\">Story {id}</a></h2></article>")
        });
        site.on("/latest-news", [ok(format!("<html><body><main>{links}</main></body></html>"))]);
        let ran = program.ok(&["scrape"]);
        assert_eq!(ran.stderr.contains("1 feed overflowed"), 75 < newest, "{newest}: {}", ran.stderr);
        begin += chrono::TimeDelta::hours(12);
    }
    // The first pass had none before it, and read the thirty of the feed: from there on nothing is missing.
    let held = "SELECT count(*) || ' from ' || min(CAST(site_id AS INTEGER)) FROM articles";
    assert_eq!(one(&program.archive(), held), "330 from 46");
}
