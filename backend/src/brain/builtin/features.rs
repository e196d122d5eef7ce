//! Text as numbers: what is the same when people write it differently becomes the same feature.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use shared::limits::MESSAGE_CHARS;
use unicode_normalization::UnicodeNormalization;

use super::lexicon::pattern;

/// Longest text that is looked at, in characters: a whole message.
pub const READ_CHARS: usize = MESSAGE_CHARS;

/// Hashed n-grams fall into this many buckets.
const BUCKETS: u64 = 1 << 20;
/// Words longer than this are cut: nobody's word is longer, and a wall of letters must stay cheap.
const WORD_CHARS: usize = 32;

/// The two families of features, each brought to length one before they are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Words and pairs of words.
    Words,
    /// Three to five characters within a word and its borders.
    Chars,
}

/// NFKC, lower case, without control characters, runs of space as one, at most [`READ_CHARS`].
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(READ_CHARS * 2));
    let folded = text.chars().take(READ_CHARS).nfkc().flat_map(char::to_lowercase);
    for c in folded.take(READ_CHARS) {
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
    static MASKS: LazyLock<[(Regex, &str); 5]> = LazyLock::new(|| {
        [
            (r"[^\s@]{1,64}@[^\s@]{1,64}\.[a-z]{2,}", " xemail "),
            (r"(?:[€$£]\s?\d[\d.,]*)|(?:\d[\d.,]*\s?(?:€|\$|£|eur\b|euros?\b|usd\b|dollars?\b|gbp\b|pounds?\b|chf\b))", " xamount "),
            (r"\binv[-_ ]?[a-z0-9-]*\d[a-z0-9-]*\b", " xinvoice "),
            (r"\b[a-z]{1,3}-?\d{3,8}\b|#\s?\d{3,8}\b|\b\d{4,}\b", " xid "),
            (r"\b\d+\b", " xnum "),
        ]
        .map(|(text, mask)| (pattern(text), mask))
    });
    let mut text = normalised.to_owned();
    for (pattern, mask) in MASKS.iter() {
        if let std::borrow::Cow::Owned(masked) = pattern.replace_all(&text, *mask) {
            text = masked;
        }
    }
    text.replace('\'', "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_CHARS).collect())
        .collect()
}

/// How often each feature occurs in `words`, by bucket, in order.
pub fn counts(words: &[String], family: Family) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    let mut add = |hash: u64| {
        let bucket = u32::try_from(hash % BUCKETS).unwrap_or(0);
        *counts.entry(bucket).or_insert(0) += 1;
    };
    match family {
        Family::Words => {
            for word in words {
                add(hash(b'w', word.as_bytes()));
            }
            for pair in words.windows(2) {
                add(hash(b'p', format!("{} {}", pair[0], pair[1]).as_bytes()));
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
                        add(hash(b'c', &bordered.as_bytes()[window[0]..window[n]]));
                    }
                }
            }
        }
    }
    counts
}

/// 64-bit FNV-1a (Fowler, Noll, Vo) with a final mix, so that the low bits are usable.
fn hash(family: u8, bytes: &[u8]) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64 ^ u64::from(family);
    for byte in bytes {
        h = (h ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    h ^= h >> 32;
    h.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
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
            assert!(counts(&words, Family::Chars).len() <= READ_CHARS * 10);
        }
    }
}
