//! What is read from a page, and the article that the archive makes of it. How a page is read is not said here (`extract`),
//! nor how an article is stored (`store`). Values that belong to a capture, such as the ticker, are in `strip.rs` and
//! `board.rs`.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use url::Url;

use super::{Board, MostRead, NotStory, PageId, PageKey, StoryImage, Strip};

/// Everything that was read from one page. Extraction never fails; what a page lacks is an empty value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extraction {
    /// The version of the extractor that read it.
    pub extractor: u32,
    /// The page's address in the form the archive keeps, where it is known.
    pub url: Option<Url>,
    /// The page's identity, where the address is an article's.
    pub key: Option<PageKey>,
    /// Why the page is not the story that its address names; `None` where it is.
    pub not_story: Option<NotStory>,
    /// The story.
    pub draft: Draft,
    /// The ticker that was on the page; it belongs to the capture, not to the story.
    pub strip: Strip,
    /// The market boards beside the story; they belong to the capture, too.
    pub boards: Vec<Board>,
    /// The lists of most-read stories; they belong to the capture.
    pub most_read: Vec<MostRead>,
    /// What the page should have had and lacked, or said twice.
    pub warnings: Vec<Warning>,
}

/// An article with holes: what one page says, each value with its origin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The title, cleaned.
    pub headline: Option<String>,
    /// The part of the paper, as printed.
    pub section: Option<String>,
    /// Who signs the story, as printed: an agency, a desk, one person or several.
    pub byline: Option<String>,
    /// The byline taken apart.
    pub authors: Vec<String>,
    /// The day of publication in the site's time zone.
    pub published_on: Option<NaiveDate>,
    /// The moment of publication, where the page gives more than a day.
    pub published_at: Option<DateTime<FixedOffset>>,
    /// The moment of the last change, where the page gives more than a day.
    pub updated_at: Option<DateTime<FixedOffset>>,
    /// The place a report was filed from (`KARACHI`); the body keeps it too.
    pub dateline: Option<String>,
    /// The bullets of the summary. A teaser that only repeats the body is not a summary.
    pub summary: Vec<String>,
    /// The story, piece by piece.
    pub blocks: Vec<Block>,
    /// The pictures of the story, in its order.
    pub images: Vec<StoryImage>,
    /// Topics the site files the story under.
    pub tags: Vec<Tag>,
    /// Related stories, inside the body and after it.
    pub links: Vec<Link>,
    /// Where each field was read.
    pub origins: Vec<(Field, Origin)>,
}

/// One piece of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What kind of piece.
    pub kind: BlockKind,
    /// Its text: list items and quoted paragraphs on lines of their own, tables with their spaces, the caption of an image.
    pub text: String,
    /// The address of an image or of an embedded post.
    pub url: Option<String>,
}

/// The kinds of block. The stable words of `blocks.kind`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray, strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum BlockKind {
    /// A paragraph.
    Paragraph,
    /// A heading within the story.
    Heading,
    /// A list, one item on each line.
    List,
    /// A table: preformatted text verbatim, or cells separated by tabs.
    Table,
    /// A quotation.
    Quote,
    /// An image; its caption is the text. Not part of the body's text.
    Image,
    /// A post of a social network, a video or another page shown inside the story; its words are the text. Not
    /// part of the body's text: somebody else wrote it.
    Embed,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As printed.
    pub name: String,
    /// The topic's page; `None` where the page links none.
    pub url: Option<String>,
}

/// A link to another story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where on the page it was.
    pub placement: Placement,
    /// Its text.
    pub title: String,
    /// Its address; `None` in plain text, where addresses are lost.
    pub url: Option<String>,
    /// The target's identity, where it is a story of this site.
    pub target: Option<PageKey>,
}

/// Where on the page a related link was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Placement {
    /// A paragraph of the story that is nothing but a link.
    Inline,
    /// The list after the story.
    Related,
}

/// The fields of a draft that have an origin.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field of `Draft` with its name")]
pub enum Field {
    Url,
    Headline,
    Section,
    Byline,
    PublishedOn,
    PublishedAt,
    UpdatedAt,
    Dateline,
    Summary,
    Body,
    Tags,
    Links,
    MarketDate,
    Strip,
    Boards,
    MostRead,
}

/// Where a value was read. The stable words of `origins.origin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// An `application/ld+json` block.
    #[strum(serialize = "json-ld")]
    JsonLd,
    /// Another script that the page is made from.
    Json,
    /// A `meta` or `link` element.
    Meta,
    /// An element named by the profile's rules.
    Markup,
    /// The page's visible text.
    Text,
    /// The page's address.
    Url,
    /// An item of a feed.
    Feed,
}

