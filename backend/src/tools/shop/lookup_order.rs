//! `lookup_order`: one order with its charges and what can be given back of it.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{api::ToolInfo, event::Effect, money::Money, time::Timestamp};

use super::{
    Ledger, Refusal, date, fact, label, money, order_parameter, own_order,
    payments::charge_line,
    records::{Item, Order},
};
use crate::{
    money::{Proposal, policy::Verdict},
    tools::{Context, Outcome, Tool, desk::Desk},
};

pub(super) struct LookupOrder {
    info: ToolInfo,
    ledger: Ledger,
    desk: Arc<dyn Desk>,
}

impl LookupOrder {
    pub(super) fn new(ledger: Ledger, desk: Arc<dyn Desk>) -> Self {
        let info = ToolInfo {
            name: "lookup_order".to_owned(),
            description: "Reads one of the visitor's own orders: status, items, charges (with \
                          `duplicate` where the order was charged twice), what can still be \
                          refunded, whether that needs a person's approval, and until when."
                .to_owned(),
            effect: Effect::Read,
            needs_verified: true,
            parameters: json!({
                "type": "object",
                "properties": { "order": order_parameter() },
                "required": ["order"],
                "additionalProperties": false,
            }),
        };
        Self { info, ledger, desk }
    }

    async fn run(&self, context: &Context, args: &Value) -> Result<Outcome, Refusal> {
        let order = own_order(&self.ledger, context, args).await?;
        let window_days = self.desk.settings().await?.refund_policy.window_days;
        // What `issue_refund` would propose if asked for no amount.
        let eligible = order.eligible(None, None, window_days, context.now).ok();
        let verdict = match &eligible {
            Some(eligible) => {
                let proposal = Proposal {
                    order: order.id.clone(),
                    customer: order.customer.clone(),
                    charge: eligible.charge.clone(),
                    captured: eligible.captured,
                    amount: eligible.amount,
                    reason: String::new(),
                };
                Some(self.desk.judge(&proposal, context.now).await?)
            }
            None => None,
        };
        let needs_approval = matches!(verdict, Some(Verdict::Ask { .. }));
        let refundable = eligible.map_or(Money::new(0, order.total.currency), |e| e.amount);
        Ok(describe(&order, refundable, needs_approval, window_days, context.now))
    }
}

#[async_trait]
impl Tool for LookupOrder {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, args: &Value) -> String {
        label(args, "order", "Looking up order", "Looking up your order")
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        self.run(&context, &args).await.unwrap_or_else(|refusal| refusal.outcome(&context))
    }
}

fn describe(
    order: &Order,
    refundable: Money,
    needs_approval: bool,
    window_days: u32,
    now: Timestamp,
) -> Outcome {
    let until = order.refundable_until(window_days);
    let result = json!({
        "order": {
            "id": order.id,
            "date": date(order.placed_at),
            "status": order.status.word(),
            "delivered_at": order.delivered_at.map(date),
            "total": money(order.total),
            "items": order.items.iter().map(item_line).collect::<Vec<_>>(),
        },
        "charges": order.charges.iter().map(|charge| charge_line(order, charge)).collect::<Vec<_>>(),
        "refundable": money(refundable),
        "needs_approval": needs_approval,
        "refund_window": {
            "open": order.window_is_open(window_days, now),
            "until": until.map(date),
        },
    });
    Outcome::ok(result, facts(order))
}

/// What the record keeps of an order, for briefs and rules.
pub(super) fn facts(order: &Order) -> Vec<(String, String)> {
    let about = |what: &str| format!("order.{}.{what}", order.id);
    let mut facts = vec![
        fact("order", &order.id),
        fact(about("status"), order.status.word()),
        fact(about("total"), order.total.to_string()),
    ];
    if let Some(at) = order.delivered_at {
        facts.push(fact(about("delivered_at"), date(at)));
    }
    if order.duplicates().next().is_some() {
        facts.push(fact(about("charged_twice"), "true"));
    }
    let refunded = order.charges.iter().map(super::records::Charge::refunded).sum::<i64>();
    if refunded > 0 {
        let refunded = Money::new(refunded, order.total.currency);
        facts.push(fact(about("refunded"), refunded.to_string()));
    }
    facts
}

fn item_line(item: &Item) -> Value {
    json!({ "name": item.name, "quantity": item.quantity, "price": money(item.price) })
}
