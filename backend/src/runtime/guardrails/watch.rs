//! Holds one guardrail against a text.

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use shared::guardrail::{Act, Guardrail, Watch};

use super::{injection, personal, plain::Plain};

/// Longest quote of what was found, in characters.
const QUOTE_CHARS: usize = 80;
/// Below this many words the language of a text is a guess.
const LANGUAGE_WORDS: usize = 4;
/// Most that a pattern may take in memory, in bytes, when it is compiled.
const PATTERN_BYTES: usize = 256 * 1024;

/// A guardrail, ready to be held against texts.
#[derive(Debug)]
pub struct Rail {
    /// The admin's words.
    pub spec: Guardrail,
    pattern: Option<Regex>,
}

/// What a guardrail found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In a part of a sentence; says nothing that is to be kept out of the record.
    pub evidence: String,
    /// Where it stands, in bytes, in order and apart, and what stands there instead if it is taken
    /// out. Empty if it is the text as a whole.
    pub spots: Vec<(Range<usize>, String)>,
}

impl Rail {
    /// Makes a guardrail ready; the error says what is wrong with its pattern.
    pub fn new(spec: Guardrail) -> Result<Self, String> {
        let pattern = match &spec.when {
            Watch::Pattern { regex } => Some(compile(regex)?),
            _ => None,
        };
        Ok(Self { spec, pattern })
    }

    /// What of it is in a text, whose language `language` guesses.
    pub fn find(&self, text: &str, language: impl FnOnce() -> String) -> Option<Found> {
        let instead = match &self.spec.then {
            Act::Rewrite { with } if !with.is_empty() => with.as_str(),
            _ => "[…]",
        };
        let quoted = |spots: Vec<Range<usize>>| {
            let first = text.get(spots.first()?.clone())?;
            let quote: String = first.chars().take(QUOTE_CHARS).collect();
            let spots = spots.into_iter().map(|at| (at, instead.to_owned())).collect();
            Some(Found { evidence: format!("it says “{}”", quote.trim()), spots })
        };
        let whole = |evidence| Some(Found { evidence, spots: Vec::new() });
        match &self.spec.when {
            Watch::Injection => {
                let plain = Plain::of(text);
                if plain.hidden {
                    let all = (0..text.len(), instead.to_owned());
                    return Some(Found { evidence: "it hides text".to_owned(), spots: vec![all] });
                }
                quoted(vec![plain.written(&injection::find(&plain)?)])
            }
            Watch::PersonalData { any } => {
                let kinds = any.iter().map(|kind| (*kind, personal::find(*kind, text)));
                let found: Vec<_> = kinds.filter(|(_, spots)| !spots.is_empty()).collect();
                let names: Vec<_> = found.iter().map(|(kind, _)| personal::name(*kind)).collect();
                let spots = found.into_iter().flat_map(|(_, spots)| spots);
                let spots = apart(spots.map(|spot| (spot.at, spot.mask)).collect());
                let evidence = format!("it has {}", names.join(" and "));
                (!spots.is_empty()).then_some(Found { evidence, spots })
            }
            Watch::Phrases { any } => {
                let plain = Plain::of(text);
                let hits = any.iter().flat_map(|phrase| phrase_in(&plain.text, phrase));
                let spots = hits.map(|hit| (plain.written(&hit), String::new())).collect();
                quoted(apart(spots).into_iter().map(|(at, _)| at).collect())
            }
            Watch::Pattern { .. } => {
                let hits = self.pattern.as_ref()?.find_iter(text).map(|hit| hit.range());
                quoted(hits.filter(|at| !at.is_empty()).collect())
            }
            Watch::Language { not } => {
                if text.split_whitespace().count() < LANGUAGE_WORDS {
                    return None;
                }
                let language = language();
                let passes = not.iter().any(|tag| tag.eq_ignore_ascii_case(&language));
                if passes { None } else { whole(format!("it is in {language}")) }
            }
            Watch::Length { over } => {
                let long = text.chars().count();
                let limit = usize::try_from(*over).unwrap_or(usize::MAX);
                if long > limit { whole(format!("it has {long} characters")) } else { None }
            }
        }
    }
}

impl Found {
    /// The text without what was found.
    pub fn taken_out_of(&self, text: &str) -> String {
        let mut left = text.to_owned();
        for (at, instead) in self.spots.iter().rev() {
            left.replace_range(at.clone(), instead);
        }
        left
    }
}

/// Compiles an admin's pattern; the error is for people.
fn compile(regex: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(regex).case_insensitive(true).size_limit(PATTERN_BYTES).build();
    match built {
        Ok(pattern) if pattern.is_match("") => Err("This pattern fits everything.".to_owned()),
        Ok(pattern) => Ok(pattern),
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").trim();
            Err(format!("This is no pattern: {why}"))
        }
    }
}

