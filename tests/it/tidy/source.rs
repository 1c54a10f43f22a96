//! The files under `src/`, read for the checks beside this one. What is wrong with them is not said here.

use std::{fs, path::Path};

/// A file under `src/`.
pub(super) struct Source {
    /// Below `src/`, with slashes.
    pub(super) path: String,
    /// The module at the top of its path.
    pub(super) module: String,
    /// Its lines without comments, tests cut off.
    pub(super) code: String,
    /// All of it.
    pub(super) text: String,
}

impl Source {
    /// Returns the text with its comments, tests cut off.
    pub(super) fn shipped(&self) -> &str {
        self.text.split(TESTS).next().unwrap_or_default()
    }
}

/// Tests are at the bottom of a file.
const TESTS: &str = "#[cfg(test)]\nmod tests";

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under src/ except the two roots, tests cut off.
pub(super) fn sources() -> Vec<Source> {
    let root = root().join("src");
    let mut found = Vec::new();
    walk(&root, &mut |path| {
        let relative = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
        let is_source = path.extension().is_some_and(|it| it == "rs");
        if !is_source || relative == "lib.rs" || relative == "main.rs" {
            return;
        }
        let text = fs::read_to_string(path).expect("a source");
        let code = text.split(TESTS).next().unwrap_or_default();
        let code =
            code.lines().filter(|it| !it.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let module = relative.split(['/', '.']).next().unwrap_or_default().to_owned();
        found.push(Source { path: relative, module, code, text });
    });
    assert!(50 < found.len());
    found
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}
