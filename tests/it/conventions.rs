//! How papers that nobody described say who wrote a story and what it is about: each convention once, on a page that has no other.

use tearsheet::{
    config::Config,
    extract::Extractor,
    model::{Draft, Extraction, RawPage, WarningCode},
};

use crate::pages::page;

const PAPER: &str = "[site]\nname = \"The Mill Post\"\nbase_url = \"https://mill.example\"\nhosts = [\"mill.example\"]\n\
                     time_zone = \"Europe/London\"\narticle_path = '^/story/(?<id>[^/]+)/?$'\narticle_url = \"/story/{id}\"\n";
const TIME: &str = "<time datetime='2024-03-05T08:00:00Z'>5 March 2024</time>";

/// A page with something in its head, below its headline, at the beginning of its story, and after it.
#[derive(Clone, Copy, Default)]
struct Parts<'p> {
    head: &'p str,
    above: &'p str,
    within: &'p str,
    below: &'p str,
}

fn read(rules: &str, parts: Parts<'_>) -> Draft {
    extract(rules, parts).draft
}

fn extract(rules: &str, parts: Parts<'_>) -> Extraction {
    let config = Config::parse(&format!("{PAPER}{rules}"), "a paper").expect("a configuration").config;
    let extractor = Extractor::new(&config.profile).expect("rules");
    let Parts { head, above, within, below } = parts;
    let paragraph = |number: u8| {
        format!(
            "<p>The mill number {number} was opened in the town on Monday, and the people of the valley came to see the looms run for the \
             first time in years.</p>"
        )
    };
    let story: String = (1..=5).map(paragraph).collect();
    let body = format!(
        "<html><head><title>Mill opens in the valley</title>{head}</head><body><nav><a href='/trade'>Trade</a></nav><main><article>\
         <h1>Mill opens in the valley</h1>{above}<div class=content-body>{within}{story}{below}</div></article></main>\
         <footer><a href='/about'>About us</a></footer></body></html>"
    );
    let url = Some("https://mill.example/story/mill".parse().expect("an address"));
    let page = RawPage { url, ..page(body.into_bytes()) };
    extractor.extract(&page)
}

#[track_caller]
fn check_authors(parts: Parts<'_>, expect: &[&str]) {
    assert_eq!(read("", parts).authors, expect, "{}{}{}", parts.head, parts.above, parts.below);
}

fn tags(rules: &str, parts: Parts<'_>) -> Vec<String> {
    read(rules, parts).tags.into_iter().map(|it| it.name).collect()
}

fn json_ld(members: &str) -> String {
    format!(
        "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Mill opens\",{members}}}</script>"
    )
}

#[test]
fn metadata_signs_in_many_ways() {
    for members in [
        r#""author":"Ada Reed""#,
        r#""author":{"@type":"Person","name":"Ada Reed"}"#,
        r#""author":[],"creator":["Ada Reed"]"#,
        r#""creator":{"@type":"Person","name":"Ada Reed"}"#,
        r#""author":{"givenName":"Ada","familyName":"Reed"}"#,
    ] {
        check_authors(Parts { head: &json_ld(members), ..Parts::default() }, &["Ada Reed"]);
    }
    let several = r#""author":{"@type":"Person","name":["Ada Reed","Bob Lee"]}"#;
    check_authors(Parts { head: &json_ld(several), ..Parts::default() }, &["Ada Reed", "Bob Lee"]);
    for name in [
        "author",
        "article:author",
        "byl",
        "dc.creator",
        "sailthru.author",
        "parsely-author",
        "cXenseParse:author",
        "citation_author",
        "og:article:author",
        "bt:author",
        "creator",
    ] {
        let head = format!("<meta name='{name}' content='By Ada Reed'>");
        check_authors(Parts { head: &head, ..Parts::default() }, &["Ada Reed"]);
    }
}

