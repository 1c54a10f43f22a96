//! What drift is told by. The words are those of the archive and of `status --json`; here they are told apart once, so that
//! nobody has to look at how one begins. What a fall means is decided by `jobs`.

use std::fmt;

/// Something that the pages of a run have, or a source they come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The share of pages that have a field (`headline`), or have it from one place (`headline:json-ld`).
    Share(String),
    /// The size of something on a page (`words`), averaged as the logarithm of 1 + the size.
    Size(String),
    /// A source that had news, and what it is now: its address and its state. It is of no page.
    Source(String),
}

const SIZE: &str = "ln ";
const SOURCE: &str = "source ";

/// As the archive writes it: `headline`, `ln words`, `source https://a.example/feed (stale)`.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(name) => f.write_str(name),
            Self::Size(name) => write!(f, "{SIZE}{name}"),
            Self::Source(name) => write!(f, "{SOURCE}{name}"),
        }
    }
}

/// As the archive wrote it.
impl From<&str> for Measure {
    fn from(text: &str) -> Self {
        if let Some(name) = text.strip_prefix(SIZE) {
            Self::Size(name.to_owned())
        } else if let Some(name) = text.strip_prefix(SOURCE) {
            Self::Source(name.to_owned())
        } else {
            Self::Share(text.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_read_as_it_is_written() {
        let check = |text: &str, expect: Measure| {
            assert_eq!(Measure::from(text), expect);
            assert_eq!(expect.to_string(), text);
        };
        check("headline:json-ld", Measure::Share("headline:json-ld".to_owned()));
        check("ln strip rows", Measure::Size("strip rows".to_owned()));
        check(
            "source https://a.example/ (empty)",
            Measure::Source("https://a.example/ (empty)".to_owned()),
        );
    }
}
