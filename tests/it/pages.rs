//! Every folder in `fixtures/pages` is a case: a page in, `expected.json` out, through the public row.
//!
//! `BLESS=1 cargo test --test it pages` writes the expectations anew; the diff is the review.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::support::program::Program;

use tearsheet::{
    config::{Config, RuleField},
    export::Row,
    extract::Extractor,
    html::{Document, Matcher},
    model::{CaptureSource, Captured, RawPage, Validators},
};

struct Case {
    folder: PathBuf,
    page: RawPage,
}

fn text_of(folder: &Path, key: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
    let line = text.lines().find_map(|it| it.strip_prefix(&format!("{key} = ")).map(str::to_owned))?;
    Some(line.trim_matches(['"', '\'']).to_owned())
}

fn cases() -> Vec<Case> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders: Vec<PathBuf> = fs::read_dir(fixtures.join("pages"))
        .expect("fixtures")
        .map(|it| it.expect("an entry").path())
        .filter(|it| it.is_dir())
        .collect();
    folders.sort();
    let case = |folder: PathBuf| {
        let (body, content_type) = if let Some(shared) = text_of(&folder, "page") {
            let text = fs::read_to_string(fixtures.join(shared)).expect("a page of the miniature site");
            let text = text.replace("{{base}}", "https://www.brecorder.com");
            (text.into_bytes(), "text/html; charset=utf-8")
        } else if let Ok(body) = fs::read(folder.join("page.html")) {
            (body, "text/html; charset=utf-8")
        } else {
            (fs::read(folder.join("page.txt")).expect("a page"), "text/plain; charset=utf-8")
        };
        let page = RawPage {
            url: text_of(&folder, "url").map(|it| it.parse().expect("an address")),
            body: body.into(),
            content_type: Some(content_type.to_owned()),
            captured_at: text_of(&folder, "captured_at")
                .map(|it| it.parse::<Captured>().expect("a time")),
            source: CaptureSource::File,
            status: None,
            validators: Validators::default(),
            heads: None,
            feed: None,
        };
        Case { folder, page }
    };
    folders.into_iter().map(case).collect()
}

#[test]
fn pages_are_read_as_expected() {
    let extractor = Extractor::new(&Config::default().profile).expect("the built-in profile");
    let bless = std::env::var_os("BLESS").is_some();
    let mut failed = Vec::new();
    let cases = cases();
    for Case { folder, page } in &cases {
        let row = Row::of_page(page, extractor.extract(page));
        let got = serde_json::to_string_pretty(&row).expect("JSON") + "\n";
        let expected = folder.join("expected.json");
        if bless {
            fs::write(&expected, &got).expect("write");
        } else if fs::read_to_string(&expected).unwrap_or_default() != got {
            failed.push(format!(
                "{}: {}\n{got}",
                folder.display(),
                text_of(folder, "why").unwrap_or_default()
            ));
        }
    }
    assert!(60 < cases.len());
    assert!(failed.is_empty(), "{} of {} pages\n{}", failed.len(), cases.len(), failed.join("\n"));
}

#[test]
fn reading_twice_gives_the_same() {
    let extractor = Extractor::new(&Config::default().profile).expect("the built-in profile");
    for Case { folder, page } in cases() {
        assert_eq!(extractor.extract(&page), extractor.extract(&page), "{}", folder.display());
    }
}

#[test]
fn a_page_cut_anywhere_is_still_some_page() {
    let extractor = Extractor::new(&Config::default().profile).expect("the built-in profile");
    for Case { folder: _, page } in cases().into_iter().step_by(7) {
        for percent in (0..100).step_by(9) {
            let mut page = page.clone();
            page.body.truncate(page.body.len() * percent / 100);
            extractor.extract(&page);
        }
    }
}

/// A page that somebody saved, of which nothing else is known.
pub(crate) fn page(body: Vec<u8>) -> RawPage {
    RawPage {
        url: None,
        body: body.into(),
        content_type: Some("text/html".to_owned()),
        captured_at: None,
        source: CaptureSource::File,
        status: None,
        validators: Validators::default(),
        heads: None,
        feed: None,
    }
}

