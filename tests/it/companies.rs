//! Whom stories mean and what of them is new: a labelled set of invented stories, and copies planted among others.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;
use tearsheet::{
    config::Config,
    model::{
        BlockKind, Companies, CompanyName, DatedName, Days, Mention, StoryTexts, TextBlock, TextLink,
    },
    store::Writer,
};

use crate::support::{
    program::{Program, one, rows},
    warc::{HTTP, answer, record},
};

/// What market boards of the pages call symbols that the profile does not know.
const LEARNT: [(&str, &str); 12] = [
    ("WTL", "Worldcall Telecom Limited"),
    ("CNERGY", "Cnergyico PK Limited"),
    ("FFL", "Fauji Foods Limited"),
    ("LOTCHEM", "Lotte Chemical Pakistan Limited"),
    ("DFML", "Dewan Farooque Motors Limited"),
    ("CPHL", "Citi Pharma Limited"),
    ("UNITY", "Unity Foods Limited"),
    ("PACE", "Pace (Pakistan) Limited"),
    ("SILK", "Silkbank Limited"),
    ("WAVES", "Waves Corporation Limited"),
    ("POWER", "Power Cement Limited"),
    ("IMAGE", "Image Pakistan Limited"),
];

fn companies() -> Companies {
    let book = Config::default().profile.names;
    let mut names = book.companies.clone();
    let learnt = LEARNT.iter().map(|it| CompanyName { symbol: it.0.to_owned(), name: it.1.to_owned() });
    names.extend(learnt);
    let symbols: HashSet<String> = names.iter().map(|it| it.symbol.clone()).collect();
    let names: Vec<DatedName> = names.into_iter().map(|name| DatedName { name, days: None }).collect();
    Companies::new(book.rules, symbols, &names)
}

fn named(companies: &Companies, story: &Value) -> Vec<Mention> {
    let text = |key: &str| story[key].as_str().unwrap_or_default();
    let paragraphs = story["paragraphs"].as_array().expect("paragraphs").iter();
    let mut start = 0;
    let blocks = paragraphs.map(|it| {
        let text = it.as_str().expect("text");
        let block = TextBlock { kind: BlockKind::Paragraph, text, start };
        start += text.chars().count() + 2;
        block
    });
    let blocks = blocks.collect();
    let tags = story["tags"].as_array().expect("tags").iter();
    let links: Vec<[String; 2]> = serde_json::from_value(story["links"].clone()).unwrap_or_default();
    let links = links.into_iter();
    companies.named_in(&StoryTexts {
        day: story["day"].as_str().map(|it| it.parse().expect("a day")),
        headline: text("headline"),
        summary: text("summary"),
        blocks,
        tags: tags.map(|it| it.as_str().expect("a tag").to_owned()).collect(),
        links: links.map(|it| TextLink { text: it[0].clone(), url: it[1].clone() }).collect(),
    })
}

#[test]
fn companies_are_found_and_those_that_are_sure_are_right() {
    let companies = companies();
    let stories = include_str!("../../fixtures/mentions.jsonl").lines();
    let (mut sure, mut right, mut meant, mut found) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in stories {
        let story: Value = serde_json::from_str(line).expect("JSON");
        let labels: BTreeSet<&str> = story["symbols"]
            .as_array()
            .expect("labels")
            .iter()
            .map(|it| it.as_str().expect("a symbol"))
            .collect();
        let mentions = named(&companies, &story);
        for mention in &mentions {
            let is_right = labels.contains(mention.symbol.as_str());
            if 0.8 <= mention.confidence {
                sure += 1;
                right += usize::from(is_right);
                if !is_right {
                    wrong.push(format!("{} by {:?} in {line}", mention.symbol, mention.matched));
                }
            }
        }
        meant += labels.len();
        found += labels.iter().filter(|it| mentions.iter().any(|m| m.symbol == **it)).count();
        count += 1;
    }
    assert_eq!(count, 300);
    assert!(right * 100 >= sure * 98, "{right} of {sure} that are sure are right: {wrong:#?}");
    assert!(found * 100 >= meant * 90, "{found} of {meant} are found");
}

