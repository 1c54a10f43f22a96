-- 0010: the pictures of the stories, where their owner wants them (`archive.keep_images`).

-- A picture, once, whatever its addresses: it is known by its bytes.
CREATE TABLE images (
    id            INTEGER PRIMARY KEY,
    sha256        TEXT NOT NULL UNIQUE,
    bytes         INTEGER NOT NULL,
    type          TEXT NOT NULL,              -- the media type, told by the bytes: 'image/jpeg'
    width         INTEGER,                    -- in pixels; NULL: a drawing (SVG) that says none
    height        INTEGER,
    first_seen_at TEXT NOT NULL               -- when this archive first stored it
) STRICT;

-- The bytes, apart from what is asked about them: whoever looks at `images` reads none of them. `sha256` above is theirs.
CREATE TABLE image_bytes (
    image_id INTEGER PRIMARY KEY REFERENCES images(id),
    data     BLOB NOT NULL
) STRICT;

-- Where pictures are asked for, and what became of it: the queue of pictures.
CREATE TABLE image_addresses (
    id            INTEGER PRIMARY KEY,
    url           TEXT NOT NULL,
    source        TEXT NOT NULL CHECK (source IN ('live', 'wayback')), -- whom it is asked of: its own host, or a web archive
    wanted_on     TEXT NOT NULL DEFAULT '',   -- of a web archive: the day of the page; '' of its own host
    host          TEXT NOT NULL,              -- its lane
    state         TEXT NOT NULL DEFAULT 'new'
                  CHECK (state IN ('new', 'stored', 'missing', 'blocked', 'throttled', 'broken', 'refused', 'too_large', 'not_image')),
    reason        TEXT,
    failures      INTEGER NOT NULL DEFAULT 0,
    visited_at    TEXT,
    due_at        TEXT,                       -- NULL: never
    bytes         INTEGER NOT NULL DEFAULT 0, -- that came at the last visit
    etag          TEXT,
    last_modified TEXT,
    image_id      INTEGER REFERENCES images(id), -- what it showed last
    UNIQUE (url, source, wanted_on)
) STRICT;
CREATE INDEX image_addresses_due ON image_addresses(source, host, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX image_addresses_visited ON image_addresses(visited_at) WHERE visited_at IS NOT NULL;
CREATE INDEX image_addresses_image ON image_addresses(image_id) WHERE image_id IS NOT NULL;

-- What an address showed, and when. The same picture at another time is another row.
CREATE TABLE image_captures (
    id           INTEGER PRIMARY KEY,
    address_id   INTEGER NOT NULL REFERENCES image_addresses(id),
    image_id     INTEGER NOT NULL REFERENCES images(id),
    captured_at  TEXT,                        -- as that of a page; NULL: nothing says so
    fetched_at   TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source IN ('live', 'feed', 'wayback', 'warc', 'file')),
    status       INTEGER,
    content_type TEXT                         -- as the server said it, whatever the bytes are
) STRICT;
CREATE UNIQUE INDEX image_captures_once ON image_captures(address_id, coalesce(captured_at, ''), image_id);
CREATE INDEX image_captures_image ON image_captures(image_id);

-- The pictures that a wording had, by the capture it was read from.
CREATE TABLE story_images (
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    position   INTEGER NOT NULL,
    address_id INTEGER NOT NULL REFERENCES image_addresses(id),
    image_id   INTEGER REFERENCES images(id), -- NULL: it is not here yet
    block_url  TEXT,                          -- the address in `blocks.url`; NULL: only the metadata names the picture
    width      INTEGER,                       -- as the page says
    height     INTEGER,
    caption    TEXT,
    credit     TEXT,
    PRIMARY KEY (capture_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_images_address ON story_images(address_id);
CREATE INDEX story_images_image ON story_images(image_id) WHERE image_id IS NOT NULL;

-- The pictures of every wording of every story. state: 'stored', or what has become of its address; reason: why.
CREATE VIEW article_images AS
SELECT v.article_id, v.version, s.position, s.image_id, a.url, s.caption, s.credit,
       CASE WHEN s.image_id IS NOT NULL THEN 'stored' WHEN a.state = 'stored' THEN 'new' ELSE a.state END AS state,
       CASE WHEN s.image_id IS NULL THEN a.reason END AS reason,
       s.block_url, s.width, s.height
  FROM story_images s
  JOIN image_addresses a ON a.id = s.address_id
  JOIN captures c ON c.id = s.capture_id
  JOIN versions v ON v.article_id = c.article_id AND v.capture_id = s.capture_id;
