//! Connections to model providers.

use rusqlite::{Connection, Row};

use super::convert::{json, to_json};
use crate::{
    storage::{StoreError, rows::ConnectionRow},
    vault::Sealed,
};

pub(super) fn all(conn: &Connection) -> Result<Vec<ConnectionRow>, StoreError> {
    let sql = "SELECT id, name, protocol, base_url, key, models FROM connections ORDER BY id";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], row_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn add(conn: &Connection, row: &ConnectionRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO connections (id, name, protocol, base_url, key, models)
               VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let added = conn.prepare_cached(sql)?.execute((
        &row.id,
        &row.name,
        to_json(&row.protocol)?,
        &row.base_url,
        row.key.as_ref().map(Sealed::as_str),
        to_json(&row.models)?,
    ))?;
    if added == 0 { Err(StoreError::Taken("id")) } else { Ok(()) }
}

pub(super) fn put(conn: &Connection, row: &ConnectionRow) -> Result<bool, StoreError> {
    let sql =
        "UPDATE connections SET name = ?2, protocol = ?3, base_url = ?4, key = ?5, models = ?6
               WHERE id = ?1";
    let changed = conn.prepare_cached(sql)?.execute((
        &row.id,
        &row.name,
        to_json(&row.protocol)?,
        &row.base_url,
        row.key.as_ref().map(Sealed::as_str),
        to_json(&row.models)?,
    ))?;
    Ok(changed > 0)
}

pub(super) fn delete(conn: &Connection, id: &str) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("DELETE FROM connections WHERE id = ?")?.execute([id])? > 0)
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<ConnectionRow> {
    Ok(ConnectionRow {
        id: row.get(0)?,
        name: row.get(1)?,
        protocol: json(row, 2)?,
        base_url: row.get(3)?,
        key: row.get::<_, Option<String>>(4)?.map(Sealed::stored),
        models: json(row, 5)?,
    })
}
