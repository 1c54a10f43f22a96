//! What a page costs when the archive is large.
//!
//! `cargo bench --bench growth` stores 300,000 generated stories (9 KB each, with a ticker of 34 rows and no furniture: what
//! is measured is the archive, not the parser) and prints pages a second of the 10,000 before 10,000, 100,000 and 300,000.
//! `cargo bench --bench growth -- 100000` ends there. Making the pages is not timed.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

mod support;

use std::time::{Duration, Instant};

use tearsheet::{
    config::Config,
    extract::Extractor,
    model::{ReadPage, Settled},
    store::{Reader, Writer},
};
use tokio::runtime::Runtime;

use support::{capture, small_page};

const SIZES: [u64; 3] = [10_000, 100_000, 300_000];
const WINDOW: u64 = 10_000;
/// As many as `import` keeps in one transaction.
const BATCH: u64 = 512;

fn main() {
    let wanted = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let until: u64 = wanted.unwrap_or(SIZES[2]);
    let config = Config::default();
    let extractor = Extractor::new(&config.profile).expect("the profile");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let runtime = Runtime::new().expect("a runtime");
    let writer = Writer::open(&path, config.profile.time_zone).expect("an archive");
    let (mut number, mut length) = (0, 0);
    for size in SIZES.into_iter().filter(|it| *it <= until) {
        let mut took = Duration::ZERO;
        let mut timed = 0;
        while number < size {
            let pages: Vec<_> =
                (number..size.min(number + BATCH)).map(|it| capture(it, small_page(it))).collect();
            let count = pages.len() as u64;
            length += pages.iter().map(|it| it.body.len()).sum::<usize>();
            let began = Instant::now();
            let read: Vec<_> = pages
                .into_iter()
                .map(|page| {
                    let extraction = extractor.extract(&page);
                    ReadPage { page, extraction }
                })
                .collect();
            let settled = runtime.block_on(writer.import(read, chrono::Utc::now())).expect("stored");
            if size - WINDOW <= number {
                took += began.elapsed();
                timed += count;
            }
            assert!(settled.iter().all(|it| *it == Settled::New));
            number += count;
        }
        let bytes = std::fs::metadata(&path).expect("a file").len() as f64;
        println!(
            "at {size:>7} stories {:>6.0} pages/s   ({:.0} MB)",
            timed as f64 / took.as_secs_f64(),
            bytes / 1e6
        );
    }
    drop(writer);
    let reader = Reader::open(&path).expect("an archive");
    println!("a page has {:.1} KB", length as f64 / number as f64 / 1e3);
    for look in ["first", "second"] {
        let began = Instant::now();
        let status = reader.status(chrono::Utc::now(), tearsheet::extract::VERSION).expect("a status");
        let took = began.elapsed().as_secs_f64() * 1e3;
        println!("status of {} articles, {look} look: {took:.1} ms", status.articles);
    }
}
