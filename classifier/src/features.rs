//! Text as numbers: what is the same when people write it differently becomes the same feature.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::{concepts, masks::mask};

/// Longest text that is looked at, in characters.
pub const READ_CHARS: usize = 4_000;

/// Hashed n-grams fall into this many buckets.
const BUCKETS: u64 = 1 << 20;
/// Words longer than this are cut: nobody's word is longer, and a wall of letters must stay cheap.
const WORD_CHARS: usize = 32;

/// The families of features, each brought to its own length before they are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Words and pairs of neighbours, in their order.
    Words,
    /// Three to five characters within a word and its borders.
    Chars,
    /// Pairs of words that stand near each other, in any order.
    Pairs,
    /// What the words are about, alone and in pairs, in any order.
    Concepts,
}

/// All families, in the order of their features' numbers.
pub const FAMILIES: [Family; 4] = [Family::Words, Family::Chars, Family::Pairs, Family::Concepts];

/// Words of a pair have at most so many words between them; concepts, so many concepts.
const WORDS_APART: usize = 6;
const CONCEPTS_APART: usize = 4;

/// NFKC, lower case, without control characters, runs of space as one, at most [`READ_CHARS`].
pub fn normalise(text: &str) -> String {
    let folded = text.chars().take(READ_CHARS).nfkc().flat_map(char::to_lowercase);
    plain(folded.take(READ_CHARS))
}

/// Without control characters and what cannot be seen, runs of space as one.
pub(crate) fn plain(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in chars {
        let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
        match c {
            ' ' if out.is_empty() || out.ends_with(' ') => {}
            '’' | '‘' | '`' | '´' => out.push('\''),
            // Zero-width characters hide words from every list.
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The words of normalised text, with what differs from visitor to visitor masked.
pub fn words(normalised: &str) -> Vec<String> {
    mask(normalised)
        .replace('\'', "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_CHARS).collect())
        .collect()
}

/// How often each feature occurs in `words`, by bucket, in order.
pub fn counts(words: &[String], family: Family) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    each(words, family, &mut |kind, parts| {
        *counts.entry(bucket(kind, parts)).or_insert(0) += 1;
    });
    counts
}

/// Each feature of `words` by bucket, as people read it.
pub fn named(words: &[String], family: Family) -> BTreeMap<u32, String> {
    let mut named = BTreeMap::new();
    each(words, family, &mut |kind, parts| {
        named.entry(bucket(kind, parts)).or_insert_with(|| parts.join(" ").trim().to_owned());
    });
    named
}

/// Tells each feature, with its kind, as the parts that make it up.
fn each(words: &[String], family: Family, tell: &mut dyn FnMut(u8, &[&str])) {
    match family {
        Family::Words => {
            for word in words {
                tell(b'w', &[word]);
            }
            for pair in words.windows(2) {
                tell(b'p', &[&pair[0], &pair[1]]);
            }
        }
        Family::Chars => {
            let mut bounds = Vec::with_capacity(WORD_CHARS + 3);
            for word in words {
                let bordered = format!(" {word} ");
                bounds.clear();
                bounds.extend(bordered.char_indices().map(|(at, _)| at));
                bounds.push(bordered.len());
                for n in 3..=5 {
                    for window in bounds.windows(n + 1) {
                        tell(b'c', &[&bordered[window[0]..window[n]]]);
                    }
                }
            }
        }
        Family::Pairs => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            pairs(&words, WORDS_APART, |pair| tell(b's', pair));
        }
        Family::Concepts => {
            let about: Vec<&str> = words.iter().filter_map(|word| concepts::of(word)).collect();
            for concept in &about {
                tell(b'k', &[concept]);
            }
            pairs(&about, CONCEPTS_APART, |pair| tell(b'l', pair));
        }
    }
}

/// Pairs of what stands at most `apart` from each other, each in alphabetical order.
fn pairs(all: &[&str], apart: usize, mut tell: impl FnMut(&[&str])) {
    for (at, a) in all.iter().enumerate() {
        for b in all[at + 1..].iter().take(apart) {
            tell(&if a < b { [*a, *b] } else { [*b, *a] });
        }
    }
}

/// 64-bit FNV-1a (Fowler, Noll, Vo) with a final mix, so that the low bits are usable.
fn bucket(kind: u8, parts: &[&str]) -> u32 {
    let mut h = 0xcbf2_9ce4_8422_2325u64 ^ u64::from(kind);
    let mut add = |byte: u8| h = (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            add(b' ');
        }
        part.bytes().for_each(&mut add);
    }
    h ^= h >> 32;
    u32::try_from((h.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % BUCKETS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_however_written() {
        let check = |a: &str, b: &str| assert_eq!(words(&normalise(a)), words(&normalise(b)));
        check("Where is A1001?", "where is  B-20017");
        check("I paid €49.00", "i paid 12 euros");
        check("Write to ann@example.org", "write to x.y@z.co.uk");
        check("I don’t know", "I DON'T KNOW");
        check("ｗｈｅｒｅ", "where");
        check("ref\u{200b}und\u{0}", "refund");
    }

    #[test]
    fn hostile_text_stays_small() {
        for text in ["x".repeat(100_000), "\u{1f600}".repeat(50_000), "a ".repeat(50_000)] {
            let words = words(&normalise(&text));
            assert!(words.len() <= READ_CHARS);
            for family in FAMILIES {
                assert!(counts(&words, family).len() <= READ_CHARS * 10);
            }
        }
    }
}
