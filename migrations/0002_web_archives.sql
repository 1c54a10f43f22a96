-- Pages the site does not give, and when a web archive was asked for them. See site.web_archives, offered.
CREATE TABLE offers (
    page_id  INTEGER NOT NULL REFERENCES pages(id),
    archive  TEXT NOT NULL,                   -- its name in site.web_archives
    asked_at TEXT NOT NULL,                   -- the last time
    captures INTEGER NOT NULL,                -- how many it had
    PRIMARY KEY (page_id, archive)
) STRICT, WITHOUT ROWID;

-- What was said around the bytes of a capture: header lines, `name: value`, each with a line end.
CREATE TABLE capture_heads (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    protocol   TEXT NOT NULL,                 -- http/1.0, http/1.1, h2
    request    TEXT,                          -- ours; NULL where somebody else asked
    response   TEXT NOT NULL                  -- the site's, but for codings, lengths and cookies
) STRICT;
