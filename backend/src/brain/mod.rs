//! What decides an agent's next step: an LLM, or the built-in brain. Always streaming.

pub mod builtin;
pub mod defaults;
pub mod llm;
pub mod packs;
pub mod scripted;

use futures_util::stream::BoxStream;
use serde_json::Value;
use shared::{
    agent::AgentSpec,
    api::Why,
    brief::{Brief, Sentiment, Usage},
    event::Effect,
    id::{Seq, SiteKey},
    message::{AuthorKind, VisitorRef},
    model::SpendCaps,
    time::Timestamp,
};

/// Decides an agent's next step.
pub trait Brain: Send + Sync + 'static {
    /// The name that the record gives it, such as `built-in`.
    fn model(&self) -> &str;
    /// Answers one request: text, tool calls, or both, in pieces as they come.
    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>>;
}

/// Everything a brain may know, rendered from the journal.
#[derive(Debug, Clone)]
pub struct Request {
    /// The agent it speaks for, at its pinned version.
    pub agent: AgentSpec,
    /// On which site.
    pub site: SiteKey,
    /// With whom it speaks.
    pub visitor: VisitorRef,
    /// The tools it may call now, transfers among them.
    pub tools: Vec<ToolSchema>,
    /// The brief with which this tenure began, if a handoff began it.
    pub brief: Option<Brief>,
    /// The dialogue, oldest first. Never empty; it ends with what is to be answered.
    pub dialogue: Vec<Entry>,
    /// Language of the newest visitor message, as a BCP 47 primary tag.
    pub language: String,
    /// What models may cost in a day.
    pub caps: SpendCaps,
    /// How the desk speaks, whoever the agent is; may be empty.
    pub voice: String,
    /// The time of the request.
    pub now: Timestamp,
}

/// A tool as a brain sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSchema {
    /// Its name; for a transfer, `transfer_to_…`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it only looks.
    pub effect: Effect,
    /// JSON Schema of its arguments.
    pub parameters: Value,
}

/// One entry of the dialogue.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// The visitor, a person of the desk, or an agent said something.
    Said {
        /// The event.
        seq: Seq,
        /// What kind of author.
        by: AuthorKind,
        /// Their name.
        name: String,
        /// Whether it was this agent; another agent's words are quoted data.
        own: bool,
        /// What.
        text: String,
    },
    /// This tenure called a tool, and this is how it was settled.
    Called {
        /// The event that settled it.
        seq: Seq,
        /// Its id; unique within the conversation.
        call: String,
        /// Which tool.
        name: String,
        /// With what.
        args: Value,
        /// Whether it worked.
        ok: bool,
        /// What came back.
        result: Value,
    },
    /// The owner changed.
    HandedOver {
        /// The event.
        seq: Seq,
        /// Who owned.
        from: String,
        /// Who took over.
        to: String,
        /// Whether a person handed it over, and so has answered for what was said before.
        by_person: bool,
    },
    /// Something happened that the visitor can see and the agent did not do: a refund moved, an
    /// approval was decided, a person left a note for the agent, a guard refused the last answer.
    Happened {
        /// The event.
        seq: Seq,
        /// What, for the brain to read: `refund`, `approval`, `note`, `refused`.
        kind: String,
        /// Its particulars.
        detail: Value,
    },
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// More text for the visitor.
    Text(String),
    /// A whole tool call. `args` is what the model produced, parsed or not.
    Call {
        /// Which tool.
        name: String,
        /// With what; `Err` holds text that is not JSON.
        args: Result<Value, String>,
    },
    /// Answers the visitor can give with one press.
    QuickReplies(Vec<String>),
    /// A page that the answer quotes.
    Source {
        /// Its title.
        title: String,
        /// Where it can be read.
        url: String,
    },
    /// The model that answers from here on, where a brain has several.
    Model(String),
    /// A model did not come to an end. What it has said so far is void; another one goes on.
    Setback {
        /// Which model.
        model: String,
        /// Why, in words.
        why: String,
    },
    /// There is nothing to show yet, but it is at work.
    Alive,
    /// What the answer used; steps and time are counted by the runner.
    Usage(Usage),
}

/// Why a brain did not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BrainError {
    /// It could not be reached, or broke off.
    #[error("the brain failed: {0}")]
    Failed(String),
    /// It would cost more than is allowed.
    #[error("{0}")]
    Broke(String),
}

/// How a visitor's message reads: what the triggers before the brain go by. Calibrated by the
/// classifier, never a model's self-report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// What the visitor wants, most likely first, with probabilities.
    pub intents: Vec<(String, f32)>,
    /// Which agents' examples it resembles, most likely first, with probabilities.
    pub agents: Vec<(String, f32)>,
    /// How likely it is to be what nobody teaches, 0 to 1.
    pub outside: f32,
    /// Whether it is unlike anything in the examples.
    pub out_of_scope: bool,
    /// Whether it is small talk or an answer to something asked ("yes", "A1002"): it says nothing
    /// about who should own the conversation, so triggers other than safety, the wish for a person
    /// and rules leave it alone.
    pub conversational: bool,
    /// The words that must reach a person at once, if there are such.
    pub safety: Option<String>,
    /// The words that ask for a person, if there are such.
    pub wants_person: Option<String>,
    /// The tool that the request needs, if the intent says so.
    pub needs_tool: Option<String>,
    /// How the visitor sounds.
    pub sentiment: Sentiment,
    /// Its language, as a BCP 47 primary tag.
    pub language: String,
    /// Values found in it: `order`, `email`, `amount` ("49.00 EUR") …
    pub slots: Vec<(String, String)>,
}

impl Reading {
    /// How likely the likeliest is of all that it may be about, 0 to 1.
    pub fn certainty(&self) -> f32 {
        self.intents.first().map_or(0.0, |(_, p)| *p).max(self.outside)
    }
}

/// Reads a visitor's message. Deterministic: the same text and agents read the same.
pub trait Reader: Send + Sync + 'static {
    /// Reads `text`, said in a conversation whose earlier visitor messages are `before`.
    fn read(&self, text: &str, before: &[&str]) -> Reading;

    /// What speaks for each of the likeliest intents of `text`, likeliest first.
    fn why(&self, text: &str) -> Vec<Why> {
        let _ = text;
        Vec::new()
    }

    /// The agents whose examples teach this intent, by slug.
    fn homes(&self, intent: &str) -> Vec<String> {
        let _ = intent;
        Vec::new()
    }

    /// The agents that have this tool, by slug.
    fn holders(&self, tool: &str) -> Vec<String> {
        let _ = tool;
        Vec::new()
    }
}
