//! How long questions take in a large archive.
//!
//! `cargo bench --bench query` makes an archive of 20,000 generated articles and times the questions people ask;
//! `cargo bench --bench query -- 1000000` does so with a million (some minutes to make, by hand). Medians of some rounds,
//! each question with another word or day every time. `TEARSHEET_KEEP=FILE` keeps the archive, and asks it where it is there
//! already; `benches/peers/questions.py` asks the same of other tools.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

mod support;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use chrono::{NaiveDate, Utc};
use rusqlite::{Connection, params};
use tearsheet::{
    config::Config,
    export::{Csv, Dialect, ExportError, Jsonl, Parquet, RowSink, columns},
    jobs::coverage,
    model::Days,
    store::{Reader, RowFilter, Search, SearchOrder, Table, Writer},
};

use support::{Chance, median};

const ROUNDS: u64 = 15;
/// Stories of a day, and tickers.
const PER_DAY: u64 = 140;

fn main() {
    let wanted = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let articles: u64 = wanted.unwrap_or(20_000);
    let folder = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("TEARSHEET_KEEP").map(PathBuf::from);
    let path = kept.unwrap_or_else(|| folder.path().join("a.db"));
    let began = Instant::now();
    if !path.exists() {
        fill(&path, articles);
    }
    let size = std::fs::metadata(&path).expect("a file").len();
    println!(
        "{articles} articles made in {:.0} s, {:.0} MB",
        began.elapsed().as_secs_f64(),
        size as f64 / 1e6
    );
    let reader = Reader::open(&path).expect("an archive");
    let archive = Connection::open(&path).expect("an archive");
    let days = articles / PER_DAY;
    let day = |number: u64| first() + chrono::Days::new(number % days.max(1));

    time("a day, 140 stories", |round| {
        let sql = "SELECT id, headline FROM articles WHERE published_on = ?1 ORDER BY published_at";
        count(&archive, sql, &day(round * 97).to_string())
    });
    time("a month by section", |round| {
        let (from, to) = (day(round * 97), day(round * 97) + chrono::Days::new(30));
        let sql = "SELECT id, headline FROM articles WHERE section = 'Markets' AND published_on BETWEEN ?1 AND ?2";
        let mut query = archive.prepare_cached(sql).expect("a query");
        let rows = query
            .query_map([from.to_string(), to.to_string()], |row| row.get::<_, i64>(0))
            .expect("rows");
        rows.count() as u64
    });
    let find = |query: &str, order| {
        let search = Search { query: query.to_owned(), limit: 20, order, ..Search::default() };
        reader.search(&search).expect("found").hits.len() as u64
    };
    time("a rare word, top 20", |round| find(&format!("rare{}", round * 7), SearchOrder::Best));
    time("a word in 5 % of the stories, top 20", |round| {
        find(&format!("often{}", round % 4), SearchOrder::Best)
    });
    time("two words, 5 % and 5 %, top 20", |round| {
        find(&format!("often{} often{}", round % 4, (round + 1) % 4), SearchOrder::Best)
    });
    time("a word in every story, top 20", |_| find("pakistan", SearchOrder::Best));
    time("a rare word beside one in every story", |round| {
        find(&format!("pakistan rare{}", round * 7), SearchOrder::Best)
    });
    time("a word in 5 % of the stories, newest 20", |round| {
        find(&format!("often{}", round % 4), SearchOrder::Newest)
    });
    time("a word in every story, newest 20", |_| find("pakistan", SearchOrder::Newest));
    time("a symbol, five years by day", |_| {
        let days = Days { first: first(), last: first() + chrono::Days::new(5 * 365) };
        reader.quotes_daily("S7", Some(days)).expect("quotes").len() as u64
    });
    let profile = Config::default().profile;
    time("coverage of all days", |_| {
        let days = Days { first: first(), last: first() + chrono::Days::new(days.max(1)) };
        coverage(&reader, &profile, days, Utc::now()).expect("days").len() as u64
    });
    for (format, table) in [
        ("csv", Table::Articles),
        ("jsonl", Table::Quotes),
        ("parquet", Table::Articles),
        ("parquet", Table::Quotes),
    ] {
        let began = Instant::now();
        let columns = columns(table);
        let to = std::io::sink();
        let mut sink: Box<dyn RowSink> = match format {
            "csv" => Box::new(Csv::new(to, columns, Dialect::Plain).expect("a sink")),
            "jsonl" => Box::new(Jsonl::new(to, columns)),
            _ => Box::new(Parquet::new(to, columns.to_vec()).expect("a sink")),
        };
        let mut rows = 0_u64;
        let each: Result<(), ExportError> = reader.each_row(table, &RowFilter::default(), |row| {
            rows += 1;
            Ok(sink.write(row)?)
        });
        each.expect("rows, written");
        sink.finish().expect("written");
        println!(
            "export {format:<8} {table:?}: {:.0} rows/s",
            rows as f64 / began.elapsed().as_secs_f64()
        );
    }
}

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2005, 1, 1).expect("a date")
}

