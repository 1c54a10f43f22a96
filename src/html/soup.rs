//! Pages made of chance, for the tests: what pages are made of in any order, and real ones with damage.

use proptest::{collection::vec, prelude::*};

/// Names, as they come.
const NAMES: [&str; 72] = [
    "p",
    "div",
    "span",
    "a",
    "b",
    "i",
    "em",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "thead",
    "tfoot",
    "caption",
    "h1",
    "h2",
    "section",
    "article",
    "form",
    "button",
    "select",
    "option",
    "optgroup",
    "svg",
    "path",
    "g",
    "desc",
    "foreignObject",
    "title",
    "math",
    "mi",
    "mo",
    "pre",
    "listing",
    "address",
    "font",
    "nobr",
    "code",
    "strong",
    "u",
    "colgroup",
    "col",
    "label",
    "figure",
    "nav",
    "object",
    "marquee",
    "template",
    "dialog",
    "search",
    "ruby",
    "rb",
    "rt",
    "rp",
    "rtc",
    "center",
    "main",
    "body",
    "html",
    "head",
    "hr",
    "input",
    "my-card",
    "style",
    "script",
];

const PIECES: [&str; 92] = [
    "text",
    " ",
    "\n",
    "&amp;",
    "&nbsp;x",
    "&copy1",
    "&#10;",
    "&#32;",
    "a < b",
    "<!-- c -->",
    "<!-->",
    "<br>",
    "<hr/>",
    "<img src='x>'>",
    "<image src=x>",
    "<input>",
    "<input type=hidden>",
    "<INPUT TYPE=HIDDEN>",
    "<script>var a = '</p>';</script>",
    "<script><!-- <script> </script> --></script>",
    "<script><!-- a </script>",
    "<script><!--> <script> </script>",
    "<script><!-- <script> </script> <SCRIPT/ --> </script>",
    "<script><!--- <scripts> --</script >",
    "<style>.a{}</style>",
    "<title>t</title>",
    "<textarea>\nx</textarea>",
    "<textarea>&#10;x</textarea>",
    "<noscript><p></noscript>",
    "<noframes><p></noframes>",
    "<iframe>x</iframe>",
    "<noembed><b></noembed>",
    "<xmp><b></xmp>",
    "<meta name=a>",
    "<meta charset=utf-8>",
    "<link rel=b>",
    "<base href=x>",
    "<bgsound>",
    "<source src=x>",
    "<keygen>",
    "<svg/>",
    "<math/>",
    "<p/>",
    "<p class='a' CLASS=b>",
    "<b id=1>",
    "<b id='1' class=c>",
    "<b class=c id=1>",
    "<a href=1>",
    "<a href=2>",
    "<font color=red>",
    "<font face>",
    "<html>",
    "<html lang=de class=x>",
    "<html lang=en id=y>",
    "<head>",
    "<head class=x>",
    "</head>",
    "<body>",
    "<body class=x onload=y>",
    "</body>",
    "</html>",
    "<!doctype html>",
    "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"x\">",
    "<!doctype svg>",
    "<![CDATA[x]]>",
    "<![CDATA[ <b> ]] > ]]]>",
    "<![CDATA[]]>",
    "</ x>",
    "</>",
    "<? x>",
    "\r\n",
    "<svg><title>x</title></svg>",
    "<svg viewBox=1 xlink:href=2 xlink:foo=3 xmlns=4><STYLE>a<b</style><metadata><rdf:RDF/></metadata></svg>",
    "<svg><foreignObject><p>x<table>y</foreignObject></svg>",
    "<svg><script>a</script><a><b>x",
    "<lineargradient><clipPath/>",
    "<math><mi>x</mi><mglyph/><annotation><p>",
    "<annotation-xml>",
    "<mglyph>",
    "<template>",
    "<template><tr><td>x</template>",
    "</template>",
    "<template shadowrootmode=open>",
    "<frame>",
    "<frameset>",
    "<wbr>",
    "</br>",
    "</p>",
    "<caption>",
    "<table><tr><td>",
    "<selectedcontent>",
    "<plaintext>",
];

/// A page of pieces and tags in any order.
pub(super) fn jumble() -> impl Strategy<Value = String> {
    let tag = (0..NAMES.len(), 0..5_u8).prop_map(|(name, how)| match how {
        0..2 => format!("<{}>", NAMES[name]),
        2 => format!("<{} class=x>", NAMES[name]),
        _ => format!("</{}>", NAMES[name]),
    });
    let piece = (0..PIECES.len()).prop_map(|it| PIECES[it].to_owned());
    vec(prop_oneof![3 => tag, 2 => piece], 0..14).prop_map(|it| it.concat())
}

/// A page of a few pieces and tags, each often: so they get into each other's way.
pub(super) fn tangle() -> impl Strategy<Value = String> {
    let name = (0..NAMES.len()).prop_map(|it| NAMES[it].to_owned());
    let piece = (0..PIECES.len()).prop_map(|it| PIECES[it].to_owned());
    let parts = (any::<bool>(), vec(name, 1..6), vec(piece, 1..4));
    let order = vec((0..8_u8, any::<usize>()), 0..28);
    (parts, order).prop_map(|((is_standard, names, pieces), order)| {
        let mut page = String::from(if is_standard { "<!doctype html>" } else { "" });
        for (how, which) in order {
            let (name, piece) = (&names[which % names.len()], &pieces[which % pieces.len()]);
            page += &match how {
                0..3 => format!("<{name}>"),
                3 => format!("<{name} class=x>"),
                4 | 5 => format!("</{name}>"),
                6 => "x".to_owned(),
                _ => piece.clone(),
            };
        }
        page
    })
}

/// A page whose elements are nested, but for a few that are not.
pub(super) fn nested() -> impl Strategy<Value = String> {
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
pub(super) fn damaged(page: &str, damages: &[(usize, u8, usize)]) -> String {
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
