//! One message, read by itself: the newest of its scene.

use classifier::features::normalise;

use super::{
    Asked, Goal, Understood, answers, asked, carried,
    handed::{self, can_serve},
    is_task,
};
use crate::brain::{
    Reading,
    builtin::{
        intents, long, phrases, requests,
        said::{self, ABOUT_AN_ORDER, PAID, REFUSES_REFUND, TWICE, asks_for_money_back},
        scene::Scene,
    },
};

/// A message that may continue an earlier request says this much less than a request of its own.
pub const CARRIED_AT: f32 = 0.4;
/// Small talk at least this likely is answered as such.
const SMALL_TALK_AT: f32 = 0.5;
/// Two agents this likely each, and this likely together, are worth a question.
const EITHER: (f32, f32) = (0.2, 0.6);

/// Understands the newest message in its scene.
pub fn understand(scene: &Scene<'_>) -> Understood {
    let Some(text) = scene.newest() else { return Understood::Unclear };
    let reading = scene.read(text);
    if reading.wants_person.is_some() || reading.safety.is_some() {
        return Understood::Person;
    }
    let gist = long::is_long(text).then(|| long::gist(text, scene.reader));
    let text = gist.as_deref().filter(|gist| !gist.is_empty()).unwrap_or(text);
    if let Some(intent) = intents::by_label(text.trim()) {
        return Understood::Task(Goal::new(intent, text, 1.0));
    }
    if REFUSES_REFUND.is_match(&normalise(text)) {
        return Understood::Talk("never_mind".to_owned());
    }
    let asked: Option<Asked> = scene.question().and_then(asked);
    if let Some(answered) = answers::answer(scene, text, &reading, asked.as_ref()) {
        return answered;
    }
    if let Some(part) = requests::several(scene, [text]).first() {
        return Understood::Task(Goal::new(&part.intent, part.text, part.p));
    }
    if said::nudges(text)
        && let Some(goal) = handed::unfinished(scene)
    {
        return Understood::Task(goal);
    }
    if let Some(leaning) = carried::leaning(scene, text, &reading) {
        return leaning;
    }
    if let Some(carried) = carried::continued(scene, text, &reading) {
        return carried;
    }
    by_reading(scene, text, &reading)
}

/// What the words themselves ask for, where the examples leave it open.
pub fn by_its_words(text: &str) -> Option<&'static str> {
    let normal = normalise(text);
    if TWICE.is_match(&normal) && PAID.is_match(&normal) {
        Some("double_charge")
    } else {
        asks_for_money_back(text).then_some("refund_request")
    }
}

fn by_reading(scene: &Scene<'_>, text: &str, reading: &Reading) -> Understood {
    let threshold = scene.request.agent.confidence_threshold;
    let task = |intent: &str, p: f32| Understood::Task(Goal::new(intent, text, p));
    let Some((top, p)) = reading.intents.first() else { return Understood::Unclear };
    let unsure = reading.out_of_scope || *p < threshold;
    if let Some(intent) = by_its_words(text).filter(|_| unsure) {
        return task(intent, threshold);
    }
    // Who speaks of an order is not only being polite.
    if (unsure || !is_task(top)) && ABOUT_AN_ORDER.is_match(&normalise(text)) {
        return Understood::Order(String::new());
    }
    if reading.out_of_scope {
        // A language without examples is no reason to send somebody away.
        let says_something = text.split_whitespace().count() > 2;
        let known =
            phrases::variants(&reading.language, "out_of_scope").is_some() && says_something;
        return if known { Understood::OutOfScope } else { Understood::Unclear };
    }
    if !is_task(top) && *p >= SMALL_TALK_AT {
        return Understood::Talk(top.clone());
    }
    let mut tasks = reading.intents.iter().filter(|(intent, _)| is_task(intent));
    let Some((top, p)) = tasks.next() else { return Understood::Unclear };
    if *p >= threshold {
        return task(top, *p);
    }
    let agent_of = |intent: &str| scene.reader.homes(intent).first().cloned().unwrap_or_default();
    let (first, second) = (reading.agents.first(), reading.agents.get(1));
    if let Some((agent, p)) = first.filter(|(_, p)| *p >= threshold) {
        let of_it = reading.intents.iter().find(|(i, _)| is_task(i) && agent_of(i) == *agent);
        if let Some((intent, _)) = of_it {
            return task(intent, *p);
        }
    }
    if let (Some((_, a)), Some((_, b))) = (first, second)
        && *b >= EITHER.0
        && a + b >= EITHER.1
        && let Some((other, _)) = tasks.find(|(intent, _)| agent_of(intent) != agent_of(top))
    {
        return Understood::Either(top.clone(), other.clone());
    }
    let in_pages = intents::get(top).is_some_and(|i| i.tool.as_deref() == Some("search_knowledge"));
    if scene.has("search_knowledge") && (in_pages || *p < CARRIED_AT) {
        return task(if in_pages { top } else { "" }, *p);
    }
    if *p >= CARRIED_AT && can_serve(scene, top) { task(top, *p) } else { Understood::Unclear }
}
