-- 0008: what was known when, and in which session of the exchange. Each wording has the moment at which it came into this archive,
-- beside that at which it was on the site.

ALTER TABLE articles ADD COLUMN known_at TEXT;      -- when this wording came into this archive
ALTER TABLE articles ADD COLUMN words_added INTEGER;   -- words that came with this version; NULL: the first, or kept before 0008
ALTER TABLE articles ADD COLUMN words_removed INTEGER; -- words that went
ALTER TABLE old_versions ADD COLUMN known_at TEXT;
ALTER TABLE old_versions ADD COLUMN words_added INTEGER;
ALTER TABLE old_versions ADD COLUMN words_removed INTEGER;

UPDATE old_versions SET known_at = (SELECT fetched_at FROM captures WHERE captures.id = capture_id);
UPDATE articles
   SET known_at = CASE WHEN version = 1 THEN first_seen_at
                       ELSE (SELECT fetched_at FROM captures WHERE captures.id = capture_id) END;

-- The days on which the exchange trades. How a day is known:
--   boards  a market board of the day says so
--   ticker  the ticker showed numbers of the day
--   hours   by site.market: a holiday that is not listed there is not known before a capture shows it
CREATE TABLE sessions (
    exchange  TEXT NOT NULL,                  -- site.market.exchange: its ISO 10383 code
    day       TEXT NOT NULL,
    opens_at  TEXT,                           -- NULL: the hours of that day are not known
    closes_at TEXT,
    source    TEXT NOT NULL CHECK (source IN ('boards', 'ticker', 'hours')),
    PRIMARY KEY (exchange, day)
) STRICT, WITHOUT ROWID;

-- articles.session: the first session whose close is not before publication. articles.phase: whether the story was published before
-- the opening of a session (pre), while it was open, after its close (post), or on a day without one (closed).
ALTER TABLE articles ADD COLUMN session TEXT; -- NULL: not known yet, or only the day of publication is known
ALTER TABLE articles ADD COLUMN phase TEXT CHECK (phase IN ('pre', 'open', 'post', 'closed', 'unknown')); -- NULL: not looked at yet
CREATE INDEX articles_session ON articles(session) WHERE session IS NOT NULL;
CREATE INDEX articles_phaseless ON articles(id) WHERE phase IS NULL;

DROP VIEW changed_stories;
DROP VIEW versions;

-- Every wording of an article, the newest included, numbered in the order it was on the site.
CREATE VIEW versions AS
SELECT o.article_id,
       (SELECT 1 + count(*) FROM old_versions b
         WHERE b.article_id = o.article_id
           AND (coalesce(b.seen_at, ''), b.id) < (coalesce(o.seen_at, ''), o.id)) AS version,
       o.seen_at, o.cause, o.changed_words, o.headline, o.byline, o.summary, o.body, o.content_hash, o.capture_id,
       o.known_at, o.words_added, o.words_removed
  FROM old_versions o
UNION ALL
SELECT a.id, a.version, a.version_seen_at, a.version_cause, a.changed_words, a.headline, a.byline, a.summary, a.body,
       a.content_hash, a.capture_id, a.known_at, a.words_added, a.words_removed
  FROM articles a;

-- Stories that the site changed after publication: how long after, and by how many words.
CREATE VIEW changed_stories AS
SELECT v.article_id, a.published_on, a.published_at, v.version, v.seen_at,
       round(24 * (julianday(v.seen_at) - julianday(coalesce(a.published_at, a.published_on))), 1) AS hours_after,
       v.changed_words, v.headline
  FROM versions v JOIN articles a ON a.id = v.article_id
 WHERE 1 < v.version AND v.cause = 'site';

-- Two clocks for each wording. valid_from and valid_to: when it was on the site, as far as it is known. known_from and known_to: when it
-- was the newest wording that this archive had; of one that came later than its successor, both are the same.
CREATE VIEW articles_known AS
SELECT v.article_id, v.version,
       coalesce(a.published_at, a.published_on) AS event_time,
       v.known_at AS known_from,
       (SELECT min(max(k.known_at, v.known_at)) FROM versions k
         WHERE k.article_id = v.article_id AND v.version < k.version) AS known_to,
       CASE WHEN v.version = 1 AND coalesce(julianday(coalesce(a.published_at, a.published_on)) <= julianday(v.seen_at), 1)
            THEN coalesce(a.published_at, a.published_on, v.seen_at) ELSE v.seen_at END AS valid_from,
       CASE WHEN v.version = a.version THEN a.gone_at
            ELSE (SELECT k.seen_at FROM versions k WHERE k.article_id = v.article_id AND k.version = v.version + 1) END AS valid_to,
       v.version - 1 AS revision,
       v.version = a.version AS is_latest,
       -- It came out of a file or a web archive, or more than a day after the day of publication.
       (SELECT c.source FROM captures c WHERE c.id = v.capture_id) IN ('wayback', 'warc', 'file')
           OR (v.version = 1 AND coalesce(julianday(a.published_on) + 2 < julianday(v.known_at), 1)) AS backfilled
  FROM versions v JOIN articles a ON a.id = v.article_id;

-- What the site changed in a story: which fields, how long after publication, and by how many words.
CREATE VIEW revisions AS
SELECT v.article_id, v.version,
       ltrim(CASE WHEN v.headline IS NOT b.headline THEN ', headline' ELSE '' END
          || CASE WHEN v.byline IS NOT b.byline THEN ', byline' ELSE '' END
          || CASE WHEN v.summary <> b.summary THEN ', summary' ELSE '' END
          || CASE WHEN v.body <> b.body THEN ', body' ELSE '' END, ', ') AS what,
       CASE WHEN 10 < length(v.seen_at) -- else only a day is known
            THEN round(24 * (julianday(v.seen_at) - julianday(a.published_at)), 1) END AS hours_after,
       CASE WHEN 10 < length(v.seen_at)
            THEN round(24 * (julianday(v.seen_at) - (SELECT max(julianday(s.closes_at)) FROM sessions s
                                                      WHERE s.day <= date(v.seen_at, '+1 day') AND date(v.seen_at, '-15 days') < s.day
                                                        AND julianday(s.closes_at) <= julianday(v.seen_at))), 1) END AS hours_after_close,
       v.words_added, v.words_removed
  FROM versions v
  JOIN versions b ON b.article_id = v.article_id AND b.version = v.version - 1
  JOIN articles a ON a.id = v.article_id
 WHERE v.cause = 'site';

-- Stories that name a symbol, with its move in their session.
CREATE VIEW session_stories AS
SELECT a.session AS day, a.id AS article_id, a.phase, m.symbol,
       (SELECT q.price FROM quotes q WHERE q.symbol = m.symbol AND q.day = a.session AND q.suspect = 0
         ORDER BY q.captured_at DESC, q.strip_id DESC LIMIT 1) AS close,
       (SELECT q.change_pct FROM quotes q WHERE q.symbol = m.symbol AND q.day = a.session AND q.suspect = 0
         ORDER BY q.captured_at DESC, q.strip_id DESC LIMIT 1) AS change_pct
  FROM mentions m
  JOIN articles a ON a.id = m.article_id
 WHERE a.session IS NOT NULL;

-- Stories without their text, for reading a day. best_rank: the best place in a list of most-read stories.
DROP VIEW stories;
CREATE VIEW stories AS
SELECT published_on AS day, substr(published_at, 12, 5) AS time, section, headline, byline, word_count AS words, id, url,
       (SELECT min(r.rank) FROM most_read_rows r WHERE r.site_id = articles.site_id AND r.host = articles.host) AS best_rank
  FROM articles;
