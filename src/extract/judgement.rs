//! Is this the story that its address names? A site answers for a story with its home page, a list, an error message or a demand
//! to sign in, and says 200. The judgement is made here for every way in which a page may come; what follows from it is not
//! decided here.

use url::Url;

use crate::{
    config::Profile,
    model::{Draft, NotStory, PageKey},
};

/// A page that says "not found" has a sentence or two; a dated story about missing pages has more words than this.
const NOTICE_WORDS_MAX: u32 = 60;

/// The number of characters that show whether a page is text.
const SNIFF_CHARS: usize = 2048;
/// At most one character in this many of a text is torn or a control character.
const CHARS_FOR_EACH_ODD: usize = 20;

/// What a page says of itself, beside its story.
#[derive(Debug, Clone, Default)]
pub(super) struct SelfDescription {
    /// The addresses that it gives itself.
    pub(super) addresses: Vec<Url>,
    /// Whether its metadata says that it is an article.
    pub(super) is_article: bool,
}

/// Whether what was decoded is text. What is packed, or of another kind than its type says, is full of characters that no text
/// has (WHATWG "MIME sniffing", binary data bytes); a page with a few torn ones is not.
pub(super) fn is_text(decoded: &str) -> bool {
    if decoded.starts_with("%PDF-") {
        return false;
    }
    let is_odd = |ch: char| matches!(ch, '\0'..='\u{8}' | '\u{B}' | '\u{E}'..='\u{1A}' | '\u{1C}'..='\u{1F}' | '\u{FFFD}');
    let (mut odd, mut all) = (0, 0);
    for ch in decoded.chars().take(SNIFF_CHARS) {
        odd += usize::from(is_odd(ch));
        all += 1;
    }
    odd * CHARS_FOR_EACH_ODD <= all
}

/// Returns why a page is not the story of this key; `None` where it is, as far as can be told.
pub(super) fn judge(
    draft: &Draft,
    said: &SelfDescription,
    status: Option<u16>,
    key: Option<&PageKey>,
    profile: &Profile,
) -> Option<NotStory> {
    if status.is_some_and(|it| 400 <= it) {
        return Some(NotStory::ErrorPage);
    }
    // What has a day of publication, or says that it is an article, is one, whatever it is called.
    let is_witnessed = draft.published_on.is_some() || said.is_article;
    let is_short = || draft.word_count() <= NOTICE_WORDS_MAX;
    let headline = draft.headline.as_deref().unwrap_or_default();
    if profile.text.not_found.has(headline) && (!is_witnessed || is_short()) {
        return Some(NotStory::SoftNotFound);
    }
    if !draft.is_article() {
        return Some(NotStory::NoArticle);
    }
    if !is_witnessed && profile.text.notices.has(headline) {
        return Some(NotStory::Notice);
    }
    (is_elsewhere(said, key, profile) && !said.is_article).then_some(NotStory::AnotherPage)
}

