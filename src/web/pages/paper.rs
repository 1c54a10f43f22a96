//! The paper by its days: the newest, all of them at a glance, a month, a day, and a day of every year.

use askama::Template;
use chrono::{Datelike, NaiveDate};

use crate::{
    clock,
    export::answers::StoryAnswer,
    jobs,
    model::{Days, Verdict, counted},
    store::{ListedStory, RateRow, ReadStory, Reader, StoreError, StoryListing},
    web::{
        answer::{CacheTime, WebAnswer},
        readers::ServedPaper,
        route::Form,
    },
};

use super::{
    frame::{Frame, NamedLink, StoryLine, as_rows, board_code_link, change, figure, percentage},
    status::lines,
};

/// The most stories of a day that are shown.
const STORIES_MAX: u32 = 5_000;
/// The stories of a day that were read most.
const READ_MAX: u32 = 10;
/// The months of the front page.
const MONTHS_SHOWN: usize = 12;

/// Stories of one section.
pub(super) struct StoryGroup {
    pub(super) title: String,
    pub(super) stories: Vec<StoryLine>,
}

struct MonthLine {
    period: String,
    stories: u64,
    /// Of the month with the most stories, in hundredths.
    share: u64,
}

struct DayLine {
    day: String,
    /// `Monday 4 March 2024`, and what is said of it to those who do not see the table: `138 stories, complete`.
    name: String,
    said: String,
    stories: u64,
    state: &'static str,
    glyph: &'static str,
    why: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    day: Option<String>,
    groups: Vec<StoryGroup>,
    months: Vec<MonthLine>,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct CalendarPage {
    frame: Frame,
    months: Vec<MonthLine>,
    total: String,
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage {
    frame: Frame,
    /// The months with stories before and after.
    before: Option<String>,
    after: Option<String>,
    days: Vec<DayLine>,
}

#[derive(Template)]
#[template(path = "day.html")]
struct DayPage {
    frame: Frame,
    day: String,
    verdict: String,
    groups: Vec<StoryGroup>,
    indices: Vec<IndexLine>,
    boards: Vec<ShownBoard>,
    read: Vec<ReadStory>,
    before: Option<String>,
    after: Option<String>,
    /// The same day in every year: `/on/03-28`.
    on: String,
}

/// A market board as it was seen last for a day.
struct ShownBoard {
    name: String,
    rows: Vec<ShownRate>,
}

struct ShownRate {
    link: NamedLink,
    code: String,
    name: Option<String>,
    value: String,
    change: String,
}

struct IndexLine {
    link: NamedLink,
    close: String,
    change: String,
}

#[derive(Template)]
#[template(path = "on.html")]
struct OnPage {
    frame: Frame,
    groups: Vec<StoryGroup>,
}

pub(super) fn home(served: &ServedPaper, reader: &Reader) -> Result<Option<WebAnswer>, StoreError> {
    let day = reader.newest_day()?;
    let groups = match day.as_deref().and_then(|it| it.parse().ok()) {
        Some(day) => by_section(of_day(reader, day)?),
        None => Vec::new(),
    };
    let mut months = month_lines(reader, None)?;
    months.reverse();
    months.truncate(MONTHS_SHOWN);
    let frame = Frame::new(served, "Front page");
    Ok(Some(WebAnswer::page(&HomePage { frame, day, groups, months, lines: lines(served, reader)? })))
}

pub(super) fn calendar(
    served: &ServedPaper,
    reader: &Reader,
    year: Option<i32>,
) -> Result<Option<WebAnswer>, StoreError> {
    let months = month_lines(reader, year)?;
    if year.is_some() && months.is_empty() {
        return Ok(None);
    }
    let total = counted(months.iter().map(|it| it.stories).sum(), "story");
    let title = year.map_or("Calendar".to_owned(), |it| format!("Calendar of {it}"));
    Ok(Some(WebAnswer::page(&CalendarPage { frame: Frame::new(served, title), months, total })))
}

fn month_lines(reader: &Reader, year: Option<i32>) -> Result<Vec<MonthLine>, StoreError> {
    let all = reader.months()?;
    let most = all.iter().map(|it| it.stories).max().unwrap_or(1);
    let is_of_year = |period: &str| year.is_none_or(|year| period.starts_with(&format!("{year:04}-")));
    Ok(all
        .into_iter()
        .filter(|it| is_of_year(&it.period))
        .map(|it| MonthLine { share: it.stories * 100 / most, period: it.period, stories: it.stories })
        .collect())
}

pub(super) fn month(
    served: &ServedPaper,
    reader: &Reader,
    first: NaiveDate,
) -> Result<Option<WebAnswer>, StoreError> {
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    let last = next.pred_opt().unwrap_or(first);
    let days = jobs::coverage(reader, &served.profile, Days { first, last }, clock::now())?;
    let line = |it: &jobs::CoveredDay| {
        let state = it.verdict.code();
        DayLine {
            day: it.day.to_string(),
            name: it.day.format("%A %-d %B %Y").to_string(),
            said: format!("{}, {state}", counted(it.articles, "story")),
            stories: it.articles,
            state,
            glyph: glyph(it.verdict),
            why: it.why.clone(),
        }
    };
    let period = first.format("%Y-%m").to_string();
    let months = reader.months()?;
    let before = months.iter().rev().find(|it| it.period < period).map(|it| it.period.clone());
    let after = months.iter().find(|it| period < it.period).map(|it| it.period.clone());
    let page = MonthPage {
        frame: Frame::new(served, first.format("%B %Y").to_string()),
        before,
        after,
        days: days.iter().map(line).collect(),
    };
    Ok(Some(WebAnswer::page(&page)))
}

/// The glyphs of `coverage`.
fn glyph(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Complete => "#",
        Verdict::Thin => "t",
        Verdict::Partial => "p",
        Verdict::Blocked => "B",
        Verdict::Empty => "0",
        Verdict::Unknown => ".",
        Verdict::Open => "~",
    }
}

pub(super) fn day(
    served: &ServedPaper,
    reader: &Reader,
    day: NaiveDate,
    form: Form,
) -> Result<Option<WebAnswer>, StoreError> {
    let stories = of_day(reader, day)?;
    if let Some(answer) = as_list(&stories, form) {
        return Ok(Some(answer));
    }
    let covered = jobs::coverage(reader, &served.profile, Days { first: day, last: day }, clock::now())?;
    let verdict = covered.first().map_or(Verdict::Unknown, |it| it.verdict);
    let why = covered.first().map(|it| it.why.clone()).unwrap_or_default();
    let (before, after) = reader.days_beside(&day.to_string())?;
    let count = counted(stories.len() as u64, "story");
    let words =
        if why.is_empty() { verdict.code().to_owned() } else { format!("{}: {why}", verdict.code()) };
    let page = DayPage {
        frame: Frame::new(served, day.format("%A %-d %B %Y").to_string()),
        day: day.to_string(),
        verdict: format!("{count}, {words}"),
        groups: by_section(stories),
        indices: indices(reader, day)?,
        boards: boards(reader, day)?,
        read: reader.read_most(Some(&day.to_string()), READ_MAX)?,
        before,
        after,
        on: format!("/on/{:02}-{:02}", day.month(), day.day()),
    };
    // What is complete changes no more, but for a later wording.
    let keeping = if verdict == Verdict::Complete { CacheTime::Day } else { CacheTime::Ask };
    Ok(Some(WebAnswer::page(&page).keeping(keeping)))
}

fn boards(reader: &Reader, day: NaiveDate) -> Result<Vec<ShownBoard>, StoreError> {
    let mut boards: Vec<ShownBoard> = Vec::new();
    for rate in reader.rates_on(&day.to_string())? {
        let change = change(&rate);
        let RateRow { board, code, name, value, .. } = rate;
        let link = board_code_link(&board, &code);
        let line = ShownRate { link, code, name, value: figure(value), change };
        match boards.iter_mut().find(|it| it.name == board) {
            Some(board) => board.rows.push(line),
            None => boards.push(ShownBoard { name: board, rows: vec![line] }),
        }
    }
    Ok(boards)
}

fn indices(reader: &Reader, day: NaiveDate) -> Result<Vec<IndexLine>, StoreError> {
    let mut lines = Vec::new();
    for symbol in reader.symbols()?.into_iter().filter(|it| it.kind == "index") {
        let daily = reader.quotes_daily(&symbol.symbol, Some(Days { first: day, last: day }))?;
        lines.extend(daily.into_iter().map(|it| IndexLine {
            link: NamedLink::new("symbol", &it.symbol),
            close: figure(it.close),
            change: percentage(it.change_pct),
        }));
    }
    Ok(lines)
}

pub(super) fn on(
    served: &ServedPaper,
    reader: &Reader,
    month: u32,
    day: u32,
) -> Result<Option<WebAnswer>, StoreError> {
    let mut groups = Vec::new();
    let mut years: Vec<i32> =
        reader.months()?.iter().filter_map(|it| it.period.get(..4)?.parse().ok()).collect();
    years.dedup();
    for year in years.into_iter().rev() {
        let Some(day) = NaiveDate::from_ymd_opt(year, month, day) else { continue };
        let stories: Vec<StoryLine> = of_day(reader, day)?.into_iter().map(StoryLine::from).collect();
        if !stories.is_empty() {
            groups.push(StoryGroup { title: day.to_string(), stories });
        }
    }
    let name = NaiveDate::from_ymd_opt(2024, month, day).map(|it| it.format("%-d %B").to_string());
    let frame = Frame::new(served, format!("{} in every year", name.unwrap_or_default()));
    Ok(Some(WebAnswer::page(&OnPage { frame, groups })))
}

fn of_day(reader: &Reader, day: NaiveDate) -> Result<Vec<ListedStory>, StoreError> {
    let days = Some(Days { first: day, last: day });
    reader.list(&StoryListing { days, limit: STORIES_MAX, ..StoryListing::default() })
}

/// Returns stories as a list for programs; `None` for the page.
pub(super) fn as_list(stories: &[ListedStory], form: Form) -> Option<WebAnswer> {
    as_rows::<StoryAnswer, _>(stories.iter().cloned(), form)
}

/// Returns stories by section, the section with the most first.
fn by_section(stories: Vec<ListedStory>) -> Vec<StoryGroup> {
    let mut groups: Vec<StoryGroup> = Vec::new();
    for story in stories {
        let title = story.section.clone().unwrap_or_else(|| "No section".to_owned());
        let line = StoryLine::from(story);
        match groups.iter_mut().find(|it| it.title == title) {
            Some(group) => group.stories.push(line),
            None => groups.push(StoryGroup { title, stories: vec![line] }),
        }
    }
    groups.sort_by_key(|it| std::cmp::Reverse(it.stories.len()));
    groups
}
