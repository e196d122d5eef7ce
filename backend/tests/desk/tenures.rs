//! What a tenure keeps: its agent, at the version with which it began, through restarts and until
//! somebody else takes over.

use std::sync::Arc;

use baton::{
    brain::{Brain, BrainError, Piece, Request, defaults},
    money::faulty::Fault,
};
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use shared::{
    agent::AgentSpec,
    api::Decision,
    brief::TriggerKind,
    event::{EventBody, RefundState},
    message::AuthorKind,
};
use tokio::sync::Barrier;

use crate::rig::{Rig, Talk, staff};

/// Says what it was told to be.
struct Herald;

impl Brain for Herald {
    fn model(&self) -> &'static str {
        "herald"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let text = format!("{}, {} tools", request.agent.opening, request.agent.tools.len());
        stream::iter([Ok(Piece::Text(text))]).boxed()
    }
}

async fn heralds() -> Rig {
    Rig::with(Arc::new(|_| Arc::new(Herald)), |agents| agents).await
}

/// Publishes the front door's second version.
async fn publish(rig: &Rig) {
    let triage = |spec: &AgentSpec| spec.slug.as_str() == "triage";
    let spec = defaults::agents().into_iter().find(triage).expect("a front door");
    let spec = AgentSpec { opening: "Second".to_owned(), tools: Vec::new(), ..spec };
    rig.store.publish(spec, None, None, rig.desk.now()).await.expect("published");
    rig.desk.catalog().reload().await.expect("read anew");
}

async fn versions(talk: &Talk<'_>) -> Vec<u32> {
    let thread = talk.thread().await;
    let versions = thread.events.iter().filter_map(|event| match &event.body {
        EventBody::Usage(step) => Some(step.version),
        _ => None,
    });
    versions.collect()
}

#[tokio::test]
async fn invariant_12_a_tenure_keeps_version_and_tools_with_which_it_began() {
    let rig = heralds().await;
    let mut talk = rig.open(None).await;
    let first = talk.say("hello").await;
    publish(&rig).await;
    assert_eq!(talk.say("hello").await, first);
    let mut other = rig.open(None).await;
    let second = other.say("hello").await;
    assert!(second.ends_with("Second, 0 tools"), "who comes now meets the new one: {second}");
    let id = talk.id.clone();
    let rig = rig.restart().await;
    let mut talk = rig.again(id);
    talk.rest().await;
    assert_eq!(talk.say("hello").await, first, "also after a restart");
    assert_eq!(versions(&talk).await, [1, 1, 1]);
    rig.desk.claim(staff("Sam"), &talk.id).await.expect("claimed");
    let triage = "triage".parse().expect("a name");
    rig.desk.hand_back(staff("Sam"), &talk.id, triage, None).await.expect("handed back");
    let seen = talk.rest().await;
    assert!(seen.ends_with("Second, 0 tools"), "a new tenure, the new version: {seen}");
    rig.verify().await;
}

#[tokio::test]
async fn invariant_13_a_version_that_is_gone_is_told_and_leads_to_people() {
    let rig = heralds().await;
    let mut talk = rig.open(None).await;
    talk.say("hello").await;
    let id = talk.id.clone();
    publish(&rig).await;
    let database = rusqlite::Connection::open(rig.folder().join("baton.db")).expect("the database");
    let deleted =
        database.execute("DELETE FROM versions WHERE slug = 'triage' AND version = 1", []);
    assert_eq!(deleted.expect("deleted"), 1);
    drop(database);
    let rig = rig.restart().await;
    let mut talk = rig.again(id);
    talk.rest().await;
    let seen = talk.say("hello").await;
    assert!(seen.contains("-> Support team") && !seen.contains("tools"), "{seen}");
    let brief = talk.thread().await.state.brief.clone().expect("a brief");
    assert_eq!(brief.trigger.kind, TriggerKind::Fault);
    assert!(brief.trigger.evidence.contains("not there any more"), "{:?}", brief.trigger);
    rig.verify().await;
}

#[tokio::test]
async fn invariant_13_whom_the_journal_names_answers_after_a_restart() {
    let rig = Rig::new().await;
    let mut talk = rig.open(Some("cus_1")).await;
    talk.say("please refund order A1002").await;
    assert_eq!(talk.owner().await, "refunds");
    let id = talk.id.clone();
    let rig = rig.restart().await;
    let mut talk = rig.again(id);
    talk.rest().await;
    let seen = talk.say("yes").await;
    assert!(seen.starts_with("Refunds: ") && !seen.contains("->"), "it goes on: {seen}");
    assert_eq!(talk.thread().await.state.approvals.len(), 1, "with what it was about: {seen}");
    assert_eq!(talk.owner().await, "refunds");
    rig.verify().await;
}

/// The effect is older than the takeover, so it is on record; the words come after, so they are not.
#[tokio::test]
async fn invariant_02_money_on_its_way_is_recorded_after_a_takeover_and_the_agent_is_silent() {
    let rig = Rig::new().await;
    let mut talk = rig.open(Some("cus_1")).await;
    talk.say("please refund order A1002").await;
    talk.say("yes").await;
    let approval = talk.thread().await.state.approvals[0].id.clone();
    let answers = Arc::new(Barrier::new(2));
    rig.provider.script_refunds([Fault::CommitThenHold(answers.clone())]);
    rig.desk.decide(staff("Sam"), &approval, Decision::Approve, None).await.expect("approved");
    while rig.refunded("cus_1", "A1002").await == 0 {
        tokio::task::yield_now().await;
    }
    rig.desk.claim(staff("Kim"), &talk.id).await.expect("claimed");
    assert_eq!(talk.thread().await.state.refunds[0].state, RefundState::Pending);
    answers.wait().await;
    let seen = talk.rest().await;
    assert!(seen.contains("Succeeded"), "the visitor is told of the money: {seen}");
    let thread = talk.thread().await;
    let since = thread.state.tenure_seq;
    let mut later = thread.events.iter().filter(|event| event.seq > since);
    let by_agent = |body: &EventBody| matches!(body, EventBody::Message(m) if m.author.kind == AuthorKind::Agent);
    assert!(!later.any(|event| by_agent(&event.body)), "{seen}");
    assert_eq!((talk.owner().await.as_str(), rig.provider.calls().len()), ("Kim", 1));
    rig.verify().await;
}