/// Something is put in, left out or said twice in pages, at places that nobody meant. `TEARSHEET_CASES=100000` looks for longer.
#[test]
fn changes_at_any_place_do_not_break_it() {
    const PUT_IN: [&str; 32] = [
        "<a href=https://a.example/b>",
        "</a>",
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<br>",
        "<b>",
        "</b>",
        "<button>",
        "<li>",
        "<ul>",
        "<table>",
        "<td>",
        "<h1>",
        "<figure>",
        "<img src=a.jpg>",
        "<sup>",
        "<span hidden>",
        "記事",
        "é",
        "e\u{301}",
        "\u{200B}",
        "\u{A0}",
        "\u{1}",
        "٢",
        "• ",
        "\n",
        "5 March 2024",
        "By Ada Reed",
        "1.5%",
        "&#x1F600;",
    ];
    let extractor = Extractor::new(&Config::default().profile).expect("the built-in profile");
    let text = |case: Case| String::from_utf8_lossy(&case.page.body).into_owned();
    let pages: Vec<String> = cases().into_iter().map(text).collect();
    let count = std::env::var("TEARSHEET_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let mut random = fastrand::Rng::with_seed(40_207_551);
    for _ in 0..count {
        let mut text: Vec<char> = pages[random.usize(..pages.len())].chars().collect();
        for _ in 0..random.usize(1..25) {
            let at = random.usize(..=text.len());
            let end = (at + random.usize(1..100)).min(text.len());
            match random.u8(..4) {
                0 => drop(text.drain(at..end)),
                1 => {
                    let again = text[at..end].to_vec();
                    text.splice(at..at, again);
                }
                _ => drop(text.splice(at..at, PUT_IN[random.usize(..PUT_IN.len())].chars())),
            }
        }
        let text: String = text.into_iter().collect();
        let read = extractor.extract(&page(text.clone().into_bytes()));
        assert!(read.draft.blocks.iter().all(|it| !it.kind.is_text() || !it.text.is_empty()), "{text}");
    }
}

#[test]
fn depth_and_junk_do_not_break_it() {
    let extractor = Extractor::new(&Config::default().profile).expect("the built-in profile");
    let deep = "<div>".repeat(200_000) + "<p>KARACHI: Still here.</p>";
    extractor.extract(&page(deep.into_bytes()));
    let deep = "<div class=story__content>".to_owned() + &"<b>".repeat(2_000) + "KARACHI: Still here.";
    let read = extractor.extract(&page(deep.into_bytes()));
    assert_eq!(read.draft.body(), "KARACHI: Still here.");
    extractor.extract(&page(vec![0xFF; 4096]));
    extractor.extract(&page(Vec::new()));
    extractor.extract(&page(b"<html>\0\0<h1>\0</h1>".to_vec()));
}

/// A rule nobody needs is a rule nobody checks.
#[test]
fn every_era_and_every_rule_is_hit_by_a_page() {
    let profile = Config::default().profile;
    let mut eras = BTreeSet::new();
    let mut hit: BTreeSet<String> = BTreeSet::new();
    for Case { folder: _, page } in cases() {
        let day = page.captured_at.map(Captured::date);
        let era = &profile.eras[profile.era(day)];
        if day.is_some() {
            eras.insert(era.name.clone());
        }
        let text = String::from_utf8_lossy(&page.body);
        let document = Document::parse(&text);
        for &field in RuleField::ALL {
            for rule in era.rules.of(field) {
                let matcher = Matcher::new([rule.css.as_str()]).expect("a selector");
                let mut walk = matcher.walk(document.root());
                for element in document.root().descendants() {
                    walk.each_match(element, |_| {
                        _ = hit.insert(format!("{} {}", field.key(), rule.css));
                    });
                }
            }
        }
    }
    for era in &profile.eras {
        assert!(eras.contains(&era.name), "no page of era {}", era.name);
        for &field in RuleField::ALL {
            for rule in era.rules.of(field) {
                let name = format!("{} {}", field.key(), rule.css);
                assert!(hit.contains(&name), "no page needs `{name}`");
            }
        }
    }
}

#[test]
fn a_page_explains_who_was_asked_for_each_field() {
    let program = Program::new();
    let page = format!("{}/fixtures/site/news/40281811.html", env!("CARGO_MANIFEST_DIR"));
    let url = "https://www.brecorder.com/news/40281811";
    program.write("config.toml", "[site.rules]\nbyline = [\".no-such-byline\", \"a[href]\"]\n");
    let said = program.ok(&["extract", &page, "--url", url, "--explain"]).stdout;
    let of = |field: &str| {
        let begin = said.find(&format!("\n{field}")).expect(field);
        said[begin + 1..].split("\n\n").next().expect("a field").to_owned()
    };
    assert!(of("published").starts_with("published  read from: "), "{said}");
    let byline = of("byline");
    assert!(byline.contains("     0  .no-such-byline\n"), "{byline}");
    assert!(
        byline.lines().any(|it| it.contains("  a[href]  ") && !it.starts_with("     0")),
        "{byline}"
    );
    let text = program.ok(&["extract", &page, "--url", url, "--text"]).stdout;
    assert!(text.contains("beside it: ") && !text.contains('{'), "{text}");
    let headline = said.lines().next().expect("a line");
    assert!(headline.starts_with("headline  read from: "), "{headline}");
}

#[test]
fn a_built_in_paper_is_one_line() {
    let program = Program::new();
    let names = program.ok(&["config", "profiles"]).stdout;
    assert!(names.lines().count() >= 7, "{names}");
    let name =
        names.lines().rfind(|it| !it.contains("brecorder")).and_then(|it| it.split_whitespace().next());
    program.write("config.toml", &format!("profile = \"{}\"\n", name.expect("a name")));
    program.ok(&["config", "check"]);
    program.write("config.toml", "profile = \"brecoder\"\n");
    let ran = program.run(&["config", "check"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("`profile` must be one of brecorder, "),
        "{}",
        ran.stderr
    );
    let begin = program.ok(&["config", "init"]).stdout;
    program.write("config.toml", &begin);
    program.ok(&["config", "check"]);
}
