//! What was known when: the archive as it was at a moment, without a copy of it.

use std::{process::Command, thread::sleep, time::Duration};

use chrono::{SecondsFormat, TimeDelta, Utc};

use crate::support::{
    clock::WrongClock,
    program::{Program, one, rows},
};

const DAY: &str = "Mar 8, 2024";

fn page(id: u32, headline: &str, words: &str, price: &str) -> String {
    format!(
        "<html><head><link rel=canonical href='https://www.brecorder.com/news/{id}'></head><body>\
         <div>ABC {price} Increased By 1.00 (5%) BCD 3.00 Increased By 0.10 (3.45%) CDE 7.00 No Change 0.00 (0%)</div>\
         <h1 class=story__title>{headline}</h1><span class=story__time>{DAY}</span>\
         <div class=story__content><p>{words}</p></div></body></html>"
    )
}

/// Brings a page into the archive that was on the site at a moment.
fn import(program: &Program, captured: &str, page: &str) {
    // Moments are kept to the second.
    sleep(Duration::from_millis(1_100));
    program.write("page.html", page);
    program.ok(&["import", "page.html", "--captured-at", captured]);
}

/// The columns that have versions, of every row.
fn versioned(program: &Program, args: &[&str]) -> Vec<String> {
    let out = program.ok(&[&["export", "articles", "--format", "csv"], args].concat()).stdout;
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let names = rows.headers().expect("a header").clone();
    let wanted = [
        "id",
        "headline",
        "byline",
        "summary",
        "body",
        "word_count",
        "version",
        "content_hash",
        "known_from",
        "captured_at",
    ];
    let places: Vec<usize> =
        wanted.iter().map(|name| names.iter().position(|it| it == *name).expect(name)).collect();
    let row = |row: csv::StringRecord| places.iter().map(|at| &row[*at]).collect::<Vec<_>>().join("|");
    rows.records().map(|it| row(it.expect("a row"))).collect()
}

fn quotes(program: &Program, args: &[&str]) -> Vec<String> {
    let out = program.ok(&[&["export", "quotes", "--format", "csv"], args].concat()).stdout;
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let mut rows: Vec<String> = rows
        .records()
        .map(|it| it.expect("a row").iter().skip(2).take(7).collect::<Vec<_>>().join("|"))
        .collect();
    // They come in the order of their days, which later captures may correct, as they may the times of the captures.
    rows.sort();
    rows
}

#[test]
fn an_export_of_a_moment_is_that_of_a_copy_made_then() {
    let program = Program::new();
    let steps = [
        ("2024-03-08T06:00:00Z", page(40_292_001, "Mills open", "The mills opened on Friday.", "20.00")),
        ("2024-03-08T07:00:00Z", page(40_292_002, "Cotton steady", "Cotton was steady.", "21.00")),
        (
            "2024-03-08T09:00:00Z",
            page(40_292_001, "Mills open late", "The mills opened late on Friday.", "22.00"),
        ),
        // An earlier wording that comes later: it never was the newest that the archive had.
        ("2024-03-08T05:00:00Z", page(40_292_001, "Mills to open", "The mills will open.", "19.00")),
        (
            "2024-03-08T10:00:00Z",
            page(40_292_001, "Mills closed", "The mills closed again, it was said.", "22.00"),
        ),
        ("2024-03-08T08:00:00Z", page(40_292_002, "Cotton steady", "Cotton was steady.", "23.00")),
    ];
    let mut moments = Vec::new();
    for (number, (captured, page)) in steps.iter().enumerate() {
        import(&program, captured, page);
        moments.push(Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true));
        program.ok(&["backup", &format!("copy{number}.db")]);
    }
    let mut seen = Vec::new();
    for (number, moment) in moments.iter().enumerate() {
        let copy = format!("copy{number}.db");
        let then = versioned(&program, &["--archive", &copy]);
        assert_eq!(versioned(&program, &["--as-of", moment]), then, "{moment}");
        assert!(!then.is_empty());
        assert_eq!(
            quotes(&program, &["--as-of", moment]),
            quotes(&program, &["--archive", &copy]),
            "{moment}"
        );
        seen.push(then);
    }
    seen.dedup();
    assert_eq!(seen.len(), 5, "every step but the last changed what was known");
    assert!(versioned(&program, &["--as-of", "2024-03-31"]).is_empty(), "nothing was known in 2024");

    let archive = program.archive();
    let known = "SELECT k.version, v.headline, k.known_from = k.known_to, k.known_to IS NULL, k.valid_from, k.valid_to,
                        k.revision, k.is_latest, k.backfilled
                   FROM articles_known k JOIN versions v USING (article_id, version) JOIN articles a ON a.id = k.article_id
                  WHERE a.site_id = 40292001 ORDER BY k.version";
    assert_eq!(
        rows(&archive, known),
        [
            "1|Mills to open|1|0|2024-03-08|2024-03-08T06:00:00Z|0|0|1",
            "2|Mills open|0|0|2024-03-08T06:00:00Z|2024-03-08T09:00:00Z|1|0|1",
            "3|Mills open late|0|0|2024-03-08T09:00:00Z|2024-03-08T10:00:00Z|2|0|1",
            "4|Mills closed||1|2024-03-08T10:00:00Z||3|1|1",
        ]
    );
}

