//! What can happen in a conversation. The journal is a list of these, and nothing else is true.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    brief::{Brief, Fact, TriggerKind, Usage},
    id::{AgentSlug, ApprovalId, BriefId, CallId, ClientId, Epoch, IntentId, Seq, SiteKey},
    message::{Author, StaffRef, VisitorRef},
    money::Money,
    owner::Owner,
    time::Timestamp,
};

/// One entry of a conversation's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its position; the first has 1.
    pub seq: Seq,
    /// When it was recorded.
    pub at: Timestamp,
    /// The tenure it belongs to; a handoff event carries the epoch that it begins.
    pub epoch: Epoch,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventBody {
    /// The conversation began. Always the first event.
    Opened(Opened),
    /// Somebody said something that the visitor sees.
    Message(Message),
    /// The brief of the handoff that follows at once.
    Brief(Box<Brief>),
    /// The owner changed.
    Handoff(Handoff),
    /// A tool was called, or its call was settled.
    Tool(Tool),
    /// A call that writes is being made: from here on it may have been done.
    Acting(Acting),
    /// A person's decision is awaited, or was made.
    Approval(Approval),
    /// A refund moved to a new state.
    Refund(Refund),
    /// The payment provider was asked about a refund, and that did not move it.
    Inquiry(Inquiry),
    /// An internal note; never shown to the visitor.
    Note(Note),
    /// A trigger fired.
    Rule(RuleFired),
    /// A guard stopped, repaired or escalated something.
    Guard(Guard),
    /// A brain answered one request.
    Usage(StepUsage),
    /// A turn ended.
    Turn(TurnEnded),
    /// The visitor was identified, or named themself, after the conversation began.
    Identified(Identified),
    /// The visitor rated the conversation.
    Rating(Rating),
    /// The conversation was closed; the owner is nobody since the handoff before.
    Closed(Closed),
}

/// The conversation began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opened {
    /// On which site.
    pub site: SiteKey,
    /// With whom.
    pub visitor: VisitorRef,
    /// The front door: who takes the first message.
    pub owner: Owner,
    /// Where that is a queue: when somebody must have claimed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
}

/// Somebody said something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Who.
    pub author: Author,
    /// What, as Markdown.
    pub text: String,
    /// The sender's own id of it; the same id never makes two messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Answers that the visitor can give with one press.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<String>,
    /// Pages that the answer quotes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// A page that an answer quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Source {
    /// Its title.
    pub title: String,
    /// Where it can be read.
    pub url: String,
}

/// The owner changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Handoff {
    /// Who owned the conversation.
    pub from: Owner,
    /// Who owns it now.
    pub to: Owner,
    /// What the visitor is told, once.
    pub notice: String,
    /// Which trigger fired. Absent in what a visitor sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<TriggerKind>,
    /// The brief, recorded just before. Absent in what a visitor sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<BriefId>,
    /// For a queue: when somebody must have claimed it. Absent in what a visitor sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
}

/// Whether a tool only looks or also changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Effect {
    /// Looks.
    Read,
    /// Changes something.
    Write,
    /// Changes the owner; performed by the runtime itself.
    Transfer,
}

/// Where a tool call stands, as a visitor sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ToolState {
    /// Called, not settled.
    Started,
    /// Settled well.
    Done,
    /// Settled otherwise.
    Failed,
}

/// How a tool call was settled; each call exactly once, before the next request to the brain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Settlement {
    /// It worked.
    Ok,
    /// It did not work, or the call made no sense.
    Error,
    /// Policy or a person said no.
    Denied,
    /// Something else went first; this was never begun.
    Superseded,
    /// Nobody knows whether it took effect.
    Unknown,
}

/// A tool was called (`started`), or its call was settled (`done`, `failed`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tool {
    /// Which call.
    pub call: CallId,
    /// Which tool.
    pub name: String,
    /// Where the call stands.
    pub state: ToolState,
    /// What the visitor reads, such as "Looking up order A1001".
    pub label: String,
    /// Whether it only looks.
    pub effect: Effect,
    /// What the brain passed. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Value>,
    /// What came back. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// How it was settled. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Settlement>,
    /// What became known by it. Staff only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Whether the result holds text that nobody vouches for. Staff only.
    #[serde(default, skip_serializing_if = "is_false")]
    pub untrusted: bool,
}

