//! The slim reading against the shared types, their JSON and their fold.

use proptest::{collection::vec, option, prelude::*};
use serde_json::json;
use shared::{
    conversation::Conversation,
    event::{self, Effect, Event, EventBody, Opened},
    live::LiveFrame,
    message::{Assurance, VisitorRef},
    owner::Owner,
    time::Timestamp,
};

use super::*;
use crate::widget::thread::Thread;

/// What the visitor sees of an event, by way of the shared types.
fn meant(event: &Event) -> Option<Seen> {
    let event = event.for_visitor()?;
    let what = match event.body {
        EventBody::Message(m) => What::Message(m),
        EventBody::Handoff(h) => {
            What::Handoff(Handoff { from: (&h.from).into(), to: (&h.to).into(), notice: h.notice })
        }
        EventBody::Tool(t) => {
            What::Tool(Tool { call: t.call.into(), state: t.state, label: t.label })
        }
        EventBody::Approval(a) => {
            What::Approval(Approval { id: a.id.into(), state: a.state, summary: a.summary })
        }
        EventBody::Refund(r) => What::Refund(Refund {
            intent: r.intent.into(),
            order: r.order,
            money: r.money,
            state: r.state,
        }),
        _ => What::Other,
    };
    Some(Seen { seq: event.seq, what })
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    "[a-z]{1,3}_[0-9]".prop_map(|id| id.parse().expect("an id"))
}

fn owners() -> impl Strategy<Value = Owner> {
    let name = || ".{0,12}";
    prop_oneof![
        (id(), 1u32..9, name()).prop_map(|(slug, version, name)| Owner::Agent {
            slug,
            version,
            name
        }),
        (id(), name()).prop_map(|(slug, name)| Owner::Queue { slug, name }),
        (id(), name()).prop_map(|(id, name)| Owner::Staff { id, name }),
        Just(Owner::Nobody),
    ]
}

fn authors() -> impl Strategy<Value = Author> {
    let kind =
        prop_oneof![Just(AuthorKind::Visitor), Just(AuthorKind::Agent), Just(AuthorKind::Staff)];
    (kind, ".{0,12}").prop_map(|(kind, name)| Author::new(kind, name))
}

fn messages() -> impl Strategy<Value = Message> {
    let sources = (".{0,9}", ".{0,9}").prop_map(|(title, url)| Source { title, url });
    let client = option::of(any::<[u8; 16]>().prop_map(shared::id::ClientId::random));
    (authors(), ".*", client, vec(".{0,9}", 0..3), vec(sources, 0..3)).prop_map(
        |(author, text, client_id, quick_replies, sources)| Message {
            author,
            text,
            client_id,
            quick_replies,
            sources,
        },
    )
}

fn named<T: Copy + std::fmt::Debug>(names: &'static [(&str, T)]) -> impl Strategy<Value = T> {
    prop::sample::select(names.iter().map(|(_, meant)| *meant).collect::<Vec<_>>())
}

