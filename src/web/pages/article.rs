//! A story: as it is, as it was, what changed, and the page it was read from. It is shown from our own pieces, never from the site's
//! markup.

use askama::Template;
use url::Url;

use crate::{
    model::{Article, Block, BlockKind, Days, ImageKind, is_web},
    store::{
        ArticleFacts, ArticleImage, ArticleReference, CaptureLine, FirstPrint, NamedCompany, Reader,
        StoreError, Wording,
    },
    web::{
        answer::WebAnswer,
        diff::{Compared, Fate, compare},
        readers::ServedPaper,
    },
};

use super::frame::{Frame, NamedLink};

#[derive(Template)]
#[template(path = "article.html")]
struct ArticlePage {
    frame: Frame,
    id: i64,
    section: Option<NamedLink>,
    byline: Option<NamedLink>,
    /// As printed, and in UTC.
    dates: Vec<String>,
    day: Option<String>,
    summary: Vec<String>,
    /// A picture that only the metadata of the page names.
    lead: Option<ShownImage>,
    blocks: Vec<ShownBlock>,
    tags: Vec<NamedLink>,
    related: Vec<ShownLink>,
    companies: Vec<CompanyLine>,
    /// When it was published, to the exchange.
    session: Option<String>,
    /// The story in which its text was first.
    first: Option<FirstPrint>,
    origins: Vec<String>,
    captures: Vec<CaptureLine>,
    versions: u32,
    /// Its address on the site.
    source: Option<String>,
}

struct ShownBlock {
    kind: &'static str,
    text: String,
    lines: Vec<String>,
    url: Option<String>,
    /// Where the picture itself is, if the archive has it.
    image: Option<ShownImage>,
}

struct ShownImage {
    path: String,
    width: Option<u32>,
    height: Option<u32>,
}

struct ShownLink {
    title: String,
    /// Our page of it, or else its address on the site.
    path: Option<String>,
    is_ours: bool,
}

/// A company or an index that the story names; what is not known is empty.
struct CompanyLine {
    link: NamedLink,
    move_of_session: String,
    /// The words that name it, and where they stand.
    named: String,
    relevance: String,
    confidence: String,
    novelty: String,
}

#[derive(Template)]
#[template(path = "versions.html")]
struct VersionsPage {
    frame: Frame,
    id: i64,
    wordings: Vec<Wording>,
}

#[derive(Template)]
#[template(path = "diff.html")]
struct DiffPage {
    frame: Frame,
    id: i64,
    parts: Vec<DiffPart>,
}

/// One field of a comparison.
struct DiffPart {
    title: &'static str,
    compared: Vec<Compared>,
}

#[derive(Template)]
#[template(path = "raw.html")]
struct RawFramePage {
    frame: Frame,
    capture: CaptureLine,
}

/// Returns the article of an id: the archive's, or the site's.
fn find(reader: &Reader, id: &str) -> Result<Option<Article>, StoreError> {
    reader.article(&ArticleReference::Id(id.to_owned()))
}

