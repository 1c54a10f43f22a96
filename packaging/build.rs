//! Says which commit a release was built of. Builds for work on the program do not ask, so that a commit compiles nothing anew.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=packaging/build.rs");
    println!("cargo::rerun-if-env-changed=TEARSHEET_COMMIT");
    let is_release = env::var("PROFILE").is_ok_and(|it| it == "release");
    let commit = env::var("TEARSHEET_COMMIT").ok().or_else(|| is_release.then(head).flatten());
    println!("cargo::rustc-env=TEARSHEET_COMMIT={}", commit.unwrap_or_else(|| "unknown".to_owned()));
    if is_release {
        println!("cargo::rerun-if-changed=.git/HEAD");
        println!("cargo::rerun-if-changed=.git/refs/heads");
    }
}

/// Returns the commit that is checked out; nothing outside a checkout.
fn head() -> Option<String> {
    let output = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output().ok()?;
    let commit = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !commit.is_empty()).then_some(commit)
}
