//! Refunds: proposed by an agent, judged by policy, sent at most once.

pub mod answers;
pub mod events;
pub mod faulty;
pub mod head;
pub mod ledger;
pub mod policy;
pub mod restored;
pub mod silent;
pub mod switch;

use std::time::Duration;

use async_trait::async_trait;
use shared::{money::Money, refund::RefundView};

pub use crate::hex::hex;

/// A refund that an agent asks for, as the server resolved it: nothing here is a model's word but
/// the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The order, which belongs to the verified visitor.
    pub order: String,
    /// The customer it belongs to.
    pub customer: String,
    /// The charge to refund.
    pub charge: String,
    /// What was captured on it.
    pub captured: Money,
    /// How much to give back.
    pub amount: Money,
    /// Why.
    pub reason: String,
}

impl Proposal {
    /// What was proposed, from the record of the refund; `None` if its terms are not known.
    pub fn of(refund: &RefundView) -> Option<Self> {
        let terms = refund.terms.as_ref()?;
        Some(Self {
            order: refund.order.clone(),
            customer: terms.customer.clone(),
            charge: terms.charge.clone(),
            captured: Money::new(terms.captured, refund.money.currency),
            amount: refund.money,
            reason: terms.reason.clone(),
        })
    }
}

/// What is sent to the payment provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// The same key never makes two refunds; the same key with other terms is refused.
    pub key: String,
    /// The charge.
    pub charge: String,
    /// How much.
    pub amount: Money,
}

/// The provider has a refund on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's id of the refund.
    pub id: String,
    /// What it was made for, in the provider's words: an answer about something else is none.
    pub of: RefundOrder,
}

/// What the provider finds under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It has a refund on record.
    Made(Receipt),
    /// No call made so far has led to a refund, or will.
    NotMade,
    /// It has none on record; a call may still be on its way, or the record may lag behind. Such a
    /// call arrives, and such a record catches up, within [`shared::refund::LANDING_MS`].
    NoRecord,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// The provider said no; nothing happened and nothing will under this key.
    #[error("refused: {0}")]
    Refused(String),
    /// Nobody knows whether it happened.
    #[error("no answer: {0}")]
    Unknown(String),
    /// Refunds are off: this call was not made.
    #[error("refunds are off")]
    Off,
}

/// A payment provider. The embedded ledger is one; a real one takes its place without the runtime
/// noticing.
#[async_trait]
pub trait Gateway: Send + Sync + 'static {
    /// Refunds, at most once for a key. The same key with other terms is refused.
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError>;
    /// Looks what a key has led to.
    async fn find(&self, key: &str) -> Result<Finding, GatewayError>;
    /// The newest refunds that were made under keys of this desk, newest first, at most `limit`;
    /// none if the provider does not list them. By them a database that came back from a backup is
    /// found out.
    async fn newest(&self, _limit: usize) -> Result<Vec<Receipt>, GatewayError> {
        Ok(Vec::new())
    }
    /// How long an answer may take; after that nobody knows.
    fn patience(&self) -> Duration {
        Duration::from_secs(20)
    }
}

#[cfg(test)]
mod tests;
