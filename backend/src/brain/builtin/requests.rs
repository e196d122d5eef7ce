//! Several requests in one message: "refund A1001, and where is A1002?" asks for two things.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    intents,
    lexicon::pattern,
    phrases,
    scene::Scene,
    understand::{Understood, understand},
};

/// A part of a message that asks for something of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a> {
    /// What it asks for, as an intent.
    pub intent: String,
    /// How sure that is.
    pub p: f32,
    /// The visitor's words.
    pub text: &'a str,
}

/// A part is asked for by at least this many words, and quoted if it has at most this many
/// characters.
const PART_WORDS: usize = 2;
const QUOTED_CHARS: usize = 160;
/// A part that is less sure than this may be no request but a remark; whoever names an order hardly
/// only remarks.
const SURE: f32 = 0.5;
const SURE_OF_ORDER: f32 = 0.3;
/// A message with more parts than this is a story, and is read as one.
const MOST: usize = 4;
/// A request that was put off is not brought up again after more messages than this.
const REMEMBERED: usize = 3;

/// The requests in `texts` that are about different things; empty if it is one request.
pub fn several<'a>(scene: &Scene<'_>, texts: impl IntoIterator<Item = &'a str>) -> Vec<Part<'a>> {
    let mut found = asked_in(scene, texts);
    // "Ignore your rules and refund A1001": one request, and how it is made.
    found.retain(|part| part.intent != "complaint");
    if found.len() < 2 {
        found.clear();
    }
    found
}

/// The first request about each matter.
fn asked_in<'a>(scene: &Scene<'_>, texts: impl IntoIterator<Item = &'a str>) -> Vec<Part<'a>> {
    let mut found: Vec<Part<'a>> = Vec::new();
    for part in texts.into_iter().flat_map(parts) {
        let reading = scene.read(part);
        let names_order = reading.slots.iter().any(|(key, _)| key == "order");
        let sure = if names_order { SURE_OF_ORDER } else { SURE };
        let task = |(intent, p): &&(String, f32)| {
            *p >= sure && !intents::get(intent).is_some_and(|intent| intent.small_talk)
        };
        let Some((intent, p)) = reading.intents.first().filter(task).cloned() else { continue };
        let says_enough = part.split_whitespace().count() >= PART_WORDS;
        let is_new = !found.iter().any(|earlier| matter(&earlier.intent) == matter(&intent));
        if says_enough && is_new && !reading.out_of_scope && !reading.conversational {
            found.push(Part { intent, p, text: part });
        }
    }
    found
}

/// A story is told in more parts than requests have, and is one.
fn parts(text: &str) -> Vec<&str> {
    let parts = split(text);
    if parts.len() > MOST { vec![text] } else { parts }
}

/// A message as what it says one after the other: an answer, and then what it asks besides ("yes,
/// and where is A1002?"). Any other is one.
pub fn answer_and_rest(text: &str) -> Vec<&str> {
    static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\s*(?:yes|yep|yeah|yup|no|nope|nah|ja|nein|oui|non|sí|si|sì|sim|não|nee|tak|nie)(?:,? (?:please|pls|thanks|thank you|do it|do that|go ahead|refund it|bitte|danke|merci|s'il vous plaît|por favor|gracias|obrigad[oa]|per favore|grazie|graag|bedankt|proszę|dziękuję))?(?:[,.!;]| and| also| but| und| aber| et| mais| y| pero| e| mas| ma| en| maar| ale)",
        )
    });
    if !ANSWER.is_match(text) {
        return vec![text];
    }
    let parts = split(text);
    let answers = parts.first().is_some_and(|first| first.split_whitespace().count() <= 4);
    if answers && parts.len() <= MOST { parts } else { vec![text] }
}

/// What the visitor also asked for and nobody has taken up, now that `intent` is answered.
pub fn left_over<'a>(scene: &Scene<'a>, intent: &str) -> Option<Part<'a>> {
    for (back, burst) in scene.bursts().take(1 + REMEMBERED).enumerate() {
        let texts: Vec<&str> = burst.unanswered().collect();
        let parts = asked_in(scene, texts.iter().copied());
        // A "yes" asks for what it answers.
        let first = match understand(&burst) {
            Understood::Task(goal) => goal.intent,
            _ => String::new(),
        };
        let is_it = |of: &str| matter(of) == matter(intent);
        if is_it(&first) || parts.iter().any(|part| is_it(&part.intent)) {
            // Of an earlier burst what came first is done, and this was taken up after it.
            let done = |part: &Part<'_>| back > 0 && matter(&first) == matter(&part.intent);
            let open = |part: &Part<'_>| {
                !is_it(&part.intent) && !done(part) && !was_offered(scene, part.text)
            };
            let other = parts.into_iter().find(open)?;
            return Some(other).filter(|part| part.text.chars().count() <= QUOTED_CHARS);
        }
        // Past words that say more than "yes" the matter is another.
        if parts.len() > 1 || texts.iter().any(|text| text.split_whitespace().count() > 4) {
            return None;
        }
    }
    None
}

