//! What can be given back for an order, and of which charge: pure, from the ledger's records.

use shared::{money::Money, time::Timestamp};

use super::records::{Charge, Order};

/// A refund that the shop's records allow. Policy has yet to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligible {
    /// The charge.
    pub charge: String,
    /// What was captured on it.
    pub captured: Money,
    /// How much to give back of it.
    pub amount: Money,
}

/// Why nothing, or not as much, can be given back. The code is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotEligible {
    /// What programs decide by.
    pub code: &'static str,
    /// What an agent can explain.
    pub message: String,
}

impl Charge {
    /// What was given back of it.
    pub fn refunded(&self) -> i64 {
        sum(self.refunds.iter().map(|refund| refund.amount.amount))
    }

    /// What is left of it.
    pub fn remaining(&self) -> Money {
        let left = self.amount.amount.saturating_sub(self.refunded()).max(0);
        Money::new(left, self.amount.currency)
    }
}

impl Order {
    /// The charges that were made though the order was already paid.
    pub fn duplicates(&self) -> impl Iterator<Item = &Charge> {
        self.charges.iter().filter(|charge| self.is_duplicate(charge))
    }

    /// Whether the order was already paid when this charge was made.
    pub fn is_duplicate(&self, charge: &Charge) -> bool {
        let earlier = self.charges.iter().take_while(|other| other.id != charge.id);
        let paid = sum(earlier.map(|other| {
            let back = other.refunds.iter().filter(|refund| refund.at < charge.at);
            other.amount.amount.saturating_sub(sum(back.map(|refund| refund.amount.amount)))
        }));
        self.total.amount > 0 && paid >= self.total.amount
    }

    /// Until when it can be given back; `None` while it has not arrived.
    pub fn refundable_until(&self, window_days: u32) -> Option<Timestamp> {
        Some(self.delivered_at?.plus_ms(i64::from(window_days) * 86_400_000))
    }

    /// Whether it can still be given back at `now`.
    pub fn window_is_open(&self, window_days: u32, now: Timestamp) -> bool {
        self.refundable_until(window_days).is_none_or(|until| now <= until)
    }

    /// What a refund of `asked` minor units would give back of which charge; `None` asks for the
    /// duplicate charge if the order was charged twice, else for all that is left.
    pub fn eligible(
        &self,
        asked: Option<i64>,
        window_days: u32,
        now: Timestamp,
    ) -> Result<Eligible, NotEligible> {
        if self.charges.is_empty() {
            return refuse("not_refundable", "Nothing was charged for this order.");
        }
        if asked.is_some_and(|amount| amount <= 0) {
            return refuse("not_refundable", "A refund is above zero.");
        }
        // The first that still stands: an order may have been charged three times.
        let standing = self.duplicates().find(|charge| self.excess(charge) > 0);
        if let Some(charge) = standing.or_else(|| self.duplicates().next()) {
            let excess = self.excess(charge);
            match asked {
                None if excess == 0 => {
                    return refuse(
                        "already_refunded",
                        "The duplicate charge has been given back. To refund the purchase \
                         itself, name an amount.",
                    );
                }
                None => return Ok(Eligible::of(charge, excess)),
                // A charge made in error is owed whatever the refund window says.
                Some(amount) if amount <= excess => return Ok(Eligible::of(charge, amount)),
                Some(_) if excess > 0 && !self.window_is_open(window_days, now) => {
                    return too_high(Money::new(excess, charge.amount.currency));
                }
                Some(_) => {}
            }
        }
        self.within_window(asked, window_days, now)
    }

    /// The same for one charge, and never for another in its place: whoever was told that a
    /// duplicate charge can be given back does not get the purchase once that has happened.
    pub fn eligible_of(
        &self,
        charge: &str,
        asked: Option<i64>,
        window_days: u32,
        now: Timestamp,
    ) -> Result<Eligible, NotEligible> {
        if !self.charges.iter().any(|known| known.id == charge) {
            return refuse("not_refundable", "There is no such charge on this order.");
        }
        let eligible = self.eligible(asked, window_days, now)?;
        if eligible.charge == charge {
            Ok(eligible)
        } else {
            refuse("already_refunded", "This charge has been given back.")
        }
    }

    fn within_window(
        &self,
        asked: Option<i64>,
        window_days: u32,
        now: Timestamp,
    ) -> Result<Eligible, NotEligible> {
        // One refund is of one charge; of several, the one with most left on it.
        let most = self.charges.iter().max_by_key(|charge| charge.remaining().amount);
        let Some(charge) = most.filter(|charge| charge.remaining().amount > 0) else {
            return refuse("already_refunded", "All of this order has been given back.");
        };
        if !self.window_is_open(window_days, now) {
            return refuse(
                "outside_window",
                format!("Orders are refunded within {window_days} days of delivery."),
            );
        }
        let left = charge.remaining();
        match asked {
            Some(amount) if amount > left.amount => too_high(left),
            asked => Ok(Eligible::of(charge, asked.unwrap_or(left.amount))),
        }
    }

    /// What is left to give back of a duplicate charge: never more than the customer has paid in
    /// excess, should the other charge have been given back instead.
    fn excess(&self, duplicate: &Charge) -> i64 {
        let kept = sum(self.charges.iter().map(|charge| charge.remaining().amount));
        duplicate.remaining().amount.min(kept.saturating_sub(self.total.amount)).max(0)
    }
}

impl Eligible {
    fn of(charge: &Charge, amount: i64) -> Self {
        let amount = Money::new(amount, charge.amount.currency);
        Self { charge: charge.id.clone(), captured: charge.amount, amount }
    }
}

fn too_high(most: Money) -> Result<Eligible, NotEligible> {
    refuse("amount_too_high", format!("At most {most} can be given back."))
}

fn refuse(code: &'static str, message: impl Into<String>) -> Result<Eligible, NotEligible> {
    Err(NotEligible { code, message: message.into() })
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}
