//! The context package that travels with every handoff, to an agent and to a person alike.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ApprovalId, BriefId, Seq},
    money::Money,
    owner::Owner,
};

/// What a handoff carries. Facts, done, authorisations and usage are derived from the journal;
/// the model supplies reason, request, unable, open questions and promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Brief {
    /// Unique within the conversation.
    pub id: BriefId,
    /// Who owned the conversation.
    pub from: Owner,
    /// Who owns it now.
    pub to: Owner,
    /// What made it happen.
    pub trigger: Trigger,
    /// Why, in a sentence.
    pub reason: String,
    /// What the visitor wants, in a sentence or in their words.
    pub request: String,
    /// What is known, each with the event that says so.
    pub facts: Vec<Fact>,
    /// What was done about it.
    pub done: Vec<Done>,
    /// What could not be done, and why.
    #[serde(default)]
    pub unable: Vec<String>,
    /// What nobody has answered yet.
    #[serde(default)]
    pub open_questions: Vec<String>,
    /// What the visitor was promised.
    #[serde(default)]
    pub promises: Vec<String>,
    /// Which writes a person has decided on. Never from a model's text.
    #[serde(default)]
    pub authorisations: Vec<Authorisation>,
    /// The visitor's language, as a BCP 47 tag.
    pub language: String,
    /// How the visitor sounds.
    pub sentiment: Sentiment,
    /// The first and last event that the brief was made from.
    pub transcript_range: (Seq, Seq),
    /// What the conversation has used so far.
    pub usage: Usage,
}

/// What made a handoff happen, and on what evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trigger {
    /// Which trigger fired.
    pub kind: TriggerKind,
    /// What it fired on: the words, the rule, the score.
    pub evidence: String,
}

/// The reasons for which an owner changes; the first five are tried in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TriggerKind {
    /// Words that must reach a person at once.
    Safety,
    /// The visitor asked for a person.
    AskedForPerson,
    /// A rule that an admin wrote.
    Rule,
    /// The owner lacks the tool that the request needs.
    MissingCapability,
    /// The reading of the message is less sure than the agent demands.
    LowConfidence,
    /// The agent chose to transfer.
    Model,
    /// A budget or the ping-pong guard was reached.
    Budget,
    /// The agent could not go on: its brain failed or answered with nothing usable.
    Fault,
    /// A person claimed the conversation.
    Claim,
    /// A person handed the conversation back.
    Return,
    /// A person closed the conversation.
    Close,
    /// The visitor wrote to a closed conversation.
    Reopen,
    /// A person disappeared, or a queue's deadline passed.
    Lease,
}

/// One thing that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fact {
    /// What it is about, such as `order` or `order.A1001.status`.
    pub key: String,
    /// What is so.
    pub value: String,
    /// The event that says so.
    pub source_seq: Seq,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Done {
    /// What was done, in a few words.
    pub action: String,
    /// How it ended.
    pub outcome: String,
    /// The event that settled it.
    pub seq: Seq,
}

/// A decision of a person on one exact write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Authorisation {
    /// Which decision.
    pub approval: ApprovalId,
    /// What it allows, in a few words.
    pub action: String,
    /// The amount, where money moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// Who decided.
    pub by: String,
    /// The event of the decision.
    pub seq: Seq,
}

/// How the visitor sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Sentiment {
    /// Pleased.
    Positive,
    /// Neither.
    #[default]
    Neutral,
    /// Displeased.
    Negative,
    /// Angry, or close to leaving.
    Upset,
}

/// Tokens, money and time that brains have used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// Requests to a brain.
    pub steps: u64,
    /// Tokens that went in.
    pub tokens_in: u64,
    /// Tokens that came out.
    pub tokens_out: u64,
    /// Cost in millionths of the desk's currency unit.
    pub cost_micros: u64,
    /// Time the brain took, in milliseconds.
    pub took_ms: u64,
}

impl Usage {
    /// Adds `other`, field by field. A sum that cannot be told stays at the most that can.
    pub fn add(&mut self, other: &Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.tokens_in = self.tokens_in.saturating_add(other.tokens_in);
        self.tokens_out = self.tokens_out.saturating_add(other.tokens_out);
        self.cost_micros = self.cost_micros.saturating_add(other.cost_micros);
        self.took_ms = self.took_ms.saturating_add(other.took_ms);
    }

    /// Tokens in and out.
    pub fn tokens(&self) -> u64 {
        self.tokens_in.saturating_add(self.tokens_out)
    }
}
