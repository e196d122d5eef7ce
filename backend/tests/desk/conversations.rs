//! Forty conversations in eight languages, each with who took part, what was called, and how it
//! ended. They stand in `conversations/*.txt`, and nothing in them was learnt from.
//!
//! A conversation begins with `== its name` and `as maria|jonas|stranger`. `>` is what the visitor
//! says; `says` and `lacks` after it tell what its answer must and must not hold, `|` between words
//! of which one is enough. At the end: `agents`, all that owned it, in their order; `calls`, tools
//! that were called, and the only ones among them that wrote; `refunded`, `waits`, `nothing
//! refunded`; `owner`.

use std::fmt::Write;

use shared::{
    event::{Effect, EventBody, RefundState, ToolState},
    owner::Owner,
};

use crate::{
    check::{JONAS, MARIA, STRANGER},
    rig::{Rig, Talk},
};

#[tokio::test]
async fn forty_conversations_in_eight_languages_end_as_they_should() {
    let files = [
        ("en", include_str!("conversations/en.txt")),
        ("de", include_str!("conversations/de.txt")),
        ("fr", include_str!("conversations/fr.txt")),
        ("es", include_str!("conversations/es.txt")),
        ("pt", include_str!("conversations/pt.txt")),
        ("it", include_str!("conversations/it.txt")),
        ("nl", include_str!("conversations/nl.txt")),
        ("pl", include_str!("conversations/pl.txt")),
    ];
    let (mut count, mut faults) = (0, String::new());
    for (language, file) in files {
        for conversation in file.split("== ").skip(1) {
            count += 1;
            let found = hold(conversation).await;
            if !found.is_empty() {
                write!(faults, "\n{language}: {found}").expect("a string");
            }
        }
    }
    assert_eq!(count, 40);
    assert!(faults.is_empty(), "{faults}");
}

/// Holds a conversation; what is not as it should be, and how it went.
async fn hold(conversation: &str) -> String {
    let (name, script) = conversation.split_once('\n').expect("a script");
    let customer = match word(script, "as ").expect("who it is") {
        "maria" => MARIA,
        "jonas" => JONAS,
        "stranger" => STRANGER,
        other => panic!("nobody is called {other}"),
    };
    let rig = Rig::new().await;
    let mut talk = rig.open(customer).await;
    let (mut told, mut answer, mut faults) = (String::new(), String::new(), Vec::new());
    for line in script.lines().filter(|line| !line.is_empty() && !line.starts_with("as ")) {
        let (verb, rest) = line.split_once(' ').expect("a word and what it is about");
        let holds = match verb {
            ">" => {
                answer = talk.say(rest).await;
                write!(told, "  > {rest}\n  {}\n", answer.replace('\n', "\n  ")).expect("a string");
                true
            }
            "says" => rest.split('|').any(|part| answer.contains(part)),
            "lacks" => !answer.contains(rest),
            _ => ends(&talk, verb, rest).await,
        };
        if !holds {
            faults.push(line);
        }
    }
    rig.verify().await;
    if faults.is_empty() { String::new() } else { format!("{name}\n{told}  {faults:?}\n") }
}

fn word<'a>(script: &'a str, verb: &str) -> Option<&'a str> {
    script.lines().find_map(|line| line.strip_prefix(verb))
}

/// Whether it has come to this.
async fn ends(talk: &Talk<'_>, verb: &str, expected: &str) -> bool {
    let thread = talk.thread().await;
    let refunds = |state: RefundState| {
        let of = thread.state.refunds.iter().filter(move |refund| refund.state == state);
        of.map(|refund| format!("{} {}", refund.order, refund.money)).collect::<Vec<_>>()
    };
    match verb {
        "owner" => talk.owner().await == expected,
        "refunded" => refunds(RefundState::Succeeded) == [expected],
        "waits" => refunds(RefundState::Waiting) == [expected],
        "nothing" => expected == "refunded" && thread.state.refunds.is_empty(),
        "agents" => {
            let mut agents = vec!["triage".to_owned()];
            agents.extend(thread.events.iter().filter_map(|event| match &event.body {
                EventBody::Handoff(handoff) => match &handoff.to {
                    Owner::Agent { slug, .. } => Some(slug.to_string()),
                    _ => None,
                },
                _ => None,
            }));
            agents.join(" ") == expected
        }
        "calls" => {
            let expected: Vec<&str> = expected.split(' ').collect();
            let calls: Vec<_> = thread
                .events
                .iter()
                .filter_map(|event| match &event.body {
                    EventBody::Tool(tool) if tool.state == ToolState::Started => Some(tool),
                    _ => None,
                })
                .collect();
            let wrote = calls.iter().filter(|tool| tool.effect == Effect::Write);
            wrote.clone().all(|tool| expected.contains(&tool.name.as_str()))
                && expected.iter().all(|name| calls.iter().any(|tool| tool.name == *name))
        }
        other => panic!("what is {other:?}?"),
    }
}
