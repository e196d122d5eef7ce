//! The text of a PDF.

use pdf_extract::{OutputError, extract_text_from_mem};

use super::Unreadable;

/// Reads the text, in paragraphs as far as the file tells them.
pub(super) fn read(bytes: &[u8]) -> Result<String, Unreadable> {
    // Some bytes may stand before the mark (PDF 32000-1, implementation note 13).
    if !bytes
        .get(..1024.min(bytes.len()))
        .is_some_and(|head| head.windows(5).any(|it| it == b"%PDF-"))
    {
        return Err(Unreadable::Broken);
    }
    let text = extract_text_from_mem(bytes).map_err(|fault| match fault {
        OutputError::PdfError(pdf_extract::Error::Decryption(_)) => Unreadable::Locked,
        _ => Unreadable::Broken,
    })?;
    let text = paragraphs(&text);
    if text.is_empty() { Err(Unreadable::Pictures) } else { Ok(text) }
}

/// Joins the lines of each paragraph; empty lines stand between paragraphs.
fn paragraphs(text: &str) -> String {
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        match paragraphs.last_mut() {
            _ if line.is_empty() => paragraphs.push(String::new()),
            Some(last) if last.is_empty() => last.push_str(&line),
            Some(last) => {
                last.push(' ');
                last.push_str(&line);
            }
            None => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}
