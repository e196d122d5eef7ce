//! Whether an admin's rule holds for a visitor's message.

use shared::{
    agent::{Condition, Rule},
    conversation::Conversation,
    money::{Currency, Money},
};

use super::evidence;
use crate::brain::Reading;

/// What a rule is held against.
pub struct Situation<'a> {
    /// The visitor's newest message.
    pub text: &'a str,
    /// How it reads.
    pub reading: &'a Reading,
    /// The probability from which an intent counts.
    pub threshold: f32,
    /// The conversation.
    pub state: &'a Conversation,
    /// Whether people answer now.
    pub open: bool,
}

/// Whether a condition holds, and why or why not, in a part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it holds.
    pub holds: bool,
    /// Such as `the message says “lawyer”`, or `order is not known`.
    pub text: String,
}

/// The first rule of which all conditions hold, and on what evidence.
pub fn first_match<'r>(rules: &'r [Rule], situation: &Situation<'_>) -> Option<(&'r Rule, String)> {
    rules.iter().find_map(|rule| Some((rule, evidence(rule, situation)?)))
}

/// What a rule fires on, in a sentence; `None` if it does not hold.
pub fn evidence(rule: &Rule, situation: &Situation<'_>) -> Option<String> {
    let findings = findings(rule, situation);
    if findings.is_empty() || findings.iter().any(|finding| !finding.holds) {
        return None;
    }
    let parts: Vec<String> = findings.into_iter().map(|finding| finding.text).collect();
    Some(format!("{}.", evidence::capital(&parts.join(", and "))))
}

/// Whether each condition of a rule holds, and why or why not.
pub fn findings(rule: &Rule, situation: &Situation<'_>) -> Vec<Finding> {
    rule.when.iter().map(|condition| finding(condition, situation)).collect()
}

fn finding(condition: &Condition, at: &Situation<'_>) -> Finding {
    match condition {
        Condition::Text { any } => {
            match any.iter().find(|phrase| contains_words(at.text, phrase)) {
                Some(phrase) => yes(format!("the message says “{phrase}”")),
                None => no(format!("the message does not say {}", either(any))),
            }
        }
        Condition::Intent { is } => intent(is, at),
        Condition::Fact { key, equals } => fact(key, equals.as_deref(), at),
        Condition::Amount { over } => amount(*over, at),
        Condition::Sentiment { at_least } => {
            let word = |sentiment| format!("{sentiment:?}").to_lowercase();
            let (sounds, needed) = (word(at.reading.sentiment), word(*at_least));
            if severity(at.reading.sentiment) >= severity(*at_least) {
                yes(format!("the visitor sounds {sounds}"))
            } else {
                no(format!("the visitor sounds {sounds}, which is milder than {needed}"))
            }
        }
        Condition::Language { any } => {
            let language = &at.reading.language;
            match any.iter().find(|tag| tag.eq_ignore_ascii_case(language)) {
                Some(tag) => yes(format!("the message is in {tag}")),
                None => no(format!("the message is in {language}, not in {}", any.join(" or "))),
            }
        }
        Condition::Hours { open } => {
            let state = if at.open { "open" } else { "closed" };
            Finding { holds: at.open == *open, text: format!("the desk is {state}") }
        }
        Condition::Failures { at_least } => {
            let (failures, needed) = (at.state.failures, *at_least);
            let s = if failures == 1 { "" } else { "s" };
            let text = format!("{failures} failure{s} in a row");
            if failures >= needed { yes(text) } else { no(format!("{text}, {needed} needed")) }
        }
    }
}

fn intent(is: &str, at: &Situation<'_>) -> Finding {
    let told = |(intent, p): &(String, f32)| {
        format!("“{}” ({} sure)", evidence::spaced(intent), evidence::percent(*p))
    };
    let found = at.reading.intents.iter().find(|(intent, _)| intent == is);
    match (found, at.reading.intents.first()) {
        (Some(found), _) if found.1 >= at.threshold => {
            yes(format!("the message reads as {}", told(found)))
        }
        (Some(found), Some(top)) if top.0 == found.0 => {
            let needed = evidence::percent(at.threshold);
            no(format!("the message reads as {}, {needed} needed", told(found)))
        }
        (_, Some(top)) => {
            let is = evidence::spaced(is);
            no(format!("the message reads as {}, not as “{is}”", told(top)))
        }
        (_, None) => no("the message reads as nothing known".to_owned()),
    }
}

