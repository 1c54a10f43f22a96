//! Programs that are run after a run (`[[ops.hooks]]`). Which runs they are for is decided by their events; what they are told is
//! the summary. A hook never changes how a command ends.

use std::{
    io::Write,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    config::{Hook, HookEvent},
    export::answers::SummaryAnswer,
};

use super::failure::Exit;

/// How long a hook may run before it is stopped.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Runs the hooks that a run is for, one after the other. One that fails is a warning.
pub(super) fn run(hooks: &[Hook], summary: &SummaryAnswer, exit: Exit, text: &str) {
    for Hook { on, run } in hooks {
        if !on.iter().any(|event| happened(*event, summary, exit)) {
            continue;
        }
        let [program, args @ ..] = run.as_slice() else { continue };
        if let Err(reason) = run_one(program, args, text) {
            tracing::warn!("the hook `{program}` {reason}");
        }
    }
}

fn happened(event: HookEvent, summary: &SummaryAnswer, exit: Exit) -> bool {
    match event {
        HookEvent::Success => exit == Exit::Done,
        HookEvent::Failure => !matches!(exit, Exit::Done | Exit::Drifted),
        HookEvent::Drift => exit == Exit::Drifted || !summary.drift.is_empty(),
        HookEvent::Gap => 0 < summary.failed + summary.blocked,
    }
}

/// Runs a program to its end. Fails with what went wrong, in words that follow its name.
fn run_one(program: &str, args: &[String], text: &str) -> Result<(), String> {
    // What it prints is for people: stdout is ours.
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        let text = text.to_owned();
        // A program that does not read must not stop us, and one that has ended is told by its status.
        thread::spawn(move || _ = stdin.write_all(text.as_bytes()));
    }
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("ended with {status}")),
            Ok(None) if began.elapsed() < PATIENCE => thread::sleep(LOOK_EVERY),
            Ok(None) => return Err(stopped(&mut child)),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
}

fn stopped(child: &mut Child) -> String {
    // It may have ended in this moment.
    let _ = child.kill();
    let _ = child.wait();
    format!("took more than {} seconds and was stopped", PATIENCE.as_secs())
}
