//! An archive for twenty years: read again, watched for drift, verified, copied.

use std::{fs, process::Stdio};

use crate::support::{
    program::{Program, Ran, one, rows},
    site::{Reply, Site, article, ok, rss},
};

/// A site with so many articles behind one feed, and a program that has scraped it.
fn scraped(count: usize) -> (Site, Program) {
    let site = Site::start();
    let paths: Vec<String> = (0..count).map(|it| format!("/news/{}/story", 40_000_000 + it)).collect();
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.feed(&listed);
    for (number, path) in paths.iter().enumerate() {
        site.on(
            path,
            [ok(article(&format!("Headline {number}"), &format!("What happened in story {number}.")))],
        );
    }
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    (site, program)
}

/// Further settings, after which stored pages read otherwise.
fn reconfigure(program: &Program, more: &str) {
    let text = fs::read_to_string(program.path("config.toml")).expect("a file");
    program.write("config.toml", &(text + more));
}

#[test]
fn stored_pages_are_read_again_and_differences_are_the_extractors() {
    let site = Site::start();
    let paths: Vec<String> = (0..30).map(|it| format!("/news/{}/s", 40_000_000 + it)).collect();
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.feed(&listed);
    for (number, path) in paths.iter().enumerate() {
        // The fifth has a paragraph that a worse reader takes for an advertisement.
        let more = if number == 4 { "<p class=note>And a note of it.</p>" } else { "" };
        let page = article(&format!("Headline {number}"), "What happened.");
        site.on(path, [ok(page.replace("</p></div>", &format!("</p>{more}</div>")))]);
    }
    let program = Program::plain(site.base(), "");
    let better = fs::read_to_string(program.path("config.toml")).expect("a file");
    reconfigure(&program, "[site.rules]\ndrop = ['.note']\n");
    program.ok(&["scrape"]);
    program.write("config.toml", &better);
    let archive = program.archive();
    archive
        .execute("UPDATE articles SET published_at = NULL, published_on = NULL WHERE id = 3", [])
        .expect("update");
    for name in ["--dry-run", "--check"] {
        let rehearsal = program.ok(&["reextract", name]);
        let said = "; 30 parsed by the fast and the standard parser, which agree; nothing was written";
        assert!(rehearsal.stderr.contains(said), "{}", rehearsal.stderr);
    }
    assert_eq!(one(&archive, "SELECT word_count FROM articles WHERE id = 5"), "3");
    let ran = program.ok(&["reextract"]);
    assert!(
        ran.stderr.contains("30 pages read again, 1 story reworded, 1 otherwise corrected"),
        "{}",
        ran.stderr
    );
    let line = |field: &str| {
        let line = ran.stdout.lines().find(|it| it.starts_with(field)).expect("a field");
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("published_on"), ["published_on", "29", "30", "1", "3"]);
    assert_eq!(line("body"), ["body", "30", "30", "1", "5"]);
    assert_eq!(one(&archive, "SELECT published_on FROM articles WHERE id = 3"), "2025-10-22");
    let versions =
        "SELECT version, cause, changed_words FROM versions WHERE article_id = 5 ORDER BY version";
    assert_eq!(rows(&archive, versions), ["1|site|0", "2|extractor|5"]);
    assert_eq!(one(&archive, "SELECT count(*) FROM changed_stories"), "0");
    assert_eq!(one(&archive, "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'note'"), "1");
    let again = program.ok(&["reextract"]);
    assert!(
        again.stderr.contains("0 stories reworded, 0 otherwise corrected, 0 found, 0 kept as drafts"),
        "{}",
        again.stderr
    );
    program.ok(&["verify", "--accept"]);
}

#[test]
fn a_reading_that_has_less_is_kept_aside() {
    let (_site, program) = scraped(4);
    let archive = program.archive();
    archive
        .execute("UPDATE articles SET byline = 'Reuters', section = 'Markets' WHERE id = 2", [])
        .expect("update");
    let ran = program.ok(&["reextract"]);
    assert!(ran.stderr.contains("1 kept as drafts"), "{}", ran.stderr);
    assert_eq!(one(&archive, "SELECT section FROM articles WHERE id = 2"), "Markets");
    assert_eq!(one(&archive, "SELECT losses, headline FROM drafts"), "[\"section\"]|Headline 1");
    program.ok(&["reextract", "--accept-losses"]);
    assert_eq!(one(&archive, "SELECT section FROM articles WHERE id = 2"), "");
    assert_eq!(one(&archive, "SELECT count(*) FROM drafts"), "0");
}

