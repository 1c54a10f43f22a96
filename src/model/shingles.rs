//! How much of one text stands in another: the five-word shingles that both have (Broder 1997).

/// Words in a shingle.
const WORDS: usize = 5;
/// Letters of a word, about, with the blank after it.
const LETTERS_OF_WORD: usize = 5;

/// The shingles of a text, as sorted hashes, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shingles(Vec<u64>);

impl Shingles {
    /// Returns the shingles of a text. Words are letters and digits, in lower case.
    pub fn of(text: &str) -> Self {
        let words = words(text);
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

/// Letters and digits of ASCII in lower case; 0 for every other byte.
const LOWER: [u8; 256] = {
    let mut lower = [0; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        if byte.is_ascii_alphanumeric() {
            lower[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    lower
};

/// Returns the hashes of the words of a text, in lower case (FNV-1a), in one walk over its letters.
fn words(text: &str) -> Vec<u64> {
    const BEGIN: u64 = 0xcbf2_9ce4_8422_2325;
    let mix = |sum: u64, letter: u32| (sum ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3);
    let mut words = Vec::with_capacity(text.len() / LETTERS_OF_WORD);
    let (mut sum, mut is_word, mut at) = (BEGIN, false, 0);
    // Over bytes, most of which are letters by themselves.
    while let Some(byte) = text.as_bytes().get(at) {
        at += 1;
        let lower = LOWER[usize::from(*byte)];
        if lower != 0 {
            sum = mix(sum, u32::from(lower));
            is_word = true;
            continue;
        }
        if !byte.is_ascii() {
            let letter = text[at - 1..].chars().next().unwrap_or_default();
            at += letter.len_utf8() - 1;
            if letter.is_alphanumeric() {
                sum = letter.to_lowercase().fold(sum, |sum, letter| mix(sum, u32::from(letter)));
                is_word = true;
                continue;
            }
        }
        if is_word {
            words.push(sum);
            (sum, is_word) = (BEGIN, false);
        }
    }
    words.extend(is_word.then_some(sum));
    words
}

/// Returns the hash of some words in their order. The sample is taken by its value, so each bit depends on all of the words.
fn shingle(words: &[u64]) -> u64 {
    let sum = words
        .iter()
        .fold(0_u64, |sum, word| sum.rotate_left(11).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ word);
    // The end of MurmurHash3.
    let mixed = (sum ^ (sum >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    mixed ^ (mixed >> 33)
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
        assert_eq!(shared("ÜBER Ängste, größer als fünf", "über ängste größer ALS FÜNF."), 1);
        assert_eq!(shared("a b c d e", "b a c d e"), 0);
        assert_eq!(shared("a b c d e", "ab c d e f"), 0);
        assert!(Shingles::of("one two three four").is_empty());
        let parts =
            [&Shingles::of("one two three four five"), &Shingles::of("three four five six seven")];
        assert_eq!(Shingles::of(text).shared_with_any(&parts), 2);
    }
}
