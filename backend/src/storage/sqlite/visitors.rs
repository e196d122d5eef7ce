//! Visitors and their sessions.

use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};
use shared::{
    id::SiteKey,
    message::{Assurance, VisitorRef},
    time::Timestamp,
};

use super::convert::parsed;
use crate::storage::{
    StoreError,
    rows::{Hash, NewIdentity, VisitorRow},
};

/// How long a one-time id is remembered beyond its end, in milliseconds: whoever checks the end
/// may allow for clocks that differ.
const MARGIN_MS: i64 = 3_600_000;
const VISITOR: &str = "v.id, v.site, v.customer, v.name, v.email";

pub(super) fn by_token(
    conn: &Connection,
    token_hash: &Hash,
    now: Timestamp,
) -> Result<Option<VisitorRow>, StoreError> {
    let sql = format!(
        "SELECT {VISITOR}, t.expires FROM visitor_tokens t JOIN visitors v ON v.id = t.visitor
         WHERE t.hash = ? AND t.expires > ?"
    );
    Ok(conn.prepare_cached(&sql)?.query_row((token_hash, now.0), visitor_of).optional()?)
}

pub(super) fn extend(
    conn: &Connection,
    token_hash: &Hash,
    expires: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE visitor_tokens SET expires = max(expires, ?) WHERE hash = ?";
    conn.prepare_cached(sql)?.execute((expires.0, token_hash))?;
    Ok(())
}

pub(super) fn end(conn: &Connection, token_hash: &Hash) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM visitor_tokens WHERE hash = ?")?.execute([token_hash])?;
    Ok(())
}

pub(super) fn start(
    conn: &Connection,
    site: &SiteKey,
    token_hash: &Hash,
    identity: Option<&NewIdentity>,
    expires: Timestamp,
    now: Timestamp,
) -> Result<VisitorRow, StoreError> {
    conn.prepare_cached("DELETE FROM visitor_tokens WHERE expires <= ?")?.execute([now.0])?;
    let customer = identity.map(|i| i.customer.as_str());
    let (name, email) = identity.map_or((None, None), |i| (i.name.as_ref(), i.email.as_ref()));
    // An anonymous visitor has no customer, and so never meets the conflict.
    let sql = format!(
        "INSERT INTO visitors AS v (id, site, customer, name, email, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (site, customer) DO UPDATE
         SET name = coalesce(?4, name), email = coalesce(?5, email)
         RETURNING {}, ?7",
        VISITOR.replace("v.", "")
    );
    let id = visitor_id(token_hash);
    let row = conn
        .prepare_cached(&sql)?
        .query_row((id, site.as_str(), customer, name, email, now.0, expires.0), visitor_of)?;
    let sql = "INSERT INTO visitor_tokens (hash, visitor, created_at, expires) VALUES (?, ?, ?, ?)";
    conn.prepare_cached(sql)?
        .execute((token_hash, row.visitor.id.as_str(), now.0, expires.0))
        .map_err(|e| super::convert::taken(e, "token"))?;
    Ok(row)
}

pub(super) fn use_once(
    conn: &Connection,
    site: &SiteKey,
    jti: &str,
    expires: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let forget = now.plus_ms(-MARGIN_MS).0;
    conn.prepare_cached("DELETE FROM used_once WHERE expires < ?")?.execute([forget])?;
    let sql = "INSERT OR IGNORE INTO used_once (site, jti, expires) VALUES (?, ?, ?)";
    Ok(conn.prepare_cached(sql)?.execute((site.as_str(), jti, expires.0))? == 1)
}

/// A new visitor's id: made from the random token, of which it gives nothing away.
fn visitor_id(token_hash: &Hash) -> String {
    let digest = Sha256::new().chain_update(b"visitor").chain_update(token_hash).finalize();
    let short = digest.iter().take(12).fold(0u128, |n, byte| (n << 8) | u128::from(*byte));
    format!("vis_{short:024x}")
}

fn visitor_of(row: &Row<'_>) -> rusqlite::Result<VisitorRow> {
    let customer: Option<String> = row.get(2)?;
    let assurance = if customer.is_some() { Assurance::Verified } else { Assurance::Anonymous };
    Ok(VisitorRow {
        visitor: VisitorRef {
            id: parsed(row, 0)?,
            assurance,
            customer,
            name: row.get(3)?,
            email: row.get(4)?,
        },
        site: parsed(row, 1)?,
        expires: Timestamp(row.get(5)?),
    })
}
