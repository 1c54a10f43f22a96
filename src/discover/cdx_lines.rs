//! One answer of the index of a web archive, in each form that servers give it: lines with words, lines with an object, and rows of
//! JSON. What is asked, and whether there is more, is decided in `cdx.rs`.
//!
//! Servers answer with 200 and an error: a page, an exception of Java, an object with a `message`. That is not "nothing
//! archived", and neither is a line that is cut or whose moment has no time of day.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;
use url::Url;

use crate::{config::Profile, model::PageKey};

/// The length of the words for what an index answered, in characters.
const WORDS_MAX: usize = 80;

/// A capture that a web archive has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchivedCapture {
    /// The page.
    pub key: PageKey,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The same moment, as the archive writes it.
    pub timestamp: String,
    /// The address as it was captured.
    pub url: String,
    /// The digest of its bytes.
    pub digest: String,
    /// Where its record is; `None` where the index does not say it.
    pub record: Option<RecordPlace>,
}

/// Where in a WARC file a record is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// The file, as the index names it.
    pub filename: String,
    /// Its first byte, counted from 0.
    pub offset: u64,
    /// The number of its bytes.
    pub length: u64,
}

impl RecordPlace {
    /// Returns the range of its bytes.
    pub fn range(&self) -> RangeInclusive<u64> {
        self.offset..=self.offset.saturating_add(self.length.max(1) - 1)
    }
}

/// What an answer says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CdxAnswer {
    pub(super) captures: Vec<ArchivedCapture>,
    /// The key of the next part.
    pub(super) key: Option<String>,
    /// The number of lines.
    pub(super) lines: usize,
    /// Lines that are none of an index, the first of them in words.
    pub(super) strange: Vec<String>,
}

/// The fields of a line.
#[derive(Default)]
struct CdxFields {
    timestamp: String,
    url: String,
    mime: String,
    status: String,
    digest: String,
    filename: String,
    offset: String,
    length: String,
}

/// What a line is.
enum CdxLine {
    Capture(Box<ArchivedCapture>),
    /// A capture that is not wanted: a redirect, a picture, a page that is no article.
    Other,
    /// No line of an index.
    Strange,
}

/// Reads an answer. Fails with what it is instead, in words, where nothing in it is of an index.
pub(super) fn read(text: &str, profile: &Profile) -> Result<CdxAnswer, String> {
    let text = text.trim_start_matches('\u{FEFF}');
    let begin = text.trim_start();
    let answer = if begin.starts_with('[') {
        rows(begin, profile)?
    } else if begin.starts_with('{')
        && !is_object_alone(begin).is_some_and(|it| it["timestamp"].is_string())
    {
        objection(begin)?
    } else if begin.starts_with('<') {
        return Err(format!("it answered with a page: {}", words(begin)));
    } else {
        lines(text, profile)
    };
    let is_strange = answer.lines == answer.strange.len() && answer.key.is_none();
    match answer.strange.first().filter(|_| is_strange) {
        Some(first) => Err(format!("nothing that it answered is of an index: {first}")),
        None => Ok(answer),
    }
}

/// Reads lines.
fn lines(text: &str, profile: &Profile) -> CdxAnswer {
    let all: Vec<&str> = text.lines().collect();
    let mut answer = CdxAnswer::default();
    let mut rest = all.as_slice();
    // A key is on a line of its own after an empty one.
    if let [before @ .., "", key] = rest
        && !key.trim().is_empty()
    {
        answer.key = Some(key.trim().to_owned());
        answer.lines += 1;
        rest = before;
    }
    for line in rest.iter().filter(|it| !it.trim().is_empty()) {
        answer.lines += 1;
        // The legend of a file: ` CDX N b a m s k r`.
        if line.trim_start().starts_with("CDX ") {
            continue;
        }
        answer.take(of_line(line).map_or(CdxLine::Strange, |it| it.capture(profile)), line);
    }
    answer
}

/// Reads `[["urlkey","timestamp",…],["com,site)/",…],…]`.
fn rows(text: &str, profile: &Profile) -> Result<CdxAnswer, String> {
    let rows: Vec<Vec<Value>> =
        serde_json::from_str(text).map_err(|error| format!("it answered with broken JSON: {error}"))?;
    let mut answer = CdxAnswer::default();
    let mut rows = rows.iter();
    let Some(legend) = rows.next() else { return Ok(answer) };
    let legend: Vec<&str> = legend.iter().map(|it| it.as_str().unwrap_or_default()).collect();
    if !legend.contains(&"timestamp") || !legend.contains(&"original") && !legend.contains(&"url") {
        return Err(format!("it answered with JSON that is no index: {}", words(text)));
    }
    let mut is_after_empty = false;
    for row in rows {
        answer.lines += 1;
        if row.is_empty() {
            is_after_empty = true;
            continue;
        }
        if let ([key], true) = (row.as_slice(), is_after_empty) {
            answer.key = key.as_str().map(str::to_owned);
            continue;
        }
        let text = |names: &[&str]| {
            let at = legend.iter().position(|it| names.contains(it));
            at.and_then(|at| row.get(at)).map(in_words).unwrap_or_default()
        };
        let fields = CdxFields {
            timestamp: text(&["timestamp"]),
            url: text(&["original", "url"]),
            mime: text(&["mimetype", "mime"]),
            status: text(&["statuscode", "status"]),
            digest: text(&["digest"]),
            filename: text(&["filename"]),
            offset: text(&["offset"]),
            length: text(&["length"]),
        };
        let line = Value::from(row.clone()).to_string();
        answer.take(fields.capture(profile), &line);
    }
    Ok(answer)
}

