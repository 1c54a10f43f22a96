//! Ordered work on all cores: items are worked on at the same time and handed over in the order they came. What the work is,
//! the caller knows; there is no archive in here, and nothing is awaited.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc::channel},
    thread,
};

/// Items that may be ahead of the one that is handed over next, for each worker: a slow item does not stop the others, and
/// results do not pile up.
const AHEAD: usize = 4;

/// How far the results have been handed over.
#[derive(Default)]
struct HandOver {
    handed_over: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    count: usize,
    /// A worker panicked, or the caller did: nobody waits any more.
    is_closed: bool,
}

/// Closes the progress when its thread panics, so that nobody waits for what will not come.
struct CloseOnPanic<'p>(&'p HandOver);

/// Does `work` on every item on a thread for each worker, and hands the results to `take` on this thread, in the order of
/// the items. A worker is what a thread needs for itself, such as a connection of its own. Blocks until all is done; a panic
/// of the work is passed on.
pub(super) fn in_order<W: Send, I: Send, O: Send>(
    workers: &mut [W],
    items: impl Iterator<Item = I> + Send,
    work: impl Fn(&mut W, I) -> O + Sync,
    mut take: impl FnMut(O),
) {
    let ahead_max = workers.len() * AHEAD;
    let items = Mutex::new(items.enumerate());
    let progress = HandOver::default();
    let (send, results) = channel();
    thread::scope(|scope| {
        let _guard = CloseOnPanic(&progress);
        for worker in workers {
            let (send, items, progress, work) = (send.clone(), &items, &progress, &work);
            scope.spawn(move || {
                let _guard = CloseOnPanic(progress);
                loop {
                    let next = items.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, item)) = next else { return };
                    if !progress.wait_until_near(place, ahead_max) {
                        return;
                    }
                    // The receiver goes only when this thread's caller has panicked.
                    let _ = send.send((place, work(worker, item)));
                }
            });
        }
        // The last worker to end ends the results.
        drop(send);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (place, result) in results {
            early.insert(place, result);
            while let Some(result) = early.remove(&next) {
                take(result);
                next += 1;
                progress.hand_over(next);
            }
        }
    });
}

impl HandOver {
    /// Waits until an item is near enough to what was handed over. Returns whether it is still wanted.
    fn wait_until_near(&self, place: usize, ahead_max: usize) -> bool {
        let state = self.state();
        let is_far = |state: &mut State| !state.is_closed && state.count + ahead_max <= place;
        let state = self.moved.wait_while(state, is_far).unwrap_or_else(PoisonError::into_inner);
        !state.is_closed
    }

    fn hand_over(&self, count: usize) {
        self.state().count = count;
        self.moved.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The count is valid even if another thread panicked while it held the lock.
        self.handed_over.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.state().is_closed = true;
            self.0.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for workers in [1, 2, 7] {
            let mut found = Vec::new();
            // The first of each ten takes longest.
            let work = |(): &mut (), item: u64| {
                if item.is_multiple_of(10) {
                    thread::yield_now();
                }
                item * 2
            };
            in_order(&mut vec![(); workers], 0..1_000, work, |it| found.push(it));
            assert_eq!(found, (0..1_000).map(|it| it * 2).collect::<Vec<_>>(), "{workers}");
        }
    }

    #[test]
    fn no_worker_runs_far_ahead_of_what_is_handed_over() {
        let (begun, mut taken, mut most) = (AtomicUsize::new(0), 0, 0);
        let work = |(): &mut (), _| begun.fetch_add(1, Ordering::SeqCst);
        in_order(&mut [(), ()], 0..500, work, |_| {
            taken += 1;
            most = most.max(begun.load(Ordering::SeqCst) - taken);
        });
        assert!(most <= 2 * AHEAD + 2, "{most}");
    }

    #[test]
    fn each_worker_has_its_own() {
        let mut counts = [0_usize; 3];
        in_order(&mut counts, 0..100, |count, _: i32| *count += 1, |()| {});
        assert_eq!(counts.iter().sum::<usize>(), 100);
    }

    #[test]
    fn a_panic_of_the_work_ends_it() {
        let run = || {
            in_order(&mut [(), ()], 0..1_000, |(), it: i32| assert!(it != 3, "the third"), |()| {});
        };
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
