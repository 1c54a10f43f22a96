//! `tearsheet export datasette-metadata`: the titles, descriptions and queries that Datasette shows beside the tables. It exports no
//! rows, so it is not part of `export`.

use std::fmt::Write as _;

use crate::{config::Profile, export::Destination};

use super::{failure::Exit, printer::Printer, setup::Setup};

/// What is said of a table or view, and how it is shown.
struct TableNote {
    name: &'static str,
    description: &'static str,
    /// The column it is sorted by, the largest value first.
    newest_by: Option<&'static str>,
    facets: &'static [&'static str],
}

/// The tables and views that people browse.
const TABLES: &[TableNote] = &[
    TableNote {
        name: "articles",
        description: "Stories in their newest wording",
        newest_by: Some("published_on"),
        facets: &["section", "byline", "published_on"],
    },
    TableNote {
        name: "quotes",
        description: "Rows of the ticker, dated by capture",
        newest_by: Some("captured_at"),
        facets: &["symbol", "kind", "direction"],
    },
    TableNote { name: "tags", description: "Topics of stories", newest_by: None, facets: &["tag"] },
    TableNote {
        name: "pages",
        description: "Every page that is known, and its state",
        newest_by: Some("found_at"),
        facets: &["state", "reason", "via"],
    },
    TableNote {
        name: "captures",
        description: "Bytes at a time",
        newest_by: Some("captured_at"),
        facets: &["source", "status"],
    },
    TableNote {
        name: "requests",
        description: "Every request that went out",
        newest_by: Some("at"),
        facets: &["status", "wait_reason"],
    },
    TableNote {
        name: "runs",
        description: "Who wrote when",
        newest_by: Some("started_at"),
        facets: &["command", "outcome"],
    },
    TableNote {
        name: "mentions",
        description: "Companies and indices that stories name, and how surely",
        newest_by: None,
        facets: &["symbol", "rule", "place", "relevance"],
    },
    TableNote {
        name: "copies",
        description: "Stories whose text was printed before",
        newest_by: None,
        facets: &["kind"],
    },
];

pub(super) fn run(setup: &Setup, out: Option<Destination>, printer: &Printer) -> anyhow::Result<Exit> {
    let database = setup.archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = metadata(&setup.config.profile, &database);
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
    for TableNote { name, description, newest_by, facets } in TABLES {
        let _ = writeln!(out, "      {name}:\n        description: {}", quoted(description));
        if let Some(column) = newest_by {
            let _ = writeln!(out, "        sort_desc: {column}");
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
