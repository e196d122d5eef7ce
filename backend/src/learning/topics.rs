//! What a message can be about.

use std::collections::BTreeMap;

use shared::{agent::AgentSpec, api::Topic, id::AgentSlug};

use crate::brain::builtin::intents;

/// What the examples of these agents teach, by agent and label.
pub fn topics<'a>(agents: impl Iterator<Item = &'a AgentSpec>) -> Vec<Topic> {
    let mut topics = BTreeMap::new();
    for agent in agents {
        for example in &agent.examples {
            let label = label(&example.intent);
            let key = (agent.name.clone(), label.to_lowercase(), example.intent.clone());
            topics.entry(key).or_insert_with(|| Topic {
                agent: agent.slug.clone(),
                agent_name: agent.name.clone(),
                intent: example.intent.clone(),
                label,
            });
        }
    }
    topics.into_values().collect()
}

/// Whether one of these agents teaches this intent.
pub fn can_be_about<'a>(
    mut agents: impl Iterator<Item = &'a AgentSpec>,
    agent: &AgentSlug,
    intent: &str,
) -> bool {
    agents.any(|it| it.slug == *agent && it.examples.iter().any(|it| it.intent == intent))
}

/// How a visitor would put it, or the name as people write names.
fn label(intent: &str) -> String {
    match intents::get(intent) {
        Some(known) if !known.label.is_empty() => known.label.clone(),
        _ => {
            let spaced = intent.replace('_', " ");
            let mut chars = spaced.chars();
            chars
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::defaults;

    #[test]
    fn each_topic_once_in_words() {
        let mut agents = defaults::agents();
        let refunds = agents.iter_mut().find(|it| it.slug.as_str() == "refunds").expect("shipped");
        let own =
            shared::agent::Example { intent: "gift_wrap".to_owned(), text: "wrap it".to_owned() };
        refunds.examples.extend([own.clone(), own]);
        let topics = topics(agents.iter());
        let of = |intent: &str| -> Vec<(&str, &str)> {
            let found = topics.iter().filter(|it| it.intent == intent);
            found.map(|it| (it.agent.as_str(), it.label.as_str())).collect()
        };
        assert_eq!(of("gift_wrap"), [("refunds", "Gift wrap")]);
        assert_eq!(of("double_charge"), [("billing", "I was charged twice")]);
        let slug = |text: &str| text.parse::<AgentSlug>().expect("a slug");
        assert!(can_be_about(agents.iter(), &slug("refunds"), "gift_wrap"));
        assert!(!can_be_about(agents.iter(), &slug("billing"), "gift_wrap"));
        assert!(!can_be_about(agents.iter(), &slug("nobody"), "gift_wrap"));
    }
}
