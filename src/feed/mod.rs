//! Feeds as they are written: RSS, Atom and JSON Feed, and XML as templates write it, flaws included. It reads texts; which pages
//! of a site they name is the business of `discover`, and what the story in an item says that of `extract`.

mod alone;
mod item;
mod json;
mod text;
mod xml;

pub(crate) mod elements;
pub(crate) mod markup;

pub(crate) use alone::read_item;
pub(crate) use item::{ItemTexts, once, plain};
pub(crate) use text::{FeedTexts, read};

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::model::Unread;

    const ATOM: &str = "http://www.w3.org/2005/Atom";

    fn items(feed: &str) -> Vec<ItemTexts> {
        let base: Url = "https://www.example.com/".parse().expect("an address");
        read(feed, &base, 10, &mut Unread::default()).expect("a feed").items
    }

    #[track_caller]
    fn check(feed: &str, title: &str, content: &str) {
        let base: Url = "https://www.example.com/".parse().expect("an address");
        let mut unread = Unread::default();
        let whole = read(feed, &base, 10, &mut unread).expect("a feed").items.remove(0);
        let alone = read_item(&whole.raw, &base).expect("an item");
        assert_eq!(alone.title.as_deref(), Some(title), "{}", whole.raw);
        assert_eq!(alone.content.or(alone.summary).as_deref(), Some(content), "{}", whole.raw);
        assert_eq!(alone.addresses.len(), whole.addresses.len());
    }

    #[test]
    fn an_item_says_the_same_without_its_feed() {
        check(
            "<rss xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><item><title>A</title>
             <link>/1</link><content:encoded><![CDATA[<p>x</p>]]></content:encoded></item></channel></rss>",
            "A",
            "<p>x</p>",
        );
        check(
            &format!(
                "<feed xmlns='{ATOM}'><entry><title>B</title><link href='/1'/><content type='html'>&lt;p>x&lt;/p></content></entry></feed>"
            ),
            "B",
            "<p>x</p>",
        );
        check(
            &format!(
                "<a:feed xmlns:a='{ATOM}'><a:entry><a:title>C</a:title><a:link href='/1'/><a:summary>x</a:summary></a:entry></a:feed>"
            ),
            "C",
            "x",
        );
        check(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>
             <item rdf:about='/1'><title>D</title><link>/1</link><description>x</description></item></rdf:RDF>",
            "D",
            "x",
        );
        check(
            r#"{"version": "https://jsonfeed.org/version/1", "items": [{"url": "/1", "title": "E", "content_html": "<p>x</p>"}]}"#,
            "E",
            "<p>x</p>",
        );
    }

    #[test]
    fn what_is_no_item_is_none() {
        let base: Url = "https://www.example.com/".parse().expect("an address");
        for raw in ["", "<", "<p>x</p>", "{", "plain words", "<item"] {
            assert_eq!(read_item(raw, &base), None, "{raw}");
        }
    }

    #[test]
    fn an_item_carries_its_story() {
        let items = items(
            "<rss xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>
             <item><title>Mills &amp;amp; rice &lt;b&gt;up&lt;/b&gt;</title><link>/news/1</link><dc:creator>Zed Qux</dc:creator>
             <author>desk@site.example (Abe Cee)</author><author>Zed Qux</author><category>Grain</category><category><![CDATA[Trade]]></category>
             <description>In short &amp;amp; plain.</description><content:encoded><![CDATA[<p>One &amp; two</p>]]></content:encoded>
             <pubDate>Mon, 08 Mar 2021 11:20:00 +0500</pubDate><atom:updated xmlns:atom='http://www.w3.org/2005/Atom'>2021-03-09</atom:updated></item>
             </channel></rss>",
        );
        let item = &items[0];
        assert_eq!(item.title.as_deref().map(plain).as_deref(), Some("Mills & rice up"));
        assert_eq!(item.content.as_deref(), Some("<p>One &amp; two</p>"));
        assert_eq!(item.summary.as_deref(), Some("In short &amp; plain."));
        assert_eq!(once(item.authors.clone()), ["Zed Qux", "Abe Cee"]);
        assert_eq!(item.categories, ["Grain", "Trade"]);
        assert_eq!(item.published, ["Mon, 08 Mar 2021 11:20:00 +0500"]);
        assert_eq!(item.updated, ["2021-03-09"]);
        assert!(
            item.raw.starts_with(
                "<item xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc="
            )
        );
        assert!(item.raw.ends_with("</atom:updated></item>"));
    }

    #[test]
    fn atom_and_json_carry_stories_too() {
        let atom = items(
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='html'>A &amp;lt; B</title><link href='/news/1'/>
             <author><name>Zed Qux</name><email>z@site.example</email></author><category term='t' label='Topic'/>
             <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p></div></content><summary type='text'>a < b</summary></entry></feed>",
        );
        let item = &atom[0];
        assert_eq!(item.title.as_deref().map(plain).as_deref(), Some("A < B"));
        assert!(item.content.as_deref().expect("a text").contains("<p>One</p>"));
        assert_eq!(item.summary.as_deref(), Some("a &lt; b"));
        assert_eq!(
            (item.authors.as_slice(), item.categories.as_slice()),
            (&["Zed Qux".to_owned()][..], &["Topic".to_owned()][..])
        );
        let json = items(
            "{\"items\": [{\"url\": \"/news/1\", \"title\": \"A\", \"content_text\": \"a < b\", \"authors\": [{\"name\": \"Zed Qux\"}], \"tags\": [\"Topic\"],
              \"date_published\": \"2021-03-08T11:20:00+05:00\"}]}",
        );
        let item = &json[0];
        assert_eq!(item.content.as_deref(), Some("a &lt; b"));
        assert_eq!((item.authors.len(), item.categories.len(), item.published.len()), (1, 1, 1));
        assert!(item.raw.starts_with("{\"url\":"));
    }
}