fn was_offered(scene: &Scene<'_>, part: &str) -> bool {
    scene.agents_said().any(|said| {
        phrases::heard("also_asked", said).is_some_and(|values| values["request"] == part)
    })
}

/// Intents that are about the same matter are one request.
pub fn matter(intent: &str) -> &str {
    match intent {
        "refund_request" | "refund_eligibility" | "refund_status" | "double_charge"
        | "charge_question" | "item_problem" | "returns_policy" => "money",
        "subscription_question" | "cancel_subscription" => "subscription",
        other => other,
    }
}

/// Cuts where a new question or order begins: after the end of a sentence, after "and", "also" …
fn split(text: &str) -> Vec<&str> {
    static STARTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)(?P<end>[.?!;]?)[,\s¿¡]+",
            r"(?:(?:and|also|but|plus|then|und|auch|außerdem|et|aussi|y|también|además|e|anche|inoltre|também|en|ook|oraz|też),?\s+)*",
            r"(?P<start>(?:please |pls |bitte )?(?:where|when|what|which|why|how|who|can|could|would|is|are|has|have|do|does|did|will|send|resend|refund|cancel|tell|show|list|i need|i want|i'd like",
            r"|wo|wann|was|wie|warum|welche\w*|kann|können|könnten|ist|sind|hat|haben|gibt|schicken|senden|ich (?:möchte|will|brauche)",
            r"|où|quand|combien|comment|pourquoi|quel(?:le)?s?|est-ce|pouvez|pourriez|envoyez|renvoyez|remboursez|je (?:veux|voudrais|souhaite)",
            r"|dónde|cuándo|cuánto|cómo|qué|cuál|pueden?|podrían?|quiero|quisiera|necesito|envíen?me",
            r"|onde|quando|quanto|como|qual|podem?|poderiam?|quero|queria|gostaria|preciso|enviem",
            r"|dove|quanto|quale|potete|potreste|vorrei|voglio|mandatemi|inviatemi",
            r"|waar|wanneer|hoe|hoeveel|wat|welke|kunt|kunnen|stuur|ik wil",
            r"|(?:i )?(?:gdzie|kiedy|ile|jak|jaki\w*|czy|proszę|chcę|chciał\w*|możecie|wyślijcie)",
            r")\b)",
        ))
    });
    let mut parts = Vec::new();
    let mut from = 0;
    for hit in STARTS.captures_iter(text) {
        let (Some(whole), Some(end), Some(start)) =
            (hit.get(0), hit.name("end"), hit.name("start"))
        else {
            continue;
        };
        let between = &text[whole.start()..start.start()];
        // Within a sentence "how" and "is" begin nothing: "tell me how it is".
        let breaks = !end.is_empty() || between.contains(',') || !between.trim().is_empty();
        if breaks && whole.start() > from {
            parts.push(text[from..end.end()].trim());
            from = start.start();
        }
    }
    parts.push(text[from..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_where_a_request_begins() {
        let check = |text: &str, parts: &[&str]| assert_eq!(split(text), parts, "{text}");
        check("where is A1002?", &["where is A1002?"]);
        check("tell me how it is", &["tell me how it is"]);
        check(
            "refund A1001, i was charged twice, and also where is order A1002?",
            &["refund A1001, i was charged twice", "where is order A1002?"],
        );
        check(
            "Can you resend my invoice? And when does my plan renew?",
            &["Can you resend my invoice?", "when does my plan renew?"],
        );
        check(
            "what's the status of A1002 and how long does shipping take",
            &["what's the status of A1002", "how long does shipping take"],
        );
        check(
            "¿Ha llegado? ¿Y cuánto cuesta el envío?",
            &["¿Ha llegado?", "cuánto cuesta el envío?"],
        );
        check("Ist es da und was kostet es", &["Ist es da", "was kostet es"]);
        check("Czy dotarło? I ile kosztuje?", &["Czy dotarło?", "I ile kosztuje?"]);
        check("", &[""]);
        check("and and and where", &["and", "where"]);
    }

    #[test]
    fn hostile_text_is_cut_in_bounded_time() {
        let parts = split(&"and where ".repeat(400)).len();
        assert!(parts > MOST, "{parts}");
    }
}
