//! `tearsheet export datasette-metadata`: the titles, descriptions and queries that Datasette shows beside the tables. It exports no
//! rows, so it is not part of `export`.

use std::fmt::Write as _;

use crate::{config::Profile, export::Destination};

use super::{failure::Exit, printer::Printer, session::Session};

/// The tables and views that people browse.
const TABLES: &[(&str, &str, &str, &[&str])] = &[
    (
        "articles",
        "Stories in their newest wording",
        "published_on",
        &["section", "byline", "published_on"],
    ),
    ("quotes", "Rows of the ticker, dated by capture", "captured_at", &["symbol", "kind", "direction"]),
    ("tags", "Topics of stories", "", &["tag"]),
    ("pages", "Every page that is known, and its state", "found_at", &["state", "reason", "via"]),
    ("captures", "Bytes at a time", "captured_at", &["source", "status"]),
    ("requests", "Every request that went out", "at", &["status", "wait_reason"]),
    ("runs", "Who wrote when", "started_at", &["command", "outcome"]),
    ("mentions", "Symbols that stories name", "", &["symbol"]),
];

pub(super) fn run(
    session: &Session,
    out: Option<Destination>,
    printer: &Printer,
) -> anyhow::Result<Exit> {
    let database = session.archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = metadata(&session.config.profile, &database);
    match out {
        None => printer.data(&text)?,
        Some(destination) => destination.keep(text.as_bytes())?,
    }
    Ok(Exit::Done)
}

fn metadata(profile: &Profile, database: &str) -> String {
    // A JSON string is a YAML string.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut out = format!(
        "title: {}\ndescription: {}\nsource: {}\nsource_url: {}\ndatabases:\n  {}:\n    tables:\n",
        quoted(&format!("{}, archived", profile.name)),
        quoted("News stories with their versions, topics and market numbers, made by tearsheet"),
        quoted(&profile.name),
        quoted(profile.base_url.as_str()),
        quoted(database)
    );
    for (table, description, sort, facets) in TABLES {
        let _ = writeln!(out, "      {table}:\n        description: {}", quoted(description));
        if !sort.is_empty() {
            let _ = writeln!(out, "        sort_desc: {sort}");
        }
        let _ = writeln!(out, "        facets: [{}]", facets.join(", "));
    }
    let _ = writeln!(
        out,
        "    queries:\n      stories_of_a_day:\n        title: Stories of a day\n        sql: >-\n          \
         SELECT time, section, headline, byline, words, id FROM stories WHERE day = :day ORDER BY time\n      \
         symbol_over_time:\n        title: A symbol over time\n        sql: >-\n          \
         SELECT day, open, high, low, close, change_pct FROM quotes_daily WHERE symbol = :symbol ORDER BY day"
    );
    out
}
