//! Readings in words. No page in here.

use shared::{
    api::{MessageReading, ReadAs, Suggestion, SuggestionState, Topic},
    id::AgentSlug,
};

use super::super::words;

/// What the examples call what belongs to nobody.
const OUT_OF_SCOPE: &str = "out_of_scope";

/// What agents and intents are called.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names(pub Vec<Topic>);

impl Names {
    /// What an intent is about.
    pub fn about(&self, intent: &str) -> String {
        if intent == OUT_OF_SCOPE {
            return "Nothing that the desk does".to_owned();
        }
        let known = self.0.iter().find(|topic| topic.intent == intent);
        known.map_or_else(|| words::title(intent), |topic| topic.label.clone())
    }

    /// What an agent is called.
    pub fn agent(&self, slug: &str) -> String {
        let known = self.0.iter().find(|topic| topic.agent.as_str() == slug);
        known.map_or_else(|| words::title(slug), |topic| topic.agent_name.clone())
    }

    /// Whether an intent is known to be taught by others than this agent.
    fn elsewhere(&self, agent: &str, intent: &str) -> bool {
        let mut homes = self.0.iter().filter(|topic| topic.intent == intent).peekable();
        homes.peek().is_some() && !homes.any(|topic| topic.agent.as_str() == agent)
    }

    /// What it is about, and whose that is.
    pub fn topic(&self, agent: &AgentSlug, intent: &str) -> String {
        format!("“{}” ({})", self.about(intent), self.agent(agent.as_str()))
    }
}

/// A reading in short, as part of a line.
pub fn read(read: &ReadAs, names: &Names) -> String {
    match (&read.intent, &read.agent) {
        _ if read.out_of_scope => "like nothing in the examples".to_owned(),
        (Some(intent), Some(agent)) => {
            let (about, agent_name) = (names.about(intent), names.agent(agent));
            // What is likeliest of all may be one agent's, and most of the rest another's.
            if names.elsewhere(agent, intent) {
                format!("“{about}”, {} sure; in all most like {agent_name}", percent(read.p))
            } else {
                format!("“{about}” ({agent_name}), {} sure", percent(read.p))
            }
        }
        (Some(intent), None) => format!("“{}”, {} sure", names.about(intent), percent(read.p)),
        (None, _) => "nothing in particular".to_owned(),
    }
}

/// What a reading comes to, in a sentence.
pub fn verdict(short: &ReadAs, reading: &MessageReading, names: &Names) -> String {
    if let Some(words) = &reading.person {
        return format!(
            "“{words}” brings a person, whatever else the message is about: {}.",
            read(short, names)
        );
    }
    if short.out_of_scope {
        return "It reads like nothing in the examples.".to_owned();
    }
    format!("It reads as {}.", read(short, names))
}

/// What became of a suggestion, in two sentences.
pub fn suggested(of: &Suggestion, names: &Names) -> String {
    let topic = names.topic(&of.lesson.agent, &of.lesson.intent);
    let said = format!("{} said that it was about {topic}.", of.by.name);
    let by = of.decided_by.as_ref().map_or("An administrator", |by| &by.name);
    match of.state {
        SuggestionState::Waiting => format!("{said} An administrator has not decided yet."),
        SuggestionState::Accepted => format!("{said} {by} said yes: it is an example now."),
        SuggestionState::Rejected => format!("{said} {by} turned it down."),
    }
}

/// `0.914` as `91 %`.
pub fn percent(p: f32) -> String {
    format!("{:.0} %", p * 100.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names() -> Names {
        let topic = json!({ "agent": "billing", "agent_name": "Bill", "intent": "double_charge",
                            "label": "I was charged twice" });
        Names(vec![serde_json::from_value(topic).unwrap()])
    }

    fn short(agent: Option<&str>, intent: Option<&str>, out_of_scope: bool) -> ReadAs {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        ReadAs { agent: owned(agent), intent: owned(intent), p: 0.914, out_of_scope }
    }

    #[test]
    fn a_reading_is_told_in_the_desks_own_words() {
        let check = |agent, intent, outside, told: &str| {
            assert_eq!(read(&short(agent, intent, outside), &names()), told);
        };
        let known = "“I was charged twice” (Bill), 91 % sure";
        check(Some("billing"), Some("double_charge"), false, known);
        check(Some("billing"), Some("double_charge"), true, "like nothing in the examples");
        let foreign = "“I was charged twice”, 91 % sure; in all most like Gift desk";
        check(Some("gift_desk"), Some("double_charge"), false, foreign);
        check(Some("gift_desk"), Some("gift_wrap"), false, "“Gift wrap” (Gift desk), 91 % sure");
        check(None, Some("out_of_scope"), false, "“Nothing that the desk does”, 91 % sure");
        check(None, None, false, "nothing in particular");
    }

    #[test]
    fn words_that_bring_a_person_are_named_first() {
        let reading = |person: Option<&str>| MessageReading {
            language: "en".to_owned(),
            out_of_scope: false,
            person: person.map(str::to_owned),
            why: Vec::new(),
        };
        let short = short(Some("billing"), Some("double_charge"), false);
        let told = verdict(&short, &reading(Some("a human")), &names());
        assert!(told.starts_with("“a human” brings a person"), "{told}");
        let told = verdict(&short, &reading(None), &names());
        assert_eq!(told, "It reads as “I was charged twice” (Bill), 91 % sure.");
    }

    #[test]
    fn a_suggestion_says_how_far_it_has_come() {
        let of = |state: &str, by: Option<&str>| -> Suggestion {
            let by = by.map(|name| json!({ "id": "stf_2", "name": name }));
            serde_json::from_value(json!({
                "conversation": "cnv_1", "seq": 3, "at": "2026-01-01T00:00:00Z", "state": state,
                "lesson": { "agent": "billing", "intent": "double_charge", "text": "twice" },
                "read": { "agent": null, "intent": null, "p": 0.1, "out_of_scope": true },
                "by": { "id": "stf_1", "name": "Sam" }, "decided_by": by,
            }))
            .unwrap()
        };
        let said = "Sam said that it was about “I was charged twice” (Bill).";
        let check = |state, by, rest: &str| {
            assert_eq!(suggested(&of(state, by), &names()), format!("{said} {rest}"));
        };
        check("waiting", None, "An administrator has not decided yet.");
        check("accepted", Some("Ana"), "Ana said yes: it is an example now.");
        check("rejected", Some("Ana"), "Ana turned it down.");
    }
}