fn fact(key: &str, equals: Option<&str>, at: &Situation<'_>) -> Finding {
    let said = at.reading.slots.iter().find(|(k, _)| k == key).map(|(_, v)| v);
    match (said.or_else(|| at.state.facts.get(key).map(|(v, _)| v)), equals) {
        (None, _) => no(format!("{key} is not known")),
        (Some(known), Some(wanted)) if !wanted.eq_ignore_ascii_case(known) => {
            no(format!("{key} is {known}, not {wanted}"))
        }
        (Some(known), _) => yes(format!("{key} is {known}")),
    }
}

fn amount(over: Money, at: &Situation<'_>) -> Finding {
    let slots = at.reading.slots.iter().filter(|(key, _)| key == "amount");
    let named = slots.filter_map(|(_, value)| parse_money(value));
    let largest = named.filter(|m| m.currency == over.currency).max_by_key(|m| m.amount);
    match largest {
        Some(m) if m.amount > over.amount => yes(format!("the message names {m}, above {over}")),
        Some(m) => no(format!("the message names {m}, which is not above {over}")),
        None => no(format!("the message names no amount in {}", over.currency.code())),
    }
}

fn yes(text: String) -> Finding {
    Finding { holds: true, text }
}

fn no(text: String) -> Finding {
    Finding { holds: false, text }
}

/// `“a”`, `“a” or “b”`; of a long list only the beginning.
fn either(phrases: &[String]) -> String {
    let mut told: Vec<String> =
        phrases.iter().take(PHRASES_TOLD).map(|phrase| format!("“{phrase}”")).collect();
    if phrases.len() > PHRASES_TOLD {
        told.push("any of the others".to_owned());
    }
    told.join(" or ")
}

/// Most phrases that are told when none of them was said.
const PHRASES_TOLD: usize = 3;

fn severity(sentiment: shared::brief::Sentiment) -> u8 {
    use shared::brief::Sentiment::{Negative, Neutral, Positive, Upset};
    match sentiment {
        Positive => 0,
        Neutral => 1,
        Negative => 2,
        Upset => 3,
    }
}

