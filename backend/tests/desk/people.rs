//! People and agents share a conversation.

use baton::runtime::DeskError;
use shared::{brief::TriggerKind, event::EventBody, message::AuthorKind};

use crate::{
    check::{
        Expect::{self, Handed, Lacks, NoRefund, Owner, Refunded, Says, Waits},
        MARIA, look, tell,
    },
    rig::{Rig, client, staff},
};

#[tokio::test]
async fn scenario_06_a_person_is_reached_reads_the_brief_and_hands_back() {
    let rig = Rig::new().await;
    let mut talk = rig.open(Some("cus_1")).await;
    talk.say("my order A1002 arrived broken, what can I do?").await;
    let seen = talk.say("I want to talk to a person").await;
    assert!(seen.contains("-> Support team"), "{seen}");
    assert_eq!(talk.owner().await, "queue support");

    let brief = talk.thread().await.state.brief.clone().expect("a brief");
    assert!(brief.request.contains("broken"), "not just the wish: {brief:#?}");
    let order = brief.facts.iter().find(|f| f.key == "order").expect("the order is a fact");
    assert_eq!(order.value, "A1002");
    assert!(talk.thread().await.state.escalated_at.is_some());

    assert_eq!(talk.say("hello? anybody?").await, "", "no AI talks while people are asked");

    let (sam, kim) = (staff("Sam"), staff("Kim"));
    rig.desk.claim(sam.clone(), &talk.id).await.expect("claimed");
    let second = rig.desk.claim(kim.clone(), &talk.id).await;
    assert!(matches!(second, Err(DeskError::AlreadyClaimed(owner)) if owner.name() == "Sam"));
    let client = || client("r1");
    let reply = rig.desk.reply(kim, &talk.id, client(), "hi".to_owned()).await;
    assert!(matches!(reply, Err(DeskError::NotOwner(_))));
    let seq = rig.desk.reply(sam.clone(), &talk.id, client(), "Sorry about that!".to_owned()).await;
    let again =
        rig.desk.reply(sam.clone(), &talk.id, client(), "Sorry about that!".to_owned()).await;
    assert_eq!(seq.expect("said"), again.expect("the same"), "a retry makes one message");

    let note = Some("We send a new one, no refund needed.".to_owned());
    let agent = "billing".parse().expect("an id");
    rig.desk.note(sam.clone(), &talk.id, "secret: angry".to_owned()).await.expect("noted");
    rig.desk.hand_back(sam, &talk.id, agent, note).await.expect("handed back");
    let seen = talk.rest().await;
    assert!(seen.contains("Sam: Sorry about that!"), "{seen}");
    assert!(!seen.contains("secret"), "{seen}");
    assert_eq!(talk.owner().await, "billing");
    let after_handoff = seen.split("-> ").last().unwrap_or_default();
    assert!(after_handoff.contains(": "), "handed back, the agent speaks: {seen}");
    rig.verify().await;
}

#[tokio::test]
async fn the_button_reaches_people_too() {
    let rig = Rig::new().await;
    let mut talk = rig.open(None).await;
    rig.desk.ask_for_person(&baton::storage::Scope::System, &talk.id).await.expect("asked");
    let seen = talk.rest().await;
    assert!(seen.contains("-> Support team"), "{seen}");
    let kinds: Vec<_> = talk
        .thread()
        .await
        .events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Rule(rule) => Some(rule.trigger),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [TriggerKind::AskedForPerson]);
    rig.verify().await;
}

#[tokio::test]
async fn a_closed_conversation_opens_again_with_the_front_door() {
    let rig = Rig::new().await;
    let mut talk = rig.open(None).await;
    talk.say("hello").await;
    rig.desk.close(staff("Sam"), &talk.id).await.expect("closed");
    assert!(talk.rest().await.contains("closed"));
    assert_eq!(talk.owner().await, "nobody");
    let seen = talk.say("what are your opening hours?").await;
    assert_eq!(talk.owner().await, "triage", "{seen}");
    rig.verify().await;
}

