//! Ids that nobody named: they are announced, counted beforehand, capped, and told apart from losses.

use chrono::NaiveDate;

use crate::support::{
    program::{Program, one, rows},
    site::{ok, status},
    world::{Plan, World, day, page},
};

fn world(days: u64, per_day: u64) -> World {
    World::build(&Plan { first: day("2023-01-02"), days, per_day })
}

/// `… about 123 requests, …`.
fn requests_told(said: &str) -> usize {
    let told = said.split("; about ").nth(1).and_then(|it| it.split(" requests").next());
    told.and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("no number of requests: {said}"))
}

/// What a dry run tells is what the run takes, to a factor of two.
#[track_caller]
fn check_estimate(world: &World, program: &Program, first: NaiveDate, last: NaiveDate, more: &[&str]) {
    let (first, last) = (first.to_string(), last.to_string());
    let mut args = vec!["backfill", "--from", &first, "--to", &last];
    args.extend(more);
    let mut dry = args.clone();
    dry.push("--dry-run");
    world.site.forget_visits();
    let said = program.ok(&dry).stderr;
    let (told, asked) = (requests_told(&said), world.site.all_visits().len());
    world.site.forget_visits();
    let ran = program.run(&args);
    let took = world.site.all_visits().len();
    assert!(told <= 2 * took && took <= 2 * told, "took {took}: {said}{}", ran.stderr);
    assert!(asked <= 250, "{asked} requests to tell {told}");
}

#[test]
fn a_dry_run_tells_the_requests_of_a_range_inside_the_site() {
    let world = world(58, 8);
    check_estimate(&world, &world.program(), day("2023-01-10"), day("2023-01-16"), &[]);
    check_estimate(&world, &world.program(), day("2023-01-10"), day("2023-01-10"), &[]);
    check_estimate(&world, &world.program(), world.first, world.last, &[]);
    check_estimate(&world, &world.program(), world.first, world.last, &["--ids", "all"]);
    check_estimate(&world, &world.program(), world.first, world.last, &["--ids", "off"]);
}

#[test]
fn a_dry_run_tells_the_requests_of_a_range_that_begins_before_the_site() {
    let world = world(40, 20);
    let first = world.first - chrono::Days::new(60);
    check_estimate(&world, &world.program(), first, day("2023-01-20"), &[]);
    let program = world.program();
    world.believe_in_more(&program, 9_000, 60);
    check_estimate(&world, &program, first, day("2023-01-20"), &[]);
    // Once more: the site has nothing else.
    let program = world.program();
    world.believe_in_more(&program, 9_000, 60);
    check_estimate(&world, &program, first, world.first - chrono::Days::new(1), &[]);
}

#[test]
fn a_dry_run_tells_the_requests_of_a_range_that_ends_after_the_site() {
    let world = world(40, 20);
    let last = world.last + chrono::Days::new(60);
    check_estimate(&world, &world.program(), day("2023-02-01"), last, &[]);
    let program = world.program();
    world.believe_in_more(&program, 9_000, 60);
    check_estimate(&world, &program, day("2023-02-01"), last, &[]);
}

#[test]
fn a_dry_run_tells_the_requests_of_thin_days() {
    let world = world(58, 10);
    let program = world.program();
    // Two Wednesdays that list two of their ten stories.
    for on in [day("2023-02-15"), day("2023-01-25")] {
        let ids = world.truth.iter().filter(|it| *it.1 == on).map(|it| *it.0).take(2);
        let card = |id: u64| format!("<h2 class=story__title><a href=/news/{id}/story-{id}>x</a></h2>");
        world.site.on(&format!("/archive/{on}"), [ok(ids.map(card).collect::<String>())]);
    }
    let (first, last) = (world.first.to_string(), world.last.to_string());
    program.run(&["backfill", "--from", &first, "--to", &last, "--ids", "off"]);
    check_estimate(&world, &program, world.first, world.last, &[]);
}

#[test]
fn a_dry_run_tells_the_requests_of_a_site_without_listings() {
    let world = world(58, 8);
    for number in 0..58 {
        let on = world.first + chrono::Days::new(number);
        world.site.on(&format!("/archive/{on}"), [status(404)]);
        world.site.on(&format!("/markets/{on}"), [status(404)]);
    }
    check_estimate(&world, &world.program(), world.first, world.last, &[]);
    // And with a profile that takes it for a much busier one than it is.
    let program = world.program();
    world.believe_in_more(&program, 9_000, 60);
    check_estimate(&world, &program, day("2023-01-10"), day("2023-02-10"), &[]);
    let program = world.program();
    world.believe_in_more(&program, 9_000, 60);
    let (first, last) = (world.first - chrono::Days::new(30), world.last + chrono::Days::new(30));
    check_estimate(&world, &program, first, last, &[]);
}

#[test]
fn guesses_are_announced_and_without_them_none_is_made() {
    let world = world(58, 4);
    let program = world.program();
    let blocked = (world.first + chrono::Days::new(30)).to_string();
    let range = ["backfill", "--from", &blocked, "--to", &blocked];
    let off = program.run(&[&range[..], &["--ids", "off"]].concat());
    assert!(!off.stderr.contains("guess"), "{}", off.stderr);
    let guesses = "SELECT count(*) FROM pages WHERE via = 'ids'";
    assert_eq!(one(&program.archive(), guesses), "0");
    let ran = program.ok(&range);
    let looking = format!("{blocked}: guessing ids to find where the day begins and ends");
    let lines: Vec<&str> = ran.stderr.lines().filter(|it| it.contains("guessing")).collect();
    assert!(lines[0].starts_with(&looking), "{}", ran.stderr);
    assert!(lines.iter().all(|it| it.contains("`--ids off`")), "{}", ran.stderr);
    let count = |line: &&str| {
        line.split("guessing ").nth(1)?.split(" ids that nobody").next()?.parse::<u64>().ok()
    };
    let told: u64 = lines.iter().filter_map(count).sum();
    let made: u64 = one(&program.archive(), guesses).parse().expect("a number");
    assert!(0 < told && told <= made && made <= told + 60, "{told} told, {made} made: {}", ran.stderr);
    assert!(program.run(&[&range[..], &["-q"]].concat()).stderr.is_empty());
}

