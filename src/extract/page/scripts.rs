//! The story in the scripts of a page that shows no text: pages that are made by a script in the browser carry what it makes them
//! from, as strings of JSON (`__NEXT_DATA__`, `__next_f`).
//!
//! Nothing is known of the shape of such data, which is another for each site: strings that are sentences are taken, in order, of
//! the script that has most of them. It is asked last, where there is no other text.

use crate::{
    extract::text::{ends_sentence, fold},
    html::{Element, unescape},
    model::{Block, BlockKind},
};

/// A shorter string is a label, or a name.
const SENTENCE_CHARS_MIN: usize = 60;
/// The fewest characters that the sentences of a script must have together to be a story.
const STORY_CHARS_MIN: usize = 400;
/// The most sentences of a story.
const SENTENCES_MAX: usize = 1000;
/// Strings stand in strings: a script is written into a script.
const DEPTH_MAX: usize = 2;
/// The least percentage of letters and blanks among the characters of a sentence.
const WORDS_PERCENT_MIN: usize = 90;

/// Returns the paragraphs that the scripts of a page hold; none where they hold no story.
pub(super) fn story(root: Element<'_>) -> Vec<Block> {
    let scripts = root.descendants().filter(|it| it.name() == "script");
    let mut paragraphs: Vec<String> = Vec::new();
    // One push follows the other: what they push together is the page.
    let mut pushed: Vec<String> = Vec::new();
    for script in scripts {
        let text = script.text();
        let is_push = text.contains(".push(");
        let mut found = if is_push { std::mem::take(&mut pushed) } else { Vec::new() };
        collect(&text, 0, &mut found);
        if length(&paragraphs) < length(&found) {
            paragraphs.clone_from(&found);
        }
        if is_push {
            pushed = found;
        }
    }
    if length(&paragraphs) < STORY_CHARS_MIN {
        return Vec::new();
    }
    let block = |text| Block { kind: BlockKind::Paragraph, text, url: None };
    paragraphs.into_iter().map(block).collect()
}

fn length(paragraphs: &[String]) -> usize {
    paragraphs.iter().map(|it| it.chars().count()).sum()
}

/// Collects the sentences among the strings in a text.
fn collect(text: &str, depth: usize, found: &mut Vec<String>) {
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let Some(length) = end_of_string(&rest[start + 1..]) else { return };
        let written = &rest[start..start + length + 2];
        rest = &rest[start + length + 2..];
        if written.len() < SENTENCE_CHARS_MIN {
            continue;
        }
        let Ok(string) = serde_json::from_str::<String>(written) else { continue };
        if depth < DEPTH_MAX && string.contains("\":") {
            collect(&string, depth + 1, found);
            continue;
        }
        for line in unescape(&string.replace("</p>", "</p>\n")).lines().map(fold) {
            if found.len() < SENTENCES_MAX && is_sentence(&line) && !found.contains(&line) {
                found.push(line);
            }
        }
    }
}

/// Returns the place of the quote that ends a string.
fn end_of_string(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

fn is_sentence(line: &str) -> bool {
    let count = line.chars().count();
    let of_words = line.chars().filter(|it| it.is_alphabetic() || it.is_whitespace()).count();
    let is_code = line.contains(['{', '}', '=', ';']) || line.contains("://");
    SENTENCE_CHARS_MIN <= count
        && !is_code
        && count * WORDS_PERCENT_MIN <= of_words * 100
        && ends_sentence(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::Document;

    const SAID: &str = "The harbour was busy on the day, and nobody went home before it was dark.";

    #[track_caller]
    fn check(script: &str, expect: usize) {
        let page = format!("<body><script>var x = 1;</script><script>{script}</script></body>");
        let page = Document::parse(&page);
        assert_eq!(story(page.root()).len(), expect, "{script}");
    }

    #[test]
    fn sentences_in_strings_are_the_story() {
        let sentences: Vec<String> =
            (0..8).map(|it| SAID.replace("day", &format!("day {it}"))).collect();
        let list = serde_json::to_string(&sentences).expect("JSON");
        check(&format!("{{\"props\":{{\"id\":\"x\",\"body\":{list}}}}}"), 8);
        let inner = format!("5:[\"$\",\"p\",null,{{\"children\":{list}}}]");
        check(&format!("self.__next_f.push([1,{}])", serde_json::to_string(&inner).expect("JSON")), 8);
        let html = format!("<p>{}</p>", sentences.join("</p><p>"));
        check(&format!("{{\"body\":{}}}", serde_json::to_string(&html).expect("JSON")), 8);
        check(&format!("{{\"body\":\"{SAID}\"}}"), 0);
        check("var a = \"function(x) { return x; }\";", 0);
    }
}