/// A call that writes is being made. It is recorded before, under the epoch of its owner; once it
/// stands, the call may have been done, and what came of it is recorded whoever owns by then.
/// Staff only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Acting {
    /// Which call.
    pub call: CallId,
    /// The hash of the tool and its arguments, as an approval has it: a tool that was changed in
    /// between is another one, and not called again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
}

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ApprovalState {
    /// A person must decide.
    Waiting,
    /// A person said yes.
    Approved,
    /// A person said no.
    Declined,
    /// Nobody decided in time.
    Expired,
}

/// A person's decision on one exact write is awaited, or was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// Which approval.
    pub id: ApprovalId,
    /// Where it stands.
    pub state: ApprovalState,
    /// What is to be done, in a few words.
    pub summary: String,
    /// The exact write. Staff only; present in `waiting`, and in the decision on a call, which goes
    /// on from here (a refund reports by itself).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ProposedWrite>,
    /// Until when a person can decide. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Who decided. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffRef>,
    /// What they said about it. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One exact write that a person decides on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedWrite {
    /// The call that proposes it.
    pub call: CallId,
    /// The refund it would make, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<IntentId>,
    /// Which tool.
    pub tool: String,
    /// The exact arguments, as the server resolved them.
    pub args: Value,
    /// SHA-256 of tool and arguments in canonical JSON, in hexadecimal; the decision is bound to it.
    pub hash: String,
    /// The amount, where money moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// Why a person must decide.
    pub reason: String,
    /// The agent that proposes it.
    pub requested_by: AgentSlug,
}

/// Where a refund stands. It only moves forward; the last four never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefundState {
    /// A person must approve it.
    Waiting,
    /// Decided and on its way to the payment provider.
    Pending,
    /// The provider did not say whether it happened.
    Unknown,
    /// The provider has it on record.
    Succeeded,
    /// The provider refused it.
    Failed,
    /// A person said no.
    Declined,
    /// Nobody decided in time.
    Expired,
}

impl RefundState {
    /// Whether it can still change.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Declined | Self::Expired)
    }

    /// Whether it counts against what was captured.
    pub fn holds_money(self) -> bool {
        matches!(self, Self::Waiting | Self::Pending | Self::Unknown | Self::Succeeded)
    }

    /// Whether `next` may follow.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Waiting => matches!(next, Self::Pending | Self::Declined | Self::Expired),
            Self::Pending => matches!(next, Self::Unknown | Self::Succeeded | Self::Failed),
            Self::Unknown => matches!(next, Self::Succeeded | Self::Failed),
            Self::Succeeded | Self::Failed | Self::Declined | Self::Expired => false,
        }
    }
}

/// A refund moved to a new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refund {
    /// Which intent.
    pub intent: IntentId,
    /// The order that is refunded.
    pub order: String,
    /// How much, in minor units.
    #[serde(flatten)]
    pub money: Money,
    /// Where it stands.
    pub state: RefundState,
    /// What the first event of an intent fixes for good. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<RefundTerms>,
    /// What the provider said. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Whose word this is, where the provider gave none. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// A person has settled a refund of which the provider did not say whether it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settled {
    /// Who.
    pub by: StaffRef,
    /// On what evidence; for the record, never for an agent or the visitor.
    pub note: String,
}

/// The payment provider was asked about a refund, and that did not move it: it gave no answer, or
/// the refund may not be sent yet, or a person had settled it before. Staff only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inquiry {
    /// About which intent.
    pub intent: IntentId,
    /// What became of the refund by the provider's account, where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<RefundState>,
    /// What it said, or why it said nothing.
    pub detail: String,
    /// The person who looked into the provider's contradicting a settlement, and whose words the
    /// detail holds; absent where Baton asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffRef>,
}

/// What is fixed when a refund is first recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundTerms {
    /// The call that proposed it; one call makes at most one intent.
    pub call: CallId,
    /// The customer who gets the money.
    pub customer: String,
    /// The charge that is refunded.
    pub charge: String,
    /// What was captured on that charge, in minor units.
    pub captured: i64,
    /// The key under which the provider knows the attempt; minted once.
    pub idempotency_key: String,
    /// Why, in the customer's words or the agent's.
    pub reason: String,
    /// The approval that it waits for, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalId>,
    /// The day of the limit it counts against, in days since 1970.
    pub day: i64,
}

/// An internal note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    /// Who wrote it.
    pub author: StaffRef,
    /// What it says.
    pub text: String,
}

/// A trigger fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleFired {
    /// Which trigger.
    pub trigger: TriggerKind,
    /// The admin's rule, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What it fired on.
    pub evidence: String,
    /// What follows from it.
    pub action: String,
    /// Where a queue's deadline has passed and the conversation stays in it: the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
}

