//! The bytes of pages: each body once, compressed against pages that look like it, given back exactly as it came. What the bytes
//! say is kept in `content`.

pub(super) mod bytes;
pub(super) mod pack;
pub(super) mod raw;

mod likeness;
