//! Market boards and lists of most-read stories: equal ones in a row are kept once, each board and each list apart. What their
//! rows mean is decided by `extract`; they are read in `answers`.

use rusqlite::{Connection, params};

use crate::model::{Board, BoardRow, Captured, Decimal, MostRead};

use super::{
    series::{self, Links, Series, Showing, ShownMember},
    symbols,
};
use crate::store::{bodies::bytes::sha256, error::Result};

const BOARDS: Series = Series {
    table: "boards",
    name: "board",
    columns: "board, market, rows",
    rows: "board_rows",
    member: "board_id",
    row_columns: "position, code, name, as_of, unit, value, change, change_pct",
    links: Links::Table("capture_boards", "board_id"),
};

const LISTS: Series = Series {
    table: "most_read_lists",
    name: "window",
    columns: "window, rows",
    rows: "most_read_rows",
    member: "list_id",
    row_columns: "rank, title, host, site_id, url",
    links: Links::Table("capture_most_read", "list_id"),
};

/// One board or one list of a capture, ready to be kept.
struct ShownPart<'a> {
    name: &'a str,
    hash: String,
    rows: ShownRows<'a>,
}

enum ShownRows<'a> {
    Board(&'a Board),
    List(Vec<&'a MostRead>),
}

/// Keeps the boards and lists of a new capture.
pub(in crate::store) fn keep(
    conn: &Connection,
    capture: i64,
    captured: Captured,
    boards: &[Board],
    most_read: &[MostRead],
) -> Result<()> {
    let at = captured.to_string();
    for shown in of_boards(boards) {
        keep_one(conn, &BOARDS, capture, &at, &shown)?;
    }
    for shown in of_lists(most_read) {
        keep_one(conn, &LISTS, capture, &at, &shown)?;
    }
    Ok(())
}

/// Puts what a later reading made of a capture's boards and lists in their place. Returns whether they are others.
pub(in crate::store) fn reread(
    conn: &Connection,
    capture: i64,
    captured: Option<Captured>,
    boards: &[Board],
    most_read: &[MostRead],
) -> Result<bool> {
    let at = captured.map(|it| it.to_string());
    let of_boards = replace(conn, &BOARDS, capture, at.as_deref(), &of_boards(boards))?;
    let of_lists = replace(conn, &LISTS, capture, at.as_deref(), &of_lists(most_read))?;
    Ok(of_boards || of_lists)
}

/// Replaces what a capture shows of a series. Returns whether anything differs.
fn replace(
    conn: &Connection,
    series: &Series,
    capture: i64,
    at: Option<&str>,
    found: &[ShownPart<'_>],
) -> Result<bool> {
    let before = series::shown(conn, series, capture)?;
    // What nothing dates is not kept.
    let found = if at.is_some() { found } else { &[] };
    let is_same = |member: &ShownMember, shown: &ShownPart<'_>| {
        member.name == shown.name && member.hash == shown.hash
    };
    let mut differs = false;
    for member in before.iter().filter(|member| !found.iter().any(|it| is_same(member, it))) {
        series::withdraw(conn, series, capture, member.id)?;
        differs = true;
    }
    for shown in found {
        if let Some(member) = before.iter().find(|it| is_same(it, shown)) {
            refill(conn, member, shown)?;
        } else {
            keep_one(conn, series, capture, at.unwrap_or_default(), shown)?;
            differs = true;
        }
    }
    Ok(differs)
}

fn keep_one(
    conn: &Connection,
    series: &Series,
    capture: i64,
    at: &str,
    shown: &ShownPart<'_>,
) -> Result<()> {
    let ShownPart { name, hash, rows } = shown;
    let showing = Showing { capture, at, name, hash };
    series::keep(conn, series, &showing, || match rows {
        ShownRows::Board(board) => insert_board(conn, board, hash, at),
        ShownRows::List(rows) => insert_list(conn, name, rows, hash, at),
    })?;
    Ok(())
}

fn insert_board(conn: &Connection, board: &Board, hash: &str, at: &str) -> Result<i64> {
    let Board { name, is_market, rows } = board;
    conn.prepare_cached(
        "INSERT INTO boards (board, market, captured_at, last_captured_at, rows, captures, hash)
         VALUES (?1, ?2, ?3, ?3, ?4, 1, ?5)",
    )?
    .execute(params![name, is_market, at, rows.len(), hash])?;
    let id = conn.last_insert_rowid();
    insert_board_rows(conn, id, rows)?;
    symbols::learn(conn, board)?;
    Ok(id)
}

fn insert_board_rows(conn: &Connection, id: i64, rows: &[BoardRow]) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO board_rows (board_id, position, code, name, as_of, unit, value, change, change_pct)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (position, row) in rows.iter().enumerate() {
        let BoardRow { code, name, company: _, as_of, unit, value, change, change_pct } = row;
        insert.execute(params![
            id,
            position,
            code,
            name,
            as_of.map(|it| it.to_string()),
            unit.code(),
            value.to_f64(),
            change.map(Decimal::to_f64),
            change_pct.map(Decimal::to_f64),
        ])?;
    }
    Ok(())
}

