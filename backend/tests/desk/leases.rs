//! People who own conversations and disappear.

use baton::storage::Scope;
use shared::brief::TriggerKind;

use crate::rig::{Rig, Talk, client, staff};

const MINUTE: i64 = 60_000;

async fn claimed(rig: &Rig) -> Talk<'_> {
    let mut talk = rig.open(None).await;
    talk.say("my order A1002 arrived broken").await;
    rig.desk.ask_for_person(&Scope::System, &talk.id).await.expect("asked");
    talk.rest().await;
    rig.desk.claim(staff("Sam"), &talk.id).await.expect("claimed");
    talk.rest().await;
    talk
}

/// What a sweep of the engine makes of the conversation after `minutes`.
async fn after(rig: &Rig, talk: &mut Talk<'_>, minutes: i64) -> String {
    rig.clock.forward(minutes * MINUTE);
    rig.desk.sweep().await;
    talk.rest().await
}

#[tokio::test]
async fn invariant_14_who_closes_the_page_gives_the_visitor_back_and_others_can_claim() {
    let rig = Rig::new().await;
    let page = rig.desk.presence().enter(&staff("Sam").id);
    let mut talk = claimed(&rig).await;
    let since = talk.thread().await.state.escalated_at;
    assert_eq!(after(&rig, &mut talk, 60).await, "", "an open page stands for its reader");
    drop(page);
    assert_eq!(after(&rig, &mut talk, 4).await, "");
    let seen = after(&rig, &mut talk, 2).await;
    assert!(seen.contains("-> Support team"), "{seen}");
    assert_eq!(talk.owner().await, "queue support");
    let state = talk.thread().await.state.clone();
    let trigger = state.brief.as_ref().map(|brief| brief.trigger.clone()).expect("a brief");
    assert_eq!(trigger.kind, TriggerKind::Lease);
    assert!(trigger.evidence.contains("Sam was not there"), "{trigger:?}");
    assert_eq!(state.escalated_at, since, "the visitor's place in the queue is kept");
    rig.desk.claim(staff("Kim"), &talk.id).await.expect("free again");
    talk.rest().await;
    assert_eq!(talk.owner().await, "Kim");
    rig.verify().await;
}

#[tokio::test]
async fn invariant_14_who_waits_is_given_back_though_a_person_wrote_last() {
    let rig = Rig::new().await;
    let mut talk = claimed(&rig).await;
    let said = "One moment, please.".to_owned();
    rig.desk.reply(staff("Sam"), &talk.id, client("r1"), said).await.expect("said");
    rig.desk.release(&staff("Sam")).await.expect("the account is switched off");
    rig.desk.claim(staff("Kim"), &talk.id).await.expect("claimed");
    talk.rest().await;
    assert_eq!(talk.owner().await, "Kim");
    after(&rig, &mut talk, 6).await;
    assert_eq!(talk.owner().await, "queue support", "Kim was never there");
    rig.verify().await;
}

#[tokio::test]
async fn invariant_13_a_restart_takes_nothing_from_anybody() {
    let rig = Rig::new().await;
    let page = rig.desk.presence().enter(&staff("Sam").id);
    let id = claimed(&rig).await.id;
    rig.clock.forward(60 * MINUTE);
    drop(page);
    let rig = rig.restart().await;
    let mut talk = rig.again(id);
    assert_eq!(talk.owner().await, "Sam", "whose page has had no chance to come back");
    after(&rig, &mut talk, 5).await;
    assert_eq!(talk.owner().await, "Sam");
    let page = rig.desk.presence().enter(&staff("Sam").id);
    after(&rig, &mut talk, 60).await;
    assert_eq!(talk.owner().await, "Sam", "it came back");
    drop(page);
    after(&rig, &mut talk, 6).await;
    assert_eq!(talk.owner().await, "queue support");
    rig.verify().await;
}