fn count(archive: &Connection, sql: &str, value: &str) -> u64 {
    let mut query = archive.prepare_cached(sql).expect("a query");
    let rows = query.query_map([value], |row| row.get::<_, String>(1)).expect("rows");
    rows.count() as u64
}

fn time(what: &str, mut ask: impl FnMut(u64) -> u64) {
    let mut found = 0;
    let times = (0..ROUNDS)
        .map(|round| {
            let began = Instant::now();
            found += ask(round);
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    println!("{what:<42} {:>8.2} ms  ({} rows on average)", median(times), found / ROUNDS);
}

/// Straight into the tables: how articles get there is another bench's.
fn fill(path: &Path, articles: u64) {
    let config = Config::default();
    drop(Writer::open(path, config.profile.time_zone).expect("an archive"));
    let mut archive = Connection::open(path).expect("an archive");
    archive.pragma_update(None, "synchronous", "OFF").expect("a pragma");
    let batch = archive.transaction().expect("a transaction");
    batch
        .execute(
            "INSERT INTO runs (id, command, started_at) VALUES (1, 'bench', '2005-01-01T00:00:00Z')",
            [],
        )
        .expect("a run");
    let sections = ["Markets", "Pakistan", "World", "Editorials", "Business & Finance"];
    for number in 0..articles {
        let day = (first() + chrono::Days::new(number / PER_DAY)).to_string();
        let mut chance = Chance::new(number + 1);
        let mut body = String::from("KARACHI: pakistan ");
        for _ in 0..9 {
            body.push_str(&chance.sentence(26));
            body.push_str(".\n\n");
        }
        if chance.below(20) == 0 {
            body.push_str(&format!("often{} ", chance.below(4)));
            body.push_str("often0 often1 often2 often3 ");
        }
        body.push_str(&format!("rare{}", number % 5_003));
        let headline = chance.sentence(9);
        let key = (40_000_000 + number).to_string();
        let section = sections[usize::try_from(number % 5).expect("small")];
        let minute = format!("{day}T{:02}:{:02}:00+05:00", number % PER_DAY / 6 % 24, number % 60);
        let row = i64::try_from(number + 1).expect("small");
        batch
            .prepare_cached("INSERT INTO pages (id, host, site_id, via, state, found_at) VALUES (?1, 'brecorder.com', ?2, 'feed', 'stored', ?3)")
            .and_then(|mut it| it.execute(params![row, key, minute]))
            .expect("a page");
        batch
            .prepare_cached("INSERT INTO captures (id, article_id, host, site_id, captured_at, fetched_at, source, sha256, bytes) VALUES (?1, ?1, 'brecorder.com', ?2, ?3, ?3, 'live', ?2, 0)")
            .and_then(|mut it| it.execute(params![row, key, minute]))
            .expect("a capture");
        batch
            .prepare_cached("INSERT INTO articles (id, host, site_id, published_on, published_at, section, headline, byline, authors, word_count, version, content_hash, first_seen_at, last_checked_at, capture_id, origins_json, summary, body) VALUES (?1, 'brecorder.com', ?2, ?3, ?4, ?5, ?6, 'Reuters', '[]', 240, 1, ?2, ?4, ?4, ?1, '{}', '', ?7)")
            .and_then(|mut it| it.execute(params![row, key, day, minute, section, headline, body]))
            .expect("an article");
        if number % PER_DAY < 4 {
            let strip = row;
            batch
                .prepare_cached("INSERT INTO strips (id, captured_at, last_captured_at, day, rows, captures, hash) VALUES (?1, ?2, ?2, ?3, 34, 1, ?1)")
                .and_then(|mut it| it.execute(params![strip, minute, day]))
                .expect("a strip");
            for symbol in 0..34 {
                let price = (1_000 + chance.below(90_000)) as f64 / 100.0;
                batch
                    .prepare_cached("INSERT INTO quotes (symbol, day, captured_at, strip_id, kind, price, change, change_pct, direction, suspect) VALUES (?1, ?2, ?3, ?4, 'stock', ?5, 0.1, 0.1, 'up', 0)")
                    .and_then(|mut it| it.execute(params![format!("S{symbol}"), day, minute, strip, price]))
                    .expect("a quote");
            }
        }
        if number.is_multiple_of(PER_DAY) {
            batch
                .prepare_cached("INSERT INTO day_readings (day, source, state, ends_at, checked_at, listed, stored, of_day) VALUES (?1, '/archive/{date}', 'read', ?2, ?2, 140, 140, 140)")
                .and_then(|mut it| it.execute(params![day, minute]))
                .expect("a day");
        }
    }
    batch.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')", []).expect("an index");
    batch.commit().expect("committed");
    archive.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint");
}
