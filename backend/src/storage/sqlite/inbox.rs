//! Pages of the inbox, and how many conversations each view has.

use rusqlite::{Connection, params_from_iter, types::Value};
use shared::{
    api::{Counts, View},
    id::StaffId,
};

use super::{
    conversations::{LINE, line_of},
    search,
};
use crate::storage::{InboxQuery, StoreError, rows::Line};

/// Most lines of a page, whatever is asked for.
const MOST: usize = 500;

/// What a view shows: which conversations, and by what it is ordered.
struct Shape {
    /// Refers to the reader as `?1`.
    filter: &'static str,
    order: &'static str,
    oldest_first: bool,
}

fn shape(view: View) -> Shape {
    let newest = |filter| Shape { filter, order: "updated_at", oldest_first: false };
    match view {
        View::Waiting => Shape {
            filter: "waiting_since IS NOT NULL",
            order: "waiting_since",
            oldest_first: true,
        },
        View::Mine => newest("staff = ?1"),
        View::All => newest("closed = 0"),
        View::Closed => newest("closed = 1"),
    }
}

/// One line more than asked for is read, to know whether there is a next page.
pub(super) fn page(
    conn: &Connection,
    query: &InboxQuery,
) -> Result<(Vec<Line>, Option<String>), StoreError> {
    let Some(words) = search::queries(&query.text) else { return Ok((Vec::new(), None)) };
    let Shape { filter, order, oldest_first } = shape(query.view);
    let (beyond, direction) = if oldest_first { (">", "ASC") } else { ("<", "DESC") };
    let mut sql = format!(
        "SELECT {LINE}, {order}, id FROM conversations
         WHERE {filter} AND ?1 IS NOT NULL AND (?2 IS NULL OR ({order}, id) {beyond} (?2, ?3))"
    );
    let cursor = query.after.as_deref().and_then(read_cursor);
    let mut values = vec![
        Value::from(query.reader.as_str().to_owned()),
        cursor.map_or(Value::Null, |(at, _)| Value::from(at)),
        cursor.map_or(Value::Null, |(_, id)| Value::from(id.to_owned())),
    ];
    for word in words {
        sql.push_str(search::AND_FOUND);
        values.push(Value::from(word));
    }
    let limit = query.limit.clamp(1, MOST);
    let sql = format!("{sql} ORDER BY {order} {direction}, id {direction} LIMIT {}", limit + 1);

    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok((line_of(row)?, row.get::<_, i64>(6)?, row.get::<_, String>(7)?))
    })?;
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(_, at, id)| format!("{at}.{id}"));
    Ok((rows.into_iter().map(|(line, ..)| line).collect(), next))
}

pub(super) fn counts(conn: &Connection, reader: &StaffId) -> Result<Counts, StoreError> {
    let count = |view| {
        let sql = format!(
            "SELECT count(*) FROM conversations WHERE {} AND ?1 IS NOT NULL",
            shape(view).filter
        );
        conn.prepare_cached(&sql)?.query_row([reader.as_str()], |row| row.get::<_, u32>(0))
    };
    Ok(Counts {
        waiting: count(View::Waiting)?,
        mine: count(View::Mine)?,
        all: count(View::All)?,
        closed: count(View::Closed)?,
    })
}

/// Where a page ended; what was never handed out reads as the beginning.
fn read_cursor(text: &str) -> Option<(i64, &str)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id))
}
