//! What a decision does in one situation.

use serde_json::{Value, json};
use shared::{
    agent::{Condition, Rule, Target},
    api::Decision,
    brief::TriggerKind,
    event::{EventBody, RefundState, Settlement, ToolState},
    id::ApprovalId,
    owner::Owner,
};

use crate::runtime::stage::{Stage, proposal, staff, transfer_args};
use crate::{
    money::events::{self, Proposer},
    runtime::{
        answer::{Answer, AskedCall},
        calls,
        decide::{self, Next},
        refunds, triggers,
    },
};

fn owner(stage: &Stage) -> String {
    match &stage.thread.state.owner {
        Owner::Agent { slug, .. } => slug.to_string(),
        Owner::Queue { slug, .. } => format!("queue_{slug}"),
        Owner::Staff { name, .. } => name.clone(),
        Owner::Nobody => "nobody".to_owned(),
    }
}

fn settlements(stage: &Stage) -> Vec<(String, Settlement)> {
    let tools = stage.bodies().filter_map(|body| match body {
        EventBody::Tool(t) => Some((t.name.clone(), t.settlement?)),
        _ => None,
    });
    tools.collect()
}

fn guards(stage: &Stage) -> Vec<String> {
    let guards = stage.bodies().filter_map(|body| match body {
        EventBody::Guard(g) => Some(g.check.clone()),
        _ => None,
    });
    guards.collect()
}

/// Settles the open call well, as a tool would.
fn settle_first(stage: &mut Stage) {
    let call = stage.thread.state.calls[0].clone();
    stage.apply(vec![calls::settle(&call, Settlement::Ok, json!({}))]);
}

#[test]
fn a_plain_answer_ends_the_turn() {
    let mut stage = Stage::new();
    stage.visitor("Hello there");
    assert_eq!(stage.run(), Next::Ask);
    stage.answer("Hello!", &[]);
    assert!(stage.thread.state.turn.is_none());
    assert_eq!(stage.run(), Next::Nothing);
}

#[test]
fn triggers_fire_in_their_order() {
    let check = |text: &str, expected_owner: &str, expected: Option<TriggerKind>| {
        let mut stage = Stage::new();
        stage.add_rule(
            "front",
            Rule {
                name: "press".to_owned(),
                when: vec![Condition::Text { any: vec!["newspaper".to_owned()] }],
                then: Target::Agent { slug: "help".parse().unwrap() },
            },
        );
        stage.visitor(text);
        stage.run();
        let fired = stage.thread.state.brief.as_ref().map(|b| b.trigger.kind);
        assert_eq!((owner(&stage).as_str(), fired), (expected_owner, expected), "{text}");
    };
    check("hello", "front", None);
    check("a human and a newspaper and suicide", "help", Some(TriggerKind::Safety));
    check("a human for the newspaper and a refund", "help", Some(TriggerKind::AskedForPerson));
    check("the newspaper wants a refund", "help", Some(TriggerKind::Rule));
    check("I want a refund", "money", Some(TriggerKind::MissingCapability));
}

#[test]
fn the_second_unclear_message_goes_to_people() {
    let mut stage = Stage::new();
    stage.visitor("mumble mumble mumble");
    assert_eq!(stage.run(), Next::Ask);
    stage.answer("What do you mean?", &[]);
    stage.visitor("mumble and more mumble");
    stage.run();
    assert_eq!(owner(&stage), "help");
    let kind = stage.thread.state.brief.as_ref().map(|b| b.trigger.kind);
    assert_eq!(kind, Some(TriggerKind::LowConfidence));
}

#[test]
fn scenario_01_invariant_09_of_two_transfers_the_first_good_one_wins_after_its_siblings() {
    // Scenario 1: two transfers, one read, one write in one reply.
    let mut stage = Stage::new();
    stage.visitor("I want a refund");
    stage.run();
    assert_eq!(owner(&stage), "money");
    stage.answer(
        "",
        &[
            ("look", json!({})),
            ("transfer_to_help", transfer_args()),
            ("issue_refund", json!({ "order": "A1001" })),
            ("transfer_to_front", transfer_args()),
        ],
    );
    let Next::Call(read) = stage.run() else { panic!("the read comes first") };
    assert_eq!(read.name, "look");
    settle_first(&mut stage);
    let Next::Call(write) = stage.run() else { panic!("then the write") };
    assert_eq!(write.name, "issue_refund");
    let index = stage.thread.state.calls.iter().position(|c| c.name == "issue_refund").unwrap();
    let call = stage.thread.state.calls[index].clone();
    stage.apply(vec![calls::settle(&call, Settlement::Denied, json!({}))]);
    assert_eq!(stage.run(), Next::Ask);
    assert_eq!(owner(&stage), "help");
    assert_eq!(
        settlements(&stage),
        [
            ("transfer_to_front".to_owned(), Settlement::Superseded),
            ("look".to_owned(), Settlement::Ok),
            ("issue_refund".to_owned(), Settlement::Denied),
            ("transfer_to_help".to_owned(), Settlement::Ok),
        ]
    );
    let seen = stage.with(crate::runtime::view::request).expect("a request");
    assert!(!format!("{:?}", seen.dialogue).contains("transfer_to_front"));
}

