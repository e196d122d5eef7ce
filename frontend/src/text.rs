//! What the pages say to a visitor, all of it, so that another language is another such module.
//!
//! English. Text that the server writes (notices, labels, messages) comes in the journal.

#![expect(missing_docs, reason = "each text says itself what it is")]

use shared::event::{ApprovalState, RefundState};

pub const CONVERSATION: &str = "Conversation";
pub const ASSISTANT: &str = "Automated assistant";
pub const PERSON: &str = "Person";
pub const WAITING_FOR_PERSON: &str = "Waiting for a person";
pub const CLOSED: &str = "Conversation closed";
pub const FIRST_USE: &str =
    "An automated assistant answers here. You can ask for a person at any time.";
pub const TALK_TO_PERSON: &str = "Talk to a person";
pub const PERSON_ASKED: &str = "A person has been asked";
pub const PERSON_ANSWERS: &str = "You are talking to a person";
pub const SENDING: &str = "Sending";
pub const SENT: &str = "Sent";
pub const NOT_SENT: &str = "Not sent";
pub const NOT_SENT_YET: &str = "Not sent yet";
pub const RETRY: &str = "Try again";
pub const OFFLINE: &str = "No connection. What you write is kept and sent later.";
pub const ENDED: &str =
    "Your last conversation cannot be reached from here any more. What you write begins a new one.";
pub const SOURCES: &str = "Sources";
pub const QUICK_REPLIES: &str = "Suggested answers";
pub const QUESTIONS: &str = "Suggested questions";
pub const YOU: &str = "You";
pub const TYPING: &str = "is typing";
pub const REFUND: &str = "Refund";
pub const ORDER: &str = "Order";
pub const APPROVAL: &str = "Decision by a person";
pub const RATE: &str = "How was this conversation?";
pub const RATE_COMMENT: &str = "Anything to add? (optional)";
pub const RATE_SEND: &str = "Send rating";
pub const RATE_THANKS: &str = "Thank you for your rating.";
pub const WRITE_AGAIN: &str = "Write to open it again.";
pub const PASSED_ON: &str = "has passed on all that was said.";
pub const SCORES: [&str; 5] = ["Very bad", "Bad", "Fair", "Good", "Very good"];

/// How a refund stands.
pub fn refund_state(state: RefundState) -> &'static str {
    match state {
        RefundState::Waiting => "Waiting for a person's approval",
        RefundState::Pending => "On its way to your bank",
        RefundState::Unknown => "Being checked with the payment provider",
        RefundState::Succeeded => "Refunded",
        RefundState::Failed => "The payment provider refused it",
        RefundState::Declined => "Declined",
        RefundState::Expired => "Nobody decided in time",
    }
}

/// How a decision stands.
pub fn approval_state(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Waiting => "Waiting for a person",
        ApprovalState::Approved => "Approved by a person",
        ApprovalState::Declined => "Declined by a person",
        ApprovalState::Expired => "Nobody decided in time",
    }
}
