//! The audit log.

use rusqlite::{Connection, Row};
use shared::{
    api::{Audit, AuditEntry},
    id::ConversationId,
    time::Timestamp,
};

use super::convert::parsed;
use crate::storage::{
    StoreError,
    rows::{AuditFilter, AuditRow},
};

/// Most entries of a page, whatever is asked for.
const MOST: usize = 500;

pub(super) fn add(conn: &Connection, entry: &AuditRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (at, action, actor, subject, conversation, detail)
               VALUES (?, ?, ?, ?, ?, ?)";
    conn.prepare_cached(sql)?.execute((
        entry.at.0,
        &entry.action,
        &entry.actor,
        &entry.subject,
        entry.conversation.as_ref().map(ConversationId::as_str),
        &entry.detail,
    ))?;
    Ok(())
}

pub(super) fn page(
    conn: &Connection,
    filter: &AuditFilter,
    before: Option<u64>,
    limit: usize,
) -> Result<Audit, StoreError> {
    let of = if filter.conversation.is_some() { "conversation = ?1" } else { "?1 IS NULL" };
    let sql = format!(
        "SELECT id, at, action, actor, subject, conversation, detail FROM audit
         WHERE {of} AND (?2 = '' OR instr(?2, ',' || action || ',') > 0) AND id < ?3
         ORDER BY id DESC LIMIT ?4"
    );
    let before = before.map_or(i64::MAX, |id| i64::try_from(id).unwrap_or(i64::MAX));
    let limit = limit.clamp(1, MOST);
    let mut statement = conn.prepare_cached(&sql)?;
    let conversation = filter.conversation.as_ref().map(ConversationId::as_str);
    let actions = match filter.actions.join(",") {
        none if none.is_empty() => none,
        some => format!(",{some},"),
    };
    let entries = statement.query_map((conversation, actions, before, limit + 1), entry_of)?;
    let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|entry| entry.id.to_string());
    Ok(Audit { entries, next })
}

fn entry_of(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let in_one = row.get_ref(5)?.as_str_or_null()?.is_some();
    Ok(AuditEntry {
        id: row.get(0)?,
        at: Timestamp(row.get(1)?),
        action: row.get(2)?,
        actor: row.get(3)?,
        subject: row.get(4)?,
        conversation: if in_one { Some(parsed(row, 5)?) } else { None },
        detail: row.get(6)?,
    })
}
