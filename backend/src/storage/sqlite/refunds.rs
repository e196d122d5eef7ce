//! Refunds, kept and listed.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use shared::{
    api::{RefundFilter, RefundLine},
    id::{ConversationId, IntentId},
    money::Money,
    time::Timestamp,
};

use super::convert::{json, name_of, named, parsed, taken, to_json};
use crate::storage::{StoreError, rows::RefundRow};

/// The columns that [`refund_of`] reads.
const REFUND: &str = "c.id, r.intent, r.order_id, r.amount, r.currency, r.state, r.since,
                      r.charge, r.customer, r.key, r.asked, r.day, r.holds";

/// What asking the provider has come to: the columns' worth of it that nothing is looked for by.
#[derive(serde::Serialize, serde::Deserialize)]
struct Asked {
    times: u32,
    answer: Option<String>,
    ask_at: Option<Timestamp>,
    needs_person: bool,
    #[serde(default)]
    fails_from: Option<Timestamp>,
    settled_by: Option<shared::message::StaffRef>,
    contradicted: Option<shared::event::RefundState>,
}

/// Records a refund that is new or has moved. What its first record fixed does not change.
pub(super) fn put(conn: &Connection, n: i64, refund: &RefundRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO refunds (intent, conversation, order_id, charge, customer, day, amount,
                   currency, state, holds, open, since, key, asked, for_person)
               VALUES (:intent, :n, :order_id, :charge, :customer, :day, :amount,
                   :currency, :state, :holds, :open, :since, :key, :asked, :for_person)
               ON CONFLICT (intent) DO UPDATE
               SET state = :state, holds = :holds, open = :open, since = :since, asked = :asked,
                   for_person = :for_person
               WHERE conversation = :n AND key = :key AND charge = :charge
                   AND amount = :amount AND currency = :currency";
    let line = &refund.line;
    let asked = Asked {
        times: line.asked,
        answer: line.answer.clone(),
        ask_at: line.ask_at,
        needs_person: line.needs_person,
        fails_from: line.fails_from,
        settled_by: line.settled_by.clone(),
        contradicted: line.contradicted,
    };
    let changed = conn
        .prepare_cached(sql)?
        .execute(named_params! {
            ":intent": line.intent.as_str(),
            ":n": n,
            ":order_id": line.order,
            ":charge": line.charge,
            ":customer": line.customer,
            ":day": refund.day,
            ":amount": line.money.amount,
            ":currency": line.money.currency.code(),
            ":state": name_of(&line.state)?,
            ":holds": refund.holds,
            ":open": !line.state.is_terminal() || line.contradicted.is_some(),
            ":since": line.since.0,
            ":key": line.key,
            ":asked": to_json(&asked)?,
            ":for_person": line.needs_person || line.contradicted.is_some(),
        })
        .map_err(|e| taken(e, "idempotency key"))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Taken("refund intent")) }
}

/// A page of refunds, oldest first.
pub(super) fn page(
    conn: &Connection,
    filter: RefundFilter,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<RefundLine>, Option<String>), StoreError> {
    let filter = match filter {
        RefundFilter::Open => "1",
        RefundFilter::Waiting => "r.state = 'waiting'",
        RefundFilter::Pending => "r.state = 'pending'",
        RefundFilter::Unknown => "r.state = 'unknown'",
        RefundFilter::Contradicted => "r.state IN ('succeeded', 'failed')",
    };
    let sql = format!(
        "SELECT {REFUND} FROM refunds r JOIN conversations c ON c.n = r.conversation
         WHERE r.open = 1 AND {filter} AND (r.since, r.intent) > (?1, ?2)
         ORDER BY r.since, r.intent LIMIT ?3"
    );
    // What is no place of a page is the beginning.
    let place = after.and_then(|after| after.split_once(' '));
    let place = place.and_then(|(since, intent)| Some((since.parse::<i64>().ok()?, intent)));
    let (since, intent) = place.unwrap_or((i64::MIN, ""));
    let mut statement = conn.prepare_cached(&sql)?;
    let refunds =
        statement.query_map((since, intent, limit + 1), |row| Ok(refund_of(row)?.line))?;
    let mut refunds = refunds.collect::<Result<Vec<_>, _>>()?;
    let more = refunds.len() > limit;
    refunds.truncate(limit);
    let next = refunds.last().filter(|_| more);
    let next = next.map(|last| format!("{} {}", last.since.0, last.intent));
    Ok((refunds, next))
}

/// How many only a person can settle, and how many settlements the provider contradicts.
pub(super) fn for_people(conn: &Connection) -> Result<(u32, u32), StoreError> {
    let sql = "SELECT coalesce(sum(state IN ('unknown', 'pending')), 0),
                      coalesce(sum(state NOT IN ('unknown', 'pending')), 0)
               FROM refunds WHERE for_person = 1";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// A refund that was sent, or is about to be.
const SENT: &str = "state NOT IN ('waiting', 'declined', 'expired')";

/// Those of the keys that belong to no refund that was sent.
pub(super) fn never_sent(conn: &Connection, keys: Vec<String>) -> Result<Vec<String>, StoreError> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM refunds WHERE key = ? AND {SENT})");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut never = Vec::new();
    for key in keys {
        if !statement.query_row([&key], |row| row.get(0))? {
            never.push(key);
        }
    }
    Ok(never)
}

/// Whether any refund was sent.
pub(super) fn has_sent(conn: &Connection) -> Result<bool, StoreError> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM refunds WHERE {SENT})");
    Ok(conn.query_row(&sql, [], |row| row.get(0))?)
}

/// The conversation of a refund.
pub(super) fn conversation_of(
    conn: &Connection,
    intent: &IntentId,
) -> Result<Option<ConversationId>, StoreError> {
    let sql = "SELECT c.id FROM refunds r JOIN conversations c ON c.n = r.conversation
               WHERE r.intent = ?";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_row([intent.as_str()], |row| parsed(row, 0)).optional()?)
}

/// All refunds of a conversation, by intent.
pub(super) fn of_conversation(
    conn: &Connection,
    id: &ConversationId,
) -> Result<Vec<RefundRow>, StoreError> {
    let sql = format!(
        "SELECT {REFUND} FROM refunds r JOIN conversations c ON c.n = r.conversation
         WHERE c.id = ? ORDER BY r.intent"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let refunds = statement.query_map([id.as_str()], refund_of)?;
    Ok(refunds.collect::<Result<_, _>>()?)
}

fn refund_of(row: &Row<'_>) -> rusqlite::Result<RefundRow> {
    let asked: Asked = json(row, 10)?;
    Ok(RefundRow {
        line: RefundLine {
            conversation: parsed(row, 0)?,
            intent: parsed(row, 1)?,
            order: row.get(2)?,
            money: Money::new(row.get(3)?, parsed(row, 4)?),
            state: named(row, 5)?,
            since: Timestamp(row.get(6)?),
            charge: row.get(7)?,
            customer: row.get(8)?,
            key: row.get(9)?,
            asked: asked.times,
            answer: asked.answer,
            ask_at: asked.ask_at,
            needs_person: asked.needs_person,
            fails_from: asked.fails_from,
            settled_by: asked.settled_by,
            contradicted: asked.contradicted,
        },
        day: row.get(11)?,
        holds: row.get(12)?,
    })
}
