//! `config init URL`: what a look at a paper that nobody described makes of it, and how it behaves towards the site.

use crate::support::{
    program::Program,
    site::{Site, article, ok, redirect, status},
};

const HOME: &str = "<title>The Harbour Post | News of ships</title>\
    <link rel='alternate' type='application/rss+xml' href='/feeds/ships'>\
    <link rel='alternate' type='application/rss+xml' href='/feeds/gone'>\
    <a href='/ships/20811/a-b-c'>A</a><a href='/about'>About us</a>";

/// A paper of five stories.
fn paper() -> Site {
    let site = Site::start();
    site.on("/", [ok(HOME)]);
    site.on("/robots.txt", [ok("User-agent: *\nDisallow: /private\nSitemap: /map.xml\n")]);
    let paths: Vec<String> = (1..6).map(|it| format!("/ships/2081{it}/ships-of-day-{it}")).collect();
    let item = |path: &String| {
        format!(
            "<item><title>T</title><link>{}</link><pubDate>Fri, 08 Mar 2024 11:20:00 +0500</pubDate></item>",
            site.url(path)
        )
    };
    let items: String = paths.iter().map(item).collect();
    site.on("/feeds/ships", [ok(format!("<rss><channel>{items}</channel></rss>"))]);
    for path in &paths {
        site.on(
            path,
            [ok(article("Ships of the day", &"The harbour was busy on the day. ".repeat(30))
                .replace("<p>", "<img src='https://img.harbour.example/1.jpg'><p>"))],
        );
    }
    site
}

fn program() -> Program {
    let program = Program::new();
    // What counts of a file that is there is how to ask.
    program.write("config.toml", "[fetch]\nrequests_per_second = 500\n");
    program
}

#[test]
fn a_paper_describes_itself() {
    let site = paper();
    let program = program();
    let ran = program.ok(&["config", "init", site.base()]);
    let said = |line: &str| assert!(ran.stdout.contains(line), "{line} in {}", ran.stdout);
    said("name = \"The Harbour Post\"  # CHECK");
    said("image_hosts = [\"img.harbour.example\"]  # CHECK");
    said(&format!("base_url = \"{}\"", site.base()));
    said("time_zone = \"Etc/GMT-5\"  # CHECK");
    said("article_path = '^/ships/(?<id>\\d+)(?:/(?<slug>[^/]+?))?/?$'");
    said("article_url = \"/ships/{id}/{slug}\"");
    said("#   headline  Ships of the day");
    said("# 5 stories, the newest of 2024-03-08 06:20 UTC\n[[site.feeds]]");
    said("# CHECK: cannot be read: not_found\n# [[site.feeds]]");
    said("which is read without being named here: /map.xml");
    assert!(ran.stderr.contains("lines marked CHECK"), "{}", ran.stderr);
    let asked: Vec<String> = site.all_visits().into_iter().map(|it| it.path).collect();
    let expect = ["/robots.txt", "/", "/feeds/ships", "/feeds/gone", "/ships/20811/ships-of-day-1"];
    assert_eq!(asked, expect, "robots.txt first, and no more than it takes");
    assert!(!program.path("tearsheet.db").exists());

    // What it prints is a file that works.
    program.write(
        "config.toml",
        &format!("{}\n[fetch]\nrequests_per_second = 500\n", ran.stdout.replace("[fetch]", "")),
    );
    program.ok(&["config", "check"]);
    assert!(program.ok(&["scrape"]).stdout.is_empty());
    program.ok(&["list", "--day", "2024-03-08"]);
}

#[test]
fn a_front_page_may_lead_elsewhere_on_the_site() {
    let site = paper();
    site.on("/", [redirect("/en/home")]);
    site.on("/en/home", [ok(HOME)]);
    let ran = program().ok(&["config", "init", site.base()]);
    assert!(ran.stdout.contains(&format!("base_url = \"{}\"", site.base())), "{}", ran.stdout);
    assert!(ran.stdout.contains("article_url = \"/ships/{id}/{slug}\""), "{}", ran.stdout);
}

#[test]
fn a_site_that_refuses_is_left_alone() {
    let check = |site: &Site, message: &str| {
        let ran = program().run(&["config", "init", site.base()]);
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    };
    let site = paper();
    site.on("/robots.txt", [ok("User-agent: *\nDisallow: /\n")]);
    check(&site, "robots.txt");
    assert_eq!(site.all_visits().len(), 1, "nothing but robots.txt is asked for");
    let site = paper();
    site.on("/", [status(403)]);
    check(&site, "cannot be read: the site refused it (403)");
    let ran = program().run(&["config", "init", "ftp://paper.example"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn a_paper_without_feeds_is_told_by_its_links() {
    let site = Site::start();
    let link = |it: u32| format!("<a href='/2024/03/0{it}/ships-of-the-day'>Ships</a>");
    let links = (1..9).map(link).collect::<Vec<_>>().concat();
    site.on("/", [ok(format!("<title>Post</title>{links}<a href='/contact'>Contact</a>"))]);
    let ran = program().ok(&["config", "init", site.base()]);
    assert!(ran.stdout.contains("# CHECK: 8 stories of this form."), "{}", ran.stdout);
    assert!(ran.stdout.contains("article_url = \"/{id}\""), "{}", ran.stdout);
    assert!(ran.stdout.contains("# CHECK: no feed was found."), "{}", ran.stdout);
}
