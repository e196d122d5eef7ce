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

/// What a view shows: which conversations, and by what it is ordered. Each has its partial index.
struct Shape {
    /// Takes the reader as its one parameter.
    filter: &'static str,
    order: &'static str,
    oldest_first: bool,
}

fn shape(view: View) -> Shape {
    let newest = |filter| Shape { filter, order: "updated_at", oldest_first: false };
    match view {
        View::Waiting => Shape {
            filter: "waiting_since IS NOT NULL AND ? <> ''",
            order: "waiting_since",
            oldest_first: true,
        },
        View::Mine => newest("staff = ?"),
        View::All => newest("closed = 0 AND ? <> ''"),
        View::Closed => newest("closed = 1 AND ? <> ''"),
    }
}

/// One line more than asked for is read, to know whether there is a next page.
pub(super) fn page(
    conn: &Connection,
    query: &InboxQuery,
) -> Result<(Vec<Line>, Option<String>), StoreError> {
    let Some(words) = search::queries(&query.text) else { return Ok((Vec::new(), None)) };
    let cursor = query.after.as_deref().and_then(read_cursor);
    let limit = query.limit.clamp(1, MOST);
    let sql = page_sql(query.view, cursor.is_some(), words.len());
    let mut values = vec![Value::from(query.reader.as_str().to_owned())];
    if let Some((at, id)) = cursor {
        values.extend([Value::from(at), Value::from(id.to_owned())]);
    }
    values.extend(words.into_iter().map(Value::from));
    values.push(Value::from(i64::try_from(limit + 1).unwrap_or(1)));

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

fn page_sql(view: View, goes_on: bool, words: usize) -> String {
    let Shape { filter, order, oldest_first } = shape(view);
    let (beyond, direction) = if oldest_first { (">", "ASC") } else { ("<", "DESC") };
    let goes_on =
        if goes_on { format!(" AND ({order}, id) {beyond} (?, ?)") } else { String::new() };
    let words = search::AND_FOUND.repeat(words);
    format!(
        "SELECT {LINE}, {order}, id FROM conversations WHERE {filter}{goes_on}{words}
         ORDER BY {order} {direction}, id {direction} LIMIT ?"
    )
}

pub(super) fn counts(conn: &Connection, reader: &StaffId) -> Result<Counts, StoreError> {
    let count = |view| {
        let sql = format!("SELECT count(*) FROM conversations WHERE {}", shape(view).filter);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// However many conversations there are, a page costs what it shows.
    #[test]
    fn every_view_is_read_from_its_index() {
        let dir = tempfile::tempdir().expect("a folder");
        let opened = super::super::open::open(dir.path()).expect("a database");
        for view in [View::Waiting, View::Mine, View::All, View::Closed] {
            for goes_on in [false, true] {
                let sql = format!("EXPLAIN QUERY PLAN {}", page_sql(view, goes_on, 0));
                let mut statement = opened.conn.prepare(&sql).expect("a statement");
                let values = vec!["x"; statement.parameter_count()];
                let plan = statement
                    .query_map(params_from_iter(values), |row| row.get::<_, String>(3))
                    .expect("a plan")
                    .collect::<Result<Vec<_>, _>>()
                    .expect("a plan")
                    .join("; ");
                assert!(plan.contains("INDEX conversations_"), "{view:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{view:?}: {plan}");
            }
        }
    }
}