pub(super) fn article(
    served: &ServedPaper,
    reader: &Reader,
    id: &str,
) -> Result<Option<WebAnswer>, StoreError> {
    let Some(article) = find(reader, id)? else { return Ok(None) };
    // One story has one address.
    if id != article.id.0.to_string() {
        return Ok(Some(WebAnswer::see(&format!("/article/{}", article.id.0))));
    }
    let captures = reader.captures_of(article.id)?;
    let facts = reader.article_facts(article.id)?;
    let companies = companies(reader, &article, facts.session.as_deref())?;
    let first = reader.first_print(article.id)?;
    let images = reader.images_of(article.id, article.version)?;
    let Article { id, url, draft, version, .. } = article;
    let title = draft.headline.clone().unwrap_or_else(|| "(no headline)".to_owned());
    let mut related = Vec::new();
    for link in &draft.links {
        let ours = match &link.target {
            Some(key) => reader.article(&ArticleReference::Key(key.clone()))?.map(|it| it.id.0),
            None => None,
        };
        let path = ours.map(|it| format!("/article/{it}")).or_else(|| outside(link.url.as_deref()));
        related.push(ShownLink { title: link.title.clone(), path, is_ours: ours.is_some() });
    }
    let mut dates = Vec::new();
    for (what, at) in [("Published", draft.published_at), ("Updated", draft.updated_at)] {
        if let Some(at) = at {
            let utc = at.to_utc().format("%Y-%m-%d %H:%M UTC");
            dates.push(format!("{what} {} ({utc})", at.format("%-d %B %Y, %H:%M %:z")));
        }
    }
    if let (true, Some(day)) = (dates.is_empty(), draft.published_on) {
        dates.push(format!("Published {}", day.format("%-d %B %Y")));
    }
    let page = ArticlePage {
        frame: Frame::new(served, title),
        id: id.0,
        section: draft.section.as_deref().map(|it| NamedLink::new("section", it)),
        byline: draft.byline.as_deref().map(|it| NamedLink::new("byline", it)),
        dates,
        day: draft.published_on.map(|it| it.to_string()),
        summary: draft.summary,
        blocks: draft.blocks.iter().map(|it| shown(it, &images)).collect(),
        lead: images.iter().find(|it| it.block_url.is_none()).and_then(shown_image),
        tags: draft.tags.iter().map(|it| NamedLink::new("tag", &it.name)).collect(),
        related,
        companies,
        session: session(facts),
        first,
        origins: draft.origins.iter().map(|it| format!("{}: {}", it.0.code(), it.1.code())).collect(),
        captures,
        versions: version,
        source: outside(Some(&url)),
    };
    Ok(Some(WebAnswer::page(&page)))
}

/// Returns what a story names, each with its move in the story's session; without one, on its day.
fn companies(
    reader: &Reader,
    article: &Article,
    session: Option<&str>,
) -> Result<Vec<CompanyLine>, StoreError> {
    let day = session.and_then(|it| it.parse().ok()).or(article.draft.published_on);
    let mut lines = Vec::new();
    for company in reader.companies_of(article.id)? {
        let NamedCompany { symbol, matched, place, relevance, confidence, novelty, nth } = company;
        let daily = match day {
            Some(day) => reader.quotes_daily(&symbol, Some(Days { first: day, last: day }))?.pop(),
            None => None,
        };
        let place = place.map(|it| it.replace('_', " "));
        let said = |number: Option<u32>| number.map(|it| it.to_string()).unwrap_or_default();
        lines.push(CompanyLine {
            move_of_session: daily
                .map(|it| format!("{} ({:+.2} %)", it.close, it.change_pct))
                .unwrap_or_default(),
            named: matched.into_iter().chain(place).collect::<Vec<_>>().join(", "),
            relevance: said(relevance),
            confidence: confidence.map(|it| format!("{it:.2}")).unwrap_or_default(),
            novelty: match nth {
                Some(nth) => format!("{} (story {nth} in 24 hours)", said(novelty)),
                None => said(novelty),
            },
            link: NamedLink::new("symbol", &symbol),
        });
    }
    Ok(lines)
}

/// Returns what the moment of publication was to the exchange; `None` where only the day is known.
fn session(facts: ArticleFacts) -> Option<String> {
    let (session, phase) = (facts.session?, facts.phase?);
    Some(match phase.as_str() {
        "pre" => format!("Published before the opening of the session of {session}"),
        "open" => format!("Published during the session of {session}"),
        "post" => format!("Published after the close; the next session is that of {session}"),
        _ => format!("Published on a day without trade; the next session is that of {session}"),
    })
}

/// Returns an address that a link may lead to: one of the web, and of nothing that runs.
fn outside(url: Option<&str>) -> Option<String> {
    let url = Url::parse(url?).ok()?;
    is_web(&url).then(|| url.to_string())
}

/// Returns a picture that the archive has.
fn shown_image(image: &ArticleImage) -> Option<ShownImage> {
    let path = format!("/image/{}", image.stored.as_ref()?.sha256);
    Some(ShownImage { path, width: image.width, height: image.height })
}

