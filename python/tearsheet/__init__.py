"""Pages and archives of a financial newspaper, from Python. Everything is asked of the program, by pipes.

    tearsheet.extract(html, url=...)          a page as a dict
    tearsheet.Extractor("brecorder").warc(f)  the pages of a WARC file as record batches
    tearsheet.open("tearsheet.db").articles() the stories of an archive as a table
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

__all__ = ["Archive", "Extractor", "TearsheetError", "binary", "extract", "open"]

#: The columns of a batch that `Extractor.pages` looks at; `html` or `html_base64` has to be there.
PAGE_COLUMNS = ("html", "html_base64", "url", "captured_at", "content_type", "segment", "offset", "length")


class TearsheetError(Exception):
    """What the program said. `hint` is the way out, where it knows one, and `code` its exit code."""

    def __init__(self, message: str, hint: str | None = None, code: int | None = None):
        super().__init__(message if hint is None else f"{message} (hint: {hint})")
        self.message, self.hint, self.code = message, hint, code


def binary() -> str:
    """The path of the program: of `TEARSHEET_BINARY`, beside this Python, or on the `PATH`."""
    name = "tearsheet.exe" if sys.platform == "win32" else "tearsheet"
    beside = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    candidates = [os.environ.get("TEARSHEET_BINARY"), *(os.path.join(it, name) for it in beside), shutil.which(name)]
    for path in candidates:
        if path and os.path.isfile(path):
            return path
    raise TearsheetError("the program `tearsheet` is not installed", "pip install tearsheet, or set TEARSHEET_BINARY")


def _error(code: int | None, said: bytes) -> TearsheetError:
    """The error in what the program said on stderr."""
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    of = lambda word: next((line.split(word, 1)[1].strip() for line in reversed(lines) if line.startswith(word)), None)
    last = lines[-1] if lines else f"it ended with {code}, and said nothing"
    return TearsheetError(of("error:") or last, of("hint:"), code)


def _moment(value: Any) -> str | None:
    """A moment or a day as the program reads it."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TearsheetError(f"{value!r} has no time zone", "datetime(..., tzinfo=timezone.utc)")
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


