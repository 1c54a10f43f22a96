//! What the tests share: a scripted site, the real binary, and questions to an archive.

pub(crate) mod clock;
pub(crate) mod papers;
pub(crate) mod program;
pub(crate) mod secure;
pub(crate) mod site;
pub(crate) mod warc;
pub(crate) mod world;
