//! Ten thousand pages from a site where every fifth answer is faulty. Some minutes; by hand:
//! `cargo test --release --test it -- --ignored --nocapture soak`.

use std::time::Duration;

use crate::support::{
    program::{Program, one, rows},
    site::{Reply, Site, article, ok, raw, redirect, reset, status},
};

const PAGES: usize = 10_000;
/// A run ends when the breaker opens; so many runs are more than enough.
const RUNS_MAX: usize = 400;
const MEMORY_MAX_KIB: u64 = 150 * 1024;

/// Faults that pass, and what does not.
fn faulty(number: usize) -> Vec<Reply> {
    let good = ok(article(&format!("Story {number}"), "Words of a story that is kept."));
    match number % 50 {
        0 => vec![status(500), good],
        5 => vec![status(503).header("retry-after", "0"), good],
        10 => vec![raw("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n<html>torn"), good],
        15 => vec![reset(), good],
        20 => vec![raw("this is no HTTP\r\n\r\n"), good],
        25 => vec![status(404)],
        30 => vec![status(410)],
        35 => vec![status(403)],
        40 => vec![redirect("/")],
        45 => vec![ok("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>")],
        _ => vec![good],
    }
}

#[test]
#[ignore = "takes minutes: run by hand"]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn soak_ends_with_every_page_in_its_right_state() {
    let site = Site::start();
    let mut urls = String::new();
    for number in 0..PAGES {
        // Faults lie scattered, not in a row.
        let path = format!("/news/{}/story", 40_000_000 + number * 7_919 % PAGES);
        site.on(&path, faulty(number));
        urls.push_str(&format!("<url><loc>{}</loc></url>", site.url(&path)));
    }
    site.on("/feeds/sitemap", [ok(format!("<urlset>{urls}</urlset>"))]);
    let program = Program::new();
    let fetch =
        "requests_per_second = 1000000\nmax_wait_seconds = 2\nmax_concurrent = 8\ntimeout_seconds = 5";
    program.configure(site.base(), fetch, "feeds = []\n");
    let (mut runs, mut peak) = (0, 0);
    let left = "SELECT count(*) FROM pages WHERE state IN ('new', 'broken', 'throttled')";
    loop {
        let (ran, its_peak) = program.run_measured(&["scrape", "-q"]);
        assert!([0, 1, 3].contains(&ran.code), "{}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        (runs, peak) = (runs + 1, peak.max(its_peak));
        let archive = program.archive();
        if one(&archive, left) == "0" {
            break;
        }
        assert!(runs < RUNS_MAX, "{} pages left", one(&archive, left));
        // The time that a breaker and a failed page wait for goes by.
        archive.busy_timeout(Duration::from_secs(5)).expect("a timeout");
        archive
            .execute_batch(
                "UPDATE hosts SET open_until = '2000-01-01T00:00:00Z', wait_until = NULL WHERE open_until IS NOT NULL;
                 UPDATE hosts SET wait_until = NULL, interval_ms = 0;
                 UPDATE pages SET due_at = '2000-01-01T00:00:00Z' WHERE state IN ('broken', 'throttled');",
            )
            .expect("an update");
    }
    let archive = program.archive();
    let states = rows(
        &archive,
        "SELECT state, coalesce(reason, ''), count(*) FROM pages GROUP BY 1, 2 ORDER BY 1, 2",
    );
    println!(
        "{runs} runs, peak {} MiB, {} requests\n{}",
        peak / 1024,
        one(&archive, "SELECT count(*) FROM requests"),
        states.join("\n")
    );
    assert_eq!(
        states,
        [
            "blocked|challenge|200",
            "blocked|refused_by_site|200",
            "missing|gone|200",
            "missing|not_found|200",
            "missing|redirected_away|200",
            "stored||9000",
        ]
    );
    assert_eq!(one(&archive, "SELECT count(*), count(DISTINCT site_id) FROM articles"), "9000|9000");
    assert_eq!(one(&archive, "SELECT count(*) FROM captures"), "9000", "none twice");
    assert!(peak < MEMORY_MAX_KIB, "{peak} KiB");
}