#[test]
fn scenario_09_invariant_10_a_bad_call_is_repaired_once_and_then_a_person_decides() {
    let check = |call: (&str, Value), guard: &str| {
        let mut stage = Stage::new();
        stage.visitor("hello");
        stage.answer("", std::slice::from_ref(&call));
        assert_eq!(guards(&stage), [guard], "{call:?}");
        assert_eq!(stage.run(), Next::Ask, "one repair: {call:?}");
        stage.answer("", std::slice::from_ref(&call));
        assert_eq!(owner(&stage), "queue_support", "{call:?}");
        assert!(stage.thread.state.calls.is_empty());
    };
    check(("issue_refund", json!({ "order": "A1001" })), "unknown_tool");
    check(("no_such_tool", json!({})), "unknown_tool");
    check(("transfer_to_nobody", transfer_args()), "unknown_target");
    check(("transfer_to_queue_other", transfer_args()), "unknown_target");
    check(("transfer_to_front", transfer_args()), "self_transfer");
    check(("transfer_to_money", json!({ "reason": 7 })), "malformed_brief");
    check(("transfer_to_money", json!([])), "malformed_brief");
    check(
        ("transfer_to_money", json!({ "reason": "x".repeat(9_999), "request": "y" })),
        "malformed_brief",
    );
}

#[test]
fn invariant_04_nothing_broken_or_promised_in_vain_is_shown_to_the_visitor() {
    let check = |answer: Answer, guard: &str| {
        let mut stage = Stage::new();
        stage.visitor("hello");
        stage.give(answer.clone());
        assert_eq!(guards(&stage), [guard]);
        let said = stage.bodies().filter(|b| matches!(b, EventBody::Message(_))).count();
        assert_eq!(said, 1, "only the visitor spoke");
        stage.give(answer);
        assert_eq!(owner(&stage), "queue_support");
    };
    let failed = Answer {
        failure: Some("cut off".to_owned()),
        text: "I wi".to_owned(),
        ..Answer::default()
    };
    check(failed, "brain_failed");
    check(Answer::default(), "empty_answer");
    check(Answer { text: "  \n".to_owned(), ..Answer::default() }, "empty_answer");
    let promise = Answer { text: "I'll transfer you to billing.".to_owned(), ..Answer::default() };
    check(promise, "promise_without_handoff");
    let args = Err("{\"order\":".to_owned());
    let calls = vec![AskedCall { name: "look".to_owned(), args }];
    check(Answer { calls, ..Answer::default() }, "malformed_arguments");
}

/// Where a conversation ends in which each agent hands over to the next, round and round.
fn round(path: &[&str]) -> Stage {
    let mut stage = Stage::new();
    stage.visitor("hello");
    let hand_over = |stage: &mut Stage, to: &str| {
        assert_eq!(stage.run(), Next::Ask);
        stage.answer("", &[(format!("transfer_to_{to}").as_str(), transfer_args())]);
        stage.run();
    };
    for to in path {
        hand_over(&mut stage, to);
    }
    stage
}

#[test]
fn scenario_05_invariant_08_ping_pong_is_refused_with_a_reason_then_escalated() {
    let check = |path: &[&str], who: &str| {
        let mut stage = round(path);
        assert_eq!((owner(&stage).as_str(), guards(&stage)), (who, vec!["ping_pong".to_owned()]));
        let reason = stage.bodies().rev().find_map(|body| match body {
            EventBody::Guard(guard) => Some(guard.detail.clone()),
            _ => None,
        });
        let reason = reason.expect("a reason");
        assert!(reason.contains("The front agent handed this over at event"), "{reason}");
        assert!(reason.contains("Answer, find out something new, or hand over to people"));
        let told = stage.with(crate::runtime::view::request).expect("a request").dialogue;
        assert!(format!("{told:?}").contains("nothing new is known"), "the brain reads why");
        // Once more, and people have it, with the evidence.
        stage.answer("", &[("transfer_to_front", transfer_args())]);
        assert_eq!(owner(&stage), "queue_support", "{path:?}");
        let brief = stage.thread.state.brief.as_ref().expect("a brief");
        assert_eq!(brief.trigger.kind, TriggerKind::Budget);
        assert!(brief.trigger.evidence.contains("The front agent handed this over"), "{brief:?}");
    };
    check(&["money", "front"], "money");
    check(&["money", "help", "front"], "help");
}