#[test]
fn a_page_that_was_no_article_is_found_by_a_better_reader() {
    let (site, program) = scraped(2);
    site.on("/news/50000000/x", [ok("<div class=neu><div class=titel>A plain headline</div></div>")]);
    site.feed(&["/news/50000000/x"]);
    program.run(&["scrape"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT state FROM pages WHERE site_id = '50000000'"), "not_article");
    reconfigure(&program, "[site.rules]\nheadline = ['h1.story__title', '.titel']\n");
    let ran = program.ok(&["reextract"]);
    assert!(ran.stderr.contains("1 found"), "{}", ran.stderr);
    assert_eq!(
        one(&archive, "SELECT headline FROM articles WHERE site_id = '50000000'"),
        "A plain headline"
    );
    assert_eq!(one(&archive, "SELECT state FROM pages WHERE site_id = '50000000'"), "stored");
}

#[test]
fn a_re_reading_that_was_killed_goes_on_where_it_was() {
    let (_site, program) = scraped(40);
    let archive = program.archive();
    archive.execute("UPDATE articles SET headline = 'x'", []).expect("update");
    archive.execute("INSERT INTO progress VALUES ('reextract all', 30)", []).expect("insert");
    let ran = program.ok(&["reextract"]);
    assert!(ran.stderr.contains("10 pages read again, 10 stories reworded"), "{}", ran.stderr);
    assert_eq!(one(&archive, "SELECT count(*) FROM progress"), "0");
    let ran = program.ok(&["reextract", "--from", "2025-10-22", "--to", "2025-10-22"]);
    assert!(ran.stderr.contains("40 pages read again, 30 stories reworded"), "{}", ran.stderr);
}

/// Two dozen pages of a site that has these things on each.
fn batch(site: &Site, run: usize, page: impl Fn(usize) -> Reply) {
    let paths: Vec<String> =
        (0..24).map(|it| format!("/news/{}/s", 41_000_000 + run * 100 + it)).collect();
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.feed(&listed);
    for (number, path) in paths.iter().enumerate() {
        site.on(path, [page(run * 100 + number)]);
    }
}

#[test]
fn a_redesign_is_an_alarm_in_the_first_run_that_sees_it_and_an_era_ends_it() {
    let site = Site::start();
    let program = Program::plain(site.base(), "");
    let usual = |number: usize| {
        ok(article(&format!("Headline {number}"), "Some words of a story that is of usual length."))
    };
    for run in 0..10 {
        batch(&site, run, usual);
        program.ok(&["scrape"]);
    }
    let redesigned = |number: usize| {
        ok(format!(
            "<html><head><meta property=\"article:published_time\" content=\"2025-10-22T11:00:00+05:00\"></head><body>\
             <div class=\"neu__titel\"><b>Headline {number}</b></div><div class=\"neu__text\"><p>KARACHI: Some words of a story \
             that is of usual length.</p></div></body></html>"
        ))
    };
    batch(&site, 10, redesigned);
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("drift: "), "{}", ran.stderr);
    let drift = one(&program.archive(), "SELECT drift FROM runs WHERE drift IS NOT NULL");
    assert!(drift.contains("\"byline\"") && drift.contains("/news/41001000/s"), "{drift}");
    let status = program.ok(&["status"]).stdout;
    assert!(status.contains("byline on 0 % of 24 pages, 100 % are usual"), "{status}");
    assert!(status.contains("add an era"), "{status}");
    // It goes on ringing until somebody says that this is how it is now.
    batch(&site, 11, redesigned);
    assert_eq!(program.run(&["scrape"]).code, 6);
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Karachi).date_naive();
    let tomorrow = today.succ_opt().expect("a day");
    reconfigure(
        &program,
        &format!(
            "[[site.eras]]\nname = \"old\"\nuntil = {tomorrow}\n[[site.eras]]\nname = \"new\"\nfrom = {tomorrow}\n"
        ),
    );
    assert_eq!(program.run(&["scrape"]).code, 0);
}

