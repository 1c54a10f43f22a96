-- What articles_fts does not follow yet: within a transaction of tearsheet that stores many articles, their words are
-- indexed together at its end. Row 0 says that changes are collected; whoever looks from outside finds no row at all.
CREATE TABLE unindexed (
    id         INTEGER PRIMARY KEY,           -- of an article
    is_indexed INTEGER NOT NULL CHECK (is_indexed IN (0, 1)), -- 1: articles_fts has the wording beside
    headline   TEXT,
    summary    TEXT,
    body       TEXT,
    byline     TEXT
) STRICT;

DROP TRIGGER articles_fts_insert;
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles WHEN NOT EXISTS (SELECT 1 FROM unindexed) BEGIN
    INSERT INTO articles_fts(rowid, headline, summary, body, byline)
    VALUES (new.id, new.headline, new.summary, new.body, new.byline);
END;
CREATE TRIGGER articles_fts_insert_later AFTER INSERT ON articles WHEN EXISTS (SELECT 1 FROM unindexed) BEGIN
    INSERT OR IGNORE INTO unindexed (id, is_indexed) VALUES (new.id, 0);
END;

DROP TRIGGER articles_fts_delete;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles WHEN NOT EXISTS (SELECT 1 FROM unindexed) BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, headline, summary, body, byline)
    VALUES ('delete', old.id, old.headline, old.summary, old.body, old.byline);
END;
CREATE TRIGGER articles_fts_delete_later AFTER DELETE ON articles WHEN EXISTS (SELECT 1 FROM unindexed) BEGIN
    INSERT OR IGNORE INTO unindexed (id, is_indexed, headline, summary, body, byline)
    VALUES (old.id, 1, old.headline, old.summary, old.body, old.byline);
END;

DROP TRIGGER articles_fts_update;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF headline, summary, body, byline ON articles
    WHEN NOT EXISTS (SELECT 1 FROM unindexed) BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, headline, summary, body, byline)
    VALUES ('delete', old.id, old.headline, old.summary, old.body, old.byline);
    INSERT INTO articles_fts(rowid, headline, summary, body, byline)
    VALUES (new.id, new.headline, new.summary, new.body, new.byline);
END;
CREATE TRIGGER articles_fts_update_later AFTER UPDATE OF headline, summary, body, byline ON articles
    WHEN EXISTS (SELECT 1 FROM unindexed) BEGIN
    INSERT OR IGNORE INTO unindexed (id, is_indexed, headline, summary, body, byline)
    VALUES (old.id, 1, old.headline, old.summary, old.body, old.byline);
END;
