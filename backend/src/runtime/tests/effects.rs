//! What was done is on record, whoever owns by then; what was not begun is not begun any more.

use serde_json::json;
use shared::{
    brief::Usage,
    event::{EventBody, Settlement},
    owner::Owner,
    trace::Trace,
};

use crate::runtime::{
    answer, calls,
    decide::{self, Next},
    stage::{Stage, proposal, staff, transfer_args},
    triggers,
};

/// The agent that can write has decided to.
fn about_to_post() -> Stage {
    let mut stage = Stage::new();
    stage.visitor("I want a refund");
    stage.run();
    stage.answer("", &[("post", json!({ "to": "everyone" }))]);
    stage
}

fn settlements(stage: &Stage) -> Vec<Settlement> {
    let settled = stage.bodies().filter_map(|body| match body {
        EventBody::Tool(tool) => tool.settlement,
        _ => None,
    });
    settled.collect()
}

#[test]
fn invariant_02_scenario_12_a_write_under_way_is_recorded_after_a_takeover() {
    let sam = staff("sam");
    let acts: [fn(&mut Stage); 3] = [
        |stage| {
            let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
            stage.apply(claim);
        },
        |stage| {
            let close = stage.with(|w| decide::close(w, &staff("sam")));
            stage.apply(close);
        },
        |stage| {
            let press = stage.with(triggers::pressed_for_a_person);
            stage.apply(press);
        },
    ];
    for takes_over in acts {
        let mut stage = about_to_post();
        let Next::Call(call) = stage.run() else { panic!("the write is made") };
        takes_over(&mut stage);
        assert_eq!(settlements(&stage), [], "nobody knows yet what comes of it");
        let Next::Call(again) = stage.next() else { panic!("after a crash it is made again") };
        assert_eq!(again.call, call.call, "under the same id");
        stage.apply(vec![calls::settle(&call, Settlement::Ok, json!("posted"))]);
        assert_eq!(settlements(&stage), [Settlement::Ok]);
        assert!(!matches!(stage.next(), Next::Call(_)));
    }
    let mut stage = about_to_post();
    stage.run();
    let claim = stage.with(|w| decide::claim(w, &sam)).unwrap();
    stage.apply(claim);
    assert_eq!(stage.thread.state.turn, None, "and it gives no agent a turn");
}

#[test]
fn a_write_that_turns_out_to_be_a_refund_is_settled_by_the_refund() {
    for (amount, is_sent) in [(100, true), (50_000, false)] {
        let mut stage = about_to_post();
        let Next::Call(call) = stage.run() else { panic!("the write is made") };
        stage.propose(&call, &proposal(amount));
        let next = stage.run();
        assert_eq!(matches!(next, Next::Send(_)), is_sent, "{next:?}");
        assert!(!matches!(next, Next::Call(_)), "not called once more, while it waits neither");
    }
}

#[test]
fn a_write_of_which_nobody_knows_is_handed_over_as_that() {
    let mut stage = about_to_post();
    let Next::Call(call) = stage.run() else { panic!("the write is made") };
    stage.apply(vec![calls::settle(&call, Settlement::Unknown, json!({ "error": "timeout" }))]);
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    let brief = stage.thread.state.brief.as_ref().expect("a brief");
    let outcomes: Vec<_> = brief.done.iter().map(|done| done.outcome.as_str()).collect();
    assert_eq!(outcomes, ["not known whether it was done"]);
}

#[test]
fn invariant_02_a_takeover_before_the_write_fences_it() {
    let mut stage = about_to_post();
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    assert_eq!(settlements(&stage), [Settlement::Superseded]);
    assert_eq!(stage.next(), Next::Nothing);
    assert!(!stage.bodies().any(|body| matches!(body, EventBody::Acting(_))));
}

#[test]
fn invariant_12_what_an_unheard_answer_used_is_counted_and_takes_nothing_in() {
    let mut stage = Stage::new();
    stage.visitor("hello");
    assert_eq!(stage.run(), Next::Ask);
    let used = Usage { steps: 1, tokens_in: 30, tokens_out: 4, ..Usage::default() };
    let unheard =
        stage.with(|w| answer::unheard(w, "none".to_owned(), used)).expect("it used something");
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    stage.apply(vec![unheard]);
    let state = &stage.thread.state;
    assert_eq!((state.usage.tokens(), state.taken_in), (34, 0));
    // Who took over has not used it.
    assert_eq!(state.tenure_usage, Usage::default());
    let events: Vec<_> = stage.thread.events.iter().map(AsRef::as_ref).collect();
    let trace = Trace::of(state, events.iter().copied());
    let told: Vec<_> = trace.tenures.iter().map(|t| (t.owner.name(), t.usage.tokens())).collect();
    assert_eq!(told, [("The front agent", 34), ("sam", 0)]);
    let outside = trace.stretches.iter().filter(|stretch| stretch.turn.is_none());
    assert!(outside.map(|stretch| stretch.usage.tokens()).all(|tokens| tokens == 0));
    assert_eq!(trace.total, state.usage);
    assert!(stage.with(|w| answer::unheard(w, String::new(), Usage::default())).is_none());
}

