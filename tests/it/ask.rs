//! Asking the archive: search, quotes, mentions, exports.

use std::{
    collections::BTreeSet,
    fs::{self, Permissions},
    io::Read,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    process::{Command, Stdio},
};

use chrono::NaiveDate;
use tearsheet::{
    model::Days,
    store::{Reader, Search, SearchHit, SearchOrder},
};

use crate::support::{
    program::{Program, Ran, one, rows},
    site::{Site, article, ok},
};

/// The archive that `demo` makes, as the archive of the folder.
fn demo() -> Program {
    let program = Program::new();
    program.ok(&["demo", "--archive", "tearsheet.db"]);
    program
}

#[test]
fn words_are_found_best_first_with_their_place() {
    let program = demo();
    let said = program.ok(&["search", "rupee", "dollar", "--limit", "3"]).stdout;
    assert!(said.contains("[rupee]") || said.contains("[Rupee]"), "{said}");
    let first = program.ok(&["search", "rupee", "--format", "jsonl", "--limit", "1"]).stdout;
    let first: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert!(first["headline"].as_str().expect("a headline").to_lowercase().contains("rupee"), "{first}");
    let csv = program.ok(&["search", "rupee", "--format", "csv"]).stdout;
    assert!(csv.starts_with("id,published_on,section,byline,headline,url,snippet\r\n"), "{csv}");
    let newest = program.ok(&["search", "the", "--newest", "--format", "csv", "--limit", "50"]).stdout;
    let days: Vec<&str> = newest.lines().skip(1).filter_map(|it| it.split(',').nth(1)).collect();
    assert!(2 < days.len() && days.is_sorted_by(|a, b| b <= a), "{days:?}");
}

#[test]
fn filters_narrow_a_search() {
    let program = demo();
    let archive = program.archive();
    let count = |args: &[&str]| {
        program
            .ok(&[&["search", "the", "--format", "jsonl", "--limit", "100"], args].concat())
            .stdout
            .lines()
            .count()
    };
    let all = count(&[]);
    let markets = one(
        &archive,
        "SELECT count(*) FROM articles WHERE section = 'Markets' AND id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'the')",
    );
    assert_eq!(count(&["--section", "markets"]).to_string(), markets);
    let range = one(
        &archive,
        "SELECT count(*) FROM articles WHERE published_on BETWEEN '2024-01-01' AND '2024-12-31' AND id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'the')",
    );
    assert_eq!(count(&["--from", "2024-01-01", "--to", "2024-12-31"]).to_string(), range);
    assert!(0 < count(&["--byline", "reuters"]) && count(&["--byline", "reuters"]) < all);
    let symbol =
        one(&archive, "SELECT symbol FROM mentions GROUP BY symbol ORDER BY count(*) DESC LIMIT 1");
    assert!(0 < count(&["--symbol", &symbol]) && count(&["--symbol", &symbol]) < all);
}

