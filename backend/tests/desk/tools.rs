//! Tools that administrators made, in conversations: asked for, interrupted, and never made twice.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use baton::{
    brain::{Brain, BrainError, Entry, Piece, Request},
    tools::{Context, Outcome, Tool},
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde_json::{Value, json};
use shared::{
    agent::AgentSpec,
    api::{Decision, ToolInfo},
    event::{Effect, EventBody, Settlement},
};
use tokio::sync::Notify;

use crate::rig::{MakeBrain, Rig, staff};

/// Books a visit at the shop's system, and can be stopped in the middle of it.
struct Book {
    info: ToolInfo,
    asks: bool,
    hangs: bool,
    begun: Arc<Notify>,
    calls: Arc<AtomicUsize>,
}

impl Book {
    fn new(asks: bool, hangs: bool) -> Self {
        let info = ToolInfo {
            name: "book".to_owned(),
            description: "Books a visit.".to_owned(),
            effect: Effect::Write,
            needs_verified: false,
            parameters: json!({ "type": "object", "properties": { "day": { "type": "string" } } }),
        };
        Self { info, asks, hangs, begun: Arc::default(), calls: Arc::default() }
    }
}

#[async_trait]
impl Tool for Book {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Booking".to_owned()
    }

    fn always_asks(&self) -> bool {
        self.asks
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    async fn call(&self, _: Context, _: Value) -> Outcome {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.begun.notify_one();
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Outcome::ok(json!({ "booked": true }), Vec::new())
    }
}

/// Books whenever it is asked, and says what came of it.
struct Booker {
    cheerful: bool,
}

impl Brain for Booker {
    fn model(&self) -> &'static str {
        "booker"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let booked = request.dialogue.iter().rev().find_map(|entry| match entry {
            Entry::Called { result, .. } => Some(result.to_string()),
            _ => None,
        });
        let piece = match booked {
            // Whatever came of it.
            Some(_) if self.cheerful => Piece::Text("All done!".to_owned()),
            Some(result) if result.contains("\"booked\"") => {
                Piece::Text("It is booked.".to_owned())
            }
            // It does not take no for an answer.
            _ => Piece::Call { name: "book".to_owned(), args: Ok(json!({ "day": "Monday" })) },
        };
        stream::iter([Ok(piece)]).boxed()
    }
}

fn booking(mut agents: Vec<AgentSpec>) -> Vec<AgentSpec> {
    for agent in agents.iter_mut().filter(|agent| agent.slug.as_str() == "triage") {
        agent.tools.push("book".to_owned());
    }
    agents
}

fn booker(cheerful: bool) -> MakeBrain {
    Arc::new(move |_| Arc::new(Booker { cheerful }))
}

#[tokio::test]
async fn a_write_that_was_interrupted_is_not_made_again_and_ends_with_people() {
    interrupted(false).await;
    interrupted(true).await;
}

async fn interrupted(cheerful: bool) {
    let book = Arc::new(Book::new(false, true));
    let rig = Rig::equipped(booker(cheerful), booking, vec![book.clone()]).await;
    let mut talk = rig.open(None).await;
    talk.send(["a visit on Monday, please"]).await;
    book.begun.notified().await;
    let id = talk.id.clone();
    let rig = rig.kill(booker(cheerful)).await;
    let mut talk = rig.again(id);
    talk.rest().await;
    assert_eq!(book.calls.load(Ordering::SeqCst), 1, "made once");
    assert_eq!(talk.owner().await, "queue support", "a person looks");
    let thread = talk.thread().await;
    let done = |body: &EventBody| matches!(body, EventBody::Message(m) if m.text.contains("done"));
    assert!(!thread.events.iter().any(|event| done(&event.body)), "nobody says that it was done");
    let settled = thread.events.iter().filter_map(|event| match &event.body {
        EventBody::Tool(tool) if tool.name == "book" => tool.settlement,
        _ => None,
    });
    let settled: Vec<_> = settled.collect();
    assert_eq!(settled[0], Settlement::Unknown);
    let brief = thread.state.brief.clone().expect("a brief");
    assert_eq!(brief.done[0].outcome, "not known whether it was done", "people read it");
    rig.verify().await;
}

#[tokio::test]
async fn a_tool_of_which_an_admin_wants_it_so_waits_for_a_person_each_time() {
    let book = Arc::new(Book::new(true, false));
    let rig = Rig::equipped(booker(false), booking, vec![book.clone()]).await;
    let mut talk = rig.open(None).await;
    talk.say("a visit on Monday, please").await;
    assert_eq!(book.calls.load(Ordering::SeqCst), 0, "nobody has approved it");
    let thread = talk.thread().await;
    let waiting = thread.state.approvals.first().expect("somebody is asked").clone();
    let reason = waiting.action.expect("a call").reason;
    assert_eq!(reason, "A person approves each call of this tool.");
    let decided = rig.desk.decide(staff("Sam"), &waiting.id, Decision::Approve, None);
    decided.await.expect("approved");
    assert!(talk.rest().await.contains("It is booked."));
    assert_eq!(book.calls.load(Ordering::SeqCst), 1);
    rig.verify().await;
}