/// Something a reader of the archive should know about a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of warning.
    pub code: WarningCode,
    /// What it is about: a field, a row, a date as printed.
    pub detail: String,
}

/// The kinds of warning. The stable words of `warnings.code`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum WarningCode {
    /// A field that an article normally has is not on the page.
    Missing,
    /// A JSON-LD block cannot be read.
    JsonLdBroken,
    /// There is a date, but it cannot be read, or cannot be true.
    DateUnreadable,
    /// A ticker row contradicts its own arithmetic.
    QuoteSuspect,
    /// One symbol is there twice with different numbers; the first was kept.
    QuoteRepeated,
    /// A row of a market board, or a part of one, cannot be read.
    BoardUnreadable,
    /// A code is on a board twice with different numbers; the first was kept.
    BoardRepeated,
    /// A ticker on a page whose capture date is unknown: it is kept with the page, not as quotes.
    StripUndated,
    /// Market boards on a page whose capture date is unknown: they are kept with the page, not as rows.
    BoardsUndated,
    /// Lists of most-read stories on a page whose capture date is unknown: they are kept with the page, not as rows.
    MostReadUndated,
    /// Tags whose boundaries are lost (plain text): left out.
    TagsUnsplit,
    /// The bytes are not valid in the encoding they claim.
    BadEncoding,
    /// The section is a slug: its name is nowhere on the page.
    SectionSlug,
    /// Text inside the story's element was taken for furniture, or for what stands after the story; the detail is the text.
    LeftOut,
    /// The page is nested too deeply, or would take too long to parse: what lies deeper (detail `body`) or comes after (`page`) was
    /// left out.
    TooDeep,
}

/// An article of the archive: a draft with a place, a version and a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// Its row.
    pub id: PageId,
    /// Its identity.
    pub key: PageKey,
    /// Its address.
    pub url: String,
    /// What it says.
    pub draft: Draft,
    /// 1 for the first wording seen.
    pub version: u32,
    /// Hash of headline, byline, summary and body.
    pub content_hash: String,
    /// Words in the body.
    pub word_count: u32,
    /// When this archive first stored it.
    pub first_seen_at: DateTime<Utc>,
    /// When the site was last asked for it.
    pub last_checked_at: DateTime<Utc>,
}

/// A shorter text may be a server's error message.
const WORDS_MIN: u32 = 25;

impl Draft {
    /// Whether there is enough of a story to keep. A headline from an element or from metadata is enough, and so is a body
    /// of some length; a headline or a short body from plain text needs a second witness, such as a date.
    pub fn is_article(&self) -> bool {
        if self.origin(Field::Headline).is_some_and(|it| it != Origin::Text) {
            return true;
        }
        let words = self.word_count();
        let witnesses =
            [self.headline.is_some(), 0 < words, self.published_on.is_some(), self.dateline.is_some()];
        WORDS_MIN <= words || 1 < witnesses.into_iter().filter(|it| *it).count()
    }

    /// Returns the story's text: every block that is text, joined by blank lines.
    pub fn body(&self) -> String {
        let texts = self.blocks.iter().filter(|it| it.kind.is_text());
        texts.map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n\n")
    }

    /// Returns the number of words in the body: runs between white space that hold a letter or a digit.
    pub fn word_count(&self) -> u32 {
        let texts = self.blocks.iter().filter(|it| it.kind.is_text());
        texts.map(|it| word_count(&it.text)).fold(0, u32::saturating_add)
    }

    /// Returns where `field` was read; `None` where it was not found.
    pub fn origin(&self, field: Field) -> Option<Origin> {
        self.origins.iter().find(|it| it.0 == field).map(|it| it.1)
    }
}

impl BlockKind {
    /// Whether the block's text is part of the body. A caption is not: it would come before the dateline, and a changed
    /// picture is not a changed story. Neither is a post that somebody else wrote.
    pub fn is_text(self) -> bool {
        match self {
            Self::Paragraph | Self::Heading | Self::List | Self::Table | Self::Quote => true,
            Self::Image | Self::Embed => false,
        }
    }

    /// The word in `blocks.kind`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns the kind that a word of `blocks.kind` means.
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl Placement {
    /// The word in `links.placement`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Field {
    /// The word in `origins.field`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Origin {
    /// The word in `origins.origin`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl Warning {
    /// Returns a warning of this kind; `detail` says what it is about.
    pub fn new(code: WarningCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl WarningCode {
    /// The word in `warnings.code`.
    pub fn code(self) -> &'static str {
        self.into()
    }
}
/// Returns the number of words in a text: runs between white space that hold a letter or a digit.
pub fn word_count(text: &str) -> u32 {
    let count = text.split_whitespace().filter(|it| it.contains(char::is_alphanumeric)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
