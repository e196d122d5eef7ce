//! Text as words that can be compared: folded, stemmed lightly, without those that say nothing.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest word, in characters; the rest of a longer one is dropped.
const WORD_CHARS: usize = 32;
/// Most words taken from one text.
const WORDS: usize = 20_000;

/// The words of `text` that say something, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && *c != '\'' && *c != '’')
        .flat_map(char::to_lowercase)
        .collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !says_nothing(word))
        .map(|word| stem(&word.chars().take(WORD_CHARS).collect::<String>()))
        .take(WORDS)
        .collect()
}

/// English words that occur in any question.
const NOTHING: &str = " a about above actually after afternoon again against all already also although always am an \
    and any anyone anything are arent around as at away be because been before being below \
    between bit both but by can cannot cant cheers correct could couldnt d day days did didnt do does \
    doesnt doing dont down during each else enough even evening ever everyone everything few \
    fine folks for from further gave get given go goes going gone good got great guys had haha \
    has have having he hello help her here hey hi him his how i id if ill im in indeed instead \
    into is isnt it its ive just kept know known least less let like ll long lot lots made make \
    makes making many mate may maybe me mean might mine more morning most much must my myself name \
    need needed never nice no none nope nor not nothing now of off often oh ok on once one only \
    or other others otherwise our out own perhaps please possible question quick quite rather \
    really right s said same say says see seem seems several shall she should since so some \
    somebody someone something somewhere sorry still stuff such sure t tell than thank thanks \
    that thats the their them then there theres these they theyre thing things think this those \
    though thought through to together told tonight too took toward towards u under unless \
    until up upon us use used using usually ve very wanna want wanted was wasnt way we well \
    were weve what whats whether which while who whole whose why will with within without \
    wonder wondering wont work works would yeah yep yes yesterday yet you your youre youve ";

fn says_nothing(word: &str) -> bool {
    word.chars().count() == 1 && !word.bytes().all(|b| b.is_ascii_digit())
        || NOTHING.contains(&format!(" {word} "))
}

/// Cuts common English endings, so that "returns", "returned" and "returning" meet. Both sides
/// are cut alike, so a word need not come out right, only the same.
fn stem(word: &str) -> String {
    let long_enough = |rest: &str, min: usize| rest.chars().count() >= min;
    let cut = |ending: &str, min: usize| {
        word.strip_suffix(ending).filter(|rest| long_enough(rest, min)).map(str::to_owned)
    };
    let base = if let Some(rest) = cut("ies", 2) {
        rest + "y"
    } else if let Some(rest) = cut("sses", 2) {
        rest + "ss"
    } else if let Some(rest) = cut("ations", 3).or_else(|| cut("ation", 3)) {
        rest
    } else if let Some(rest) = cut("ing", 3).or_else(|| cut("edly", 3)).or_else(|| cut("ed", 3)) {
        undouble(rest)
    } else if let Some(rest) = cut("ments", 4).or_else(|| cut("ment", 4)) {
        rest
    } else if word.ends_with("ss") || word.ends_with("us") {
        word.to_owned()
    } else {
        cut("es", 4).or_else(|| cut("s", 3)).unwrap_or_else(|| word.to_owned())
    };
    match base.strip_suffix(['e', 'y']) {
        Some(rest) if long_enough(rest, 3) => rest.to_owned(),
        _ => base,
    }
}

/// "shipp" (from "shipping") to "ship"; "fill" stays.
fn undouble(word: String) -> String {
    let mut ends = word.chars().rev();
    match (ends.next(), ends.next()) {
        (Some(a), Some(b)) if a == b && !matches!(a, 'l' | 's' | 'z') => {
            word[..word.len() - a.len_utf8()].to_owned()
        }
        _ => word,
    }
}

/// How alike two words are by their pairs and triples of characters, 0 to 1 (Dice's coefficient
/// over the n-grams of the word with its ends marked).
pub(super) fn likeness(a: &[u64], b: &[u64]) -> f32 {
    let (mut i, mut j, mut same) = (0, 0, 0u16);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j) = (i + 1, j + 1);
                same += 1;
            }
        }
    }
    let all = u16::try_from(a.len() + b.len()).unwrap_or(u16::MAX);
    if all == 0 { 0.0 } else { 2.0 * f32::from(same) / f32::from(all) }
}

/// The n-grams that [`likeness`] compares, sorted.
pub(super) fn grams(word: &str) -> Vec<u64> {
    let marked: Vec<char> = std::iter::once('\u{2}').chain(word.chars()).chain(['\u{3}']).collect();
    let pack =
        |gram: &[char]| gram.iter().fold(0u64, |all, c| (all << 21) | u64::from(u32::from(*c)));
    let mut grams: Vec<u64> = marked.windows(2).chain(marked.windows(3)).map(pack).collect();
    grams.sort_unstable();
    grams
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for (a, b) in [
            ("returns", "returned"),
            ("returning", "return"),
            ("shipping", "ships"),
            ("delivery", "deliveries"),
            ("cancelled", "cancelling"),
            ("charge", "charged"),
            ("invoices", "invoicing"),
            ("Café", "cafes"),
            ("pay", "pays"),
            ("exchange", "exchanging"),
            ("payments", "payment"),
        ] {
            assert_eq!(words(a), words(b), "{a} {b}");
        }
        assert_ne!(words("address"), words("add"));
    }

    #[test]
    fn empty_words_are_dropped() {
        assert!(words("Hi, I'd like to know, please: can you help me with this?").is_empty());
        assert_eq!(words("A1001 & 2x"), ["a1001", "2x"]);
    }

    #[test]
    fn misspelt_words_are_alike() {
        let alike = |a: &str, b: &str| likeness(&grams(a), &grams(b));
        assert!(alike("delivery", "delivry") > 0.6);
        assert!(alike("refund", "refnud") > 0.3);
        assert!(alike("refund", "banana") < 0.1);
        assert!((alike("same", "same") - 1.0).abs() < f32::EPSILON);
    }

    proptest! {
        #[test]
        fn any_text_has_bounded_words(text in "\\PC{0,300}") {
            prop_assert!(words(&text).iter().all(|word| word.chars().count() <= WORD_CHARS));
        }
    }
}
