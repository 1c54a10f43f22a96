//! What rules of a profile can say: who is asked for a field and in what order, which elements are meant, what is cut off.

use serde_json::{Value, json};

use crate::support::{
    program::{Program, rows},
    site::{Site, article, ok},
};

const PAPER: &str = "[site]\nname = \"The Example\"\nbase_url = \"https://paper.example\"\nhosts = [\"paper.example\"]\n\
                     time_zone = \"Asia/Karachi\"\narticle_path = '^/story/(?<id>\\d+)(/|$)'\narticle_url = \"/story/{id}\"\n";

/// A page whose JSON-LD is right in little: who wrote the story, and when, stands elsewhere.
const PAGE: &str = r#"<html><head><title>Mills ask for cheaper yarn | The Example</title>
<link rel=canonical href="https://paper.example/story/7">
<meta name="writer" content="By Sana Malik | Lahore bureau">
<script type="application/ld+json">{"@type":"NewsArticle","headline":"Mills ask for yarn","author":{"@type":"Person","name":"Web Staff"},
"editor":[{"@type":"Person","name":"Omar Aziz"},{"@type":"Person","name":"Ada Khan"}],"articleSection":"News",
"datePublished":"2024-03-09T08:00:00+05:00"}</script></head><body>
<div class="top"><h1>Mills ask for cheaper yarn</h1><p class="desk">Desk: Industry (Punjab)</p>
<p class="when" data-first="2024-03-08T21:15:00+05:00">Friday evening</p></div>
<div class="part"><p class="t">The mills of the plain asked the ministry on Friday for cheaper yarn, and named three reasons for it.</p>
<p class="t">Their spindles stood still for a week, the letter says, because nobody could pay for what they were to spin.</p>
<p class="sub">What the letter asks for</p></div>
<div class="slot"><p>Our letter on markets reaches you every morning before the bell; it costs nothing and says everything.</p></div>
<div class="wrap"><div class="part"><p class="t">It asks for a rebate on what is imported until the new crop has been picked and ginned in autumn.</p>
<p class="t">The ministry had no answer before the evening, but a secretary promised one for the following week.</p>
<p class="more">Read also</p><p>Another story of the paper has a long line here that tells of something else altogether.</p></div></div>
<script id="state" type="application/json">{"page":{"story":{"keys":["yarn","spinning, cotton"],
"body":["<p>First paragraph of the script, which is long enough to be one, with <b>bold</b> words in it.</p>","Second paragraph &amp; last."]}}}</script>
</body></html>"#;

/// What is read from the page by these rules.
#[track_caller]
fn read(rules: &str) -> Value {
    let program = Program::new();
    program.write("config.toml", &format!("{PAPER}{rules}"));
    program.write("page.html", PAGE);
    serde_json::from_str(&program.ok(&["extract", "page.html"]).stdout).expect("JSON")
}

#[track_caller]
fn check(rule: &str, field: &str, expect: &Value) {
    assert_eq!(&read(&format!("[site.rules]\n{rule}\n"))[field], expect, "{rule}");
}

fn body(rules: &str) -> Vec<String> {
    let blocks = read(&format!("[site.rules]\n{rules}\n"))["blocks"].take();
    let blocks = blocks.as_array().expect("blocks").iter();
    let first = |it: &Value| {
        let words: Vec<&str> = it["text"].as_str().expect("text").split(' ').take(3).collect();
        format!("{} {}", it["kind"].as_str().expect("a kind"), words.join(" "))
    };
    blocks.map(first).collect()
}

#[test]
fn selectors_alone_are_asked_after_the_metadata() {
    check("byline = ['.desk']", "byline", &json!("Web Staff"));
    check("section = ['.desk']", "section", &json!("News"));
}

#[test]
fn a_list_with_another_witness_is_asked_in_its_order() {
    let by = |rule: &str, names: &[&str]| check(&format!("byline = {rule}"), "authors", &json!(names));
    by("['meta[name=writer] @content']", &["Sana Malik", "Lahore bureau"]);
    by("[{ css = 'meta[name=writer] @content', before = '|' }]", &["Sana Malik"]);
    by("[{ css = 'meta[name=writer] @content', after = 'By ', before = '|' }]", &["Sana Malik"]);
    by("['json-ld NewsArticle.editor.name']", &["Omar Aziz", "Ada Khan"]);
    by("['json-ld NewsArticle.editor.1.name', 'json-ld']", &["Ada Khan"]);
    by("['.nobody', 'json-ld']", &["Web Staff"]);
    // Who does not say it in the form that is asked for says nothing.
    by("[{ css = '.desk', after = 'By ' }, 'json-ld NewsArticle.editor.0.name']", &["Omar Aziz"]);
    check(
        "section = [{ css = '.desk', take = '^Desk: (?<value>\\w+)' }]",
        "section",
        &json!("Industry"),
    );
    check("headline = ['h1', 'json-ld']", "headline", &json!("Mills ask for cheaper yarn"));
    check("headline = ['json-ld', 'h1']", "headline", &json!("Mills ask for yarn"));
    check("summary = ['json-ld NewsArticle.headline']", "summary", &json!(["Mills ask for yarn"]));
}

