//! Both parsers make the same tree of every page.

use std::{fs, io::Write, path::Path};

use ego_tree::iter::Edge;
use proptest::{collection::vec, prelude::*, strategy::ValueTree};
use scraper::{Html, Node};

use super::{
    Document, Step, decode, quick,
    soup::{damaged, jumble, nested, tangle},
    whole,
};

/// A tree as text.
fn shape(document: &Document<'_>) -> String {
    let mut out = String::new();
    for step in document.root().walk() {
        match step {
            Step::Open(element) => {
                let mut attrs: Vec<_> = element.attrs().collect();
                attrs.sort_unstable();
                out.push_str(&format!("\n<{} {} {attrs:?}>", element.name(), element.is_html()));
            }
            Step::Close(_) => out.push('/'),
            Step::Text(text) => out.push_str(&format!("{text:?}")),
        }
    }
    out
}

/// Whether the quick parser was sure; then its tree is the other's.
#[track_caller]
pub(super) fn same(page: &str) -> bool {
    match quick::parse(page) {
        Ok(quick) => {
            compare(page, &shape(&quick), &shape(&whole::parse(page)));
            true
        }
        Err(_) => false,
    }
}

#[track_caller]
fn compare(page: &str, found: &str, expect: &str) {
    if found != expect {
        let at = found.lines().zip(expect.lines()).position(|it| it.0 != it.1).unwrap_or_default();
        let line =
            |text: &str| text.lines().skip(at.saturating_sub(2)).take(5).collect::<Vec<_>>().join("\n");
        let page: String = page.chars().take(1_000).collect();
        panic!("of {page:?}\nfound:\n{}\nexpected:\n{}", line(found), line(expect));
    }
}

/// The tree that `scraper` has of a page, as text.
fn reference(page: &str) -> String {
    let html = Html::parse_document(page);
    let mut out = String::new();
    for edge in html.root_element().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(element) => {
                    let is_html = &*element.name.ns == "http://www.w3.org/1999/xhtml";
                    let own = element.attrs.iter().filter(|it| it.0.ns.is_empty());
                    let mut attrs: Vec<(String, &str)> = own
                        .map(|it| {
                            let name = if is_html {
                                it.0.local.clone()
                            } else {
                                it.0.local.to_ascii_lowercase()
                            };
                            (name.to_string(), &*it.1 as &str)
                        })
                        .collect();
                    attrs.sort_unstable();
                    out.push_str(&format!("\n<{} {is_html} {attrs:?}>", element.name()));
                }
                Node::Text(text) => out.push_str(&format!("{:?}", &**text)),
                _ => {}
            },
            Edge::Close(node) if node.value().is_element() => out.push('/'),
            Edge::Close(_) => {}
        }
    }
    out
}

fn fixtures() -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("fixtures") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "html")
                && let Ok(text) = fs::read_to_string(path)
            {
                pages.push(text);
            }
        }
    }
    assert!(60 < pages.len(), "{}", pages.len());
    pages
}

#[test]
fn every_fixture_is_the_same_tree_and_nearly_every_one_is_parsed_quickly() {
    let pages = fixtures();
    let quick = pages.iter().filter(|it| same(it)).count();
    assert!(pages.len() * 9 / 10 <= quick, "{quick} of {}", pages.len());
}

/// `TEARSHEET_PAGES=FOLDER cargo test --lib pages_of_a_folder -- --ignored` says of each page there whether the quick parser was sure of it, and if not, why.
#[test]
#[ignore = "measures the pages of a folder that is given"]
fn pages_of_a_folder_are_the_same_tree() {
    let folder = std::env::var_os("TEARSHEET_PAGES").expect("TEARSHEET_PAGES names a folder");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|it| it.expect("an entry").path())
        .filter(|it| it.is_file())
        .collect();
    paths.sort();
    let (mut out, mut slow) = (std::io::stdout(), 0);
    for path in &paths {
        let bytes = fs::read(path).expect("a file");
        let page = decode(&bytes, None);
        let expect = reference(&page.text);
        compare(&page.text, &shape(&whole::parse(&page.text)), &expect);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match quick::parse(&page.text) {
            Ok(quick) => {
                writeln!(out, "{name}: quick").expect("output");
                compare(&page.text, &shape(&quick), &expect);
            }
            Err(doubt) => {
                slow += 1;
                writeln!(out, "{name}: {}", doubt.words()).expect("output");
            }
        }
    }
    writeln!(out, "{slow} of {} pages were parsed slowly", paths.len()).expect("output");
}

