//! Small talk: greetings, thanks, questions about the assistant itself.

use super::news;
use crate::brain::builtin::{answer::Answer, plan, scene::Scene};

/// What a tool lets the agent say of itself.
const CAN: [(&str, &str); 7] = [
    ("search_knowledge", "answer questions about shipping, returns, payment and your account"),
    ("lookup_order", "look up your orders"),
    ("list_charges", "check what was charged"),
    ("resend_invoice", "send you invoices again"),
    ("issue_refund", "take care of refunds"),
    ("refund_status", "tell you how a refund stands"),
    ("business_hours", "bring in a person"),
];

/// Replies to small talk of this kind.
pub fn reply(scene: &Scene<'_>, kind: &str) -> Answer {
    match kind {
        "greet" => greet(scene),
        "thanks" | "goodbye" => Answer::text(scene.say(kind, &[])),
        "are_you_bot" => Answer::text(scene.say("bot", &[])),
        "capabilities" => capabilities(scene),
        "never_mind" => never_mind(scene),
        "deny" => Answer::text(scene.say("which_instead", &[])),
        // A "yes" to "could you put it in other words" is no other words.
        _ if scene.question().is_some_and(plan::is_miss) => plan::unclear(scene),
        _ => Answer::text(scene.say("how_help", &[])),
    }
}

fn greet(scene: &Scene<'_>) -> Answer {
    let opening = scene.request.agent.opening.trim();
    if opening.is_empty() || scene.has_spoken() {
        return Answer::text(scene.say("greet", &[]));
    }
    Answer::text(scene.say("how_help", &[])).after(opening)
}

fn capabilities(scene: &Scene<'_>) -> Answer {
    let mut can: Vec<&str> =
        CAN.iter().filter(|(tool, _)| scene.has(tool)).map(|(_, words)| *words).collect();
    // What colleagues can do, this agent can reach.
    let reachable = |tool: &str| {
        scene.reader.holders(tool).iter().any(|agent| scene.transfer_to(agent).is_some())
    };
    let theirs = CAN.iter().filter(|(tool, words)| !can.contains(words) && reachable(tool));
    let theirs: Vec<&str> = theirs.map(|(_, words)| *words).collect();
    can.extend(theirs);
    can.retain(|words| *words != "bring in a person");
    let list = match can.split_last() {
        None => "bring in a person".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    };
    Answer::text(scene.say("capabilities", &[("list", &list)])).buttons([
        "Where is my order?",
        "I want a refund",
        "A copy of an invoice",
    ])
}

fn never_mind(scene: &Scene<'_>) -> Answer {
    match news::under_way(scene) {
        Some((order, amount, state)) => {
            let values = [("order", order.as_str()), ("amount", &amount), ("state", &state)];
            scene.offer(scene.say("never_mind_moving", &values))
        }
        None => Answer::text(scene.say("never_mind", &[])),
    }
}
