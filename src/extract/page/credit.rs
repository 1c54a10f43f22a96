//! Who made a picture, or who sells it: what its page says of that, in an attribute, in an element, or at the end of a caption.

use std::sync::LazyLock;

use regex::Regex;

use crate::{extract::text::fold, html::Element};

use super::pieces::element_text;

/// A name after a dash at the end of a caption has no more words.
const CREDIT_WORDS_MAX: usize = 5;

/// Returns who made a picture, or who sells it: as an element or an attribute says, or as captions end.
pub(super) fn credit(
    img: Element<'_>,
    figure: Option<Element<'_>>,
    caption: Option<&str>,
) -> Option<String> {
    static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[\s.(\[|])(?:photos?|photograph|images?|pictures?|credits?|photo credit|foto|fotos|bild|source|courtesy)\s*(?::|©)\s*([^()\[\]|]{2,60}?)[)\]\s.]*$")
            .expect("a pattern")
    });
    static DASHED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:\s[—–-]{1,2}\s?|[.!?”’]\s?[—–]\s?)(\p{Lu}[^—–.:;]{1,38})\.?$")
            .expect("a pattern")
    });
    let of_attribute =
        ["data-credit", "data-copyright", "data-author"].iter().find_map(|it| img.attr(it));
    let is_credit = |it: &Element<'_>| {
        let is_named = it.attr("class").is_some_and(|it| {
            let name = it.to_ascii_lowercase();
            ["credit", "copyright", "photographer", "img-source", "image-source"]
                .iter()
                .any(|it| name.contains(it))
        });
        let is_property =
            matches!(it.attr("itemprop"), Some("creditText" | "copyrightHolder" | "copyrightNotice"));
        is_named || is_property
    };
    let of_element = || figure?.descendants().find(is_credit).map(element_text);
    let said = of_attribute.map(str::to_owned).or_else(of_element).map(|it| fold(&it));
    if let Some(said) = said.filter(|it| !it.is_empty()) {
        return Some(without_label(&said));
    }
    let caption = caption?;
    let labelled = LABELLED.captures(caption).map(|it| it[1].trim().to_owned());
    let dashed = || {
        let name = DASHED.captures(caption)?[1].trim().to_owned();
        (name.split_whitespace().count() <= CREDIT_WORDS_MAX).then_some(name)
    };
    labelled.or_else(dashed)
}

/// Returns a credit without the word that says it is one.
fn without_label(said: &str) -> String {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:photo(?:graph)?s?|images?|pictures?|credits?|photo credit|image credit|foto|bild|source|©)(?:\s*[:/]|\s+by|\s)\s*")
            .expect("a pattern")
    });
    let bare = LABEL.replace(said, "");
    if bare.is_empty() { said.to_owned() } else { bare.into_owned() }
}

#[cfg(test)]
mod tests {
    use crate::{extract::page::images::caption, html::Document};

    #[test]
    fn who_made_a_picture_is_said_in_many_places() {
        let credit = |caption: &str| {
            let html = format!("<figure><img src='/a.jpg'><figcaption>{caption}</figcaption></figure>");
            let document = Document::parse(&html);
            let of =
                |name| document.root().descendants().find(|it| it.name() == name).expect("an element");
            let figure = of("figure");
            super::credit(of("img"), Some(figure), self::caption(figure).as_deref()).unwrap_or_default()
        };
        assert_eq!(credit("A sign at the fair in July. — Reuters"), "Reuters");
        assert_eq!(
            credit("A sign. <span class='photo-credit'>Photo: Jo Example/AFP</span>"),
            "Jo Example/AFP"
        );
        assert_eq!(credit("A sign at the fair (Photo: AFP)"), "AFP");
        assert_eq!(credit("A sign. Image: White Star"), "White Star");
        assert_eq!(credit("Rates rose - and fell again"), "");
        assert_eq!(credit("Talks between the two — nobody knows which — went on"), "");
    }
}
