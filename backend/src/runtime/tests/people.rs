//! What people owe a conversation that is theirs, and what happens when they disappear.

use shared::{
    brief::TriggerKind,
    event::{EventBody, Handoff},
    owner::Owner,
    time::Timestamp,
};

use crate::runtime::stage::{Stage, staff, transfer_args};
use crate::runtime::{
    decide::{self, Next},
    lease, triggers,
};

const MINUTE: i64 = 60_000;

/// In the queue because the visitor asked for a person.
fn queued() -> Stage {
    let mut stage = Stage::new();
    stage.visitor("my parcel never came");
    stage.run();
    stage.answer("Which order is it?", &[]);
    let bodies = stage.with(triggers::pressed_for_a_person);
    stage.apply(bodies);
    stage.run();
    stage.answer("", &[("transfer_to_queue_support", transfer_args())]);
    assert_eq!(stage.run(), Next::Nothing);
    assert!(matches!(stage.thread.state.owner, Owner::Queue { .. }));
    stage
}

/// Claimed by Sam at the stage's time.
fn claimed() -> Stage {
    let mut stage = queued();
    stage.now = stage.now.plus_ms(2 * MINUTE);
    claim(&mut stage);
    stage
}

fn claim(stage: &mut Stage) {
    let bodies = stage.with(|world| decide::claim(world, &staff("sam"))).expect("free");
    stage.apply(bodies);
}

fn reply(stage: &mut Stage) {
    let id = stage.client_id();
    stage.apply(decide::reply(&staff("sam"), id, "I look into it.".to_owned()));
}

fn last_handoff(stage: &Stage) -> &Handoff {
    let handoffs = stage.bodies().rev().filter_map(|body| match body {
        EventBody::Handoff(handoff) => Some(handoff),
        _ => None,
    });
    handoffs.take(1).next().expect("a handoff")
}

#[test]
fn invariant_14_who_disappears_gives_the_visitor_back_to_the_queue() {
    let mut stage = claimed();
    let (since, claimed_at) = (stage.thread.state.escalated_at, stage.now);
    stage.there = Some(claimed_at);
    stage.now = claimed_at.plus_ms(5 * MINUTE - 1);
    assert_eq!(stage.run(), Next::Nothing, "not a moment too early");
    stage.now = claimed_at.plus_ms(5 * MINUTE);
    assert_eq!(stage.run(), Next::Nothing);
    let handoff = last_handoff(&stage);
    assert_eq!(handoff.trigger, Some(TriggerKind::Lease));
    assert!(matches!(handoff.to, Owner::Queue { .. }) && handoff.deadline > Some(stage.now));
    assert!(handoff.notice.starts_with("sam had to leave."), "{}", handoff.notice);
    let brief = stage.thread.state.brief.as_ref().expect("a brief");
    assert!(brief.trigger.evidence.contains("sam was not there for 5 minutes"), "{brief:?}");
    assert_eq!(brief.request, transfer_args()["request"], "why a person is needed stays on top");
    assert_eq!(stage.thread.state.escalated_at, since, "the clock goes on from the first call");
    // Free for the next.
    let kim = stage.with(|world| decide::claim(world, &staff("kim"))).expect("free");
    stage.apply(kim);
    assert!(stage.thread.state.owner.is_staff(&staff("kim").id));
}

#[test]
fn a_lease_runs_only_while_somebody_absent_is_waited_for() {
    let check = |what: &str, lapses: bool, life: fn(&mut Stage)| {
        let mut stage = claimed();
        stage.there = Some(stage.now);
        life(&mut stage);
        stage.run();
        let lapsed = matches!(stage.thread.state.owner, Owner::Queue { .. });
        assert_eq!(lapsed, lapses, "{what}");
    };
    check("nobody acts for an hour", true, |stage| stage.now = stage.now.plus_ms(60 * MINUTE));
    check("the person is there", false, |stage| {
        stage.now = stage.now.plus_ms(60 * MINUTE);
        stage.there = Some(stage.now);
    });
    check("the visitor was answered", false, |stage| {
        reply(stage);
        stage.now = stage.now.plus_ms(60 * MINUTE);
    });
    check("the visitor has just written again", false, |stage| {
        reply(stage);
        stage.now = stage.now.plus_ms(60 * MINUTE);
        stage.visitor("and now?");
    });
    check("the visitor has waited since they wrote again", true, |stage| {
        reply(stage);
        stage.now = stage.now.plus_ms(60 * MINUTE);
        stage.visitor("and now?");
        stage.now = stage.now.plus_ms(4 * MINUTE);
        stage.visitor("hello?");
        stage.now = stage.now.plus_ms(MINUTE);
    });
    check("who claimed it has not been seen before", false, |stage| {
        stage.there = Some(Timestamp(0));
    });
    check("nobody knows yet who is there", false, |stage| {
        stage.now = stage.now.plus_ms(60 * MINUTE);
        stage.there = None;
    });
}

#[test]
fn invariant_14_an_account_that_is_switched_off_gives_back_at_once() {
    let mut stage = claimed();
    reply(&mut stage);
    let since = stage.thread.state.escalated_at;
    assert!(stage.with(|world| lease::release(world, &staff("kim"))).is_empty(), "not theirs");
    let bodies = stage.with(|world| lease::release(world, &staff("sam")));
    stage.apply(bodies);
    assert!(matches!(stage.thread.state.owner, Owner::Queue { .. }));
    assert_eq!(stage.thread.state.escalated_at, since, "the clock goes on");
}

#[test]
fn invariant_15_to_disappear_is_no_act_that_leads_back_to_an_agent() {
    let mut stage = claimed();
    let wish = stage.thread.state.wants_person;
    assert!(wish.is_some());
    stage.there = Some(Timestamp(0));
    stage.now = stage.now.plus_ms(60 * MINUTE);
    stage.run();
    assert_eq!(stage.thread.state.wants_person, wish, "the wish stands");
}
