//! What is asked: which acts, how often each, and from where.

use baton::runtime::{
    decide::Next,
    stage::{Stage, proposal},
};
use serde_json::json;
use shared::{api::Decision, event::RefundState, owner::Owner};
use stateright::Property;

use super::{
    Question,
    act::{Act, Copy, Deed, Outcome, Reply, Span, Who, Word},
    world::{Witness, World},
};

/// As often as it is possible.
const ALWAYS: u8 = u8::MAX;
/// A refund that needs no person, in minor units; two of them do.
const SMALL: i64 = 9_000;
/// A refund that a person decides on; with a small one it is more than was captured.
const LARGE: i64 = 95_000;

/// Who owns: agents hand over and write, people take over, leave and come back.
pub fn owners() -> Question {
    use Copy::{Fresh, Stale};
    let calls = ["transfer_to_money", "transfer_to_help", "transfer_to_queue_support", "post"];
    let mut replies = vec![Reply::Text, Reply::Promise, Reply::TwoTransfers];
    replies.extend(calls.map(Reply::Calls));
    let tools = [Outcome::Done, Outcome::Breaks, Outcome::BreaksWhenDone];
    let stale = [Deed::Writes, Deed::Records, Deed::Claims(Who::Kim), Deed::Replies, Deed::Closes];
    let does = |deed| Act::Does(deed, Fresh);
    Question {
        name: "owners",
        may: vec![
            (ALWAYS, vec![does(Deed::Records), Act::Begins]),
            (ALWAYS, tools.map(Act::Tool).to_vec()),
            (1, vec![does(Deed::Writes)]),
            (1, vec![does(Deed::WantsAPerson)]),
            (3, replies.into_iter().map(Act::Brain).collect()),
            (2, vec![does(Deed::Claims(Who::Sam)), does(Deed::Claims(Who::Kim))]),
            (1, vec![does(Deed::HandsBack)]),
            (1, vec![does(Deed::Replies)]),
            (1, vec![does(Deed::Closes)]),
            (1, vec![Act::SamLeaves]),
            (2, vec![Act::Passes(Span::HalfAnHour)]),
            (1, vec![Act::Crashes { done: false }, Act::Crashes { done: true }]),
            (1, stale.map(|deed| Act::Does(deed, Stale)).to_vec()),
        ],
        begins: vec![begun("hello"), begun("refund A1001"), posting()],
        seen: || {
            vec![
                Property::sometimes(
                    "a person takes over in the middle of a turn",
                    |_, world: &World| world.just == Some(Witness::TakenOver),
                ),
                Property::sometimes("a stale copy is refused", |_, world: &World| {
                    world.just == Some(Witness::Refused)
                }),
                Property::sometimes(
                    "a write is under way while a person owns",
                    |_, world: &World| {
                        let state = &world.thread.state;
                        state.acting().is_some() && matches!(state.owner, Owner::Staff { .. })
                    },
                ),
                Property::sometimes("what nobody knows is with people", |_, world: &World| {
                    let state = &world.thread.state;
                    state.in_doubt.is_some() && matches!(state.owner, Owner::Queue { .. })
                }),
                Property::sometimes("who has left loses it to the queue", |_, world: &World| {
                    world.gone.is_some() && matches!(world.thread.state.owner, Owner::Queue { .. })
                }),
            ]
        },
    }
}

/// How refunds move: agents propose, people decide, the provider answers or does not.
pub fn refunds() -> Question {
    use Copy::{Fresh, Stale};
    use Decision::{Approve, Decline};
    let replies =
        [Reply::Text, Reply::Calls("issue_refund"), Reply::Calls("look"), Reply::RefundAndTransfer];
    let tools = [Outcome::Proposes(SMALL), Outcome::Proposes(LARGE), Outcome::ForeignText];
    let words = [Word::Yes, Word::No, Word::YesAndIsNotHeard, Word::NeverHears, Word::HearsLate];
    let decides = |who, decision| Act::Does(Deed::Decides(who, decision), Fresh);
    let stale = [Deed::Decides(Who::Kim, Approve), Deed::Records, Deed::Settles];
    let does = |deed| Act::Does(deed, Fresh);
    Question {
        name: "refunds",
        may: vec![
            (ALWAYS, vec![does(Deed::Records), Act::Begins, Act::LateCallArrives]),
            (ALWAYS, tools.map(Act::Tool).to_vec()),
            (3, replies.map(Act::Brain).to_vec()),
            (3, words.map(Act::Provider).to_vec()),
            (1, vec![does(Deed::Writes)]),
            (1, vec![does(Deed::Claims(Who::Sam))]),
            (1, vec![does(Deed::HandsBack)]),
            (
                2,
                vec![
                    decides(Who::Kim, Approve),
                    decides(Who::Kim, Decline),
                    decides(Who::Sam, Approve),
                ],
            ),
            (1, vec![does(Deed::Settles)]),
            (1, vec![Act::Passes(Span::HalfAnHour)]),
            (2, vec![Act::Passes(Span::Day)]),
            (2, vec![Act::Switches]),
            (1, vec![Act::Crashes { done: false }, Act::Crashes { done: true }]),
            (1, stale.map(|deed| Act::Does(deed, Stale)).to_vec()),
        ],
        begins: vec![begun("refund A1001"), proposed(SMALL), proposed(LARGE)],
        seen: || {
            vec![
                Property::sometimes("a refund succeeds", |_, world: &World| {
                    has(world, RefundState::Succeeded)
                }),
                Property::sometimes("a refund is declined", |_, world: &World| {
                    has(world, RefundState::Declined)
                }),
                Property::sometimes("a refund expires", |_, world: &World| {
                    has(world, RefundState::Expired)
                }),
                Property::sometimes("what was sent again is known", |_, world: &World| {
                    world.just == Some(Witness::SentAgain)
                }),
                Property::sometimes(
                    "a call arrives when nobody waits for it",
                    |_, world: &World| world.just == Some(Witness::ArrivedLate),
                ),
                Property::sometimes("a person settles what nobody knows", |_, world: &World| {
                    world.just == Some(Witness::SettledByAPerson)
                }),
            ]
        },
    }
}

/// The visitor has written `text`, and the agent that it is for is about to be asked.
fn begun(text: &str) -> Stage {
    let mut stage = Stage::new();
    stage.visitor(text);
    stage.run();
    stage
}

/// The agent writes, and the call is being made.
fn posting() -> Stage {
    let mut stage = begun("refund A1001");
    stage.answer("", &[("post", json!({}))]);
    stage.run();
    stage
}

/// The agent has asked for so much to be given back, and policy has judged it.
fn proposed(amount: i64) -> Stage {
    let mut stage = begun("refund A1001");
    stage.answer("", &[("issue_refund", json!({}))]);
    if let Next::Call(call) = stage.run() {
        stage.propose(&call, &proposal(amount));
    }
    stage
}

fn has(world: &World, state: RefundState) -> bool {
    world.thread.state.refunds.iter().any(|refund| refund.state == state)
}
