//! Every article of a range of days, and the ledger that knows which days are complete.

use std::process::Stdio;

use crate::support::{
    program::{Program, one, rows},
    site::{ok, status},
    world::{FIRST_ID, Plan, World, day, is_blocked, is_holiday, is_unlisted, page},
};

const ARTICLES: &str = "SELECT site_id, published_on FROM articles ORDER BY CAST(site_id AS INTEGER)";

/// Enough for one of everything that may be the matter with a day.
const DAYS: u64 = 58;

fn small() -> World {
    World::build(&Plan { first: day("2023-01-02"), days: DAYS, per_day: 4 })
}

fn backfill<'w>(range: &'w [String; 4], more: &[&'w str]) -> Vec<&'w str> {
    let mut args = vec!["backfill"];
    args.extend(range.iter().map(String::as_str));
    args.extend(more);
    args
}

/// A listing's line about a page.
fn card(id: u64) -> String {
    format!("<h2 class=story__title><a href=/news/{id}/story-{id}>x</a></h2>")
}

/// The verdict of each day, as `coverage` says.
fn verdicts(program: &Program, range: &[String; 4]) -> Vec<(String, String)> {
    let mut args = vec!["coverage", "--format", "csv"];
    args.extend(range.iter().map(String::as_str));
    let csv = program.ok(&args).stdout;
    let cells = |line: &str| {
        let mut cells = line.split(',');
        (cells.next().unwrap_or_default().to_owned(), cells.next().unwrap_or_default().to_owned())
    };
    csv.lines().skip(1).map(cells).collect()
}

#[test]
fn the_archive_equals_the_truth_day_by_day() {
    let world = small();
    let program = world.program();
    let range = world.range();
    let ran = program.ok(&backfill(&range, &[]));
    assert!(ran.stderr.contains("58 days: "), "{}", ran.stderr);
    let archive = program.archive();
    assert_eq!(rows(&archive, ARTICLES), world.rows());
    for (number, (on, verdict)) in (0_u64..).zip(verdicts(&program, &range)) {
        let expect = if is_holiday(number) { "empty" } else { "complete" };
        assert_eq!(verdict, expect, "{on}, day {number}");
    }
    // A blocked or an empty listing is in the ledger as what it was, and completes nothing.
    let of = |state: &str| {
        let sql =
            "SELECT count(*), sum(complete) FROM days WHERE source = '/archive/{date}' AND state = ";
        one(&archive, &format!("{sql}'{state}'"))
    };
    assert_eq!(of("blocked"), format!("{}|0", (0..DAYS).filter(|it| is_blocked(*it)).count()));
    let empty = (0..DAYS).filter(|it| is_unlisted(*it) || is_holiday(*it)).count();
    assert_eq!(of("empty"), format!("{empty}|0"));
    let lies = "SELECT sum(complete) FROM days WHERE source = '/markets/{date}' AND day > '2023-01-02'";
    assert_eq!(one(&archive, lies), "0", "a section that lies completes no day but the one it tells of");
    // Every page once, ids that are of nothing included.
    assert!(world.article_visits().values().all(|it| *it == 1));
    let gone = "SELECT count(*) FROM pages WHERE state = 'missing' AND (reason <> 'not_found' OR due_at IS NOT NULL)";
    assert_eq!(one(&archive, gone), "0", "a hole is known with its reason and never asked for again");
}

#[test]
fn the_same_command_once_more_asks_for_no_page_again() {
    let world = small();
    let program = world.program();
    let range = world.range();
    program.ok(&backfill(&range, &[]));
    world.site.forget_visits();
    program.ok(&backfill(&range, &[]));
    let again: Vec<String> = world.site.all_visits().into_iter().map(|it| it.path).collect();
    assert!(again.is_empty(), "{again:?}");
    program.ok(&["backfill", "--gaps"]);
    assert!(world.site.all_visits().is_empty());
}

#[test]
fn slices_overlaps_and_orders_come_to_the_same() {
    let world = small();
    let program = world.program();
    let range = world.range();
    let limited = program.ok(&backfill(&range, &["--max-pages", "37"]));
    assert!(limited.stderr.contains("limit reached"), "{}", limited.stderr);
    let seen = "SELECT min(published_on) FROM articles WHERE published_on > '2023-01-02'";
    let seen = one(&program.archive(), seen);
    assert!(seen.as_str() > "2023-02-01", "newest first: {seen}");
    program.ok(&["backfill", "--from", "2023-01-10", "--to", "2023-02-10", "--oldest-first"]);
    program.ok(&["backfill", "--from", "2023-02-01", "--to", "2023-03-15", "--max-pages", "40"]);
    program.ok(&backfill(&range, &[]));
    assert_eq!(rows(&program.archive(), ARTICLES), world.rows());
    assert!(world.article_visits().values().all(|it| *it == 1));
}

#[test]
fn ids_of_every_day_find_what_nobody_lists_and_without_them_days_stay_open() {
    let world = small();
    let range = world.range();
    // A story that stands on no list.
    let hidden = *world.truth.iter().nth(20).expect("a story").0;
    let on = world.truth[&hidden];
    let path = format!("/archive/{on}");
    let others = world.truth.iter().filter(|it| *it.1 == on && *it.0 != hidden).map(|it| card(*it.0));
    world.site.on(&path, [ok(others.collect::<String>())]);

    let program = world.program();
    let ran = program.run(&backfill(&range, &["--ids", "off"]));
    assert_eq!(ran.code, 1, "a listing could not be read: {}", ran.stderr);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT count(*) FROM pages WHERE via = 'ids'"), "0");
    let open: Vec<String> =
        verdicts(&program, &range).into_iter().map(|it| it.1).filter(|it| it != "complete").collect();
    // The blocked day; the empty ones cannot be told from holidays.
    assert_eq!(open, ["blocked", "empty", "empty"]);

    program.ok(&backfill(&range, &["--ids", "all"]));
    assert_eq!(rows(&program.archive(), ARTICLES), world.rows());
    assert_eq!(one(&archive, &format!("SELECT count(*) FROM articles WHERE site_id = '{hidden}'")), "1");
    assert!(world.article_visits().values().all(|it| *it == 1));
}

#[test]
fn a_day_begins_where_a_handful_of_requests_say() {
    let world = World::build(&Plan { first: day("2021-01-04"), days: 400, per_day: 8 });
    let program = world.program();
    // Nothing is known but the two ends: the listing of this day is blocked.
    let number = 30 + 97 * 2;
    let on = world.first + chrono::Days::new(number);
    assert!(is_blocked(number));
    program.ok(&["backfill", "--from", &on.to_string(), "--to", &on.to_string()]);
    let ids: Vec<u64> = world.truth.iter().filter(|it| *it.1 == on).map(|it| *it.0).collect();
    let stored =
        rows(&program.archive(), &format!("SELECT site_id FROM articles WHERE published_on = '{on}'"));
    assert_eq!(stored.len(), ids.len());
    let (first, last) = (ids[0] - 16, ids[ids.len() - 1] + 16);
    let probes = world.article_visits().into_keys().filter(|it| !(first..=last).contains(it)).count();
    let stale = world.truth.values().filter(|it| **it == world.first).count();
    let range = world.end_id - FIRST_ID;
    let limit = 2 * 2 * range.ilog2() as usize;
    assert!(probes - stale <= limit, "{} probes for both ends, at most {limit}", probes - stale);
}

#[test]
fn a_guess_that_was_nothing_is_asked_for_again_when_somebody_names_it() {
    let world = small();
    let program = world.program();
    let range = world.range();
    program.ok(&backfill(&range, &["--ids", "all"]));
    let hole = one(&program.archive(), "SELECT min(site_id) FROM pages WHERE state = 'missing'");
    let path = format!("/news/{hole}/late");
    world.site.on(&path, [page(hole.parse().expect("a number"), day("2023-01-03"))]);
    world.site.feed(&[&path]);
    // The clock of the archive counts seconds.
    program
        .archive()
        .execute("UPDATE pages SET visited_at = '2023-01-01T00:00:00Z'", [])
        .expect("update");
    let settings = std::fs::read_to_string(program.path("config.toml")).expect("a file");
    let settings = settings.replace("feeds = []\n", "");
    program.write("config.toml", &(settings + "[[site.feeds]]\nurl = \"/feeds/latest-news\"\n"));
    program.ok(&["scrape"]);
    let state = format!("SELECT state, via FROM pages WHERE site_id = '{hole}'");
    assert_eq!(one(&program.archive(), &state), "stored|feed");
}

#[test]
fn a_scrape_between_does_no_harm_and_a_day_that_is_not_over_is_never_complete() {
    let world = small();
    let program = world.program();
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Karachi).date_naive();
    let id = world.end_id + 50;
    world.site.on(&format!("/news/{id}/story-{id}"), [page(id, today)]);
    world.site.on(&format!("/archive/{today}"), [ok(card(id))]);
    for _ in 0..2 {
        program.ok(&["backfill", "--from", "today", "--to", "today", "--ids", "off"]);
        program.ok(&["scrape"]);
    }
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT published_on FROM articles"), today.to_string());
    assert_eq!(one(&archive, "SELECT max(complete) FROM days"), "0");
    let said = program.ok(&["coverage", "--from", "today", "--format", "json"]).stdout;
    assert!(said.contains("\"state\": \"open\""), "{said}");
}

