//! Who made a picture, or who sells it: what its page says of that, in an attribute, in an element, or at the end of a caption.

use std::{ops::RangeInclusive, sync::LazyLock};

use regex::Regex;

use crate::{
    extract::{lines::element_text, text::fold},
    html::Element,
};

/// Words that say that a credit follows.
const LABELS: [&str; 14] = [
    "photo",
    "photos",
    "photograph",
    "image",
    "images",
    "picture",
    "pictures",
    "credit",
    "credits",
    "foto",
    "fotos",
    "bild",
    "source",
    "courtesy",
];
/// The characters that a name after a label may have.
const LABELLED_CHARS: RangeInclusive<usize> = 2..=60;
/// The characters that a name after a dash may have.
const DASHED_CHARS: RangeInclusive<usize> = 2..=39;
/// The most words of a name after a dash at the end of a caption.
const CREDIT_WORDS_MAX: usize = 5;

/// Returns who made a picture, or who sells it: as an element or an attribute says, or as captions end.
pub(super) fn credit(
    img: Element<'_>,
    figure: Option<Element<'_>>,
    caption: Option<&str>,
) -> Option<String> {
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
    labelled(caption).or_else(|| dashed(caption)).map(str::to_owned)
}

/// Returns the name at the end of a caption that a label says is a credit: `A market (Photo: A Name)`.
fn labelled(caption: &str) -> Option<&str> {
    let text = caption.trim_end_matches(|it: char| it.is_whitespace() || ")].".contains(it));
    let signs = text.match_indices([':', '©']).filter(|(at, _)| ends_with_label(text[..*at].trim_end()));
    let mut names = signs.map(|(at, sign)| text[at + sign.len()..].trim_start());
    names.find(|it| has_length(it, &LABELLED_CHARS) && !it.contains(['(', ')', '[', ']', '|']))
}

fn ends_with_label(text: &str) -> bool {
    LABELS.iter().any(|label| {
        let (before, word) =
            text.split_at_checked(text.len().saturating_sub(label.len())).unwrap_or_default();
        let is_whole =
            before.chars().next_back().is_none_or(|it| it.is_whitespace() || ".([|".contains(it));
        is_whole && word.eq_ignore_ascii_case(label)
    })
}

/// Returns the name at the end of a caption after a dash: `The port at night. – A Name`.
fn dashed(caption: &str) -> Option<&str> {
    const DASHES: [char; 3] = ['—', '–', '-'];
    let text = caption.trim_end();
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut names = text.match_indices(DASHES).filter_map(|(at, dash)| {
        let (before, after) = (&text[..at], &text[at + dash.len()..]);
        let is_after_space = before.ends_with(char::is_whitespace);
        let is_after_end = dash != "-" && before.trim_end().ends_with(['.', '!', '?', '”', '’']);
        let name = if is_after_space { after.strip_prefix(DASHES).unwrap_or(after) } else { after };
        (is_after_space || is_after_end).then(|| name.trim_start())
    });
    names.find(|it| {
        it.starts_with(char::is_uppercase)
            && has_length(it, &DASHED_CHARS)
            && !it.contains(['—', '–', '.', ':', ';'])
            && it.split_whitespace().count() <= CREDIT_WORDS_MAX
    })
}

/// Whether the length of a text, in characters, is within a range. The rest of a longer one is not looked at: a caption may have a name at each of its words.
fn has_length(text: &str, chars: &RangeInclusive<usize>) -> bool {
    chars.contains(&text.chars().take(chars.end() + 1).count())
}

/// Returns a credit without the word that says it is one.
fn without_label(said: &str) -> String {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:(?i-u:photo(?:graph)?s?|images?|pictures?|credits?|photo credit|image credit|foto|bild|source)|©)(?i-u:\s*[:/]|\s+by|\s)(?-u:\s*)")
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