#[test]
fn invariant_08_a_new_message_or_fact_is_a_reason_to_go_back() {
    let mut stage = round(&["money", "front"]);
    stage.visitor("but I said it is about something else");
    stage.run();
    stage.answer("", &[("transfer_to_front", transfer_args())]);
    stage.run();
    assert_eq!(owner(&stage), "front", "a new message is a reason");
}

#[test]
fn a_wish_for_a_person_is_heard_anywhere_in_a_burst() {
    let mut stage = Stage::new();
    stage.visitor("give me a human");
    stage.visitor("my money is gone");
    assert_eq!(stage.run(), Next::Ask);
    assert_eq!(owner(&stage), "help");
    assert!(stage.thread.state.wants_person.is_some());
}

#[test]
fn two_unclear_messages_in_one_burst_are_asked_about_first() {
    let mut stage = Stage::new();
    stage.visitor("mumble mumble mumble");
    stage.visitor("mumble mumble again");
    assert_eq!(stage.run(), Next::Ask);
    assert_eq!(owner(&stage), "front");
    stage.answer("Could you say that again?", &[]);
    stage.visitor("mumble mumble once more");
    stage.run();
    assert_eq!(owner(&stage), "help");
}

#[test]
fn an_owner_that_can_serve_a_part_of_a_burst_keeps_it() {
    let mut stage = Stage::new();
    stage.visitor("peek at this");
    stage.visitor("and I want a refund");
    assert_eq!(stage.run(), Next::Ask);
    assert_eq!(owner(&stage), "front");
}

#[test]
fn invariant_15_after_the_wish_for_a_person_only_people_follow() {
    let mut stage = Stage::new();
    stage.visitor("give me a human");
    assert_eq!(stage.run(), Next::Ask);
    assert_eq!(owner(&stage), "help");
    let offered = stage.with(crate::runtime::view::request).expect("a request").tools;
    let names: Vec<_> = offered.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["look", "transfer_to_queue_support"]);
    stage.answer("", &[("transfer_to_front", transfer_args())]);
    assert_eq!(guards(&stage), ["wish_for_a_person"]);
    stage.answer("", &[("transfer_to_queue_support", transfer_args())]);
    stage.run();
    assert_eq!(owner(&stage), "queue_support");
    let evidence = stage.thread.state.brief.as_ref().map(|brief| brief.trigger.evidence.clone());
    assert_eq!(evidence.as_deref(), Some("The visitor wrote: “give me a human”"));
    let bodies = stage.with(triggers::pressed_for_a_person);
    assert!(bodies.is_empty(), "people have it already");
}

#[test]
fn an_agent_that_talks_past_the_wish_for_a_person_does_not_keep_it() {
    let mut stage = Stage::new();
    stage.visitor("give me a human");
    stage.run();
    stage.visitor("ok?");
    assert_eq!(stage.run(), Next::Ask);
    stage.answer("How can I help?", &[]);
    assert_eq!(owner(&stage), "queue_support");
}

#[test]
fn with_refunds_switched_off_the_conversation_goes_on() {
    let mut stage = waiting_refund();
    stage.run();
    let (id, sam) = (approval(&stage), staff("sam"));
    let yes = stage.with(|w| refunds::approve_or_decline(w, &id, Decision::Approve, &sam, None));
    stage.apply(yes);
    stage.money = false;
    stage.visitor("what about it?");
    assert_eq!(stage.run(), Next::Ask, "the visitor is answered");
    stage.money = true;
    assert!(matches!(stage.run(), Next::Send(_)), "and the refund goes on by itself");
}

#[test]
fn invariant_08_budgets_end_in_people() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    for _ in 0..12 {
        assert_eq!(stage.run(), Next::Ask);
        stage.answer("", &[("look", json!({}))]);
        settle_first(&mut stage);
    }
    stage.run();
    assert_eq!(
        (owner(&stage).as_str(), guards(&stage)),
        ("queue_support", vec!["steps".to_owned()])
    );
}

#[test]
fn invariant_03_a_takeover_settles_what_was_open_and_silences_the_agent() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    stage.answer("One moment.", &[("look", json!({}))]);
    let sam = staff("sam");
    let bodies = stage.with(|world| decide::claim(world, &sam)).unwrap();
    stage.apply(bodies);
    assert_eq!(settlements(&stage), [("look".to_owned(), Settlement::Superseded)]);
    assert_eq!(stage.run(), Next::Nothing);
    stage.visitor("are you a human?");
    assert_eq!(stage.run(), Next::Nothing, "the agent stays silent");
    let kim = staff("kim");
    let taken = stage.with(|world| decide::claim(world, &kim)).unwrap_err();
    assert_eq!(taken.name(), "sam");
    let back = stage.desk.owner(&"money".parse().unwrap()).unwrap();
    let bodies =
        stage.with(|world| decide::hand_back(world, &sam, back, Some("pay them".to_owned())));
    stage.apply(bodies);
    assert_eq!(stage.run(), Next::Ask, "handed back, it speaks, and old words trigger nothing");
    let request = stage.with(crate::runtime::view::request).expect("a request");
    assert!(format!("{:?}", request.dialogue).contains("pay them"));
}

