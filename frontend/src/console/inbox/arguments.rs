//! What a tool is given and what it answers: as a person reads it, and exactly as it is.

use leptos::prelude::*;
use serde_json::{Map, Value};
use shared::money::{Currency, Money};

use super::super::{format, words};

/// A JSON value, one line a key, as a person reads it.
#[component]
pub fn Arguments(
    /// The value.
    value: Value,
) -> impl IntoView {
    match value {
        Value::Object(map) if map.is_empty() => view! { <p class="hint">"None."</p> }.into_any(),
        Value::Object(map) => {
            let lines = told(&map).into_iter().map(|(name, value)| {
                view! { <div><dt>{name}</dt><dd class="as-written">{value}</dd></div> }
            });
            view! { <dl class="pairs">{lines.collect_view()}</dl> }.into_any()
        }
        other => view! { <p class="as-written">{written(&other)}</p> }.into_any(),
    }
}

/// A JSON value, exactly as it is.
pub fn raw(value: &Value) -> impl IntoView + use<> {
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    view! { <pre class="raw" tabindex="0">{json}</pre> }
}

/// Names and values for a person; an amount in minor units stands with its currency.
pub fn told(map: &Map<String, Value>) -> Vec<(String, String)> {
    let money = money(map);
    let mut lines = Vec::with_capacity(map.len());
    // By name, in whatever order a build of serde_json keeps them.
    let mut members: Vec<_> = map.iter().collect();
    members.sort_by_key(|(key, _)| key.as_str());
    for (key, value) in members {
        let text = match (key.as_str(), money) {
            ("currency", Some(_)) => continue,
            ("amount", Some(money)) => money.to_string(),
            _ => written(value),
        };
        lines.push((words::title(key), text));
    }
    lines
}

fn money(map: &Map<String, Value>) -> Option<Money> {
    let currency: Currency = map.get("currency")?.as_str()?.parse().ok()?;
    Some(Money::new(map.get("amount")?.as_i64()?, currency))
}

/// A string as it reads, a date as dates are told, anything else as JSON.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => format::date_written(text).unwrap_or_else(|| text.clone()),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Null => "–".to_owned(),
        Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        Value::Number(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amount_is_told_as_money_and_everything_else_is_told_too() {
        let check = |value: Value, lines: &[(&str, &str)]| {
            let told = told(value.as_object().unwrap());
            let told: Vec<_> = told.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(told, lines);
        };
        check(
            json!({ "amount": 32000, "currency": "EUR", "order": "A1002", "first_time": true }),
            &[("Amount", "320.00 EUR"), ("First time", "Yes"), ("Order", "A1002")],
        );
        check(json!({ "amount": 1500, "currency": "JPY" }), &[("Amount", "1500 JPY")]);
        // What is no amount is shown as it is, not guessed at.
        check(
            json!({ "amount": 1.5, "currency": "EUR" }),
            &[("Amount", "1.5"), ("Currency", "EUR")],
        );
        check(json!({ "amount": 5, "currency": "euro" }), &[("Amount", "5"), ("Currency", "euro")]);
        check(json!({ "amount": 5 }), &[("Amount", "5")]);
        check(
            json!({ "on": "2026-11-21", "note": null }),
            &[("Note", "–"), ("On", "Sat 21 Nov 2026")],
        );
    }
}
