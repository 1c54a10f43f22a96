//! A text read forward, a piece at a time. Every piece has a longest form, so that a try at any place ends soon.
//!
//! It knows digits, words and blanks; what they mean for a date is not known here.

/// More blanks in a row are not between the parts of one date.
const BLANKS_MAX: usize = 16;
/// The most digits of a number in a date.
const DIGITS_MAX: usize = 20;
/// The most characters of the name of a day or month.
const WORD_CHARS_MAX: usize = 32;

/// A place in a text. Copies are marks to go back to.
#[derive(Clone, Copy)]
pub(super) struct DateCursor<'t> {
    text: &'t str,
    at: usize,
}

/// A run of digits.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    pub(super) value: u64,
    /// How many there are.
    pub(super) count: usize,
}

impl<'t> DateCursor<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    /// Its place in the text, in bytes.
    pub(super) fn at(self) -> usize {
        self.at
    }

    /// Returns what has not been read.
    pub(super) fn rest(self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn peek(self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether the next character is a letter or digit: what was read is only the beginning of a word.
    pub(super) fn is_in_word(self) -> bool {
        self.peek().is_some_and(is_word_char)
    }

    /// Skips blanks. Returns how many there were.
    pub(super) fn blanks(&mut self) -> usize {
        let run = self.rest().chars().take(BLANKS_MAX).take_while(|it| it.is_whitespace());
        let (mut count, mut length) = (0, 0);
        for ch in run {
            count += 1;
            length += ch.len_utf8();
        }
        self.at += length;
        count
    }

    /// Skips one of these characters, if it is the next. Returns it.
    pub(super) fn eat(&mut self, wanted: &[char]) -> Option<char> {
        let found = self.peek().filter(|it| wanted.contains(it))?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Skips a text, if it is the next, in whatever case of ASCII.
    pub(super) fn eat_text(&mut self, wanted: &str) -> bool {
        let is_next = self.rest().get(..wanted.len()).is_some_and(|it| it.eq_ignore_ascii_case(wanted));
        self.at += if is_next { wanted.len() } else { 0 };
        is_next
    }

    /// Reads the whole run of digits that is next. `None` where there is none, or a longer one than any number of a date has.
    pub(super) fn digits(&mut self) -> Option<Digits> {
        let mut found = Digits { value: 0, count: 0 };
        let mut length = 0;
        for ch in self.rest().chars() {
            let Some(digit) = digit_of(ch) else { break };
            if found.count == DIGITS_MAX - 1 {
                return None;
            }
            found.value = found.value * 10 + u64::from(digit);
            found.count += 1;
            length += ch.len_utf8();
        }
        self.at += length;
        (0 < found.count).then_some(found)
    }

    /// Reads a run of one or two digits.
    pub(super) fn short_number(&mut self) -> Option<u32> {
        let found = self.digits().filter(|it| it.count <= 2)?;
        u32::try_from(found.value).ok()
    }

    /// Reads a run of exactly two digits.
    pub(super) fn two_digits(&mut self) -> Option<u32> {
        let found = self.digits().filter(|it| it.count == 2)?;
        u32::try_from(found.value).ok()
    }

    /// Reads a run of letters; empty where there is none, or a longer one than any name.
    pub(super) fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let mut length = 0;
        for (at, ch) in rest.chars().enumerate() {
            if !is_word_char(ch) || digit_of(ch).is_some() {
                break;
            }
            if at == WORD_CHARS_MAX {
                return "";
            }
            length += ch.len_utf8();
        }
        self.at += length;
        &rest[..length]
    }
}

/// Whether a character is a letter, a digit, or a mark that belongs to a letter in the scripts of India.
pub(super) fn is_word_char(ch: char) -> bool {
    ch.is_alphanumeric() || matches!(ch, '\u{900}'..='\u{DFF}' | '\u{300}'..='\u{36F}')
}

/// Returns the value of a decimal digit, in the scripts that dates are written in.
pub(in crate::extract) fn digit_of(ch: char) -> Option<u32> {
    let zero = match ch {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6F0}'..='\u{6F9}' => '\u{6F0}',
        '\u{966}'..='\u{96F}' => '\u{966}',
        '\u{9E6}'..='\u{9EF}' => '\u{9E6}',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        _ => return None,
    };
    Some(u32::from(ch) - u32::from(zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_whole_or_not_at_all() {
        let mut cursor = DateCursor::new("  08 März, x", 0);
        assert_eq!(cursor.blanks(), 2);
        assert_eq!(cursor.short_number(), Some(8));
        cursor.blanks();
        assert_eq!(cursor.word(), "März");
        assert_eq!(cursor.eat(&['.', ',']), Some(','));
        assert_eq!(cursor.rest(), " x");
        assert_eq!(DateCursor::new("123", 0).short_number(), None);
        assert!(DateCursor::new(&"9".repeat(40), 0).digits().is_none());
        assert_eq!(DateCursor::new(&"a".repeat(40), 0).word(), "");
        assert_eq!(DateCursor::new("٢٠٢٤", 0).digits().map(|it| it.value), Some(2024));
    }
}
