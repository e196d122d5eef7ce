//! What the built-in brain says, as data: templates with variants, in the languages that ship. The
//! same templates tell it what it said before, so that it knows what a "yes" answers.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use regex::Regex;
use shared::id::Seq;

/// The phrase `key` in `language`, or in English if it is not there, with `{name}`s filled in; the
/// variant is chosen by `seq`, so that the same state says the same. Unknown keys say nothing.
pub fn say(language: &str, key: &str, seq: Seq, values: &[(&str, &str)]) -> String {
    let Some(variants) = variants(language, key).or_else(|| variants("en", key)) else {
        return String::new();
    };
    let chosen = usize::try_from(seq).unwrap_or(0) % variants.len();
    fill(&variants[chosen], values)
}

/// All variants of the phrase `key` in `language`, if it is there.
pub fn variants(language: &str, key: &str) -> Option<&'static [String]> {
    let phrase = PHRASES.get(key)?;
    let variants = phrase.variants.iter().find(|(tag, _)| *tag == language);
    variants.map(|(_, variants)| variants.as_slice()).filter(|variants| !variants.is_empty())
}

/// Whether `text` contains the phrase `key`, in any variant and language, and if so its values.
pub fn heard(key: &str, text: &str) -> Option<BTreeMap<String, String>> {
    PHRASES.get(key)?.patterns().iter().find_map(|(_, pattern)| {
        let hit = pattern.captures(text)?;
        let names = pattern.capture_names().flatten();
        Some(names.filter_map(|n| Some((n.to_owned(), hit.name(n)?.as_str().to_owned()))).collect())
    })
}

/// Whether `text` ends by offering a person, in any language.
pub fn offers_person(text: &str) -> bool {
    // Who is not understood in English is asked for other words, in other languages for a person.
    let missed = || {
        let patterns = PHRASES.get("miss").map_or(&[][..], Phrase::patterns);
        patterns.iter().any(|(language, it)| *language != "en" && it.is_match(text))
    };
    text.ends_with('?') && OFFERS.iter().any(|key| heard(key, text).is_some()) || missed()
}

/// One phrase.
struct Phrase {
    /// By language, English first.
    variants: Vec<(&'static str, Vec<String>)>,
    /// By which it is heard; made when first asked for, since most never are.
    patterns: OnceLock<Vec<(&'static str, Regex)>>,
}

impl Phrase {
    fn patterns(&self) -> &[(&'static str, Regex)] {
        self.patterns.get_or_init(|| {
            let all = self.variants.iter().flat_map(|(language, variants)| {
                variants.iter().map(|variant| (*language, as_pattern(variant)))
            });
            all.filter_map(|(language, it)| Some((language, Regex::new(&it).ok()?))).collect()
        })
    }
}

static PHRASES: LazyLock<BTreeMap<String, Phrase>> = LazyLock::new(|| {
    let documents = [
        ("en", include_str!("../../../data/phrases/en.json")),
        ("de", include_str!("../../../data/phrases/de.json")),
        ("fr", include_str!("../../../data/phrases/fr.json")),
        ("es", include_str!("../../../data/phrases/es.json")),
        ("pt", include_str!("../../../data/phrases/pt.json")),
        ("it", include_str!("../../../data/phrases/it.json")),
        ("nl", include_str!("../../../data/phrases/nl.json")),
        ("pl", include_str!("../../../data/phrases/pl.json")),
        ("ja", include_str!("../../../data/phrases/ja.json")),
        ("zh", include_str!("../../../data/phrases/zh.json")),
        ("ar", include_str!("../../../data/phrases/ar.json")),
        ("he", include_str!("../../../data/phrases/he.json")),
    ];
    let mut phrases: BTreeMap<String, Phrase> = BTreeMap::new();
    for (language, document) in documents {
        for (key, variants) in read(document) {
            let phrase = phrases
                .entry(key)
                .or_insert_with(|| Phrase { variants: Vec::new(), patterns: OnceLock::new() });
            phrase.variants.push((language, variants));
        }
    }
    phrases
});

/// The phrases that end in the offer of a person: those whose English says so.
static OFFERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let offers = |text: &String| text.ends_with('?') && text.contains(" person ");
    let keys = PHRASES.keys().map(String::as_str);
    keys.filter(|key| variants("en", key).is_some_and(|all| all.iter().all(offers))).collect()
});

#[expect(clippy::expect_used, reason = "the documents are compiled in, and a test reads them")]
fn read(document: &str) -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(document).expect("a shipped document")
}

/// Fills in one pass, so that a value that looks like a placeholder stays as it is.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        let value = values.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| *value);
        out.push_str(value);
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn as_pattern(template: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(&regex::escape(before));
        // A name that occurs twice is only captured once.
        if seen.contains(&name) {
            out.push_str("[^\\n]+?");
        } else {
            // An id is one word: in other languages a verb may follow it.
            let value = if name == "order" { r"\S+?" } else { r"[^\n]+?" };
            out.extend(["(?P<", name, ">", value, ")"]);
        }
        seen.push(name);
        rest = tail;
    }
    out + &regex::escape(rest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        for seq in 0..4 {
            let values = [("amount", "49.00 EUR"), ("order", "A1001")];
            for language in ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja"] {
                let said = say(language, "confirm_refund", seq, &values);
                let text = format!("I look after refunds. {said}");
                let heard = heard("confirm_refund", &text).expect("heard");
                assert_eq!(heard["amount"], "49.00 EUR");
                assert_eq!(heard["order"], "A1001");
                assert!(offers_person(&say(language, "cannot", seq, &[])), "{language}");
                assert!(!offers_person(&said), "{said}");
            }
        }
        assert!(heard("miss", &say("de", "miss", 3, &[])).is_some());
        assert!(heard("confirm_refund", "Shall we dance?").is_none());
        assert!(heard("nonsense", "x").is_none());
    }

    #[test]
    fn values_are_not_templates() {
        assert_eq!(fill("{a}{b}", &[("a", "{b}"), ("b", "x")]), "{b}x");
        assert_eq!(fill("{a", &[]), "{a");
    }

    #[test]
    fn every_template_is_a_pattern_with_the_values_of_the_english_one() {
        let names = |variants: &[String]| -> BTreeSet<String> {
            let patterns = variants.iter().filter_map(|it| Regex::new(&as_pattern(it)).ok());
            patterns
                .flat_map(|it| it.capture_names().flatten().map(str::to_owned).collect::<Vec<_>>())
                .collect()
        };
        for (key, phrase) in PHRASES.iter() {
            let written: usize = phrase.variants.iter().map(|(_, variants)| variants.len()).sum();
            assert_eq!(phrase.patterns().len(), written, "{key}");
            let Some(english) = variants("en", key) else { continue };
            for (language, variants) in &phrase.variants {
                let unknown: Vec<_> =
                    names(variants).difference(&names(english)).cloned().collect();
                assert!(unknown.is_empty(), "{key} in {language}: {unknown:?}");
            }
        }
    }

    #[test]
    fn a_language_has_every_phrase() {
        for language in ["de", "fr", "es", "pt", "it", "nl", "pl"] {
            for key in PHRASES.keys() {
                assert!(variants(language, key).is_some(), "{key} in {language}");
            }
        }
    }
}
