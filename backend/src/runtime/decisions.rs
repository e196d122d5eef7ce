//! What people decide about money: one exact write, an unknown refund, the kill switch.

use std::sync::Arc;

use shared::{
    api::{Decision, OffCause, RefundOutcome, RefundsOff},
    conversation::{OpenApproval, RefundView},
    event::{EventBody, Inquiry, RefundState, Settled},
    id::{ApprovalId, CallId, ConversationId, IntentId},
    limits,
    message::StaffRef,
};

use super::{
    Desk, DeskError,
    desk::{checked_text, fault},
    permits, refunds, runner,
};
use crate::{
    failpoint::{self, Point},
    journal::{AppendError, Thread},
    money::{self, Proposal, restored, switch},
    storage::{Require, Scope, StoreError, rows::AuditRow},
    tools::Context,
};

/// For so long, in milliseconds, an answer of the provider is not asked for again.
const ASKED_JUST_NOW_MS: i64 = 5_000;

impl Desk {
    /// A person approves or declines one exact write. Once; not after it has expired; not by whoever
    /// asked for it; not if what would be done now differs from what was proposed.
    pub async fn decide(
        &self,
        staff: StaffRef,
        approval: &ApprovalId,
        decision: Decision,
        note: Option<String>,
    ) -> Result<Arc<Thread>, DeskError> {
        let note = match note.filter(|n| !n.trim().is_empty()) {
            Some(text) => Some(checked_text("note", &text, limits::NOTE_CHARS)?),
            None => None,
        };
        let id = self.journal().store().approval(approval).await?.ok_or(DeskError::NotFound)?;
        let scope = Scope::Staff(staff.id.clone());
        loop {
            let thread = self.load(&scope, &id).await?;
            let open = thread.state.approvals.iter().find(|a| a.id == *approval);
            let open = open.ok_or(DeskError::AlreadyDecided)?;
            if open.expires_at.is_some_and(|at| at <= self.now()) {
                self.nudge(&id);
                return Err(DeskError::Expired);
            }
            let require = match decision {
                Decision::Approve => {
                    let call = open.action.as_ref().map(|action| &action.call);
                    self.not_by(&thread, call, &staff).await?;
                    self.still_as_proposed(&thread, open).await?
                }
                Decision::Decline => Vec::new(),
            };
            let bodies = self
                .decided(&thread, |world| {
                    Ok(refunds::approve_or_decline(world, approval, decision, &staff, note.clone()))
                })
                .await?;
            failpoint::hit(Point::ApprovalBefore);
            match self.journal().append(&thread, bodies, require, self.now()).await {
                Ok(thread) => {
                    failpoint::hit(Point::ApprovalAfter);
                    self.nudge(&id);
                    return Ok(thread);
                }
                Err(AppendError::Conflict) => {}
                Err(AppendError::Refused(Require::MoneyEnabled)) => {
                    return Err(DeskError::RefundsPaused);
                }
                Err(AppendError::Refused(_)) => return Err(DeskError::Changed),
                Err(error) => return Err(fault(error)),
            }
        }
    }

    /// A person settles a refund of which the provider does not say what became of it. Once, and not
    /// by whoever asked for it. If it failed, what it held against the charge is free again; so it
    /// cannot have failed before a call that is still on its way must have arrived.
    pub async fn settle_refund(
        &self,
        staff: StaffRef,
        intent: &IntentId,
        outcome: RefundOutcome,
        note: String,
    ) -> Result<Arc<Thread>, DeskError> {
        let note = checked_text("note", &note, limits::NOTE_CHARS)?;
        let (id, thread) = self.thread_of(&staff, intent).await?;
        let call = refund_of(&thread, intent)?.terms.as_ref().map(|terms| &terms.call);
        self.not_by(&thread, call, &staff).await?;
        self.act(&Scope::Staff(staff.id.clone()), &id, |world| {
            let refund = refund_of(world.thread, intent)?;
            if !refund.may_be_settled() {
                return Err(DeskError::NotForPeople(refund.state));
            }
            let lands = refund.fails_from();
            if outcome == RefundOutcome::Failed && world.now < lands {
                return Err(DeskError::TooEarly(lands));
            }
            let settled = Settled { by: staff.clone(), note: note.clone() };
            Ok(refunds::settle_by_hand(world, refund, outcome, settled))
        })
        .await
    }

    /// A person has the provider asked once more what became of a refund. Within a few seconds of the
    /// last time, that answer stands.
    pub async fn ask_about_refund(
        &self,
        staff: &StaffRef,
        intent: &IntentId,
    ) -> Result<Arc<Thread>, DeskError> {
        let (id, thread) = self.thread_of(staff, intent).await?;
        let refund = refund_of(&thread, intent)?;
        if !matches!(refund.state, RefundState::Pending | RefundState::Unknown) {
            return Err(DeskError::NotForPeople(refund.state));
        }
        let last = refund.inquiries.last;
        if last.is_some_and(|last| self.now().since_ms(last) < ASKED_JUST_NOW_MS) {
            return Ok(thread);
        }
        let told = runner::ask_provider(self, refund).await.ok_or(DeskError::NotFound)?;
        self.act(&Scope::Staff(staff.id.clone()), &id, |world| {
            Ok(refunds::answered(world, intent, false, &told))
        })
        .await
    }

    /// A person has looked into the provider's contradicting a settlement. The settlement stands.
    pub async fn look_into_refund(
        &self,
        staff: StaffRef,
        intent: &IntentId,
        note: String,
    ) -> Result<Arc<Thread>, DeskError> {
        let detail = checked_text("note", &note, limits::NOTE_CHARS)?;
        let (id, _) = self.thread_of(&staff, intent).await?;
        self.act(&Scope::Staff(staff.id.clone()), &id, |world| {
            let refund = refund_of(world.thread, intent)?;
            if !refund.is_contradicted() {
                return Err(DeskError::NotForPeople(refund.state));
            }
            Ok(vec![EventBody::Inquiry(Inquiry {
                intent: intent.clone(),
                says: None,
                detail: detail.clone(),
                by: Some(staff.clone()),
            })])
        })
        .await
    }

