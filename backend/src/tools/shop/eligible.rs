//! What can be given back for an order, and of which charge: pure, from the ledger's records.

use shared::{money::Money, time::Timestamp};

use super::records::{Charge, Order};

/// Most charges that one message names.
const CHARGES_NAMED: usize = 10;
/// The code of a refund that can be asked for again once it says which charge is meant.
pub const CHARGE_NEEDED: &str = "charge_needed";

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

    /// What a refund of `asked` minor units of `charge` would give back; `None` asks for all that is
    /// left of it. Without a charge it is the duplicate one if the order was charged twice, and the
    /// one with most left if it was not; but an amount alone says nothing about which of several is
    /// meant, and no other is ever given back in place of the one that is named.
    pub fn eligible(
        &self,
        charge: Option<&str>,
        asked: Option<i64>,
        window_days: u32,
        now: Timestamp,
    ) -> Result<Eligible, NotEligible> {
        if asked.is_some_and(|amount| amount <= 0) {
            return refuse("not_refundable", "A refund is above zero.");
        }
        let charge = self.meant(charge, asked.is_some())?;
        let open = self.window_is_open(window_days, now);
        let excess = if self.is_duplicate(charge) { self.excess(charge) } else { 0 };
        let left = charge.remaining().amount;
        // A charge made in error is owed whatever the refund window says.
        let most = if open { left } else { excess };
        match asked {
            _ if left == 0 => refuse("already_refunded", "This charge has been given back."),
            None if excess > 0 => Ok(Eligible::of(charge, excess)),
            None if self.is_duplicate(charge) => {
                refuse("already_refunded", "What was charged twice has been given back.")
            }
            _ if most == 0 => refuse(
                "outside_window",
                format!("Orders are refunded within {window_days} days of delivery."),
            ),
            Some(amount) if amount > most => too_high(Money::new(most, charge.amount.currency)),
            asked => Ok(Eligible::of(charge, asked.unwrap_or(most))),
        }
    }

    /// The charge that a refund is of.
    fn meant(&self, named: Option<&str>, of_an_amount: bool) -> Result<&Charge, NotEligible> {
        if let Some(id) = named {
            let known = self.charges.iter().find(|charge| charge.id == id);
            let unknown = || no("not_refundable", "There is no such charge on this order.");
            return known.ok_or_else(unknown);
        }
        let stands = self.charges.iter().any(|charge| charge.remaining().amount > 0);
        if !stands && !self.charges.is_empty() {
            return Err(no("already_refunded", "All of this order has been given back."));
        }
        if of_an_amount && self.charges.len() > 1 {
            let text = format!("This order has several charges: {}", self.which_charge());
            return Err(no(CHARGE_NEEDED, text));
        }
        // The first that still stands: an order may have been charged three times.
        if let Some(standing) = self.duplicates().find(|charge| self.excess(charge) > 0) {
            return Ok(standing);
        }
        if self.duplicates().next().is_some() {
            let text = format!(
                "The duplicate charge has been given back. For a refund of the purchase itself: {}",
                self.which_charge()
            );
            return Err(no("already_refunded", text));
        }
        // One refund is of one charge.
        let most = self.charges.iter().max_by_key(|charge| charge.remaining().amount);
        most.ok_or_else(|| no("not_refundable", "Nothing was charged for this order."))
    }

    /// Asks for the charge, with those that there are.
    fn which_charge(&self) -> String {
        let charges = self.charges.iter().map(|charge| {
            let of = if self.is_duplicate(charge) { ", the duplicate" } else { "" };
            format!("{} ({} left of {}{of})", charge.id, charge.remaining(), charge.amount)
        });
        let charges: Vec<String> = charges.take(CHARGES_NAMED).collect();
        format!("say which `charge` is meant: {}.", charges.join(", "))
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
    refuse("amount_too_high", format!("At most {most} can be given back of this charge."))
}

fn refuse(code: &'static str, message: impl Into<String>) -> Result<Eligible, NotEligible> {
    Err(no(code, message))
}

fn no(code: &'static str, message: impl Into<String>) -> NotEligible {
    NotEligible { code, message: message.into() }
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}
