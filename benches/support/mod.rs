//! Pages for the benches: generated, in the shape of the site's, 160 KB on average, no two with the same story, cards,
//! pictures or identifiers. What is the same on every page of a template is the same here, and nothing else.

#![allow(
    dead_code,
    clippy::cast_precision_loss,
    clippy::too_many_lines,
    reason = "each bench uses a part"
)]

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, TimeDelta};
use tearsheet::model::{CaptureSource, Captured, RawPage, Validators};

/// A small generator of numbers: the same pages on every machine.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    /// A made-up word; some are much more frequent than others.
    pub(crate) fn word(&mut self) -> String {
        let rank = self.below(70);
        let number = self.below(4 + rank * rank);
        let mut chance = Chance::new(number + 77);
        let syllables = 1 + chance.below(4);
        let mut word = String::new();
        for _ in 0..syllables {
            word.push(b"bcdfghklmnprstvz"[usize::try_from(chance.below(16)).expect("small")] as char);
            word.push(b"aeiou"[usize::try_from(chance.below(5)).expect("small")] as char);
        }
        if chance.below(2) == 0 {
            word.push(b"nrst"[usize::try_from(chance.below(4)).expect("small")] as char);
        }
        word
    }

    pub(crate) fn sentence(&mut self, words: u64) -> String {
        let mut text = String::new();
        for at in 0..words {
            let word = self.word();
            if at == 0 {
                text.push_str(&word[..1].to_uppercase());
                text.push_str(&word[1..]);
            } else {
                text.push(' ');
                text.push_str(&word);
            }
        }
        text
    }
}

const SYMBOLS: [&str; 34] = [
    "ANL", "ASC", "ASL", "AVN", "BOP", "BYCO", "DGKC", "EPCL", "FCCL", "FFBL", "FFL", "HASCOL", "HUBC",
    "HUMNL", "JSCL", "KAPCO", "KEL", "LOTCHEM", "MLCF", "PAEL", "PIBTL", "POWER", "PPL", "PRL", "PTC",
    "SILK", "SNGP", "TRG", "UNITY", "WTL", "BR100", "BR30", "KSE100", "KSE30",
];

/// One page as the site would serve it: `number` is the story, `template` the furniture.
pub(crate) fn page(number: u64, template: u64) -> String {
    let mut same = Chance::new(template + 1_000_003);
    let mut own = Chance::new(number + 17);
    let id = 40_000_000 + number;
    let headline = own.sentence(9);
    let published = published(number);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{headline} - Business - Business Recorder</title>\n\
         <link rel=\"canonical\" href=\"https://www.brecorder.com/news/{id}\">\n<meta property=\"og:title\" content=\"{headline}\">\n\
         <meta property=\"article:published_time\" content=\"{published}\">\n\
         <meta property=\"og:image\" content=\"https://i.brecorder.com/large/2024/01/{:012x}.jpg\">\n\
         <script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\"headline\":\"{headline}\",\
         \"datePublished\":\"{published}\",\"author\":{{\"@type\":\"Person\",\"name\":\"BR Web Desk\"}}}}</script>\n<style>\n",
        own.below(1 << 48)
    );
    for n in 0..620 {
        let _ = writeln!(
            page,
            ".{}-{n}:{}{{margin:{}px {}px;color:#{:06x};flex:{}}}",
            same.word(),
            same.word(),
            same.below(90),
            same.below(90),
            same.below(1 << 24),
            same.below(9)
        );
    }
    page.push_str("</style>\n<script>window.__slots=[");
    for n in 0..260 {
        let _ = write!(
            page,
            "{{\"id\":{n},\"slot\":\"div-gpt-ad-{}\",\"u\":\"{}\"}},",
            same.below(1 << 40),
            same.word()
        );
    }
    page.push_str("]</script>\n</head>\n<body class=\"bg-white  text-black\">\n");
    push_ticker(&mut page, &mut own);
    page.push_str("<nav class=\"nav  flex\"><ul>\n");
    for _ in 0..190 {
        let word = same.word();
        let _ = writeln!(
            page,
            "<li class=\"nav__item   {0}\"><a class=\"nav__link\" href=\"/{0}\">{1}</a></li>",
            word,
            same.sentence(2)
        );
    }
    page.push_str("</ul></nav>\n");
    push_story(&mut page, &mut own, number, &headline);
    page.push_str("<aside class=\"sidebar\"><h4>Most read</h4>\n");
    // What was on the site about that time: the same cards on neighbouring pages.
    for n in 0..75 {
        let mut card = Chance::new(number / 40 * 75 + n + 5_000_000);
        let other = 40_000_000 + card.below(400_000);
        let slug = card.sentence(8).to_lowercase().replace(' ', "-");
        let _ = writeln!(
            page,
            "<article class=\"box   story  mb-2\" data-layout=\"story\" data-id=\"{other}\"><figure class=\"media\"><div class=\"media__item\">\
             <a href=\"/news/{other}/{slug}\"><picture><img data-src=\"https://i.brecorder.com/thumbnail/2024/01/{:012x}.jpg?r={}\" class=\"lazyload\" alt=\"\"></picture></a></div></figure>\
             <h2 class=\"story__title   text-3\"><a class=\"story__link\" href=\"/news/{other}/{slug}\">{}</a></h2>\
             <span class=\"timestamp--time  timeago\" title=\"2024-01-03T08:{:02}:00+05:00\">{} hours ago</span></article>",
            card.below(1 << 48),
            own.below(1_000_000),
            card.sentence(8),
            card.below(60),
            own.below(30)
        );
    }
    page.push_str("</aside>\n<footer><ul>\n");
    for _ in 0..60 {
        let _ = writeln!(page, "<li><a href=\"/{}\">{}</a></li>", same.word(), same.sentence(3));
    }
    page.push_str("</ul></footer>\n<script>(function(){");
    for n in 0..420 {
        let _ = write!(
            page,
            "googletag.cmd.push(function(){{if(a<b&&c>{n}){{d('{}-{:x}')}}}});",
            same.word(),
            same.below(1 << 40)
        );
    }
    let _ = write!(
        page,
        "}})();var csrf=\"{:016x}{:016x}\",t={};</script>\n</body>\n</html>\n",
        own.below(1 << 62),
        own.below(1 << 62),
        number * 977
    );
    page
}

