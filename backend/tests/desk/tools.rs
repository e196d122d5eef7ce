//! Tools that administrators made, in conversations: asked for, interrupted, and never made twice.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use baton::{
    brain::{Brain, BrainError, Entry, Piece, Request},
    journal::Thread,
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
    conversation::OpenApproval,
    event::{Effect, EventBody, Settlement},
    id::ConversationId,
};
use tokio::sync::Notify;

use crate::rig::{MakeBrain, Rig, staff};

/// Books a visit at the shop's system, and can be stopped in the middle of it.
struct Book {
    info: ToolInfo,
    asks: bool,
    /// What comes of a call; nothing ever, if there is nothing.
    end: Option<Outcome>,
    /// Whether the shop's system knows a call again.
    knows: bool,
    version: &'static str,
    begun: Arc<Notify>,
    calls: Arc<AtomicUsize>,
}

impl Book {
    fn new() -> Self {
        let info = ToolInfo {
            name: "book".to_owned(),
            description: "Books a visit.".to_owned(),
            effect: Effect::Write,
            needs_verified: false,
            parameters: json!({ "type": "object", "properties": { "day": { "type": "string" } } }),
        };
        let end = Some(Outcome::ok(json!({ "booked": true }), Vec::new()));
        let (begun, calls) = (Arc::default(), Arc::default());
        Self { info, asks: false, end, knows: false, version: "1", begun, calls }
    }

    fn called(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
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
        self.knows
    }

    fn fingerprint(&self) -> String {
        self.version.to_owned()
    }

    async fn call(&self, _: Context, _: Value) -> Outcome {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.begun.notify_one();
        match &self.end {
            Some(end) => end.clone(),
            None => std::future::pending().await,
        }
    }
}

/// Books whenever it is asked, and says that it is done, whatever came of it.
struct Booker;

