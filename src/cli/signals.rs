//! The signals that ask the program to end: Ctrl-C, what systemd and `kill` send, and the end of the terminal. Until somebody listens, one of
//! them ends the program as it would any other. A command that could leave something half made therefore listens before it begins.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

use anyhow::Context;
use tokio::{runtime, sync::watch};

use crate::jobs::Stop;

use super::failure::Exit;

/// The request that a signal makes, once somebody listens.
static REQUEST: Mutex<Option<Stop>> = Mutex::new(None);

/// Listens for signals from now until the program ends. Returns the request that the first one makes, which is the same for everybody: one that
/// comes between two jobs ends the second. Another one ends the program at once.
pub(super) fn listen() -> anyhow::Result<Stop> {
    let mut request = REQUEST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(stop) = &*request {
        return Ok(stop.clone());
    }
    let runtime = runtime::Builder::new_current_thread().enable_io().build();
    let runtime = runtime.context("cannot start the runtime")?;
    let next = runtime.block_on(async { sent::listen() });
    let (switch, stop) = Stop::new();
    // On a thread of its own: a job may be reading a pipe that nobody fills.
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(watch(next, switch)))
        .context("cannot start the thread that listens for signals")?;
    Ok(request.insert(stop).clone())
}

/// The first signal asks the job to end, the second ends the program at once. What is committed is kept, and the claims of a
/// dead run are released by the next one.
#[expect(clippy::exit, reason = "the user said so twice; the thread that would return may be blocked")]
async fn watch(mut next: impl AsyncFnMut(), switch: watch::Sender<bool>) {
    next().await;
    // A job that has ended does not listen any more.
    let _ = switch.send(true);
    tracing::warn!("interrupted: finishing what is in hand; interrupt again to stop at once");
    next().await;
    std::process::exit(i32::from(Exit::Interrupted.code()));
}

/// Makes the limit of a file's size (SIGXFSZ) an error of the write that meets it, instead of the end of the program.
pub(super) fn survive_file_limits() {
    let runtime = runtime::Builder::new_current_thread().enable_io().build();
    if let Ok(runtime) = runtime {
        runtime.block_on(async { sent::listen_for_file_limits() });
    }
}

#[cfg(unix)]
mod sent {
    //! What Unix sends.

    use std::future;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// `SIGXFSZ`, which has no name in tokio: 25 on Linux, macOS and the BSDs.
    const FILE_LIMIT: i32 = 25;

    /// Listens from now on. Returns what waits for the next signal. One that the system does not let us hear does what it always does.
    pub(super) fn listen() -> impl AsyncFnMut() + Send {
        let heard = |kind| signal(kind).ok();
        let mut interrupt = heard(SignalKind::interrupt());
        let mut terminate = heard(SignalKind::terminate());
        let mut hang_up = heard(SignalKind::hangup());
        async move || {
            tokio::select! {
                () = received(&mut interrupt) => {}
                () = received(&mut terminate) => {}
                () = received(&mut hang_up) => {}
            }
        }
    }

    async fn received(signal: &mut Option<Signal>) {
        match signal {
            Some(signal) => _ = signal.recv().await,
            None => future::pending().await,
        }
    }

    /// Who listens once has replaced the default, which ends the program, for good.
    pub(super) fn listen_for_file_limits() {
        let _ = signal(SignalKind::from_raw(FILE_LIMIT));
    }
}

#[cfg(not(unix))]
mod sent {
    //! Other systems have Ctrl-C alone.

    use std::future;

    /// Returns what waits for the next one.
    pub(super) fn listen() -> impl AsyncFnMut() + Send {
        async || {
            if tokio::signal::ctrl_c().await.is_err() {
                future::pending::<()>().await;
            }
        }
    }

    pub(super) fn listen_for_file_limits() {}
}
