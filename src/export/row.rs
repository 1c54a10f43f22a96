//! One page as JSON, as `extract` and `export --format jsonl` print it: the names of the fields are public. Every field is copied
//! from the vocabulary, which has no JSON of its own, so that a renamed field of the model changes nothing for scripts. What
//! commands answer about an archive is in `answers`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    model::{
        Article, Block, Board, BoardRow, Decimal, Draft, Extraction, Link, MostRead, Quote, RawPage,
        StoryImage, Strip, Tag, Warning,
    },
    store::{self, Circumstances, StoredBoardRow, StoredMostRead},
};

/// A page. Absent fields are null or empty lists, never missing keys.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Draft` with its name")]
pub struct Row {
    pub url: Option<String>,
    pub host: Option<String>,
    pub site_id: Option<String>,
    /// `2021-03-08T06:20:00Z`, or a day where the time is unknown.
    pub captured_at: Option<String>,
    pub headline: Option<String>,
    pub section: Option<String>,
    pub byline: Option<String>,
    pub authors: Vec<String>,
    pub published_on: Option<String>,
    pub published_at: Option<String>,
    pub updated_at: Option<String>,
    pub dateline: Option<String>,
    pub summary: Vec<String>,
    pub body: String,
    pub blocks: Vec<BlockRow>,
    pub tags: Vec<TagRow>,
    pub links: Vec<LinkRow>,
    pub boards: Vec<BoardLine>,
    pub most_read: Vec<MostReadLine>,
    pub images: Vec<ImageLine>,
    pub strip: StripRow,
    pub origins: BTreeMap<String, String>,
    pub warnings: Vec<WarningRow>,
}

/// A piece of the story.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Block` with its name")]
pub struct BlockRow {
    pub kind: &'static str,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A topic.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Tag` with its name")]
pub struct TagRow {
    pub name: String,
    pub url: Option<String>,
}

/// A related story.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Link` with its name")]
pub struct LinkRow {
    pub placement: &'static str,
    pub title: String,
    pub url: Option<String>,
}

/// A market board.
#[derive(Debug, Clone, Serialize)]
pub struct BoardLine {
    /// Its name in the profile.
    pub board: String,
    /// Its rows, in the order of the page.
    pub rows: Vec<BoardCells>,
}

/// A row of a board. Numbers are printed as on the page, without trailing zeros.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::BoardRow` with its name")]
pub struct BoardCells {
    pub code: String,
    pub name: Option<String>,
    pub as_of: Option<String>,
    pub unit: String,
    pub value: f64,
    pub change: Option<f64>,
    pub change_pct: Option<f64>,
}

/// A story in a list of those that are read most.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::MostRead` with its name")]
pub struct MostReadLine {
    pub window: String,
    pub rank: u32,
    pub title: String,
    pub url: String,
}

/// A picture of the story.
#[derive(Debug, Clone, Serialize)]
pub struct ImageLine {
    /// The address of the largest that the page names.
    pub url: String,
    /// In pixels, where the page says it.
    pub width: Option<u32>,
    /// In pixels, where the page says it.
    pub height: Option<u32>,
    /// The words below it.
    pub caption: Option<String>,
    /// Who made or sells it.
    pub credit: Option<String>,
}

/// The ticker.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Strip` with its name")]
pub struct StripRow {
    pub market_date: Option<String>,
    pub quotes: Vec<StripQuoteRow>,
}

/// A row of the ticker. Numbers are printed as on the page, without trailing zeros.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Quote` with its name")]
pub struct StripQuoteRow {
    pub symbol: String,
    pub kind: String,
    pub price: f64,
    pub change: f64,
    pub change_pct: f64,
    pub direction: String,
    pub suspect: bool,
}

/// Something to know about the page.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each is the field of `model::Warning` with its name")]
pub struct WarningRow {
    pub code: String,
    pub detail: String,
}

impl Row {
    /// Returns an article of the archive, as `extract` would print the page from which its newest wording was read.
    pub fn of_article(article: Article, circumstances: Circumstances) -> Self {
        let Article { id: _, key, url, draft, .. } = article;
        let Circumstances { captured_at, market_date, quotes, boards, most_read, origins, warnings } =
            circumstances;
        let quote = |it: store::StoredQuote| StripQuoteRow {
            symbol: it.symbol,
            kind: it.kind,
            price: it.price,
            change: it.change,
            change_pct: it.change_pct,
            direction: it.direction,
            suspect: it.suspect,
        };
        Self {
            url: Some(url).filter(|it| !it.is_empty()),
            host: Some(key.host),
            site_id: Some(key.id),
            captured_at,
            strip: StripRow { market_date, quotes: quotes.into_iter().map(quote).collect() },
            boards: board_lines(boards),
            most_read: most_read.into_iter().map(Into::into).collect(),
            origins: origins.into_iter().map(|it| (it.field, it.origin)).collect(),
            warnings: warnings
                .into_iter()
                .map(|it| WarningRow { code: it.code, detail: it.detail })
                .collect(),
            ..Self::of_draft(draft)
        }
    }

