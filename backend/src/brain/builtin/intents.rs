//! What the shipped intents mean to the planner, as data. An intent that an admin adds and that is
//! not listed here is answered from the knowledge base or by the agent whose examples teach it.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

/// What is known about an intent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The tool without which it cannot be served.
    #[serde(default)]
    pub tool: Option<String>,
    /// Whether it says nothing about who should own the conversation.
    #[serde(default)]
    pub small_talk: bool,
    /// How a visitor would put it, for a button.
    pub label: String,
}

/// What is known about the intent of that name.
pub fn get(name: &str) -> Option<&'static Intent> {
    INTENTS.get(name)
}

/// Whether an intent says nothing about who should own the conversation.
pub fn is_small_talk(name: &str) -> bool {
    get(name).is_some_and(|intent| intent.small_talk)
}

/// The intent whose button says this.
pub fn by_label(label: &str) -> Option<&'static str> {
    let named = INTENTS.iter().find(|(_, intent)| !label.is_empty() && intent.label == label);
    named.map(|(name, _)| name.as_str())
}

/// The label under which unlike messages are learnt.
pub const OUT_OF_SCOPE: &str = "out_of_scope";

#[expect(clippy::expect_used, reason = "the document is compiled in, and a test reads it")]
static INTENTS: LazyLock<BTreeMap<String, Intent>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/intents.json")).expect("a shipped document")
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::defaults;

    #[test]
    fn every_shipped_example_has_a_listed_intent() {
        let agents = defaults::agents();
        let examples = agents.iter().flat_map(|agent| &agent.examples);
        for example in examples.chain(defaults::small_talk()) {
            assert!(get(&example.intent).is_some(), "{}", example.intent);
        }
        for intent in INTENTS.values() {
            let offered = |tool: &String| agents.iter().any(|agent| agent.tools.contains(tool));
            assert!(intent.tool.as_ref().is_none_or(offered), "{intent:?}");
        }
    }
}
