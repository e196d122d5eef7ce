//! The one transaction that writes conversations.

use rusqlite::{Connection, OptionalExtension, named_params};
use shared::{id::Seq, owner::Owner};

use super::{
    audit,
    convert::{taken, to_json},
    money, refunds, search, searches,
    writer::Tx,
};
use crate::storage::{
    Require, StoreError,
    rows::{ApprovalRow, Batch, Line, MeterRow, Record},
};

/// Why nothing was written; found before anything was.
pub(super) enum Refusal {
    Conflict,
    Duplicate(Seq),
    Refused(Require),
}

pub(super) fn append(tx: &mut Tx<'_>, batch: &Batch) -> Result<Result<(), Refusal>, StoreError> {
    let id = batch.line.summary.id.as_str();
    let known = tx
        .prepare_cached("SELECT n, seq FROM conversations WHERE id = ?")?
        .query_row([id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Seq>(1)?)))
        .optional()?;
    // Before the order of events is judged: a retry of what is recorded is a success.
    if let (Some((n, _)), Some(seq)) = (known, duplicate(tx, known, &batch.records)?) {
        debug_assert!(n > 0);
        return Ok(Err(Refusal::Duplicate(seq)));
    }
    if known.map_or(0, |(_, seq)| seq) != batch.expect_seq {
        return Ok(Err(Refusal::Conflict));
    }
    for require in &batch.require {
        if !money::holds(tx, require, &batch.refunds)? {
            return Ok(Err(Refusal::Refused(require.clone())));
        }
    }
    let n = match known {
        Some((n, _)) => update_line(tx, n, &batch.line).map(|()| n)?,
        None => insert_line(tx, &batch.line)?,
    };
    for record in &batch.records {
        insert_record(tx, n, record)?;
    }
    for refund in &batch.refunds {
        refunds::put(tx, n, refund)?;
    }
    for approval in &batch.approvals {
        put_approval(tx, n, approval)?;
    }
    for meter in &batch.meters {
        insert_meter(tx, n, meter)?;
    }
    for search in &batch.searches {
        searches::put(tx, n, search)?;
    }
    for entry in &batch.audit {
        audit::add(tx, entry)?;
    }
    if !batch.search.is_empty() {
        search::add(tx, search::row_id(n, batch.expect_seq + 1), &batch.search)?;
        tx.note_search();
    }
    Ok(Ok(()))
}

fn duplicate(
    conn: &Connection,
    known: Option<(i64, Seq)>,
    records: &[Record],
) -> rusqlite::Result<Option<Seq>> {
    let Some((n, _)) = known else { return Ok(None) };
    for client_id in records.iter().filter_map(|r| r.client_id.as_ref()) {
        let sql = "SELECT seq FROM events WHERE conversation = ? AND client_id = ?";
        let seq = conn
            .prepare_cached(sql)?
            .query_row((n, client_id.as_str()), |row| row.get(0))
            .optional()?;
        if seq.is_some() {
            return Ok(seq);
        }
    }
    Ok(None)
}

fn insert_line(conn: &Connection, line: &Line) -> Result<i64, StoreError> {
    let sql = "INSERT INTO conversations (id, visitor, staff, closed, waiting_since, seq, epoch,
                   opened_at, updated_at, has_work, has_money, wake_at, summary)
               VALUES (:id, :visitor, :staff, :closed, :waiting_since, :seq, :epoch,
                   :opened_at, :updated_at, :has_work, :has_money, :wake_at, :summary)
               RETURNING n";
    write_line(conn, sql, line)
}

fn update_line(conn: &Connection, n: i64, line: &Line) -> Result<(), StoreError> {
    let sql = "UPDATE conversations SET visitor = :visitor, staff = :staff, closed = :closed,
                   waiting_since = :waiting_since, seq = :seq, epoch = :epoch,
                   opened_at = :opened_at, updated_at = :updated_at, has_work = :has_work,
                   has_money = :has_money, wake_at = :wake_at, summary = :summary
               WHERE id = :id RETURNING n";
    let written = write_line(conn, sql, line)?;
    debug_assert_eq!(written, n);
    Ok(())
}

fn write_line(conn: &Connection, sql: &str, line: &Line) -> Result<i64, StoreError> {
    let summary = &line.summary;
    let staff = match &summary.owner {
        Owner::Staff { id, .. } => Some(id.as_str()),
        _ => None,
    };
    let waits = summary.needs_approval || matches!(summary.owner, Owner::Queue { .. });
    let waiting_since = waits.then(|| summary.escalated_at.unwrap_or(summary.updated_at).0);
    let n = conn.prepare_cached(sql)?.query_row(
        named_params! {
            ":id": summary.id.as_str(),
            ":visitor": summary.visitor.id.as_str(),
            ":staff": staff,
            ":closed": summary.owner == Owner::Nobody,
            ":waiting_since": waiting_since,
            ":seq": summary.seq,
            ":epoch": line.epoch,
            ":opened_at": line.opened_at.0,
            ":updated_at": summary.updated_at.0,
            ":has_work": line.has_work,
            ":has_money": line.has_money_in_flight,
            ":wake_at": line.wake_at.map(|at| at.0),
            ":summary": to_json(summary)?,
        },
        |row| row.get(0),
    )?;
    Ok(n)
}

fn insert_record(conn: &Connection, n: i64, record: &Record) -> Result<(), StoreError> {
    let sql = "INSERT INTO events (conversation, seq, at, epoch, kind, json, hash, client_id)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    conn.prepare_cached(sql)?.execute((
        n,
        record.seq,
        record.at.0,
        record.epoch,
        &record.kind,
        &record.json,
        record.hash,
        record.client_id.as_ref().map(shared::id::ClientId::as_str),
    ))?;
    Ok(())
}

fn put_approval(conn: &Connection, n: i64, approval: &ApprovalRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO approvals (id, conversation, waiting) VALUES (?1, ?2, ?3)
               ON CONFLICT (id) DO UPDATE SET waiting = ?3 WHERE conversation = ?2";
    let changed = conn.prepare_cached(sql)?.execute((approval.id.as_str(), n, approval.waiting))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Taken("approval id")) }
}

fn insert_meter(conn: &Connection, n: i64, meter: &MeterRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO meters (conversation, seq, agent, epoch, steps, tokens_in, tokens_out,
                   cost_micros, took_ms, ends_turn)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let usage = &meter.usage;
    conn.prepare_cached(sql)?
        .execute((
            n,
            meter.seq,
            meter.agent.as_str(),
            meter.epoch,
            usage.steps,
            usage.tokens_in,
            usage.tokens_out,
            usage.cost_micros,
            usage.took_ms,
            meter.ends_turn,
        ))
        .map_err(|e| taken(e, "meter"))?;
    Ok(())
}
