//! Points at which a test may end the process, to see what the next start makes of what is on disk.
//!
//! They do something only with the feature `failpoints`, which no shipped binary has: then
//! `BATON_FAILPOINT=point:n` aborts the process when it comes by that point for the n-th time.
//! Own code instead of the crate `fail`: all points must be known by name so that a test can walk
//! every one of them, a misspelt one must not compile, and ending the process is all they do.

macro_rules! points {
    ($($(#[$doc:meta])* $point:ident = $name:literal,)+) => {
        /// Where the process may be ended.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Point {
            $($(#[$doc])* $point,)+
        }

        #[cfg(feature = "failpoints")]
        impl Point {
            /// Every point there is.
            pub const ALL: &[Self] = &[$(Self::$point,)+];

            /// Its name, such as `gateway.after`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)+
                }
            }
        }
    };
}

points! {
    /// A visitor's or a person's message has been decided on, and is not on disk.
    SayBefore = "say.before",
    /// It is on disk; whoever sent it does not know.
    SayAfter = "say.after",
    /// A person's act (a claim, a hand-back, a note …) has been decided on, and is not on disk.
    ActBefore = "act.before",
    /// It is on disk; the person does not know.
    ActAfter = "act.after",
    /// An approval was checked, and the decision is not on disk.
    ApprovalBefore = "approval.before",
    /// The decision is on disk; nobody knows.
    ApprovalAfter = "approval.after",
    /// A conversation is to be driven on.
    Nudge = "nudge",
    /// An append begins: any of them.
    AppendBefore = "append.before",
    /// An append is on disk; neither the cache nor a listener knows.
    AppendAfter = "append.after",
    /// An append was told to everybody.
    AppendTold = "append.told",
    /// The store's transaction is complete and not committed.
    CommitBefore = "commit.before",
    /// The store's transaction is committed and synced; its callers do not know.
    CommitAfter = "commit.after",
    /// A conversation was loaded to be driven on; nothing is decided.
    DriveBefore = "drive.before",
    /// What follows from what is known was decided on, and is not on disk.
    RecordBefore = "record.before",
    /// It is on disk.
    RecordAfter = "record.after",
    /// A handoff was decided on, and is not on disk.
    HandoffBefore = "handoff.before",
    /// The handoff is on disk.
    HandoffAfter = "handoff.after",
    /// A turn's end was decided on, and is not on disk.
    TurnEndBefore = "turn_end.before",
    /// The turn's end is on disk.
    TurnEndAfter = "turn_end.after",
    /// The brain is about to be asked.
    BrainBefore = "brain.before",
    /// The brain has given its first piece.
    BrainPiece = "brain.piece",
    /// The brain's answer is whole and not on disk.
    BrainAfter = "brain.after",
    /// The brain's answer is on disk.
    AnswerAfter = "answer.after",
    /// A tool is about to be called.
    ToolBefore = "tool.before",
    /// A tool has done its work; nothing of it is on disk.
    ToolAfter = "tool.after",
    /// The call's settlement is on disk.
    SettlementAfter = "settlement.after",
    /// A refund was judged; the intent is not on disk.
    IntentBefore = "intent.before",
    /// The intent and its key are on disk; nothing has left the house.
    IntentAfter = "intent.after",
    /// The payment provider is about to be called.
    GatewayBefore = "gateway.before",
    /// The payment provider has answered; its answer is not on disk.
    GatewayAfter = "gateway.after",
    /// The payment provider is about to be asked what became of a refund.
    FindBefore = "find.before",
    /// It has said what became of the refund; that is not on disk.
    FindAfter = "find.after",
    /// What became of a refund is on disk.
    RefundAfter = "refund.after",
}

/// The process comes by `point`.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn hit(_: Point) {}

#[cfg(feature = "failpoints")]
pub use armed::{MARKER, hit, hits};

#[cfg(feature = "failpoints")]
mod armed {
    use std::{
        env,
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering},
        },
    };

    use super::Point;

    /// Stands in every binary that has failpoints, and in no other.
    pub const MARKER: &str = "this binary has failpoints and is for tests only";

    /// Where to end the process, and at which time of coming by.
    const VARIABLE: &str = "BATON_FAILPOINT";

    static COUNTS: [AtomicU64; Point::ALL.len()] = [const { AtomicU64::new(0) }; Point::ALL.len()];
    static ARMED: LazyLock<Option<(Point, u64)>> = LazyLock::new(|| {
        let text = env::var(VARIABLE).ok()?;
        let armed = text.split_once(':').and_then(|(name, n)| {
            let point = Point::ALL.iter().find(|point| point.name() == name)?;
            Some((*point, n.parse().ok()?))
        });
        assert!(armed.is_some(), "{MARKER}: {VARIABLE}={text} names no point");
        armed
    });

    /// The process comes by `point`, and ends here if it was told to.
    pub fn hit(point: Point) {
        let before = COUNTS[point as usize].fetch_add(1, Ordering::Relaxed);
        if ARMED.is_some_and(|(armed, n)| armed == point && before + 1 == n) {
            // No destructor, no flush: what is not on disk is gone.
            std::process::abort();
        }
    }

    /// How often the process has come by `point`.
    pub fn hits(point: Point) -> u64 {
        COUNTS[point as usize].load(Ordering::Relaxed)
    }
}
