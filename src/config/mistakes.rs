//! Everything that is wrong with a file. Reading ends at the first mistake, so the file is read again without it, until nothing
//! is wrong with what is left.

use toml::de::{DeTable, DeValue};

use super::{
    error::{ConfigError, Problem},
    layer::entry,
};

/// Nobody reads more at once.
const MISTAKES_MAX: usize = 100;

/// What stands for a required key that is missing, so that what comes after it is looked at, too.
const PLACEHOLDERS: [(&str, &str); 6] = [
    ("site.name", "\"a paper\""),
    ("site.base_url", "\"https://paper.invalid\""),
    ("site.hosts", "[\"paper.invalid\"]"),
    ("site.time_zone", "\"UTC\""),
    ("site.article_path", "'^/(?<id>\\d+)$'"),
    ("site.article_url", "\"/{id}\""),
];

/// What is wrong with a file, and what the rest of it is read as.
#[derive(Debug)]
pub struct Review<T> {
    /// Everything that is wrong, in the order of the lines. Where the file is not TOML, only that is known.
    pub mistakes: Vec<ConfigError>,
    /// What is read without the statements that are wrong, and with placeholders for required keys that are missing. It is there
    /// so that more can be checked at once, and is good for nothing else. `None` where reading did not get to the end.
    pub rest: Option<T>,
}

/// Returns what is wrong with a file of this name. `read` reads a text over some placeholders.
pub(super) fn all<T>(
    text: &str,
    file: &str,
    read: impl Fn(&str, &str) -> Result<T, Problem>,
) -> Review<T> {
    let (mut text, mut filler) = (text.to_owned(), "[site]\n".to_owned());
    let mut mistakes: Vec<ConfigError> = Vec::new();
    // What was taken out is missing afterwards, which is no mistake of its own.
    let mut taken: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    let mut rest = None;
    while mistakes.len() < MISTAKES_MAX {
        let problem = match read(&text, &filler) {
            Ok(read) => {
                rest = Some(read);
                break;
            }
            Err(problem) => problem,
        };
        let place = problem.place().clone();
        // What a placeholder breaks is no mistake of the file's, nor is what is left of it no TOML.
        let is_torn = matches!(problem, Problem::Syntax { .. }) && !mistakes.is_empty();
        if place.file != file || is_torn {
            break;
        }
        let is_absent = matches!(problem, Problem::Absent { .. });
        // Tables below an unknown one are parts of the same mistake.
        let is_part = matches!(problem, Problem::Unknown { .. }) && unknown.contains(&place.key);
        let is_consequence = is_absent && taken.contains(&place.key);
        if matches!(problem, Problem::Unknown { .. }) {
            unknown.push(place.key.clone());
        }
        if !is_part && !is_consequence {
            mistakes.push(ConfigError::from(problem));
        }
        let placeholder = PLACEHOLDERS.iter().find(|it| it.0 == place.key);
        if let Some((key, value)) = placeholder.filter(|_| is_absent) {
            let key = key.trim_start_matches("site.");
            filler += &format!("{key} = {value}\n");
            continue;
        }
        // Where a key of one of several tables is missing, the table goes, and the next one takes its number.
        let key = if is_absent { place.key.rsplit_once('.').map_or("", |it| it.0) } else { &place.key };
        if is_absent {
            taken.retain(|it| !it.starts_with(key));
        } else {
            taken.push(place.key.clone());
        }
        let Some(shorter) = without(&text, key) else { break };
        text = shorter;
    }
    mistakes.sort_by_key(ConfigError::line);
    Review { mistakes, rest }
}

/// Returns a file without the statement that a key stands in, in whose place are blanks; `None` where there is no such key.
fn without(text: &str, key: &str) -> Option<String> {
    let table = DeTable::parse(text).ok()?.into_inner();
    let mut around = &table;
    let mut segments = key.split('.').peekable();
    // Of a table that is written in one statement, the whole statement goes.
    let mut statement: Option<(usize, usize)> = None;
    while let Some(segment) = segments.next() {
        let (name, index) = match segment.split_once('[') {
            Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
            None => (segment, None),
        };
        let (written, value) = entry(around, name)?;
        let is_header = begins_header(text, written.span().start);
        if !is_header {
            // Each line of dotted keys is a statement of its own.
            statement = Some((line_start(text, written.span().start), value.span().end));
            if text[value.span()].starts_with(['{', '[']) {
                break;
            }
        }
        let is_last = segments.peek().is_none();
        match (value.get_ref(), index) {
            (DeValue::Table(inner), None) if !is_last => around = inner,
            (DeValue::Array(items), Some(index)) if is_header => {
                let item = items.get(index)?;
                let DeValue::Table(inner) = item.get_ref() else { return None };
                if is_last {
                    return without_table(text, item.span().start);
                }
                around = inner;
            }
            _ if is_header => return without_table(text, written.span().start),
            _ => break,
        }
    }
    let (start, end) = statement?;
    Some(blanked(text, start, end)).filter(|it| DeTable::parse(it).is_ok())
}