/// It ranks by itself, and knows days, sections and symbols out of memory.
#[test]
fn a_search_that_counts_finds_what_any_search_does() {
    let program = demo();
    let archive = program.archive();
    let reader = Reader::open(&program.path("tearsheet.db")).expect("an archive");
    let columns = reader.story_columns().expect("columns");
    let symbol =
        one(&archive, "SELECT symbol FROM mentions GROUP BY symbol ORDER BY count(*) DESC LIMIT 1");
    let named: Vec<String> = columns
        .mentions_by_day(&symbol)
        .iter()
        .map(|it| format!("{} {}", it.period, it.stories))
        .collect();
    let by_day = format!(
        "SELECT group_concat(line, '\n') FROM (SELECT a.published_on || ' ' || count(*) AS line
           FROM mentions m JOIN articles a ON a.id = m.article_id
          WHERE m.symbol = '{symbol}' AND a.published_on IS NOT NULL GROUP BY a.published_on ORDER BY 1)"
    );
    assert_eq!(named.join("\n"), one(&archive, &by_day));
    let year = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
    let any = Search { limit: 30, ..Search::default() };
    let kinds = [
        any.clone(),
        Search { limit: 3, offset: 2, ..any.clone() },
        Search { order: SearchOrder::Newest, ..any.clone() },
        Search { days: Some(Days { first: year(2024), last: year(2025) }), ..any.clone() },
        Search { days: Days::between(None, Some(year(2024))), ..any.clone() },
        Search { days: Days::between(Some(year(2024)), None), ..any.clone() },
        Search { section: Some("markets".to_owned()), ..any.clone() },
        Search { section: Some("no such section".to_owned()), ..any.clone() },
        Search { byline: Some("reuters".to_owned()), ..any.clone() },
        Search { symbol: Some(symbol), section: Some("Markets".to_owned()), ..any.clone() },
        Search { symbol: Some("NOSUCH".to_owned()), ..any },
    ];
    for query in ["rupee", "the", "rupee (dollar", "dollar OR gold", "xyzzyplugh", "\"", "NEAR("] {
        for kind in &kinds {
            let search = Search { query: query.to_owned(), ..kind.clone() };
            let (answer, facets) = reader.search_counted(&search, &columns).expect("an answer");
            assert_eq!(answer, reader.search(&search).expect("an answer"), "{search:?}");
            let all = Search { limit: 1_000, offset: 0, ..search.clone() };
            let all = reader.search(&all).expect("an answer").hits;
            assert_eq!((facets.stories, facets.is_cut), (all.len() as u64, false), "{search:?}");
            let in_section =
                |name: &str| all.iter().filter(|it| it.section.as_deref() == Some(name)).count();
            for section in &facets.sections {
                assert_eq!(section.stories, in_section(&section.name) as u64, "{search:?}");
            }
            let in_month = |it: &SearchHit| it.published_on.as_deref().map(|day| day[..7].to_owned());
            let months: BTreeSet<String> = all.iter().filter_map(in_month).collect();
            assert!(facets.months.iter().map(|it| &it.period).eq(&months), "{search:?}");
            let counted: u64 = facets.months.iter().map(|it| it.stories).sum();
            assert_eq!(counted, all.iter().filter_map(in_month).count() as u64, "{search:?}");
        }
    }
}

#[test]
fn what_is_no_expression_is_taken_for_words() {
    let program = demo();
    for query in ["rupee (dollar", "\"rupee", "rupee AND", "col:rupee", "*", "a'b", "NEAR("] {
        let ran = program.run(&["search", query]);
        assert_eq!(ran.code, 0, "{query}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("hint: ")
                || ran.stderr.contains("nothing found")
                || !ran.stdout.is_empty(),
            "{query}"
        );
    }
    let ran = program.ok(&["search", "rupee (dollar"]);
    assert!(
        ran.stdout.contains("upee") && ran.stderr.contains("its words were looked for"),
        "{}",
        ran.stderr
    );
    let ran = program.ok(&["search", "xyzzyplugh"]);
    assert!(ran.stderr.contains("nothing found"), "{}", ran.stderr);
    assert_eq!(program.run(&["search", "rupee", "--from", "2024-02-01", "--to", "2024-01-01"]).code, 2);
    assert_eq!(program.ok(&["search", "rupee", "--from", "2090-01-01"]).stdout, "");
}

#[test]
fn stories_name_symbols_in_capitals_and_companies_by_name() {
    let site = Site::start();
    site.feed(&["/news/1/a", "/news/2/b", "/news/3/c"]);
    let strip = "<p>OGDC 100.10 Increased By ▲ 1.10 (1.11%)</p><p>PPL 90.00 Decreased By ▼ -0.50 (-0.55%)</p>\
                 <p>KSE100 45,932 Increased By ▲ 94.92 (0.21%)</p>";
    let page = |text: &str| ok(article("Stocks", text).replace("<body>", &format!("<body>{strip}")));
    site.on("/news/1/a", [page("OGDC led the KSE-100 while IMF talks went on.")]);
    site.on("/news/2/b", [page("Pakistan Petroleum found gas; ogdc did not.")]);
    site.on("/news/3/c", [page("Nothing of the market.")]);
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    let archive = program.archive();
    let found = "SELECT a.site_id, m.symbol FROM mentions m JOIN articles a ON a.id = m.article_id ORDER BY 1, 2";
    assert_eq!(rows(&archive, found), ["1|KSE100", "1|OGDC", "2|PPL"]);
    let moves =
        "SELECT a.site_id, q.close, q.change_pct FROM mentions m JOIN articles a ON a.id = m.article_id
                   JOIN quotes_daily q ON q.symbol = m.symbol WHERE m.symbol = 'OGDC'";
    assert_eq!(rows(&archive, moves), ["1|100.1|1.11"]);
    // A symbol that comes to the ticker later is looked for in what is there.
    site.on(
        "/news/4/d",
        [ok(article("More", "Words.").replace(
            "<body>",
            "<body><p>IMF 1.35 No Change ▼ 0.00 (0%)</p><p>BOP 9.10 No Change ▼ 0.00 (0%)</p>",
        ))],
    );
    site.feed(&["/news/4/d"]);
    program.ok(&["scrape"]);
    assert_eq!(rows(&archive, found), ["1|IMF", "1|KSE100", "1|OGDC", "2|PPL"]);
    program.ok(&["reextract"]);
    assert_eq!(rows(&archive, found), ["1|IMF", "1|KSE100", "1|OGDC", "2|PPL"]);
}