    /// Why refunds are off; `None` if they are on.
    pub async fn refunds_off(&self) -> Result<Option<RefundsOff>, StoreError> {
        let setting = self.journal().store().setting(switch::MONEY_SETTING).await?;
        Ok(switch::off(setting.as_deref()))
    }

    /// Switches refunds on or off. Off holds from the next call of the provider on; what is under way
    /// is recorded. After a restore they go on only with a word on how the books were compared.
    pub async fn switch_refunds(
        &self,
        staff: StaffRef,
        on: bool,
        note: Option<String>,
    ) -> Result<(), DeskError> {
        let note = match note.filter(|n| !n.trim().is_empty()) {
            Some(text) => checked_text("note", &text, limits::NOTE_CHARS)?,
            None => String::new(),
        };
        let now = self.refunds_off().await?;
        let restored = now.filter(|off| off.cause == OffCause::Restored);
        if on && note.is_empty() && restored.is_some() {
            let message = "Say how the refunds since the backup were compared with the payment \
                           provider's."
                .to_owned();
            return Err(DeskError::Invalid { field: "note", message });
        }
        let off = RefundsOff {
            since: Some(self.now()),
            by: Some(staff.clone()),
            cause: OffCause::Switched,
            detail: note.clone(),
            lost: Vec::new(),
        };
        let setting = if on { switch::ON.to_owned() } else { switch::off_setting(&off) };
        let state = if on { "refunds on" } else { "refunds off" };
        let detail = if note.is_empty() { state.to_owned() } else { format!("{state}; {note}") };
        let entry = AuditRow::new(self.now(), &staff.name, "money_switched", "money").with(detail);
        let store = self.journal().store();
        match restored {
            // Whoever stops refunds once more does not say that the books were compared.
            Some(_) if !on => return Ok(()),
            Some(off) => {
                // First: of what is known twice, nothing is lost.
                let mut keys = restored::compared(&**store).await?;
                keys.extend(off.lost.into_iter().map(|lost| lost.key));
                let json = serde_json::to_string(&keys).unwrap_or_default();
                let said = AuditRow::new(self.now(), &staff.name, "refunds_compared", "money")
                    .with(note.clone());
                store.put_setting(restored::COMPARED_SETTING, &json, said).await?;
            }
            None => {}
        }
        Ok(store.put_setting(switch::MONEY_SETTING, &setting, entry).await?)
    }

    async fn thread_of(
        &self,
        staff: &StaffRef,
        intent: &IntentId,
    ) -> Result<(ConversationId, Arc<Thread>), DeskError> {
        let id = self.journal().store().refund(intent).await?.ok_or(DeskError::NotFound)?;
        let thread = self.load(&Scope::Staff(staff.id.clone()), &id).await?;
        Ok((id, thread))
    }

    /// Nobody decides on what they asked for: as the visitor, or by handing the conversation to the
    /// agent that then proposed it.
    async fn not_by(
        &self,
        thread: &Thread,
        call: Option<&CallId>,
        staff: &StaffRef,
    ) -> Result<(), DeskError> {
        let asked = call.and_then(|call| refunds::asked_by_staff(thread, call));
        if asked.is_some_and(|id| id == staff.id) {
            return Err(DeskError::OwnRequest);
        }
        if let Some(email) = &thread.state.visitor.email {
            let account = self.journal().store().staff_by_email(email).await?;
            if account.is_some_and(|account| account.id == staff.id) {
                return Err(DeskError::OwnRequest);
            }
        }
        Ok(())
    }

    /// The decision is bound to exact arguments: they hash to what was shown, and the order, the
    /// charge and what was captured on it are still those of the same verified customer. Whether the
    /// refund was in time was judged when it was asked for. Answers what must hold when it is
    /// recorded.
    async fn still_as_proposed(
        &self,
        thread: &Thread,
        approval: &OpenApproval,
    ) -> Result<Vec<Require>, DeskError> {
        let Some(action) = &approval.action else { return Err(DeskError::Changed) };
        if permits::hash_of(&self.tools(), &action.tool, &action.args) != action.hash {
            return Err(DeskError::Changed);
        }
        let Some(intent) = &action.intent else { return Ok(Vec::new()) };
        let refund = thread.state.refunds.iter().find(|r| r.intent == *intent);
        let refund =
            refund.filter(|r| r.state == RefundState::Waiting).ok_or(DeskError::AlreadyDecided)?;
        let proposal = Proposal::of(refund).ok_or(DeskError::Changed)?;
        // What a person saw is what the record says.
        if money::events::exact_args(&proposal) != action.args {
            return Err(DeskError::Changed);
        }
        let tools = self.tools();
        let Some(tool) = tools.get(&action.tool) else { return Err(DeskError::Changed) };
        let context = Context {
            conversation: thread.state.id.clone(),
            call: action.call.clone(),
            visitor: thread.state.visitor.clone(),
            said: Vec::new(),
            collections: Vec::new(),
            now: self.now(),
        };
        if !tool.stands(context, &proposal).await {
            return Err(DeskError::Changed);
        }
        Ok(money::events::requirements_once_approved(&proposal))
    }
}

fn refund_of<'t>(thread: &'t Thread, intent: &IntentId) -> Result<&'t RefundView, DeskError> {
    let mut refunds = thread.state.refunds.iter();
    refunds.find(|refund| refund.intent == *intent).ok_or(DeskError::NotFound)
}
