//! What the payment provider's answers come to. Pure.

use shared::{event::RefundState, refund::LANDING_MS, time::Timestamp};

use super::{Finding, GatewayError, Receipt, RefundOrder};
use crate::tools::text::one_line;

/// Longest words of a provider that are kept, in characters.
const WORDS: usize = 300;
/// What is kept where nobody asked the provider.
const OFF: &str = "not asked: refunds are off";

/// What an answer tells of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What became of it: succeeded or failed; `None` if the answer does not say.
    pub says: Option<RefundState>,
    /// The provider's id of it, or its words.
    pub detail: String,
}

/// The answer to a refund that was sent.
pub fn to_refund(order: &RefundOrder, answer: Result<Receipt, GatewayError>) -> Told {
    match answer {
        Ok(receipt) => receipted(order, &receipt),
        Err(GatewayError::Refused(why)) => Told::new(Some(RefundState::Failed), &why),
        Err(GatewayError::Unknown(why)) => Told::new(None, &why),
        Err(GatewayError::Off) => Told::new(None, OFF),
    }
}

/// The answer to the question what became of a refund, sent at `sent` or later moved there.
pub fn to_find(
    order: &RefundOrder,
    sent: Timestamp,
    answer: Result<Finding, GatewayError>,
    now: Timestamp,
) -> Told {
    match answer {
        Ok(Finding::Made(receipt)) => receipted(order, &receipt),
        Ok(Finding::NotMade) => {
            Told::new(Some(RefundState::Failed), "the provider did not make it")
        }
        Ok(Finding::NoRecord) if now.since_ms(sent) >= LANDING_MS => {
            Told::new(Some(RefundState::Failed), "the provider has no record of it")
        }
        Ok(Finding::NoRecord) => Told::new(None, "the provider has no record of it yet"),
        Err(GatewayError::Refused(why) | GatewayError::Unknown(why)) => Told::new(None, &why),
        Err(GatewayError::Off) => Told::new(None, OFF),
    }
}

/// A receipt for another key or other terms says nothing about this refund.
fn receipted(order: &RefundOrder, receipt: &Receipt) -> Told {
    if receipt.of == *order {
        Told::new(Some(RefundState::Succeeded), &receipt.id)
    } else {
        Told::new(None, "the provider answered about another refund")
    }
}

impl Told {
    fn new(says: Option<RefundState>, words: &str) -> Self {
        Self { says, detail: one_line(words, WORDS) }
    }
}
