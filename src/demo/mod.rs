//! The fake news site that `tearsheet demo` and the tests scrape, served on loopback. It knows nothing of the archive and of the
//! jobs, which meet it over HTTP as they meet any site. It is not part of the web page for readers, because that page shows
//! what is in an archive, while this site is what a demo's archive is made from.

mod miniature;

pub use miniature::{EarlierPage, Miniature};
