//! `config check`: what is wrong with a file is said at once, and what its rules make of pages before the first run.

use crate::support::program::Program;

const PAPER: &str = "[site]\nname = \"The Example\"\nbase_url = \"https://paper.example\"\nhosts = [\"paper.example\"]\n\
                     time_zone = \"Asia/Karachi\"\narticle_path = '^/story/(?<id>\\d+)(/|$)'\narticle_url = \"/story/{id}\"\n\
                     [[site.feeds]]\nurl = \"/rss\"\n";

/// The file is refused with these messages, in this order.
#[track_caller]
fn refused(config: &str, messages: &[&str]) {
    let program = Program::new();
    program.write("config.toml", config);
    let ran = program.run(&["config", "check"]);
    let said: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!((ran.code, said.len()), (2, messages.len() + 1), "{}", ran.stderr);
    for (said, message) in said.iter().zip(messages) {
        assert!(said.starts_with(&format!("error: {message}")), "{}", ran.stderr);
    }
    let noun = if messages.len() == 1 { "mistake" } else { "mistakes" };
    assert_eq!(said[messages.len()], format!("config check: {} {noun} in config.toml", messages.len()));
    assert!(!program.path("tearsheet.db").exists());
}

#[test]
fn every_mistake_is_said_at_once() {
    refused(
        "[fetch]\nmax_concurrent = 0\nworkers = 2\n[site]\ntime_zone = \"Mars\"\n",
        &[
            "config.toml:2: `fetch.max_concurrent` must be a whole number from 1 to 64, found 0",
            "config.toml:3: unknown key `fetch.workers`",
            "config.toml:5: `site.time_zone` must be a time zone of the tz database",
        ],
    );
    refused(
        &format!("{PAPER}[site.rules]\nbody = ['p, .3', 'div']\nheadline = ['h1 >> b']\n"),
        &[
            "config.toml:11: `site.rules.body[0]` must be a CSS selector, which `.3` is not, found \"p, .3\"",
            "config.toml:12: `site.rules.headline[0]` must be a CSS selector, found \"h1 >> b\"",
        ],
    );
    // A selector is looked at beside keys that are unknown, too.
    refused(
        &format!("{PAPER}[site.rules]\nbodi = ['p']\nheadline = ['h1[']\n[fetch]\nworkers = 2\n"),
        &[
            "config.toml:11: unknown key `site.rules.bodi`, did you mean `body`?",
            "config.toml:12: `site.rules.headline[0]` must be a CSS selector, found \"h1[\"",
            "config.toml:14: unknown key `fetch.workers`",
        ],
    );
}

#[test]
fn keys_must_agree_with_each_other() {
    refused(
        &PAPER.replace("/story/{id}", "/stories/{id}"),
        &[
            "config.toml:7: `site.article_url` must be a path in which `site.article_path` finds the id again \
           (it does not in `/stories/1`), found \"/stories/{id}\"",
        ],
    );
    refused(
        &PAPER.replace("[\"paper.example\"]", "[\"other.example\"]"),
        &[
            "config.toml:4: `site.hosts` must be a list with the host of `site.base_url`, `paper.example`",
        ],
    );
    refused(
        &PAPER.replace(r"\d+", r"[^\s\S]"),
        &["config.toml:6: `site.article_path` must be a regular expression that something can match"],
    );
    refused(
        &PAPER.replace("[[site.feeds]]\nurl = \"/rss\"\n", ""),
        &["no source names stories: write `[[site.feeds]]`"],
    );
}

