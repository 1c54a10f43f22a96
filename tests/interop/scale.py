"""The Spark job against `tearsheet import`: run by .ci/scale, which installs what it needs.

    python tests/interop/scale.py FOLDER
"""

import gzip
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import date, datetime, timezone

import pyarrow.dataset

import tearsheet

FOLDER = os.path.abspath(sys.argv[1])
JOB = os.path.join(os.path.dirname(__file__), "../../python/jobs/warc_to_parquet.py")
PAGES = 2500
SEGMENTS = 6
#: What a row and the story in an archive have in common.
FIELDS = "host site_id url published_on published_at section headline byline authors dateline summary word_count body content_hash".split()
#: Bytes of Arrow in half a segment's rows, about.
HALF = 6_000_000
#: What the program that reads a segment and the Python worker above it may have of memory together, in MB.
LIMIT = 250
#: How many parents up each is from the program that reads a segment: between worker and executor is Spark's daemon.
ABOVE = {"program": 0, "Python worker": 1, "executor": 3}

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


def process(pid):
    """The parent of a process, and the most memory that it ever had, in MB."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["PPid"]), int(fields["VmHWM"].split()[0]) / 1024


def written(pid):
    with open(f"/proc/{pid}/io", encoding="utf-8") as file:
        return int(dict(line.split(": ") for line in file)["wchar"])


def programs():
    """The processes of the program that read one of our segments now, and which."""
    said = subprocess.run(["pgrep", "-fa", f"tearsheet extract {re.escape(FOLDER)}/segment-"], capture_output=True, text=True).stdout
    return [(int(line.split()[0]), re.search(r"segment-\d+", line)[0]) for line in said.splitlines()]


def watch(done, kills, memory):
    """Kills what `kills` names, each over another segment whose rows are half written, and notes the most memory of each task."""
    hit = set()
    while not done.is_set():
        for pid, segment in programs():
            try:
                worker, mine = process(pid)
                memory[segment] = max(memory.get(segment, 0), mine + process(worker)[1])
                if kills and segment not in hit and HALF / 2 < written(pid) < HALF * 3 / 2:
                    victim = pid
                    for _ in range(ABOVE[kills[0]]):
                        victim = process(victim)[0]
                    os.kill(victim, signal.SIGKILL)
                    hit.add(segment)
                    print(f"    killed the {kills.pop(0)} {victim} amid {segment}", flush=True)
            except (OSError, KeyError):
                pass  # It has ended meanwhile.
        time.sleep(0.02)


def spark(master, paths, out, kills):
    """Runs the job, kills on the way, and returns the most memory of a task."""
    command = [sys.executable, JOB, "--profile", "brecorder", "--out", out, *paths]
    env = {**os.environ, "PYSPARK_SUBMIT_ARGS": f"--master {master} pyspark-shell", "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done, left, memory = threading.Event(), list(kills), {}
    watcher = threading.Thread(target=watch, args=(done, left, memory), daemon=True)
    watcher.start()
    job = subprocess.run(command, env=env, capture_output=True, text=True)
    done.set()
    watcher.join()
    if job.returncode != 0:
        sys.exit(job.stderr[-4000:])
    # An executor takes with it what other tasks were to fetch of it; they say so, and are run again, too.
    lost = re.findall(r"Lost task .*(PythonException|Python worker exited|ExecutorLostFailure)", job.stderr)
    check(f"{master}: what was to be killed was, each time with a task, and no program stays", (left, len(lost), programs()), ([], len(kills), []))
    check(f"{master}: a task stays below {LIMIT} MB", [it for it in memory.items() if it[1] >= LIMIT], [])
    return max(memory.values())


def rows(out):
    table = pyarrow.dataset.dataset(out, partitioning="hive").to_table(columns=[*FIELDS, "not_story"])
    pages = [row for row in table.to_pylist() if row["site_id"] is not None and row.pop("not_story") is None]
    return sorted(pages, key=lambda row: row["site_id"])


def imported(archive):
    """The stories of an archive, as the rows have them: text that is typed there, typed."""
    database = sqlite3.connect(archive)
    database.row_factory = sqlite3.Row
    pages = [dict(row) for row in database.execute(f"SELECT {', '.join(FIELDS)} FROM articles ORDER BY site_id")]
    for page in pages:
        moment = datetime.fromisoformat(page["published_at"]).astimezone(timezone.utc)
        page["published_at"], page["published_on"] = moment.replace(tzinfo=None), date.fromisoformat(page["published_on"])
        page["authors"], page["summary"] = json.loads(page["authors"]), page["summary"].splitlines()
    return pages


def files(out):
    return {name for _, _, names in os.walk(out) for name in names if name.endswith(".parquet")}


def main():
    paths = segments()
    out = f"{FOLDER}/stories.parquet"
    began = time.time()
    memory = spark("local[2,3]", paths, out, ["program", "Python worker"])
    took = time.time() - began
    first = rows(out)
    archive = f"{FOLDER}/import.db"
    for name in (archive, archive + "-wal", archive + "-shm"):
        if os.path.exists(name):
            os.remove(name)
    subprocess.run([tearsheet.binary(), "--archive", archive, "import", "-q", *paths], capture_output=True)
    there = imported(archive)
    check("the rows are those of the import, none twice", (len(first), first == there), (len(there), True))
    before = files(out)
    memory = max(memory, spark("local-cluster[2,1,1024]", paths, out, ["executor"]))
    check("a second run, on executors of which one was killed, writes the same anew", (rows(out) == first, files(out) & before), (True, set()))

    import duckdb
    import pandas
    import polars

    parquet = f"{out}/*/*.parquet"
    count = duckdb.execute(f"SELECT count(*) FROM read_parquet('{parquet}', hive_partitioning = true)").fetchone()[0]
    check("pandas reads as many rows as DuckDB", len(pandas.read_parquet(out)), count)
    check("and Polars does", polars.read_parquet(parquet, hive_partitioning=True).height, count)
    print(json.dumps({"pages": count, "seconds": round(took, 1), "mb_a_task": round(memory), "bytes_a_row": sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(out) for name in names) // count}))


main()
