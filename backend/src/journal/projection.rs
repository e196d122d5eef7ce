//! What lists, limits, meters, search and the audit log hold of a conversation. All of it can be
//! made again from the events.

use serde::Serialize;
use shared::{
    api::{Reason, RefundLine, Summary},
    brief::{TriggerKind, Usage},
    conversation::{Conversation, RefundView},
    event::{
        Approval, ApprovalState, Event, EventBody, Handoff, Inquiry, Refund, RefundState,
        Settlement, Tool,
    },
    id::IntentId,
    limits::PREVIEW_CHARS,
    owner::Owner,
    time::Timestamp,
};

use crate::storage::rows::{ApprovalRow, AuditRow, Line, MeterRow, RefundRow, SearchRow};

/// Baton itself, as the audit log names it.
const BATON: &str = "baton";

/// The tool that looks into the articles.
const SEARCH: &str = "search_knowledge";

/// The line of a conversation in its present state.
pub fn line(state: &Conversation) -> Line {
    let (last_author, preview) = match &state.preview {
        Some((author, text)) => (Some(*author), text.clone()),
        None => (None, String::new()),
    };
    let with_people = matches!(state.owner, Owner::Queue { .. } | Owner::Staff { .. });
    let brief = state.brief.as_ref().filter(|_| with_people);
    let reason =
        brief.map(|brief| Reason { trigger: brief.trigger.kind, text: brief.reason.clone() });
    let request = brief
        .map(|brief| &brief.request)
        .or(state.approvals.first().map(|approval| &approval.summary))
        .map(|text| text.chars().take(PREVIEW_CHARS).collect());
    let summary = Summary {
        id: state.id.clone(),
        site: state.site.clone(),
        visitor: state.visitor.clone(),
        owner: state.owner.clone(),
        updated_at: state.updated_at,
        escalated_at: state.escalated_at,
        deadline: state.deadline,
        reason,
        request,
        needs_approval: !state.approvals.is_empty(),
        last_author,
        preview,
        rating: state.rating,
        seq: state.seq,
    };
    Line {
        summary,
        epoch: state.epoch,
        opened_at: state.opened_at,
        has_work: state.has_work() || state.acting().is_some(),
        has_money_in_flight: state.has_money_in_flight(),
        wake_at: wake_at(state),
    }
}

/// When something passes that nobody else would notice: an approval's or a queue's end, or the time
/// to ask the provider about a refund.
fn wake_at(state: &Conversation) -> Option<Timestamp> {
    let queue = state.deadline.filter(|_| matches!(state.owner, Owner::Queue { .. }));
    let approvals = state.approvals.iter().filter_map(|approval| approval.expires_at);
    let inquiries = state.refunds.iter().filter_map(RefundView::ask_at);
    approvals.chain(inquiries).chain(queue).min()
}

/// What a run of new events adds to the tables beside the line.
#[derive(Debug, Default)]
pub struct Added {
    /// Refunds that are new or have moved, each as it stands after the run.
    pub refunds: Vec<RefundRow>,
    /// Approvals that are new or decided.
    pub approvals: Vec<ApprovalRow>,
    /// What brains used, and which turns ended.
    pub meters: Vec<MeterRow>,
    /// What was looked for in the articles.
    pub searches: Vec<SearchRow>,
    /// Entries of the audit log.
    pub audit: Vec<AuditRow>,
    /// Text to be found.
    pub search: String,
}

