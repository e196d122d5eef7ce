//! What people teach: suggested examples, and saved tests.

use rusqlite::{Connection, OptionalExtension, Row};
use shared::{
    api::{SavedTest, Suggestion, SuggestionState},
    id::{ConversationId, Seq, TestId},
};

use super::{
    agents,
    conversations::{clamp, record_of},
    convert::{json, parsed, to_json},
};
use crate::storage::{
    StoreError,
    rows::{Learnt, MessageOfLate},
};

/// So many conversations that changed last are looked through for their messages.
const CONVERSATIONS: usize = 200;

pub(super) fn waiting(conn: &Connection, limit: usize) -> Result<Vec<Suggestion>, StoreError> {
    let sql = "SELECT suggestion FROM suggestions WHERE waiting = 1
               ORDER BY at, conversation, seq LIMIT ?";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([limit], |row| json(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn one(
    conn: &Connection,
    id: &ConversationId,
    seq: Seq,
) -> Result<Option<Suggestion>, StoreError> {
    let sql = "SELECT suggestion FROM suggestions WHERE conversation = ? AND seq = ?";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_row((id.as_str(), clamp(seq)), |row| json(row, 0)).optional()?)
}

pub(super) fn put(conn: &Connection, suggestion: &Suggestion) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO suggestions (conversation, seq, at, waiting, suggestion)
               VALUES (?, ?, ?, ?, ?)";
    let Suggestion { conversation, seq, at, state, .. } = suggestion;
    let waiting = *state == SuggestionState::Waiting;
    let row = (conversation.as_str(), seq, at.0, waiting, to_json(suggestion)?);
    conn.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Puts a decided suggestion in the place of the same one that waits, and publishes what was learnt.
pub(super) fn decide(
    conn: &Connection,
    decided: &Suggestion,
    learnt: Option<&Learnt>,
) -> Result<bool, StoreError> {
    let known = one(conn, &decided.conversation, decided.seq)?;
    let is_same =
        known.is_some_and(|it| it.state == SuggestionState::Waiting && it.at == decided.at);
    if !is_same {
        return Ok(false);
    }
    if let Some(Learnt { spec, draft, note, by, at }) = learnt {
        agents::publish(conn, spec, Some(by), Some(note), *at)?;
        if let Some(draft) = draft {
            agents::put_draft(conn, &draft.slug, Some(draft), *at)?;
        }
    }
    put(conn, decided)?;
    Ok(true)
}

pub(super) fn of_late(conn: &Connection, limit: usize) -> Result<Vec<MessageOfLate>, StoreError> {
    // A union, so that each half has its own partial index.
    let sql = "
        SELECT e.seq, e.at, e.epoch, e.kind, e.json, e.hash, e.client_id, c.id,
               EXISTS (SELECT 1 FROM suggestions s WHERE s.conversation = c.id AND s.seq = e.seq)
            OR EXISTS (SELECT 1 FROM unsure_dismissed d WHERE d.conversation = c.id AND d.seq = e.seq)
        FROM (SELECT * FROM (SELECT n, id FROM conversations WHERE closed = 0
                             ORDER BY updated_at DESC, id DESC LIMIT ?1)
              UNION ALL
              SELECT * FROM (SELECT n, id FROM conversations WHERE closed = 1
                             ORDER BY updated_at DESC, id DESC LIMIT ?1)) c
        JOIN events e ON e.conversation = c.n AND e.kind = 'message'
        ORDER BY e.at DESC, e.conversation DESC, e.seq DESC LIMIT ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let message = |row: &Row<'_>| {
        Ok(MessageOfLate {
            conversation: parsed(row, 7)?,
            record: record_of(row)?,
            labelled: row.get(8)?,
        })
    };
    let found = statement.query_map((CONVERSATIONS, limit), message)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn dismiss(
    conn: &Connection,
    id: &ConversationId,
    seq: Seq,
) -> Result<bool, StoreError> {
    let sql = "INSERT OR IGNORE INTO unsure_dismissed (conversation, seq)
               SELECT c.id, e.seq FROM events e JOIN conversations c ON c.n = e.conversation
               WHERE c.id = ? AND e.seq = ? AND e.kind = 'message'";
    Ok(conn.prepare_cached(sql)?.execute((id.as_str(), clamp(seq)))? > 0)
}

pub(super) fn tests(conn: &Connection) -> Result<Vec<SavedTest>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT test FROM saved_tests ORDER BY at DESC, id")?;
    let rows = statement.query_map([], |row| json(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn add_test(conn: &Connection, test: &SavedTest) -> Result<(), StoreError> {
    let sql = "INSERT INTO saved_tests (id, at, test) VALUES (?, ?, ?)";
    conn.prepare_cached(sql)?.execute((test.id.as_str(), test.at.0, to_json(test)?))?;
    Ok(())
}

pub(super) fn delete_test(conn: &Connection, id: &TestId) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("DELETE FROM saved_tests WHERE id = ?")?.execute([id.as_str()])? > 0)
}
