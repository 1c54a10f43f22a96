//! The index of a web archive: which captures it has of the site's articles (the CDX server API, as the Wayback Machine,
//! Common Crawl and pywb speak it). It is not a source, because it names captures and not pages. Sending the questions and
//! fetching the captures is work of `jobs`.

use chrono::NaiveDate;
use url::Url;

use crate::{
    config::Profile,
    model::{Days, PageKey, Unread},
};

use super::cdx_lines::{self, ArchivedCapture, CdxAnswer};

/// The greatest number of lines of one answer.
const LINES_MAX: usize = 5_000;
/// The greatest number of parts of one answer: ten million captures are more than any paper has pages.
const PARTS_MAX: u64 = 2_000;

/// What an answer of an index lists.
#[derive(Debug, Default)]
pub struct Listed {
    /// The captures, in the order of the index.
    pub captures: Vec<ArchivedCapture>,
    /// What of the answer could not be read.
    pub unread: Unread,
}

/// The captures that an index is asked for.
#[derive(Debug, Clone)]
pub enum Sought {
    /// Captures of any article, made on these days.
    Made(Days),
    /// Captures of one article, whenever they were made.
    Of(PageKey),
}

/// How an index gives a long answer in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CdxPaging {
    /// Each part ends with the key of the next, as the Wayback Machine does it.
    Keys,
    /// Parts have numbers, as in the index of a crawl.
    Numbered,
}

/// A question to an index, asked part after part while the index has more.
#[derive(Debug)]
pub struct CdxQuery<'p> {
    profile: &'p Profile,
    server: Url,
    sought: Sought,
    next: Option<CdxStep>,
    asked: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum CdxStep {
    First,
    /// The part that begins with the key at the end of the answer before.
    Resume(String),
    /// Everything at once: the server cut its answer short and gives no keys.
    Whole,
    /// The number of parts.
    Count,
    /// One of the parts.
    Part {
        number: u64,
        count: u64,
    },
}

impl<'p> CdxQuery<'p> {
    /// Returns a question to this server.
    pub fn new(profile: &'p Profile, server: Url, parts: CdxPaging, sought: Sought) -> Self {
        let first = match parts {
            CdxPaging::Keys => CdxStep::First,
            CdxPaging::Numbered => CdxStep::Count,
        };
        Self { profile, server, sought, next: Some(first), asked: 0 }
    }

    /// Returns what to ask next; `None` when there is no more.
    pub fn ask(&self) -> Option<Url> {
        let ask = self.next.as_ref()?;
        let mut url = self.server.clone();
        let mut pairs = url.query_pairs_mut();
        let prefix = self.profile.article_prefix();
        match &self.sought {
            Sought::Made(Days { first, last }) => pairs
                .append_pair("url", &prefix)
                .append_pair("matchType", "prefix")
                .append_pair("from", &first.format("%Y%m%d").to_string())
                .append_pair("to", &last.format("%Y%m%d").to_string()),
            // Its address may go on after the id.
            Sought::Of(key) => pairs
                .append_pair("url", &format!("{prefix}{}", key.id))
                .append_pair("matchType", "prefix"),
        };
        pairs
            .append_pair("filter", "statuscode:200")
            .append_pair("filter", "mimetype:text/html")
            .append_pair("collapse", "digest");
        match ask {
            CdxStep::First | CdxStep::Resume(_) => {
                pairs.append_pair("limit", &LINES_MAX.to_string()).append_pair("showResumeKey", "true");
                if let CdxStep::Resume(key) = ask {
                    pairs.append_pair("resumeKey", key);
                }
            }
            CdxStep::Whole => {}
            CdxStep::Count => {
                pairs.append_pair("showNumPages", "true");
            }
            CdxStep::Part { number, .. } => {
                pairs.append_pair("page", &number.to_string());
            }
        }
        drop(pairs);
        Some(url)
    }

    /// Whether the index has more parts than are asked for, so that the rest was not read.
    pub fn is_cut(&self) -> bool {
        PARTS_MAX <= self.asked
    }

    /// Takes in an answer. Returns what it lists. Fails with what it is instead, in words, where it is no answer of an index: then
    /// nothing is known, and nothing more is asked.
    pub fn absorb(&mut self, text: &str) -> Result<Listed, String> {
        self.asked += 1;
        let listed = self.read(text);
        if listed.is_err() {
            self.next = None;
        }
        if self.is_cut() && self.next.take().is_none() {
            // It ended by itself.
            self.asked -= 1;
        }
        listed
    }