#[test]
fn a_symbol_over_time() {
    let program = demo();
    let archive = program.archive();
    let table = program.ok(&["quotes", "ogdc"]).stdout;
    assert!(table.starts_with("captured_at") && table.contains("OGDC"), "{table}");
    let csv = program.ok(&["quotes", "OGDC", "KSE100", "--format", "csv"]).stdout;
    let stored = one(&archive, "SELECT count(*) FROM quotes WHERE symbol IN ('OGDC', 'KSE100')");
    assert_eq!((csv.lines().count() - 1).to_string(), stored);
    let daily = program.ok(&["quotes", "KSE100", "--daily", "--format", "jsonl"]).stdout;
    let row: serde_json::Value =
        serde_json::from_str(daily.lines().next().expect("a row")).expect("JSON");
    let close = one(&archive, "SELECT close FROM quotes_daily WHERE symbol = 'KSE100'");
    assert_eq!(row["close"].as_f64().expect("a number").to_string(), close);
    let list = program.ok(&["quotes", "--list"]).stdout;
    let codes = "SELECT symbol FROM symbols UNION ALL SELECT DISTINCT board || '/' || code FROM rates";
    assert_eq!(list.lines().count() - 1, rows(&archive, codes).len());
    let ran = program.run(&["quotes", "OGDCC"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean OGDC"), "{}", ran.stderr);
    let ran = program.ok(&["quotes", "OGDC", "--from", "2001-01-01", "--to", "2001-02-01"]);
    assert!(ran.stderr.contains("nothing on these days"), "{}", ran.stderr);
    assert_eq!(program.run(&["quotes"]).code, 2);
}

#[test]
fn a_plot_has_gaps_where_days_are_missing() {
    let program = demo();
    program
        .archive()
        .execute_batch(
            "INSERT INTO strips (id, captured_at, last_captured_at, day, rows, captures, hash)
             SELECT value + 1000, date('2024-01-01', '+' || value || ' days') || 'T10:00:00Z', date('2024-01-01', '+' || value || ' days') || 'T10:00:00Z',
                    date('2024-01-01', '+' || value || ' days'), 1, 1, value
               FROM (WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 59) SELECT value FROM n)
              WHERE value NOT BETWEEN 20 AND 40;
             INSERT INTO quotes (symbol, day, captured_at, strip_id, kind, price, change, change_pct, direction, suspect)
             SELECT 'GAPS', day, captured_at, id, 'stock', 100 + id % 7, 0, 0, 'flat', 0 FROM strips WHERE id >= 1000;
             INSERT INTO symbols VALUES ('GAPS', 'stock')",
        )
        .expect("quotes");
    let drawn = program.ok(&["quotes", "GAPS", "--plot"]).stdout;
    assert!(drawn.contains("GAPS from 2024-01-01 to 2024-02-29"), "{drawn}");
    assert!(drawn.chars().any(|it| ('\u{2801}'..='\u{28FF}').contains(&it)), "{drawn}");
    program.ok(&["quotes", "GAPS", "--out", "gaps.svg"]);
    let svg = fs::read_to_string(program.path("gaps.svg")).expect("a file");
    assert_eq!(svg.matches("stroke-width=\"2\"").count(), 2, "two runs, two lines");
    program.ok(&["quotes", "GAPS", "--out", "gaps.png"]);
    let file = fs::File::open(program.path("gaps.png")).expect("a file");
    let mut picture = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("a picture");
    let mut pixels = vec![0; picture.output_buffer_size().expect("a size")];
    let frame = picture.next_frame(&mut pixels).expect("a frame");
    let is_line = |x: usize| {
        let column = pixels.chunks_exact(3).skip(x).step_by(frame.width as usize);
        column.into_iter().any(|it| 60 < i32::from(it[2]) - i32::from(it[0]))
    };
    let columns: Vec<usize> = (80..940).filter(|x| is_line(*x)).collect();
    assert!(400 < columns.len(), "{}", columns.len());
    assert!(columns.iter().all(|x| !(400..640).contains(x)), "days without a quote: {columns:?}");
    let ran = program.run(&["quotes", "GAPS", "--out", "gaps.gif"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("ends in .svg or .png"), "{}", ran.stderr);
}

#[test]
fn exports_have_every_row_and_the_columns_of_the_archive() {
    let program = demo();
    let archive = program.archive();
    for (what, count) in [("articles", "articles"), ("quotes", "quotes"), ("links", "article_links")] {
        let stored = one(&archive, &format!("SELECT count(*) FROM {count}"));
        for format in ["csv", "jsonl", "parquet"] {
            let file = format!("out/{what}.{format}");
            fs::create_dir_all(program.path("out")).expect("a folder");
            let ran = program.ok(&["export", what, "--out", &file]);
            assert!(ran.stderr.contains(&format!("export: {stored} rows to {file}")), "{}", ran.stderr);
            assert!(!program.path(&format!("{file}.partial")).exists());
        }
        let lines = fs::read_to_string(program.path(&format!("out/{what}.jsonl"))).expect("a file");
        assert_eq!(lines.lines().count().to_string(), stored);
        for line in lines.lines() {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON");
        }
    }
    // What stands in the archive is what is exported.
    let csv = fs::read(program.path("out/articles.csv")).expect("a file");
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let bodies: Vec<String> = reader.records().map(|it| it.expect("a record")[12].to_owned()).collect();
    assert_eq!(
        bodies,
        rows(&archive, "SELECT body FROM articles ORDER BY published_on, published_at, id")
    );
    assert!(csv.windows(2).any(|it| it == b"\r\n") && !csv.starts_with("\u{FEFF}".as_bytes()));
    let magic = fs::read(program.path("out/quotes.parquet")).expect("a file");
    assert!(magic.starts_with(b"PAR1") && magic.ends_with(b"PAR1"));
}

#[test]
fn an_exported_article_is_what_extract_prints_of_its_page() {
    let program = demo();
    let lines = program.ok(&["export", "articles", "--format", "jsonl"]).stdout;
    let exported: serde_json::Value = lines
        .lines()
        .map(|it| serde_json::from_str::<serde_json::Value>(it).expect("JSON"))
        .find(|it| it["site_id"] == "40389912")
        .expect("the article");
    let raw = program.ok(&["show", "40389912", "--raw"]).stdout;
    program.write("page.html", &raw);
    let captured = exported["captured_at"].as_str().expect("a time");
    let args = [
        "extract",
        "page.html",
        "--url",
        "https://www.brecorder.com/news/40389912",
        "--captured-at",
        captured,
    ];
    let read: serde_json::Value = serde_json::from_str(&program.ok(&args).stdout).expect("JSON");
    // Addresses are those of the demo's server; the rest is the same.
    for key in
        ["headline", "byline", "authors", "published_at", "summary", "body", "blocks", "origins", "host"]
    {
        assert_eq!(exported[key], read[key], "{key}");
    }
    // What the archive knows beside the page follows.
    let keys = |it: &serde_json::Value| {
        it.as_object().expect("an object").keys().cloned().collect::<Vec<String>>()
    };
    assert!(keys(&exported).starts_with(&keys(&read)), "{:?}", keys(&exported));
    assert_eq!(
        exported["strip"]["quotes"].as_array().map(Vec::len),
        read["strip"]["quotes"].as_array().map(Vec::len)
    );
}

#[test]
fn a_folder_by_month_is_one_table_and_never_mixed_with_another() {
    let program = demo();
    let archive = program.archive();
    program.ok(&["export", "articles", "--format", "parquet", "--by", "month", "--out", "months"]);
    let mut months: Vec<String> = fs::read_dir(program.path("months"))
        .expect("a folder")
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    months.sort();
    let expect = "SELECT DISTINCT 'month=' || coalesce(substr(published_on, 1, 7), '__HIVE_DEFAULT_PARTITION__') FROM articles ORDER BY 1";
    assert_eq!(months, rows(&archive, expect));
    assert!(program.path("months/month=2024-01/articles.parquet").exists());
    let again =
        program.run(&["export", "articles", "--format", "csv", "--by", "month", "--out", "months"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    program.ok(&[
        "export",
        "articles",
        "--format",
        "csv",
        "--by",
        "month",
        "--out",
        "csvs",
        "--from",
        "2024-01-01",
        "--to",
        "2024-01-31",
    ]);
    assert_eq!(fs::read_dir(program.path("csvs")).expect("a folder").count(), 1);
    assert!(program.path("csvs/articles-2024-01.csv").exists());
}

#[test]
fn a_packed_export_is_packed_as_its_name_says() {
    let program = demo();
    let plain = program.ok(&["export", "quotes", "--format", "csv"]).stdout;
    for name in ["a.csv.gz", "b.csv.gz", "a.csv.zst"] {
        program.ok(&["export", "quotes", "--out", name]);
    }
    let bytes = |name: &str| fs::read(program.path(name)).expect("a file");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*bytes("a.csv.gz")), &mut text)
        .expect("gzip");
    assert_eq!(text, plain);
    assert_eq!(zstd::decode_all(&*bytes("a.csv.zst")).expect("zstd"), plain.as_bytes());
    assert!(bytes("a.csv.gz") == bytes("b.csv.gz"), "the same rows are the same bytes");
    let refused = program.run(&["export", "quotes", "--out", "a.parquet.gz"]);
    assert!(refused.code == 2 && refused.stderr.contains("packed in itself"), "{}", refused.stderr);
    let refused = program.run(&["export", "quotes", "--out", "a.xlsx.gz"]);
    assert!(
        refused.code == 2 && refused.stderr.contains("no export is a `.xlsx` file"),
        "{}",
        refused.stderr
    );
}

#[test]
fn exports_that_cannot_be_written_leave_nothing() {
    let program = demo();
    let check = |args: &[&str], code: i32, expect: &str| {
        let ran = program.run(args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expect), "{args:?}: {}", ran.stderr);
    };
    check(
        &["export", "articles", "--out", "no/such/folder/a.csv"],
        5,
        "cannot write to no/such/folder/a.csv",
    );
    check(&["export", "articles", "--format", "parquet"], 2, "not text for a terminal");
    check(&["export", "quotes", "--section", "Markets"], 2, "quotes have no section");
    check(&["export", "articles", "--by", "month"], 2, "makes a folder");
    check(&["export", "articles", "--excel", "--out", "a.jsonl"], 2, "is for CSV");
    check(&["export", "articles", "--from", "2024-02-01", "--to", "2024-01-01"], 2, "is after");
    check(
        &["export", "articles", "--from", "2090-01-01", "--out", "none.csv"],
        0,
        "there is nothing in this range",
    );
    check(&["export", "everything"], 2, "invalid value");
    fs::create_dir(program.path("folder")).expect("a folder");
    check(&["export", "articles", "--out", "folder"], 2, "is a folder");
    let excel = program.ok(&["export", "quotes", "--format", "csv", "--excel"]).stdout;
    assert!(excel.starts_with('\u{FEFF}'));
    let dash = program.ok(&["export", "quotes", "--format", "csv", "--excel", "--out", "-"]).stdout;
    assert!(dash == excel && !program.path("-").exists());
}

#[test]
fn a_reader_that_goes_away_has_all_it_wanted() {
    let program = demo();
    let csv = &["export", "articles", "--format", "csv"];
    let out = &["export", "articles", "--format", "csv", "--out", "/dev/stdout"];
    for args in [
        &["export", "articles"][..],
        csv,
        out,
        &["search", "the", "--limit", "1000"],
        &["quotes", "OGDC"],
    ] {
        let mut child = program
            .command()
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("spawn");
        let mut first = [0; 10];
        child.stdout.take().expect("a pipe").read_exact(&mut first).expect("ten bytes");
        let output = child.wait_with_output().expect("an output");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("panicked"), "{args:?}: {said}");
    }
}

