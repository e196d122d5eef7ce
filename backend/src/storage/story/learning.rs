//! Suggested examples, messages of late, and saved tests.

use shared::{
    agent::{AgentSpec, BUILT_IN},
    api::{Lesson, ReadAs, SavedTest, Suggestion, SuggestionState},
    id::Seq,
    message::StaffRef,
    time::Timestamp,
};

use super::{NOW, batch, entry, id};
use crate::storage::{Store, rows::Learnt};

fn ana() -> StaffRef {
    StaffRef { id: id("stf_ana"), name: "Ana".to_owned() }
}

fn suggestion(c: &str, seq: Seq, at: i64) -> Suggestion {
    Suggestion {
        conversation: id(c),
        seq,
        lesson: Lesson {
            agent: id("tutor"),
            intent: "gift_wrap".to_owned(),
            text: "wrap it".to_owned(),
        },
        read: ReadAs { agent: None, intent: None, p: 0.25, out_of_scope: true },
        by: ana(),
        at: Timestamp(at),
        state: SuggestionState::Waiting,
        decided_by: None,
        decided_at: None,
    }
}

fn decided(of: &Suggestion, state: SuggestionState) -> Suggestion {
    Suggestion { state, decided_by: Some(ana()), decided_at: Some(NOW), ..of.clone() }
}

pub(super) async fn story(store: &dyn Store) {
    suggestions(store).await;
    decisions(store).await;
    messages(store).await;
    tests(store).await;
}

async fn suggestions(store: &dyn Store) {
    let (late, early) = (suggestion("s_1", 1, 20), suggestion("s_1", 2, 10));
    for it in [&late, &early] {
        store.suggest(it.clone()).await.expect("kept");
    }
    let other = Suggestion { by: StaffRef { id: id("stf_bo"), name: "Bo".to_owned() }, ..late };
    store.suggest(other.clone()).await.expect("replaced");
    assert_eq!(store.suggestions(9).await, Ok(vec![early.clone(), other.clone()]));
    assert_eq!(store.suggestions(1).await, Ok(vec![early.clone()]));
    assert_eq!(store.suggestion(&id("s_1"), 1).await, Ok(Some(other)));
    assert_eq!(store.suggestion(&id("s_1"), 3).await, Ok(None));
    assert_eq!(store.suggestion(&id("s_1"), Seq::MAX).await, Ok(None));
}

async fn decisions(store: &dyn Store) {
    let spec = |examples: &[&str]| -> AgentSpec {
        let examples: Vec<_> = examples
            .iter()
            .map(|text| serde_json::json!({ "intent": "gift_wrap", "text": text }))
            .collect();
        let spec = serde_json::json!({ "slug": "tutor", "name": "Tutor", "purpose": "Teaches.",
                                       "model": BUILT_IN, "examples": examples });
        serde_json::from_value(spec).expect("an agent")
    };
    store.publish(spec(&[]), None, None, NOW).await.expect("published");
    store.put_draft(&id("tutor"), Some(spec(&["draft"])), NOW).await.expect("a draft");
    let suggested = store.suggestion(&id("s_1"), 1).await.expect("read").expect("suggested");
    let learnt = Learnt {
        spec: spec(&["wrap it"]),
        draft: Some(spec(&["draft", "wrap it"])),
        note: "Learnt.".to_owned(),
        by: ana(),
        at: NOW,
    };
    let accepted = decided(&suggested, SuggestionState::Accepted);
    let stale = Suggestion { at: Timestamp(21), ..accepted.clone() };
    let twice = entry("decided_twice");
    // Somebody has said something else in the meantime: nothing is decided, nothing published.
    let done = store.decide_suggestion(stale, Some(learnt.clone()), twice.clone()).await;
    assert_eq!(done, Ok(false));
    let done = store.decide_suggestion(accepted.clone(), Some(learnt.clone()), entry("decided"));
    assert_eq!(done.await, Ok(true));
    let done = store.decide_suggestion(accepted.clone(), Some(learnt), twice.clone()).await;
    assert_eq!(done, Ok(false), "once");
    let agent = store.agent(&id("tutor")).await.expect("read").expect("an agent");
    let published = agent.published.expect("published");
    assert_eq!((published.version, published.spec), (2, spec(&["wrap it"])));
    assert_eq!(published.note.as_deref(), Some("Learnt."));
    assert_eq!(agent.draft.map(|(draft, _)| draft), Some(spec(&["draft", "wrap it"])));
    assert_eq!(store.suggestion(&id("s_1"), 1).await, Ok(Some(accepted)));

    let other = store.suggestion(&id("s_1"), 2).await.expect("read").expect("suggested");
    let rejected = decided(&other, SuggestionState::Rejected);
    let done = store.decide_suggestion(rejected.clone(), None, entry("decided")).await;
    assert_eq!((done, store.suggestions(9).await), (Ok(true), Ok(Vec::new())));
    let unknown = Suggestion { seq: 9, ..rejected };
    assert_eq!(store.decide_suggestion(unknown, None, twice).await, Ok(false));
    assert_eq!(store.versions(&id("tutor")).await.expect("versions").len(), 2);
    store.retire(&id("tutor"), entry("tutor_ends")).await.expect("retired");
}

async fn messages(store: &dyn Store) {
    let before = store.messages_of_late(999).await.expect("read").len();
    let mut one = batch("late_1", 0, 3);
    one.records[1].kind = "note".to_owned();
    let mut two = batch("late_2", 0, 1);
    for record in one.records.iter_mut().chain(&mut two.records) {
        record.at = NOW.plus_ms(i64::try_from(record.seq * 1000).expect("small"));
    }
    store.append(one).await.expect("one");
    store.append(two).await.expect("two");
    store.suggest(suggestion("late_1", 3, 30)).await.expect("kept");
    let (first, second) = (id("late_1"), id("late_2"));
    assert_eq!(store.dismiss_message(&second, 1, entry("dismissed")).await, Ok(true));
    assert_eq!(store.dismiss_message(&second, 1, entry("dismissed_twice")).await, Ok(false));
    for (c, seq) in [(&first, 2), (&first, 9), (&id("late_3"), 1), (&first, Seq::MAX)] {
        let done = store.dismiss_message(c, seq, entry("dismissed_twice")).await;
        assert_eq!(done, Ok(false), "no message: {c} {seq}");
    }
    let all = store.messages_of_late(999).await.expect("read");
    assert_eq!(all.len(), before + 3, "messages and nothing else");
    let newest: Vec<_> =
        all[..3].iter().map(|it| (it.conversation.as_str(), it.record.seq, it.labelled)).collect();
    assert_eq!(newest, [("late_1", 3, true), ("late_2", 1, true), ("late_1", 1, false)]);
    assert_eq!(store.messages_of_late(2).await.expect("read").len(), 2);
}

async fn tests(store: &dyn Store) {
    let test = |name: &str, at: i64| SavedTest {
        id: id(name),
        text: "wrap it".to_owned(),
        agent: id("tutor"),
        intent: None,
        by: ana(),
        at: Timestamp(at),
    };
    for it in [test("tst_1", 10), test("tst_2", 20)] {
        store.add_test(it, entry("saved_test")).await.expect("saved");
    }
    assert_eq!(store.saved_tests().await, Ok(vec![test("tst_2", 20), test("tst_1", 10)]));
    assert_eq!(store.delete_test(&id("tst_2"), entry("saved_test")).await, Ok(true));
    assert_eq!(store.delete_test(&id("tst_2"), entry("twice")).await, Ok(false));
    assert_eq!(store.saved_tests().await, Ok(vec![test("tst_1", 10)]));
}