#[test]
fn a_link_to_the_page_of_a_company_names_it() {
    let companies = companies();
    let page = |symbol: &str| {
        format!("https://markets.brecorder.com/market-live/companies-live/detailed-view/{symbol}.html")
    };
    let check = |paragraph: &str, link: [&str; 2], expect: &[(&str, &str, &str, u32, f64)]| {
        let story = serde_json::json!({
            "headline": "Markets", "summary": "", "paragraphs": ["Nothing of note.", paragraph], "tags": [], "links": [link],
        });
        let mentions = named(&companies, &story);
        let found: Vec<_> = mentions
            .iter()
            .map(|it| {
                let rule: &str = it.rule.into();
                (it.symbol.as_str(), it.matched.as_str(), rule, it.times, it.confidence)
            })
            .collect();
        assert_eq!(found, expect, "{paragraph}");
    };
    // Nobody knows the symbol, and no name stands there.
    let text = "Shares of the mill rose again.";
    check(text, ["the mill", &page("XYZT")], &[("XYZT", "the mill", "company_page", 1, 1.0)]);
    // A word that may be a symbol is one, and counts once.
    let text = "POWER rose again.";
    check(text, ["POWER", &page("POWER")], &[("POWER", "POWER", "company_page", 1, 1.0)]);
    let text = "Fauji Foods fell; the dairy said nothing.";
    let twice = [("FFL", "the dairy", "company_page", 2, 1.0)];
    check(text, ["the dairy", &page("FFL")], &twice);
    // The words of the link stand nowhere.
    let nowhere = [("FFL", "a picture", "company_page", 0, 1.0)];
    check("Nothing.", ["a picture", &page("FFL")], &nowhere);
    check("See the list.", ["the list", "https://markets.brecorder.com/market-live/"], &[]);
    check("See the list.", ["the list", &page("all")], &[]);
}

#[test]
fn where_and_how_a_company_is_named_says_how_far_the_story_is_about_it() {
    let companies = companies();
    let filler = "Nobody said anything of interest on the day. ".repeat(6);
    let paragraphs = |texts: &[&str]| {
        let texts: Vec<String> = texts.iter().map(|it| it.replace('…', &filler)).collect();
        serde_json::json!({ "headline": "Markets", "summary": "", "paragraphs": texts, "tags": [] })
    };
    let check = |texts: &[&str], relevance: u8, confidence: f64, matched: &str, times: u32| {
        let mentions = named(&companies, &paragraphs(texts));
        let mention =
            mentions.iter().find(|it| it.symbol == "LUCK").unwrap_or_else(|| panic!("{texts:?}"));
        assert_eq!(
            (mention.relevance, mention.confidence, mention.matched.as_str(), mention.times),
            (relevance, confidence, matched, times),
            "{texts:?}"
        );
    };
    check(&["LUCK rose.", "…"], 90, 0.85, "LUCK", 1);
    check(&["…", "…", "LUCK rose.", "…", "…", "…", "…"], 75, 0.85, "LUCK", 1);
    check(&["…", "…", "LUCK rose.", "LUCK fell."], 50, 0.85, "LUCK", 2);
    check(&["…", "…", "LUCK rose."], 20, 0.85, "LUCK", 1);
    check(&["…", "…", "Lucky Cement rose."], 20, 0.95, "Lucky Cement", 1);
    check(&["…", "…", "Lucky Cement Limited rose."], 20, 1.0, "Lucky Cement Limited", 1);
    check(&["…", "…", "Lucky Cement (LUCK) rose."], 20, 1.0, "Lucky Cement (LUCK)", 1);
    check(&["…", "…", "PSX: LUCK rose."], 20, 1.0, "LUCK", 1);
    check(&["…", "…", "Lucky Cement (not heard of rose"], 20, 0.95, "Lucky Cement", 1);
    check(&["…", "…", "SHARES OF LUCK RISE AGAIN TODAY"], 20, 0.3, "LUCK", 1);
    check(
        &["…", "…", "OGDC, PPL, HUBC, LUCK, FCCL, MLCF, FFC, HBL, MCB, UBL, NBP and PSO rose."],
        10,
        0.85,
        "LUCK",
        1,
    );
}

