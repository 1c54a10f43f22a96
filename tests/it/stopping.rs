//! Whoever interrupts a command gets it back at once, also in the middle of a statement, and finds nothing half-made.

use std::{
    fs,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use rusqlite::Connection;

use crate::support::program::Program;

/// A demo's archive with an article of a million links: reading it takes a while.
fn wide() -> Program {
    let program = Program::new();
    program.ok(&["--archive", "a.db", "demo"]);
    let conn = Connection::open(program.path("a.db")).expect("the archive");
    conn.execute_batch(
        "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1001000)
         INSERT INTO article_links (article_id, position, placement, title, url)
         SELECT (SELECT min(id) FROM articles), i, 'inline', 'A link', 'https://x.example/' || i FROM n",
    )
    .expect("rows");
    program
}

fn start(program: &Program, args: &[&str]) -> Child {
    let mut command = program.command();
    command.args(["--archive", "a.db"]).args(args);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("spawn")
}

/// Interrupts a command. Returns its code and what it said.
fn interrupt(child: Child) -> (Option<i32>, String) {
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill").success());
    let output = child.wait_with_output().expect("output");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn names(program: &Program) -> Vec<String> {
    let entries = fs::read_dir(program.path(".")).expect("the folder");
    entries.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn an_interrupted_export_leaves_no_half_of_a_file() {
    let program = wide();
    for out in ["links.csv", "links.parquet", "links.jsonl.gz"] {
        let mut child = start(&program, &["export", "links", "--out", out]);
        while child.try_wait().expect("a child").is_none()
            && !names(&program).iter().any(|it| it.ends_with(".partial"))
        {
            thread::sleep(Duration::from_millis(2));
        }
        let (code, said) = interrupt(child);
        assert_eq!(code, Some(130), "{said}");
        let left = names(&program);
        assert!(!left.iter().any(|it| it == out || it.ends_with(".partial")), "{left:?}");
    }
}

#[test]
fn an_interrupted_check_says_nothing_that_is_not_so() {
    let program = wide();
    let child = start(&program, &["verify", "--json"]);
    // It reads a million rows; that it has begun is not seen from outside.
    thread::sleep(Duration::from_millis(300));
    let (code, said) = interrupt(child);
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted") && !said.contains("finding"), "{said}");
    assert!(!said.contains("whole"), "not everything was looked at: {said}");
}