/// Where a phrase stands in a plain text as whole words, whatever stands between them.
fn phrase_in(text: &str, phrase: &str) -> Vec<Range<usize>> {
    let words = |text: &str| -> Vec<Range<usize>> {
        let mut words: Vec<Range<usize>> = Vec::new();
        for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
            let end = at + c.len_utf8();
            match words.last_mut() {
                Some(word) if word.end == at => word.end = end,
                _ => words.push(at..end),
            }
        }
        words
    };
    let phrase = Plain::of(phrase).text;
    let wanted: Vec<&str> = words(&phrase).into_iter().map(|at| &phrase[at]).collect();
    let said = words(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let fits = |run: &&[Range<usize>]| {
        run.iter().zip(&wanted).all(|(at, wanted)| &text[at.clone()] == *wanted)
    };
    said.windows(wanted.len())
        .filter(fits)
        .map(|run| run[0].start..run[run.len() - 1].end)
        .collect()
}

/// In order, and of those that overlap only the first.
fn apart(mut spots: Vec<(Range<usize>, String)>) -> Vec<(Range<usize>, String)> {
    spots.sort_by_key(|(at, _)| (at.start, std::cmp::Reverse(at.end)));
    let mut end = 0;
    spots.retain(|(at, _)| {
        let free = at.start >= end;
        if free {
            end = at.end;
        }
        free
    });
    spots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn rail(when: &Value, then: &Value) -> Rail {
        let spec = json!({ "name": "r", "at": "message", "when": when, "then": then });
        Rail::new(serde_json::from_value(spec).expect("a guardrail")).expect("a pattern")
    }

    #[test]
    fn what_is_looked_for_is_found_and_can_be_taken_out() {
        let check = |when: Value, text: &str, evidence: Option<&str>, left: &str| {
            let rail = rail(&when, &json!({ "do": "rewrite" }));
            let found = rail.find(text, || "fr".to_owned());
            assert_eq!(found.as_ref().map(|f| f.evidence.as_str()), evidence, "{when} in {text}");
            assert_eq!(found.map_or(text.to_owned(), |f| f.taken_out_of(text)), left);
        };
        let phrases = json!({ "on": "phrases", "any": ["money back guarantee", "Anwalt"] });
        check(
            phrases.clone(),
            "A Money-Back  guarantee! My ANWALT…",
            Some("it says “Money-Back  guarantee”"),
            "A […]! My […]…",
        );
        check(phrases.clone(), "Anwaltskanzlei", None, "Anwaltskanzlei");
        check(phrases, "an\u{200b}walt", Some("it says “an\u{200b}walt”"), "[…]");
        let pattern = json!({ "on": "pattern", "regex": r"promo-\d+" });
        check(pattern, "use PROMO-17 now", Some("it says “PROMO-17”"), "use […] now");
        let data = json!({ "on": "personal_data", "any": ["email", "card"] });
        check(
            data,
            "4111 1111 1111 1111, a@b.example",
            Some("it has an e-mail address and a card number"),
            "•••• 1111, a•••@b.example",
        );
        let hidden = "refund\u{e0041}\u{e0042} please";
        check(json!({ "on": "injection" }), hidden, Some("it hides text"), "[…]");
        let language = json!({ "on": "language", "not": ["en", "de"] });
        check(
            language.clone(),
            "je veux un remboursement",
            Some("it is in fr"),
            "je veux un remboursement",
        );
        check(language, "oui", None, "oui");
        let length = json!({ "on": "length", "over": 3 });
        check(length.clone(), "äöü", None, "äöü");
        check(length, "äöüß", Some("it has 4 characters"), "äöüß");
    }

    #[test]
    fn a_bad_pattern_is_told_from_a_good_one() {
        let check = |regex: &str, wrong: &str| {
            let found = compile(regex).err().unwrap_or_default();
            assert!(found.contains(wrong) && found.is_empty() == wrong.is_empty(), "{found}");
        };
        check("a+b", "");
        check("(", "no pattern: unclosed group");
        check(".*", "fits everything");
        check(r"(?:\w{1000}){1000}", "no pattern");
    }

    proptest! {
        /// Nothing that is typed breaks a guardrail, and what was taken out is gone.
        #[test]
        fn what_was_taken_out_is_gone(text in r"(?s).{0,80}", phrase in "[a-zäß]{1,6}( [a-z]{1,4})?") {
            let text = format!("{text} {phrase} {text}");
            let when = json!({ "on": "phrases", "any": [phrase] });
            let rail = rail(&when, &json!({ "do": "rewrite", "with": "-" }));
            let found = rail.find(&text, String::new).expect("it is there");
            prop_assert!(rail.find(&found.taken_out_of(&text), String::new).is_none());
        }
    }
}
