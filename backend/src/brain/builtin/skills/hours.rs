//! When people answer: the hours, and a yes or no to whoever asks about now or a day.

use std::sync::LazyLock;

use classifier::features::normalise;
use regex::Regex;
use serde_json::{Value, json};

use super::{knowledge, list};
use crate::brain::builtin::{
    answer::{Answer, Needs},
    lexicon::pattern,
    scene::{Scene, cut},
    understand::Goal,
};

/// Says when people answer.
pub fn answer(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let asked = normalise(&goal.text);
    // The desk's settings know weekdays; what is different on holidays is on a page.
    if HOLIDAY.is_match(&asked) && scene.has("search_knowledge") {
        let text = format!("Are you closed on public holidays? {}", goal.text);
        return knowledge::answer(scene, &Goal { text, ..goal.clone() });
    }
    let found = scene.need("business_hours", json!({}))?;
    let text = cut(found["text"].as_str().unwrap_or_default(), 400);
    let said = match day(&asked) {
        Some(day) => {
            let key = if is_open_on(found, day) { "open_that_day" } else { "closed_that_day" };
            scene.say(key, &[("day", day), ("text", &text)])
        }
        None if NOW.is_match(&asked) => {
            let key = if found["open"] == true { "open_now" } else { "closed_now" };
            scene.say(key, &[("text", &text)])
        }
        None => scene.say("hours", &[("text", &text)]),
    };
    Ok(Answer::text(scene.told_once(said)))
}

const DAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

/// The one day, or the weekend, that is asked about.
fn day(asked: &str) -> Option<&'static str> {
    let mut named = DAYS.iter().filter(|(word, _)| asked.contains(word));
    match (named.next(), named.next()) {
        (Some((_, day)), None) => Some(day),
        (None, _) if WEEKEND.is_match(asked) => Some("weekends"),
        _ => None,
    }
}

fn is_open_on(found: &Value, day: &str) -> bool {
    let days = || list(&found["days"]).iter().filter_map(Value::as_str);
    if day == "weekends" {
        return days().any(|open| ["Saturday", "Sunday"].contains(&open));
    }
    days().any(|open| open == day)
}

static HOLIDAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:(?:bank |public )?holidays?|christmas|xmas|new year\w*|easter|boxing day)\b")
});
static WEEKEND: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bweek ?-?ends?\b"));
static NOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:are|is|r)\b.*\b(?:(?:right )?now|currently|at the moment|still|today|already)\b|\b(?:open|closed|there|available) (?:right )?now\b",
    )
});
