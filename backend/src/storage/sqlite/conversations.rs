//! Conversations, read.

use rusqlite::{Connection, OptionalExtension, Row};
use shared::{
    id::{ApprovalId, ClientId, ConversationId, Seq, StaffId, VisitorId},
    time::Timestamp,
};

use super::{
    convert::{json, parsed},
    money,
};
use crate::storage::{
    Scope, StoreError,
    rows::{Head, Line, Record},
};

/// The columns that [`line_of`] reads.
pub(super) const LINE: &str = "summary, epoch, opened_at, has_work, has_money, wake_at";

pub(super) fn records(
    conn: &Connection,
    scope: &Scope,
    id: &ConversationId,
    after: Seq,
    limit: usize,
) -> Result<Option<Vec<Record>>, StoreError> {
    let Some(n) = number(conn, scope, id)? else { return Ok(None) };
    let sql = "SELECT seq, at, epoch, kind, json, hash, client_id FROM events
               WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?";
    let mut statement = conn.prepare_cached(sql)?;
    let records = statement.query_map((n, clamp(after), limit), record_of)?;
    Ok(Some(records.collect::<Result<_, _>>()?))
}

pub(super) fn line(
    conn: &Connection,
    scope: &Scope,
    id: &ConversationId,
) -> Result<Option<Line>, StoreError> {
    let sql = format!("SELECT {LINE} FROM conversations WHERE id = ?1 AND {IN_SCOPE}");
    let mut statement = conn.prepare_cached(&sql)?;
    Ok(statement.query_row((id.as_str(), visitor_of(scope)), line_of).optional()?)
}

pub(super) fn message_seq(
    conn: &Connection,
    id: &ConversationId,
    client_id: &ClientId,
) -> Result<Option<Seq>, StoreError> {
    let sql = "SELECT events.seq FROM events JOIN conversations ON n = conversation
               WHERE id = ? AND client_id = ?";
    let mut statement = conn.prepare_cached(sql)?;
    let seq = statement.query_row((id.as_str(), client_id.as_str()), |row| row.get(0));
    Ok(seq.optional()?)
}

pub(super) fn latest(
    conn: &Connection,
    visitor: &VisitorId,
) -> Result<Option<ConversationId>, StoreError> {
    let sql = "SELECT id FROM conversations WHERE visitor = ?
               ORDER BY opened_at DESC, n DESC LIMIT 1";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_row([visitor.as_str()], |row| parsed(row, 0)).optional()?)
}

pub(super) fn due(
    conn: &Connection,
    now: Timestamp,
    after: Option<&ConversationId>,
    limit: usize,
) -> Result<Vec<ConversationId>, StoreError> {
    // A union, so that each half has its own partial index.
    // While refunds are off, those on their way wait without crowding out the rest.
    let sql = "SELECT id FROM conversations
               WHERE has_work + has_money > 0 AND (has_work > 0 OR ?3) AND id > ?4
               UNION SELECT id FROM conversations WHERE wake_at <= ?1 AND id > ?4
               ORDER BY id LIMIT ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let after = after.map_or("", ConversationId::as_str);
    let is_on = money::money_enabled(conn)?;
    let ids = statement.query_map((now.0, limit, is_on, after), |row| parsed(row, 0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn passed(
    conn: &Connection,
    now: Timestamp,
    after: Option<&ConversationId>,
    limit: usize,
) -> Result<Vec<ConversationId>, StoreError> {
    let sql = "SELECT id FROM conversations WHERE wake_at <= ? AND id > ? ORDER BY id LIMIT ?";
    let mut statement = conn.prepare_cached(sql)?;
    let after = after.map_or("", ConversationId::as_str);
    let ids = statement.query_map((now.0, after, limit), |row| parsed(row, 0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn owners(conn: &Connection) -> Result<Vec<StaffId>, StoreError> {
    let sql = "SELECT DISTINCT staff FROM conversations WHERE staff IS NOT NULL ORDER BY staff";
    let mut statement = conn.prepare_cached(sql)?;
    let owners = statement.query_map([], |row| parsed(row, 0))?;
    Ok(owners.collect::<Result<_, _>>()?)
}

pub(super) fn ids(
    conn: &Connection,
    after: Option<&ConversationId>,
    limit: usize,
) -> Result<Vec<ConversationId>, StoreError> {
    let sql = "SELECT id FROM conversations WHERE id > ? ORDER BY id LIMIT ?";
    let mut statement = conn.prepare_cached(sql)?;
    let after = after.map_or("", ConversationId::as_str);
    let ids = statement.query_map((after, limit), |row| parsed(row, 0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn heads(
    conn: &Connection,
    before: Timestamp,
    after: Option<&ConversationId>,
    limit: usize,
) -> Result<Vec<Head>, StoreError> {
    let sql = "SELECT c.id, e.seq, e.hash FROM conversations c
               JOIN events e ON e.conversation = c.n AND e.seq = (
                   SELECT seq FROM events WHERE conversation = c.n AND at < ?1
                   ORDER BY seq DESC LIMIT 1)
               WHERE c.id > ?2 ORDER BY c.id LIMIT ?3";
    let mut statement = conn.prepare_cached(sql)?;
    let after = after.map_or("", ConversationId::as_str);
    let heads = statement.query_map((before.0, after, limit), |row| {
        Ok(Head { id: parsed(row, 0)?, seq: row.get(1)?, hash: row.get(2)? })
    })?;
    Ok(heads.collect::<Result<_, _>>()?)
}

pub(super) fn of_approval(
    conn: &Connection,
    id: &ApprovalId,
) -> Result<Option<ConversationId>, StoreError> {
    let sql = "SELECT c.id FROM approvals a JOIN conversations c ON c.n = a.conversation
               WHERE a.id = ?";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_row([id.as_str()], |row| parsed(row, 0)).optional()?)
}

/// A line, from the columns of [`LINE`].
pub(super) fn line_of(row: &Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line {
        summary: json(row, 0)?,
        epoch: row.get(1)?,
        opened_at: Timestamp(row.get(2)?),
        has_work: row.get(3)?,
        has_money_in_flight: row.get(4)?,
        wake_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
    })
}

/// Whether a conversation is in scope; `?2` is the visitor whose scope it is, if it is one's.
const IN_SCOPE: &str = "(?2 IS NULL OR visitor = ?2)";

fn visitor_of(scope: &Scope) -> Option<&str> {
    match scope {
        Scope::Visitor(visitor) => Some(visitor.as_str()),
        Scope::Staff(_) | Scope::System => None,
    }
}

fn number(conn: &Connection, scope: &Scope, id: &ConversationId) -> rusqlite::Result<Option<i64>> {
    let sql = format!("SELECT n FROM conversations WHERE id = ?1 AND {IN_SCOPE}");
    let mut statement = conn.prepare_cached(&sql)?;
    statement.query_row((id.as_str(), visitor_of(scope)), |row| row.get(0)).optional()
}

pub(super) fn record_of(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        seq: row.get(0)?,
        at: Timestamp(row.get(1)?),
        epoch: row.get(2)?,
        kind: row.get(3)?,
        json: row.get(4)?,
        hash: row.get(5)?,
        client_id: match row.get_ref(6)?.as_str_or_null()? {
            Some(_) => Some(parsed(row, 6)?),
            None => None,
        },
    })
}

/// Positions come from addresses, too, and may be larger than any that exists.
pub(super) fn clamp(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
