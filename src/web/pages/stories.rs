//! Stories that have something in common: a section, a byline, a topic, a change after publication, many readers.

use askama::Template;

use crate::{
    model::counted,
    store::{ChangeFilter, ListedStory, MARKS, ReadStory, Reader, SearchHit, StoreError, StoryListing},
    web::{
        answer::WebAnswer,
        readers::ServedPaper,
        route::{Form, NameKind, part},
    },
};

use super::{
    frame::{Frame, StoryLine, escaped},
    paper::as_list,
};

/// Stories on one page.
const SHOWN_MAX: u32 = 200;

#[derive(Template)]
#[template(path = "stories.html")]
struct StoriesPage {
    frame: Frame,
    said: String,
    stories: Vec<StoryLine>,
    /// The address of the list for programs, without its ending.
    list_path: Option<String>,
}

#[derive(Template)]
#[template(path = "most_read.html")]
struct MostReadPage {
    frame: Frame,
    stories: Vec<ReadStory>,
}

pub(super) fn names(
    served: &ServedPaper,
    reader: &Reader,
    kind: NameKind,
    name: &str,
    form: Form,
) -> Result<Option<WebAnswer>, StoreError> {
    let mut listing = StoryListing { limit: SHOWN_MAX, ..StoryListing::default() };
    let (word, wanted) = match kind {
        NameKind::Section => ("section", &mut listing.section),
        NameKind::Byline => ("byline", &mut listing.byline),
        NameKind::Tag => ("tag", &mut listing.tag),
    };
    *wanted = Some(name.to_owned());
    let stories = reader.list(&listing)?;
    if stories.is_empty() {
        return Ok(None);
    }
    if let Some(answer) = as_list(&stories, form) {
        return Ok(Some(answer));
    }
    let count = stories.len() as u64;
    let newest = if count == u64::from(SHOWN_MAX) { "The newest " } else { "" };
    let page = StoriesPage {
        frame: Frame::new(served, format!("{name} ({word})")),
        said: format!("{newest}{}", counted(count, "story")),
        stories: stories.into_iter().map(StoryLine::from).collect(),
        list_path: Some(format!("/{word}/{}", part(name))),
    };
    Ok(Some(WebAnswer::page(&page)))
}

pub(super) fn changes(
    served: &ServedPaper,
    reader: &Reader,
    form: Form,
) -> Result<Option<WebAnswer>, StoreError> {
    let listing =
        StoryListing { changes: ChangeFilter::Changed, limit: SHOWN_MAX, ..StoryListing::default() };
    let stories = reader.list(&listing)?;
    if form == Form::Atom {
        let hit = |it: &ListedStory| SearchHit {
            id: it.id,
            published_on: it.published_on.clone(),
            section: it.section.clone(),
            byline: it.byline.clone(),
            headline: it.headline.clone(),
            url: it.url.clone(),
            snippet: counted(u64::from(it.version), "wording"),
        };
        let hits: Vec<SearchHit> = stories.iter().map(hit).collect();
        return Ok(Some(feed(served, "Changes after publication", &hits)));
    }
    if let Some(answer) = as_list(&stories, form) {
        return Ok(Some(answer));
    }
    let page = StoriesPage {
        frame: Frame::new(served, "Changed after publication"),
        said: counted(stories.len() as u64, "story"),
        stories: stories.into_iter().map(StoryLine::from).collect(),
        list_path: Some("/changes".to_owned()),
    };
    Ok(Some(WebAnswer::page(&page)))
}

pub(super) fn most_read(served: &ServedPaper, reader: &Reader) -> Result<Option<WebAnswer>, StoreError> {
    let frame = Frame::new(served, "Most read");
    Ok(Some(WebAnswer::page(&MostReadPage { frame, stories: reader.read_most(None, SHOWN_MAX)? })))
}

/// Returns stories as an Atom feed (RFC 4287).
pub(super) fn feed(served: &ServedPaper, title: &str, hits: &[SearchHit]) -> WebAnswer {
    let entry = |hit: &SearchHit| {
        let day = hit.published_on.as_deref().unwrap_or("1970-01-01");
        format!(
            "<entry><title>{}</title><id>urn:tearsheet:article:{}</id><link href=\"/article/{}\"/>\
             <updated>{day}T00:00:00Z</updated><summary>{}</summary></entry>\n",
            escaped(hit.headline.as_deref().unwrap_or("(no headline)")),
            hit.id,
            hit.id,
            escaped(&hit.snippet.replace(MARKS, ""))
        )
    };
    let entries: String = hits.iter().map(entry).collect();
    let newest = hits.iter().filter_map(|it| it.published_on.as_deref()).max().unwrap_or("1970-01-01");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{}: {}</title>\n\
         <id>urn:tearsheet:feed:{}</id>\n<updated>{newest}T00:00:00Z</updated>\n<author><name>{}</name></author>\n{entries}</feed>\n",
        escaped(&served.profile.name),
        escaped(title),
        part(title),
        escaped(&served.profile.name)
    );
    WebAnswer::of("application/atom+xml; charset=utf-8", text.into_bytes())
}