impl Added {
    /// Notes `event`, which is about to follow on `before`.
    pub fn note(&mut self, before: &Conversation, event: &Event) {
        match &event.body {
            EventBody::Opened(opened) => self.find_visitor(&opened.visitor),
            EventBody::Identified(identified) => self.find_visitor(&identified.visitor),
            EventBody::Message(message) => self.find(&message.text),
            EventBody::Tool(tool) => {
                let orders = tool.facts.iter().filter(|fact| fact.key == "order");
                orders.for_each(|fact| self.find(&fact.value));
                self.note_search(before, event, tool);
            }
            EventBody::Usage(step) => self.meters.push(MeterRow {
                seq: event.seq,
                agent: step.agent.clone(),
                epoch: step.asked_in.unwrap_or(event.epoch),
                usage: step.usage,
                ends_turn: false,
            }),
            EventBody::Turn(_) => self.end_turn(before, event),
            EventBody::Handoff(handoff) => {
                if handoff.to.agent().is_none() {
                    self.end_turn(before, event);
                }
                self.audit_handoff(before, event, handoff);
            }
            EventBody::Approval(approval) => self.note_approval(before, event, approval),
            EventBody::Refund(refund) => self.note_refund(before, event, refund),
            EventBody::Inquiry(inquiry) => self.note_inquiry(before, event, inquiry),
            EventBody::Closed(closed) => {
                let by = closed.by.as_ref().map_or(BATON, |staff| &staff.name);
                self.audit(before, event, "close", by, before.id.to_string(), String::new());
            }
            EventBody::Brief(_)
            | EventBody::Acting(_)
            | EventBody::Note(_)
            | EventBody::Rule(_)
            | EventBody::Guard(_)
            | EventBody::Rating(_) => {}
        }
    }

    /// Notes a search in the articles that went well, whatever it found.
    fn note_search(&mut self, before: &Conversation, event: &Event, tool: &Tool) {
        if tool.name != SEARCH || tool.settlement != Some(Settlement::Ok) {
            return;
        }
        let call = before.calls.iter().find(|call| call.call == tool.call);
        let query = call.and_then(|call| call.args["query"].as_str());
        let passages = tool.result.as_ref().and_then(|result| result["passages"].as_array());
        if let (Some(query), Some(passages)) = (query, passages) {
            self.searches.push(SearchRow {
                seq: event.seq,
                turn: before.turn.as_ref().map_or(event.seq, |turn| turn.id),
                at: event.at,
                query: query.to_owned(),
                found: !passages.is_empty(),
            });
        }
    }

    /// Counts the end of a turn, if one is going on, for the tenure in which it ends.
    fn end_turn(&mut self, before: &Conversation, event: &Event) {
        if let (Some(_), Some(agent)) = (&before.turn, before.owner.agent()) {
            self.meters.push(MeterRow {
                seq: event.seq,
                agent: agent.clone(),
                epoch: before.epoch,
                usage: Usage::default(),
                ends_turn: true,
            });
        }
    }

    fn audit_handoff(&mut self, before: &Conversation, event: &Event, handoff: &Handoff) {
        let (trigger, detail) = match &before.brief {
            Some(brief) => {
                let trigger = brief.trigger.kind;
                let detail = format!("{}: {}", wire(&trigger), brief.trigger.evidence);
                (Some(trigger), join(detail, &brief.reason))
            }
            None => (handoff.trigger, String::new()),
        };
        let detail = join(detail, &format!("from {}", handoff.from));
        let actor = who(trigger, handoff);
        self.audit(before, event, "handoff", &actor, handoff.to.to_string(), detail);
    }

    fn note_approval(&mut self, before: &Conversation, event: &Event, approval: &Approval) {
        let waiting = approval.state == ApprovalState::Waiting;
        self.approvals.push(ApprovalRow { id: approval.id.clone(), waiting });
        let asked = before.approvals.iter().find(|open| open.id == approval.id);
        let action = approval.action.as_ref().or(asked.and_then(|open| open.action.as_ref()));
        let actor = match (&approval.by, action) {
            (Some(staff), _) => staff.name.clone(),
            (None, Some(action)) if waiting => format!("agent {}", action.requested_by),
            _ => BATON.to_owned(),
        };
        let mut detail = wire(&approval.state);
        if let Some(action) = action {
            detail = join(detail, &format!("arguments {}", action.hash));
        }
        if let Some(note) = &approval.note {
            detail = join(detail, note);
        }
        self.audit(before, event, "approval", &actor, approval.summary.clone(), detail);
    }

