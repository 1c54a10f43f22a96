//! What is asked for the rows of an export: the columns of each table in their order, and what of it was known at a moment.
//! Parameters are 1 and 2 the days, 3 the section, 4 the moment, 5 the last day that was over then.

use crate::model::WhoseClock;

/// What can be exported as rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Articles.
    Articles,
    /// Quotes.
    Quotes,
    /// Related stories.
    Links,
    /// Market boards.
    Boards,
    /// Lists of most-read stories.
    MostRead,
    /// Which companies and indices stories name.
    Mentions,
    /// Stories whose text was printed before.
    Copies,
    /// Pictures of articles.
    Images,
    /// Sessions of the exchange.
    Sessions,
}

const OF_ARTICLE: &str =
    "(?1 IS NULL OR a.published_on BETWEEN ?1 AND ?2) AND (?3 IS NULL OR a.section = ?3 COLLATE NOCASE)";

/// Lists of an article, each as a JSON array in its order.
const LISTS: &str = "
           a.authors,
           (SELECT json_group_array(tag) FROM (SELECT tag FROM tags t WHERE t.article_id = a.id ORDER BY position)) AS tags,
           (SELECT json_group_array(symbol)
              FROM (SELECT symbol FROM mentions m WHERE m.article_id = a.id ORDER BY symbol)) AS symbols";

pub(super) const BEST_RANK: &str =
    "(SELECT min(r.rank) FROM most_read_rows r WHERE r.site_id = a.site_id AND r.host = a.host)";

/// Returns the query for the rows of a table; with a clock, of what was known at a moment on it.
pub(super) fn of(table: Table, clock: Option<WhoseClock>) -> String {
    match (table, clock) {
        (Table::Articles, None) => articles(),
        (Table::Articles, Some(clock)) => articles_as_of(clock),
        (Table::Quotes, None) => QUOTES.to_owned(),
        (Table::Quotes, Some(clock)) => quotes_as_of(clock),
        (Table::Links, _) => links(),
        (Table::Boards, None) => BOARDS.to_owned(),
        (Table::Boards, Some(clock)) => boards_as_of(clock),
        (Table::MostRead, _) => MOST_READ.to_owned(),
        (Table::Mentions, clock) => mentions(clock),
        (Table::Copies, _) => copies(),
        (Table::Images, _) => images(),
        (Table::Sessions, _) => SESSIONS.to_owned(),
    }
}

/// Returns the query that counts the rows of a table.
pub(super) fn count(table: Table, clock: Option<WhoseClock>) -> String {
    let counted = match (table, clock) {
        (Table::Articles, None) => format!("articles a WHERE {OF_ARTICLE}"),
        (Table::Quotes, None) => {
            "quotes WHERE (?1 IS NULL OR day BETWEEN ?1 AND ?2) AND ?3 IS NULL".to_owned()
        }
        (Table::Links, None) => {
            format!("articles a JOIN article_links l ON l.article_id = a.id WHERE {OF_ARTICLE}")
        }
        (Table::Mentions, None) => {
            format!("articles a JOIN mentions m ON m.article_id = a.id WHERE {OF_ARTICLE}")
        }
        (Table::Boards, None) => {
            "board_rows WHERE (?1 IS NULL OR as_of BETWEEN ?1 AND ?2) AND ?3 IS NULL".to_owned()
        }
        (Table::Copies, None) => {
            format!("articles a JOIN copies c ON c.article_id = a.id WHERE {OF_ARTICLE}")
        }
        (Table::Images, None) => format!(
            "articles a JOIN versions v ON v.article_id = a.id JOIN story_images s ON s.capture_id = v.capture_id WHERE {OF_ARTICLE}"
        ),
        // The days of lists are those of their captures, which only their query finds.
        (Table::MostRead | Table::Sessions, _) | (_, Some(_)) => format!("({})", of(table, clock)),
    };
    format!("SELECT count(*) FROM {counted}")
}

fn articles() -> String {
    format!(
        "SELECT a.id, a.host, a.site_id, a.url, a.published_on, a.published_at, a.updated_at, a.section, a.headline, a.byline,
                a.dateline, a.summary, a.body, a.word_count, a.version, a.content_hash, a.first_seen_at, a.last_checked_at,
                a.gone_at, {LISTS},
                (SELECT c.captured_at FROM captures c WHERE c.id = a.capture_id) AS captured_at, a.known_at AS known_from,
                {BEST_RANK} AS best_rank,
                a.session, a.phase, a.wire
           FROM articles a
          WHERE {OF_ARTICLE}
          ORDER BY a.published_on, a.published_at, a.id"
    )
}

