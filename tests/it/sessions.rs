//! Which session of the exchange a story is of: by the hours of the profile, and by what tickers show afterwards.

use crate::support::program::{Program, one, rows};

/// A story of a moment, beside a ticker whose first price is this.
fn page(id: u32, published: &str, price: &str) -> String {
    format!(
        "<html><head><meta property=article:published_time content='{published}'></head><body>\
         <div>ABC {price} Increased By 1.00 (5.26%) BCD 3.00 Increased By 0.10 (3.45%) CDE 7.00 No Change 0.00 (0%)</div>\
         <h1 class=story__title>ABC in the news {id}</h1><div class=story__content><p>ABC said so.</p></div></body></html>"
    )
}

fn import(program: &Program, id: u32, published: &str, captured: &str, price: &str) {
    program.write("page.html", &page(id, published, price));
    let url = format!("https://www.brecorder.com/news/{id}");
    program.ok(&["import", "page.html", "--url", &url, "--captured-at", captured]);
}

fn sessions(program: &Program) -> Vec<String> {
    rows(&program.archive(), "SELECT site_id - 40295000, session, phase FROM articles ORDER BY site_id")
}

#[test]
fn a_story_is_of_the_first_session_that_closes_after_it() {
    let program = Program::new();
    // Thursday, Friday with its two spans, Saturday, Sunday, Monday.
    for (id, published) in [
        (1, "2024-03-07T09:29:59+05:00"),
        (2, "2024-03-07T09:30:00+05:00"),
        (3, "2024-03-07T15:30:01+05:00"),
        (4, "2024-03-08T13:00:00+05:00"),
        (5, "2024-03-08T19:00:00+05:00"),
        (6, "2024-03-09T12:00:00+05:00"),
        // The same moment, written elsewhere.
        (7, "2024-03-10T23:59:00Z"),
        (8, "2024-03-11"),
    ] {
        import(&program, 40_295_000 + id, published, "2024-03-11T13:00:00Z", "20.00");
    }
    assert_eq!(
        sessions(&program),
        [
            "1|2024-03-07|pre",
            "2|2024-03-07|open",
            "3|2024-03-08|post",
            "4|2024-03-08|open",
            "5|2024-03-11|post",
            "6|2024-03-11|closed",
            "7|2024-03-11|pre",
            "8||unknown",
        ]
    );
    let archive = program.archive();
    let found = rows(
        &archive,
        "SELECT day, opens_at, closes_at, source FROM sessions WHERE day BETWEEN '2024-03-08' AND '2024-03-11'",
    );
    let friday = "2024-03-08|2024-03-08T09:15:00+05:00|2024-03-08T16:30:00+05:00|hours";
    let monday = "2024-03-11|2024-03-11T09:30:00+05:00|2024-03-11T15:30:00+05:00|ticker";
    assert_eq!(found, [friday, monday]);
    let either =
        "SELECT session_earliest || ' ' || session_latest FROM article_sessions WHERE phase = 'unknown'";
    assert_eq!(one(&archive, either), "2024-03-11 2024-03-12", "only the day is known");
    let joined =
        "SELECT count(*), min(symbol), max(close) FROM session_stories WHERE day = '2024-03-11'";
    assert_eq!(one(&archive, joined), "3|ABC|20");
    let csv = program
        .ok(&["export", "sessions", "--format", "csv", "--from", "2024-03-11", "--to", "2024-03-11"])
        .stdout;
    let header = "day,exchange,opens_at,closes_at,source\r\n";
    assert_eq!(
        csv,
        format!(
            "{header}2024-03-11,XKAR,2024-03-11T09:30:00+05:00,2024-03-11T15:30:00+05:00,ticker\r\n"
        )
    );
}

/// The moon decides: no list of holidays has the day. After it, the ticker tells.
#[test]
fn a_holiday_that_nobody_listed_is_told_by_the_ticker() {
    let program = Program::new();
    import(&program, 40_295_001, "2024-04-10T12:00:00+05:00", "2024-04-09T12:00:00Z", "20.00");
    assert_eq!(sessions(&program), ["1|2024-04-10|open"]);
    // After trade should have ended, the numbers are still those of the day before.
    import(&program, 40_295_002, "2024-04-09T20:00:00+05:00", "2024-04-10T12:00:00Z", "20.00");
    assert_eq!(sessions(&program), ["1|2024-04-11|closed", "2|2024-04-11|post"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM sessions WHERE day = '2024-04-10'"), "0");
    // A Saturday on which there was trade for once has no hours.
    import(&program, 40_295_003, "2024-04-13T12:00:00+05:00", "2024-04-13T12:00:00Z", "23.00");
    let ran = program.ok(&["verify"]);
    assert!(!ran.stderr.contains("checksum"), "{}", ran.stderr);
}

#[test]
fn a_date_that_is_read_again_has_its_session_again() {
    let program = Program::new();
    import(&program, 40_295_001, "2024-03-07T12:00:00+05:00", "2024-03-07T12:00:00Z", "20.00");
    program
        .archive()
        .execute("UPDATE articles SET session = NULL, phase = 'closed'", [])
        .expect("a change by hand");
    program.ok(&["reextract"]);
    assert_eq!(sessions(&program), ["1|2024-03-07|open"]);
}

/// What the profile does not know of the calendar is what nobody knows before the year.
#[test]
fn the_hours_of_the_profile_are_those_of_the_exchange_but_for_the_moon() {
    let calendar = tearsheet::config::Config::default().profile.market;
    let closed = include_str!("../../fixtures/market/xkar-closed.txt");
    let closed: std::collections::BTreeMap<&str, &str> = closed
        .lines()
        .filter(|it| !it.starts_with('#'))
        .map(|it| it.split_once(' ').unwrap_or((it, "")))
        .collect();
    assert_eq!(closed.len(), 92);
    let first: chrono::NaiveDate = "2019-01-01".parse().expect("a day");
    for day in first.iter_days().take_while(|it| it.to_string().as_str() < "2026") {
        let is_weekday = chrono::Datelike::weekday(&day).num_days_from_monday() < 5;
        let expect = match closed.get(day.to_string().as_str()) {
            Some(&"") => false,
            // Told by the ticker of the day.
            Some(_) => true,
            None => is_weekday,
        };
        assert_eq!(calendar.trading(day).is_some(), expect, "{day}");
    }
}
