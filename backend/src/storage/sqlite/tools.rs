//! Tools that administrators made.

use rusqlite::{Connection, Row};

use super::convert::{json, to_json};
use crate::{
    storage::{StoreError, rows::ToolRow},
    vault::Sealed,
};

pub(super) fn all(conn: &Connection) -> Result<Vec<ToolRow>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT tool, secrets FROM tools ORDER BY name")?;
    let rows = statement.query_map([], row_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put(conn: &Connection, row: &ToolRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO tools (name, tool, secrets) VALUES (?1, ?2, ?3)
               ON CONFLICT (name) DO UPDATE SET tool = ?2, secrets = ?3";
    let secrets = row.secrets.as_ref().map(Sealed::as_str);
    conn.prepare_cached(sql)?.execute((&row.tool.name, to_json(&row.tool)?, secrets))?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, name: &str) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("DELETE FROM tools WHERE name = ?")?.execute([name])? > 0)
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<ToolRow> {
    Ok(ToolRow {
        tool: json(row, 0)?,
        secrets: row.get::<_, Option<String>>(1)?.map(Sealed::stored),
    })
}
