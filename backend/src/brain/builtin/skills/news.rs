//! What has happened since the agent last spoke: a refund settled, moved, was decided on.

use serde_json::Value;

use super::{money, price};
use crate::brain::{
    Entry,
    builtin::{answer::Answer, said, scene::Scene},
};

/// A refund, as far as this tenure's record tells.
struct Moved {
    order: String,
    amount: String,
    state: String,
    result: Value,
}

/// Says what happened since the agent last spoke; `None` if nothing did.
pub fn report(scene: &Scene<'_>) -> Option<Answer> {
    let news = scene.news();
    let approved = news.iter().any(|entry| decision(entry) == Some("approved"));
    let mut orders: Vec<String> = Vec::new();
    for moved in news.iter().filter_map(|entry| moved(scene, entry)) {
        if !orders.contains(&moved.order) {
            orders.push(moved.order);
        }
    }
    if orders.is_empty() {
        let decision = news.iter().rev().find_map(decision)?;
        let text = scene.say(&format!("approval_{decision}"), &[]);
        return (!text.is_empty()).then(|| with_offer(scene, text));
    }
    let texts = orders.iter().filter_map(|order| {
        let last = latest(scene, news, order)?;
        Some(in_words(scene, &last, approved))
    });
    let text = texts.collect::<Vec<_>>().join("\n\n");
    Some(match also_named(scene) {
        Some(order) if !text.ends_with('?') => {
            let also = scene.say("also_named", &[("order", &order)]);
            let buttons = [scene.say("refund_order", &[("order", &order)]), scene.say("no", &[])];
            Answer::text(format!("{text} {also}")).buttons(buttons)
        }
        _ => with_offer(scene, text),
    })
}

/// Another order that the visitor wants refunded and nobody has looked after yet.
fn also_named(scene: &Scene<'_>) -> Option<String> {
    let request = scene.visitor_said().find(|text| said::asks_for_money_back(text))?;
    let looked_after = |order: &String| {
        scene.tenure().iter().any(|entry| {
            matches!(entry, Entry::Called { name, args, .. }
                if name == "issue_refund" && args["order"] == order.as_str())
        })
    };
    said::orders_meant(request).into_iter().find(|order| !looked_after(order))
}

/// How the refund of an order stands in this tenure, if one was asked for and nothing has ended it
/// unmade.
pub fn stands(scene: &Scene<'_>, order: &str) -> Option<Answer> {
    let last = latest(scene, scene.tenure(), order)?;
    let moving = ["waiting", "pending", "unknown", "succeeded"].contains(&last.state.as_str());
    moving.then(|| Answer::text(in_words(scene, &last, false)))
}

/// An order and amount whose refund is under way, and its state in a word.
pub fn under_way(scene: &Scene<'_>) -> Option<(String, String, String)> {
    let last = scene.tenure().iter().rev().find_map(|entry| moved(scene, entry))?;
    let moving = ["waiting", "pending", "unknown"].contains(&last.state.as_str());
    moving.then_some((last.order, last.amount, last.state))
}

/// The newest state of an order's refund; one that has ended is newer than one that has not.
fn latest(scene: &Scene<'_>, entries: &[Entry], order: &str) -> Option<Moved> {
    let mut all = entries.iter().rev().filter_map(|entry| moved(scene, entry));
    let mut mine = all.by_ref().filter(|moved| moved.order == order);
    let newest = mine.next()?;
    let ended = |moved: &Moved| {
        ["succeeded", "failed", "declined", "expired"].contains(&moved.state.as_str())
    };
    if ended(&newest) {
        return Some(newest);
    }
    let amount = newest.amount.clone();
    Some(mine.find(|earlier| ended(earlier) && earlier.amount == amount).unwrap_or(newest))
}

fn moved(scene: &Scene<'_>, entry: &Entry) -> Option<Moved> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match entry {
        Entry::Called { name, args, result, .. } if name == "issue_refund" => {
            let order = result["order"].as_str().or_else(|| args["order"].as_str())?.to_owned();
            let amount = match money(&result["amount"]) {
                Some(amount) => amount.to_string(),
                None => asked_amount(scene, args, &order),
            };
            let state = match result["state"].as_str() {
                Some(state) => state.to_owned(),
                None => "denied".to_owned(),
            };
            Some(Moved { order, amount, state, result: result.clone() })
        }
        Entry::Happened { kind, detail, .. } if kind == "refund" => Some(Moved {
            order: text(&detail["order"]),
            amount: price(&detail["amount"]),
            state: text(&detail["state"]),
            result: detail.clone(),
        }),
        _ => None,
    }
}

/// The amount that a call asked for, in the currency that the order was looked up with.
fn asked_amount(scene: &Scene<'_>, args: &Value, order: &str) -> String {
    let currency = scene.tenure().iter().rev().find_map(|entry| match entry {
        Entry::Called { name, args, result, .. }
            if name == "lookup_order" && args["order"] == order =>
        {
            Some(money(&result["refundable"])?.currency)
        }
        _ => None,
    });
    match (args["amount"].as_i64(), currency) {
        (Some(amount), Some(currency)) => shared::money::Money::new(amount, currency).to_string(),
        _ => "the amount".to_owned(),
    }
}

fn decision(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Happened { kind, detail, .. } if kind == "approval" => detail["state"].as_str(),
        _ => None,
    }
}

fn in_words(scene: &Scene<'_>, moved: &Moved, approved: bool) -> String {
    let values = [("order", moved.order.as_str()), ("amount", moved.amount.as_str())];
    match moved.state.as_str() {
        "succeeded" if approved => scene.say("approved_and_refunded", &values),
        "denied" => denied(scene, moved),
        state => {
            let text = scene.say(state, &values);
            if text.is_empty() { scene.say("unknown", &values) } else { text }
        }
    }
}

fn denied(scene: &Scene<'_>, moved: &Moved) -> String {
    let order = moved.order.as_str();
    let message = moved.result["message"].as_str().unwrap_or_default().trim();
    match moved.result["error"].as_str().unwrap_or_default() {
        "needs_verified" => scene.say("sign_in", &[]),
        "not_yours" | "not_found" => scene.say("not_yours", &[("order", order)]),
        "already_refunded" => scene.say("already_refunded", &[("order", order)]),
        "outside_window" => scene.say("outside_window_plain", &[("order", order)]),
        _ if message.is_empty() => scene.say("cannot", &[]),
        _ => scene.say("refund_denied", &[("order", order), ("message", message)]),
    }
}

/// With the buttons of an offer if the text ends in one.
fn with_offer(scene: &Scene<'_>, text: String) -> Answer {
    if text.ends_with('?') && scene.person().is_some() {
        scene.offer(text)
    } else {
        Answer::text(text)
    }
}

/// The first words after a person has handed the conversation back: what the record shows of what
/// was decided.
pub fn back(scene: &Scene<'_>) -> String {
    let brief = scene.request.brief.as_ref();
    let refunds = brief.into_iter().flat_map(|brief| &brief.done).rev();
    let refund = refunds.clone().find(|done| done.action.starts_with("Refund of"));
    let decided = match refund {
        Some(done) => format!("{}: {}.", done.action, done.outcome),
        None => String::new(),
    };
    format!("{} {decided}", scene.say("back", &[])).trim().to_owned()
}

/// A question that shows that what was spoken of before is still known.
pub fn where_it_stood(scene: &Scene<'_>) -> String {
    match scene.told().flat_map(said::orders_meant).next() {
        Some(order) => scene.say("still_about_order", &[("order", &order)]),
        None => scene.say("anything_else", &[]),
    }
}
