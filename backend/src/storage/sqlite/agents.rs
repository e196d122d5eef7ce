//! Agents: their drafts and versions.

use rusqlite::{Connection, OptionalExtension, Row};
use shared::{agent::AgentSpec, id::AgentSlug, message::StaffRef, time::Timestamp};

use super::{
    audit,
    convert::{json, json_or_none, parsed, to_json},
};
use crate::storage::{
    StoreError,
    rows::{AgentRow, AuditRow, VersionRow},
};

/// An agent with its newest version, unless it was retired with that one.
const AGENT: &str = "SELECT a.slug, v.version, v.spec, v.at, v.by, v.note, a.draft, a.draft_at
    FROM agents a LEFT JOIN versions v ON v.slug = a.slug AND v.version > a.retired
        AND v.version = (SELECT max(version) FROM versions WHERE slug = a.slug)
    WHERE (v.version IS NOT NULL OR a.draft IS NOT NULL)";
const VERSION: &str = "SELECT slug, version, spec, at, by, note FROM versions WHERE slug = ?";

pub(super) fn all(conn: &Connection) -> Result<Vec<AgentRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{AGENT} ORDER BY a.slug"))?;
    let agents = statement.query_map([], agent_of)?;
    Ok(agents.collect::<Result<_, _>>()?)
}

pub(super) fn one(conn: &Connection, slug: &AgentSlug) -> Result<Option<AgentRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{AGENT} AND a.slug = ?"))?;
    Ok(statement.query_row([slug.as_str()], agent_of).optional()?)
}

pub(super) fn version(
    conn: &Connection,
    slug: &AgentSlug,
    version: u32,
) -> Result<Option<VersionRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{VERSION} AND version = ?"))?;
    Ok(statement.query_row((slug.as_str(), version), version_of).optional()?)
}

pub(super) fn versions(conn: &Connection, slug: &AgentSlug) -> Result<Vec<VersionRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{VERSION} ORDER BY version DESC"))?;
    let versions = statement.query_map([slug.as_str()], version_of)?;
    Ok(versions.collect::<Result<_, _>>()?)
}

pub(super) fn put_draft(
    conn: &Connection,
    slug: &AgentSlug,
    draft: Option<&AgentSpec>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(draft) = draft else {
        let sql = "UPDATE agents SET draft = NULL, draft_at = NULL WHERE slug = ?";
        conn.prepare_cached(sql)?.execute([slug.as_str()])?;
        return Ok(());
    };
    let sql = "INSERT INTO agents (slug, draft, draft_at) VALUES (?1, ?2, ?3)
               ON CONFLICT (slug) DO UPDATE SET draft = ?2, draft_at = ?3";
    conn.prepare_cached(sql)?.execute((slug.as_str(), to_json(draft)?, now.0))?;
    Ok(())
}

pub(super) fn publish(
    conn: &Connection,
    spec: &AgentSpec,
    by: Option<&StaffRef>,
    note: Option<&str>,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let slug = spec.slug.as_str();
    conn.prepare_cached("INSERT OR IGNORE INTO agents (slug) VALUES (?)")?.execute([slug])?;
    let draft = one(conn, &spec.slug)?.and_then(|agent| agent.draft);
    if draft.is_some_and(|(draft, _)| draft == *spec) {
        put_draft(conn, &spec.slug, None, now)?;
    }
    let sql = "INSERT INTO versions (slug, version, spec, at, by, note)
               SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?3, ?4, ?5
               FROM versions WHERE slug = ?1 RETURNING version";
    let json_by = by.map(to_json).transpose()?;
    let version: u32 = conn
        .prepare_cached(sql)?
        .query_row((slug, to_json(spec)?, now.0, json_by, note), |row| row.get(0))?;
    let actor = by.map_or("baton", |by| &by.name);
    let entry = AuditRow::new(now, actor, "publish", format!("{slug} v{version}"));
    audit::add(conn, &entry.with(note.unwrap_or_default()))?;
    Ok(version)
}

pub(super) fn retire(conn: &Connection, slug: &AgentSlug) -> Result<bool, StoreError> {
    let known = one(conn, slug)?.is_some();
    let sql = "UPDATE agents SET draft = NULL, draft_at = NULL,
                   retired = (SELECT coalesce(max(version), 0) FROM versions WHERE slug = ?1)
               WHERE slug = ?1";
    conn.prepare_cached(sql)?.execute([slug.as_str()])?;
    Ok(known)
}

fn agent_of(row: &Row<'_>) -> rusqlite::Result<AgentRow> {
    let published = row.get::<_, Option<u32>>(1)?.is_some();
    let draft = match json_or_none(row, 6)? {
        Some(spec) => Some((spec, Timestamp(row.get(7)?))),
        None => None,
    };
    Ok(AgentRow {
        slug: parsed(row, 0)?,
        published: if published { Some(version_of(row)?) } else { None },
        draft,
    })
}

fn version_of(row: &Row<'_>) -> rusqlite::Result<VersionRow> {
    Ok(VersionRow {
        version: row.get(1)?,
        spec: json(row, 2)?,
        at: Timestamp(row.get(3)?),
        by: json_or_none(row, 4)?,
        note: row.get(5)?,
    })
}
