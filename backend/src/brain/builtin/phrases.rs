//! What the built-in brain says, as data: templates with variants. The same templates tell it what
//! it said before, so that it knows what a "yes" answers.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use shared::id::Seq;

/// The phrase `key`, with `{name}`s filled in; the variant is chosen by `seq`, so that the same
/// state says the same. Unknown keys say nothing.
pub fn say(key: &str, seq: Seq, values: &[(&str, &str)]) -> String {
    let Some(variants) = PHRASES.get(key).filter(|variants| !variants.is_empty()) else {
        return String::new();
    };
    let chosen = usize::try_from(seq).unwrap_or(0) % variants.len();
    fill(&variants[chosen], values)
}

/// As [`say`], in `language` if the phrase is there in it, else in English.
pub fn say_in(language: &str, key: &str, seq: Seq, values: &[(&str, &str)]) -> String {
    let localised = format!("{key}.{language}");
    say(if PHRASES.contains_key(&localised) { &localised } else { key }, seq, values)
}

/// Whether `text` contains the phrase `key`, in any variant and language, and if so its values.
pub fn heard(key: &str, text: &str) -> Option<BTreeMap<String, String>> {
    PATTERNS.get(key)?.iter().find_map(|pattern| {
        let hit = pattern.captures(text)?;
        let names = pattern.capture_names().flatten();
        Some(names.filter_map(|n| Some((n.to_owned(), hit.name(n)?.as_str().to_owned()))).collect())
    })
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

#[expect(clippy::expect_used, reason = "the document is compiled in, and a test reads it")]
static PHRASES: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let text = include_str!("../../../data/phrases/en.json");
    serde_json::from_str(text).expect("a shipped document")
});

static PATTERNS: LazyLock<BTreeMap<String, Vec<Regex>>> = LazyLock::new(|| {
    let mut patterns: BTreeMap<String, Vec<Regex>> = BTreeMap::new();
    for (key, variants) in PHRASES.iter() {
        let key = key.split('.').next().unwrap_or(key).to_owned();
        let compiled = variants.iter().filter_map(|variant| Regex::new(&as_pattern(variant)).ok());
        patterns.entry(key).or_default().extend(compiled);
    }
    patterns
});

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
            out.extend(["(?P<", name, ">[^\\n]+?)"]);
        }
        seen.push(name);
        rest = tail;
    }
    out + &regex::escape(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        for seq in 0..4 {
            let values = [("amount", "49.00 EUR"), ("order", "A1001")];
            let text = format!("I look after refunds. {}", say("confirm_refund", seq, &values));
            let heard = heard("confirm_refund", &text).expect("heard");
            assert_eq!(heard["amount"], "49.00 EUR");
            assert_eq!(heard["order"], "A1001");
        }
        assert!(heard("miss", &say_in("de", "miss", 3, &[])).is_some());
        assert!(heard("confirm_refund", "Shall we dance?").is_none());
        assert!(heard("nonsense", "x").is_none());
    }

    #[test]
    fn values_are_not_templates() {
        assert_eq!(fill("{a}{b}", &[("a", "{b}"), ("b", "x")]), "{b}x");
        assert_eq!(fill("{a", &[]), "{a");
    }

    #[test]
    fn every_template_is_a_pattern() {
        let written: usize = PHRASES.values().map(Vec::len).sum();
        let compiled: usize = PATTERNS.values().map(Vec::len).sum();
        assert_eq!(written, compiled);
    }
}
