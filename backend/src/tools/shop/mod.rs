//! The shop's tools over the embedded ledger. Each answers only for the verified visitor: whose
//! data is touched comes from the context, never from arguments.

pub mod data;
pub mod eligible;
pub mod ledger;
pub mod records;

mod account;
mod invoices;
mod issue_refund;
mod load;
mod lookup_order;
mod payments;
mod validate;

use std::sync::Arc;

use serde_json::{Value, json};
use shared::{money::Money, time::Timestamp};

pub use data::{InvalidShop, ShopData};
pub use ledger::{Ledger, LedgerError};

use super::{
    Context, Outcome, Registry,
    desk::{Desk, DeskUnavailable},
    text::plain,
    unavailable,
};
use eligible::{CHARGE_NEEDED, NotEligible};
use records::Order;

/// Most orders, charges or invoices in one answer.
const LIST: u32 = 20;

/// Adds all tools of the shop.
pub(super) fn add_to(registry: &mut Registry, ledger: &Ledger, desk: &Arc<dyn Desk>) {
    registry.add(Arc::new(account::LookupCustomer::new(ledger.clone())));
    registry.add(Arc::new(lookup_order::LookupOrder::new(ledger.clone(), Arc::clone(desk))));
    registry.add(Arc::new(payments::ListCharges::new(ledger.clone())));
    registry.add(Arc::new(payments::RefundStatus::new(ledger.clone())));
    registry.add(Arc::new(invoices::ListInvoices::new(ledger.clone())));
    registry.add(Arc::new(invoices::ResendInvoice::new(ledger.clone())));
    registry.add(Arc::new(issue_refund::IssueRefund::new(ledger.clone(), Arc::clone(desk))));
}

/// Why a tool of the shop does not do what was asked.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(
        "the visitor must be signed in on the site; what they say about themself is not enough"
    )]
    NeedsVerified,
    /// What does not exist and what is somebody else's read alike.
    #[error("this customer has no such {0}")]
    NotFound(&'static str),
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Desk(#[from] DeskUnavailable),
}

impl Refusal {
    fn outcome(self, context: &Context) -> Outcome {
        match &self {
            Self::NeedsVerified => Outcome::denied("needs_verified", self.to_string()),
            Self::NotFound(_) => Outcome::error("not_found", self.to_string()),
            // Nothing was refused yet: the call lacks a word.
            Self::NotEligible(no) if no.code == CHARGE_NEEDED => {
                Outcome::error(no.code, self.to_string())
            }
            Self::NotEligible(no) => Outcome::denied(no.code, self.to_string()),
            Self::Ledger(_) | Self::Desk(_) => unavailable(context, &self),
        }
    }
}

/// The customer for whom the site has signed.
fn verified(context: &Context) -> Result<&str, Refusal> {
    context.visitor.verified_customer().ok_or(Refusal::NeedsVerified)
}

/// The order number in the arguments, as people write it.
fn order_arg(args: &Value) -> Option<&str> {
    super::text_arg(args, "order").map(|text| text.trim().trim_start_matches('#'))
}

/// The visitor's own order that the arguments name.
async fn own_order(ledger: &Ledger, context: &Context, args: &Value) -> Result<Order, Refusal> {
    let id = order_arg(args).unwrap_or_default();
    ledger.order(verified(context)?, id).await?.ok_or(Refusal::NotFound("order"))
}

/// A label that names the order where its number is plain, and does without where it is not.
fn label(args: &Value, key: &str, with: &str, without: &str) -> String {
    match super::text_arg(args, key).and_then(plain) {
        Some(id) => format!("{with} {id}"),
        None => without.to_owned(),
    }
}

fn order_parameter() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "description": "The order number, such as A1001.",
    })
}

fn money(money: Money) -> Value {
    json!({ "amount": money.amount, "currency": money.currency })
}

/// The date of an instant, in UTC: what an agent repeats to a visitor.
fn date(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

fn fact(key: impl Into<String>, value: impl Into<String>) -> (String, String) {
    (key.into(), value.into())
}

#[cfg(test)]
mod tests;