/// Whether a page gives itself addresses of the site, and none of them is of a story. The address of another story is no
/// evidence: stories are moved and published twice.
fn is_elsewhere(said: &SelfDescription, key: Option<&PageKey>, profile: &Profile) -> bool {
    let is_of_site = |host: &str| key.is_none_or(|key| key.host == host);
    let mut of_site =
        said.addresses.iter().filter(|url| profile.host_of(url).is_some_and(is_of_site)).peekable();
    of_site.peek().is_some() && of_site.all(|url| profile.page_key(url).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        model::{Block, BlockKind, Field, Origin},
    };

    #[derive(Clone, Copy)]
    struct Page {
        headline: &'static str,
        words: usize,
        day: Option<&'static str>,
        says: &'static [&'static str],
        is_article: bool,
        status: Option<u16>,
        is_of_known_address: bool,
    }

    const STORY: Page = Page {
        headline: "Cement makers raise prices",
        words: 300,
        day: Some("2025-01-30"),
        says: &["https://www.brecorder.com/news/40345141/cement-makers"],
        is_article: true,
        status: Some(200),
        is_of_known_address: true,
    };

    #[track_caller]
    fn check(page: &Page, expect: Option<NotStory>) {
        let profile = Config::default().profile;
        let text = "word ".repeat(page.words);
        let draft = Draft {
            headline: Some(page.headline.to_owned()),
            published_on: page.day.map(|it| it.parse().expect("a day")),
            blocks: vec![Block { kind: BlockKind::Paragraph, text, url: None }],
            origins: vec![(Field::Headline, Origin::Markup)],
            ..Draft::default()
        };
        let said = SelfDescription {
            addresses: page.says.iter().map(|it| it.parse().expect("an address")).collect(),
            is_article: page.is_article,
        };
        let key = page
            .is_of_known_address
            .then(|| PageKey { host: "brecorder.com".to_owned(), id: "40345141".to_owned() });
        assert_eq!(
            judge(&draft, &said, page.status, key.as_ref(), &profile),
            expect,
            "{}",
            page.headline
        );
    }

    #[test]
    fn a_page_that_says_so_is_not_found_unless_it_is_a_long_story() {
        let page = Page { headline: "Page not found", words: 14, day: None, is_article: false, ..STORY };
        check(&page, Some(NotStory::SoftNotFound));
        check(&Page { day: STORY.day, ..page }, Some(NotStory::SoftNotFound));
        check(&Page { words: 300, ..page }, Some(NotStory::SoftNotFound));
        check(&Page { headline: "Page not found: where old stories go", ..STORY }, None);
    }

    #[test]
    fn bytes_of_another_kind_are_no_text() {
        let check = |decoded: &str, expect| assert_eq!(is_text(decoded), expect, "{decoded}");
        check("%PDF-1.4\n%\u{e2}\u{e3}\n1 0 obj<<>>endobj", false);
        check("\u{FFFD}PNG\n\u{1A}\n\0\0\0\rIHDR", false);
        check("PK\u{3}\u{4}\u{14}\0\0\0\u{8}\0", false);
        check("", true);
        let page = "<p>KARACHI: The price of wheat held at Rs 5 on Monday.</p>";
        check(page, true);
        check(&page.replacen('h', "\0", 1), true);
        check(&page.replacen('h', "\u{FFFD}", 2), true);
    }

    #[test]
    fn an_error_is_no_story_however_it_looks() {
        check(&Page { status: Some(503), ..STORY }, Some(NotStory::ErrorPage));
        check(&Page { status: None, ..STORY }, None);
    }

    #[test]
    fn a_notice_has_no_day_and_does_not_say_that_it_is_an_article() {
        for headline in
            ["Access denied", "Sign in", "Just a moment...", "Before you continue to our site"]
        {
            let notice = Page { headline, day: None, is_article: false, says: &[], ..STORY };
            check(&notice, Some(NotStory::Notice));
            check(&Page { day: STORY.day, ..notice }, None);
        }
        check(&Page { day: None, is_article: false, says: &[], ..STORY }, None);
    }

    #[test]
    fn a_page_that_calls_itself_the_home_page_or_a_list_is_another() {
        let home: &[&str] = &["https://www.brecorder.com/"];
        let list = Page { says: home, is_article: false, ..STORY };
        check(&list, Some(NotStory::AnotherPage));
        // A template that names the home page on every story.
        check(&Page { says: home, ..STORY }, None);
        let both: &[&str] = &["https://www.brecorder.com/", "https://www.brecorder.com/news/40345141"];
        check(&Page { says: both, ..list }, None);
        check(&Page { says: &["https://elsewhere.example/"], ..list }, None);
        check(&Page { says: &[], ..list }, None);
    }

    #[test]
    fn a_saved_list_of_the_site_is_no_story_of_no_address() {
        let list: &[&str] = &["https://www.brecorder.com/latest-news"];
        let saved = Page { is_of_known_address: false, is_article: false, says: list, ..STORY };
        check(&saved, Some(NotStory::AnotherPage));
        check(&Page { is_article: true, ..saved }, None);
        check(&Page { says: &["https://elsewhere.example/latest-news"], ..saved }, None);
        check(&Page { says: &[], ..saved }, None);
    }
}
