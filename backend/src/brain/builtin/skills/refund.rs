//! Refunds: eligibility, the request itself, and how one stands. Amounts come from the order's
//! record, never from what was said.

use serde_json::{Value, json};
use shared::money::Money;

use super::{lines, list, money, news, orders, price};
use crate::brain::{
    Entry,
    builtin::{
        answer::{Answer, Needs},
        phrases, said,
        scene::{Ended, Scene, cut, values},
        slots,
        understand::{self, Asked, Goal},
    },
};

/// Asks for money back, after a look at the order and, unless plainly asked, a yes.
pub fn request(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let agreed = match &goal.agreed {
        Some(Asked::Refund { order, amount }) => Some((order.clone(), amount.as_str())),
        _ => None,
    };
    let order = match &agreed {
        Some((order, _)) => order.clone(),
        None => orders::which(scene, goal)?,
    };
    if let Some(moving) = news::stands(scene, &order) {
        return Ok(moving);
    }
    let found = match scene.ended("lookup_order", &json!({ "order": order })) {
        Some(Ended::Not(result)) if result["error"] == "not_yours" => {
            return Ok(Answer::text(scene.say("not_yours", &[("order", &order)])));
        }
        _ => scene.need("lookup_order", json!({ "order": order }))?,
    };
    let amount = match amount(scene, goal, &order, found) {
        Ok(amount) => amount,
        Err(explained) => return Ok(explained),
    };
    let written = amount.to_string();
    let values = [("order", order.as_str()), ("amount", written.as_str())];
    let agreed = agreed.is_some_and(|(_, to)| to == written);
    if agreed || plainly_asked(scene, goal, &order, found) {
        let reason = reason(scene, goal, duplicate(found).is_some());
        let mut args = json!({ "order": order, "amount": amount.amount, "reason": reason });
        // Bound to the charge that was looked at: another conversation may have had it back since.
        if let Some(charge) = charge_of(found, amount) {
            args["charge"] = charge.clone();
        }
        let all = money(&found["refundable"]) == Some(amount);
        let waits = all && found["needs_approval"] == true;
        let text = scene.say(if waits { "requesting_approval" } else { "requesting" }, &values);
        return Ok(Answer { text, ..Answer::call("issue_refund", args) });
    }
    let twice = duplicate(found).is_some_and(|charge| money(&charge["amount"]) == Some(amount));
    let told = ["duplicate", "duplicate_one_day"]
        .iter()
        .any(|key| scene.agents_said().take(2).any(|said| phrases::heard(key, said).is_some()));
    let key = match (twice, told) {
        (true, true) => "confirm_second",
        (true, false) => "confirm_duplicate",
        (false, _) => "confirm_refund",
    };
    let question = scene.say(key, &values);
    Ok(Answer::text(question).buttons([scene.say("yes_refund", &[]), scene.say("no", &[])]))
}

/// How much, from the order's record alone.
fn amount(scene: &Scene<'_>, goal: &Goal, order: &str, found: &Value) -> Result<Money, Answer> {
    let left = money(&found["refundable"]).filter(|left| left.amount > 0);
    let twice = duplicate(found);
    let spoke_of_twice = goal.intent == "double_charge" || goal.says(said::speaks_of_twice);
    let Some(left) = left else { return Err(nothing_left(scene, order, found)) };
    if let Some(charge) = twice.and_then(|charge| money(&charge["amount"])) {
        if !goal.says(said::wants_all) || spoke_of_twice {
            return Ok(smaller(charge, left));
        }
    } else if spoke_of_twice && goal.agreed.is_none() {
        return Err(no_duplicate(scene, order, found));
    }
    named_amount(scene, goal, order, found, left)
}

/// An amount that the visitor named counts only if the record knows it.
fn named_amount(
    scene: &Scene<'_>,
    goal: &Goal,
    order: &str,
    found: &Value,
    left: Money,
) -> Result<Money, Answer> {
    let named =
        goal.lines().find_map(|text| values(&slots::find(text), "amount").into_iter().next());
    let Some(named) = named.filter(|named| *named != left.to_string()) else { return Ok(left) };
    let prices = list(&found["order"]["items"]).iter().map(|item| &item["price"]);
    let charges = list(&found["charges"]).iter().map(|charge| &charge["amount"]);
    let known = prices.chain(charges).chain([&found["order"]["total"]]).filter_map(money);
    let known: Vec<Money> = known.filter(|known| known.to_string() == named).collect();
    match known.first() {
        Some(known) if known.currency == left.currency => Ok(smaller(*known, left)),
        _ => {
            let amount = left.to_string();
            let values = [("order", order), ("amount", amount.as_str())];
            let question = scene.say("confirm_refund", &values);
            let text = format!("{} {question}", scene.say("other_amount", &values));
            let [yes, no] = [scene.say("yes_refund", &[]), scene.say("no", &[])];
            Err(Answer::text(text).buttons([yes, no, scene.person_button()]))
        }
    }
}

fn smaller(a: Money, b: Money) -> Money {
    if a.currency == b.currency && a.amount < b.amount { a } else { b }
}

/// The charge that was made though the order was already paid, if it still stands.
pub fn duplicate(found: &Value) -> Option<&Value> {
    list(&found["charges"])
        .iter()
        .find(|charge| charge["duplicate"] == true && charge["state"] != "refunded")
}

/// The id of the charge that such a refund is of: the one that was made twice if it is exactly
/// that, else the purchase.
fn charge_of(found: &Value, amount: Money) -> Option<&Value> {
    let second = duplicate(found).filter(|charge| money(&charge["amount"]) == Some(amount));
    let purchase = || {
        list(&found["charges"])
            .iter()
            .find(|charge| charge["duplicate"] != true && charge["state"] != "refunded")
    };
    second.or_else(purchase).map(|charge| &charge["id"])
}

