//! A number with its noun, for people: "1 feed", "2 new pages", "3 stories". Programs read numbers as fields, and never this.

/// Returns a number with its noun, which is given for one: `new story` for "1 new story" and "2 new stories".
pub fn counted(count: u64, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("{count} {noun}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_all_else_is_many() {
        let check = |count: u64, noun: &str, expect: &str| assert_eq!(counted(count, noun), expect);
        check(1, "feed", "1 feed");
        check(0, "feed", "0 feeds");
        check(2, "story", "2 stories");
        check(3, "day", "3 days");
        check(4, "new page", "4 new pages");
    }
}
