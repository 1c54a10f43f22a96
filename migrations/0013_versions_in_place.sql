-- 0013: the views over all wordings look each one's neighbours up, instead of laying the wordings of the whole archive aside.

-- Only the sessions of some days are near a moment.
CREATE INDEX sessions_day ON sessions(day, closes_at);

-- Two clocks for each wording. valid_from and valid_to: when it was on the site, as far as it is known. known_from and known_to: when it
-- was the newest wording that this archive had; of one that came later than its successor, both are the same.
DROP VIEW articles_known;
CREATE VIEW articles_known AS
SELECT w.article_id, w.version, w.event_time, w.known_from, w.known_to,
       CASE WHEN w.version = 1 AND coalesce(julianday(w.event_time) <= julianday(w.seen_at), 1)
            THEN coalesce(w.event_time, w.seen_at) ELSE w.seen_at END AS valid_from,
       w.valid_to,
       w.version - 1 AS revision,
       w.is_latest,
       -- It came out of a file or a web archive, or more than a day after the day of publication.
       (SELECT c.source FROM captures c WHERE c.id = w.capture_id) IN ('wayback', 'warc', 'file')
           OR (w.version = 1 AND coalesce(julianday(w.published_on) + 2 < julianday(w.known_from), 1)) AS backfilled
  FROM (SELECT o.article_id,
               (SELECT 1 + count(*) FROM old_versions b
                 WHERE b.article_id = o.article_id
                   AND (coalesce(b.seen_at, ''), b.id) < (coalesce(o.seen_at, ''), o.id)) AS version,
               coalesce(a.published_at, a.published_on) AS event_time,
               o.known_at AS known_from,
               (SELECT min(k.known_at)
                  FROM (SELECT max(l.known_at, o.known_at) AS known_at FROM old_versions l
                         WHERE l.article_id = o.article_id
                           AND (coalesce(o.seen_at, ''), o.id) < (coalesce(l.seen_at, ''), l.id)
                        UNION ALL
                        SELECT max(a.known_at, o.known_at)) k) AS known_to,
               o.seen_at,
               -- The next wording, which may be today's.
               (SELECT k.seen_at
                  FROM (SELECT l.seen_at, coalesce(l.seen_at, '') AS place, l.id FROM old_versions l
                         WHERE l.article_id = o.article_id
                           AND (coalesce(o.seen_at, ''), o.id) < (coalesce(l.seen_at, ''), l.id)
                        UNION ALL
                        SELECT a.version_seen_at, NULL, NULL) k
                 ORDER BY k.place NULLS LAST, k.id LIMIT 1) AS valid_to,
               0 AS is_latest, a.published_on, o.capture_id
          FROM old_versions o JOIN articles a ON a.id = o.article_id
        UNION ALL
        SELECT a.id, a.version, coalesce(a.published_at, a.published_on), a.known_at, NULL, a.version_seen_at, a.gone_at,
               1, a.published_on, a.capture_id
          FROM articles a) w;

-- What the site changed in a story: which fields, how long after publication, and by how many words.
DROP VIEW revisions;
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
  JOIN articles a ON a.id = v.article_id
  -- The wording before it, which is never today's.
  JOIN old_versions b ON b.article_id = v.article_id
   AND v.version - 2 = (SELECT count(*) FROM old_versions p
                         WHERE p.article_id = b.article_id
                           AND (coalesce(p.seen_at, ''), p.id) < (coalesce(b.seen_at, ''), b.id))
 WHERE 1 < v.version AND v.cause = 'site';
