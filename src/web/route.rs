//! Which page an address is, and the address of a page. The list is closed: whatever is not here is not there.

use std::collections::HashMap;

use chrono::NaiveDate;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

/// Characters that stay as they are in a part of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Nobody leafs further through the answer of a search.
const PAGE_MAX: u32 = 500;

/// A page, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Home,
    Calendar,
    Year(i32),
    Month(NaiveDate),
    Day {
        day: NaiveDate,
        form: Form,
    },
    /// A day of every year: month and day.
    On {
        month: u32,
        day: u32,
    },
    Article(String),
    Versions(String),
    Diff {
        id: String,
        from: Option<u32>,
        to: Option<u32>,
    },
    Raw(i64),
    RawPage(i64),
    RawSource(i64),
    /// A picture, by the SHA-256 of its bytes.
    Image(String),
    Search {
        asked: Asking,
        form: Form,
    },
    Symbols,
    Symbol {
        symbol: String,
        form: Form,
    },
    BoardCode {
        board: String,
        code: String,
        form: Form,
    },
    Names {
        kind: NameKind,
        name: String,
        form: Form,
    },
    MostRead,
    Changes(Form),
    Coverage,
    Status,
    OpenSearch,
    Health,
    Metrics,
    Static(String),
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Page,
    Csv,
    Json,
    Atom,
}

/// What stories have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    Section,
    Byline,
    Tag,
}

/// A search as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Asking {
    pub(super) query: String,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
    pub(super) section: Option<String>,
    pub(super) byline: Option<String>,
    pub(super) symbol: Option<String>,
    /// Newest first, not best first.
    pub(super) sort: Option<String>,
    /// The page of the answer, from 0.
    pub(super) page: u32,
}

impl Route {
    /// Returns the page of a path; `None` where there is none.
    pub(super) fn parse(path: &[String], query: Option<&str>) -> Option<Self> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        Some(match parts.as_slice() {
            [] => Self::Home,
            ["calendar"] => Self::Calendar,
            ["calendar", period] => of_period(period)?,
            ["day", day] => {
                let (day, form) = with_form(day);
                Self::Day { day: iso_day(day)?, form }
            }
            ["on", day] => {
                let (month, day) = day.split_once('-')?;
                let (month, day) = (month.parse().ok()?, day.parse().ok()?);
                // A leap year has every day there is.
                NaiveDate::from_ymd_opt(2024, month, day)?;
                Self::On { month, day }
            }
            ["article", id] => Self::Article((*id).to_owned()),
            ["article", id, "versions"] => Self::Versions((*id).to_owned()),
            ["article", id, "diff"] => {
                let asked = pairs(query);
                let number = |key: &str| asked.get(key).and_then(|it| it.parse().ok());
                Self::Diff { id: (*id).to_owned(), from: number("from"), to: number("to") }
            }
            ["raw", id] => Self::Raw(id.parse().ok()?),
            ["raw", id, "page"] => Self::RawPage(id.parse().ok()?),
            ["raw", id, "source"] => Self::RawSource(id.parse().ok()?),
            ["image", hash] => {
                let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
                Self::Image(is_hash.then(|| hash.to_ascii_lowercase())?)
            }
            ["symbols"] => Self::Symbols,
            ["symbol", symbol] => {
                let (symbol, form) = with_form(symbol);
                Self::Symbol { symbol: symbol.to_owned(), form }
            }
            ["symbol", board, code] => {
                let (code, form) = with_form(code);
                Self::BoardCode { board: (*board).to_owned(), code: code.to_owned(), form }
            }
            ["section", name] => named(NameKind::Section, name),
            ["byline", name] => named(NameKind::Byline, name),
            ["tag", name] => named(NameKind::Tag, name),
            ["most-read"] => Self::MostRead,
            ["coverage"] => Self::Coverage,
            ["status"] => Self::Status,
            ["opensearch.xml"] => Self::OpenSearch,
            ["healthz"] => Self::Health,
            ["metrics"] => Self::Metrics,
            ["static", name] => Self::Static((*name).to_owned()),
            [name] => match with_form(name) {
                ("search", form) => Self::Search { asked: Asking::of(query), form },
                ("changes", form) => Self::Changes(form),
                _ => return None,
            },
            _ => return None,
        })
    }
}