fn insert_list(
    conn: &Connection,
    window: &str,
    rows: &[&MostRead],
    hash: &str,
    at: &str,
) -> Result<i64> {
    conn.prepare_cached(
        "INSERT INTO most_read_lists (window, captured_at, last_captured_at, rows, captures, hash)
         VALUES (?1, ?2, ?2, ?3, 1, ?4)",
    )?
    .execute(params![window, at, rows.len(), hash])?;
    let id = conn.last_insert_rowid();
    insert_list_rows(conn, id, rows)?;
    Ok(id)
}

fn insert_list_rows(conn: &Connection, id: i64, rows: &[&MostRead]) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO most_read_rows (list_id, rank, title, host, site_id, url) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for MostRead { window: _, rank, title, url, target } in rows {
        let (host, site_id) = target.as_ref().map(|it| (&it.host, &it.id)).unzip();
        insert.execute(params![id, rank, title, host, site_id, url])?;
    }
    Ok(())
}

/// Gives a board or list its rows again where it has none left: `verify --repair` takes away those that are not what was stored.
fn refill(conn: &Connection, member: &ShownMember, shown: &ShownPart<'_>) -> Result<()> {
    let sql = match shown.rows {
        ShownRows::Board(_) => "SELECT EXISTS (SELECT 1 FROM board_rows WHERE board_id = ?1)",
        ShownRows::List(_) => "SELECT EXISTS (SELECT 1 FROM most_read_rows WHERE list_id = ?1)",
    };
    let has_rows: bool = conn.prepare_cached(sql)?.query_row([member.id], |row| row.get(0))?;
    match &shown.rows {
        _ if has_rows => Ok(()),
        ShownRows::Board(board) => insert_board_rows(conn, member.id, &board.rows),
        ShownRows::List(rows) => insert_list_rows(conn, member.id, rows),
    }
}

fn of_boards(boards: &[Board]) -> Vec<ShownPart<'_>> {
    let mut shown = Vec::new();
    for board in boards.iter().filter(|board| !board.rows.is_empty()) {
        shown.push(ShownPart {
            name: &board.name,
            hash: board_hash(board),
            rows: ShownRows::Board(board),
        });
    }
    shown
}

/// Returns the lists of a capture: the stories of one period after the other.
fn of_lists(most_read: &[MostRead]) -> Vec<ShownPart<'_>> {
    let mut windows: Vec<&str> = Vec::new();
    for story in most_read {
        if !windows.contains(&story.window.as_str()) {
            windows.push(&story.window);
        }
    }
    let shown = |window| {
        let rows: Vec<&MostRead> = most_read.iter().filter(|it| it.window == window).collect();
        ShownPart { name: window, hash: list_hash(&rows), rows: ShownRows::List(rows) }
    };
    windows.into_iter().map(shown).collect()
}

fn board_hash(board: &Board) -> String {
    let Board { name: _, is_market, rows } = board;
    let mut text = is_market.to_string();
    for BoardRow { code, name, company: _, as_of, unit, value, change, change_pct } in rows {
        let row = [
            code,
            name.as_deref().unwrap_or_default(),
            &as_of.map(|it| it.to_string()).unwrap_or_default(),
            unit.code(),
            &value.to_string(),
            &change.map(|it| it.to_string()).unwrap_or_default(),
            &change_pct.map(|it| it.to_string()).unwrap_or_default(),
        ]
        .join("\t");
        text.push('\n');
        text.push_str(&row);
    }
    sha256(text.as_bytes())
}

fn list_hash(rows: &[&MostRead]) -> String {
    let line = |row: &&MostRead| format!("{}\t{}\t{}", row.rank, row.title, row.url);
    sha256(rows.iter().map(line).collect::<Vec<_>>().join("\n").as_bytes())
}
