//! What long jobs over an archive cost: web archives in and out, reading again, verification.
//!
//! `cargo bench --bench archive` writes 3,000 generated pages (156 KB each) as a `.warc.gz`, imports it, reads the archive
//! again on one core and on all, and verifies it. With `WARCIO_PYTHON` naming a Python that has warcio and `FastWARC`, their
//! mere iteration over the same file, and warcio writing records, are timed beside. `cargo bench --bench archive -- 20000` does
//! more of them; `taskset -c 0` before it shows one core.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

mod support;

use std::{
    fs::File,
    io::BufWriter,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use tearsheet::{
    config::Config,
    extract::Extractor,
    jobs::{Contents, Depth, Import, ImportFile, Losses, Reextract, Stop, Verify},
    store::{Reader, Writer},
    warc::{CaptureRecord, WarcWriter, stamp},
};
use tokio::runtime::Runtime;

use support::raw_page;

fn main() {
    let wanted = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let pages: u64 = wanted.unwrap_or(3_000);
    let config = Config::default();
    let extractor = Extractor::new(&config.profile).expect("the profile");
    let folder = tempfile::tempdir().expect("a folder");
    // `TEARSHEET_KEEP=FOLDER` keeps the file for other tools.
    let kept = std::env::var_os("TEARSHEET_KEEP").map(std::path::PathBuf::from);
    let kept = kept.as_deref().unwrap_or(folder.path());
    let (file, path) = (kept.join("pages.warc.gz"), folder.path().join("a.db"));
    let (bytes, took) = write(&file, pages);
    let size = std::fs::metadata(&file).expect("a file").len() as f64;
    println!("{pages} pages, {:.0} MB, {:.0} MB packed", bytes as f64 / 1e6, size / 1e6);
    show_rate("written as .warc.gz", pages, bytes, took);
    if let Ok(python) = std::env::var("WARCIO_PYTHON") {
        for (what, script) in PEERS {
            show_rate(what, pages, bytes, peer(&python, script, &file, pages));
        }
    }

    let runtime = Runtime::new().expect("a runtime");
    let writer = Writer::open(&path, config.profile.time_zone).expect("an archive");
    let reader = || Reader::open(&path).expect("an archive");
    let (_switch, stop) = Stop::new();
    let import = Import {
        command: "import",
        extractor: &extractor,
        writer: &writer,
        profile: &config.profile,
        image_pixels: None,
        body_max: config.fetch.max_body_bytes,
        observe: &|_| {},
        stop: stop.clone(),
    };
    let from = file.clone();
    let input = ImportFile {
        name: "pages".to_owned(),
        url: None,
        place: None,
        captured_at: None,
        is_stream: false,
        beside: Box::new(|_| None),
        open: Box::new(move || {
            Ok(Contents::Archive(Box::new(std::io::BufReader::with_capacity(
                1 << 18,
                File::open(&from)?,
            ))))
        }),
    };
    let (imported, took) =
        time(|| runtime.block_on(import.run(vec![input], &reader())).expect("imported"));
    assert_eq!(imported.report.tally.stored, pages);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    show_rate(&format!("imported, {cores} cores"), pages, bytes, took);

    let some: Vec<_> = (0..pages.min(500)).map(|it| raw_page(it, u64::from(it % 4 == 3))).collect();
    let ((), took) = time(|| {
        for page in &some {
            std::hint::black_box(extractor.extract(page));
        }
    });
    show("extracted alone, 1 core", some.len() as u64, took);
    let mut alone = Duration::ZERO;
    for count in [1, cores] {
        let again = Reextract {
            readers: (0..count).map(|_| reader()).collect(),
            extractor: &extractor,
            writer: Some(&writer),
            days: None,
            losses: Losses::Draft,
            observe: &|_| {},
            stop: stop.clone(),
        };
        let (report, took) = time(|| runtime.block_on(again.run()).expect("read again"));
        assert_eq!((report.captures, report.updated), (pages, 0));
        show(&format!("read again, {count} cores"), pages, took);
        if count == 1 {
            alone = took;
        } else {
            println!("  {:.2} times as fast as on one", alone.as_secs_f64() / took.as_secs_f64());
        }
    }
    let mut verify = Verify {
        readers: (0..cores).map(|_| reader()).collect(),
        writer: Some(&writer),
        depth: Depth::Bodies,
        observe: &|_| {},
        stop,
    };
    let (verified, took) = time(|| runtime.block_on(verify.run()).expect("verified"));
    assert!(verified.findings.is_empty() && verified.bodies == pages);
    show("verified, all cores", pages, took);
    let (status, took) =
        time(|| reader().status(chrono::Utc::now(), tearsheet::extract::VERSION).expect("a status"));
    println!("status of {} articles: {:.1} ms", status.articles, took.as_secs_f64() * 1e3);
}

/// What other tools do with the same file. Each prints how many seconds it took, its own start left out.
const PEERS: [(&str, &str); 3] = [
    (
        "warcio, iterating alone",
        "for record in ArchiveIterator(open(sys.argv[1], 'rb')):\n    record.content_stream().read()\n",
    ),
    (
        "FastWARC, iterating alone",
        "import fastwarc.warc\n\
         for record in fastwarc.warc.ArchiveIterator(open(sys.argv[1], 'rb')):\n    record.reader.read()\n",
    ),
    (
        "warcio, writing",
        "records = []\n\
         for record in ArchiveIterator(open(sys.argv[1], 'rb')):\n\
         \x20   if record.rec_type == 'response' and len(records) < 300:\n\
         \x20       body = record.raw_stream.read()\n\
         \x20       records.append((record.rec_headers.get_header('WARC-Target-URI'), record.http_headers, body))\n\
         began = time.time()\n\
         writer = WARCWriter(open('/dev/null', 'wb'), gzip=True)\n\
         for url, headers, body in records:\n\
         \x20   writer.write_record(writer.create_warc_record(url, 'response', payload=io.BytesIO(body), http_headers=headers))\n\
         share = len(records) / int(sys.argv[2])\n",
    ),
];

fn peer(python: &str, script: &str, file: &Path, pages: u64) -> Duration {
    let script = format!(
        "import io, sys, time\nfrom warcio.archiveiterator import ArchiveIterator\nfrom warcio.warcwriter import WARCWriter\n\
         share = 1\nbegan = time.time()\n{script}print((time.time() - began) / share)\n"
    );
    let output = Command::new(python).args(["-c", &script]).arg(file).arg(pages.to_string()).output();
    let output = output.expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seconds = String::from_utf8_lossy(&output.stdout).trim().parse().expect("seconds");
    Duration::from_secs_f64(seconds)
}

/// How many bytes the pages have, and how long it took to write them; making them is not timed.
fn write(file: &Path, pages: u64) -> (u64, Duration) {
    let to = BufWriter::new(File::create(file).expect("a file"));
    let mut writer = WarcWriter::new(to, "pages.warc.gz", "2024-01-01T00:00:00Z", &[]).expect("written");
    let (mut bytes, mut took) = (0, Duration::ZERO);
    for number in 0..pages {
        let page = raw_page(number, u64::from(number % 4 == 3));
        let at = chrono::DateTime::from_timestamp(
            1_704_067_200 + i64::try_from(number).expect("small") * 97,
            0,
        );
        let capture = CaptureRecord {
            url: page.url.as_ref().expect("an address").as_str(),
            date: &stamp(at.expect("a time")),
            status: 200,
            headers: vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())],
            protocol: None,
            request: None,
            body: &page.body,
            earlier: None,
        };
        took += time(|| writer.capture(&capture).expect("written")).1;
        bytes += page.body.len() as u64;
    }
    took += time(|| writer.finish().expect("written")).1;
    (bytes, took)
}

fn time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

fn show_rate(what: &str, pages: u64, bytes: u64, took: Duration) {
    let seconds = took.as_secs_f64();
    println!(
        "{what:<26} {:>8.0} pages/s {:>6.0} MB/s",
        pages as f64 / seconds,
        bytes as f64 / 1e6 / seconds
    );
}

fn show(what: &str, pages: u64, took: Duration) {
    println!("{what:<26} {:>8.0} pages/s", pages as f64 / took.as_secs_f64());
}
