//! What the built-in brain can do with the tools it is given, one file a skill. A skill is chosen
//! by what the agent's tools allow, never by the agent's name.

pub mod billing;
pub mod escalate;
pub mod hours;
pub mod knowledge;
pub mod news;
pub mod orders;
pub mod refund;
pub mod talk;

use serde_json::Value;
use shared::money::Money;

/// An amount in a tool's result.
pub fn money(value: &Value) -> Option<Money> {
    serde_json::from_value(value.clone()).ok()
}

/// An amount in a tool's result, as people read it; empty if there is none.
pub fn price(value: &Value) -> String {
    money(value).map_or_else(String::new, |money| money.to_string())
}

/// The entries of a list in a tool's result.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Lines under a heading.
pub fn lines(heading: &str, lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().map(|line| format!("\n- {line}")).collect();
    format!("{heading}\n{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn results_read_as_people_write() {
        assert_eq!(price(&json!({"amount": 4900, "currency": "EUR"})), "49.00 EUR");
        assert_eq!(price(&json!({"amount": "4900"})), "");
    }
}