#[test]
fn a_day_far_below_its_weekday_is_thin_and_its_ids_settle_it() {
    let world = World::build(&Plan { first: day("2023-01-02"), days: DAYS, per_day: 6 });
    let program = world.program();
    let range = world.range();
    // A Wednesday that lists two of its six stories.
    let on = day("2023-02-15");
    let two = world.truth.iter().filter(|it| *it.1 == on).take(2).map(|it| card(*it.0));
    world.site.on(&format!("/archive/{on}"), [ok(two.collect::<String>())]);
    program.run(&backfill(&range, &["--ids", "off"]));
    let said = program.ok(&["coverage", "--from", "2023-02-15", "--to", "2023-02-15"]).stdout;
    assert!(said.contains("thin") && said.contains("2 articles, 6 are usual"), "{said}");
    assert!(said.contains("tearsheet backfill --gaps --from 2023-02-15 --to 2023-02-15"), "{said}");
    program.ok(&["backfill", "--gaps", "--from", "2023-02-15", "--to", "2023-02-15"]);
    let count = format!("SELECT count(*) FROM articles WHERE published_on = '{on}'");
    assert_eq!(one(&program.archive(), &count), "6");
    let said = program.ok(&["coverage", "--from", "2023-02-15", "--to", "2023-02-15"]).stdout;
    assert!(said.contains("No day needs work"), "{said}");
}

