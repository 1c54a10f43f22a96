//! How much of one text stands in another: the five-word shingles that both have (Broder 1997).

use std::hash::Hasher;

use siphasher::sip::SipHasher13;

/// Words in a shingle.
const WORDS: usize = 5;

/// The shingles of a text, as sorted hashes, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shingles(Vec<u64>);

impl Shingles {
    /// Returns the shingles of a text. Words are letters and digits, in lower case.
    pub fn of(text: &str) -> Self {
        let words: Vec<u64> =
            text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).map(hash).collect();
        let shingle = |words: &[u64]| {
            let mut hasher = SipHasher13::new();
            for word in words {
                hasher.write_u64(*word);
            }
            hasher.finish()
        };
        let mut hashes: Vec<u64> = words.windows(WORDS).map(shingle).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// Returns the number of shingles.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the text has fewer words than a shingle.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns one of about `rate` of the shingles: the same ones of every text that has them.
    pub fn sample(&self, rate: u64) -> impl Iterator<Item = u64> {
        self.0.iter().copied().filter(move |it| it % rate == 0)
    }

    /// Returns the number of shingles that another text has, too.
    pub fn shared_with(&self, other: &Self) -> usize {
        let (mut own, mut others) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (own.peek(), others.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => drop(own.next()),
                std::cmp::Ordering::Greater => drop(others.next()),
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    own.next();
                    others.next();
                }
            }
        }
        shared
    }

    /// Returns the number of shingles that at least one of several texts has, too.
    pub fn shared_with_any(&self, others: &[&Self]) -> usize {
        self.0.iter().filter(|it| others.iter().any(|other| other.0.binary_search(it).is_ok())).count()
    }
}

/// Returns the hash of a word in lower case (FNV-1a): five of them go through a better one.
fn hash(word: &str) -> u64 {
    let mix = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let begin = 0xcbf2_9ce4_8422_2325;
    if word.is_ascii() {
        word.bytes().map(|it| it.to_ascii_lowercase()).fold(begin, mix)
    } else {
        word.to_lowercase().bytes().fold(begin, mix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_counted() {
        let shared = |a: &str, b: &str| Shingles::of(a).shared_with(&Shingles::of(b));
        let text = "one two three four five six seven";
        assert_eq!(Shingles::of(text).len(), 3);
        assert_eq!(shared(text, "One, two; three – four five six seven!"), 3);
        assert_eq!(shared(text, "two three four five six"), 1);
        assert_eq!(shared(text, "seven six five four three two one"), 0);
        assert!(Shingles::of("one two three four").is_empty());
        let parts =
            [&Shingles::of("one two three four five"), &Shingles::of("three four five six seven")];
        assert_eq!(Shingles::of(text).shared_with_any(&parts), 2);
    }
}
