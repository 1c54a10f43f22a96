//! `tearsheet quotes`: a symbol over time, as a table for people or as rows for programs. Charts are in `plot`.

use chrono::Utc;

use crate::{
    export::{
        Existing,
        answers::{
            AnswerRow, DailyQuoteAnswer, QuoteAnswer, SymbolAnswer, csv_header, csv_rows, to_json_lines,
        },
    },
    store::{DailyRow, Reader, StoredQuote, SymbolRow},
};

use super::{
    args::{Common, QuotesArgs, RowFormat},
    days::today,
    failure::{Exit, Usage},
    plot,
    printer::Printer,
    session::Session,
};

/// A symbol that is at least so much like the one that was typed may have been meant.
const LIKENESS_MIN: f64 = 0.7;
const NEAREST_MAX: usize = 5;

const EVERY_HEADING: &str =
    "captured_at           symbol              price      change       %  direction\n";
const DAILY_HEADING: &str =
    "day         symbol               open         high          low        close       %  captures\n";

pub(super) fn run(common: &Common, args: &QuotesArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let session = Session::new(common)?;
    let reader = session.reader()?;
    if args.list {
        printer.data(&list(reader.symbols()?, args.format))?;
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
        let destination = args.out.as_deref().map(|it| session.destination(it, existing));
        return plot::run(&reader, &symbols, days, destination, printer);
    }
    let mut found = false;
    let heading = if args.daily {
        heading::<DailyQuoteAnswer>(args.format, DAILY_HEADING)
    } else {
        heading::<QuoteAnswer>(args.format, EVERY_HEADING)
    };
    printer.data(&heading)?;
    for symbol in &symbols {
        let text = if args.daily {
            let rows = reader.quotes_daily(symbol, days)?;
            found |= !rows.is_empty();
            daily(rows, args.format)
        } else {
            let rows = reader.quotes(symbol, days)?;
            found |= !rows.is_empty();
            every(rows, args.format)
        };
        printer.data(&text)?;
    }
    if !found {
        printer.note("quotes: nothing on these days; `--list` says how far each symbol is known");
    }
    Ok(Exit::Done)
}

/// Returns the symbol as the archive spells it. The error names those that are nearest.
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

fn list(symbols: Vec<SymbolRow>, format: RowFormat) -> String {
    if format != RowFormat::Table {
        let rows = symbols.into_iter().map(SymbolAnswer::from);
        return heading::<SymbolAnswer>(format, "") + &for_programs(rows, format);
    }
    let mut out = "symbol        kind   first       last        mentions\n".to_owned();
    for SymbolRow { symbol, kind, first, last, mentions } in symbols {
        let (first, last) = (first.as_deref().unwrap_or("-"), last.as_deref().unwrap_or("-"));
        out += &format!("{symbol:<12}  {kind:<5}  {first:<10}  {last:<10}  {mentions:>8}\n");
    }
    out
}

fn every(rows: Vec<StoredQuote>, format: RowFormat) -> String {
    if format != RowFormat::Table {
        return for_programs(rows.into_iter().map(QuoteAnswer::from), format);
    }
    let line = |row: StoredQuote| {
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
        let doubt = if suspect { "  suspect" } else { "" };
        format!(
            "{captured_at:<20}  {symbol:<12}  {price:>11.2}  {change:>10.2}  {change_pct:>6.2}  {direction}{doubt}\n"
        )
    };
    rows.into_iter().map(line).collect()
}

fn daily(rows: Vec<DailyRow>, format: RowFormat) -> String {
    if format != RowFormat::Table {
        return for_programs(rows.into_iter().map(DailyQuoteAnswer::from), format);
    }
    let line = |row: DailyRow| {
        let DailyRow { day, symbol, kind: _, open, high, low, close, change_pct, captures } = row;
        format!(
            "{day}  {symbol:<12}  {open:>11.2}  {high:>11.2}  {low:>11.2}  {close:>11.2}  {change_pct:>6.2}  {captures:>8}\n"
        )
    };
    rows.into_iter().map(line).collect()
}

/// Returns what is printed before the first row.
fn heading<T: AnswerRow>(format: RowFormat, table: &str) -> String {
    match format {
        RowFormat::Table => table.to_owned(),
        RowFormat::Csv => csv_header::<T>(),
        RowFormat::Jsonl => String::new(),
    }
}

fn for_programs<T: AnswerRow>(rows: impl Iterator<Item = T>, format: RowFormat) -> String {
    if format == RowFormat::Jsonl { to_json_lines(rows) } else { csv_rows(rows) }
}
