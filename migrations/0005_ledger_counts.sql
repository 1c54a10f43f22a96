-- 0005: what the state of a page counts as in the ledger is said in one place.

-- The states of pages, and which count of day_readings each of them adds to. A new page adds to none.
CREATE VIEW state_counts AS
SELECT column1 AS state, column2 AS stored, column3 AS blocked, column4 AS missing, column5 AS failed
  FROM (VALUES ('new',         0, 0, 0, 0),
               ('stored',      1, 0, 0, 0),
               ('blocked',     0, 1, 0, 0),
               ('refused',     0, 1, 0, 0),
               ('missing',     0, 0, 1, 0),
               ('broken',      0, 0, 0, 1),
               ('throttled',   0, 0, 0, 1),
               ('not_article', 0, 0, 0, 1));

-- The counts of each reading, counted from its pages: what day_readings has to say. `verify` compares both, and
-- `verify --repair` copies these.
CREATE VIEW day_counts AS
SELECT r.id AS reading_id, r.day, r.source, count(d.page_id) AS listed,
       coalesce(sum(s.stored), 0) AS stored, coalesce(sum(s.blocked), 0) AS blocked,
       coalesce(sum(s.missing), 0) AS missing, coalesce(sum(s.failed), 0) AS failed, count(a.id) AS of_day
  FROM day_readings r
  LEFT JOIN day_pages d ON d.reading_id = r.id
  LEFT JOIN pages p ON p.id = d.page_id
  LEFT JOIN state_counts s ON s.state = p.state
  LEFT JOIN articles a ON a.id = d.page_id AND a.published_on = r.day
 GROUP BY r.id;

-- The triggers of 0001 that keep day_readings up, by the same words.
DROP TRIGGER day_pages_insert;
CREATE TRIGGER day_pages_insert AFTER INSERT ON day_pages BEGIN
    UPDATE day_readings
       SET listed  = day_readings.listed + 1,
           stored  = day_readings.stored + s.stored,
           blocked = day_readings.blocked + s.blocked,
           missing = day_readings.missing + s.missing,
           failed  = day_readings.failed + s.failed,
           of_day  = day_readings.of_day + (SELECT count(*) FROM articles a
                                             WHERE a.id = new.page_id AND a.published_on = day_readings.day)
      FROM pages p JOIN state_counts s ON s.state = p.state
     WHERE p.id = new.page_id AND day_readings.id = new.reading_id;
END;

DROP TRIGGER day_pages_delete;
CREATE TRIGGER day_pages_delete AFTER DELETE ON day_pages BEGIN
    UPDATE day_readings
       SET listed  = day_readings.listed - 1,
           stored  = day_readings.stored - s.stored,
           blocked = day_readings.blocked - s.blocked,
           missing = day_readings.missing - s.missing,
           failed  = day_readings.failed - s.failed,
           of_day  = day_readings.of_day - (SELECT count(*) FROM articles a
                                             WHERE a.id = old.page_id AND a.published_on = day_readings.day)
      FROM pages p JOIN state_counts s ON s.state = p.state
     WHERE p.id = old.page_id AND day_readings.id = old.reading_id;
END;

DROP TRIGGER day_pages_state;
CREATE TRIGGER day_pages_state AFTER UPDATE OF state ON pages WHEN old.state <> new.state BEGIN
    UPDATE day_readings
       SET stored  = day_readings.stored + is_now.stored - was.stored,
           blocked = day_readings.blocked + is_now.blocked - was.blocked,
           missing = day_readings.missing + is_now.missing - was.missing,
           failed  = day_readings.failed + is_now.failed - was.failed
      FROM state_counts was, state_counts is_now
     WHERE was.state = old.state AND is_now.state = new.state
       AND day_readings.id IN (SELECT reading_id FROM day_pages WHERE page_id = new.id);
END;
