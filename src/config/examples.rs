//! Texts that a pattern matches: what it takes to try a pattern before there is a page.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Whether a pattern can match anything at all.
pub(super) fn can_match(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok_and(|it| it.properties().minimum_len().is_some())
}

/// Returns a text that the group of a name matches; `None` where there is no such group or it matches nothing.
pub(super) fn of_group(pattern: &str, name: &str) -> Option<String> {
    let parsed = regex_syntax::parse(pattern).ok()?;
    example(group(&parsed, name)?)
}

fn group<'h>(hir: &'h Hir, name: &str) -> Option<&'h Hir> {
    match hir.kind() {
        HirKind::Capture(found) if found.name.as_deref() == Some(name) => Some(&found.sub),
        HirKind::Capture(other) => group(&other.sub, name),
        HirKind::Repetition(it) => group(&it.sub, name),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().find_map(|it| group(it, name))
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

/// A longer example is no id.
const EXAMPLE_BYTES_MAX: usize = 200;

/// Returns a short text that an expression matches: of several letters one that an address may have. `None` where there is no short one.
fn example(hir: &Hir) -> Option<String> {
    if hir.properties().minimum_len()? > EXAMPLE_BYTES_MAX {
        return None;
    }
    Some(match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(text) => String::from_utf8(text.0.to_vec()).ok()?,
        HirKind::Class(Class::Unicode(class)) => {
            let holds =
                |letter: &char| class.ranges().iter().any(|it| (it.start()..=it.end()).contains(letter));
            let usual = ('1'..='9').chain('a'..='z').chain('A'..='Z').chain(['0', '-', '_']);
            usual.clone().find(holds).or_else(|| Some(class.ranges().first()?.start()))?.to_string()
        }
        HirKind::Class(Class::Bytes(class)) => char::from(class.ranges().first()?.start()).to_string(),
        HirKind::Repetition(it) => {
            let times = it.min.max(1).min(it.max.unwrap_or(u32::MAX));
            example(&it.sub)?.repeat(times as usize)
        }
        HirKind::Capture(it) => example(&it.sub)?,
        HirKind::Concat(parts) => parts.iter().map(example).collect::<Option<String>>()?,
        HirKind::Alternation(parts) => parts.iter().find_map(example)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_matched() {
        for pattern in [
            r"^/news/(?<id>\d{8})(/|$)",
            r"(?<id>[0-9a-f]{24})$",
            r"/(?<id>[^/]+?)\.html",
            r"/(?<id>(?:story|item)-\d+)",
            r"/(?<id>\w+)",
        ] {
            let found = of_group(pattern, "id").expect(pattern);
            let alone = &pattern[pattern.find("(?<id>").expect("a group")..];
            let group = &alone[..=alone.rfind(')').expect("its end")];
            let whole =
                regex::Regex::new(&format!("^{}", group.trim_end_matches("(/|$)"))).expect(group);
            assert!(whole.is_match(&found), "{pattern}: {found}");
        }
        assert_eq!(of_group(r"/(?<slug>a)", "id"), None);
        assert!(can_match("a|b") && !can_match(r"[^\s\S]"));
    }
}