#[test]
fn a_card_says_who_wrote_a_story() {
    let card = |label: &str, name: &str| {
        format!(
            "<meta name='twitter:label1' content='Est. reading time'><meta name='twitter:data1' content='3 minutes'>\
             <meta name='twitter:label2' content='{label}'><meta name='twitter:data2' content='{name}'>"
        )
    };
    check_authors(Parts { head: &card("Written by", "Ada Reed"), ..Parts::default() }, &["Ada Reed"]);
    check_authors(Parts { head: &card("Escrito por:", "Ada Reed"), ..Parts::default() }, &["Ada Reed"]);
    check_authors(Parts { head: &card("Filed under", "Ada Reed"), ..Parts::default() }, &[]);
}

#[test]
fn a_byline_stands_below_the_headline_in_many_ways() {
    for byline in [
        "<p>By Ada Reed</p>",
        "<p>Von Ada Reed</p>",
        "<p>di Ada Reed</p>",
        "<p>Text: Ada Reed</p>",
        "<div>Written by Ada Reed</div>",
        "<span>Posted by Ada Reed</span>",
        "<div class=byline>By Ada Reed, Trade Correspondent</div>",
        "<div class=byline>By Ada Reed in Milltown</div>",
        "<div class=byline><span class=name>Ada Reed</span><span class=role>Trade correspondent</span></div>",
        "<div class='Byline-x1y2'><a href='/profile/ada'>Ada Reed</a></div>",
        "<div data-testid=byline><span>By </span><a href='/profile/ada'>Ada Reed</a></div>",
        "<span class='author vcard'><a class='url fn n' href='/people/ada'>Ada Reed</a></span>",
        "<a rel=author href='/people/ada'>Ada Reed</a>",
        "<span itemprop=author>Ada Reed</span>",
        "<address>By <a href='/people/ada'>Ada Reed</a></address>",
    ] {
        check_authors(Parts { above: &format!("{byline}{TIME}"), ..Parts::default() }, &["Ada Reed"]);
    }
    for (byline, names) in [
        ("<p>By Ada Reed and Bob Lee</p>", &["Ada Reed", "Bob Lee"][..]),
        ("<div class=byline>Von Ada Reed und Jörg Müller</div>", &["Ada Reed", "Jörg Müller"]),
        ("<div class=byline>By Ludwig van der Berg</div>", &["Ludwig van der Berg"]),
        ("<div class=byline>By Reuters</div>", &["Reuters"]),
        ("<div class=byline>AFP</div>", &["AFP"]),
        ("<div class=byline>By Ada Reed, Reuters</div>", &["Ada Reed", "Reuters"]),
        // Links to write to somebody, and to follow.
        (
            "<div class=byline>By Ada Reed <a href='mailto:ada@mill.example'>ada@mill.example</a></div>",
            &["Ada Reed"],
        ),
        (
            "<div class=byline>By <span>Ada Reed</span> <a href='https://x.example/ada'>@ada</a></div>",
            &["Ada Reed"],
        ),
        (
            "<div class=byline><a href='/u/ada'>Ada Reed</a> <a class=follow href='/f'>Follow</a></div>",
            &["Ada Reed"],
        ),
        (
            "<div class=byline><a rel=author href='mailto:ada@mill.example'>Ada Reed</a></div>",
            &["Ada Reed"],
        ),
    ] {
        check_authors(Parts { above: byline, ..Parts::default() }, names);
    }
    let stamp = "<div class=meta>Published by Ada Reed on 5 March 2024</div>";
    check_authors(Parts { above: stamp, ..Parts::default() }, &["Ada Reed"]);
}

