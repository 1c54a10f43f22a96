//! Ten thousand pages from a site where every fifth answer is faulty, and five hundred pictures with a run killed fifty times. Some minutes;
//! by hand:
//! `cargo test --release --test it -- --ignored --nocapture soak`.

use std::{process::Stdio, time::Duration};

use crate::{
    images::{Papers, picture, png},
    support::{
        clock::WrongClock,
        program::{Program, one, rows},
        site::{Reply, Site, article, ok, raw, redirect, reset, status},
    },
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
fn soak_ends_with_every_page_in_its_right_state() {
    soak(&[0]);
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "takes minutes: run by hand"]
fn soak_does_so_whatever_the_clock_says() {
    const HOUR: i64 = 3_600;
    soak(&[0, 2 * HOUR, -3 * HOUR, 400 * 24 * HOUR, 0, -400 * 24 * HOUR, 30 * 24 * HOUR]);
}

/// Scrapes ten thousand pages, with a clock that is wrong by one of these seconds after the other.
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn soak(shifts: &[i64]) {
    let clock = WrongClock::new();
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
        let mut command = program.command();
        // A run is over after a part of the pages, so that there are more runs than clocks.
        command.args(["scrape", "-q", "--max-pages", "500"]);
        let (ran, its_peak) = Program::measured(clock.set(&mut command, shifts[runs % shifts.len()]));
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
                 UPDATE pages SET due_at = '2000-01-01T00:00:00Z' WHERE state IN ('new', 'broken', 'throttled');",
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

const STORIES: usize = 300;
const PICTURES: usize = 500;

/// What becomes of a picture: of each 25 some are none.
fn picture_state(number: usize) -> &'static str {
    match number % 25 {
        5 => "missing",
        10 => "not_image",
        15 => "too_large",
        20 => "refused",
        _ => "stored",
    }
}

/// The address of a picture on its host, and how a story shows it.
fn shown(number: usize, story: usize) -> String {
    let folder = if picture_state(number) == "refused" { "refused" } else { "p" };
    let at = format!("HOST/{folder}/{number}.png");
    match (story + number) % 4 {
        0 => format!("<img src='{at}'>"),
        1 => format!("<img src='data:image/gif;base64,AA==' data-src='{at}'>"),
        2 => format!(
            "<img src='HOST/small/{number}.png' srcset='HOST/small/{number}.png 320w, {at} 1280w'>"
        ),
        _ => format!("<img src='{at}?r={}'>", story % 5),
    }
}

fn answer(path: &str) -> Reply {
    let name = path.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let Ok(number) = name.trim_end_matches(".png").parse::<usize>() else { return status(404) };
    let which = u32::try_from(number).expect("few");
    match (picture_state(number), number % 25) {
        ("missing", _) => status(404),
        ("not_image", _) => ok("<html>no picture</html>"),
        ("too_large", _) => status(200).with_body(png(60_000, 60_000, which)),
        (_, 7) if !path.contains("/there/") => redirect(&format!("/there/{name}")),
        (_, 9) => picture(which).after(Duration::from_millis(200)),
        (_, 11) => picture(which).header("content-type", "text/html"),
        _ => picture(which),
    }
}

#[test]
#[ignore = "takes a minute: run by hand"]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn soak_keeps_every_picture_once_however_often_it_is_killed() {
    let papers = Papers::new("requests_per_second = 50\nmax_concurrent = 4");
    let named = |story: usize| (0..3).map(move |it| (story * 7 + it * 131) % PICTURES);
    let markups: Vec<String> =
        (1..=STORIES).map(|story| named(story).map(|it| shown(it, story)).collect()).collect();
    papers.stories(&markups.iter().map(String::as_str).collect::<Vec<_>>());
    papers
        .pictures
        .on("/robots.txt", [status(200).with_body(b"User-agent: *\nDisallow: /refused/\n".to_vec())]);
    papers.pictures.otherwise(|path, _| answer(path));
    for nth in 0..50 {
        let mut command = papers.program.command();
        command.args(["scrape", "--images", "-q"]).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        std::thread::sleep(Duration::from_millis(150 + nth * 137 % 550));
        child.kill().expect("killed");
        child.wait().expect("an end");
    }
    for _ in 0..3 {
        papers.program.ok(&["scrape", "--images", "-q"]);
    }
    let archive = papers.program.archive();
    let found = rows(
        &archive,
        "SELECT i.url, i.state, coalesce(m.bytes, 0) FROM article_images i LEFT JOIN images m ON m.id = i.image_id",
    );
    let mut stored = std::collections::BTreeSet::new();
    for row in &found {
        let (url, rest) = row.split_once('|').expect("columns");
        let name = url.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let number: usize = name.trim_end_matches(".png").parse().expect("a number");
        assert_eq!(rest.split('|').next(), Some(picture_state(number)), "{row}");
        if picture_state(number) == "stored" {
            stored.insert(number);
        }
    }
    assert_eq!(found.len(), STORIES * 3);
    assert_eq!(one(&archive, "SELECT count(*) FROM images"), stored.len().to_string());
    papers.program.ok(&["verify", "-q"]);
    let mut gaps = Vec::new();
    for site in [&papers.site, &papers.pictures] {
        let mut times: Vec<_> = site.all_visits().into_iter().map(|it| it.at).collect();
        times.sort_unstable();
        gaps.push(times.windows(2).map(|it| it[1] - it[0]).min().unwrap_or_default());
    }
    let (asked, robots) = (papers.pictures.all_visits(), papers.pictures.visits("/robots.txt").len());
    let paths: std::collections::BTreeSet<_> = asked.iter().map(|it| &it.path).collect();
    println!(
        "{} pictures in {} places, {} requests for {} addresses of their host, {robots} for robots.txt; shortest gaps {gaps:?}",
        stored.len(),
        found.len(),
        asked.len(),
        paths.len()
    );
}
