//! One process life: opens the desk, lets it recover, plays the story's steps, reports.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use baton::{
    failpoint::{self, Point},
    journal::{AppendError, Thread},
    runtime::{Desk, DeskError},
    storage::Scope,
};
use clap::Args;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use shared::{
    api::Decision,
    brief::TriggerKind,
    event::{Event, EventBody, Opened},
    id::ConversationId,
    message::{Assurance, StaffRef, VisitorRef},
};

use super::{
    player::Player,
    steps::{Step, Story},
};
use crate::desk::{self, Special};

/// What a line begins with that says what was acknowledged: a client id and a position.
pub const ACKNOWLEDGED: &str = "acknowledged ";
/// What the last line begins with.
pub const REPORT: &str = "report ";

/// What `torture journey` takes.
#[derive(Args)]
pub struct Options {
    /// The data folder.
    #[arg(long)]
    data: PathBuf,
    /// What is played.
    #[arg(long)]
    story: Story,
}

/// What a life that reached the end has to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The journal, an event a line.
    pub events: Vec<String>,
    /// The hash of its last record, in hexadecimal.
    pub head: String,
    /// Who owns it, what was refunded and sent: in the journal, and in the world.
    pub outcome: Vec<String>,
    /// How often it came by each failpoint, if at all.
    pub hits: BTreeMap<String, u64>,
    /// From the start until nothing was left to do, in milliseconds.
    pub recovered_ms: u64,
}

/// Plays, and reports on standard output.
pub fn play(options: &Options) -> ExitCode {
    let began = Instant::now();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let loses_answers = options.story.loses_answers();
        let special = Special { loses_answers, ..Special::new(Arc::new(Player)) };
        let desk = desk::open(&options.data, special).await;
        recover(&desk).await;
        let recovered_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let id: ConversationId = "cnv_story".parse().expect("an id");
        begin(&desk, &id).await;
        for (n, step) in options.story.steps().iter().enumerate() {
            take(&desk, &id, n, *step).await;
            desk.idle().await;
        }
        let thread = load(&desk, &id).await;
        tell(&format!("{REPORT}{}", report(&thread, &options.data, recovered_ms)));
    });
    ExitCode::SUCCESS
}

/// What a start does: finds in the store what is left to do, until nothing is.
async fn recover(desk: &Desk) {
    loop {
        let due = desk.journal().store().due(desk.now(), None, 100).await.expect("an answer");
        if due.is_empty() {
            return;
        }
        for id in &due {
            desk.nudge(id);
        }
        desk.idle().await;
    }
}

/// Opens the one conversation, unless it is there.
async fn begin(desk: &Desk, id: &ConversationId) {
    let front_door = desk.catalog().current();
    let opened = Opened {
        site: "demo".parse().expect("a key"),
        visitor: VisitorRef {
            id: "vis_1".parse().expect("an id"),
            assurance: Assurance::Verified,
            customer: Some("cus_1".to_owned()),
            name: Some("Ada".to_owned()),
            email: None,
        },
        owner: front_door.owner(&front_door.settings.front_door).expect("a front door"),
        deadline: None,
    };
    match desk.journal().open(id.clone(), opened, desk.now()).await {
        Ok(_) | Err(AppendError::Conflict) => {}
        Err(error) => panic!("{error}"),
    }
}

async fn load(desk: &Desk, id: &ConversationId) -> Arc<Thread> {
    desk.load(&Scope::System, id).await.expect("the conversation")
}

