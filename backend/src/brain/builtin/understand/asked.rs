//! What an agent's words asked, told by the phrases that it speaks in.

use crate::brain::builtin::phrases;

/// What an agent asked last.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// Whether to refund exactly this.
    Refund {
        /// The order.
        order: String,
        /// The amount, as it was written.
        amount: String,
    },
    /// Whether a person should take over.
    Person,
    /// Which order it is about.
    Order,
    /// Which invoice.
    Invoice,
    /// Whether to refund another order that was named.
    Also(String),
    /// Whether to go on with this other request of theirs.
    Rest(String),
    /// To sign in.
    SignIn,
    /// To check the number of an order that is not on their account.
    Number,
}

/// What the agent's words asked.
pub fn asked(text: &str) -> Option<Asked> {
    // The visitor's own words are quoted in it, so it comes before all else.
    if let Some(values) = phrases::heard("also_asked", text) {
        return Some(Asked::Rest(values.get("request")?.clone()));
    }
    let refund = ["confirm_duplicate", "confirm_second", "confirm_refund", "offer_refund"];
    if let Some(values) = refund.iter().find_map(|key| phrases::heard(key, text)) {
        let (order, amount) = (values.get("order")?.clone(), values.get("amount")?.clone());
        return Some(Asked::Refund { order, amount });
    }
    if let Some(values) = phrases::heard("also_named", text) {
        return Some(Asked::Also(values.get("order")?.clone()));
    }
    let is = |keys: &[&str]| keys.iter().any(|key| phrases::heard(key, text).is_some());
    if is(&["which_order", "which_order_again", "ask_order"]) {
        Some(Asked::Order)
    } else if is(&["which_invoice"]) {
        Some(Asked::Invoice)
    } else if is(&["sign_in"]) {
        Some(Asked::SignIn)
    } else if is(&["not_found", "not_yours"]) {
        Some(Asked::Number)
    } else if phrases::offers_person(text) || text.contains(" person ") && text.ends_with('?') {
        Some(Asked::Person)
    } else {
        None
    }
}

/// Whether an agent's words asked which order it is about.
pub fn asked_which_order(text: &str) -> bool {
    asked(text) == Some(Asked::Order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_recognised() {
        let check =
            |text: &str, expected: Option<Asked>| assert_eq!(asked(text), expected, "{text}");
        let refund = Asked::Refund { order: "A1001".to_owned(), amount: "49.00 EUR".to_owned() };
        check(
            "Order A1001 was charged twice. Shall I refund the second charge of 49.00 EUR for order A1001?",
            Some(refund),
        );
        check("I found nothing. Would you like a person to look at it?", Some(Asked::Person));
        check("Which order do you mean?\n- A1001", Some(Asked::Order));
        check("Is there anything else?", None);
    }
}
