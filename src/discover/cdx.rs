//! The index of a web archive: which captures it has of the site's articles (the CDX server API, as the Wayback Machine
//! and pywb speak it).

use chrono::{DateTime, NaiveDateTime, Utc};
use url::Url;

use crate::{
    config::{Profile, WebArchive},
    model::{Days, PageKey},
};

/// Lines of one answer.
const LINES_MAX: usize = 5_000;

/// A capture that a web archive has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchivedCapture {
    /// Of this page.
    pub key: PageKey,
    /// When.
    pub at: DateTime<Utc>,
    /// The same, as the archive writes it.
    pub timestamp: String,
    /// The address as it was captured.
    pub url: String,
    /// Of its bytes.
    pub digest: String,
}

/// Questions to an index: page after page, while it has more.
#[derive(Debug)]
pub struct CdxQuery<'p> {
    profile: &'p Profile,
    archive: &'p WebArchive,
    days: Days,
    next: Option<Ask>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Ask {
    First,
    /// With the key that the answer before ended with.
    Resume(String),
    /// All at once: the server cut its answer and knows no keys.
    Whole,
}

impl<'p> CdxQuery<'p> {
    /// Captures made on these days.
    pub fn new(profile: &'p Profile, archive: &'p WebArchive, days: Days) -> Self {
        Self { profile, archive, days, next: Some(Ask::First) }
    }

    /// What to ask next; `None` when there is no more.
    pub fn ask(&self) -> Option<Url> {
        let ask = self.next.as_ref()?;
        let mut url = self.archive.cdx.clone();
        {
            let mut pairs = url.query_pairs_mut();
            pairs
                .append_pair("url", &self.profile.article_prefix())
                .append_pair("matchType", "prefix")
                .append_pair("from", &self.days.first.format("%Y%m%d").to_string())
                .append_pair("to", &self.days.last.format("%Y%m%d").to_string())
                .append_pair("filter", "statuscode:200")
                .append_pair("filter", "mimetype:text/html")
                .append_pair("collapse", "digest");
            match ask {
                Ask::First => {
                    pairs
                        .append_pair("limit", &LINES_MAX.to_string())
                        .append_pair("showResumeKey", "true");
                }
                Ask::Resume(key) => {
                    pairs
                        .append_pair("limit", &LINES_MAX.to_string())
                        .append_pair("showResumeKey", "true")
                        .append_pair("resumeKey", key);
                }
                Ask::Whole => {}
            }
        }
        Some(url)
    }

    /// Learn from an answer.
    pub fn absorb(&mut self, text: &str) -> Vec<ArchivedCapture> {
        let lines: Vec<&str> = text.lines().collect();
        // A key stands alone after an empty line.
        let key = match lines.as_slice() {
            [.., "", key] if !key.trim().is_empty() => Some(key.trim().to_owned()),
            _ => None,
        };
        let captures: Vec<ArchivedCapture> =
            lines.iter().filter_map(|it| parse(it, self.profile)).collect();
        let count = lines.iter().filter(|it| !it.is_empty()).count();
        self.next = match (key, &self.next) {
            (Some(key), Some(Ask::First | Ask::Resume(_))) => Some(Ask::Resume(key)),
            (None, Some(Ask::First)) if LINES_MAX <= count => Some(Ask::Whole),
            _ => None,
        };
        captures
    }
}

/// A line of either form: `urlkey timestamp original mimetype statuscode digest length`, or `urlkey timestamp {…}`.
fn parse(line: &str, profile: &Profile) -> Option<ArchivedCapture> {
    let mut parts = line.splitn(3, ' ');
    let (_, timestamp, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let fields: [String; 4] = if rest.starts_with('{') {
        let json: serde_json::Value = serde_json::from_str(rest).ok()?;
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        [text("url"), text("mime"), text("status"), text("digest")]
    } else {
        let mut words = rest.split(' ').map(str::to_owned);
        [words.next()?, words.next()?, words.next()?, words.next()?]
    };
    let [url, mime, status, digest] = fields;
    // A revisit says nothing new, and has no type of its own.
    if status != "200" || !(mime.starts_with("text/html") || mime == "application/xhtml+xml") {
        return None;
    }
    let key = profile.page_key(&Url::parse(&url).ok()?)?;
    let at = NaiveDateTime::parse_from_str(timestamp, "%Y%m%d%H%M%S").ok()?.and_utc();
    Some(ArchivedCapture { key, at, timestamp: timestamp.to_owned(), url, digest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn days() -> Days {
        let day = |it: &str| it.parse().expect("a date");
        Days { first: day("2021-03-01"), last: day("2021-03-31") }
    }

    #[test]
    fn both_forms_of_an_index_are_read() {
        let profile = Config::default().profile;
        let mut query = CdxQuery::new(&profile, &profile.web_archives[0], days());
        let ask = query.ask().expect("a question");
        assert!(
            ask.as_str()
                .contains("url=brecorder.com%2Fnews%2F&matchType=prefix&from=20210301&to=20210331"),
            "{ask}"
        );
        let found = query.absorb(
            "com,brecorder)/news/1/a 20210308062000 https://www.brecorder.com/news/1/a text/html 200 ABC 1234\n\
             com,brecorder)/news/2/b 20210309062000 {\"url\": \"http://brecorder.com/news/2/b\", \"mime\": \"text/html\", \"status\": \"200\", \"digest\": \"DEF\"}\n\
             com,brecorder)/news/3/c 20210309062000 https://www.brecorder.com/news/3/c text/html 301 X 1\n\
             com,brecorder)/news/4/d 20210309062000 https://www.brecorder.com/news/4/d warc/revisit - X 1\n\
             com,brecorder)/trends/x 20210309062000 https://www.brecorder.com/trends/x text/html 200 X 1\n\
             garbage\n",
        );
        let found: Vec<_> = found.iter().map(|it| (it.key.id.as_str(), it.timestamp.as_str())).collect();
        assert_eq!(found, [("1", "20210308062000"), ("2", "20210309062000")]);
        assert_eq!(query.ask(), None);
    }

    #[test]
    fn an_index_with_more_is_asked_for_more() {
        let profile = Config::default().profile;
        let mut query = CdxQuery::new(&profile, &profile.web_archives[0], days());
        let line = "com,brecorder)/news/1/a 20210308062000 https://www.brecorder.com/news/1/a text/html 200 ABC 1234\n";
        assert_eq!(query.absorb(&format!("{line}\ncom%2Cbrecorder+key")).len(), 1);
        assert!(query.ask().expect("more").as_str().ends_with("resumeKey=com%252Cbrecorder%2Bkey"));
        query.absorb(line);
        assert_eq!(query.ask(), None);
        let mut query = CdxQuery::new(&profile, &profile.web_archives[0], days());
        query.absorb(&line.repeat(LINES_MAX));
        assert!(
            !query.ask().expect("all of it").as_str().contains("limit"),
            "a server without keys is asked for all"
        );
        query.absorb(&line.repeat(LINES_MAX + 5));
        assert_eq!(query.ask(), None);
    }
}
