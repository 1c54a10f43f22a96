//! Pages on their way through all cores, some at a time, in their order. What is done with them the caller knows.

use std::thread;

use crate::model::RawPage;

use super::parallel::in_order;

/// Pages that a core takes at a time, at most,
const PAGES_MAX: usize = 64;
/// and their bytes: pages wait in memory until their turn comes.
const BYTES_MAX: usize = 4 << 20;

/// A page, or what stands in its place, and where that is.
#[derive(Debug)]
pub struct PlacedPage {
    /// Which of several profiles it is of, in their order.
    pub profile: usize,
    /// The bytes before its record in the file; `None` where it is no record.
    pub offset: Option<u64>,
    /// The bytes of its record; `None` where it cannot be read from its place alone.
    pub length: Option<u64>,
    /// The page, or why there is none, in words.
    pub page: Result<RawPage, String>,
}

/// Does `work` on the pages on all cores, and hands the results to `take` on this thread, in the order of the pages.
pub fn each_batch<T: Send>(
    pages: impl Iterator<Item = PlacedPage> + Send,
    work: impl Fn(Vec<PlacedPage>) -> T + Sync,
    take: impl FnMut(T),
) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut pages = pages;
    let batches = std::iter::from_fn(move || {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < PAGES_MAX && bytes < BYTES_MAX {
            let Some(page) = pages.next() else { break };
            bytes += page.page.as_ref().map_or(0, |it| it.body.len());
            batch.push(page);
        }
        (!batch.is_empty()).then_some(batch)
    });
    in_order(&mut vec![(); cores], batches, |(), batch| work(batch), take);
}
