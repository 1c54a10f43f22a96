-- 0009: who is meant, and what is new. All of it is worked out from the stored texts at the end of a run, and again by `reextract`.

-- How a story names a company or an index, and how sure that is. NULL in all of these: not looked at yet.
ALTER TABLE mentions ADD COLUMN matched TEXT;          -- the text that was found, where it is surest
ALTER TABLE mentions ADD COLUMN rule TEXT CHECK (rule IN ('symbol', 'name', 'tag'));
ALTER TABLE mentions ADD COLUMN place TEXT             -- the best place; NULL: only a tag says it
    CHECK (place IN ('headline', 'summary', 'first_paragraph', 'body', 'table'));
ALTER TABLE mentions ADD COLUMN times INTEGER;         -- how often, in all places
ALTER TABLE mentions ADD COLUMN first_offset INTEGER;  -- where it first stands in the body, in characters from 0
ALTER TABLE mentions ADD COLUMN relevance INTEGER;     -- 0 to 100: how far the story is about it
ALTER TABLE mentions ADD COLUMN confidence REAL;       -- 0 to 1: how sure it is that it is meant

-- What a symbol is called: by the profile (no days), and by the market boards of the pages, from the first to the last day on which
-- they said so. Symbols change hands.
CREATE TABLE entities (
    symbol    TEXT NOT NULL,
    name      TEXT NOT NULL,
    from_day  TEXT,
    until_day TEXT,
    PRIMARY KEY (symbol, name)
) STRICT, WITHOUT ROWID;
INSERT INTO entities (symbol, name, from_day, until_day)
SELECT r.code, r.name, min(r.as_of), max(r.as_of)
  FROM board_rows r JOIN boards b ON b.id = r.board_id
 WHERE b.market = 1 AND r.as_of IS NOT NULL AND r.name <> r.code
 GROUP BY r.code, r.name;

-- Stories whose text was printed before, within seven days. containment: the share of the story's five-word shingles that the earlier
-- one has; jaccard: the shingles that both have, of those that either has.
--   reprint     the same text
--   edited      words were changed
--   cut         what is there stands in the earlier one, which is longer
--   extended    the earlier one stands in it
--   recombined  put together from several earlier ones; first_id is the one that most of it is from
CREATE TABLE copies (
    article_id  INTEGER PRIMARY KEY REFERENCES articles(id),
    first_id    INTEGER NOT NULL REFERENCES articles(id), -- the story that was first of all
    containment REAL NOT NULL,
    jaccard     REAL NOT NULL,
    hours       REAL,                                     -- after it; NULL: one of the moments is not known
    kind        TEXT NOT NULL CHECK (kind IN ('reprint', 'edited', 'cut', 'extended', 'recombined'))
) STRICT;
CREATE INDEX copies_first ON copies(first_id);

-- How new a story is to those who follow a company: nth is its number among the stories about it within 24 hours, novelty is 100, 75, 56
-- … by that number, staleness the greatest share of it that one of the ten stories before about the company has.
CREATE TABLE novelty (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    symbol     TEXT NOT NULL REFERENCES symbols(symbol),
    novelty    INTEGER NOT NULL,
    staleness  REAL NOT NULL,
    nth        INTEGER NOT NULL,
    PRIMARY KEY (article_id, symbol)
) STRICT, WITHOUT ROWID;

-- The sessions that a story may be of: where only its day is known, the first that may be meant and the last.
CREATE VIEW article_sessions AS
SELECT a.id AS article_id, a.phase, a.session,
       coalesce(a.session, (SELECT min(s.day) FROM sessions s WHERE a.published_on <= s.day)) AS session_earliest,
       coalesce(a.session, (SELECT min(s.day) FROM sessions s WHERE a.published_on < s.day)) AS session_latest
  FROM articles a
 WHERE a.published_on IS NOT NULL;

ALTER TABLE articles ADD COLUMN wire TEXT; -- the agency that byline, dateline or last line name

-- Stories whose names (0), or whose copies alone (1), are worked out at the end of the run; empty after it, unless it was interrupted.
CREATE TABLE unsettled (
    article_id INTEGER PRIMARY KEY,
    has_names  INTEGER NOT NULL DEFAULT 0 CHECK (has_names IN (0, 1))
) STRICT;
INSERT INTO unsettled (article_id) SELECT id FROM articles;
