//! The journal over a real store: what readers, listeners and rivals see.

use std::sync::Arc;

use proptest::prelude::*;
use shared::{
    api::{MeterBy, View},
    brief::TriggerKind,
    event::{ApprovalState, RefundState, TurnState},
    id::ConversationId,
    money::Money,
    owner::Owner,
    time::Timestamp,
};

use super::{
    samples::{
        Desk, NOW, agent, ana, approval, closed, eur, handoff, id, opened, queue, refund, says,
        turn_done, used,
    },
    *,
};
use crate::{
    bus::{LocalBus, Signal},
    storage::{InboxQuery, sqlite::SqliteStore},
    verify::verify,
};

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let Desk { journal, store, dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    let thread = journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    let thread = journal.append(&thread, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    drop((journal, store));

    let store = SqliteStore::open(dir.path()).expect("the store again");
    let journal = Journal::new(store, Arc::new(LocalBus::new()));
    let again = journal.load(&Scope::System, &c).await.expect("loaded").expect("there");
    assert_eq!(again.state, thread.state);
    assert_eq!(again.head, thread.head);
    assert!(again.events.iter().eq(thread.events.iter()));
}

#[tokio::test]
async fn a_retry_makes_one_message_and_says_where_it_is() {
    let Desk { journal, store: _, dir: _dir } = Desk::new();
    let opened = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let said = journal.append(&opened, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    for at in [&opened, &said] {
        let again = journal.append(at, vec![says("hi", "a")], vec![], NOW).await;
        assert!(matches!(again, Err(AppendError::Duplicate(2))), "{again:?}");
    }
    let late = journal.append(&opened, vec![says("more", "b")], vec![], NOW).await;
    assert!(matches!(late, Err(AppendError::Conflict)), "{late:?}");
}

#[tokio::test]
async fn listeners_hear_events_and_turns() {
    let Desk { journal, store: _, dir: _dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    let mut inbox = journal.bus().follow_inbox();
    let mut follower = journal.bus().follow(&c);
    let thread = journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    journal.append(&thread, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    assert!(matches!(follower.try_recv(), Ok(Signal::Appended(e)) if e[0].seq == 1));
    assert!(matches!(follower.try_recv(), Ok(Signal::Appended(e)) if e[0].seq == 2));
    assert!(matches!(follower.try_recv(), Ok(Signal::Turn { turn: 2, .. })));
    assert_eq!(inbox.try_recv().expect("a line").summary.seq, 1);
    assert_eq!(inbox.try_recv().expect("a line").summary.preview, "hi");
}

#[tokio::test]
async fn a_foreign_visitor_sees_nothing_cached_or_not() {
    let Desk { journal, store: _, dir: _dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    let fresh = Journal::new(journal.store().clone(), Arc::new(LocalBus::new()));
    for journal in [&journal, &fresh] {
        for (visitor, sees) in [("vis_1", true), ("vis_2", false), ("vis_1", true)] {
            let scope = Scope::Visitor(id(visitor));
            let thread = journal.load(&scope, &c).await.expect("loaded");
            assert_eq!(thread.is_some(), sees, "{visitor}");
        }
        let nobody = journal.load(&Scope::System, &id("cnv_2")).await.expect("loaded");
        assert!(nobody.is_none());
    }
}

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

#[tokio::test]
async fn of_many_who_append_at_once_one_wins_each_place() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    let rivals = (0..20).map(|rival| {
        let (journal, c) = (journal.clone(), c.clone());
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while mine.len() < 5 {
                let at = journal.load(&Scope::System, &c).await.expect("loaded").expect("there");
                let text = format!("{rival}-{}", mine.len());
                match journal.append(&at, vec![says(&text, &text)], vec![], NOW).await {
                    Ok(thread) => mine.push(thread.state.seq),
                    Err(AppendError::Conflict) => {}
                    Err(e) => panic!("{e}"),
                }
            }
            mine
        })
    });
    let mut places = Vec::new();
    for rival in rivals.collect::<Vec<_>>() {
        places.extend(rival.await.expect("a rival"));
    }
    places.sort_unstable();
    assert_eq!(places, (2..=101).collect::<Vec<_>>());
    assert_eq!(verify(store.as_ref()).await.expect("no fault").events, 101);
}

#[tokio::test]
async fn events_that_cannot_follow_leave_no_trace() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let thread = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let half = handoff(&thread.state, &queue(), TriggerKind::Model).remove(0);
    for (what, bodies) in [
        ("a brief without its handoff", vec![says("hi", "a"), half]),
        ("the end of no turn", vec![says("hi", "b"), turn_done(1)]),
        ("a refund that begins at its end", vec![refund("int_1", 1, RefundState::Succeeded)]),
        ("a handoff to oneself", handoff(&thread.state, &agent("triage"), TriggerKind::Model)),
    ] {
        let refused = journal.append(&thread, bodies, vec![], NOW).await;
        assert!(matches!(refused, Err(AppendError::Fold(_))), "{what}: {refused:?}");
    }
    assert_eq!(verify(store.as_ref()).await.expect("no fault").events, 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_turn_the_journal_back() {
    let Desk { journal, store: _, dir: _dir } = Desk::new();
    let thread = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let thread =
        journal.append(&thread, vec![says("hi", "a")], vec![], Timestamp(5)).await.expect("said");
    assert_eq!(thread.state.updated_at, NOW);
}

/// Follows one conversation from triage to a person, and what staff see of it at each step.
#[tokio::test]
async fn staff_see_when_and_why_a_person_is_needed() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    let mut inbox = journal.bus().follow_inbox();
    let mut follower = journal.bus().follow(&c);
    let mut thread = journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    let mut ended = Vec::new();
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

    while let Ok(signal) = follower.try_recv() {
        if let Signal::Turn { turn, state } = signal {
            ended.push((turn, state));
        }
    }
    assert_eq!(ended, [(2, TurnState::Running), (2, TurnState::Waiting)]);
    let audit = store.audit(Some(&c), None, 50).await.expect("audit").entries;
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
        (0, 9, vec!["works", "refunds"]),
        (29_999, 9, vec!["works", "refunds"]),
        (30_000, 9, vec!["works", "refunds", "asks"]),
        (60_000, 9, vec!["works", "refunds", "asks", "queued"]),
        (60_000, 2, vec!["works", "refunds"]),
    ] {
        let found = store.due(NOW.plus_ms(later), limit).await.expect("what is due");
        let found: Vec<_> = found.iter().map(ConversationId::as_str).collect();
        assert_eq!(found, due, "after {later} ms");
    }
    let of = store.approval(&id("app_1")).await.expect("an approval");
    assert_eq!(of, Some(id("asks")));
}

/// Asks, from many conversations at once, for refunds of one charge.
async fn refund_from_everywhere(amounts: &[i64]) -> (i64, Desk) {
    let desk = Desk::new();
    let tasks: Vec<_> = amounts
        .iter()
        .enumerate()
        .map(|(n, &amount)| {
            let journal = desk.journal.clone();
            tokio::spawn(async move {
                let c = id(&format!("cnv_{n}"));
                let thread = journal.open(c, opened("vis_1"), NOW).await.expect("opened");
                let require = vec![
                    Require::MoneyEnabled,
                    Require::WithinCaptured {
                        charge: "ch_1".to_owned(),
                        captured: eur(10_000),
                        adding: eur(amount),
                    },
                ];
                let body = refund(&format!("int_{n}"), amount, RefundState::Pending);
                match journal.append(&thread, vec![body], require, NOW).await {
                    Ok(_) => amount,
                    Err(AppendError::Refused(Require::WithinCaptured { .. })) => 0,
                    Err(e) => panic!("{e}"),
                }
            })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        granted += task.await.expect("a task");
    }
    (granted, desk)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn no_more_is_refunded_than_was_captured(
        amounts in prop::collection::vec(1i64..6_000, 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
        let result: Result<(), TestCaseError> = runtime.expect("a runtime").block_on(async {
            let (granted, desk) = refund_from_everywhere(&amounts).await;
            prop_assert!(granted <= 10_000);
            let smallest_refused = amounts.iter().sum::<i64>() > 10_000;
            prop_assert!(smallest_refused || granted == amounts.iter().sum::<i64>());
            let totals = desk.store.refund_totals("ch_1", "A1001", "cus_1", NOW.day()).await;
            prop_assert_eq!(totals.expect("totals").charge, granted);
            prop_assert!(verify(desk.store.as_ref()).await.is_ok());
            Ok(())
        });
        result?;
    }
}

#[tokio::test]
async fn conditions_on_money_hold_or_nothing_is_written() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let captured = |adding| Require::WithinCaptured {
        charge: "ch_1".to_owned(),
        captured: eur(10_000),
        adding,
    };
    let limits = |customer: &str, day, adding| Require::WithinLimits {
        order: "A1001".to_owned(),
        per_order: eur(10_000),
        customer: customer.to_owned(),
        day,
        per_customer_day: eur(8_000),
        adding: eur(adding),
    };
    let usd = Money::new(1, id("USD"));
    let first = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let bodies = vec![refund("int_1", 6_000, RefundState::Waiting)];
    let require = vec![captured(eur(6_000))];
    let first = journal.append(&first, bodies, require, NOW).await.expect("held");

    let second = journal.open(id("cnv_2"), opened("vis_1"), NOW).await.expect("opened");
    for (require, holds) in [
        (captured(eur(4_000)), true),
        (captured(eur(4_001)), false),
        (captured(eur(i64::MAX)), false),
        (captured(eur(-1)), false),
        (captured(usd), false),
        (limits("cus_1", NOW.day(), 2_000), true),
        (limits("cus_1", NOW.day(), 2_001), false),
        (limits("cus_1", NOW.day() + 1, 4_000), true),
        (limits("cus_1", NOW.day() + 1, 4_001), false),
        (limits("cus_2", NOW.day(), 4_001), false),
    ] {
        let said = format!("{require:?}");
        let at = state_of(&journal, "cnv_2").await;
        let bodies = vec![says("please", &format!("m{}", at.state.seq))];
        let done = journal.append(&at, bodies, vec![require.clone()], NOW).await;
        match done {
            Ok(_) => assert!(holds, "{said}"),
            Err(AppendError::Refused(refused)) => assert!(!holds && refused == require, "{said}"),
            Err(e) => panic!("{said}: {e}"),
        }
    }
    assert!(second.state.seq < state_of(&journal, "cnv_2").await.state.seq);

    // What only moves on is not counted twice.
    let bodies = vec![refund("int_1", 6_000, RefundState::Pending)];
    let first = journal
        .append(&first, moved(bodies), vec![captured(eur(6_000)), Require::MoneyEnabled], NOW)
        .await
        .expect("it moves on");
    // What was given up holds nothing any more.
    let bodies = vec![refund("int_1", 6_000, RefundState::Failed)];
    journal.append(&first, bodies, vec![], NOW).await.expect("it fails");
    let at = state_of(&journal, "cnv_2").await;
    journal
        .append(&at, vec![says("all of it", "z")], vec![captured(eur(10_000))], NOW)
        .await
        .expect("the charge is free again");

    for (setting, on) in [("false", false), ("true", true), ("\"yes\"", false)] {
        store.put_setting("money_enabled", setting).await.expect("set");
        let at = state_of(&journal, "cnv_2").await;
        let client = format!("s{}{on}", setting.len());
        let done =
            journal.append(&at, vec![says("now", &client)], vec![Require::MoneyEnabled], NOW).await;
        assert_eq!(done.is_ok(), on, "{setting}");
    }
    verify(store.as_ref()).await.expect("no fault");
}

/// Later events of an intent carry no terms.
fn moved(bodies: Vec<EventBody>) -> Vec<EventBody> {
    let strip = |mut body| {
        if let EventBody::Refund(refund) = &mut body {
            refund.terms = None;
        }
        body
    };
    bodies.into_iter().map(strip).collect()
}

async fn state_of(journal: &Journal, c: &str) -> Arc<Thread> {
    journal.load(&Scope::System, &id(c)).await.expect("loaded").expect("there")
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_one_refund() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let one = journal.open(id("cnv_1"), opened("vis_1"), NOW).await.expect("opened");
    let two = journal.open(id("cnv_2"), opened("vis_1"), NOW).await.expect("opened");
    let begin = || vec![refund("int_1", 100, RefundState::Pending)];
    journal.append(&one, begin(), vec![], NOW).await.expect("recorded");
    let again = journal.append(&two, begin(), vec![], NOW).await;
    assert!(matches!(again, Err(AppendError::Store(StoreError::Taken(_)))), "{again:?}");
    let open = store.open_refunds().await.expect("open refunds");
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].conversation, one.state.id);
    verify(store.as_ref()).await.expect("no fault");
}

