//! A story out of a feed: its text is read as the story of a page is, and what stands around it on a page is said by the item's
//! own fields. How feeds are written is known to `crate::feed`; what an item means for the archive is decided in `store`.

use url::Url;

use crate::{
    extract::{date, rules::Compiled, signature, text::essence},
    feed::{self, ItemTexts},
    model::{Draft, Extraction, Field, Origin, RawPage, Warning, WarningCode},
};

use super::{fragment, scene::Scene};

/// Returns everything that an item of a feed says.
pub(in crate::extract) fn read(text: &str, raw: &RawPage, rules: &Compiled) -> Extraction {
    let mut out = Extraction::default();
    let base = raw.feed.as_ref().unwrap_or(&rules.profile.base_url);
    let Some(mut item) = feed::read_item(text, base) else { return out };
    let html = item.content.take().filter(|it| !it.trim().is_empty()).or(item.summary.take());
    read_fields(&item, rules, &mut out);
    let headline = out.draft.headline.as_deref().map(essence).unwrap_or_default();
    read_story(&html.unwrap_or_default(), raw.url.as_ref(), &headline, rules.era(raw), rules, &mut out);
    out
}

/// Reads what stands beside the text of an item: headline, dates, byline and section.
fn read_fields(item: &ItemTexts, rules: &Compiled, out: &mut Extraction) {
    let profile = &rules.profile;
    let Extraction { draft, warnings, .. } = out;
    draft.headline = item.title.as_deref().map(feed::plain).filter(|it| !it.is_empty());
    let dated = |texts: &[String], warnings: &mut Vec<Warning>| {
        let found = texts.iter().find_map(|it| date::parse(it, profile.time_zone));
        if let (None, Some(text)) = (found, texts.iter().find(|it| !it.trim().is_empty())) {
            warnings.push(Warning::new(WarningCode::DateUnreadable, text.trim()));
        }
        found
    };
    if let Some(published) = dated(&item.published, warnings) {
        (draft.published_on, draft.published_at) = (Some(published.on), published.at);
    }
    let updated = dated(&item.updated, warnings).and_then(|it| it.at);
    draft.updated_at = updated.filter(|it| Some(*it) != draft.published_at);
    let is_somebody = |name: &String| !profile.text.nobody.has(name) && *name != profile.name;
    let names: Vec<String> = feed::once(item.authors.clone()).into_iter().filter(is_somebody).collect();
    draft.authors = names.iter().flat_map(|it| signature::authors(it)).collect();
    draft.byline = Some(names.join(", ")).filter(|it| !it.is_empty());
    let categories = feed::once(item.categories.clone());
    let known = &profile.text.sections;
    let named = categories.iter().find(|it| known.has(it)).or(categories.first());
    draft.section = named.map(|it| known.of_slug(it).unwrap_or(it).to_owned());
    let found = [
        (Field::Headline, draft.headline.is_some()),
        (Field::PublishedOn, draft.published_on.is_some()),
        (Field::PublishedAt, draft.published_at.is_some()),
        (Field::UpdatedAt, draft.updated_at.is_some()),
        (Field::Byline, draft.byline.is_some()),
        (Field::Section, draft.section.is_some()),
    ];
    draft.origins.extend(found.into_iter().filter(|it| it.1).map(|it| (it.0, Origin::Feed)));
}

/// Reads the text of an item.
fn read_story(
    html: &str,
    own: Option<&Url>,
    headline: &str,
    era: usize,
    rules: &Compiled,
    out: &mut Extraction,
) {
    let story = fragment::read(html, &Scene::new(rules, own), era, headline);
    if story.is_too_deep {
        out.warnings.push(Warning::new(WarningCode::TooDeep, "body"));
    }
    let draft: &mut Draft = &mut out.draft;
    (draft.blocks, draft.links, draft.tags) = (story.blocks, story.links, story.tags);
    draft.images = story.images.into_iter().filter_map(|it| it.image).collect();
    let found = [
        (Field::Body, draft.blocks.iter().any(|it| it.kind.is_text())),
        (Field::Links, !draft.links.is_empty()),
        (Field::Tags, !draft.tags.is_empty()),
    ];
    draft.origins.extend(found.into_iter().filter(|it| it.1).map(|it| (it.0, Origin::Feed)));
}
