//! Small talk: greetings, thanks, questions about the assistant itself.

use super::news;
use crate::brain::builtin::{answer::Answer, plan, scene::Scene};

/// The tools that let the agent do something worth telling.
const CAN: [&str; 7] = [
    "search_knowledge",
    "lookup_order",
    "list_charges",
    "resend_invoice",
    "issue_refund",
    "refund_status",
    "business_hours",
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
    // What colleagues can do, this agent can reach.
    let reachable = |tool: &str| {
        scene.reader.holders(tool).iter().any(|agent| scene.transfer_to(agent).is_some())
    };
    let own = CAN.into_iter().filter(|tool| scene.has(tool));
    let theirs = CAN.into_iter().filter(|tool| !scene.has(tool) && reachable(tool));
    let said = |tool: &str| scene.say(&format!("can_{tool}"), &[]);
    let can: Vec<String> =
        own.chain(theirs).filter(|tool| *tool != "business_hours").map(said).collect();
    let list = match can.split_last() {
        None => said("business_hours"),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {} {last}", rest.join(", "), scene.say("and", &[])),
    };
    Answer::text(scene.say("capabilities", &[("list", &list)])).buttons(scene.requests())
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
