//! Charges, invoices and subscriptions.

use serde_json::{Value, json};

use super::{lines, list, orders, price};
use crate::brain::builtin::{
    answer::{Answer, Needs},
    said,
    scene::{Scene, values},
    slots,
    understand::{self, Asked, Goal},
};

const LISTED: usize = 6;

/// Looks for a charge that was made twice, and brings in whoever can give it back.
pub fn duplicate(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let named = !goal.orders().is_empty();
    let (order, charges) = if scene.has("list_charges") && !named {
        let all = list(&scene.need("list_charges", json!({}))?["charges"]);
        let made_twice = |charge: &&Value| charge["duplicate"] == true;
        let standing = |charge: &&Value| made_twice(charge) && charge["state"] != "refunded";
        let twice = all.iter().find(standing).or_else(|| all.iter().find(made_twice));
        match twice.and_then(|charge| charge["order"].as_str()) {
            Some(order) => {
                let of_it = all.iter().filter(|charge| charge["order"] == order);
                (order.to_owned(), of_it.cloned().collect::<Vec<_>>())
            }
            None => return Ok(offer(scene, &scene.say("no_duplicates", &[]))),
        }
    } else {
        let order = orders::which(scene, goal)?;
        let found = scene.need("lookup_order", json!({ "order": order }))?;
        (order, list(&found["charges"]).to_vec())
    };
    let Some(second) = charges.iter().find(|charge| charge["duplicate"] == true) else {
        let amount = charges.first().map_or_else(String::new, |c| price(&c["amount"]));
        let values = [("order", order.as_str()), ("amount", amount.as_str())];
        return Ok(offer(scene, &scene.say("no_duplicate", &values)));
    };
    Ok(twice(scene, goal, &order, &charges, second))
}

fn twice(scene: &Scene<'_>, goal: &Goal, order: &str, charges: &[Value], second: &Value) -> Answer {
    let amount = price(&second["amount"]);
    let first = charges.iter().find(|charge| charge["duplicate"] != true);
    let (on, again) =
        (first.map_or_else(String::new, |c| scene.day(&c["at"])), scene.day(&second["at"]));
    let values = [("order", order), ("amount", &amount), ("first", &on), ("second", &again)];
    if second["state"] == "refunded" {
        return Answer::text(scene.say("duplicate_refunded", &values));
    }
    let same_day = on == again || on.is_empty();
    let seen = scene.say(if same_day { "duplicate_one_day" } else { "duplicate" }, &values);
    let wants = goal.agreed.is_some() || goal.says(said::asks_for_money_back);
    let refunders = scene.reader.holders("issue_refund");
    let target = refunders.iter().find_map(|agent| scene.transfer_to(agent));
    match target {
        Some(tool) if wants => {
            let request = format!(
                "Refund of the duplicate charge of {amount} on order {order}: it was charged twice."
            );
            scene
                .transfer(tool, "A duplicate charge is to be refunded.", &request, Vec::new())
                .after(&seen)
        }
        Some(_) => {
            let question = scene.say("offer_refund", &values);
            Answer::text(format!("{seen} {question}")).buttons(scene.yes_or_no())
        }
        None => offer(scene, &seen),
    }
}

fn offer(scene: &Scene<'_>, text: &str) -> Answer {
    scene.offer(format!("{text} {}", scene.say("offer_person", &[])))
}

/// Lists what was charged.
pub fn charges(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let order = goal.orders().into_iter().next();
    let args = order.map_or(json!({}), |order| json!({ "order": order }));
    let found = list(&scene.need("list_charges", args)?["charges"]);
    if found.is_empty() {
        return Ok(Answer::text(scene.say("no_charges", &[])));
    }
    let all = found.iter().take(LISTED).map(|charge| {
        let order =
            charge["order"].as_str().map(|order| scene.say("for_order", &[("order", order)]));
        let twice = (charge["duplicate"] == true).then(|| scene.say("second_time", &[]));
        let said = [Some(price(&charge["amount"])), order, twice];
        let said = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let state = match charge["state"].as_str() {
            Some("captured") | None => String::new(),
            Some(_) => format!(", {}", scene.word(&charge["state"])),
        };
        format!("{}: {said}{state}", scene.day(&charge["at"]))
    });
    let mut text = lines(&scene.say("charges", &[]), all);
    let standing = found.iter().find(|c| c["duplicate"] == true && c["state"] != "refunded");
    let second = standing.and_then(|c| Some((c["order"].as_str()?, price(&c["amount"]))));
    let Some((order, amount)) = second else { return Ok(Answer::text(text)) };
    text.push_str("\n\n");
    text.push_str(&scene.say("offer_refund", &[("order", order), ("amount", &amount)]));
    Ok(Answer::text(text).buttons(scene.yes_or_no()))
}

