//! JSON as templates write it: what is no JSON is read as it was meant, in one pass over the text.
//!
//! The flaws are those of public reports: a comma too much or too little, comments, line breaks and unescaped quotes in strings,
//! escapes that there are not (`\'`), half of a surrogate pair, several objects one after the other, a block that was escaped as
//! HTML. It only reads; that a block was flawed is for the caller to say, who tries the strict reader first.

use std::{borrow::Cow, iter::Peekable, str::CharIndices};

use serde_json::{Map, Number, Value};

use crate::html::unescape;

/// Deeper nesting is no metadata.
const DEPTH_MAX: usize = 64;

/// Reads a text forward.
struct LenientReader<'t> {
    text: &'t str,
    chars: Peekable<CharIndices<'t>>,
}

/// Returns what a text says, several values as a list. `None` for a text in which no object or list begins.
pub(super) fn read(text: &str) -> Option<Value> {
    let is_escaped = !text.contains('"') && text.contains("&quot;");
    let text = if is_escaped { Cow::Owned(unescape(text)) } else { Cow::Borrowed(text) };
    let mut reader = LenientReader { text: &text, chars: text.char_indices().peekable() };
    let mut values = Vec::new();
    while let Some((_, ch)) = reader.chars.peek().copied() {
        if matches!(ch, '{' | '[') {
            values.push(reader.value(0));
        } else {
            reader.chars.next();
        }
    }
    if values.len() < 2 { values.pop() } else { Some(Value::Array(values)) }
}

