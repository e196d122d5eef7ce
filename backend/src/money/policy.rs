//! What a refund may reach without a person. Pure; stands outside any brain.

use shared::agent::RefundPolicy;

use super::Proposal;
use crate::storage::RefundTotals;

/// What policy says to a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be sent at once.
    Send,
    /// A person must approve it.
    Ask {
        /// Why, for that person.
        reason: String,
    },
    /// It may not be made at all.
    Deny {
        /// Stable, for programs.
        code: &'static str,
        /// What an agent can explain.
        reason: String,
    },
}

/// Judges a proposal, given what refunds already amount to and whether unvouched text has entered
/// the turn. Limits are cumulative, so that splitting a refund does not help; the store holds the
/// same limits once more in the transaction that records it.
pub fn judge(
    policy: &RefundPolicy,
    proposal: &Proposal,
    totals: &RefundTotals,
    tainted: bool,
) -> Verdict {
    let (amount, captured) = (proposal.amount, proposal.captured);
    if amount.amount <= 0 {
        return deny("invalid_amount", "A refund is above zero.");
    }
    if amount.currency != captured.currency {
        return deny("wrong_currency", "A refund is made in the currency of the charge.");
    }
    // An overflowing sum is above every limit.
    let sum = |total: i64| total.max(0).checked_add(amount.amount).unwrap_or(i64::MAX);
    if totals.charge.max(0) >= captured.amount {
        return deny(
            "refund_under_way",
            "All of this charge has been given back, or a refund of it is under way.",
        );
    }
    if sum(totals.charge) > captured.amount || amount.amount == i64::MAX {
        return deny(
            "amount_too_high",
            "With the refunds already made or under way, that is more than was paid.",
        );
    }
    let ask = |reason: String| Verdict::Ask { reason };
    if tainted {
        return ask("Text that nobody vouches for has entered this turn.".to_owned());
    }
    let (per_order, per_day) = (policy.per_order, policy.per_customer_day);
    if per_order.currency != amount.currency || per_day.currency != amount.currency {
        return ask(format!("There is no limit in {} to go by.", amount.currency));
    }
    if sum(totals.order) > per_order.amount {
        return ask(format!(
            "Refunds of order {} would come to {}; above {per_order} a person decides.",
            proposal.order,
            shared::money::Money::new(sum(totals.order), amount.currency),
        ));
    }
    if sum(totals.customer_day) > per_day.amount {
        return ask(format!(
            "This customer's refunds of today would come to {}; above {per_day} a person decides.",
            shared::money::Money::new(sum(totals.customer_day), amount.currency),
        ));
    }
    Verdict::Send
}

fn deny(code: &'static str, reason: &str) -> Verdict {
    Verdict::Deny { code, reason: reason.to_owned() }
}