/// The page's own ticker.
fn push_ticker(page: &mut String, own: &mut Chance) {
    page.push_str("<ul class=\"ticker\">\n");
    for symbol in SYMBOLS {
        let (price, change) = (1000 + own.below(90_000), own.below(900));
        let base = 1.0_f64.max(price as f64 - change as f64);
        let _ = writeln!(
            page,
            "<li><span class=\"sr\">{symbol}</span> <b>{}.{:02}</b> Increased By &#9650; {}.{:02} ({:.2}%)</li>",
            price / 100,
            price % 100,
            change / 100,
            change % 100,
            change as f64 / base * 100.0
        );
    }
    page.push_str("</ul>\n");
}

/// Headline, byline, body, tags and related stories.
fn push_story(page: &mut String, own: &mut Chance, number: u64, headline: &str) {
    let id = 40_000_000 + number;
    let printed = moment(number).format("%d %b, %Y %I:%M%P");
    let _ = write!(
        page,
        "<main><article class=\"story  story--full\" data-id=\"{id}\">\n<span class=\"badge\"><a href=\"/markets\"><span>Markets</span></a></span>\n\
         <h1 class=\"story__title   text-8\"><a class=\"story__link\" href=\"/news/{id}\">{headline}</a></h1>\n\
         <ul class=\"story__summary\"><li>{}</li></ul>\n<span class=\"story__byline\"><a class=\"story__byline__link\" href=\"/authors/7\">BR Web Desk</a></span>\n\
         <span class=\"story__time\">Published {printed}</span>\n<div class=\"story__content  overflow-hidden\">\n",
        own.sentence(11)
    );
    for at in 0..9 + number % 9 {
        let lead = if at == 0 { "KARACHI: " } else { "" };
        let (first, second) = (own.sentence(24), own.sentence(19));
        let _ = writeln!(page, "<p>{lead}{first}. {second}.</p>");
    }
    page.push_str("</div>\n<div class=\"story__tags\">");
    for _ in 0..4 {
        let word = own.word();
        let _ = write!(page, "<a href=\"/trends/{word}\">{word}</a> ");
    }
    let _ = write!(
        page,
        "</div>\n<div class=\"story__share\"><h2>{headline}</h2></div>\n<ul class=\"more\">\n"
    );
    for n in 0..10 {
        let mut other = Chance::new(number / 10 * 10 + n + 9_000_000);
        // What is related is of these days.
        let id = 40_000_000 + number.saturating_sub(1 + other.below(300));
        let title = other.sentence(8);
        let slug = title.to_lowercase().replace(' ', "-");
        let _ = writeln!(page, "<li><a href=\"/news/{id}/{slug}\">{title}</a></li>");
    }
    page.push_str("</ul>\n<p>Read more stories</p>\n<h3>Comments</h3>\n</article></main>\n");
}

/// The same without furniture, for archives of very many.
pub(crate) fn small_page(number: u64) -> String {
    let mut own = Chance::new(number + 17);
    let headline = own.sentence(9);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>{headline}</title>\n\
         <meta property=\"article:published_time\" content=\"{}\">\n</head>\n<body>\n",
        published(number)
    );
    push_ticker(&mut page, &mut own);
    push_story(&mut page, &mut own, number, &headline);
    page + "</body>\n</html>\n"
}

/// One page as a capture.
pub(crate) fn raw_page(number: u64, template: u64) -> RawPage {
    capture(number, page(number, template))
}

/// When a story came out: one after the other, as in life.
fn moment(number: u64) -> DateTime<FixedOffset> {
    let at = 1_704_067_200 + i64::try_from(number).expect("small") * 97;
    let zone = FixedOffset::east_opt(5 * 3600).expect("an offset");
    DateTime::from_timestamp(at, 0).expect("a moment").with_timezone(&zone)
}

fn published(number: u64) -> String {
    moment(number).to_rfc3339()
}

/// A page as a capture of the hour after it came out.
pub(crate) fn capture(number: u64, page: String) -> RawPage {
    RawPage {
        url: Some(
            format!("https://www.brecorder.com/news/{}", 40_000_000 + number)
                .parse()
                .expect("an address"),
        ),
        body: page.into_bytes().into(),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        captured_at: Some(Captured::At(moment(number).to_utc() + TimeDelta::hours(1))),
        source: CaptureSource::File,
        status: Some(200),
        validators: Validators::default(),
        heads: None,
        feed: None,
    }
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
