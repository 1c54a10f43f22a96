//! The answers of `quotes`: the symbols of an archive, and one of them over time. They are not the quotes of
//! [`Row`](crate::export::Row), which belong to the page they were on and do not say when that was.

use serde::Serialize;

use crate::store::{BoardCode, DailyRow, RateRow, StoredQuote, SymbolRow};

use super::form::AnswerRow;

/// A symbol, and how far it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the field of `store::SymbolRow` with its name")]
pub struct SymbolAnswer {
    pub symbol: String,
    pub kind: String,
    pub first: Option<String>,
    pub last: Option<String>,
    pub mentions: u64,
}

/// A quote, and the capture it was on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each is the column of `quotes` with its name")]
pub struct QuoteAnswer {
    pub day: String,
    pub captured_at: String,
    pub symbol: String,
    pub kind: String,
    pub price: f64,
    pub change: f64,
    pub change_pct: f64,
    pub direction: String,
    pub suspect: bool,
}

/// A day of a symbol.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each is the column of `quotes_daily` with its name")]
pub struct DailyQuoteAnswer {
    pub day: String,
    pub symbol: String,
    pub kind: String,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub change_pct: f64,
    pub captures: u64,
}

/// A value of a code on a market board.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each is the column of `rates` with its name")]
pub struct RateAnswer {
    pub day: Option<String>,
    pub board: String,
    pub code: String,
    pub name: Option<String>,
    pub unit: String,
    pub value: f64,
    pub change: Option<f64>,
    pub change_pct: Option<f64>,
    pub captured_at: String,
}

impl From<RateRow> for RateAnswer {
    fn from(row: RateRow) -> Self {
        let RateRow { day, board, code, name, unit, value, change, change_pct, captured_at } = row;
        Self { day, board, code, name, unit, value, change, change_pct, captured_at }
    }
}

/// A code of a board is listed as `board/code`, which is how it can always be asked for; its kind is the unit of its values.
impl From<BoardCode> for SymbolAnswer {
    fn from(row: BoardCode) -> Self {
        let BoardCode { board, code, unit, first, last } = row;
        Self { symbol: format!("{board}/{code}"), kind: unit, first, last, mentions: 0 }
    }
}

impl From<SymbolRow> for SymbolAnswer {
    fn from(row: SymbolRow) -> Self {
        let SymbolRow { symbol, kind, first, last, mentions } = row;
        Self { symbol, kind, first, last, mentions }
    }
}

impl From<StoredQuote> for QuoteAnswer {
    fn from(row: StoredQuote) -> Self {
        let StoredQuote {
            day,
            captured_at,
            symbol,
            kind,
            price,
            change,
            change_pct,
            direction,
            suspect,
        } = row;
        Self { day, captured_at, symbol, kind, price, change, change_pct, direction, suspect }
    }
}

impl From<DailyRow> for DailyQuoteAnswer {
    fn from(row: DailyRow) -> Self {
        let DailyRow { day, symbol, kind, open, high, low, close, change_pct, captures } = row;
        Self { day, symbol, kind, open, high, low, close, change_pct, captures }
    }
}

impl AnswerRow for SymbolAnswer {
    const COLUMNS: &'static [&'static str] = &["symbol", "kind", "first", "last", "mentions"];
}

impl AnswerRow for RateAnswer {
    const COLUMNS: &'static [&'static str] =
        &["day", "board", "code", "name", "unit", "value", "change", "change_pct", "captured_at"];
}

impl AnswerRow for QuoteAnswer {
    const COLUMNS: &'static [&'static str] = &[
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
}

impl AnswerRow for DailyQuoteAnswer {
    const COLUMNS: &'static [&'static str] =
        &["day", "symbol", "kind", "open", "high", "low", "close", "change_pct", "captures"];
}

#[cfg(test)]
mod tests {
    use super::{
        super::form::{csv_rows, tests::check_columns, to_json_lines},
        *,
    };

    #[track_caller]
    fn check<T: AnswerRow + Clone>(row: T, json: &str, csv: &str) {
        check_columns(&row);
        assert_eq!(to_json_lines([row.clone()]), format!("{json}\n"));
        assert_eq!(csv_rows([row]), format!("{csv}\r\n"));
    }

    #[test]
    fn numbers_have_a_point_in_json_and_need_none_in_csv() {
        let (day, symbol) = ("2024-01-02".to_owned(), "OGDC".to_owned());
        let symbols = SymbolRow {
            symbol: symbol.clone(),
            kind: "stock".into(),
            first: Some(day.clone()),
            last: None,
            mentions: 3,
        };
        check(
            SymbolAnswer::from(symbols),
            r#"{"symbol":"OGDC","kind":"stock","first":"2024-01-02","last":null,"mentions":3}"#,
            "OGDC,stock,2024-01-02,,3",
        );
        let quote = StoredQuote {
            day: day.clone(),
            captured_at: "2024-01-02T03:04:05Z".into(),
            symbol: symbol.clone(),
            kind: "stock".into(),
            price: 157.0,
            change: -0.25,
            change_pct: 0.0,
            direction: "down".into(),
            suspect: true,
        };
        check(
            QuoteAnswer::from(quote),
            r#"{"day":"2024-01-02","captured_at":"2024-01-02T03:04:05Z","symbol":"OGDC","kind":"stock","price":157.0,"change":-0.25,"change_pct":0.0,"direction":"down","suspect":true}"#,
            "2024-01-02,2024-01-02T03:04:05Z,OGDC,stock,157,-0.25,0,down,true",
        );
        let rate = RateRow {
            day: Some(day.clone()),
            board: "forex".into(),
            code: "USD".into(),
            name: Some("Dollar, selling".into()),
            unit: "rate".into(),
            value: 278.93,
            change: None,
            change_pct: Some(-0.5),
            captured_at: "2024-01-02T03:04:05Z".into(),
        };
        check(
            RateAnswer::from(rate),
            r#"{"day":"2024-01-02","board":"forex","code":"USD","name":"Dollar, selling","unit":"rate","value":278.93,"change":null,"change_pct":-0.5,"captured_at":"2024-01-02T03:04:05Z"}"#,
            "2024-01-02,forex,USD,\"Dollar, selling\",rate,278.93,,-0.5,2024-01-02T03:04:05Z",
        );
        let daily = DailyRow {
            day,
            symbol,
            kind: "stock".into(),
            open: 1.5,
            high: 2.0,
            low: 1.0,
            close: 1.75,
            change_pct: 16.67,
            captures: 4,
        };
        check(
            DailyQuoteAnswer::from(daily),
            r#"{"day":"2024-01-02","symbol":"OGDC","kind":"stock","open":1.5,"high":2.0,"low":1.0,"close":1.75,"change_pct":16.67,"captures":4}"#,
            "2024-01-02,OGDC,stock,1.5,2,1,1.75,16.67,4",
        );
    }
}
