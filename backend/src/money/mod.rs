//! Refunds: proposed by an agent, judged by policy, sent at most once.

pub mod events;
pub mod faulty;
pub mod ledger;
pub mod policy;

use async_trait::async_trait;
use shared::money::Money;

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

/// The provider has it on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's id of the refund.
    pub id: String,
}

/// Why there is no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// The provider said no; nothing happened and nothing will.
    #[error("refused: {0}")]
    Refused(String),
    /// Nobody knows whether it happened.
    #[error("no answer: {0}")]
    Unknown(String),
}

/// A payment provider. The embedded ledger is one; a real one takes its place without the runtime
/// noticing.
#[async_trait]
pub trait Gateway: Send + Sync + 'static {
    /// Refunds, at most once for a key.
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError>;
    /// Looks whether a key made a refund: `Ok(None)` means certainly not, and never will.
    async fn find(&self, key: &str) -> Result<Option<Receipt>, GatewayError>;
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from(DIGITS[usize::from(half)]));
    bytes.iter().flat_map(digits).collect()
}

#[cfg(test)]
mod tests;
