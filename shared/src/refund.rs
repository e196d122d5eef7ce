//! A refund as it stands, and when the payment provider is asked about it. Pure: times come in.

use serde::{Deserialize, Serialize};

use crate::{
    api::RefundLine,
    event::{Inquiry, Refund, RefundState, RefundTerms},
    id::{ConversationId, IntentId, Seq},
    message::StaffRef,
    money::Money,
    time::Timestamp,
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Pause before the second inquiry, in milliseconds; each later one is twice as long.
const FIRST_PAUSE_MS: i64 = 5_000;
/// Longest pause between two inquiries, in milliseconds.
const LONGEST_PAUSE_MS: i64 = HOUR_MS;
/// After so long, in milliseconds, the provider is not asked again about an unknown refund: a person
/// settles it. Providers keep an idempotency key for 24 hours; four are left for what is on its way.
pub const PERSON_AFTER_MS: i64 = 20 * HOUR_MS;
/// After so long, in milliseconds, a call that the provider has no record of will not arrive.
pub const LANDING_MS: i64 = 30 * MINUTE_MS;
/// For so long, in milliseconds, the provider's word that it has no record of a refund is believed.
const LOOK_LASTS_MS: i64 = 5 * MINUTE_MS;

/// A refund as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundView {
    /// Which intent.
    pub intent: IntentId,
    /// The order that is refunded.
    pub order: String,
    /// How much.
    pub money: Money,
    /// Where it stands.
    pub state: RefundState,
    /// Since when.
    pub since: Timestamp,
    /// What was fixed at first; absent in what a visitor sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<RefundTerms>,
    /// The person who settled it, where the provider did not; absent in what a visitor sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<StaffRef>,
    /// What asking the provider has come to since; nothing in what a visitor sees.
    #[serde(default, skip_serializing_if = "Inquiries::is_empty")]
    pub inquiries: Inquiries,
    /// The newest event that moved it.
    pub seq: Seq,
}

/// What asking the payment provider has come to since a refund moved last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inquiries {
    /// How often it was asked in vain.
    pub count: u32,
    /// When last.
    pub last: Option<Timestamp>,
    /// What it said last, or why it said nothing.
    pub detail: Option<String>,
    /// What became of the refund by the provider's account, where it gave one.
    pub says: Option<RefundState>,
    /// The person who looked into the provider's contradicting a settlement.
    pub looked_into: Option<StaffRef>,
    /// Until when it may have been sent, because the provider had said that there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared: Option<Timestamp>,
}

impl Inquiries {
    /// Whether it was never asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl RefundView {
    /// A refund as its first event tells it.
    pub(crate) fn begin(refund: &Refund, seq: Seq, at: Timestamp) -> Self {
        Self {
            intent: refund.intent.clone(),
            order: refund.order.clone(),
            money: refund.money,
            state: refund.state,
            since: at,
            terms: refund.terms.clone(),
            settled_by: None,
            inquiries: Inquiries::default(),
            seq,
        }
    }

    /// It moves as `refund` tells.
    pub(crate) fn moves(&mut self, refund: &Refund, seq: Seq, at: Timestamp) {
        self.state = refund.state;
        self.since = at;
        self.settled_by = refund.settled.as_ref().map(|settled| settled.by.clone());
        self.inquiries = Inquiries::default();
        self.seq = seq;
    }

    /// Whether an inquiry may follow: of Baton, where asking makes sense; of a person, where there
    /// is a contradiction to look into.
    pub(crate) fn allows(&self, inquiry: &Inquiry) -> bool {
        match inquiry.by {
            None => {
                matches!(self.state, RefundState::Pending | RefundState::Unknown)
                    || (self.settled_by.is_some() && self.inquiries.says.is_none())
            }
            Some(_) => self.is_contradicted(),
        }
    }

    /// It was asked about.
    pub(crate) fn absorb(&mut self, inquiry: &Inquiry, at: Timestamp) {
        let known = &mut self.inquiries;
        if inquiry.by.is_some() {
            known.looked_into.clone_from(&inquiry.by);
            return;
        }
        known.count += 1;
        known.last = Some(at);
        known.says = inquiry.says;
        if inquiry.says == Some(RefundState::Failed) {
            known.cleared = Some(at.plus_ms(LOOK_LASTS_MS));
        }
        known.detail = Some(inquiry.detail.clone());
    }

    /// Whether the provider says otherwise than the person who settled it, and no person has looked
    /// into that. The settlement stands all the same.
    pub fn is_contradicted(&self) -> bool {
        let says = self.inquiries.says.filter(|_| self.settled_by.is_some());
        says.is_some_and(|says| says != self.state) && self.inquiries.looked_into.is_none()
    }

