//! What the addresses of a site mean: which are stories, what tells one story from all others, and what is asked for it. Nothing
//! here knows the site's hosts (`site.rs`).

use regex::bytes::Captures;
use url::{Position, Url};

use crate::config::{AddressPattern, Problem, examples, reader::Section};

/// The addresses of the stories of a site.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StoryAddresses(Vec<AddressForm>);

/// One form of an address.
#[derive(Debug, Clone, PartialEq)]
struct AddressForm {
    path: AddressPattern,
    /// The pattern asks for a question mark: it is tried on the path with the query.
    has_query: bool,
    template: String,
}

/// An address that is a story's.
pub(super) struct StoryAddress<'u> {
    groups: Captures<'u>,
    template: &'u str,
}

/// The addresses that are taken from a source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddressFilter {
    only: Option<AddressPattern>,
    never: Option<AddressPattern>,
}

/// The name of the group that tells a story from all others.
const ID: &str = "id";
/// The name of the group that is kept for asking and means nothing.
const SLUG: &str = "slug";

impl StoryAddresses {
    /// Reads `article_path` and `article_url`, each one or a list; of lists, the first belongs to the first.
    pub(super) fn read(site: &Section) -> Result<Self, Problem> {
        let templates = site.text_or_texts("article_url")?;
        let bad = |it: &String| !it.starts_with('/') || !it.contains("{id}");
        if templates.is_empty() || templates.iter().any(bad) {
            return Err(site.wrong("article_url", "a path with `{id}` in it"));
        }
        let paths = site.patterns::<AddressPattern>("article_path", &[ID])?;
        if paths.is_empty() {
            return Err(site.absent("article_path"));
        }
        if templates.len() != 1 && templates.len() != paths.len() {
            let rule = format!("one path, or one for each of the {} of `article_path`", paths.len());
            return Err(site.wrong("article_url", &rule));
        }
        let template = |at: usize| templates.get(at).unwrap_or(&templates[0]).clone();
        let forms = paths.into_iter().enumerate().map(|(at, path)| {
            let has_query = path.as_str().contains(r"\?") || path.as_str().contains("[?]");
            AddressForm { path, has_query, template: template(at) }
        });
        Ok(Self(forms.collect()))
    }

    /// Returns what an address says, if it is a story's.
    pub(super) fn find<'u>(&'u self, url: &'u Url) -> Option<StoryAddress<'u>> {
        self.0.iter().find_map(|form| {
            let text = if form.has_query {
                &url[Position::BeforePath..Position::AfterQuery]
            } else {
                url.path()
            };
            Some(StoryAddress { groups: form.path.captures(text)?, template: &form.template })
        })
    }

    /// Returns the path of a story of which only the id is known; `None` where a path says more.
    pub(super) fn of_id(&self, id: &str) -> Option<String> {
        fill(&self.0[0].template, |name| (name == ID).then_some(id))
    }

    /// Returns what every path begins with, up to the first part that differs between stories.
    pub(super) fn prefix(&self) -> &str {
        let fixed = |it: &AddressForm| it.template.find('{').unwrap_or(it.template.len());
        let first = &self.0[0];
        let is_shared = self.0.iter().all(|it| it.template == first.template);
        if is_shared { &first.template[..fixed(first)] } else { "/" }
    }

    /// Returns the first path that does not lead back to the id it was made of: no story of that form would ever be known again.
    pub(super) fn one_way(&self, base_url: &Url) -> Option<String> {
        self.0.iter().find_map(|form| {
            let pattern = form.path.as_str();
            let example = |name: &str| examples::of_group(pattern, name);
            let id = example(ID)?;
            let named =
                |name: &str| example(name).or_else(|| (name == SLUG).then(|| "a-story".to_owned()));
            let Some(filled) = fill(&form.template, named) else { return Some(form.template.clone()) };
            let url = base_url.join(&filled).ok();
            let leads_back =
                url.is_some_and(|url| self.find(&url).is_some_and(|it| it.id() == Some(&*id)));
            (!leads_back).then_some(filled)
        })
    }
}

impl StoryAddress<'_> {
    /// Returns what tells the story from all others.
    pub(super) fn id(&self) -> Option<&str> {
        self.group(ID)
    }

    /// Returns the path to ask for it; `None` where the address does not say all that it needs.
    pub(super) fn path(&self) -> Option<String> {
        fill(self.template, |name| self.group(name))
    }

    fn group(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.groups.name(name)?.as_bytes()).ok()
    }
}