/// What a guard did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// Stopped it; the brain is told why and may do better.
    Refused,
    /// Gave the conversation to a person.
    Escalated,
    /// Dropped what came too late.
    Discarded,
    /// Let something else take its place, such as another model.
    Replaced,
    /// Let it pass; it is only on record.
    Recorded,
    /// Let it pass, but from now on no agent changes anything without a person.
    Distrusted,
    /// Took something out.
    Rewritten,
    /// Answered in the agent's place; no brain takes in what the visitor wrote.
    Answered,
}

/// A guard stopped, repaired or escalated something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Guard {
    /// Which guard, such as `ping_pong` or `empty_answer`.
    pub check: String,
    /// What it did.
    pub verdict: Verdict,
    /// On what evidence.
    pub detail: String,
    /// The visitor's message that it is about, where it keeps that from brains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Seq>,
}

/// A brain answered one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepUsage {
    /// The agent it spoke for.
    pub agent: AgentSlug,
    /// The agent's version.
    pub version: u32,
    /// The model, or `built-in`.
    pub model: String,
    /// Visitor messages up to this event were taken in.
    pub through: Seq,
    /// The tenure in which it was asked, where nobody heard the answer: another may own by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_in: Option<Epoch>,
    /// What it used.
    #[serde(flatten)]
    pub usage: Usage,
}

impl StepUsage {
    /// Whether another tenure pays for it than that in which it is recorded.
    pub fn is_late(&self, recorded_in: Epoch) -> bool {
        self.asked_in.is_some_and(|asked| asked != recorded_in)
    }
}

/// How a turn ended. (A turn that ends with a change of owner to people ends with that handoff.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TurnState {
    /// It is going on. Never recorded: an open turn is a turn without an end.
    Running,
    /// It waits for an approval or a person.
    Waiting,
    /// It ended in an answer.
    Done,
}

/// A turn ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TurnEnded {
    /// The event that began the turn.
    pub turn: Seq,
    /// How it ended.
    pub state: TurnState,
}

/// The visitor was identified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identified {
    /// Who it is, as far as is known now.
    pub visitor: VisitorRef,
}

/// The visitor rated the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// One (bad) to five (good).
    pub score: u8,
    /// What they said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The conversation was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closed {
    /// Who closed it. Staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffRef>,
}

impl EventBody {
    /// The event's name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Message(_) => "message",
            Self::Brief(_) => "brief",
            Self::Handoff(_) => "handoff",
            Self::Tool(_) => "tool",
            Self::Acting(_) => "acting",
            Self::Approval(_) => "approval",
            Self::Refund(_) => "refund",
            Self::Inquiry(_) => "inquiry",
            Self::Note(_) => "note",
            Self::Rule(_) => "rule",
            Self::Guard(_) => "guard",
            Self::Usage(_) => "usage",
            Self::Turn(_) => "turn",
            Self::Identified(_) => "identified",
            Self::Rating(_) => "rating",
            Self::Closed(_) => "closed",
        }
    }
}

impl Event {
    /// What the visitor may see of this event; `None` for what only staff see.
    ///
    /// This is the only place where that is decided.
    pub fn for_visitor(&self) -> Option<Self> {
        let body = match &self.body {
            EventBody::Message(m) => EventBody::Message(m.clone()),
            EventBody::Handoff(h) => EventBody::Handoff(Handoff {
                trigger: None,
                brief: None,
                deadline: None,
                ..h.clone()
            }),
            EventBody::Tool(t) => {
                // A transfer is told by its handoff.
                if t.effect == Effect::Transfer {
                    return None;
                }
                EventBody::Tool(Tool {
                    args: None,
                    result: None,
                    settlement: None,
                    facts: Vec::new(),
                    untrusted: false,
                    ..t.clone()
                })
            }
            EventBody::Approval(a) => EventBody::Approval(Approval {
                action: None,
                expires_at: None,
                by: None,
                note: None,
                ..a.clone()
            }),
            EventBody::Refund(r) => {
                EventBody::Refund(Refund { terms: None, detail: None, settled: None, ..r.clone() })
            }
            EventBody::Closed(_) => EventBody::Closed(Closed { by: None }),
            EventBody::Opened(_)
            | EventBody::Brief(_)
            | EventBody::Acting(_)
            | EventBody::Inquiry(_)
            | EventBody::Note(_)
            | EventBody::Rule(_)
            | EventBody::Guard(_)
            | EventBody::Usage(_)
            | EventBody::Turn(_)
            | EventBody::Identified(_)
            | EventBody::Rating(_) => return None,
        };
        Some(Self { body, ..self.clone() })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}
