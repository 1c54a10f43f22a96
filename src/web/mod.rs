//! Pages out: the miniature news site that `demo` and the tests scrape, served on loopback.

mod miniature;

pub use miniature::Miniature;
