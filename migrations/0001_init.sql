-- 0001: the first schema. What stands here is public: `.schema` in the sqlite3 shell shows the comments.
-- Times are UTC text (2021-03-08T06:20:00Z) and sort as text; days are days of the site's time zone.

CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    command     TEXT NOT NULL,                -- scrape, import, ...
    started_at  TEXT NOT NULL,
    finished_at TEXT,                         -- NULL: running, or killed
    outcome     TEXT,                         -- finished, incomplete, limited, stopped, interrupted, failed, killed
    discovered  INTEGER NOT NULL DEFAULT 0,   -- pages heard of for the first time
    fetched     INTEGER NOT NULL DEFAULT 0,   -- pages visited
    stored      INTEGER NOT NULL DEFAULT 0,   -- articles stored for the first time
    updated     INTEGER NOT NULL DEFAULT 0,   -- articles that got another version
    unchanged   INTEGER NOT NULL DEFAULT 0,
    missing     INTEGER NOT NULL DEFAULT 0,   -- pages that do not exist
    failed      INTEGER NOT NULL DEFAULT 0,   -- pages that stay queued
    read        INTEGER NOT NULL DEFAULT 0,   -- pages that came and were read: what run_measures counts
    drift       TEXT                          -- what was missing more often than usual, a JSON array; NULL: nothing
) STRICT;