#[test]
fn a_page_that_is_refused_leaves_its_day_blocked_until_it_comes() {
    let world = small();
    let (id, on) = world.truth.iter().nth(60).map(|it| (*it.0, *it.1)).expect("a story");
    let path = format!("/news/{id}/story-{id}");
    world.site.on(&path, [status(403), page(id, on)]);
    let program = world.program();
    let range = world.range();
    let ran = program.run(&backfill(&range, &[]));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let is_of = |it: &(String, String)| it.0 == on.to_string();
    let verdict =
        |program: &Program| verdicts(program, &range).into_iter().find(is_of).expect("the day").1;
    assert_eq!(verdict(&program), "blocked");
    let ledger = format!(
        "SELECT blocked, stored + blocked = listed FROM days WHERE day = '{on}' AND blocked > 0"
    );
    assert_eq!(one(&program.archive(), &ledger), "1|1");
    // It is due later, never now.
    assert_eq!(program.run(&["backfill", "--gaps"]).code, 1);
    assert_eq!(world.site.visits(&path).len(), 1);
    program
        .archive()
        .execute("UPDATE pages SET due_at = '2000-01-01T00:00:00Z' WHERE state = 'blocked'", [])
        .expect("update");
    program.ok(&["backfill", "--gaps"]);
    assert_eq!(verdict(&program), "complete");
    assert_eq!(rows(&program.archive(), ARTICLES), world.rows());
}