impl AddressFilter {
    /// Reads `match` and `skip` of a source.
    pub(super) fn read(section: &Section) -> Result<Self, Problem> {
        Ok(Self { only: section.pattern("match", &[])?, never: section.pattern("skip", &[])? })
    }

    /// Whether the address of a story is taken.
    pub fn admits(&self, url: &Url) -> bool {
        self.only.as_ref().is_none_or(|it| it.is_match(url.as_str())) && !self.skips(url)
    }

    /// Whether an address is to be left out, whatever it is of.
    pub fn skips(&self, url: &Url) -> bool {
        self.never.as_ref().is_some_and(|it| it.is_match(url.as_str()))
    }
}

/// Returns `/news/{id}/{slug}` with its holes filled; without a slug, without its slash. `None` where another hole stays empty.
pub(super) fn fill<T: AsRef<str>>(template: &str, value: impl Fn(&str) -> Option<T>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        match value(name) {
            Some(value) => {
                filled += before;
                filled += value.as_ref();
            }
            None if name == SLUG => filled += before.strip_suffix('/').unwrap_or(before),
            None => return None,
        }
        rest = after;
    }
    Some(filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn profile(lines: &str) -> crate::config::Profile {
        let text = format!(
            "[site]\nname = \"T\"\nbase_url = \"https://t.example\"\nhosts = [\"t.example\"]\n\
             time_zone = \"UTC\"\n{lines}\n"
        );
        Config::parse(&text, "t.toml").expect(lines).config.profile
    }

    #[track_caller]
    fn check(lines: &str, address: &str, expect: Option<(&str, &str)>) {
        let url = Url::parse("https://t.example").and_then(|it| it.join(address)).expect("valid");
        let profile = profile(lines);
        let found = profile.article(&url);
        let found = found.map(|(key, url)| {
            let url = url.expect("an address to ask for");
            (key.id, url[Position::BeforePath..].to_owned())
        });
        let expect = expect.map(|(id, path)| (id.to_owned(), path.to_owned()));
        assert_eq!(found, expect, "{address}");
    }

    #[test]
    fn the_id_may_stand_in_the_query() {
        let lines = r"article_path = '^/story\.php\?(?:.*&)?id=(?<id>\d+)'
                      article_url = '/story.php?id={id}'";
        check(lines, "/story.php?id=7", Some(("7", "/story.php?id=7")));
        check(lines, "/story.php?utm=x&id=7&more=1#top", Some(("7", "/story.php?id=7")));
        check(lines, "/story.php", None);
        check(lines, "/list.php?id=7", None);
    }

    #[test]
    fn the_day_of_an_address_is_kept() {
        let lines = r"article_path = '^/(?<year>\d{4})/(?<month>\d\d)/(?<day>\d\d)/(?<slug>.+)-(?<id>\d+)/?$'
                      article_url = '/{year}/{month}/{day}/{slug}-{id}'";
        check(lines, "/2024/03/08/a-b-7/?x=1", Some(("7", "/2024/03/08/a-b-7")));
        assert_eq!(profile(lines).address_of("7"), None, "an id alone does not say the day");
        assert_eq!(profile(lines).article_prefix(), "t.example/");
    }

    #[test]
    fn a_site_may_have_several_forms_of_addresses() {
        let lines = r"article_path = ['^/news/(?<id>\d+)', '^/video/(?<id>v\d+)$']
                      article_url = ['/news/{id}', '/video/{id}']";
        check(lines, "/news/7/a", Some(("7", "/news/7")));
        check(lines, "/video/v7", Some(("v7", "/video/v7")));
        check(lines, "/audio/7", None);
        let one = r"article_path = ['^/news/(?<id>\d+)', '^/amp/(?<id>\d+)']
                    article_url = '/news/{id}'";
        check(one, "/amp/7", Some(("7", "/news/7")));
    }

    #[test]
    fn holes_are_filled_or_there_is_no_address() {
        let value = |name: &str| (name == "id").then_some("7");
        let check = |template, expect: Option<&str>| {
            assert_eq!(fill(template, value).as_deref(), expect, "{template}");
        };
        check("/news/{id}/{slug}", Some("/news/7"));
        check("/{slug}-{id}", Some("-7"));
        check("/a?id={id}&x=1", Some("/a?id=7&x=1"));
        check("/{year}/{id}", None);
        check("/{id", None);
    }
}
