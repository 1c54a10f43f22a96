//! What of a text could not be read: counted, and named by kind, so that nothing is dropped in silence. Who reads says what; here
//! is only the account.

/// The length of the words for something that could not be read, in characters.
const WORDS_MAX: usize = 80;
/// How many different words are kept.
const KINDS_MAX: usize = 3;

/// What on a page of a source could not be read: dates, items without an address, places where the markup is broken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// The number of places.
    pub places: usize,
    /// What the first of them are, each kind once.
    words: Vec<String>,
}

impl Unread {
    /// Notes a place that could not be read, and what it is, in words.
    pub fn note(&mut self, what: impl FnOnce() -> String) {
        self.places += 1;
        if self.words.len() < KINDS_MAX {
            let what = what();
            let words: String = what.chars().take(WORDS_MAX).collect();
            if !self.words.contains(&words) {
                self.words.push(words);
            }
        }
    }

    /// Adds what another page of the source could not say.
    pub fn add(&mut self, other: Self) {
        self.places += other.places;
        for words in other.words {
            if self.words.len() < KINDS_MAX && !self.words.contains(&words) {
                self.words.push(words);
            }
        }
    }

    /// Returns what could not be read, in words; `None` where everything was read.
    pub fn words(&self) -> Option<String> {
        let kinds = self.words.join(", ");
        let more = if self.words.len() < self.places { ", ..." } else { "" };
        let noun = if self.places == 1 { "place" } else { "places" };
        (0 < self.places).then(|| format!("not read in {} {noun}: {kinds}{more}", self.places))
    }
}
