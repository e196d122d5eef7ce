//! Any order of inputs and any answer of a brain: the evil model against the pure core.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    api::Decision,
    brief::Usage,
    conversation::Conversation,
    event::{Event, EventBody, RefundState, Settlement, ToolState},
    message::AuthorKind,
    owner::Owner,
    queue::Fallback,
    trace::Trace,
};

use crate::runtime::stage::{Stage, proposal, queue, staff, transfer_args};
use crate::{
    brain::llm::tests::legal,
    journal::projection::Added,
    money::events::{self, Proposer},
    runtime::{
        answer::{Answer, AskedCall},
        calls,
        decide::{self, Next},
        refunds, triggers,
    },
};

#[derive(Debug, Clone)]
enum Act {
    Visitor(&'static str),
    Press,
    Claim(&'static str),
    Reply,
    Return(&'static str),
    Close,
    Decide(Decision),
    Answer(Vec<(&'static str, Value)>, &'static str, bool),
    Tool(Settlement),
    Later,
}

fn acts() -> impl Strategy<Value = Act> {
    let texts = ["hello", "refund A1001", "a human", "mumble mumble mumble", "suicide", "no"];
    let words = ["", "Fine.", "I'll transfer you to billing.", "Refunded 1,000,000 EUR!"];
    let names = [
        "look",
        "issue_refund",
        "transfer_to_front",
        "transfer_to_money",
        "transfer_to_help",
        "transfer_to_queue_support",
        "transfer_to_x",
        "rm",
        "",
    ];
    let args = prop_oneof![
        Just(transfer_args()),
        Just(json!({})),
        Just(json!("half")),
        Just(json!({ "reason": "approved by the manager", "request": "pay" })),
    ];
    let calls = prop::collection::vec((prop::sample::select(names.to_vec()), args), 0..4);
    let answer = (calls, prop::sample::select(words.to_vec()), any::<bool>());
    let people = prop::sample::select(vec!["sam", "kim"]);
    prop_oneof![
        4 => prop::sample::select(texts.to_vec()).prop_map(Act::Visitor),
        1 => Just(Act::Press),
        1 => people.prop_map(Act::Claim),
        1 => Just(Act::Reply),
        1 => prop::sample::select(vec!["front", "money", "help"]).prop_map(Act::Return),
        1 => Just(Act::Close),
        2 => prop_oneof![Just(Decision::Approve), Just(Decision::Decline)].prop_map(Act::Decide),
        8 => answer.prop_map(|(calls, text, failed)| Act::Answer(calls, text, failed && text.is_empty())),
        3 => prop_oneof![Just(Settlement::Ok), Just(Settlement::Error), Just(Settlement::Denied)]
            .prop_map(Act::Tool),
        1 => Just(Act::Later),
    ]
}

fn perform(stage: &mut Stage, act: Act) {
    let sam = staff("sam");
    let bodies = match act {
        Act::Visitor(text) => return stage.visitor(text),
        Act::Press => stage.with(triggers::pressed_for_a_person),
        Act::Claim(name) => stage.with(|w| decide::claim(w, &staff(name))).unwrap_or_default(),
        Act::Reply if stage.thread.state.owner.is_staff(&sam.id) => {
            let id = stage.client_id();
            decide::reply(&sam, id, "Hello from Sam".to_owned())
        }
        Act::Return(slug) if stage.thread.state.owner.is_staff(&sam.id) => {
            let to = stage.desk.owner(&slug.parse().unwrap()).unwrap();
            stage.with(|w| decide::hand_back(w, &sam, to, Some("go on".to_owned())))
        }
        Act::Close if !stage.thread.state.is_closed() => stage.with(|w| decide::close(w, &sam)),
        Act::Decide(decision) => match stage.thread.state.approvals.first().map(|a| a.id.clone()) {
            Some(id) => stage.with(|w| refunds::approve_or_decline(w, &id, decision, &sam, None)),
            None => Vec::new(),
        },
        Act::Answer(calls, text, failed) if stage.run() == Next::Ask => {
            let calls = calls
                .into_iter()
                .map(|(name, args)| AskedCall { name: name.to_owned(), args: Ok(args) })
                .collect();
            let failure = failed.then(|| "cut".to_owned());
            return stage.give(Answer {
                text: text.to_owned(),
                calls,
                failure,
                ..Answer::default()
            });
        }
        Act::Tool(settlement) => match stage.run() {
            Next::Call(call) if call.name == "issue_refund" && settlement == Settlement::Ok => {
                let state = &stage.thread.state;
                let agent = state.owner.agent().unwrap();
                let by =
                    Proposer { conversation: &state.id, call: &call.call, tool: &call.name, agent };
                let policy = &stage.desk.settings.refund_policy;
                events::proposed(by, &proposal(32_000), Some("above the limit"), policy, stage.now)
            }
            Next::Call(call) => vec![calls::settle(&call, settlement, json!({}))],
            Next::Send(refund) => {
                let end = match settlement {
                    Settlement::Ok => RefundState::Succeeded,
                    Settlement::Error => RefundState::Unknown,
                    _ => RefundState::Failed,
                };
                stage.with(|w| refunds::refund_moves(w, &refund, end, None))
            }
            Next::Find(refund) => {
                stage.with(|w| refunds::refund_moves(w, &refund, RefundState::Succeeded, None))
            }
            _ => Vec::new(),
        },
        Act::Later => {
            stage.now = stage.now.plus_ms(4_000_000);
            Vec::new()
        }
        Act::Reply | Act::Return(_) | Act::Close | Act::Answer(..) => Vec::new(),
    };
    stage.apply(bodies);
}

/// What must hold after any history. (That each event could follow at all is checked by the strict
/// fold in `Stage::apply`.)
fn invariants(stage: &mut Stage) -> Result<(), TestCaseError> {
    let next = stage.run();
    let state = &stage.thread.state;
    if next == Next::Ask {
        // 3: every call is settled before the next request to the brain.
        prop_assert!(state.calls.is_empty());
        let request = stage.with(crate::runtime::view::request);
        prop_assert!(request.is_some_and(|r| !r.dialogue.is_empty()));
    }
    let mut owner: Option<Owner> = None;
    let mut wish = false;
    let mut usage = 0;
    for event in &stage.thread.events {
        match &event.body {
            EventBody::Opened(o) => owner = Some(o.owner.clone()),
            EventBody::Handoff(h) => {
                // 15: from the wish for a person only a person's act leads back to another agent.
                if let Owner::Agent { slug, .. } = &h.to {
                    let by_a_person = matches!(h.from, Owner::Staff { .. });
                    prop_assert!(!wish || slug.as_str() == "help" || by_a_person);
                }
                // To disappear, and so to leave it to the queue again, is no act.
                let returned = matches!(h.from, Owner::Staff { .. }) && h.to.agent().is_some();
                wish &= !returned && h.to != Owner::Nobody;
                // 14: a queue always has a deadline.
                prop_assert_eq!(matches!(h.to, Owner::Queue { .. }), h.deadline.is_some());
                owner = Some(h.to.clone());
            }
            EventBody::Rule(r) => {
                use shared::brief::TriggerKind::{AskedForPerson, Safety};
                wish |= matches!(r.trigger, AskedForPerson | Safety);
            }
            // 2: no agent speaks but the owner.
            EventBody::Message(m) if m.author.kind == AuthorKind::Agent => {
                prop_assert_eq!(owner.as_ref().map(Owner::name), Some(m.author.name.as_str()));
            }
            // 11: no tool runs that the owner does not have.
            EventBody::Tool(t) if t.state == ToolState::Done && t.name == "issue_refund" => {
                let mut calls = stage.bodies().filter_map(|b| match b {
                    EventBody::Refund(r) => r.terms.as_ref().map(|terms| terms.call.clone()),
                    _ => None,
                });
                prop_assert!(calls.any(|call| call == t.call), "a refund without an intent");
            }
            // 12: what is used sums up.
            EventBody::Usage(u) => usage += u.usage.tokens_in,
            _ => {}
        }
    }
    prop_assert_eq!(usage, state.usage.tokens_in);
    use_sums_up(stage)?;
    let queued = matches!(state.owner, Owner::Queue { .. });
    prop_assert_eq!(queued, state.deadline.is_some_and(|deadline| deadline > stage.now));
    visitor_view(stage)
}

/// 12: what brains used is told by tenure, by turn and by the rows of the meters, and each of them
/// sums exactly to the conversation's.
fn use_sums_up(stage: &Stage) -> Result<(), TestCaseError> {
    let events: Vec<&Event> = stage.thread.events.iter().map(AsRef::as_ref).collect();
    let state = &stage.thread.state;
    let trace = Trace::of(state, events.iter().copied());
    let sum = |parts: &mut dyn Iterator<Item = Usage>| {
        parts.fold(Usage::default(), |mut sum, part| {
            sum.add(&part);
            sum
        })
    };
    prop_assert_eq!(trace.total, state.usage);
    prop_assert_eq!(sum(&mut trace.tenures.iter().map(|t| t.usage)), state.usage);
    prop_assert_eq!(sum(&mut trace.stretches.iter().map(|s| s.usage)), state.usage);
    prop_assert_eq!(trace.tenures.last().map(|t| t.usage), Some(state.tenure_usage));
    let epochs: Vec<_> = trace.tenures.iter().map(|t| t.epoch).collect();
    prop_assert_eq!(epochs, (1..=state.epoch).collect::<Vec<_>>());
    let outside = trace.stretches.iter().filter(|stretch| stretch.turn.is_none());
    prop_assert_eq!(sum(&mut outside.map(|s| s.usage)), Usage::default(), "used outside a turn");
    let mut covered = 0;
    for stretch in &trace.stretches {
        prop_assert_eq!(stretch.first, covered + 1, "every event is in exactly one stretch");
        covered = stretch.last;
    }
    prop_assert_eq!(covered, state.seq);

    let mut added = Added::default();
    let mut before = Conversation::open(state.id.clone(), events[0]).expect("an opening");
    for event in &events[1..] {
        added.note(&before, event);
        before.apply(event).expect("a journal");
    }
    for tenure in &trace.tenures {
        let rows = added.meters.iter().filter(|row| row.epoch == tenure.epoch);
        prop_assert!(rows.clone().all(|row| Some(&row.agent) == tenure.owner.agent()));
        prop_assert_eq!(sum(&mut rows.map(|row| row.usage)), tenure.usage);
    }
    prop_assert_eq!(sum(&mut added.meters.iter().map(|row| row.usage)), state.usage);
    Ok(())
}

/// What a page folds out of the events that a visitor may see agrees with the journal, twice over
/// after a reconnect, and tells nothing that only staff may know.
fn visitor_view(stage: &Stage) -> Result<(), TestCaseError> {
    let EventBody::Opened(opened) = &stage.thread.events.iter().next().expect("a first").body
    else {
        return Err(TestCaseError::fail("no opening"));
    };
    let state = &stage.thread.state;
    let mut seen = Conversation::begin(state.id.clone(), opened.clone(), state.opened_at);
    let visible: Vec<_> = stage.thread.events.iter().filter_map(|e| e.for_visitor()).collect();
    for event in visible.iter().chain(&visible) {
        seen.apply_seen(event);
        let json = serde_json::to_value(event).expect("JSON");
        for secret in ["args", "result", "terms", "brief", "trigger", "by", "note", "action"] {
            prop_assert!(json.get(secret).is_none(), "{secret} in {json}");
        }
        let round: Event = serde_json::from_value(json).expect("an event");
        prop_assert_eq!(&round, event);
    }
    prop_assert_eq!(&seen.owner, &state.owner);
    prop_assert_eq!(seen.approvals.len(), state.approvals.len());
    let states = |c: &Conversation| c.refunds.iter().map(|r| r.state).collect::<Vec<_>>();
    prop_assert_eq!(states(&seen), states(state));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    /// Never empty, never without the latest request, and legal for every provider: whoever speaks
    /// next, after whatever handoff, is sent the same journal.
    #[test]
    fn scenario_08_any_history_renders_to_a_request_that_every_provider_takes(
        acts in prop::collection::vec(acts(), 1..30),
    ) {
        let mut stage = Stage::new();
        stage.visitor("hello");
        for act in acts {
            perform(&mut stage, act);
            if stage.run() == Next::Ask {
                let request = stage.with(crate::runtime::view::request);
                let request = request.ok_or_else(|| TestCaseError::fail("nothing to answer"))?;
                prop_assert!(!request.dialogue.is_empty());
                legal::check_all(&request).map_err(TestCaseError::fail)?;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_history_keeps_the_invariants(acts in prop::collection::vec(acts(), 1..40)) {
        let mut stage = Stage::new();
        let other = Fallback::Queue { slug: "second".parse().unwrap() };
        let last = queue("second", "Second line", Fallback::Tell);
        stage.set_queues(vec![queue("support", "Support", other), last]);
        for act in acts {
            perform(&mut stage, act);
        }
        invariants(&mut stage)?;
    }

    #[test]
    fn every_turn_comes_to_an_end(answers in prop::collection::vec(acts(), 60)) {
        let mut stage = Stage::new();
        stage.visitor("hello");
        let brain = answers.into_iter().filter(|a| matches!(a, Act::Answer(..) | Act::Tool(_)));
        for act in brain.cycle().take(200) {
            perform(&mut stage, act);
        }
        let still = stage.run();
        // 8: whatever a brain does, its turn ends within its budgets.
        prop_assert!(stage.thread.state.turn.as_ref().is_none_or(|t| t.steps <= 12), "{still:?}");
    }
}
