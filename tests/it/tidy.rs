//! The shape of the source, checked like any other behaviour. The table is that of `lib.rs`.

use std::{collections::BTreeSet, fs, path::Path};

/// Who may name whom, lowest first; a module may use only what is listed.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model"]),
    ("html", &[]),
    ("warc", &["model"]),
    ("discover", &["model", "config", "html"]),
    ("fetch", &["model", "config"]),
    ("extract", &["model", "config", "html"]),
    ("store", &["model"]),
    ("jobs", &["model", "config", "html", "warc", "discover", "fetch", "extract", "store"]),
    ("export", &["model", "warc", "store"]),
    ("web", &["model", "store"]),
    (
        "cli",
        &[
            "model", "config", "html", "warc", "discover", "fetch", "extract", "store", "jobs",
            "export", "web",
        ],
    ),
];

/// Modules of which no two files import each other, however indirectly.
const ACYCLIC: &[&str] = &["extract"];

/// Who may name which dependency.
const OWNERS: &[(&str, &[&str])] = &[
    ("toml::", &["config"]),
    ("scraper::", &["html"]),
    ("html5ever::", &["html"]),
    ("ego_tree::", &["html"]),
    ("selectors::", &["html"]),
    ("cssparser::", &["html"]),
    ("htmlize::", &["html"]),
    ("memchr::", &["html", "store"]),
    ("encoding_rs::", &["html"]),
    ("quick_xml::", &["discover"]),
    ("flate2::", &["discover", "warc"]),
    ("reqwest::", &["fetch"]),
    ("http_body_util::", &["fetch"]),
    ("rustls::", &["fetch"]),
    ("rusqlite::", &["store"]),
    ("zstd::", &["store", "warc"]),
    ("sha2::", &["store", "warc", "export"]),
    ("zip::", &["export"]),
    ("csv::", &["export"]),
    ("parquet::", &["export"]),
    ("plotters::", &["cli"]),
    ("png::", &["cli"]),
    ("textplots::", &["cli"]),
    ("axum::", &["web"]),
    ("include_dir::", &["web"]),
    ("clap::", &["cli"]),
    ("indicatif::", &["cli"]),
    ("console::", &["cli"]),
    ("tracing_subscriber::", &["cli"]),
    ("anyhow::", &["cli"]),
    ("serde::Serialize", &["export"]),
    ("println!", &[]),
    ("eprintln!", &[]),
];

/// Modules that never await.
const SYNC: &[&str] = &["model", "config", "html", "warc", "discover", "extract", "export"];

/// The clock is an argument below `jobs`; `fetch` alone lives in time.
const CLOCKLESS: &[&str] =
    &["model", "config", "html", "warc", "discover", "extract", "store", "export"];

const LINES_MAX: usize = 500;

