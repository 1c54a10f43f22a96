//! What every page has: its frame, the files beside it, and stories in a line. Nothing is asked of the archive here.

use std::sync::LazyLock;

use crate::{
    export::{
        answers::{AnswerRow, csv_header, csv_rows, to_json_lines},
        day_line::grouped,
    },
    store::{ListedStory, RateRow},
    web::{
        answer::{CacheTime, WebAnswer, data_tag},
        readers::ServedPaper,
        route::{Form, part},
    },
};

const STYLE: &str = include_str!("../../../templates/style.css");
const SCRIPT: &str = include_str!("../../../templates/keys.js");

/// The files beside the pages are named after what is in them, so that a browser may keep them.
static STYLE_NAME: LazyLock<String> = LazyLock::new(|| format!("{}.css", data_tag(STYLE.as_bytes())));
static SCRIPT_NAME: LazyLock<String> = LazyLock::new(|| format!("{}.js", data_tag(SCRIPT.as_bytes())));

/// The frame of a page.
pub(super) struct Frame {
    /// The name of the paper.
    pub(super) paper: String,
    /// The title of the page.
    pub(super) title: String,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    /// What stands in the search box.
    pub(super) query: String,
}

impl Frame {
    pub(super) fn new(served: &ServedPaper, title: impl Into<String>) -> Self {
        Self {
            paper: served.profile.name.clone(),
            title: title.into(),
            style: &STYLE_NAME,
            script: &SCRIPT_NAME,
            query: String::new(),
        }
    }
}

/// A story in a line of a page.
pub(super) struct StoryLine {
    /// The address of its page.
    pub(super) path: String,
    pub(super) headline: String,
    pub(super) section: Option<String>,
    pub(super) byline: Option<String>,
    pub(super) day: Option<String>,
    /// Hour and minute, as printed.
    pub(super) time: Option<String>,
    /// The number of its wordings, where there are several.
    pub(super) versions: Option<u32>,
}

impl From<ListedStory> for StoryLine {
    fn from(story: ListedStory) -> Self {
        let ListedStory { id, published_on, published_at, section, byline, headline, version, url: _ } =
            story;
        Self {
            path: format!("/article/{id}"),
            headline: headline.unwrap_or_else(|| "(no headline)".to_owned()),
            section,
            byline,
            day: published_on,
            time: published_at.as_deref().and_then(|it| it.get(11..16)).map(str::to_owned),
            versions: Some(version).filter(|it| 1 < *it),
        }
    }
}

/// A name, and the address of its page.
pub(super) struct NamedLink {
    pub(super) path: String,
    pub(super) name: String,
}

impl NamedLink {
    /// Returns the link to the page of a section, byline, tag or symbol.
    pub(super) fn new(kind: &str, name: &str) -> Self {
        Self { path: format!("/{kind}/{}", part(name)), name: name.to_owned() }
    }
}

/// Returns the link to the page of a code of a market board.
pub(super) fn board_code_link(board: &str, code: &str) -> NamedLink {
    NamedLink {
        path: format!("/symbol/{}/{}", part(board), part(code)),
        name: format!("{board}/{code}"),
    }
}

/// Returns a number with a comma between thousands; its decimals, if it has any, are two or more.
pub(super) fn figure(value: f64) -> String {
    let text = value.to_string();
    grouped(value, text.split_once('.').map_or(0, |it| it.1.len().max(2)))
}

/// Returns a change in percent.
pub(super) fn percentage(change: f64) -> String {
    format!("{change:+.2} %")
}

/// Returns the change of a value on a board: in percent, if the board says that.
pub(super) fn change(rate: &RateRow) -> String {
    rate.change_pct.map(percentage).or(rate.change.map(figure)).unwrap_or_default()
}

/// Returns rows for programs; `None` for the forms that people read.
pub(super) fn as_rows<A: AnswerRow + From<R>, R>(
    rows: impl IntoIterator<Item = R>,
    form: Form,
) -> Option<WebAnswer> {
    let rows = rows.into_iter().map(A::from);
    let (content_type, text) = match form {
        Form::Csv => ("text/csv; charset=utf-8", csv_header::<A>() + &csv_rows(rows)),
        Form::Json => ("application/x-ndjson; charset=utf-8", to_json_lines(rows)),
        Form::Page | Form::Atom => return None,
    };
    Some(WebAnswer::of(content_type, text.into_bytes()))
}

/// Returns a file beside the pages.
pub(super) fn file(name: &str) -> Option<WebAnswer> {
    let (content_type, text) = if name == *STYLE_NAME {
        ("text/css; charset=utf-8", STYLE)
    } else if name == *SCRIPT_NAME {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else {
        return None;
    };
    Some(WebAnswer::of(content_type, text.as_bytes().to_vec()).keeping(CacheTime::Day))
}

/// Returns the description by which a browser adds the archive to its search engines (`OpenSearch` 1.1).
pub(super) fn open_search(served: &ServedPaper) -> WebAnswer {
    let name = escaped(&served.profile.name);
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>{name}</ShortName>\n<Description>The archive of {name}</Description>\n\
         <Url type=\"text/html\" template=\"/search?q={{searchTerms}}\"/>\n</OpenSearchDescription>\n"
    );
    WebAnswer::of("application/opensearchdescription+xml; charset=utf-8", text.into_bytes())
}

/// Returns a text as XML and HTML write it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no other controls.
            ch if ch.is_control() && !ch.is_whitespace() => {}
            ch => out.push(ch),
        }
    }
    out
}
