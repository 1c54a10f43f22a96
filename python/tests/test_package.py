"""The package against the program that was built with it: pytest, in an environment that has the wheel and nothing else of ours."""

import gzip
import pickle
import signal
import subprocess
from datetime import date, datetime, timezone

import pyarrow
import pytest

import tearsheet

PAGE = (
    "<html><head><meta property='article:published_time' content='2025-10-22T11:00:00+05:00'></head><body>"
    "<h1 class='story__title'>Headline {id}</h1><span class='story__byline'>Reuters</span>"
    "<div class='story__content'><p>KARACHI: What happened in {id}.</p></div></body></html>"
)


def url(number):
    return f"https://www.brecorder.com/news/{number}/a-slug"


def record(number, text=None):
    body = (text or PAGE.format(id=number)).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url(number)}\r\nWARC-Date: 2025-10-22T08:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + answer + b"\r\n\r\n")


@pytest.fixture
def segment(tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(record(number) for number in range(1, 301)))
    return path


def test_a_page_is_a_dict():
    page = tearsheet.extract(PAGE.format(id=7), url=url(7), captured_at=date(2025, 10, 23))
    assert (page["headline"], page["byline"], page["site_id"]) == ("Headline 7", "Reuters", "7")
    assert page["captured_at"] == "2025-10-23" and page["published_at"] == "2025-10-22T11:00:00+05:00"
    assert tearsheet.extract("<h1>\u00dcber</h1>".encode("utf-16"), url=url(8))["headline"] == "\u00dcber"
    with pytest.raises(tearsheet.TearsheetError, match="no time zone"):
        tearsheet.extract("", captured_at=datetime(2025, 1, 1))


def test_a_segment_is_batches_in_its_order(segment):
    batches = list(tearsheet.Extractor("brecorder").warc(segment))
    rows = pyarrow.Table.from_batches(batches)
    assert rows["site_id"].to_pylist() == [str(number) for number in range(1, 301)]
    with segment.open("rb") as file:
        streamed = pyarrow.Table.from_batches(list(tearsheet.Extractor().warc(file)))
    assert streamed["headline"].to_pylist() == rows["headline"].to_pylist()
    torn = segment.with_name("torn.warc.gz")
    torn.write_bytes(segment.read_bytes()[:-20])
    rows = pyarrow.Table.from_batches(list(tearsheet.Extractor().warc(torn)))
    assert rows.num_rows == 300 and rows["warnings"].to_pylist()[-1][0]["code"] == "damaged"
    # Who stops early stops the program, too.
    next(iter(tearsheet.Extractor().warc(segment)))
    with pytest.raises(tearsheet.TearsheetError) as raised:
        list(tearsheet.Extractor().warc("no-such-file.warc"))
    assert raised.value.code == 2 and raised.value.hint


def test_a_batch_keeps_its_rows():
    pages = [{"html": PAGE.format(id=number), "url": url(number), "segment": "s", "offset": number} for number in range(600)]
    pages[3] = {"html": None, "url": url(3), "segment": "s", "offset": 3}
    extractor = pickle.loads(pickle.dumps(tearsheet.Extractor(["brecorder", "dawn"])))
    for _ in range(2):
        rows = extractor.pages(pyarrow.RecordBatch.from_pylist(pages))
        assert rows.num_rows == 600 and rows["offset"].to_pylist()[:3] == [0, 1, 2]
        assert rows["headline"].to_pylist()[598:] == ["Headline 598", "Headline 599"]
        assert rows["warnings"].to_pylist()[3][0]["code"] == "damaged"
    with pytest.raises(tearsheet.TearsheetError, match="neither"):
        extractor.pages(pyarrow.RecordBatch.from_pylist([{"text": ""}]))


def test_a_worker_that_dies_is_started_again():
    extractor = tearsheet.Extractor()
    first = extractor.page(PAGE.format(id=1), url=url(1))
    for how in (signal.SIGKILL, signal.SIGTERM):
        (worker,) = extractor._workers.values()
        worker.process.send_signal(how)
        assert extractor.page(PAGE.format(id=1), url=url(1)) == first
    with pytest.raises(tearsheet.TearsheetError, match="profile"):
        tearsheet.Extractor("no-such-paper").page("")


def test_an_archive_is_tables(tmp_path, segment):
    archive = tmp_path / "a.db"
    subprocess.run([tearsheet.binary(), "--archive", archive, "import", "-q", segment], check=True)
    opened = tearsheet.open(archive)
    articles = opened.articles("2025-10-01", date(2025, 10, 31))
    assert articles.num_rows == 300 and articles.schema.field("published_on").type == pyarrow.date32()
    assert opened.articles("2025-11-01").num_rows == 0
    before = datetime(2020, 1, 1, tzinfo=timezone.utc)
    assert opened.articles(as_of=before).num_rows == 0 and opened.quotes().num_rows == 0
    assert opened.search("headline", limit=5).num_rows == 5
    with pytest.raises(tearsheet.TearsheetError) as raised:
        tearsheet.open(tmp_path / "none.db")
    assert raised.value.code == 4
