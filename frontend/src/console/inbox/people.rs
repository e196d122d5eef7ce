//! What the agents of a conversation are called. No page in here.

use shared::{
    event::{Event, EventBody},
    id::AgentSlug,
    owner::Owner,
};

use super::super::words;

/// The agents that have owned the conversation, short name and name, the latest first.
pub fn agents_in(events: &[Event]) -> Vec<(String, String)> {
    let owners = events.iter().rev().flat_map(|e| match &e.body {
        EventBody::Handoff(h) => vec![&h.to, &h.from],
        EventBody::Opened(o) => vec![&o.owner],
        _ => Vec::new(),
    });
    let mut agents: Vec<(String, String)> = Vec::new();
    for owner in owners {
        if let Owner::Agent { slug, .. } = owner
            && !agents.iter().any(|a| a.0 == slug.as_str())
        {
            agents.push((slug.to_string(), words::owner(owner)));
        }
    }
    agents
}

/// The name of an agent, or its short name if it never owned the conversation as far as is known.
pub fn agent_name(events: &[Event], slug: &AgentSlug) -> String {
    let known = agents_in(events).into_iter().find(|(known, _)| known == slug.as_str());
    known.map_or_else(|| words::title(slug.as_str()), |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn agents_are_called_as_visitors_know_them() {
        let agent = |slug: &str, name: &str| json!({ "kind": "agent", "slug": slug, "version": 1, "name": name });
        let events: Vec<Event> = serde_json::from_value(json!([
            { "seq": 1, "at": "2026-01-01T00:00:00Z", "epoch": 1, "type": "opened", "site": "demo",
              "visitor": { "id": "v", "assurance": "anonymous" }, "owner": agent("triage", "Assistant") },
            { "seq": 3, "at": "2026-01-01T00:00:01Z", "epoch": 2, "type": "handoff", "notice": "",
              "from": agent("triage", "Assistant"), "to": agent("money", "Refunds") },
        ]))
        .unwrap();
        let name = |slug: &str| agent_name(&events, &slug.parse().unwrap());
        assert_eq!(name("money"), "Refunds");
        assert_eq!(name("triage"), "Assistant");
        assert_eq!(name("stock_keeping"), "Stock keeping");
        assert_eq!(agents_in(&events).len(), 2);
        assert_eq!(agents_in(&events)[0].0, "money");
    }
}
