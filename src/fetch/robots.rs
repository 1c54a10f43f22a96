//! The grammar of robots.txt (RFC 9309), with `Crawl-delay` and `Sitemap`, which are older than the RFC and in use everywhere.
//! Nothing is fetched or remembered here (`permission.rs`).
//!
//! It is written by hand because the crates for it get cases of the RFC wrong, such as product tokens with a version,
//! percent-encoding and the limit of size; docs/politeness.md has the comparison. Reports against crawlers taught the rest: names with digits, a name
//! inside `Mozilla/5.0 (compatible; …)`, a rule that the limit of size cuts in two, files in UTF-16.

use std::time::Duration;

/// A parser must read at least this much (RFC 9309, section 2.5); the rest is not read.
pub(super) const BYTES_MAX: usize = 500 * 1024;
/// The longest delay that is obeyed: a day, in seconds.
const DELAY_MAX: f64 = 86_400.0;

/// What a robots.txt asks of us.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Robots {
    rules: Vec<RobotsRule>,
    pub(super) crawl_delay: Option<Duration>,
    /// The addresses of sitemaps, as written.
    pub(super) sitemaps: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct RobotsRule {
    /// The pattern, its percent-encoding in one form.
    pattern: String,
    is_allow: bool,
}

/// The whole of a robots.txt, for every agent.
#[derive(Default)]
struct RobotsText {
    groups: Vec<RobotsGroup>,
    sitemaps: Vec<String>,
}

#[derive(Default)]
struct RobotsGroup {
    agents: Vec<String>,
    rules: Vec<RobotsRule>,
    crawl_delay: Option<Duration>,
}

/// Whether a robots.txt of these bytes lets an agent read a path with its query.
pub fn permits(robots: &[u8], user_agent: &str, path: &str) -> bool {
    Robots::parse(&text_of(robots), user_agent).allows(path)
}

impl Robots {
    /// Returns the rules for `user_agent` in a robots.txt.
    pub(super) fn parse(text: &str, user_agent: &str) -> Self {
        let RobotsText { groups, sitemaps } = read(whole_lines(text).trim_start_matches('\u{FEFF}'));
        let named = |name: &str| {
            groups.iter().filter(|it| it.agents.iter().any(|it| it == name)).collect::<Vec<_>>()
        };
        let own = own_names(user_agent);
        let mut own = own.iter().map(|it| named(it)).filter(|it| !it.is_empty());
        // Groups of one name are one group (section 2.2.1); `*` is for agents that no group names.
        let chosen = own.next().unwrap_or_else(|| named("*"));
        Self {
            rules: chosen.iter().flat_map(|it| it.rules.iter().cloned()).collect(),
            crawl_delay: chosen.iter().filter_map(|it| it.crawl_delay).max(),
            sitemaps,
        }
    }

    /// Whether a path with its query may be read: the longest rule decides, and of two equally long ones the one that allows
    /// (section 2.2.2).
    pub(super) fn allows(&self, path: &str) -> bool {
        if path == "/robots.txt" {
            return true;
        }
        let path = normalize(path);
        let matching = self.rules.iter().filter(|it| matches(&it.pattern, &path));
        matching.max_by_key(|it| (it.pattern.len(), it.is_allow)).is_none_or(|it| it.is_allow)
    }
}

