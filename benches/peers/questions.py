"""The questions of `benches/query.rs`, asked of the same archive with other tools, and with the program itself.

    TEARSHEET_KEEP=million.db cargo bench --bench query -- 1000000
    python3 -m venv venv && venv/bin/pip install -U pip && venv/bin/pip install -r benches/peers/requirements.txt
    venv/bin/python benches/peers/questions.py target/release/tearsheet million.db

Each question is a process of its own where the tool is a program (its start counts), and a call within this process
where it is a library. Medians of seven rounds, each with another word or day; the first of each is not counted.
"""

import datetime
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import pandas
import sqlite_utils

ROUNDS = 7
DAY = "SELECT id, headline FROM articles WHERE published_on = '{}' ORDER BY published_at"
RANKED = (
    "SELECT a.id, a.headline, snippet(articles_fts, -1, '[', ']', '…', 16) FROM articles_fts f"
    " JOIN articles a ON a.id = f.rowid WHERE articles_fts MATCH '{}' ORDER BY bm25(articles_fts, 10, 4, 1, 2) LIMIT 20"
)
SYMBOL = "SELECT * FROM quotes_daily WHERE symbol = 'S7' AND day BETWEEN '2005-01-01' AND '2009-12-31' ORDER BY day"
FIELDS = "id, host, site_id, published_on, published_at, section, headline, byline, word_count, url, summary, body"


def took(act, *values):
    times = []
    for value in values:
        began = time.perf_counter()
        act(value)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[1:])


def main(program, archive):
    connection = sqlite3.connect(archive)
    utils = sqlite_utils.Database(archive)
    days = [str(datetime.date(2005, 1, 1) + datetime.timedelta(days=97 * it + 7)) for it in range(ROUNDS + 1)]

    def shell(sql):
        return lambda value: subprocess.run(
            ["sqlite3", archive, sql.format(value)], stdout=subprocess.DEVNULL, check=True
        )

    def ours(*args):
        return lambda value: subprocess.run(
            [program, "--archive", archive, *(it.format(value) for it in args)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        )

    def frame(sql):
        return lambda value: pandas.read_sql_query(sql.format(value), connection)

    def words(value):
        return list(utils["articles"].search(value, columns=["id", "headline"], limit=20))

    rounds = range(ROUNDS + 1)
    rare = [f"rare{it * 7}" for it in rounds]
    often = [f"often{it % 4}" for it in rounds]
    two = [f"often{it % 4} often{(it + 1) % 4}" for it in rounds]
    every = ["pakistan"] * 3
    print(f"{'milliseconds':<32}{'tearsheet':>12}{'sqlite3':>12}{'sqlite-utils':>14}{'pandas':>12}")
    rows = [
        ("a day", None, shell(DAY), None, frame(DAY), days),
        ("a rare word, best 20", ours("search", "{}"), shell(RANKED), words, None, rare),
        ("a word in 5 %, best 20", ours("search", "{}"), shell(RANKED), words, None, often),
        ("two words in 5 %, best 20", ours("search", "{}"), shell(RANKED), words, None, two),
        ("a word in all, best 20", ours("search", "{}"), shell(RANKED), words, None, every),
        ("a symbol, five years by day",
         ours("quotes", "S7", "--daily", "--from", "2005-01-01", "--to", "2009-12-31", "--format", "csv"),
         shell(SYMBOL), None, frame(SYMBOL), rounds),
    ]
    for name, *tools, values in rows:
        cells = [f"{took(tool, *values):.1f}" if tool else "-" for tool in tools]
        print(f"{name:<32}{cells[0]:>12}{cells[1]:>12}{cells[2]:>14}{cells[3]:>12}")

    print(f"\n{'exported articles, rows/s':<32}{'tearsheet':>12}{'sqlite3':>12}{'sqlite-utils':>14}{'pandas':>12}")
    count = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(archive))) as folder:
        to = lambda name: os.path.join(folder, name)
        select = f"SELECT {FIELDS} FROM articles"

        def in_chunks(write):
            for chunk in pandas.read_sql_query(select, connection, chunksize=50_000):
                write(chunk)

        def rate(act):
            began = time.perf_counter()
            act()
            return f"{count / (time.perf_counter() - began):.0f}"

        def to_file(args, name):
            with open(to(name), "wb") as file:
                subprocess.run(args, stdout=file, check=True)

        def parquet(number=[0]):
            def write(chunk):
                number[0] += 1
                chunk.to_parquet(to(f"p{number[0]}.parquet"), compression="zstd")
            in_chunks(write)

        cells = [
            rate(lambda: ours("export", "articles", "--format", "csv", "--out", to("a.csv"))("")),
            rate(lambda: to_file(["sqlite3", "-csv", "-header", archive, select], "b.csv")),
            rate(lambda: to_file([sys.executable, "-m", "sqlite_utils", "query", archive, select, "--csv"], "c.csv")),
            rate(lambda: in_chunks(lambda it: it.to_csv(to("d.csv"), mode="a", index=False))),
        ]
        print(f"{'csv':<32}{cells[0]:>12}{cells[1]:>12}{cells[2]:>14}{cells[3]:>12}")
        cells = [
            rate(lambda: ours("export", "articles", "--format", "jsonl", "--out", to("a.jsonl"))("")),
            rate(lambda: to_file(["sqlite3", "-json", archive, select], "b.json")),
            rate(lambda: to_file([sys.executable, "-m", "sqlite_utils", "query", archive, select, "--nl"], "c.jsonl")),
            rate(lambda: in_chunks(lambda it: it.to_json(to("d.jsonl"), mode="a", orient="records", lines=True))),
        ]
        print(f"{'json lines':<32}{cells[0]:>12}{cells[1]:>12}{cells[2]:>14}{cells[3]:>12}")
        cells = [
            rate(lambda: ours("export", "articles", "--format", "parquet", "--out", to("a.parquet"))("")),
            rate(parquet),
        ]
        print(f"{'parquet, zstd':<32}{cells[0]:>12}{'-':>12}{'-':>14}{cells[1]:>12}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