#[test]
#[cfg(target_os = "linux")]
fn fifty_exports_of_moments_are_those_of_the_copies_before_them() {
    const STEPS: i64 = 50;
    const STEP_SECONDS: i64 = 5_000;
    let (program, clock) = (Program::new(), WrongClock::new());
    let began = Utc::now() - TimeDelta::seconds(STEPS * STEP_SECONDS);
    let at = |step: i64, command: &mut Command| {
        let output =
            clock.set(command, (step - STEPS) * STEP_SECONDS).output().expect("the binary runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let mut chance = Chance(11);
    for step in 0..STEPS {
        // A few stories, each in a few wordings that come and go, some of them captured long before they came.
        let (id, wording) = (40_292_000 + chance.below(6), chance.below(4));
        let words =
            format!("What happened, in wording {wording} of story {id}, with some words around it.");
        let page = page(id, &format!("Headline {wording}"), &words, &format!("2{wording}.00"));
        program.write("page.html", &page);
        let captured =
            began + TimeDelta::seconds(step * STEP_SECONDS - i64::from(chance.below(4)) * 39_001);
        let captured = captured.to_rfc3339_opts(SecondsFormat::Secs, true);
        at(step, program.command().args(["import", "-q", "page.html", "--captured-at", &captured]));
        at(step, program.command().args(["backup", "-q", &format!("copy{step}.db")]));
    }
    let mut seen = Vec::new();
    for _ in 0..STEPS {
        let step = i64::from(chance.below(50));
        // The program needs a while for a step.
        let later = 60 + i64::from(chance.below(4_900));
        let moment = began + TimeDelta::seconds(step * STEP_SECONDS + later);
        let moment = moment.to_rfc3339_opts(SecondsFormat::Secs, true);
        let copy = format!("copy{step}.db");
        let then = versioned(&program, &["--archive", &copy]);
        assert_eq!(versioned(&program, &["--as-of", &moment]), then, "{moment}, after step {step}");
        let prices = quotes(&program, &["--archive", &copy]);
        assert_eq!(quotes(&program, &["--as-of", &moment]), prices, "{moment}, after step {step}");
        seen.push(then);
    }
    seen.sort();
    seen.dedup();
    assert!(20 < seen.len(), "the moments differ: {}", seen.len());
}

/// Numbers that are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(end)).expect("a small number")
    }
}

