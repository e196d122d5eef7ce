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

/// The first rule of which all conditions hold, and on what evidence.
pub fn first_match<'r>(rules: &'r [Rule], situation: &Situation<'_>) -> Option<(&'r Rule, String)> {
    rules.iter().find_map(|rule| Some((rule, evidence(rule, situation)?)))
}

/// What a rule fires on, in a sentence; `None` if it does not hold.
pub fn evidence(rule: &Rule, situation: &Situation<'_>) -> Option<String> {
    if rule.when.is_empty() {
        return None;
    }
    let found: Option<Vec<String>> = rule.when.iter().map(|c| holds(c, situation)).collect();
    found.map(|parts| format!("{}.", evidence::capital(&parts.join(", and "))))
}

fn holds(condition: &Condition, at: &Situation<'_>) -> Option<String> {
    match condition {
        Condition::Text { any } => {
            let phrase = any.iter().find(|phrase| contains_words(at.text, phrase))?;
            Some(format!("the message says “{phrase}”"))
        }
        Condition::Intent { is } => {
            let (_, p) = at.reading.intents.iter().find(|(intent, _)| intent == is)?;
            (*p >= at.threshold).then(|| {
                let (intent, sure) = (evidence::spaced(is), evidence::percent(*p));
                format!("the message reads as “{intent}” ({sure} sure)")
            })
        }
        Condition::Fact { key, equals } => {
            let said = at.reading.slots.iter().find(|(k, _)| k == key).map(|(_, v)| v);
            let known = said.or_else(|| at.state.facts.get(key).map(|(v, _)| v))?;
            let fits = equals.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(known));
            fits.then(|| format!("{key} is {known}"))
        }
        Condition::Amount { over } => at
            .reading
            .slots
            .iter()
            .filter(|(key, _)| key == "amount")
            .filter_map(|(_, value)| parse_money(value))
            .find(|m| m.currency == over.currency && m.amount > over.amount)
            .map(|m| format!("the message names {m}, above {over}")),
        Condition::Sentiment { at_least } => {
            let sounds = at.reading.sentiment;
            (severity(sounds) >= severity(*at_least))
                .then(|| format!("the visitor sounds {}", format!("{sounds:?}").to_lowercase()))
        }
        Condition::Language { any } => any
            .iter()
            .find(|tag| tag.eq_ignore_ascii_case(&at.reading.language))
            .map(|tag| format!("the message is in {tag}")),
        Condition::Hours { open } => {
            let state = if at.open { "open" } else { "closed" };
            (at.open == *open).then(|| format!("the desk is {state}"))
        }
        Condition::Failures { at_least } => {
            let failures = at.state.failures;
            (failures >= *at_least).then(|| format!("{failures} failures in a row"))
        }
    }
}

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
    use super::*;

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
