//! The pictures of the stories, asked for after the pages: each host a lane of its own, with its robots.txt, pace and breaker. Which
//! picture is due is known to `store`; what bytes are one is told by `crate::image`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::try_join_all;
use url::Url;

use crate::{
    clock,
    config::Profile,
    fetch::{Class, FetchError, Fetcher},
    image,
    jobs::{JobError, halt::Halt},
    model::{
        Ask, AskRole, CaptureSource, Captured, Event, Fetched, ImageState, PageState, RawImage, RawPage,
        Request, Validators,
    },
    store::{ImageOutcome, ImageQueue, ImageSettlement, ImageTask, VisitQueue},
};

use super::{image_counts::Budget, pass::Pass, schedule, visits::Work};

/// The time in which `per_day` counts.
const DAY: TimeDelta = TimeDelta::hours(24);

/// Where pictures are asked for.
#[derive(Clone, Copy)]
pub(in crate::jobs) enum ImageRoute<'r> {
    /// At their own hosts.
    Live,
    /// In a web archive that replays captures.
    Replay {
        /// The address of a capture, with `{timestamp}` and `{url}` in it.
        template: &'r str,
        /// The shortest time between two requests.
        interval: Duration,
        /// Reads the time of a capture out of the address of its replay.
        captured_at: &'r dyn Fn(&RawPage) -> Option<DateTime<Utc>>,
    },
}

/// Why the pictures of a host are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ImagesLeft {
    /// None is due.
    Nothing,
    /// A bound is reached, or the host said stop.
    Waiting,
    /// Pages are due, which come first.
    PagesDue,
}