#[test]
fn a_date_is_that_of_the_first_witness() {
    check("published = ['.when @data-first']", "published_at", &json!("2024-03-08T21:15:00+05:00"));
    check("published = ['.when @data-first']", "published_on", &json!("2024-03-08"));
    check("published = ['.nowhere @x', 'json-ld']", "published_on", &json!("2024-03-09"));
    let read = read("[site.rules]\npublished = ['.desk', 'meta']\n");
    assert_eq!(read["published_on"], "2024-03-09", "what is no date is none");
    assert_eq!(read["warnings"][0]["code"], "date_unreadable");
}

#[test]
fn tags_and_a_story_may_stand_in_a_script() {
    let tags = json!([{ "name": "yarn", "url": null }, { "name": "spinning", "url": null }, { "name": "cotton", "url": null }]);
    check("tags = ['json #state page.story.keys']", "tags", &tags);
    assert_eq!(
        body("body = ['json #state page.story.body', '.part']"),
        ["paragraph First paragraph of", "paragraph Second paragraph &"]
    );
    check("body = ['json #state page.story.body']", "origins", &{
        let mut origins = read("")["origins"].take();
        origins["body"] = json!("json");
        origins
    });
}

#[test]
fn a_story_may_have_parts_under_several_parents() {
    let whole = body("body = ['.part']\ndrop = [{ css = '.more', following = true }]");
    let expect =
        ["The mills of", "Their spindles stood", "What the letter", "It asks for", "The ministry had"];
    assert_eq!(whole, expect.map(|it| format!("paragraph {it}")));
}

#[test]
fn paragraphs_and_headings_may_be_named_one_by_one() {
    let expect = [
        "paragraph The mills of",
        "paragraph Their spindles stood",
        "heading What the letter",
        "paragraph It asks for",
        "paragraph The ministry had",
    ];
    assert_eq!(body("paragraphs = ['p.t']\nsubheadings = ['p.sub']"), expect);
}

#[test]
fn a_list_between_paragraphs_that_are_named_one_by_one_is_missed_aloud() {
    let program = Program::new();
    program.write(
        "config.toml",
        &format!("{PAPER}[site.rules]\nparagraphs = ['p.t']\ndrop = ['.share']\n"),
    );
    program.write(
        "page.html",
        "<html><body><h1>Mills close early</h1><div><ul><li>Home</li></ul><p class=t>The mills closed early.</p>\
         <ul><li>Faisalabad</li><li>Multan</li></ul><ul class=share><li>Send</li></ul><p class=t>They open on Monday.</p>\
         <table><tr><td>Footer</td></tr></table></div></body></html>",
    );
    let said = program.ok(&["extract", "page.html"]).stdout;
    let page: Value = serde_json::from_str(&said).expect("JSON");
    let warnings = page["warnings"].as_array().expect("a list").iter();
    let left_out: Vec<&Value> = warnings.filter(|it| it["code"] == "left_out").collect();
    assert_eq!(left_out, [&json!({ "code": "left_out", "detail": "Faisalabad Multan" })]);
}

#[test]
fn a_selector_may_say_which_of_its_finds_are_meant() {
    let first = |rule: &str| body(&format!("body = [{rule}]"))[0].clone();
    assert_eq!(first("{ css = '.part', nth = 1 }"), "paragraph The mills of");
    assert_eq!(first("{ css = '.part', nth = -1 }"), "paragraph It asks for");
    assert_eq!(first("{ css = '.part', contains = 'rebate' }"), "paragraph It asks for");
    assert_eq!(first("{ css = '.part', contains = 'Their', nth = 1 }"), "paragraph The mills of");
    // A rule that finds too few leaves the field to the next one.
    assert_eq!(first("{ css = '.part', nth = 3 }, '.wrap'"), "paragraph It asks for");
}