#[test]
fn a_site_that_says_stop_ends_the_run_and_the_next_goes_on() {
    let world = small();
    let program = world.program();
    let id = *world.truth.iter().nth(70).expect("a story").0;
    let path = format!("/news/{id}/story-{id}");
    world.site.on(&path, [status(429).header("retry-after", "600"), page(id, world.truth[&id])]);
    let range = world.range();
    let ran = program.run(&backfill(&range, &[]));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("run the same command again later"), "{}", ran.stderr);
    let again = program.run(&backfill(&range, &[]));
    assert_eq!(again.code, 3, "ten minutes are not over: {}", again.stderr);
    let over = "UPDATE hosts SET wait_until = NULL; UPDATE pages SET due_at = '2000-01-01T00:00:00Z' WHERE state = 'throttled'";
    program.archive().execute_batch(over).expect("update");
    program.ok(&backfill(&range, &[]));
    assert_eq!(rows(&program.archive(), ARTICLES), world.rows());
}

#[test]
fn following_pages_of_a_listing_are_read_and_one_that_leads_elsewhere_is_none() {
    let world = small();
    let ids: Vec<u64> =
        world.truth.iter().filter(|it| *it.1 == day("2023-01-10")).map(|it| *it.0).collect();
    world.site.on("/archive/2023-01-10", [ok(card(ids[0]) + "<a href='?page=2'>Next</a>")]);
    let rest: String = ids[1..].iter().map(|it| card(*it)).collect();
    world.site.on("/archive/2023-01-10?page=2", [ok(rest + "<a href='?page=3'>Next</a>")]);
    world.site.on("/archive/2023-01-11", [status(302).header("location", "/latest-news")]);
    world.site.on("/latest-news", [ok(card(ids[0]))]);
    let program = world.program();
    program.ok(&["backfill", "--from", "2023-01-10", "--to", "2023-01-11", "--ids", "off"]);
    let ledger = "SELECT day, state, reason, listed, complete FROM days WHERE source LIKE '/archive%' ORDER BY day";
    assert_eq!(
        rows(&program.archive(), ledger),
        [
            format!("2023-01-10|read||{}|1", ids.len()),
            "2023-01-11|missing|redirected_away|0|0".to_owned()
        ]
    );
    assert_eq!(world.site.visits("/archive/2023-01-10?page=3").len(), 1);
}

#[test]
fn a_listing_that_was_never_there_is_not_asked_for_every_day() {
    let world = small();
    let program = world.program();
    let settings = std::fs::read_to_string(program.path("config.toml")).expect("a file");
    let more = "[[site.archives]]\nurl = \"/business-finance/{date}\"\n[site.ids]";
    program.write("config.toml", &settings.replace("[site.ids]", more));
    let range = world.range();
    program.ok(&backfill(&range, &[]));
    let asked = world.site.all_visits().iter().filter(|it| it.path.starts_with("/business")).count();
    assert_eq!(asked, 3);
    let days =
        "SELECT count(*) FROM days WHERE source = '/business-finance/{date}' AND state = 'missing'";
    assert_eq!(one(&program.archive(), days), "58");
    assert_eq!(rows(&program.archive(), ARTICLES), world.rows());
}

#[test]
fn a_plan_writes_nothing_and_ten_years_are_planned_by_a_few_requests() {
    let world = small();
    let program = world.program();
    let ten_years = ["backfill", "--from", "2013-01-01", "--to", "2022-12-31", "--dry-run"];
    let plan = program.ok(&ten_years);
    assert_eq!(plan.stdout.lines().count(), 3652 + 1);
    assert!(
        plan.stderr.contains("requests were made to tell this, nothing was written"),
        "{}",
        plan.stderr
    );
    assert!(!program.path("tearsheet.db").exists());
    let asked = world.site.all_visits().len();
    assert!(asked <= 60, "{asked}");
    let range = world.range();
    program.ok(&backfill(&range, &["--max-pages", "60"]));
    let before = rows(&program.archive(), "SELECT site_id, state, visited_at FROM pages ORDER BY 1");
    world.site.forget_visits();
    let plan = program.ok(&backfill(&range, &["--dry-run"]));
    assert!(plan.stdout.contains("partial") && plan.stdout.contains("unknown"), "{}", plan.stdout);
    assert!(world.site.all_visits().len() <= 60, "{}", world.site.all_visits().len());
    let after = rows(&program.archive(), "SELECT site_id, state, visited_at FROM pages ORDER BY 1");
    assert_eq!(after, before);
}

