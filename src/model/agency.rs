//! Which agency a story is from: who signs it, what stands after its dateline, or its last line. The names of agencies are the
//! profile's.

/// An agency stands so near to the beginning of a story, after place and date.
const LEAD_CHARS_MAX: usize = 90;

/// Returns the agency that a story names as its source, spelled as in the profile; `None` if it names none. `first` and `last` are the first
/// and the last paragraph.
pub fn agency_of<'a>(agencies: &'a [String], byline: &str, first: &str, last: &str) -> Option<&'a str> {
    let named = |text: &str| {
        let text = text.trim().trim_matches(['(', ')', '.', '—', '–', '-', '*', ' ']);
        agencies.iter().find(|it| it.eq_ignore_ascii_case(text)).map(String::as_str)
    };
    let signed =
        || byline.split([',', '/', '&', '|', ';', '+']).flat_map(|it| it.split(" and ")).find_map(named);
    // `LONDON, Jan 5 (Reuters) - …`
    let lead_end = first.char_indices().nth(LEAD_CHARS_MAX).map_or(first.len(), |it| it.0);
    let lead = &first[..lead_end];
    let led = || lead.match_indices('(').find_map(|(at, _)| named(lead[at + 1..].split(')').next()?));
    // A line of its own, in brackets, or after a dash.
    let last_line = last.lines().next_back().unwrap_or_default().trim();
    let closed = || {
        let in_brackets = last_line.strip_suffix(')').and_then(|it| it.rsplit_once('(')).map(|it| it.1);
        let after_dash = last_line.rsplit_once(['—', '–', '-']).map(|it| it.1);
        [Some(last_line), in_brackets, after_dash].into_iter().flatten().find_map(named)
    };
    signed().or_else(led).or_else(closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_signs_or_stands_at_an_end() {
        let agencies = ["Reuters".to_owned(), "AFP".to_owned(), "Web Desk".to_owned()];
        let check = |byline: &str, first: &str, last: &str, expect: Option<&str>| {
            assert_eq!(agency_of(&agencies, byline, first, last), expect, "{byline}|{first}|{last}");
        };
        check("Reuters", "", "", Some("Reuters"));
        check("Omar Aziz and AFP", "", "", Some("AFP"));
        check("REUTERS / Web Desk", "", "", Some("Reuters"));
        check("", "LONDON, Jan 5 (Reuters) - Copper rose.", "", Some("Reuters"));
        check("", "Copper rose.", "Nobody said more. —AFP", Some("AFP"));
        check("", "Copper rose.", "Nobody said more. (AFP)", Some("AFP"));
        check("", "Copper rose.", "AFP", Some("AFP"));
        check("Omar Aziz", "He told Reuters that copper rose.", "It rose, AFP said.", None);
        check("", "", "", None);
    }
}
