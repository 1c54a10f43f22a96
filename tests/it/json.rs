//! Every key that an answer has is in `docs/json.md`, and every key of the page is in an answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::Value;

use crate::{
    market::{WHOLE_URL, whole_page},
    support::program::Program,
};

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md"));
/// Objects whose keys are names, not ours.
const MAPS: [&str; 1] = ["origins"];

/// The paths of every key of an answer, and of every object in it.
#[derive(Default)]
struct Keys {
    paths: BTreeSet<String>,
    filled: BTreeSet<String>,
    /// The texts of each key.
    texts: BTreeMap<String, BTreeSet<String>>,
}

impl Keys {
    fn of(text: &str) -> Self {
        let mut keys = Self::default();
        for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
            keys.walk(&value.expect("JSON"), "");
        }
        keys
    }

    fn walk(&mut self, value: &Value, path: &str) {
        match value {
            Value::Object(members) => {
                self.filled.insert(path.to_owned());
                for (name, member) in members {
                    let name = if MAPS.contains(&path) { "*" } else { name };
                    let below = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                    self.paths.insert(below.clone());
                    self.walk(member, &below);
                }
            }
            Value::Array(members) => {
                for member in members {
                    self.walk(member, &format!("{path}[]"));
                }
            }
            Value::String(text) => {
                self.texts.entry(path.to_owned()).or_default().insert(text.clone());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Keys of which the page lists all words.
const WORDS: [&str; 10] = [
    "blocks[].kind",
    "links[].placement",
    "boards[].rows[].unit",
    "strip.quotes[].kind",
    "strip.quotes[].direction",
    "origins.*",
    "phase",
    "[].state",
    "unit",
    "kind",
];

/// Returns the keys that a section of the page describes, each with the words in its description.
fn described(heading: &str) -> BTreeMap<String, BTreeSet<String>> {
    let heading = format!("## `{heading}`\n");
    let (_, section) = PAGE.split_once(&heading).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let spans = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split_once(" | "));
    cells
        .flat_map(|(keys, what)| {
            let words: BTreeSet<String> = spans(what).into_iter().collect();
            spans(keys).into_iter().map(move |key| (key, words.clone()))
        })
        .collect()
}

/// Both ways: a key that is described has to be there wherever its list or object is.
#[track_caller]
fn check(headings: &[&str], answer: &str) {
    let words: BTreeMap<String, BTreeSet<String>> =
        headings.iter().flat_map(|it| described(it)).collect();
    let described: BTreeSet<String> = words.keys().cloned().collect();
    let Keys { paths: keys, filled, texts } = Keys::of(answer);
    assert!(!keys.is_empty(), "{headings:?} answered nothing");
    let unknown: Vec<&String> = keys.difference(&described).collect();
    assert!(unknown.is_empty(), "docs/json.md does not have {unknown:?} of {headings:?}");
    let parent = |key: &str| key.rsplit_once('.').map_or("", |it| it.0).to_owned();
    let absent: Vec<&String> =
        described.difference(&keys).filter(|it| filled.contains(&parent(it))).collect();
    assert!(absent.is_empty(), "no answer has {absent:?} of {headings:?}");
    for key in WORDS {
        let (Some(said), Some(listed)) = (texts.get(key), words.get(key)) else { continue };
        assert!(said.is_subset(listed), "{key} of {headings:?} is one of {said:?}, not of {listed:?}");
    }
}

#[test]
fn every_key_of_every_answer_is_described() {
    let program = Program::new();
    program.ok(&["--archive", "a.db", "demo"]);
    let ask = |args: &[&str]| program.ok(&[&["--archive", "a.db"], args].concat()).stdout;
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pages");
    let pages: String = fs::read_dir(page)
        .expect("fixtures")
        .map(|it| it.expect("an entry").path().join("page.html"))
        .filter(|it| it.exists())
        .map(|it| program.ok(&["extract", "--ndjson", &it.display().to_string()]).stdout)
        .collect();
    check(&["extract"], &pages);
    check(&["extract", "export articles"], &ask(&["export", "articles"]));
    check(&["search"], &ask(&["search", "market", "--format", "jsonl"]));
    check(&["list"], &ask(&["list", "--format", "jsonl"]));
    check(&["quotes"], &ask(&["quotes", "KSE100", "--format", "jsonl"]));
    let boards = Program::new();
    boards.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:04:53Z");
    let board = ["quotes", "USDPKRSELL", "--format", "jsonl"];
    check(&["quotes BOARD/CODE"], &boards.ok(&board).stdout);
    check(&["quotes --daily"], &ask(&["quotes", "KSE100", "--daily", "--format", "jsonl"]));
    check(&["quotes --list"], &ask(&["quotes", "--list", "--format", "jsonl"]));
    check(&["coverage"], &ask(&["coverage", "--format", "json"]));
    check(&["status"], &ask(&["status", "--json"]));
    check(&["verify"], &ask(&["verify", "--json"]));
    ask(&["backup", "b.db"]);
    check(&["cite"], &ask(&["cite", "--format", "json", "--backup", "b.db"]));
    ask(&["export", "quotes", "--out", "q.csv", "--manifest"]);
    let manifest = fs::read_to_string(program.path("q.csv.manifest.json")).expect("a manifest");
    check(&["cite", "export --manifest"], &manifest);
    ask(&["reextract", "--summary", "s.json"]);
    check(&["--summary"], &fs::read_to_string(program.path("s.json")).expect("a summary"));
}
