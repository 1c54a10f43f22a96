"""Flips single bits of an archive, one at a time, and asks `verify` for them.

    benches/flips.py BINARY ARCHIVE COUNT [SEED]

For each flip: did `verify` end with a finding that names a row and a remedy? If it found nothing, does `sqlite3 .dump` print something
else, or SQLite's own check? Every tenth finding is repaired, and verified again. The archive itself is not touched.
"""

import collections
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile


def dump(path):
    """The hash of everything that `.dump` prints."""
    found = hashlib.sha256()
    with subprocess.Popen(["sqlite3", path, ".dump"], stdout=subprocess.PIPE) as shell:
        for part in iter(lambda: shell.stdout.read(1 << 20), b""):
            found.update(part)
    return found.hexdigest()


def said(*command):
    return subprocess.run(command, capture_output=True, text=True)


def main():
    binary, source, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    chance = random.Random(sys.argv[4] if len(sys.argv) > 4 else "flips")
    size, whole = os.path.getsize(source), dump(source)
    counted = collections.Counter()
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.db")
            shutil.copy(source, path)
            at, bit = chance.randrange(size), chance.randrange(8)
            with open(path, "r+b") as file:
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ (1 << bit)]))
            ran = said(binary, "--archive", path, "verify", "--json")
            if ran.returncode == 0:
                is_ok = said("sqlite3", path, "PRAGMA integrity_check").stdout.strip() == "ok"
                is_same = is_ok and dump(path) == whole
                counted["not found, and changes nothing" if is_same else "NOT FOUND"] += 1
                if not is_same:
                    print(f"not found: bit {bit} of byte {at}", flush=True)
                continue
            findings = json.loads(ran.stdout or "{}").get("findings", [])
            is_named = bool(findings) and all(it["row"] and it["remedy"] for it in findings)
            counted["found and named" if is_named else "FOUND WITHOUT A NAME"] += 1
            if not is_named:
                print(f"without a name: bit {bit} of byte {at}: {ran.stderr}", flush=True)
            if number % 10 == 0:
                said(binary, "--archive", path, "verify", "--repair")
                is_whole = said(binary, "--archive", path, "verify").returncode == 0
                counted["repaired" if is_whole else "not repaired"] += 1
    for what, times in sorted(counted.items()):
        print(f"{times:>6} {what}")


if __name__ == "__main__":
    main()