    fn note_refund(&mut self, before: &Conversation, event: &Event, refund: &Refund) {
        self.find(&refund.order);
        let Some(after) = self.keep_refund(before, event, &refund.intent) else { return };
        // That it is about to be sent is on record before it is.
        if !after.state.is_terminal() && after.state != RefundState::Pending {
            return;
        }
        let mut detail = format!("{} {}", refund.money, wire(&refund.state));
        detail = join(detail, &format!("intent {}", refund.intent));
        if let Some(said) = &refund.detail {
            detail = join(detail, said);
        }
        let (action, actor) = match &refund.settled {
            None => ("refund", BATON),
            Some(settled) => {
                detail = join(detail, &settled.note);
                ("refund_settled", settled.by.name.as_str())
            }
        };
        self.audit(before, event, action, actor, refund.order.clone(), detail);
    }

    /// Asking in vain is no news, but that it has come to an end, or contradicts a person, is.
    fn note_inquiry(&mut self, before: &Conversation, event: &Event, inquiry: &Inquiry) {
        let Some(after) = self.keep_refund(before, event, &inquiry.intent) else { return };
        let (action, actor) = match &inquiry.by {
            Some(person) => ("refund_looked_into", person.name.as_str()),
            None if after.is_contradicted() => ("refund_contradicted", BATON),
            None if after.needs_person() => ("refund_unknown", BATON),
            None => return,
        };
        let mut detail = format!("{} {}", after.money, wire(&after.state));
        if let (Some(says), None) = (&inquiry.says, &inquiry.by) {
            detail = join(detail, &format!("the provider says {}", wire(says)));
        }
        detail = join(detail, &format!("intent {}", inquiry.intent));
        detail = join(detail, &inquiry.detail);
        self.audit(before, event, action, actor, after.order.clone(), detail);
    }

    /// Keeps the row of a refund as it is after `event`; answers the refund.
    fn keep_refund(
        &mut self,
        before: &Conversation,
        event: &Event,
        intent: &IntentId,
    ) -> Option<RefundView> {
        // What cannot follow is refused by the fold before any of this is written.
        let after = before.refund_after(event)?;
        let row = refund_row(before, &after)?;
        self.refunds.retain(|earlier| earlier.line.intent != *intent);
        self.refunds.push(row);
        Some(after)
    }

    fn audit(
        &mut self,
        state: &Conversation,
        event: &Event,
        action: &str,
        actor: &str,
        subject: String,
        detail: String,
    ) {
        self.audit.push(AuditRow {
            at: event.at,
            action: action.to_owned(),
            actor: actor.to_owned(),
            subject,
            conversation: Some(state.id.clone()),
            detail,
        });
    }

    fn find_visitor(&mut self, visitor: &shared::message::VisitorRef) {
        visitor.name.iter().chain(&visitor.email).for_each(|text| self.find(text));
    }

    fn find(&mut self, text: &str) {
        if !self.search.is_empty() {
            self.search.push('\n');
        }
        self.search.push_str(text);
    }
}

fn refund_row(of: &Conversation, refund: &RefundView) -> Option<RefundRow> {
    let day = refund.terms.as_ref()?.day;
    let line = RefundLine::of(&of.id, refund)?;
    Some(RefundRow { line, day, holds: refund.holds_money() })
}

/// Whose act a handoff is.
fn who(trigger: Option<TriggerKind>, handoff: &Handoff) -> String {
    match trigger {
        Some(TriggerKind::Claim) => handoff.to.to_string(),
        Some(TriggerKind::Return | TriggerKind::Close | TriggerKind::Model) => {
            handoff.from.to_string()
        }
        Some(TriggerKind::AskedForPerson | TriggerKind::Reopen) => "visitor".to_owned(),
        _ => BATON.to_owned(),
    }
}

/// The name of a plain enum's value, as it is on the wire.
fn wire(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn join(mut text: String, more: &str) -> String {
    if !more.is_empty() {
        text.push_str("; ");
        text.push_str(more);
    }
    text
}
