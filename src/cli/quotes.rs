//! `tearsheet quotes`: a symbol of the ticker, or a code of a market board, over time: as a table for people or as rows for
//! programs. Charts are in `plot`; which of the two a word means is decided in `instrument`.

use crate::{
    clock,
    export::{
        Existing,
        answers::{
            AnswerRow, DailyQuoteAnswer, QuoteAnswer, RateAnswer, SymbolAnswer, csv_header, csv_rows,
            to_json_lines,
        },
    },
    model::Days,
    store::{DailyRow, RateRow, Reader, StoredQuote},
};

use super::{
    args::{Common, QuotesArgs, RowFormat},
    days::today,
    failure::{Exit, Usage},
    instrument::{Instrument, instruments},
    plot::{self, PlotForm},
    printer::Printer,
    setup::Setup,
};

const EVERY_HEADING: &str =
    "captured_at           symbol              price      change       %  direction\n";
const DAILY_HEADING: &str =
    "day         symbol               open         high          low        close       %  captures\n";
const RATE_HEADING: &str =
    "day         board      code                value      change       %  unit    captured_at\n";

pub(super) fn run(common: &Common, args: &QuotesArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let reader = setup.reader()?;
    if args.list {
        printer.data(&list(&reader, args.format)?)?;
        return Ok(Exit::Done);
    }
    let days = args.range.bounds(today(&setup.config.profile, clock::now()))?;
    let asked = instruments(&reader, &args.symbols)?;
    if args.plot || args.out.is_some() {
        let existing = if args.force { Existing::Replace } else { Existing::Keep };
        let destination = args.out.as_deref().map(|it| setup.destination(it, existing));
        let form = PlotForm { size: args.size.0, source: &setup.config.profile.name };
        return plot::run(&reader, &asked, days, destination, &form, printer);
    }
    let (symbols, codes): (Vec<_>, Vec<_>) =
        asked.iter().partition(|it| matches!(it, Instrument::Symbol(_)));
    if args.format == RowFormat::Csv && !symbols.is_empty() && !codes.is_empty() {
        let hint = "ask for them apart, or take `--format jsonl`";
        return Err(
            Usage::new("symbols of the ticker and codes of boards have other columns", hint).into()
        );
    }
    let mut rows = 0;
    for (group, heading) in [(symbols, of_symbols(args)), (codes, of_codes(args))] {
        if group.is_empty() {
            continue;
        }
        printer.data(&heading)?;
        for instrument in group {
            let answer = answer(&reader, instrument, args, days)?;
            rows += answer.rows;
            printer.data(&answer.text)?;
        }
    }
    if rows == 0 {
        printer.note("quotes: nothing on these days; `--list` says how far each symbol is known");
    }
    Ok(Exit::Done)
}

/// The rows of one instrument, as they are printed.
struct Answer {
    text: String,
    rows: usize,
}

fn answer(
    reader: &Reader,
    instrument: &Instrument,
    args: &QuotesArgs,
    days: Option<Days>,
) -> anyhow::Result<Answer> {
    Ok(match instrument {
        Instrument::Symbol(symbol) if args.daily => {
            let rows = reader.quotes_daily(symbol, days)?;
            Answer { rows: rows.len(), text: daily(rows, args.format) }
        }
        Instrument::Symbol(symbol) => {
            let rows = reader.quotes(symbol, days)?;
            Answer { rows: rows.len(), text: every(rows, args.format) }
        }
        Instrument::Code { board, code } => {
            let rows = if args.daily {
                reader.rates(board, code, days)?
            } else {
                reader.board_values(board, code, days)?
            };
            Answer { rows: rows.len(), text: rates(rows, args.format) }
        }
    })
}

fn of_symbols(args: &QuotesArgs) -> String {
    if args.daily {
        heading::<DailyQuoteAnswer>(args.format, DAILY_HEADING)
    } else {
        heading::<QuoteAnswer>(args.format, EVERY_HEADING)
    }
}

fn of_codes(args: &QuotesArgs) -> String {
    heading::<RateAnswer>(args.format, RATE_HEADING)
}

fn list(reader: &Reader, format: RowFormat) -> anyhow::Result<String> {
    let symbols = reader.symbols()?.into_iter().map(SymbolAnswer::from);
    let codes = reader.board_codes()?.into_iter().map(SymbolAnswer::from);
    let rows = symbols.chain(codes);
    if format != RowFormat::Table {
        return Ok(heading::<SymbolAnswer>(format, "") + &for_programs(rows, format));
    }
    let mut out = "symbol                kind    first       last        mentions\n".to_owned();
    for SymbolAnswer { symbol, kind, first, last, mentions } in rows {
        let (first, last) = (first.as_deref().unwrap_or("-"), last.as_deref().unwrap_or("-"));
        out += &format!("{symbol:<20}  {kind:<6}  {first:<10}  {last:<10}  {mentions:>8}\n");
    }
    Ok(out)
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

fn rates(rows: Vec<RateRow>, format: RowFormat) -> String {
    if format != RowFormat::Table {
        return for_programs(rows.into_iter().map(RateAnswer::from), format);
    }
    let line = |row: RateRow| {
        let RateRow { day, board, code, name: _, unit, value, change, change_pct, captured_at } = row;
        let day = day.as_deref().unwrap_or("-");
        let number = |it: Option<f64>| it.map_or("-".to_owned(), |it| format!("{it:.2}"));
        let (change, change_pct) = (number(change), number(change_pct));
        format!(
            "{day:<10}  {board:<9}  {code:<12}  {value:>11}  {change:>10}  {change_pct:>6}  {unit:<6}  {captured_at}\n"
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
