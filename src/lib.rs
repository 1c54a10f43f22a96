//! `tearsheet` archives a financial news site: it finds article pages, fetches them politely, separates the
//! ticker strip, headline, byline, body and related links, and keeps them in one SQLite file, keyed by date,
//! with the raw page beside them.
//!
//! # Architecture
//!
//! Twelve modules in strict layers; arrows point down only, and siblings on a line never import each other
//! (`jobs` alone sees all four engines). `tests/it/tidy.rs` holds this as a test.
//!
//! ```text
//! cli                                arguments in, text and exit codes out
//! export                             rows, answers, charts and web archives out
//! jobs · demo                        work across layers · the fake site
//! discover · fetch · extract · store four engines, strangers to each other
//! config · html · warc               the file, validated whole · the DOM wrapped · a codec
//! model                              the vocabulary
//! ```
//!
//! One page through the house:
//!
//! ```text
//! Source::ask -> Fetcher::get -> RawPage -> Source::absorb -> Candidate -> Writer::enqueue
//! Writer::claim(queue, now) -> Task -> Fetcher::get -> Fetched { Page | NotModified | Missing }
//!   -> Extractor::extract -> Extraction -> Outcome
//!   -> Writer::settle (capture, article version, strip, index, page state: one transaction) -> Event -> progress
//! Reader::article(&reference) -> Article -> cli
//! ```
//!
//! An import and a re-reading are the same road entered later: they start with a `RawPage`. A backfill walks it day by day:
//! `Writer::keep_reading` files what a listing named under its day, and the counts of the ledger follow by triggers.
//!
//! # Invariants
//!
//! 1. Bytes before meaning: a capture and what was read from it commit together.
//! 2. Extraction is a function of (bytes, era, content type): no clock, network, database or chance. It never
//!    fails; what a page lacks is a value.
//! 3. Only `fetch` opens sockets to the site, one lane for each host; nothing goes round robots, pace or breaker.
//! 4. Only `store` writes SQL; one writer thread with group commit; readers are read-only connections.
//! 5. A page never fails a job. Only the store, the configuration and the user do.
//! 6. A run ends when nothing is due. A page that failed is due later, never now.
//! 7. A claimed page is settled or released; claims of a dead run are released at the next start.
//! 8. A site that is down is left alone: an open breaker ends the run with the rest still due.
//! 9. Site facts are data in the profile. No string of the site stands in `src/`, tests excepted.
//! 10. The strip belongs to the capture, not to the article.
//! 11. Time is an argument below `jobs`.
//! 12. stdout is data, stderr is people; `cli` is the only printer.
//! 13. Migrations are append-only SQL files in `migrations/`, and never call today's Rust.
//! 14. Tests touch only loopback and a temporary folder. They assert order, counts and headers.
//!
//! # Errors: who can do something about it?
//!
//! One enum a module. Variants hold facts, `#[error]` the sentence, `class()` the decision, `code()` the stable
//! word kept in the archive; `cli/failure.rs` knows the advice and the exit code.
//!
//! # Where we left the design, and why
//!
//! * The file as written is no type of its own: `config` reads TOML through [`config`]'s `TomlFile`, the user's file
//!   lying over the built-in one key by key. So a default stands in one place, `config.toml`, and a key that is
//!   not documented there cannot be read.
//! * Folding addresses into a `PageKey` is [`config::Profile::page_key`], not a part of `discover`: `extract` and
//!   `fetch` need it too, and may not know `discover`.
//! * `html` is a folder: it also decodes bytes, and matches many selectors in one walk, because running each
//!   selector over a page costs more than parsing it.
//! * Pages are not cut into regions before they are parsed (what a page means can stand anywhere in it): they are parsed by
//!   `html/quick`, which makes the tree of the standard's algorithm or gives up, in which case `html5ever` parses them. So there
//!   is one tree and one extractor, and "the same answer" is a statement about trees that tests can check (`html/same.rs`).
//! * Pages do not go through `scraper`: `html5ever` builds our own tree (`html/whole.rs`). `scraper` parses the selectors of
//!   a profile (`html/select.rs`), and its tree is what both parsers are compared with in tests.
//! * `flate2` is `discover`'s, too (packed sitemaps), and `zstd` and `sha2` are both `store`'s and `warc`'s: codecs on either side of
//!   a border that would only be moved by wrapping them.
//! * Expectations of `fixtures/pages` are plain `expected.json` files, not `insta` snapshots: any tool reads them.
//! * robots.txt is parsed by `fetch/robots.rs`; README says which cases the crates for it get wrong.
//! * `strum` is used wherever a type has stable words: they are made of the names of its variants, and a test holds them.
//! * The ledger `days` is a view over `day_readings` and `day_pages`, whose counts triggers keep: it cannot disagree with
//!   the pages, whoever changes them, and whenever a run is killed.
//! * Raw pages are compressed against whole pages of their template that the store chooses by likeness, not by era: `store`
//!   does not know eras, and pages of one day are not always of one template.
//! * The full-text index follows at the end of each transaction, not with each article (`store/content/full_text.rs`): FTS5 would write a
//!   segment for each. The next page of a queue is handed out before the transaction that claims it is on the disk: a machine
//!   that dies in between has neither settled the one nor claimed the other.
//! * The id walk is `discover/bisect.rs` (pure), `jobs/id_map.rs` (what is known) and `jobs/ids.rs` (who asks): what an id is, the
//!   archive and the fetcher tell.
//! * What a backfill will take is told by `jobs/survey.rs` and `jobs/forecast.rs` (both pure) and `jobs/outlook.rs`: a dry run
//!   (`jobs/preview.rs`) and the bar of a real one have the same estimate.
//! * `versions`, `blocks`, `links` and `origins` are views: the newest wording, and each paragraph, is stored once.
//!
//! # From code
//!
//! ```
//! use tearsheet::{config::Config, extract::Extractor, model::{CaptureSource, RawPage, Validators}};
//!
//! let extractor = Extractor::new(&Config::default().profile)?;
//! let page = RawPage {
//!     url: Some("https://www.brecorder.com/news/40076038/a-slug".parse()?),
//!     body: "<h1 class=story__title>Rupee firm</h1><div class=story__content><p>KARACHI: It held.</p></div>".into(),
//!     content_type: None,
//!     captured_at: Some("2021-03-08".parse()?),
//!     source: CaptureSource::File,
//!     status: None,
//!     validators: Validators::default(),
//!     heads: None,
//! };
//! let read = extractor.extract(&page);
//! assert_eq!(read.draft.headline.as_deref(), Some("Rupee firm"));
//! assert_eq!(read.draft.dateline.as_deref(), Some("KARACHI"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Code map
//!
//! Read top to bottom; a module may use only those above it that the tidy test grants it.
//!
//! * [`model`]: the vocabulary. Plain values, no I/O.
//! * [`config`]: `config.toml` over its defaults, validated whole; the profile of a site.
//! * [`html`]: the DOM wrapped: parse, decode, walk, match.
//! * [`warc`]: web archives and saved pages, in and out: a codec.
//! * [`discover`]: feeds, sitemaps, listings. Says what to read and parses what came.
//! * [`fetch`]: polite HTTP. The only module that opens a socket to the site.
//! * [`extract`]: bytes to draft, strip and warnings. Pure and total.
//! * [`store`]: the archive. The only module that knows SQL.
//! * [`jobs`]: moves values between the four above.
//! * [`demo`]: the miniature news site of `tearsheet demo` and the tests, served on loopback.
//! * [`export`]: what other programs read: rows, answers, charts and web archives.
//! * [`cli`]: arguments in, text and exit codes out.

pub mod model;

pub mod config;
pub mod html;
pub mod warc;

pub mod discover;
pub mod extract;
pub mod fetch;
pub mod store;

pub mod demo;
pub mod jobs;

pub mod export;

pub mod cli;