#[test]
fn ranges_that_cannot_be_are_refused() {
    let program = Program::new();
    let check = |args: &[&str], expect: &str| {
        let ran = program.run(args);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(expect), "{args:?}: {}", ran.stderr);
    };
    check(&["backfill"], "`--from` is missing");
    check(&["backfill", "--from", "2030-01-01", "--to", "2030-02-01"], "is in the future");
    check(&["backfill", "--from", "2024-02-01", "--to", "2024-01-01"], "is after `--to`");
    check(&["backfill", "--from", "31.01.2024"], "a day such as 2024-03-28");
    check(&["backfill", "--from", "-7d", "--newest-first", "--oldest-first"], "cannot be used with");
    assert!(!program.path("tearsheet.db").exists());
}

#[test]
fn a_calendar_fits_eighty_columns_and_needs_no_colour() {
    let world = small();
    let program = world.program();
    let range = world.range();
    program.run(&backfill(&range, &["--ids", "off"]));
    let mut args = vec!["coverage", "--color", "never"];
    args.extend(range.iter().map(String::as_str));
    let said = program.ok(&args).stdout;
    assert!(said.lines().all(|it| it.chars().count() <= 80), "{said}");
    let january = said.lines().find(|it| it.starts_with("2023-01")).expect("a month");
    assert!(january.contains(" ##############################"), "{january}");
    let february = said.lines().find(|it| it.starts_with("2023-02")).expect("a month");
    assert!(february.contains("2023-02  B#########0#########0#######"), "{february}");
    assert!(
        said.contains("# complete") && said.contains("B blocked") && said.contains("0 empty"),
        "{said}"
    );
}

#[expect(clippy::print_stdout, reason = "a figure for whoever runs it by hand")]
/// Kill the program at random moments and run it again until it is done; then compare with a run nobody disturbed.
fn kill_and_compare(world: &World, kills: u32, longest_ms: u64) {
    let range = world.range();
    let calm = world.program();
    calm.ok(&backfill(&range, &[]));
    world.site.forget_visits();
    let program = world.program();
    let mut killed = 0;
    while killed < kills {
        let mut command = program.command();
        command.args(backfill(&range, &["-q"])).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        let pause = 3 + u64::from(killed) * 7_919 % longest_ms;
        std::thread::sleep(std::time::Duration::from_millis(pause));
        let is_over = child.try_wait().expect("a child").is_some();
        child.kill().ok();
        child.wait().expect("a child");
        killed += 1;
        if is_over {
            break;
        }
    }
    let last = program.run(&backfill(&range, &[]));
    assert_eq!(last.code, 0, "{}", last.stderr);
    let (ours, theirs) = (program.archive(), calm.archive());
    for sql in [
        ARTICLES,
        // How many ids of nothing were met on the way depends on what was known when a day was looked for.
        "SELECT host, site_id, state, reason FROM pages WHERE state <> 'missing' ORDER BY 1, 2",
        "SELECT day, source, state, listed, stored, missing, complete FROM days WHERE source <> 'ids' ORDER BY 1, 2",
        "SELECT count(*) FROM captures",
    ] {
        assert_eq!(rows(&ours, sql), rows(&theirs, sql), "{sql}");
    }
    assert_eq!(verdicts(&program, &range), verdicts(&calm, &range));
    assert_eq!(one(&ours, "PRAGMA integrity_check"), "ok");
    assert!(rows(&ours, "PRAGMA foreign_key_check").is_empty());
    assert_eq!(one(&ours, "SELECT count(*) FROM pages WHERE claimed_by IS NOT NULL"), "0");
    // A page that was in hand when the power went is asked for again; one that was stored never.
    let again = world.article_visits().values().filter(|it| 1 < **it).count();
    let in_hand = usize::try_from(killed * 4).expect("small");
    assert!(again <= in_hand, "{again} pages were asked for twice, with at most {in_hand} in hand");
    let visits = world.article_visits();
    assert!(world.truth.keys().all(|it| visits.contains_key(it)));
    println!("{killed} kills, {again} pages in hand asked for again");
}