fn shown(block: &Block, images: &[ArticleImage]) -> ShownBlock {
    let Block { kind, text, url } = block;
    let kind = match kind {
        BlockKind::Paragraph => "paragraph",
        BlockKind::Heading => "heading",
        BlockKind::List => "list",
        BlockKind::Table => "table",
        BlockKind::Quote => "quote",
        BlockKind::Image => "image",
        BlockKind::Embed => "embed",
    };
    ShownBlock {
        kind,
        text: text.clone(),
        lines: text.lines().map(str::to_owned).collect(),
        image: images.iter().find(|it| url.is_some() && it.block_url == *url).and_then(shown_image),
        url: outside(url.as_deref()),
    }
}

pub(super) fn versions(
    served: &ServedPaper,
    reader: &Reader,
    id: &str,
) -> Result<Option<WebAnswer>, StoreError> {
    let Some(article) = find(reader, id)? else { return Ok(None) };
    let wordings = reader.wordings(article.id)?;
    let title = article.draft.headline.unwrap_or_default();
    let frame = Frame::new(served, format!("Wordings of: {title}"));
    Ok(Some(WebAnswer::page(&VersionsPage { frame, id: article.id.0, wordings })))
}

pub(super) fn diff(
    served: &ServedPaper,
    reader: &Reader,
    id: &str,
    from: Option<u32>,
    to: Option<u32>,
) -> Result<Option<WebAnswer>, StoreError> {
    let Some(article) = find(reader, id)? else { return Ok(None) };
    let to = to.unwrap_or(article.version);
    let from = from.unwrap_or_else(|| to.saturating_sub(1));
    let wordings = reader.wordings(article.id)?;
    let of = |version: u32| wordings.iter().find(|it| it.version == version);
    let (Some(old), Some(new)) = (of(from), of(to)) else { return Ok(None) };
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    let parts = [
        ("Headline", text(&old.headline), text(&new.headline)),
        ("Byline", text(&old.byline), text(&new.byline)),
        ("Summary", old.summary.replace('\n', "\n\n"), new.summary.replace('\n', "\n\n")),
        ("Story", old.body.clone(), new.body.clone()),
    ];
    let part = |(title, old, new): (&'static str, String, String)| DiffPart {
        title,
        compared: compare(&old, &new),
    };
    let page = DiffPage {
        frame: Frame::new(served, format!("Version {from} and {to}: {}", text(&new.headline))),
        id: article.id.0,
        parts: parts.into_iter().map(part).collect(),
    };
    Ok(Some(WebAnswer::page(&page)))
}

pub(super) fn raw(
    served: &ServedPaper,
    reader: &Reader,
    id: i64,
) -> Result<Option<WebAnswer>, StoreError> {
    let Some((capture, _)) = reader.capture_with_body(id)? else { return Ok(None) };
    let when = capture.captured_at.clone().unwrap_or_else(|| "an unknown day".to_owned());
    let frame = Frame::new(served, format!("The page as it was on {when}"));
    Ok(Some(WebAnswer::page(&RawFramePage { frame, capture })))
}

/// Returns a page as it was, for the frame of [`raw`] alone.
pub(super) fn raw_page(reader: &Reader, id: i64) -> Result<Option<WebAnswer>, StoreError> {
    let Some((capture, Some(body))) = reader.capture_with_body(id)? else { return Ok(None) };
    let text = crate::html::decode(&body, capture.content_type.as_deref()).text.into_owned();
    Ok(Some(WebAnswer::raw(text.into_bytes())))
}

/// Returns a picture by the SHA-256 of its bytes; `None` where there is none, or none of a type that is kept.
pub(super) fn image(reader: &Reader, hash: &str) -> Result<Option<WebAnswer>, StoreError> {
    let Some((media_type, id)) = reader.image_by_hash(hash)? else { return Ok(None) };
    let Some(media_type) = ImageKind::known(&media_type) else { return Ok(None) };
    Ok(Some(WebAnswer::image(media_type, reader.image_bytes(id)?)))
}

pub(super) fn raw_source(reader: &Reader, id: i64) -> Result<Option<WebAnswer>, StoreError> {
    let Some((capture, Some(body))) = reader.capture_with_body(id)? else { return Ok(None) };
    let text = crate::html::decode(&body, capture.content_type.as_deref()).text.into_owned();
    Ok(Some(WebAnswer::of("text/plain; charset=utf-8", text.into_bytes())))
}
