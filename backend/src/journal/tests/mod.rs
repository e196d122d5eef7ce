//! The journal over a real store: what readers, listeners and rivals see.

mod lists;
mod meters;
mod money;

use std::sync::Arc;

use proptest::prelude::*;
use shared::{
    brief::TriggerKind,
    event::{ApprovalState, RefundState},
    id::ConversationId,
    owner::Owner,
    time::Timestamp,
};

use super::{
    samples::{
        Desk, NOW, agent, ana, approval, closed, handoff, id, opened, queue, refund, says,
        turn_done, used,
    },
    *,
};
use crate::{
    bus::{LocalBus, Signal},
    storage::sqlite::SqliteStore,
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
async fn invariant_07_a_retry_makes_one_message_and_says_where_it_is() {
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
async fn listeners_hear_events() {
    let Desk { journal, store: _, dir: _dir } = Desk::new();
    let c: ConversationId = id("cnv_1");
    let mut inbox = journal.bus().follow_inbox();
    let mut follower = journal.bus().follow(&c).signals;
    let thread = journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
    journal.append(&thread, vec![says("hi", "a")], vec![], NOW).await.expect("said");
    assert!(matches!(follower.try_recv(), Ok(Signal::Appended(e)) if e[0].seq == 1));
    assert!(matches!(follower.try_recv(), Ok(Signal::Appended(e)) if e[0].seq == 2));
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
async fn invariant_06_of_many_who_append_at_once_one_wins_each_place() {
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

async fn state_of(journal: &Journal, c: &str) -> Arc<Thread> {
    journal.load(&Scope::System, &id(c)).await.expect("loaded").expect("there")
}

/// One thing that may happen, or may be refused, whatever the conversation's state.
fn anything(choice: u8, state: &Conversation, n: usize) -> Vec<EventBody> {
    let to = |owner: &Owner, kind| handoff(state, owner, kind);
    match choice % 14 {
        0 | 1 => vec![says("hello", &format!("m{n}"))],
        2 => vec![says("hello", "always-the-same")],
        3 => vec![used(10)],
        4 => state.turn.iter().map(|turn| turn_done(turn.id)).collect(),
        5 => to(&queue(), TriggerKind::AskedForPerson),
        6 => to(&ana(), TriggerKind::Claim),
        7 => to(&agent("billing"), TriggerKind::Model),
        8 => [vec![used(1)], to(&agent("triage"), TriggerKind::Return), vec![used(2)]].concat(),
        9 => closed(state),
        10 => vec![refund(&format!("int_{n}"), 10, RefundState::Pending)],
        11 => {
            let open = state.refunds.iter().find(|refund| !refund.state.is_terminal());
            open.iter().map(|r| refund(r.intent.as_str(), 10, RefundState::Failed)).collect()
        }
        12 => vec![approval(&format!("app_{n}"), ApprovalState::Waiting)],
        _ => {
            let open = state.approvals.first();
            open.iter().map(|a| approval(a.id.as_str(), ApprovalState::Declined)).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_happens_all_readings_agree(
        choices in prop::collection::vec((any::<u8>(), any::<bool>()), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let result: Result<(), TestCaseError> = runtime.block_on(async {
            let Desk { journal, store, dir: _dir } = Desk::new();
            // A second journal takes turns, so that each is at times behind the other.
            let other = Journal::new(store.clone(), Arc::new(LocalBus::new()));
            let c: ConversationId = id("cnv_1");
            journal.open(c.clone(), opened("vis_1"), NOW).await.expect("opened");
            for (n, (choice, mine)) in choices.into_iter().enumerate() {
                let journal = if mine { &journal } else { &other };
                let at = state_of(journal, "cnv_1").await;
                let bodies = anything(choice, &at.state, n);
                let now = NOW.plus_ms(i64::from(choice));
                match journal.append(&at, bodies, vec![], now).await {
                    Ok(thread) => {
                        let folded = thread.events.iter().map(|event| &**event);
                        let folded = Conversation::fold(c.clone(), folded);
                        prop_assert_eq!(folded.as_ref(), Ok(&thread.state));
                    }
                    Err(AppendError::Store(e)) => panic!("{e}"),
                    Err(_) => {}
                }
            }
            let fresh = Journal::new(store.clone(), Arc::new(LocalBus::new()));
            let fresh = state_of(&fresh, "cnv_1").await;
            let seen = verify(store.as_ref()).await;
            prop_assert_eq!(seen.map(|v| v.events).map_err(|e| e.to_string()), Ok(fresh.state.seq));
            prop_assert_eq!(fresh.events.len() as u64, fresh.state.seq);
            Ok(())
        });
        result?;
    }
}