impl CdxAnswer {
    fn take(&mut self, line: CdxLine, text: &str) {
        match line {
            CdxLine::Capture(capture) => self.captures.push(*capture),
            CdxLine::Other => {}
            CdxLine::Strange => self.strange.push(words(text)),
        }
    }
}

/// Returns the fields of a line in either form: `urlkey timestamp original mimetype statuscode digest length`, which in indexes of files has
/// `redirect robotflags length offset filename` at its end, or `urlkey timestamp {…}`. An address may have blanks in it.
fn of_line(line: &str) -> Option<CdxFields> {
    if let Some(json) = is_object_alone(line) {
        return Some(CdxFields { timestamp: in_words(&json["timestamp"]), ..of_object(&json) });
    }
    let mut parts = line.trim_end().splitn(3, ' ');
    let (_, timestamp, rest) = (parts.next()?, parts.next()?, parts.next()?);
    if rest.starts_with('{') {
        let json: Value = serde_json::from_str(rest).ok()?;
        return Some(CdxFields { timestamp: timestamp.to_owned(), ..of_object(&json) });
    }
    let words: Vec<&str> = rest.split(' ').collect();
    // The type is the first word with a slash that is no address, and the status comes after it.
    let is_type =
        |it: &&str| *it == "-" || it.contains('/') && !it.contains(':') && !it.starts_with('/');
    let is_status = |it: &&str| *it == "-" || it.len() == 3 && it.bytes().all(|it| it.is_ascii_digit());
    let pairs = words.windows(2).enumerate().skip(1);
    let mime_at = pairs.filter(|(_, it)| is_type(&it[0]) && is_status(&it[1])).map(|it| it.0).next()?;
    let word = |after: usize| words.get(mime_at + after).copied().unwrap_or_default().to_owned();
    let digest = word(2);
    if digest.is_empty() {
        return None;
    }
    let (timestamp, url) = (timestamp.to_owned(), words[..mime_at].join(" "));
    let (filename, offset, length) = (word(7), word(6), word(5));
    Some(CdxFields { timestamp, url, mime: word(0), status: word(1), digest, filename, offset, length })
}

fn of_object(json: &Value) -> CdxFields {
    let text = |name: &str| in_words(&json[name]);
    CdxFields {
        timestamp: String::new(),
        url: text("url"),
        mime: text("mime"),
        status: text("status"),
        digest: text("digest"),
        filename: text("filename"),
        offset: text("offset"),
        length: text("length"),
    }
}

impl CdxFields {
    fn capture(self, profile: &Profile) -> CdxLine {
        let Self { timestamp, url, mime, status, digest, filename, offset, length } = self;
        let is_moment = timestamp.len() == 14 && timestamp.bytes().all(|it| it.is_ascii_digit());
        let at = NaiveDateTime::parse_from_str(&timestamp, "%Y%m%d%H%M%S").ok().filter(|_| is_moment);
        let (Some(at), Ok(address)) = (at, Url::parse(&url)) else { return CdxLine::Strange };
        let at: DateTime<Utc> = at.and_utc();
        let kind = mime.split(';').next().unwrap_or_default().trim();
        // A revisit says nothing new, and has no type of its own.
        if status != "200" || !(kind == "text/html" || kind == "application/xhtml+xml") {
            return CdxLine::Other;
        }
        let Some(key) = profile.page_key(&address) else { return CdxLine::Other };
        let record = offset.parse().ok().zip(length.parse().ok()).filter(|_| !filename.is_empty());
        let record = record.map(|(offset, length)| RecordPlace { filename, offset, length });
        CdxLine::Capture(Box::new(ArchivedCapture { key, at, timestamp, url, digest, record }))
    }
}

