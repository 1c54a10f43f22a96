#!/usr/bin/env python3
"""Where an archive should keep the bytes of pictures: in its own file, in a second SQLite file, or in a folder.

    python3 benches/pictures.py [N [FOLDER]] > benches/results/pictures.txt

N pictures (20000) of random bytes, 30 to 300 KB, log-uniform, and as many stories of 2.5 KB are written below FOLDER (/tmp/pics, which must
not exist and is removed at the end), in one layout after the other:

    (a) `image_bytes` is a table of the archive
    (b) `image_bytes` is the table of a second SQLite file beside it
    (c) a folder `ab/abcdef….jpg` beside it, named by SHA-256; each file is written under another name, synced, renamed, and its folder synced

32 pictures and 32 stories are a transaction (WAL, synchronous=FULL, cache and checkpoints as in `src/store/open.rs`); 64 are a day, and come
between two nightly backups. A time is wall seconds, then in brackets processor seconds of this process, which other programs disturb less.
The files are first dropped from the cache of the system, though not from that of a disk below it. Making pictures is not timed.
"""
import contextlib
import hashlib
import os
import pathlib
import random
import shutil
import sqlite3
import sys
import time

COUNT, SCRATCH = int((sys.argv[1:] or ["20000"])[0]), pathlib.Path((sys.argv[2:] or ["/tmp/pics"])[0])
BATCH, DAY, SOME, WANTED, PAGE, LEFT_FREE = 32, 64, 500, 100_000, 4096, 4_000_000_000
ARCHIVE, SECOND, FOLDER = "archive.db", "pictures.db", "pictures"
SETTINGS = ["page_size=4096", "journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=8000"]
ROWS = """CREATE TABLE articles (id INTEGER PRIMARY KEY, published_on TEXT NOT NULL, headline TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX articles_published_on ON articles (published_on);
CREATE TABLE images (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL) STRICT;"""
BYTES = "CREATE TABLE {}.image_bytes (image_id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
QUESTION = "SELECT published_on, count(*), sum(length(body)) FROM articles GROUP BY 1"