#[test]
fn markup_is_replaced_before_it_is_parsed() {
    let rules = "[[site.replace]]\nfind = '<h1>.*?</h1>'\nwith = ''\n\
                 [[site.replace]]\nfind = '<p class=\"desk\">(.*?)</p>'\nwith = '<h1>$1</h1>'\n\
                 [site.rules]\nheadline = [{ css = 'h1', after = ': ' }]\n";
    assert_eq!(read(rules)["headline"], "Industry (Punjab)");
}

#[test]
fn explain_names_the_witnesses_in_their_order() {
    let program = Program::new();
    let rules = "[site.rules]\nbyline = ['json-ld NewsArticle.editor.name', { css = '.desk', after = 'By ' }]\n\
                 drop = [{ css = '.part p', nth = 2 }]\n";
    program.write("config.toml", &format!("{PAPER}{rules}"));
    program.write("page.html", PAGE);
    let said = program.ok(&["extract", "page.html", "--explain"]).stdout;
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text} in {said}"));
    assert!(at("json-ld NewsArticle.editor.name") < at("{ css = '.desk', after = 'By ' }"), "{said}");
    assert!(at("{ css = '.desk', after = 'By ' }") < at("json-ld author"), "{said}");
    assert!(said.contains(".part p, nth 2"), "{said}");
}

#[test]
fn what_is_read_without_rules_is_explained_where_the_profile_puts_it() {
    let program = Program::new();
    program.write("config.toml", &format!("{PAPER}[site.rules]\nsection = ['.desk', 'json-ld']\n"));
    program.write("page.html", PAGE);
    let said = program.ok(&["extract", "page.html", "--explain"]).stdout;
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text} in {said}"));
    assert!(at(" .desk") < at("json-ld articleSection"), "{said}");
    assert!(!said.contains("0  json-ld articleSection"), "{said}");
}

#[test]
fn another_storys_json_ld_says_nothing_of_this_one() {
    let program = Program::new();
    program.write("config.toml", &format!("{PAPER}[site.rules]\nbyline = ['json-ld NewsArticle.editor.name']\nsection = ['json-ld articleSection']\n"));
    let neighbour = r#"<script type="application/ld+json">{"@type":"NewsArticle","url":"https://paper.example/story/9","headline":"Another story",
        "editor":{"@type":"Person","name":"Wrong Man"},"articleSection":"Elsewhere"}</script><script type="application/ld+json">"#;
    program.write("page.html", &PAGE.replacen("<script type=\"application/ld+json\">", neighbour, 1));
    let read: Value = serde_json::from_str(&program.ok(&["extract", "page.html"]).stdout).expect("JSON");
    assert_eq!(
        (&read["authors"], &read["section"]),
        (&json!(["Omar Aziz", "Ada Khan"]), &json!("News"))
    );
}

#[test]
fn neighbours_and_numbers_are_counted_as_css_does() {
    let first = |css: &str| body(&format!("body = ['{css}']"))[0].clone();
    assert_eq!(first(".part > p:nth-child(2)"), "paragraph Their spindles stood");
    assert_eq!(first(".part > p:nth-last-child(1)"), "paragraph What the letter");
    assert_eq!(first("p.t + p.sub"), "paragraph What the letter");
    assert_eq!(first(".part > p:first-child ~ p.t"), "paragraph Their spindles stood");
}

#[test]
fn a_rule_that_cannot_be_kept_is_named() {
    let check = |rules: &str, message: &str| {
        let program = Program::new();
        program.write("config.toml", &format!("{PAPER}[site.rules]\n{rules}\n"));
        let ran = program.run(&["config", "check"]);
        assert_eq!(ran.code, 2, "{rules}");
        assert!(ran.stderr.contains(message), "{rules}: {}", ran.stderr);
    };
    check("image = ['img @src']", "`site.rules.image[0]` must be a selector: this field is of elements");
    check("byline = [{ css = 'p', afer = 'x' }]", "did you mean `after`?");
    check("byline = [{ css = 'p', nth = 0 }]", "must be 1 for the first");
    check("byline = [{ css = 'p', take = 'x' }]", "with a group named `value`");
    check("byline = ['json #x']", "must be `json`, a selector of scripts and a path");
    check("byline = ['json-ld author..name']", "must be `json-ld` and a path");
    check("byline = ['p >> b @title']", "must be a CSS selector");
    check("byline = ['json-ld NewsArticle']", "must be `json-ld` and a path");
    check("byline = [{ css = 'json-ld author.name', nth = 1 }]", "choose among elements");
    check("byline = [3]", "must be a string or a table with `css`");
}

