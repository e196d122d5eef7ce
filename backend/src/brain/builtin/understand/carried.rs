//! Messages that go on with an earlier request: "cancel it", "A1002", "sorry, A1001".

use classifier::features::normalise;

use super::{
    Goal, Understood, is_task,
    single::{CARRIED_AT, by_its_words},
};
use crate::brain::{
    Reading,
    builtin::{
        requests,
        said::{self, CORRECTS, ENDS, asks_for_money_back},
        scene::{Scene, values},
    },
};

/// "Cancel it", "how much is that": what it is about was said before.
pub fn leaning(scene: &Scene<'_>, text: &str, reading: &Reading) -> Option<Understood> {
    let before = earlier_task(scene).filter(|_| said::leans(text))?;
    let (top, p) = reading.intents.first()?;
    let intent = match before.intent.as_str() {
        "subscription_question" | "cancel_subscription" if ENDS.is_match(&normalise(text)) => {
            "cancel_subscription"
        }
        "subscription_question" | "cancel_subscription" if !asks_for_money_back(text) => {
            "subscription_question"
        }
        _ if *p >= scene.request.agent.confidence_threshold || !is_task(top) => return None,
        _ if asks_for_money_back(text) => "refund_request",
        same => same,
    };
    let goal = Goal { intent: intent.to_owned(), p: *p, ..before };
    Some(Understood::Task(goal.with(text)))
}

/// A message that names little but a value, or corrects one, goes on with the earlier request.
pub fn continued(scene: &Scene<'_>, text: &str, reading: &Reading) -> Option<Understood> {
    let orders = values(&reading.slots, "order");
    let order = orders.first()?;
    let threshold = scene.request.agent.confidence_threshold;
    let (top, p) = reading.intents.first().cloned().unwrap_or_default();
    // "refund A1002" is short, and still a request of its own.
    if asks_for_money_back(text) {
        return None;
    }
    let bare = reading.conversational || p < threshold || CORRECTS.is_match(&normalise(text));
    if !bare || (is_task(&top) && p >= threshold && !reading.conversational) {
        return None;
    }
    Some(match earlier_task(scene) {
        Some(goal) => Understood::Task(goal.with(text)),
        None if reading.conversational => Understood::Order(order.clone()),
        None => return None,
    })
}

/// The newest earlier message that asked for something, or the request of the brief.
pub fn earlier_task(scene: &Scene<'_>) -> Option<Goal> {
    let brief = scene.request.brief.as_ref().map(|brief| brief.request.as_str());
    scene.earlier().take(8).chain(brief).find_map(|text| {
        if let Some(part) = requests::several(scene, [text]).first() {
            return Some(Goal::new(&part.intent, part.text, part.p));
        }
        let reading = scene.read(text);
        // The wish for a person has been carried out.
        if reading.wants_person.is_some() {
            return None;
        }
        let (intent, p) = reading.intents.first()?.clone();
        let asks = is_task(&intent) && p >= CARRIED_AT && !reading.out_of_scope;
        if asks && !reading.conversational {
            return Some(Goal::new(&intent, text, p));
        }
        by_its_words(text).map(|intent| Goal::new(intent, text, p))
    })
}
