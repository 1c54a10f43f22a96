//! Every command against every kind of end: a code that is documented, words that are true, and an archive that is whole.

use std::{
    fs,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::Path,
    process::{Command, Output, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::support::{
    clock::WrongClock,
    program::{Program, one, open, rows},
    site::{Site, article, ok},
};

/// What a command does to files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Touches {
    /// It writes into an archive.
    Archive,
    /// It reads the archive.
    Reads,
    /// It reads the archive, and writes another file.
    File,
    /// No archive at all.
    Nothing,
}

use Touches::{Archive, File, Nothing, Reads};

const COMMANDS: &[(Touches, &[&str])] = &[
    (Archive, &["scrape"]),
    (Archive, &["backfill", "--from", "2024-01-01", "--to", "2024-01-02"]),
    (Archive, &["import", "crawl"]),
    (Archive, &["reextract"]),
    (Archive, &["verify", "--repair"]),
    (Archive, &["forget", "40000001"]),
    (Archive, &["demo"]),
    (Reads, &["verify"]),
    (Reads, &["search", "happened"]),
    (Reads, &["list"]),
    (Reads, &["show", "40000001"]),
    (Reads, &["quotes", "--list"]),
    (Reads, &["coverage"]),
    (Reads, &["status"]),
    (Reads, &["cite"]),
    (Reads, &["export", "articles"]),
    (File, &["backup", "copy.db"]),
    (File, &["export", "articles", "--out", "articles.csv"]),
    (File, &["export", "quotes", "--out", "quotes.parquet"]),
    (File, &["export", "warc", "--out", "crawl-again"]),
    (Nothing, &["extract", "page.html"]),
    (Nothing, &["config", "show"]),
    (Nothing, &["config", "check"]),
    (Nothing, &["completions", "bash"]),
    (Nothing, &["man"]),
];

/// A folder with an archive, and with what every command needs.
struct Folder {
    site: Site,
    program: Program,
}

/// How a command ended.
struct End {
    code: Option<i32>,
    signal: Option<i32>,
    stderr: String,
}

impl Folder {
    fn new() -> Self {
        let site = Site::start();
        let paths: Vec<String> = (0..3).map(|it| format!("/news/{}/story", 40_000_000 + it)).collect();
        site.feed(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        for path in &paths {
            site.on(path, [ok(article("A headline", "What happened that day."))]);
        }
        let program = Program::plain(site.base(), "");
        program.ok(&["scrape", "-q"]);
        program.write("page.html", &article("Another headline", "What happened after that."));
        program.ok(&["export", "warc", "--out", "crawl"]);
        Self { site, program }
    }

    /// Does `act` with each command in a copy of its own, on all cores. Fails with every line that `act` returns.
    #[track_caller]
    fn each(&self, act: impl Fn(&Program, Touches, &[&str]) -> Option<String> + Sync) {
        let (left, bad) = (Mutex::new(COMMANDS.iter()), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(2, usize::from).max(4) {
                scope.spawn(|| {
                    loop {
                        let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some((touches, args)) = next else { break };
                        let wrong = act(&copy_of(&self.program), *touches, args);
                        let mut bad = bad.lock().unwrap_or_else(PoisonError::into_inner);
                        bad.extend(wrong.map(|it| format!("{}: {it}", args.join(" "))));
                    }
                });
            }
        });
        let bad = bad.into_inner().unwrap_or_else(PoisonError::into_inner);
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }
}

/// Another folder with the same in it.
fn copy_of(program: &Program) -> Program {
    let copy = Program::new();
    copy_folder(&program.path("."), &copy.path("."));
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn ended(output: &Output) -> End {
    End {
        code: output.status.code(),
        signal: output.status.signal(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a command, with its output thrown away.
fn run(command: &mut Command) -> End {
    ended(&command.stdout(Stdio::null()).output().expect("the binary runs"))
}

fn command(program: &Program, args: &[&str]) -> Command {
    let mut command = program.command();
    command.args(args);
    command
}

/// What is wrong with an end: its code, a panic, a file that is half made, an archive that is not whole.
fn judge(program: &Program, end: &End, codes: &[i32]) -> Option<String> {
    let End { code, signal, stderr } = end;
    let as_said = code.is_some_and(|it| codes.contains(&it));
    if !as_said || stderr.contains("panicked") {
        return Some(format!("{code:?} {signal:?}, not {codes:?}: {stderr}"));
    }
    left_behind(program)
}

fn left_behind(program: &Program) -> Option<String> {
    let names = fs::read_dir(program.path(".")).expect("a folder");
    let mut names = names.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned());
    if let Some(half) = names.find(|it| it.contains(".partial") || it.ends_with("-journal")) {
        return Some(format!("{half} is left behind"));
    }
    let whole = run(&mut command(program, &["verify", "--quick"]));
    (whole.code != Some(0)).then(|| format!("the archive is not whole: {}", whole.stderr))
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    Folder::new().each(|program, _, args| {
        let mut command = command(program, args);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        drop(child.stdout.take());
        let end = ended(&child.wait_with_output().expect("an end"));
        let said = end.stderr.contains("error").then(|| end.stderr.clone());
        judge(program, &end, &[0]).or(said)
    });
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_without_room_is_an_error_of_the_output() {
    Folder::new().each(|program, touches, args| {
        let prints = !command(&copy_of(program), args).output().expect("it runs").stdout.is_empty();
        let full = fs::File::options().write(true).open("/dev/full").expect("a device");
        let output = command(program, args).stdout(full).stderr(Stdio::piped()).output();
        let end = ended(&output.expect("the binary runs"));
        // What it did is done.
        let lies = touches == Archive && end.stderr.contains("nothing else was changed");
        judge(program, &end, &[if prints { 5 } else { 0 }]).or(lies.then(|| end.stderr.clone()))
    });
}

#[test]
fn files_that_may_not_grow_are_no_damage() {
    Folder::new().each(|program, touches, args| {
        let mut shell = Command::new("sh");
        let binary = program.command().get_program().to_owned();
        // Blocks of 512 bytes.
        shell.current_dir(program.path(".")).args(["-c", "ulimit -f 8; exec \"$0\" \"$@\""]).arg(binary);
        let end = run(shell.args(args));
        let codes: &[i32] = if touches == Nothing { &[0] } else { &[4] };
        let lies = end.stderr.contains("damaged").then(|| end.stderr.clone());
        judge(program, &end, codes).or(lies)
    });
}

#[test]
fn a_folder_that_may_only_be_read_is_read() {
    /// Who may do nothing.
    const NOBODY: u32 = 65_534;
    let is_root = is_root();
    Folder::new().each(|program, touches, args| {
        let files =
            || fs::read_dir(program.path(".")).expect("a folder").map(|it| it.expect("it").path());
        let allow = |path: &Path, mode| {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
        };
        for file in files() {
            allow(&file, if file.is_dir() { 0o555 } else { 0o444 });
        }
        allow(&program.path("."), 0o555);
        let mut command = command(program, args);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let end = run(&mut command);
        allow(&program.path("."), 0o755);
        for file in files() {
            allow(&file, if file.is_dir() { 0o755 } else { 0o644 });
        }
        let codes: &[i32] = match touches {
            Archive => &[4],
            File => &[5],
            Reads | Nothing => &[0],
        };
        judge(program, &end, codes)
    });
}

/// Whether the tests run as root, whom no permission stops.
fn is_root() -> bool {
    let probe = Command::new("id").arg("-u").output().expect("id");
    String::from_utf8_lossy(&probe.stdout).trim() == "0"
}

#[test]
fn an_archive_that_another_program_holds_is_waited_for() {
    Folder::new().each(|program, touches, args| {
        let outside = open(&program.path("tearsheet.db"));
        outside.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        let end = run(&mut command(program, args));
        outside.execute_batch("ROLLBACK").expect("its end");
        drop(outside);
        // The demo has an archive of its own; `verify` writes where it looks at the full-text index.
        let waits = touches == Archive && args != ["demo"] || args == ["verify"];
        judge(program, &end, &[if waits { 4 } else { 0 }])
    });
}

#[test]
fn a_signal_ends_every_command_and_leaves_nothing_half_made() {
    let folder = Folder::new();
    for (signal, number, after) in [("INT", 2, 10), ("TERM", 15, 60), ("HUP", 1, 150)] {
        folder.each(|program, _, args| {
            let mut command = command(program, args);
            let mut child =
                command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
            thread::sleep(Duration::from_millis(after));
            if child.try_wait().expect("a child").is_none() {
                let id = child.id().to_string();
                Command::new("kill").args([&format!("-{signal}"), &id]).status().expect("kill");
            }
            let end = ended(&child.wait_with_output().expect("an end"));
            // What has nothing in hand yet ends as programs do.
            match end.signal {
                Some(it) if it == number => left_behind(program),
                _ => judge(program, &end, &[0, 130]),
            }
        });
    }
}

#[test]
fn a_signal_while_an_archive_is_made_leaves_none_half_made() {
    // Whether a program hears signals before it makes the file is a matter of some milliseconds.
    let delays = Mutex::new((0..60).map(|it| it * 2));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let next = || delays.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some(after) = next() {
                    let program = Program::new();
                    let mut command = command(&program, &["-q", "demo"]);
                    let mut child = command.stderr(Stdio::null()).spawn().expect("the binary runs");
                    thread::sleep(Duration::from_millis(after));
                    let id = child.id().to_string();
                    Command::new("kill").args(["-TERM", &id]).status().expect("kill");
                    child.wait().expect("an end");
                    let names = fs::read_dir(program.path(".")).expect("a folder");
                    let mut names = names.map(|it| it.expect("an entry").file_name());
                    let half = names.find(|it| it.to_string_lossy().ends_with("-journal"));
                    assert_eq!(half, None, "after {after} ms");
                }
            });
        }
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_clock_that_is_wrong_stops_nobody_and_one_that_is_not_set_writes_nothing() {
    const YEAR: i64 = 365 * 86_400;
    let (folder, clock) = (Folder::new(), WrongClock::new());
    for (years, is_set) in [(-60, false), (-1, true), (1, true)] {
        folder.each(|program, touches, args| {
            let end = run(clock.set(&mut command(program, args), years * YEAR));
            let code = match args[0] {
                _ if !is_set && touches == Archive => 2,
                // What was captured since is of the future: it is refused by name, or the clock is a finding.
                "import" if years < 0 => 1,
                "verify" if years < 0 => 4,
                _ => 0,
            };
            let undated = "SELECT count(*) FROM captures WHERE captured_at IS NULL";
            let has_lost = one(&program.archive(), undated) != "0";
            judge(program, &end, &[code]).or(has_lost.then(|| "captures lost their time".to_owned()))
        });
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_clock_that_is_ahead_forgets_no_request() {
    const YEARS: i64 = 2 * 365 * 86_400;
    let (folder, clock) = (Folder::new(), WrongClock::new());
    let program = &folder.program;
    let requests = || rows(&program.archive(), "SELECT at || ' ' || url FROM requests ORDER BY at");
    assert_eq!(run(&mut command(program, &["scrape"])).code, Some(0));
    let before = requests();
    // They are kept for 400 days.
    assert_eq!(run(clock.set(&mut command(program, &["scrape"]), YEARS)).code, Some(0));
    assert_eq!(run(&mut command(program, &["scrape"])).code, Some(0));
    let after = requests();
    assert!(!before.is_empty() && before.iter().all(|it| after.contains(it)), "{before:?}\n{after:?}");
    let aged = "UPDATE requests SET at = '2001' || substr(at, 5) WHERE url LIKE '%robots.txt'";
    program.archive().execute(aged, []).expect("a table");
    program.ok(&["verify", "--accept", "-q"]);
    program.ok(&["scrape", "-q"]);
    assert_eq!(one(&program.archive(), "SELECT count(*) FROM requests WHERE at < '2002'"), "0");
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for() {
    const NEVER: Duration = Duration::from_secs(3_600);
    let folder = Folder::new();
    let program = &folder.program;
    program.configure(
        folder.site.base(),
        "timeout_seconds = 3000\nread_timeout_seconds = 3000\n",
        "sitemaps = []\n",
    );
    folder.site.on("/feeds/latest-news", [ok("").after(NEVER)]);
    let stop = |args: &[&str], path: &str| {
        folder.site.forget_visits();
        let mut command = command(program, args);
        let child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        while folder.site.visits(path).is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        let id = child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        let end = ended(&child.wait_with_output().expect("an end"));
        assert_eq!(end.code, Some(130), "{args:?}, {path}: {}", end.stderr);
    };
    for args in [&["scrape"][..], &["scrape", "--dry-run"]] {
        stop(args, "/feeds/latest-news");
    }
    let failures = "SELECT failure FROM requests WHERE url LIKE '%latest-news' ORDER BY at DESC LIMIT 1";
    assert_eq!(one(&program.archive(), failures), "abandoned");
    program.archive().execute("DELETE FROM robots", []).expect("a table");
    program.ok(&["verify", "--accept", "-q"]);
    folder.site.on("/robots.txt", [ok("").after(NEVER)]);
    let days = ["--from", "2024-01-01", "--to", "2024-01-02"];
    for args in
        [vec!["scrape"], vec!["scrape", "--dry-run"], vec!["backfill"], vec!["backfill", "--dry-run"]]
    {
        let days = days.iter().filter(|_| args[0] == "backfill");
        stop(&args.iter().chain(days).copied().collect::<Vec<_>>(), "/robots.txt");
    }
}
