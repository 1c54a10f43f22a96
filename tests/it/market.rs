//! What a market reader finds in the archive: boards, most-read lists, and tickers by the day of their session.

use std::path::Path;

use crate::support::{
    program::{Program, one, rows},
    site::article,
};

/// A page as the site sends it, with six boards and three lists beside its story.
const WHOLE_PAGE: &str = "fixtures/pages/2022-11-whole-page/page.html";
pub(crate) const WHOLE_URL: &str = "https://www.brecorder.com/news/40390002/looms-cleared";

pub(crate) fn whole_page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(WHOLE_PAGE);
    std::fs::read_to_string(path).expect("the fixture")
}

/// A story with a ticker of one row.
fn ticker_page(price: &str) -> String {
    let ticker = format!("<ul><li>OGDC {price} No Change ▼ 0.00 (0%)</li></ul>");
    article("A headline", "Words of a story.").replace("<body>", &format!("<body>{ticker}"))
}

impl Program {
    pub(crate) fn import_page(&self, page: &str, url: &str, captured_at: &str) {
        self.write("page.html", page);
        self.ok(&["import", "page.html", "--url", url, "--captured-at", captured_at]);
    }

    fn import_ticker(&self, id: u32, price: &str, captured_at: &str) {
        let url = format!("https://www.brecorder.com/news/{id}");
        self.import_page(&ticker_page(price), &url, captured_at);
    }

    #[track_caller]
    fn check_rows(&self, sql: &str, expect: &[&str]) {
        assert_eq!(rows(&self.archive(), sql), expect, "{sql}");
    }
}

#[test]
fn boards_and_lists_are_kept_once_while_they_stay_the_same() {
    let program = Program::new();
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:04:53Z");
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T20:00:00Z");
    program.check_rows(
        "SELECT board, market, rows, captures, captured_at, last_captured_at FROM boards WHERE board IN ('forex', 'leaders')",
        &[
            "forex|0|3|2|2025-01-29T19:04:53Z|2025-01-29T20:00:00Z",
            "leaders|1|2|2|2025-01-29T19:04:53Z|2025-01-29T20:00:00Z",
        ],
    );
    program.check_rows("SELECT count(*) FROM board_rows", &["12"]);
    program.check_rows("SELECT count(*), count(DISTINCT list_id) FROM most_read", &["6|3"]);
    // Another rate an hour later: another board, and the last of the day is its rate.
    let changed = whole_page().replace("279.15", "279.95");
    program.import_page(&changed, WHOLE_URL, "2025-01-29T21:00:00Z");
    program.check_rows("SELECT count(*) FROM boards WHERE board = 'forex'", &["2"]);
    program.check_rows("SELECT count(*) FROM boards WHERE board = 'world'", &["1"]);
    program.check_rows(
        "SELECT day, board, code, unit, value, captured_at FROM rates WHERE code = 'USDPKRSELL'",
        &["2025-01-29|forex|USDPKRSELL|rate|279.95|2025-01-29T21:00:00Z"],
    );
    // 00:04 on the 30th in Karachi.
    program.check_rows(
        "SELECT day, best_rank, first_seen, last_seen, captures FROM attention WHERE site_id = '40390101'",
        &["2025-01-30|1|2025-01-29T19:04:53Z|2025-01-29T21:00:00Z|3"],
    );
    program.ok(&["verify"]);
}

#[test]
fn a_capture_between_two_others_splits_what_was_taken_for_one_in_a_row() {
    let program = Program::new();
    let changed = whole_page().replace("279.15", "279.95");
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:00:00Z");
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T21:00:00Z");
    program.import_page(&changed, WHOLE_URL, "2025-01-29T20:00:00Z");
    program.check_rows(
        "SELECT captured_at, last_captured_at, captures, (SELECT count(*) FROM board_rows r WHERE r.board_id = b.id)
           FROM boards b WHERE board = 'forex' ORDER BY captured_at",
        &[
            "2025-01-29T19:00:00Z|2025-01-29T19:00:00Z|1|3",
            "2025-01-29T20:00:00Z|2025-01-29T20:00:00Z|1|3",
            "2025-01-29T21:00:00Z|2025-01-29T21:00:00Z|1|3",
        ],
    );
    program.ok(&["verify"]);
}