    fn read(&mut self, text: &str) -> Result<Listed, String> {
        if self.next == Some(CdxStep::Count)
            && let Some(count) = part_count(text)
        {
            self.next = (0 < count).then_some(CdxStep::Part { number: 0, count });
            return Ok(Listed::default());
        }
        let CdxAnswer { mut captures, key, lines, strange } = cdx_lines::read(text, self.profile)?;
        // The addresses of other ids may begin alike, and a server need not know every filter.
        captures.retain(|it| match &self.sought {
            Sought::Made(Days { first, last }) => (*first..=*last).contains(&it.at.date_naive()),
            Sought::Of(key) => it.key == *key,
        });
        self.next = match (key, &self.next) {
            // A key that leads nowhere new has no end.
            (Some(key), Some(CdxStep::Resume(before))) if key == *before => None,
            (Some(key), Some(CdxStep::First | CdxStep::Resume(_))) => Some(CdxStep::Resume(key)),
            (None, Some(CdxStep::First)) if LINES_MAX <= lines => Some(CdxStep::Whole),
            (_, Some(CdxStep::Part { number, count })) if number + 1 < *count => {
                Some(CdxStep::Part { number: number + 1, count: *count })
            }
            _ => None,
        };
        let mut unread = Unread::default();
        for line in strange {
            unread.note(|| format!("the line `{line}`"));
        }
        Ok(Listed { captures, unread })
    }
}

/// Returns the number of parts in `{"pages": 4, "pageSize": 5, "blocks": 18}`, or in a number alone; `None` where the server has
/// no parts and gives everything at once.
fn part_count(text: &str) -> Option<u64> {
    let json: serde_json::Value = serde_json::from_str(text.trim()).ok()?;
    json.as_u64().or_else(|| json["pages"].as_u64())
}

