//! Symbols: all of them, and one over time with the stories that name it.

use askama::Template;

use crate::{
    export::answers::{DailyQuoteAnswer, csv_header, csv_rows, to_json_lines},
    store::{DailyRow, Reader, StoreError, StoryListing, SymbolRow},
    web::{
        answer::WebAnswer,
        chart::{ChartDay, drawing},
        readers::ServedPaper,
        route::Form,
    },
};

use super::frame::{Frame, NamedLink, StoryLine};

/// Stories and days on one page.
const SHOWN_MAX: u32 = 100;

#[derive(Template)]
#[template(path = "symbols.html")]
struct SymbolsPage {
    frame: Frame,
    symbols: Vec<KnownSymbol>,
}

struct KnownSymbol {
    link: NamedLink,
    row: SymbolRow,
}

#[derive(Template)]
#[template(path = "symbol.html")]
struct SymbolPage {
    frame: Frame,
    symbol: NamedLink,
    chart: Option<String>,
    days: Vec<PricedDay>,
    stories: Vec<StoryLine>,
}

struct PricedDay {
    day: String,
    close: String,
    change: String,
    stories: u64,
}

pub(super) fn symbols(served: &ServedPaper, reader: &Reader) -> Result<Option<WebAnswer>, StoreError> {
    let known = |row: SymbolRow| KnownSymbol { link: NamedLink::new("symbol", &row.symbol), row };
    let symbols = reader.symbols()?.into_iter().map(known).collect();
    Ok(Some(WebAnswer::page(&SymbolsPage { frame: Frame::new(served, "Symbols"), symbols })))
}

pub(super) fn symbol(
    served: &ServedPaper,
    reader: &Reader,
    symbol: &str,
    form: Form,
) -> Result<Option<WebAnswer>, StoreError> {
    let daily = reader.quotes_daily(symbol, None)?;
    let mentions = reader.mentions_by_day(symbol)?;
    if daily.is_empty() && mentions.is_empty() {
        return Ok(None);
    }
    let rows = |daily: Vec<DailyRow>| daily.into_iter().map(DailyQuoteAnswer::from);
    match form {
        Form::Csv => {
            let text = csv_header::<DailyQuoteAnswer>() + &csv_rows(rows(daily));
            return Ok(Some(WebAnswer::of("text/csv; charset=utf-8", text.into_bytes())));
        }
        Form::Json => {
            let text = to_json_lines(rows(daily));
            return Ok(Some(WebAnswer::of("application/x-ndjson; charset=utf-8", text.into_bytes())));
        }
        Form::Page | Form::Atom => {}
    }
    let stories_of = |day: &str| mentions.iter().find(|it| it.period == day).map_or(0, |it| it.stories);
    let drawn: Vec<ChartDay> = daily
        .iter()
        .filter_map(|it| {
            let day = it.day.parse().ok()?;
            Some(ChartDay { day, close: it.close, stories: stories_of(&it.day) })
        })
        .collect();
    let days = daily.iter().rev().take(SHOWN_MAX as usize).map(|it| PricedDay {
        day: it.day.clone(),
        close: it.close.to_string(),
        change: format!("{:+.2} %", it.change_pct),
        stories: stories_of(&it.day),
    });
    let listing =
        StoryListing { symbol: Some(symbol.to_owned()), limit: SHOWN_MAX, ..StoryListing::default() };
    let page = SymbolPage {
        frame: Frame::new(served, symbol),
        symbol: NamedLink::new("symbol", symbol),
        chart: drawing(&drawn),
        days: days.collect(),
        stories: reader.list(&listing)?.into_iter().map(StoryLine::from).collect(),
    };
    Ok(Some(WebAnswer::page(&page)))
}