#[test]
fn killed_at_random_moments_it_comes_to_the_same() {
    let world = World::build(&Plan { first: day("2023-01-02"), days: DAYS, per_day: 3 });
    kill_and_compare(&world, 10, 300);
}

#[test]
#[ignore = "takes minutes: run by hand"]
fn killed_two_hundred_times_it_comes_to_the_same() {
    let world = World::build(&Plan { first: day("2019-01-01"), days: 1461, per_day: 14 });
    kill_and_compare(&world, 200, 200);
}

#[test]
#[ignore = "takes minutes: run by hand"]
#[expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "the figures are what it is run for"
)]
fn four_years_equal_the_truth() {
    let world = World::build(&Plan { first: day("2019-01-01"), days: 1461, per_day: 70 });
    let program = world.program();
    let range = world.range();
    let began = std::time::Instant::now();
    let (ran, peak) = program.run_measured(&backfill(&range, &[]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(rows(&program.archive(), ARTICLES), world.rows());
    let (requests, stored) = (world.site.all_visits().len(), world.truth.len());
    println!(
        "{stored} articles on {} days, {requests} requests: {:.3} each; {:.0} s, peak {} MiB",
        world.working_days().len(),
        requests as f64 / stored as f64,
        began.elapsed().as_secs_f64(),
        peak / 1024
    );
    assert!(requests as f64 <= 1.10 * stored as f64);
}

#[test]
fn a_refused_page_at_the_end_of_a_day_is_not_its_neighbours_business() {
    let world = small();
    let on = day("2023-01-12");
    let id = *world.truth.iter().find(|it| *it.1 == on).expect("a story").0;
    for path in [format!("/news/{id}"), format!("/news/{id}/story-{id}")] {
        world.site.on(&path, [status(403)]);
    }
    let program = world.program();
    let range = world.range();
    program.run(&backfill(&range, &["--ids", "all"]));
    let blocked: Vec<String> =
        verdicts(&program, &range).into_iter().filter(|it| it.1 == "blocked").map(|it| it.0).collect();
    assert_eq!(blocked, [on.to_string()]);
}

#[test]
fn a_range_beyond_both_ends_of_the_site_costs_a_handful_of_guesses() {
    let world = World::build(&Plan { first: day("2023-01-02"), days: 47, per_day: 20 });
    let program = world.program();
    world.believe_in_more(&program, 9_000, 60);
    let (first, last) = (world.first - chrono::Days::new(30), world.last + chrono::Days::new(30));
    let (first, last) = (first.to_string(), last.to_string());
    let ran = program.ok(&["backfill", "--from", &first, "--to", &last]);
    assert_eq!(rows(&program.archive(), ARTICLES), world.rows());
    let (stories, days) = (world.truth.len(), 107);
    let visits = world.site.all_visits();
    let listings =
        visits.iter().filter(|it| it.path.starts_with("/archive") || it.path.starts_with("/markets"));
    assert_eq!(listings.count(), 2 * days, "the listings of every day are asked for once");
    // Two ends of the site, a blocked and an unlisted day. On 0.1.0 there were 18,831 of them.
    let guesses = world.article_visits().len() - stories;
    assert!(guesses <= 250, "{guesses} guesses were of nothing\n{}", ran.stderr);
    let again = program.ok(&["backfill", "--from", &first, "--to", &last]);
    assert_eq!(world.article_visits().len() - stories, guesses, "{}", again.stderr);
    let said = "SELECT count(*) FROM pages WHERE via = 'ids' AND state = 'missing'";
    assert_eq!(one(&program.archive(), said), guesses.to_string());
}
