-- The rows of one ticker stand together in the index of days, too: what is written last stands at its end.
DROP INDEX quotes_day;
CREATE INDEX quotes_day ON quotes(day, captured_at, strip_id);

-- Segments of the full-text index are merged eight at a time: half as often as four.
INSERT INTO articles_fts(articles_fts, rank) VALUES ('automerge', 8);
-- What one transaction indexes is one segment, up to so many bytes.
INSERT INTO articles_fts(articles_fts, rank) VALUES ('hashsize', 8388608);
