//! Slips of the finger, mended to words that the examples have.

use std::collections::BTreeMap;

/// Words of fewer characters are too alike to be mended.
const LEAST_CHARS: usize = 4;
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
            if chars.len() >= LEAST_CHARS {
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

    /// Replaces unknown words by the known word that a single slip of the finger makes of them;
    /// the most frequent if there are several.
    pub fn repair(&self, words: Vec<String>) -> Vec<String> {
        let mut left = MOST_REPAIRS;
        let repaired = words.into_iter().map(|word| {
            if left == 0 || word.len() < LEAST_CHARS || self.has(&word) {
                return word;
            }
            let chars: Vec<char> = word.chars().collect();
            if chars.len() < LEAST_CHARS {
                return word;
            }
            left -= 1;
            let lengths = self.by_length.range(chars.len() - 1..=chars.len() + 1);
            let near = lengths.flat_map(|(_, known)| known).filter(|it| one_slip(&chars, &it.0));
            // Of equals the first in the alphabet.
            let best = near.max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
            best.map_or(word, |(known, _)| known.iter().collect())
        });
        repaired.collect()
    }
}

/// Whether one insertion, deletion, substitution or swap of neighbours makes `known` of `word`.
fn one_slip(word: &[char], known: &[char]) -> bool {
    if word.len().abs_diff(known.len()) > 1 {
        return false;
    }
    let same = word.iter().zip(known).take_while(|(a, b)| a == b).count();
    let (word, known) = (&word[same..], &known[same..]);
    if word.is_empty() || known.is_empty() {
        return true;
    }
    match word.len().cmp(&known.len()) {
        std::cmp::Ordering::Greater => word[1..] == *known,
        std::cmp::Ordering::Less => *word == known[1..],
        std::cmp::Ordering::Equal => {
            let swapped = word.len() > 1 && word[0] == known[1] && word[1] == known[0];
            word[1..] == known[1..] || (swapped && word[2..] == known[2..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_and_no_more() {
        let check = |a: &str, b: &str, near: bool| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert_eq!(one_slip(&a, &b), near, "{a:?} {b:?}");
        };
        check("refnud", "refund", true);
        check("refun", "refund", true);
        check("reffund", "refund", true);
        check("fefund", "refund", true);
        check("rückgab", "rückgabe", true);
        check("rfednu", "refund", false);
        check("é", "refund", false);
    }

    #[test]
    fn what_is_known_or_short_or_far_stays() {
        let words = ["refund", "order", "orders"].map(str::to_owned);
        let vocabulary = Vocabulary::of(words.iter());
        let check = |word: &str, mended: &str| {
            assert_eq!(vocabulary.repair(vec![word.to_owned()]), [mended], "{word}");
        };
        check("refnud", "refund");
        check("order", "order");
        check("orde", "order");
        check("ödr", "ödr");
        check("zzzzzzzz", "zzzzzzzz");
        check("", "");
        let junk = vec!["refnud".to_owned(); 100];
        let mended = vocabulary.repair(junk);
        assert_eq!(mended.iter().filter(|word| *word == "refund").count(), MOST_REPAIRS);
    }
}
