//! Orders: which one is meant, and where it is.

use classifier::features;
use serde_json::{Value, json};

use super::{lines, list, price};
use crate::brain::builtin::{
    answer::{Answer, Needs},
    phrases, said,
    scene::{Scene, values},
    slots,
    understand::{self, Goal},
};

/// Most orders that are listed to choose from.
const LISTED: usize = 5;
/// A word of an item's name has at least this many characters; shorter ones are in many names.
const ITEM_WORD: usize = 4;

/// The order that the goal is about: named by the visitor, newest first, then by the brief, then
/// the only one there is; else asked for.
pub fn which(scene: &Scene<'_>, goal: &Goal) -> Needs<String> {
    if let Some(order) = goal.orders().into_iter().next() {
        return Ok(order);
    }
    let selects = goal.says(said::means_newest);
    let numbers: Vec<String> =
        goal.lines().flat_map(|text| values(&slots::find(text), "number")).collect();
    let another = goal.text.to_lowercase().contains("other order");
    if !selects
        && numbers.is_empty()
        && !another
        && let Some(order) = spoken_of(scene)
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
    let orders = list(&account["orders"]);
    let by_name = goal.lines().find_map(|text| with_item(orders, text));
    match by_name {
        Some(order) => Ok(order),
        None => choose(scene, orders, &numbers, selects),
    }
}

/// The order that was spoken of last, by the visitor, by staff or in the brief.
fn spoken_of(scene: &Scene<'_>) -> Option<String> {
    let said = scene.told().find_map(|text| said::orders_meant(text).into_iter().next());
    let brief = scene.request.brief.as_ref();
    said.or_else(|| {
        let brief = brief?;
        let fact = brief.facts.iter().rev().find(|fact| fact.key == "order");
        let asked = said::orders_meant(&brief.request).into_iter().next();
        asked.or_else(|| Some(fact?.value.clone()))
    })
}

/// The one order that holds what the text names ("the reading chair").
fn with_item(orders: &[Value], text: &str) -> Option<String> {
    let said = features::words(&features::normalise(text));
    let named = |order: &&Value| {
        let items = list(&order["items"]).iter().filter_map(Value::as_str);
        items.into_iter().any(|item| {
            let words = features::words(&features::normalise(item));
            words.iter().any(|word| word.len() >= ITEM_WORD && said.contains(word))
        })
    };
    let mut all = orders.iter().filter(named);
    let only = all.next().filter(|_| all.next().is_none())?;
    Some(only["id"].as_str()?.to_owned())
}

fn choose(scene: &Scene<'_>, orders: &[Value], numbers: &[String], newest: bool) -> Needs<String> {
    let id = |order: &Value| order["id"].as_str().unwrap_or_default().to_owned();
    let by_number =
        orders.iter().find(|order| numbers.iter().any(|number| id(order).ends_with(number)));
    let asked = scene.question().is_some_and(understand::asked_which_order);
    let place = scene.newest().filter(|_| asked).and_then(said::place_in_list);
    if let Some(order) = place.and_then(|place| orders.get(place)) {
        return Ok(id(order));
    }
    match (by_number, orders) {
        (Some(order), _) => Ok(id(order)),
        (None, [only]) => Ok(id(only)),
        (None, []) => Err(Answer::text(scene.say("no_orders", &[]))),
        (None, [latest, ..]) if newest && numbers.is_empty() => Ok(id(latest)),
        (None, orders) => {
            let asked_again = |text| phrases::heard("which_order_again", text).is_some();
            if scene.question().is_some_and(asked_again) {
                return Err(scene.offer(scene.say("order_unclear", &[])));
            }
            let shown = &orders[..orders.len().min(LISTED)];
            let question = if asked { "which_order_again" } else { "which_order" };
            let text =
                lines(&scene.say(question, &[]), shown.iter().map(|order| line(scene, order)));
            let person = (asked && scene.person().is_some()).then(|| scene.person_button());
            Err(Answer::text(text).buttons(shown.iter().map(id).chain(person)))
        }
    }
}

/// An order in a line.
fn line(scene: &Scene<'_>, order: &Value) -> String {
    let id = order["id"].as_str().unwrap_or_default();
    let items: Vec<&str> = list(&order["items"]).iter().filter_map(Value::as_str).take(2).collect();
    let (total, date) = (price(&order["total"]), scene.day(&order["date"]));
    let known = [items.join(", "), total, date, scene.word(&order["status"])];
    let known: Vec<String> = known.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{id}: {}", known.join(", "))
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
        let text = lines(
            &scene.say("orders", &[]),
            orders.iter().take(LISTED).map(|order| line(scene, order)),
        );
        return Ok(Answer::text(text));
    }
    let order = which(scene, goal)?;
    let found = &scene.need("lookup_order", json!({ "order": order }))?["order"];
    let (date, total) = (scene.day(&found["date"]), price(&found["total"]));
    let (state, delivered) = (scene.word(&found["status"]), scene.day(&found["delivered_at"]));
    let values = [
        ("order", order.as_str()),
        ("date", &date),
        ("total", &total),
        ("status", &state),
        ("delivered", &delivered),
    ];
    let arrived = found["status"] == "delivered" && !delivered.is_empty();
    let text = scene.say(if arrived { "order_delivered" } else { "order_status" }, &values);
    if arrived && goal.says(said::says_not_arrived) {
        return Ok(scene.offer(format!("{text} {}", scene.say("not_arrived", &[]))));
    }
    Ok(Answer::text(text))
}