#[test]
fn a_page_cut_anywhere_is_the_same_tree() {
    for page in fixtures() {
        for part in 1..100 {
            let mut at = page.len() * part / 100;
            while !page.is_char_boundary(at) {
                at -= 1;
            }
            same(&page[..at]);
        }
    }
}

#[test]
fn what_pages_are_made_of_is_parsed_quickly() {
    let sure = |page: &str| assert!(same(page), "{page}");
    sure(
        "<!DOCTYPE html><html lang=en><head><title>a &amp; b</title><meta charset=utf-8></head>\n<body class=x>\n<p>a</p></body></html>\n",
    );
    sure("<p>no frame");
    sure("text alone");
    sure("");
    sure("<ul><li>a<li>b<p>c<li>d</ul><dl><dt>a<dd>b<dt>c</dl>");
    sure("<div><span>left open</div>after</span> it");
    sure("<p>a<div>b</div></p>".replace("</p>", "").as_str());
    sure("<!doctype html><p>a<table><tr><td>1<td>2<tr><td><b>3</table>b");
    sure(
        "<table class=t><colgroup><col><col></colgroup><thead><tr><th>a</th></tr></thead>\n<tbody>\n<tr>\n<td>1</td></tr></tbody></table>",
    );
    sure("<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>");
    sure("<select><optgroup label=a><option>1<option selected>2</optgroup><option>3</select>");
    sure(
        "<svg viewBox='0 0 1 1' xmlns='http://www.w3.org/2000/svg' xlink:href=x><title>t</title><linearGradient id=a /><g><PATH d=M0 /></g></svg>",
    );
    sure(
        "<a href='?a=1&b=2&amp;c=3&copy=4' HREF=x Title=\"&quot;&eacute;\">&copy2024 &nbsp;&#8217;&#x27; AT&T &amp</a>",
    );
    sure(
        "<textarea>\n<b>&lt;</textarea><pre>\nx</pre><script>if (a < b) {}</script><style>p > b {}</style><noscript><img src=x></noscript>",
    );
    sure("a<!-- b -->c<!---->d<!--->e<!-- --!>f<? php ?>g</ x>h</>i< j");
    sure("</div></span></b>x</li>".replace("</li>", "").as_str());
    sure("<form action=x><input name=q><button type=submit>Go</button></form>");
    sure("<body><script>1</script></body></html>\n<!-- made -->\n");
    sure("<head></head>\n \n<body>x");
    sure("<h1>a</h1><h2>b<span>c</span></h2><hr><br/><img alt=x><p>d</p>");
    sure("<a href=x><div><h3>card</h3></div></a><a>b</a>");
}