impl Work<'_> {
    /// Asks for every picture that is due, unless the archive keeps none. `pages` come first: where one of them becomes due meanwhile,
    /// the pictures wait. Returns whether they do.
    pub(in crate::jobs) async fn fetch_images(
        &self,
        route: ImageRoute<'_>,
        pages: Option<VisitQueue>,
    ) -> Result<bool, Halt> {
        let Pass { writer, images: Some(bounds), .. } = *self.pass else { return Ok(false) };
        let queue = route.queue();
        let now = clock::now();
        let hosts = writer.image_hosts(queue, now).await?;
        if hosts.is_empty() {
            return Ok(false);
        }
        (self.pass.observe)(Event::Queue { due: writer.images_due(queue, now).await? });
        let budget = Budget::new(bounds, writer.image_spending(now - DAY).await?);
        let lanes = hosts.iter().map(|host| self.fetch_images_of(host, route, pages, &budget));
        let are_pages_due = match route {
            ImageRoute::Live => try_join_all(lanes).await?.contains(&ImagesLeft::PagesDue),
            // One archive answers for all hosts: what it says once counts for all of them.
            ImageRoute::Replay { .. } => {
                for lane in lanes {
                    if lane.await? != ImagesLeft::Nothing {
                        break;
                    }
                }
                false
            }
        };
        let due = writer.images_due(queue, clock::now()).await?;
        self.images.note(|it| {
            it.due = due;
            it.bound = budget.reached().filter(|_| 0 < due);
        });
        self.bounds.check()?;
        Ok(are_pages_due)
    }

    /// Asks for the pictures of one host.
    async fn fetch_images_of(
        &self,
        host: &str,
        route: ImageRoute<'_>,
        pages: Option<VisitQueue>,
        budget: &Budget,
    ) -> Result<ImagesLeft, JobError> {
        let Pass { writer, .. } = self.pass;
        let mut is_known = false;
        while self.bounds.over().is_none() {
            let now = clock::now();
            if let Some(pages) = pages
                && writer.is_any_due(pages, now).await?
            {
                return Ok(ImagesLeft::PagesDue);
            }
            if budget.reached().is_some() {
                return Ok(ImagesLeft::Waiting);
            }
            let Some(task) = writer.next_image(route.queue(), host.to_owned(), now).await? else {
                return Ok(ImagesLeft::Nothing);
            };
            let ask = match route.ask(&task, self.pass.profile) {
                Ok(ask) => ask,
                Err(reason) => {
                    let outcome = ImageOutcome::Failed { state: ImageState::Refused, reason };
                    self.settle(task, outcome, None, Vec::new()).await?;
                    continue;
                }
            };
            if !is_known {
                if let Some(error) = self.meet(&ask.url, route).await? {
                    return Ok(self.stopped_at(host, &error));
                }
                is_known = true;
            }
            if let Some(error) = self.fetch_image(task, &ask, route, budget).await? {
                return Ok(self.stopped_at(host, &error));
            }
        }
        Ok(ImagesLeft::Waiting)
    }

    /// Asks for one picture and keeps what came. Returns why its host said stop, if it did: then the picture stays due.
    async fn fetch_image(
        &self,
        task: ImageTask,
        ask: &Ask,
        route: ImageRoute<'_>,
        budget: &Budget,
    ) -> Result<Option<FetchError>, JobError> {
        let Pass { fetcher, writer, .. } = self.pass;
        // Before it is sent, or the lanes together would ask for more than is allowed.
        budget.spend(1, 0);
        let visit = fetcher.get(ask).await;
        budget.spend(0, visit.requests.iter().map(|it| it.bytes).sum());
        let host = Fetcher::host_of(&ask.url);
        let (outcome, cause) = match visit.result {
            Ok(Fetched::Page(page)) => outcome_of(*page, route, budget.bounds.max_pixels),
            Ok(Fetched::NotModified(validators)) => (ImageOutcome::Unchanged(validators), None),
            Ok(Fetched::Missing(missing)) => {
                (ImageOutcome::Failed { state: ImageState::Missing, reason: missing.code() }, None)
            }
            Err(error) => {
                writer.remember_host(fetcher.memory(&host)).await?;
                if let FetchError::Throttled { status: Some(_), .. } = error {
                    // It goes to the end of the queue; otherwise those after it would never be asked for.
                    let (state, reason) = (ImageState::Throttled, error.code());
                    let outcome = ImageOutcome::Failed { state, reason };
                    self.settle(task, outcome, Some(error.to_string()), visit.requests).await?;
                    return Ok(Some(error));
                }
                if error.class() == Class::Stop {
                    writer.remember_requests(self.run, visit.requests).await?;
                    return Ok(Some(error));
                }
                let (state, reason) = (state_of(&error), error.code());
                (ImageOutcome::Failed { state, reason }, Some(error.to_string()))
            }
        };
        self.settle(task, outcome, cause, visit.requests).await?;
        Ok(None)
    }

    async fn settle(
        &self,
        task: ImageTask,
        outcome: ImageOutcome,
        cause: Option<String>,
        requests: Vec<Request>,
    ) -> Result<(), JobError> {
        let at = clock::now();
        let ImageTask { address, url, failures, .. } = task;
        let failed = match outcome {
            ImageOutcome::Failed { state, reason } => Some((state, reason)),
            ImageOutcome::Came(_) | ImageOutcome::Unchanged(_) => None,
        };
        let due_at = failed.and_then(|it| schedule::image(it.0, failures, at));
        let settlement = ImageSettlement { run: self.run, address, outcome, at, due_at, requests };
        let is_new = self.pass.writer.settle_image(settlement).await?;
        self.images.note(|it| match failed {
            Some(_) => it.failed += 1,
            None if is_new => it.stored += 1,
            None => it.unchanged += 1,
        });
        let failed = failed.map(|(state, reason)| (state, cause.unwrap_or_else(|| reason.to_owned())));
        (self.pass.observe)(Event::ImageSettled { url: url.to_string(), failed });
        Ok(())
    }

    /// Takes over what is known of a host, and reads its robots.txt unless it still counts. Returns why nothing may be asked, where
    /// it is so.
    async fn meet(&self, url: &Url, route: ImageRoute<'_>) -> Result<Option<FetchError>, JobError> {
        let Pass { fetcher, writer, .. } = self.pass;
        let host = Fetcher::host_of(url);
        let robots = writer.robots(url.origin().ascii_serialization()).await?;
        if let Some(memory) = writer.host(host.clone()).await? {
            fetcher.resume(&memory, robots.as_ref());
        }
        if let ImageRoute::Replay { interval, .. } = route {
            fetcher.slow_down(&host, interval);
        }
        let visit = fetcher.robots(url).await;
        match visit.result {
            Ok(Some(memory)) => writer.remember_robots(self.run, memory, visit.requests).await?,
            Ok(None) => {}
            Err(error) => {
                writer.remember_requests(self.run, visit.requests).await?;
                return Ok(Some(error));
            }
        }
        Ok(None)
    }

    fn stopped_at(&self, host: &str, error: &FetchError) -> ImagesLeft {
        if *error != FetchError::Abandoned {
            self.images.note(|it| it.hosts_stopped += 1);
            (self.pass.observe)(Event::ImagesStopped {
                host: host.to_owned(),
                cause: error.to_string(),
            });
        }
        ImagesLeft::Waiting
    }
}

