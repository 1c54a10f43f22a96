//! How a statement that is running is stopped: by its connection itself, which looks between two steps, or from another thread.
//! When it is stopped is the caller's to know.

use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use super::error::Result;

/// The steps of SQLite's virtual machine after which a statement looks whether it should stop. They take some microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;
/// An interrupt meets only a statement that has begun; it is said again after this.
const SAID_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Stops the statement that a connection runs.
pub struct Interrupter(InterruptHandle);

impl Interrupter {
    pub(super) fn of(conn: &Connection) -> Self {
        Self(conn.get_interrupt_handle())
    }

    /// Stops it; nothing happens where none runs.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }

    /// Returns what `work` comes to, which is [`Interrupted`](super::StoreError::Interrupted) where `stopped` ends in the middle of it.
    pub(super) async fn run<T>(
        &self,
        work: impl Future<Output = Result<T>>,
        stopped: impl Future<Output = ()>,
    ) -> Result<T> {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = stopped => {}
        }
        loop {
            self.interrupt();
            if let Ok(done) = tokio::time::timeout(SAID_AGAIN_AFTER, &mut work).await {
                return done;
            }
        }
    }
}

/// Interrupts the statements of a connection, even in the middle of a long one, once `should_stop` returns true.
pub(super) fn stop_when(
    conn: &mut Connection,
    should_stop: impl FnMut() -> bool + Send + 'static,
) -> Result<()> {
    Ok(conn.progress_handler(STEPS_BETWEEN_LOOKS, Some(should_stop))?)
}

/// Lets the statements of a connection run to their end again.
pub(super) fn clear_stop(conn: &mut Connection) -> Result<()> {
    Ok(conn.progress_handler(0, None::<fn() -> bool>)?)
}
