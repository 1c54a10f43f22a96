//! The identity of a page. Which addresses are one page is a fact of the site (`config::Profile::page_key`); here is only
//! what comes out. It has a file of its own because every layer uses it, with or without the page.

use std::fmt;

/// The host and the site's own id, which together identify a page. Slug, scheme, `www`, AMP
/// twins and trailing parts are not in it (site profile notes, "URLs, ids, discovery").
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageKey {
    /// The profile's name of the host, never an alias. Each host is an id space of its own.
    pub host: String,
    /// The id as the address spells it. Text, because another site's ids may be words.
    pub id: String,
}

impl fmt::Display for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.id)
    }
}
