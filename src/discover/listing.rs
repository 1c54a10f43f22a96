//! A listing page: the article links on it.

use std::time::Duration;

use url::Url;

use crate::{
    config::{ConfigError, Listing, Profile},
    html::{self, Document, Matcher},
    model::{RawPage, Via},
};

use super::{Named, Source, admit};

/// A listing of the profile.
pub struct ListingSource<'p> {
    profile: &'p Profile,
    listing: &'p Listing,
    links: Matcher,
    is_read: bool,
}

impl<'p> ListingSource<'p> {
    /// A listing that has not been read. Fails if its selector is none.
    pub fn new(profile: &'p Profile, listing: &'p Listing) -> Result<Self, ConfigError> {
        let links = Matcher::new([listing.links.css.as_str()]).map_err(|_| listing.links.refused())?;
        Ok(Self { profile, listing, links, is_read: false })
    }
}

impl Source for ListingSource<'_> {
    fn url(&self) -> &Url {
        &self.listing.url
    }

    fn kind(&self) -> &'static str {
        Via::Listing.code()
    }

    /// A listing has no dates to be judged by.
    fn stale_after(&self) -> Option<Duration> {
        None
    }

    fn ask(&mut self) -> Option<Url> {
        (!std::mem::replace(&mut self.is_read, true)).then(|| self.listing.url.clone())
    }

    fn absorb(&mut self, page: &RawPage) -> Named {
        let text = html::decode(&page.body, page.content_type.as_deref()).text;
        let document = Document::parse(&text);
        let base = page.url.as_ref().unwrap_or(&self.listing.url);
        let mut named = Named::default();
        for element in document.root().descendants() {
            self.links.each_match(element, |_| {
                let address = element.attr("href");
                if let Some(candidate) =
                    address.and_then(|it| admit::admit(self.profile, base, it, Via::Listing))
                {
                    named.push(candidate);
                }
            });
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        model::{CaptureSource, Validators},
    };

    #[test]
    fn the_links_that_the_selector_names_are_candidates() {
        let text = "[[site.listings]]\nurl = '/latest-news'\nlinks = 'h2.story__title a'\n";
        let profile = Config::parse(text, "x").expect("valid").config.profile;
        let mut source = ListingSource::new(&profile, &profile.listings[0]).expect("valid");
        assert_eq!(source.ask().map(|it| it.path().to_owned()).as_deref(), Some("/latest-news"));
        assert_eq!(source.ask(), None);
        let body = "<h2 class='x story__title'><a href='/news/1/a'>A</a></h2><a href='/news/2'>side</a>
            <h2 class=story__title><a href='https://brecorder.com/news/1'>A again</a></h2>";
        let page = RawPage {
            url: None,
            body: body.into(),
            content_type: None,
            captured_at: None,
            source: CaptureSource::Live,
            status: Some(200),
            validators: Validators::default(),
        };
        let named = source.absorb(&page);
        assert_eq!(named.candidates.iter().map(|it| it.key.id.as_str()).collect::<Vec<_>>(), ["1"]);
    }
}
