//! Why rules fired or did not, beside what the visitor wrote in the playground.

use leptos::prelude::*;
use shared::api::{TriedRule, TriedRules};

use super::super::super::words;

/// How an agent's rules were held against a message.
#[component]
pub fn TriedView(
    /// The rules and what became of them.
    tried: TriedRules,
) -> impl IntoView {
    let heading = heading(&tried);
    let rules = tried.rules.into_iter().map(|rule| {
        let verdict = verdict(&rule);
        let conditions = rule.conditions.into_iter().map(|condition| {
            let (mark, word) = if condition.holds { ("✓", "Holds: ") } else { ("✗", "Does not hold: ") };
            view! {
                <li class="tried-condition" class:holds=condition.holds>
                    <span aria-hidden="true">{mark}</span> <span class="sr-only">{word}</span> {condition.text}
                </li>
            }
        });
        view! {
            <li>
                <p><strong>{rule.name}</strong> " " {verdict}</p>
                <ul class="tried-conditions">{conditions.collect_view()}</ul>
            </li>
        }
    });
    view! {
        <li class="item">
            <details class="fold tried">
                <summary>{heading}</summary>
                <div class="fold-body"><ol class="tried-rules">{rules.collect_view()}</ol></div>
            </details>
        </li>
    }
}

/// What became of the rules, in a line.
fn heading(tried: &TriedRules) -> String {
    let whose = words::title(tried.agent.as_str());
    if let Some(rule) = tried.rules.iter().find(|rule| rule.fired) {
        return format!("{whose}: the rule “{}” fired", rule.name);
    }
    let none = match tried.rules.len() {
        1 => "its rule did not fire".to_owned(),
        n => format!("none of its {n} rules fired"),
    };
    match tried.instead {
        Some(trigger) => format!("{whose}: {none}; first came: {}", words::trigger(trigger)),
        None => format!("{whose}: {none}"),
    }
}

fn verdict(rule: &TriedRule) -> String {
    match (&rule.held_back, rule.fired) {
        (_, true) => "fired.".to_owned(),
        (Some(why), _) => format!("holds, but did not fire: {}.", why.trim_end_matches('.')),
        (None, _) => "did not fire.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tried(rules: &serde_json::Value, instead: Option<&str>) -> TriedRules {
        let tried = json!({ "seq": 2, "agent": "billing", "rules": rules, "instead": instead });
        serde_json::from_value(tried).expect("tried rules")
    }

    #[test]
    fn what_became_of_the_rules_is_told_in_a_line() {
        let rule = |name: &str, fired: bool, back: Option<&str>| json!({ "name": name, "fired": fired, "conditions": [], "held_back": back });
        let (quiet, loud) = (rule("a", false, None), rule("b", true, None));
        let check = |rules, instead, says: &str| assert_eq!(heading(&tried(&rules, instead)), says);
        check(json!([quiet]), None, "Billing: its rule did not fire");
        check(json!([quiet, quiet]), None, "Billing: none of its 2 rules fired");
        check(json!([quiet, loud]), None, "Billing: the rule “b” fired");
        let first = "Billing: its rule did not fire; first came: Asked for a person";
        check(json!([quiet]), Some("asked_for_person"), first);
        let back = tried(&json!([rule("c", false, Some("It may not."))]), None);
        assert_eq!(verdict(&back.rules[0]), "holds, but did not fire: It may not.");
    }
}