/// Returns the query for articles as they were known at a moment. Fields that carry a later moment of their own are NULL. Section,
/// dateline, authors, tags, symbols and the day have no versions: they are today's.
fn articles_as_of(clock: WhoseClock) -> String {
    let (known, newer) = (is_known(clock, "k"), is_known(clock, "n"));
    let was_read = has_capture(
        clock,
        "capture_most_read l JOIN captures c ON c.id = l.capture_id WHERE l.list_id = r.list_id",
    );
    format!(
        "SELECT a.id, a.host, a.site_id, a.url, a.published_on, a.published_at,
                CASE WHEN unixepoch(a.updated_at) <= unixepoch(?4) THEN a.updated_at END AS updated_at,
                a.section, k.headline, k.byline, a.dateline, k.summary, k.body, a.word_count,
                (SELECT count(*) FROM versions n
                  WHERE n.article_id = a.id AND n.version <= k.version AND {newer}) AS version,
                k.content_hash, a.first_seen_at,
                CASE WHEN a.last_checked_at <= ?4 THEN a.last_checked_at END AS last_checked_at,
                CASE WHEN a.gone_at <= ?4 THEN a.gone_at END AS gone_at, {LISTS},
                (SELECT c.captured_at FROM captures c WHERE c.id = k.capture_id) AS captured_at, k.known_at AS known_from,
                (SELECT min(r.rank) FROM most_read_rows r
                  WHERE r.site_id = a.site_id AND r.host = a.host AND {was_read}) AS best_rank,
                a.session, a.phase, a.wire
           FROM articles a JOIN versions k ON k.article_id = a.id
          WHERE {OF_ARTICLE} AND {known}
            AND NOT EXISTS (SELECT 1 FROM versions n WHERE n.article_id = a.id AND k.version < n.version AND {newer})
          ORDER BY a.published_on, a.published_at, a.id"
    )
}

/// Whether a wording was known. On the clock of the site it counts from the capture that showed it first, and the first wording from
/// publication if that was earlier.
fn is_known(clock: WhoseClock, wording: &str) -> String {
    match clock {
        WhoseClock::Archive => format!("{wording}.known_at <= ?4"),
        WhoseClock::Site => {
            let seen = is_past(&format!("{wording}.seen_at"));
            let published = is_past("coalesce(a.published_at, a.published_on)");
            format!("({seen} OR ({wording}.version = 1 AND {published}))")
        }
    }
}

/// Whether a text of a moment or of a day is past.
fn is_past(text: &str) -> String {
    format!(
        "CASE WHEN length({text}) = 10 THEN {text} <= ?5 ELSE unixepoch({text}) <= unixepoch(?4) END"
    )
}

/// Whether a capture `c` was known.
fn is_known_capture(clock: WhoseClock) -> String {
    match clock {
        WhoseClock::Archive => "c.fetched_at <= ?4".to_owned(),
        WhoseClock::Site => is_past("c.captured_at"),
    }
}

/// Whether there is a capture `c` that was known.
fn has_capture(clock: WhoseClock, captures: &str) -> String {
    format!("EXISTS (SELECT 1 FROM {captures} AND {})", is_known_capture(clock))
}

const QUOTES: &str = "
    SELECT day, captured_at, symbol, kind, price, change, change_pct, direction, suspect, strip_id
      FROM quotes
     WHERE (?1 IS NULL OR day BETWEEN ?1 AND ?2) AND ?3 IS NULL
     ORDER BY day, symbol, captured_at";

/// A ticker is kept once for all captures in a row that have it. Which are in a row depends on the captures that were known: one that came
/// later may stand between two others now.
fn quotes_as_of(clock: WhoseClock) -> String {
    let shown = shown("strips s JOIN captures c ON c.strip_id = s.id", "s", "1", clock);
    format!(
        "WITH {shown}
         SELECT q.day, w.first_at AS captured_at, q.symbol, q.kind, q.price, q.change, q.change_pct, q.direction, q.suspect,
                q.strip_id
           FROM quotes q JOIN shown w ON w.id = q.strip_id
          WHERE (?1 IS NULL OR q.day BETWEEN ?1 AND ?2) AND ?3 IS NULL
          ORDER BY q.day, q.symbol, w.first_at"
    )
}

/// Returns the table expressions that end in `shown`: the id of each row of a series whose captures were known, with the first and last
/// time that it was shown; equal rows that follow each other appear once. `of` is the alias of the series' table in `captures`, and
/// `apart` the expression that tells several series apart.
fn shown(captures: &str, of: &str, apart: &str, clock: WhoseClock) -> String {
    let is_known = is_known_capture(clock);
    format!(
        "known AS (
             SELECT {of}.id, {of}.hash, {apart} AS apart, coalesce(min(c.captured_at), {of}.captured_at) AS first_at,
                    coalesce(max(c.captured_at), {of}.last_captured_at) AS last_at
               FROM {captures} WHERE {is_known} GROUP BY {of}.id),
         numbered AS (
             SELECT *, lag(hash) OVER (PARTITION BY apart ORDER BY first_at, id) IS NOT hash AS begins FROM known),
         shown AS (SELECT id, first_at, last_at FROM numbered WHERE begins)"
    )
}