#[tokio::test]
async fn a_store_that_grew_large_gives_up_its_oldest_threads_only() {
    let Desk { journal, store: _, dir: _dir } = Desk::new();
    let long = "x".repeat(200_000);
    for n in 0..100 {
        let c = id(&format!("cnv_{n}"));
        let thread = journal.open(c, opened("vis_1"), NOW).await.expect("opened");
        journal.append(&thread, vec![says(&long, "a")], vec![], NOW).await.expect("said");
    }
    for n in [0, 99] {
        let thread = state_of(&journal, &format!("cnv_{n}")).await;
        let thread = journal.append(&thread, vec![says("b", "b")], vec![], NOW).await;
        assert_eq!(thread.expect("appended").events.len(), 3);
    }
    assert!(journal.inner.cache().bytes() < 20 * 1024 * 1024);
}

#[tokio::test]
async fn an_old_reader_meets_a_conflict_and_then_the_truth() {
    let Desk { journal, store, dir: _dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    // Two journals over one store: what another node would be.
    let other = Journal::new(store, Arc::new(LocalBus::new()));
    let old = journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    let there = other.load(&Scope::System, &c).await.expect("loaded").expect("there");
    other.append(&there, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    let lost = journal.append(&old, vec![says("ho", "b")], vec![], NOW).await;
    assert!(matches!(lost, Err(AppendError::Conflict)));
    let new = state_of(&journal, "cnv_1").await;
    assert_eq!(new.state.seq, 2);
    journal.append(&new, vec![says("ho", "b")], vec![], NOW).await.expect("said");
    assert_ne!(new.state.owner, Owner::Nobody);
}