#[test]
fn a_longer_name_that_is_no_whole_word_hides_no_shorter_one() {
    let name = |name: &str| DatedName {
        name: CompanyName { symbol: "HUBC".to_owned(), name: name.to_owned() },
        days: None,
    };
    let rules = Config::default().profile.names.rules;
    let companies = Companies::new(
        rules,
        HashSet::from(["HUBC".to_owned()]),
        &[name("Hub Power"), name("Hub Power Co")],
    );
    let story =
        |headline: &str| serde_json::json!({ "headline": headline, "paragraphs": [], "tags": [] });
    let matched = |headline| named(&companies, &story(headline)).first().map(|it| it.matched.clone());
    assert_eq!(matched("Hub Power Company posts profit").as_deref(), Some("Hub Power"));
    assert_eq!(matched("Hub Power Co posts profit").as_deref(), Some("Hub Power Co"));
    assert_eq!(matched("Hub Powerful"), None);
}

/// A page of the built-in site with words of its own.
fn page(at: &str, paragraphs: &[String]) -> String {
    let text: String = paragraphs.iter().map(|it| format!("<p>{it}</p>")).collect::<Vec<_>>().concat();
    format!(
        "<html><head><script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"headline\":\"Story of {at}\",\
         \"datePublished\":\"{at}\"}}</script></head><body><h1 class=\"story__title\">Story of {at}</h1>\
         <div class=\"story__content\">{text}</div></body></html>"
    )
}

#[test]
fn a_name_that_changed_hands_means_the_company_that_had_it_on_the_day() {
    let name = |symbol: &str, first: &str, last: &str| DatedName {
        name: CompanyName { symbol: symbol.to_owned(), name: "Alpha Mills Limited".to_owned() },
        days: Some(Days { first: first.parse().expect("a day"), last: last.parse().expect("a day") }),
    };
    let names = [name("NEWA", "2020-01-02", "2024-05-31"), name("OLDA", "2012-03-01", "2016-06-30")];
    let companies = Companies::new(Config::default().profile.names.rules, HashSet::new(), &names);
    let check = |day: Option<&str>, expect: &str| {
        for (headline, tags) in [("Alpha Mills posts profit", vec![]), ("News", vec!["Alpha Mills"])] {
            let story =
                serde_json::json!({ "day": day, "headline": headline, "paragraphs": [], "tags": tags });
            let found: Vec<String> = named(&companies, &story).into_iter().map(|it| it.symbol).collect();
            assert_eq!(found, [expect], "{day:?} {headline}");
        }
    };
    check(Some("2014-01-01"), "OLDA");
    check(Some("2021-01-01"), "NEWA");
    // Nobody knows whose it was between; the newest counts most.
    check(Some("2018-01-01"), "NEWA");
    check(None, "NEWA");
}

#[test]
fn a_story_that_links_to_the_page_of_a_company_mentions_it() {
    let program = Program::new();
    let page_of = "//markets.brecorder.com/market-live/companies-live/detailed-view/WTL.html";
    let text = [
        "An operator reports its year; nobody else does so today, and nobody will do so before the week is over.".to_owned(),
        format!("Its <a href=\"{page_of}\">shares</a> and <a href=\"https://elsewhere.example/WTL.html\">those of others</a> rose."),
    ];
    std::fs::write(program.path("page.html"), page("2024-03-04T09:00:00+05:00", &text)).expect("write");
    program.ok(&["import", "page.html", "--url", "https://www.brecorder.com/news/40000001"]);
    let archive = program.archive();
    let sql = "SELECT symbol || ' ' || matched || ' ' || rule || ' ' || place || ' ' || confidence FROM mentions";
    assert_eq!(rows(&archive, sql), ["WTL shares company_page body 1.0"]);
    let sql = "SELECT placement || ' ' || title || ' ' || url FROM links";
    assert_eq!(rows(&archive, sql), [format!("inline shares https:{page_of}")]);
    assert_eq!(
        one(&archive, "SELECT body LIKE '%Its shares and those of others rose.' FROM articles"),
        "1"
    );
    program.ok(&["reextract"]);
    program.ok(&["verify"]);
}

/// Paragraphs whose words are those of no other seed.
fn paragraphs(seed: u32, count: u32) -> Vec<String> {
    let sentence = |number: u32| {
        let words =
            (0..14).map(|word| format!("w{}", (seed * 7919 + number * 131 + word * 17) % 99_991));
        format!("Word {}.", words.collect::<Vec<_>>().join(" "))
    };
    (0..count)
        .map(|it| [sentence(3 * it), sentence(3 * it + 1), sentence(3 * it + 2)].join(" "))
        .collect()
}