impl Asking {
    fn of(query: Option<&str>) -> Self {
        let mut asked = pairs(query);
        let mut text = |key: &str| asked.remove(key).filter(|it| !it.trim().is_empty());
        Self {
            query: text("q").unwrap_or_default(),
            from: text("from").as_deref().and_then(iso_day),
            to: text("to").as_deref().and_then(iso_day),
            section: text("section"),
            byline: text("byline"),
            symbol: text("symbol"),
            sort: text("sort").filter(|it| it == "newest"),
            page: text("page").and_then(|it| it.parse().ok()).unwrap_or(0).min(PAGE_MAX),
        }
    }

    /// Returns the search as a query of an address.
    pub(super) fn to_query(&self) -> String {
        let day = |it: &Option<NaiveDate>| it.map(|it| it.to_string());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.query);
        for (key, value) in [
            ("from", day(&self.from)),
            ("to", day(&self.to)),
            ("section", self.section.clone()),
            ("byline", self.byline.clone()),
            ("symbol", self.symbol.clone()),
            ("sort", self.sort.clone()),
            ("page", (0 < self.page).then(|| self.page.to_string())),
        ] {
            if let Some(value) = value {
                query.append_pair(key, &value);
            }
        }
        query.finish()
    }
}

/// Returns a text as a part of a path.
pub(super) fn part(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

fn named(kind: NameKind, name: &str) -> Route {
    let (name, form) = with_form(name);
    Route::Names { kind, name: name.to_owned(), form }
}

/// Returns a name without the ending that says how its list is written.
fn with_form(name: &str) -> (&str, Form) {
    for (ending, form) in [(".csv", Form::Csv), (".json", Form::Json), (".atom", Form::Atom)] {
        if let Some(name) = name.strip_suffix(ending).filter(|it| !it.is_empty()) {
            return (name, form);
        }
    }
    (name, Form::Page)
}

/// Returns the page of a year or of a month.
fn of_period(period: &str) -> Option<Route> {
    match period.split_once('-') {
        None if period.len() == 4 => Some(Route::Year(period.parse().ok()?)),
        Some((year, month)) if year.len() == 4 && month.len() == 2 => {
            let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
            Some(Route::Month(first))
        }
        _ => None,
    }
}

fn iso_day(text: &str) -> Option<NaiveDate> {
    if text.len() == "2024-03-28".len() { text.parse().ok() } else { None }
}

fn pairs(query: Option<&str>) -> HashMap<String, String> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str, query: Option<&str>) -> Option<Route> {
        let parts: Vec<String> =
            path.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        Route::parse(&parts, query)
    }

    #[test]
    fn addresses_are_pages_or_nothing() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!(parse("/", None), Some(Route::Home));
        assert_eq!(parse("/calendar/2024-03", None), Some(Route::Month(day("2024-03-01"))));
        assert_eq!(
            parse("/day/2024-03-28.csv", None),
            Some(Route::Day { day: day("2024-03-28"), form: Form::Csv })
        );
        assert_eq!(parse("/on/02-29", None), Some(Route::On { month: 2, day: 29 }));
        let asked = Asking { query: "rupee".into(), section: Some("A & B".into()), ..Asking::default() };
        assert_eq!(
            parse("/search.json", Some(&asked.to_query())),
            Some(Route::Search { asked, form: Form::Json })
        );
        for odd in [
            "/calendar/24",
            "/calendar/2024-13",
            "/day/2024-3-1",
            "/day/x",
            "/on/02-30",
            "/raw/x",
            "/x",
            "/article",
        ] {
            assert_eq!(parse(odd, None), None, "{odd}");
        }
    }

    #[test]
    fn a_name_survives_its_address() {
        assert_eq!(part("Business & Finance/x"), "Business%20%26%20Finance%2Fx");
    }
}
