//! Full-text search: what is findable, and how a person's words become a query.
//!
//! Text is put aside with its append and indexed in bulk: by the writer when much has gathered, and
//! before any search, so that a search finds what was acknowledged before. FTS5 writes a segment of
//! its own for each transaction, which would cost every commit more than all the rest of it.

use rusqlite::Connection;
use shared::id::Seq;

/// Most words that a search looks for; further ones are left out.
const WORDS: usize = 8;
/// Bits of a row id that hold the sequence number; the others hold the conversation's number.
const SEQ_BITS: u32 = 24;

/// Narrows a list of conversations to those in which one word occurs.
pub(super) const AND_FOUND: &str =
    " AND n IN (SELECT rowid >> 24 FROM search WHERE search MATCH ?)";

/// The row of what an append to conversation `n` at `seq` makes findable.
pub(super) fn row_id(n: i64, seq: Seq) -> i64 {
    let low = seq & ((1 << SEQ_BITS) - 1);
    (n << SEQ_BITS) | i64::try_from(low).unwrap_or(0)
}

/// Puts `text` aside, to be indexed.
pub(super) fn add(conn: &Connection, row: i64, text: &str) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO search_waiting (row, text) VALUES (?, ?)";
    conn.prepare_cached(sql)?.execute((row, text)).map(|_| ())
}

/// Indexes what was put aside.
pub(super) fn index(conn: &Connection) -> rusqlite::Result<()> {
    let waiting = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM search_waiting)")?
        .query_row([], |row| row.get(0))?;
    if waiting {
        conn.execute_batch(
            "INSERT OR REPLACE INTO search (rowid, text) SELECT row, text FROM search_waiting;
             DELETE FROM search_waiting;",
        )?;
    }
    Ok(())
}

/// One query a word, all of which must be found: the word, or what begins with it. Quoted, so that
/// nothing in it is an operator. `None` if there are words of which none can be searched for.
pub(super) fn queries(text: &str) -> Option<Vec<String>> {
    let text = text.replace('\0', " ");
    let queries: Vec<_> = text
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .take(WORDS)
        .map(|word| format!("\"{}\"*", word.replace('"', "\"\"")))
        .collect();
    let pointless = queries.is_empty() && !text.trim().is_empty();
    (!pointless).then_some(queries)
}
