//! No two files of a module import each other, however indirectly. Layers, which are about whole modules, are checked in
//! `tidy.rs`.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::{
    habits::{Check, is_pending},
    source::{Source, sources},
};

/// A file of a module.
struct File<'s> {
    /// `extract::page::body`.
    path: Vec<&'s str>,
    code: &'s str,
}

#[test]
fn files_of_a_module_do_not_import_each_other_in_circles() {
    let sources = sources();
    let modules: BTreeSet<&str> = sources.iter().map(|it| it.module.as_str()).collect();
    let mut bad = Vec::new();
    for module in modules {
        let of_module = sources.iter().filter(|it| it.module == module);
        bad.extend(circle(&of_module.collect::<Vec<_>>()));
    }
    bad.retain(|file| !is_pending(Check::Circles, file));
    assert!(bad.is_empty(), "these import each other: {bad:#?}");
}

/// Returns the paths of the files of a module that are in circles.
fn circle(sources: &[&Source]) -> Vec<String> {
    let files: Vec<File<'_>> =
        sources.iter().map(|it| File { path: module_path(&it.path), code: it.code.as_str() }).collect();
    let exports = exports(&files);
    let imports = |file: &File| -> BTreeSet<usize> {
        let named = names_used(file.code, &file.path);
        let holders = named.iter().filter_map(|name| holder(&files, &origin(&exports, name)));
        holders.filter(|at| files[*at].path != file.path).collect()
    };
    let mut left: Vec<BTreeSet<usize>> = files.iter().map(imports).collect();
    let is_alone = files.len() == 1;
    assert!(
        is_alone || left.iter().any(|it| !it.is_empty()),
        "no import was found in {:?}",
        files[0].path
    );
    let mut open: BTreeSet<usize> = (0..files.len()).collect();
    // A file that imports none of those that are left, or that none of them imports, is in no circle.
    let is_free = |it: &usize, left: &[BTreeSet<usize>], open: &BTreeSet<usize>| {
        left[*it].is_empty() || !open.iter().any(|other| left[*other].contains(it))
    };
    while let Some(free) = open.iter().copied().find(|it| is_free(it, &left, &open)) {
        open.remove(&free);
        for imports in &mut left {
            imports.remove(&free);
        }
    }
    open.into_iter().map(|at| sources[at].path.clone()).collect()
}

/// Returns the place of the file that holds what is named: the one with the longest path that the name begins with.
fn holder(files: &[File<'_>], name: &[String]) -> Option<usize> {
    let holds = |file: &&File<'_>| name.starts_with(&owned(&file.path));
    let longest = files.iter().filter(holds).max_by_key(|file| file.path.len())?;
    files.iter().position(|file| file.path == longest.path)
}

/// Returns what the files export again, by the name that it has there: a facade gives what is below it and has nothing of
/// its own, so who imports `m::X` from it imports the file that has `X`.
fn exports(files: &[File<'_>]) -> BTreeMap<Vec<String>, Vec<String>> {
    let again = Regex::new(r"(?m)^pub(?:\([^)]*\))? use ([^;]*);").expect("a regular expression");
    let mut exports = BTreeMap::new();
    for file in files {
        let here = owned(&file.path);
        for found in again.captures_iter(file.code) {
            let mut names = BTreeSet::new();
            expand(&found[1], &mut Vec::new(), &mut names);
            // Names of other modules begin with `crate`, those of this one with a file below.
            let below = |name: &Vec<String>| !["crate", "super", "self"].contains(&name[0].as_str());
            for name in names.into_iter().filter(below) {
                let last = name.last().cloned().into_iter().collect();
                exports.insert([here.clone(), last].concat(), [here.clone(), name].concat());
            }
        }
    }
    exports
}

/// Returns the name under which what is named was written, followed through the files that export it again.
fn origin(exports: &BTreeMap<Vec<String>, Vec<String>>, name: &[String]) -> Vec<String> {
    let mut name = name.to_vec();
    // No name is handed on more often than there are folders in each other.
    for _ in 0..8 {
        let known = (1..=name.len()).find_map(|end| Some((end, exports.get(&name[..end])?)));
        let Some((end, from)) = known else { break };
        name = [from.clone(), name[end..].to_vec()].concat();
    }
    name
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
