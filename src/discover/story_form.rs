//! The form that the addresses of a paper's stories have, told by examples: what tells a story from all others, and what is only
//! words. For a paper that nobody described yet; once there is a profile, it alone says what a story is.

use std::{collections::HashMap, fmt::Write as _};

use url::Url;

/// The least percentage of addresses that have to be of one form.
const SHARE_PERCENT_MIN: usize = 50;
/// Fewer examples show no form.
const EXAMPLES_MIN: usize = 3;
/// A shorter number counts pages or sections.
const DIGITS_MIN: usize = 4;
/// The fewest seams between the words of a headline.
const SEAMS_MIN: usize = 3;
/// The names of the parts of a query that are ids.
const QUERY_IDS: [&str; 10] =
    ["id", "p", "newsid", "news_id", "storyid", "story_id", "articleid", "article_id", "aid", "nid"];

/// A form of addresses, as a profile has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryForm {
    /// The pattern of a story's path: `site.article_path`.
    pub path: String,
    /// The path that is asked for: `site.article_url`.
    pub url: String,
    /// The number of examples that have the form.
    pub examples: usize,
}

/// What an address shows of a form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct AddressShape {
    kind: ShapeKind,
    /// What stands before the part that tells the story, where it is one word for all: `/news/`.
    before: String,
    /// What stands after it: `.html`, `/`, or nothing.
    ending: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ShapeKind {
    /// A number in the query; `before` is the path and the name of the part.
    Query,
    /// A number between slashes, words after it or none.
    Number,
    /// A number that begins the last part.
    NumberFirst,
    /// A number that ends the last part, after a hyphen or another sign.
    NumberLast(char),
    /// A day, and words after it.
    Day,
    /// Words alone.
    Words,
}

impl StoryForm {
    /// Returns the form that most of these addresses have; `None` where they show none.
    pub fn of(addresses: &[Url]) -> Option<Self> {
        let shapes: Vec<AddressShape> = addresses.iter().filter_map(shape).collect();
        let mut kinds: HashMap<ShapeKind, usize> = HashMap::new();
        for shape in &shapes {
            *kinds.entry(shape.kind).or_default() += 1;
        }
        // Of forms that are as frequent, the one that tells more.
        let (kind, examples) =
            kinds.into_iter().max_by_key(|it| (it.1, std::cmp::Reverse(it.0.rank())))?;
        if examples < EXAMPLES_MIN || examples * 100 < shapes.len() * SHARE_PERCENT_MIN {
            return None;
        }
        let of_kind: Vec<&AddressShape> = shapes.iter().filter(|it| it.kind == kind).collect();
        let before = shared(&of_kind, |it| &it.before);
        let ending = shared(&of_kind, |it| &it.ending).unwrap_or_default();
        Some(Self { examples, ..written(kind, before.as_deref(), &ending) })
    }
}

impl ShapeKind {
    /// The place in the list of what is believed: a number tells a story more surely than words.
    fn rank(self) -> usize {
        match self {
            Self::Query => 0,
            Self::Number => 1,
            Self::NumberLast(_) => 2,
            Self::NumberFirst => 3,
            Self::Day => 4,
            Self::Words => 5,
        }
    }
}