#[test]
fn saved_pages_are_read_and_tests_tried_on_them() {
    let program = Program::new();
    let page = |id: u32, headline: &str| {
        format!(
            "<html><head><link rel=canonical href='https://paper.example/story/{id}'></head><body><h1>{headline}</h1>\
             <time datetime='2024-03-08'>8 March</time><div><p>{}</p><p>The mills stay open.</p></div></body></html>",
            "Growers welcomed the decision of the mills in the south. ".repeat(8)
        )
    };
    program.write("saved/a.html", &page(17, "Mills resume crushing"));
    program.write("saved/b.html", &page(18, "Cotton steady"));
    let test = |id: u32, headline: &str, day: &str, words: &str| {
        format!(
            "[[site.tests]]\nurl = \"https://www.paper.example/story/{id}/slug\"\nheadline = \"{headline}\"\n\
             published = {day}\ncontains = [\"{words}\"]\n"
        )
    };
    let right = test(17, "Mills resume crushing", "2024-03-08", "The mills stay open.");
    program.write("config.toml", &format!("{PAPER}{right}"));
    let ran = program.ok(&["config", "check", "--pages", "saved"]);
    assert!(
        ran.stdout.starts_with("saved/a.html\t2024-03-08\t84 words\tMills resume crushing\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stdout.lines().count(), 2);

    let wrong =
        test(18, "Cotton rises", "2024-03-09", "Nobody said so.") + &test(19, "", "2024-03-08", "");
    program.write("config.toml", &format!("{PAPER}{right}{wrong}"));
    let ran = program.run(&["config", "check", "--pages", "saved"]);
    assert_eq!(ran.code, 2);
    for said in [
        "config.toml:16: the headline of https://www.paper.example/story/18/slug must be `Cotton rises`, found `Cotton steady`",
        "config.toml:16: the day of https://www.paper.example/story/18/slug must be 2024-03-09, found 2024-03-08",
        "config.toml:16: the story of https://www.paper.example/story/18/slug must contain `Nobody said so.`",
        "config.toml:21: there is no page of https://www.paper.example/story/19/slug",
        "config check: 4 mistakes in config.toml",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn an_archive_is_of_one_paper() {
    let program = Program::new();
    program.write("config.toml", PAPER);
    let page = "<html><body><h1>Mills resume crushing</h1><time datetime='2024-03-08'></time><p>Words.</p></body></html>";
    program.write("a.html", page);
    program.ok(&["import", "a.html", "--url", "https://paper.example/story/17"]);
    let bytes = std::fs::read(program.path("tearsheet.db")).expect("an archive");
    let other = PAPER.replace("paper.example", "other.example").replace("The Example", "The Other");
    program.write("other.toml", &other);
    for command in [
        &["import", "a.html", "--url", "https://other.example/story/17"][..],
        &["scrape"],
        &["scrape", "--dry-run"],
        &["reextract"],
        &["verify", "--repair"],
    ] {
        let ran = program.run(&[command, &["--config", "other.toml"]].concat());
        assert_eq!(ran.code, 2, "{command:?} {}", ran.stderr);
        let said =
            "is the archive of paper.example, and the profile in force is of The Other (other.example)";
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(
        bytes == std::fs::read(program.path("tearsheet.db")).expect("an archive"),
        "it was written to"
    );
    // Whatever the schema: an archive of another paper is not brought up to date either.
    let old = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/archive/0005.db");
    std::fs::copy(&old, program.path("old.db")).expect("an archive");
    let ran = program.run(&["scrape", "--archive", "old.db"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        std::fs::read(&old).expect("a file") == std::fs::read(program.path("old.db")).expect("a file")
    );
    // A page of no known address is of no paper.
    program.ok(&["import", "a.html", "--archive", "files.db"]);
    program.ok(&[
        "import",
        "a.html",
        "--archive",
        "files.db",
        "--url",
        "https://paper.example/story/17",
    ]);
    // A host that was added is of the same paper, and readers need no configuration.
    program.write(
        "config.toml",
        &PAPER.replace("[\"paper.example\"]", "[\"paper.example\", \"new.example\"]"),
    );
    program.ok(&["reextract"]);
    let verified = program.ok(&["verify", "--config", "other.toml"]).stderr;
    assert!(!verified.contains("another run writes"), "{verified}");
    assert!(
        program.ok(&["show", "1", "--config", "other.toml"]).stdout.contains("Mills resume crushing")
    );
}