/// Returns the indexes of crawls that may have captures of these days, in the order of a list such as Common Crawl's
/// `collinfo.json`; `None` where it is no list. A crawl whose time the list does not say may have captures of any day.
pub fn crawls(list: &str, days: Days) -> Option<Vec<Url>> {
    let list: serde_json::Value = serde_json::from_str(list).ok()?;
    let day = |it: &serde_json::Value| it.as_str()?.get(..10)?.parse::<NaiveDate>().ok();
    let of_days = list.as_array()?.iter().filter(|crawl| {
        day(&crawl["from"]).is_none_or(|it| it <= days.last)
            && day(&crawl["to"]).is_none_or(|it| days.first <= it)
    });
    Some(of_days.filter_map(|crawl| Url::parse(crawl["cdx-api"].as_str()?).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn days() -> Days {
        let day = |it: &str| it.parse().expect("a date");
        Days { first: day("2021-03-01"), last: day("2021-03-31") }
    }

    fn of_march(profile: &Profile, parts: CdxPaging) -> CdxQuery<'_> {
        let server = "https://cdx.example/".parse().expect("an address");
        CdxQuery::new(profile, server, parts, Sought::Made(days()))
    }

    const LINE: &str =
        "com,brecorder)/news/1/a 20210308062000 https://www.brecorder.com/news/1/a text/html 200 ABC";

    fn absorb(query: &mut CdxQuery<'_>, text: &str) -> Vec<ArchivedCapture> {
        query.absorb(text).expect("an index").captures
    }

    #[test]
    fn both_forms_of_an_index_are_read() {
        let profile = Config::default().profile;
        let mut query = of_march(&profile, CdxPaging::Keys);
        let ask = query.ask().expect("a question");
        assert!(
            ask.as_str()
                .contains("url=brecorder.com%2Fnews%2F&matchType=prefix&from=20210301&to=20210331"),
            "{ask}"
        );
        let found = absorb(
            &mut query,
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
        let mut query = of_march(&profile, CdxPaging::Keys);
        let line = &format!("{LINE} 1234\n");
        assert_eq!(absorb(&mut query, &format!("{line}\ncom%2Cbrecorder+key")).len(), 1);
        assert!(query.ask().expect("more").as_str().ends_with("resumeKey=com%252Cbrecorder%2Bkey"));
        absorb(&mut query, line);
        assert_eq!(query.ask(), None);
        let mut query = of_march(&profile, CdxPaging::Keys);
        absorb(&mut query, &line.repeat(LINES_MAX));
        assert!(
            !query.ask().expect("all of it").as_str().contains("limit"),
            "a server without keys is asked for all"
        );
        absorb(&mut query, &line.repeat(LINES_MAX + 5));
        assert_eq!(query.ask(), None);
    }

    #[test]
    fn an_index_with_numbered_parts_is_asked_for_each() {
        let profile = Config::default().profile;
        let mut query = of_march(&profile, CdxPaging::Numbered);
        assert!(query.ask().expect("a question").as_str().ends_with("&showNumPages=true"));
        assert_eq!(absorb(&mut query, "{\"pages\": 2, \"pageSize\": 5, \"blocks\": 7}\n"), []);
        assert!(query.ask().expect("the first").as_str().ends_with("&page=0"));
        let found = absorb(
            &mut query,
            &format!(
                "{LINE} - - 1234 56 crawl/a.warc.gz\n\
             com,brecorder)/news/2/b 20210309062000 {{\"url\": \"http://brecorder.com/news/2/b\", \"mime\": \"text/html\", \"status\": \"200\", \
             \"digest\": \"DEF\", \"length\": \"99\", \"offset\": \"0\", \"filename\": \"crawl/b.warc.gz\"}}\n"
            ),
        );
        let places: Vec<_> = found.iter().map(|it| it.record.clone().expect("a place")).collect();
        assert_eq!((places[0].filename.as_str(), places[0].range()), ("crawl/a.warc.gz", 56..=1289));
        assert_eq!((places[1].filename.as_str(), places[1].range()), ("crawl/b.warc.gz", 0..=98));
        assert!(query.ask().expect("the second").as_str().ends_with("&page=1"));
        absorb(&mut query, "");
        assert_eq!(query.ask(), None);
    }

    #[test]
    fn an_index_without_parts_answers_at_once() {
        let profile = Config::default().profile;
        let mut query = of_march(&profile, CdxPaging::Numbered);
        assert_eq!(absorb(&mut query, &format!("{LINE} 1234\n")).len(), 1);
        assert_eq!(query.ask(), None);
    }

    #[test]
    fn one_page_is_asked_for_by_its_id_and_nothing_else_is_taken() {
        let profile = Config::default().profile;
        let key = PageKey { host: "brecorder.com".to_owned(), id: "1".to_owned() };
        let server = "https://cdx.example/".parse().expect("an address");
        let mut query = CdxQuery::new(&profile, server, CdxPaging::Keys, Sought::Of(key));
        let ask = query.ask().expect("a question");
        assert!(ask.as_str().contains("url=brecorder.com%2Fnews%2F1&matchType=prefix&filter"), "{ask}");
        assert_eq!(
            absorb(&mut query, &format!("{LINE} 1\n{} 1\n", LINE.replace("/1/", "/12/"))).len(),
            1
        );
    }

    #[test]
    fn crawls_of_the_days_are_chosen() {
        let list = r#"[
            {"id": "C", "cdx-api": "https://x.example/C-index", "from": "2021-05-01T00:00:00", "to": "2021-05-14T00:00:00"},
            {"id": "B", "cdx-api": "https://x.example/B-index", "from": "2021-02-24T00:00:00", "to": "2021-03-09T00:00:00"},
            {"id": "A", "cdx-api": "https://x.example/A-index"}]"#;
        let found: Vec<String> =
            crawls(list, days()).expect("a list").iter().map(Url::to_string).collect();
        assert_eq!(found, ["https://x.example/B-index", "https://x.example/A-index"]);
        assert_eq!(crawls("<html>", days()), None);
    }

    #[test]
    fn an_index_without_end_is_cut_and_one_that_ends_is_not() {
        let profile = Config::default().profile;
        let mut query = of_march(&profile, CdxPaging::Keys);
        let mut asked = 0;
        while query.ask().is_some() {
            asked += 1;
            absorb(&mut query, &format!("{LINE}\n\nkey{asked}\n"));
        }
        assert_eq!((asked, query.is_cut()), (PARTS_MAX, true));
        let mut query = of_march(&profile, CdxPaging::Keys);
        while query.ask().is_some() {
            absorb(&mut query, &format!("{LINE}\n\nthe same key\n"));
        }
        assert!(!query.is_cut());
        let mut query = of_march(&profile, CdxPaging::Numbered);
        absorb(&mut query, "4000000000");
        while query.ask().is_some() {
            absorb(&mut query, LINE);
        }
        assert!(query.is_cut());
    }
}
