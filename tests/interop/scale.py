"""The Spark job against `tearsheet import`: run by .ci/scale, which installs what it needs.

    python tests/interop/scale.py FOLDER
"""

import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pyarrow.dataset

import tearsheet

FOLDER = os.path.abspath(sys.argv[1])
JOB = os.path.join(os.path.dirname(__file__), "../../python/jobs/warc_to_parquet.py")
PAGES = 2500
SEGMENTS = 6

PAGE = """<html><head><meta property="article:published_time" content="2025-{month:02}-{day:02}T11:00:00+05:00"></head><body>
<h1 class="story__title">What happened under {id}</h1><span class="story__byline">Reuters</span>
<div class="story__content"><p>KARACHI: The mills resumed crushing \u2013 under the number {id}.</p>{filler}</div></body></html>"""


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")
    print(f"ok  {what}", flush=True)


def record(number):
    filler = "".join(f"<p>Line {line} of {number}: {random.Random(number * 100 + line).random()}</p>" for line in range(40))
    body = PAGE.format(id=number, month=number % 12 + 1, day=number % 28 + 1, filler=filler).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://www.brecorder.com/news/{number}/a\r\n"
        f"WARC-Date: 2025-12-31T{number % 24:02}:00:00Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + answer + b"\r\n\r\n", 1)


def segments():
    """Six whole ones, one that is torn and one with 20 damaged records."""
    paths = []
    for nth in range(SEGMENTS + 2):
        path = f"{FOLDER}/segment-{nth}.warc.gz"
        records = [record(40000000 + nth * PAGES + at) for at in range(PAGES)]
        if nth == SEGMENTS + 1:
            for at in range(0, PAGES, PAGES // 20):
                middle = len(records[at]) // 2
                records[at] = records[at][:middle] + b"\xff" * 40 + records[at][middle + 40 :]
        bytes_ = b"".join(records)
        with open(path, "wb") as file:
            file.write(bytes_[:-1000] if nth == SEGMENTS else bytes_)
        paths.append(path)
    return paths


def kill_a_worker(done):
    """Kills one of the program's own processes once the job is under way."""
    while not done.is_set():
        found = subprocess.run(["pgrep", "-f", "tearsheet extract .*--arrow"], capture_output=True, text=True).stdout.split()
        if found:
            time.sleep(0.3)
            os.kill(int(found[0]), signal.SIGKILL)
            print(f"    killed {found[0]}", flush=True)
            return
        time.sleep(0.02)


def spark(paths, out):
    command = [sys.executable, JOB, "--profile", "brecorder", "--out", out, *paths]
    env = {**os.environ, "PYSPARK_SUBMIT_ARGS": "--master local[2,3] pyspark-shell", "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr[-4000:])


def rows(out):
    table = pyarrow.dataset.dataset(out, partitioning="hive").to_table(columns=["site_id", "headline", "byline", "body", "content_hash", "not_story"])
    return sorted(tuple(row.values()) for row in table.to_pylist() if row["site_id"] is not None and row["not_story"] is None)


def main():
    paths = segments()
    out = f"{FOLDER}/stories.parquet"
    done = threading.Event()
    threading.Thread(target=kill_a_worker, args=(done,), daemon=True).start()
    began = time.time()
    spark(paths, out)
    done.set()
    took = time.time() - began
    first = rows(out)
    archive = f"{FOLDER}/import.db"
    for name in (archive, archive + "-wal", archive + "-shm"):
        if os.path.exists(name):
            os.remove(name)
    subprocess.run([tearsheet.binary(), "--archive", archive, "import", "-q", *paths], capture_output=True)
    sql = "SELECT site_id, headline, byline, body, content_hash, NULL FROM articles"
    there = sorted(sqlite3.connect(archive).execute(sql).fetchall())
    check("the rows are those of the import, none twice", (len(first), first == there), (len(there), True))
    spark(paths, out)
    check("a second run writes the same", rows(out) == first, True)

    import duckdb
    import pandas
    import polars

    files = f"{out}/*/*.parquet"
    count = duckdb.execute(f"SELECT count(*) FROM read_parquet('{files}', hive_partitioning = true)").fetchone()[0]
    check("pandas reads as many rows as DuckDB", len(pandas.read_parquet(out)), count)
    check("and Polars does", polars.read_parquet(files, hive_partitioning=True).height, count)
    print(json.dumps({"pages": count, "seconds": round(took, 1), "bytes_a_row": sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(out) for name in names) // count}))


main()
