//! The names of `meta` elements that say something of a story, for each field best first. Case does not matter.
//!
//! They are those of Open Graph, Dublin Core, schema.org and of the services that many papers feed (Parsely, Sailthru, Cxense).
//! Whether they are believed is decided where they are asked.

/// The headline.
pub(in crate::extract) const TITLES: &[&str] = &["og:title", "twitter:title"];
/// What the story is about, in a sentence or two.
pub(in crate::extract) const DESCRIPTIONS: &[&str] = &["og:description", "description"];
/// The section.
pub(in crate::extract) const SECTIONS: &[&str] = &["article:section"];
/// The topics.
pub(in crate::extract) const TOPICS: &[&str] = &[
    "article:tag",
    "news_keywords",
    "keywords",
    "parsely-tags",
    "sailthru.tags",
    "og:article:tag",
    "dc.subject",
    "dcterms.subject",
];
/// The date of publication.
pub(in crate::extract) const PUBLISHED: &[&str] = &[
    "article:published_time",
    "datePublished",
    "pubdate",
    "article:published",
    "article:published:time",
    "og:article:published_time",
    "og:published_time",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "date.published",
    "sailthru.date",
    "parsely-pub-date",
    "cXenseParse:recs:publishtime",
    "dcterms.created",
    "dc.date.issued",
    "dc.date",
    "date",
];
/// The date of a change.
pub(in crate::extract) const UPDATED: &[&str] =
    &["article:modified_time", "og:updated_time", "dateModified"];
/// Who wrote the story.
pub(in crate::extract) const AUTHORS: &[&str] = &[
    "author",
    "article:author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "parsely-author",
    "cXenseParse:author",
    "article:author_name",
    "DCSext.author",
    "citation_author",
    "og:article:author",
    "article.author",
    "bt:author",
    "creator",
];
/// What a card says of a story, as pairs: what a value is called, and the value.
pub(in crate::extract) const CARD_FACTS: [(&str, &str); 2] =
    [("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")];
/// What a card calls who wrote the story, in lower case.
pub(in crate::extract) const CARD_AUTHORS: &[&str] = &[
    "written by",
    "author",
    "by",
    "geschrieben von",
    "verfasst von",
    "écrit par",
    "escrito por",
    "scritto da",
    "geschreven door",
    "skriven av",
    "skrevet av",
    "skrevet af",
    "napisane przez",
    "napsal",
    "autor",
    "автор",
    "ditulis oleh",
    "yazan",
];
/// The picture of the story.
pub(in crate::extract) const IMAGES: &[&str] = &["og:image", "og:image:url", "twitter:image"];
/// The width of that picture.
pub(in crate::extract) const IMAGE_WIDTHS: &[&str] = &["og:image:width"];
/// The height of that picture.
pub(in crate::extract) const IMAGE_HEIGHTS: &[&str] = &["og:image:height"];