#[test]
fn a_line_that_signs_the_story_is_no_part_of_it() {
    let check = |head: &str, line: &str, byline: Option<&str>, is_kept: bool| {
        let draft = read("", Parts { head, within: line, ..Parts::default() });
        assert_eq!(draft.byline.as_deref(), byline, "{head}{line}");
        let first = &draft.blocks.iter().find(|it| it.kind.is_text()).expect("a paragraph").text;
        assert_eq!(!first.starts_with("The mill"), is_kept, "{head}{line}");
    };
    let known = "<meta name=author content='Ada Reed'>";
    check("", "<p><b>By Ada Reed</b></p>", Some("Ada Reed"), false);
    check(
        "",
        "<p>By <a href='/people/ada'>Ada Reed</a> in Milltown</p>",
        Some("Ada Reed in Milltown"),
        false,
    );
    check(known, "<p>Ada Reed</p>", Some("Ada Reed"), false);
    check(known, "<p>By Ada Reed</p>", Some("Ada Reed"), false);
    let both = "<meta name=author content='Ada Reed, Bob Lee'>";
    check(both, "<p>Ada Reed and Bob Lee</p>", Some("Ada Reed, Bob Lee"), false);
    // Nobody says that this is who wrote it, and that is a sentence.
    check("", "<p>Bob Lee</p>", None, true);
    check(known, "<p>Bob Lee</p>", Some("Ada Reed"), true);
    check("", "<p>By Monday nobody had come.</p>", None, true);
    check("", "<p>By Friday</p>", None, true);
    check("", "<p>By Order of the Board</p>", None, true);
    check("", "<p>By Reuters</p>", Some("Reuters"), false);
    check("", "<p>By Ada Reed</p><p>By Bob Lee</p>", Some("Ada Reed, Bob Lee"), false);
    check("", "<p><b>By Ada Reed</b></p><p>By Ada Reed</p>", Some("Ada Reed"), false);
}

#[test]
fn headline_names_and_day_may_be_lines_of_the_first_paragraph() {
    let config = Config::parse(PAPER, "a paper").expect("a configuration").config;
    let extractor = Extractor::new(&config.profile).expect("rules");
    let paragraph = |number: u8| {
        format!(
            "The mill number {number} was opened in the town on Monday, and the people came to see the looms run again."
        )
    };
    let story: Vec<String> = (1..=4).map(paragraph).collect();
    let check = |lines: &str, byline: Option<&str>, day: Option<&str>| {
        let html = format!(
            "<html><head><title>Mill opens in the valley - The Mill Post</title></head><body><table><tr><td><a href='/'>Home</a></td><td>\
             {lines}<br><br>{}</td></tr></table></body></html>",
            story.join("<br><br>")
        );
        let url = Some("https://mill.example/story/mill".parse().expect("an address"));
        let draft = extractor.extract(&RawPage { url, ..page(html.into_bytes()) }).draft;
        assert_eq!(draft.byline.as_deref(), byline, "{lines}");
        assert_eq!(draft.published_on.map(|it| it.to_string()).as_deref(), day, "{lines}");
        assert_eq!(draft.body(), story.join("\n\n"), "{lines}");
    };
    let title = "<b>Mill opens in the valley</b>";
    check(title, None, None);
    check(&format!("{title}<br>By Ada Reed"), Some("Ada Reed"), None);
    check(&format!("{title}<br>By Ada Reed<br>5 March 2024"), Some("Ada Reed"), Some("2024-03-05"));
    check(&format!("{title}<br>5 March 2024"), None, Some("2024-03-05"));
}

#[test]
fn an_element_that_is_called_updated_is_the_change() {
    let time = |class: &str, hour: u8| {
        format!("<time class='{class}' datetime='2024-03-05T{hour:02}:00:00Z'>5 March 2024</time>")
    };
    let read = |above: &str| {
        let draft = read("", Parts { above, ..Parts::default() });
        [draft.published_at, draft.updated_at]
            .map(|it| it.map(|it| it.to_utc().format("%H").to_string()))
    };
    let hours = |published: &str, updated: Option<&str>| {
        [Some(published.to_owned()), updated.map(str::to_owned)]
    };
    let both = [time("entry-date published", 8), time("updated", 11)].concat();
    assert_eq!(read(&both), hours("08", Some("11")));
    assert_eq!(read(&[time("updated", 11), time("entry-date", 8)].concat()), hours("08", Some("11")));
    // The only moment of a page is that of its publication, whatever it is called.
    assert_eq!(read(&time("updated", 11)), hours("11", None));
    assert_eq!(read(&time("entry-date published updated", 8)), hours("08", None));
    let said = |words: &str, hour: u8| format!("<p>{words} {}</p>", time("", hour));
    assert_eq!(
        read(&[said("Published", 8), said("Last updated:", 11)].concat()),
        hours("08", Some("11"))
    );
    assert_eq!(read(&[said("Updated", 11), said("", 8)].concat()), hours("08", Some("11")));
    assert_eq!(read(&said("Updated", 11)), hours("11", None));
}

