//! Everything that is wrong with a file. Reading ends at the first mistake, so the file is read again without it, until nothing
//! is wrong with what is left.

use toml::de::{DeTable, DeValue};

use super::{ConfigError, Problem, layer::entry};

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

/// Returns what is wrong with a file of this name. `first` returns the first mistake of a text over some placeholders.
pub(super) fn all(
    text: &str,
    file: &str,
    first: impl Fn(&str, &str) -> Option<Problem>,
) -> Vec<ConfigError> {
    let (mut text, mut filler) = (text.to_owned(), "[site]\n".to_owned());
    let mut mistakes = Vec::new();
    // What was taken out is missing afterwards, which is no mistake of its own.
    let mut taken: Vec<String> = Vec::new();
    while mistakes.len() < MISTAKES_MAX {
        let Some(problem) = first(&text, &filler) else { break };
        let place = problem.place().clone();
        // What a placeholder breaks is no mistake of the file's.
        if place.file != file {
            break;
        }
        let is_new = !taken.contains(&place.key);
        taken.push(place.key.clone());
        let is_absent = matches!(problem, Problem::Absent { .. });
        if !is_absent || is_new {
            mistakes.push(ConfigError::from(problem));
        }
        let placeholder = PLACEHOLDERS.iter().find(|it| it.0 == place.key);
        if let Some((key, value)) = placeholder.filter(|_| is_absent) {
            let key = key.trim_start_matches("site.");
            filler += &format!("{key} = {value}\n");
        } else {
            // Where a key of one of several tables is missing, the table goes.
            let key =
                if is_absent { place.key.rsplit_once('.').map_or("", |it| it.0) } else { &place.key };
            let Some(rest) = without(&text, key) else { break };
            text = rest;
        }
    }
    mistakes.sort_by_key(ConfigError::line);
    mistakes
}

/// Returns a file without a key, in whose place are blanks; `None` where there is no such key.
fn without(text: &str, key: &str) -> Option<String> {
    let table = DeTable::parse(text).ok()?.into_inner();
    let mut around = &table;
    let mut segments = key.split('.').peekable();
    while let Some(segment) = segments.next() {
        let (name, index) = match segment.split_once('[') {
            Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
            None => (segment, None),
        };
        let (written, value) = entry(around, name)?;
        let is_last = segments.peek().is_none();
        match (value.get_ref(), index) {
            (DeValue::Table(inner), None) if !is_last => around = inner,
            (DeValue::Array(items), Some(index)) => {
                let item = items.get(index)?;
                match item.get_ref() {
                    DeValue::Table(inner) if !is_last => around = inner,
                    DeValue::Table(_) => return Some(without_table(text, item.span().start)),
                    _ => return Some(blanked(text, written.span().start, value.span().end)),
                }
            }
            (DeValue::Table(_), _) if begins_header(text, written.span().start) => {
                return Some(without_table(text, written.span().start));
            }
            _ => return Some(blanked(text, written.span().start, value.span().end)),
        }
    }
    None
}

/// Whether the name of a table stands in the line that opens it.
fn begins_header(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
    text[line..].trim_start().starts_with('[')
}

/// Returns a file without the table whose first line `at` is in.
fn without_table(text: &str, at: usize) -> String {
    let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
    let mut end = start;
    for (number, line) in text[start..].split_inclusive('\n').enumerate() {
        if 0 < number && line.trim_start().starts_with('[') {
            break;
        }
        end += line.len();
    }
    blanked(text, start, end)
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
        let found = super::super::Config::mistakes(text, "my.toml");
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
    fn a_paper_of_its_own_is_told_all_that_it_needs() {
        check(
            "[site]\nname = \"Q\"\ntime_zone = \"Mars\"\n",
            &[
                "my.toml:1: `site.base_url` is missing",
                "my.toml:1: `site.article_url` is missing",
                "my.toml:1: `site.hosts` is missing",
                "my.toml:1: `site.article_path` is missing",
                "my.toml:3: `site.time_zone` must be a time zone",
            ],
        );
    }
}
