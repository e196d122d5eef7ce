//! Sites and settings.

use rusqlite::{Connection, OptionalExtension, Row};
use shared::id::SiteKey;

use super::convert::{json, parsed, to_json};
use crate::{
    storage::{StoreError, rows::SiteRow},
    vault::Sealed,
};

const SITE: &str = "SELECT key, name, origins, color, greeting, identity_secret, active, questions
                    FROM sites";

pub(super) fn sites(conn: &Connection) -> Result<Vec<SiteRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{SITE} ORDER BY name, key"))?;
    let sites = statement.query_map([], site_of)?;
    Ok(sites.collect::<Result<_, _>>()?)
}

pub(super) fn site(conn: &Connection, key: &SiteKey) -> Result<Option<SiteRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{SITE} WHERE key = ?"))?;
    Ok(statement.query_row([key.as_str()], site_of).optional()?)
}

pub(super) fn put_site(conn: &Connection, site: &SiteRow) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO sites
                   (key, name, origins, color, greeting, identity_secret, active, questions)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    conn.prepare_cached(sql)?.execute((
        site.key.as_str(),
        &site.name,
        to_json(&site.origins)?,
        &site.color,
        &site.greeting,
        site.identity_secret.as_ref().map(Sealed::as_str),
        site.active,
        to_json(&site.questions)?,
    ))?;
    Ok(())
}

pub(super) fn setting(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT json FROM settings WHERE key = ?";
    Ok(conn.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?)
}

pub(super) fn put_setting(conn: &Connection, key: &str, json: &str) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO settings (key, json) VALUES (?, ?)";
    conn.prepare_cached(sql)?.execute((key, json))?;
    Ok(())
}

fn site_of(row: &Row<'_>) -> rusqlite::Result<SiteRow> {
    Ok(SiteRow {
        key: parsed(row, 0)?,
        name: row.get(1)?,
        origins: json(row, 2)?,
        color: row.get(3)?,
        greeting: row.get(4)?,
        identity_secret: row.get::<_, Option<String>>(5)?.map(Sealed::stored),
        active: row.get(6)?,
        questions: json(row, 7)?,
    })
}
