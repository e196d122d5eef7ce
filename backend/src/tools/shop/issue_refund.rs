//! `issue_refund`: turns an agent's wish into a proposal that the server stands for.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{api::ToolInfo, event::Effect};

use super::{Ledger, Refusal, label, order_parameter, own_order, verified};
use crate::{
    money::Proposal,
    tools::{Context, Outcome, Tool, desk::Desk, text::one_line, text_arg},
};

/// Longest reason, in characters.
const REASON_CHARS: usize = 300;

pub(super) struct IssueRefund {
    info: ToolInfo,
    ledger: Ledger,
    desk: Arc<dyn Desk>,
}

impl IssueRefund {
    pub(super) fn new(ledger: Ledger, desk: Arc<dyn Desk>) -> Self {
        let info = ToolInfo {
            name: "issue_refund".to_owned(),
            description: "Asks for money back on one of the visitor's own orders, to the means \
                          of payment it came from. Without an amount: the duplicate charge if \
                          the order was charged twice, else all that is left. With an amount, \
                          an order of several charges needs `charge` too. Policy decides \
                          whether it is made at once or a person must approve it; never promise \
                          more than the answer says."
                .to_owned(),
            effect: Effect::Write,
            needs_verified: true,
            parameters: json!({
                "type": "object",
                "properties": {
                    "order": order_parameter(),
                    "amount": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": 1_000_000_000_000_i64,
                        "description": "How much, in minor units (cents) of the order's currency.",
                    },
                    "charge": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 100,
                        "description": "The id of the charge that is meant, as lookup_order gives \
                                        it; no other is given back in its place.",
                    },
                    "reason": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": REASON_CHARS,
                        "description": "Why, in a few words, as the visitor put it.",
                    },
                },
                "required": ["order", "reason"],
                "additionalProperties": false,
            }),
        };
        Self { info, ledger, desk }
    }

    async fn run(&self, context: &Context, args: &Value) -> Result<Outcome, Refusal> {
        let order = own_order(&self.ledger, context, args).await?;
        let window = self.desk.settings().await?.refund_policy.window_days;
        let (charge, asked) = (text_arg(args, "charge"), args["amount"].as_i64());
        let eligible = order.eligible(charge, asked, window, context.now)?;
        let reason = text_arg(args, "reason").unwrap_or_default();
        Ok(Outcome::Refund(Proposal {
            order: order.id,
            customer: order.customer,
            charge: eligible.charge,
            captured: eligible.captured,
            amount: eligible.amount,
            reason: one_line(reason, REASON_CHARS),
        }))
    }
}

#[async_trait]
impl Tool for IssueRefund {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, args: &Value) -> String {
        label(args, "order", "Refunding order", "Refunding your order")
    }

    /// It moves no money; policy judges what it proposes.
    fn is_bound(&self) -> bool {
        true
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        self.run(&context, &args).await.unwrap_or_else(|refusal| refusal.outcome(&context))
    }

    async fn stands(&self, context: Context, proposal: &Proposal) -> bool {
        let Ok(customer) = verified(&context) else { return false };
        // A ledger that cannot be read vouches for nothing.
        let Ok(Some(order)) = self.ledger.order(customer, &proposal.order).await else {
            return false;
        };
        let charge = order.charges.iter().find(|charge| charge.id == proposal.charge);
        order.customer == proposal.customer
            && charge.is_some_and(|charge| {
                charge.amount == proposal.captured
                    && charge.remaining().currency == proposal.amount.currency
                    && charge.remaining().amount >= proposal.amount.amount
            })
    }
}