fn nothing_left(scene: &Scene<'_>, order: &str, found: &Value) -> Answer {
    let until = scene.day(&found["refund_window"]["until"]);
    let values = [("order", order), ("until", until.as_str())];
    let refunded = list(&found["charges"]).iter().any(|charge| charge["state"] == "refunded");
    let open = found["refund_window"]["open"].as_bool().unwrap_or(true);
    let key = match (refunded, open, until.is_empty()) {
        (true, ..) => "already_refunded",
        (false, false, false) => "outside_window",
        (false, false, true) => "outside_window_plain",
        (false, true, _) => "nothing_left",
    };
    scene.offer(scene.say(key, &values))
}

fn no_duplicate(scene: &Scene<'_>, order: &str, found: &Value) -> Answer {
    let charged = list(&found["charges"]).first().map_or_else(String::new, |c| price(&c["amount"]));
    scene.offer(format!(
        "{} {}",
        scene.say("no_duplicate", &[("order", order), ("amount", &charged)]),
        scene.say("offer_person", &[])
    ))
}

/// Whether the visitor has plainly asked for exactly this: one order, money back, and, if the order
/// was charged twice, the second charge.
fn plainly_asked(scene: &Scene<'_>, goal: &Goal, order: &str, found: &Value) -> bool {
    // The words must be the visitor's own, said now or put off until now; not an account of them.
    let put_off = match scene.question().and_then(understand::asked) {
        Some(Asked::Rest(request)) => request,
        _ => String::new(),
    };
    let own: Vec<&str> = scene.unanswered().chain([put_off.as_str()]).collect();
    let words: Vec<&str> = goal
        .lines()
        .filter_map(|line| {
            let whole = own.iter().any(|said| said.contains(line));
            // What a brief has added to them is not.
            whole.then_some(line).or_else(|| {
                own.iter().copied().find(|said| !said.is_empty() && line.contains(said))
            })
        })
        .collect();
    let named = words.iter().map(|text| said::orders_meant(text)).find(|orders| !orders.is_empty());
    let clear_which = match named.as_deref() {
        // The only payment that was taken twice needs no number.
        None => duplicate(found).is_some(),
        Some(named) => named == [order],
    };
    let clear_what =
        duplicate(found).is_none() || words.iter().any(|text| said::speaks_of_twice(text));
    goal.intent != "refund_eligibility"
        && clear_which
        && clear_what
        && words.iter().any(|text| said::asks_for_money_back(text))
}

/// Why, for whoever approves it: of an order that the record shows to be charged twice, and no
/// other, that it was.
fn reason(scene: &Scene<'_>, goal: &Goal, charged_twice: bool) -> String {
    let why = match goal.intent.as_str() {
        "double_charge" if charged_twice => "Charged twice",
        "item_problem" => "Something is wrong with the item",
        _ if charged_twice
            && (goal.says(said::speaks_of_twice)
                || scene.earlier().take(3).any(said::speaks_of_twice)) =>
        {
            "Charged twice"
        }
        _ => "Refund requested",
    };
    // An account by another agent is not the visitor's word.
    let telling = |text: &&str| {
        said::asks_for_money_back(text)
            || said::speaks_of_twice(text)
            || goal.says(|line| line == *text)
                && goal.agreed.is_none()
                && text.split(' ').count() > 2
    };
    match scene.visitor_said().find(telling) {
        Some(words) => format!("{why}. In the visitor's words: “{}”", cut(words, 180)),
        None => format!("{why}."),
    }
}

/// Says how a refund stands.
pub fn status(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let named = goal.orders().into_iter().next();
    if let Some(moving) = known_order(scene, named.as_deref()).and_then(|o| news::stands(scene, &o))
    {
        return Ok(moving);
    }
    let args = named.as_ref().map_or(json!({}), |order| json!({ "order": order }));
    let found = list(&scene.need("refund_status", args)?["refunds"]);
    let briefed: Vec<String> = scene
        .request
        .brief
        .iter()
        .flat_map(|brief| &brief.done)
        .filter(|done| done.action.starts_with("Refund of") && done.outcome != "refunded")
        .map(|done| format!("{}: {}", done.action, done.outcome))
        .collect();
    let lines_of = found.iter().take(5).map(|refund| {
        let order = refund["order"].as_str().unwrap_or_default();
        let at = scene.day(&refund["at"]);
        let state = match refund["state"].as_str() {
            Some("succeeded") => scene.word(&json!("refunded")),
            _ => scene.word(&refund["state"]),
        };
        format!("{order}: {} {state}, {at}", price(&refund["amount"]))
    });
    let all: Vec<String> = lines_of.chain(briefed).collect();
    if all.is_empty() {
        let text = match &named {
            Some(order) => scene.say("no_refund_of", &[("order", order)]),
            None => scene.say("no_refunds", &[]),
        };
        return Ok(scene.offer(format!("{text} {}", scene.say("offer_person", &[]))));
    }
    Ok(Answer::text(lines(&scene.say("refunds", &[]), all)))
}

/// The order that a question after a refund is about: the named one, or that of this tenure's last
/// refund.
fn known_order(scene: &Scene<'_>, named: Option<&str>) -> Option<String> {
    named.map(str::to_owned).or_else(|| {
        scene.tenure().iter().rev().find_map(|entry| match entry {
            Entry::Called { name, args, .. } if name == "issue_refund" => {
                Some(args["order"].as_str()?.to_owned())
            }
            _ => None,
        })
    })
}
