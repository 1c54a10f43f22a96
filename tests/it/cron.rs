//! Weeks of cron with an outage of each kind: each is told on the day it happens, by the exit code and a line under `-q`; and in
//! the end every story is there.
#![cfg(target_os = "linux")]

use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};

use crate::support::{
    clock::WrongClock,
    program::{Program, Ran, one},
    site::{Reply, Site, ok, reset, rss, status},
};

const DAY_SECONDS: i64 = 86_400;
const STORIES_A_DAY: u64 = 12;
/// A feed names the stories of so many days.
const DAYS_IN_FEED: u64 = 3;

/// What goes wrong on a day, the exit code of its run, and a part of what it says.
type Outage = (&'static str, i32, &'static str);

const OUTAGES: &[Outage] = &[
    ("the feed is gone", 8, "scrape: 0 new"),
    ("the feed is empty", 8, "scrape: 0 new"),
    ("the feed is a page", 8, "scrape: 0 new"),
    ("the feed fails", 8, "scrape: 0 new"),
    ("the feed is old", 6, "every source is stale"),
    ("robots.txt fails", 3, "robots.txt cannot be read"),
    ("robots.txt forbids", 3, "robots.txt asks not to"),
    ("nobody answers", 3, "robots.txt cannot be read"),
    ("stories are refused", 3, "stopped"),
    ("stories are put off", 3, "asked to wait"),
    ("stories are a guard's question", 3, "stopped"),
    ("stories fail", 3, "stopped"),
    ("stories are shells", 6, "drift"),
    ("stories have another layout", 6, "drift"),
    ("a story is torn", 1, "1 failed"),
    ("files may not grow", 4, "refused"),
    ("another run writes", 7, "another run holds"),
    ("the clock is not set", 2, "the clock of this machine"),
    ("the configuration is broken", 2, "config.toml:1"),
    ("cron does not run", -1, ""),
];

struct Weeks {
    site: Site,
    program: Program,
    clock: WrongClock,
    began: DateTime<Utc>,
    config: String,
}

impl Weeks {
    fn at(&self, day: u64) -> DateTime<Utc> {
        self.began + TimeDelta::days(day.cast_signed())
    }

    fn story(&self, day: u64, number: u64) -> String {
        let at = self.at(day).to_rfc3339();
        format!(
            "<html><head><meta property=\"article:published_time\" content=\"{at}\"></head><body>\
             <h1 class=\"story__title\">Story {number} of day {day}</h1><span class=\"story__byline\">Reuters</span>\
             <div class=\"story__content\"><p>KARACHI: What happened on day {day}, as number {number} of many, told at \
             the usual length.</p></div></body></html>"
        )
    }

    /// Puts the site of a day up, with nothing wrong.
    fn mend(&self, day: u64) {
        self.site.on("/robots.txt", [status(404)]);
        let mut items = String::new();
        for of in 0..=day {
            for number in 0..STORIES_A_DAY {
                let path = path(of, number);
                self.site.on(&path, [ok(self.story(of, number))]);
                if day < of + DAYS_IN_FEED {
                    let feed = rss(self.site.base(), &[&path], self.at(of));
                    let (from, to) = (feed.find("<item>"), feed.find("</channel>"));
                    items += &feed[from.expect("an item")..to.expect("an end")];
                }
            }
        }
        let feed = format!("<rss version=\"2.0\"><channel><title>news</title>{items}</channel></rss>");
        self.site.on("/feeds/latest-news", [ok(feed)]);
        self.program.write("config.toml", &self.config);
    }

    /// Has something go wrong on a day.
    fn afflict(&self, day: u64, what: &str) {
        let feed = |reply: Reply| self.site.on("/feeds/latest-news", [reply]);
        // Whatever is wrong with stories is so for older ones, too.
        let stories = |reply: &dyn Fn(u64, u64) -> Reply| {
            for of in 0..=day {
                (0..STORIES_A_DAY).for_each(|it| self.site.on(&path(of, it), [reply(of, it)]));
            }
        };
        match what {
            "the feed is gone" => feed(status(404)),
            "the feed is empty" => feed(ok(rss(self.site.base(), &[], self.at(day)))),
            "the feed is a page" => feed(ok("<html><body><h1>We are moving</h1></body></html>")),
            "the feed fails" => feed(status(500)),
            "the feed is old" => {
                feed(ok(rss(self.site.base(), &[&path(0, 0)], self.at(0) - TimeDelta::days(9))));
            }
            "robots.txt fails" => self.site.on("/robots.txt", [status(503)]),
            "robots.txt forbids" => self.site.on("/robots.txt", [ok("User-agent: *\nDisallow: /\n")]),
            "nobody answers" => self.site.on("/robots.txt", [reset()]),
            "stories are refused" => stories(&|_, _| status(403)),
            "stories are put off" => stories(&|_, _| status(429).header("retry-after", "600")),
            "stories are a guard's question" => stories(&|_, _| {
                ok("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>")
            }),
            "stories fail" => stories(&|_, _| status(500)),
            "stories are shells" => stories(&|_, _| {
                ok("<html><body><div id=app></div><script src=/app.js></script></body></html>")
            }),
            "stories have another layout" => stories(&|of, number| {
                let page = self.story(of, number);
                ok(page
                    .replace("story__title", "titel")
                    .replace("h1", "b")
                    .replace("story__byline", "von"))
            }),
            "a story is torn" => self.site.on(
                &path(day, 0),
                [Reply::html(b"<html>torn".to_vec(), "text/html").header("content-length", "5000")],
            ),
            "the configuration is broken" => self.program.write("config.toml", "nonsense"),
            _ => {}
        }
    }

