-- 0012: a story that links to the page of a company names it. From here on the rows of the full-text index have checksums, too.

DROP VIEW session_stories;
CREATE TABLE mentions_new (
    article_id   INTEGER NOT NULL REFERENCES articles(id),
    symbol       TEXT NOT NULL REFERENCES symbols(symbol),
    matched      TEXT,                        -- the text that was found, where it is surest
    rule         TEXT CHECK (rule IN ('symbol', 'name', 'tag', 'company_page')),
    place        TEXT                         -- the best place; NULL: only a tag or an address says it
        CHECK (place IN ('headline', 'summary', 'first_paragraph', 'body', 'table')),
    times        INTEGER,                     -- how often, in all places
    first_offset INTEGER,                     -- where it first stands in the body, in characters from 0
    relevance    INTEGER,                     -- 0 to 100: how far the story is about it
    confidence   REAL,                        -- 0 to 1: how sure it is that it is meant
    PRIMARY KEY (article_id, symbol)
) STRICT, WITHOUT ROWID;
INSERT INTO mentions_new (article_id, symbol, matched, rule, place, times, first_offset, relevance, confidence)
SELECT article_id, symbol, matched, rule, place, times, first_offset, relevance, confidence FROM mentions;
DROP TABLE mentions;
ALTER TABLE mentions_new RENAME TO mentions;
CREATE INDEX mentions_symbol ON mentions(symbol, article_id);

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
