//! How deep a page is nested, told before it is parsed.

/// Pages are nested some thirty deep; deeper than this is an accident or an attack.
const DEPTH_MAX: usize = 3000;

/// Smaller pages take seconds at the worst, and are nearly all there are.
const UNCHECKED_BYTES: usize = 256 << 10;

/// Elements that have no end, or need none.
const UNENDED: [&str; 31] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option",
    "optgroup", "colgroup", "rp", "rt", "body", "html",
];

/// Where a page gets too deep, or its length: what is before can be parsed in good time.
pub(super) fn end_of_sane(text: &str) -> usize {
    if text.len() < UNCHECKED_BYTES {
        return text.len();
    }
    let bytes = text.as_bytes();
    // Two quick counts tell nearly every page: it has no thousands of tags more than end tags.
    let shifted = bytes.get(1..).unwrap_or_default();
    let tags = count(bytes, bytes, |it, _| it == b'<');
    let ends = count(bytes, shifted, |it, next| it == b'<' && next == b'/');
    if tags <= DEPTH_MAX + 2 * ends {
        return text.len();
    }
    let mut depth = 0_usize;
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let is_end = rest.starts_with('/');
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = &name[..length];
        if name.is_empty() || UNENDED.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        if DEPTH_MAX < depth {
            return at;
        }
    }
    text.len()
}

/// How many places of two slices are so. In runs that a byte can count, which lets the compiler count many at once.
fn count(left: &[u8], right: &[u8], is_so: impl Fn(u8, u8) -> bool) -> usize {
    const RUN: usize = 255;
    let runs = left.chunks(RUN).zip(right.chunks(RUN));
    let sum = |(left, right): (&[u8], &[u8])| {
        left.iter().zip(right).map(|it| u8::from(is_so(*it.0, *it.1))).sum::<u8>()
    };
    runs.map(|it| usize::from(sum(it))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_nested_without_end_is_cut() {
        let flat = "<p>a<br>".repeat(10_000);
        assert_eq!(end_of_sane(&flat), flat.len());
        let paired = "<div><b>x</b></div>".repeat(10_000);
        assert_eq!(end_of_sane(&paired), paired.len());
        let deep = "<div>".repeat(200_000);
        assert_eq!(end_of_sane(&deep), DEPTH_MAX * "<div>".len());
    }
}
