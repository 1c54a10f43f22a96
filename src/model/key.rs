//! The identity of a page.

use std::fmt;

/// Host and the site's own id: what makes two addresses the same page. Slug, scheme, `www`, AMP
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
