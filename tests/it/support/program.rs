//! The real binary in a folder of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use rusqlite::Connection;

pub(crate) struct Program {
    folder: tempfile::TempDir,
}

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// An empty folder, without a configuration.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// A folder whose configuration points at a site, at a quick pace.
    pub(crate) fn at(base_url: &str) -> Self {
        let program = Self::new();
        program.write("config.toml", &config(base_url));
        program
    }

    /// One feed and no sitemap, no feeds of single stories, one request at a time, further lines for `[fetch]`.
    pub(crate) fn plain(base_url: &str, fetch: &str) -> Self {
        let program = Self::new();
        program.configure(
            base_url,
            fetch,
            "article_feed = \"\"\nsitemaps = []\n[[site.feeds]]\nurl = \"/feeds/latest-news\"\n",
        );
        program
    }

    /// Write a configuration: lines for `[fetch]`, which win over the quick pace, and lines for `[site]`.
    pub(crate) fn configure(&self, base_url: &str, fetch: &str, site: &str) {
        let quick = ["requests_per_second = 500", "max_wait_seconds = 2", "max_concurrent = 1"];
        let is_left = |line: &&str| !fetch.contains(line.split(' ').next().unwrap_or_default());
        let quick = quick.into_iter().filter(is_left).collect::<Vec<_>>().join("\n") + "\n";
        let text = format!("[fetch]\n{quick}{fetch}\n[site]\nbase_url = \"{base_url}\"\n{site}");
        self.write("config.toml", &text);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("create");
        std::fs::write(path, text).expect("write");
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tearsheet"));
        command.current_dir(self.folder.path());
        for name in
            ["TEARSHEET_ARCHIVE", "TEARSHEET_CONFIG", "RUST_LOG", "NO_COLOR", "HTTP_PROXY", "http_proxy"]
        {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&self.command().args(args).output().expect("the binary runs"))
    }

    /// Run and expect exit 0.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran
    }

    /// Run, and say how much memory it had at most, in KiB; 0 where the system does not tell.
    pub(crate) fn run_measured(&self, args: &[&str]) -> (Ran, u64) {
        Self::measured(self.command().args(args))
    }

    /// Run a command, and say how much memory it had at most, in KiB; 0 where the system does not tell.
    pub(crate) fn measured(command: &mut Command) -> (Ran, u64) {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let file = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        while child.try_wait().expect("a child").is_none() {
            let status = std::fs::read_to_string(&file).unwrap_or_default();
            // Until it is called by its own name, it has the memory of the tests.
            let is_itself = status.lines().next().is_some_and(|it| it.ends_with("tearsheet"));
            let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
            let found =
                line.filter(|_| is_itself).and_then(|it| it.split_whitespace().next()?.parse().ok());
            peak = peak.max(found.unwrap_or(0));
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        (Ran::of(&child.wait_with_output().expect("an output")), peak)
    }

    pub(crate) fn archive_at(&self, name: &str) -> Connection {
        open(&self.path(name))
    }

    pub(crate) fn archive(&self) -> Connection {
        open(&self.path("tearsheet.db"))
    }
}

impl Ran {
    /// Lines on stderr; a hint belongs to the line before it.
    pub(crate) fn messages(&self) -> usize {
        self.stderr.lines().filter(|it| !it.starts_with("hint: ")).count()
    }

    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A configuration for a loopback site.
pub(crate) fn config(base_url: &str) -> String {
    format!(
        "[fetch]\nrequests_per_second = 500\nmax_wait_seconds = 2\n[site]\nbase_url = \"{base_url}\"\n"
    )
}

pub(crate) fn open(path: &Path) -> Connection {
    Connection::open(path).expect("an archive")
}

/// The rows of a query as text, columns joined by `|`, as the sqlite3 shell prints them.
pub(crate) fn rows(archive: &Connection, sql: &str) -> Vec<String> {
    let mut query = archive.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let width = query.column_count();
    let rows = query.query_map([], |row| {
        let cell = |at| match row.get_ref(at) {
            Ok(rusqlite::types::ValueRef::Null) | Err(_) => String::new(),
            Ok(rusqlite::types::ValueRef::Integer(number)) => number.to_string(),
            Ok(rusqlite::types::ValueRef::Real(number)) => number.to_string(),
            Ok(rusqlite::types::ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            Ok(rusqlite::types::ValueRef::Blob(bytes)) => format!("{} bytes", bytes.len()),
        };
        Ok((0..width).map(cell).collect::<Vec<_>>().join("|"))
    });
    rows.expect("a query").map(|it| it.expect("a row")).collect()
}

/// The one value of a query.
pub(crate) fn one(archive: &Connection, sql: &str) -> String {
    rows(archive, sql).first().cloned().unwrap_or_default()
}
