//! Text as words that can be compared: folded, cut to their stems, without those that say nothing.

use std::{collections::HashMap, sync::LazyLock};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    stop_words::{LISTS, list},
    synonyms::groups,
};

/// Longest word, in characters; the rest of a longer one is dropped.
const WORD_CHARS: usize = 32;
/// Most words taken from one text.
const WORDS: usize = 20_000;

/// The words of `text`, which is in `language`, that say something, in order.
pub(super) fn words(text: &str, language: &str) -> Vec<String> {
    let synonyms = synonyms(language);
    let same = |stem: String| synonyms.get(&stem).cloned().unwrap_or(stem);
    stems(text, language).into_iter().map(same).collect()
}

/// The words that say something, each cut to its stem.
fn stems(text: &str, language: &str) -> Vec<String> {
    let stemmer = algorithm(language).map(Stemmer::create);
    let nothing = list(language);
    split(text, language)
        .map(|word| (fold(&word), word))
        .filter(|(folded, _)| !folded.is_empty() && !says_nothing(folded, nothing))
        .map(|(folded, word)| match &stemmer {
            // The endings of a language are told by its accents; they are dropped afterwards.
            Some(stemmer) => fold(&stemmer.stem(&word)),
            None if language == "pl" => polish(&folded).to_owned(),
            None => folded,
        })
        .take(WORDS)
        .collect()
}

/// The stem that a misspelt word counts as, if it is like one of a group.
pub(super) fn misspelt_synonym(word: &str, language: &str) -> Option<&'static str> {
    let mut groups = synonyms(language).iter();
    groups.find(|(stem, _)| is_slip(word, stem)).map(|(_, first)| first.as_str())
}

/// The stems that count as another: those of a group, as the first of it.
fn synonyms(language: &str) -> &'static HashMap<String, String> {
    static ALL: LazyLock<HashMap<&str, HashMap<String, String>>> = LazyLock::new(|| {
        let of = |language: &'static str| {
            let pairs = groups(language).iter().flat_map(|group| {
                let stems = stems(group, language);
                let first = stems.first().cloned().unwrap_or_default();
                stems.into_iter().map(move |stem| (stem, first.clone()))
            });
            (language, pairs.collect())
        };
        LISTS.iter().map(|(language, _)| of(language)).collect()
    });
    static NONE: LazyLock<HashMap<String, String>> = LazyLock::new(HashMap::new);
    ALL.get(language).unwrap_or(&NONE)
}

/// The language of `text` among `languages`, by the small words that it has most of; `None` if
/// none or several of them are as likely, or there is nothing to choose.
pub(super) fn guess<'a>(text: &str, languages: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: Vec<(usize, &str)> = languages
        .map(|language| {
            let nothing = list(language);
            let is_small = |word: &String| nothing.contains(&format!(" {} ", fold(word)));
            (split(text, language).filter(is_small).count(), language)
        })
        .collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    match counts.as_slice() {
        [(most, language), (next, _), ..] if most > next => Some(*language),
        _ => None,
    }
}

/// The words of a text in small letters.
fn split(text: &str, language: &str) -> impl Iterator<Item = String> + use<> {
    // "l'envoi" is two words, "don't" is one.
    let parts = matches!(language, "fr" | "it");
    let lower: String = text
        .nfc()
        .filter(|c| parts || !matches!(c, '\'' | '’'))
        .flat_map(char::to_lowercase)
        .collect();
    let cut = |word: &str| word.chars().take(WORD_CHARS).collect::<String>();
    let words: Vec<String> = lower
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|word| !word.is_empty())
        .map(cut)
        .collect();
    words.into_iter()
}

/// Without accents, and with the letters of a language as others would type them.
fn fold(word: &str) -> String {
    let plain = word.nfkd().filter(|c| !is_combining_mark(*c));
    let mut folded = String::with_capacity(word.len());
    for c in plain.flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'ł' => folded.push('l'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            c => folded.push(c),
        }
    }
    folded
}

fn says_nothing(folded: &str, nothing: &str) -> bool {
    folded.chars().count() == 1 && !folded.bytes().all(|b| b.is_ascii_digit())
        || nothing.contains(&format!(" {folded} "))
}

fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "de" => Algorithm::German,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fr" => Algorithm::French,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        _ => return None,
    })
}

