//! Very many conversations have work to do when a desk starts: all are resumed, and whoever writes
//! meanwhile does not wait for them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use baton::{
    brain::{Brain, BrainError, Piece, Request},
    storage::Scope,
};
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use shared::{event::EventBody, id::ConversationId, message::AuthorKind};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Track;
use crate::{
    Group, Plan, Progress, Tally, Trial,
    desk::{self, Special},
    tally::Repeat,
};

/// A start with a backlog.
pub const TRIAL: Trial = Trial {
    group: Group::Races,
    name: "storm",
    what: "a start with so many conversations to resume: all are, and new ones do not wait",
    short: 400,
    long: 10_000,
    run,
};

/// How long the brain takes for an answer.
const THINKS: Duration = Duration::from_millis(50);
/// Whoever writes now is answered by then, however many wait and however busy the machine is.
const AT_ONCE: Duration = Duration::from_secs(20);
/// By then the whole backlog is done, a conversation each.
const PATIENCE: Duration = Duration::from_mins(1);
/// Conversations that are begun side by side.
const BEGUN_AT_ONCE: usize = 64;

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let repeat = Repeat { seed: plan.seed, trials: plan.trials };
    runtime.block_on(async {
        let mut tally = Tally { trials: plan.trials, faults: 1, ..Tally::default() };
        if let Err(what) = storm(plan, progress, &mut tally).await {
            tally.violate(repeat, what);
        }
        tally
    })
}

async fn storm(plan: &Plan, progress: &dyn Progress, tally: &mut Tally) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let before = desk::open(folder.path(), Special::new(Arc::new(Thinking))).await;
    // It records what is said and does nothing: the process before the crash.
    before.drain().await;
    let before = Track::of(before, Arc::new(folder));
    let begin = stream::iter(0..plan.trials).map(|n| {
        let before = before.clone();
        async move {
            let id = before.open(n).await;
            before.say(&id, 1, "Hello.").await;
            id
        }
    });
    let waiting: Vec<ConversationId> = begin.buffer_unordered(BEGUN_AT_ONCE).collect().await;
    let began = Instant::now();
    let folder = before.folder.clone();
    // Its data folder has one owner at a time.
    drop(before);
    let special = Special::new(Arc::new(Thinking));
    let after = Track::of(desk::open(folder.path(), special).await, folder);
    let shutdown = CancellationToken::new();
    let engine = after.desk.start(shutdown.clone());
    let mut longest = Duration::ZERO;
    for n in 0..5 {
        sleep(THINKS).await;
        let wrote = Instant::now();
        let id = after.open(plan.trials + n).await;
        after.say(&id, 1, "Am I kept waiting?").await;
        timeout(AT_ONCE, answered(&after, &id))
            .await
            .map_err(|_| format!("who writes now waits for more than {AT_ONCE:?}"))?;
        longest = longest.max(wrote.elapsed());
    }
    for (done, id) in (1..).zip(&waiting) {
        timeout(PATIENCE, answered(&after, id))
            .await
            .map_err(|_| format!("{id} is not resumed"))?;
        progress.tell(done, 1);
    }
    tally.recovered(began.elapsed());
    tally.note(format!("{} resumed; who wrote meanwhile waited {longest:?}", waiting.len()));
    shutdown.cancel();
    engine.await.map_err(|panic| panic.to_string())?;
    for id in &waiting {
        let answers = answers(&after, id).await;
        if answers != 1 {
            return Err(format!("{id} was answered {answers} times"));
        }
    }
    Ok(())
}

async fn answered(track: &Track, id: &ConversationId) {
    while answers(track, id).await == 0 {
        sleep(Duration::from_millis(5)).await;
    }
}

async fn answers(track: &Track, id: &ConversationId) -> usize {
    let thread = track.desk.load(&Scope::System, id).await.expect("the conversation");
    let by_agent = |body: &EventBody| matches!(body, EventBody::Message(m) if m.author.kind == AuthorKind::Agent);
    thread.events.iter().filter(|event| by_agent(&event.body)).count()
}

/// A brain that takes its time.
struct Thinking;

impl Brain for Thinking {
    fn model(&self) -> &'static str {
        "thinking"
    }

    fn step(&self, _: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let answer = async {
            sleep(THINKS).await;
            Ok(Piece::Text("Here I am.".to_owned()))
        };
        stream::once(answer).boxed()
    }
}
