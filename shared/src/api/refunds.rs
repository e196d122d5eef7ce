//! Refunds, as the people see them who look after money, and the switch that stops them.

use serde::{Deserialize, Serialize};

use super::body;
use crate::{
    event::RefundState,
    id::{ConversationId, IntentId},
    message::StaffRef,
    money::Money,
    time::Timestamp,
};

body! {
    /// A refund, as the people see it who look after money.
    pub struct RefundLine {
        /// The conversation.
        pub conversation: ConversationId,
        /// The intent.
        pub intent: IntentId,
        /// The order.
        pub order: String,
        /// The customer.
        pub customer: String,
        /// The charge that is refunded.
        pub charge: String,
        /// How much.
        pub money: Money,
        /// Where it stands.
        pub state: RefundState,
        /// Since when.
        pub since: Timestamp,
        /// The key under which the payment provider knows it: what to search for there.
        pub key: String,
        /// How often the provider was asked in vain since then.
        pub asked: u32,
        /// What the provider said last, or why it said nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub answer: Option<String>,
        /// When it is asked next; absent if it is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ask_at: Option<Timestamp>,
        /// Whether a person must settle it: the provider was asked for long enough.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub needs_person: bool,
        /// From when on a person may settle it as failed: until then a call may still arrive.
        /// Absent if it is not for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fails_from: Option<Timestamp>,
        /// The person who settled it, where the provider did not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settled_by: Option<StaffRef>,
        /// What became of it by the provider's account, where that contradicts the person and
        /// nobody has looked into it. The settlement stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contradicted: Option<RefundState>,
    }

    /// `GET /refunds`.
    pub struct Refunds {
        /// Oldest first.
        pub refunds: Vec<RefundLine>,
        /// What to pass as `after` for the next page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }
}

/// Which refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefundFilter {
    /// Waiting, pending or unknown, or contradicted by the provider.
    #[default]
    Open,
    /// Waiting for a person's approval.
    Waiting,
    /// On their way.
    Pending,
    /// The provider did not say whether they happened.
    Unknown,
    /// Settled by a person, contradicted by the provider.
    Contradicted,
}

body! {
    /// `POST /refunds/{intent}/settle`: what became of a refund of which the provider does not say.
    pub struct SettleRefund {
        /// What became of it.
        #[serde(rename = "as")]
        pub outcome: RefundOutcome,
        /// How that is known.
        pub note: String,
    }
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefundOutcome {
    /// The customer has the money back.
    Succeeded,
    /// It did not happen and will not.
    Failed,
}

body! {
    /// `POST /refunds/{intent}/look`: the provider's contradicting a settlement was looked into.
    pub struct LookedInto {
        /// What came of it.
        pub note: String,
    }

    /// `GET /money`: the kill switch and what is not settled.
    pub struct MoneyState {
        /// Whether refunds may be sent.
        pub enabled: bool,
        /// Why not, if they may not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub off: Option<RefundsOff>,
        /// Refunds that are waiting, pending or unknown, or contradicted: the oldest.
        pub open: Vec<RefundLine>,
    }

    /// `PUT /money`.
    pub struct SwitchMoney {
        /// Whether refunds may be sent.
        pub enabled: bool,
        /// Why; needed to switch them on after a restore: what was compared with the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }

    /// Refunds are off.
    pub struct RefundsOff {
        /// Since when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub since: Option<Timestamp>,
        /// Who switched them off; absent where Baton did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<StaffRef>,
        /// Why.
        pub cause: OffCause,
        /// What else is known about it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub detail: String,
        /// After a restore: refunds that were sent and that the database does not know, the newest
        /// first; at most 100.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub lost: Vec<LostRefund>,
    }
}

/// Why refunds are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OffCause {
    /// A person switched them off.
    Switched,
    /// The database came back from a backup: what was refunded since is not in it.
    Restored,
}

body! {
    /// A refund that was sent, and that the database does not know.
    pub struct LostRefund {
        /// The key under which the payment provider knows it.
        pub key: String,
        /// The provider's id of it; absent if the provider was not heard about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub receipt: Option<String>,
        /// The charge, where the provider says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub charge: Option<String>,
        /// How much, where the provider says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub money: Option<Money>,
    }
}
