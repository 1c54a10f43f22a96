//! A clock that is wrong, for programs that are started with it.

use std::{fs, path::PathBuf, process::Command};

/// A library that moves the clock of a program that is started with it. Linux alone has a way to start one so.
pub(crate) struct WrongClock {
    _folder: tempfile::TempDir,
    library: PathBuf,
}

impl WrongClock {
    /// Compiles the library: there is a C compiler where SQLite was compiled.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("clock.c"), include_str!("clock.c")).expect("a file");
        let mut compiler = Command::new("cc");
        compiler
            .current_dir(folder.path())
            .args(["-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"]);
        assert!(compiler.status().expect("a C compiler").success());
        Self { library: folder.path().join("clock.so"), _folder: folder }
    }

    /// Has a program see a clock that is wrong by so many seconds.
    pub(crate) fn set<'c>(&self, command: &'c mut Command, seconds: i64) -> &'c mut Command {
        command.env("LD_PRELOAD", &self.library).env("CLOCK_SHIFT_SECONDS", seconds.to_string())
    }
}