#[test]
fn a_text_that_was_printed_before_is_found_whatever_became_of_it() {
    let first = paragraphs(1, 8);
    let edited: Vec<String> = first.iter().map(|it| it.replacen("Word", "Other words", 1)).collect();
    let longer = [first.clone(), paragraphs(4, 5)].concat();
    let mixed = [first[..4].to_vec(), paragraphs(2, 8)[..4].to_vec()].concat();
    let stories = [
        ("2024-03-04T09:00:00+05:00", first.clone()),
        ("2024-03-04T10:00:00+05:00", paragraphs(2, 8)),
        ("2024-03-05T09:00:00+05:00", first.clone()),
        ("2024-03-05T10:00:00+05:00", edited),
        ("2024-03-06T09:00:00+05:00", first[..4].to_vec()),
        ("2024-03-06T10:00:00+05:00", longer),
        ("2024-03-07T09:00:00+05:00", mixed),
        ("2024-03-07T10:00:00+05:00", paragraphs(3, 8)),
        ("2024-03-20T09:00:00+05:00", first.clone()),
    ];
    let expect = [
        "3|1|reprint|24.0",
        "4|1|edited|25.0",
        "5|1|cut|48.0",
        "6|1|extended|49.0",
        "7|1|recombined|72.0",
    ];
    let program = Program::new();
    // The order in which stories come is of no matter, nor in how many runs.
    for part in [[8, 4, 2, 6].as_slice(), &[7, 3, 1, 0, 5]] {
        let mut warc = Vec::new();
        for at in part {
            let (published, paragraphs) = &stories[*at];
            let url = format!("https://www.brecorder.com/news/{}", 40_000_001 + at);
            let block = answer("", page(published, paragraphs).as_bytes());
            warc.extend(record("response", &url, "2024-03-21T00:00:00Z", HTTP, &block));
        }
        std::fs::write(program.path("part.warc"), warc).expect("write");
        program.ok(&["import", "part.warc"]);
    }
    let sql = "SELECT (p.site_id - 40000000) || '|' || (f.site_id - 40000000) || '|' || c.kind || '|' || c.hours
                 FROM copies c JOIN articles p ON p.id = c.article_id JOIN articles f ON f.id = c.first_id ORDER BY p.site_id";
    assert_eq!(rows(&program.archive(), sql), expect);
    let cut = "SELECT containment || ' ' || (jaccard < 0.6) FROM copies WHERE kind = 'cut'";
    assert_eq!(one(&program.archive(), cut), "1.0 1");
    let shown = program.ok(&["show", "40000005"]).stdout;
    assert!(
        shown.contains("first reported as") && shown.contains("48.0 hours before: cut since"),
        "{shown}"
    );
    let exported = program.ok(&["export", "copies", "--format", "csv"]).stdout;
    assert_eq!(exported.lines().count(), 1 + expect.len(), "{exported}");
    program.ok(&["verify"]);
}

/// A run that somebody waits for leaves its stories to the next one.
#[test]
fn what_is_not_worked_out_is_left_to_the_next_run() {
    let program = Program::new();
    program.write("page.html", &page("2024-03-04T09:00:00+05:00", &["LUCK rose again.".to_owned()]));
    let url = "https://www.brecorder.com/news/40000001";
    program.ok(&["import", "page.html", "--url", url, "--captured-at", "2024-03-05T00:00:00Z"]);
    let count = |sql: &str| one(&program.archive(), sql);
    assert_eq!(count("SELECT count(*) FROM unsettled"), "0");
    let found = count("SELECT count(*) FROM mentions WHERE relevance IS NOT NULL");
    program
        .archive()
        .execute_batch("DELETE FROM mentions; INSERT INTO unsettled (article_id) VALUES (1)")
        .expect("SQL");

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let settle = |is_over: bool| {
        let profile = Config::default().profile;
        let writer = Writer::open(&program.path("tearsheet.db"), profile.time_zone).expect("a writer");
        let writer = writer.knowing(profile.names);
        runtime.block_on(writer.settle_stories(&|| is_over)).expect("settled");
    };
    settle(true);
    assert_eq!(count("SELECT count(*) FROM unsettled"), "1");
    settle(false);
    assert_eq!(count("SELECT count(*) FROM unsettled"), "0");
    assert_eq!(count("SELECT count(*) FROM mentions WHERE relevance IS NOT NULL"), found);
}
