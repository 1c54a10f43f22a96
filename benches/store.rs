//! What a page costs to keep: bytes, and time.
//!
//! `cargo bench --bench store` keeps 2,000 generated pages of two templates (160 KB each) and prints the bytes of a raw
//! page beside gzip -9, zstd -9 and a record of a `.warc.gz`; then pages per second into the archive and out of it.
//! `cargo bench --bench store -- 100000` does the same with more of them. `TEARSHEET_KEEP=FILE` keeps the archive for a look
//! at its tables (`sqlite3 FILE "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"`).

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

mod support;

use std::{io::Write, time::Instant};

use chrono::Utc;
use flate2::{Compression, write::GzEncoder};
use rusqlite::Connection;
use tearsheet::{
    config::Config,
    extract::Extractor,
    model::ReadPage,
    store::{ArticleReference, Reader, Writer},
};

use support::raw_page;

/// Pages that are also compressed by others.
const COMPARED: u64 = 60;

fn main() {
    let wanted = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let pages: u64 = wanted.unwrap_or(2_000);
    let template = |number: u64| u64::from(number % 4 == 3);
    let mut gzip = 0;
    let mut zstd = 0;
    let mut warc = 0;
    let mut bytes = 0;
    for number in 0..COMPARED {
        let page = raw_page(number * 31, template(number));
        bytes += page.body.len();
        gzip += gzipped(&page.body, Compression::best()).len();
        zstd += zstd::bulk::compress(&page.body, 9).expect("compressed").len();
        let head = format!(
            "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n\
             WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012x}>\r\nContent-Length: {}\r\n\r\nHTTP/1.1 200 OK\r\n\
             Content-Type: text/html; charset=utf-8\r\n\r\n",
            page.url.as_ref().expect("an address"),
            page.body.len()
        );
        warc += gzipped(&[head.as_bytes(), &page.body].concat(), Compression::default()).len();
    }
    let each = |sum: usize| sum as f64 / COMPARED as f64;
    println!("pages of {:.0} KB on average", each(bytes) / 1e3);
    println!("gzip -9            {:>8.0} bytes a page", each(gzip));
    println!("zstd -9            {:>8.0} bytes a page", each(zstd));
    println!(".warc.gz           {:>8.0} bytes a page", each(warc));

    let config = Config::default();
    let folder = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("TEARSHEET_KEEP").map(std::path::PathBuf::from);
    let path = kept.unwrap_or_else(|| folder.path().join("a.db"));
    let extractor = Extractor::new(&config.profile).expect("the profile");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut spent = std::time::Duration::ZERO;
    runtime.block_on(async {
        let writer = Writer::open(&path, config.profile.time_zone).expect("an archive");
        let mut number = 0;
        while number < pages {
            // Extraction is another bench's.
            let batch = (number..pages.min(number + 64)).map(|it| {
                let page = raw_page(it, template(it));
                let extraction = extractor.extract(&page);
                ReadPage { page, extraction }
            });
            let batch: Vec<_> = batch.collect();
            number += batch.len() as u64;
            let began = Instant::now();
            writer.import(batch, Utc::now()).await.expect("kept");
            spent += began.elapsed();
        }
    });
    let archive = Connection::open(&path).expect("an archive");
    let one = |sql: &str| archive.query_row(sql, [], |row| row.get::<_, f64>(0)).expect("a figure");
    let raw = one(
        "SELECT (SELECT sum(length(data)) FROM bodies) + (SELECT sum(length(pages)) FROM body_references)",
    );
    let size = std::fs::metadata(&path).expect("a file").len() as f64;
    let pages = pages as f64;
    println!(
        "tearsheet          {:>8.0} bytes a page: {:.3} of .warc.gz ({} references)",
        raw / pages,
        raw / pages / each(warc),
        one("SELECT count(*) FROM body_references")
    );
    println!("the whole archive  {:>8.0} bytes a page: {:.1} MB", size / pages, size / 1e6);
    println!("kept               {:>8.0} pages/s", pages / spent.as_secs_f64());

    let reader = Reader::open(&path).expect("an archive");
    let ids: Vec<i64> = {
        let mut query =
            archive.prepare("SELECT id FROM articles ORDER BY id LIMIT 2000").expect("a query");
        let rows = query.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|it| it.expect("an id")).collect()
    };
    let began = Instant::now();
    for id in &ids {
        let article =
            reader.article(&ArticleReference::Id(id.to_string())).expect("read").expect("there");
        assert!(!reader.raw(article.id).expect("read").expect("kept").is_empty());
    }
    println!(
        "read back          {:>8.0} pages/s, article and raw page",
        ids.len() as f64 / began.elapsed().as_secs_f64()
    );
}

fn gzipped(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
