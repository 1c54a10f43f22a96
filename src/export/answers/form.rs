//! How an answer is written: as JSON, as JSON lines, or as CSV. It is a file of its own so that the answers do not depend on the
//! list of them.

use serde::Serialize;
use serde_json::Value;

use super::super::csv::csv_text;

/// An answer that is a row of a table.
pub trait AnswerRow: Serialize {
    /// The names of the fields, in their order.
    const COLUMNS: &'static [&'static str];
}

/// Returns an answer as indented JSON that ends with a line break.
pub fn to_json(answer: &impl Serialize) -> String {
    serde_json::to_string_pretty(answer).expect("an answer has only texts, numbers and lists") + "\n"
}

/// Returns rows as JSON, one object a line.
pub fn to_json_lines<T: Serialize>(rows: impl IntoIterator<Item = T>) -> String {
    let line = |row: T| {
        serde_json::to_string(&row).expect("an answer has only texts, numbers and lists") + "\n"
    };
    rows.into_iter().map(line).collect()
}

/// Returns the header of a table of such rows, as a line of CSV.
pub fn csv_header<T: AnswerRow>() -> String {
    csv_text([T::COLUMNS.iter().map(|name| (*name).to_owned()).collect()])
}

/// Returns rows as CSV, without a header. What is absent is an empty cell.
pub fn csv_rows<T: AnswerRow>(rows: impl IntoIterator<Item = T>) -> String {
    let cells = |row: T| -> Vec<String> {
        let row = serde_json::to_value(row).expect("an answer has only texts, numbers and lists");
        T::COLUMNS.iter().map(|column| cell(&row[*column])).collect()
    };
    csv_text(rows.into_iter().map(cells))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // `157000`, not `157000.0`.
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |it| it.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[derive(Serialize)]
    struct PricedRow {
        name: &'static str,
        price: f64,
        count: u64,
        note: Option<&'static str>,
        suspect: bool,
    }

    impl AnswerRow for PricedRow {
        const COLUMNS: &'static [&'static str] = &["name", "price", "count", "note", "suspect"];
    }

    fn samples() -> [PricedRow; 2] {
        [
            PricedRow { name: "OGDC, old", price: 157_000.0, count: 3, note: None, suspect: false },
            PricedRow { name: "PSO", price: -0.25, count: 0, note: Some("x \"y\""), suspect: true },
        ]
    }

    #[test]
    fn rows_print_as_csv_and_as_json_lines() {
        assert_eq!(csv_header::<PricedRow>(), "name,price,count,note,suspect\r\n");
        assert_eq!(
            csv_rows(samples()),
            "\"OGDC, old\",157000,3,,false\r\nPSO,-0.25,0,\"x \"\"y\"\"\",true\r\n"
        );
        assert_eq!(
            to_json_lines(samples()),
            "{\"name\":\"OGDC, old\",\"price\":157000.0,\"count\":3,\"note\":null,\"suspect\":false}\n\
             {\"name\":\"PSO\",\"price\":-0.25,\"count\":0,\"note\":\"x \\\"y\\\"\",\"suspect\":true}\n"
        );
    }

    /// The columns of a row are its fields: one that is renamed or added in one place only is found.
    #[track_caller]
    pub(in super::super) fn check_columns<T: AnswerRow>(row: &T) {
        let value = serde_json::to_value(row).expect("JSON");
        let names: Vec<&str> =
            value.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(names, T::COLUMNS);
    }
}
