//! `tearsheet` archives a financial news site: it finds article pages, fetches them politely, separates the
//! ticker strip, headline, byline, body and related links, and stores them in one SQLite file, keyed by date,
//! with the raw page beside them.
//!
//! How the parts fit together, which rules hold everywhere, and where to look for what: `docs/architecture.md`.
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
//!     feed: None,
//! };
//! let read = extractor.extract(&page);
//! assert_eq!(read.draft.headline.as_deref(), Some("Rupee firm"));
//! assert_eq!(read.draft.dateline.as_deref(), Some("KARACHI"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Code map
//!
//! Lowest first, the other way round than in `docs/architecture.md`. A module may use only those above it here, and of these only what
//! `tests/it/tidy.rs` grants it.
//!
//! * [`model`]: the vocabulary. Plain values, no I/O.
//! * [`clock`]: the clock of this machine.
//! * [`config`]: `config.toml` over its defaults, validated whole; the profile of a site.
//! * [`coding`]: content codings of HTTP: the packing taken off, as browsers do it.
//! * [`html`]: the DOM wrapped: parse, decode, walk, match.
//! * [`image`]: which bytes are a picture, of what type and size: a codec that decodes none.
//! * [`feed`]: RSS, Atom and JSON Feed, and XML as templates write it: a codec.
//! * [`warc`]: web archives and saved pages, in and out: a codec.
//! * [`discover`]: feeds, sitemaps, listings. Says what to read and parses what came.
//! * [`fetch`]: polite HTTP. The only module that opens a socket to the site.
//! * [`extract`]: bytes to draft, strip and warnings. Pure and total.
//! * [`store`]: the archive. The only module that knows SQL.
//! * [`jobs`]: moves values between the four above.
//! * [`demo`]: the miniature news site of `tearsheet demo` and the tests, served on loopback.
//! * [`export`]: what other programs read: rows, answers, charts and web archives.
//! * [`web`]: the archive as a paper to leaf through, for a browser on this machine.
//! * [`cli`]: arguments in, text and exit codes out.

pub mod model;

pub mod clock;
pub mod coding;
pub mod config;
pub mod html;
pub mod image;
pub mod warc;

pub mod feed;

pub mod discover;
pub mod extract;
pub mod fetch;
pub mod store;

pub mod demo;
pub mod jobs;

pub mod export;

pub mod web;

pub mod cli;
