//! Getting a person: says what happens next, keeps an address, hands to the queue in one turn.

use serde_json::json;
use shared::{brief::TriggerKind, message::Assurance};

use crate::brain::builtin::{
    answer::Answer,
    plan, said,
    scene::{Ended, Scene, cut},
};

/// The next step on the way to the queue.
pub fn step(scene: &Scene<'_>) -> Answer {
    if let Some(reads) = plan::reads(scene, &["queue_status", "business_hours"]) {
        return reads;
    }
    if let Some(address) = address_to_keep(scene) {
        return Answer::call("collect_contact", json!({ "email": address }));
    }
    let Some(queue) = scene.queue() else { return Answer::text(scene.say("stuck", &[])) };
    let brief = scene.request.brief.as_ref();
    let why = brief.map(|brief| brief.reason.trim()).filter(|reason| !reason.is_empty());
    let open = brief.map(|brief| brief.open_questions.clone()).unwrap_or_default();
    let reason = why.unwrap_or("The visitor needs a person.").to_owned();
    scene.transfer(queue, &reason, &request(scene), open).after(&words(scene))
}

/// What happens next, from what the tools say.
fn words(scene: &Scene<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    if scene.just_said(said::is_emergency) {
        parts.push(scene.say("emergency", &[]));
    }
    let hours = plan::found(scene, "business_hours");
    parts.push(scene.say(why(scene), &[]));
    if hours.is_some_and(|hours| hours["open"] == false) {
        parts.push(scene.say("closed", &[]));
        let text = hours.and_then(|hours| hours["text"].as_str()).unwrap_or_default();
        parts.push(cut(text, 300));
    } else if let Some(waiting) =
        plan::found(scene, "queue_status").and_then(|found| found["waiting"].as_u64())
    {
        let key = match waiting {
            0 => "next_in_line",
            1 => "one_ahead",
            _ => "ahead",
        };
        parts.push(scene.say(key, &[("n", &waiting.to_string())]));
    }
    parts.push(match kept_address(scene) {
        Some(email) => scene.say("email_kept", &[("email", &email)]),
        None if is_unreachable(scene) => scene.say("leave_email", &[]),
        None => String::new(),
    });
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// That a person will answer is told by the desk itself when the queue has been asked; the agent
/// says why.
fn why(scene: &Scene<'_>) -> &'static str {
    match scene.request.brief.as_ref().map(|brief| brief.trigger.kind) {
        Some(TriggerKind::AskedForPerson) => "person_wanted",
        Some(TriggerKind::LowConfidence) => "person_understands",
        _ if scene.just_said(|text| scene.read(text).wants_person.is_some()) => "person_wanted",
        Some(TriggerKind::Model) if was_not_understood(scene) => "person_understands",
        Some(TriggerKind::Model) if !is_complaint(scene) => "person_agreed",
        _ => "person_needed",
    }
}

fn was_not_understood(scene: &Scene<'_>) -> bool {
    scene.request.brief.as_ref().is_some_and(|brief| brief.reason == plan::NOT_UNDERSTOOD)
}

fn is_complaint(scene: &Scene<'_>) -> bool {
    scene.just_said(|text| {
        let top = scene.read(text).intents.into_iter().next();
        top.is_some_and(|(intent, _)| ["complaint", "legal_privacy"].contains(&intent.as_str()))
    })
}

fn is_unreachable(scene: &Scene<'_>) -> bool {
    scene.request.visitor.email.is_none()
        && scene.request.visitor.assurance != Assurance::Verified
        && scene.has("collect_contact")
}

fn address_to_keep(scene: &Scene<'_>) -> Option<String> {
    let address = scene.named("email").into_iter().next()?;
    let known = scene.request.visitor.email.as_deref() == Some(address.as_str());
    let tried = scene.ended("collect_contact", &json!({ "email": address })).is_some();
    (scene.has("collect_contact") && !known && !tried).then_some(address)
}

fn kept_address(scene: &Scene<'_>) -> Option<String> {
    let address = scene.named("email").into_iter().next()?;
    match scene.ended("collect_contact", &json!({ "email": address }))? {
        Ended::Ok(_) => Some(address),
        Ended::Not(_) => None,
    }
}

/// What the visitor wants, in their words: the brief's request, and what they asked for before they
/// asked for a person.
pub fn request(scene: &Scene<'_>) -> String {
    let brief = scene.request.brief.as_ref().map(|brief| brief.request.trim());
    let newest = scene.newest().unwrap_or_default();
    let request = brief.filter(|request| !request.is_empty()).unwrap_or(newest);
    let only_a_wish =
        |text: &str| scene.read(text).wants_person.is_some() || text.split_whitespace().count() < 3;
    if !only_a_wish(request) {
        return cut(request, 600);
    }
    let matter =
        scene.earlier().find(|text| !only_a_wish(text) && !scene.read(text).conversational);
    match matter {
        // A "yes" to the offer of a person adds nothing to what it was about.
        Some(matter) if scene.read(request).wants_person.is_none() => cut(matter, 600),
        Some(matter) => format!("{} Before that: “{}”", cut(request, 200), cut(matter, 380)),
        None => cut(request, 600),
    }
}