#[test]
fn an_empty_shell_with_200_and_a_feed_that_went_stale_are_alarms_too() {
    let site = Site::start();
    let program = Program::plain(site.base(), "");
    for run in 0..10 {
        batch(&site, run, |it| ok(article(&format!("Headline {it}"), "Some words of a story.")));
        program.ok(&["scrape"]);
    }
    batch(&site, 10, |_| {
        ok("<html><body><div id=app></div><script src=/app.js></script></body></html>")
    });
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("24 failed"), "{}", ran.stderr);
    let old = chrono::Utc::now() - chrono::TimeDelta::days(40);
    site.on("/feeds/latest-news", [ok(rss(site.base(), &["/news/41000000/s"], old))]);
    // No other page is looked at.
    program.archive().execute("UPDATE pages SET due_at = NULL", []).expect("update");
    let ran = program.run(&["scrape"]);
    let _ = ran;
    let settings = fs::read_to_string(program.path("config.toml")).expect("a file");
    program.write(
        "config.toml",
        &settings.replace(
            "url = \"/feeds/latest-news\"",
            "url = \"/feeds/latest-news\"\nstale_after_hours = 24",
        ),
    );
    batch(&site, 11, |it| ok(article(&format!("Headline {it}"), "Some words of a story.")));
    program.ok(&["scrape"]);
    site.on("/feeds/latest-news", [ok(rss(site.base(), &["/news/41000000/s"], old))]);
    let ran = program.run(&["scrape"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("(stale), it had news before"), "{}", ran.stderr);
    assert_eq!(program.run(&["scrape"]).code, 0, "once is enough: `status` goes on saying it");
}

