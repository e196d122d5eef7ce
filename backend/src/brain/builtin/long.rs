//! Long messages: what counts in a rant may be one sentence of it, and stand anywhere.

use crate::brain::{
    Reader,
    builtin::{intents, said::asks_for_money_back},
};

/// A message of more bytes than this is read sentence by sentence.
const LONG: usize = 400;
/// A stretch without a full stop is cut into pieces of so many words, each beginning so many words
/// after the one before: what one cuts in two, the next has whole.
const PIECE_WORDS: usize = 24;
const STRIDE_WORDS: usize = 16;
/// A sentence this likely to ask for something may be what the message is about.
const ASKS_AT: f32 = 0.6;
/// How many such sentences, and how many sentences in all, tell what a message is about.
const ASKING: usize = 2;
const TELLING: usize = 6;

/// Whether a message is read sentence by sentence.
pub fn is_long(text: &str) -> bool {
    text.len() > LONG
}

/// The sentences of a message, in their order.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, end) in text.match_indices(['.', '!', '?', ';', '\n']) {
        let after = &text[at + end.len()..];
        // "49.00" ends no sentence.
        if end == "\n" || after.starts_with(char::is_whitespace) {
            pieces(&text[from..at + end.len()], &mut found);
            from = at + end.len();
        }
    }
    pieces(&text[from..], &mut found);
    found
}

fn pieces<'a>(sentence: &'a str, found: &mut Vec<&'a str>) {
    let sentence = sentence.trim();
    if !is_long(sentence) {
        found.extend(Some(sentence).filter(|it| !it.is_empty()));
        return;
    }
    let starts: Vec<usize> = sentence
        .char_indices()
        .scan(true, |after_space, (at, c)| {
            let begins = *after_space && !c.is_whitespace();
            *after_space = c.is_whitespace();
            Some((begins, at))
        })
        .filter_map(|(begins, at)| begins.then_some(at))
        .collect();
    for first in (0..starts.len()).step_by(STRIDE_WORDS) {
        let end = starts.get(first + PIECE_WORDS).copied().unwrap_or(sentence.len());
        found.push(sentence[starts[first]..end].trim());
    }
}

/// Whether a sentence asks outright: that counts for more than what is only told.
pub fn is_question(sentence: &str) -> bool {
    sentence.ends_with('?')
}

/// What a long message is about, a line for each sentence that tells it: what it asks for most
/// plainly, money back, and the orders and amounts that it names. Empty if none does.
pub fn gist(text: &str, reader: &dyn Reader) -> String {
    let sentences = sentences(text);
    let readings: Vec<_> = sentences.iter().map(|sentence| reader.read(sentence, &[])).collect();
    let asks = |at: usize| {
        let (intent, p) = readings[at].intents.first()?;
        let is_task = !intents::get(intent).is_some_and(|intent| intent.small_talk);
        (is_task && !readings[at].out_of_scope && *p >= ASKS_AT).then_some(*p)
    };
    let mut asking: Vec<(usize, f32)> =
        (0..sentences.len()).filter_map(|at| Some((at, asks(at)?))).collect();
    if asking.iter().any(|(at, _)| is_question(sentences[*at])) {
        asking.retain(|(at, _)| is_question(sentences[*at]));
    }
    asking.sort_by(|a, b| b.1.total_cmp(&a.1));
    asking.truncate(ASKING);
    let tells = |at: &usize| {
        asking.iter().any(|(asking, _)| asking == at)
            || readings[*at]
                .slots
                .iter()
                .any(|(key, _)| !["count", "number", "date"].contains(&key.as_str()))
            || asks_for_money_back(sentences[*at])
    };
    let mut telling: Vec<usize> = (0..sentences.len()).rev().filter(tells).take(TELLING).collect();
    telling.reverse();
    telling.into_iter().map(|at| sentences[at]).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::builtin::reader::tests::SHIPPED;

    #[test]
    fn sentences_end_where_people_end_them() {
        let check = |text: &str, expected: &[&str]| assert_eq!(sentences(text), expected, "{text}");
        check("", &[]);
        check("I paid 49.00 EUR. Why? Because", &["I paid 49.00 EUR.", "Why?", "Because"]);
        check("one\ntwo; three", &["one", "two;", "three"]);
        check("...", &["..."]);
    }

    #[test]
    fn what_counts_is_found_in_a_wall_of_words() {
        let filler = "it was raining and the parcel came and the box was wet and my dog barked ";
        let text =
            format!("{}i want my money back for A1002 {}", filler.repeat(12), filler.repeat(9));
        let gist = gist(&text, SHIPPED.as_ref());
        assert!(gist.contains("my money back for A1002"), "{gist}");
        assert!(gist.len() < 1_200, "{gist}");
    }

    #[test]
    fn hostile_text_is_cut_in_bounded_time() {
        for text in ["a ".repeat(2_000), ". ".repeat(2_000), "é".repeat(4_000), "?\n".repeat(2_000)]
        {
            assert!(sentences(&text).len() <= 2_000);
            let _ = gist(&text, SHIPPED.as_ref());
        }
    }
}
