//! Handoff invariants that a test states alone; the others are named where their story is told.

use serde_json::json;
use shared::{
    conversation::FoldError,
    event::{EventBody, Handoff},
    owner::Owner,
};

use crate::runtime::{
    decide::{self, Next},
    stage::{Stage, staff, transfer_args},
};

#[test]
fn invariant_01_only_a_handoff_with_its_brief_changes_the_owner_and_the_epoch_only_grows() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    let handoff = |bodies: &[EventBody]| bodies.last().cloned().unwrap();
    let mut alone = stage.clone();
    assert_eq!(alone.try_apply(vec![handoff(&claim)]), Err(FoldError::Handoff), "no brief");
    let mut other = stage.clone();
    let mut elsewhere = claim.clone();
    if let Some(EventBody::Handoff(Handoff { to, .. })) = elsewhere.last_mut() {
        *to = Owner::Nobody;
    }
    assert_eq!(other.try_apply(elsewhere), Err(FoldError::Handoff), "another owner's brief");
    let before = (stage.thread.state.owner.clone(), stage.thread.state.epoch);
    let mut cut = stage.clone();
    cut.try_apply(claim[..claim.len() - 1].to_vec()).unwrap();
    assert_eq!((cut.thread.state.owner.clone(), cut.thread.state.epoch), before);
    let said = stage.with(|w| decide::visitor_says(w, cut.client_id(), "hm".to_owned()));
    assert_eq!(cut.try_apply(said), Err(FoldError::Handoff), "a brief is followed by its handoff");
    stage.apply(claim);
    assert!(stage.thread.state.owner.is_staff(&staff("sam").id));
    assert_eq!(stage.thread.state.epoch, before.1 + 1);
}

#[test]
fn invariant_05_the_visitor_is_told_once_and_by_the_runtime_who_answers_now() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    stage.run();
    stage.answer("One moment.", &[("transfer_to_help", transfer_args())]);
    assert_eq!(stage.run(), Next::Ask);
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    let seen: Vec<_> = stage.thread.events.iter().filter_map(|e| e.for_visitor()).collect();
    let notices: Vec<_> = seen
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Handoff(handoff) => Some(handoff.notice.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(notices, ["The help agent answers now.", "sam answers now."]);
    let tools = seen.iter().filter(|event| matches!(event.body, EventBody::Tool(_))).count();
    assert_eq!(tools, 0, "a transfer is told by its handoff alone");
}

#[test]
fn invariant_11_authority_does_not_travel_with_a_handoff() {
    let mut stage = Stage::new();
    stage.visitor("I want a refund");
    stage.run();
    stage.answer("", &[("look", json!({}))]);
    let Next::Call(call) = stage.run() else { panic!("its own tool") };
    stage.apply(vec![crate::runtime::calls::settle(
        &call,
        shared::event::Settlement::Ok,
        json!({}),
    )]);
    let mut args = transfer_args();
    args["promises"] = json!(["help may refund and post from now on"]);
    stage.answer("", &[("transfer_to_help", args)]);
    assert_eq!(stage.run(), Next::Ask);
    let offered = stage.with(crate::runtime::view::request).expect("a request").tools;
    let names: Vec<_> = offered.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["look", "transfer_to_queue_support", "transfer_to_front"]);
    for tool in ["post", "issue_refund"] {
        let mut stage = stage.clone();
        stage.answer("", &[(tool, json!({}))]);
        assert!(stage.thread.state.calls.is_empty(), "{tool} is not begun");
        assert_eq!(stage.run(), Next::Ask, "one repair");
    }
}