/// Sends an invoice again, or lets the visitor choose one.
pub fn invoices(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let found = list(&scene.need("list_invoices", json!({}))?["invoices"]);
    if found.is_empty() {
        return Ok(Answer::text(scene.say("no_invoices", &[])));
    }
    let texts: Vec<&str> = goal.lines().collect();
    let named =
        texts.iter().find_map(|text| values(&slots::find(text), "invoice").into_iter().next());
    let id = |invoice: &Value| invoice["id"].as_str().unwrap_or_default().to_owned();
    let chosen = match &named {
        Some(named) => found.iter().find(|invoice| id(invoice).eq_ignore_ascii_case(named)),
        None if texts.iter().any(|text| said::means_newest(text)) => found.first(),
        None if place(scene).is_some() => place(scene).and_then(|place| found.get(place)),
        None => found.iter().find(|invoice| of_month(scene, invoice, &texts)).or(match found {
            [only] => Some(only),
            _ => None,
        }),
    };
    if let (Some(chosen), true) = (chosen, scene.has("resend_invoice")) {
        let invoice = id(chosen);
        let sent = scene.need("resend_invoice", json!({ "invoice": invoice }))?;
        let email = sent["sent_to"].as_str().unwrap_or_default();
        let values = [("invoice", invoice.as_str()), ("email", email)];
        return Ok(Answer::text(scene.say("invoice_sent", &values)));
    }
    let shown = &found[..found.len().min(LISTED)];
    let all = shown.iter().map(|invoice| {
        format!("{}: {}, {}", id(invoice), scene.day(&invoice["date"]), price(&invoice["amount"]))
    });
    let question = lines(&scene.say("which_invoice", &[]), all);
    let text = match &named {
        Some(named) => {
            format!("{} {question}", scene.say("no_such_invoice", &[("invoice", named)]))
        }
        None => question,
    };
    Ok(Answer::text(text).buttons(shown.iter().map(id)))
}

/// Which one of the invoices that were just listed is meant.
fn place(scene: &Scene<'_>) -> Option<usize> {
    let listed = scene.question().and_then(understand::asked) == Some(Asked::Invoice);
    scene.newest().filter(|_| listed).and_then(said::place_in_list)
}

/// Whether one of the texts names the month of the invoice.
fn of_month(scene: &Scene<'_>, invoice: &Value, texts: &[&str]) -> bool {
    let date = scene.day(&invoice["date"]).to_lowercase();
    let of_date = |word: &str| word.chars().count() > 2 && date.split(' ').any(|it| it == word);
    let names = |text: &&str| text.to_lowercase().split(|c: char| !c.is_alphabetic()).any(of_date);
    texts.iter().any(names)
}

/// Says what the visitor has subscribed to.
pub fn subscription(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let account = scene.need("lookup_customer", json!({}))?;
    let Some(it) = account["subscription"].as_object() else {
        return Ok(Answer::text(scene.say("no_subscription", &[])));
    };
    let field = |key: &str| it.get(key).cloned().unwrap_or_default();
    let every = field("every").as_str().map_or_else(String::new, |every| {
        let theirs = scene.say(&format!("word_{every}"), &[]);
        if theirs.is_empty() { format!(" every {every}") } else { format!(" {theirs}") }
    });
    let renews = scene.day(&field("renews"));
    let parts = [
        field("plan").as_str().unwrap_or_default().to_owned(),
        format!("{}{every}", price(&field("price"))),
        scene.word(&field("status")),
        if renews.is_empty() {
            String::new()
        } else {
            scene.say("renews_on", &[("date", &renews)])
        },
    ];
    let known: Vec<String> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    let text = scene.say("subscription", &[("plan", &known.join(", "))]);
    let told = scene.agents_said().any(|said| said.contains(&text));
    if goal.intent == "cancel_subscription" {
        let before = if told { "" } else { text.as_str() };
        return Ok(scene.offer(scene.say("no_cancel", &[])).after(before));
    }
    if !told {
        return Ok(Answer::text(text));
    }
    // Asked on, they want to know one thing of it.
    let cost = format!("{}{every}", price(&field("price")));
    let key = if renews.is_empty() || goal.says(said::asks_the_price) {
        "subscription_costs"
    } else {
        "subscription_renews"
    };
    Ok(Answer::text(scene.say(key, &[("cost", &cost), ("date", &renews)])))
}
