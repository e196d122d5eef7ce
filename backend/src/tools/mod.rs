//! What agents can do.

pub mod desk;
pub mod http;
pub mod knowledge;
pub mod mcp;
pub mod openapi;
pub mod rehearsal;
pub mod schema;
pub mod shop;
pub mod text;
pub mod toolbox;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde_json::Value;
use shared::{
    api::ToolInfo,
    event::{Effect, Settlement},
    id::{CallId, ConversationId},
    message::VisitorRef,
    time::Timestamp,
};

use crate::{knowledge::Shelf, money::Proposal};

use desk::Desk;
use shop::Ledger;

/// Something an agent can do.
#[async_trait]
pub trait Tool: Send + Sync + 'static {
    /// Its name, purpose, effect and arguments.
    fn info(&self) -> &ToolInfo;
    /// What the visitor reads while it runs, such as "Looking up order A1001".
    fn label(&self, args: &Value) -> String;
    /// Whether what it writes is bound by something else than its arguments: by the visitor's own
    /// words, or by the policy that judges refunds. Any other write waits for a person once text
    /// that nobody vouches for has come in.
    fn is_bound(&self) -> bool {
        false
    }
    /// Whether calling it changes something outside the journal. A bound write does not: what comes
    /// of it is a fact or a proposal, and the record is all there is.
    fn acts(&self) -> bool {
        self.info().effect == Effect::Write && !self.is_bound()
    }
    /// Whether a write waits for a person each time, and not only when in doubt.
    fn always_asks(&self) -> bool {
        false
    }
    /// Changes with what a call of it does, so that an approval is for what a person saw, and a call
    /// that a crash interrupted is not made again by what became another; empty for what only changes
    /// with the program.
    fn fingerprint(&self) -> String {
        String::new()
    }
    /// Whether it may be called again with the same call id after a crash: it then does nothing
    /// twice and answers as before. What [acts](Tool::acts) and is not repeatable is called once, and
    /// after a crash nobody knows what became of it.
    fn is_repeatable(&self) -> bool {
        true
    }
    /// Does it. The arguments fit the schema.
    async fn call(&self, context: Context, args: Value) -> Outcome;
    /// Whether a refund that it proposed can still be made as it was: the order is the visitor's, the
    /// charge and what was captured on it are the same, and enough of it is left. Whether it was in
    /// time was judged when it was asked for.
    async fn stands(&self, _context: Context, _proposal: &Proposal) -> bool {
        false
    }
}

/// On whose behalf a tool is called.
#[derive(Debug, Clone)]
pub struct Context {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Which call.
    pub call: CallId,
    /// For whom. Whoever's data is touched is checked against this, never against arguments.
    pub visitor: VisitorRef,
    /// The text of the visitor's messages so far, newest last.
    pub said: Vec<String>,
    /// The collections that the owner may search; all if there are none.
    pub collections: Vec<String>,
    /// The time.
    pub now: Timestamp,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is settled.
    Settled {
        /// How.
        settlement: Settlement,
        /// What the brain learns, small.
        result: Value,
        /// What became known, key to value.
        facts: Vec<(String, String)>,
        /// Whether the result holds text that nobody vouches for.
        untrusted: bool,
    },
    /// It asks for money to move; policy and the runtime take it from here.
    Refund(Proposal),
}

impl Outcome {
    /// It worked.
    pub fn ok(result: Value, facts: Vec<(String, String)>) -> Self {
        Self::Settled { settlement: Settlement::Ok, result, facts, untrusted: false }
    }

    /// It did not work, for a reason that the brain can act on.
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Self::refused(Settlement::Error, code, &message.into())
    }

    /// It may not be done, for a reason that the brain can explain.
    pub fn denied(code: &str, message: impl Into<String>) -> Self {
        Self::refused(Settlement::Denied, code, &message.into())
    }

    /// It did not answer; whether that is a failure or nobody knows is the caller's to say.
    pub fn fault(settlement: Settlement, code: &str, message: &str) -> Self {
        Self::refused(settlement, code, message)
    }

    fn refused(settlement: Settlement, code: &str, message: &str) -> Self {
        let result = serde_json::json!({ "error": code, "message": message });
        Self::Settled { settlement, result, facts: Vec::new(), untrusted: false }
    }
}

/// All tools, by name.
#[derive(Clone, Default)]
pub struct Registry {
    tools: BTreeMap<String, Arc<dyn Tool>>,
}

impl Registry {
    /// The tools that Baton comes with.
    pub fn with_defaults(ledger: &Ledger, knowledge: Arc<Shelf>, desk: &Arc<dyn Desk>) -> Self {
        let mut registry = Self::default();
        knowledge::add_to(&mut registry, knowledge);
        shop::add_to(&mut registry, ledger, desk);
        desk::add_to(&mut registry, desk);
        registry
    }

    /// Whether `args` fit the schema of the tool `name`; if not, what is wrong, for the brain to
    /// repair. To be asked before every call.
    pub fn check(&self, name: &str, args: &Value) -> Result<(), String> {
        let Some(tool) = self.get(name) else {
            return Err("there is no such tool".to_owned());
        };
        schema::check(&tool.info().parameters, args)
    }

    /// Adds a tool; a later one of the same name takes its place.
    pub fn add(&mut self, tool: Arc<dyn Tool>) {
        self.tools.insert(tool.info().name.clone(), tool);
    }

    /// The tool of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.tools.get(name)
    }

    /// What there is, by name.
    pub fn infos(&self) -> impl Iterator<Item = &ToolInfo> {
        self.tools.values().map(|tool| tool.info())
    }
}

/// The schema of a tool without arguments.
fn no_parameters() -> Value {
    serde_json::json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// A text argument.
fn text_arg<'a>(args: &'a Value, name: &str) -> Option<&'a str> {
    args.get(name)?.as_str()
}

/// The answer when what a tool reads cannot be read; the cause goes to the log, here and only here.
fn unavailable(context: &Context, error: &dyn std::error::Error) -> Outcome {
    tracing::error!(conversation = %context.conversation, call = %context.call, %error, "a tool failed");
    Outcome::error("unavailable", "This cannot be looked up right now.")
}

#[cfg(test)]
mod tests;
