//! Who signs a story: whether a text is a byline, a byline taken apart into names, and what stands in a byline without being a name.
//!
//! It knows the shape of names, and of a paper only the bylines that its profile lists: that a name is the publisher's, or an agency's, is
//! decided by the readers of pages.

use crate::config::TextRules;

use super::text::{fold, trim_seams};

/// Words before `by`.
const DEEDS: &[&str] = &[
    "written",
    "published",
    "posted",
    "reported",
    "compiled",
    "story",
    "words",
    "text",
    "report",
    "reporting",
    "article",
    "analysis",
    "opinion",
    "review",
    "interview",
    "edited",
];
/// Words before the names.
const LEADS: &[&str] =
    &["von", "par", "por", "av", "di", "door", "od", "oleh", "text:", "author:", "autor:", "autorin:"];
/// Words between two names. One that is a part of surnames, too, is between two names only if both are of several words.
const SEAMS: &[&str] =
    &[" und ", " et ", " y ", " og ", " och ", " e ", " en ", " i ", " dan ", " & ", " / ", "/"];
/// Letters that people carry after their names. With a comma before them they are no name of their own.
const DEGREES: &[&str] = &[
    "phd", "md", "mba", "cfa", "cpa", "esq", "msc", "ma", "mph", "dphil", "jd", "rn", "obe", "mbe", "mp",
];
/// Parts of a name that a comma may stand before.
const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv"];
/// What templates write where they have no name.
const NOBODY: &[&str] = &[
    "null",
    "undefined",
    "none",
    "admin",
    "administrator",
    "nan",
    "false",
    "true",
    "unknown",
    "anonymous",
];
/// What somebody is, in place of a name after a comma: the last word of it.
const ROLES: &[&str] = &[
    "correspondent",
    "editor",
    "reporter",
    "writer",
    "columnist",
    "analyst",
    "journalist",
    "contributor",
    "producer",
    "columnista",
    "redakteur",
    "redakteurin",
    "korrespondent",
    "korrespondentin",
    "reporterin",
    "journaliste",
    "correspondant",
    "correspondante",
    "periodista",
    "corresponsal",
    "redactor",
    "redactora",
    "giornalista",
    "redacteur",
    "verslaggever",
];
/// The most bytes of initials.
const INITIALS_MAX: usize = 6;
/// The most words of a person's name.
const PERSON_WORDS_MAX: usize = 5;
/// The most words of any name: a longer text is a sentence.
const NAME_WORDS_MAX: usize = 8;
/// The most words of a byline: a longer text is a sentence.
pub(super) const BYLINE_WORDS_MAX: usize = 12;
/// Words between names, and parts of names, that begin with a small letter.
const SMALL_WORDS: [&str; 41] = [
    "and", "&", "|", "of", "for", "the", "in", "/", "-", "de", "bin", "ul", "ur", "al", "und", "et",
    "y", "e", "og", "och", "en", "van", "der", "den", "von", "zu", "del", "della", "di", "da", "dos",
    "das", "la", "le", "du", "el", "ibn", "ter", "ten", "af", "av",
];

/// Returns the names in a byline, each once: `A, B`, `A and B`, `A | B`, `Von A und B`.
pub(super) fn authors(byline: &str) -> Vec<String> {
    let mut authors: Vec<String> = Vec::new();
    for piece in byline.split(['|', ',', ';', '•', '\n']).flat_map(|it| it.split(" and ")) {
        let bare = bare(piece);
        if SUFFIXES.contains(&bare.as_str()) {
            if let Some(last) = authors.last_mut() {
                last.push_str(&format!(" {}", piece.trim()));
            }
            continue;
        }
        let last = piece.split_whitespace().next_back().unwrap_or_default().to_lowercase();
        let is_role = !authors.is_empty() && ROLES.contains(&last.as_str());
        if is_role || DEGREES.contains(&bare.as_str()) {
            continue;
        }
        for name in split_between_names(piece) {
            if let Some(name) = name_in(&name)
                && !authors.contains(&name)
            {
                authors.push(name);
            }
        }
    }
    authors
}

