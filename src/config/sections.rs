//! The names of a site's sections, and the slugs that addresses and metadata have in their place. Where a page prints its
//! section is not said here (`extract`); other words of a page are in `profile/wording.rs`, because they are not looked up.

/// Names of sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SectionNames(Vec<SectionName>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct SectionName {
    printed: String,
    lower: String,
    slug: String,
}

impl SectionNames {
    /// Returns a set of these names, as printed.
    pub fn new(names: Vec<String>) -> Self {
        let name = |printed: String| {
            let (lower, slug) = (printed.to_lowercase(), slug(&printed));
            SectionName { printed, lower, slug }
        };
        Self(names.into_iter().map(name).collect())
    }

    /// Whether a text is one of the names, in any case of letters.
    pub fn has(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.0.iter().any(|name| name.lower == lower)
    }

    /// Returns the printed name that belongs to a slug.
    pub fn of_slug(&self, text: &str) -> Option<&str> {
        let wanted = slug(text);
        self.0.iter().find(|name| name.slug == wanted).map(|name| name.printed.as_str())
    }
}

/// Returns the slug of a name: its words in lower case, joined by `-`. "And" is left out, as `&` is: sites
/// write `business-finance` for both. The slug of a slug is the slug itself.
pub fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|ch: char| !ch.is_alphanumeric() && !matches!(ch, '\'' | '’'));
    let words = words.map(|word| word.replace(['\'', '’'], ""));
    words.filter(|word| !word.is_empty() && word != "and").collect::<Vec<_>>().join("-")
}

/// Whether a text looks like a slug: lower case, digits and dashes only, as no paper prints the name of a section.
pub fn is_slug(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_stands_for_its_name() {
        let check = |slug: &str, expect: Option<&str>| {
            let names = ["Pakistan", "Business & Finance", "Life & Style", "Women's Page"];
            let names = SectionNames::new(names.map(str::to_owned).to_vec());
            assert_eq!(names.of_slug(slug), expect, "{slug}");
        };
        check("pakistan", Some("Pakistan"));
        check("business-finance", Some("Business & Finance"));
        check("business-and-finance", Some("Business & Finance"));
        check("life-style", Some("Life & Style"));
        check("womens-page", Some("Women's Page"));
        check("business", None);
    }

    #[test]
    fn printed_names_do_not_look_like_slugs() {
        for text in ["pakistan", "business-finance", "br-research", "g20"] {
            assert!(is_slug(text), "{text}");
        }
        for text in ["Pakistan", "life & style", "MENA", "", "پاکستان"] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
