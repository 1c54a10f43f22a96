//! Both parsers make the same tree of every page.

use std::{fs, path::Path};

use proptest::{collection::vec, prelude::*};

use super::{Document, Step, quick, whole};

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
    let Ok(quick) = quick::parse(page) else { return false };
    let (found, expect) = (shape(&quick), shape(&whole::parse(page)));
    if found != expect {
        let at = found.lines().zip(expect.lines()).position(|it| it.0 != it.1).unwrap_or_default();
        let line =
            |text: &str| text.lines().skip(at.saturating_sub(2)).take(5).collect::<Vec<_>>().join("\n");
        let page: String = page.chars().take(1_000).collect();
        panic!("of {page:?}\nquick:\n{}\nwhole:\n{}", line(&found), line(&expect));
    }
    true
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
fn what_is_moved_or_reopened_is_left_to_the_other() {
    for page in [
        "<p><b>a</p><p>b",
        "<a href=1>a<a href=2>b",
        "<table><tr><td>a</td>text</tr></table>",
        "<b><i>a</b></i>",
        "<p><span><div>",
        "<div></p>",
        "<template><p></template>",
        "<svg><p>a</svg>",
        "<math><mi>x</math>",
        "a\0b",
        "\u{FEFF}a",
        "<pre></>\n</pre>",
        "a\rb",
        "<script><!-- <script> </script> --></script>",
        "<form><form>",
        "<h1><h2>",
        "<frameset>",
        "<body><body class=x>",
    ] {
        assert!(!same(page), "{page}");
    }
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

/// Names, as they come.
const NAMES: [&str; 38] = [
    "p", "div", "span", "a", "b", "i", "em", "li", "ul", "ol", "dl", "dt", "dd", "table", "tbody", "tr",
    "td", "th", "thead", "h1", "h2", "section", "article", "form", "button", "select", "option",
    "optgroup", "svg", "path", "pre", "address", "font", "colgroup", "col", "label", "figure", "nav",
];

const PIECES: [&str; 44] = [
    "text",
    " ",
    "\n",
    "&amp;",
    "&nbsp;x",
    "&copy1",
    "a < b",
    "<!-- c -->",
    "<!-->",
    "<br>",
    "<hr/>",
    "<img src='x>'>",
    "<input>",
    "<script>var a = '</p>';</script>",
    "<style>.a{}</style>",
    "<title>t</title>",
    "<textarea>\nx</textarea>",
    "<noscript><p></noscript>",
    "<iframe>x</iframe>",
    "<meta name=a>",
    "<link rel=b>",
    "<svg/>",
    "<p/>",
    "<p class='a' CLASS=b>",
    "<html>",
    "<head>",
    "</head>",
    "<body>",
    "</body>",
    "</html>",
    "<!doctype html>",
    "<![CDATA[x]]>",
    "</ x>",
    "</>",
    "<? x>",
    "\r\n",
    "<svg><title>x</title></svg>",
    "<template>",
    "<math>",
    "<wbr>",
    "</br>",
    "<caption>",
    "<ruby>",
    "<object>",
];

/// A page of pieces and tags in any order.
fn jumble() -> impl Strategy<Value = String> {
    let tag = (0..NAMES.len(), 0..5_u8).prop_map(|(name, how)| match how {
        0..2 => format!("<{}>", NAMES[name]),
        2 => format!("<{} class=x>", NAMES[name]),
        _ => format!("</{}>", NAMES[name]),
    });
    let piece = (0..PIECES.len()).prop_map(|it| PIECES[it].to_owned());
    vec(prop_oneof![3 => tag, 2 => piece], 0..14).prop_map(|it| it.concat())
}

/// A page whose elements are nested, but for a few that are not.
fn nested() -> impl Strategy<Value = String> {
    let leaf = (0..PIECES.len()).prop_map(|it| PIECES[it].to_owned());
    leaf.prop_recursive(5, 40, 5, |inner| {
        (0..NAMES.len(), vec(inner, 0..5), 0..12_u8).prop_map(|(name, inner, how)| {
            let (name, inner) = (NAMES[name], inner.concat());
            match how {
                0 => format!("<{name}>{inner}"),
                1 => format!("{inner}</{name}>"),
                _ => format!("<{name}>{inner}</{name}>"),
            }
        })
    })
}

/// Damage to a page: where, and how.
fn damaged(page: &str, damages: &[(usize, u8, usize)]) -> String {
    let mut page = page.to_owned();
    for (at, how, which) in damages {
        let tags: Vec<usize> = page.match_indices('<').map(|it| it.0).collect();
        let Some(&start) = tags.get(at % tags.len().max(1)) else { continue };
        let end = page[start..].find('>').map_or(page.len(), |it| start + it + 1);
        let tag = page[start..end].to_owned();
        match how {
            // Dropped, doubled, moved to another place, its quotes gone, a comment or a piece before it, cut.
            0 => page.replace_range(start..end, ""),
            1 => page.insert_str(start, &tag),
            2 => {
                page.replace_range(start..end, "");
                let to = page[..start].rfind('<').unwrap_or(0);
                page.insert_str(to, &tag);
            }
            3 => page.replace_range(start..end, &tag.replace(['"', '\''], "")),
            4 => page.insert_str(start, "<!-- a > b -->"),
            5 => page.insert_str(start, PIECES[which % PIECES.len()]),
            6 => page.insert_str(start, &format!("<{}>", NAMES[which % NAMES.len()])),
            _ => page.insert_str(start, &format!("</{}>", NAMES[which % NAMES.len()])),
        }
    }
    page
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_jumble_of_tags_is_the_same_tree(page in jumble()) {
        same(&page);
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