def made(number):
    """Returns the values of a story, of its picture, and of the bytes; a number always gives the same."""
    rng = random.Random(number)
    data, text = rng.randbytes(int(30_000 * 10 ** rng.random())), rng.randbytes(1250).hex()
    day = time.strftime("%Y-%m-%d", time.gmtime(1_640_995_200 + number // DAY * 86_400))
    return (number, day, text[:60], text), (number, hashlib.sha256(data).hexdigest(), len(data)), (number, data)


def opened(root):
    db = sqlite3.connect(root / ARCHIVE)
    if (root / SECOND).exists():
        db.execute("ATTACH ? AS second", (str(root / SECOND),))
    for _, schema, _ in db.execute("PRAGMA database_list").fetchall():
        db.executescript("".join(f"PRAGMA {schema}.{it};" for it in SETTINGS))
    return contextlib.closing(db)


def write(root, numbers):
    with opened(root) as db:
        spent = [timed(write_batch, db, root, *zip(*map(made, numbers[at : at + BATCH]))) for at in range(0, len(numbers), BATCH)]
        spent.append(timed(db.execute, "PRAGMA wal_checkpoint(TRUNCATE)"))
    return tuple(map(sum, zip(*spent)))


def write_batch(db, root, stories, images, pictures):
    if not (root / FOLDER).exists():
        db.executemany("INSERT INTO image_bytes VALUES (?, ?)", pictures)
    else:
        for (_, name, _), (_, data) in zip(images, pictures):
            write_file(root / FOLDER / name[:2] / f"{name}.jpg", data)
    db.executemany("INSERT INTO articles VALUES (?, ?, ?, ?)", stories)
    db.executemany("INSERT INTO images VALUES (?, ?, ?)", images)
    db.commit()  # In (b) of one file after the other. A program would have two transactions, that of the bytes first.


def write_file(path, data):
    with open(path.with_suffix(".part"), "wb", buffering=0) as out:
        out.write(data)
        os.fsync(out.fileno())
    os.rename(out.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def read(root, names, check):
    with opened(root) as db:
        for name in names:
            if (root / FOLDER).exists():
                data = (root / FOLDER / name[:2] / f"{name}.jpg").read_bytes()
            else:
                data, = db.execute("SELECT data FROM images JOIN image_bytes ON image_id = id WHERE sha256 = ?", (name,)).fetchone()
            if check and hashlib.sha256(data).hexdigest() != name:
                sys.exit(f"{name} is another picture in {root}")


def ask(root, sql):
    with opened(root) as db:
        return db.execute(sql).fetchall()


def backup(root, to, linked):
    """Copies a layout; pictures that `linked` has, too, become links to those, as a name says what is in a file."""
    to.mkdir(parents=True)
    with opened(root) as db:  # The rows first: then the copy has the bytes of each row that it has.
        for _, schema, path in db.execute("PRAGMA database_list").fetchall():
            with contextlib.closing(sqlite3.connect(to / os.path.basename(path))) as copy:
                db.backup(copy, name=schema)
    for path in root.rglob("*.jpg"):
        name = path.relative_to(root)
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(linked / name, to / name) if (linked / name).exists() else shutil.copyfile(path, to / name)
    os.sync()


def changed(new, old):
    """Returns how many bytes of `new` are in pages that differ from those of `old`: what a tool that compares them would move."""
    total = 0
    for path in new.rglob("*.*"):
        before = old / path.relative_to(new)
        with open(path, "rb") as now, open(before if before.exists() else os.devnull, "rb") as then:
            total += sum(len(page) for page in iter(lambda: now.read(PAGE), b"") if page != then.read(PAGE))
    return total


def room(root):
    """Returns the bytes that a folder takes on the disk; a file with two names counts once."""
    return sum({it.st_ino: it.st_blocks * 512 for it in map(os.lstat, root.rglob("*"))}.values())


def timed(work, *args):
    if shutil.disk_usage(SCRATCH).free < LEFT_FREE:
        sys.exit(f"stopped: less than {LEFT_FREE:,} bytes are free")
    wall, cpu = time.perf_counter(), time.process_time()
    work(*args)
    return time.perf_counter() - wall, time.process_time() - cpu


def cold(times, work, root, *args):
    runs = []
    for _ in range(times):
        for path in root.rglob("*.*"):
            with open(path, "rb") as it:
                os.posix_fadvise(it.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        runs.append(timed(work, root, *args))
    return sorted(runs)[times // 2]  # The middle one.


def measured(root, layout):
    """Yields names, and seconds, bytes, or other figures. What is marked × grows with the number of pictures."""
    for it in range(256):
        (root / FOLDER / f"{it:02x}" if layout == "c" else root).mkdir(parents=True, exist_ok=True)
    if layout == "b":
        (root / SECOND).touch()
    with opened(root) as db:
        db.executescript(ROWS + {"a": BYTES.format("main"), "b": BYTES.format("second"), "c": ""}[layout])
    spent, nights = write(root, range(COUNT)), root.with_name("nights")
    sizes = dict(ask(root, "SELECT sha256, bytes FROM images ORDER BY id"))
    yield "payload ×", sum(sizes.values())
    yield "room on the disk ×", room(root)
    yield "room, of the payload", room(root) / sum(sizes.values())
    yield "of it the archive file ×", (root / ARCHIVE).stat().st_size
    yield "writing ×", spent
    yield "pictures written a second", COUNT / spent[0]
    yield "stories by day, of 3 ×", cold(3, ask, root, QUESTION)
    yield f"{SOME} pictures by hash, of 3", cold(3, read, root, random.Random(1).sample([*sizes], SOME), False)
    yield "all pictures checked, of 3 ×", cold(3, read, root, sizes, True)
    yield "first backup ×", cold(1, backup, root, nights / "1", nights)
    yield "first backup, pictures linked ×", cold(1, backup, root, nights / "links", root) if layout == "c" else None
    before = room(nights)
    write(root, range(COUNT, COUNT + DAY))
    yield "second backup, in (c) known ones linked ×", cold(1, backup, root, nights / "2", nights / "1")
    yield "its room on the disk ×", room(nights) - before
    yield "its pages that the first has not", changed(nights / "2", nights / "1")
    read(nights / "2", sizes, True)
    shutil.rmtree(nights)
    yield "VACUUM of the archive file ×", cold(1, ask, root, "VACUUM")
    yield "stories by day after VACUUM, of 3 ×", cold(3, ask, root, QUESTION)
    shutil.rmtree(root)


def cell(value):
    if isinstance(value, tuple):
        return f"{value[0]:.2f} s ({value[1]:.2f})"
    return "–" if value is None else f"{value / 1e6:,.1f} MB" if isinstance(value, int) else f"{value:,.3f}"


if __name__ == "__main__":
    SCRATCH.mkdir()
    os.environ["SQLITE_TMPDIR"] = str(SCRATCH)
    try:
        results = [dict(measured(SCRATCH / it, it)) for it in "abc"]
    finally:
        shutil.rmtree(SCRATCH)
    machine = f"{os.cpu_count()} shared cores, Linux {os.uname().release}, SQLite {sqlite3.sqlite_version}"
    print(f"{COUNT:,} pictures, payload {results[0]['payload ×']:,} bytes; {time.strftime('%d %B %Y')}; {machine}")
    print(f"×: grows with the number of pictures; {WANTED:,} would be {WANTED / COUNT:g} times that, which is scaled and not measured.\n")
    print("| | (a) archive | (b) second file | (c) folder | (b) : (a) | (c) : (a) |\n| --- | --: | --: | --: | --: | --: |")
    for name in results[2]:
        values = [it[name] for it in results]
        base, *others = [it[0] if isinstance(it, tuple) else it for it in values]
        print("|", " | ".join([name, *map(cell, values), *(f"{it / base:.3f}" if base else "–" for it in others)]), "|")
