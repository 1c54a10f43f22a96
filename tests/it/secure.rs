//! https: HTTP/2 where it is offered, one connection for all, and no way back to http.

use std::{collections::HashMap, sync::atomic::Ordering};

use axum::http::Version;

use crate::support::{
    program::{Program, Ran, one, rows},
    secure::{Answer, SecureSite},
    site::{Site, article, ok, rss},
};

const FEED: &str = "/feeds/latest-news";

fn story(number: usize) -> String {
    article(&format!("Story {number}"), &"Growers welcomed the decision of the mills. ".repeat(20))
}

/// A site of so many stories, all named by its feed.
fn site_of(stories: usize, protocols: &[&str]) -> SecureSite {
    SecureSite::start(protocols, |base| {
        let paths: Vec<String> =
            (1..=stories).map(|it| format!("/news/{}/a", 40_000_000 + it)).collect();
        let named: Vec<&str> = paths.iter().map(String::as_str).collect();
        let mut answers: HashMap<String, Answer> =
            (1..).zip(&paths).map(|(at, path)| (path.clone(), Answer::Page(story(at)))).collect();
        answers.insert(FEED.to_owned(), Answer::Page(rss(base, &named, chrono::Utc::now())));
        answers
    })
}

/// A run that trusts the authority of the site, as somebody behind a company's proxy would have it trusted.
fn run_trusting(program: &Program, site: &SecureSite) -> Ran {
    let mut command = program.command();
    Ran::of(
        &command.arg("scrape").env("SSL_CERT_FILE", site.authority()).output().expect("the binary runs"),
    )
}

fn check_protocol(protocols: &[&str], expect: Version) {
    let site = site_of(12, protocols);
    // One at a time: several would each open a connection before the first has said what it speaks.
    let program = Program::plain(&site.base, "");
    let ran = run_trusting(&program, &site);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "12");
    let visits = site.visits.lock().expect("visits");
    assert_eq!(visits.len(), 14, "robots.txt, the feed, twelve stories: {visits:?}");
    assert!(visits.iter().all(|it| it.1 == expect), "{visits:?}");
    assert_eq!(site.connections.load(Ordering::Relaxed), 1, "one connection for all of them");
}

#[test]
fn a_site_that_offers_http_2_is_read_over_one_connection() {
    check_protocol(&["h2", "http/1.1"], Version::HTTP_2);
}

#[test]
fn a_site_that_does_not_is_read_over_one_connection_too() {
    check_protocol(&["http/1.1"], Version::HTTP_11);
    check_protocol(&[], Version::HTTP_11);
}

#[test]
fn many_at_a_time_share_one_http_2_connection_when_it_stands() {
    let site = site_of(40, &["h2"]);
    let program = Program::plain(&site.base, "max_concurrent = 8");
    let ran = run_trusting(&program, &site);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "40");
    assert_eq!(site.visits.lock().expect("visits").len(), 42);
    assert_eq!(site.connections.load(Ordering::Relaxed), 1, "robots.txt has opened it");
}

#[test]
fn nobody_is_led_from_https_to_http() {
    let open = Site::start();
    open.on("/news/40000001/a", [ok(story(1))]);
    let elsewhere = open.url("/news/40000001/a");
    let site = SecureSite::start(&["h2"], |base| {
        HashMap::from([
            (FEED.to_owned(), Answer::Page(rss(base, &["/news/40000001/a"], chrono::Utc::now()))),
            ("/news/40000001/a".to_owned(), Answer::GoTo(elsewhere)),
        ])
    });
    let program = Program::plain(&site.base, "");
    let ran = run_trusting(&program, &site);
    assert!(open.all_visits().is_empty(), "{:?}", open.all_visits());
    let archive = program.archive();
    assert_eq!(rows(&archive, "SELECT state, reason FROM pages"), ["broken|redirect"], "{}", ran.stderr);
    assert_eq!(one(&archive, "SELECT count(*) FROM captures"), "0");
}

#[test]
fn a_certificate_nobody_vouches_for_is_said_so_once() {
    let site = site_of(3, &["h2"]);
    let program = Program::plain(&site.base, "");
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(ran.messages(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("certificate"), "{}", ran.stderr);
    assert!(site.visits.lock().expect("visits").is_empty());
}
