//! The shape of the source, checked like any other behaviour. The table is that of `lib.rs`. What holds for the files of one
//! module is checked in `tidy/circles.rs`, what holds for each function and type in `tidy/habits.rs`.

mod circles;
mod habits;
mod source;

use std::{collections::BTreeSet, fs};

use self::source::{root, sources};

/// Who may name whom, lowest first; a module may use only what is listed.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("clock", &[]),
    ("config", &["model"]),
    ("html", &[]),
    ("coding", &[]),
    ("image", &["model"]),
    ("warc", &["model", "coding"]),
    ("feed", &["model", "html"]),
    ("discover", &["model", "config", "html", "feed"]),
    ("fetch", &["model", "clock", "config", "coding"]),
    ("extract", &["model", "config", "html", "feed"]),
    ("store", &["model"]),
    (
        "jobs",
        &[
            "model", "clock", "config", "coding", "html", "image", "warc", "discover", "fetch",
            "extract", "store",
        ],
    ),
    ("demo", &["clock"]),
    ("export", &["model", "warc", "store", "jobs"]),
    ("web", &["model", "clock", "config", "html", "extract", "store", "jobs", "export"]),
    (
        "cli",
        &[
            "model", "clock", "config", "html", "warc", "discover", "fetch", "extract", "store", "jobs",
            "demo", "export", "web",
        ],
    ),
];

/// Who may name which dependency.
const OWNERS: &[(&str, &[&str])] = &[
    ("toml::", &["config"]),
    ("scraper::", &["html"]),
    ("html5ever::", &["html"]),
    ("ego_tree::", &["html"]),
    ("selectors::", &["html"]),
    ("cssparser::", &["html"]),
    ("htmlize::", &["html"]),
    ("memchr::", &["html", "extract", "store"]),
    ("encoding_rs::", &["html"]),
    ("flate2::", &["coding", "discover", "warc", "export"]),
    ("brotli_decompressor::", &["coding"]),
    ("aho_corasick::", &["model", "extract"]),
    ("arrow_", &["export"]),
    ("imagesize::", &["image"]),
    ("siphasher::", &["model", "store"]),
    ("reqwest::", &["fetch"]),
    ("http_body_util::", &["fetch"]),
    ("rustls::", &["fetch"]),
    ("rusqlite::", &["store"]),
    ("data_encoding::", &["store", "warc", "export", "cli"]),
    ("zstd::", &["coding", "store", "warc", "export"]),
    ("sha2::", &["store", "warc", "export", "web"]),
    ("zip::", &["export"]),
    ("httparse::", &["warc"]),
    (" http::StatusCode", &["warc"]),
    ("strum::", &["model", "config", "fetch", "discover", "store", "extract", "jobs", "cli", "export"]),
    ("csv::", &["export", "cli"]),
    ("parquet::", &["export"]),
    ("plotters::", &["export"]),
    ("png::", &["export"]),
    ("textplots::", &["export"]),
    ("axum::", &["demo", "web"]),
    ("include_dir::", &["config", "demo"]),
    ("clap::", &["cli"]),
    ("indicatif::", &["cli"]),
    ("console::", &["cli"]),
    ("tracing_subscriber::", &["cli"]),
    ("anyhow::", &["cli"]),
    ("serde::Serialize", &["export"]),
    ("json!", &["warc", "store", "export"]),
    ("println!", &[]),
    ("eprintln!", &[]),
    ("Utc::now", &["clock"]),
    ("Local::now", &[]),
    ("SystemTime::now", &["clock"]),
];

/// Modules that never await.
const SYNC: &[&str] =
    &["model", "config", "coding", "html", "image", "feed", "warc", "discover", "extract", "export"];

/// The clock is an argument below `jobs`; `fetch` alone lives in time.
const CLOCKLESS: &[&str] = &[
    "model", "config", "coding", "html", "image", "feed", "warc", "discover", "extract", "store",
    "export",
];