/// Returns the text of a robots.txt: UTF-8, or UTF-16 where a mark says so.
pub(super) fn text_of(body: &[u8]) -> String {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units = body[2..].chunks_exact(2).map(|it| unit([it[0], it[1]]));
        char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match body {
        [0xFF, 0xFE, ..] => utf16(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => utf16(u16::from_be_bytes),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

/// Returns the lines that are within the limit of size. A line that the limit cuts is another rule: `/private` becomes `/`.
fn whole_lines(text: &str) -> &str {
    if text.len() <= BYTES_MAX {
        return text;
    }
    let end = text.as_bytes()[..=BYTES_MAX].iter().rposition(|it| matches!(it, b'\n' | b'\r'));
    &text[..end.unwrap_or_default()]
}

/// Returns the names under which a robots.txt may speak to an agent, the most precise first.
fn own_names(user_agent: &str) -> Vec<String> {
    // Agents that want the pages of browsers hide their own name in a remark.
    let inside = user_agent.split_once("compatible;").map(|it| product_token(it.1.trim_start()));
    let names = inside.into_iter().chain([product_token(user_agent)]);
    names.filter(|it| !it.is_empty()).collect()
}

fn read(text: &str) -> RobotsText {
    let RobotsText { mut groups, mut sitemaps } = RobotsText::default();
    let mut in_agents = false;
    for line in text.split(['\n', '\r']) {
        let line = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "user-agent" => {
                if !in_agents {
                    groups.push(RobotsGroup::default());
                }
                in_agents = true;
                if let Some(group) = groups.last_mut() {
                    group.agents.push(if value == "*" { "*".to_owned() } else { product_token(value) });
                }
            }
            "sitemap" if !value.is_empty() => sitemaps.push(value.to_owned()),
            key @ ("allow" | "disallow") => {
                in_agents = false;
                // An empty rule says nothing.
                if let Some(group) = groups.last_mut().filter(|_| !value.is_empty()) {
                    group.rules.push(RobotsRule { pattern: normalize(value), is_allow: key == "allow" });
                }
            }
            "crawl-delay" => {
                let seconds = value.parse::<f64>().ok().filter(|it| (0.0..=f64::MAX).contains(it));
                if let (Some(group), Some(seconds)) = (groups.last_mut(), seconds) {
                    group.crawl_delay = Some(Duration::from_secs_f64(seconds.min(DELAY_MAX)));
                }
            }
            _ => {}
        }
    }
    RobotsText { groups, sitemaps }
}

/// Returns the name before the slash, in lower case: letters, `-` and `_`, and beyond the RFC digits and dots. Without them
/// `360Spider` would have no name, and `bot2go` that of `bot2news`.
fn product_token(user_agent: &str) -> String {
    let end = user_agent.find(|it: char| !(it.is_ascii_alphanumeric() || "-_.".contains(it)));
    user_agent[..end.unwrap_or(user_agent.len())].to_ascii_lowercase()
}

/// Returns a path with its percent-encoding in one form: only what has to be encoded is, with capital digits.
fn normalize(path: &str) -> String {
    use std::fmt::Write as _;
    let bytes = path.as_bytes();
    let mut normal = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok());
        let encoded = hex.filter(|_| byte == b'%').and_then(|it| u8::from_str_radix(it, 16).ok());
        at += if encoded.is_some() { 3 } else { 1 };
        let value = encoded.unwrap_or(byte);
        let is_plain = match encoded {
            // Only unreserved characters mean the same with and without it.
            Some(value) => value.is_ascii_alphanumeric() || b"-._~".contains(&value),
            None => value.is_ascii_graphic(),
        };
        if is_plain {
            normal.push(char::from(value));
        } else {
            // Writing to a string does not fail.
            let _ = write!(normal, "%{value:02X}");
        }
    }
    normal
}

