#!/usr/bin/env python3
"""200 copies of five kinds, planted among invented stories, and whether they are found.

    python3 benches/planted.py make 100000 planted.warc
    tearsheet --archive planted.db import planted.warc
    python3 benches/planted.py check planted.db planted.warc.key

The words are invented, and as unevenly frequent as those of a language; some paragraphs stand below many stories, as notices of papers do.
"""
import collections
import datetime
import itertools
import json
import random
import sqlite3
import sys

KINDS = ["reprint", "edited", "cut", "extended", "recombined"]
COPIES = 200
DAYS = 700
FIRST_ID = 40_000_001

random.seed(7)
SYLLABLES = [a + b for a in "bcdfghklmnprst" for b in "aeiou"]
WORDS = ["".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(6000)]
WEIGHTS = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(WORDS))))


def words(count):
    return " ".join(random.choices(WORDS, cum_weights=WEIGHTS, k=count))


def paragraph():
    sentences = (words(random.randint(10, 24)).capitalize() + "." for _ in range(random.randint(2, 4)))
    return " ".join(sentences)


NOTICES = [words(28) + "." for _ in range(40)]


def story():
    paragraphs = [paragraph() for _ in range(random.randint(5, 11))]
    return paragraphs + [random.choice(NOTICES) for chance in (0.3, 0.15) if random.random() < chance]


def edited(text):
    changed = text.split()
    for _ in range(max(1, len(changed) // 14)):
        changed[random.randrange(len(changed))] = random.choice(WORDS)
    return " ".join(changed)


def copy_of(kind, recent):
    """A story made of one of the last six days, and which."""
    number, source = random.choice(recent)
    if kind == "edited":
        source = [edited(it) for it in source]
    elif kind == "cut":
        source = source[: max(2, int(len(source) * random.uniform(0.35, 0.7)))]
    elif kind == "extended":
        source = source + story()[: max(3, len(source) // 2)]
    elif kind == "recombined":
        _, other = random.choice([it for it in recent if it[0] != number])
        source = source[: max(2, len(source) // 2)] + other[: max(2, len(other) // 2)]
    return number, source


def record(number, at, paragraphs):
    body = "".join(f"<p>{it}</p>" for it in paragraphs)
    said = json.dumps({"@type": "NewsArticle", "headline": f"Story number {number}", "datePublished": at})
    page = (
        f'<html><head><script type="application/ld+json">{said}</script></head><body>'
        f'<h1 class="story__title">Story number {number}</h1><div class="story__content">{body}</div></body></html>'
    )
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://www.brecorder.com/news/{FIRST_ID + number}\r\n"
        f"WARC-Date: 2024-02-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def make(count, path):
    begin = datetime.datetime(2022, 1, 1, 6)
    recent, key, step = collections.deque(maxlen=max(8, count * 6 // DAYS)), [], count // (COPIES + 20)
    with open(path, "wb") as out:
        for number in range(count):
            kind = KINDS[len(key) % len(KINDS)]
            if number % step == step - 1 and len(key) < COPIES:
                first, paragraphs = copy_of(kind, list(recent))
                key.append((number, first, kind))
            else:
                paragraphs = story()
            recent.append((number, paragraphs))
            at = begin + datetime.timedelta(seconds=number * DAYS * 86400 // count)
            out.write(record(number, at.strftime("%Y-%m-%dT%H:%M:%S+05:00"), paragraphs))
    with open(path + ".key", "w") as out:
        json.dump(key, out)


def check(archive, key):
    planted = {number: kind for number, _, kind in json.load(open(key))}
    query = "SELECT a.site_id, c.kind FROM copies c JOIN articles a ON a.id = c.article_id"
    found = {int(site_id) - FIRST_ID: kind for site_id, kind in sqlite3.connect(archive).execute(query)}
    right = [it for it in planted if it in found]
    of_kind = sum(found[it] == planted[it] for it in right)
    print(f"planted {len(planted)}, found {len(found)}, of them planted {len(right)}, of the right kind {of_kind}")
    print(f"recall {len(right) / len(planted):.3f}  precision {len(right) / max(1, len(found)):.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("make", "check"):
        sys.exit(__doc__)
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3])
    else:
        check(sys.argv[2], sys.argv[3])
