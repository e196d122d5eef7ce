//! What words are about, in many languages: "money back", "Geld zurück" and "reimbursed" share
//! more than letters. A short list, written by hand for this; see `data/concepts.txt`.

use std::{collections::HashMap, sync::LazyLock};

/// The concept of a word, as an English word, if the list has one: by the whole word, else by its
/// longest known beginning.
pub fn of(word: &str) -> Option<&'static str> {
    let lists = &*LISTS;
    if let Some(concept) = lists.words.get(word) {
        return Some(concept);
    }
    let ends: Vec<usize> =
        word.char_indices().map(|(at, c)| at + c.len_utf8()).skip(LEAST - 1).collect();
    ends.iter().rev().find_map(|end| lists.beginnings.get(&word[..*end]).copied())
}

/// All words and beginnings of words that have a concept.
pub fn entries() -> impl Iterator<Item = &'static str> {
    LISTS.words.keys().chain(LISTS.beginnings.keys()).copied()
}

/// A beginning has at least this many characters.
const LEAST: usize = 3;

struct Lists {
    words: HashMap<&'static str, &'static str>,
    beginnings: HashMap<&'static str, &'static str>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let (mut words, mut beginnings) = (HashMap::new(), HashMap::new());
    let lines = include_str!("../data/concepts.txt").lines();
    let concepts = lines.filter(|line| !line.starts_with('#')).filter_map(|l| l.split_once(':'));
    for (name, list) in concepts {
        for word in list.split_whitespace() {
            match word.strip_suffix('*') {
                // The first to name a word has it.
                Some(beginning) => beginnings.entry(beginning).or_insert(name),
                None => words.entry(word).or_insert(name),
            };
        }
    }
    Lists { words, beginnings }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_many_languages_meet() {
        let check = |a: &str, b: &str| assert_eq!(of(a), of(b), "{a} {b}");
        check("refunded", "rückerstattung");
        check("refund", "reembolso");
        check("facture", "rechnung");
        check("zamówienie", "bestelling");
        assert!(of("refund").is_some() && of("refund") != of("invoice"));
        for word in ["", "q", "zzz", "\u{0}", "xx"] {
            assert_eq!(of(word), None, "{word:?}");
        }
    }

    #[test]
    fn every_beginning_can_be_met() {
        for beginning in LISTS.beginnings.keys() {
            assert!(beginning.chars().count() >= LEAST, "{beginning}");
        }
    }
}
