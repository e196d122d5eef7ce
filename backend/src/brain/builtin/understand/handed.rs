//! What whoever handed the conversation over wants done: the brief's request, a person's note.

use classifier::features::normalise;

use super::{Goal, Understood, carried, is_task, understand};
use crate::brain::builtin::{
    intents, requests,
    said::{self, DENIES, asks_for_money_back},
    scene::Scene,
};

/// What is wanted of an owner that has not spoken yet: what the visitor said, if the owner can
/// serve it or was told it directly, else what the brief asks for.
pub fn taken_over(scene: &Scene<'_>) -> Understood {
    let own = understand(scene);
    let told = !scene.just_took_over();
    let brief = scene.request.brief.as_ref();
    let request = brief.map(|brief| brief.request.trim()).filter(|request| !request.is_empty());
    match &own {
        Understood::Task(goal) if goal.agreed.is_some() => return own,
        // Whoever handed it over may have found out which order it is about.
        Understood::Task(goal) if told || can_serve(scene, &goal.intent) => {
            let found = request.filter(|request| {
                goal.orders().is_empty() && !said::orders_meant(request).is_empty()
            });
            return Understood::Task(match found {
                Some(request) => Goal { text: format!("{request}\n{}", goal.text), ..goal.clone() },
                None => goal.clone(),
            });
        }
        other if (told && other.says_something()) || other.is_no() => return own,
        _ => {}
    }
    let texts = request.into_iter().chain(scene.newest()).chain(scene.earlier());
    for text in texts {
        let parts = requests::several(scene, [text]);
        if let Some(part) = parts.into_iter().find(|part| can_serve(scene, &part.intent)) {
            return Understood::Task(Goal::new(&part.intent, part.text, part.p));
        }
        let reading = scene.read(text);
        let able = reading
            .intents
            .iter()
            .find(|(intent, p)| *p >= 0.15 && is_task(intent) && can_serve(scene, intent));
        if let Some((intent, p)) = able {
            return Understood::Task(Goal::new(intent, text, *p));
        }
    }
    own
}

/// Whether the owner itself has what the intent needs.
pub fn can_serve(scene: &Scene<'_>, intent: &str) -> bool {
    let instead: &[&str] = match intent {
        "double_charge" => &["issue_refund", "lookup_order", "list_charges"],
        "order_status" => &["lookup_order", "lookup_customer"],
        "opening_hours" => &["business_hours", "search_knowledge"],
        _ => &[],
    };
    let needed = intents::get(intent).and_then(|intent| intent.tool.as_deref());
    needed.into_iter().chain(instead.iter().copied()).any(|tool| scene.has(tool))
}

/// What the person who handed the conversation back said or noted that is to be done, if that is
/// plain. It says what about; that the visitor wants it is asked.
pub fn instructed(scene: &Scene<'_>) -> Option<Goal> {
    scene.instructions().find_map(|text| {
        if DENIES.is_match(&normalise(text)) {
            return None;
        }
        let reading = scene.read(text);
        let (intent, p) = reading.intents.first()?;
        // What staff remark is for the visitor; only what is plainly a request is one.
        let plain = *p >= scene.request.agent.confidence_threshold;
        let known = plain && is_task(intent) && !reading.out_of_scope;
        let intent = match intent.as_str() {
            // Whoever may is asked before money moves.
            _ if asks_for_money_back(text) => "refund_eligibility",
            "refund_request" | "double_charge" | "item_problem" => "refund_eligibility",
            // These are about people, and people had it.
            "human_request" | "complaint" | "legal_privacy" => return None,
            other => other,
        };
        (known || asks_for_money_back(text)).then(|| Goal::new(intent, text, *p))
    })
}

/// What is still to be done for a visitor who only asks how it goes on ("so?") after a person has
/// handed the conversation back.
pub fn unfinished(scene: &Scene<'_>) -> Option<Goal> {
    let returned = scene.was_returned() && !scene.just_took_over();
    returned.then(|| instructed(scene).or_else(|| carried::earlier_task(scene)))?
}
