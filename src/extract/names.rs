//! What elements are called by the makers of a page: classes, ids and links that say what they hold, where no rule does.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::{
    config::{Profile, RuleField},
    html::Element,
};

/// A name with this many hyphens is the words of a headline.
const SLUG_SEAMS_MIN: usize = 6;
/// Where papers name the parts of a page, beside classes and ids.
const PART_NAMES: [&str; 2] = ["data-component", "data-testid"];

/// The names that a profile knows, of one era.
pub(super) struct ElementNames {
    known: Vec<KnownName>,
    has_topics: bool,
    /// Finds all of them at once, in any case of letters. It is made when an element is first asked.
    finder: OnceLock<AhoCorasick>,
}

/// What may be part of a name, or a whole one.
struct KnownName {
    text: String,
    is_whole: bool,
    says: NameMeaning,
}

/// What a name says of its element.
#[derive(Debug, Clone, Copy)]
enum NameMeaning {
    Furniture,
    Topics,
    Related,
}

/// What an element says that it is.
#[derive(Default)]
pub(super) struct Called {
    pub(super) furniture: bool,
    pub(super) topics: bool,
    pub(super) related: bool,
}

impl ElementNames {
    /// Topics are known by their names only where neither a rule nor the path of their pages says which they are.
    pub(super) fn new(profile: &Profile, era: usize) -> Self {
        let rules = &profile.eras[era].rules;
        let are_said = profile.has_tag_path() || !rules.of(RuleField::Tags).is_empty();
        let topics: &[String] = if are_said { &[] } else { &rules.tag_names };
        let sets: [(&[String], NameMeaning); 3] = [
            (&rules.drop_names, NameMeaning::Furniture),
            (topics, NameMeaning::Topics),
            (&rules.related_names, NameMeaning::Related),
        ];
        let known = sets.into_iter().flat_map(|(names, says)| {
            names.iter().map(move |name| KnownName {
                text: name.trim_start_matches('.').to_owned(),
                is_whole: name.starts_with('.'),
                says,
            })
        });
        Self { known: known.collect(), has_topics: !topics.is_empty(), finder: OnceLock::new() }
    }

    /// Returns what an element says that it is.
    pub(super) fn of(&self, element: Element<'_>) -> Called {
        let mut called = Called::default();
        // What a page is made of is never told by its name.
        if !self.known.is_empty() && !matches!(element.name(), "html" | "body" | "main" | "head") {
            // The id of a heading is made of its words.
            let attributes: &[&str] = if is_text(element) { &["class"] } else { &["class", "id"] };
            for names in attributes.iter().filter_map(|it| element.attr(it)) {
                self.note(names, &mut called);
            }
            // A figure is called after what it shows, and shows it.
            called.furniture &= element.name() != "figure";
        }
        called.topics = self.has_topics && (called.topics || self.leads_to_topics(element));
        called
    }

    /// Notes what names say, which stand between blanks.
    fn note(&self, names: &str, called: &mut Called) {
        let texts = || self.known.iter().map(|it| &it.text);
        let build = || AhoCorasick::builder().ascii_case_insensitive(true).build(texts());
        let finder = self.finder.get_or_init(|| build().expect("a few short texts"));
        for name in names.split_ascii_whitespace().filter(|it| !is_slug(it)) {
            for found in finder.find_overlapping_iter(name) {
                let KnownName { is_whole, says, .. } = self.known[found.pattern().as_usize()];
                if !is_whole || found.len() == name.len() {
                    match says {
                        NameMeaning::Furniture => called.furniture = true,
                        NameMeaning::Topics => called.topics = true,
                        NameMeaning::Related => called.related = true,
                    }
                }
            }
        }
    }

    fn leads_to_topics(&self, element: Element<'_>) -> bool {
        let mut called = Called::default();
        for names in PART_NAMES.iter().filter_map(|it| element.attr(it)) {
            self.note(names, &mut called);
        }
        called.topics || is_topic_link(element)
    }
}

/// Whether an element is a heading or a paragraph.
fn is_text(element: Element<'_>) -> bool {
    matches!(element.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p")
}

/// Whether HTML says of an element that it leads to a topic of the page; that of a section is none.
pub(super) fn is_topic_link(element: Element<'_>) -> bool {
    let rel = if element.name() == "a" { element.attr("rel").unwrap_or_default() } else { "" };
    let is = |name: &str| rel.split_ascii_whitespace().any(|it| it.eq_ignore_ascii_case(name));
    is("tag") && !is("category")
}

/// Whether a class or id is made of a headline, whose words say nothing of the element.
fn is_slug(name: &str) -> bool {
    SLUG_SEAMS_MIN <= name.bytes().filter(|it| *it == b'-').count() && !name.contains("__")
}
