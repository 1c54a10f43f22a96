//! What a story names: words that may be ticker symbols, and companies by their names. Which words are symbols, the archive
//! knows (`store`); which names are companies, the profile knows (`config`). This file only holds what was found.

/// What a story names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Words in capitals, each once. A word that is a known symbol is a mention of it.
    pub capitals: Vec<String>,
    /// Symbols of companies that are named by their names.
    pub companies: Vec<String>,
}

/// The length of the longest symbol.
const SYMBOL_MAX: usize = 12;

/// Returns the words in capitals of some texts, each once: letters and digits, at least one letter, at least two characters.
/// `KSE-100` gives `KSE100` as well.
pub fn capitals<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut push = |word: &str| {
        let is_symbol = (2..=SYMBOL_MAX).contains(&word.len())
            && word.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
            && word.bytes().any(|it| it.is_ascii_uppercase());
        if is_symbol && !words.iter().any(|it| it == word) {
            words.push(word.to_owned());
        }
    };
    for text in texts {
        for word in text.split(|it: char| !(it.is_alphanumeric() || it == '-')) {
            // Most words are not in capitals: two letters tell.
            if !word.bytes().take(2).all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()) {
                continue;
            }
            if word.contains('-') {
                push(&word.replace('-', ""));
                word.split('-').for_each(&mut push);
            } else {
                push(word);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_capitals_may_be_symbols() {
        let found = capitals([
            "OGDC and PPL rose; the KSE-100 fell. (HBL)",
            "OGDC’s profit, Ogdc, A, 100, SNGP.",
        ]);
        assert_eq!(found, ["OGDC", "PPL", "KSE100", "KSE", "HBL", "SNGP"]);
    }
}
