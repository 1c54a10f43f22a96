//! `tearsheet quotes`: a symbol over time.

use chrono::{NaiveDate, Utc};
use serde_json::{Value, json};

use crate::{
    export::{Existing, Place, csv_text},
    model::Days,
    store::{DailyRow, Reader, StoredQuote, SymbolRow},
};

use super::{
    args::{Common, QuotesArgs, RowFormat},
    chart::{self, Series},
    days::today,
    failure::{Exit, Usage},
    printer::Printer,
    session::Session,
};

/// Names that are near enough to be meant.
const LIKENESS_MIN: f64 = 0.7;
const NEAREST_MAX: usize = 5;

pub(super) fn run(common: &Common, args: &QuotesArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let reader = session.reader()?;
    if args.list {
        printer.data(&list(&reader.symbols()?, args.format))?;
        return Ok(Exit::Done);
    }
    let days = args.range.bounds(today(&session.config.profile, Utc::now()))?;
    let mut symbols = Vec::new();
    for symbol in &args.symbols {
        symbols.push(known(&reader, symbol)?);
    }
    if symbols.is_empty() {
        let hint = "`tearsheet quotes OGDC`; `tearsheet quotes --list` names every symbol";
        return Err(Usage::new("no symbol is named", hint).into());
    }
    if args.plot || args.out.is_some() {
        let existing = if args.force { Existing::Replace } else { Existing::Keep };
        let place = args.out.as_deref().map(|it| session.place(it, existing));
        return plot(&reader, &symbols, days, place, printer);
    }
    let mut found = false;
    for (at, symbol) in symbols.iter().enumerate() {
        let text = if args.daily {
            let rows = reader.quotes_daily(symbol, days)?;
            found |= !rows.is_empty();
            daily(&rows, args.format, at == 0)
        } else {
            let rows = reader.quotes(symbol, days)?;
            found |= !rows.is_empty();
            every(&rows, args.format, at == 0)
        };
        printer.data(&text)?;
    }
    if !found {
        printer.note("quotes: nothing on these days; `--list` says how far each symbol is known");
    }
    Ok(Exit::Done)
}

/// The symbol as the archive spells it, or the nearest ones.
fn known(reader: &Reader, symbol: &str) -> anyhow::Result<String> {
    let upper = symbol.to_uppercase();
    if reader.has_quotes(&upper)? {
        return Ok(upper);
    }
    let symbols = reader.symbols()?;
    let mut near: Vec<(f64, &str)> = symbols
        .iter()
        .filter(|it| it.first.is_some())
        .map(|it| (strsim::jaro_winkler(&upper, &it.symbol), it.symbol.as_str()))
        .filter(|it| LIKENESS_MIN <= it.0)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.iter().take(NEAREST_MAX).map(|it| it.1).collect();
    let hint = if near.is_empty() {
        "`tearsheet quotes --list` names every symbol".to_owned()
    } else {
        format!("did you mean {}? `tearsheet quotes --list` names every symbol", near.join(", "))
    };
    Err(Usage::new(format!("`{symbol}` was never on a ticker in this archive"), hint).into())
}

fn list(symbols: &[SymbolRow], format: RowFormat) -> String {
    match format {
        RowFormat::Table => {
            let mut out = "symbol        kind   first       last        mentions\n".to_owned();
            for SymbolRow { symbol, kind, first, last, mentions } in symbols {
                let (first, last) = (first.as_deref().unwrap_or("-"), last.as_deref().unwrap_or("-"));
                out += &format!("{symbol:<12}  {kind:<5}  {first:<10}  {last:<10}  {mentions:>8}\n");
            }
            out
        }
        RowFormat::Csv | RowFormat::Jsonl => {
            let value = |it: &SymbolRow| {
                json!({
                    "symbol": it.symbol, "kind": it.kind, "first": it.first, "last": it.last, "mentions": it.mentions,
                })
            };
            let columns = ["symbol", "kind", "first", "last", "mentions"];
            for_programs(symbols.iter().map(value), &columns, format, true)
        }
    }
}

