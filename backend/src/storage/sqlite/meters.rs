//! What brains have used, summed.

use rusqlite::Connection;
use shared::{
    api::{Meter, MeterBy},
    brief::Usage,
    id::{SiteKey, VisitorId},
    time::Timestamp,
};

use super::convert::parsed;
use crate::storage::StoreError;

pub(super) fn sums(conn: &Connection, by: MeterBy) -> Result<Vec<Meter>, StoreError> {
    // A tenure is named by its conversation and epoch: `cnv_1/3` began with its second handoff.
    let key = match by {
        MeterBy::Agent => "m.agent",
        MeterBy::Handoff => "c.id || '/' || m.epoch",
        MeterBy::Conversation => "c.id",
    };
    let sql = format!(
        "SELECT {key}, sum(steps), sum(tokens_in), sum(tokens_out), sum(cost_micros),
             sum(took_ms), sum(ends_turn)
         FROM meters m JOIN conversations c ON c.n = m.conversation GROUP BY 1 ORDER BY 1"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let meters = statement.query_map([], |row| {
        let usage = Usage {
            steps: row.get(1)?,
            tokens_in: row.get(2)?,
            tokens_out: row.get(3)?,
            cost_micros: row.get(4)?,
            took_ms: row.get(5)?,
        };
        Ok(Meter { key: row.get(0)?, usage, turns: row.get(6)? })
    })?;
    Ok(meters.collect::<Result<_, _>>()?)
}

/// What was spent since then. The site stands in the summary only.
pub(super) fn spent(
    conn: &Connection,
    since: Timestamp,
) -> Result<Vec<(SiteKey, VisitorId, u64)>, StoreError> {
    let sql = "SELECT c.summary ->> '$.site', c.visitor, sum(m.cost_micros)
               FROM conversations c
               JOIN meters m ON m.conversation = c.n AND m.cost_micros > 0
               JOIN events e ON e.conversation = m.conversation AND e.seq = m.seq
               WHERE c.updated_at >= ?1 AND e.at >= ?1 GROUP BY 1, 2";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement
        .query_map([since.0], |row| Ok((parsed(row, 0)?, parsed(row, 1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
