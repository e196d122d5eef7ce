//! `lookup_customer`: who the visitor is to the shop.

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{api::ToolInfo, event::Effect};

use super::{
    LIST, Ledger, Refusal, date, fact, money,
    records::{Order, Subscription},
    verified,
};
use crate::tools::{Context, Outcome, Tool, no_parameters};

pub(super) struct LookupCustomer {
    info: ToolInfo,
    ledger: Ledger,
}

impl LookupCustomer {
    pub(super) fn new(ledger: Ledger) -> Self {
        let info = ToolInfo {
            name: "lookup_customer".to_owned(),
            description: "Reads the visitor's own account: name, e-mail address, newest orders \
                          and subscription. Use it to find an order that the visitor describes \
                          without its number."
                .to_owned(),
            effect: Effect::Read,
            needs_verified: true,
            parameters: no_parameters(),
        };
        Self { info, ledger }
    }

    async fn run(&self, context: &Context) -> Result<Outcome, Refusal> {
        let customer = verified(context)?;
        let found = self.ledger.customer(customer).await?.ok_or(Refusal::NotFound("account"))?;
        let orders = self.ledger.orders(customer, LIST).await?;
        let subscription = self.ledger.subscription(customer).await?;
        let mut facts =
            vec![fact("customer.name", &found.name), fact("customer.email", &found.email)];
        if let Some(it) = &subscription {
            facts.push(fact("subscription.plan", &it.plan));
            facts.push(fact("subscription.status", it.status.word()));
        }
        let result = json!({
            "customer": { "id": found.id, "name": found.name, "email": found.email },
            "orders": orders.iter().map(order_line).collect::<Vec<_>>(),
            "subscription": subscription.as_ref().map(subscription_line),
        });
        Ok(Outcome::ok(result, facts))
    }
}

#[async_trait]
impl Tool for LookupCustomer {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Looking up your account".to_owned()
    }

    async fn call(&self, context: Context, _: Value) -> Outcome {
        self.run(&context).await.unwrap_or_else(|refusal| refusal.outcome(&context))
    }
}

fn order_line(order: &Order) -> Value {
    json!({
        "id": order.id,
        "date": date(order.placed_at),
        "total": money(order.total),
        "status": order.status.word(),
        "items": order.items.iter().map(|item| &item.name).collect::<Vec<_>>(),
    })
}

fn subscription_line(it: &Subscription) -> Value {
    json!({
        "id": it.id,
        "plan": it.plan,
        "price": money(it.price),
        "every": it.every.word(),
        "status": it.status.word(),
        "since": date(it.started_at),
        "renews": it.renews_at.map(date),
    })
}
