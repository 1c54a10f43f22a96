//! "Did you mean …?": the name that was probably meant where one does not exist. Symbols to be quoted are found by `instrument`,
//! because they may be codes of boards, too.

use crate::store::{Reader, StoreError};

/// A name that is less alike would only confuse.
const LIKENESS_MIN: f64 = 0.8;

/// Names that stories are asked for by.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskedNames<'a> {
    pub(super) section: Option<&'a str>,
    pub(super) byline: Option<&'a str>,
    pub(super) symbol: Option<&'a str>,
}

/// Returns a sentence for each name that no story has; nothing where all exist.
pub(super) fn unknown_names(reader: &Reader, asked: AskedNames<'_>) -> Result<Vec<String>, StoreError> {
    let mut hints = Vec::new();
    if let Some(name) = asked.section {
        hints.extend(hint("section", name, &reader.sections()?, str::eq_ignore_ascii_case));
    }
    if let Some(name) = asked.byline {
        let is_part = |known: &str, name: &str| known.to_lowercase().contains(&name.to_lowercase());
        hints.extend(hint("byline", name, &reader.bylines()?, is_part));
    }
    if let Some(name) = asked.symbol {
        hints.extend(hint("symbol", name, &reader.symbol_names()?, str::eq_ignore_ascii_case));
    }
    Ok(hints)
}

/// Returns what is said of a name that is none of the known ones.
fn hint(
    what: &str,
    name: &str,
    known: &[String],
    is_same: impl Fn(&str, &str) -> bool,
) -> Option<String> {
    if known.iter().any(|it| is_same(it, name)) {
        return None;
    }
    let likeness = |it: &String| strsim::jaro_winkler(&it.to_lowercase(), &name.to_lowercase());
    let nearest = known.iter().map(|it| (likeness(it), it)).max_by(|a, b| a.0.total_cmp(&b.0));
    Some(match nearest.filter(|it| LIKENESS_MIN <= it.0) {
        Some((_, nearest)) => {
            format!("hint: no story has the {what} `{name}`: did you mean `{nearest}`?")
        }
        None => format!("hint: no story has the {what} `{name}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let known = ["Markets".to_owned(), "Business & Finance".to_owned()];
        let check = |name: &str, expect: Option<&str>| {
            assert_eq!(hint("section", name, &known, str::eq_ignore_ascii_case).as_deref(), expect);
        };
        check("markets", None);
        check("Market", Some("hint: no story has the section `Market`: did you mean `Markets`?"));
        check("Sports", Some("hint: no story has the section `Sports`"));
    }
}
