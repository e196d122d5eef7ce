//! Slips of the finger, mended to words that the examples have, or that are about something known.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use crate::{concepts, slip};

/// Words of fewer characters are too alike to be mended to, and typed words of fewer to be mended.
const LEAST_KNOWN: usize = 4;
const LEAST_TYPED: usize = 3;
/// In a word of so many characters two slips leave enough to tell it by, and in one of so many a
/// slip leaves enough to tell what it is about.
const LONG: usize = 8;
const TELLING: usize = 5;
/// More unknown words than this in one text are no slips but another language, or junk.
const MOST_REPAIRS: usize = 12;

/// The words of the examples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vocabulary {
    /// How often each occurs.
    words: BTreeMap<String, u32>,
    /// Those long enough to be mended to, by their length in characters.
    by_length: BTreeMap<usize, Vec<(Vec<char>, u32)>>,
}

impl Vocabulary {
    /// The words of `texts`.
    pub fn of<'a>(texts: impl Iterator<Item = &'a String>) -> Self {
        let mut words: BTreeMap<String, u32> = BTreeMap::new();
        for word in texts {
            *words.entry(word.clone()).or_insert(0) += 1;
        }
        let mut by_length: BTreeMap<usize, Vec<(Vec<char>, u32)>> = BTreeMap::new();
        for (word, n) in &words {
            let chars: Vec<char> = word.chars().collect();
            if chars.len() >= LEAST_KNOWN {
                by_length.entry(chars.len()).or_default().push((chars, *n));
            }
        }
        Self { words, by_length }
    }

    /// Whether the examples have this word.
    pub fn has(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    /// The words and how often each occurs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.words.iter().map(|(word, n)| (word.as_str(), *n))
    }

    /// Replaces unknown words by the known word that a slip of the finger makes of them, in long
    /// words two; else by a word of the concepts' list that one makes of them.
    pub fn repair(&self, words: Vec<String>) -> Vec<String> {
        let mut left = MOST_REPAIRS;
        let repaired = words.into_iter().map(|word| {
            if left == 0 || word.len() < LEAST_TYPED || self.has(&word) {
                return word;
            }
            let chars: Vec<char> = word.chars().collect();
            if chars.len() < LEAST_TYPED {
                return word;
            }
            left -= 1;
            let known = self.by_one(&chars).or_else(|| self.by_two(&chars)).map(String::from_iter);
            known.or_else(|| about(&word, &chars)).unwrap_or(word)
        });
        repaired.collect()
    }

    /// Known words whose length differs by at most `by`.
    fn alike(&self, chars: &[char], by: usize) -> impl Iterator<Item = &(Vec<char>, u32)> {
        let lengths = chars.len().saturating_sub(by)..=chars.len() + by;
        self.by_length.range(lengths).flat_map(|(_, known)| known)
    }

    /// Of those that are one slip away the likeliest: how common the word is times how common the
    /// slip. Of equals the first in the alphabet.
    fn by_one(&self, chars: &[char]) -> Option<&[char]> {
        let near = self.alike(chars, 1).filter_map(|(known, n)| {
            let slip = slip::between(chars, known)?;
            Some((real(*n).ln() + slip.likelihood(), known))
        });
        let best = near.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        best.map(|(_, known)| known.as_slice())
    }

    /// Of those that are two slips away the most frequent; nobody's first letter is wrong, too.
    fn by_two(&self, chars: &[char]) -> Option<&[char]> {
        if chars.len() < LONG {
            return None;
        }
        let near = self.alike(chars, 2);
        let near = near.filter(|(known, _)| known.first() == chars.first());
        let near = near.filter(|(known, _)| slip::are_two_apart(chars, known));
        let best = near.max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
        best.map(|(known, _)| known.as_slice())
    }
}

/// The entry of the concepts' list that a slip makes of a word or of its beginning, the longest
/// first: what it is about is enough.
fn about(word: &str, chars: &[char]) -> Option<String> {
    if chars.len() < TELLING || concepts::of(word).is_some() {
        return None;
    }
    let first = chars.first().copied()?;
    (TELLING..=chars.len() + 1).rev().find_map(|length| {
        let ends = [length + 1, length, length - 1].into_iter().filter(|end| *end <= chars.len());
        let entries = ENTRIES.get(&(first, length))?;
        let is_near = |entry: &&Vec<char>| {
            ends.clone().any(|end| slip::between(&chars[..end], entry).is_some())
        };
        entries.iter().find(is_near).map(String::from_iter)
    })
}

type Entries = HashMap<(char, usize), Vec<Vec<char>>>;

/// The concepts' entries by first letter and length, in order.
static ENTRIES: LazyLock<Entries> = LazyLock::new(|| {
    let mut entries = Entries::new();
    for entry in concepts::entries() {
        let chars: Vec<char> = entry.chars().collect();
        if let Some(first) = chars.first() {
            entries.entry((*first, chars.len())).or_default().push(chars);
        }
    }
    for alike in entries.values_mut() {
        alike.sort_unstable();
    }
    entries
});

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^24")]
fn real(n: u32) -> f32 {
    n as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_or_short_or_far_stays() {
        let words = ["refund", "order", "orders", "package", "subscription"].map(str::to_owned);
        let vocabulary = Vocabulary::of(words.iter());
        let check = |word: &str, mended: &str| {
            assert_eq!(vocabulary.repair(vec![word.to_owned()]), [mended], "{word}");
        };
        check("refnud", "refund");
        check("order", "order");
        check("orde", "order");
        check("subscirptoin", "subscription");
        check("rfednu", "rfednu");
        check("ödr", "ödr");
        check("od", "od");
        check("zzzzzzzz", "zzzzzzzz");
        check("", "");
        let junk = vec!["refnud".to_owned(); 100];
        let mended = vocabulary.repair(junk);
        assert_eq!(mended.iter().filter(|word| *word == "refund").count(), MOST_REPAIRS);
    }

    #[test]
    fn the_likelier_slip_is_undone() {
        let words = ["boat", "bolt", "boat", "fast", "cast"].map(str::to_owned);
        let vocabulary = Vocabulary::of(words.iter());
        let check = |word: &str, mended: &str| {
            assert_eq!(vocabulary.repair(vec![word.to_owned()]), [mended], "{word}");
        };
        // More frequent, but its letter lies far from what was typed.
        check("bokt", "bolt");
        check("vast", "cast");
    }

    #[test]
    fn what_it_is_about_is_known_though_no_example_has_the_word() {
        let vocabulary = Vocabulary::of([].iter());
        let check = |word: &str, like: &str| {
            let mended = vocabulary.repair(vec![word.to_owned()]);
            assert_eq!(concepts::of(&mended[0]), concepts::of(like), "{mended:?}");
        };
        check("reimbusrement", "refund");
        check("rückerstatung", "refund");
        assert_eq!(vocabulary.repair(vec!["frobnicates".to_owned()]), ["frobnicates"]);
    }
}