#[test]
fn a_day_takes_no_more_guesses_than_the_profile_allows_and_the_next_run_goes_on() {
    let world = world(58, 20);
    let program = world.program();
    let settings = std::fs::read_to_string(program.path("config.toml")).expect("a file");
    program
        .write("config.toml", &settings.replace("[site.ids]", "[site.ids]\nmax_guesses_per_day = 15"));
    let on = world.first + chrono::Days::new(30);
    let blocked = on.to_string();
    let stale = world.truth.values().filter(|it| **it == world.first).count();
    let mut runs = 0;
    loop {
        world.site.forget_visits();
        let ran = program.run(&["backfill", "--from", &blocked, "--to", &blocked]);
        runs += 1;
        assert!(runs < 20, "it does not end: {}", ran.stderr);
        let pages = world.site.all_visits().iter().filter(|it| it.path.starts_with("/news/")).count();
        // Fifteen guesses, and in the first run what the other listing names: the same for every day.
        assert!(pages <= 15 + if runs == 1 { stale } else { 0 }, "{pages} in run {runs}");
        if ran.code == 0 {
            break;
        }
        let said = program.ok(&["coverage", "--from", &blocked, "--to", &blocked]).stdout;
        assert!(said.contains("was refused") || said.contains("more ids than are guessed"), "{said}");
    }
    assert!(2 < runs, "{runs}");
    let stored = format!("SELECT count(*) FROM articles WHERE published_on = '{on}'");
    let truth = world.truth.values().filter(|it| **it == on).count();
    assert_eq!(one(&program.archive(), &stored), truth.to_string());
}

#[test]
fn a_guess_of_before_the_day_was_over_is_made_again() {
    let world = world(58, 4);
    let program = world.program();
    let (first, last) = (world.first.to_string(), world.last.to_string());
    let all = ["backfill", "--from", &first, "--to", &last, "--ids", "all"];
    program.ok(&all);
    let hole = "SELECT min(CAST(site_id AS INTEGER)) FROM pages WHERE state = 'missing' AND CAST(site_id AS INTEGER) >
                (SELECT min(CAST(site_id AS INTEGER)) FROM articles WHERE published_on = '2023-01-10')";
    let hole: u64 = one(&program.archive(), hole).parse().expect("a number");
    world.site.on(&format!("/news/{hole}"), [page(hole, day("2023-01-10"))]);
    let archive = program.archive();
    let early = format!("UPDATE pages SET visited_at = '2023-01-09T12:00:00Z' WHERE site_id = '{hole}'");
    archive.execute(&early, []).expect("update");
    let forget =
        "DELETE FROM day_pages WHERE reading_id IN (SELECT id FROM day_readings WHERE source = 'ids');
                  DELETE FROM day_readings WHERE source = 'ids'";
    archive.execute_batch(forget).expect("delete");
    world.site.forget_visits();
    program.ok(&all);
    let asked = world.site.all_visits().into_iter().map(|it| it.path);
    let asked: Vec<String> = asked.filter(|it| it.starts_with("/news/")).collect();
    assert_eq!(asked, [format!("/news/{hole}")], "nothing else is asked for again");
    let state = format!("SELECT state FROM pages WHERE site_id = '{hole}'");
    assert_eq!(one(&archive, &state), "stored");
}

#[test]
fn guesses_are_told_apart_from_losses() {
    let world = world(58, 4);
    let (lost, on) = world.truth.iter().nth(40).map(|it| (*it.0, *it.1)).expect("a story");
    for path in [format!("/news/{lost}"), format!("/news/{lost}/story-{lost}")] {
        world.site.on(&path, [status(404)]);
    }
    let program = world.program();
    let (first, last) = (on.to_string(), (world.first + chrono::Days::new(30)).to_string());
    let ran = program.ok(&["backfill", "--from", &first, "--to", &last]);
    let guesses =
        one(&program.archive(), "SELECT count(*) FROM pages WHERE via = 'ids' AND state = 'missing'");
    assert!(
        ran.stderr.contains(&format!(", 1 missing, {guesses} guessed ids of no page")),
        "{}",
        ran.stderr
    );
    assert_eq!(one(&program.archive(), "SELECT missing FROM runs ORDER BY id DESC LIMIT 1"), "1");
    let said = program.ok(&["status"]).stdout;
    let line = |count: &str, what: &str| said.contains(&format!("  {count:>8}  {what}  (not_found)"));
    assert!(line("1", "missing") && line(&guesses, "guessed, and of no page"), "{said}");
    let json = program.ok(&["status", "--json"]).stdout;
    assert!(json.contains("\"guessed\": true") && json.contains("\"guessed\": false"), "{json}");
    let readme = "SELECT via = 'ids' AND state = 'missing' AS guessed, count(*) FROM pages WHERE state = 'missing'
                   GROUP BY guessed";
    assert_eq!(rows(&program.archive(), readme), ["0|1".to_owned(), format!("1|{guesses}")]);
}