fn bodies() -> impl Strategy<Value = EventBody> {
    let tool = (id(), named(&TOOL_STATES), ".{0,20}", any::<bool>()).prop_map(
        |(call, state, label, transfer)| {
            EventBody::Tool(event::Tool {
                call,
                name: "lookup_order".to_owned(),
                state,
                label,
                effect: if transfer { Effect::Transfer } else { Effect::Read },
                args: Some(json!({ "order": "A1001" })),
                result: Some(json!({ "type": "message" })),
                settlement: None,
                facts: Vec::new(),
                untrusted: true,
            })
        },
    );
    let approval = (id(), named(&APPROVAL_STATES), ".{0,20}").prop_map(|(id, state, summary)| {
        EventBody::Approval(event::Approval {
            id,
            state,
            summary,
            action: None,
            expires_at: Some(Timestamp(1)),
            by: None,
            note: Some("for staff".to_owned()),
        })
    });
    let money = (-(1i64 << 52)..1 << 52, "[A-Z]{3}")
        .prop_map(|(amount, code)| Money::new(amount, code.parse().expect("a currency")));
    let refund =
        (id(), ".{0,9}", money, named(&REFUND_STATES)).prop_map(|(intent, order, money, state)| {
            EventBody::Refund(event::Refund {
                intent,
                order,
                money,
                state,
                terms: None,
                detail: Some("for staff".to_owned()),
                settled: None,
            })
        });
    prop_oneof![
        4 => messages().prop_map(EventBody::Message),
        3 => (owners(), owners(), ".{0,20}").prop_map(|(from, to, notice)| {
            let (trigger, brief, deadline) = (None, None, Some(Timestamp(9)));
            EventBody::Handoff(event::Handoff { from, to, notice, trigger, brief, deadline })
        }),
        2 => tool,
        2 => approval,
        2 => refund,
        1 => Just(EventBody::Closed(event::Closed { by: None })),
        1 => Just(EventBody::Rating(event::Rating { score: 3, comment: None })),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    vec(bodies(), 0..12).prop_map(|bodies| {
        let at = Timestamp(1_700_000_000_000);
        (1..).zip(bodies).map(|(seq, body)| Event { seq, at, epoch: 1, body }).collect()
    })
}

proptest! {
    #[test]
    fn an_event_reads_as_it_is_meant(events in events()) {
        for event in events {
            let Some(shown) = event.for_visitor() else { continue };
            let json = serde_json::to_value(&shown).expect("JSON");
            prop_assert_eq!(super::event(&json), meant(&event));
        }
    }

    #[test]
    fn the_thread_agrees_with_the_fold(events in events(), first in owners()) {
        let opened = Opened {
            site: "demo".parse().expect("a key"),
            visitor: VisitorRef {
                id: "vis_1".parse().expect("an id"),
                assurance: Assurance::Anonymous,
                customer: None,
                name: None,
                email: None,
            },
            owner: first.clone(),
            deadline: None,
        };
        let id = "cnv_1".parse().expect("an id");
        let mut state = Conversation::begin(id, opened, Timestamp::default());
        let mut thread = Thread::of((&first).into());
        // What comes twice, as after a reconnect, changes neither.
        for event in events.iter().chain(&events) {
            let Some(seen) = meant(event) else { continue };
            let shown = event.for_visitor().expect("seen");
            prop_assert_eq!(state.apply_seen(&shown), thread.apply(&seen));
            prop_assert_eq!(state.seq, thread.seq());
            prop_assert_eq!(thread.owner(), Some(&Party::from(&state.owner)));
            prop_assert_eq!(state.is_closed(), thread.is_closed());
        }
    }

    #[test]
    fn a_frame_reads_as_it_is_meant(
        events in events(),
        author in authors(),
        (turn, at) in (0u64..1 << 53, 0usize..9999),
        (text, on) in (".*", any::<bool>()),
        state in named(&TURN_STATES),
    ) {
        let conversation: shared::id::ConversationId = "cnv_1".parse().expect("an id");
        let check = |frame: &LiveFrame, meant: Option<Frame>| {
            let json = serde_json::to_value(frame).expect("JSON");
            prop_assert_eq!(super::frame(&json), meant);
            Ok(())
        };
        let about = |news| Some(Frame::About("cnv_1".to_owned(), news));
        for event in &events {
            if let Some(shown) = event.for_visitor() {
                let frame =
                    LiveFrame::Event { conversation: conversation.clone(), event: Box::new(shown) };
                check(&frame, meant(event).and_then(|seen| about(News::Event(seen))))?;
            }
        }
        for what in [
            Fleeting::Draft(Draft { turn, author: author.clone(), at, delta: text.clone() }),
            Fleeting::Typing(Typing { author, on }),
            Fleeting::Turn(Turn { turn, state }),
        ] {
            let frame =
                LiveFrame::Fleeting { conversation: conversation.clone(), what: what.clone() };
            check(&frame, about(News::Fleeting(what)))?;
        }
        check(&LiveFrame::CaughtUp { conversation, seq: 1 }, about(News::CaughtUp))?;
        check(&LiveFrame::Ready, Some(Frame::Ready))?;
        check(&LiveFrame::Pong, None)?;
        let error = LiveFrame::Error { code: text.clone(), message: String::new() };
        check(&error, Some(Frame::Error(text)))?;
    }

    #[test]
    fn what_somebody_else_wrote_breaks_nothing(kind in "[a-z_]{0,9}", text in ".*") {
        for json in [json!(text), json!({ "type": kind, "seq": text, "conversation": [] })] {
            prop_assert_eq!(event(&json), None);
            let known = matches!(kind.as_str(), "ready");
            prop_assert_eq!(frame(&json).is_some(), known && json.is_object());
        }
    }
}

/// Every name that the tables hold is the one that `serde` writes, and none is missing.
#[test]
fn states_are_named_as_on_the_wire() {
    fn check<T: serde::Serialize + Copy>(names: &[(&str, T)]) {
        for (name, meant) in names {
            assert_eq!(serde_json::to_value(meant).expect("JSON"), json!(name));
        }
    }
    check(&AUTHORS);
    check(&TOOL_STATES);
    check(&TURN_STATES);
    check(&APPROVAL_STATES);
    check(&REFUND_STATES);
    // A state that is added must be added above.
    let all = |state| match state {
        RefundState::Waiting
        | RefundState::Pending
        | RefundState::Unknown
        | RefundState::Succeeded
        | RefundState::Failed
        | RefundState::Declined
        | RefundState::Expired => REFUND_STATES.len(),
    };
    assert_eq!(all(RefundState::Waiting), 7);
}
