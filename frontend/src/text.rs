//! What the pages say to a visitor, all of it, in English. Another language is a file of the same words
//! (`frontend/static/texts`), which only its readers fetch (`crate::widget::language`).
//!
//! Text that the server writes (notices, labels, messages) comes in the journal.

#![expect(missing_docs, reason = "each text says itself what it is")]

use shared::event::{ApprovalState, RefundState};

/// Names texts, and lists them for the tests of the other languages.
macro_rules! texts {
    ($($name:ident = $text:literal;)*) => {
        $(pub const $name: &str = $text;)*
        #[cfg(test)]
        pub const ALL: &[&str] = &[$($text),*];
    };
}

texts! {
    CONVERSATION = "Conversation";
    ASSISTANT = "Automated assistant";
    PERSON = "Person";
    WAITING_FOR_PERSON = "Waiting for a person";
    CLOSED = "Conversation closed";
    FIRST_USE = "An automated assistant answers here. You can ask for a person at any time.";
    TALK_TO_PERSON = "Talk to a person";
    PERSON_ASKED = "A person has been asked";
    PERSON_ANSWERS = "You are talking to a person";
    SENDING = "Sending";
    SENT = "Sent";
    NOT_SENT = "Not sent";
    NOT_SENT_YET = "Not sent yet";
    RETRY = "Try again";
    OFFLINE = "No connection. What you write is kept and sent later.";
    ENDED = "Your last conversation cannot be reached from here any more. What you write begins a new one.";
    SOURCES = "Sources";
    QUICK_REPLIES = "Suggested answers";
    QUESTIONS = "Suggested questions";
    YOU = "You";
    TYPING = "is typing";
    REFUND = "Refund";
    ORDER = "Order";
    APPROVAL = "Decision by a person";
    RATE = "How was this conversation?";
    RATE_COMMENT = "Anything to add? (optional)";
    RATE_SEND = "Send rating";
    RATE_THANKS = "Thank you for your rating.";
    WRITE_AGAIN = "Write to open it again.";
    PASSED_ON = "has passed on all that was said.";
}

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