/// What `verify` says of an archive that somebody has been at.
#[track_caller]
fn damaged(program: &Program, harm: &str, check: &str) -> Ran {
    let archive = program.archive();
    archive.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA writable_schema = OFF;").expect("pragmas");
    archive.execute_batch(harm).expect(harm);
    drop(archive);
    let ran = program.run(&["verify"]);
    assert_eq!(ran.code, 4, "{harm}\n{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains(check), "{harm}: {check} not in\n{}", ran.stdout);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

#[test]
fn harm_to_the_tables_is_named_and_what_can_be_repaired_is() {
    let cases = [
        ("UPDATE bodies SET data = zeroblob(50) WHERE id = 2", "bodies 2", false),
        ("UPDATE bodies SET sha256 = 'x' WHERE id = 3", "body_of_capture", false),
        ("DELETE FROM bodies WHERE id = 2", "foreign_keys captures", false),
        ("UPDATE bodies SET reference_id = 99 WHERE id = 1", "reference", false),
        ("UPDATE articles SET content_hash = 'x' WHERE id = 2", "content_hash articles 2", true),
        ("UPDATE articles SET body = 'gone' WHERE id = 2", "content_hash articles 2", true),
        (
            "INSERT INTO articles_fts (rowid, headline, summary, body, byline) VALUES (2, 'x', 'y', 'z', 'w')",
            "full_text",
            true,
        ),
        ("INSERT INTO articles_fts (articles_fts) VALUES ('delete-all')", "full_text", true),
        ("UPDATE articles SET version = 7 WHERE id = 3", "version_chain articles 3", true),
        ("UPDATE pages SET state = 'missing' WHERE id = 1", "article_page articles 1", true),
        ("UPDATE pages SET claimed_by = 1 WHERE id = 2", "claims pages 2", true),
        ("DELETE FROM captures WHERE id = 1", "foreign_keys articles", false),
        ("UPDATE block_spans SET length = 99999 WHERE article_id = 2", "blocks block_spans 2", true),
        (
            "INSERT INTO day_readings (day, source, state, ends_at, checked_at, listed) VALUES ('2025-10-22', 'x', 'read', '', '', 5)",
            "ledger day_readings",
            false,
        ),
        ("UPDATE captures SET article_id = 3 WHERE id = 1", "article_capture articles 1", false),
        ("UPDATE articles SET section = 'ours' WHERE id = 2", "rows articles 2", true),
        ("UPDATE articles SET word_count = 1 WHERE id = 2", "rows articles 2", true),
        ("UPDATE sources SET listed = 99", "rows sources where url = 'http", false),
        ("UPDATE pages SET due_at = '2099-01-01T00:00:00Z' WHERE id = 2", "rows pages 2", false),
        ("DELETE FROM hosts", "rows hosts of another host", false),
        ("DROP VIEW links", "schema view links", true),
        ("DROP INDEX captures_once", "schema index captures_once", true),
        ("DROP TRIGGER day_pages_state", "schema trigger day_pages_state", true),
        (
            "CREATE TRIGGER theirs AFTER INSERT ON runs BEGIN UPDATE quotes SET price = 1; END",
            "schema trigger theirs",
            false,
        ),
        (
            "INSERT INTO pages (host, site_id, via, state, found_at) VALUES ('x', '1', 'feed', 'stored', '')",
            "page_article pages",
            false,
        ),
    ];
    let (_site, program) = scraped(4);
    let whole = fs::read(program.path("tearsheet.db")).expect("an archive");
    program.ok(&["verify"]);
    for (harm, check, is_repaired) in cases {
        fs::write(program.path("tearsheet.db"), &whole).expect("write");
        damaged(&program, harm, check);
        let repaired = program.run(&["verify", "--repair"]);
        assert_eq!(repaired.code == 0, is_repaired, "{harm}\n{}\n{}", repaired.stdout, repaired.stderr);
        if is_repaired {
            program.ok(&["verify"]);
        }
    }
}

#[test]
fn a_word_of_the_index_that_stands_elsewhere_is_found_where_sqlite_finds_nothing() {
    let (_site, program) = scraped(2);
    let archive = program.archive();
    let mut query =
        archive.prepare("SELECT id, block FROM articles_fts_data ORDER BY id DESC").expect("a query");
    let blocks = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    let blocks: Vec<(i64, Vec<u8>)> = blocks.map(|it| it.expect("a block")).collect();
    drop(query);
    // A word of the body becomes one of the summary, nine places on: to SQLite that adds up to the same.
    let moved = blocks.into_iter().find_map(|(id, mut block)| {
        let at =
            block.windows(3).position(|it| it[0] == 1 && it[1] == 2 && (2..100).contains(&it[2]))?;
        block[at + 1] = 1;
        block[at + 2] += 9;
        Some((id, block))
    });
    let (id, block) = moved.expect("a word that stands once");
    let changed = archive.execute("UPDATE articles_fts_data SET block = ?2 WHERE id = ?1", (id, block));
    assert_eq!(changed, Ok(1));
    archive
        .execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)", [])
        .expect("nothing is found");
    drop(archive);
    damaged(&program, "SELECT 1", "full_text articles_fts");
    program.ok(&["verify", "--repair"]);
    program.ok(&["verify"]);
}

#[test]
fn a_bit_of_the_index_is_found_whatever_it_changes() {
    let (_site, program) = scraped(2);
    let archive = program.archive();
    let mut query =
        archive.prepare("SELECT id, length(block) FROM articles_fts_data ORDER BY id").expect("a query");
    let blocks = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    let blocks: Vec<(i64, usize)> = blocks.map(|it| it.expect("a block")).collect();
    drop(query);
    drop(archive);
    let whole = fs::read(program.path("tearsheet.db")).expect("an archive");
    let mut state: usize = 7;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % below
    };
    for _ in 0..40 {
        let (id, bytes) = blocks[random(blocks.len())];
        let (at, bit) = (random(bytes), random(8));
        fs::write(program.path("tearsheet.db"), &whole).expect("write");
        let archive = program.archive();
        let sql = "SELECT block FROM articles_fts_data WHERE id = ?1";
        let mut block: Vec<u8> = archive.query_row(sql, [id], |row| row.get(0)).expect("a block");
        block[at] ^= 1 << bit;
        let sql = "UPDATE articles_fts_data SET block = ?2 WHERE id = ?1";
        assert_eq!(archive.execute(sql, (id, block)), Ok(1));
        drop(archive);
        damaged(&program, "SELECT 1", &format!("rows articles_fts_data {id}"));
        program.ok(&["verify", "--repair"]);
        program.ok(&["verify"]);
    }
    for harm in [
        "UPDATE articles_fts_docsize SET sz = x'01020304' WHERE id = 1",
        "UPDATE articles_fts_idx SET pgno = pgno + 2",
        "DELETE FROM articles_fts_data WHERE 10 < id",
    ] {
        fs::write(program.path("tearsheet.db"), &whole).expect("write");
        damaged(&program, harm, "full_text articles_fts");
        program.ok(&["verify", "--repair"]);
        program.ok(&["verify"]);
    }
}