impl Brain for Booker {
    fn model(&self) -> &'static str {
        "booker"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let tried = request.dialogue.iter().any(|entry| matches!(entry, Entry::Called { .. }));
        let piece = if tried {
            Piece::Text("All done!".to_owned())
        } else {
            Piece::Call { name: "book".to_owned(), args: Ok(json!({ "day": "Monday" })) }
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

fn booker() -> MakeBrain {
    Arc::new(|_| Arc::new(Booker))
}

/// How the calls of `book` were settled.
fn settled(thread: &Thread) -> Vec<Settlement> {
    let settled = thread.events.iter().filter_map(|event| match &event.body {
        EventBody::Tool(tool) if tool.name == "book" => tool.settlement,
        _ => None,
    });
    settled.collect()
}

/// The server is killed while `book` is being called, and finds `after` when it is back. Answers how
/// the call was settled and who owns the conversation.
async fn interrupted(book: Book, after: Book) -> (usize, Vec<Settlement>, String) {
    let (book, after) = (Arc::new(Book { end: None, ..book }), Arc::new(after));
    let mut rig = Rig::equipped(booker(), booking, vec![book.clone()]).await;
    let mut talk = rig.open(None).await;
    talk.send(["a visit on Monday, please"]).await;
    book.begun.notified().await;
    let id = talk.id.clone();
    rig.equip(vec![after.clone()]);
    let rig = rig.kill(booker()).await;
    let mut talk = rig.again(id);
    talk.rest().await;
    assert_eq!(book.called(), 1);
    let thread = talk.thread().await;
    rig.verify().await;
    (after.called(), settled(&thread), talk.owner().await)
}

#[tokio::test]
async fn scenario_04_a_write_that_was_interrupted_is_made_again_only_if_its_server_knows_it() {
    let support = || "queue support".to_owned();
    // Nobody knows a call again: it is not made, and a person looks.
    let found = interrupted(Book::new(), Book::new()).await;
    assert_eq!(found, (0, vec![Settlement::Unknown], support()));
    // Its server does.
    let knows = || Book { knows: true, ..Book::new() };
    let found = interrupted(knows(), knows()).await;
    assert_eq!(found, (1, vec![Settlement::Ok], "triage".to_owned()));
    // That the second call is refused says nothing of what the first one did.
    let refuses = Book { end: Some(Outcome::error("full", "No place.")), ..knows() };
    let found = interrupted(knows(), refuses).await;
    assert_eq!(found, (1, vec![Settlement::Unknown], support()));
    // An administrator has made another tool of it meanwhile.
    let found = interrupted(knows(), Book { version: "2", ..knows() }).await;
    assert_eq!(found, (0, vec![Settlement::Unknown], support()));
}

#[tokio::test]
async fn scenario_04_people_read_that_nobody_knows_and_no_agent_says_that_it_is_done() {
    let book = Arc::new(Book { end: None, ..Book::new() });
    let rig = Rig::equipped(booker(), booking, vec![book.clone()]).await;
    let mut talk = rig.open(None).await;
    talk.send(["a visit on Monday, please"]).await;
    book.begun.notified().await;
    let id = talk.id.clone();
    let rig = rig.kill(booker()).await;
    let mut talk = rig.again(id);
    let seen = talk.rest().await;
    assert!(!seen.contains("done"), "nobody says that it was done: {seen}");
    let brief = talk.thread().await.state.brief.clone().expect("a brief");
    assert_eq!(brief.done[0].outcome, "not known whether it was done", "people read it");
    // Who has looked may hand it back. The agent, who knows no better, would book again: for that
    // a person is asked.
    rig.desk.claim(staff("Sam"), &talk.id).await.expect("claimed");
    let triage = "triage".parse().expect("a name");
    rig.desk.hand_back(staff("Sam"), &talk.id, triage, None).await.expect("handed back");
    assert!(talk.rest().await.ends_with("approval waiting"));
    let asked = talk.thread().await.state.approvals[0].action.clone().expect("a call");
    assert_eq!(asked.reason, "It was begun before, and nobody knows whether it was done.");
    assert_eq!(book.called(), 1, "it is not made again by itself");
    rig.verify().await;
}

/// A visitor's booking waits for a person.
async fn waiting(book: Arc<Book>) -> (Rig, ConversationId, OpenApproval) {
    let rig = Rig::equipped(booker(), booking, vec![book.clone()]).await;
    let mut talk = rig.open(None).await;
    talk.say("a visit on Monday, please").await;
    assert_eq!(book.called(), 0, "nobody has approved it");
    let approval = talk.thread().await.state.approvals.first().expect("somebody is asked").clone();
    let id = talk.id.clone();
    (rig, id, approval)
}

#[tokio::test]
async fn a_tool_of_which_an_admin_wants_it_so_waits_for_a_person_each_time() {
    let book = Arc::new(Book { asks: true, ..Book::new() });
    let (rig, id, approval) = waiting(book.clone()).await;
    let reason = approval.action.expect("a call").reason;
    assert_eq!(reason, "A person approves each call of this tool.");
    let decided = rig.desk.decide(staff("Sam"), &approval.id, Decision::Approve, None);
    decided.await.expect("approved");
    let mut talk = rig.again(id);
    assert!(talk.rest().await.contains("All done!"));
    assert_eq!((book.called(), settled(&*talk.thread().await)), (1, vec![Settlement::Ok]));
    rig.verify().await;
}

/// How the newest call of `book` was settled, in its own words.
fn error(thread: &Thread) -> Option<String> {
    thread.events.iter().rev().find_map(|event| match &event.body {
        EventBody::Tool(tool) if tool.name == "book" => {
            Some(tool.result.as_ref()?.get("error")?.as_str()?.to_owned())
        }
        _ => None,
    })
}

#[tokio::test]
async fn what_waits_for_a_person_is_not_made_by_a_tool_that_became_another() {
    let asking = || Book { asks: true, ..Book::new() };
    let mut reads = asking();
    reads.info.effect = Effect::Read;
    let mut narrow = asking();
    narrow.info.parameters = json!({ "type": "object", "required": ["hour"] });
    for other in [reads, narrow] {
        let (mut rig, id, approval) = waiting(Arc::new(asking())).await;
        let other = Arc::new(other);
        rig.equip(vec![other.clone()]);
        let rig = rig.kill(booker()).await;
        let decided = rig.desk.decide(staff("Sam"), &approval.id, Decision::Approve, None);
        decided.await.expect("it is the call that was shown");
        let mut talk = rig.again(id);
        talk.rest().await;
        let thread = talk.thread().await;
        assert_eq!((other.called(), &settled(&thread)[..]), (0, &[Settlement::Denied][..]));
        assert_eq!(error(&thread).as_deref(), Some("tool_changed"));
        rig.verify().await;
    }
}
