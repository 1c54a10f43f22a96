//! One web archive, asked at its own pace: its index, and the captures themselves. Which of them are wanted is decided by `via` and
//! `offers`; what an index says is parsed by `discover`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::{
    clock,
    config::{Holding, Index, WebArchive},
    discover::{ArchivedCapture, CdxPaging, CdxQuery, Listed, Sought, crawls},
    fetch::{Class, FetchError, Fetcher},
    model::{
        Ask, CaptureSource, Captured, Days, Event, Fetched, Heads, PageState, RawPage, Settled, Unread,
        Validators, WrittenDate,
    },
};

use super::replay::{Replayed, is_same};
use crate::jobs::{
    End, JobError,
    halt::Halt,
    page_kind::is_page,
    records::{ArchivePages, Found},
    run::{Pass, Work},
};

/// Asks one web archive.
pub(super) struct WebArchiveReader<'w, 'a> {
    work: &'w Work<'a>,
    archive: &'w WebArchive,
    /// Hosts whose pace was looked up: an archive may keep its index and its files on different ones.
    hosts: Vec<String>,
}

impl<'w, 'a> WebArchiveReader<'w, 'a> {
    pub(super) fn new(work: &'w Work<'a>, archive: &'w WebArchive) -> Self {
        Self { work, archive, hosts: Vec::new() }
    }

    /// Returns the CDX servers that may know captures made on these days.
    pub(super) async fn servers(&mut self, days: Days) -> Result<Vec<Url>, Halt> {
        let list = match &self.archive.index {
            Index::Cdx(server) => return Ok(vec![server.clone()]),
            Index::Crawls(list) => list,
        };
        let text = self.text(list).await?;
        let Some(servers) = crawls(&text, days) else {
            let cause = "no list of crawls".to_owned();
            (self.work.pass.observe)(Event::SourceFailed {
                url: list.to_string(),
                cause: cause.clone(),
            });
            return Err(End::Stopped { cause }.into());
        };
        Ok(servers)
    }

    /// Returns the captures that a server knows. An answer that is not an index, and lines that cannot be read, are reported.
    pub(super) async fn index(&mut self, server: Url, sought: Sought) -> Result<IndexRead, Halt> {
        let parts = match self.archive.index {
            Index::Cdx(_) => CdxPaging::Keys,
            Index::Crawls(_) => CdxPaging::Numbered,
        };
        let mut query = CdxQuery::new(self.work.pass.profile, server.clone(), parts, sought);
        let mut captures = Vec::new();
        let mut unread = Unread::default();
        let mut failure = None;
        while let Some(url) = query.ask() {
            self.work.bounds.check()?;
            let text = self.text(&url).await?;
            match query.absorb(&text) {
                Ok(Listed { captures: listed, unread: strange }) => {
                    captures.extend(listed);
                    unread.add(strange);
                }
                Err(cause) => failure = Some(cause),
            }
        }
        if query.is_cut() {
            failure = Some("it went on and on: the rest of its answer was not read".to_owned());
        }
        let observe = self.work.pass.observe;
        let (url, listed) = (server.to_string(), captures.len());
        let partly = unread.words();
        let is_whole = failure.is_none() && partly.is_none();
        if let Some(cause) = failure {
            observe(Event::SourceFailed { url, cause });
        } else {
            observe(Event::SourceRead { url: url.clone(), listed, added: 0 });
            if let Some(what) = partly {
                observe(Event::SourcePartly { url, what });
            }
        }
        Ok(IndexRead { captures, is_whole })
    }

    /// Returns what an address of the archive answers; nothing where it has nothing, which archives say with 404, too.
    async fn text(&mut self, url: &Url) -> Result<String, Halt> {
        match self.ask(&Ask::new(url.clone())).await {
            Ok(Fetched::Page(page)) => Ok(String::from_utf8_lossy(&page.body).into_owned()),
            Ok(Fetched::Missing(_) | Fetched::NotModified(_))
            | Err(Failed::Missing | Failed::NotThePage(_)) => Ok(String::new()),
            Err(Failed::Fetch(error)) => Err(self.failed(url, &error).into()),
            Err(Failed::Job(error)) => Err(error.into()),
        }
    }

    /// Fetches a capture and keeps it. Returns what that meant for the archive.
    pub(super) async fn fetch(&mut self, capture: ArchivedCapture) -> Result<Settled, Halt> {
        let Pass { writer, observe, .. } = self.work.pass;
        let (settled, cause) = match self.page(&capture).await {
            Ok(page) => {
                let read = self.work.visitor.read(page).await;
                let cause = read.extraction.not_story.map(|it| it.words().to_owned());
                let settled = writer.import(vec![read], clock::now()).await?;
                (settled.first().copied().unwrap_or(Settled::Unchanged), cause)
            }
            Err(Failed::Fetch(error)) if error.class() == Class::Stop => {
                return Err(self.work.bounds.end_of(&error).into());
            }
            Err(Failed::Fetch(error)) => (Settled::Failed(error.state()), Some(error.to_string())),
            Err(Failed::Job(error)) => return Err(error.into()),
            Err(Failed::Missing) => (Settled::Missing, None),
            Err(Failed::NotThePage(why)) => {
                (Settled::Failed(PageState::NotArticle), Some(why.to_owned()))
            }
        };
        let url = format!("{} of {}", capture.url, capture.timestamp);
        observe(Event::Settled { url, settled, cause });
        Ok(settled)
    }

