//! What a queue owes whoever waits in it: a deadline, a fallback, and never an agent.

use shared::{
    brief::TriggerKind,
    conversation::Conversation,
    event::{EventBody, Note, Opened, RuleFired},
    owner::Owner,
    queue::Fallback,
    time::Timestamp,
};

use crate::runtime::stage::{Stage, queue, staff, transfer_args};
use crate::runtime::{
    decide::{self, Next},
    lease, triggers,
};

const MINUTE: i64 = 60_000;

fn to(slug: &str) -> Fallback {
    Fallback::Queue { slug: slug.parse().unwrap() }
}

/// In the queue because the visitor asked for a person.
fn queued(mut stage: Stage) -> Stage {
    stage.visitor("my parcel never came");
    let bodies = stage.with(triggers::pressed_for_a_person);
    stage.apply(bodies);
    stage.run();
    stage.answer("", &[("transfer_to_queue_support", transfer_args())]);
    assert_eq!(stage.run(), Next::Nothing);
    assert_eq!(owner(&stage), "support");
    stage
}

fn owner(stage: &Stage) -> String {
    match &stage.thread.state.owner {
        Owner::Queue { slug, .. } => slug.to_string(),
        other => other.to_string(),
    }
}

/// What the desk says to the visitor while `minutes` pass.
fn after(stage: &mut Stage, minutes: i64) -> Vec<String> {
    let before = stage.bodies().count();
    stage.now = stage.now.plus_ms(minutes * MINUTE);
    assert_eq!(stage.run(), Next::Nothing);
    let said = stage.bodies().skip(before).filter_map(|body| match body {
        EventBody::Message(message) => Some(message.text.clone()),
        _ => None,
    });
    said.collect()
}

fn fired(stage: &Stage) -> Vec<&RuleFired> {
    let rules = stage.bodies().filter_map(|body| match body {
        EventBody::Rule(rule) if rule.trigger == TriggerKind::Lease => Some(rule),
        _ => None,
    });
    rules.collect()
}

#[test]
fn invariant_14_a_deadline_that_passes_is_followed_by_another() {
    let mut stage = queued(Stage::new());
    let since = stage.thread.state.escalated_at;
    assert!(after(&mut stage, 14).is_empty(), "not a moment too early");
    let said = after(&mut stage, 1);
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("Thank you for waiting. Everybody is busy"), "{said:?}");
    assert!(said[0].contains("e-mail address"), "{said:?}");
    for (times, wait) in [(2, 30), (3, 60), (4, 120)] {
        let deadline = stage.thread.state.deadline;
        assert_eq!(deadline, Some(stage.now.plus_ms(wait * MINUTE)), "deadline {times}");
        assert!(after(&mut stage, wait).is_empty(), "said once: nobody has written since");
        assert_eq!(fired(&stage).len(), times);
    }
    let evidence = &fired(&stage)[1].evidence;
    assert_eq!(evidence, "Nobody of Support claimed it within 45 minutes.");
    assert_eq!(fired(&stage)[1].action, "go on waiting");
    assert_eq!(owner(&stage), "support");
    assert_eq!(stage.thread.state.escalated_at, since, "the clock goes on");
}

#[test]
fn who_writes_again_is_told_again() {
    let mut stage = queued(Stage::new());
    assert_eq!(after(&mut stage, 15).len(), 1);
    stage.visitor("is anybody there?");
    assert_eq!(after(&mut stage, 30).len(), 1);
    assert_eq!(after(&mut stage, 60).len(), 0);
}