/// Whether a path matches a pattern: `*` is any run of characters, a final `$` the end. It takes linear time for each star.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_anchored) = match pattern.strip_suffix('$') {
        Some(bare) => (bare, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let last = if is_anchored { pieces.pop() } else { None };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    match (is_anchored, last) {
        (false, _) => true,
        (true, Some(last)) => rest.ends_with(last),
        (true, None) => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, path: &str, allowed: bool) {
        assert_eq!(
            Robots::parse(text, "tearsheet/0.1 (+https://x.example)").allows(path),
            allowed,
            "{path}"
        );
    }

    #[test]
    fn the_longest_rule_decides_and_a_tie_allows() {
        let text = "User-agent: *\nDisallow: /news\nAllow: /news/1\nDisallow: /a\nAllow: /a\n";
        check(text, "/news/2", false);
        check(text, "/news/1/x", true);
        check(text, "/a", true);
        check(text, "/other", true);
        check(text, "/robots.txt", true);
    }

    #[test]
    fn stars_and_ends_are_understood() {
        let text = "User-agent: *\nDisallow: */print\nDisallow: /*.php$\nDisallow: /authors/*/1\nDisallow: /q?*x=\n";
        check(text, "/news/1/print", false);
        check(text, "/print/2021-03-08", false);
        check(text, "/a.php", false);
        check(text, "/a.php?b", true);
        check(text, "/authors/7/12", false);
        check(text, "/authors/7/2", true);
        check(text, "/q?a=1&x=2", false);
        check("User-agent: *\nDisallow: /$\n", "/", false);
        check("User-agent: *\nDisallow: /$\n", "/a", true);
    }

    #[test]
    fn our_own_group_wins_over_the_star_and_groups_of_one_name_are_one() {
        let text =
            "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: TearSheet/9\nDisallow: /a\n
            user-agent: tearsheet\ndisallow: /b\n";
        check(text, "/", true);
        check(text, "/a", false);
        check(text, "/b", false);
        check("User-agent: tearsheetbot\nDisallow: /\n", "/", true);
    }

    #[test]
    fn percent_encoding_has_one_form() {
        let text =
            "User-agent: *\nDisallow: /a%3cd\nDisallow: /%7Ejoe\nDisallow: /\u{fc}\nDisallow: /x%2Fy\n";
        check(text, "/a%3Cd", false);
        check(text, "/~joe/x", false);
        check(text, "/%C3%BC", false);
        check(text, "/x/y", true);
        check(text, "/x%2fy", false);
    }

    #[test]
    fn what_is_no_rule_is_passed_over() {
        check("", "/a", true);
        check("Disallow: /\n", "/a", true);
        check("<html>not found</html>", "/a", true);
        check("\u{FEFF}User-agent: * # all\r\nFoo: bar\rDisallow:/a#b\r\nDisallow:\r\n", "/a", false);
        check("User-agent: *\nDisallow: /a\nCrawl-delay: 5\nUser-agent: x\nDisallow: /b\n", "/b", true);
    }

    #[test]
    fn delays_and_sitemaps_are_found() {
        let text = "Sitemap: https://x.example/a.xml\nUser-agent: *\nCrawl-delay: 2.5\nDisallow:\nsitemap: /b\n";
        let robots = Robots::parse(text, "tearsheet/1");
        assert_eq!(robots.crawl_delay, Some(Duration::from_millis(2500)));
        assert_eq!(robots.sitemaps, ["https://x.example/a.xml", "/b"]);
        assert_eq!(Robots::parse("User-agent: *\nCrawl-delay: -1\n", "a").crawl_delay, None);
        assert_eq!(Robots::parse("User-agent: *\nCrawl-delay: nan\n", "a").crawl_delay, None);
    }

    #[test]
    fn a_name_is_known_by_its_digits_and_inside_a_remark() {
        let blocks = |group: &str, agent: &str| {
            let text = format!("User-agent: {group}\nDisallow: /\n\nUser-agent: *\nDisallow: /x\n");
            !Robots::parse(&text, agent).allows("/a")
        };
        assert!(!blocks("360Spider", "5star-archive/1.0 (+https://x.example)"));
        assert!(blocks("5star-archive", "5star-archive/1.0"));
        assert!(blocks("5Star-Archive/2.1", "5star-archive/1.0"));
        assert!(!blocks("bot2go", "bot2news/1.0"));
        assert!(!blocks("*bot*", "bot/1.0"));
        let hidden = "Mozilla/5.0 (compatible; demo-archive/1.0; +https://x.example)";
        assert!(blocks("demo-archive", hidden));
        assert!(blocks("Mozilla", hidden));
        assert!(!blocks("other", hidden));
    }

    #[test]
    fn a_file_in_utf16_is_text() {
        let text = "\u{FEFF}User-agent: *\nDisallow: /a\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for body in [text.as_bytes(), &little, &big, &little[..little.len() - 1]] {
            assert!(!Robots::parse(&text_of(body), "x").allows("/a"));
        }
    }

    #[test]
    fn a_rule_that_the_limit_cuts_is_no_rule() {
        for beyond in 1..12 {
            let end = "\nDisallow: /private\n";
            let filling = BYTES_MAX + beyond - "User-agent: *\n#".len() - end.len();
            let text = format!("User-agent: *\n#{}{end}", "y".repeat(filling));
            check(&text, "/public", true);
            check(&text, "/private", 1 < beyond);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_rules_of_their_own(
            body in prop::collection::vec(prop_oneof![
                Just(b"User-agent: *\n".to_vec()), Just(b"Disallow: ".to_vec()), Just(b"/a*$\n".to_vec()), Just(b"Sitemap: x\r".to_vec()),
                Just(b"\xFF\xFE".to_vec()), prop::collection::vec(any::<u8>(), 0..20),
            ], 0..40),
            path in "/[a-z*$%]{0,20}",
        ) {
            let body = body.concat();
            let text = text_of(&body);
            let robots = Robots::parse(&text, "tearsheet/1");
            let lines = text.split(['\n', '\r']).count();
            prop_assert!(robots.rules.len() + robots.sitemaps.len() <= lines);
            // Percent-encoding makes three bytes of one, and a byte that is no text is three bytes.
            let size: usize = robots.rules.iter().map(|it| it.pattern.len()).chain(robots.sitemaps.iter().map(String::len)).sum();
            prop_assert!(size <= 9 * body.len());
            let _ = robots.allows(&path);
        }
    }

    #[test]
    fn an_endless_file_ends() {
        let text = "User-agent: *\nDisallow: /a\n".to_owned()
            + &"# x\u{fc}\n".repeat(200_000)
            + "Disallow: /b\n";
        check(&text, "/a", false);
        check(&text, "/b", true);
    }
}
