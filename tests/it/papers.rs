//! What can be said of README, CONTRIBUTING and `docs/` without running the program: links lead somewhere, files that are
//! named are there, figures are those of the outputs. What the program has to agree with is in `docs.rs`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use crate::support::papers::{
    Paper, blocks, code_spans, paper, papers, prose, readme, root, table_rows,
};

const README_LINES_MAX: usize = 180;

/// A path in backticks begins with one of these.
const FOLDERS: [&str; 8] =
    ["src/", "tests/", "benches/", "fixtures/", "fuzz/", "docs/", "migrations/", ".ci/"];

#[test]
fn readme_is_read_in_five_minutes() {
    assert!(readme().lines().count() <= README_LINES_MAX);
    for command in ["cargo run --release -- demo", "cargo test"] {
        assert!(blocks(&readme(), "sh")[0].lines().any(|line| line == command), "{command}");
    }
}

#[test]
fn every_paper_is_named_in_readme() {
    let readme = readme();
    for Paper { path, .. } in papers() {
        let is_below = !path.starts_with("docs") && 1 < path.components().count();
        let name = path.display().to_string();
        assert!(is_below || name == "README.md" || readme.contains(&format!("({name})")), "{name}");
    }
}

/// `[text](path#heading)` in a file leads to a file of the repository, and to a heading of it.
#[test]
fn links_lead_somewhere() {
    let mut links = 0;
    for Paper { path, text } in papers() {
        for link in prose(&text).split("](").skip(1).filter_map(|it| it.split(')').next()) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let folder = path.parent().unwrap_or(Path::new(""));
            let target = if file.is_empty() { path.clone() } else { resolved(&folder.join(file)) };
            assert!(root().join(&target).exists(), "{}: {link}", path.display());
            if !heading.is_empty() {
                let known = anchors(&paper(&target.to_string_lossy()));
                assert!(known.contains(heading), "{}: {link}: {known:?}", path.display());
            }
            links += 1;
        }
    }
    assert!(20 <= links, "{links}");
}

#[test]
fn files_that_are_named_are_there() {
    let mut files = 0;
    for Paper { path, text } in papers() {
        for span in code_spans(&text) {
            let file = span.split_whitespace().next().unwrap_or_default();
            // `fixtures/archive/NNNN.db` is any of them.
            if FOLDERS.iter().any(|folder| file.starts_with(folder)) && !file.contains("NNNN") {
                let (is_file, is_module) = (root().join(file), root().join(format!("{file}.rs")));
                assert!(is_file.exists() || is_module.exists(), "{}: `{file}`", path.display());
                files += 1;
            }
        }
    }
    assert!(20 <= files, "{files}");
}

/// Files are sought below the folder of their module: they may move in it.
#[test]
fn what_is_looked_for_is_found() {
    let rows = table_rows(&paper("docs/architecture.md"), "## Where is it?");
    assert!(20 <= rows.len());
    for cells in rows {
        let [what, module, files] = cells.as_slice() else { panic!("{cells:?}") };
        let folder = root().join("src").join(module.trim_matches('`'));
        let names = names_below(&folder);
        for file in code_spans(files) {
            assert!(names.contains(&file), "{what}: {file} is not below {}", folder.display());
        }
    }
}

#[test]
fn figures_are_those_of_the_outputs() {
    let folder = fs::read_dir(root().join("benches/results")).expect("benches/results");
    let outputs: String = folder
        .map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("an output"))
        .collect();
    let known: BTreeSet<&str> = outputs.lines().collect();
    let quoted = blocks(&paper("docs/measured.md"), "text").concat();
    assert!(50 <= quoted.lines().count());
    for line in quoted.lines() {
        assert!(known.contains(line), "no output has: {line}");
    }
}

#[test]
fn the_invariants_are_numbered() {
    let text = paper("docs/architecture.md");
    let from = text.split("## Invariants\n").nth(1).expect("invariants");
    let lines = from.lines().skip(1).take_while(|line| !line.is_empty());
    let numbers: Vec<String> =
        lines.filter_map(|line| Some(line.split_once(". ")?.0.to_owned())).collect();
    let expected: Vec<String> = (1..=numbers.len()).map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
    assert!(14 <= numbers.len());
}

/// `docs/../config.toml` is `config.toml`.
fn resolved(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                assert!(parts.pop(), "{} leaves the repository", path.display());
            }
            part => parts.push(part),
        }
    }
    parts
}

/// The names that headings are linked by: lower case, hyphens for spaces, no other marks.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = line.trim_start_matches('#').trim().to_lowercase();
            let kept = kept.chars().filter(|ch| ch.is_alphanumeric() || [' ', '-', '_'].contains(ch));
            kept.map(|ch| if ch == ' ' { '-' } else { ch }).collect()
        })
        .collect()
}

fn names_below(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // A module may be one file.
    let file = folder.with_extension("rs");
    if file.is_file() {
        names.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
        return names;
    }
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            names.append(&mut names_below(&path));
        } else {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names
}