/// Step number `n`: taken, or found to have been taken.
async fn take(desk: &Desk, id: &ConversationId, n: usize, step: Step) {
    let sam = StaffRef { id: "sam".parse().expect("an id"), name: "Sam".to_owned() };
    let thread = load(desk, id).await;
    let has = |found: fn(&EventBody) -> bool| thread.events.iter().any(|e| found(&e.body));
    let client_id = || format!("00000000-0000-4000-8000-{n:012x}").parse().expect("a UUID");
    match step {
        Step::Say(text) => {
            let said = desk.visitor_says(&Scope::System, id, client_id(), text.to_owned()).await;
            tell(&format!("{ACKNOWLEDGED}step-{n} {}", said.expect("said")));
        }
        Step::Reply(text) => {
            // Under the same client id the old answer comes back, whoever owns it by now.
            let store = desk.journal().store();
            let before = store.message_seq(id, &client_id()).await.expect("an answer");
            let seq = match before {
                Some(seq) => seq,
                None => desk.reply(sam, id, client_id(), text.to_owned()).await.expect("replied"),
            };
            tell(&format!("{ACKNOWLEDGED}step-{n} {seq}"));
        }
        Step::AskForPerson => {
            if !has(
                |body| matches!(body, EventBody::Rule(r) if r.trigger == TriggerKind::AskedForPerson),
            ) {
                desk.ask_for_person(&Scope::System, id).await.expect("asked");
            }
        }
        Step::Publish => publish(desk).await,
        Step::Approve => decide(desk, &thread, sam, Decision::Approve).await,
        Step::Decline => decide(desk, &thread, sam, Decision::Decline).await,
        Step::Claim => {
            if !has(
                |body| matches!(body, EventBody::Brief(b) if b.trigger.kind == TriggerKind::Claim),
            ) {
                desk.claim(sam, id).await.expect("claimed");
            }
        }
        Step::Note(text) => {
            if !has(|body| matches!(body, EventBody::Note(_))) {
                desk.note(sam, id, text.to_owned()).await.expect("noted");
            }
        }
        Step::HandBack(note) => {
            if !has(
                |body| matches!(body, EventBody::Brief(b) if b.trigger.kind == TriggerKind::Return),
            ) {
                let billing = "billing".parse().expect("a slug");
                let handed = desk.hand_back(sam, id, billing, Some(note.to_owned())).await;
                handed.expect("handed back");
            }
        }
        Step::Close => {
            if !has(|body| matches!(body, EventBody::Closed(_))) {
                desk.close(sam, id).await.expect("closed");
            }
        }
    }
}

/// A second version of the refunds agent: tenures that began before keep the first.
async fn publish(desk: &Desk) {
    let store = desk.journal().store();
    let slug = "refunds".parse().expect("a slug");
    let row = store.agent(&slug).await.expect("an answer").expect("the agent");
    let published = row.published.expect("a version");
    if published.version == 1 {
        let mut spec = published.spec;
        "Refunds, second edition".clone_into(&mut spec.name);
        store.publish(spec, None, None, desk.now()).await.expect("published");
    }
    desk.catalog().reload().await.expect("reloaded");
}

async fn decide(desk: &Desk, thread: &Thread, sam: StaffRef, decision: Decision) {
    if let Some(approval) = thread.state.approvals.first() {
        match desk.decide(sam, &approval.id, decision, None).await {
            Ok(_) | Err(DeskError::AlreadyDecided) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn report(thread: &Thread, data: &Path, recovered_ms: u64) -> String {
    let reached = Point::ALL.iter().map(|point| (point.name().to_owned(), failpoint::hits(*point)));
    let report = Report {
        events: thread.events.iter().map(|event| line(event)).collect(),
        head: baton::money::hex(&thread.head),
        outcome: outcome(thread, data),
        hits: reached.filter(|(_, hits)| *hits > 0).collect(),
        recovered_ms,
    };
    serde_json::to_string(&report).expect("JSON")
}

fn line(event: &Event) -> String {
    serde_json::to_string(event).expect("JSON")
}

/// What the conversation came to, in its journal and outside.
fn outcome(thread: &Thread, data: &Path) -> Vec<String> {
    let state = &thread.state;
    let mut lines = vec![format!("owner {:?}", state.owner), format!("turn {:?}", state.turn)];
    for refund in &state.refunds {
        lines.push(format!("refund {} {} {:?}", refund.order, refund.money, refund.state));
    }
    for event in &thread.events {
        if let EventBody::Message(message) = &event.body
            && message.client_id.is_some()
        {
            lines.push(format!("{}: {}", message.author.name, message.text));
        }
    }
    let shop = Connection::open(data.join("shop.db")).expect("the ledger");
    let mut add = |sql: &str| {
        let mut statement = shop.prepare(sql).expect("a query");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        lines.extend(rows.map(|row| row.expect("a row")));
    };
    add("SELECT 'provider ' || key || ' ' || charge || ' ' || amount FROM refunds ORDER BY key");
    add("SELECT 'mail ' || call || ' ' || invoice || ' ' || email FROM outbox ORDER BY call");
    lines
}

fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody reads");
}
