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

/// A date in a tool's result ("2026-11-12…") as people read it ("12 November 2026").
pub fn day(value: &Value) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let text = value.as_str().unwrap_or_default();
    let read = || {
        let mut parts = text.get(..10)?.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let name = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{} {name} {year}", day.parse::<u8>().ok()?))
    };
    read().unwrap_or_else(|| text.to_owned())
}

/// A word of a tool's result ("partially_refunded") as people read it.
pub fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('_', " ")
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
        assert_eq!(day(&json!("2026-11-02")), "2 November 2026");
        assert_eq!(day(&json!("2026-13-02")), "2026-13-02");
        assert_eq!(day(&json!("soon")), "soon");
        assert_eq!(day(&json!(null)), "");
        assert_eq!(price(&json!({"amount": 4900, "currency": "EUR"})), "49.00 EUR");
        assert_eq!(price(&json!({"amount": "4900"})), "");
        assert_eq!(word(&json!("partially_refunded")), "partially refunded");
    }
}