#[test]
fn an_archive_that_may_not_be_written_is_read() {
    const NOBODY: u32 = 65_534;
    let program = Program::new();
    let (folder, copy) = (program.path("."), program.path("tearsheet"));
    // A name that would mean something in an address.
    let archive = program.path("a#b%41?.db");
    program.ok(&["demo", "--archive", "tearsheet.db"]);
    program.archive().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("folded back");
    fs::rename(program.path("tearsheet.db"), &archive).expect("renamed");
    for left in ["tearsheet.db-wal", "tearsheet.db-shm", "tearsheet.db.lock"] {
        let _ = fs::remove_file(program.path(left));
    }
    // Where others may not look, another user may not start it. A file this process wrote may be busy while other tests start
    // programs.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_tearsheet")).arg(&copy).status();
    assert!(copied.expect("cp runs").success());
    fs::set_permissions(&archive, Permissions::from_mode(0o444)).expect("set");
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).expect("set");
    let run = |args: &[&str]| {
        let mut command = Command::new(&copy);
        command.current_dir(&folder).arg("--archive").arg(&archive).args(args);
        // The superuser may write everywhere.
        if fs::metadata(&folder).expect("a folder").uid() == 0 {
            command.uid(NOBODY).gid(NOBODY);
        }
        Ran::of(&command.output().expect("the binary runs"))
    };
    for args in [
        &["status"][..],
        &["search", "rupee"],
        &["quotes", "OGDC"],
        &["export", "articles"],
        &["show", "40070468"],
        &["verify"],
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    }
    for args in [&["scrape"][..], &["verify", "--repair"]] {
        let ran = run(args);
        assert_eq!(ran.code, 4, "{args:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("hint: check that the folder exists and may be written"),
            "{}",
            ran.stderr
        );
    }
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn datasette_is_told_what_the_tables_are() {
    let program = demo();
    let yaml = program.ok(&["export", "datasette-metadata"]).stdout;
    assert!(yaml.contains("databases:\n  \"tearsheet\":\n    tables:\n      articles:"), "{yaml}");
    assert!(yaml.contains("facets: [section, byline, published_on]"), "{yaml}");
}