#[test]
fn what_stands_beside_a_story_is_read_again_where_it_was_changed() {
    let program = Program::new();
    let page = format!("{}/fixtures/site/news/40281811.html", env!("CARGO_MANIFEST_DIR"));
    let url = "https://www.brecorder.com/news/40281811";
    program.ok(&["import", &page, "--url", url, "--captured-at", "2024-01-05T07:20:00Z"]);
    let whole = fs::read(program.path("tearsheet.db")).expect("an archive");
    for (harm, row) in [
        ("UPDATE block_spans SET start = 2 WHERE position = 1", "rows block_spans where article_id = 1"),
        ("UPDATE tags SET tag = 'ours' WHERE position = 0", "rows tags where article_id = 1"),
        ("DELETE FROM article_links WHERE position = 1", "rows article_links where article_id = 1"),
        ("UPDATE quotes SET price = price + 1 WHERE symbol LIKE 'K%'", "rows quotes where strip_id = 1"),
        ("UPDATE articles SET authors = '[]', origins_json = '{}'", "rows articles 1"),
        // A changed bit may leave bytes that are no text.
        ("UPDATE articles SET headline = CAST(X'41FF42' AS TEXT)", "rows articles 1"),
        ("UPDATE articles SET body = CAST(X'41FF42' AS TEXT)", "rows articles 1"),
        (
            "UPDATE article_links SET title = CAST(X'41FF42' AS TEXT) WHERE position = 1",
            "rows article_links where article_id = 1",
        ),
        (
            "UPDATE tags SET tag = CAST(X'41FF42' AS TEXT) WHERE position = 0",
            "rows tags where article_id = 1",
        ),
        (
            "UPDATE quotes SET symbol = CAST(X'41FF42' AS TEXT) WHERE symbol = 'OGDC'",
            "rows quotes where strip_id = 1",
        ),
        ("DELETE FROM warnings; INSERT INTO warnings VALUES (1, 'missing', 'x')", "rows warnings"),
    ] {
        fs::write(program.path("tearsheet.db"), &whole).expect("write");
        damaged(&program, harm, row);
        program.ok(&["verify", "--repair"]);
        program.ok(&["verify"]);
    }
}

#[test]
fn what_was_changed_by_hand_is_taken_when_its_owner_says_so() {
    let (_site, program) = scraped(3);
    let by_hand = "UPDATE articles SET section = 'ours' WHERE id = 2; DELETE FROM hosts;
                   CREATE VIEW mine AS SELECT headline FROM articles;";
    program.archive().execute_batch(by_hand).expect("a change");
    let ran = program.run(&["verify", "--quick"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("3 findings, raw pages were left out"), "{}", ran.stderr);
    let accepted = program.ok(&["verify", "--accept"]);
    assert!(accepted.stderr.contains("3 accepted"), "{}", accepted.stderr);
    program.ok(&["verify"]);
    assert_eq!(one(&program.archive(), "SELECT section FROM articles WHERE id = 2"), "ours");
    program.ok(&["scrape"]);
    program.ok(&["verify"]);
}

#[test]
fn harm_to_the_file_is_named_and_nothing_panics() {
    let (_site, program) = scraped(6);
    let path = program.path("tearsheet.db");
    let whole = fs::read(&path).expect("an archive");
    let check = |bytes: &[u8], commands: &[&[&str]], expect: &str| {
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(program.path(&format!("tearsheet.db{suffix}")));
        }
        fs::write(&path, bytes).expect("write");
        for args in commands {
            let ran = program.run(args);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(ran.code, 4, "{args:?}: {said}");
            assert!(
                !said.contains("panicked") && said.contains(expect),
                "{args:?}: {expect} not in {said}"
            );
        }
    };
    let all: &[&[&str]] = &[&["verify"], &["status"], &["scrape"], &["show", "1"]];
    check(b"this is no database, but a text of some length", all, "not an archive");
    let mut headless = whole.clone();
    headless[..16].fill(0);
    check(&headless, &[&["verify"], &["status"]], "not an archive");
    check(&whole[..whole.len() / 2], &[&["verify"], &["verify", "--repair"]], "file file: ");
    // One letter of what SQLite keeps of its tables: the archive cannot even be opened.
    let mut unreadable = whole.clone();
    let table = b"CREATE TABLE pages";
    for (at, _) in whole.windows(table.len()).enumerate().filter(|it| it.1 == table) {
        unreadable[at] ^= 1;
    }
    let named: &[&[&str]] = &[&["verify"], &["verify", "--json"], &["verify", "--repair"]];
    check(&unreadable, named, "malformed database schema (pages)");
    let json: serde_json::Value =
        serde_json::from_str(&program.run(&["verify", "--json"]).stdout).expect("JSON");
    assert_eq!(json["findings"][0]["check"], "file", "{json}");
    check(&unreadable, &[&["status"]], "hint: ");
    let mut flipped = whole.clone();
    for at in (4096 * 3..whole.len()).step_by(4096) {
        flipped[at] ^= 0xFF;
    }
    check(&flipped, &[&["verify"]], "file");
    let newer = program.path("newer.db");
    fs::write(&newer, &whole).expect("write");
    crate::support::program::open(&newer).pragma_update(None, "user_version", 99).expect("update");
    let ran = program.run(&["verify", "--archive", "newer.db"]);
    assert_eq!(ran.code, 4);
    assert!(ran.stderr.contains("schema 99"), "{}", ran.stderr);
    fs::create_dir(program.path("folder.db")).expect("a folder");
    assert_eq!(program.run(&["verify", "--archive", "folder.db"]).code, 4);
    assert_eq!(program.run(&["verify", "--archive", "nowhere.db"]).code, 4);
    assert!(!program.path("nowhere.db").exists(), "asking makes no archive");
}

