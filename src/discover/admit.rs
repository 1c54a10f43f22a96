//! From what a source wrote to what it means: an address to a candidate, a text to a moment. All formats of sources share this;
//! which addresses are articles, the profile knows.

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    config::Profile,
    model::{Candidate, Via, WrittenDate},
};

/// Returns the candidate that an address names; `None` where it is not an article of the site.
pub(super) fn admit(profile: &Profile, base: &Url, address: &str, via: Via) -> Option<Candidate> {
    let url = base.join(address.trim()).ok()?;
    let key = profile.page_key(&url)?;
    let url = profile.article_url(&url)?;
    Some(Candidate { key, url, via, published_at: None, changed_at: None })
}

/// Returns the moment that a sitemap or a listing writes; of a bare day, its first moment in the site's time zone.
pub(super) fn time(text: &str, profile: &Profile) -> Option<DateTime<Utc>> {
    let zone = profile.time_zone;
    Some(WrittenDate::read(text, Some(zone))?.first_moment(zone)?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn dates_of_feeds_and_sitemaps_are_read() {
        let profile = Config::default().profile;
        let check = |text, expect: Option<&str>| {
            assert_eq!(time(text, &profile).map(|it| it.to_rfc3339()).as_deref(), expect, "{text}");
        };
        check("Mon, 08 Mar 2021 11:20:00 +0500", Some("2021-03-08T06:20:00+00:00"));
        check("Mon, 08 Mar 2021 06:20:00 GMT", Some("2021-03-08T06:20:00+00:00"));
        check("2021-03-08T11:20:00+05:00", Some("2021-03-08T06:20:00+00:00"));
        check("2021-03-08T11:20:00", Some("2021-03-08T06:20:00+00:00"));
        check("2021-03-08", Some("2021-03-07T19:00:00+00:00"));
        check("yesterday", None);
    }
}
