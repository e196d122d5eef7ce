//! Files as articles. What strangers made is read in a process of its own (`apart`), which can be
//! ended; here is what that process does.

pub mod apart;
mod csv;
mod html;
mod markdown;
mod pdf;

use serde::{Deserialize, Serialize};
use shared::limits::{ARTICLE_BYTES, PHRASE_CHARS};

/// Most articles of one file.
pub const PIECES: usize = 1_000;
/// Most text of one file, in bytes.
const TEXT_BYTES: usize = 4 * 1024 * 1024;
/// What of an article's size is filled when a longer text is divided.
const PART_BYTES: usize = ARTICLE_BYTES / 2;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Markdown, perhaps with a head.
    Markdown,
    /// Plain text.
    Text,
    /// A page.
    Html,
    /// Questions and answers, one a row.
    Csv,
    /// A document of pages.
    Pdf,
}

impl Kind {
    /// What a file of this name is, as far as Baton can read it.
    pub fn of(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "md" | "markdown" => Self::Markdown,
            "txt" | "text" => Self::Text,
            "html" | "htm" | "xhtml" => Self::Html,
            "csv" => Self::Csv,
            "pdf" => Self::Pdf,
            _ => return None,
        })
    }
}

/// An article in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Piece {
    /// Its title.
    pub title: String,
    /// What it says, as Markdown.
    pub body: String,
    /// What it says that it answers.
    #[serde(default)]
    pub questions: Vec<String>,
    /// Its language, where the file says so.
    #[serde(default)]
    pub language: Option<String>,
    /// Its page, where the file names one.
    #[serde(default)]
    pub url: String,
}

/// Why a file brings nothing; a sentence for whoever chose it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "fault", content = "detail", rename_all = "snake_case")]
pub enum Unreadable {
    /// It says nothing.
    #[error("There is no text in this file.")]
    Empty,
    /// It is a picture of text.
    #[error("This PDF holds pictures of text, not text. Save it as text first (OCR).")]
    Pictures,
    /// It cannot be opened without a password.
    #[error("This PDF is locked with a password. Save it without one.")]
    Locked,
    /// It is not UTF-8.
    #[error("This file is not in UTF-8. Save it again as “UTF-8” and upload that.")]
    Encoding,
    /// It is broken, or something else than its name says.
    #[error("This file is broken, or is not what its name says.")]
    Broken,
    /// It has too much text, or too many rows.
    #[error("There is too much in this file: at most 4 MB of text and 1,000 articles. Divide it.")]
    TooMuch,
    /// The columns of a table cannot be told.
    #[error("The first row must name the columns; “question” and “answer” must be among them.")]
    Columns,
    /// A row of a table is at fault.
    #[error(
        "Row {0} cannot be used: each row needs a question of at most 300 characters and an answer."
    )]
    Row(u64),
    /// The head of an article is at fault.
    #[error("The head of this article cannot be used: {0}")]
    Head(String),
    /// It took too long, or too much memory.
    #[error("Reading this file took too long or too much memory, so it was left.")]
    Costly,
}

/// Reads the articles of a file. `name` is what its own title is, if it has none.
pub fn read(kind: Kind, name: &str, bytes: &[u8]) -> Result<Vec<Piece>, Unreadable> {
    let title = title_of(name);
    let pieces = match kind {
        Kind::Markdown => vec![markdown::read(&title, text(bytes)?)?],
        Kind::Text => vec![Piece { title, body: text(bytes)?.to_owned(), ..Piece::default() }],
        Kind::Html => vec![html::read(&title, text(bytes)?)?],
        Kind::Csv => csv::read(text(bytes)?)?,
        Kind::Pdf => vec![Piece { title, body: pdf::read(bytes)?, ..Piece::default() }],
    };
    let all: usize = pieces.iter().map(|piece| piece.body.len()).sum();
    if all > TEXT_BYTES || pieces.len() > PIECES {
        return Err(Unreadable::TooMuch);
    }
    let pieces: Vec<Piece> = pieces.into_iter().flat_map(divide).collect();
    if pieces.is_empty() { Err(Unreadable::Empty) } else { Ok(pieces) }
}

/// The text of a file, without what cannot be seen.
fn text(bytes: &[u8]) -> Result<&str, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Encoding)?;
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\0') { Err(Unreadable::Broken) } else { Ok(text) }
}

/// "returns_policy-2024.pdf" as "returns policy 2024".
fn title_of(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let title = line(&stem.replace(['_', '-'], " "));
    if title.is_empty() { "Untitled".to_owned() } else { title }
}

/// Text on one line, as long as a title may be.
fn line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    // Room for the number of a part.
    line.chars().take(PHRASE_CHARS - 8).collect()
}

/// Cleans a text, and divides one that is longer than an article between paragraphs.
fn divide(piece: Piece) -> Vec<Piece> {
    let clean: String = piece
        .body
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
        .collect();
    let body = clean.trim();
    if body.len() <= ARTICLE_BYTES {
        let body = body.to_owned();
        return if body.is_empty() { Vec::new() } else { vec![Piece { body, ..piece }] };
    }
    let mut parts: Vec<String> = vec![String::new()];
    for paragraph in body.split("\n\n").flat_map(bearable) {
        if parts.last().is_some_and(|part| part.len() + paragraph.len() > PART_BYTES) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(paragraph);
            part.push_str("\n\n");
        }
    }
    let part = |(at, body): (usize, String)| Piece {
        title: format!("{} ({})", piece.title, at + 1),
        body: body.trim().to_owned(),
        ..piece.clone()
    };
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.enumerate().map(part).collect()
}

/// A paragraph, in pieces if it is longer than a part.
fn bearable(paragraph: &str) -> Vec<&str> {
    let mut rest = paragraph;
    let mut pieces = Vec::new();
    while rest.len() > PART_BYTES {
        let end = (0..=PART_BYTES).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests;
