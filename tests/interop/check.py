"""What other tools make of an archive and its exports. Run by .ci/run in a virtual environment:

    python tests/interop/check.py TEARSHEET

where TEARSHEET is the binary. Everything happens in a temporary folder and on loopback.
"""

import contextlib
import csv
import hashlib
import http.server
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

TEARSHEET = os.path.abspath(sys.argv[1])
BIN = os.path.dirname(sys.executable)


def run(*args, **options):
    done = subprocess.run(args, capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{args}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def tool(name):
    return os.path.join(BIN, name)


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")
    print(f"ok  {what}")


def notebook(folder, archive):
    """The event study runs over the exports, and finds the events that SQL finds."""
    exports = f"{folder}/study"
    os.mkdir(exports)
    for what in ("articles", "mentions", "quotes", "sessions"):
        run(TEARSHEET, "--archive", archive, "export", what, "--out", f"{exports}/{what}.parquet")
    said = run(sys.executable, "docs/notebooks/event_study.py", exports)
    events, companies, sessions = sqlite3.connect(archive).execute(
        """SELECT count(*), count(DISTINCT symbol), count(DISTINCT session) FROM (
             SELECT DISTINCT m.symbol, a.session FROM mentions m JOIN articles a ON a.id = m.article_id
               JOIN novelty n ON n.article_id = m.article_id AND n.symbol = m.symbol
              WHERE a.phase <> 'unknown' AND a.session IS NOT NULL AND m.confidence >= 0.8 AND m.relevance >= 50 AND n.nth = 1)"""
    ).fetchone()
    check("the event study finds its events", said.splitlines()[0], f"{events} events of {companies} companies in {sessions} sessions")
    check("the event study is drawn", os.path.getsize(f"{exports}/event_study.png") > 5_000, True)


def tables(folder, archive):
    """Parquet and CSV hold what SQL holds."""
    import duckdb
    import pandas

    duck = duckdb.connect()
    db = sqlite3.connect(archive)
    articles, words = db.execute("SELECT count(*), sum(word_count) FROM articles").fetchone()
    quotes, prices = db.execute("SELECT count(*), sum(cast(round(price * 100) AS INTEGER)) FROM quotes").fetchone()
    run(TEARSHEET, "--archive", archive, "export", "articles", "--format", "parquet", "--by", "month", "--out", f"{folder}/articles")
    run(TEARSHEET, "--archive", archive, "export", "quotes", "--out", f"{folder}/quotes.parquet")
    run(TEARSHEET, "--archive", archive, "export", "articles", "--out", f"{folder}/articles.csv")

    found = duck.execute(f"SELECT count(*), sum(word_count), count(DISTINCT month) FROM read_parquet('{folder}/articles/*/*.parquet', hive_partitioning = true)").fetchone()
    months = db.execute("SELECT count(DISTINCT coalesce(substr(published_on, 1, 7), '-')) FROM articles").fetchone()[0]
    check("DuckDB reads the folder as one table", found[:2], (articles, words))
    # The partition of undated stories is NULL to DuckDB.
    check("DuckDB sees a partition for each month", found[2] in (months, months - 1), True)
    types = dict(duck.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{folder}/quotes.parquet')").fetchall())
    check("days are dates", types["day"], "DATE")
    check("prices are decimals", types["price"], "DECIMAL(18,2)")
    check("moments are timestamps", types["captured_at"], "TIMESTAMP WITH TIME ZONE")
    named = db.execute("SELECT count(*), min(symbol), max(symbol) FROM mentions").fetchone()
    found = duck.execute(f"SELECT count(*), min(s), max(s) FROM (SELECT unnest(symbols) AS s FROM '{folder}/articles/*/*.parquet')").fetchone()
    check("DuckDB reads lists as lists", found, named)
    found = duck.execute(f"SELECT count(*), sum(price) * 100 FROM '{folder}/quotes.parquet'").fetchone()
    check("DuckDB's sum of prices is SQL's", (found[0], int(found[1])), (quotes, prices))

    frame = pandas.read_parquet(f"{folder}/quotes.parquet")
    check("pandas reads every quote", (len(frame), int(sum(frame["price"]) * 100)), (quotes, prices))
    frame = pandas.read_parquet(f"{folder}/articles")
    check("pandas reads the folder", (len(frame), int(frame["word_count"].sum())), (articles, words))

    with open(f"{folder}/articles.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stored = db.execute("SELECT headline, body FROM articles ORDER BY published_on, published_at, id").fetchall()
    check("csv round-trips", [(row["headline"] or None, row["body"]) for row in rows], stored)


def sqlite_utils(archive):
    found = run(tool("sqlite-utils"), "search", archive, "articles", "rupee", "--limit", "5")
    check("sqlite-utils finds the index", len(json.loads(found)) > 0, True)
    check("sqlite-utils lists the tables", "articles" in run(tool("sqlite-utils"), "tables", archive), True)
    check("sqlite-utils prints the schema", "CREATE TABLE articles" in run(tool("sqlite-utils"), "schema", archive), True)


def web_archives(folder, archive):
    """Every checker accepts what is exported, and pywb replays it byte by byte."""
    run(TEARSHEET, "--archive", archive, "export", "warc", "--out", f"{folder}/warc")
    run(TEARSHEET, "--archive", archive, "export", "warc", "--wacz", "--out", f"{folder}/all.wacz")
    files = sorted(os.path.join(folder, "warc/archive", name) for name in os.listdir(f"{folder}/warc/archive"))
    captures = sqlite3.connect(archive).execute("SELECT count(*) FROM captures WHERE body_id IS NOT NULL").fetchone()[0]
    run(tool("warcio"), "check", *files)
    print("ok  warcio check")
    lines = run(tool("warcio"), "index", *files).splitlines()
    kinds = [json.loads(line)["warc-type"] for line in lines]
    check("warcio index counts the captures", kinds.count("response") + kinds.count("revisit"), captures)
    run(tool("warcio"), "recompress", files[0], f"{folder}/again.warc.gz")
    run(tool("warcio"), "check", f"{folder}/again.warc.gz")
    print("ok  warcio recompress, and check again")
    run(tool("fastwarc"), "check", *files)
    print("ok  fastwarc check")
    theirs = run(tool("cdxj-indexer"), "--records", "response,revisit", *files).splitlines()
    check("cdxj-indexer counts the captures", len(theirs), captures)
    with open(f"{folder}/warc/indexes/index.cdxj", encoding="utf-8") as file:
        ours = file.read().splitlines()
    place = lambda line: [json.loads(line.split(" ", 2)[2])[key] for key in ("offset", "length", "status", "mime")]
    check("our index names the same places", sorted(map(place, ours)), sorted(map(place, theirs)))
    run(tool("wacz"), "validate", "-f", f"{folder}/all.wacz")
    print("ok  wacz validate")
    replay(folder, archive, files)


def replay(folder, archive, files):
    home = f"{folder}/pywb"
    os.makedirs(home)
    run(tool("wb-manager"), "init", "news", cwd=home)
    run(tool("wb-manager"), "add", "news", *files, cwd=home)
    port = "18766"
    with wayback(home, port) as replayed:
        rows = sqlite3.connect(archive).execute(
            "SELECT url, captured_at, group_concat(sha256) FROM captures GROUP BY url, captured_at"
        ).fetchall()
        for url, captured, hashes in rows:
            stamp = "".join(char for char in captured if char.isdigit())
            # In the demo a page is rewritten within a second: either capture is one of that second.
            if hashlib.sha256(replayed(f"{stamp}id_/{url}")).hexdigest() not in hashes.split(","):
                sys.exit(f"pywb replays {url} with other bytes")
        via_pywb(folder, archive, port, rows[0][0])
        print(f"ok  pywb replays {len(rows)} captures with their original bytes")


def via_pywb(folder, archive, port, url):
    """`backfill --via` fills an empty archive from pywb's index and replay."""
    base = url.split("/news/")[0]
    with open(f"{folder}/via.toml", "w", encoding="utf-8") as file:
        file.write(
            f'[fetch]\nallow_private_addresses = true\n[site]\nbase_url = "{base}"\n[[site.web_archives]]\nname = "pywb"\n'
            f'cdx = "http://127.0.0.1:{port}/news/cdx"\nreplay = "http://127.0.0.1:{port}/news/{{timestamp}}id_/{{url}}"\n'
            "requests_per_minute = 60000\ndays_after = 36500\n[site.ids]\nfrom = 1\nanchors = []\n"
        )
    args = ["--config", f"{folder}/via.toml", "--archive", f"{folder}/via.db"]
    run(TEARSHEET, *args, "backfill", "--via", "pywb", "--from", "2020-01-01", "--every-capture")
    sql = "SELECT host, site_id, headline, body, published_on FROM articles ORDER BY 1, 2"
    there, here = (sqlite3.connect(path).execute(sql).fetchall() for path in (archive, f"{folder}/via.db"))
    check("backfill --via pywb brings every article", [row[1] for row in here], [row[1] for row in there])
    said = subprocess.run([TEARSHEET, *args, "backfill", "--via", "pywb", "--from", "2020-01-01", "--every-capture"], capture_output=True, text=True).stderr
    check("and once more brings none", "0 new, 0 updated, 0 unchanged, 0 failed" in said, True)


PAGE = """<html><head><meta property="article:published_time" content="2025-10-{day:02}T11:00:00+05:00"></head><body>
<ul><li>OGDC {id}.10 Increased By \u25b2 1.10 (1.11%)</li><li>PPL 90.00 No Change \u25bc 0.00 (0%)</li></ul>
<h1 class="story__title">What happened under {id}</h1><span class="story__byline">Reuters</span>
<div class="story__content"><img src="/pictures/{id}.gif"><p>KARACHI: The mills resumed crushing \u2013 under the number {id}.</p></div></body></html>"""


class Site(http.server.BaseHTTPRequestHandler):
    """A few stories and a feed; every third answer comes in chunks."""

    protocol_version = "HTTP/1.1"
    ids = range(40000001, 40000021)

    def do_GET(self):
        base = f"http://{self.headers['Host']}"
        if self.path.startswith("/news/") and int(self.path.split("/")[2]) in self.ids:
            number = int(self.path.split("/")[2])
            kind, text = "text/html; charset=utf-8", PAGE.format(id=number, day=number % 20 + 1)
        elif self.path.startswith("/pictures/"):
            # Half of them are the same picture.
            number = int(self.path.split("/")[2].split(".")[0])
            kind, text = "image/gif", f"GIF89a\x10\0\x09\0\0\0\0;{number if number % 2 else 0}"
        elif self.path == "/feeds/latest-news":
            links = "".join(f"<item><link>{base}/news/{number}/a-slug</link></item>" for number in self.ids)
            kind, text = "application/rss+xml", f'<rss version="2.0"><channel>{links}</channel></rss>'
        else:
            self.send_error(404)
            return
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if len(body) % 3 == 0:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (body[:100], body[100:]):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args):
        pass


def made_by_others(folder):
    """What wget and warcio make of a site is, imported, what a scrape of it is."""
    from warcio.capture_http import capture_http
    # After warcio's, which takes the place of http.client's.
    import requests

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    with open(f"{folder}/others.toml", "w", encoding="utf-8") as file:
        file.write(
            f'[fetch]\nrequests_per_second = 1000.0\n[site]\nbase_url = "{base}"\nsitemaps = []\n'
            '[[site.feeds]]\nurl = "/feeds/latest-news"\n'
        )
    urls = [f"{base}/news/{number}/a-slug" for number in Site.ids]
    with open(f"{folder}/urls", "w", encoding="utf-8") as file:
        file.write("\n".join(urls))
    run("wget", "--quiet", "--input-file", "urls", "--output-document", "/dev/null", "--warc-file", "wget", cwd=folder)
    with capture_http(f"{folder}/warcio.warc.gz"):
        for url in urls:
            requests.get(url)
    server_args = lambda name: ["--config", f"{folder}/others.toml", "--archive", f"{folder}/{name}.db"]
    run(TEARSHEET, *server_args("scraped"), "scrape")
    sql = "SELECT host, site_id, published_at, headline, byline, dateline, summary, body, content_hash FROM articles ORDER BY site_id"
    rows = lambda name: sqlite3.connect(f"{folder}/{name}.db").execute(sql).fetchall()
    quotes = lambda name: sqlite3.connect(f"{folder}/{name}.db").execute("SELECT count(*), sum(price) FROM quotes").fetchone()[1]
    check("a scrape has every story", len(rows("scraped")), len(urls))
    for maker in ("wget", "warcio"):
        run(TEARSHEET, *server_args(maker), "import", f"{folder}/{maker}.warc.gz")
        check(f"what {maker} made is, imported, what a scrape is", rows(maker), rows("scraped"))
        check(f"and so are its tickers ({maker})", quotes(maker) > 0, True)
    pictures(folder, base, server_args("pictures"))
    server.shutdown()


def pictures(folder, base, args):
    """pywb replays a page with its pictures, and what is exported with them is the same again."""
    run(TEARSHEET, *args, "scrape", "--images")
    sql = "SELECT a.url, sha256 FROM article_images a JOIN images i ON i.id = a.image_id ORDER BY 1"
    rows = lambda name: sqlite3.connect(f"{folder}/{name}.db").execute(sql).fetchall()
    here = rows("pictures")
    check("every story has its picture, half of them the same one", (len(here), len({row[1] for row in here})), (20, 11))
    run(TEARSHEET, *args, "export", "warc", "--out", f"{folder}/pictures-warc")
    run(TEARSHEET, *args, "export", "warc", "--wacz", "--out", f"{folder}/pictures.wacz")
    run(tool("wacz"), "validate", "-f", f"{folder}/pictures.wacz")
    files = sorted(os.path.join(folder, "pictures-warc/archive", name) for name in os.listdir(f"{folder}/pictures-warc/archive"))
    run(tool("warcio"), "check", *files)
    run(TEARSHEET, *args[:2], "--archive", f"{folder}/again.db", "import", "--images", *files)
    check("imported, they are the same pictures", rows("again"), here)
    home = f"{folder}/pywb-pictures"
    os.makedirs(home)
    run(tool("wb-manager"), "init", "news", cwd=home)
    run(tool("wb-manager"), "add", "news", *files, cwd=home)
    with wayback(home, "18767") as replayed:
        for url, sha256 in here:
            page = url.replace("/pictures/", "/news/").replace(".gif", "/a-slug")
            # As a browser meets them: the page rewritten, and the address that it names.
            html = replayed(f"2mp_/{page}").decode()
            src = re.search(r'<img src="([^"]+)"', html).group(1)
            picture = replayed(src.split("/news/", 1)[1])
            if hashlib.sha256(picture).hexdigest() != sha256:
                sys.exit(f"pywb replays {url} with other bytes")
    print(f"ok  pywb replays {len(here)} pages with their pictures")


@contextlib.contextmanager
def wayback(home, port):
    """A running pywb; gives what gets a path of its collection."""
    server = subprocess.Popen(
        [tool("wayback"), "--port", port, "--bind", "127.0.0.1"], cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )

    def replayed(path):
        address = f"http://127.0.0.1:{port}/news/{path}"
        for _ in range(200):
            try:
                with urllib.request.urlopen(address) as answer:
                    return answer.read()
            except (ConnectionError, urllib.error.URLError) as error:
                if isinstance(error, urllib.error.HTTPError):
                    sys.exit(f"pywb answers {error.code} to {address}")
                time.sleep(0.1)
        sys.exit("pywb does not answer")

    try:
        yield replayed
    finally:
        server.terminate()
        server.wait()


def datasette(folder, archive):
    run(TEARSHEET, "--archive", archive, "export", "datasette-metadata", "--out", f"{folder}/metadata.yaml")
    port = "18765"
    server = subprocess.Popen(
        [tool("datasette"), archive, "--metadata", f"{folder}/metadata.yaml", "--port", port, "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        base = f"http://127.0.0.1:{port}/{os.path.basename(archive)[:-3]}"

        def get(path):
            for _ in range(100):
                try:
                    with urllib.request.urlopen(base + path) as answer:
                        return json.load(answer)
                except (ConnectionError, urllib.error.URLError):
                    time.sleep(0.1)
            sys.exit("datasette does not answer")

        everything = get("/articles.json?_extra=count&_shape=objects&_size=max")
        some = get("/articles.json?_search=rupee&_shape=objects&_size=max")
        check("Datasette's _search reduces the rows", 0 < len(some["rows"]) < len(everything["rows"]), True)
        facets = get("/articles.json?_facet=published_on&_size=1")
        found = facets["facet_results"]
        found = found.get("results", found)
        check("facets by day work", len(found["published_on"]["results"]) > 1, True)
        # A run writes meanwhile.
        db = sqlite3.connect(archive)
        db.execute("UPDATE articles SET last_checked_at = last_checked_at")
        check("it serves while a run writes", len(get("/articles.json?_search=rupee&_shape=objects")["rows"]) > 0, True)
        db.commit()
    finally:
        server.terminate()
        server.wait()


def main():
    with tempfile.TemporaryDirectory() as folder:
        archive = f"{folder}/demo.db"
        run(TEARSHEET, "--archive", archive, "demo", cwd=folder)
        tables(folder, archive)
        notebook(folder, archive)
        sqlite_utils(archive)
        web_archives(folder, archive)
        made_by_others(folder)
        datasette(folder, archive)


main()