/// Returns the answer "nothing" of an object that says so. Fails with what else it says.
fn objection(text: &str) -> Result<CdxAnswer, String> {
    let json: Option<Value> = serde_json::from_str(text).ok();
    let says = |name: &str| json.as_ref()?[name].as_str().map(str::to_owned);
    let message = says("message").or_else(|| says("error")).unwrap_or_else(|| text.to_owned());
    if message.to_lowercase().starts_with("no captures found") {
        return Ok(CdxAnswer::default());
    }
    Err(format!("it answered with an error: {}", words(&message)))
}

fn is_object_alone(line: &str) -> Option<Value> {
    let line = line.trim();
    if line.starts_with('{') { serde_json::from_str(line.lines().next()?).ok() } else { None }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

/// Returns the beginning of a text on one line.
fn words(text: &str) -> String {
    let line = text.split_whitespace().take(WORDS_MAX).collect::<Vec<_>>().join(" ");
    line.chars().take(WORDS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::config::Config;

    #[track_caller]
    fn check(text: &str, expect: Result<(&[&str], usize), &str>) {
        let profile = Config::default().profile;
        match (read(text, &profile), expect) {
            (Ok(answer), Ok((ids, strange))) => {
                let found: Vec<&str> = answer.captures.iter().map(|it| it.key.id.as_str()).collect();
                assert_eq!((found.as_slice(), answer.strange.len()), (ids, strange), "{text}");
            }
            (Err(found), Err(expect)) => assert!(found.contains(expect), "{found}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }

    const LINE: &str =
        "com,brecorder)/news/1 20210308062000 https://www.brecorder.com/news/1/a text/html 200 ABC 99";

    #[test]
    fn an_answer_that_is_no_index_is_not_nothing() {
        check("", Ok((&[], 0)));
        check("\n", Ok((&[], 0)));
        check("<html><body>The server is busy</body></html>", Err("with a page: <html>"));
        check(
            "org.example.RuntimeIOException: blocked\n\tat org.example.A\n",
            Err("RuntimeIOException"),
        );
        check("{\"error\": \"too many requests\"}", Err("too many requests"));
        check("{\"message\": \"No Captures found for: x\"}", Ok((&[], 0)));
        check("[\"busy\"]", Err("broken JSON"));
        check("[[\"busy\"]]", Err("no index"));
        check("[]", Ok((&[], 0)));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_counted() {
        check(&format!("{LINE}\n{}", &LINE[..40]), Ok((&["1"], 1)));
        check(&format!("{LINE}\n{}\n", LINE.replace("20210308062000", "20210308")), Ok((&["1"], 1)));
        check(&LINE.replace("20210308062000", "20210308"), Err("20210308"));
        check(&format!("{LINE}\nError reading the rest\n"), Ok((&["1"], 1)));
    }

    #[test]
    fn every_form_of_a_line_is_read() {
        check(&format!(" CDX N b a m s k r\n{LINE}\n"), Ok((&["1"], 0)));
        check(&LINE.replace("text/html", "text/html;charset=utf-8"), Ok((&["1"], 0)));
        check(&LINE.replace("1/a ", "1/a b c "), Ok((&["1"], 0)));
        check(&LINE.replace(" 200 ", " 301 "), Ok((&[], 0)));
        check(&LINE.replace("text/html 200", "warc/revisit -"), Ok((&[], 0)));
        check(
            "[[\"urlkey\",\"timestamp\",\"original\",\"mimetype\",\"statuscode\",\"digest\",\"length\"],\
             [\"com,brecorder)/news/1\",\"20210308062000\",\"https://www.brecorder.com/news/1/a\",\"text/html\",\"200\",\"A\",\"9\"],\
             [],[\"the key\"]]",
            Ok((&["1"], 0)),
        );
        check(
            "{\"timestamp\": \"20210308062000\", \"url\": \"https://www.brecorder.com/news/1\", \"mime\": \"text/html\", \"status\": \"200\", \"digest\": \"A\"}\n",
            Ok((&["1"], 0)),
        );
    }

    proptest! {
        #[test]
        fn every_line_of_any_answer_is_a_capture_or_another_or_counted(
            text in "(com,brecorder\\)/news/1 |20210308062000 |https://www.brecorder.com/news/1/a |text/html |200 |- |ABC |\\{|\\}|\\[|\\]|\"|\n|[a-z0-9]){0,40}",
        ) {
            static PROFILE: LazyLock<Profile> = LazyLock::new(|| Config::default().profile);
            if let Ok(answer) = read(&text, &PROFILE) {
                let lines = text.lines().filter(|it| !it.trim().is_empty()).count();
                prop_assert!(answer.captures.len() + answer.strange.len() <= lines.max(answer.lines));
                let size: usize = answer.captures.iter().map(|it| it.url.len() + it.digest.len()).sum();
                prop_assert!(size <= text.len());
                prop_assert!(answer.strange.iter().all(|it| it.chars().count() <= WORDS_MAX));
            }
        }
    }
}