struct Source {
    path: String,
    module: String,
    code: String,
    text: String,
}

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
fn files_of_a_module_do_not_import_each_other_in_circles() {
    let sources = sources();
    for module in ACYCLIC {
        let files: Vec<(Vec<&str>, &str)> = sources
            .iter()
            .filter(|it| it.module == *module)
            .map(|it| (module_path(&it.path), it.code.as_str()))
            .collect();
        let imports = |(path, code): &(Vec<&str>, &str)| -> BTreeSet<usize> {
            let named = names_used(code, path);
            // The file that holds what is named is the one with the longest path that it begins with.
            let file = |name: &Vec<String>| {
                let holds = |it: &&(Vec<&str>, &str)| name.starts_with(&owned(&it.0));
                let longest = files.iter().filter(holds).max_by_key(|it| it.0.len())?;
                files.iter().position(|it| it.0 == longest.0)
            };
            named.iter().filter_map(file).filter(|at| files[*at].0 != *path).collect()
        };
        let mut left: Vec<BTreeSet<usize>> = files.iter().map(imports).collect();
        assert!(left.iter().any(|it| !it.is_empty()), "no import was found in {module}");
        let mut open: BTreeSet<usize> = (0..files.len()).collect();
        // A file that imports none of those that are left, or that none of them imports, is in no circle.
        let is_free = |it: &usize, left: &[BTreeSet<usize>], open: &BTreeSet<usize>| {
            left[*it].is_empty() || !open.iter().any(|other| left[*other].contains(it))
        };
        while let Some(free) = open.iter().copied().find(|it| is_free(it, &left, &open)) {
            open.remove(&free);
            left.iter_mut().for_each(|it| _ = it.remove(&free));
        }
        let circle: Vec<String> = open.iter().map(|it| files[*it].0.join("::")).collect();
        assert!(circle.is_empty(), "{circle:?} import each other");
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
        let asks_time = ["Utc::now", "Local::now", "Instant::now", "SystemTime::now"];
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
fn every_file_says_what_it_is_and_stays_small() {
    let mut bad = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            bad.push(format!("{}: no module doc", source.path));
        }
        if LINES_MAX < source.text.lines().count() {
            bad.push(format!("{}: over {LINES_MAX} lines", source.path));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn migrations_are_numbered_and_applied_in_order() {
    let mut names: Vec<String> = fs::read_dir(root().join("migrations"))
        .expect("migrations")
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
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
        "CHANGELOG.md",
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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under src/ except the two roots, tests cut off.
fn sources() -> Vec<Source> {
    let root = root().join("src");
    let mut found = Vec::new();
    walk(&root, &mut |path| {
        let relative = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
        let is_source = path.extension().is_some_and(|it| it == "rs");
        if !is_source || relative == "lib.rs" || relative == "main.rs" {
            return;
        }
        let text = fs::read_to_string(path).expect("a source");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code =
            code.lines().filter(|it| !it.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let module = relative.split(['/', '.']).next().unwrap_or_default().to_owned();
        found.push(Source { path: relative, module, code, text });
    });
    assert!(50 < found.len());
    found
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

/// `extract/page/body.rs` is the file of `extract::page::body`, `extract/page/mod.rs` that of `extract::page`.
fn module_path(file: &str) -> Vec<&str> {
    let mut path: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if path.last() == Some(&"mod") {
        path.pop();
    }
    path
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|it| (*it).to_owned()).collect()
}

/// Every path below the crate that a file's `use` and `mod` lines name, whole: `use super::{a::{X, Y}, b}` in `m::f`
/// gives `m::a::X`, `m::a::Y` and `m::b`.
fn names_used(code: &str, path: &[&str]) -> BTreeSet<Vec<String>> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].lines().next_back().unwrap_or_default();
        let begins = code[..at].ends_with('\n') || at == 0 || before.starts_with("pub");
        let Some(end) = code[at..].find(';').filter(|_| begins) else { continue };
        expand(&code[at + 4..at + end], &mut Vec::new(), &mut names);
    }
    // A file imports those below it: what it says itself is said on top of them.
    let below = code.lines().filter_map(|it| it.trim_start_matches("pub ").strip_prefix("mod "));
    names.extend(below.map(|it| owned(&["self", it.trim_end_matches(';')])));
    let absolute = |name: Vec<String>| -> Option<Vec<String>> {
        let mut around = owned(path);
        let mut rest = name.as_slice();
        match rest.first()?.as_str() {
            "crate" => around.clear(),
            "self" => {}
            "super" => {
                while rest.first().is_some_and(|it| it == "super") {
                    around.pop();
                    rest = &rest[1..];
                }
                return Some([around, rest.to_vec()].concat());
            }
            _ => return None,
        }
        Some([around, rest[1..].to_vec()].concat())
    };
    names.into_iter().filter_map(absolute).collect()
}

/// Takes a tree of names apart.
fn expand(tree: &str, before: &mut Vec<String>, names: &mut BTreeSet<Vec<String>>) {
    let tree = tree.trim();
    let depth = before.len();
    if let Some(group) = tree.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        let (mut open, mut start) = (0, 0);
        for (at, ch) in group.char_indices().chain([(group.len(), ',')]) {
            match ch {
                '{' => open += 1,
                '}' => open -= 1,
                ',' if open == 0 => {
                    expand(&group[start..at], before, names);
                    start = at + 1;
                }
                _ => {}
            }
        }
    } else if let Some((first, rest)) = tree.split_once("::") {
        before.push(first.trim().to_owned());
        expand(rest, before, names);
    } else if !tree.is_empty() {
        let name = tree.split(" as ").next().unwrap_or_default();
        // `a::{self}` names `a`.
        before.extend(Some(name.to_owned()).filter(|it| it != "self"));
        names.insert(before.clone());
    }
    before.truncate(depth);
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|ch: char| !ch.is_alphanumeric() && ch != '_').unwrap_or(text.len());
    (0 < end).then(|| text[..end].to_owned())
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}
