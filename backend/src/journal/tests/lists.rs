//! What lists, searches, meters and the sweep show of conversations.

use shared::{
    api::{MeterBy, View},
    brief::TriggerKind,
    conversation::Conversation,
    event::{ApprovalState, EventBody, RefundState},
    id::ConversationId,
};

use super::super::{
    Journal,
    samples::{
        Desk, NOW, ana, approval, closed, handoff, id, opened, queue, refund, says, turn_done, used,
    },
};
use crate::{
    storage::{InboxQuery, Scope, Store, rows::AuditFilter},
    verify::verify,
};

#[tokio::test]
async fn the_inbox_finds_words_and_names() {
    let Desk { journal, store: _, dir: _dir } = Desk::new();
    let thread = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let text = "I was charged twice für A1001";
    journal.append(&thread, vec![says(text, "a")], vec![], NOW).await.expect("said");
    let finds = async |text: &str| {
        let query = InboxQuery {
            view: View::All,
            reader: id("stf_1"),
            text: text.to_owned(),
            after: None,
            limit: 10,
        };
        let (lines, _) = journal.store().inbox(query).await.expect("a page");
        !lines.is_empty()
    };
    for (words, found) in [
        ("", true),
        ("charged a1001", true),
        ("lovelace CHARG", true),
        ("fur", true),
        ("refund", false),
        ("charged refund", false),
        ("\"", false),
        ("\" OR \"\"", false),
        ("charged\" OR text:\"x", false),
        ("NEAR(charged)", false),
        ("charged*", true),
        ("^charged -twice", true),
        ("' ; DROP TABLE search; --", false),
        ("\0", true),
        ("½ ♥ \u{1F600}", false),
        ("%", false),
    ] {
        assert_eq!(finds(words).await, found, "{words:?}");
    }
}

/// Follows one conversation from triage to a person, and what staff see of it at each step.
#[tokio::test]
async fn staff_see_when_and_why_a_person_is_needed() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    let mut inbox = journal.bus().follow_inbox();
    let mut thread = journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    let ana_asks = |view| InboxQuery {
        view,
        reader: id("stf_ana"),
        text: String::new(),
        after: None,
        limit: 10,
    };
    // (what happens, a person is called, views that show it afterwards, why it is with people)
    let mut step = async |bodies: Vec<EventBody>, calls: bool, views: [bool; 4], why: &str| {
        thread = journal.append(&thread, bodies, vec![], NOW).await.expect("appended");
        let mut line = inbox.recv().await.expect("a line");
        while line.summary.seq < thread.state.seq {
            line = inbox.recv().await.expect("a line");
        }
        assert_eq!(line.escalated, calls, "at event {}", thread.state.seq);
        let reason = line.summary.reason.as_ref().map_or("", |reason| &reason.text);
        assert_eq!(reason, why);
        let counts = store.counts(&id("stf_ana")).await.expect("counts");
        let counts = [counts.waiting, counts.mine, counts.all, counts.closed];
        assert_eq!(counts, views.map(u32::from), "at event {}", thread.state.seq);
        for (view, shows) in [View::Waiting, View::Mine, View::All, View::Closed].iter().zip(views)
        {
            let (lines, next) = store.inbox(ana_asks(*view)).await.expect("a page");
            assert_eq!(lines.len(), usize::from(shows), "{view:?}");
            assert_eq!(next, None);
            assert!(lines.iter().all(|kept| kept.summary == *line.summary));
        }
        thread.state.clone()
    };
    let open = [false, false, true, false];
    let state = step(vec![says("hello", "a"), used(10)], false, open, "").await;
    let wait = vec![approval("app_1", ApprovalState::Waiting)];
    step(wait, true, [true, false, true, false], "").await;
    step(vec![approval("app_1", ApprovalState::Expired)], false, open, "").await;
    assert_eq!(state.turn.as_ref().map(|turn| turn.id), Some(2));
    let waiting = [true, false, true, false];
    let state = step(
        handoff(&state_after(&journal, &c).await, &queue(), TriggerKind::AskedForPerson),
        true,
        waiting,
        "the reason",
    )
    .await;
    let state = step(
        handoff(&state, &ana(), TriggerKind::Claim),
        false,
        [false, true, true, false],
        "the reason",
    )
    .await;
    step(closed(&state), false, [false, false, false, true], "").await;

    let audit = store
        .audit(AuditFilter { conversation: Some(c.clone()), ..AuditFilter::default() }, None, 50)
        .await
        .expect("audit")
        .entries;
    let audit: Vec<_> =
        audit.iter().rev().map(|e| format!("{} {} {}", e.action, e.actor, e.subject)).collect();
    assert_eq!(
        audit,
        [
            "approval agent refunds Refund 320.00 EUR of A1002",
            "approval baton Refund 320.00 EUR of A1002",
            "handoff visitor queue support",
            "handoff Ana Ana",
            "handoff Ana nobody",
            "close baton cnv_1",
        ]
    );
    let meters = store.meters(MeterBy::Agent).await.expect("meters");
    assert_eq!((meters[0].usage.tokens_in, meters[0].turns), (10, 1));
    verify(store.as_ref()).await.expect("no fault");
}

async fn state_after(journal: &Journal, c: &ConversationId) -> Conversation {
    journal.load(&Scope::System, c).await.expect("loaded").expect("there").state.clone()
}

#[tokio::test]
async fn what_is_due_is_found() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let mut threads = Vec::new();
    for (n, c) in ["works", "rests", "refunds", "asks", "queued"].iter().enumerate() {
        let now = NOW.plus_ms(i64::try_from(n).expect("small"));
        threads.push(journal.open(id(c), opened("vis_1"), now).await.expect("opened"));
    }
    let bodies = [
        vec![says("hi", "a")],
        vec![says("hi", "a"), turn_done(2)],
        vec![refund("int_1", 100, RefundState::Pending)],
        vec![approval("app_1", ApprovalState::Waiting)],
        handoff(&threads[4].state, &queue(), TriggerKind::Model),
    ];
    for (thread, bodies) in threads.iter().zip(bodies) {
        let now = thread.state.updated_at;
        journal.append(thread, bodies, vec![], now).await.expect("appended");
    }
    for (later, limit, due) in [
        (0, 9, vec!["refunds", "works"]),
        (29_999, 9, vec!["refunds", "works"]),
        (30_000, 9, vec!["asks", "refunds", "works"]),
        (60_000, 9, vec!["asks", "queued", "refunds", "works"]),
        (60_000, 2, vec!["asks", "queued"]),
    ] {
        let found = store.due(NOW.plus_ms(later), None, limit).await.expect("what is due");
        let found: Vec<_> = found.iter().map(ConversationId::as_str).collect();
        assert_eq!(found, due, "after {later} ms");
    }
    let rest = store.due(NOW.plus_ms(60_000), Some(&id("queued")), 9).await.expect("the rest");
    assert_eq!(rest, [id("refunds"), id("works")]);
    let of = store.approval(&id("app_1")).await.expect("an approval");
    assert_eq!(of, Some(id("asks")));
}