#[test]
fn what_is_moved_or_reopened_is_parsed_quickly() {
    for page in [
        "<a href=x><span>a</a>b",
        "<p><b>a</p><p>b",
        "<a href=1>a<a href=2>b",
        "<a href=1><div>a<a href=2>b</div>c",
        "<b><i>a</b>b</i>c",
        "<b><p>a</b>b</p>c",
        "<b><i><u><s><em><p>a</b>b</p>c",
        "<b><b><b><b class=x><b><p>a",
        "<p><span><div></p>b",
        "<div></p>",
        "<nobr>a<nobr>b",
        "<table><tr><td>a</td>text</tr></table>",
        "a<table>b<!-- -->c<tr><b>d<td>e</table>f",
        "a<!-- --><table>b</table>",
        "<table><form><input type=hidden><input><tr></form></table>",
        "<table><caption><b>a<tr><td>b</table>c",
        "<template><p></template>x",
        "<table><template><tr><td>a</template><tr></table>",
        "<head></head>\n<script>1</script> <link><template><p></template><!-- --> <body>x",
        "<html a=1><body b=2>x<html a=3 c=4><body b=5 d=6><head>",
        "<svg><p>a</svg>b",
        "<svg><style>a{}</style><metadata><rdf:RDF>b</rdf:RDF></metadata><![CDATA[<x>]]></svg>",
        "<math><mi>x<b>y</mi></math>z",
        "<math></html>a<!-- -->b",
        "<p>a</body><!-- -->b",
        "<script><!-- <script> </script> --></script>x",
        "<form><p></form>a</p><form>b",
        "<h1><h2>a</h1>b",
        "<select><option>a<option>b<select><hr><input>",
        "<object><p><b>a</object>b",
        "<ruby>a<rb>b<rt>c<rtc>d<rp>e</ruby>",
        "<br></br></p><dialog><p>a<search>b</dialog>",
        "<button><p>a<button>b",
        "<dl><dt>a<dd>b<li>c</dl>",
    ] {
        assert!(same(page), "{page}");
    }
}

#[test]
fn what_hardly_a_page_has_is_left_to_the_other() {
    let deep = "<div>".repeat(1_000);
    for page in [
        "<frameset>",
        "<plaintext>a",
        "a\0b",
        "\u{FEFF}a",
        "<pre></>\n</pre>",
        "a\rb",
        "<math><annotation-xml><p>",
        "<table>a</>b",
        &deep,
    ] {
        assert!(!same(page), "{page}");
    }
}

#[test]
fn a_tangle_is_hardly_ever_left_to_the_other() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let pages = (0..1_000).map(|_| tangle().new_tree(&mut runner).expect("a page").current());
    let sure = pages.filter(|it| quick::parse(it).is_ok()).count();
    assert!(850 < sure, "{sure} of 1000");
}

#[test]
fn no_page_becomes_much_larger_than_it_is() {
    let joined = "x</b>".repeat(50_000);
    assert!(same(&joined));
    let quick = quick::parse(&joined).unwrap_or_else(|_| unreachable!("it was sure"));
    assert!(quick.beside_len() < 2 * joined.len(), "{}", quick.beside_len());
    // Each paragraph opens the two again.
    let long = "long ".repeat(20_000);
    let reopened =
        ["<p><b title='", &long, "'><i title='", &long, "'></p>", &"<p>x</p>".repeat(500)].concat();
    let whole = whole::parse(&reopened);
    let titles = whole.root().descendants().filter(|it| it.attr("title").is_some()).count();
    assert!(100 < titles, "{titles}");
    assert!(whole.beside_len() < 2 * reopened.len(), "{}", whole.beside_len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_jumble_of_tags_is_the_same_tree(page in jumble()) {
        same(&page);
        compare(&page, &shape(&whole::parse(&page)), &reference(&page));
    }

    #[test]
    fn a_tangle_of_tags_is_the_same_tree(page in tangle()) {
        same(&page);
        compare(&page, &shape(&whole::parse(&page)), &reference(&page));
    }

    #[test]
    fn nested_elements_are_the_same_tree(page in nested()) {
        same(&page);
    }

    #[test]
    fn a_damaged_page_is_the_same_tree(
        which in any::<usize>(),
        damages in vec((any::<usize>(), 0..8_u8, any::<usize>()), 1..4),
    ) {
        let pages = damageable();
        same(&damaged(&pages[which % pages.len()], &damages));
    }
}

fn damageable() -> &'static [String] {
    static PAGES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    PAGES.get_or_init(fixtures)
}

/// `TEARSHEET_CASES=1000000` looks for hours.
fn cases() -> u32 {
    std::env::var("TEARSHEET_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(1_500)
}
