//! What reading a page costs, beside what parsing it costs others.
//!
//! `cargo bench --bench extract` reads the miniature site's pages, grown to the 100 to 250 KB of a real page
//! with the furniture a real page has, and prints pages and bytes a second beside `scraper` parsing the same
//! pages and doing nothing else. The two take turns, so that the ratio holds on a noisy machine. `TEARSHEET_PAGES=FOLDER` reads the
//! pages of a folder instead, and `benches/peers/readers.py FOLDER` has others read them.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(
    clippy::write_with_newline,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use tearsheet::{
    config::Config,
    extract::Extractor,
    model::{CaptureSource, RawPage, Validators},
};

const ROUNDS: usize = 15;

fn main() {
    let extractor = Extractor::new(&Config::default().profile).expect("the built-in profile");
    let pages = match std::env::var_os("TEARSHEET_PAGES") {
        Some(folder) => saved_pages(Path::new(&folder)),
        None => invented_pages(&extractor),
    };
    if let Some(folder) = std::env::var_os("TEARSHEET_KEEP") {
        // For `benches/peers/readers.py`.
        fs::create_dir_all(&folder).expect("a folder");
        for (number, page) in pages.iter().enumerate() {
            fs::write(Path::new(&folder).join(format!("{number}.html")), &page.body).expect("a file");
        }
    }
    let texts: Vec<&str> =
        pages.iter().map(|it| std::str::from_utf8(&it.body).expect("UTF-8")).collect();
    let bytes: usize = texts.iter().map(|it| it.len()).sum();
    let (mut parse, mut extract) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        parse.push(time(|| {
            for text in &texts {
                black_box(scraper::Html::parse_document(text));
            }
        }));
        extract.push(time(|| {
            for page in &pages {
                black_box(extractor.extract(page));
            }
        }));
    }
    let ratios: Vec<f64> = parse
        .iter()
        .zip(&extract)
        .map(|(parse, extract)| extract.as_secs_f64() / parse.as_secs_f64())
        .collect();
    println!(
        "{} pages, {} KB on average, {ROUNDS} rounds, medians",
        pages.len(),
        bytes / pages.len() / 1024
    );
    show("scraper::Html::parse_document", median(&parse), pages.len(), bytes);
    show("Extractor::extract", median(&extract), pages.len(), bytes);
    let ratio = middle(&ratios);
    let parsed = extractor.parsed();
    println!("{} of {} parsed slowly", parsed.slowly, parsed.pages);
    println!(
        "ratio {ratio:.3}: all fields for so much of the time of the parse alone (target: at most 0.30)"
    );
    if std::env::var_os("TEARSHEET_PAGES").is_none() {
        show_growth(&extractor);
    }
}

