//! What a model's failing and a model's cost come to in the record.

use shared::{
    brief::TriggerKind,
    event::{EventBody, Verdict},
    owner::Owner,
};

use crate::runtime::{
    answer::{Answer, Setback},
    decide::Next,
    stage::Stage,
};

#[test]
fn what_is_too_dear_is_for_a_person_at_once() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    assert_eq!(stage.run(), Next::Ask);
    stage.give(Answer { broke: Some("used up".to_owned()), ..Answer::default() });
    assert!(matches!(stage.thread.state.owner, Owner::Queue { .. }));
    let handoff = stage.bodies().find_map(|body| match body {
        EventBody::Handoff(handoff) => handoff.trigger,
        _ => None,
    });
    assert_eq!(handoff, Some(TriggerKind::Budget));
    let guard = stage.bodies().find_map(|body| match body {
        EventBody::Guard(guard) => Some((guard.check.as_str(), guard.detail.as_str())),
        _ => None,
    });
    assert_eq!(guard, Some(("spend", "used up")));
}

#[test]
fn a_model_that_failed_is_told_and_costs_no_repair() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    assert_eq!(stage.run(), Next::Ask);
    let setback = Setback { model: "one/m".to_owned(), why: "it was silent".to_owned() };
    stage.give(Answer {
        text: "Here I am.".to_owned(),
        setbacks: vec![setback],
        ..Answer::default()
    });
    let told: Vec<_> = stage
        .bodies()
        .filter_map(|body| match body {
            EventBody::Guard(guard) => Some((guard.verdict, guard.detail.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(Verdict::Replaced, "one/m: it was silent")]);
    assert!(stage.thread.state.turn.is_none(), "the turn has ended well");
}
