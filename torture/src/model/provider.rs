//! The payment provider: what it was asked for has happened, or may still happen.

use baton::money::{Finding, GatewayError, Receipt, RefundOrder};
use shared::{refund::LANDING_MS, time::Timestamp};

use super::act::Word;

/// For so long, in milliseconds, it knows a key again.
const REMEMBERS_MS: i64 = 24 * 3_600_000;

/// What has happened there.
#[derive(Debug, Clone, Default)]
pub struct Provider {
    /// The refunds that it made, and when.
    pub made: Vec<(RefundOrder, Timestamp)>,
    /// Calls that are on their way, and since when.
    pub late: Vec<(RefundOrder, Timestamp)>,
}

impl Provider {
    /// It is asked to refund, and does as `word` says; what the caller hears of it.
    pub fn refund(
        &mut self,
        order: &RefundOrder,
        word: Word,
        now: Timestamp,
    ) -> Result<Receipt, GatewayError> {
        match word {
            Word::Yes => return self.arrives(order, now),
            // To refuse means that nothing happened under this key, and nothing will.
            Word::No if self.has_made(&order.key) || self.may_make(&order.key) => {}
            Word::No => return Err(GatewayError::Refused("no".to_owned())),
            Word::YesAndIsNotHeard => drop(self.arrives(order, now)),
            Word::NeverHears => {}
            Word::HearsLate => self.late.push((order.clone(), now)),
        }
        Err(GatewayError::Unknown("time-out".to_owned()))
    }

    /// It is asked what a key has led to.
    pub fn find(&self, key: &str, word: Word) -> Result<Finding, GatewayError> {
        if word != Word::Yes {
            return Err(GatewayError::Unknown("time-out".to_owned()));
        }
        let found = self.made.iter().find(|(made, _)| made.key == key);
        Ok(found.map_or(Finding::NoRecord, |(made, _)| Finding::Made(receipt(made))))
    }

    /// The first call that is on its way arrives; `None` if there is none.
    pub fn late_call_arrives(&mut self, now: Timestamp) -> Option<()> {
        let (order, _) = self.late.pop()?;
        // Nobody hears the answer.
        drop(self.arrives(&order, now));
        Some(())
    }

    /// What was on its way for too long never arrives.
    pub fn time_passes(&mut self, now: Timestamp) {
        self.late.retain(|(_, since)| now.since_ms(*since) < LANDING_MS);
    }

    /// Whether it has made a refund under `key`.
    pub fn has_made(&self, key: &str) -> bool {
        self.made.iter().any(|(made, _)| made.key == key)
    }

    /// Whether a refund under `key` may still happen though nobody asks again.
    pub fn may_make(&self, key: &str) -> bool {
        self.late.iter().any(|(late, _)| late.key == key)
    }

    fn arrives(&mut self, order: &RefundOrder, now: Timestamp) -> Result<Receipt, GatewayError> {
        let known = self
            .made
            .iter()
            .find(|(made, at)| made.key == order.key && now.since_ms(*at) < REMEMBERS_MS);
        match known {
            Some((made, _)) if made != order => {
                Err(GatewayError::Refused("the key stands for another refund".to_owned()))
            }
            Some((made, _)) => Ok(receipt(made)),
            None => {
                self.made.push((order.clone(), now));
                Ok(receipt(order))
            }
        }
    }
}

fn receipt(made: &RefundOrder) -> Receipt {
    Receipt { id: format!("re_{}", made.key), of: made.clone() }
}
