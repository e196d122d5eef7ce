//! Markdown, with a head as the articles of a folder have it, or with a heading, or without both.

use super::{Piece, Unreadable, html::split_heading};
use crate::knowledge::{ArticleError, articles};

/// Reads an article; `name` is its title if it has none.
pub(super) fn read(name: &str, text: &str) -> Result<Piece, Unreadable> {
    if text.starts_with("+++\n") || text.starts_with("+++\r\n") {
        let article = articles::parse_named(text, "article").map_err(|fault| match fault {
            ArticleError::Value { field: "body", .. } => Unreadable::Empty,
            fault => Unreadable::Head(fault.to_string()),
        })?;
        return Ok(Piece {
            title: article.title,
            body: article.body,
            questions: article.questions,
            language: Some(article.language),
            url: article.url,
        });
    }
    let (heading, body) = split_heading(text);
    let title = if heading.is_empty() { name.to_owned() } else { heading };
    Ok(Piece { title, body, ..Piece::default() })
}
