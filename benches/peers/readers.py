"""How long other readers take for the pages of `benches/extract.rs`, beside the program reading the same ones.

    TEARSHEET_KEEP=pages cargo bench --bench extract
    python3 -m venv venv && venv/bin/pip install -U pip && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/readers.py pages

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


def readers():
    import newspaper
    import resiliparse.extract.html2text
    import selectolax.lexbor
    import trafilatura
    from readability import Document
    from resiliparse.parse.html import HTMLTree

    def by_selectolax(page):
        tree = selectolax.lexbor.LexborHTMLParser(page)
        return [[it.text() for it in tree.css(selector)] for selector in SELECTORS]

    def by_newspaper(page):
        article = newspaper.Article("https://www.brecorder.com/news/1")
        article.download(input_html=page)
        article.parse()
        return article.text

    return {
        "selectolax (lexbor), eight selectors": by_selectolax,
        "resiliparse, main text": lambda it: resiliparse.extract.html2text.extract_plain_text(HTMLTree.parse(it), main_content=True),
        "trafilatura": trafilatura.extract,
        "readability-lxml": lambda it: Document(it).summary(),
        "newspaper4k": by_newspaper,
    }


def main(folder):
    pages = [open(path, encoding="utf-8").read() for path in sorted(glob.glob(f"{folder}/*.html"))]
    if not pages:
        sys.exit(f"no pages in {folder}: TEARSHEET_KEEP={folder} cargo bench --bench extract writes them")
    for name, read in readers().items():
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
