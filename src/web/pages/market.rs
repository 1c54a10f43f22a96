//! Symbols of the ticker and codes of market boards: all of them, and one over time, with the stories that name it.

use askama::Template;

use crate::{
    export::answers::{DailyQuoteAnswer, RateAnswer},
    store::{BoardCode, Reader, StoreError, StoryListing, SymbolRow},
    web::{
        answer::WebAnswer,
        chart::{ChartDay, drawing},
        readers::ServedPaper,
        route::Form,
    },
};

use super::frame::{Frame, NamedLink, StoryLine, as_rows, board_code_link, change, figure, percentage};

/// Stories and days on one page.
const SHOWN_MAX: u32 = 100;

#[derive(Template)]
#[template(path = "symbols.html")]
struct SymbolsPage {
    frame: Frame,
    symbols: Vec<KnownSymbol>,
    codes: Vec<KnownCode>,
}

struct KnownSymbol {
    link: NamedLink,
    row: SymbolRow,
}

struct KnownCode {
    link: NamedLink,
    row: BoardCode,
}

#[derive(Template)]
#[template(path = "symbol.html")]
struct SymbolPage {
    frame: Frame,
    symbol: NamedLink,
    chart: Option<String>,
    days: Vec<PricedDay>,
    boards: Vec<NamedLink>,
    stories: Vec<StoryLine>,
}

#[derive(Template)]
#[template(path = "board_code.html")]
struct BoardCodePage {
    frame: Frame,
    board: String,
    name: Option<String>,
    unit: String,
    path: String,
    chart: Option<String>,
    days: Vec<RatedDay>,
    /// The other boards that have the code.
    boards: Vec<NamedLink>,
}

struct PricedDay {
    day: String,
    close: String,
    change: String,
    stories: u64,
}

struct RatedDay {
    day: String,
    value: String,
    change: String,
}

pub(super) fn symbols(served: &ServedPaper, reader: &Reader) -> Result<Option<WebAnswer>, StoreError> {
    let known = |row: SymbolRow| KnownSymbol { link: NamedLink::new("symbol", &row.symbol), row };
    let symbols = reader.symbols()?.into_iter().map(known).collect();
    let known = |row: BoardCode| KnownCode { link: board_code_link(&row.board, &row.code), row };
    let codes = reader.board_codes()?.into_iter().map(known).collect();
    Ok(Some(WebAnswer::page(&SymbolsPage { frame: Frame::new(served, "Symbols"), symbols, codes })))
}

pub(super) fn symbol(
    served: &ServedPaper,
    reader: &Reader,
    symbol: &str,
    form: Form,
) -> Result<Option<WebAnswer>, StoreError> {
    let daily = reader.quotes_daily(symbol, None)?;
    let mentions = served.shelf.columns()?.mentions_by_day(symbol);
    let boards = reader.boards_of(symbol)?;
    if daily.is_empty() && mentions.is_empty() {
        // A code that is no symbol of the ticker means the board that has it.
        let Some(board) = boards.first() else { return Ok(None) };
        return board_code(served, reader, board, symbol, form);
    }
    if form != Form::Page {
        return Ok(as_rows::<DailyQuoteAnswer, _>(daily, form));
    }
    let stories_of = |day: &str| {
        let found = mentions.binary_search_by(|it| it.period.as_str().cmp(day));
        found.map_or(0, |at| mentions[at].stories)
    };
    let drawn: Vec<ChartDay> = daily
        .iter()
        .filter_map(|it| {
            let day = it.day.parse().ok()?;
            Some(ChartDay { day, value: it.close, stories: stories_of(&it.day) })
        })
        .collect();
    let days = daily.iter().rev().take(SHOWN_MAX as usize).map(|it| PricedDay {
        day: it.day.clone(),
        close: figure(it.close),
        change: percentage(it.change_pct),
        stories: stories_of(&it.day),
    });
    let listing =
        StoryListing { symbol: Some(symbol.to_owned()), limit: SHOWN_MAX, ..StoryListing::default() };
    let page = SymbolPage {
        frame: Frame::new(served, symbol),
        symbol: NamedLink::new("symbol", symbol),
        chart: drawing(&drawn),
        days: days.collect(),
        boards: boards.iter().map(|board| board_code_link(board, symbol)).collect(),
        stories: reader.list(&listing)?.into_iter().map(StoryLine::from).collect(),
    };
    Ok(Some(WebAnswer::page(&page)))
}

/// Returns the page of a code of a market board.
pub(super) fn board_code(
    served: &ServedPaper,
    reader: &Reader,
    board: &str,
    code: &str,
    form: Form,
) -> Result<Option<WebAnswer>, StoreError> {
    let rates = reader.rates(board, code, None)?;
    let Some(last) = rates.last() else { return Ok(None) };
    if form != Form::Page {
        return Ok(as_rows::<RateAnswer, _>(rates, form));
    }
    let drawn: Vec<ChartDay> = rates
        .iter()
        .filter_map(|it| {
            Some(ChartDay { day: it.day.as_ref()?.parse().ok()?, value: it.value, stories: 0 })
        })
        .collect();
    let days = rates.iter().rev().take(SHOWN_MAX as usize).map(|it| RatedDay {
        day: it.day.clone().unwrap_or_default(),
        value: figure(it.value),
        change: change(it),
    });
    let others = reader.boards_of(code)?.into_iter().filter(|it| it != board);
    let page = BoardCodePage {
        frame: Frame::new(served, code),
        board: board.to_owned(),
        name: last.name.clone(),
        unit: last.unit.clone(),
        path: board_code_link(board, code).path,
        chart: drawing(&drawn),
        days: days.collect(),
        boards: others.map(|it| board_code_link(&it, code)).collect(),
    };
    Ok(Some(WebAnswer::page(&page)))
}
