//! The section of a story: the name that is printed, whichever witness spoke first.
//!
//! Metadata often has the slug of a section where the page has its name. Who says what is collected by `head.rs`.

use crate::{
    config::{SectionNames, is_slug, slug},
    model::{Origin, Warning, WarningCode},
};

use super::said::Said;

/// Returns the section. `said` is what the witnesses say, in order of trust; `trail` are the names of the page's
/// breadcrumbs; `known` are the names that the profile knows.
pub(super) fn choose(
    said: &[Said<String>],
    trail: &[String],
    known: &SectionNames,
    warnings: &mut Vec<Warning>,
) -> Option<Said<String>> {
    let first = said.first()?;
    if !is_slug(&first.value) {
        return Some(first.clone());
    }
    let is_its_slug = |name: &str| !is_slug(name) && slug(name) == first.value;
    let printed = || said.iter().find(|it| is_its_slug(&it.value)).cloned();
    // Breadcrumbs may end with the headline: only a crumb whose slug this is names the section.
    let crumb = || {
        let name = trail.iter().find(|name| is_its_slug(name))?;
        Some(Said::new(name.clone(), Origin::JsonLd))
    };
    let of_profile = || Some(Said::new(known.of_slug(&first.value)?.to_owned(), first.origin));
    let other = || said.iter().find(|it| !is_slug(&it.value)).cloned();
    let name = printed().or_else(crumb).or_else(of_profile).or_else(other);
    if name.is_some() {
        return name;
    }
    let is_printed = |it: &Said<String>| {
        it.value == first.value && matches!(it.origin, Origin::Markup | Origin::Text)
    };
    if !said.iter().any(is_printed) {
        warnings.push(Warning::new(WarningCode::SectionSlug, &*first.value));
    }
    Some(first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &[(&str, Origin)], trail: &[&str], expect: Option<&str>, warned: usize) {
        let said: Vec<_> = said.iter().map(|it| Said::new(it.0.to_owned(), it.1)).collect();
        let trail: Vec<String> = trail.iter().map(|it| (*it).to_owned()).collect();
        let known = SectionNames::new(vec!["Rest of News".to_owned()]);
        let mut warnings = Vec::new();
        let section = choose(&said, &trail, &known, &mut warnings);
        assert_eq!(section.map(|it| it.value).as_deref(), expect, "{said:?} {trail:?}");
        assert_eq!(warnings.len(), warned, "{said:?} {trail:?}");
    }

    #[test]
    fn a_printed_name_beats_a_slug_whoever_spoke_first() {
        use Origin::{JsonLd, Markup, Meta, Text};
        check(&[("pakistan", Meta), ("Pakistan", Markup)], &[], Some("Pakistan"), 0);
        check(
            &[("business-finance", JsonLd), ("Business & Finance", Text)],
            &[],
            Some("Business & Finance"),
            0,
        );
        check(&[("stocks", Meta), ("Markets", Markup)], &["Markets", "Stocks"], Some("Stocks"), 0);
        check(&[("pakistan", Meta)], &["Home", "Pakistan"], Some("Pakistan"), 0);
        check(&[("rest-of-news", Meta)], &[], Some("Rest of News"), 0);
        check(&[("br-news", Meta), ("Top Stories", Markup)], &[], Some("Top Stories"), 0);
        check(&[("World", Meta), ("Pakistan", Markup)], &["Pakistan"], Some("World"), 0);
        check(&[], &["Pakistan"], None, 0);
    }

    #[test]
    fn a_slug_stays_where_no_name_is_printed() {
        check(&[("unheard-of", Origin::Meta)], &[], Some("unheard-of"), 1);
        check(
            &[("unheard-of", Origin::Meta), ("unheard-of", Origin::Markup)],
            &[],
            Some("unheard-of"),
            0,
        );
    }
}
