//! Answers from the knowledge base: the passage that answers is quoted and linked.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::limits::QUERY_CHARS;

use super::list;
use crate::brain::builtin::{
    answer::{Answer, Needs},
    features, plan,
    scene::{Scene, cut},
    understand::Goal,
};

/// Longest quotation, in characters.
const QUOTE_CHARS: usize = 360;

/// Quotes what the pages say, or says that they say nothing.
pub fn answer(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let query = cut(&goal.text, QUERY_CHARS);
    let found = scene.need("search_knowledge", json!({ "query": query }))?;
    let asked = stems(&query);
    let told = list(&found["passages"]).iter().take(3).find(|passage| {
        let words = stems(&format!("{} {}", text_of(passage, "title"), text_of(passage, "text")));
        asked.iter().any(|stem| words.contains(stem))
    });
    let Some(passage) = told else { return Ok(miss(scene, goal)) };
    let quote = quote(text_of(passage, "text"), &asked);
    let (title, url) = (text_of(passage, "title"), text_of(passage, "url"));
    let mut answer = Answer::text(scene.say("answer", &[("quote", &quote)]));
    if !url.is_empty() {
        answer.sources.push((title.to_owned(), url.to_owned()));
    }
    Ok(answer)
}

/// Without a clear intent it was no more than an attempt.
fn miss(scene: &Scene<'_>, goal: &Goal) -> Answer {
    if goal.intent.is_empty() {
        plan::unclear(scene)
    } else {
        scene.offer(scene.say("no_answer", &[]))
    }
}

fn text_of<'a>(passage: &'a Value, key: &str) -> &'a str {
    passage[key].as_str().unwrap_or_default()
}

/// The sentences around the one that shares most with the question, in their order.
fn quote(text: &str, asked: &BTreeSet<String>) -> String {
    let plain = plain(text);
    let sentences: Vec<&str> = split(&plain);
    let shared = |sentence: &str| stems(sentence).intersection(asked).count();
    let best = (0..sentences.len()).rev().max_by_key(|at| shared(sentences[*at])).unwrap_or(0);
    let mut quote = String::new();
    for sentence in sentences.iter().skip(best) {
        let longer = quote.chars().count() + sentence.chars().count() + 1;
        if !quote.is_empty() && longer > QUOTE_CHARS {
            break;
        }
        if !quote.is_empty() {
            quote.push(' ');
        }
        quote.push_str(sentence);
    }
    cut(&quote, QUOTE_CHARS * 2)
}

/// Markdown without its marks; links keep their words.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        rest = after.find(')').map_or("", |end| &after[end + 1..]);
    }
    out.push_str(rest);
    let unmarked = out.replace(['*', '#', '`', '[', '_', '>'], "");
    unmarked.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn split(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut from = 0;
    for (at, end) in text.match_indices(['.', '!', '?']) {
        let next = at + end.len();
        let closes = text[next..].starts_with(' ');
        if closes && next - from > 20 {
            sentences.push(text[from..next].trim());
            from = next;
        }
    }
    if !text[from..].trim().is_empty() {
        sentences.push(text[from..].trim());
    }
    sentences
}

/// The words that carry meaning, cut to their first letters: a stem good enough to compare.
fn stems(text: &str) -> BTreeSet<String> {
    const EMPTY: &str = " what when where which your yours with have does this that there from they them would could should about please want need will long much many into than then been were because just only also some more most very here hello thanks tell know ";
    let words = features::words(&features::normalise(text)).into_iter();
    words
        .filter(|word| word.chars().count() > 3 && !EMPTY.contains(&format!(" {word} ")))
        .map(|word| word.chars().take(5).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_answers_is_quoted() {
        let text = "# Shipping\n\nWe pack with care. Standard **delivery** takes [2 to 4 days](/x). Express is next day.";
        let quote = quote(text, &stems("how long does delivery take"));
        assert_eq!(quote, "Standard delivery takes 2 to 4 days. Express is next day.");
    }

    #[test]
    fn hostile_passages_stay_short() {
        let quote = quote(&"](".repeat(5_000), &stems("x"));
        assert!(quote.chars().count() <= QUOTE_CHARS * 2);
        assert!(super::quote(&"a. ".repeat(9_000), &stems("x")).chars().count() <= QUOTE_CHARS * 2);
    }
}