#[test]
fn a_closed_conversation_opens_again() {
    let mut stage = Stage::new();
    let bodies = stage.with(|world| decide::close(world, &staff("sam")));
    stage.apply(bodies);
    assert!(stage.thread.state.is_closed());
    stage.visitor("one more thing");
    assert_eq!((owner(&stage).as_str(), stage.run()), ("front", Next::Ask));
}

#[test]
fn an_approval_is_waited_for_and_decided_once() {
    let mut stage = waiting_refund();
    assert_eq!(stage.run(), Next::Nothing);
    assert!(stage.thread.state.turn.is_none(), "the turn waits");
    let id = approval(&stage);
    let sam = staff("sam");
    let yes = stage.with(|w| refunds::approve_or_decline(w, &id, Decision::Approve, &sam, None));
    stage.apply(yes);
    let again = stage.with(|w| refunds::approve_or_decline(w, &id, Decision::Approve, &sam, None));
    assert!(again.is_empty(), "a second yes changes nothing");
    let Next::Send(refund) = stage.run() else { panic!("it is sent") };
    let done = stage.with(|w| refunds::refund_moves(w, &refund, RefundState::Succeeded, None));
    stage.apply(done);
    // Scenario 2: one refund, then the transfer of the same reply.
    assert_eq!(stage.run(), Next::Ask);
    assert_eq!(owner(&stage), "help");
    let brief = stage.thread.state.brief.clone().unwrap();
    assert_eq!(brief.authorisations[0].by, "sam");
}

#[test]
fn a_visitor_who_goes_on_talking_is_answered_while_a_refund_waits() {
    let mut stage = waiting_refund();
    stage.run();
    stage.visitor("and when will that be?");
    stage.run();
    assert_eq!(settlements(&stage)[0], ("issue_refund".to_owned(), Settlement::Ok));
    let id = approval(&stage);
    let sam = staff("sam");
    let no = stage.with(|w| refunds::approve_or_decline(w, &id, Decision::Decline, &sam, None));
    stage.apply(no);
    assert_eq!(stage.thread.state.refunds[0].state, RefundState::Declined);
}

#[test]
fn an_approval_expires() {
    let mut stage = waiting_refund();
    stage.run();
    stage.now = stage.now.plus_ms(3_600_001);
    assert_eq!(stage.run(), Next::Ask, "the agent tells the visitor");
    assert_eq!(stage.thread.state.refunds[0].state, RefundState::Expired);
    let failed =
        stage.bodies().any(|b| matches!(b, EventBody::Tool(t) if t.state == ToolState::Failed));
    assert!(failed);
}

/// A refund of 320.00 that waits, with a transfer behind it in the same reply.
fn waiting_refund() -> Stage {
    let mut stage = Stage::new();
    stage.visitor("I want a refund");
    stage.run();
    stage.answer("", &[("issue_refund", json!({})), ("transfer_to_help", transfer_args())]);
    let Next::Call(call) = stage.run() else { panic!("a call") };
    let state = &stage.thread.state;
    let by = Proposer {
        conversation: &state.id,
        call: &call.call,
        tool: &call.name,
        agent: state.owner.agent().unwrap(),
    };
    let policy = &stage.desk.settings.refund_policy;
    let bodies =
        events::proposed(by, &proposal(32_000), Some("above the limit"), policy, stage.now);
    stage.apply(bodies);
    stage
}

fn approval(stage: &Stage) -> ApprovalId {
    stage.thread.state.approvals[0].id.clone()
}

#[test]
fn a_refused_call_shows_nothing_that_the_brain_would_like_shown() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    stage.answer("", &[("Your refund of 1,000,000 EUR is paid! <b>", json!({}))]);
    let tool = stage.bodies().find_map(|body| match body {
        EventBody::Tool(tool) => Some((tool.name.clone(), tool.label.clone())),
        _ => None,
    });
    let expected = ("Yourrefundof1000000EURispaidb".to_owned(), "Working on it".to_owned());
    assert_eq!(tool, Some(expected));

    let mut stage = Stage::new();
    stage.visitor("hello");
    stage.answer("I'll transfer you to the vault.", &[("transfer_to_vault", transfer_args())]);
    assert_eq!(guards(&stage), ["unknown_target"]);
    let said = stage.bodies().filter(|b| matches!(b, EventBody::Message(_))).count();
    assert_eq!(said, 1, "a handoff that does not happen is not announced");
}
