-- 0006: market boards and most-read lists, the market's day of a ticker, stories out of feeds, embedded posts, tags without
-- an address, and which extractor read a capture. Three tables are rebuilt, because their CHECKs and keys change.

-- captures: 'feed' is a source, a capture has a day, and it remembers which extractor read it.
CREATE TABLE captures_new (
    id            INTEGER PRIMARY KEY,
    article_id    INTEGER REFERENCES pages(id), -- the page, and article if it is one
    url           TEXT,
    host          TEXT NOT NULL,
    site_id       TEXT NOT NULL,
    captured_at   TEXT,                       -- when the bytes were on the site; a day where no more is known
    day           TEXT,                       -- the same as a day of the site's time zone; NULL: not known, or not read again since 0006
    fetched_at    TEXT NOT NULL,              -- when they came into the archive
    source        TEXT NOT NULL CHECK (source IN ('live', 'feed', 'wayback', 'warc', 'file')), -- feed: an item of a feed, not a page
    status        INTEGER,                    -- HTTP
    content_type  TEXT,
    etag          TEXT,
    last_modified TEXT,
    sha256        TEXT NOT NULL,
    bytes         INTEGER NOT NULL,
    body_id       INTEGER REFERENCES bodies(id),
    strip_id      INTEGER REFERENCES strips(id),
    feed_url      TEXT,                       -- of an item of a feed: where the feed was; url is the story's
    extractor     INTEGER NOT NULL            -- version of the extractor that read it last; 0: one before 0006
) STRICT;
INSERT INTO captures_new (id, article_id, url, host, site_id, captured_at, fetched_at, source, status, content_type, etag,
                          last_modified, sha256, bytes, body_id, strip_id, extractor)
SELECT id, article_id, url, host, site_id, captured_at, fetched_at, source, status, content_type, etag, last_modified,
       sha256, bytes, body_id, strip_id, 0
  FROM captures;
DROP TABLE captures;
ALTER TABLE captures_new RENAME TO captures;
CREATE INDEX captures_article ON captures(article_id);
CREATE INDEX captures_body ON captures(body_id) WHERE body_id IS NOT NULL;
CREATE UNIQUE INDEX captures_once ON captures(host, site_id, coalesce(captured_at, ''), sha256);
CREATE INDEX captures_strip ON captures(strip_id) WHERE strip_id IS NOT NULL;
CREATE INDEX captures_extractor ON captures(extractor);

-- block_spans: what somebody else posted elsewhere, shown inside the story, is a piece of its own kind.
DROP VIEW blocks;
CREATE TABLE block_spans_new (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    position   INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('paragraph', 'heading', 'list', 'table', 'quote', 'image', 'embed')),
    start      INTEGER,                       -- from 1; NULL: the text is in caption, and not in the body
    length     INTEGER,
    caption    TEXT,
    url        TEXT,
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO block_spans_new SELECT article_id, position, kind, start, length, caption, url FROM block_spans;
DROP TABLE block_spans;
ALTER TABLE block_spans_new RENAME TO block_spans;

CREATE VIEW blocks AS
SELECT s.article_id, s.position, s.kind,
       CASE WHEN s.start IS NULL THEN s.caption ELSE substr(a.body, s.start, s.length) END AS text,
       s.url
  FROM block_spans s JOIN articles a ON a.id = s.article_id;