    async fn page(&mut self, capture: &ArchivedCapture) -> Result<RawPage, Failed> {
        let ask = self.address(capture).ok_or(Failed::Missing)?;
        let page = match self.ask(&ask).await? {
            Fetched::Page(page) => page,
            Fetched::Missing(_) | Fetched::NotModified(_) => return Err(Failed::Missing),
        };
        if matches!(self.archive.holding, Holding::Records(_)) {
            return self.out_of_record(&page, capture).ok_or(Failed::NotThePage(ANOTHER));
        }
        let replayed = self.replayed(&page, capture);
        let Some(at) = replayed.filter(|_| is_page(page.content_type.as_deref(), &page.body)) else {
            return Err(Failed::NotThePage(ANOTHER));
        };
        Ok(RawPage {
            url: capture.url.parse().ok(),
            captured_at: Some(Captured::At(at)),
            source: CaptureSource::WebArchive,
            // What the archive sends along is about its answer, not about the site's.
            validators: Validators::default(),
            heads: None,
            feed: None,
            ..*page
        })
    }

    /// The request for a capture; `None` where the index does not say where it is.
    fn address(&self, capture: &ArchivedCapture) -> Option<Ask> {
        match &self.archive.holding {
            Holding::Replay(template) => {
                let filled =
                    template.replace("{timestamp}", &capture.timestamp).replace("{url}", &capture.url);
                let within = template.split("{timestamp}").next().and_then(|it| Url::parse(it).ok());
                let within = within.map(|it| it.to_string());
                Some(Ask { within, ..Ask::new(Url::parse(&filled).ok()?) })
            }
            Holding::Records(template) => {
                let place = capture.record.as_ref()?;
                let url = Url::parse(&template.replace("{filename}", &place.filename)).ok()?;
                Some(Ask { range: Some(place.range()), ..Ask::new(url) })
            }
        }
    }

    /// Returns the moment of the capture that an archive replayed: it may lead on to another one than was asked for. Returns `None` where
    /// what came is of another page, or says nowhere when it was captured.
    fn replayed(&self, page: &RawPage, capture: &ArchivedCapture) -> Option<DateTime<Utc>> {
        let Holding::Replay(template) = &self.archive.holding else { return None };
        let Replayed { url, at } = Replayed::read(page.url.as_ref()?.as_str(), template)?;
        let is_it = is_same(&url, &capture.url) || {
            let key = Url::parse(&url).ok().and_then(|it| self.work.pass.profile.page_key(&it));
            key.as_ref() == Some(&capture.key)
        };
        // What the archive says of its answer counts before what it was asked for (RFC 7089, section 2.1.1).
        let heads = page.heads.as_ref().map_or("", |it| it.response.as_str());
        let said = Heads::parse(heads).find(|it| it.0.eq_ignore_ascii_case("memento-datetime"));
        let at = said.and_then(|it| WrittenDate::read(it.1, Some(Tz::UTC))).map_or(at, |it| match it {
            WrittenDate::Moment(at) => Some(at.to_utc()),
            WrittenDate::Day(_) => at,
        });
        at.filter(|_| is_it)
    }

    fn out_of_record(&self, part: &RawPage, capture: &ArchivedCapture) -> Option<RawPage> {
        let Pass { fetcher, profile, .. } = self.work.pass;
        let records = ArchivePages::new(&part.body[..], &[profile], fetcher.max_body_bytes()).ok()?;
        let page = records.into_iter().find_map(|it| match it {
            Found::Page(found) => Some(found.page),
            Found::Revisit(_) | Found::PassedOver(_) | Found::Damaged(_) => None,
        })?;
        let is_it =
            page.url.as_ref().and_then(|it| profile.page_key(it)).is_some_and(|it| it == capture.key);
        is_it.then_some(page)
    }

    /// Sends one request, at the archive's pace and with what its host asked of an earlier run.
    async fn ask(&mut self, ask: &Ask) -> Result<Fetched, Failed> {
        let Pass { fetcher, writer, .. } = self.work.pass;
        let host = Fetcher::host_of(&ask.url);
        if !self.hosts.contains(&host) {
            if let Some(memory) = writer.host(host.clone()).await.map_err(JobError::from)? {
                fetcher.resume(&memory, None);
            }
            fetcher.slow_down(&host, self.archive.interval);
            self.hosts.push(host.clone());
        }
        let visit = fetcher.get(ask).await;
        writer.remember_requests(self.work.run, visit.requests).await.map_err(JobError::from)?;
        writer.remember_host(fetcher.memory(&host)).await.map_err(JobError::from)?;
        visit.result.map_err(Failed::Fetch)
    }

    fn failed(&self, url: &Url, error: &FetchError) -> End {
        let end = self.work.bounds.end_of(error);
        if let End::Stopped { cause } = &end {
            (self.work.pass.observe)(Event::SourceFailed { url: url.to_string(), cause: cause.clone() });
        }
        end
    }
}

/// Why there is no page.
enum Failed {
    Fetch(FetchError),
    Missing,
    NotThePage(&'static str),
    /// The job itself cannot go on.
    Job(JobError),
}

impl From<JobError> for Failed {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

const ANOTHER: &str =
    "the web archive returned another page, or a capture of another time than its index says";

/// What an index answered.
pub(super) struct IndexRead {
    pub(super) captures: Vec<ArchivedCapture>,
    /// Whether all of it could be read.
    pub(super) is_whole: bool,
}