/// Returns the names that a text consists of, without a leading `By`. `None` if it says anything else.
pub(super) fn byline(text: &str) -> Option<String> {
    let text = trim_seams(text);
    let names = after_by(text).map(|it| it.strip_suffix(" on").unwrap_or(it));
    let text = names.or_else(|| after_lead(text)).unwrap_or(text);
    let is_name = |word: &str| {
        let is_small = SMALL_WORDS.contains(&word);
        is_small || word.starts_with(|it: char| it.is_uppercase() || it == '(' || !it.is_ascii())
    };
    let words = text.split(' ').count();
    let is_names = !text.is_empty()
        && words <= BYLINE_WORDS_MAX
        && text.split(' ').all(is_name)
        && !text.contains(':')
        && !text.ends_with(['.', '!', '?', '\u{2026}'])
        && text.contains(char::is_alphabetic);
    is_names.then(|| text.to_owned())
}

/// Whether a line is a byline although it has no date: it begins with `By`, `Von` or the like, or is a name of the profile.
pub(super) fn is_sure_byline(text: &str, rules: &TextRules) -> bool {
    let says_by = || after_by(trim_seams(text)).is_some() || is_led(trim_seams(text));
    (says_by() && byline(text).is_some()) || rules.bylines.has(text)
}

/// Returns what stands after `By`, `Written by` and the like; `None` where a text does not begin so.
pub(super) fn after_by(text: &str) -> Option<&str> {
    let is = |word: &str, wanted: &[&str]| wanted.iter().any(|it| it.eq_ignore_ascii_case(word));
    let (first, rest) = text.split_once(' ')?;
    if is(first, &["by"]) {
        return Some(rest.trim_start());
    }
    let (second, rest) = rest.split_once(' ')?;
    (is(first, DEEDS) && is(second, &["by"])).then(|| rest.trim_start())
}

/// Returns what stands after a word that names follow in any language, where it is no capital word and so no name itself: `di Ada Reed`,
/// `Text: Ada Reed`.
pub(super) fn after_lead(text: &str) -> Option<&str> {
    let (lead, names) = text.split_once(' ')?;
    let is_word = lead.ends_with(':') || lead.starts_with(char::is_lowercase);
    (is_word && LEADS.iter().any(|it| it.eq_ignore_ascii_case(lead))).then(|| names.trim_start())
}

/// Whether a text is a word that names follow in some language, and two words or more: `Von Ada Reed`.
fn is_led(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(lead, names)| {
        LEADS.iter().any(|it| it.eq_ignore_ascii_case(lead)) && names.contains(' ')
    })
}

/// Whether a name is a person's by its words: two to five, and none of those that titles have and names have not.
pub(super) fn is_person(name: &str) -> bool {
    let is_of_title = |it: &str| matches!(it, "of" | "the" | "for" | "in");
    (2..=PERSON_WORDS_MAX).contains(&name.split(' ').count())
        && !name.split(' ').any(|it| is_of_title(&it.to_lowercase()))
        && !name.contains(|it: char| it.is_ascii_digit())
}

/// Whether a text could be what a person or an agency is called: no address, number, or word of a template.
pub(super) fn is_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_address = lower.starts_with("http")
        || lower.contains("www.")
        || lower.contains('@') && !lower.starts_with('@')
        || (!lower.contains(' ') && lower.contains('/'));
    text.chars().any(char::is_alphabetic) && !is_address && !NOBODY.contains(&lower.as_str())
}