#[test]
fn metadata_names_topics_in_many_ways() {
    for head in [
        "<meta name=keywords content='rope, tar'>".to_owned(),
        "<meta name=news_keywords content='rope; tar'>".to_owned(),
        "<meta property='article:tag' content=rope><meta property='article:tag' content=tar>".to_owned(),
        "<meta property='og:article:tag' content=rope><meta property='og:article:tag' content=tar>"
            .to_owned(),
        "<meta name='dc.subject' content=rope><meta name='dc.subject' content=tar>".to_owned(),
        json_ld(r#""keywords":["rope","tar"]"#),
        json_ld(r#""keywords":"rope, tar""#),
        json_ld(r#""about":[{"@type":"Thing","name":"rope"},{"@type":"Thing","name":"tar"}]"#),
        // Made for machines.
        json_ld(
            r#""keywords":["Category: rope","topic/tar","Page Type: Article","8ae9ab2d-fe1b-4230-acb8-a59b52877682","mill.example"]"#,
        ),
    ] {
        assert_eq!(tags("", Parts { head: &head, ..Parts::default() }), ["rope", "tar"], "{head}");
    }
    let signs = "<meta name=keywords content='深空探测 探月工程'>";
    assert_eq!(tags("", Parts { head: signs, ..Parts::default() }), ["深空探测", "探月工程"]);
}

#[test]
fn a_box_that_is_called_after_topics_lists_them() {
    for below in [
        "<ul class=tags><li><a href='/x/rope'>rope</a></li><li><a href='/x/tar'>#tar</a></li></ul>",
        "<div class='article-tags'><h3>Topics</h3><a href='/x/rope'>rope</a>, <a href='/x/tar'>tar</a></div>",
        "<div data-component=tags><a href='/x/rope'>rope</a><a href='/x/tar'>tar</a></div>",
        "<p><a rel=tag href='/x/rope'>rope</a> <a rel=tag href='/x/tar'>tar</a> <a rel='category tag' href='/x/news'>News</a></p>",
    ] {
        assert_eq!(tags("", Parts { below, ..Parts::default() }), ["rope", "tar"], "{below}");
    }
    for below in [
        // What the whole paper is about.
        "<div class=topics><h3>Trending</h3><a href='/x/rope'>rope</a></div>",
        "<nav class=topics><a href='/x/rope'>rope</a></nav>",
        "<div class=tags><a href='/story/another'>Another mill opens</a></div>",
        "<div class=topics>Topics you follow are in <a href='/you#following'>Following</a></div>",
    ] {
        assert!(tags("", Parts { below, ..Parts::default() }).is_empty(), "{below}");
    }
    // Metadata that knows some of them adds the others; any other is not asked.
    let below = "<ul class=tags><li><a href='/x/rope'>Rope</a></li></ul>";
    let head = "<meta name=keywords content='rope, tar'>";
    assert_eq!(tags("", Parts { head, below, ..Parts::default() }), ["Rope", "tar"]);
    let head = "<meta name=keywords content='mill, opens, valley'>";
    assert_eq!(tags("", Parts { head, below, ..Parts::default() }), ["Rope"]);
}

#[test]
fn what_a_rule_calls_topics_are_topics_whatever_they_link_to() {
    let below = "<div class=keys>Keys: <a href='/x/rope'>rope</a> <a href='/x/tar'>tar</a></div><p class=about>wax, oil</p>";
    let parts = Parts { below, ..Parts::default() };
    assert_eq!(tags("[site.rules]\ntags = ['.keys']\n", parts), ["rope", "tar"]);
    assert_eq!(tags("[site.rules]\ntags = ['.keys a']\n", parts), ["rope", "tar"]);
    assert_eq!(tags("[site.rules]\ntags = ['.about']\n", parts), ["wax", "oil"]);
    let by_path = "tag_path = '^/x/r'\n[site.rules]\ntags = ['.keys']\n";
    assert_eq!(tags(by_path, parts), ["rope"]);
}

#[test]
fn a_box_that_is_called_after_related_stories_lists_them() {
    let boxed = |class: &str| {
        format!(
            "<div class='{class}'><h3>More</h3><ul><li><a href='/story/oil'>Oil falls on fears for demand</a></li>\
             <li><a href='/story/gold'>Gold is up on hopes</a></li></ul></div>"
        )
    };
    let links = |parts: Parts<'_>| -> Vec<String> {
        read("", parts).links.into_iter().map(|it| it.title).collect()
    };
    for class in ["related-posts", "article-recirc", "c-read-next", "more-on-this", "box-see-also"] {
        let html = boxed(class);
        let expect = ["Oil falls on fears for demand", "Gold is up on hopes"];
        assert_eq!(links(Parts { within: &html, ..Parts::default() }), expect, "{class}, in the story");
        assert_eq!(links(Parts { below: &html, ..Parts::default() }), expect, "{class}, below it");
    }
    let inside = format!("<div class='post-footer'>{}</div>", boxed("related-posts"));
    let found = links(Parts { below: &inside, ..Parts::default() });
    assert_eq!(found.len(), 2, "in other furniture: {found:?}");
    let html = boxed("newsletter");
    assert_eq!(links(Parts { below: &html, ..Parts::default() }), [""; 0], "it is about something else");
    let (related, other) =
        (boxed("related-posts"), "<aside><a href='/story/tea'>Tea is dear</a></aside>");
    let below = format!("{related}{other}");
    assert_eq!(
        links(Parts { below: &below, ..Parts::default() }),
        ["Tea is dear"],
        "the page names some"
    );
}

#[test]
fn a_short_line_below_the_headline_is_the_summary_where_nothing_else_is() {
    let summary = |head: &str, above: &str| read("", Parts { head, above, ..Parts::default() }).summary;
    let none: [&str; 0] = [];
    assert_eq!(summary("", "<p>Looms run again after years.</p>"), ["Looms run again after years."]);
    assert_eq!(summary("", "<h2>Looms run again in the valley</h2>"), ["Looms run again in the valley"]);
    let described = "<meta name=description content='What the people of the valley hope for now.'>";
    let expect = ["What the people of the valley hope for now."];
    assert_eq!(summary(described, "<h2>Looms run again in the valley</h2>"), expect);
    let labels = [
        "<p>Looms</p>",
        "<p>By Ada Reed in the valley.</p>",
        "<p>Listen to it now</p>",
        "<p>Photo by Ada Reed.</p>",
        "<p>Reading time: 4 minutes.</p>",
        "<h3>Von Ada Reed und Bob Lee</h3>",
    ];
    for label in labels {
        assert_eq!(summary("", label), none, "{label}");
    }
    let two = "<p>Looms run again after years.</p><p>Save it to read later.</p>";
    assert_eq!(summary("", two), none, "either may be a button");
}

#[test]
fn lines_after_the_last_sentence_are_kept_or_named() {
    let results = "<h3>Results</h3><p>Milltown 3, Oldtown 1</p><p>Callow 0, Ostley 0</p>";
    let body = read("", Parts { below: results, ..Parts::default() }).body();
    assert!(body.ends_with("Results\n\nMilltown 3, Oldtown 1\n\nCallow 0, Ostley 0"), "{body}");
    let left_out = |below: &str| -> Vec<String> {
        let warnings = extract("", Parts { below, ..Parts::default() }).warnings;
        warnings.into_iter().filter(|it| it.code == WarningCode::LeftOut).map(|it| it.detail).collect()
    };
    assert_eq!(left_out("<p>The fair is on Friday at 10 am</p>"), ["The fair is on Friday at 10 am"]);
    // Buttons have a box of their own.
    assert_eq!(left_out("<div class=tools><p>Print</p><p>Send</p></div>"), [""; 0]);
}

#[test]
fn a_heading_is_no_furniture_for_the_words_in_its_id() {
    let mut paragraph = String::from(
        "<h2 id='h-social-care'>Social care</h2><p>It costs more than it did, and nobody says why.</p>",
    );
    paragraph += "<h2 id='comment-from-the-mayor'>Comment from the mayor</h2><p>She had none to give, and left the hall by the back door.</p>";
    let body = read("", Parts { within: &paragraph, ..Parts::default() }).body();
    assert!(
        body.starts_with("Social care\n\nIt costs") && body.contains("Comment from the mayor"),
        "{body}"
    );
}

#[test]
fn a_figure_is_called_after_what_it_shows() {
    let images = |class: &str| {
        let html = format!(
            "<figure class='{class}'><img src='/a/loom.jpg' width=800 height=600><figcaption>The first loom</figcaption></figure>"
        );
        let draft = read("", Parts { within: &html, ..Parts::default() });
        draft.images.len()
    };
    for class in [
        "wp-block-image size-large",
        "kg-card kg-image-card",
        "wp-caption alignleft",
        "article-image",
        "wp-block-gallery",
    ] {
        assert_eq!(images(class), 1, "{class}");
    }
}

#[test]
fn a_short_story_is_not_what_stands_in_its_header() {
    let config = Config::parse(PAPER, "a paper").expect("a configuration").config;
    let extractor = Extractor::new(&config.profile).expect("rules");
    let story = [
        "The mill was opened on Monday by nobody in particular.",
        "The looms ran for an hour.",
        "It shuts on Friday.",
    ];
    let caption =
        "The mill in January, when nobody yet thought of it and the looms stood still. Photo: Cara Mo";
    let dek = "It had been looked at in the autumn by a man who found nothing amiss and went home again at once";
    for (tag, inside) in [
        ("header", format!("<figure><img src='/a.jpg'><figcaption>{caption}</figcaption></figure>")),
        ("div", format!("<figure><img src='/a.jpg'><figcaption>{caption}</figcaption></figure>")),
        ("header", format!("<p>{dek}</p>")),
        ("header", format!("<h2>{dek}</h2>")),
        ("section", format!("<h2>{dek}</h2>")),
    ] {
        let html = format!(
            "<html><head><title>Mill opens</title></head><body><article><{tag}><h1>Mill opens in the valley</h1>{TIME}{inside}</{tag}>\
             <div><p>{}</p></div></article></body></html>",
            story.join("</p><p>")
        );
        let url = Some("https://mill.example/story/mill".parse().expect("an address"));
        let draft = extractor.extract(&RawPage { url, ..page(html.into_bytes()) }).draft;
        assert_eq!(draft.body(), story.join("\n\n"), "{tag} {inside}");
    }
}

#[test]
fn the_day_of_an_event_is_no_day_of_publication() {
    let event = "<div>Begins: <time datetime='2024-04-01T18:00:00Z'>1 April 2024</time></div>";
    let config = Config::parse(PAPER, "a paper").expect("a configuration").config;
    let extractor = Extractor::new(&config.profile).expect("rules");
    let read = |captured: &str| {
        let html =
            format!("<html><body><article><h1>Fair on the quay</h1>{event}</article></body></html>");
        let url = Some("https://mill.example/story/fair".parse().expect("an address"));
        let captured_at = Some(captured.parse().expect("a day"));
        extractor.extract(&RawPage { url, captured_at, ..page(html.into_bytes()) })
    };
    let read_before = read("2024-03-20");
    assert_eq!(read_before.draft.published_on, None, "it is still to come");
    let said = |it: &tearsheet::model::Warning| it.code == WarningCode::DateUnreadable;
    assert!(read_before.warnings.iter().any(said), "{:?}", read_before.warnings);
    assert!(read("2024-04-02").draft.published_on.is_some());
}

#[test]
fn a_line_that_says_by_counts_before_a_role_beside_the_day() {
    let above = format!("<div>By Ada Reed<br>Staff Writer</div>{TIME}");
    assert_eq!(read("", Parts { above: &above, ..Parts::default() }).authors, ["Ada Reed"]);
}

#[test]
fn the_headline_is_the_heading_that_the_title_begins_with() {
    let below = "</div></article><div class=modal><h1>We value your privacy</h1><p>We store things on a device of yours.</p></div><article><div>";
    let draft = read("", Parts { below, ..Parts::default() });
    assert_eq!(draft.headline.as_deref(), Some("Mill opens in the valley"));
    assert!(draft.body().starts_with("The mill number 1"), "{}", draft.body());
}
