//! Habits of the house that a program can check: sizes, signatures, docs, names. Which module may use which is checked in
//! `tidy.rs`.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::source::{Source, sources};

/// Lines of a file, its tests included.
const FILE_LINES_MAX: usize = 400;
/// Lines of a function, from its name to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;

/// What a file is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Circles,
    FileLines,
    FunctionLines,
    BooleanParameters,
    NestedResults,
    Docs,
}

/// Files of rooms that have still to be mended, for each check. The list only ever gets shorter.
const PENDING: &[(Check, &[&str])] = &[];

/// Names of types that are still there twice. The list only ever gets shorter.
const TWICE: &[&str] = &[];

/// Whether a file has still to be mended.
pub(super) fn is_pending(check: Check, file: &str) -> bool {
    PENDING.iter().any(|(of, files)| *of == check && files.contains(&file))
}

#[test]
fn a_type_name_is_there_once() {
    let declared = pattern(r"(?m)^\s*(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|union) (\w+)");
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources() {
        for found in declared.captures_iter(&source.code) {
            places.entry(found[1].to_owned()).or_default().push(source.path.clone());
        }
    }
    assert!(100 < places.len(), "types are not found");
    let twice = places.into_iter().filter(|(_, files)| 1 < files.len());
    let bad: Vec<_> = twice.filter(|(name, _)| !TWICE.contains(&name.as_str())).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn files_and_functions_stay_small() {
    let mut bad = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if FILE_LINES_MAX < lines && !is_pending(Check::FileLines, &source.path) {
            bad.push(format!("{}: {lines} lines", source.path));
        }
        for function in functions(&source) {
            if FUNCTION_LINES_MAX < function.lines && !is_pending(Check::FunctionLines, &source.path) {
                bad.push(format!("{}: `{}` has {} lines", source.path, function.name, function.lines));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn public_functions_have_no_boolean_parameters() {
    let boolean = pattern(r": (?:Option<)?bool\b");
    check(Check::BooleanParameters, |source| {
        let shared = functions(source).into_iter().filter(|it| it.is_shared);
        shared.filter(|it| boolean.is_match(&it.parameters)).map(|it| it.name).collect()
    });
}

#[test]
fn results_do_not_hold_results() {
    let nested = pattern(r"Result<\s*Result<|Ok\(Ok\(|Ok\(Err\(");
    check(Check::NestedResults, |source| {
        nested.find_iter(&source.code).map(|it| it.as_str().to_owned()).collect()
    });
}

/// Who calls a function reads what comes back, not how it is made.
#[test]
fn docs_say_what_is_returned() {
    let says = pattern(r"\bReturns\b|^(?:A|An|The|Whether)\b");
    let value = pattern(
        r"^(?:(?:io::)?Result<)?(?:[iu](?:8|16|32|64|128|size)\b|f(?:32|64)\b|bool\b|Option<|Vec<|VecDeque<|HashMap<|HashSet<|BTreeMap<|BTreeSet<|&(?:'\w+ )?(?:mut )?\[|\[|impl (?:DoubleEnded)?Iterator)",
    );
    check(Check::Docs, |source| {
        let public =
            functions(source).into_iter().filter(|it| it.is_public && value.is_match(&it.returned));
        public
            .filter(|it| !says.is_match(&it.doc))
            .map(|it| format!("{}: {}", it.name, it.doc))
            .collect()
    });
}

/// The list of what has still to be mended is one that can be read.
#[test]
fn pending_files_are_sorted_and_there() {
    let known: Vec<String> = sources().into_iter().map(|it| it.path).collect();
    for (check, files) in PENDING {
        assert!(files.is_sorted(), "{check:?} is not sorted");
        let gone: Vec<_> = files.iter().filter(|file| !known.iter().any(|it| it == *file)).collect();
        assert!(gone.is_empty(), "{check:?}: {gone:?}");
    }
    assert!(TWICE.is_sorted());
}

/// Fails with what is wrong in files that are not pending.
#[track_caller]
fn check(check: Check, wrong: impl Fn(&Source) -> Vec<String>) {
    let mut bad = Vec::new();
    for source in sources().into_iter().filter(|it| !is_pending(check, &it.path)) {
        bad.extend(wrong(&source).into_iter().map(|it| format!("{}: {it}", source.path)));
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// A function, as it is written.
struct Function {
    name: String,
    /// The lines of its doc comment, joined.
    doc: String,
    parameters: String,
    returned: String,
    /// Said to be `pub`, to the whole crate or to a part of it.
    is_shared: bool,
    /// Said to be `pub`, to everybody.
    is_public: bool,
    lines: usize,
}

/// The line on which a function begins.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(\s*)(pub(?:\([^)]*\))? )?(?:const )?(?:async )?(?:extern )?fn (\w+)(?:<.*?>)?\(")
});

/// Returns the functions of a file, tests left out. `rustfmt` has set them: a function ends at a brace below its beginning.
fn functions(source: &Source) -> Vec<Function> {
    let lines: Vec<&str> = source.shipped().lines().collect();
    let mut functions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(found) = HEAD.captures(line) else { continue };
        let end = format!("{}}}", &found[1]);
        let is_end = |line: &&str| {
            **line == end || (line.ends_with(';') && !line.starts_with(&format!("{} ", &found[1])))
        };
        let length = if line.ends_with('}') {
            1
        } else {
            lines[at..].iter().position(is_end).map_or(1, |it| it + 1)
        };
        let signature = lines[at..at + length].iter().map(|it| it.trim()).collect::<Vec<_>>().join(" ");
        let opens = found[0].trim_start().len() - 1;
        let (parameters, rest) = apart(&signature[opens..]);
        let returned = rest.trim_start().strip_prefix("->").unwrap_or_default();
        functions.push(Function {
            name: found[3].to_owned(),
            doc: doc_above(&lines[..at]),
            parameters: parameters.to_owned(),
            returned: returned.split('{').next().unwrap_or_default().trim().to_owned(),
            is_shared: found.get(2).is_some(),
            is_public: found.get(2).is_some_and(|it| it.as_str() == "pub "),
            lines: length,
        });
    }
    functions
}

/// Returns the doc comment right above an item.
fn doc_above(lines: &[&str]) -> String {
    let lines = lines.iter().rev().map(|line| line.trim());
    let above = lines.skip_while(|line| line.starts_with("#[") || line.ends_with(")]"));
    let mut doc: Vec<&str> = above.map_while(|line| line.strip_prefix("///")).map(str::trim).collect();
    doc.reverse();
    doc.join(" ")
}

/// Returns what is between the first parentheses of a text, and what follows them.
fn apart(text: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, ch) in text.char_indices() {
        depth += match ch {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth == 0 {
            return (&text[1..at.max(1)], &text[at + 1..]);
        }
    }
    (text, "")
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a regular expression")
}
