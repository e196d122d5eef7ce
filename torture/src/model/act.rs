//! What anybody can do, and what can happen.

use shared::api::Decision;

/// Something that somebody does, or that happens. A path of these is what a violation is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Somebody decides by a copy of the conversation, and appends.
    Does(Deed, Copy),
    /// The runner looks what is next and begins it: a brain, a tool or the provider is asked.
    Begins,
    /// The brain that was asked answers.
    Brain(Reply),
    /// The tool that was called answers.
    Tool(Outcome),
    /// The payment provider that was asked answers, or does not.
    Provider(Word),
    /// A call of the provider that was on its way for long arrives.
    LateCallArrives,
    /// Sam, whoever's conversations are his, is not there any more.
    SamLeaves,
    /// Time passes.
    Passes(Span),
    /// Refunds are switched off, or on.
    Switches,
    /// The process ends and starts again; what it was waiting for was `done` outside, or not.
    Crashes {
        /// Whether the call that was under way had arrived.
        done: bool,
    },
}

/// An append that follows from a copy of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// The visitor writes something that any agent may answer.
    Writes,
    /// The visitor presses "talk to a person".
    WantsAPerson,
    /// What the runner records by itself: a trigger, a handoff, a settlement, a deadline.
    Records,
    /// A member of staff takes over.
    Claims(Who),
    /// Sam answers.
    Replies,
    /// Sam hands the conversation to an agent.
    HandsBack,
    /// Sam closes the conversation.
    Closes,
    /// A person decides on the first approval that waits.
    Decides(Who, Decision),
    /// Kim looks up at the provider what became of an unknown refund, and says so.
    Settles,
}

/// By which copy of the conversation somebody decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Copy {
    /// As it is.
    Fresh,
    /// As it was before somebody else appended.
    Stale,
}

/// A member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Owns, hands back, closes, and may disappear.
    Sam,
    /// Tries to take over, and decides on money.
    Kim,
}

impl Who {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sam => "sam",
            Self::Kim => "kim",
        }
    }
}

/// What a brain answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// A text.
    Text,
    /// A text that promises a handoff, and no handoff.
    Promise,
    /// Nothing.
    Nothing,
    /// One call.
    Calls(&'static str),
    /// Two transfers at once, and a read.
    TwoTransfers,
    /// A refund and a transfer at once.
    RefundAndTransfer,
}

/// What a tool answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It has done what it should.
    Done,
    /// It has found text that nobody vouches for.
    ForeignText,
    /// It has done nothing, and does not answer.
    Breaks,
    /// It has done what it should, and does not answer.
    BreaksWhenDone,
    /// It proposes to give so much back, in minor units.
    Proposes(i64),
}

/// What the payment provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// It does what it is asked, and says so.
    Yes,
    /// It refuses.
    No,
    /// It does it, and its answer is lost.
    YesAndIsNotHeard,
    /// The call is lost.
    NeverHears,
    /// The call is on its way for longer than anybody waits.
    HearsLate,
}

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// Longer than a lease, a queue's deadline, and a call can be on its way.
    HalfAnHour,
    /// Longer than an approval stands, and than a provider is asked about a refund.
    Day,
}

impl Span {
    /// In milliseconds.
    pub fn ms(self) -> i64 {
        match self {
            Self::HalfAnHour => 31 * 60_000,
            Self::Day => 21 * 3_600_000,
        }
    }
}