#[test]
fn a_write_ahead_log_that_is_lost_loses_what_was_in_it_and_no_more() {
    let (site, program) = scraped(6);
    let archive = program.archive();
    archive.pragma_update(None, "wal_autocheckpoint", 0).expect("update");
    archive.execute("UPDATE articles SET section = 'x'", []).expect("update");
    // The connection is still open: the change is in the log alone.
    let lost = program.path("copy.db");
    fs::copy(program.path("tearsheet.db"), &lost).expect("copy");
    let ran = program.ok(&["verify", "--archive", "copy.db"]);
    assert!(ran.stderr.contains("whole"), "{}", ran.stderr);
    drop(site);
}

#[test]
fn another_programs_transaction_is_waited_for() {
    let (site, program) = scraped(2);
    let paths: Vec<String> = (0..5).map(|it| format!("/news/{}/later", 41_000_000 + it)).collect();
    site.feed(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    for path in &paths {
        site.on(path, [ok(article("Later", "What happened later."))]);
    }
    let outside = program.archive();
    outside
        .execute_batch("BEGIN IMMEDIATE; UPDATE articles SET section = 'ours' WHERE id = 1")
        .expect("begin");
    let mut child = program.command().args(["scrape", "-q"]).spawn().expect("spawn");
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(child.try_wait().expect("a state").is_none(), "it waits");
    outside.execute_batch("COMMIT").expect("commit");
    assert!(child.wait().expect("an end").success());
    assert_eq!(
        one(&outside, "SELECT count(*), count(*) FILTER (WHERE section = 'ours') FROM articles"),
        "7|1"
    );
    program.ok(&["verify", "--accept"]);
}

#[test]
fn verify_says_so_while_another_run_writes_and_json_is_for_machines() {
    let (site, program) = scraped(3);
    site.on("/robots.txt", [ok("").after(std::time::Duration::from_millis(1500))]);
    program.archive().execute("DELETE FROM robots", []).expect("delete");
    program.ok(&["verify", "--accept"]);
    site.forget_visits();
    let mut run = program.command().args(["scrape", "-q"]).stderr(Stdio::null()).spawn().expect("spawn");
    while site.all_visits().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let ran = program.ok(&["verify", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((said["whole"].as_bool(), said["alone"].as_bool()), (Some(true), Some(false)));
    assert_eq!(said["bodies"], 3);
    assert_eq!(program.run(&["verify", "--repair"]).code, 7);
    // A copy is made all the same.
    program.ok(&["backup", "copy.db"]);
    run.wait().expect("wait");
    program.ok(&["verify", "--archive", "copy.db"]);
}

#[test]
fn a_backup_is_whole_and_never_overwrites() {
    let (_site, program) = scraped(5);
    program.ok(&["backup", "copies/a.db"].map(|it| if it == "copies/a.db" { "a.db" } else { it }));
    let copy = crate::support::program::open(&program.path("a.db"));
    assert_eq!(one(&copy, "SELECT count(*) FROM articles"), "5");
    assert_eq!(one(&copy, "PRAGMA journal_mode"), "delete");
    let again = program.run(&["backup", "a.db"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("is an SQLite database"), "{}", again.stderr);
    fs::create_dir(program.path("folder")).expect("a folder");
    program.ok(&["backup", "folder"]);
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Karachi).date_naive();
    assert!(program.path(&format!("folder/tearsheet-{today}.db")).exists());
    assert_eq!(program.run(&["backup", "no/such/folder/a.db"]).code, 5);
    program.ok(&["status", "--archive", "a.db"]);
}

#[test]
fn compacting_gives_room_back_and_every_byte_stays() {
    let site = Site::start();
    let mut furniture = String::new();
    for n in 0..900_u64 {
        furniture.push_str(&format!(
            "<li class=\"nav-{:x}\"><a href=\"/s{:x}\">x</a></li>\n",
            n.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            n * n * 31
        ));
    }
    let paths: Vec<String> = (0..12).map(|it| format!("/news/{}/s", 40_000_000 + it)).collect();
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    site.feed(&listed);
    for path in &paths {
        site.on(
            path,
            [ok(article(path, "Text.").replace("</body>", &format!("<ul>{furniture}</ul></body>")))],
        );
    }
    let program = Program::plain(site.base(), "");
    program.ok(&["scrape"]);
    let size = || {
        one(&program.archive(), "SELECT sum(length(data)) FROM bodies").parse::<u64>().expect("a number")
    };
    let alone = "SELECT count(*) FROM bodies WHERE reference_id IS NULL";
    assert_eq!(one(&program.archive(), alone), "2", "two wait for a third like them");
    let before = size();
    let ran = program.ok(&["verify", "--compact"]);
    assert!(ran.stderr.contains("bytes saved"), "{}", ran.stderr);
    assert_eq!(one(&program.archive(), alone), "0");
    assert!(size() < before / 2, "{} of {before}", size());
    program.ok(&["verify"]);
    let raw = program.ok(&["show", "1", "--raw"]).stdout;
    assert!(raw.contains("<ul><li class"), "{raw}");
}

#[test]
fn raw_pages_are_kept_as_the_configuration_says() {
    for (keep, bodies, raw) in [("all", "2", 0), ("latest", "1", 0), ("none", "0", 2)] {
        let site = Site::start();
        site.feed(&["/news/1/a"]);
        site.on("/news/1/a", [ok(article("First", "Text.")), ok(article("Second", "Text."))]);
        let program = Program::plain(site.base(), "");
        let text = fs::read_to_string(program.path("config.toml")).expect("a file");
        program.write("config.toml", &format!("[archive]\nkeep_raw = \"{keep}\"\n{text}"));
        program.ok(&["scrape"]);
        program
            .archive()
            .execute("UPDATE pages SET due_at = '2000-01-01T00:00:00Z'", [])
            .expect("update");
        program.ok(&["scrape"]);
        let archive = program.archive();
        assert_eq!(one(&archive, "SELECT count(*) FROM bodies"), bodies, "{keep}");
        assert_eq!(
            rows(&archive, "SELECT headline FROM versions ORDER BY version"),
            ["First", "Second"]
        );
        let ran = program.run(&["show", "1", "--raw"]);
        assert_eq!(ran.code, raw, "{keep}: {}", ran.stderr);
        assert_eq!(ran.stdout.contains("Second"), raw == 0, "{keep}");
        program.ok(&["verify", "--accept"]);
        program.ok(&["reextract"]);
    }
    let program = Program::new();
    program.write("config.toml", "[archive]\nkeep_raw = \"some\"\n");
    assert!(program.run(&["config", "check"]).stderr.contains("one of \"all\", \"latest\", \"none\""));
}

#[test]
fn what_changed_after_publication_is_a_view() {
    let site = Site::start();
    site.feed(&["/news/1/a"]);
    site.on("/news/1/a", [ok(article("First words", "Text.")), ok(article("Other words", "Text."))]);
    let program = Program::plain(site.base(), "");
    for _ in 0..2 {
        program.ok(&["scrape"]);
        program
            .archive()
            .execute("UPDATE pages SET due_at = '2000-01-01T00:00:00Z'", [])
            .expect("update");
    }
    let changed = one(
        &program.archive(),
        "SELECT version, changed_words, hours_after > 0, headline FROM changed_stories",
    );
    assert_eq!(changed, "2|2|1|Other words");
    let diff = program.ok(&["show", "1", "--diff"]).stdout;
    assert!(diff.contains("[-First-]{+Other+} words"), "{diff}");
}

/// One archive of each schema that was ever released, made by the program of its time.
#[test]
fn archives_of_every_schema_are_upgraded_and_whole() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/archive");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let program = Program::new();
        fs::copy(entry.expect("an entry").path(), program.path("tearsheet.db")).expect("copy");
        // A writer brings it to today's schema; then everything is as it was.
        program.ok(&["verify", "--repair"]);
        let again = program.ok(&["reextract"]);
        assert!(again.stderr.contains("0 kept as drafts"), "{}", again.stderr);
        program.ok(&["verify"]);
        program.ok(&["status"]);
        let archive = program.archive();
        assert_eq!(
            one(&archive, "SELECT count(*) FROM articles"),
            one(&archive, "SELECT count(DISTINCT article_id) FROM captures")
        );
        seen += 1;
    }
    assert!(0 < seen);
}

#[test]
fn a_capture_of_the_future_is_refused_and_one_that_is_there_is_mended() {
    let (site, program) = scraped(2);
    program.write("saved.html", &article("Saved", "Text."));
    let url = site.url("/news/41000000/saved");
    let args = ["import", "saved.html", "--url", &url, "--captured-at", "2999-01-01T00:00:00Z"];
    let ran = program.run(&args);
    assert!(ran.code == 2 && ran.stderr.contains("is yet to come"), "{}", ran.stderr);
    let record = "WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 9999-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:x:1>\r\n\
                  Content-Type: application/http; msgtype=response\r\n";
    let http =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}", article("Saved", "Text."));
    let warc = format!(
        "{record}WARC-Target-URI: {url}\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
        http.len()
    );
    program.write("a.warc", &warc);
    let ran = program.run(&["import", "a.warc"]);
    assert!(ran.code == 1 && ran.stderr.contains("which is yet to come"), "{}", ran.stderr);
    // A clock was ahead in an earlier version.
    let future = "UPDATE captures SET captured_at = '2999-01-01T00:00:00Z' WHERE article_id = 1;
                  UPDATE articles SET version_seen_at = '2999-01-01T00:00:00Z' WHERE id = 1;
                  UPDATE pages SET due_at = '2000-01-01T00:00:00Z'";
    program.archive().execute_batch(future).expect("a wrong clock");
    program.run(&["verify", "--accept"]);
    damaged(&program, "SELECT 1", "future captures 1");
    // It hides no wording that comes after it.
    let path = one(&program.archive(), "SELECT url FROM pages WHERE id = 1");
    site.on(
        path.trim_start_matches(site.base()),
        [ok(article("Changed since", &"What has happened since then. ".repeat(10)))],
    );
    let ran = program.ok(&["scrape", "-v"]);
    let headline = one(&program.archive(), "SELECT headline FROM articles WHERE id = 1");
    assert_eq!(headline, "Changed since", "{}", ran.stderr);
    program.ok(&["verify", "--repair"]);
    assert_eq!(
        one(&program.archive(), "SELECT count(*) FROM captures WHERE captured_at LIKE '2999%'"),
        "0"
    );
}

/// As `docs/install.md` says it.
#[test]
fn an_archive_is_moved_and_taken_from_a_backup() {
    let program = Program::new();
    program.ok(&["demo", "--archive", "tearsheet.db", "-q"]);
    let stories = "SELECT count(*) || ' ' || sum(word_count) FROM articles";
    let before = one(&program.archive(), stories);
    program.ok(&["backup", "move.db"]);
    program.ok(&["--archive", "move.db", "verify"]);
    assert_eq!(one(&program.archive_at("move.db"), stories), before);
    let bytes = std::fs::read(program.path("tearsheet.db")).expect("an archive");
    std::fs::write(program.path("tearsheet.db"), &bytes[..bytes.len() / 2]).expect("torn");
    assert_eq!(program.run(&["verify"]).code, 4);
    for name in ["tearsheet.db", "tearsheet.db-wal", "tearsheet.db-shm"] {
        let _ = std::fs::remove_file(program.path(name));
    }
    std::fs::copy(program.path("move.db"), program.path("tearsheet.db")).expect("copied");
    program.ok(&["verify"]);
    assert_eq!(one(&program.archive(), stories), before);
}
