//! A JSON value, exactly as it is: one line a key for an object, else as it is written.

use leptos::prelude::*;
use serde_json::Value;

/// A JSON value.
#[component]
pub fn Arguments(
    /// The value.
    value: Value,
) -> impl IntoView {
    match value {
        Value::Object(map) if map.is_empty() => view! { <p class="hint">"None."</p> }.into_any(),
        Value::Object(map) => {
            let lines = map.into_iter().map(|(key, value)| {
                view! { <div><dt>{key}</dt><dd>{written(&value)}</dd></div> }
            });
            view! { <dl class="arguments">{lines.collect_view()}</dl> }.into_any()
        }
        other => view! { <pre class="arguments">{written(&other)}</pre> }.into_any(),
    }
}

/// A string as it reads, anything else as JSON.
pub fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        plain => plain.to_string(),
    }
}
