//! What politeness costs when there is nothing to be polite about.
//!
//! `cargo bench --bench fetch` asks a server on loopback for generated pages (156 KB) at no pace: the fetcher beside a
//! bare `reqwest` loop sending the same requests, at 1, 8 and 64 at a time; then the whole of `scrape` (fetch,
//! extract, store) beside the same bare loop. The two take turns; the ratio is what counts.
//!
//! The bare loop's client has the timeouts and the cookie store of ours: what they cost is `reqwest`'s. Both
//! begin with a warm connection, and ours with robots.txt known, as every run does.

#![expect(clippy::print_stdout, clippy::format_collect, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

mod support;

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, extract::Path, http::header, routing::get};
use tearsheet::{
    config::Config,
    extract::Extractor,
    fetch::Fetcher,
    jobs::{Limits, Pass, Stop},
    model::{Ask, Fetched},
    store::{Reader, Writer},
};
use tokio::runtime::Runtime;
use url::Url;

use support::page;

const PAGES: usize = 600;
const ROUNDS: usize = 21;
/// No page is smaller.
const PAGE_BYTES: usize = 140_000;

fn main() {
    rustls::crypto::ring::default_provider().install_default().expect("the first to install one");
    let runtime = Runtime::new().expect("a runtime");
    let base = runtime.block_on(serve());
    println!("{PAGES} pages of 156 KB over loopback, {ROUNDS} rounds, medians");
    for at_a_time in [1, 8, 64] {
        let mut ratios = Vec::new();
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(runtime.block_on(bare_loop(&base, at_a_time)));
            ours.push(runtime.block_on(fetcher_loop(&base, at_a_time)));
            ratios.push(ours[ours.len() - 1].as_secs_f64() / bare[bare.len() - 1].as_secs_f64());
        }
        show(&format!("fetch, {at_a_time} at a time"), &bare, &ours, &ratios);
    }
    for at_a_time in [1, 8] {
        let mut ratios = Vec::new();
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            bare.push(runtime.block_on(bare_loop(&base, at_a_time)));
            ours.push(runtime.block_on(scrape(&base, at_a_time)));
            ratios.push(ours[ours.len() - 1].as_secs_f64() / bare[bare.len() - 1].as_secs_f64());
        }
        show(&format!("scrape, {at_a_time} at a time"), &bare, &ours, &ratios);
    }
}

fn show(what: &str, bare: &[Duration], ours: &[Duration], ratios: &[f64]) {
    let rate = |times: &[Duration]| {
        let mut sorted = times.to_vec();
        sorted.sort();
        PAGES as f64 / sorted[sorted.len() / 2].as_secs_f64()
    };
    let mut sorted = ratios.to_vec();
    sorted.sort_by(f64::total_cmp);
    println!(
        "{what:<22} bare reqwest {:>6.0} pages/s   tearsheet {:>6.0} pages/s   time ratio {:.3}",
        rate(bare),
        rate(ours),
        sorted[sorted.len() / 2]
    );
}

async fn serve() -> String {
    let pages: Arc<Vec<String>> =
        Arc::new((0..PAGES as u64).map(|id| page(id, u64::from(id % 4 == 3))).collect());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let links: String = (0..PAGES)
        .map(|id| format!("<item><link>{base}/news/{id}</link><pubDate>Wed, 22 Oct 2025 11:00:00 +0500</pubDate></item>"))
        .collect();
    let feed = Arc::new(format!("<rss version='2.0'><channel>{links}</channel></rss>"));
    let app = Router::new()
        .route(
            "/news/{id}",
            get(move |Path(id): Path<usize>| {
                let pages = Arc::clone(&pages);
                async move {
                    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], pages[id % PAGES].clone())
                }
            }),
        )
        .route("/feeds/latest-news", get(move || async move { feed.as_str().to_owned() }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

fn config(base: &str, at_a_time: usize) -> Config {
    let text = format!(
        "[fetch]\nrequests_per_second = 1000000.0\nmax_concurrent = {at_a_time}\n[site]\nbase_url = \"{base}\"\nsitemaps = []\n\
         [[site.feeds]]\nurl = \"/feeds/latest-news\"\n"
    );
    Config::parse(&text, "bench").expect("valid").config
}

async fn bare_loop(base: &str, at_a_time: usize) -> Duration {
    let fetch = config(base, at_a_time).fetch;
    let client = reqwest::Client::builder()
        .cookie_store(true)
        .user_agent(&fetch.user_agent)
        .timeout(fetch.timeout)
        .connect_timeout(fetch.connect_timeout)
        .read_timeout(fetch.read_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(at_a_time)
        .build()
        .expect("a client");
    client.get(format!("{base}/robots.txt")).send().await.expect("an answer");
    every_page(at_a_time, async |id| {
        let response = client.get(format!("{base}/news/{id}")).send().await.expect("an answer");
        response.bytes().await.expect("a body").len()
    })
    .await
}

async fn fetcher_loop(base: &str, at_a_time: usize) -> Duration {
    let config = config(base, at_a_time);
    let fetcher = Fetcher::new(&config.fetch, &config.profile).expect("a fetcher");
    fetcher.robots(&config.profile.base_url).await.result.expect("an answer");
    every_page(at_a_time, async |id| {
        let url = Url::parse(&format!("{base}/news/{id}")).expect("an address");
        match fetcher.get(&Ask::new(url)).await.result {
            Ok(Fetched::Page(page)) => page.body.len(),
            other => panic!("no page: {other:?}"),
        }
    })
    .await
}

/// Ask for every page once; the closure gives the bytes of one.
async fn every_page(at_a_time: usize, ask: impl AsyncFn(usize) -> usize) -> Duration {
    let next = AtomicUsize::new(0);
    let worker = async || {
        let mut bytes = 0;
        loop {
            let id = next.fetch_add(1, Ordering::Relaxed);
            if PAGES <= id {
                return bytes;
            }
            bytes += ask(id).await;
        }
    };
    let began = Instant::now();
    let read = futures_util::future::join_all((0..at_a_time).map(|_| worker())).await;
    let took = began.elapsed();
    assert!(PAGES * PAGE_BYTES <= read.iter().sum::<usize>());
    took
}

async fn scrape(base: &str, at_a_time: usize) -> Duration {
    let config = config(base, at_a_time);
    let folder = tempfile::tempdir().expect("a folder");
    let writer =
        Writer::open(&folder.path().join("a.db"), config.profile.time_zone).expect("an archive");
    let reader = Reader::open(&folder.path().join("a.db")).expect("an archive");
    let extractor = Arc::new(Extractor::new(&config.profile).expect("the profile"));
    let fetcher = Fetcher::new(&config.fetch, &config.profile).expect("a fetcher");
    let (_switch, stop) = Stop::new();
    let job = Pass {
        images: None,
        fetcher: &fetcher,
        extractor: &extractor,
        writer: &writer,
        profile: &config.profile,
        workers: NonZeroUsize::new(at_a_time).expect("one at least"),
        keep_requests: Duration::from_secs(86_400),
        limits: Limits::default(),
        observe: &|_| (),
        stop,
    };
    let began = Instant::now();
    let report = job.scrape("scrape", &reader).await.expect("a run");
    let took = began.elapsed();
    assert_eq!(report.tally.stored, PAGES as u64, "{report:?}");
    took
}