fn links() -> String {
    format!(
        "SELECT a.published_on, l.article_id, l.position, l.placement, l.title, l.url, l.target_id
           FROM articles a CROSS JOIN links l ON l.article_id = a.id
          WHERE {OF_ARTICLE}
          ORDER BY a.published_on, a.published_at, a.id, l.position"
    )
}

const BOARDS: &str = "
    SELECT r.as_of, b.board, r.code, r.name, r.unit, r.value, r.change, r.change_pct, b.captured_at, b.last_captured_at,
           b.id AS board_id
      FROM boards b JOIN board_rows r ON r.board_id = b.id
     WHERE (?1 IS NULL OR r.as_of BETWEEN ?1 AND ?2) AND ?3 IS NULL
     ORDER BY r.as_of, b.captured_at, b.id, r.position";

/// Returns the query for rows of boards as they were known at a moment. Equal captures in a row are one, as with tickers, each board on its
/// own.
fn boards_as_of(clock: WhoseClock) -> String {
    let captures =
        "boards b JOIN capture_boards m ON m.board_id = b.id JOIN captures c ON c.id = m.capture_id";
    let shown = shown(captures, "b", "b.board", clock);
    format!(
        "WITH {shown}
         SELECT r.as_of, b.board, r.code, r.name, r.unit, r.value, r.change, r.change_pct, w.first_at AS captured_at,
                w.last_at AS last_captured_at, b.id AS board_id
           FROM shown w JOIN boards b ON b.id = w.id JOIN board_rows r ON r.board_id = b.id
          WHERE (?1 IS NULL OR r.as_of BETWEEN ?1 AND ?2) AND ?3 IS NULL
          ORDER BY r.as_of, w.first_at, b.id, r.position"
    )
}

fn mentions(clock: Option<WhoseClock>) -> String {
    let known = clock.map_or("1".to_owned(), |it| {
        format!("EXISTS (SELECT 1 FROM versions k WHERE k.article_id = a.id AND {})", is_known(it, "k"))
    });
    format!(
        "SELECT a.published_on, m.article_id, m.symbol, m.matched, m.rule, m.place, m.times, m.first_offset, m.relevance,
                m.confidence, n.novelty, n.staleness, n.nth
           FROM articles a CROSS JOIN mentions m ON m.article_id = a.id
                LEFT JOIN novelty n ON n.article_id = m.article_id AND n.symbol = m.symbol
          WHERE {OF_ARTICLE} AND {known}
          ORDER BY a.published_on, a.published_at, a.id, m.symbol"
    )
}

fn copies() -> String {
    format!(
        "SELECT a.published_on, c.article_id, c.first_id, c.containment, c.jaccard, c.hours, c.kind
           FROM articles a CROSS JOIN copies c ON c.article_id = a.id
          WHERE {OF_ARTICLE}
          ORDER BY a.published_on, a.published_at, a.id"
    )
}

fn images() -> String {
    format!(
        "SELECT a.published_on, m.article_id, m.version, m.position, m.url, m.caption, m.credit, m.state, m.reason, i.sha256,
                i.type, i.bytes, i.width, i.height, i.first_seen_at
           FROM articles a CROSS JOIN article_images m ON m.article_id = a.id
                LEFT JOIN images i ON i.id = m.image_id
          WHERE {OF_ARTICLE}
          ORDER BY a.published_on, a.published_at, a.id, m.version, m.position"
    )
}

const SESSIONS: &str = "
    SELECT day, exchange, opens_at, closes_at, source FROM sessions
     WHERE (?1 IS NULL OR day BETWEEN ?1 AND ?2) AND ?3 IS NULL
     ORDER BY day, exchange";

const MOST_READ: &str = "
    SELECT (SELECT c.day FROM capture_most_read m JOIN captures c ON c.id = m.capture_id
             WHERE m.list_id = l.id ORDER BY c.captured_at LIMIT 1) AS day,
           l.captured_at, l.last_captured_at, l.window, r.rank, r.title, r.host, r.site_id, r.url, l.id AS list_id
      FROM most_read_lists l JOIN most_read_rows r ON r.list_id = l.id
     WHERE (?1 IS NULL OR day BETWEEN ?1 AND ?2) AND ?3 IS NULL
     ORDER BY l.captured_at, l.id, r.rank";