/// Cuts the endings by which Polish nouns and adjectives are declined, without accents. Snowball
/// has no Polish; both sides are cut alike, so a word need not come out right, only the same.
fn polish(word: &str) -> &str {
    const ENDINGS: [&str; 22] = [
        "iami", "iach", "owie", "ami", "ach", "ego", "emu", "ymi", "imi", "owi", "iem", "iom",
        "ich", "ych", "em", "om", "ow", "ej", "ym", "im", "ie", "ia",
    ];
    let long_enough = |rest: &&str| rest.chars().count() >= 4;
    let cut = ENDINGS.iter().find_map(|it| word.strip_suffix(it).filter(long_enough));
    let vowel = |word: &str| {
        let rest = word.strip_suffix(['a', 'e', 'i', 'o', 'u', 'y']);
        rest.filter(|rest| rest.chars().count() >= 3).map(str::len)
    };
    let mut stem = cut.unwrap_or(word);
    while let Some(length) = vowel(stem) {
        stem = &stem[..length];
    }
    stem
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

/// Whether one word becomes the other by one slip of the fingers: a letter too many, too few,
/// another, or two that changed places (Damerau's distance of 1).
pub(super) fn is_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Short words are often one slip from another word: "plate" from "place".
    if a.len().abs_diff(b.len()) > 1 || a.len().max(b.len()) < 6 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], _) | (_, []) => true,
        ([x, rest_a @ ..], [y, rest_b @ ..]) => {
            let swapped = rest_a.first() == Some(y)
                && rest_b.first() == Some(x)
                && rest_a.get(1..) == rest_b.get(1..);
            rest_a == rest_b || rest_a == b || a == rest_b || swapped
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for (language, forms) in [
            ("en", "returns returned returning return"),
            ("en", "shipping ships shipped"),
            ("en", "delivery deliveries"),
            ("en", "cancelled cancelling"),
            ("en", "charge charged charges"),
            ("en", "invoices invoicing"),
            ("en", "Café cafes"),
            ("en", "payments payment"),
            ("de", "Lieferung Lieferungen"),
            ("de", "Rückgabe Rückgaben ruckgabe"),
            ("de", "bestellt bestellte bestellten"),
            ("de", "Straße Strasse"),
            ("fr", "livraison livraisons"),
            ("fr", "remboursé rembourser remboursée"),
            ("fr", "l’article articles"),
            ("fr", "colis paquet paquets"),
            ("en", "broken damaged shattered"),
            ("es", "envío envíos envio"),
            ("es", "devolver devolverlo"),
            ("es", "factura facturas"),
            ("it", "spedizione spedizioni"),
            ("it", "rimborso rimborsi"),
            ("pt", "entrega entregas"),
            ("pt", "devolução devoluções"),
            ("nl", "bestelling bestellingen"),
            ("nl", "retour retouren"),
            ("pl", "zwrot zwrotu zwroty zwrotów"),
            ("pl", "dostawa dostawy dostawę dostawie"),
            ("pl", "zamówienie zamówienia zamówieniu zamowienie"),
            ("sv", "Café cafe"),
        ] {
            let mut stems = words(forms, language);
            let count = stems.len();
            stems.dedup();
            assert_eq!((stems.len(), count > 1), (1, true), "{language}: {stems:?}");
        }
        assert_ne!(words("address", "en"), words("add", "en"));
    }

    #[test]
    fn empty_words_are_dropped() {
        for (language, text) in [
            ("en", "Hi, I'd like to know, please: can you help me with this?"),
            ("de", "Hallo, können Sie mir bitte sagen, wie ich das hier mache?"),
            ("fr", "Bonjour, est-ce que vous pouvez m’aider avec ça, s’il vous plaît ?"),
            ("es", "Hola, ¿me puede decir cómo lo hago, por favor?"),
            ("it", "Ciao, mi può dire come si fa, per favore?"),
            ("pt", "Olá, você pode me dizer como eu faço isso, por favor?"),
            ("nl", "Hallo, kunt u mij alstublieft zeggen hoe ik dat doe?"),
            ("pl", "Dzień dobry, czy może mi pan powiedzieć, jak to zrobić, proszę?"),
        ] {
            assert_eq!(words(text, language), [""; 0], "{language}");
        }
        assert_eq!(words("A1001 & 2x", "en"), ["a1001", "2x"]);
    }

    #[test]
    fn a_language_is_told_by_its_small_words() {
        let all = || LISTS.iter().map(|(language, _)| *language);
        let check = |text: &str, language: Option<&str>| {
            assert_eq!(guess(text, all()), language, "{text}");
        };
        check("Wie lange dauert die Lieferung?", Some("de"));
        check("how long does the delivery take", Some("en"));
        check("Combien de temps prend la livraison pour nous ?", Some("fr"));
        check("¿Cuánto tarda el envío de mi pedido?", Some("es"));
        check("Jak długo trwa dostawa do nas?", Some("pl"));
        check("IBAN", None);
        check("", None);
        assert_eq!(guess("wie lange", ["de"].into_iter()), None, "nothing to choose");
    }

    #[test]
    fn misspelt_words_are_alike() {
        let alike = |a: &str, b: &str| likeness(&grams(a), &grams(b));
        assert!(alike("delivery", "delivry") > 0.6);
        assert!(alike("refund", "refnud") > 0.3);
        assert!(alike("refund", "banana") < 0.1);
        assert!((alike("same", "same") - 1.0).abs() < f32::EPSILON);
        for (a, b) in [
            ("refnud", "refund"),
            ("adress", "address"),
            ("parcell", "parcel"),
            ("courer", "courier"),
        ] {
            assert!(is_slip(a, b) && is_slip(b, a), "{a} {b}");
        }
        for (a, b) in [("refund", "remain"), ("plate", "place"), ("", "a"), ("orders", "olders s")]
        {
            assert!(!is_slip(a, b) && !is_slip(b, a), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_bounded_words(text in "\\PC{0,300}") {
            for (language, _) in LISTS {
                let long = |word: &String| word.chars().count() > 2 * WORD_CHARS;
                prop_assert!(!words(&text, language).iter().any(long));
            }
        }
    }
}
