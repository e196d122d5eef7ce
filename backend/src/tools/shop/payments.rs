//! `list_charges` and `refund_status`: what was taken, and what was given back.

use std::cmp::Reverse;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{api::ToolInfo, event::Effect};

use super::{
    LIST, Ledger, Refusal, date, fact, label, money, order_arg, order_parameter, own_order,
    records::{Charge, Order},
    verified,
};
use crate::tools::{Context, Outcome, Tool};

pub(super) struct ListCharges {
    info: ToolInfo,
    ledger: Ledger,
}

impl ListCharges {
    pub(super) fn new(ledger: Ledger) -> Self {
        let description = "Lists what the visitor was charged, for one order or for the newest \
                           ones; `duplicate` marks a charge on an order that was already paid.";
        Self { info: info("list_charges", description), ledger }
    }

    async fn run(&self, context: &Context, args: &Value) -> Result<Outcome, Refusal> {
        let orders = orders(&self.ledger, context, args).await?;
        let mut charges: Vec<(&Order, &Charge)> =
            orders.iter().flat_map(|order| order.charges.iter().map(move |c| (order, c))).collect();
        charges.sort_by_key(|(_, charge)| Reverse(charge.at));
        charges.truncate(LIST as usize);
        let lines: Vec<Value> = charges
            .iter()
            .map(|(order, charge)| {
                let mut line = charge_line(order, charge);
                line["order"] = json!(order.id);
                line
            })
            .collect();
        let twice = orders.iter().filter(|order| order.duplicates().next().is_some());
        let facts =
            twice.map(|order| fact(format!("order.{}.charged_twice", order.id), "true")).collect();
        Ok(Outcome::ok(json!({ "charges": lines }), facts))
    }
}

#[async_trait]
impl Tool for ListCharges {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, args: &Value) -> String {
        label(args, "order", "Looking at the charges of order", "Looking at your charges")
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        self.run(&context, &args).await.unwrap_or_else(|refusal| refusal.outcome(&context))
    }
}

pub(super) struct RefundStatus {
    info: ToolInfo,
    ledger: Ledger,
}

impl RefundStatus {
    pub(super) fn new(ledger: Ledger) -> Self {
        let description = "Lists the refunds that the payment provider has on record for the \
                           visitor, of one order or of the newest ones.";
        Self { info: info("refund_status", description), ledger }
    }

    async fn run(&self, context: &Context, args: &Value) -> Result<Outcome, Refusal> {
        let orders = orders(&self.ledger, context, args).await?;
        let mut refunds: Vec<_> = orders
            .iter()
            .flat_map(|order| order.charges.iter().map(move |charge| (order, charge)))
            .flat_map(|(order, charge)| charge.refunds.iter().map(move |refund| (order, refund)))
            .collect();
        refunds.sort_by_key(|(_, refund)| Reverse(refund.at));
        refunds.truncate(LIST as usize);
        let lines: Vec<Value> = refunds
            .iter()
            .map(|(order, refund)| {
                json!({
                    "order": order.id,
                    "amount": money(refund.amount),
                    // The ledger keeps no refund that has not gone through.
                    "state": "succeeded",
                    "at": date(refund.at),
                })
            })
            .collect();
        Ok(Outcome::ok(json!({ "refunds": lines }), Vec::new()))
    }
}

#[async_trait]
impl Tool for RefundStatus {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, args: &Value) -> String {
        label(args, "order", "Looking for refunds of order", "Looking for your refunds")
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        self.run(&context, &args).await.unwrap_or_else(|refusal| refusal.outcome(&context))
    }
}

/// A charge as agents read it.
pub(super) fn charge_line(order: &Order, charge: &Charge) -> Value {
    let state = match (charge.refunded(), charge.remaining().amount) {
        (0, _) => "captured",
        (_, 0) => "refunded",
        _ => "partially_refunded",
    };
    json!({
        "id": charge.id,
        "at": date(charge.at),
        "amount": money(charge.amount),
        "state": state,
        "duplicate": order.is_duplicate(charge),
    })
}

fn info(name: &str, description: &str) -> ToolInfo {
    ToolInfo {
        name: name.to_owned(),
        description: description.to_owned(),
        effect: Effect::Read,
        needs_verified: true,
        parameters: json!({
            "type": "object",
            "properties": { "order": order_parameter() },
            "additionalProperties": false,
        }),
    }
}

/// The order in the arguments, or the newest orders.
async fn orders(ledger: &Ledger, context: &Context, args: &Value) -> Result<Vec<Order>, Refusal> {
    match order_arg(args) {
        None => Ok(ledger.orders(verified(context)?, LIST).await?),
        Some(_) => Ok(vec![own_order(ledger, context, args).await?]),
    }
}
