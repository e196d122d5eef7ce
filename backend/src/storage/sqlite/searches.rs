//! What was looked for in the articles, and what was not found.

use rusqlite::{Connection, Row};
use shared::{
    id::{ConversationId, Seq},
    time::Timestamp,
};

use super::convert::parsed;
use crate::storage::{
    StoreError,
    rows::{AskedInVain, SearchRow},
};

/// A search in vain, unless the same was found with more words in the same turn, or it only says
/// with more words what was asked in vain before.
const IN_VAIN: &str = "
    SELECT c.id, s.seq, s.at, s.query FROM searches s JOIN conversations c ON c.n = s.conversation
    WHERE s.found = 0
      AND NOT EXISTS (
        SELECT 1 FROM searches o
        WHERE o.conversation = s.conversation AND o.turn = s.turn
          AND (o.seq > s.seq AND o.found = 1 AND instr(o.query, s.query) > 0
            OR o.seq < s.seq AND o.found = 0 AND instr(s.query, o.query) > 0))
      AND NOT EXISTS (
        SELECT 1 FROM searches_dismissed d WHERE d.conversation = c.id AND d.seq = s.seq)
    ORDER BY s.at DESC, s.conversation DESC, s.seq DESC LIMIT ?";

pub(super) fn put(conn: &Connection, n: i64, search: &SearchRow) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO searches (conversation, seq, turn, at, query, found)
               VALUES (?, ?, ?, ?, ?, ?)";
    let SearchRow { seq, turn, at, query, found } = search;
    conn.prepare_cached(sql)?.execute((n, seq, turn, at.0, query, found))?;
    Ok(())
}

/// Puts `searches` in the place of what is held of a conversation.
pub(super) fn replace(
    conn: &Connection,
    id: &ConversationId,
    searches: &[SearchRow],
) -> Result<(), StoreError> {
    let n: i64 = conn
        .prepare_cached("SELECT n FROM conversations WHERE id = ?")?
        .query_row([id.as_str()], |row| row.get(0))?;
    conn.prepare_cached("DELETE FROM searches WHERE conversation = ?")?.execute([n])?;
    searches.iter().try_for_each(|search| put(conn, n, search))
}

pub(super) fn of(conn: &Connection, id: &ConversationId) -> Result<Vec<SearchRow>, StoreError> {
    let sql = "SELECT seq, turn, at, query, found FROM searches
               WHERE conversation = (SELECT n FROM conversations WHERE id = ?) ORDER BY seq";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_map([id.as_str()], |row| {
        Ok(SearchRow {
            seq: row.get(0)?,
            turn: row.get(1)?,
            at: Timestamp(row.get(2)?),
            query: row.get(3)?,
            found: row.get(4)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn in_vain(conn: &Connection, limit: usize) -> Result<Vec<AskedInVain>, StoreError> {
    let mut statement = conn.prepare_cached(IN_VAIN)?;
    let asked = |row: &Row<'_>| {
        Ok(AskedInVain {
            conversation: parsed(row, 0)?,
            seq: row.get(1)?,
            at: Timestamp(row.get(2)?),
            question: row.get(3)?,
        })
    };
    let found = statement.query_map([limit], asked)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn dismiss(
    conn: &Connection,
    asked: &[(ConversationId, Seq)],
) -> Result<bool, StoreError> {
    let sql = "INSERT OR IGNORE INTO searches_dismissed (conversation, seq)
               SELECT c.id, s.seq FROM searches s JOIN conversations c ON c.n = s.conversation
               WHERE c.id = ? AND s.seq = ?";
    let mut statement = conn.prepare_cached(sql)?;
    let mut done = false;
    for (conversation, seq) in asked {
        done |= statement.execute((conversation.as_str(), seq))? > 0;
    }
    Ok(done)
}
