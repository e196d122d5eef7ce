//! MCP servers that administrators added.

use rusqlite::{Connection, Row};

use super::convert::{json, to_json};
use crate::{
    storage::{StoreError, rows::McpRow},
    vault::Sealed,
};

pub(super) fn all(conn: &Connection) -> Result<Vec<McpRow>, StoreError> {
    let sql = "SELECT server, secrets FROM mcp_servers ORDER BY name";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], row_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put(conn: &Connection, row: &McpRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO mcp_servers (name, server, secrets) VALUES (?1, ?2, ?3)
               ON CONFLICT (name) DO UPDATE SET server = ?2, secrets = ?3";
    let secrets = row.secrets.as_ref().map(Sealed::as_str);
    conn.prepare_cached(sql)?.execute((&row.server.name, to_json(&row.server)?, secrets))?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, name: &str) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("DELETE FROM mcp_servers WHERE name = ?")?.execute([name])? > 0)
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<McpRow> {
    Ok(McpRow {
        server: json(row, 0)?,
        secrets: row.get::<_, Option<String>>(1)?.map(Sealed::stored),
    })
}