/// What pages cost that one thing was done to without end, beside a quarter of it. What is linear takes four times as long.
fn show_growth(extractor: &Extractor) {
    const MANY: usize = 20_000;
    let story =
        |more: &str| format!("<h1 class=story__title>A</h1><div class=story__content><p>b</div>{more}");
    let all = |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<String>();
    let tags = |at: usize| format!("<a href=/trends/{at}>t{at}</a>");
    let links = |at: usize| format!("<a href=/news/4{at:07}/a>Story {at}</a>");
    let pictures = |at: usize| format!("<img src=/{at}.jpg>");
    let kinds: [(&str, &dyn Fn(usize) -> String); 8] = [
        ("nested elements", &|count| story(&("<div>".repeat(count) + &"</div>".repeat(count)))),
        ("attributes", &|count| format!("<div {}>x</div>", all(count, &|at| format!("a{at}=1 ")))),
        ("tags", &|count| story(&format!("<div class=story__tags>{}</div>", all(count, &tags)))),
        ("links", &|count| story(&format!("<div class=related-stories>{}</div>", all(count, &links)))),
        ("pictures", &|count| format!("<h1>A</h1><div class=story__content>{}", all(count, &pictures))),
        ("stamps", &|count| story(&"<span class=story__time>January 3, 2024</span>".repeat(count))),
        ("headlines", &|count| "<h1 class=story__title>a</h1>".repeat(count)),
        ("unended fonts", &|count| all(count, &|at| format!("<p><font size={at}></p>"))),
    ];
    for (name, page) in kinds {
        let url = "https://www.brecorder.com/news/40281001/a".to_owned();
        let few = raw(Some(url.clone()), page(MANY / 4).into_bytes());
        let many = raw(Some(url), page(MANY).into_bytes());
        let cost = |page: &RawPage| {
            let times: Vec<Duration> = (0..5).map(|_| time(|| drop(extractor.extract(page)))).collect();
            median(&times).as_secs_f64()
        };
        println!("growth {:>5.2} for four times the {name}", cost(&many) / cost(&few));
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

fn middle(ratios: &[f64]) -> f64 {
    let mut sorted = ratios.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn show(what: &str, took: Duration, pages: usize, bytes: usize) {
    let seconds = took.as_secs_f64();
    println!(
        "{what:<30} {:>7.0} µs a page {:>7.0} pages/s {:>6.0} MB/s",
        seconds * 1e6 / pages as f64,
        pages as f64 / seconds,
        bytes as f64 / seconds / 1e6
    );
}

fn invented_pages(extractor: &Extractor) -> Vec<RawPage> {
    let pages = pages();
    let with_story = pages.iter().filter(|it| 100 < extractor.extract(it).draft.body().len()).count();
    let quotes: usize = pages.iter().map(|it| extractor.extract(it).strip.quotes.len()).sum();
    assert!(pages.len() * 9 / 10 <= with_story, "{with_story} of {} pages have a story", pages.len());
    assert!(500 < quotes, "{quotes} quotes");
    pages
}

fn saved_pages(folder: &Path) -> Vec<RawPage> {
    let files = fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    let files = files.filter(|it| it.extension().is_some_and(|it| it == "html"));
    let pages: Vec<RawPage> = files.map(|it| raw(None, fs::read(it).expect("a page"))).collect();
    assert!(!pages.is_empty(), "no pages in {}", folder.display());
    pages
}

fn raw(url: Option<String>, body: Vec<u8>) -> RawPage {
    RawPage {
        url: url.map(|it| it.parse().expect("an address")),
        body: body.into(),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        captured_at: None,
        source: CaptureSource::File,
        status: None,
        validators: Validators::default(),
        heads: None,
        feed: None,
    }
}

fn pages() -> Vec<RawPage> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/site/news");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("fixtures").map(|it| it.expect("an entry").path()).collect();
    files.sort();
    let files = files.into_iter().filter(|it| it.extension().is_some_and(|it| it == "html"));
    let page = |(number, path): (usize, std::path::PathBuf)| {
        let text =
            fs::read_to_string(&path).expect("a page").replace("{{base}}", "https://www.brecorder.com");
        let id = path
            .file_stem()
            .and_then(|it| it.to_str())
            .and_then(|it| it.split('.').next())
            .expect("an id")
            .to_owned();
        raw(Some(format!("https://www.brecorder.com/news/{id}")), grow(&text, number).into_bytes())
    };
    files.enumerate().map(page).collect()
}

/// A page with a real page's furniture: scripts and styles in its head, menus above, cards and footer below.
fn grow(page: &str, number: usize) -> String {
    let size = 0.7 + number as f64 % 7.0 / 5.0;
    let times = |count: f64| 0..(count * size) as usize;
    let mut head = String::from("<style>");
    for n in times(300.0) {
        let _ = write!(
            head,
            ".c{n}--wide{{margin:0 {n}px;padding:.25rem 1rem;color:#{n:06x};display:flex}}\n"
        );
    }
    head += "</style><script>window.__DATA__=[";
    for n in times(260.0) {
        let _ = write!(
            head,
            "{{\"id\":{n},\"slot\":\"div-gpt-ad-{n}\",\"sizes\":[[300,250],[728,90]],\"lazy\":true}},\n"
        );
    }
    head += "]</script>";
    let mut menu = String::from("<nav class='nav  navbar   d-flex'><ul class=\"nav__list\">");
    for n in times(160.0) {
        let _ = write!(
            menu,
            "<li class=\"nav__item  list-inline-item\"><a class=\"nav__link   text-uppercase\" href=\"/section-{n}/2024-01-0{}\">Section {n} &amp; more</a></li>\n",
            n % 9
        );
    }
    menu += "</ul></nav>";
    let mut cards = String::from("<aside class='sidebar'><h4>Most read</h4>");
    for n in times(110.0) {
        let _ = write!(
            cards,
            "<article class=\"box   story  story--small mb-2\" data-layout=\"story\"><figure class=\"media sm:w-1/3\"><div class=\"media__item\">\
             <a href=\"/news/4{n:07}/a-story-of-the-day-{n}\" title=\"A story of the day {n}\"><picture><img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\" \
             data-src=\"https://i.brecorder.com/thumbnail/2024/01/{n}.jpg?r={n}\" class=\"lazyload\" alt=\"\"></picture></a></div></figure>\
             <h2 class=\"story__title   text-base\"><a class=\"story__link\" href=\"/news/4{n:07}/a-story-of-the-day-{n}\">A story of the day {n} &ndash; and what came of it</a></h2>\
             <div class=\"story__excerpt   text-sm\">Words of another story that nobody should read in this one, number {n}.</div>\
             <span class=\"timestamp--time  timeago\" title=\"2024-01-03T08:{:02}:00+05:00\">{n} hours ago</span></article>\n",
            n % 60
        );
    }
    cards += "</aside>";
    let mut foot = String::from("<script>(function(){");
    for n in times(330.0) {
        let _ = write!(
            foot,
            "googletag.cmd.push(function(){{if(a<b&&c>{n}){{googletag.display('div-gpt-ad-{n}')}}}});\n"
        );
    }
    foot += "})()</script><svg viewBox='0 0 24 24'>";
    for n in times(60.0) {
        let _ = write!(foot, "<path d='M{n} 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 {n}'/>");
    }
    foot += "</svg>";
    let body = page.find("<body").expect("a body");
    let start = body + page[body..].find('>').expect("a tag ends") + 1;
    format!("{}{menu}{}", &page[..start], &page[start..])
        .replacen("</head>", &format!("{head}</head>"), 1)
        .replacen("</body>", &format!("{cards}{foot}</body>"), 1)
}
