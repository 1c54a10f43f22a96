"""How long other readers take for the pages of `benches/extract.rs`, beside the program reading the same ones.

    TEARSHEET_KEEP=pages cargo bench --bench extract
    python3 -m venv venv && venv/bin/pip install -U pip && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/readers.py pages

A folder of saved pages does as well, the selectors being those of the site of the built-in profile.

fundus needs older versions of what others need: `pip install fundus "curl_cffi<0.14"` in an environment of its own. What is
not installed is left out.

One core, the pages in memory, medians of five rounds. What they make of a page is not the same: the main text for most,
selected fields for selectolax; the bench prints our figure for all fields.
"""

import glob
import statistics
import sys
import time

SELECTORS = [
    "h1.story__title", ".story__byline", ".story__time", "div.story__content p", ".story__tags a", ".story__related a",
    "meta[property='og:title']", "script[type='application/ld+json']",
]


def lexbor():
    import selectolax.lexbor

    def read(page):
        tree = selectolax.lexbor.LexborHTMLParser(page)
        return [[it.text() for it in tree.css(selector)] for selector in SELECTORS]

    return read


def resiliparse():
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    return lambda page: extract_plain_text(HTMLTree.parse(page), main_content=True)


def fundus():
    from fundus.parser import BaseParser, ParserProxy, attribute
    from fundus.parser.utility import extract_article_body_with_selector, generic_author_parsing, generic_date_parsing
    from lxml.cssselect import CSSSelector

    class Site(ParserProxy):
        class V1(BaseParser):
            _paragraphs = CSSSelector("div.story__content p")

            @attribute
            def body(self):
                return extract_article_body_with_selector(self.precomputed.doc, paragraph_selector=self._paragraphs)

            @attribute
            def authors(self):
                return generic_author_parsing(self.precomputed.ld.bf_search("author"))

            @attribute
            def publishing_date(self):
                return generic_date_parsing(self.precomputed.ld.bf_search("datePublished"))

            @attribute
            def title(self):
                return self.precomputed.meta.get("og:title")

    parser = Site()()
    return parser.parse


def trafilatura():
    from trafilatura import extract

    return extract


def readability():
    from readability import Document

    return lambda page: Document(page).summary()


def newspaper():
    import newspaper

    def read(page):
        article = newspaper.Article("https://www.brecorder.com/news/1")
        article.download(input_html=page)
        article.parse()
        return article.text

    return read


READERS = {
    "selectolax (lexbor), eight selectors": lexbor,
    "resiliparse, main text": resiliparse,
    "fundus, its parser with four fields": fundus,
    "trafilatura": trafilatura,
    "readability-lxml": readability,
    "newspaper4k": newspaper,
}


def main(folder):
    pages = [open(path, encoding="utf-8").read() for path in sorted(glob.glob(f"{folder}/*.html"))]
    if not pages:
        sys.exit(f"no pages in {folder}: TEARSHEET_KEEP={folder} cargo bench --bench extract writes them")
    for name, prepare in READERS.items():
        try:
            read = prepare()
        except ImportError:
            print(f"{name:<40}not installed")
            continue
        rounds = []
        for _ in range(5):
            began = time.perf_counter()
            for page in pages:
                read(page)
            rounds.append((time.perf_counter() - began) / len(pages))
        print(f"{name:<40}{statistics.median(rounds) * 1e6:>10.0f} µs a page")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
