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

#[test]
fn what_is_looked_for_is_found() {
    let rows = table_rows(&paper("docs/architecture.md"), "## Where is it?");
    assert!(20 <= rows.len());
    for cells in rows {
        let [what, modules, files] = cells.as_slice() else { panic!("{cells:?}") };
        let folders: Vec<PathBuf> =
            code_spans(modules).iter().map(|it| root().join("src").join(it)).collect();
        let is_source = |it: &String| Path::new(it).extension().is_some_and(|it| it == "rs");
        for file in code_spans(files).into_iter().filter(is_source) {
            // A module may be one file.
            let is_there = folders
                .iter()
                .any(|it| it.join(&file).is_file() || it.with_extension("rs").ends_with(&file));
            assert!(is_there, "{what}: {file} is not below {modules}");
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