#[test]
fn invariant_14_another_queue_is_asked_when_the_first_does_not_come() {
    let mut stage = Stage::new();
    let last = queue("second", "Second line", Fallback::Tell);
    stage.set_queues(vec![queue("support", "Support", to("second")), last]);
    let mut stage = queued(stage);
    let since = stage.thread.state.escalated_at;
    assert!(after(&mut stage, 15).is_empty(), "the notice says it");
    assert_eq!(owner(&stage), "second");
    let state = &stage.thread.state;
    assert_eq!(state.deadline, Some(stage.now.plus_ms(15 * MINUTE)));
    assert_eq!(state.escalated_at, since, "the clock goes on");
    let brief = state.brief.as_ref().expect("a brief");
    assert_eq!(brief.trigger.kind, TriggerKind::Lease);
    assert_eq!(brief.trigger.evidence, "Nobody of Support claimed it within 15 minutes.");
    assert_eq!(brief.request, transfer_args()["request"], "why a person is needed stays on top");
    let notice = stage.bodies().rev().find_map(|body| match body {
        EventBody::Handoff(handoff) => Some(handoff.notice.clone()),
        _ => None,
    });
    let says = "Second line has been asked as well. A person will answer here.";
    assert_eq!(notice.as_deref(), Some(says));
    assert_eq!(after(&mut stage, 15).len(), 1, "and then its own fallback");
    // Whoever claims from the second and disappears gives back to the second.
    let bodies = stage.with(|world| decide::claim(world, &staff("sam"))).expect("free");
    stage.apply(bodies);
    let bodies = stage.with(|world| lease::release(world, &staff("sam")));
    stage.apply(bodies);
    assert_eq!(owner(&stage), "second");
}

/// Sam claims it and leaves `minutes` later without a word.
fn claim_and_leave(stage: &mut Stage, minutes: i64) {
    let bodies = stage.with(|world| decide::claim(world, &staff("sam"))).expect("free");
    stage.apply(bodies);
    stage.now = stage.now.plus_ms(minutes * MINUTE);
    let bodies = stage.with(|world| lease::release(world, &staff("sam")));
    stage.apply(bodies);
}

#[test]
fn invariant_14_who_claims_and_leaves_puts_nothing_off() {
    let mut stage = queued(Stage::new());
    let deadline = stage.thread.state.deadline;
    for _ in 0..3 {
        claim_and_leave(&mut stage, 4);
        assert_eq!(stage.thread.state.deadline, deadline, "as if nobody had claimed it");
    }
    assert!(after(&mut stage, 2).is_empty());
    assert_eq!(after(&mut stage, 1).len(), 1);
    assert_eq!(fired(&stage)[0].evidence, "Nobody of Support answered within 15 minutes.");
    // The next one passes while Sam has it: it is due at once, and the visitor has been told.
    let deadline = stage.thread.state.deadline;
    assert_eq!(deadline, Some(stage.now.plus_ms(30 * MINUTE)));
    claim_and_leave(&mut stage, 40);
    assert_eq!(stage.thread.state.deadline, deadline);
    assert!(after(&mut stage, 0).is_empty(), "said once: nobody has written since");
    assert_eq!(fired(&stage).len(), 2);
    assert_eq!(stage.thread.state.deadline, Some(stage.now.plus_ms(60 * MINUTE)));

    // Whoever is answered and writes again waits anew.
    let bodies = stage.with(|world| decide::claim(world, &staff("sam"))).expect("free");
    stage.apply(bodies);
    let client = "00000000-0000-4000-8000-00000000000a".parse().expect("an id");
    stage.apply(decide::reply(&staff("sam"), client, "I look into it.".to_owned()));
    stage.now = stage.now.plus_ms(600 * MINUTE);
    stage.visitor("and?");
    stage.now = stage.now.plus_ms(6 * MINUTE);
    let bodies = stage.with(|world| lease::release(world, &staff("sam")));
    stage.apply(bodies);
    assert_eq!(stage.thread.state.deadline, Some(stage.now.plus_ms(9 * MINUTE)));
}

#[test]
fn a_queue_that_the_desk_no_longer_has_is_left_at_the_deadline() {
    let mut stage = queued(Stage::new());
    stage.set_queues(vec![queue("people", "People", Fallback::Tell)]);
    std::sync::Arc::make_mut(&mut stage.desk.settings).queue = "people".parse().unwrap();
    after(&mut stage, 15);
    assert_eq!(owner(&stage), "people");
}

