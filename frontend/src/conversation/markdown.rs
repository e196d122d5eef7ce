//! Markdown as a typed tree.
//!
//! What people and models write reaches a page only as these types: there is no HTML in them, no
//! image, and a link cannot be built but through [`Href::parse`]. A small dialect, written here
//! because a full parser would outweigh the rest of the widget; whatever it does not know stays
//! text. Reading takes time linear in the input's length, whatever the input.

mod href;
mod inline;
mod table;

pub use href::Href;

/// Longest text that is read, in characters; the rest is left out.
pub const MAX_CHARS: usize = 20_000;

/// How deep quotes and lists may nest; deeper ones stay text.
const MAX_DEPTH: usize = 4;

/// A paragraph or something as large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Span>),
    /// A heading, of whatever level: a chat has no outline.
    Heading(Vec<Span>),
    /// A list.
    List {
        /// The first number, if it is numbered.
        start: Option<u32>,
        /// Its items.
        items: Vec<Vec<Block>>,
    },
    /// Somebody else's words.
    Quote(Vec<Block>),
    /// Preformatted text.
    Code(String),
    /// A table; every row has as many cells as the head.
    Table {
        /// What the columns are called.
        head: Vec<Vec<Span>>,
        /// What they hold.
        rows: Vec<Vec<Vec<Span>>>,
    },
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Plain text.
    Text(String),
    /// Important text.
    Strong(Vec<Span>),
    /// Stressed text.
    Emphasis(Vec<Span>),
    /// Preformatted text.
    Code(String),
    /// A link; `label` is empty where the address is its own label.
    Link {
        /// Where it leads.
        href: Href,
        /// What it says.
        label: Vec<Span>,
    },
    /// A new line.
    Break,
}

/// Reads Markdown.
pub fn parse(text: &str) -> Vec<Block> {
    let clean = clean(text);
    let lines: Vec<&str> = clean.lines().collect();
    blocks(&lines, 0)
}

/// Without characters that do not show, or that make text show other than it is: control
/// characters and the marks that override the direction of writing.
pub fn clean(text: &str) -> String {
    text.chars()
        .take(MAX_CHARS)
        .filter(|c| match c {
            '\n' | '\t' => true,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => false,
            c => !c.is_control(),
        })
        .collect()
}

fn blocks(lines: &[&str], depth: usize) -> Vec<Block> {
    let mut found = Vec::new();
    let mut rest = lines;
    while let Some(line) = rest.first() {
        let taken = if line.trim().is_empty() {
            1
        } else if let Some(fence) = fence(line) {
            code(rest, fence, &mut found)
        } else if let Some(text) = heading(line) {
            found.push(Block::Heading(inline::spans(text)));
            1
        } else if depth < MAX_DEPTH && unquoted(line).is_some() {
            quote(rest, depth, &mut found)
        } else if table::begins(rest) {
            table::table(rest, &mut found)
        } else if let Some(marker) = marker(line).filter(|_| depth < MAX_DEPTH) {
            list(rest, &marker, depth, &mut found)
        } else {
            paragraph(rest, depth, &mut found)
        };
        rest = &rest[taken..];
    }
    found
}

/// Each of these reads one block from the front of `lines` and says how many lines it took.
fn paragraph(lines: &[&str], depth: usize, found: &mut Vec<Block>) -> usize {
    let ends = |at: &usize| {
        let line = lines[*at];
        line.trim().is_empty()
            || fence(line).is_some()
            || heading(line).is_some()
            || table::begins(&lines[*at..])
            || (depth < MAX_DEPTH && (unquoted(line).is_some() || marker(line).is_some()))
    };
    let end = (1..lines.len()).find(ends).unwrap_or(lines.len());
    let text = lines[..end].iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n");
    found.push(Block::Paragraph(inline::spans(&text)));
    end
}

fn code(lines: &[&str], fence: &str, found: &mut Vec<Block>) -> usize {
    let end = lines.iter().skip(1).position(|line| line.trim() == fence);
    let (end, taken) = end.map_or((lines.len(), lines.len()), |at| (at + 1, at + 2));
    found.push(Block::Code(lines[1..end].join("\n")));
    taken
}

fn quote(lines: &[&str], depth: usize, found: &mut Vec<Block>) -> usize {
    let inner: Vec<&str> = lines.iter().map_while(|line| unquoted(line)).collect();
    found.push(Block::Quote(blocks(&inner, depth + 1)));
    inner.len()
}

fn list(lines: &[&str], first: &Marker, depth: usize, found: &mut Vec<Block>) -> usize {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(own) = lines.get(at).and_then(|line| marker(line)) {
        if own.number.is_some() != first.number.is_some() || own.indent > first.indent + 1 {
            break;
        }
        let mut item = vec![&lines[at][own.width..]];
        at += 1;
        // What is indented under the item belongs to it, blank lines in between included.
        while let Some(line) = lines.get(at) {
            let blank = line.trim().is_empty();
            let next_is_inside = lines
                .get(at + 1)
                .is_some_and(|next| indent(next) > own.indent + 1 && !blank_line(next));
            if blank && !next_is_inside || !blank && indent(line) <= own.indent + 1 {
                break;
            }
            item.push(&line[indent(line).min(own.width)..]);
            at += 1;
        }
        items.push(blocks(&item, depth + 1));
    }
    found.push(Block::List { start: first.number, items });
    at
}

fn blank_line(line: &str) -> bool {
    line.trim().is_empty()
}

fn indent(line: &str) -> usize {
    line.bytes().take_while(|b| *b == b' ').count()
}

fn fence(line: &str) -> Option<&'static str> {
    let line = line.trim_start();
    ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start().trim_start_matches('#');
    let hashes = line.trim_start().len() - text.len();
    let text = text.strip_prefix(' ')?.trim().trim_end_matches('#').trim_end();
    ((1..=6).contains(&hashes) && !text.is_empty()).then_some(text)
}

fn unquoted(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix('>')?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

/// What stands before an item of a list.
struct Marker {
    number: Option<u32>,
    indent: usize,
    /// Bytes up to the item's text.
    width: usize,
}

fn marker(line: &str) -> Option<Marker> {
    let indent = indent(line);
    let text = &line[indent..];
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, mark) = match text.as_bytes().first()? {
        b'-' | b'*' | b'+' => (None, 1),
        // More digits than a number of items can have: a telephone number, say.
        _ if (1..=4).contains(&digits) => {
            let dot = matches!(text.as_bytes().get(digits), Some(b'.' | b')'));
            (dot.then(|| text[..digits].parse().ok()).flatten(), digits + 1)
        }
        _ => return None,
    };
    let is_marker = (number.is_some() || digits == 0)
        && text.as_bytes().get(mark) == Some(&b' ')
        && !blank_line(&text[mark..]);
    is_marker.then_some(Marker { number, indent, width: indent + mark + 1 })
}

#[cfg(test)]
mod tests;