    /// Whether it counts against what was captured: by its state, or because the provider has it on
    /// record whatever a person said.
    pub fn holds_money(&self) -> bool {
        let on_record = self.inquiries.says == Some(RefundState::Succeeded);
        self.state.holds_money() || (on_record && self.settled_by.is_some())
    }

    /// When the provider is to be asked next what became of it; `None` if it is not, or no more.
    ///
    /// An unknown refund: at once, after 5 s, 10 s, 20 s … an hour, until 20 hours have passed. One
    /// that a person has settled: likewise, until it has said something, so that a wrong settlement
    /// comes to light. One on its way: once, for the case that refunds are off or it lay for long.
    pub fn ask_at(&self) -> Option<Timestamp> {
        let Inquiries { count, last, says, .. } = self.inquiries;
        match self.state {
            RefundState::Unknown => {}
            RefundState::Succeeded | RefundState::Failed
                if self.settled_by.is_some() && says.is_none() => {}
            RefundState::Pending => return last.is_none().then_some(self.since),
            _ => return None,
        }
        let Some(last) = last else { return Some(self.since) };
        let end = self.since.plus_ms(PERSON_AFTER_MS);
        let pause = FIRST_PAUSE_MS << count.saturating_sub(1).min(20);
        (last < end).then(|| last.plus_ms(pause.min(LONGEST_PAUSE_MS)).min(end))
    }

    /// Whether nobody but a person will settle it: the provider was asked for long enough.
    pub fn needs_person(&self) -> bool {
        match self.state {
            RefundState::Unknown => self.ask_at().is_none(),
            RefundState::Pending => self.is_stuck(),
            _ => false,
        }
    }

    /// Whether a person may settle it.
    pub fn may_be_settled(&self) -> bool {
        self.state == RefundState::Unknown || self.is_stuck()
    }

    /// From when on it may be settled as failed: before, a call that was made may still arrive, and
    /// what it moves would not be held against the charge any more.
    pub fn fails_from(&self) -> Timestamp {
        let sent = match self.state {
            RefundState::Pending => {
                let fresh = self.since.plus_ms(PERSON_AFTER_MS);
                self.inquiries.cleared.map_or(fresh, |cleared| cleared.max(fresh))
            }
            _ => self.since,
        };
        sent.plus_ms(LANDING_MS)
    }

    /// Whether a refund on its way may be sent, again if need be. After 20 hours its idempotency key
    /// may be forgotten: then only if the provider has just said that there is no such refund.
    pub fn may_send(&self, now: Timestamp) -> bool {
        let fresh = now.since_ms(self.since) < PERSON_AFTER_MS;
        let Inquiries { last, says, .. } = self.inquiries;
        let looked = says == Some(RefundState::Failed)
            && last.is_some_and(|at| now.since_ms(at) < LOOK_LASTS_MS);
        self.state == RefundState::Pending && (fresh || looked)
    }

    /// Whether the provider is to be asked now about a refund on its way, instead of sending it:
    /// once because refunds are off (`paused`), so that what was under way is on record; or because
    /// it lay for too long to be sent as it is, every hour until the provider answers.
    pub fn must_look(&self, paused: bool, now: Timestamp) -> bool {
        if self.state != RefundState::Pending {
            return false;
        }
        let too_old = !paused && !self.may_send(now);
        let Inquiries { last, says, .. } = self.inquiries;
        match last {
            None => paused || too_old,
            Some(last) => too_old && (says.is_some() || now.since_ms(last) >= LONGEST_PAUSE_MS),
        }
    }

    /// Too old to be sent, and the provider did not say whether it was.
    fn is_stuck(&self) -> bool {
        let Inquiries { last, says, .. } = self.inquiries;
        self.state == RefundState::Pending
            && says.is_none()
            && last.is_some_and(|at| at.since_ms(self.since) >= PERSON_AFTER_MS)
    }
}

impl RefundLine {
    /// The line of a refund of `conversation`; `None` if its terms are not known.
    pub fn of(conversation: &ConversationId, refund: &RefundView) -> Option<Self> {
        let terms = refund.terms.as_ref()?;
        Some(Self {
            conversation: conversation.clone(),
            intent: refund.intent.clone(),
            order: refund.order.clone(),
            customer: terms.customer.clone(),
            charge: terms.charge.clone(),
            money: refund.money,
            state: refund.state,
            since: refund.since,
            key: terms.idempotency_key.clone(),
            asked: refund.inquiries.count,
            answer: refund.inquiries.detail.clone(),
            ask_at: refund.ask_at(),
            needs_person: refund.needs_person(),
            fails_from: refund.may_be_settled().then(|| refund.fails_from()),
            settled_by: refund.settled_by.clone(),
            contradicted: refund.inquiries.says.filter(|_| refund.is_contradicted()),
        })
    }
}

#[cfg(test)]
mod tests;