#[tokio::test]
async fn hostile_messages_are_refused_or_answered_and_nothing_breaks() {
    let rig = Rig::new().await;
    let mut talk = rig.open(None).await;
    let scope = baton::storage::Scope::System;
    for bad in ["", "   \n ", "a\u{0}b", &"x".repeat(4_001)] {
        let client = client("bad");
        let said = rig.desk.visitor_says(&scope, &talk.id, client, bad.to_owned()).await;
        assert!(matches!(said, Err(DeskError::Invalid { field: "text", .. })), "{bad:?}");
    }
    for odd in
        ["🦀🦀🦀", "'; DROP TABLE events; --", "<script>alert(1)</script>", &"é".repeat(4_000)]
    {
        talk.say(odd).await;
    }
    let spoken = talk
        .thread()
        .await
        .events
        .iter()
        .filter(
            |e| matches!(&e.body, EventBody::Message(m) if m.author.kind == AuthorKind::Visitor),
        )
        .count();
    assert_eq!(spoken, 4);
    rig.verify().await;
}

/// A visitor has asked for a person; the person says and notes something, hands back to `agent`,
/// and the visitor goes on.
async fn handed_back(
    before: &[&str],
    said: &str,
    note: Option<&str>,
    agent: &str,
    after: &[&str],
    expected: &[Expect],
) {
    let rig = Rig::new().await;
    let mut talk = rig.open(MARIA).await;
    tell(&mut talk, before).await;
    tell(&mut talk, &["I want to talk to a person"]).await;
    rig.desk.claim(staff("Sam"), &talk.id).await.expect("claimed");
    let client = client("r1");
    rig.desk.reply(staff("Sam"), &talk.id, client, said.to_owned()).await.expect("said");
    let agent = agent.parse().expect("an id");
    let note = note.map(str::to_owned);
    rig.desk.hand_back(staff("Sam"), &talk.id, agent, note).await.expect("handed back");
    let mut told = format!("{said}\n{}\n", talk.rest().await);
    told += &tell(&mut talk, after).await;
    look(&talk, &told, expected).await;
    rig.verify().await;
}

#[tokio::test]
async fn what_staff_said_and_noted_is_known_after_a_hand_back() {
    let sorry = "Sorry for the wait!";
    let order = "Your order A1002 is the one with the delay, our assistant can tell you more.";
    handed_back(&[], order, None, "billing", &["so?"], &[Says("A1002"), NoRefund]).await;
    let asked = &["where is my order now?"];
    handed_back(&[], order, None, "billing", asked, &[Says("Order A1002 from")]).await;
    let note = Some("Please check where order A1002 is.");
    for agent in ["billing", "triage", "refunds"] {
        handed_back(&[], sorry, note, agent, &[], &[Says("Order A1002 from"), NoRefund]).await;
    }
    let broken = &["my order A1002 arrived broken, what can I do?"];
    let asked = [Says("Shall I refund 320.00 EUR for order A1002?"), NoRefund];
    handed_back(broken, sorry, None, "refunds", &["so?"], &asked).await;
}

#[tokio::test]
async fn a_note_is_never_the_visitors_consent() {
    let sorry = "I have looked into it.";
    let note = Some("Please refund order A1002, the customer wants it.");
    for agent in ["refunds", "triage"] {
        let asked = [Says("for order A1002?"), NoRefund];
        handed_back(&["hello"], sorry, note, agent, &[], &asked).await;
        handed_back(&["hello"], sorry, note, agent, &["so?"], &asked).await;
        handed_back(&["hello"], sorry, note, agent, &["order"], &[NoRefund]).await;
        let yes = [Waits("A1002 320.00 EUR"), Handed("Refunds")];
        handed_back(&["hello"], sorry, note, agent, &["yes"], &yes).await;
        handed_back(&["hello"], sorry, note, agent, &["no thanks"], &[NoRefund]).await;
    }
    let said = "I will see that order A1001 is refunded, please refund A1001.";
    let asked = [Says("A1001"), NoRefund];
    handed_back(&["hello"], said, None, "refunds", &["so?"], &asked).await;
    let yes = [Refunded("A1001 49.00 EUR")];
    handed_back(&["hello"], said, None, "refunds", &["so?", "yes"], &yes).await;
    let none = Some("We send a new one, no refund needed.");
    let nothing = [NoRefund, Lacks("Shall I refund"), Owner("refunds")];
    handed_back(&["hello"], sorry, none, "refunds", &["ok thanks"], &nothing).await;
}
