-- 0005: what the state of a page counts as in the ledger is said in one place.

-- Which count of day_readings a page adds to, by its state. A new page adds to none.
CREATE VIEW page_counts AS
SELECT id AS page_id,
       state = 'stored' AS stored,
       state IN ('blocked', 'refused') AS blocked,
       state = 'missing' AS missing,
       state IN ('broken', 'throttled', 'not_article') AS failed
  FROM pages;

-- The counts of each reading, counted from its pages: what day_readings has to say. `verify` compares both, and
-- `verify --repair` copies these.
CREATE VIEW day_counts AS
SELECT r.id AS reading_id, r.day, r.source, count(d.page_id) AS listed,
       coalesce(sum(c.stored), 0) AS stored, coalesce(sum(c.blocked), 0) AS blocked,
       coalesce(sum(c.missing), 0) AS missing, coalesce(sum(c.failed), 0) AS failed, count(a.id) AS of_day
  FROM day_readings r
  LEFT JOIN day_pages d ON d.reading_id = r.id
  LEFT JOIN page_counts c ON c.page_id = d.page_id
  LEFT JOIN articles a ON a.id = d.page_id AND a.published_on = r.day
 GROUP BY r.id;

-- The triggers of 0001 that keep day_readings up, by the same words.
DROP TRIGGER day_pages_insert;
CREATE TRIGGER day_pages_insert AFTER INSERT ON day_pages BEGIN
    UPDATE day_readings
       SET listed  = day_readings.listed + 1,
           stored  = day_readings.stored + c.stored,
           blocked = day_readings.blocked + c.blocked,
           missing = day_readings.missing + c.missing,
           failed  = day_readings.failed + c.failed,
           of_day  = day_readings.of_day + (SELECT count(*) FROM articles a
                                             WHERE a.id = new.page_id AND a.published_on = day_readings.day)
      FROM page_counts c
     WHERE c.page_id = new.page_id AND day_readings.id = new.reading_id;
END;

DROP TRIGGER day_pages_delete;
CREATE TRIGGER day_pages_delete AFTER DELETE ON day_pages BEGIN
    UPDATE day_readings
       SET listed  = day_readings.listed - 1,
           stored  = day_readings.stored - c.stored,
           blocked = day_readings.blocked - c.blocked,
           missing = day_readings.missing - c.missing,
           failed  = day_readings.failed - c.failed,
           of_day  = day_readings.of_day - (SELECT count(*) FROM articles a
                                             WHERE a.id = old.page_id AND a.published_on = day_readings.day)
      FROM page_counts c
     WHERE c.page_id = old.page_id AND day_readings.id = old.reading_id;
END;

-- A page that changes its state is taken out of the counts while the view shows its old state, and put in again when
-- the view shows the new one.
CREATE TRIGGER day_pages_state_before BEFORE UPDATE OF state ON pages WHEN old.state <> new.state BEGIN
    UPDATE day_readings
       SET stored  = day_readings.stored - c.stored,
           blocked = day_readings.blocked - c.blocked,
           missing = day_readings.missing - c.missing,
           failed  = day_readings.failed - c.failed
      FROM page_counts c
     WHERE c.page_id = old.id AND day_readings.id IN (SELECT reading_id FROM day_pages WHERE page_id = old.id);
END;
DROP TRIGGER day_pages_state;
CREATE TRIGGER day_pages_state AFTER UPDATE OF state ON pages WHEN old.state <> new.state BEGIN
    UPDATE day_readings
       SET stored  = day_readings.stored + c.stored,
           blocked = day_readings.blocked + c.blocked,
           missing = day_readings.missing + c.missing,
           failed  = day_readings.failed + c.failed
      FROM page_counts c
     WHERE c.page_id = new.id AND day_readings.id IN (SELECT reading_id FROM day_pages WHERE page_id = new.id);
END;
