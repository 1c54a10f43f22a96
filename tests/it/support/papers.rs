//! The papers of the repository: README, CONTRIBUTING and `docs/`, and the parts of them that can be checked.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A Markdown file, with its path from the root of the repository.
pub(crate) struct Paper {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn paper(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn readme() -> String {
    paper("README.md")
}

/// README first, then the others by name.
pub(crate) fn papers() -> Vec<Paper> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("docs"))
        .expect("docs")
        .map(|entry| Path::new("docs").join(entry.expect("an entry").file_name()))
        // Pictures stand beside the papers.
        .filter(|it| it.extension().is_some_and(|it| it == "md"))
        .collect();
    paths.sort();
    let tops = ["README.md", "CONTRIBUTING.md", "migrations/README.md", "benches/results/README.md"];
    let all = tops.iter().map(PathBuf::from).chain(paths);
    all.map(|path| Paper { text: paper(&path.to_string_lossy()), path }).collect()
}

/// The code blocks of a language.
pub(crate) fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|it| it.split("```").next()).map(str::to_owned).collect()
}

/// The code blocks of a language in all papers.
pub(crate) fn all_blocks(language: &str) -> Vec<String> {
    papers().iter().flat_map(|paper| blocks(&paper.text, language)).collect()
}

/// The text outside of code blocks.
pub(crate) fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// What stands between backticks, code blocks aside.
pub(crate) fn code_spans(text: &str) -> Vec<String> {
    prose(text).split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The cells of the rows of every table below a heading, up to the next heading; the head of a table is left out.
pub(crate) fn table_rows(text: &str, heading: &str) -> Vec<Vec<String>> {
    let start = text.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let lines = text[start + 1..].lines().skip(1).take_while(|line| !line.starts_with('#'));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in lines.filter(|line| line.starts_with('|')) {
        if line.starts_with("| ---") {
            // The row before it was the head.
            rows.pop();
            continue;
        }
        rows.push(line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect());
    }
    rows
}