#[test]
fn boards_and_mentions_of_a_moment_are_those_of_a_copy_made_then() {
    let program = Program::new();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/pages/2022-11-whole-page/page.html");
    let whole = std::fs::read_to_string(path).expect("the fixture");
    let rate = |value: &str| whole.replace("279.15", value);
    let mut moments = Vec::new();
    for (number, (captured, page)) in [
        ("2025-01-29T19:04:53Z", rate("279.15")),
        ("2025-01-29T20:00:00Z", rate("279.15")),
        ("2025-01-29T21:00:00Z", rate("279.95")),
        ("2025-01-29T23:00:00Z", rate("280.05")),
    ]
    .iter()
    .enumerate()
    {
        sleep(Duration::from_millis(1_100));
        program.write("page.html", page);
        let url = "https://www.brecorder.com/news/40390002/looms-cleared";
        program.ok(&["import", "page.html", "--url", url, "--captured-at", captured]);
        moments.push(Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true));
        program.ok(&["backup", &format!("copy{number}.db")]);
    }
    let export = |what: &str, args: &[&str]| {
        let out = program.ok(&[&["export", what, "--format", "csv"], args].concat()).stdout;
        // When a board was on a page last is what later captures say.
        let names = ["captured_at", "last_captured_at"];
        let mut rows = csv::Reader::from_reader(out.as_bytes());
        let kept: Vec<bool> =
            rows.headers().expect("a header").iter().map(|it| !names.contains(&it)).collect();
        let row = |row: csv::StringRecord| {
            row.iter().zip(&kept).filter(|it| *it.1).map(|it| it.0.to_owned()).collect::<Vec<_>>()
        };
        rows.records().map(|it| row(it.expect("a row"))).collect::<Vec<_>>()
    };
    let mut counts = Vec::new();
    for (number, moment) in moments.iter().enumerate() {
        let copy = format!("copy{number}.db");
        for what in ["boards", "mentions"] {
            assert_eq!(
                export(what, &["--as-of", moment]),
                export(what, &["--archive", &copy]),
                "{what} {moment}"
            );
        }
        counts.push(export("boards", &["--as-of", moment]).len());
    }
    assert!(counts[0] == counts[1] && counts[1] < counts[2] && counts[2] < counts[3], "{counts:?}");
    let refused = program.run(&["export", "boards", "--out", "-", "--manifest"]);
    assert!(refused.code == 2 && refused.stderr.contains("lies beside a file"), "{}", refused.stderr);
}

