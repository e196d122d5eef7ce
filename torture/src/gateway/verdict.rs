//! What must hold in the end.

use std::collections::BTreeMap;

use baton::{runtime::Desk, storage::Scope, verify};
use shared::{conversation::RefundView, event::RefundState};

use super::{
    desk,
    provider::{Made, Provider},
    story::Story,
};
use crate::{Tally, tally::Repeat};

/// Compares the desk's record with what the provider has done.
pub async fn judge(desk: &Desk, provider: &Provider, story: &Story, seed: u64, tally: &mut Tally) {
    let repeat = Repeat::one(seed);
    let made = provider.made();
    for misdeed in provider.misdeeds() {
        tally.violate(repeat, misdeed);
    }
    let store = desk.journal().store();
    if let Err(fault) = verify::verify(&**store).await {
        tally.violate(repeat, fault);
    }
    let mut refunds = Vec::new();
    for id in store.ids(None, 1_000).await.expect("conversations") {
        let thread = desk.load(&Scope::System, &id).await.expect("there");
        if thread.state.turn.is_some() {
            tally.lose(repeat, format!("the end of a turn in {id}"));
        }
        refunds.extend(thread.state.refunds.clone());
    }
    each_key_once(&made, repeat, tally);
    for refund in &refunds {
        known(refund, &made, story, repeat, tally);
    }
    if !story.has_mistakes() {
        within_captured(&made, story, repeat, tally);
    }
    within_limits(&refunds, repeat, tally);
}

/// One effect an intent, at most.
fn each_key_once(made: &[Made], repeat: Repeat, tally: &mut Tally) {
    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    for made in made {
        *times.entry(&made.of.key).or_default() += 1;
    }
    for (key, times) in times.into_iter().filter(|(_, times)| *times > 1) {
        tally.double(repeat, format!("{key} was refunded {times} times"));
    }
}

/// What happened is what the record says; where a person was mistaken, that has come to light.
fn known(refund: &RefundView, made: &[Made], story: &Story, repeat: Repeat, tally: &mut Tally) {
    let key = refund.terms.as_ref().map(|terms| terms.idempotency_key.as_str());
    let effect = made.iter().find(|made| Some(made.of.key.as_str()) == key);
    if !refund.state.is_terminal() {
        return tally.lose(repeat, format!("{} stays {:?}", refund.intent, refund.state));
    }
    if let Some(effect) = effect
        && effect.of.amount != refund.money
    {
        tally.violate(repeat, format!("{} moved {}", refund.intent, effect.of.amount));
    }
    let told = refund.state == RefundState::Succeeded;
    if story.mistaken.contains(&refund.intent) {
        // The provider is asked for twenty hours; one that says nothing contradicts nobody.
        let heard = refund.inquiries.says.is_some() || refund.ask_at().is_some();
        if told != effect.is_some() && heard && !refund.is_contradicted() {
            tally.lose(repeat, format!("the provider's contradicting {}", refund.intent));
        }
    } else if told && effect.is_none() {
        tally.violate(repeat, format!("{} is told and did not happen", refund.intent));
    } else if !told && effect.is_some() {
        tally.lose(repeat, format!("{} happened and is {:?}", refund.intent, refund.state));
    }
}

/// A charge gives back no more than was captured on it.
fn within_captured(made: &[Made], story: &Story, repeat: Repeat, tally: &mut Tally) {
    for charge in story.charges().iter() {
        let of_charge = made.iter().filter(|made| made.of.charge == charge.id);
        let back: i64 = of_charge.map(|made| made.of.amount.amount).sum();
        if back > charge.captured.amount {
            let what = format!("{back} of {} given back of {}", charge.captured, charge.id);
            tally.violate(repeat, what);
        }
    }
}

/// What went out without a person stays within the limit of an order.
fn within_limits(refunds: &[RefundView], repeat: Repeat, tally: &mut Tally) {
    let limit = desk::settings().refund_policy.per_order.amount;
    let mut orders: BTreeMap<&str, i64> = BTreeMap::new();
    for refund in refunds.iter().filter(|refund| refund.state == RefundState::Succeeded) {
        if refund.terms.as_ref().is_some_and(|terms| terms.approval.is_none()) {
            *orders.entry(&refund.order).or_default() += refund.money.amount;
        }
    }
    for (order, sum) in orders.into_iter().filter(|(_, sum)| *sum > limit) {
        tally.violate(repeat, format!("{sum} of {order} went out without a person"));
    }
}