impl ImageRoute<'_> {
    fn queue(self) -> ImageQueue {
        match self {
            Self::Live => ImageQueue::Live,
            Self::Replay { .. } => ImageQueue::WebArchive,
        }
    }

    /// Returns the request for a picture; fails with the stable word for why it is not asked for.
    fn ask(self, task: &ImageTask, profile: &Profile) -> Result<Ask, &'static str> {
        let of = |url| Ask { role: AskRole::Image, ..Ask::new(url) };
        match self {
            Self::Live if !profile.is_image_host(&task.url) => Err("host_not_named"),
            Self::Live => Ok(Ask { validators: task.validators.clone(), ..of(task.url.clone()) }),
            Self::Replay { template, .. } => {
                // Of a day the middle: archives lead on to the capture that is nearest.
                let day = task.wanted_on.as_deref().unwrap_or_default().replace('-', "");
                let filled = template
                    .replace("{timestamp}", &format!("{day}120000"))
                    .replace("{url}", task.url.as_str());
                let within = template.split("{timestamp}").next().and_then(|it| Url::parse(it).ok());
                let within = within.map(|it| it.to_string());
                let url = Url::parse(&filled).map_err(|_| "no_address")?;
                Ok(Ask { within, ..of(url) })
            }
        }
    }
}

/// Returns what an answer means for a picture, and why it is not kept, in words.
fn outcome_of(page: RawPage, route: ImageRoute<'_>, max_pixels: u64) -> (ImageOutcome, Option<String>) {
    let kind = match image::kind(&page.body, max_pixels) {
        Ok(kind) => kind,
        Err(why) => {
            let (state, reason) = (why.state(), why.code());
            return (ImageOutcome::Failed { state, reason }, Some(why.to_string()));
        }
    };
    let (captured_at, source, validators) = match route {
        ImageRoute::Live => (page.captured_at, CaptureSource::Live, page.validators.clone()),
        ImageRoute::Replay { captured_at, .. } => {
            let Some(at) = captured_at(&page) else {
                let what = "the web archive does not say when the picture was captured";
                let outcome = ImageOutcome::Failed { state: ImageState::Broken, reason: "no_replay" };
                return (outcome, Some(what.to_owned()));
            };
            // What the archive sends along is about its answer.
            (Some(Captured::At(at)), CaptureSource::WebArchive, Validators::default())
        }
    };
    let RawPage { body, status, content_type, .. } = page;
    let came = RawImage { body, kind, captured_at, source, status, content_type, validators };
    (ImageOutcome::Came(came), None)
}

fn state_of(error: &FetchError) -> ImageState {
    if let FetchError::TooLarge { .. } = error {
        return ImageState::TooLarge;
    }
    match error.state() {
        PageState::Blocked => ImageState::Blocked,
        PageState::Throttled => ImageState::Throttled,
        PageState::Refused => ImageState::Refused,
        PageState::Missing => ImageState::Missing,
        PageState::New | PageState::Stored | PageState::Broken | PageState::NotArticle => {
            ImageState::Broken
        }
    }
}