-- Every page we know of, and what is known of it.
CREATE TABLE pages (
    id            INTEGER PRIMARY KEY,
    host          TEXT NOT NULL,
    site_id       TEXT NOT NULL,
    url           TEXT,                       -- where we ask for it; NULL for a saved page of unknown address
    via           TEXT NOT NULL,              -- who named it first: feed, sitemap, listing, ids, file
    state         TEXT NOT NULL CHECK (state IN
                  ('new', 'stored', 'missing', 'blocked', 'throttled', 'broken', 'refused', 'not_article')),
    reason        TEXT,                       -- the cause of the state, a stable word
    failures      INTEGER NOT NULL DEFAULT 0, -- failed visits in a row
    found_at      TEXT NOT NULL,
    listed_at     TEXT,                       -- the publication time its source gave
    visited_at    TEXT,
    due_at        TEXT,                       -- when to visit it; NULL: never again
    claimed_by    INTEGER REFERENCES runs(id),-- a run has it in hand
    etag          TEXT,
    last_modified TEXT,
    UNIQUE (host, site_id)
) STRICT;
CREATE INDEX pages_due ON pages(due_at, id) WHERE due_at IS NOT NULL AND claimed_by IS NULL;
CREATE INDEX pages_claimed ON pages(claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX pages_state ON pages(state, reason);
CREATE INDEX pages_number ON pages(host, CAST(site_id AS INTEGER));

-- Whole pages that others are compressed against: pages of one template share nearly all their furniture.
CREATE TABLE body_references (
    id     INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,                     -- of the pages as they came, one after the other
    bytes  INTEGER NOT NULL,                  -- their number
    pages  BLOB NOT NULL                      -- zstd
) STRICT;

-- The bytes of pages, each once: zstd, against the reference where there is one.
CREATE TABLE bodies (
    id           INTEGER PRIMARY KEY,
    sha256       TEXT NOT NULL UNIQUE,        -- of the bytes as they came, lower-case hex
    bytes        INTEGER NOT NULL,            -- their number
    reference_id INTEGER REFERENCES body_references(id),
    data         BLOB NOT NULL
) STRICT;
CREATE INDEX bodies_reference ON bodies(reference_id) WHERE reference_id IS NOT NULL;

-- The ticker as it stood on one or more captures in a row.
CREATE TABLE strips (
    id               INTEGER PRIMARY KEY,
    captured_at      TEXT NOT NULL,           -- of the first capture that carried it
    last_captured_at TEXT NOT NULL,           -- of the last in a row
    day              TEXT NOT NULL,           -- the day of captured_at
    market_date      TEXT,                    -- the date the page printed beside it
    rows             INTEGER NOT NULL,
    captures         INTEGER NOT NULL,        -- how many captures carried it
    hash             TEXT NOT NULL            -- of its rows and market_date
) STRICT;
CREATE INDEX strips_captured_at ON strips(captured_at);

-- Its rows. A quote belongs to the capture it was on, never to the article's date.
CREATE TABLE quotes (
    symbol      TEXT NOT NULL,
    day         TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    strip_id    INTEGER NOT NULL REFERENCES strips(id),
    kind        TEXT NOT NULL CHECK (kind IN ('stock', 'index')),
    price       REAL NOT NULL,                -- rupees; points for an index
    change      REAL NOT NULL,                -- since the previous close, in the same unit
    change_pct  REAL NOT NULL,                -- in percent, as printed
    direction   TEXT NOT NULL CHECK (direction IN ('up', 'down', 'flat')),
    suspect     INTEGER NOT NULL CHECK (suspect IN (0, 1)), -- 1: contradicts its own arithmetic
    PRIMARY KEY (symbol, day, captured_at, strip_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX quotes_strip ON quotes(strip_id);
CREATE INDEX quotes_day ON quotes(day, symbol);

-- A day's quotes of a symbol; rows that contradict themselves are left out.
CREATE VIEW quotes_daily AS
SELECT q.day, q.symbol, q.kind,
       (SELECT f.price FROM quotes f WHERE f.symbol = q.symbol AND f.day = q.day AND f.suspect = 0
         ORDER BY f.captured_at, f.strip_id LIMIT 1) AS open,
       max(q.price) AS high,
       min(q.price) AS low,
       (SELECT l.price FROM quotes l WHERE l.symbol = q.symbol AND l.day = q.day AND l.suspect = 0
         ORDER BY l.captured_at DESC, l.strip_id DESC LIMIT 1) AS close,
       sum((SELECT s.captures FROM strips s WHERE s.id = q.strip_id)) AS captures,
       (SELECT l.change_pct FROM quotes l WHERE l.symbol = q.symbol AND l.day = q.day AND l.suspect = 0
         ORDER BY l.captured_at DESC, l.strip_id DESC LIMIT 1) AS change_pct -- the move, as last printed
  FROM quotes q
 WHERE q.suspect = 0
 GROUP BY q.symbol, q.day;

-- Bytes at a time: what came of one request, or was imported.
CREATE TABLE captures (
    id            INTEGER PRIMARY KEY,
    article_id    INTEGER REFERENCES pages(id), -- the page, and article if it is one
    url           TEXT,
    host          TEXT NOT NULL,
    site_id       TEXT NOT NULL,
    captured_at   TEXT,                       -- when the bytes were on the site; a day where no more is known
    fetched_at    TEXT NOT NULL,              -- when they came into the archive
    source        TEXT NOT NULL CHECK (source IN ('live', 'wayback', 'warc', 'file')),
    status        INTEGER,                    -- HTTP
    content_type  TEXT,
    etag          TEXT,
    last_modified TEXT,
    sha256        TEXT NOT NULL,
    bytes         INTEGER NOT NULL,
    body_id       INTEGER REFERENCES bodies(id),
    strip_id      INTEGER REFERENCES strips(id)
) STRICT;
CREATE INDEX captures_article ON captures(article_id);
CREATE INDEX captures_body ON captures(body_id) WHERE body_id IS NOT NULL;
CREATE UNIQUE INDEX captures_once ON captures(host, site_id, coalesce(captured_at, ''), sha256);
CREATE INDEX captures_strip ON captures(strip_id) WHERE strip_id IS NOT NULL;

-- What a reader of a capture should know: stable words, with what they are about.
CREATE TABLE warnings (
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    code       TEXT NOT NULL,
    detail     TEXT NOT NULL
) STRICT;
CREATE INDEX warnings_capture ON warnings(capture_id);

-- The articles, in their newest wording. The id is that of the page.
CREATE TABLE articles (
    id              INTEGER PRIMARY KEY REFERENCES pages(id),
    host            TEXT NOT NULL,            -- host and site_id are the identity
    site_id         TEXT NOT NULL,
    url             TEXT,
    published_on    TEXT,                     -- the day in the site's time zone; NULL: the page gives none
    published_at    TEXT,                     -- with offset (2021-03-08T11:20:00+05:00); NULL: only a day
    updated_at      TEXT,                     -- the site's own date of change, likewise
    section         TEXT,
    headline        TEXT,
    byline          TEXT,                     -- as printed
    authors         TEXT NOT NULL,            -- the byline taken apart, a JSON array
    dateline        TEXT,                     -- KARACHI; the body keeps it
    word_count      INTEGER NOT NULL,
    version         INTEGER NOT NULL,         -- 1: the first wording seen
    version_seen_at TEXT,                     -- when this wording was first on the site, as far as we know
    version_cause   TEXT NOT NULL DEFAULT 'site' CHECK (version_cause IN ('site', 'extractor')), -- who changed it
    changed_words   INTEGER NOT NULL DEFAULT 0, -- words that came or went with this version
    content_hash    TEXT NOT NULL,            -- SHA-256 of headline, byline, summary and body
    first_seen_at   TEXT NOT NULL,            -- when this archive first had the article
    last_checked_at TEXT NOT NULL,            -- when the site was last asked
    capture_id      INTEGER NOT NULL REFERENCES captures(id), -- where this wording was read
    origins_json    TEXT NOT NULL,            -- see the view origins
    summary         TEXT NOT NULL,            -- bullets, one a line
    body            TEXT NOT NULL,            -- the story alone, a blank line between paragraphs
    UNIQUE (host, site_id)
) STRICT;
CREATE INDEX articles_published_on ON articles(published_on, published_at, id);
CREATE INDEX articles_section ON articles(section, published_on);
CREATE INDEX articles_byline ON articles(byline, published_on);

-- Older wordings. See the view versions, which has the newest one too.
CREATE TABLE old_versions (
    id            INTEGER PRIMARY KEY,
    article_id    INTEGER NOT NULL REFERENCES articles(id),
    seen_at       TEXT,
    cause         TEXT NOT NULL CHECK (cause IN ('site', 'extractor')), -- who made it: the site, or a better reader
    changed_words INTEGER NOT NULL,           -- words that came or went with it
    content_hash  TEXT NOT NULL,
    capture_id    INTEGER NOT NULL REFERENCES captures(id),
    headline      TEXT,
    byline        TEXT,
    summary       TEXT NOT NULL,
    body          TEXT NOT NULL
) STRICT;
CREATE INDEX old_versions_article ON old_versions(article_id, seen_at, id);
CREATE INDEX old_versions_capture ON old_versions(capture_id);

-- Every wording of an article, the newest included, numbered in the order it was on the site.
CREATE VIEW versions AS
SELECT o.article_id,
       (SELECT 1 + count(*) FROM old_versions b
         WHERE b.article_id = o.article_id
           AND (coalesce(b.seen_at, ''), b.id) < (coalesce(o.seen_at, ''), o.id)) AS version,
       o.seen_at, o.cause, o.changed_words, o.headline, o.byline, o.summary, o.body, o.content_hash, o.capture_id
  FROM old_versions o
UNION ALL
SELECT a.id, a.version, a.version_seen_at, a.version_cause, a.changed_words, a.headline, a.byline, a.summary, a.body,
       a.content_hash, a.capture_id
  FROM articles a;

-- Stories that the site changed after publication: how long after, and by how many words.
CREATE VIEW changed_stories AS
SELECT v.article_id, a.published_on, a.published_at, v.version, v.seen_at,
       round(24 * (julianday(v.seen_at) - julianday(coalesce(a.published_at, a.published_on))), 1) AS hours_after,
       v.changed_words, v.headline
  FROM versions v JOIN articles a ON a.id = v.article_id
 WHERE 1 < v.version AND v.cause = 'site';

-- What a later reading made of a page and was not taken, since it has less than the article. See `reextract`.
CREATE TABLE drafts (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    made_at    TEXT NOT NULL,
    losses     TEXT NOT NULL,                 -- the fields that have less, a JSON array
    headline   TEXT,
    byline     TEXT,
    summary    TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT;

-- The pieces of a story. Text that stands in the body is kept there once: start and length count
-- characters of it. See the view blocks.
CREATE TABLE block_spans (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    position   INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('paragraph', 'heading', 'list', 'table', 'quote', 'image')),
    start      INTEGER,                       -- from 1; NULL: the text is in caption
    length     INTEGER,
    caption    TEXT,
    url        TEXT,
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;

CREATE VIEW blocks AS
SELECT s.article_id, s.position, s.kind,
       CASE WHEN s.start IS NULL THEN s.caption ELSE substr(a.body, s.start, s.length) END AS text,
       s.url
  FROM block_spans s JOIN articles a ON a.id = s.article_id;

-- Related stories, by their identity. See the view links.
CREATE TABLE article_links (
    article_id     INTEGER NOT NULL REFERENCES articles(id),
    position       INTEGER NOT NULL,
    placement      TEXT NOT NULL CHECK (placement IN ('inline', 'related')),
    title          TEXT NOT NULL,
    url            TEXT,
    target_host    TEXT,
    target_site_id TEXT,
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_links_target ON article_links(target_site_id, target_host) WHERE target_site_id IS NOT NULL;

-- target_id is the article linked to, NULL while it is not in the archive.
CREATE VIEW links AS
SELECT l.article_id, l.position, l.placement, l.title, l.url,
       (SELECT a.id FROM articles a WHERE a.host = l.target_host AND a.site_id = l.target_site_id) AS target_id,
       l.target_host, l.target_site_id
  FROM article_links l;

CREATE TABLE tags (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    tag        TEXT NOT NULL,
    url        TEXT NOT NULL,
    PRIMARY KEY (article_id, tag, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags(tag);

-- Ticker symbols that are known: they stood on a ticker, or the profile names their company.
CREATE TABLE symbols (
    symbol TEXT PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('stock', 'index'))
) STRICT, WITHOUT ROWID;

-- Which symbols a story names: the symbol in capitals as a word, or its company by name.
CREATE TABLE mentions (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    symbol     TEXT NOT NULL REFERENCES symbols(symbol),
    PRIMARY KEY (article_id, symbol)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_symbol ON mentions(symbol, article_id);

-- Stories without their text, for reading a day.
CREATE VIEW stories AS
SELECT published_on AS day, substr(published_at, 12, 5) AS time, section, headline, byline, word_count AS words, id, url
  FROM articles;

-- Articles and words by day and section.
CREATE VIEW section_counts AS
SELECT published_on AS day, section, count(*) AS articles, sum(word_count) AS words
  FROM articles GROUP BY published_on, section;

-- Where each field of an article was read: json-ld, meta, markup, text or url.
CREATE VIEW origins AS
SELECT a.id AS article_id, o.key AS field, o.value AS origin
  FROM articles a, json_each(a.origins_json) o;

-- What one source said of one day. Its counts follow the pages it named, by the triggers below. See the view days.
CREATE TABLE day_readings (
    id         INTEGER PRIMARY KEY,
    day        TEXT NOT NULL,                 -- of the site's time zone
    source     TEXT NOT NULL,                 -- the listing's path in the profile (/archive/{date}), or ids
    state      TEXT NOT NULL CHECK (state IN ('read', 'empty', 'missing', 'blocked', 'refused', 'failed')),
    reason     TEXT,                          -- the cause of the state
    ends_at    TEXT NOT NULL,                 -- when the day ends
    checked_at TEXT NOT NULL,
    listed     INTEGER NOT NULL DEFAULT 0,    -- pages it named for the day: rows of day_pages
    stored     INTEGER NOT NULL DEFAULT 0,    -- of these: in the archive,
    blocked    INTEGER NOT NULL DEFAULT 0,    -- refused by the site or by robots.txt,
    missing    INTEGER NOT NULL DEFAULT 0,    -- not there,
    failed     INTEGER NOT NULL DEFAULT 0,    -- broken, throttled, or no article
    of_day     INTEGER NOT NULL DEFAULT 0,    -- stored, and published on the day
    UNIQUE (day, source)
) STRICT;

CREATE TABLE day_pages (
    reading_id INTEGER NOT NULL REFERENCES day_readings(id),
    page_id    INTEGER NOT NULL REFERENCES pages(id),
    PRIMARY KEY (reading_id, page_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX day_pages_page ON day_pages(page_id);

CREATE TRIGGER day_pages_insert AFTER INSERT ON day_pages BEGIN
    UPDATE day_readings
       SET listed  = listed + 1,
           stored  = stored  + (p.state = 'stored'),
           blocked = blocked + (p.state IN ('blocked', 'refused')),
           missing = missing + (p.state = 'missing'),
           failed  = failed  + (p.state IN ('broken', 'throttled', 'not_article')),
           of_day  = of_day  + (SELECT count(*) FROM articles a
                                 WHERE a.id = new.page_id AND a.published_on = day_readings.day)
      FROM (SELECT state FROM pages WHERE id = new.page_id) p
     WHERE id = new.reading_id;
END;
CREATE TRIGGER day_pages_delete AFTER DELETE ON day_pages BEGIN
    UPDATE day_readings
       SET listed  = listed - 1,
           stored  = stored  - (p.state = 'stored'),
           blocked = blocked - (p.state IN ('blocked', 'refused')),
           missing = missing - (p.state = 'missing'),
           failed  = failed  - (p.state IN ('broken', 'throttled', 'not_article')),
           of_day  = of_day  - (SELECT count(*) FROM articles a
                                 WHERE a.id = old.page_id AND a.published_on = day_readings.day)
      FROM (SELECT state FROM pages WHERE id = old.page_id) p
     WHERE id = old.reading_id;
END;
CREATE TRIGGER day_pages_state AFTER UPDATE OF state ON pages WHEN old.state <> new.state BEGIN
    UPDATE day_readings
       SET stored  = stored  + (new.state = 'stored') - (old.state = 'stored'),
           blocked = blocked + (new.state IN ('blocked', 'refused')) - (old.state IN ('blocked', 'refused')),
           missing = missing + (new.state = 'missing') - (old.state = 'missing'),
           failed  = failed  + (new.state IN ('broken', 'throttled', 'not_article'))
                             - (old.state IN ('broken', 'throttled', 'not_article'))
     WHERE id IN (SELECT reading_id FROM day_pages WHERE page_id = new.id);
END;
CREATE TRIGGER day_pages_article AFTER INSERT ON articles BEGIN
    UPDATE day_readings SET of_day = of_day + 1
     WHERE day = new.published_on AND id IN (SELECT reading_id FROM day_pages WHERE page_id = new.id);
END;
CREATE TRIGGER day_pages_moved AFTER UPDATE OF published_on ON articles
    WHEN old.published_on IS NOT new.published_on BEGIN
    UPDATE day_readings SET of_day = of_day + (day IS new.published_on) - (day IS old.published_on)
     WHERE id IN (SELECT reading_id FROM day_pages WHERE page_id = new.id);
END;

-- What is known of a day from one source. It is complete when the source was read after the day ended and every page
-- it named is stored or known to be missing. A listing that names mostly pages of other days says nothing of this one.
CREATE VIEW days AS
SELECT day, source, state, reason, listed, stored, blocked, missing, failed, of_day, checked_at, ends_at,
       (state = 'read' AND checked_at >= ends_at AND stored + missing = listed
        AND (source = 'ids' OR (0 < of_day AND stored <= 2 * of_day))) AS complete
  FROM day_readings;

-- The same by day. `tearsheet coverage` judges it.
CREATE VIEW coverage AS
SELECT d.day, (SELECT count(*) FROM articles a WHERE a.published_on = d.day) AS articles, count(*) AS sources,
       sum(d.complete) AS complete, max(d.listed) AS listed, max(d.blocked) AS blocked, max(d.missing) AS missing,
       max(d.failed) AS failed
  FROM days d GROUP BY d.day;

-- Every request that went out, and what it waited for.
CREATE TABLE requests (
    at          TEXT NOT NULL,
    run_id      INTEGER NOT NULL REFERENCES runs(id),
    url         TEXT NOT NULL,
    status      INTEGER,                      -- NULL: no answer
    bytes       INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL,
    waited_ms   INTEGER NOT NULL,
    wait_reason TEXT,                         -- pace, retry, retry_after
    failure     TEXT                          -- why it came to nothing
) STRICT;
CREATE INDEX requests_at ON requests(at);

-- What the pages of a run had: the shares that drift is told by. Of a measure, `total` is the number of pages that
-- had it; of one that begins with `ln `, the sum of logarithms of 1 + the size.
CREATE TABLE run_measures (
    run_id  INTEGER NOT NULL REFERENCES runs(id),
    measure TEXT NOT NULL,                    -- headline, headline:json-ld, ln words
    total   REAL NOT NULL,
    PRIMARY KEY (run_id, measure)
) STRICT, WITHOUT ROWID;

-- How far a long job over the archive has come; nothing once it is done.
CREATE TABLE progress (
    job      TEXT PRIMARY KEY,                -- the command with its options
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Feeds, sitemaps and listings, as they were last read.
CREATE TABLE sources (
    url           TEXT PRIMARY KEY,
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('fresh', 'stale', 'empty', 'failed')),
    reason        TEXT,
    checked_at    TEXT NOT NULL,
    newest_at     TEXT,                       -- the date of its newest item
    listed        INTEGER NOT NULL,           -- articles it named
    etag          TEXT,
    last_modified TEXT
) STRICT, WITHOUT ROWID;

-- robots.txt, until it expires.
CREATE TABLE robots (
    origin     TEXT PRIMARY KEY,
    fetched_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    status     INTEGER,                       -- NULL: it could not be reached
    body       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a server asked of us, kept over restarts.
CREATE TABLE hosts (
    host         TEXT PRIMARY KEY,
    wait_until   TEXT,                        -- Retry-After
    failures     INTEGER NOT NULL DEFAULT 0,  -- in a row; the breaker counts them
    open_until   TEXT,                        -- the breaker is open
    interval_ms  INTEGER                      -- the pace in force
) STRICT, WITHOUT ROWID;

-- Full text over the articles. porter folds word endings, remove_diacritics accents.
CREATE VIRTUAL TABLE articles_fts USING fts5(
    headline, summary, body, byline,
    content="articles", content_rowid="id", tokenize="porter unicode61 remove_diacritics 2"
);
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts(rowid, headline, summary, body, byline)
    VALUES (new.id, new.headline, new.summary, new.body, new.byline);
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, headline, summary, body, byline)
    VALUES ('delete', old.id, old.headline, old.summary, old.body, old.byline);
END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF headline, summary, body, byline ON articles BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, headline, summary, body, byline)
    VALUES ('delete', old.id, old.headline, old.summary, old.body, old.byline);
    INSERT INTO articles_fts(rowid, headline, summary, body, byline)
    VALUES (new.id, new.headline, new.summary, new.body, new.byline);
END;