/// Returns what nearly all shapes have in one place; `None` where they differ.
fn shared<'s>(
    shapes: &[&'s AddressShape],
    part: impl Fn(&'s AddressShape) -> &'s String,
) -> Option<String> {
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for shape in shapes {
        *counts.entry(part(shape)).or_default() += 1;
    }
    let (most, count) = counts.into_iter().max_by_key(|it| it.1)?;
    (shapes.len() * 9 <= count * 10).then(|| most.clone())
}

/// Returns the pattern and the path of a form.
fn written(kind: ShapeKind, before: Option<&str>, ending: &str) -> StoryForm {
    let end = match ending {
        "/" | "" => "/?".to_owned(),
        _ => literal(ending),
    };
    // Where the sections differ, they are a part of the address that has to be kept.
    let (lead, kept) = match before {
        Some(fixed) => (literal(fixed), fixed.to_owned()),
        None => ("/(?<section>.+)/".to_owned(), "/{section}/".to_owned()),
    };
    let (path, url) = match kind {
        ShapeKind::Query => {
            let (file, name) = before.and_then(|it| it.split_once('?')).unwrap_or(("/", "id"));
            let file_pattern = literal(file);
            let path = format!(r"^{file_pattern}\?(?:.*&)?{}=(?<id>\d+)", literal(name));
            (path, format!("{file}?{name}={{id}}"))
        }
        ShapeKind::Number => {
            let path = format!(r"^{lead}(?<id>\d+)(?:/(?<slug>[^/]+?))?{end}$");
            (path, format!("{kept}{{id}}/{{slug}}{ending}"))
        }
        ShapeKind::NumberFirst => (
            format!(r"^{lead}(?<id>\d+)-(?<slug>[^/]+?){end}$"),
            format!("{kept}{{id}}-{{slug}}{ending}"),
        ),
        ShapeKind::NumberLast(seam) => {
            let sign = literal(&seam.to_string());
            let id = format!(r"(?<id>[a-z]{{0,3}}\d{{{DIGITS_MIN},}})");
            (format!("^/(?<slug>.+){sign}{id}{end}$"), format!("/{{slug}}{seam}{{id}}{ending}"))
        }
        ShapeKind::Day => {
            let path = format!(r"^/(?<id>(?:[^/]+/)*\d{{4}}/\d\d?/(?:\d\d?/)?[^/]+?){end}$");
            (path, format!("/{{id}}{ending}"))
        }
        ShapeKind::Words => {
            let words = format!("[^/-]+(?:-[^/-]+){{{SEAMS_MIN},}}?");
            (format!("^/(?<id>(?:[^/]+/)*{words}){end}$"), format!("/{{id}}{ending}"))
        }
    };
    StoryForm { path, url, examples: 0 }
}

/// Returns what an address shows; `None` for what is hardly a story's.
fn shape(url: &Url) -> Option<AddressShape> {
    let path = url.path();
    // A pattern is written between such marks.
    if path.contains('\'') {
        return None;
    }
    let of_query = url.query_pairs().find(|(name, value)| {
        QUERY_IDS.contains(&&*name.to_ascii_lowercase()) && is_number(value) && 2 < value.len()
    });
    if let Some((name, _)) = of_query {
        let before = format!("{path}?{name}");
        return Some(AddressShape { kind: ShapeKind::Query, before, ending: String::new() });
    }
    let bare = path.trim_end_matches('/');
    let slash = if bare.len() < path.len() { "/" } else { "" };
    let parts: Vec<&str> = bare.split('/').skip(1).collect();
    let last = *parts.last()?;
    let extension = last.rfind('.').map(|at| &last[at..]).filter(|it| is_extension(it)).unwrap_or("");
    let words = &last[..last.len() - extension.len()];
    let ending = if extension.is_empty() { slash } else { extension };
    let found = |kind, until: usize| {
        let mut before = String::from("/");
        parts[..until].iter().for_each(|it| write!(before, "{it}/").expect("a string takes it"));
        Some(AddressShape { kind, before, ending: ending.to_owned() })
    };
    if parts.len() >= 3 && is_dated(&parts) && words.bytes().filter(|it| *it == b'-').count() >= 2 {
        // A number after the words tells the story even where a day stands before it.
        return match number_last(words) {
            Some(seam) => found(ShapeKind::NumberLast(seam), 0),
            None => found(ShapeKind::Day, 0),
        };
    }
    let number_at = parts.iter().rposition(|it| {
        let it = it.strip_suffix(extension).unwrap_or(it);
        is_number(it) && DIGITS_MIN <= it.len() && !is_year(it)
    });
    if let Some(at) = number_at.filter(|at| parts.len() <= at + 2) {
        return found(ShapeKind::Number, at);
    }
    if let Some(seam) = number_last(words) {
        return found(ShapeKind::NumberLast(seam), 0);
    }
    let first = words.split('-').next().unwrap_or_default();
    if is_number(first) && DIGITS_MIN <= first.len() && first.len() < words.len() {
        return found(ShapeKind::NumberFirst, parts.len() - 1);
    }
    let seams = words.bytes().filter(|it| *it == b'-').count();
    if SEAMS_MIN <= seams { found(ShapeKind::Words, 0) } else { None }
}

/// Returns the sign before the number that a name ends with.
fn number_last(words: &str) -> Option<char> {
    let at = words.rfind(['-', '_', '.', '~'])?;
    let (number, seam) = (&words[at + 1..], words[at..].chars().next()?);
    let digits = number.trim_start_matches(|it: char| it.is_ascii_lowercase());
    let is_id = number.len() - digits.len() <= 3 && is_number(digits) && DIGITS_MIN <= digits.len();
    (is_id && !is_year(number) && 0 < at).then_some(seam)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && (text.starts_with("19") || text.starts_with("20"))
}

fn is_extension(text: &str) -> bool {
    matches!(text, ".html" | ".htm" | ".php" | ".aspx" | ".asp" | ".shtml" | ".jsp" | ".cms" | ".ece")
}

/// Whether a year and a month stand beside each other before the last part.
fn is_dated(parts: &[&str]) -> bool {
    let is_month = |it: &str| it.len() <= 2 && it.parse().is_ok_and(|it: u8| (1..=12).contains(&it));
    parts.windows(2).rev().skip(1).any(|it| is_year(it[0]) && is_month(it[1]))
        || parts.windows(3).any(|it| is_year(it[0]) && is_month(it[1]))
}

/// Returns the pattern of a text, without the escapes that it does not need.
fn literal(text: &str) -> String {
    regex::escape(text).replace(r"\-", "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(paths: impl Iterator<Item = String>) -> Vec<Url> {
        let base = Url::parse("https://t.example").expect("valid");
        paths.map(|it| base.join(&it).expect("valid")).collect()
    }

    /// The form of these paths, each of which it leads back to.
    #[track_caller]
    fn check(paths: &[&str], path: &str, url: &str) {
        let addresses = addresses(paths.iter().map(|it| (*it).to_owned()));
        let form = StoryForm::of(&addresses).unwrap_or_else(|| panic!("no form: {paths:?}"));
        assert_eq!((form.path.as_str(), form.url.as_str()), (path, url));
        assert_eq!(form.examples, paths.len());
        let text = format!(
            "[site]\nname = \"T\"\nbase_url = \"https://t.example\"\nhosts = [\"t.example\"]\ntime_zone = \"UTC\"\n\
             article_path = '{path}'\narticle_url = '{url}'\n"
        );
        let profile = crate::config::Config::parse(&text, "t.toml").expect("a profile").config.profile;
        let mut keys: Vec<String> = Vec::new();
        for address in &addresses {
            let (key, asked) = profile.article(address).unwrap_or_else(|| panic!("{address}"));
            let asked = asked.expect("an address");
            assert_eq!(asked.path(), address.path(), "{path}");
            keys.push(key.id);
        }
        keys.dedup();
        assert_eq!(keys.len(), paths.len(), "{keys:?}");
    }

    #[test]
    fn a_number_tells_a_story() {
        check(
            &["/news/40123/a-b", "/news/40124/c-d", "/news/40125/e-f"],
            r"^/news/(?<id>\d+)(?:/(?<slug>[^/]+?))?/?$",
            "/news/{id}/{slug}",
        );
        check(
            &["/markets/40123/a-b", "/world/40124/c-d", "/sport/40125/e-f"],
            r"^/(?<section>.+)/(?<id>\d+)(?:/(?<slug>[^/]+?))?/?$",
            "/{section}/{id}/{slug}",
        );
        check(
            &["/a-b-20811", "/markets/c-d-20812", "/x/e-f-20813"],
            r"^/(?<slug>.+)-(?<id>[a-z]{0,3}\d{4,})/?$",
            "/{slug}-{id}",
        );
        check(
            &["/wirtschaft/a-b_a123456.html", "/sport/c_a123457.html", "/x/d_a123458.html"],
            r"^/(?<slug>.+)_(?<id>[a-z]{0,3}\d{4,})\.html$",
            "/{slug}_{id}.html",
        );
        check(
            &["/a/12345-x-y.html", "/a/12346-z.html", "/a/12347-u-v.html"],
            r"^/a/(?<id>\d+)-(?<slug>[^/]+?)\.html$",
            "/a/{id}-{slug}.html",
        );
    }

    #[test]
    fn a_day_and_words_tell_a_story_too() {
        check(
            &["/2024/03/08/a-b-c/", "/2024/03/09/d-e-f/", "/2024/03/10/g-h-i/"],
            r"^/(?<id>(?:[^/]+/)*\d{4}/\d\d?/(?:\d\d?/)?[^/]+?)/?$",
            "/{id}/",
        );
        check(
            &["/world/a-b-c-d", "/world/e-f-g-h", "/markets/i-j-k-l-m"],
            r"^/(?<id>(?:[^/]+/)*[^/-]+(?:-[^/-]+){3,}?)/?$",
            "/{id}",
        );
    }

    #[test]
    fn so_does_a_query() {
        let urls = addresses((700..704).map(|it| format!("/story.php?cat=1&id={it}")));
        let form = StoryForm::of(&urls).expect("a form");
        assert_eq!(form.path, r"^/story\.php\?(?:.*&)?id=(?<id>\d+)");
        assert_eq!(form.url, "/story.php?id={id}");
    }

    #[test]
    fn sections_are_no_stories() {
        let paths = ["/", "/markets", "/world/asia", "/page/2", "/2024/03", "/about-us", "/tag/oil-gas"];
        let urls = addresses(paths.iter().map(|it| (*it).to_owned()));
        assert_eq!(StoryForm::of(&urls), None);
    }
}
