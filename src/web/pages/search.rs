//! A search: what was found, what it has in common, and how much of each month it is.

use askama::Template;
use chrono::{Months, NaiveDate};

use crate::{
    export::answers::HitAnswer,
    model::{Days, counted},
    store::{
        Facet, Facets, MARKS, Note, Reader, Search, SearchAnswer, SearchHit, SearchOrder, StoreError,
        StoryCount,
    },
    web::{
        answer::WebAnswer,
        chart::{self, Bar},
        readers::ServedPaper,
        route::{Asking, Form},
    },
};

use super::{
    frame::{Frame, as_rows},
    stories::feed,
};

/// Stories on one page.
const HITS_MAX: u32 = 20;
/// Stories in one list for programs.
const LISTED_MAX: u32 = 50;
/// What the bars are.
const SHARE: &str = "Share of each month's stories";
/// The months of the table beside the drawing, which has all of them.
const MONTHS_MAX: usize = 60;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    asked: Asking,
    hits: Vec<ShownHit>,
    /// The number of the first of them in the whole answer.
    first: u32,
    said: String,
    /// The search as a query of an address.
    list: String,
    counts: SearchCounts,
    /// The searches of the pages before and after this one.
    before: Option<String>,
    after: Option<String>,
}

struct ShownHit {
    path: String,
    headline: String,
    line: String,
    /// The words between are marked: plain, marked, plain, …
    snippet: Vec<SnippetPart>,
}

struct SnippetPart {
    text: String,
    is_marked: bool,
}

/// What the stories that were found have in common.
#[derive(Default)]
struct SearchCounts {
    /// How many were counted, where these are more than are shown.
    said: Option<String>,
    drawing: Option<String>,
    /// What the drawing shows, in words.
    caption: String,
    months: Vec<FoundMonth>,
    /// Whether earlier months are in the drawing alone.
    is_cut: bool,
    sections: Vec<Refinement>,
    symbols: Vec<Refinement>,
}

impl SearchCounts {
    fn is_empty(&self) -> bool {
        self.months.is_empty() && self.sections.is_empty() && self.symbols.is_empty()
    }
}

struct FoundMonth {
    period: String,
    /// The search in this month.
    query: String,
    stories: u64,
    /// Of the month's stories.
    percent: String,
}

/// A search in fewer stories.
struct Refinement {
    name: String,
    query: String,
    stories: u64,
}

pub(super) fn search(
    served: &ServedPaper,
    reader: &Reader,
    asked: &Asking,
    form: Form,
) -> Result<Option<WebAnswer>, StoreError> {
    let mut frame = Frame::new(served, "Search");
    frame.query.clone_from(&asked.query);
    let list = Asking { page: 0, ..asked.clone() }.to_query();
    if asked.query.is_empty() {
        let said = "Words, or an expression: \"two words\", word*, AND, OR, NOT.".to_owned();
        let (hits, counts) = (Vec::new(), SearchCounts::default());
        let (asked, before, after) = (asked.clone(), None, None);
        let page = SearchPage { frame, asked, hits, first: 1, said, list, counts, before, after };
        return Ok(Some(WebAnswer::page(&page)));
    }
    let shown_max = if form == Form::Page { HITS_MAX } else { LISTED_MAX };
    let search = Search {
        query: asked.query.clone(),
        days: Days::between(asked.from, asked.to),
        section: asked.section.clone(),
        byline: asked.byline.clone(),
        symbol: asked.symbol.as_ref().map(|it| it.to_uppercase()),
        // One more says whether there are more.
        limit: shown_max + 1,
        offset: asked.page.saturating_mul(shown_max),
        order: if asked.sort.is_some() { SearchOrder::Newest } else { SearchOrder::Best },
    };
    let (mut answer, facets) = match form {
        Form::Page => reader.search_counted(&search, &*served.shelf.columns()?)?,
        Form::Csv | Form::Json | Form::Atom => (reader.search(&search)?, Facets::default()),
    };
    let has_more = (shown_max as usize) < answer.hits.len();
    answer.hits.truncate(shown_max as usize);
    match form {
        Form::Csv | Form::Json => return Ok(as_rows::<HitAnswer, _>(answer.hits, form)),
        Form::Atom => return Ok(Some(feed(served, &format!("Search: {}", asked.query), &answer.hits))),
        Form::Page => {}
    }
    let turned = |page: u32| Asking { page, ..asked.clone() }.to_query();
    let before = asked.page.checked_sub(1).map(turned);
    let after = has_more.then(|| turned(asked.page + 1));
    let first = search.offset + 1;
    let said = said(&answer, first, after.as_deref());
    let counts = counts(reader, asked, facets)?;
    let hits = answer.hits.iter().map(shown).collect();
    let asked = asked.clone();
    Ok(Some(WebAnswer::page(&SearchPage {
        frame,
        asked,
        hits,
        first,
        said,
        list,
        counts,
        before,
        after,
    })))
}