impl LenientReader<'_> {
    fn next(&mut self) -> Option<char> {
        self.chars.next().map(|it| it.1)
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|it| it.1)
    }

    /// Returns what has not been read.
    fn rest(&mut self) -> &str {
        let at = self.chars.peek().map_or(self.text.len(), |it| it.0);
        &self.text[at..]
    }

    /// Skips blanks and comments.
    fn skip_blanks(&mut self) {
        while let Some(ch) = self.peek() {
            if ch == '/' && self.rest().starts_with("//") {
                while self.next().is_some_and(|it| it != '\n') {}
            } else if ch == '/' && self.rest().starts_with("/*") {
                let mut last = ' ';
                while let Some(ch) = self.next().filter(|it| (last, *it) != ('*', '/')) {
                    last = ch;
                }
            } else if ch.is_whitespace() || ch.is_control() {
                self.next();
            } else {
                return;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        self.skip_blanks();
        match self.peek() {
            Some('{') => self.object(depth + 1),
            Some('[') => self.list(depth + 1),
            Some('"') => Value::String(self.string()),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        self.next();
        let mut object = Map::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => break,
                Some('}') => {
                    self.next();
                    break;
                }
                Some('"') if depth < DEPTH_MAX => {
                    let key = self.string();
                    self.skip_blanks();
                    if self.peek() == Some(':') {
                        self.next();
                        let value = self.value(depth);
                        object.entry(key).or_insert(value);
                    }
                }
                // A comma, or something that cannot be meant.
                Some(_) => {
                    self.next();
                }
            }
        }
        Value::Object(object)
    }

    fn list(&mut self, depth: usize) -> Value {
        self.next();
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => break,
                Some(']') => {
                    self.next();
                    break;
                }
                Some(',' | ':' | '}') => {
                    self.next();
                }
                Some(_) if depth < DEPTH_MAX => items.push(self.value(depth)),
                Some(_) => {
                    self.next();
                }
            }
        }
        Value::Array(items)
    }

    /// Reads `true`, a number, or a word that is none of JSON's: nothing is known of its value.
    fn word(&mut self) -> Value {
        let mut word = String::new();
        while let Some(ch) =
            self.peek().filter(|it| !matches!(it, ',' | ':' | '}' | ']' | '{' | '[' | '"'))
        {
            word.push(ch);
            self.next();
        }
        match word.trim() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            word => word.parse::<Number>().map_or(Value::Null, Value::Number),
        }
    }

    /// Reads a string up to the quote after which JSON goes on.
    fn string(&mut self) -> String {
        self.next();
        let mut string = String::new();
        while let Some(ch) = self.next() {
            match ch {
                '"' if self.is_end() => break,
                '\\' => self.escape(&mut string),
                _ if ch.is_control() => string.push(if ch == '\n' { '\n' } else { ' ' }),
                _ => string.push(ch),
            }
        }
        string
    }

    /// Whether what follows a quote is what follows a string; else the quote is one of its characters.
    fn is_end(&mut self) -> bool {
        let mut after = self.rest().trim_start().chars();
        match after.next() {
            None | Some(':' | '}' | ']' | '/') => true,
            Some(',') => {
                let next = after.as_str().trim_start().chars().next();
                next.is_none_or(|it| {
                    matches!(it, '"' | '{' | '[' | '}' | ']' | '/' | '-' | 't' | 'f' | 'n')
                }) || next.is_some_and(|it| it.is_ascii_digit())
            }
            // A comma was forgotten.
            Some('"') => self.rest().starts_with(['\n', '\r']),
            Some(_) => false,
        }
    }

    /// Reads on after a backslash.
    fn escape(&mut self, string: &mut String) {
        match self.next() {
            Some('n') => string.push('\n'),
            Some('t' | 'r' | 'b' | 'f') => string.push(' '),
            Some('u') => {
                let unit = self.code_unit();
                let is_high = unit.is_some_and(|it| (0xD800..0xDC00).contains(&it));
                let low = is_high && self.rest().starts_with("\\u");
                let units = if low {
                    self.next();
                    self.next();
                    [unit, self.code_unit()]
                } else {
                    [unit, None]
                };
                // Half of a pair is no character.
                string.extend(char::decode_utf16(units.into_iter().flatten()).flatten());
            }
            Some(ch) => string.push(ch),
            None => {}
        }
    }

    fn code_unit(&mut self) -> Option<u16> {
        let digits = self.rest().get(..4)?;
        let unit = u16::from_str_radix(digits, 16).ok()?;
        (0..4).for_each(|_| {
            self.next();
        });
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let expect: Value = serde_json::from_str(expect).expect("the expectation is JSON");
        assert_eq!(read(text), Some(expect), "{text}");
    }

    #[test]
    fn what_is_no_json_is_read_as_it_was_meant() {
        check(r#"{"a":1,"b":[2,],}"#, r#"{"a":1,"b":[2]}"#);
        check("{\"a\":1, // by hand\n\"b\":/* x */2}", r#"{"a":1,"b":2}"#);
        check("{\"a\":\"one\ntwo\ty\"}", r#"{"a":"one\ntwo y"}"#);
        check(r#"{"a":"the mills\' price","b":"x"}"#, r#"{"a":"the mills' price","b":"x"}"#);
        check(r#"{"a":"glad \ud83d","b":"\ud83d\ude00"}"#, r#"{"a":"glad ","b":"😀"}"#);
        check(r#"{"a":"he said "no" to it","b":"x"}"#, r#"{"a":"he said \"no\" to it","b":"x"}"#);
        check(
            r#"{"a":"he said "no", and went","b":"x"}"#,
            r#"{"a":"he said \"no\", and went","b":"x"}"#,
        );
        check("{\"a\":1}\n{\"b\":2}", r#"[{"a":1},{"b":2}]"#);
        check("{&quot;a&quot;:&quot;x &amp; y&quot;}", r#"{"a":"x & y"}"#);
        check("{\"a\":\"x\"\n\"b\":\"y\"}", r#"{"a":"x","b":"y"}"#);
        check(r#"{"a":undefined,"b":true,"c":-1.5}"#, r#"{"a":null,"b":true,"c":-1.5}"#);
        check(r#"{"a":{"b":"x""#, r#"{"a":{"b":"x"}}"#);
        assert_eq!(read("nothing at all"), None);
    }

    proptest! {
        #[test]
        fn what_is_json_is_read_as_the_strict_reader_reads_it(
            texts in proptest::collection::vec("[^\\p{C}\"\\\\]{0,12}", 0..6),
            number in any::<i32>(),
        ) {
            let value = serde_json::json!({"a": texts, "b": {"c": number, "d": [null, true]}});
            prop_assert_eq!(read(&value.to_string()), Some(value));
        }

        /// Whatever the text, reading ends, and no more comes out than went in.
        #[test]
        fn whatever_is_read_comes_from_the_text(text in "[\\[\\]{}\",:\\\\/a-u0-9 \n]{0,200}") {
            let size = read(&text).map_or(0, |it| it.to_string().len());
            prop_assert!(size <= 8 * text.len() + 16, "{size}");
        }
    }
}