#[test]
fn quotes_answers_for_codes_of_boards_as_for_symbols() {
    let program = Program::new();
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:04:53Z");
    let daily = program.ok(&["quotes", "usdpkrsell", "--daily", "--format", "csv"]);
    let expect = "day,board,code,name,unit,value,change,change_pct,captured_at\r\n\
                  2025-01-29,forex,USDPKRSELL,USD PKR Interbank Selling,rate,279.15,,,2025-01-29T19:04:53Z\r\n";
    assert_eq!(daily.stdout, expect);
    let list = program.ok(&["quotes", "--list"]);
    assert!(list.stdout.contains("\nforex/USDPKRSELL"), "{}", list.stdout);
    let plotted = program.ok(&["quotes", "world/SPX", "--plot"]);
    assert!(plotted.stdout.contains("world/SPX"), "{}", plotted.stdout);
    let unknown = program.run(&["quotes", "USDPKRSEL"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean forex/USDPKRSELL"), "{}", unknown.stderr);
    // Symbols and codes have other columns.
    let both = program.run(&["quotes", "OGDC", "forex/USDPKRSELL", "--format", "csv"]);
    assert_eq!(both.code, 2, "{}", both.stdout);
}

#[test]
fn a_code_that_is_also_on_the_ticker_means_the_ticker() {
    let program = Program::new();
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:04:53Z");
    let symbol = program.ok(&["quotes", "WTL", "--format", "jsonl"]);
    assert!(symbol.stdout.contains("\"price\":1.7,"), "{}", symbol.stdout);
    let code = program.ok(&["quotes", "leaders/WTL", "--format", "jsonl"]);
    assert!(code.stdout.contains("\"unit\":\"volume\",\"value\":67910553.0"), "{}", code.stdout);
}

#[test]
fn boards_and_lists_are_exported_as_rows_and_with_their_page() {
    let program = Program::new();
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:04:53Z");
    let boards = program.ok(&["export", "boards", "--format", "csv"]);
    assert_eq!(boards.stdout.lines().count(), 13, "{}", boards.stdout);
    assert!(boards.stdout.contains("2025-01-29,forex,USDPKRSELL,"), "{}", boards.stdout);
    let lists = program.ok(&["export", "most-read", "--format", "jsonl"]);
    assert_eq!(lists.stdout.lines().count(), 6, "{}", lists.stdout);
    let none = program.ok(&["export", "boards", "--from", "2025-02-01", "--format", "jsonl"]);
    assert_eq!(none.stdout, "");
    for out in ["boards.parquet", "lists.parquet"] {
        let what = if out.starts_with('b') { "boards" } else { "most-read" };
        program.ok(&["export", what, "--out", out]);
        assert!(0 < std::fs::metadata(program.path(out)).expect("a file").len());
    }
    // The page in the archive says what the page itself says.
    program.write("page.html", &whole_page());
    let read = program.ok(&[
        "extract",
        "page.html",
        "--url",
        WHOLE_URL,
        "--captured-at",
        "2025-01-29T19:04:53Z",
        "--ndjson",
    ]);
    let stored = program.ok(&["export", "articles"]);
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let (read, stored) = (json(&read.stdout), json(&stored.stdout));
    for field in ["boards", "most_read", "blocks", "tags", "links"] {
        assert_eq!(stored[field], read[field], "{field}");
    }
}

#[test]
fn a_ticker_is_of_the_session_that_a_market_board_beside_it_says() {
    let program = Program::new();
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:04:53Z");
    program.check_rows("SELECT day, day_by, market_date FROM strips", &["2025-01-29|board|2025-01-30"]);
    program.check_rows("SELECT DISTINCT day FROM quotes", &["2025-01-29"]);
    program.check_rows("SELECT DISTINCT day FROM quotes_daily", &["2025-01-29"]);
}

#[test]
fn a_ticker_without_a_board_is_of_the_last_session_that_had_opened() {
    let program = Program::new();
    let check = |captured_at: &str, expect: &str| {
        let sql = format!("SELECT day, day_by FROM strips WHERE captured_at = '{captured_at}'");
        assert_eq!(one(&program.archive(), &sql), expect, "{captured_at}");
    };
    // Monday 2 December 2024 before and after the opening, Sunday the 8th, a holiday.
    let captures = [
        ("2024-12-02T03:00:00Z", "100.10", "2024-11-29|calendar"),
        ("2024-12-02T05:00:00Z", "100.20", "2024-12-02|calendar"),
        ("2024-12-08T09:00:00Z", "100.30", "2024-12-06|calendar"),
        ("2024-12-25T09:00:00Z", "100.40", "2024-12-24|calendar"),
    ];
    for (id, (captured_at, price, _)) in (40_000_001..).zip(captures) {
        program.import_ticker(id, price, captured_at);
    }
    for (captured_at, _, expect) in captures {
        check(captured_at, expect);
    }
    program.ok(&["verify"]);
}

#[test]
fn rows_equal_to_the_ticker_before_stay_of_its_session_whatever_date_is_printed() {
    let program = Program::new();
    let dated = |date: &str| {
        let date = format!("<body><span>{date}</span>");
        ticker_page("100.10").replacen("<body>", &date, 1)
    };
    // Imports come in any order: Tuesday's page first.
    let urls = [40_000_001, 40_000_002].map(|id| format!("https://www.brecorder.com/news/{id}"));
    program.import_page(&dated("Dec 03, 2024"), &urls[0], "2024-12-03T06:00:00Z");
    program.check_rows("SELECT day, day_by FROM strips", &["2024-12-03|calendar"]);
    program.import_page(&dated("Dec 02, 2024"), &urls[1], "2024-12-02T11:00:00Z");
    program.check_rows(
        "SELECT day, day_by, market_date FROM strips ORDER BY captured_at",
        &["2024-12-02|calendar|2024-12-02", "2024-12-02|ticker|2024-12-03"],
    );
    program.check_rows("SELECT DISTINCT day FROM quotes", &["2024-12-02"]);
    program.ok(&["verify"]);
}

#[test]
fn without_hours_a_ticker_is_of_the_day_of_its_capture() {
    let program = Program::new();
    program.write("config.toml", "[site.market]\nholidays = []\nhours = []\n");
    program.import_ticker(40_000_001, "100.10", "2024-12-08T20:00:00Z");
    program.check_rows("SELECT day, day_by FROM strips", &["2024-12-09|capture"]);
    let status = program.ok(&["status"]);
    assert!(status.stdout.contains("1 ticker dated by the capture"), "{}", status.stdout);
    // With hours, a rereading finds the session; its raw page is not needed.
    program.write("config.toml", "[archive]\nkeep_raw = \"none\"\n");
    program.archive().execute("UPDATE captures SET body_id = NULL", []).expect("update");
    let reread = program.ok(&["reextract"]);
    assert!(reread.stderr.contains("1 ticker dated by the session"), "{}", reread.stderr);
    program.check_rows("SELECT day, day_by FROM strips", &["2024-12-06|calendar"]);
    program.check_rows("SELECT DISTINCT day FROM quotes", &["2024-12-06"]);
    let status = program.ok(&["status"]);
    assert!(!status.stdout.contains("dated by the capture"), "{}", status.stdout);
}

#[test]
fn an_archive_of_0_1_0_gets_boards_lists_and_market_days_from_its_raw_pages() {
    let program = Program::new();
    program.import_page(&whole_page(), WHOLE_URL, "2025-01-29T19:04:53Z");
    // As 0.1.0 kept it: the raw page, and a ticker of the day of capture.
    let archive = program.archive();
    let old = "DELETE FROM capture_boards; DELETE FROM board_rows; DELETE FROM boards;
               DELETE FROM capture_most_read; DELETE FROM most_read_rows; DELETE FROM most_read_lists;
               UPDATE captures SET extractor = 0, day = NULL;
               UPDATE strips SET day = '2025-01-30', day_by = 'capture', rows_hash = NULL;
               UPDATE quotes SET day = '2025-01-30';";
    archive.execute_batch(old).expect("an older archive");
    drop(archive);
    let status = program.ok(&["status"]);
    assert!(status.stdout.contains("1 page read by an older version"), "{}", status.stdout);
    program.ok(&["reextract"]);
    program.check_rows("SELECT count(*) FROM boards", &["6"]);
    program.check_rows("SELECT count(*) FROM most_read", &["6"]);
    program.check_rows("SELECT day, day_by FROM strips", &["2025-01-29|board"]);
    let status = program.ok(&["status"]);
    assert!(!status.stdout.contains("older version"), "{}", status.stdout);
    program.ok(&["verify", "--accept"]);
}