fn every(rows: &[StoredQuote], format: RowFormat, is_first: bool) -> String {
    match format {
        RowFormat::Table => {
            let mut out = String::new();
            if is_first {
                out +=
                    "captured_at           symbol              price      change       %  direction\n";
            }
            for row in rows {
                let StoredQuote {
                    day: _,
                    captured_at,
                    symbol,
                    kind: _,
                    price,
                    change,
                    change_pct,
                    direction,
                    suspect,
                } = row;
                let doubt = if *suspect { "  suspect" } else { "" };
                out += &format!(
                    "{captured_at:<20}  {symbol:<12}  {price:>11.2}  {change:>10.2}  {change_pct:>6.2}  {direction}{doubt}\n"
                );
            }
            out
        }
        RowFormat::Csv | RowFormat::Jsonl => {
            let value = |it: &StoredQuote| {
                json!({
                    "day": it.day, "captured_at": it.captured_at, "symbol": it.symbol, "kind": it.kind, "price": it.price,
                    "change": it.change, "change_pct": it.change_pct, "direction": it.direction, "suspect": it.suspect,
                })
            };
            let columns = [
                "day",
                "captured_at",
                "symbol",
                "kind",
                "price",
                "change",
                "change_pct",
                "direction",
                "suspect",
            ];
            for_programs(rows.iter().map(value), &columns, format, is_first)
        }
    }
}

fn daily(rows: &[DailyRow], format: RowFormat, is_first: bool) -> String {
    match format {
        RowFormat::Table => {
            let mut out = String::new();
            if is_first {
                out += "day         symbol               open         high          low        close       %  captures\n";
            }
            for row in rows {
                let DailyRow { day, symbol, kind: _, open, high, low, close, change_pct, captures } =
                    row;
                out += &format!(
                    "{day}  {symbol:<12}  {open:>11.2}  {high:>11.2}  {low:>11.2}  {close:>11.2}  {change_pct:>6.2}  {captures:>8}\n"
                );
            }
            out
        }
        RowFormat::Csv | RowFormat::Jsonl => {
            let value = |it: &DailyRow| {
                json!({
                    "day": it.day, "symbol": it.symbol, "kind": it.kind, "open": it.open, "high": it.high, "low": it.low,
                    "close": it.close, "change_pct": it.change_pct, "captures": it.captures,
                })
            };
            let columns =
                ["day", "symbol", "kind", "open", "high", "low", "close", "change_pct", "captures"];
            for_programs(rows.iter().map(value), &columns, format, is_first)
        }
    }
}

/// Rows as CSV, the header before the first ones, or as JSON lines.
fn for_programs(
    values: impl Iterator<Item = Value>,
    columns: &[&str],
    format: RowFormat,
    is_first: bool,
) -> String {
    if format == RowFormat::Jsonl {
        return values.map(|it| it.to_string() + "\n").collect();
    }
    let cell = |it: &Value| match it {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // `157000`, not `157000.0`.
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |it| it.to_string()),
        other => other.to_string(),
    };
    let cells = values.map(|it| columns.iter().map(|column| cell(&it[*column])).collect());
    csv_text(if is_first { columns } else { &[] }, cells)
}

fn plot(
    reader: &Reader,
    symbols: &[String],
    days: Option<Days>,
    out: Option<Place>,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let mut series = Vec::new();
    for symbol in symbols {
        let rows = reader.quotes_daily(symbol, days)?;
        let points = rows.iter().filter_map(|it| Some((it.day.parse::<NaiveDate>().ok()?, it.close)));
        series.push(Series { name: symbol.clone(), points: points.collect() });
    }
    if series.iter().all(|it| it.points.is_empty()) {
        let hint = "`--list` says how far each symbol is known";
        return Err(Usage::new("there is nothing to draw on these days", hint).into());
    }
    match out {
        Some(place) => {
            let target = place.path().display().to_string();
            chart::write(&series, place)?;
            printer.note(&format!("quotes: drawn into {target}"));
        }
        None => printer.data(&chart::draw(&series))?,
    }
    Ok(Exit::Done)
}
