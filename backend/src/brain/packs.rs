//! How people of other languages say what the shipped intents are: examples that go to whichever
//! agent teaches the intent, so that an agent's own document holds an admin's examples and not
//! thousands of translations.

use std::sync::LazyLock;

use shared::agent::Example;

/// The examples of one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// The language, as a BCP 47 primary tag.
    pub language: &'static str,
    /// What people say in it, by intent.
    pub examples: Vec<Example>,
}

/// The languages that ship besides English.
pub fn packs() -> &'static [Pack] {
    &PACKS
}

static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    [
        ("de", include_str!("../../data/examples/de.txt")),
        ("fr", include_str!("../../data/examples/fr.txt")),
        ("es", include_str!("../../data/examples/es.txt")),
        ("pt", include_str!("../../data/examples/pt.txt")),
        ("it", include_str!("../../data/examples/it.txt")),
        ("nl", include_str!("../../data/examples/nl.txt")),
        ("pl", include_str!("../../data/examples/pl.txt")),
    ]
    .map(|(language, text)| Pack { language, examples: read(text) })
    .to_vec()
});

/// `[intent]` on a line of its own, then one example a line.
fn read(text: &str) -> Vec<Example> {
    let mut intent = "";
    let mut examples = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => intent = name,
            None => examples.push(Example { intent: intent.to_owned(), text: line.to_owned() }),
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::brain::defaults;

    #[test]
    fn every_language_has_every_intent() {
        let agents = defaults::agents();
        let english = agents.iter().flat_map(|agent| &agent.examples);
        let english = english.chain(defaults::small_talk()).chain(defaults::out_of_scope());
        let intents: BTreeSet<&str> = english.map(|example| example.intent.as_str()).collect();
        for pack in packs() {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for example in &pack.examples {
                assert!(intents.contains(example.intent.as_str()), "{example:?}");
                *counts.entry(&example.intent).or_insert(0) += 1;
            }
            for intent in &intents {
                let n = counts.get(intent).copied().unwrap_or(0);
                assert!(n >= 6, "{} has {n} examples of {intent}", pack.language);
            }
        }
    }
}