    /// Runs what cron runs on a day.
    fn cron(&self, day: u64, what: &str) -> Ran {
        let mut command = match what {
            "files may not grow" => {
                let mut shell = Command::new("sh");
                let binary = self.program.command().get_program().to_owned();
                shell.args(["-c", "ulimit -f 8; exec \"$0\" \"$@\""]).arg(binary);
                shell.current_dir(self.program.path("."));
                shell
            }
            _ => self.program.command(),
        };
        let held = (what == "another run writes")
            .then(|| tearsheet::store::Writer::open(&self.program.path("tearsheet.db"), chrono_tz::UTC));
        let seconds = match what {
            "the clock is not set" => -(self.began.timestamp() - 60),
            _ => day.cast_signed() * DAY_SECONDS,
        };
        let output = self.clock.set(command.args(["scrape", "-q"]), seconds).output();
        drop(held);
        Ran::of(&output.expect("the binary runs"))
    }

    /// Asks what a monitor asks.
    fn check(&self, day: u64) -> Ran {
        self.run(day, &["status", "--check", "--max-age", "30h"])
    }

    fn run(&self, day: u64, args: &[&str]) -> Ran {
        let mut command = self.program.command();
        let output = self.clock.set(command.args(args), day.cast_signed() * DAY_SECONDS).output();
        Ran::of(&output.expect("the binary runs"))
    }
}

fn path(day: u64, number: u64) -> String {
    format!("/news/{}/story", 41_000_000 + day * 100 + number)
}

fn weeks() -> Weeks {
    let site = Site::start();
    let config = format!(
        "[fetch]\nrequests_per_second = 500\nmax_wait_seconds = 2\nmax_concurrent = 1\nmax_attempts = 1\n[site]\nbase_url = \"{}\"\n\
         article_feed = \"\"\nsitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\nstale_after_hours = 30\n",
        site.base()
    );
    Weeks { site, program: Program::new(), clock: WrongClock::new(), began: Utc::now(), config }
}

#[test]
fn every_outage_is_told_on_its_day_and_every_story_is_there_in_the_end() {
    let weeks = weeks();
    let mut day = 0;
    let good = |day| {
        weeks.mend(day);
        let ran = weeks.cron(day, "");
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "day {day}: {}", ran.stderr);
        let said = weeks.check(day);
        assert!(said.code < 2, "day {day}: {}", said.stdout);
    };
    // What is usual has to be known.
    for _ in 0..4 {
        good(day);
        day += 1;
    }
    let mut untold = Vec::new();
    for &(what, code, says) in OUTAGES {
        weeks.mend(day);
        weeks.afflict(day, what);
        if code < 0 {
            day += 1;
            let said = weeks.check(day);
            assert!(
                said.code == 2 && said.stdout.contains("the last good run was"),
                "{what}: {}",
                said.stdout
            );
        } else {
            let ran = weeks.cron(day, what);
            if (ran.code, ran.stdout.as_str()) != (code, "") || !ran.stderr.contains(says) {
                untold.push(format!("{what}: {} {}", ran.code, ran.stderr));
            }
            day += 1;
        }
        good(day);
        day += 1;
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
    let archive = weeks.program.archive();
    let stored = one(&archive, "SELECT count(*), count(DISTINCT site_id) FROM articles");
    let all = day * STORIES_A_DAY;
    assert_eq!(stored, format!("{all}|{all}"));
    // Of the older stories the other layout said less, which is no wording.
    let reworded = "SELECT count(*), count(DISTINCT published_on) FROM articles
                     WHERE id IN (SELECT article_id FROM versions GROUP BY 1 HAVING 1 < count(*))";
    assert_eq!(
        one(&archive, reworded),
        format!("{STORIES_A_DAY}|1"),
        "those that were first seen in it"
    );
    let verified = weeks.run(day, &["verify", "-q"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}
