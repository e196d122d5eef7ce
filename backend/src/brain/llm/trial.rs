//! Trying a connection: whether an agent could work with a model, and if not, what to do about it.

use futures_util::StreamExt;
use rig_core::{
    completion::{CompletionRequest, OnUnsupported, ToolDefinition},
    message::ToolName,
};
use serde_json::json;
use shared::{
    api::{ConnectionFault, ConnectionTest},
    model::Price,
};
use tokio::time::Instant;

use super::{
    Models, Offered,
    attempt::{Waits, attempt},
    faults::Fault,
};
use crate::brain::Piece;

/// Longest answer to the trial, in tokens: enough for a model that thinks first.
const TOKENS: u32 = 2_000;
/// The tool that the model is to call.
const TOOL: &str = "report";

impl Models {
    /// Asks `model`, as agents name it, to call a tool. `None` if nobody offers it.
    pub async fn test(&self, model: &str) -> Option<ConnectionTest> {
        let Offered { spoken, .. } = self.find(model, TOKENS)?;
        let began = Instant::now();
        let waits = Waits { first: self.patience.first_token, stall: self.patience.stall };
        let pieces = attempt(spoken, request()?, Price::default(), waits);
        let mut pieces = std::pin::pin!(pieces);
        let mut called = false;
        let fault = loop {
            match pieces.next().await {
                Some(Ok(Piece::Call { name, .. })) => called |= name == TOOL,
                Some(Ok(_)) => {}
                Some(Err(fault)) => break Some(fault),
                None => break None,
            }
        };
        let (fault, message) = match fault {
            Some(fault) => (Some(fault.kind), advice(&fault)),
            None if called => (None, "All is well: it answers and calls tools.".to_owned()),
            None => {
                let message = "It answers, but does not call the tool that it was asked to call. \
                               Agents work by tools: choose another model.";
                (Some(ConnectionFault::NoTools), message.to_owned())
            }
        };
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Some(ConnectionTest { ok: fault.is_none(), fault, message, took_ms })
    }
}

fn request() -> Option<CompletionRequest> {
    let parameters = json!({
        "type": "object",
        "properties": { "state": { "type": "string", "description": "Always \"ready\"." } },
        "required": ["state"],
    });
    let tool = ToolDefinition::new(ToolName::new(TOOL).ok()?, "Reports your state.", parameters);
    let request = CompletionRequest::new("Call the tool `report` with the state \"ready\".")
        .tools(vec![tool])
        .max_tokens(u64::from(TOKENS))
        .on_unsupported(OnUnsupported::Ignore);
    Some(request)
}

/// What is wrong, and what to do about it.
fn advice(fault: &Fault) -> String {
    let todo = match fault.kind {
        ConnectionFault::Key => "Enter a key that is valid for this provider.",
        ConnectionFault::Address => "Check the address and the protocol.",
        ConnectionFault::Certificate => {
            "Check the address; if the server has a certificate of your own authority, add that \
             authority to the machine on which Baton runs."
        }
        ConnectionFault::Model => "Check the model's name, and that the key may use it.",
        ConnectionFault::NoTools => "Agents work by tools: choose another model.",
        ConnectionFault::Quota => "Look at the account with the provider, and try again later.",
        ConnectionFault::Slow => "Try again; if it stays so, choose a quicker model.",
        ConnectionFault::Malformed => "Check that the protocol is the one that is spoken there.",
        ConnectionFault::Refused => "Look at what the provider says; trying again later may help.",
    };
    let mut message = fault.message.clone();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !message.ends_with('.') {
        message.push('.');
    }
    format!("{message} {todo}")
}