/// Scenario 11: eight handoffs over forty turns.
#[test]
fn scenario_11_what_was_named_promised_and_refused_is_kept_word_for_word() {
    let mut stage = Stage::new();
    stage.visitor("my order is A1001");
    stage.run();
    stage.answer("Noted.", &[]);
    let named = stage.thread.state.last_visitor_message;
    let mut promised = Vec::new();
    for hop in 0..8 {
        for turn in 0..5 {
            stage.visitor(&format!("and another thing, {hop}.{turn}"));
            stage.run();
            if turn < 4 {
                stage.answer(&format!("Noted, {hop}.{turn}."), &[]);
            }
        }
        let new: Vec<String> = (0..5).map(|n| format!("promise {hop}.{n}")).collect();
        promised.extend(new.clone());
        let to = if hop % 2 == 0 { "transfer_to_help" } else { "transfer_to_front" };
        let mut args = transfer_args();
        args["promises"] = json!(new);
        args["unable"] = json!([format!("no refund, {hop}")]);
        stage.answer("", &[(to, args)]);
        assert_eq!(stage.run(), Next::Ask, "{:?}", stage.thread.state.owner);
        stage.answer("I am here.", &[]);
    }
    let brief = stage.thread.state.brief.clone().expect("a brief");
    assert_eq!(brief.promises, promised);
    assert_eq!(brief.unable, (0..8).map(|hop| format!("no refund, {hop}")).collect::<Vec<_>>());
    let orders: Vec<_> = brief.facts.iter().filter(|fact| fact.key == "order").collect();
    assert_eq!(orders.len(), 1, "nothing doubled: {orders:?}");
    assert_eq!((orders[0].value.as_str(), orders[0].source_seq), ("A1001", named));

    stage.visitor("and now?");
    let request = stage.with(crate::runtime::view::request).expect("a request");
    let size = serde_json::to_string(&request.brief).expect("JSON").len();
    assert!(size < 40_000, "the brief stays small: {size}");
    let mut tenures = Usage::default();
    let mut tenure = Usage::default();
    for body in stage.bodies() {
        match body {
            EventBody::Usage(step) => tenure.add(&step.usage),
            EventBody::Handoff(_) => {
                tenures.add(&tenure);
                tenure = Usage::default();
            }
            _ => {}
        }
    }
    tenures.add(&tenure);
    assert_eq!(tenures, stage.thread.state.usage, "tenures sum to the total");
    assert!(matches!(stage.thread.state.owner, Owner::Agent { .. }));
}

#[test]
fn scenario_04_a_write_in_doubt_ends_with_people_even_if_it_was_closed_meanwhile() {
    let mut stage = about_to_post();
    let Next::Call(call) = stage.run() else { panic!("a write") };
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    let close = stage.with(|w| decide::close(w, &staff("sam")));
    stage.apply(close);
    let settled = calls::settle(&call, Settlement::Unknown, json!({ "error": "no_answer" }));
    stage.apply(vec![settled]);
    stage.visitor("and?");
    assert_eq!(stage.run(), Next::Nothing, "no agent goes on with it");
    assert!(matches!(stage.thread.state.owner, Owner::Queue { .. }));
    // Who closes it without having had it has not looked.
    let close = stage.with(|w| decide::close(w, &staff("kim")));
    stage.apply(close);
    stage.visitor("and now?");
    assert_eq!(stage.run(), Next::Nothing, "still no agent goes on with it");
    // Who has looked may hand it back; to do the same again, a person approves it.
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    let to = stage.desk.owner(&"money".parse().unwrap()).unwrap();
    let back = stage.with(|w| decide::hand_back(w, &staff("sam"), to.clone(), None));
    stage.apply(back);
    stage.visitor("please do it");
    assert_eq!(stage.run(), Next::Ask);
    stage.answer("", &[("post", json!({ "to": "everyone" }))]);
    assert_eq!(stage.run(), Next::Nothing, "the same write is not made again by itself");
    let asked = stage.thread.state.approvals.first().and_then(|open| open.action.clone());
    let reason = asked.expect("a person is asked").reason;
    assert_eq!(reason, "It was begun before, and nobody knows whether it was done.");
}

#[test]
fn scenario_04_doubt_that_comes_up_while_a_person_has_it_is_put_before_people_once_more() {
    let mut stage = about_to_post();
    let Next::Call(call) = stage.run() else { panic!("a write") };
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    let settled = calls::settle(&call, Settlement::Unknown, json!({ "error": "no_answer" }));
    stage.apply(vec![settled]);
    // Sam was about to hand it back and may not have seen it.
    let to = stage.desk.owner(&"money".parse().unwrap()).unwrap();
    let back = stage.with(|w| decide::hand_back(w, &staff("sam"), to.clone(), None));
    stage.apply(back);
    assert_eq!(stage.run(), Next::Nothing);
    assert!(matches!(stage.thread.state.owner, Owner::Queue { .. }));
    let claim = stage.with(|w| decide::claim(w, &staff("sam"))).unwrap();
    stage.apply(claim);
    let back = stage.with(|w| decide::hand_back(w, &staff("sam"), to, None));
    stage.apply(back);
    assert_eq!(stage.run(), Next::Ask, "once");
}
