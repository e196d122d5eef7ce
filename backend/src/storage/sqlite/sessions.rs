//! Sessions of staff, their API keys, and from where they signed in.

use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension, Row};
use shared::{
    id::{KeyId, StaffId},
    time::Timestamp,
};

use super::{
    convert::{parsed, taken},
    staff::{STAFF, staff_of},
};
use crate::storage::{
    StoreError,
    rows::{Ends, Hash, SessionKind, SessionRow, StaffRow},
};

/// How long a network counts as one from which its owner signs in, in milliseconds: 90 days.
const KNOWN_MS: i64 = 90 * 86_400_000;
/// How many columns an account takes before those of its session.
const AFTER_STAFF: usize = 6;
const SESSION: &str = "t.hash, t.staff, t.created, t.expires, t.name, t.used";

pub(super) fn add(
    conn: &Connection,
    session: &SessionRow,
    network: Option<IpAddr>,
) -> Result<(), StoreError> {
    let (staff, created) = (session.staff.as_str(), session.created.0);
    conn.prepare_cached("DELETE FROM sessions WHERE expires <= ?")?.execute([created])?;
    let (expires, name) = match &session.kind {
        SessionKind::Browser { expires } => (Some(expires.0), None),
        SessionKind::Key { name, .. } => (None, Some(name)),
    };
    let sql = "INSERT INTO sessions (hash, staff, created, expires, name) VALUES (?, ?, ?, ?, ?)";
    conn.prepare_cached(sql)?
        .execute((session.hash, staff, created, expires, name))
        .map_err(|e| taken(e, "session"))?;
    if let Some(network) = network {
        let forget = session.created.plus_ms(-KNOWN_MS).0;
        conn.prepare_cached("DELETE FROM signed_in_from WHERE at <= ?")?.execute([forget])?;
        let sql = "INSERT OR REPLACE INTO signed_in_from (staff, network, at) VALUES (?, ?, ?)";
        conn.prepare_cached(sql)?.execute((staff, network.to_string(), created))?;
    }
    Ok(())
}

pub(super) fn standing(
    conn: &Connection,
    hash: &Hash,
    now: Timestamp,
) -> Result<Option<(StaffRow, SessionRow)>, StoreError> {
    let sql = format!(
        "SELECT {STAFF}, {SESSION} FROM sessions t JOIN staff s ON s.id = t.staff
         WHERE t.hash = ? AND s.active = 1 AND (t.expires IS NULL OR t.expires > ?)"
    );
    let both = |row: &Row<'_>| Ok((staff_of(row)?, session_of(row, AFTER_STAFF)?));
    Ok(conn.prepare_cached(&sql)?.query_row((hash, now.0), both).optional()?)
}

pub(super) fn use_key(conn: &Connection, hash: &Hash, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE sessions SET used = ? WHERE hash = ? AND expires IS NULL";
    conn.prepare_cached(sql)?.execute((now.0, hash))?;
    Ok(())
}

pub(super) fn end(conn: &Connection, hash: &Hash) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM sessions WHERE hash = ?")?.execute([hash])?;
    Ok(())
}

/// Ends what a change of the account ends.
pub(super) fn end_of(conn: &Connection, staff: &StaffId, ends: Ends) -> Result<(), StoreError> {
    let staff = staff.as_str();
    match ends {
        Ends::Nothing => {}
        Ends::OtherSessions(kept) => {
            let sql = "DELETE FROM sessions WHERE staff = ? AND expires IS NOT NULL AND hash <> ?";
            conn.prepare_cached(sql)?.execute((staff, kept))?;
        }
        // Keys as well: whoever knew the old password may have made one.
        Ends::Everything => {
            conn.prepare_cached("DELETE FROM sessions WHERE staff = ?")?.execute([staff])?;
            conn.prepare_cached("DELETE FROM signed_in_from WHERE staff = ?")?.execute([staff])?;
        }
    }
    Ok(())
}

pub(super) fn keys(conn: &Connection, staff: &StaffId) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!(
        "SELECT {SESSION} FROM sessions t WHERE t.staff = ? AND t.expires IS NULL
         ORDER BY t.created DESC, t.hash"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let keys = statement.query_map([staff.as_str()], |row| session_of(row, 0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

pub(super) fn end_key(conn: &Connection, staff: &StaffId, key: &KeyId) -> Result<bool, StoreError> {
    let all = keys(conn, staff)?;
    let found = all.iter().find(|row| SessionRow::key_id(&row.hash) == key.as_str());
    let Some(found) = found else { return Ok(false) };
    end(conn, &found.hash)?;
    Ok(true)
}

pub(super) fn has_signed_in_from(
    conn: &Connection,
    staff: &StaffId,
    network: IpAddr,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let since = now.plus_ms(-KNOWN_MS);
    let sql = "SELECT 1 FROM signed_in_from WHERE staff = ? AND network = ? AND at > ?";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.exists((staff.as_str(), network.to_string(), since.0))?)
}

fn session_of(row: &Row<'_>, first: usize) -> rusqlite::Result<SessionRow> {
    let kind = match row.get::<_, Option<i64>>(first + 3)? {
        Some(expires) => SessionKind::Browser { expires: Timestamp(expires) },
        None => SessionKind::Key {
            name: row.get(first + 4)?,
            used: row.get::<_, Option<i64>>(first + 5)?.map(Timestamp),
        },
    };
    Ok(SessionRow {
        hash: row.get(first)?,
        staff: parsed(row, first + 1)?,
        created: Timestamp(row.get(first + 2)?),
        kind,
    })
}