#[test]
fn a_source_may_be_taken_in_part() {
    let site = Site::start();
    let story = || ok(article("Mills ask for cheaper yarn", &"The ministry had no answer. ".repeat(30)));
    for path in ["/news/1/a", "/news/2/b-video", "/news/3/c", "/news/4/d-video", "/sport/5"] {
        site.on(path, [story()]);
    }
    site.feed(&["/news/1/a", "/news/2/b-video"]);
    let loc = |path: &str| format!("<url><loc>{}</loc></url>", site.url(path));
    let file = |path: &str| format!("<sitemap><loc>{}</loc></sitemap>", site.url(path));
    let index =
        format!("<sitemapindex>{}{}</sitemapindex>", file("/map-news.xml"), file("/map-video.xml"));
    site.on("/map.xml", [ok(index)]);
    site.on(
        "/map-news.xml",
        [ok(format!("<urlset>{}{}</urlset>", loc("/news/3/c"), loc("/news/4/d-video")))],
    );
    let program = Program::new();
    program.configure(
        site.base(),
        "",
        "article_feed = \"\"\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\nskip = '-video'\n\
         [[site.sitemaps]]\nurl = \"/map.xml\"\nskip = 'video'\n\
         [[site.listings]]\nurl = \"/list\"\nmatch = '/news/(6|7)/'\n",
    );
    let link = |path: &str| format!("<a href=\"{path}\">A story of the day, in words</a>");
    site.on("/list", [ok(["/news/6/e", "/news/8/f"].map(link).concat())]);
    site.on("/news/6/e", [story()]);
    program.ok(&["scrape"]);
    let ids = rows(&program.archive(), "SELECT site_id FROM pages ORDER BY site_id");
    assert_eq!(ids, ["1", "3", "6"]);
    assert!(
        site.visits("/map-video.xml").is_empty(),
        "a file of the index that is left out is not asked for"
    );
}

#[test]
fn without_a_rule_a_link_to_an_authors_page_is_a_byline() {
    let program = Program::new();
    program.write("config.toml", PAPER);
    let paragraph =
        "The harbour was busy on the day, and nobody went home before it was dark and late. ";
    let page = |link: &str| {
        format!(
            "<html><body><article><h1>Ships of the day come in</h1><p>von {link}</p><p>08.03.2024</p><div><p>{0}</p><p>{0}</p></div>\
             </article></body></html>",
            paragraph.repeat(4)
        )
    };
    let authors = |link: &str| {
        program.write("page.html", &page(link));
        let said = program.ok(&["extract", "page.html"]).stdout;
        serde_json::from_str::<Value>(&said).expect("JSON")["authors"].take()
    };
    assert_eq!(
        authors("<a href='/autoren/name/sana-malik'>Dr. Sana Malik</a>"),
        json!(["Dr. Sana Malik"])
    );
    let two = "<a href='/author/sana'>Sana Malik</a> und <a href='/author/omar/'>Omar Aziz</a>";
    assert_eq!(authors(two), json!(["Sana Malik", "Omar Aziz"]));
    // Names after a word that names follow, whatever they link to; and words after it.
    assert_eq!(authors("<a href='/ships/of-the-day'>Sana Malik</a>"), json!(["Sana Malik"]));
    assert_eq!(authors("<a href='/ships/of-the-day'>allen Schiffen</a>"), json!([]));
}

#[test]
fn metadata_that_names_one_of_several_authors_yields_to_the_page_that_names_them_all() {
    let program = Program::new();
    program.write("config.toml", PAPER);
    let paragraph =
        "The harbour was busy on the day, and nobody went home before it was dark and late. ";
    let authors = |printed: &[&str]| {
        let element = |name: &&str| format!("<address><a rel=author href='/p'>{name}</a></address>");
        let printed: String = printed.iter().map(element).collect();
        let page = format!(
            "<html><head><meta name=author content='Omar Aziz'></head><body><article><h1>Ships of the day come in</h1>{printed}\
             <p>08.03.2024</p><div><p>{0}</p><p>{0}</p></div></article></body></html>",
            paragraph.repeat(4)
        );
        program.write("page.html", &page);
        let said = program.ok(&["extract", "page.html"]).stdout;
        serde_json::from_str::<Value>(&said).expect("JSON")["authors"].take()
    };
    assert_eq!(authors(&["Sana Malik", "Omar Aziz"]), json!(["Sana Malik", "Omar Aziz"]));
    // Others than the one that is known, and what is no person's name, take nothing away.
    assert_eq!(authors(&["Sana Malik", "Rabia Anjum"]), json!(["Omar Aziz"]));
    assert_eq!(authors(&["Omar Aziz", "Comments"]), json!(["Omar Aziz"]));
}
