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
    let url = sound(base.join(address.trim()).ok()?);
    let key = profile.page_key(&url)?;
    let url = profile.article_url(&url)?;
    Some(Candidate { key, url, via, published_at: None, changed_at: None })
}

/// Returns an address that every server understands: without a `%` that begins no code, and without the dot that a host may end with.
fn sound(mut url: Url) -> Url {
    let path = url.path();
    if path.contains('%') {
        let is_code = |at: usize| {
            let digits = path.as_bytes().get(at + 1..at + 3);
            digits.is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit))
        };
        let bad = path.match_indices('%').map(|it| it.0).filter(|at| !is_code(*at));
        let mut mended = path.to_owned();
        for at in bad.collect::<Vec<_>>().into_iter().rev() {
            mended.insert_str(at + 1, "25");
        }
        url.set_path(&mended);
    }
    let host = url.host_str().and_then(|it| it.strip_suffix('.')).map(str::to_owned);
    if let Some(host) = host {
        // A host that was one is one without its dot.
        let _ = url.set_host(Some(&host));
    }
    url
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
    fn no_address_is_broken() {
        let profile = Config::default().profile;
        let check = |address: &str, expect: &str| {
            let candidate = admit(&profile, &profile.base_url, address, Via::Feed).expect("a page");
            assert_eq!(candidate.url.path(), expect, "{address}");
        };
        check("/news/1/%", "/news/1/%25");
        check("/news/1/%zz-%41-%4", "/news/1/%25zz-%41-%254");
        check("https://www.brecorder.com./news/1/a", "/news/1/a");
        check("/news/1/a b", "/news/1/a%20b");
    }

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
