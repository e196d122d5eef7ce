//! Tables, as models like to write them.

use super::{Block, Span, inline};

/// Most columns; a wider table stays text.
const MAX_COLUMNS: usize = 12;

/// Whether a table begins here: a line of cells, then a line of dashes with as many.
pub fn begins(lines: &[&str]) -> bool {
    let [head, dashes, ..] = lines else { return false };
    if !(head.contains('|') && dashes.contains('|') && dashes.contains('-')) {
        return false;
    }
    let columns = cells(dashes).count();
    columns <= MAX_COLUMNS
        && cells(dashes)
            .all(|cell| !cell.is_empty() && cell.bytes().all(|b| matches!(b, b'-' | b':')))
        && cells(head).count() == columns
}

/// Reads the table that begins here; says how many lines it took.
pub fn table(lines: &[&str], found: &mut Vec<Block>) -> usize {
    let head: Vec<_> = cells(lines[0]).map(inline::spans).collect();
    let body = lines[2..].iter().take_while(|line| line.contains('|'));
    let row = |line: &&str| -> Vec<Vec<Span>> {
        let given = cells(line).map(inline::spans);
        given.chain(std::iter::repeat_with(Vec::new)).take(head.len()).collect()
    };
    let rows: Vec<_> = body.map(row).collect();
    let taken = rows.len() + 2;
    found.push(Block::Table { head, rows });
    taken
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    line.strip_suffix('|').unwrap_or(line).split('|').map(str::trim)
}