#[test]
fn days_and_sections_are_views() {
    let program = demo();
    let archive = program.archive();
    let stories =
        rows(&archive, "SELECT time, headline FROM stories WHERE day = '2024-01-03' ORDER BY time");
    assert!(!stories.is_empty());
    let counted = "SELECT sum(articles) FROM section_counts";
    assert_eq!(one(&archive, counted), one(&archive, "SELECT count(*) FROM articles"));
    let plan =
        rows(&archive, "EXPLAIN QUERY PLAN SELECT * FROM stories WHERE day = '2024-01-03'").join(" ");
    assert!(plan.contains("articles_published_on"), "{plan}");
    let plan = rows(&archive, "EXPLAIN QUERY PLAN SELECT a.headline FROM mentions m JOIN articles a ON a.id = m.article_id WHERE m.symbol = 'OGDC'").join(" ");
    assert!(plan.contains("mentions_symbol") && !plan.contains("SCAN"), "{plan}");
}

#[test]
fn stories_are_listed_without_a_query_and_a_name_that_was_meant_is_offered() {
    let program = demo();
    let archive = program.archive();
    let list = |args: &[&str]| program.ok(&[&["list"], args].concat());
    let day = one(&archive, "SELECT max(published_on) FROM articles");
    let count = one(&archive, &format!("SELECT count(*) FROM articles WHERE published_on = '{day}'"));
    let csv = list(&["--day", &day, "--format", "csv"]).stdout;
    assert!(
        csv.starts_with("id,published_on,published_at,section,byline,headline,version,url\r\n"),
        "{csv}"
    );
    assert_eq!(
        csv.lines().count().to_string(),
        (count.parse::<usize>().expect("a count") + 1).to_string()
    );
    let month = list(&["--from", &day[..7], "--to", &day[..7], "--format", "jsonl"]).stdout;
    assert!(
        month.lines().all(|it| it.contains(&format!("\"published_on\":\"{}", &day[..7]))),
        "{month}"
    );
    let changed = list(&["--changed"]).stdout;
    assert_eq!(changed.matches("3 versions").count(), 1, "{changed}");
    let said = list(&["--section", "Market"]).stderr;
    assert!(said.contains("did you mean `Markets`?"), "{said}");
    let said = program.ok(&["search", "rupee", "--section", "Market"]).stderr;
    assert!(said.contains("did you mean `Markets`?"), "{said}");
    assert_eq!(program.run(&["list", "--day", "today", "--from", "today"]).code, 2);
}