/// Whether `phrase` occurs in `text` as whole words, whatever the case and spacing.
fn contains_words(text: &str, phrase: &str) -> bool {
    let words = |s: &str| -> Vec<String> {
        s.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (text, phrase) = (words(text), words(phrase));
    !phrase.is_empty() && text.windows(phrase.len()).any(|window| window == phrase)
}

/// An amount as the reader writes it: `49.00 EUR`.
fn parse_money(text: &str) -> Option<Money> {
    let (number, code) = text.trim().rsplit_once(' ')?;
    let currency: Currency = code.parse().ok()?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let width = currency.exponent() as usize;
    if fraction.len() > width || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let minor = format!("{whole}{fraction:0<width$}").parse().ok()?;
    Some(Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::brief::Sentiment;

    use super::*;

    #[test]
    fn every_condition_says_why_it_holds_or_does_not() {
        let stage = crate::runtime::stage::Stage::new();
        let mut state = stage.thread.state.clone();
        state.facts.insert("desk.open".to_owned(), ("true".to_owned(), 1));
        state.failures = 1;
        let slot = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let reading = Reading {
            intents: vec![("refund_request".to_owned(), 0.62), ("invoice_copy".to_owned(), 0.3)],
            slots: vec![slot("order", "A1001"), slot("amount", "49.00 EUR"), slot("amount", "x")],
            language: "de".to_owned(),
            sentiment: Sentiment::Negative,
            ..Reading::default()
        };
        let check = |condition: serde_json::Value, threshold, holds, text: &str| {
            let condition: Condition = serde_json::from_value(condition).expect("a condition");
            let text_of = "I call my lawyer about 49 EUR";
            let at = Situation {
                text: text_of,
                reading: &reading,
                threshold,
                state: &state,
                open: false,
            };
            let rule = Rule {
                name: "r".to_owned(),
                when: vec![condition],
                then: shared::agent::Target::Queue { slug: "support".parse().expect("a slug") },
            };
            let found = findings(&rule, &at).remove(0);
            assert_eq!((found.holds, found.text.as_str()), (holds, text));
            let fires = holds.then(|| format!("{}.", evidence::capital(text)));
            assert_eq!(evidence(&rule, &at), fires);
        };
        let any = |phrases: &[&str]| json!({ "on": "text", "any": phrases });
        check(any(&["sue", "lawyer"]), 0.7, true, "the message says “lawyer”");
        check(any(&["sue", "court"]), 0.7, false, "the message does not say “sue” or “court”");
        let told = "the message does not say “a” or “b” or “c” or any of the others";
        check(any(&["a", "b", "c", "d"]), 0.7, false, told);
        let intent = |is: &str| json!({ "on": "intent", "is": is });
        check(
            intent("refund_request"),
            0.6,
            true,
            "the message reads as “refund request” (62 % sure)",
        );
        let unsure = "the message reads as “refund request” (62 % sure), 70 % needed";
        check(intent("refund_request"), 0.7, false, unsure);
        let other = "the message reads as “refund request” (62 % sure), not as “invoice copy”";
        check(intent("invoice_copy"), 0.7, false, other);
        let fact =
            |key: &str, equals: Option<&str>| json!({ "on": "fact", "key": key, "equals": equals });
        check(fact("order", None), 0.7, true, "order is A1001");
        check(fact("order", Some("a1001")), 0.7, true, "order is A1001");
        check(fact("order", Some("B1")), 0.7, false, "order is A1001, not B1");
        check(fact("desk.open", Some("true")), 0.7, true, "desk.open is true");
        check(fact("customer", None), 0.7, false, "customer is not known");
        let over = |amount: i64, currency: &str| json!({ "on": "amount", "over": { "amount": amount, "currency": currency } });
        check(over(4_899, "EUR"), 0.7, true, "the message names 49.00 EUR, above 48.99 EUR");
        let not = "the message names 49.00 EUR, which is not above 49.00 EUR";
        check(over(4_900, "EUR"), 0.7, false, not);
        check(over(1, "USD"), 0.7, false, "the message names no amount in USD");
        let mood = |at_least: &str| json!({ "on": "sentiment", "at_least": at_least });
        check(mood("negative"), 0.7, true, "the visitor sounds negative");
        check(mood("upset"), 0.7, false, "the visitor sounds negative, which is milder than upset");
        let language = |any: &[&str]| json!({ "on": "language", "any": any });
        check(language(&["fr", "DE"]), 0.7, true, "the message is in DE");
        check(language(&["fr", "it"]), 0.7, false, "the message is in de, not in fr or it");
        check(json!({ "on": "hours", "open": false }), 0.7, true, "the desk is closed");
        check(json!({ "on": "hours", "open": true }), 0.7, false, "the desk is closed");
        let failures = |at_least: u32| json!({ "on": "failures", "at_least": at_least });
        check(failures(1), 0.7, true, "1 failure in a row");
        check(failures(3), 0.7, false, "1 failure in a row, 3 needed");
    }

    #[test]
    fn phrases_match_whole_words() {
        let check = |text, phrase, expected| {
            assert_eq!(contains_words(text, phrase), expected, "{text} / {phrase}");
        };
        check("I will call my LAWYER!", "lawyer", true);
        check("lawyers", "lawyer", false);
        check("charge  back, now", "charge back", true);
        check("chargeback", "charge back", false);
        check("", "x", false);
        check("anything", "", false);
        check("Ärger über alles", "ärger", true);
    }

    #[test]
    fn amounts_are_read_exactly() {
        let check = |text: &str, amount: Option<i64>| {
            assert_eq!(parse_money(text).map(|m| m.amount), amount, "{text}");
        };
        check("49.00 EUR", Some(4900));
        check("49.5 EUR", Some(4950));
        check("49 EUR", Some(4900));
        check("1500 JPY", Some(1500));
        check("49.005 EUR", None);
        check("4e9 EUR", None);
        check("99999999999999999999 EUR", None);
        check("EUR", None);
    }
}
