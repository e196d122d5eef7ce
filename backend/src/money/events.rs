//! The record of a refund that policy lets through: its ids, its events, and what must hold when
//! they are appended. Pure, so that the same proposal always makes the same record.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::{
    agent::RefundPolicy,
    event::{Approval, ApprovalState, EventBody, ProposedWrite, Refund, RefundState, RefundTerms},
    id::{AgentSlug, ApprovalId, CallId, ConversationId, IntentId},
    time::Timestamp,
};

use super::{Proposal, hex};
use crate::storage::Require;

/// The call that proposes a refund.
#[derive(Debug, Clone, Copy)]
pub struct Proposer<'a> {
    /// In which conversation.
    pub conversation: &'a ConversationId,
    /// Which call.
    pub call: &'a CallId,
    /// Of which tool.
    pub tool: &'a str,
    /// By which agent.
    pub agent: &'a AgentSlug,
}

/// The id of the one intent that a call can make; another conversation's call makes another.
pub fn intent_id(conversation: &ConversationId, call: &CallId) -> IntentId {
    id("rfd", &[conversation.as_str(), call.as_str()])
}

/// The id of the approval that an intent can wait for.
pub fn approval_id(intent: &IntentId) -> ApprovalId {
    id("apr", &[intent.as_str()])
}

/// The id of the approval that a call other than a refund's can wait for.
pub fn call_approval_id(conversation: &ConversationId, call: &CallId) -> ApprovalId {
    id("apr", &[conversation.as_str(), call.as_str()])
}

/// The key under which the provider knows an attempt. It depends on nothing that a model says.
pub fn idempotency_key(conversation: &ConversationId, intent: &IntentId, attempt: u32) -> String {
    digest("key", &[conversation.as_str(), intent.as_str(), &attempt.to_string()])
}

/// SHA-256, in hexadecimal, of a tool and its arguments as canonical JSON: no spaces, keys sorted
/// by their bytes. What a decision is bound to.
pub fn canonical_hash(tool: &str, args: &Value) -> String {
    let mut text = String::new();
    write_canonical(&mut text, &json!({ "args": args, "tool": tool }));
    hex(&Sha256::digest(text))
}

/// The events that record a proposal: `pending` if it is to be sent at once; if a person must
/// decide (`ask` says why), `waiting` and the approval it waits for.
pub fn proposed(
    by: Proposer<'_>,
    proposal: &Proposal,
    ask: Option<&str>,
    policy: &RefundPolicy,
    now: Timestamp,
) -> Vec<EventBody> {
    let intent = intent_id(by.conversation, by.call);
    let approval = ask.map(|_| approval_id(&intent));
    let refund = Refund {
        intent: intent.clone(),
        order: proposal.order.clone(),
        money: proposal.amount,
        state: if ask.is_some() { RefundState::Waiting } else { RefundState::Pending },
        terms: Some(RefundTerms {
            call: by.call.clone(),
            customer: proposal.customer.clone(),
            charge: proposal.charge.clone(),
            captured: proposal.captured.amount,
            idempotency_key: idempotency_key(by.conversation, &intent, 1),
            reason: proposal.reason.clone(),
            approval: approval.clone(),
            day: now.day(),
        }),
        detail: None,
        settled: None,
    };
    let mut events = vec![EventBody::Refund(refund)];
    if let (Some(reason), Some(id)) = (ask, approval) {
        let args = exact_args(proposal);
        events.push(EventBody::Approval(Approval {
            id,
            state: ApprovalState::Waiting,
            summary: format!("Refund {} for order {}", proposal.amount, proposal.order),
            action: Some(ProposedWrite {
                call: by.call.clone(),
                intent: Some(intent),
                tool: by.tool.to_owned(),
                hash: canonical_hash(by.tool, &args),
                args,
                money: Some(proposal.amount),
                reason: reason.to_owned(),
                requested_by: by.agent.clone(),
            }),
            expires_at: Some(now.plus_ms(i64::from(policy.approval_ttl_s) * 1000)),
            by: None,
            note: None,
        }));
    }
    events
}

/// What must hold in the transaction that records [`proposed`].
pub fn requirements(
    proposal: &Proposal,
    waits: bool,
    policy: &RefundPolicy,
    now: Timestamp,
) -> Vec<Require> {
    let mut require = vec![Require::WithinCaptured {
        charge: proposal.charge.clone(),
        captured: proposal.captured,
        adding: proposal.amount,
    }];
    if !waits {
        require.push(Require::MoneyEnabled);
        require.push(Require::WithinLimits {
            order: proposal.order.clone(),
            per_order: policy.per_order,
            customer: proposal.customer.clone(),
            day: now.day(),
            per_customer_day: policy.per_customer_day,
            adding: proposal.amount,
        });
    }
    require
}

/// What must hold in the transaction that records an approved refund as pending. Its amount is
/// held against the charge since it began to wait, and is not counted twice.
pub fn requirements_once_approved(proposal: &Proposal) -> Vec<Require> {
    vec![
        Require::MoneyEnabled,
        Require::WithinCaptured {
            charge: proposal.charge.clone(),
            captured: proposal.captured,
            adding: proposal.amount,
        },
    ]
}

/// The arguments that a person sees and decides on: what the server resolved, not what a brain
/// passed.
pub fn exact_args(proposal: &Proposal) -> Value {
    json!({
        "order": proposal.order,
        "customer": proposal.customer,
        "charge": proposal.charge,
        "amount": proposal.amount.amount,
        "currency": proposal.amount.currency,
        "reason": proposal.reason,
    })
}

#[expect(clippy::expect_used, reason = "a short prefix and 32 hexadecimal digits are an id")]
fn id<T: TryFrom<String>>(prefix: &str, parts: &[&str]) -> T {
    T::try_from(digest(prefix, parts)).ok().expect("prefix and digits are an id")
}

/// `prefix_` and 128 bits of the digest of the parts. Ids hold no line break, so that different
/// parts never make the same text.
fn digest(prefix: &str, parts: &[&str]) -> String {
    let text = format!("{prefix}\n{}", parts.join("\n"));
    format!("{prefix}_{}", &hex(&Sha256::digest(text))[..32])
}

fn write_canonical(out: &mut String, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            write_list(out, '{', '}', keys, |out, key| {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(out, &fields[key]);
            });
        }
        Value::Array(items) => write_list(out, '[', ']', items, write_canonical),
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn write_list<T>(
    out: &mut String,
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push(open);
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(close);
}