#[test]
fn layers_point_downwards() {
    let mut bad = Vec::new();
    for source in sources() {
        let allowed = LAYERS.iter().find(|it| it.0 == source.module).expect("an unlisted module").1;
        for used in names_after(&source.code, "crate::") {
            if used != source.module && !allowed.contains(&used.as_str()) {
                bad.push(format!("{}: crate::{used}", source.path));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn layers_have_no_cycle() {
    for (at, (_, uses)) in LAYERS.iter().enumerate() {
        let below: BTreeSet<&str> = LAYERS[..at].iter().map(|it| it.0).collect();
        assert!(uses.iter().all(|it| below.contains(it)));
    }
}

#[test]
fn dependencies_have_one_owner() {
    let mut bad = Vec::new();
    for source in sources() {
        for (needle, owners) in OWNERS {
            if source.code.contains(needle) && !owners.contains(&source.module.as_str()) {
                bad.push(format!("{}: {needle}", source.path));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn pure_modules_do_not_await_and_do_not_look_at_the_clock() {
    let mut bad = Vec::new();
    for source in sources() {
        let module = source.module.as_str();
        if SYNC.contains(&module) && (source.code.contains("async ") || source.code.contains(".await")) {
            bad.push(format!("{}: awaits", source.path));
        }
        let asks_time = ["clock::now", "Instant::now"];
        if CLOCKLESS.contains(&module) && asks_time.iter().any(|it| source.code.contains(it)) {
            bad.push(format!("{}: asks the clock", source.path));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn only_the_profile_knows_the_site() {
    let bad: Vec<String> = sources()
        .into_iter()
        .filter(|it| {
            let lower = it.code.to_lowercase();
            ["brecorder", "business recorder", "story__", "/trends/", "kse100", "karachi"]
                .iter()
                .any(|word| lower.contains(word))
        })
        .map(|it| it.path)
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn the_code_map_is_complete() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    for (module, _) in LAYERS {
        assert!(lib.contains(&format!("//! * [`{module}`]: ")), "{module} is not in the code map");
    }
}

#[test]
fn every_file_says_what_it_is() {
    let bad: Vec<String> =
        sources().into_iter().filter(|it| !it.text.starts_with("//! ")).map(|it| it.path).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn migrations_are_numbered_and_applied_in_order() {
    let mut names: Vec<String> = fs::read_dir(root().join("migrations"))
        .expect("migrations")
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    let code = fs::read_to_string(root().join("src/store/migrate.rs")).expect("migrate.rs");
    for (at, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", at + 1)), "{name}");
        assert!(code.contains(&format!("migrations/{name}\"")), "{name} is not applied");
    }
}

/// The only folders at the top are those that newcomers were promised.
#[test]
fn the_top_level_is_as_promised() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "migrations",
        "tests",
        "fixtures",
        "config.toml",
        "README.md",
        "benches",
        "fuzz",
        "docs",
        "profiles",
        "templates",
        "packaging",
        "python",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "deny.toml",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "target",
    ];
    let listed = std::process::Command::new("git").args(["ls-files"]).current_dir(root()).output();
    let Ok(listed) = listed.map(|it| String::from_utf8_lossy(&it.stdout).into_owned()) else { return };
    let tops: BTreeSet<&str> = listed.lines().filter_map(|it| it.split('/').next()).collect();
    let strange: Vec<&&str> =
        tops.iter().filter(|it| !it.starts_with('.') && !allowed.contains(*it)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// `use crate::{a::X, b::{Y, Z}}` and `crate::c::f()` give `a`, `b`, `c`.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.extend(first_word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (index, ch) in group.char_indices() {
            match ch {
                '{' => depth += 1,
                '}' if depth == 0 => {
                    names.extend(first_word(&group[start..index]));
                    break;
                }
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    names.extend(first_word(&group[start..index]));
                    start = index + 1;
                }
                _ => (),
            }
        }
    }
    names
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|ch: char| !ch.is_alphanumeric() && ch != '_').unwrap_or(text.len());
    (0 < end).then(|| text[..end].to_owned())
}
