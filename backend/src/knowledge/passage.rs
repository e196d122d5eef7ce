//! Cuts the part out of an article that answers.

use super::{lexicon::Asked, words::words};

/// Longest passage, in characters.
const PASSAGE_CHARS: usize = 700;

/// The run of paragraphs that has most of what is asked, within the length of a passage.
pub(super) fn best_part(body: &str, language: &str, asked: &[Asked]) -> String {
    if body.chars().count() <= PASSAGE_CHARS {
        return body.to_owned();
    }
    let paragraphs: Vec<&str> = body.split("\n\n").collect();
    let score = |from: usize| {
        let part = part_from(&paragraphs, from);
        let words = words(&part, language);
        (Asked::share(asked, |term| f32::from(u8::from(words.contains(term)))), part)
    };
    // The first of equals: an article says the main thing first.
    let best = (0..paragraphs.len()).map(score).reduce(|a, b| if b.0 > a.0 { b } else { a });
    best.map(|(_, part)| part).unwrap_or_default()
}

/// As many paragraphs from `from` on as fit; at least part of one.
fn part_from(paragraphs: &[&str], from: usize) -> String {
    let mut part = String::new();
    for paragraph in &paragraphs[from..] {
        if !part.is_empty() && part.chars().count() + paragraph.chars().count() > PASSAGE_CHARS {
            break;
        }
        if !part.is_empty() {
            part.push_str("\n\n");
        }
        part.push_str(paragraph);
    }
    part.chars().take(PASSAGE_CHARS).collect()
}