#[test]
fn on_the_clock_of_the_site_a_wording_counts_from_when_it_was_there() {
    let program = Program::new();
    import(
        &program,
        "2024-03-09T06:00:00Z",
        &page(40_292_001, "Mills open", "The mills opened.", "20.00"),
    );
    import(
        &program,
        "2024-03-09T09:00:00Z",
        &page(40_292_001, "Mills shut", "The mills were shut.", "22.00"),
    );
    let headlines = |moment: &str| {
        let rows = versioned(&program, &["--as-of", moment, "--clock", "site"]);
        rows.iter().map(|it| it.split('|').nth(1).unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    // Only the day of publication is known: it counts from its end, where the site is.
    assert!(headlines("2024-03-08T18:59:58Z").is_empty());
    assert_eq!(headlines("2024-03-08"), ["Mills open"]);
    assert_eq!(headlines("2024-03-09T08:59:59Z"), ["Mills open"]);
    assert_eq!(headlines("2024-03-09T14:00:00+05:00"), ["Mills shut"]);
    let revisions = "SELECT version, what, hours_after, words_added, words_removed FROM revisions";
    assert_eq!(one(&program.archive(), revisions), "2|headline, body||3|2");
    // A wording that came later and stands between them parts what was changed.
    import(
        &program,
        "2024-03-09T08:00:00Z",
        &page(40_292_001, "Mills open", "The mills opened late.", "21.00"),
    );
    let revisions = "SELECT version, what, words_added, words_removed FROM revisions ORDER BY version";
    assert_eq!(rows(&program.archive(), revisions), ["2|body|2|1", "3|headline, body|3|3"]);
    let refused = program.run(&["export", "links", "--as-of", "2024-03-08"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("only today's state is kept"), "{}", refused.stderr);
    let refused = program.run(&["export", "articles", "--clock", "site"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
}

#[test]
fn an_article_of_an_export_has_what_stands_beside_it() {
    let program = Program::new();
    import(
        &program,
        "2024-03-09T06:00:00Z",
        &page(40_292_001, "ABC opens mill", "ABC and BCD opened a mill.", "20.00"),
    );
    let out = program.ok(&["export", "articles", "--format", "csv"]).stdout;
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let names = rows.headers().expect("a header").clone();
    let row = rows.records().next().expect("a row").expect("a row");
    let cell = |name: &str| &row[names.iter().position(|it| it == name).expect(name)];
    assert_eq!((cell("symbols"), cell("captured_at")), ("ABC; BCD", "2024-03-09T06:00:00Z"));
    assert!(cell("known_from").starts_with("20") && cell("gone_at").is_empty());
    let line: serde_json::Value =
        serde_json::from_str(&program.ok(&["export", "articles"]).stdout).expect("a line of JSON");
    assert_eq!(line["symbols"], serde_json::json!(["ABC", "BCD"]));
    assert_eq!((&line["body"], &line["version"]), (&"ABC and BCD opened a mill.".into(), &1.into()));
    assert_eq!(line["known_from"], cell("known_from"));
    let then = program.ok(&["export", "articles", "--as-of", "2099-01-01"]).stdout;
    let then: serde_json::Value = serde_json::from_str(&then).expect("a line of JSON");
    assert_eq!(then["symbols"], line["symbols"], "a list is a list, whatever the moment");
    let mentions = program.ok(&["export", "mentions", "--format", "csv"]).stdout;
    assert_eq!(
        mentions,
        "published_on,article_id,symbol,matched,rule,place,times,first_offset,relevance,confidence,novelty,staleness,nth\r\n\
         2024-03-08,1,ABC,ABC,symbol,headline,2,0,100,0.85,100,0,1\r\n\
         2024-03-08,1,BCD,BCD,symbol,first_paragraph,1,8,90,0.85,100,0,1\r\n"
    );
    let then = program.ok(&["export", "mentions", "--format", "csv", "--as-of", "2024-03-31"]).stdout;
    assert_eq!(then.lines().count(), 1, "{then}");
}

#[test]
fn a_citation_says_what_a_paper_rests_on() {
    let program = Program::new();
    for (id, captured) in [(40_292_001, "2024-03-09T06:00:00Z"), (40_292_002, "2024-03-09T07:00:00Z")] {
        import(&program, captured, &page(id, "Mills open", "The mills opened.", "20.00"));
    }
    import(
        &program,
        "2024-03-09T09:00:00Z",
        &page(40_292_001, "Mills shut", "They were shut.", "22.00"),
    );
    program.ok(&["backup", "copy.db"]);
    let range = ["--from", "2024-03-07", "--to", "2024-03-08"];
    let cite = |args: &[&str]| program.ok(&[&["cite"], &range[..], args].concat()).stdout;
    let text = cite(&["--backup", "copy.db"]);
    for said in [
        "program   tearsheet ",
        "paper     Business Recorder (https://www.brecorder.com/)\n",
        "range     2024-03-07 to 2024-03-08\n",
        "stories   2 in 3 wordings, of 3 captures\n",
        "archive   copy.db, ",
        "\nday,state,articles,",
        "\n2024-03-08,",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert_eq!(text, cite(&["--backup", "copy.db"]), "there is no time in it");
    let json: serde_json::Value = serde_json::from_str(&cite(&["--format", "json"])).expect("JSON");
    assert_eq!(json["days"].as_array().map(Vec::len), Some(2));
    let profile = |config: &str| {
        program.write("config.toml", config);
        cite(&["--format", "json"]).lines().find(|it| it.contains("profile_sha256")).map(str::to_owned)
    };
    let built_in = profile("");
    assert_eq!(
        profile("[fetch]\nmax_attempts = 3\n"),
        built_in,
        "how pages are fetched is no matter of the site"
    );
    assert_ne!(profile("[site.rules]\nbody = ['div.story']\n"), built_in);
}

#[test]
fn a_manifest_says_what_lies_beside_it() {
    let program = Program::new();
    import(
        &program,
        "2024-03-09T06:00:00Z",
        &page(40_292_001, "Mills open", "The mills opened.", "20.00"),
    );
    program.ok(&["export", "articles", "--out", "a.csv", "--manifest"]);
    let manifest = |name: &str| -> serde_json::Value {
        let text = std::fs::read_to_string(program.path(name)).expect("a manifest");
        serde_json::from_str(&text).expect("JSON")
    };
    let one = manifest("a.csv.manifest.json");
    let bytes = std::fs::read(program.path("a.csv")).expect("a file");
    let hash = data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
    assert_eq!(one["files"][0]["sha256"], hash.as_str());
    assert_eq!(
        (&one["exported"], &one["rows"], &one["paper"]),
        (&"articles".into(), &1.into(), &"Business Recorder".into())
    );
    let by_month = |out: &str| {
        let args =
            ["export", "quotes", "--format", "parquet", "--by", "month", "--manifest", "--out", out];
        program.ok(&args);
    };
    by_month("months");
    let many = manifest("months.manifest.json");
    assert_eq!(many["files"][0]["name"], "month=2024-03/quotes.parquet");
    by_month("again");
    assert_eq!(manifest("again.manifest.json"), many, "the same rows are the same bytes");
    // Nothing is written where the manifest could not be.
    program.write("b.csv.manifest.json", "mine");
    let ran = program.run(&["export", "articles", "--out", "b.csv", "--manifest"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(!program.path("b.csv").exists());
}
