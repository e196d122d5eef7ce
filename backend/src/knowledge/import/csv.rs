//! A table of questions and answers.

use csv::{ReaderBuilder, StringRecord, Trim};
use shared::limits::{ARTICLE_QUESTIONS, PHRASE_CHARS};

use super::{PIECES, Piece, Unreadable, line};

/// Reads rows with the columns `question` and `answer`, and perhaps `title`, `language` and `url`.
/// Rows with the same answer are one article.
pub(super) fn read(text: &str) -> Result<Vec<Piece>, Unreadable> {
    let mut rows = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .trim(Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let head = rows.headers().map_err(|_| Unreadable::Columns)?.clone();
    let column = |name: &str| head.iter().position(|it| it.eq_ignore_ascii_case(name));
    let (Some(question), Some(answer)) = (column("question"), column("answer")) else {
        return Err(Unreadable::Columns);
    };
    let others = ["title", "language", "url"].map(column);
    let mut pieces: Vec<Piece> = Vec::new();
    for (row, number) in rows.records().zip(2..) {
        let row = row.map_err(|_| Unreadable::Row(number))?;
        if row.iter().all(str::is_empty) {
            continue;
        }
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned();
        let (asked, body) = (cell(Some(question)), cell(Some(answer)));
        if asked.is_empty() || asked.chars().count() > PHRASE_CHARS || body.is_empty() {
            return Err(Unreadable::Row(number));
        }
        let asked = line(&asked);
        let same = pieces.iter_mut().find(|it| it.body == body);
        match same.filter(|it| it.questions.len() < ARTICLE_QUESTIONS) {
            Some(piece) => piece.questions.push(asked),
            None => pieces.push(piece(&row, asked, body, others)),
        }
        if pieces.len() > PIECES {
            return Err(Unreadable::TooMuch);
        }
    }
    Ok(pieces)
}

fn piece(row: &StringRecord, asked: String, body: String, others: [Option<usize>; 3]) -> Piece {
    let [title, language, url] =
        others.map(|at| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned());
    Piece {
        title: if title.is_empty() { asked.clone() } else { line(&title) },
        body,
        questions: vec![asked],
        language: Some(language.to_ascii_lowercase()).filter(|it| !it.is_empty()),
        url,
    }
}

/// What stands between the columns: spreadsheets write commas, semicolons or tabs.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |mark: &u8| head.bytes().filter(|byte| byte == mark).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(count).unwrap_or(b',')
}
