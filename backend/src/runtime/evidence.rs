//! What a trigger fired on, in words that a person understands: it stands in the brief, beside the
//! handoff and in the audit log. Where the visitor's words set something off, they are quoted.

use shared::{event::EventBody, owner::Owner};

use super::World;

/// Longest quotation, in characters.
const QUOTE_CHARS: usize = 160;

/// The sentence of `text` that holds `words`.
pub fn wrote(text: &str, words: &str) -> String {
    format!("The visitor wrote: {}", quoted(sentence_with(text, words)))
}

/// The button of the widget.
pub fn pressed() -> String {
    "The visitor pressed “Talk to a person”.".to_owned()
}

/// The words of the wish for a person that stands, if one does.
pub fn of_the_wish(world: &World<'_>) -> Option<String> {
    let wish = world.thread.state.wants_person?;
    let events = world.thread.events.iter();
    let said = events.filter(|event| event.seq == wish).find_map(|event| match &event.body {
        EventBody::Rule(fired) => Some(fired.evidence.clone()),
        _ => None,
    });
    Some(said.unwrap_or_else(|| "The visitor asked for a person.".to_owned()))
}

/// How the newest message reads, and the tool which that takes.
pub fn needs_tool(text: &str, intent: &str, p: f32, tool: &str) -> String {
    let (intent, tool) = (spaced(intent), spaced(tool));
    let sure = percent(p);
    format!("{} reads as “{intent}” ({sure} sure), which takes the tool “{tool}”.", quoted(text))
}

/// The second of two messages that nobody could make out.
pub fn unclear(text: &str, p: f32, threshold: f32) -> String {
    let (p, threshold) = (percent(p), percent(threshold));
    let text = quoted(text);
    format!("Two unclear messages in a row, the last {text}: {p} sure, {threshold} needed.")
}

/// An agent's own choice.
pub fn chose(from: &Owner, to: &Owner) -> String {
    format!("{} chose to hand over to {}.", from.name(), to.name())
}

/// What a guard has against an agent going on.
pub fn stopped(check: &str, detail: &str) -> String {
    let what = match check {
        "brain_failed" => "No answer came",
        "empty_answer" => "The answer was empty",
        "handoffs" => "Too many handoffs",
        "ping_pong" => "Handed back and forth",
        "promise_without_handoff" => "A handoff was promised but not made",
        "steps" => "Too many steps",
        "tokens" => "Too many tokens",
        other => return format!("{}: {detail}", capital(&spaced(other))),
    };
    format!("{what}: {detail}")
}

/// `0.914` as `91 %`.
pub fn percent(p: f32) -> String {
    format!("{:.0} %", p * 100.0)
}

/// `refund_request` as people write it.
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// `refund request` at the beginning of a sentence.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A long message says much besides; what counts is the sentence with the words in it.
fn sentence_with<'t>(text: &'t str, words: &str) -> &'t str {
    let words = words.to_lowercase();
    let mut sentences = text.split_inclusive(['.', '!', '?', '\n']);
    sentences.find(|sentence| sentence.to_lowercase().contains(&words)).unwrap_or(text)
}

fn quoted(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = one_line.chars().take(QUOTE_CHARS).collect();
    let more = if short.len() < one_line.len() { "…" } else { "" };
    format!("“{short}{more}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_counts_is_quoted() {
        let check = |text: &str, words: &str, quote: &str| {
            assert_eq!(wrote(text, words), format!("The visitor wrote: {quote}"));
        };
        check("I want to talk to a person", "a person", "“I want to talk to a person”");
        check("It broke. Give me a\nHUMAN now!", "human", "“HUMAN now!”");
        check("It broke.  I will sue you. Bye.", "sue", "“I will sue you.”");
        check("no such words", "person", "“no such words”");
        check("", "person", "“”");
        check(&"ä".repeat(4_000), "person", &format!("“{}…”", "ä".repeat(QUOTE_CHARS)));
    }

    #[test]
    fn numbers_and_names_are_told_as_people_tell_them() {
        assert_eq!(
            needs_tool("Twice?", "double_charge", 0.914, "list_charges"),
            "“Twice?” reads as “double charge” (91 % sure), which takes the tool “list charges”."
        );
        assert_eq!(
            unclear("mumble mumble", 0.2, 0.7),
            "Two unclear messages in a row, the last “mumble mumble”: 20 % sure, 70 % needed."
        );
        assert_eq!(stopped("steps", "13, 12 allowed"), "Too many steps: 13, 12 allowed");
        assert_eq!(stopped("new_check", "why"), "New check: why");
        assert_eq!(stopped("", ""), ": ");
    }
}
