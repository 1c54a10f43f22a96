#!/usr/bin/env python3
"""How long pages of `tearsheet serve` take over a large archive.

    benches/serve.py target/release/tearsheet 1000000 FOLDER

Invented stories of 120 to 320 words, drawn from 20,000 invented words as often as words are used (Zipf), are imported from a WARC; they are
then multiplied with SQL, each copy two years earlier than the one before, because a million imports take hours. Each kind of page is asked for
thirty times after a first look. Figures are milliseconds of the whole answer on loopback.
"""

import datetime
import http.client
import itertools
import os
import random
import sqlite3
import subprocess
import sys
import time
import urllib.parse

BINARY, COUNT, FOLDER = os.path.abspath(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
DISTINCT = min(COUNT, 20_000)
SECTIONS = ["Markets", "Pakistan", "World", "Business & Finance", "Editorials", "Sports", "Opinion", "BR Research"]
PORT = 8797
ASKED = 30

random.seed(20_240_328)
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
WORDS = list(dict.fromkeys("".join(random.choices(SYLLABLES, k=random.choice((2, 3, 3, 4)))) for _ in range(26_000)))[:20_000]
WEIGHTS = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(WORDS))))


def text(words):
    return " ".join(random.choices(WORDS, cum_weights=WEIGHTS, k=words)).capitalize() + "."


def story(number):
    day = datetime.date(2022, 1, 1) + datetime.timedelta(days=number % 700)
    paragraphs = "".join(f"<p>{text(random.randint(30, 80))}</p>" for _ in range(4))
    return (
        f'<html><head><script type="application/ld+json">{{"@type":"NewsArticle","headline":"{text(9)}","datePublished":'
        f'"{day}T{number % 24:02}:20:00+05:00","author":{{"name":"Recorder Report"}},"articleSection":"{random.choice(SECTIONS)}"}}</script>'
        f'</head><body><h1 class="story__title">x</h1><div class="story__content">{paragraphs}</div></body></html>'
    ).encode()


def record(number):
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + story(number)
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
        f"WARC-Date: 2024-01-05T06:20:00Z\r\nWARC-Record-ID: <urn:serve:{number}>\r\n"
        f"WARC-Target-URI: https://www.brecorder.com/news/{40_000_000 + number}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def multiply(path):
    """Copies the stories, with their symbols, until there are as many as were asked for."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000", "foreign_keys = OFF"):
        db.execute(f"PRAGMA {pragma}")
    of_tables = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('articles', 'mentions', 'symbols')"
    for (name,) in db.execute(of_tables).fetchall():
        db.execute(f"DROP TRIGGER {name}")
    columns = [row[1] for row in db.execute("PRAGMA table_info(articles)")]
    symbols = [f"S{number:03}" for number in range(100)]
    db.execute("BEGIN")
    db.executemany("INSERT OR IGNORE INTO symbols (symbol, kind) VALUES (?, 'stock')", ((it,) for it in symbols))
    for copy in range(1, COUNT // DISTINCT):
        more = copy * DISTINCT
        changed = {
            "id": f"id + {more}",
            "site_id": f"CAST(CAST(site_id AS INTEGER) + {more} AS TEXT)",
            "published_on": f"date(published_on, '-{copy % 10 * 2} years')",
        }
        values = ", ".join(changed.get(it, it) for it in columns)
        db.execute(f"INSERT INTO articles ({', '.join(columns)}) SELECT {values} FROM articles WHERE id <= {DISTINCT}")
        db.execute(
            "INSERT INTO articles_fts (rowid, headline, summary, body, byline) SELECT id, headline, summary, body, byline"
            f" FROM articles WHERE {more} < id AND id <= {more + DISTINCT}"
        )
    named = ((id, symbol) for id in range(1, COUNT + 1) for symbol in random.sample(symbols, random.choice((0, 1, 1, 3))))
    db.executemany("INSERT OR IGNORE INTO mentions (article_id, symbol, place, times, relevance) VALUES (?, ?, 'body', 1, 20)", named)
    db.execute("COMMIT")
    db.close()


def ask(path):
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    size = len(answer.read())
    return (time.perf_counter() - began) * 1000, answer.status, size


def measure(name, paths):
    first = ask(paths[0])[0]
    answers = [ask(random.choice(paths)) for _ in range(ASKED)]
    times = sorted(it[0] for it in answers)
    statuses = "/".join(sorted({str(it[1]) for it in answers}))
    print(f"{name:34} {first:8.1f} {times[ASKED // 2]:8.1f} {times[int(ASKED * 0.95)]:8.1f} {statuses:>7} {max(it[2] for it in answers):8}", flush=True)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    archive = f"{FOLDER}/serve.db"
    if not os.path.exists(archive):
        with open(f"{FOLDER}/serve.warc", "wb") as warc:
            for number in range(DISTINCT):
                warc.write(record(number))
        subprocess.run([BINARY, "--archive", archive, "import", "-q", f"{FOLDER}/serve.warc"], check=True)
        multiply(archive)
    db = sqlite3.connect(archive)
    stories = db.execute("SELECT count(*) FROM articles").fetchone()[0]
    found = lambda word: db.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?", (word,)).fetchone()[0]
    searches = [(found(WORDS[rank]), WORDS[rank]) for rank in (15_000, 6_000, 2_000, 600, 200, 80, 0)]
    print(f"{stories} stories, {os.path.getsize(archive) / 2**30:.1f} GiB\n")
    print(f"{'page':34} {'first':>8} {'median':>8} {'95 %':>8} {'status':>7} {'bytes':>8}")
    server = subprocess.Popen([BINARY, "--archive", archive, "serve", "--listen", f"127.0.0.1:{PORT}"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        days = [f"/day/{random.randint(2005, 2023)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}" for _ in range(20)]
        measure("/", ["/"])
        measure("/calendar", ["/calendar"])
        measure("/calendar/2013", ["/calendar/2013"])
        measure("/calendar/2013-03", ["/calendar/2013-03", "/calendar/2020-06"])
        measure("/day/…", days)
        measure("/article/…", [f"/article/{random.randint(1, stories)}" for _ in range(40)])
        for path in ("/symbols", "/symbol/S000", "/section/Markets", "/byline/Recorder%20Report", "/status", "/coverage", "/changes", "/most-read"):
            measure(path, [path])
        for count, word in searches:
            measure(f"/search, a word in {count}", [f"/search?q={urllib.parse.quote(word)}"])
        count, word = searches[3]
        measure(f"/search, {count}, of one year", [f"/search?q={word}&from=2013-01-01&to=2013-12-31"])
        measure(f"/search, {count}, of one section", [f"/search?q={word}&section=Sports"])
        with open(f"/proc/{server.pid}/status", encoding="ascii") as status:
            print("\nmemory:", next(line.split(":")[1].strip() for line in status if line.startswith("VmRSS")))
    finally:
        server.terminate()


main()