class Extractor:
    """Reads pages by one or several profiles, each page by that of its host. Cheap to make, and to pickle."""

    def __init__(self, profile: str | Sequence[str] = "brecorder", *, config: str | os.PathLike[str] | None = None):
        names = [profile] if isinstance(profile, str) else list(profile)
        self._options = ["--config", os.fspath(config)] if config is not None else [f"--profile={it}" for it in names]
        self._state()

    def _state(self) -> None:
        self._lock, self._workers = threading.Lock(), {}

    def __getstate__(self) -> list[str]:
        return self._options

    def __setstate__(self, options: list[str]) -> None:
        self._options = options
        self._state()

    def page(self, html: str | bytes, *, url: str | None = None, captured_at: Any = None, content_type: str | None = None) -> dict[str, Any]:
        """A page as `tearsheet extract` prints it: `headline`, `published_at`, `body`, `quotes` and so on.

        Bytes are decoded as a browser would. `captured_at` is a day or a moment with a time zone; it chooses the template of its time.
        """
        request = _request({"html": html, "url": url, "captured_at": captured_at, "content_type": content_type})
        return json.loads(self._ask(False, [request]))

    def pages(self, batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
        """The pages of a batch with the columns of `PAGE_COLUMNS`, read: the same rows in the same order, in the schema of `warc`."""
        columns = [name for name in PAGE_COLUMNS if name in batch.schema.names]
        if not {"html", "html_base64"} & set(columns):
            raise TearsheetError("the batch has neither `html` nor `html_base64`", "name the column of the pages so")
        return self._ask(True, [_request(row) for row in batch.select(columns).to_pylist()])

    def warc(self, source: str | os.PathLike[str] | IO[bytes]) -> Iterator[pyarrow.RecordBatch]:
        """The pages of a WARC file (or of a saved page) as batches, in its order. What cannot be read is a row with `warnings`."""
        is_path = isinstance(source, (str, os.PathLike))
        command = [binary(), "extract", os.fspath(source) if is_path else "-", "--arrow", "--quiet", *self._options]
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(command, stdin=None if is_path else subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
            if not is_path:
                threading.Thread(target=_copy, args=(source, process.stdin), daemon=True).start()
            try:
                try:
                    yield from pyarrow.ipc.open_stream(process.stdout)
                except (OSError, pyarrow.ArrowInvalid):
                    # It ended before its stream did: its exit code says why.
                    if process.wait() in (0, 1):
                        raise
                if process.wait() not in (0, 1):
                    said.seek(0)
                    raise _error(process.returncode, said.read())
            finally:
                process.kill()
                process.wait()
                process.stdout.close()

    def _ask(self, is_arrow: bool, requests: list[bytes]) -> Any:
        with self._lock:
            for is_last in (False, True):
                key = (os.getpid(), is_arrow)
                worker = self._workers.get(key)
                if worker is None or worker.process.poll() is not None:
                    worker = self._workers[key] = _Worker(self._options, is_arrow)
                try:
                    return worker.ask(requests)
                except (OSError, EOFError, pyarrow.ArrowInvalid, StopIteration) as error:
                    # Somebody killed it: once more, by another.
                    failure = worker.close()
                    del self._workers[key]
                    if is_last or failure.code == 2:
                        raise failure from error
            raise AssertionError("the second try returns or raises")


class _Worker:
    """A program that answers requests as long as it lives."""

    def __init__(self, options: list[str], is_arrow: bool):
        command = [binary(), "extract", "-", "--requests", "--quiet", *(["--arrow"] if is_arrow else []), *options]
        self.said = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said)
        self.stream: pyarrow.ipc.RecordBatchStreamReader | None = None
        self.is_arrow = is_arrow

    def ask(self, requests: list[bytes]) -> Any:
        # Answers come while requests are still written: a pipe has room for few of them.
        writing = threading.Thread(target=self._write, args=(requests,), daemon=True)
        writing.start()
        try:
            if not self.is_arrow:
                line = self.process.stdout.readline()
                if not line.endswith(b"\n"):
                    raise EOFError
                return line
            self.stream = self.stream or pyarrow.ipc.open_stream(self.process.stdout)
            batches, count = [], 0
            while count < len(requests):
                batches.append(self.stream.read_next_batch())
                count += batches[-1].num_rows
            rows = pyarrow.Table.from_batches(batches, self.stream.schema).combine_chunks().to_batches()
            return rows[0] if rows else pyarrow.RecordBatch.from_pylist([], self.stream.schema)
        finally:
            writing.join(timeout=1)

    def _write(self, requests: list[bytes]) -> None:
        try:
            self.process.stdin.write(b"".join(requests) + (b"\n" if self.is_arrow else b""))
            self.process.stdin.flush()
        except OSError:
            pass  # Whoever reads its answers sees that it is gone.

    def close(self) -> TearsheetError:
        self.process.kill()
        code = self.process.wait()
        self.said.seek(0)
        return _error(code, self.said.read())


def _copy(source: IO[bytes], to: IO[bytes]) -> None:
    try:
        shutil.copyfileobj(source, to)
        to.close()
    except OSError:
        pass  # The program has ended, and says why.


def _request(page: dict[str, Any]) -> bytes:
    fields = {name: value for name, value in page.items() if value is not None}
    if isinstance(fields.get("html"), (bytes, bytearray, memoryview)):
        fields["html_base64"] = base64.b64encode(fields.pop("html")).decode()
    if "captured_at" in fields:
        fields["captured_at"] = _moment(fields["captured_at"])
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


_EXTRACTORS: dict[Any, Extractor] = {}


def extract(html: str | bytes, *, url: str | None = None, captured_at: Any = None, profile: str | Sequence[str] = "brecorder") -> dict[str, Any]:
    """A page as a dict, as `Extractor.page` reads it. The worker behind it is kept for the next page."""
    key = profile if isinstance(profile, str) else tuple(profile)
    extractor = _EXTRACTORS.setdefault(key, Extractor(profile))
    return extractor.page(html, url=url, captured_at=captured_at)


class Archive:
    """An archive, read by the exports of the program: the columns are those of the data dictionary."""

    def __init__(self, path: str | os.PathLike[str], config: str | os.PathLike[str] | None = None):
        self._options = ["--archive", os.fspath(path), *(["--config", os.fspath(config)] if config is not None else [])]
        self._run("status", "--json")

    def articles(self, from_: Any = None, to: Any = None, *, as_of: Any = None, section: str | None = None) -> pyarrow.Table:
        """The stories published on these days; with `as_of` as they were known then, and nothing after."""
        return self._export("articles", from_, to, as_of, ["--section", section] if section else [])

    def quotes(self, from_: Any = None, to: Any = None, *, as_of: Any = None) -> pyarrow.Table:
        """The rows of the ticker strips of these days."""
        return self._export("quotes", from_, to, as_of)

    def mentions(self, from_: Any = None, to: Any = None, *, as_of: Any = None) -> pyarrow.Table:
        """Which companies and indices the stories of these days name, how surely, and how new that is."""
        return self._export("mentions", from_, to, as_of)

    def boards(self, from_: Any = None, to: Any = None, *, as_of: Any = None) -> pyarrow.Table:
        """The rows of the market boards of these days."""
        return self._export("boards", from_, to, as_of)

    def search(self, query: str, from_: Any = None, to: Any = None, *, limit: int = 1000) -> pyarrow.Table:
        """The stories that have these words, best first: an expression of SQLite's FTS5."""
        said = self._run("search", "--format", "jsonl", "--limit", str(limit), *_range(from_, to), "--", query)
        return pyarrow.Table.from_pylist([json.loads(line) for line in said.splitlines()])

    def _export(self, what: str, from_: Any, to: Any, as_of: Any, more: Sequence[str] = ()) -> pyarrow.Table:
        moment = ["--as-of", _moment(as_of)] if as_of is not None else []
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rows.parquet")
            self._run("export", what, "--out", path, *_range(from_, to), *moment, *more)
            return pyarrow.parquet.read_table(path)

    def _run(self, *args: str) -> bytes:
        done = subprocess.run([binary(), *self._options, "--quiet", *args], capture_output=True, check=False)
        if done.returncode != 0:
            raise _error(done.returncode, done.stderr)
        return done.stdout


def _range(from_: Any, to: Any) -> list[str]:
    days = [("--from", from_), ("--to", to)]
    return [part for name, day in days if day is not None for part in (name, _moment(day))]


def open(path: str | os.PathLike[str], *, config: str | os.PathLike[str] | None = None) -> Archive:
    """Opens an archive for reading. Raises `TearsheetError` where there is none."""
    return Archive(path, config)
