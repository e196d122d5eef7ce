//! What a conversation comes to, as its visitor sees it: one check for all that are told here.

use std::collections::HashSet;

use shared::{
    api::Decision,
    event::{EventBody, RefundState},
};

use crate::rig::{Rig, Talk, staff};

/// What a conversation must come to.
#[derive(Debug, Clone, Copy)]
pub enum Expect {
    /// The desk says this, in whatever case.
    Says(&'static str),
    /// The desk never says this.
    Lacks(&'static str),
    /// Somebody of this name took over, and the visitor saw it.
    Handed(&'static str),
    /// This is who owns it in the end.
    Owner(&'static str),
    /// Exactly this was refunded, once, and nothing else.
    Refunded(&'static str),
    /// Nothing was refunded, and nothing waits to be.
    NoRefund,
    /// A refund waits for a person.
    Waits(&'static str),
}
use Expect::{Handed, Lacks, NoRefund, Owner, Refunded, Says, Waits};

pub const MARIA: Option<&str> = Some("cus_1");
pub const JONAS: Option<&str> = Some("cus_2");
pub const STRANGER: Option<&str> = None;
pub const PEOPLE: Expect = Owner("queue support");

/// Tells a conversation and looks at it as its visitor does.
pub async fn check(customer: Option<&str>, messages: &[&str], expected: &[Expect]) {
    let rig = Rig::new().await;
    let mut talk = rig.open(customer).await;
    let told = tell(&mut talk, messages).await;
    look(&talk, &told, expected).await;
    rig.verify().await;
}

/// The visitor's messages and what they see after each; ` // ` stands between those that are there
/// before anybody begins to answer. `+approve` and `+decline` stand for what a person decides.
pub async fn tell(talk: &mut Talk<'_>, messages: &[&str]) -> String {
    let mut told = String::new();
    for message in messages {
        let seen = match *message {
            "+approve" => decide(talk, Decision::Approve).await,
            "+decline" => decide(talk, Decision::Decline).await,
            said => {
                talk.send(said.split(" // ")).await;
                talk.rest().await
            }
        };
        told.extend(["> ", message, "\n", &seen, "\n"]);
    }
    println!("{told}");
    told
}

async fn decide(talk: &mut Talk<'_>, decision: Decision) -> String {
    let waiting = talk.thread().await.state.approvals.first().map(|a| a.id.clone());
    let id = waiting.expect("something waits to be decided");
    talk.rig.desk.decide(staff("Sam"), &id, decision, None).await.expect("decided");
    talk.rest().await
}

pub async fn look(talk: &Talk<'_>, told: &str, expected: &[Expect]) {
    let said: String =
        told.lines().filter(|line| !line.starts_with('>')).collect::<Vec<_>>().join("\n");
    let lower = said.to_lowercase();
    let succeeded: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("refund ")?.strip_suffix(" Succeeded"))
        .collect();
    for expect in expected {
        let holds = match *expect {
            Says(text) => lower.contains(&text.to_lowercase()),
            Lacks(text) => !lower.contains(&text.to_lowercase()),
            Handed(name) => said.lines().any(|line| line == format!("-> {name}")),
            Owner(owner) => talk.owner().await == owner,
            Refunded(what) => succeeded == [what],
            NoRefund => !said.lines().any(|line| line.starts_with("refund ")),
            Waits(what) => {
                let state = &talk.thread().await.state;
                let waiting = state.refunds.iter().filter(|r| r.state == RefundState::Waiting);
                waiting.map(|r| format!("{} {}", r.order, r.money)).eq([what.to_owned()])
            }
        };
        assert!(holds, "{expect:?} does not hold:\n{told}");
    }
    let claims = ["has been refunded", "refunded."].iter().any(|claim| lower.contains(claim));
    let shown = !succeeded.is_empty() || !claims;
    assert!(shown || lower.contains("can no longer"), "a claim without a deed:\n{told}");
    let mut texts = HashSet::new();
    for event in &talk.thread().await.events {
        if let EventBody::Message(message) = &event.body
            && message.author.kind == shared::message::AuthorKind::Agent
        {
            assert!(texts.insert(message.text.clone()), "said twice: {}\n{told}", message.text);
            assert!(!message.text.contains(['{', '}']), "a gap: {}", message.text);
        }
    }
}
