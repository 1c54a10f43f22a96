//! What has to go is gone: from tables, raw pages, references and the index, and no way brings it back.

use std::fs;

use crate::support::{
    program::{Program, one},
    site::{Site, article, ok},
};

/// A story whose words are nowhere else.
const SECRET: &str = "Xylographer";

/// A site of stories of one template, the first of them with the secret in it.
fn site() -> (Site, Program) {
    let site = Site::start();
    let paths: Vec<String> = (1..=6).map(|it| format!("/news/{it}/a")).collect();
    site.feed(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let furniture = (0..200).fold(String::new(), |all, it| {
        all + &format!("<li class=\"m{}\"><a href=\"/s{it}\">S</a></li>", it * 7919)
    });
    for (nth, path) in paths.iter().enumerate() {
        let word = if nth == 0 { SECRET } else { "Dealer" };
        let page =
            article(&format!("{word} {nth} speaks"), &format!("What the {word} said in story {nth}."));
        site.on(path, [ok(page.replace("</body>", &format!("<ul>{furniture}</ul></body>")))]);
    }
    let program = Program::plain(site.base(), "");
    (site, program)
}

/// Whether the secret is anywhere in the archive's files, packed or not.
fn is_kept(program: &Program) -> bool {
    let bytes = |name: &str| fs::read(program.path(name)).unwrap_or_default();
    let lower = SECRET.to_lowercase();
    let has = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|it| it == word.as_bytes());
    let files = ["tearsheet.db", "tearsheet.db-wal"].map(bytes);
    files.iter().any(|it| has(it, SECRET) || has(it, &lower) || has(it, "/news/1/a"))
}

#[test]
fn a_story_that_is_forgotten_is_nowhere_and_does_not_come_back() {
    let (site, program) = site();
    program.ok(&["scrape"]);
    assert!(is_kept(&program));
    fs::write(program.path("saved.html"), program.ok(&["show", "1", "--raw"]).stdout).expect("write");
    let before = fs::read(program.path("tearsheet.db")).expect("an archive");
    let rehearsal = program.ok(&["forget", "1", "--dry-run"]);
    assert!(rehearsal.stdout.contains("1 capture, 1 wording, 1 raw page"), "{}", rehearsal.stdout);
    assert!(fs::read(program.path("tearsheet.db")).expect("an archive") == before);
    let ran = program.ok(&["forget", &site.url("/news/1/a")]);
    assert!(ran.stderr.contains("is gone and will not be asked for again"), "{}", ran.stderr);
    assert!(!is_kept(&program));
    let archive = program.archive();
    assert_eq!(
        one(&archive, "SELECT state || ' ' || reason FROM pages WHERE id = 1"),
        "missing forgotten"
    );
    assert_eq!(one(&archive, "SELECT count(*) FROM captures WHERE article_id = 1"), "0");
    drop(archive);
    program.ok(&["verify"]);
    // The feed still names it, somebody saved it: it stays away.
    site.forget_visits();
    program.ok(&["scrape"]);
    assert!(site.visits("/news/1/a").is_empty());
    let url = site.url("/news/1/a");
    let ran = program.run(&["import", "saved.html", "--url", &url]);
    assert!(ran.code == 1 && ran.stderr.contains("it was forgotten"), "{}", ran.stderr);
    program.ok(&["verify", "--repair"]);
    program.ok(&["reextract"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "5");
    assert_eq!(program.run(&["forget", "1"]).code, 2);
    for id in ["2", "3", "4", "5", "6"] {
        assert!(program.ok(&["show", id, "--raw"]).stdout.contains("Dealer"), "{id}");
    }
}

#[test]
fn raw_pages_that_were_compressed_against_it_are_packed_again() {
    let (_site, program) = site();
    program.ok(&["scrape"]);
    program.ok(&["verify", "--compact"]);
    let against = "SELECT count(*) FROM bodies WHERE reference_id IS NOT NULL";
    assert_ne!(one(&program.archive(), against), "0");
    // Each of them may be a part of the reference.
    for id in ["3", "2", "1"] {
        program.ok(&["forget", id]);
        program.ok(&["verify"]);
    }
    assert!(!is_kept(&program));
    program.ok(&["verify", "--compact"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM articles"), "3");
}

#[test]
fn a_folder_keeps_so_many_copies() {
    let (_site, program) = site();
    program.ok(&["scrape"]);
    for name in [
        "tearsheet-2024-01-01.db",
        "tearsheet-2024-01-02.db",
        "tearsheet-notes.db",
        "other-2024-01-01.db",
    ] {
        program.write(&format!("copies/{name}"), "x");
    }
    let ran = program.ok(&["backup", "copies", "--keep", "2"]);
    assert!(ran.stderr.contains("1 older copy removed"), "{}", ran.stderr);
    let is_there = |name: &str| program.path(&format!("copies/{name}")).exists();
    assert!(!is_there("tearsheet-2024-01-01.db") && is_there("tearsheet-2024-01-02.db"));
    assert!(is_there("tearsheet-notes.db") && is_there("other-2024-01-01.db"));
    assert_eq!(program.run(&["backup", "a.db", "--keep", "2"]).code, 2);

    // What cannot be removed: the new copy is there all the same.
    program.write("others/tearsheet-2024-01-01.db/held", "x");
    program.write("others/tearsheet-2024-01-02.db", "x");
    let ran = program.run(&["backup", "-q", "others", "--keep", "1"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    for said in ["an older one is left: cannot remove `tearsheet-2024-01-01.db`", "1 older copy removed"]
    {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    let copies = std::fs::read_dir(program.path("others")).expect("a folder");
    assert_eq!(copies.filter(|it| it.as_ref().is_ok_and(|it| it.path().is_file())).count(), 1);
}
