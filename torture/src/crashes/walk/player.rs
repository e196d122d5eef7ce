//! A brain that depends on nothing but what it is asked: started again, it goes on in its part.

use baton::brain::{Brain, BrainError, Entry, Piece, Request};
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use serde_json::{Value, json};
use shared::message::AuthorKind;

/// Plays the agents of every story.
pub struct Player;

impl Brain for Player {
    fn model(&self) -> &'static str {
        "player"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        stream::iter(answer(&request).into_iter().map(Ok)).boxed()
    }
}

/// What visitors say in the stories; each line is answered by one part below.
pub const CHARGED_TWICE: &str = "I was charged twice for A1001: money back, and the invoice again.";
/// A refund above the limit.
pub const TOO_LARGE: &str = "Please refund order A1002.";
/// The same, asked about while it waits.
pub const TOO_LARGE_AND_ASKED: &str = "Refund A1002; I shall ask about it.";
/// A refund whose answer is lost.
pub const ANSWER_LOST: &str = "Please refund the second charge of A1001.";

fn answer(request: &Request) -> Vec<Piece> {
    let said = request.dialogue.iter().rev().find_map(|entry| match entry {
        Entry::Said { by: AuthorKind::Visitor, text, .. } => Some(text.as_str()),
        _ => None,
    });
    let called = |tool: &str| {
        request.dialogue.iter().any(|e| matches!(e, Entry::Called { name, .. } if name == tool))
    };
    match (request.agent.slug.as_str(), said.unwrap_or_default()) {
        ("triage", CHARGED_TWICE) => vec![text("One moment, please."), transfer("billing")],
        ("billing", CHARGED_TWICE) if !called("list_charges") => {
            vec![call("list_charges", json!({ "order": "A1001" }))]
        }
        ("billing", CHARGED_TWICE) if !called("resend_invoice") => {
            vec![call("resend_invoice", json!({ "invoice": "INV-3001" }))]
        }
        ("triage", TOO_LARGE | TOO_LARGE_AND_ASKED | ANSWER_LOST) | ("billing", CHARGED_TWICE) => {
            vec![transfer("refunds")]
        }
        ("refunds", CHARGED_TWICE | ANSWER_LOST) if !called("issue_refund") => {
            let args = json!({ "order": "A1001", "charge": "ch_A1001_2", "reason": "twice" });
            vec![call("issue_refund", args)]
        }
        // Two calls in one answer: the transfer waits until the refund is settled.
        ("refunds", TOO_LARGE) if !called("issue_refund") => {
            vec![refund_of_a1002(), transfer("billing")]
        }
        ("refunds", TOO_LARGE_AND_ASKED) if !called("issue_refund") => vec![refund_of_a1002()],
        ("escalation", _) if !called("queue_status") => vec![call("queue_status", json!({}))],
        ("escalation", _) => vec![transfer("queue_support")],
        (agent, said) => vec![text("Noted: "), text(&format!("{agent} has read \"{said}\"."))],
    }
}

fn text(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}

fn call(name: &str, args: Value) -> Piece {
    Piece::Call { name: name.to_owned(), args: Ok(args) }
}

fn refund_of_a1002() -> Piece {
    call("issue_refund", json!({ "order": "A1002", "reason": "too big" }))
}

fn transfer(to: &str) -> Piece {
    let words = json!({ "reason": "It is theirs.", "request": "What the visitor said." });
    call(&format!("transfer_to_{to}"), words)
}
