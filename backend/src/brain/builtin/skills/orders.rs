//! Orders: which one is meant, and where it is.

use serde_json::{Value, json};

use super::{day, lines, list, price, word};
use crate::brain::builtin::{
    answer::{Answer, Needs},
    scene::{PERSON, Scene, values},
    slots,
    understand::{self, Goal},
};

/// Most orders that are listed to choose from.
const LISTED: usize = 5;

/// The order that the goal is about: named by the visitor, newest first, then by the brief, then
/// the only one there is; else asked for.
pub fn which(scene: &Scene<'_>, goal: &Goal) -> Needs<String> {
    let newest = scene.newest().unwrap_or_default();
    let stated = [newest, goal.text.as_str()];
    let named = stated.iter().find_map(|text| understand::orders_meant(text).into_iter().next());
    if let Some(order) = named {
        return Ok(order);
    }
    let selects = understand::means_newest(newest) || understand::means_newest(&goal.text);
    let numbers: Vec<String> =
        stated.iter().flat_map(|text| values(&slots::find(text), "number")).collect();
    let another = stated.iter().any(|text| text.to_lowercase().contains("other order"));
    if !selects
        && numbers.is_empty()
        && !another
        && let Some(order) = earlier(scene)
    {
        return Ok(order);
    }
    if !scene.is_verified() {
        return Err(scene.sign_in());
    }
    if !scene.has("lookup_customer") {
        let guessed = numbers.into_iter().next();
        return guessed.ok_or_else(|| Answer::text(scene.say("ask_order", &[])));
    }
    let account = scene.need("lookup_customer", json!({}))?;
    choose(scene, list(&account["orders"]), &numbers, selects)
}

/// The order that was spoken of last, by the visitor or in the brief.
fn earlier(scene: &Scene<'_>) -> Option<String> {
    let said = scene.earlier().find_map(|text| understand::orders_meant(text).into_iter().next());
    let brief = scene.request.brief.as_ref();
    said.or_else(|| {
        let brief = brief?;
        let fact = brief.facts.iter().rev().find(|fact| fact.key == "order");
        let asked = understand::orders_meant(&brief.request).into_iter().next();
        asked.or_else(|| Some(fact?.value.clone()))
    })
}

fn choose(scene: &Scene<'_>, orders: &[Value], numbers: &[String], newest: bool) -> Needs<String> {
    let id = |order: &Value| order["id"].as_str().unwrap_or_default().to_owned();
    let by_number =
        orders.iter().find(|order| numbers.iter().any(|number| id(order).ends_with(number)));
    match (by_number, orders) {
        (Some(order), _) => Ok(id(order)),
        (None, [only]) => Ok(id(only)),
        (None, []) => Err(Answer::text(scene.say("no_orders", &[]))),
        (None, [latest, ..]) if newest && numbers.is_empty() => Ok(id(latest)),
        (None, orders) => {
            let shown = &orders[..orders.len().min(LISTED)];
            let text = lines(&scene.say("which_order", &[]), shown.iter().map(line));
            let again = scene.question().is_some_and(understand::asked_which_order);
            let person = (again && scene.person().is_some()).then(|| PERSON.to_owned());
            Err(Answer::text(text).buttons(shown.iter().map(id).chain(person)))
        }
    }
}

/// An order in a line.
fn line(order: &Value) -> String {
    let id = order["id"].as_str().unwrap_or_default();
    format!("{id}: {}, {}, {}", price(&order["total"]), day(&order["date"]), word(&order["status"]))
}

/// Says where an order is.
pub fn status(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let wants_list = goal.text.to_lowercase().contains("my orders");
    if wants_list && scene.has("lookup_customer") {
        let account = scene.need("lookup_customer", json!({}))?;
        let orders = list(&account["orders"]);
        if orders.is_empty() {
            return Ok(Answer::text(scene.say("no_orders", &[])));
        }
        let text = lines(&scene.say("orders", &[]), orders.iter().take(LISTED).map(line));
        return Ok(Answer::text(text));
    }
    let order = which(scene, goal)?;
    let found = &scene.need("lookup_order", json!({ "order": order }))?["order"];
    let (date, total) = (day(&found["date"]), price(&found["total"]));
    let (state, delivered) = (word(&found["status"]), day(&found["delivered_at"]));
    let values = [
        ("order", order.as_str()),
        ("date", &date),
        ("total", &total),
        ("status", &state),
        ("delivered", &delivered),
    ];
    let arrived = state == "delivered" && !delivered.is_empty();
    let text = scene.say(if arrived { "order_delivered" } else { "order_status" }, &values);
    let missing = [goal.text.as_str(), scene.newest().unwrap_or_default()];
    if arrived && missing.iter().any(|text| understand::says_not_arrived(text)) {
        return Ok(scene.offer(format!("{text} {}", scene.say("not_arrived", &[]))));
    }
    Ok(Answer::text(text))
}