/// Returns which stories of an answer a page has, from the first of them on, and what is to be known of them. `after` is the page after it.
fn said(answer: &SearchAnswer, first: u32, after: Option<&str>) -> String {
    let count = answer.hits.len() as u64;
    let mut said = match (first, after) {
        (1, None) => counted(count, "story"),
        (1, Some(_)) => format!("The first {}", counted(count, "story")),
        (_, None) if count == 0 => "There are no more stories".to_owned(),
        (first, _) => format!("Stories {first} to {}", u64::from(first) + count - 1),
    };
    said += match answer.note {
        Some(Note::Words) => "; this is not an expression, so its words were looked for",
        Some(Note::TooMany { .. }) => "; too many to rank, the newest come first",
        None => "",
    };
    said
}

fn shown(hit: &SearchHit) -> ShownHit {
    let line = [hit.published_on.clone(), hit.section.clone(), hit.byline.clone()];
    let parts = hit.snippet.split(MARKS).enumerate();
    ShownHit {
        path: format!("/article/{}", hit.id),
        headline: hit.headline.clone().unwrap_or_else(|| "(no headline)".to_owned()),
        line: line.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        snippet: parts
            .map(|(nth, text)| SnippetPart { text: text.to_owned(), is_marked: nth % 2 == 1 })
            .collect(),
    }
}

/// Returns what was found by month, section and symbol. A value that was asked for already is none to choose.
fn counts(reader: &Reader, asked: &Asking, facets: Facets) -> Result<SearchCounts, StoreError> {
    let Facets { stories, is_cut, months, sections, symbols } = facets;
    if stories < 2 {
        return Ok(SearchCounts::default());
    }
    let refined = |facet: Facet, asked: Asking| Refinement {
        name: facet.name,
        query: asked.to_query(),
        stories: facet.stories,
    };
    let in_section = |facet: Facet| {
        let section = Some(facet.name.clone());
        refined(facet, Asking { section, page: 0, ..asked.clone() })
    };
    let of_symbol = |facet: Facet| {
        let symbol = Some(facet.name.clone());
        refined(facet, Asking { symbol, page: 0, ..asked.clone() })
    };
    let sections = sections.into_iter().filter(|_| asked.section.is_none());
    let symbols = symbols.into_iter().filter(|_| asked.symbol.is_none());
    let bars = bars(&months, &reader.months()?);
    let mut months: Vec<FoundMonth> =
        bars.iter().filter(|it| 0 < it.part).map(|bar| found_month(asked, bar)).collect();
    let earlier = months.len().saturating_sub(MONTHS_MAX);
    months.drain(..earlier);
    let found = counted(stories, "story");
    let said = match (is_cut, u64::from(HITS_MAX) < stories) {
        (true, _) => Some(format!("More were found than are counted here: the newest {found}")),
        (false, true) => Some(format!("{found} in all")),
        (false, false) => None,
    };
    Ok(SearchCounts {
        said,
        drawing: chart::histogram(SHARE, &bars),
        caption: caption(&bars),
        months,
        is_cut: 0 < earlier,
        sections: sections.map(in_section).collect(),
        symbols: symbols.map(of_symbol).collect(),
    })
}

/// Returns the range and the highest bar of a drawing, in words: it has no axes.
fn caption(bars: &[Bar]) -> String {
    let Some((first, last)) = bars.first().zip(bars.last()) else { return String::new() };
    let highest = bars.iter().map(Bar::percent).fold(0.0, f64::max);
    format!("{SHARE}, {} to {}; the highest bar is {highest:.1} %", first.name, last.name)
}

/// Returns a bar for each month from the first to the last in which something was found.
fn bars(found: &[StoryCount], all: &[StoryCount]) -> Vec<Bar> {
    let first_day = |period: &str| format!("{period}-01").parse::<NaiveDate>().ok();
    let ends = found.first().zip(found.last());
    let ends = ends.and_then(|(first, last)| first_day(&first.period).zip(first_day(&last.period)));
    let Some((first, last)) = ends else { return Vec::new() };
    let count = |counts: &[StoryCount], period: &str| {
        counts.binary_search_by(|it| it.period.as_str().cmp(period)).map_or(0, |at| counts[at].stories)
    };
    let months = (0..).map_while(|nth| first.checked_add_months(Months::new(nth)));
    let periods = months.take_while(|it| *it <= last).map(|it| it.format("%Y-%m").to_string());
    periods.map(|name| Bar { part: count(found, &name), of: count(all, &name), name }).collect()
}

fn found_month(asked: &Asking, bar: &Bar) -> FoundMonth {
    let first = format!("{}-01", bar.name).parse::<NaiveDate>().ok();
    let last = first.and_then(|it| it.checked_add_months(Months::new(1))?.pred_opt());
    let query = Asking { from: first, to: last, page: 0, ..asked.clone() }.to_query();
    FoundMonth {
        period: bar.name.clone(),
        query,
        stories: bar.part,
        percent: format!("{:.1}", bar.percent()),
    }
}
