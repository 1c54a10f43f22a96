//! From what a source wrote to what it means: an address to a candidate, a text to a moment. All formats of sources share this;
//! which addresses are articles, the profile knows.

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    config::Profile,
    model::{Candidate, Via},
};

/// Returns the candidate that an address names; `None` where it is not an article of the site.
pub(super) fn admit(profile: &Profile, base: &Url, address: &str, via: Via) -> Option<Candidate> {
    let url = base.join(address.trim()).ok()?;
    let key = profile.page_key(&url)?;
    let url = profile.article_url(&url)?;
    Some(Candidate { key, url, via, published_at: None, changed_at: None })
}

/// Returns the moment that a feed or a sitemap writes as RFC 822, RFC 3339, or a bare day (its first moment in the site's
/// time zone).
pub(super) fn time(text: &str, profile: &Profile) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let exact = DateTime::parse_from_rfc2822(text).or_else(|_| DateTime::parse_from_rfc3339(text)).ok();
    if let Some(exact) = exact {
        return Some(exact.to_utc());
    }
    let naive = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M"];
    let local = naive
        .iter()
        .find_map(|it| chrono::NaiveDateTime::parse_from_str(text, it).ok())
        .or_else(|| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z").ok().map(|it| it.naive_utc()))
        .or_else(|| text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0))?;
    local.and_local_timezone(profile.time_zone).earliest().map(|it| it.to_utc())
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