-- tags: in the order of the page, and with an address only where the page links one.
CREATE TABLE tags_new (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    position   INTEGER NOT NULL,
    tag        TEXT NOT NULL,
    url        TEXT,
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO tags_new (article_id, position, tag, url)
SELECT article_id, row_number() OVER (PARTITION BY article_id ORDER BY tag, url) - 1, tag, url FROM tags;
DROP TABLE tags;
ALTER TABLE tags_new RENAME TO tags;
CREATE INDEX tags_tag ON tags(tag);

-- When the site had a story no more: 410, or 404 three times in a row. The story stays.
ALTER TABLE articles ADD COLUMN gone_at TEXT;

-- The story of this page came by feed, and the page itself was never read.
ALTER TABLE pages ADD COLUMN by_feed INTEGER NOT NULL DEFAULT 0 CHECK (by_feed IN (0, 1));
CREATE INDEX pages_by_feed ON pages(id) WHERE by_feed = 1;

-- A draft is what a page says now and what the article does not, since it would lose something by it. Where the site
-- itself says so, the draft becomes a version once several visits over a day saw it alike.
ALTER TABLE drafts ADD COLUMN cause TEXT NOT NULL DEFAULT 'extractor' CHECK (cause IN ('site', 'extractor'));
ALTER TABLE drafts ADD COLUMN content_hash TEXT;
ALTER TABLE drafts ADD COLUMN visits INTEGER NOT NULL DEFAULT 1; -- that saw the page so, in a row

-- The version of the extractor in a run: only runs of the same one are compared, so that a better one is no drift.
ALTER TABLE runs ADD COLUMN extractor INTEGER NOT NULL DEFAULT 0;

-- strips.day and quotes.day: the day of the exchange's session that the rows show. How it is known:
--   board     a market board on the same page says it
--   ticker    the rows are those of the ticker before
--   calendar  by the hours and holidays of site.market
--   capture   it is the day of the capture, because nothing better is known, or the ticker was kept before 0006: `reextract`
ALTER TABLE strips ADD COLUMN day_by TEXT NOT NULL DEFAULT 'capture'
    CHECK (day_by IN ('board', 'ticker', 'calendar', 'capture'));
ALTER TABLE strips ADD COLUMN rows_hash TEXT; -- of its rows alone; NULL: not read again since 0006
CREATE INDEX strips_day_by ON strips(day_by);

-- A table of market values beside a story, as it stood on one or more captures in a row.
CREATE TABLE boards (
    id               INTEGER PRIMARY KEY,
    board            TEXT NOT NULL,           -- its name in site.boards: forex, world, gainers, ...
    market           INTEGER NOT NULL CHECK (market IN (0, 1)), -- 1: its rows are of the exchange, and date its session
    captured_at      TEXT NOT NULL,           -- of the first capture that carried it
    last_captured_at TEXT NOT NULL,           -- of the last in a row
    rows             INTEGER NOT NULL,
    captures         INTEGER NOT NULL,        -- how many captures carried it
    hash             TEXT NOT NULL            -- of its rows
) STRICT;
CREATE INDEX boards_captured_at ON boards(board, captured_at);

CREATE TABLE board_rows (
    board_id   INTEGER NOT NULL REFERENCES boards(id),
    position   INTEGER NOT NULL,              -- from 0
    code       TEXT NOT NULL,
    name       TEXT,
    as_of      TEXT,                          -- the day of the value; NULL: the page does not say it legibly
    unit       TEXT NOT NULL CHECK (unit IN ('price', 'rate', 'index', 'volume')), -- of value
    value      REAL NOT NULL,
    change     REAL,                          -- of the price, where it is printed
    change_pct REAL,
    PRIMARY KEY (board_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX board_rows_code ON board_rows(code, as_of);

-- Which boards were on a capture.
CREATE TABLE capture_boards (
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    board_id   INTEGER NOT NULL REFERENCES boards(id),
    PRIMARY KEY (capture_id, board_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_boards_board ON capture_boards(board_id);

-- What a board said of a day: per code and day that the value is of, what was seen last.
CREATE VIEW rates AS
SELECT r.as_of AS day, b.board, r.code, r.name, r.unit, r.value, r.change, r.change_pct,
       max(b.last_captured_at) AS captured_at -- the other columns are of the row that has it
  FROM board_rows r JOIN boards b ON b.id = r.board_id
 WHERE r.as_of IS NOT NULL
 GROUP BY r.code, r.as_of, b.board;

-- A list of most-read stories, as it stood on one or more captures in a row. See the view most_read.
CREATE TABLE most_read_lists (
    id               INTEGER PRIMARY KEY,
    window           TEXT NOT NULL,           -- the period, as printed: Today, Past 3 Days
    captured_at      TEXT NOT NULL,
    last_captured_at TEXT NOT NULL,
    rows             INTEGER NOT NULL,
    captures         INTEGER NOT NULL,
    hash             TEXT NOT NULL
) STRICT;
CREATE INDEX most_read_lists_captured_at ON most_read_lists(window, captured_at);

CREATE TABLE most_read_rows (
    list_id INTEGER NOT NULL REFERENCES most_read_lists(id),
    rank    INTEGER NOT NULL,                 -- from 1
    title   TEXT NOT NULL,
    host    TEXT,                             -- with site_id the story, where it is one of this site
    site_id TEXT,
    url     TEXT NOT NULL,
    PRIMARY KEY (list_id, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX most_read_rows_story ON most_read_rows(site_id, host) WHERE site_id IS NOT NULL;

CREATE TABLE capture_most_read (
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    list_id    INTEGER NOT NULL REFERENCES most_read_lists(id),
    PRIMARY KEY (capture_id, list_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_most_read_list ON capture_most_read(list_id);

-- The lists with their rows.
CREATE VIEW most_read AS
SELECT l.captured_at, l.last_captured_at, l.window, r.rank, r.title, r.host, r.site_id, r.url, l.captures, l.id AS list_id
  FROM most_read_lists l JOIN most_read_rows r ON r.list_id = l.id;

-- Which stories were read most, by the day of the captures that say so. article_id is NULL while the story is not in the archive.
CREATE VIEW attention AS
SELECT c.day, r.host, r.site_id,
       (SELECT a.id FROM articles a WHERE a.host = r.host AND a.site_id = r.site_id) AS article_id,
       min(r.rank) AS best_rank, min(c.captured_at) AS first_seen, max(c.captured_at) AS last_seen,
       count(DISTINCT c.id) AS captures
  FROM most_read_rows r
  JOIN capture_most_read m ON m.list_id = r.list_id
  JOIN captures c ON c.id = m.capture_id
 WHERE r.site_id IS NOT NULL
 GROUP BY c.day, r.host, r.site_id;

-- A story by feed is in the archive, though its page is not: it counts as stored.
DROP VIEW day_counts;
DROP VIEW page_counts;
CREATE VIEW page_counts AS
SELECT id AS page_id,
       state = 'stored' OR by_feed AS stored,
       NOT by_feed AND state IN ('blocked', 'refused') AS blocked,
       NOT by_feed AND state = 'missing' AS missing,
       NOT by_feed AND state IN ('broken', 'throttled', 'not_article') AS failed
  FROM pages;
CREATE VIEW day_counts AS
SELECT r.id AS reading_id, r.day, r.source, count(d.page_id) AS listed,
       coalesce(sum(c.stored), 0) AS stored, coalesce(sum(c.blocked), 0) AS blocked,
       coalesce(sum(c.missing), 0) AS missing, coalesce(sum(c.failed), 0) AS failed, count(a.id) AS of_day
  FROM day_readings r
  LEFT JOIN day_pages d ON d.reading_id = r.id
  LEFT JOIN page_counts c ON c.page_id = d.page_id
  LEFT JOIN articles a ON a.id = d.page_id AND a.published_on = r.day
 GROUP BY r.id;

DROP TRIGGER day_pages_state_before;
CREATE TRIGGER day_pages_state_before BEFORE UPDATE OF state, by_feed ON pages
    WHEN old.state <> new.state OR old.by_feed <> new.by_feed BEGIN
    UPDATE day_readings
       SET stored  = day_readings.stored - c.stored,
           blocked = day_readings.blocked - c.blocked,
           missing = day_readings.missing - c.missing,
           failed  = day_readings.failed - c.failed
      FROM page_counts c
     WHERE c.page_id = old.id AND day_readings.id IN (SELECT reading_id FROM day_pages WHERE page_id = old.id);
END;
DROP TRIGGER day_pages_state;
CREATE TRIGGER day_pages_state AFTER UPDATE OF state, by_feed ON pages
    WHEN old.state <> new.state OR old.by_feed <> new.by_feed BEGIN
    UPDATE day_readings
       SET stored  = day_readings.stored + c.stored,
           blocked = day_readings.blocked + c.blocked,
           missing = day_readings.missing + c.missing,
           failed  = day_readings.failed + c.failed
      FROM page_counts c
     WHERE c.page_id = new.id AND day_readings.id IN (SELECT reading_id FROM day_pages WHERE page_id = new.id);
END;

-- Places in a source that could not be read when it was last read: dates, items without an address, broken markup. `reason` says
-- what the first of them are.
ALTER TABLE sources ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