    /// Returns what was read from one page.
    pub fn of_page(page: &RawPage, extraction: Extraction) -> Self {
        let Extraction {
            extractor: _,
            not_story: _,
            url,
            key,
            draft,
            strip,
            boards,
            most_read,
            warnings,
        } = extraction;
        let (host, site_id) = key.map(|it| (it.host, it.id)).unzip();
        Self {
            url: url.map(Into::into),
            host,
            site_id,
            captured_at: page.captured_at.map(|it| it.to_string()),
            boards: boards.into_iter().map(Into::into).collect(),
            most_read: most_read.into_iter().map(Into::into).collect(),
            strip: strip.into(),
            warnings: warnings.into_iter().map(Into::into).collect(),
            ..Self::of_draft(draft)
        }
    }

    /// Returns a row of which nothing is known.
    #[cfg(feature = "arrow")]
    pub(super) fn empty() -> Self {
        Self::of_draft(Draft::default())
    }

    /// Returns what a draft says, without its circumstances.
    fn of_draft(draft: Draft) -> Self {
        let body = draft.body();
        let Draft {
            headline,
            section,
            byline,
            authors,
            published_on,
            published_at,
            updated_at,
            dateline,
            summary,
            blocks,
            images,
            tags,
            links,
            origins,
        } = draft;
        Self {
            url: None,
            host: None,
            site_id: None,
            captured_at: None,
            headline,
            section,
            byline,
            authors,
            published_on: published_on.map(|it| it.to_string()),
            published_at: published_at.map(|it| it.to_rfc3339()),
            updated_at: updated_at.map(|it| it.to_rfc3339()),
            dateline,
            summary,
            body,
            blocks: blocks.into_iter().map(Into::into).collect(),
            tags: tags.into_iter().map(Into::into).collect(),
            links: links.into_iter().map(Into::into).collect(),
            boards: Vec::new(),
            most_read: Vec::new(),
            images: images.into_iter().map(Into::into).collect(),
            strip: StripRow { market_date: None, quotes: Vec::new() },
            origins: origins.iter().map(|it| (it.0.code().to_owned(), it.1.code().to_owned())).collect(),
            warnings: Vec::new(),
        }
    }
}

/// Returns the boards that stored rows make, in their order.
fn board_lines(rows: Vec<StoredBoardRow>) -> Vec<BoardLine> {
    let mut lines: Vec<BoardLine> = Vec::new();
    for row in rows {
        let StoredBoardRow { board, code, name, as_of, unit, value, change, change_pct } = row;
        let cells = BoardCells { code, name, as_of, unit, value, change, change_pct };
        match lines.last_mut() {
            Some(line) if line.board == board => line.rows.push(cells),
            _ => lines.push(BoardLine { board, rows: vec![cells] }),
        }
    }
    lines
}

impl From<StoredMostRead> for MostReadLine {
    fn from(story: StoredMostRead) -> Self {
        let StoredMostRead { window, rank, title, url } = story;
        Self { window, rank, title, url }
    }
}

impl From<Block> for BlockRow {
    fn from(block: Block) -> Self {
        let Block { kind, text, url } = block;
        Self { kind: kind.code(), text, url }
    }
}

impl From<StoryImage> for ImageLine {
    fn from(image: StoryImage) -> Self {
        let StoryImage { url, block_url: _, width, height, caption, credit } = image;
        Self { url, width, height, caption, credit }
    }
}

impl From<Tag> for TagRow {
    fn from(tag: Tag) -> Self {
        let Tag { name, url } = tag;
        Self { name, url }
    }
}

impl From<Link> for LinkRow {
    fn from(link: Link) -> Self {
        let Link { placement, title, url, target: _ } = link;
        Self { placement: placement.code(), title, url }
    }
}

impl From<Board> for BoardLine {
    fn from(board: Board) -> Self {
        let Board { name, is_market: _, rows } = board;
        Self { board: name, rows: rows.into_iter().map(Into::into).collect() }
    }
}

impl From<BoardRow> for BoardCells {
    fn from(row: BoardRow) -> Self {
        let BoardRow { code, name, company: _, as_of, unit, value, change, change_pct } = row;
        Self {
            code,
            name,
            as_of: as_of.map(|day| day.to_string()),
            unit: unit.code().to_owned(),
            value: value.to_f64(),
            change: change.map(Decimal::to_f64),
            change_pct: change_pct.map(Decimal::to_f64),
        }
    }
}

impl From<MostRead> for MostReadLine {
    fn from(story: MostRead) -> Self {
        let MostRead { window, rank, title, url, target: _ } = story;
        Self { window, rank, title, url }
    }
}

impl From<Strip> for StripRow {
    fn from(strip: Strip) -> Self {
        let Strip { market_date, quotes } = strip;
        Self {
            market_date: market_date.map(|it| it.to_string()),
            quotes: quotes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Quote> for StripQuoteRow {
    fn from(quote: Quote) -> Self {
        let Quote { symbol, kind, price, change, change_pct, direction, suspect } = quote;
        Self {
            symbol,
            kind: kind.code().to_owned(),
            price: price.to_f64(),
            change: change.to_f64(),
            change_pct: change_pct.to_f64(),
            direction: direction.code().to_owned(),
            suspect,
        }
    }
}

impl From<Warning> for WarningRow {
    fn from(warning: Warning) -> Self {
        let Warning { code, detail } = warning;
        Self { code: code.code().to_owned(), detail }
    }
}