/// Whether the name of a table stands in the line that opens it.
fn begins_header(text: &str, at: usize) -> bool {
    text[line_start(text, at)..].trim_start().starts_with('[')
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |it| it + 1)
}

/// Returns a file without the table whose first line `at` is in: up to a line that begins like the first of another table, and is no
/// part of a value.
fn without_table(text: &str, at: usize) -> Option<String> {
    let start = line_start(text, at);
    let mut ends = Vec::new();
    let mut end = start;
    for (number, line) in text[start..].split_inclusive('\n').enumerate() {
        if 0 < number && line.trim_start().starts_with('[') {
            ends.push(end);
        }
        end += line.len();
    }
    ends.push(text.len());
    ends.into_iter().map(|end| blanked(text, start, end)).find(|it| DeTable::parse(it).is_ok())
}

/// Returns a text with blanks in the place of a part of it: its lines keep their numbers.
fn blanked(text: &str, start: usize, end: usize) -> String {
    let blank = text[start..end].chars().map(|it| if it == '\n' { '\n' } else { ' ' });
    [&text[..start], &blank.collect::<String>(), &text[end..]].concat()
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let found = super::super::Config::review(text, "my.toml").mistakes;
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let is_as = found.len() == expect.len()
            && found.iter().zip(expect).all(|(found, expect)| found.starts_with(expect));
        assert!(is_as, "{found:#?}");
    }

    #[test]
    fn every_mistake_is_found_in_its_line() {
        check("", &[]);
        check("[fetch\n", &["my.toml:1: "]);
        check(
            "[fetsh]\nworkers = 2\n\n[fetch]\ntimeout_second = 3\nmax_concurrent = 0\nrespect_robots = [\n 1,\n]\n",
            &[
                "my.toml:1: unknown key `fetsh`, did you mean `fetch`?",
                "my.toml:5: unknown key `fetch.timeout_second`, did you mean `timeout_seconds`?",
                "my.toml:6: `fetch.max_concurrent` must be ",
                "my.toml:7: `fetch.respect_robots` must be true or false",
            ],
        );
        check(
            "[[site.eras]]\nfrom = 2020-01-01\n[[site.feeds]]\nurl = \"/f\"\nstale = 1\n\n[site.text]\nend = ['(']\n",
            &[
                "my.toml:1: `site.eras[0].name` is missing",
                "my.toml:5: unknown key `site.feeds[0].stale`",
                "my.toml:8: `site.text.end[0]` must be a regular expression (",
            ],
        );
    }

    #[test]
    fn what_is_written_in_one_statement_goes_with_it() {
        check(
            "fetch = { timeout_second = 3 }\narchive.keep_rw = 1\n",
            &[
                "my.toml:1: unknown key `fetch.timeout_second`",
                "my.toml:2: unknown key `archive.keep_rw`",
            ],
        );
        check(
            "fetch.timeout_second = 3\nfetch.max_concurrent = 0\narchive.keep_rw = 1\n",
            &[
                "my.toml:1: unknown key `fetch.timeout_second`",
                "my.toml:2: `fetch.max_concurrent` must be",
                "my.toml:3: unknown key `archive.keep_rw`",
            ],
        );
        check(
            "[site.idz]\nanchors = [\n  [1, 2024-01-01],\n]\n[fetch]\nworkers = 2\n",
            &["my.toml:1: unknown key `site.idz`", "my.toml:6: unknown key `fetch.workers`"],
        );
    }

    #[test]
    fn one_of_many_tables_hides_no_other() {
        check(
            "[[site.feeds]]\nurl = 1\n[[site.feeds]]\nurll = \"/x\"\n[[site.feeds]]\nurl = \"/y\"\nstale_after_hours = -1\n",
            &[
                "my.toml:2: `site.feeds[0].url` must be a string",
                "my.toml:3: `site.feeds[0].url` is missing",
                "my.toml:7: `site.feeds[0].stale_after_hours` must be",
            ],
        );
        check(
            "[fetsh]\n[fetsh.headers]\na = \"b\"\n[feeds]\n",
            &["my.toml:1: unknown key `fetsh`", "my.toml:4: unknown key `feeds`"],
        );
    }

    #[test]
    fn a_paper_of_its_own_is_told_all_that_it_needs() {
        check(
            "[site]\nname = \"Q\"\ntime_zone = \"Mars\"\n",
            &[
                "my.toml:1: `site.base_url` is missing",
                "my.toml:1: `site.hosts` is missing",
                "my.toml:1: `site.article_url` is missing",
                "my.toml:1: `site.article_path` is missing",
                "my.toml:3: `site.time_zone` must be a time zone",
            ],
        );
    }
}