/// Returns the letters and digits of a word in lower case, for asking a list.
fn bare(word: &str) -> String {
    let letters = word.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Takes names apart where a word between two stands that may be a part of a surname.
fn split_between_names(text: &str) -> Vec<String> {
    let words = |it: &str| it.split_whitespace().count();
    for seam in SEAMS {
        let Some((left, right)) = text.split_once(seam) else { continue };
        let (left, right) = (without_lead(left), right.trim());
        if 2 <= words(left) && 2 <= words(right) && words(left) <= NAME_WORDS_MAX {
            let mut names = vec![left.to_owned()];
            names.extend(split_between_names(right));
            return names;
        }
    }
    vec![text.to_owned()]
}

fn without_lead(text: &str) -> &str {
    let text = trim_seams(text);
    let text = after_by(text).map_or(text, trim_seams);
    match text.split_once(' ') {
        Some((lead, names)) if LEADS.iter().any(|it| it.eq_ignore_ascii_case(lead)) => trim_seams(names),
        _ => text,
    }
}

/// Returns the name in a piece of a byline: `zed@example.com (Zed Qux)` has one in brackets.
fn name_in(piece: &str) -> Option<String> {
    let piece = without_lead(piece);
    let is_mail = |it: &&str| it.contains('@') && it.contains('.');
    if !piece.split_whitespace().any(|it| is_mail(&it)) {
        return Some(without_place(without_initials(piece)).to_owned()).filter(|it| is_name(it));
    }
    let rest: Vec<&str> = piece.split_whitespace().filter(|it| !is_mail(it)).collect();
    let rest = rest.join(" ");
    let name = fold(rest.trim_matches(|it: char| "()<>[] ".contains(it)));
    Some(name).filter(|it| is_name(it))
}

/// Returns a name without the place that is said after it: `Ada Reed in Milltown`.
fn without_place(name: &str) -> &str {
    let before = name.split_once(" in ").map(|it| it.0);
    before.filter(|it| it.contains(' ')).unwrap_or(name)
}

/// Returns a name without the initials that agencies and desks put after it: `Ada Reed (are)`.
fn without_initials(name: &str) -> &str {
    let initials = name.strip_suffix(')').and_then(|it| it.split_once(" ("));
    match initials {
        Some((name, it))
            if it.len() <= INITIALS_MAX && it.chars().all(|it| it.is_lowercase() || it == '.') =>
        {
            name
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(byline: &str, names: &[&str]) {
        assert_eq!(authors(byline), names, "{byline}");
    }

    #[test]
    fn several_authors_are_told_apart() {
        check("Ali Khan and Sara Malik", &["Ali Khan", "Sara Malik"]);
        check("A B | C D, E F", &["A B", "C D", "E F"]);
        check("BR Web Desk", &["BR Web Desk"]);
        check("Von Ada Reed und Bob Lee", &["Ada Reed", "Bob Lee"]);
        check("Ada Reed, Bob Lee et Cara Mo", &["Ada Reed", "Bob Lee", "Cara Mo"]);
        check("Ada Reed og Bob Lee", &["Ada Reed", "Bob Lee"]);
        check("José Ruiz y Vega", &["José Ruiz y Vega"]);
        check("By Ada Reed and Bob Lee", &["Ada Reed", "Bob Lee"]);
    }

    #[test]
    fn what_stands_before_and_after_a_name_is_no_part_of_it() {
        check("Written by Ada Reed", &["Ada Reed"]);
        check("Story by Ada Reed and Bob Lee", &["Ada Reed", "Bob Lee"]);
        check("Ada Reed in Milltown and Bob Lee in Oldtown", &["Ada Reed", "Bob Lee"]);
        check("Ada Reed, Trade Correspondent", &["Ada Reed"]);
        check("Text: Ada Reed", &["Ada Reed"]);
        // Nobody else signs.
        check("Staff Reporter", &["Staff Reporter"]);
        check("Made in Italy", &["Made in Italy"]);
        assert_eq!(after_by("Written by Ada Reed"), Some("Ada Reed"));
        assert_eq!(after_by("Ada by Reed"), None);
        assert_eq!(after_lead("di Ada Reed"), Some("Ada Reed"));
        assert_eq!(after_lead("Di Ada Reed"), None);
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        check("Zed Qux, PhD", &["Zed Qux"]);
        check("Zed Qux (zqu), Ada Reed (Town)", &["Zed Qux", "Ada Reed (Town)"]);
        check("Zed Qux, Jr., Ada Reed", &["Zed Qux Jr.", "Ada Reed"]);
        check("zed@mill.example (Zed Qux)", &["Zed Qux"]);
        for none in [
            "undefined",
            "null",
            "www.mill.example",
            "https://mill.example/a",
            "12345",
            "desk@mill.example",
            "",
        ] {
            check(none, &[]);
        }
    }
}