#[test]
fn who_is_told_when_the_desk_is_closed_learns_when_it_opens() {
    let mut stage = queued(Stage::new());
    let settings = std::sync::Arc::make_mut(&mut stage.desk.settings);
    // The stage's first day is a Friday; it is closed from then to Monday.
    (settings.opens_hour, settings.closes_hour, settings.open_weekdays) = (9, 17, vec![0]);
    let said = after(&mut stage, 15);
    assert!(said[0].contains("Nobody is here right now"), "{said:?}");
    assert!(said[0].contains("They are back on Monday at 9:00"), "{said:?}");
}

#[test]
fn an_address_is_asked_for_only_if_none_is_known_and_its_arrival_is_confirmed() {
    let check = |what: &str, life: fn(&mut Stage), expected: &str| {
        let mut stage = queued(Stage::new());
        life(&mut stage);
        let said = after(&mut stage, 15);
        assert!(said.last().is_some_and(|text| text.contains(expected)), "{what}: {said:?}");
    };
    check("nothing known", |_| (), "If you leave your e-mail address");
    check(
        "signed in",
        |s| s.thread.state.visitor.email = Some("a@b.example".into()),
        "a@b.example",
    );
    check("said before", |s| s.visitor("write to me@x.example please"), "me@x.example");

    let mut stage = queued(Stage::new());
    after(&mut stage, 15);
    stage.visitor("ok, it is me@x.example");
    let thanks = "Thank you. A person will answer here, or by e-mail to me@x.example.";
    assert_eq!(after(&mut stage, 0), [thanks]);
    assert!(after(&mut stage, 0).is_empty(), "once");
    // Whatever else is recorded between the message and the thanks.
    let mut held = queued(Stage::new());
    after(&mut held, 15);
    held.visitor("ok, it is me@x.example");
    held.apply(vec![EventBody::Note(Note { author: staff("kim"), text: "VIP".to_owned() })]);
    assert_eq!(after(&mut held, 0), [thanks]);
    assert_eq!(owner(&stage), "support", "no agent has come back for it");
    let bodies = stage.with(|world| decide::claim(world, &staff("sam"))).expect("free");
    stage.apply(bodies);
    let facts = &stage.thread.state.brief.as_ref().expect("a brief").facts;
    assert!(facts.iter().any(|fact| fact.value == "me@x.example"), "{facts:?}");
}

#[test]
fn invariant_14_a_conversation_that_begins_in_a_queue_has_a_deadline_too() {
    let stage = Stage::new();
    let settings = &stage.desk.settings;
    let (owner, now) = (settings.last_queue().owner(), Timestamp(5_000));
    let deadline = settings.deadline_of(&owner, now);
    let visitor = stage.thread.state.visitor.clone();
    let opened = Opened { site: "demo".parse().unwrap(), visitor, owner, deadline };
    let state = Conversation::begin("c2".parse().unwrap(), opened, now);
    assert_eq!(state.deadline, Some(now.plus_ms(15 * MINUTE)));
    assert_eq!(state.escalated_at, Some(now), "its clock runs");
    assert_eq!(settings.deadline_of(&stage.thread.state.owner, now), None, "an agent needs none");
}

#[test]
fn invariant_15_no_fallback_leads_from_the_wish_for_a_person_to_an_agent() {
    let mut stage = Stage::new();
    let queues = vec![
        queue("support", "Support", to("second")),
        queue("second", "Second line", to("third")),
        queue("third", "Third line", Fallback::Tell),
    ];
    stage.set_queues(queues);
    let mut stage = queued(stage);
    let wish = stage.thread.state.wants_person;
    assert!(wish.is_some());
    for hour in 0..72 {
        stage.visitor("hello?");
        after(&mut stage, 60);
        assert!(matches!(stage.thread.state.owner, Owner::Queue { .. }), "hour {hour}");
        assert_eq!(stage.thread.state.wants_person, wish, "the wish stands");
        assert!(stage.thread.state.deadline > Some(stage.now), "there is always a deadline");
    }
    assert_eq!(owner(&stage), "third");
}
